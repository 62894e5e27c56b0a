import type { LiveEvent } from '@gemel/server/api';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { answerOf } from './client.ts';
import { tellClock } from './clock.ts';

export type Connection = 'connecting' | 'open' | 'down';

const listeners = new Set<(event: LiveEvent) => void>();
const recoveries = new Set<() => void>();
const watchers = new Set<() => void>();
let connection: Connection = 'connecting';
let stream: AbortController | null = null;
let waited = 0;

function become(next: Connection): void {
  if (next === connection) return;
  const recovered = connection === 'down' && next === 'open';
  connection = next;
  for (const watcher of watchers) watcher();
  if (recovered) for (const recovery of recoveries) recovery();
}

/** Opens the live stream, and again when it ends or fails; a launch brings its own access, which an EventSource cannot bear. */
export function connect(): void {
  if (stream !== null) return;
  const abort = new AbortController();
  stream = abort;
  listen(abort.signal)
    .catch(() => {})
    .then(() => {
      if (stream !== abort) return;
      become('down');
      stream = null;
      waited = Math.min(10_000, waited === 0 ? 1_000 : waited * 2);
      setTimeout(connect, waited);
    });
}

/** Opens the stream anew with another access. */
export function reconnect(): void {
  stream?.abort();
  stream = null;
  connect();
}

async function listen(signal: AbortSignal): Promise<void> {
  const response = await answerOf('/api/events', { signal, headers: { accept: 'text/event-stream' } });
  if (!response.ok || response.body === null) return;
  waited = 0;
  become('open');
  let held = '';
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    held += part.value;
    for (let end = held.indexOf('\n\n'); end >= 0; end = held.indexOf('\n\n')) {
      const block = held.slice(0, end);
      held = held.slice(end + 2);
      if (block.startsWith('data: ')) hear(JSON.parse(block.slice(6)) as LiveEvent);
    }
  }
}

function hear(event: LiveEvent): void {
  if (event.kind === 'clock') tellClock(event.now);
  for (const listener of listeners) listener(event);
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
