import { DAY, MINUTE } from '@gemel/core';

/** One reading, for looking at what is missing. */
export interface Reading {
  readonly at: number;
  readonly value: number;
  /** Local offset east of UTC, minutes. */
  readonly offset: number | null;
}

/** How regularly readings came, and what is missing of them. */
export interface Cadence {
  /** Usual minutes between readings: their median. */
  readonly usualMinutes: number;
  readonly received: number;
  /** What a source of that pace would have sent from the first to the last. */
  readonly expected: number;
  /** Received of expected, at most 1. */
  readonly completeness: number;
  readonly longestGapMinutes: number;
  /** When the longest gap began. */
  readonly longestGapFrom: number;
  /** Local days, in order. */
  readonly days: readonly {
    readonly day: string;
    readonly received: number;
    readonly expected: number;
    readonly completeness: number;
  }[];
  /** Set where values before gaps differ from the others, so that what is missing is probably not like what is there. */
  readonly informative: string | null;
}

const ENOUGH = 10;
/** Share of gaps near the usual one from which a source counts as regular: a monitor, not a laboratory. */
const REGULAR = 0.5;
/** A gap this many usual intervals long is one. */
const GAP = 3;
const ENOUGH_GAPS = 5;
/** Standardised difference that is called more than small (Cohen 1988). */
const NOTABLE = 0.5;

/** Null where readings are few or come when they come. `readings` in order of time. */
export function cadenceOf(readings: readonly Reading[]): Cadence | null {
  if (readings.length < ENOUGH) return null;
  const gaps = readings.slice(1).map(({ at }, i) => at - readings[i]!.at);
  const usual = gaps.toSorted((a, b) => a - b)[gaps.length >> 1]!;
  if (usual <= 0 || gaps.filter((gap) => Math.abs(gap - usual) <= usual / 2).length < REGULAR * gaps.length)
    return null;
  const [first, last] = [readings[0]!.at, readings.at(-1)!.at];
  const expected = Math.round((last - first) / usual) + 1;
  const longest = gaps.reduce((best, gap, i) => (gap > gaps[best]! ? i : best), 0);
  return {
    usualMinutes: usual / MINUTE,
    received: readings.length,
    expected,
    completeness: Math.min(1, readings.length / expected),
    longestGapMinutes: gaps[longest]! / MINUTE,
    longestGapFrom: readings[longest]!.at,
    days: daysOf(readings, usual),
    informative: informativeness(readings, gaps, usual),
  };
}

function daysOf(readings: readonly Reading[], usual: number): Cadence['days'] {
  const local = (reading: Reading) => reading.at + (reading.offset ?? 0) * MINUTE;
  const [begin, end] = [local(readings[0]!), local(readings.at(-1)!)];
  const counts = new Map<number, number>();
  for (const reading of readings) {
    const day = Math.floor(local(reading) / DAY);
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  const days: Cadence['days'][number][] = [];
  for (let day = Math.floor(begin / DAY); day <= Math.floor(end / DAY); day++) {
    const [from, to] = [Math.max(begin, day * DAY), Math.min(end, (day + 1) * DAY)];
    const expected = Math.max(1, Math.round((to - from) / usual));
    const received = counts.get(day) ?? 0;
    const completeness = Math.min(1, received / expected);
    days.push({ day: new Date(day * DAY).toISOString().slice(0, 10), received, expected, completeness });
  }
  return days;
}

function informativeness(readings: readonly Reading[], gaps: readonly number[], usual: number): string | null {
  const before = readings.filter((_, i) => (gaps[i] ?? 0) > GAP * usual).map(({ value }) => value);
  if (before.length < ENOUGH_GAPS) return null;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const all = readings.map(({ value }) => value);
  const centre = mean(all);
  const sd = Math.sqrt(mean(all.map((value) => (value - centre) ** 2)));
  const shift = sd === 0 ? 0 : (mean(before) - centre) / sd;
  // The mean of n values strays by 1/√n of itself.
  if (Math.abs(shift) < Math.max(NOTABLE, 2 / Math.sqrt(before.length))) return null;
  const side = shift > 0 ? 'higher' : 'lower';
  return `Values before the ${before.length} gaps are ${side} than the others by ${Math.abs(shift).toFixed(1)} SD: what is missing is probably not like what is there.`;
}
