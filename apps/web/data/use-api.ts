import type { LiveEvent } from '@gemel/server/api';
import { useCallback, useEffect, useRef, useState } from 'react';
import { type ApiError, asApiError, request } from './client.ts';
import { onRecovery, useLive } from './live.ts';

export interface Loaded<T> {
  /** The newest answer; kept while a newer one loads or fails. */
  readonly data: T | undefined;
  readonly error: ApiError | null;
  readonly loading: boolean;
  readonly reload: () => void;
  /** Puts an answer got otherwise (by a POST) in place. */
  readonly put: (data: T) => void;
}

export interface ApiOptions {
  /** Live events after which the answer is asked for again. */
  readonly renewOn?: (event: LiveEvent) => boolean;
  /** What the answer is about; while it stays the same the old answer is shown until the new one is there. */
  readonly about?: string;
}

/** Last answers by path, so that going back shows something at once. */
const remembered = new Map<string, unknown>();
const REMEMBERED = 40;

function remember(path: string, data: unknown): void {
  remembered.delete(path);
  remembered.set(path, data);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= REMEMBERED) break;
    remembered.delete(oldest);
  }
}

/** Several events in a burst make one request. */
const BURST = 250;
const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 15_000;

interface Answer<T> {
  readonly about: string | null;
  readonly data: T | undefined;
  readonly error: ApiError | null;
  readonly loading: boolean;
}

/** GETs `path` (null: nothing), again after the events `renewOn` names, and again by itself while the server is away. */
export function useApi<T>(path: string | null, options: ApiOptions = {}): Loaded<T> {
  const about = options.about ?? path;
  const [answer, setAnswer] = useState<Answer<T>>(() => ({
    about,
    data: path === null ? undefined : (remembered.get(path) as T | undefined),
    error: null,
    loading: path !== null,
  }));
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((count) => count + 1), []);
  const failures = useRef(0);

  // `round` asks again for the same path.
  useEffect(() => {
    void round;
    if (path === null) return;
    const abort = new AbortController();
    let retry: ReturnType<typeof setTimeout> | undefined;
    setAnswer((old) => ({
      about,
      data: (old.about === about ? old.data : undefined) ?? (remembered.get(path) as T | undefined),
      error: old.about === about ? old.error : null,
      loading: true,
    }));
    request<T>(path, { signal: abort.signal })
      .then((data) => {
        failures.current = 0;
        remember(path, data);
        setAnswer({ about, data, error: null, loading: false });
      })
      .catch((thrown: unknown) => {
        const error = asApiError(thrown);
        if (error === null || abort.signal.aborted) return;
        setAnswer((old) => ({ ...old, error, loading: false }));
        if (!error.passing) return;
        const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures.current++);
        retry = setTimeout(reload, wait);
      });
    return () => {
      abort.abort();
      clearTimeout(retry);
    };
  }, [path, about, round, reload]);

  const burst = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLive((event) => {
    if (!options.renewOn?.(event)) return;
    clearTimeout(burst.current);
    burst.current = setTimeout(reload, BURST);
  });
  useEffect(() => () => clearTimeout(burst.current), []);
  useEffect(() => onRecovery(reload), [reload]);

  const put = useCallback(
    (data: T) => {
      if (path !== null) remember(path, data);
      setAnswer({ about, data, error: null, loading: false });
    },
    [path, about],
  );
  const current = answer.about === about;
  return {
    data: current ? answer.data : undefined,
    error: current ? answer.error : null,
    loading: current ? answer.loading : path !== null,
    reload,
    put,
  };
}
