import type { TwinDetail } from '@gemel/server/api';
import { type LocalTime, localTime } from '../data/time.ts';

/** Local time of the records where they wrote an offset (the newest one), else the reader's. */
export function timeOfTwin(detail: TwinDetail): LocalTime {
  let newest: { at: number; offset: number } | null = null;
  for (const control of detail.controls)
    if (control.offset !== null && (newest === null || control.from > newest.at))
      newest = { at: control.from, offset: control.offset };
  return localTime(newest?.offset ?? null);
}
