import type { WhatIfRequest, WhatIfResult } from '@gemel/server/api';
import { useEffect, useState } from 'react';
import { type ApiError, asApiError, post } from '../data/client.ts';
import { usePack } from '../navigation.tsx';
import { twinPath } from '../twin/twin-path.ts';

export interface WhatIf {
  /** The newest answer; an older one stays until the next is there. */
  readonly result: WhatIfResult | null;
  readonly error: ApiError | null;
  readonly working: boolean;
  /** From asking to answer, ms. */
  readonly took: number | null;
}

/** A slider held still this long is asked about, ms. */
const REST = 120;

/** Compares two arms; `basis` changes when the twin's data do. */
export function useWhatIf(subject: string, arms: WhatIfRequest['arms'], basis: string): WhatIf {
  const pack = usePack();
  const [state, setState] = useState<WhatIf>({ result: null, error: null, working: true, took: null });
  const asked = JSON.stringify(arms);
  useEffect(() => {
    void basis;
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      setState((old) => ({ ...old, working: true }));
      const began = performance.now();
      try {
        const body: WhatIfRequest = { arms: JSON.parse(asked) };
        const result = await post<WhatIfResult>(twinPath(subject, pack, 'whatif'), body, abort.signal);
        setState({ result, error: null, working: false, took: Math.round(performance.now() - began) });
      } catch (thrown) {
        const error = asApiError(thrown);
        if (error !== null && !abort.signal.aborted) setState((old) => ({ ...old, error, working: false }));
      }
    }, REST);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [subject, pack, asked, basis]);
  return state;
}
