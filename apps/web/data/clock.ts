import type { Status } from '@gemel/server/api';
import { useEffect, useState, useSyncExternalStore } from 'react';

interface Reading {
  readonly server: number;
  readonly local: number;
  readonly speed: number;
}

let reading: Reading = { server: Date.now(), local: performance.now(), speed: 1 };
const watchers = new Set<() => void>();

/** Sets the app's clock by the server's: the demonstration world may run on its own, and faster. */
export function tellClock(now: number, speed = reading.speed): void {
  reading = { server: now, local: performance.now(), speed };
  for (const watcher of watchers) watcher();
}

export function tellStatus(status: Status): void {
  tellClock(status.clock.now, status.clock.speed);
}

/** The server's time now, ms since the epoch; runs on when the server is silent, so that data grow older. */
export function serverNow(): number {
  return reading.server + (performance.now() - reading.local) * reading.speed;
}

/** `serverNow` as state, renewed each second of a fast clock and each ten of the wall clock. */
export function useNow(): number {
  useSyncExternalStore(
    (notify) => {
      watchers.add(notify);
      return () => watchers.delete(notify);
    },
    () => reading,
  );
  const [, tick] = useState(0);
  const pace = reading.speed > 1 ? 1_000 : 10_000;
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), pace);
    return () => clearInterval(timer);
  }, [pace]);
  return serverNow();
}
