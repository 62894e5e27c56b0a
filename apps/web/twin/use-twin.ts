import type { LiveEvent, TwinDetail } from '@gemel/server/api';
import { HOUR } from '../data/time.ts';
import { type Loaded, useApi } from '../data/use-api.ts';
import { usePack } from '../navigation.tsx';
import { twinPath } from './twin-path.ts';

/** Beyond the window the answer reaches this far: planned control inputs and the forecast, ms. */
const AHEAD = 12 * HOUR;

/** Whether an event changes what is shown of a subject. */
export function concernsTwin(event: LiveEvent, subject: string): boolean {
  if (event.kind === 'clock') return false;
  if (event.kind === 'job') return event.job.subject === subject && event.job.state === 'done';
  return event.subject === subject;
}

/** The twin over its own first window, or over at least the one given; whole hours are asked for, so that the address stays the same for a while. */
export function useTwin(subject: string, window?: { readonly from: number; readonly to: number }): Loaded<TwinDetail> {
  const pack = usePack();
  const query: Record<string, string> =
    window === undefined
      ? {}
      : {
          from: String(Math.floor(window.from / HOUR) * HOUR),
          to: String(Math.ceil((window.to + AHEAD) / HOUR) * HOUR),
        };
  return useApi<TwinDetail>(twinPath(subject, pack, '', query), {
    about: `twin ${subject} ${pack ?? ''}`,
    renewOn: (event) => concernsTwin(event, subject),
  });
}
