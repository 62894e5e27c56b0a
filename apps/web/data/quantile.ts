import type { Scalar, Trajectory } from '@gemel/core';

/** Row of `levels` that holds the p-quantile; −1 where the forecast stores none there. */
export function levelIndex(levels: readonly number[], p: number): number {
  return levels.findIndex((level) => Math.abs(level - p) < 1e-9);
}

export interface Interval {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** Median and central 90 % interval of a scalar quantity. */
export function interval90(quantity: Pick<Scalar, 'levels' | 'quantiles'>): Interval {
  const at = (p: number) => quantity.quantiles[levelIndex(quantity.levels, p)] ?? Number.NaN;
  return { low: at(0.05), median: at(0.5), high: at(0.95) };
}

/** The p-quantile of a trajectory at a time index. */
export function trajectoryQuantile(trajectory: Trajectory, p: number, index: number): number {
  return trajectory.quantiles[levelIndex(trajectory.levels, p)]?.[index] ?? Number.NaN;
}

/** Index of the time nearest to `at`; −1 for an empty trajectory. */
export function nearestIndex(times: readonly number[], at: number): number {
  let best = -1;
  for (const [i, time] of times.entries()) if (best < 0 || Math.abs(time - at) < Math.abs(times[best]! - at)) best = i;
  return best;
}
