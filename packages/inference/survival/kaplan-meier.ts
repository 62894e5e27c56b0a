import { type Duration, empirical } from '@gemel/numerics/des/duration';
import { normalQuantile } from '@gemel/numerics/special/normal';
import { inferenceErrors } from '../errors.data.ts';
import { checkTimes, type ObservedTime } from './observed-time.ts';

/** A survival function as steps: one entry for each time at which something ended. */
export interface SurvivalCurve {
  readonly times: Float64Array;
  /** Under observation just before each time, and ended at it, by weight. */
  readonly atRisk: Float64Array;
  readonly ended: Float64Array;
  /** Share that lasts longer than each time. */
  readonly survival: Float64Array;
  /** Of `survival`, by Greenwood's formula. */
  readonly standardError: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Until when anything was seen, ended or not. */
  readonly seenUntil: number;
}

export interface CurveOptions {
  /** Confidence of each pointwise interval; default 0.95. */
  readonly level?: number;
  /** Scale on which the interval is symmetric; default 'log-log', which stays within 0 and 1. */
  readonly interval?: 'log-log' | 'log' | 'plain';
}

/**
 * The product-limit estimate (E. L. Kaplan, P. Meier, J. Am. Stat. Assoc. 53 (1958) 457) with Greenwood's standard errors. What
 * came under observation late counts as at risk only from then on.
 * @throws inference-survival-time, inference-survival-no-end
 */
export function kaplanMeier(observed: readonly ObservedTime[], options: CurveOptions = {}): SurvivalCurve {
  checkTimes(observed, 'zero');
  const { level = 0.95, interval = 'log-log' } = options;
  const z = normalQuantile((1 + level) / 2);
  const times = Float64Array.from(new Set(observed.flatMap(({ time, ended }) => (ended ? [time] : [])))).sort();
  const { atRisk, ended } = counted(observed, times);
  const survival = new Float64Array(times.length);
  const standardError = new Float64Array(times.length);
  const low = new Float64Array(times.length);
  const high = new Float64Array(times.length);
  let s = 1;
  let greenwood = 0;
  for (let k = 0; k < times.length; k++) {
    const n = atRisk[k];
    const d = ended[k];
    s *= (n - d) / n;
    greenwood += d / (n * (n - d));
    survival[k] = s;
    standardError[k] = s === 0 ? 0 : s * Math.sqrt(greenwood);
    [low[k], high[k]] = limits(s, standardError[k], z, interval);
  }
  const seenUntil = observed.reduce((latest, { time }) => Math.max(latest, time), 0);
  return { times, atRisk, ended, survival, standardError, low, high, seenUntil };
}

/** Weights at risk just before each time and ended at it; who came under observation at a time is at risk after it. */
function counted(observed: readonly ObservedTime[], times: Float64Array) {
  const atRisk = new Float64Array(times.length);
  const ended = new Float64Array(times.length);
  for (const { time, ended: over, seenFrom = 0, weight = 1 } of observed) {
    const last = lastAt(times, time);
    for (let k = last; k >= 0 && (seenFrom === 0 || times[k] > seenFrom); k--) atRisk[k] += weight;
    if (over) ended[last] += weight;
  }
  return { atRisk, ended };
}

function limits(s: number, error: number, z: number, interval: NonNullable<CurveOptions['interval']>) {
  // Where all ended, Greenwood's formula has no value: the estimate stands without an interval.
  if (s === 0) return [Number.NaN, Number.NaN] as const;
  if (s === 1) return [1, 1] as const;
  if (interval === 'plain') return [Math.max(0, s - z * error), Math.min(1, s + z * error)] as const;
  const relative = (z * error) / s;
  if (interval === 'log') return [s * Math.exp(-relative), Math.min(1, s * Math.exp(relative))] as const;
  const spread = Math.exp(relative / -Math.log(s));
  return [s ** spread, s ** (1 / spread)] as const;
}

/** Index of the last time at or before t; −1 where there is none. */
function lastAt(times: Float64Array, t: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Share that lasts longer than t; NaN beyond what was seen, unless all had ended. */
export function survivalAt({ times, survival, seenUntil }: SurvivalCurve, t: number): number {
  const k = lastAt(times, t);
  const s = k < 0 ? 1 : survival[k];
  return t > seenUntil && s > 0 ? Number.NaN : s;
}

/**
 * The first time by which a share p has ended, with the interval that inverts the pointwise one; NaN where the curve, or the
 * end of its interval, does not come down so far. Where the curve runs level at exactly 1 − p, the middle of the level.
 */
export function survivalQuantile(
  curve: SurvivalCurve,
  p: number,
): { readonly value: number; readonly low: number; readonly high: number } {
  const crossing = (s: Float64Array) => {
    const target = 1 - p;
    const close = 1e-9 * Math.max(target, 1e-9);
    const k = s.findIndex((share) => share <= target + close);
    if (k < 0) return Number.NaN;
    const level = Math.abs(s[k] - target) <= close && k + 1 < s.length;
    return level ? (curve.times[k] + curve.times[k + 1]) / 2 : curve.times[k];
  };
  return { value: crossing(curve.survival), low: crossing(curve.low), high: crossing(curve.high) };
}

/** Mean time up to `until`: the area under the curve, with its standard error. @throws RangeError where nothing was seen so long */
export function restrictedMean(
  curve: SurvivalCurve,
  until: number,
): { readonly mean: number; readonly standardError: number } {
  const { times, survival, atRisk, ended, seenUntil } = curve;
  if (until > seenUntil && survival[survival.length - 1] > 0) {
    throw new RangeError(`Nothing was seen for as long as ${until}; the last was seen until ${seenUntil}.`);
  }
  const count = lastAt(times, until) + 1;
  const areas = new Float64Array(count + 1);
  for (let k = count; k >= 0; k--) {
    const from = k === 0 ? 0 : times[k - 1];
    const to = k === count ? until : times[k];
    areas[k] = (k === count ? 0 : areas[k + 1]) + (to - from) * (k === 0 ? 1 : survival[k - 1]);
  }
  let variance = 0;
  for (let k = 0; k < count; k++) {
    const left = atRisk[k] - ended[k];
    if (left > 0) variance += (areas[k + 1] ** 2 * ended[k]) / (atRisk[k] * left);
  }
  return { mean: areas[0], standardError: Math.sqrt(variance) };
}

/**
 * The curve as a duration to simulate with. What is known only to last longer than anything seen lasts `longer` beyond that.
 * @throws inference-survival-open where some last longer than was seen and `longer` is not given
 */
export function durationOf(curve: SurvivalCurve, longer?: Duration): Duration {
  const { times, survival, seenUntil } = curve;
  const shares = survival.map((s, k) => (k === 0 ? 1 : survival[k - 1]) - s);
  const left = survival[survival.length - 1];
  const seen = empirical(times, shares);
  if (left === 0) return seen;
  if (longer === undefined) {
    throw inferenceErrors.error(
      'inference-survival-open',
      `Of those seen, ${(100 * left).toPrecision(3)} % last longer than ${seenUntil}, how long is not known.`,
    );
  }
  const within = 1 - left;
  const beyond = seenUntil + longer.mean;
  const mean = within * seen.mean + left * beyond;
  const second = within * (seen.variance + seen.mean ** 2) + left * (longer.variance + beyond ** 2);
  return {
    name: `Kaplan–Meier curve of ${times.length} times; what lasts beyond ${seenUntil}: ${longer.name}`,
    mean,
    variance: second - mean * mean,
    survival: (t) => (t < seenUntil ? left + within * seen.survival(t) : left * longer.survival(t - seenUntil)),
    atSurvival: (s) => (s >= left ? seen.atSurvival((s - left) / within) : seenUntil + longer.atSurvival(s / left)),
    lasted: (t) =>
      within * seen.lasted(t) + left * (t <= seenUntil ? Math.max(0, t) : seenUntil + longer.lasted(t - seenUntil)),
  };
}
