import { inferenceErrors } from '../errors.data.ts';

/** How long something lasted, as far as it was seen. Times count from its beginning, in any one unit. */
export interface ObservedTime {
  /** When it ended, or was last seen to go on. */
  readonly time: number;
  /** Whether it ended then; false: it lasts longer (right-censored), as the stay of somebody who is still there. */
  readonly ended: boolean;
  /** How long it had lasted when it came under observation: shorter ones were never seen (left truncation). Default 0. */
  readonly seenFrom?: number;
  /** How many like it; default 1. */
  readonly weight?: number;
}

/** @throws inference-survival-time, inference-survival-no-end */
export function checkTimes(observed: readonly ObservedTime[], least: 'zero' | 'above-zero'): void {
  observed.forEach(({ time, seenFrom = 0, weight = 1 }, i) => {
    const fits = least === 'zero' ? time >= 0 : time > 0;
    const after = seenFrom === 0 || seenFrom < time;
    if (fits && time < Number.POSITIVE_INFINITY && seenFrom >= 0 && after && weight > 0 && Number.isFinite(weight))
      return;
    throw inferenceErrors.error(
      'inference-survival-time',
      `Time ${i}: it lasted ${time}, seen from ${seenFrom} on, with weight ${weight}.`,
      `time ${i}`,
    );
  });
  if (!observed.some(({ ended }) => ended)) {
    throw inferenceErrors.error(
      'inference-survival-no-end',
      `None of the ${observed.length} was seen to end: how long they last cannot be told from them.`,
    );
  }
}
