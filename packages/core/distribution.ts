import type { RandomStream } from '@gemel/numerics/random/stream';

/** A belief about one number. Parametric and sampled forms answer the same questions. */
export interface Distribution {
  readonly mean: number;
  readonly sd: number;
  readonly median: number;
  /** The p-quantile, p in (0, 1). */
  quantile(p: number): number;
  /** Central interval that holds `level` of the mass. */
  interval(level: number): readonly [low: number, high: number];
  /** P(X <= x). */
  cdf(x: number): number;
  /** Log density (−Infinity outside the support; sampled distributions have none and throw `core-no-density`). */
  logDensity(x: number): number;
  /** Probability that the event holds. */
  probability(event: Event): number;
  sample(random: RandomStream): number;
}

/** An event about a number: below, above or between bounds. */
export type Event =
  | { readonly below: number }
  | { readonly above: number }
  | { readonly from: number; readonly to: number };
