/** Statistics of the intervals between all beats. They bear no HRV names: HRV is of normal beats only. */
export interface RrStatistics {
  readonly count: number;
  /** Milliseconds. */
  readonly mean: number;
  /** Standard deviation with n − 1, milliseconds. */
  readonly standardDeviation: number;
  /** Root mean square of successive differences, milliseconds. */
  readonly successiveDifference: number;
}

/**
 * Time-domain heart rate variability (Task Force of the ESC and NASPE 1996, doi:10.1161/01.CIR.93.5.1043): of intervals between
 * two normal beats that follow each other; differences between two such intervals that follow each other.
 */
export interface HrvStatistics {
  readonly count: number;
  /** Milliseconds. */
  readonly meanNN: number;
  /** Standard deviation with n − 1, milliseconds. */
  readonly sdnn: number;
  /** Milliseconds. */
  readonly rmssd: number;
  /** Differences above 50 ms, as a part of all differences, 0 to 1. */
  readonly pnn50: number;
  readonly differences: number;
}

/** Intervals in ms between beats at ascending times in seconds. */
export function rrIntervals(times: ArrayLike<number>): Float64Array {
  const intervals = new Float64Array(Math.max(0, times.length - 1));
  for (let i = 0; i < intervals.length; i++) intervals[i] = (times[i + 1]! - times[i]!) * 1000;
  return intervals;
}

/** Statistics over all beats, whatever kind they are. */
export function rrStatistics(times: ArrayLike<number>): RrStatistics {
  const intervals = rrIntervals(times);
  const { mean, deviation } = moments(intervals);
  const differences = Float64Array.from(
    { length: Math.max(0, intervals.length - 1) },
    (_, i) => intervals[i + 1]! - intervals[i]!,
  );
  return {
    count: intervals.length,
    mean,
    standardDeviation: deviation,
    successiveDifference: rootMeanSquare(differences),
  };
}

/** HRV over the intervals between normal beats; `normal[i]` tells of beat i. */
export function hrvStatistics(times: ArrayLike<number>, normal: ArrayLike<boolean>): HrvStatistics {
  const intervals = rrIntervals(times);
  const both = (i: number) => normal[i] === true && normal[i + 1] === true;
  const kept = intervals.filter((_, i) => both(i));
  const differences: number[] = [];
  for (let i = 0; i + 1 < intervals.length; i++) {
    if (both(i) && both(i + 1)) differences.push(intervals[i + 1]! - intervals[i]!);
  }
  const { mean, deviation } = moments(kept);
  return {
    count: kept.length,
    meanNN: mean,
    sdnn: deviation,
    rmssd: rootMeanSquare(differences),
    pnn50:
      differences.length === 0 ? Number.NaN : differences.filter((d) => Math.abs(d) > 50).length / differences.length,
    differences: differences.length,
  };
}

function moments(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  const n = values.length;
  if (n === 0) return { mean: Number.NaN, deviation: Number.NaN };
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / n;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, deviation: n < 2 ? Number.NaN : Math.sqrt(squares / (n - 1)) };
}

function rootMeanSquare(values: ArrayLike<number>): number {
  if (values.length === 0) return Number.NaN;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i]! ** 2;
  return Math.sqrt(squares / values.length);
}
