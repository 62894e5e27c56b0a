import type { LiveEvent } from '@gemel/server/api';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { tellClock } from './clock.ts';

export type Connection = 'connecting' | 'open' | 'down';

const listeners = new Set<(event: LiveEvent) => void>();
const recoveries = new Set<() => void>();
const watchers = new Set<() => void>();
let connection: Connection = 'connecting';
let source: EventSource | null = null;
let waited = 0;

function become(next: Connection): void {
  if (next === connection) return;
  const recovered = connection === 'down' && next === 'open';
  connection = next;
  for (const watcher of watchers) watcher();
  if (recovered) for (const recovery of recoveries) recovery();
}

/** Opens the live stream; a browser gives up on some failures, so it is opened anew until it holds. */
export function connect(): void {
  if (source !== null) return;
  source = new EventSource('/api/events');
  source.onopen = () => {
    waited = 0;
    become('open');
  };
  source.onmessage = (message) => {
    const event = JSON.parse(message.data as string) as LiveEvent;
    if (event.kind === 'clock') tellClock(event.now);
    for (const listener of listeners) listener(event);
  };
  source.onerror = () => {
    become('down');
    source?.close();
    source = null;
    waited = Math.min(10_000, waited === 0 ? 1_000 : waited * 2);
    setTimeout(connect, waited);
  };
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (notify) => {
      watchers.add(notify);
      return () => watchers.delete(notify);
    },
    () => connection,
  );
}

/** Calls the newest `listener` for every live event while mounted. */
export function useLive(listener: (event: LiveEvent) => void): void {
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  useEffect(() => {
    const call = (event: LiveEvent) => newest.current(event);
    listeners.add(call);
    return () => {
      listeners.delete(call);
    };
  }, []);
}

/** Calls `recovery` when the live stream holds again after it was down. */
export function onRecovery(recovery: () => void): () => void {
  recoveries.add(recovery);
  return () => {
    recoveries.delete(recovery);
  };
}
