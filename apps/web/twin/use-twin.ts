import type { LiveEvent, TwinDetail } from '@gemel/server/api';
import { serverNow } from '../data/clock.ts';
import { HOUR } from '../data/time.ts';
import { type Loaded, useApi } from '../data/use-api.ts';

/** Beyond now the answer reaches this far: planned control inputs and the forecast, ms. */
const AHEAD = 12 * HOUR;

/** Whether an event changes what is shown of a subject. */
export function concernsTwin(event: LiveEvent, subject: string): boolean {
  if (event.kind === 'clock') return false;
  if (event.kind === 'job') return event.job.subject === subject && event.job.state === 'done';
  return event.subject === subject;
}

/** The twin over at least [from, to]; whole hours are asked for, so that the address stays the same for a while. */
export function useTwin(subject: string, from = serverNow() - 6 * HOUR, to = serverNow()): Loaded<TwinDetail> {
  const query = new URLSearchParams({
    from: String(Math.floor(from / HOUR) * HOUR),
    to: String(Math.ceil((to + AHEAD) / HOUR) * HOUR),
  });
  return useApi<TwinDetail>(`/api/twins/${encodeURIComponent(subject)}?${query}`, {
    about: `twin ${subject}`,
    renewOn: (event) => concernsTwin(event, subject),
  });
}
