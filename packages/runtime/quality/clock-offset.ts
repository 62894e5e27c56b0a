import { MINUTE } from '@gemel/core';
import type { Reading } from './cadence.ts';

/** How far one source's clock stands from another's, by what both measured. */
export interface ClockOffset {
  /** Minutes that the second runs ahead of the first: its stamps less this are the first's. */
  readonly minutes: number;
  readonly pairs: number;
  /** Mean squared difference at no offset over that at this one. */
  readonly gain: number;
}

const ENOUGH = 30;
/** Farthest offset looked for, minutes: an hour forgotten, or a zone or two. */
const FARTHEST = 180;
/** Values farther apart than this are not bridged, minutes. */
const BRIDGED = 30;
/** Gain from which an offset is believed, and told. */
const TELLING = 1.5;

/**
 * The offset that brings two series of one quantity nearest, by least squares of their differences about the mean difference, the second
 * linear between its values; to half a minute. Null where they share too little, move too little or lie well as they are.
 */
export function clockOffset(first: readonly Reading[], second: readonly Reading[]): ClockOffset | null {
  let best = { minutes: 0, pairs: 0, loss: Number.POSITIVE_INFINITY };
  const still = lossAt(first, second, 0);
  if (still === null) return null;
  const look = (from: number, to: number, step: number) => {
    for (let minutes = from; minutes <= to; minutes += step) {
      const found = lossAt(first, second, minutes * MINUTE);
      if (found !== null && found.loss < best.loss) best = { minutes, ...found };
    }
  };
  look(-FARTHEST, FARTHEST, 5);
  look(best.minutes - 5, best.minutes + 5, 0.5);
  const gain = still.loss / Math.max(best.loss, Number.MIN_VALUE);
  if (Math.abs(best.minutes) < 1 || gain < TELLING) return null;
  return { minutes: best.minutes, pairs: best.pairs, gain };
}

function lossAt(
  first: readonly Reading[],
  second: readonly Reading[],
  shift: number,
): { pairs: number; loss: number } | null {
  let [pairs, sum, squares] = [0, 0, 0];
  let j = 0;
  for (const { at, value } of first) {
    const there = at + shift;
    while (j + 1 < second.length && second[j + 1]!.at <= there) j++;
    const [low, high] = [second[j], second[j + 1]];
    if (low === undefined || high === undefined || low.at > there || high.at - low.at > BRIDGED * MINUTE) continue;
    const share = high.at === low.at ? 0 : (there - low.at) / (high.at - low.at);
    const difference = low.value + share * (high.value - low.value) - value;
    pairs++;
    sum += difference;
    squares += difference * difference;
  }
  return pairs < ENOUGH ? null : { pairs, loss: squares / pairs - (sum / pairs) ** 2 };
}
