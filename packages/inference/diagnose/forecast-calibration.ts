import { betaQuantile } from '@gemel/numerics/special/incomplete-beta';
import { gammaQ } from '@gemel/numerics/special/incomplete-gamma';
import { inferenceErrors } from '../errors.data.ts';
import type { InferenceProblem } from '../problem.ts';
import { type RankUniformity, rankUniformity } from './rank-uniformity.ts';
import { coverage } from './scores.ts';

/** Probability below which forecasts are called not calibrated. */
const SIGNIFICANT = 1e-3;

export interface ForecastUniformity extends RankUniformity {
  /** Of a χ² as large under uniform values. */
  readonly probability: number;
  /** Kolmogorov's greatest distance from uniform, and the probability of one as large. */
  readonly distance: number;
  readonly distanceProbability: number;
  /** What the histogram says; `flat` where neither test is significant. */
  readonly shape: 'flat' | 'too narrow' | 'too wide' | 'too low' | 'too high' | 'uneven';
  readonly problems: readonly InferenceProblem[];
}

/**
 * Whether probability integral transforms of forecasts are uniform (Dawid 1984; Diebold, Gunther, Tay, Int. Econ. Rev. 39
 * (1998) 863; Gneiting, Balabdaoui, Raftery, J. R. Stat. Soc. B 69 (2007) 243): Pearson's χ² over equal bins, and Kolmogorov and
 * Smirnov's distance with Stephens' correction for the count (J. R. Stat. Soc. B 32 (1970) 115). Both take the values as
 * independent: forecasts that overlap in time are thinned first.
 * @param values in [0, 1], as `probabilityIntegralTransform` gives them
 * @throws inference-shape
 */
export function forecastUniformity(values: ArrayLike<number>, bins = 10): ForecastUniformity {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  if (n === 0 || !sorted.every((v) => v >= 0 && v <= 1)) {
    throw inferenceErrors.error('inference-shape', 'Transforms are numbers between 0 and 1, one at least.');
  }
  const ranks = rankUniformity(values, bins);
  const probability = gammaQ((bins - 1) / 2, ranks.chiSquare / 2);
  let distance = 0;
  sorted.forEach((v, i) => {
    distance = Math.max(distance, v - i / n, (i + 1) / n - v);
  });
  const root = Math.sqrt(n);
  const distanceProbability = kolmogorov((root + 0.12 + 0.11 / root) * distance);
  const uneven = Math.min(probability, distanceProbability) < SIGNIFICANT;
  const shape = uneven ? shapeOf(ranks, sorted) : 'flat';
  const words = {
    'too narrow': 'forecasts are too sure',
    'too wide': 'forecasts are too unsure',
    'too low': 'forecasts are too low',
    'too high': 'forecasts are too high',
    uneven: 'the distribution has another shape',
  };
  const problems =
    shape === 'flat'
      ? []
      : [
          inferenceErrors.problem(
            'inference-forecast-not-calibrated',
            `${n} observations are not spread evenly over their forecasts (probability ${Math.min(probability, distanceProbability).toExponential(1)}): ${words[shape]}.`,
          ),
        ];
  return { ...ranks, probability, distance, distanceProbability, shape, problems };
}

/** The most significant of bias and spread, each in its own standard errors. */
function shapeOf({ mean, count }: RankUniformity, values: Float64Array): ForecastUniformity['shape'] {
  const bias = (mean - 0.5) * Math.sqrt(12 * count);
  const square = values.reduce((sum, v) => sum + (v - 0.5) ** 2 / count, 0);
  const spread = (square - 1 / 12) * Math.sqrt(180 * count);
  if (Math.max(Math.abs(bias), Math.abs(spread)) < 3) return 'uneven';
  if (Math.abs(bias) > Math.abs(spread)) return bias > 0 ? 'too low' : 'too high';
  return spread > 0 ? 'too narrow' : 'too wide';
}

function kolmogorov(x: number): number {
  if (x < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, Math.max(0, sum));
}

/** Forecast intervals of one nominal level, each array one entry for an observation. */
export interface IntervalForecasts {
  readonly level: number;
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
}

export interface ReliabilityRow {
  readonly level: number;
  /** Share of observations inside, and its exact 95 % interval (Clopper and Pearson 1934). */
  readonly coverage: number;
  readonly coverageLow: number;
  readonly coverageHigh: number;
  /** Means over the observations, in their unit: score = width + below + above. */
  readonly score: IntervalScore;
}

export interface Reliability {
  readonly rows: readonly ReliabilityRow[];
  readonly problems: readonly InferenceProblem[];
}

/**
 * Coverage of forecast intervals by nominal level, with their mean interval score in its parts. A level whose coverage is
 * significantly another (probability 0.001 among all levels) is named.
 * @throws inference-shape
 */
export function reliability(forecasts: readonly IntervalForecasts[], observed: ArrayLike<number>): Reliability {
  const problems: InferenceProblem[] = [];
  const n = observed.length;
  const rows = forecasts.map(({ level, low, high }): ReliabilityRow => {
    if (n === 0 || low.length !== n || high.length !== n || !(level > 0 && level < 1)) {
      const message = `${low.length} and ${high.length} bounds of level ${level} for ${n} observations.`;
      throw inferenceErrors.error('inference-shape', message, `level ${level}`);
    }
    const share = coverage(low, high, observed);
    const [coverageLow, coverageHigh] = shareInterval(Math.round(share * n), n, 0.95);
    const [least, most] = shareInterval(Math.round(share * n), n, 1 - SIGNIFICANT / forecasts.length);
    if (level < least || level > most) {
      problems.push(
        inferenceErrors.problem(
          'inference-forecast-not-calibrated',
          `Intervals of level ${level} hold ${(100 * share).toFixed(1)} % of ${n} observations.`,
          `level ${level}`,
        ),
      );
    }
    const score = { score: 0, width: 0, below: 0, above: 0 };
    for (let i = 0; i < n; i++) {
      const one = intervalScore(level, low[i], high[i], observed[i]);
      for (const part of ['score', 'width', 'below', 'above'] as const) score[part] += one[part] / n;
    }
    return { level, coverage: share, coverageLow, coverageHigh, score };
  });
  return { rows, problems };
}

/** Exact interval of a probability from k of n. */
function shareInterval(k: number, n: number, confidence: number): readonly [number, number] {
  const tail = (1 - confidence) / 2;
  return [k === 0 ? 0 : betaQuantile(k, n - k + 1, tail), k === n ? 1 : betaQuantile(k + 1, n - k, 1 - tail)];
}

/** An interval score and what it is made of, in the unit of the observation. */
export interface IntervalScore {
  readonly score: number;
  readonly width: number;
  /** Penalty for an observation below the interval, and for one above. */
  readonly below: number;
  readonly above: number;
}

/**
 * Interval score of a central interval (Winkler 1972; Gneiting and Raftery, J. Am. Stat. Assoc. 102 (2007) 359, equation 43) in
 * width and penalties (Bracher, Ray, Gneiting, Reich, PLoS Comput. Biol. 17 (2021) e1008618); smaller is better.
 */
export function intervalScore(level: number, low: number, high: number, observed: number): IntervalScore {
  const price = 2 / (1 - level);
  const width = high - low;
  const below = price * Math.max(0, low - observed);
  const above = price * Math.max(0, observed - high);
  return { score: width + below + above, width, below, above };
}

/** Mean CRPS = reliability − resolution + uncertainty, all in the unit of the observation. */
export interface CrpsDecomposition {
  readonly crps: number;
  /** What miscalibration costs; 0 is best. */
  readonly reliability: number;
  /** What forecasts gain over the climate of the same observations. */
  readonly resolution: number;
  /** CRPS of that climate. */
  readonly uncertainty: number;
}

/**
 * Decomposition of the mean CRPS of equally weighted members, not fair (Hersbach, Weather Forecast. 15 (2000) 559, equations
 * 24 to 39).
 * @param members observations × members
 * @throws inference-shape
 */
export function crpsDecomposition(members: Float64Array, observed: ArrayLike<number>): CrpsDecomposition {
  const m = observed.length;
  const n = members.length / m;
  if (!Number.isInteger(n) || n < 1) {
    throw inferenceErrors.error('inference-shape', `${members.length} members are no table beside ${m} observations.`);
  }
  // Mean stretch between members i and i + 1 below the observation, and above it; 0 and n: beyond the members.
  const under = new Float64Array(n + 1);
  const over = new Float64Array(n + 1);
  let belowAll = 0;
  let aboveAll = 0;
  for (let k = 0; k < m; k++) {
    const x = members.slice(k * n, k * n + n).sort();
    const y = observed[k];
    if (y < x[0]) belowAll += 1 / m;
    if (y > x[n - 1]) aboveAll += 1 / m;
    over[0] += Math.max(0, x[0] - y) / m;
    under[n] += Math.max(0, y - x[n - 1]) / m;
    for (let i = 1; i < n; i++) {
      const at = Math.min(x[i], Math.max(x[i - 1], y));
      under[i] += (at - x[i - 1]) / m;
      over[i] += (x[i] - at) / m;
    }
  }
  let crps = 0;
  let reliable = 0;
  for (let i = 0; i <= n; i++) {
    const p = i / n;
    crps += under[i] * p * p + over[i] * (1 - p) ** 2;
    const outer = i === 0 ? belowAll : i === n ? 1 - aboveAll : Number.NaN;
    const frequency = Number.isNaN(outer) ? over[i] / (under[i] + over[i]) : outer;
    const width = i === 0 ? over[0] / frequency : i === n ? under[n] / (1 - frequency) : under[i] + over[i];
    if (width > 0) reliable += width * (frequency - p) ** 2;
  }
  const climate = Float64Array.from(observed).sort();
  const uncertainty = climate.reduce((sum, y, i) => sum + (2 * i - m + 1) * y, 0) / (m * m);
  return { crps, reliability: reliable, resolution: uncertainty - (crps - reliable), uncertainty };
}
