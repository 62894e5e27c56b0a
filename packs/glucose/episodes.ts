import type { Instant } from '@gemel/core';
import { MINUTE } from '@gemel/core';
import { type Reading, samplingMinutes } from './readings.ts';

/** A stretch beyond a threshold that lasted. */
export interface Episode {
  readonly from: Instant;
  readonly to: Instant;
  readonly minutes: number;
  /** Lowest value of a low episode, highest of a high one, mg/dL. */
  readonly extreme: number;
}

/** Minutes beyond the threshold that begin an episode, and back that end one. */
const LASTING_MINUTES = 15;
/** A longer silence of the sensor ends an episode at the last value seen. */
const LONGEST_GAP_MINUTES = 45;

/**
 * Episodes beyond a threshold (mg/dL): at least 15 consecutive minutes beyond begin one, at least 15 consecutive minutes
 * back end it (Battelino 2023, doi:10.1016/S2213-8587(22)00319-9). Each reading stands for one sampling interval.
 */
export function episodes(readings: readonly Reading[], event: { below: number } | { above: number }): Episode[] {
  const low = 'below' in event;
  const beyond = (r: Reading) => (low ? r.value < event.below : r.value > event.above);
  const step = samplingMinutes(readings) * MINUTE;
  const lasting = LASTING_MINUTES * MINUTE;
  const found: Episode[] = [];
  let first: Reading | null = null;
  let last: Reading | null = null;
  let extreme = Number.NaN;
  let began = false;
  const close = () => {
    if (began) {
      const to = (last!.at + step) as Instant;
      found.push({ from: first!.at, to, minutes: (to - first!.at) / MINUTE, extreme });
    }
    first = null;
    began = false;
  };
  let previous: Reading | null = null;
  for (const r of readings) {
    if (previous !== null && r.at - previous.at > LONGEST_GAP_MINUTES * MINUTE) close();
    previous = r;
    if (beyond(r)) {
      if (first === null) {
        first = r;
        extreme = r.value;
      }
      last = r;
      extreme = low ? Math.min(extreme, r.value) : Math.max(extreme, r.value);
      if (r.at + step - first.at >= lasting) began = true;
    } else if (first !== null && (!began || r.at + step - (last!.at + step) >= lasting)) close();
  }
  close();
  return found;
}
