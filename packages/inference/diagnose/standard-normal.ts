import { betaI } from '@gemel/numerics/special/incomplete-beta';
import { gammaP, gammaQ } from '@gemel/numerics/special/incomplete-gamma';
import { normalCdf, normalQuantile } from '@gemel/numerics/special/normal';
import { momentsOf } from './convergence.ts';

/** A test's probability under the null hypothesis, and the same times the number of tests made together. */
export interface TestProbability {
  readonly probability: number;
  /** Bonferroni, at most 1. */
  readonly adjusted: number;
}

/** Whether values may be draws of the standard normal distribution. NaN where too few values are there for a number. */
export interface StandardNormalTests {
  readonly count: number;
  readonly mean: number;
  /** Of the mean: SD/√n. */
  readonly meanError: number;
  readonly variance: number;
  /** Of the variance: variance·√(2/(n − 1)). */
  readonly varianceError: number;
  /** Third and fourth standardised central moments, by n; the fourth less 3. */
  readonly skewness: number;
  readonly kurtosis: number;
  /** Mean 0: Student's t, or Wilcoxon's signed ranks. */
  readonly location: TestProbability;
  /** Variance 1: χ² with n − 1 degrees of freedom, two-sided. */
  readonly spread: TestProbability;
  /** Shapiro and Wilk; NaN outside 3 to 5000 values. */
  readonly normality: TestProbability;
  /** The smallest of those that exist, times their number: `probability` is adjusted already. */
  readonly global: TestProbability;
}

/**
 * Tests of mean, variance and normality and their Bonferroni combination, as Comets, Brendel, Mentré 2008 (doi
 * 10.1016/j.cmpb.2007.12.002) put them together.
 */
export function standardNormalTests(
  values: Float64Array,
  options: { readonly location?: 'mean' | 'rank' } = {},
): StandardNormalTests {
  const n = values.length;
  const { mean, sd } = n === 0 ? { mean: Number.NaN, sd: Number.NaN } : momentsOf(values);
  const variance = sd * sd;
  const central = (power: number) => values.reduce((sum, v) => sum + (v - mean) ** power / n, 0);
  const second = central(2);
  const location = options.location === 'rank' ? signedRankProbability(values) : meanProbability(mean, sd, n);
  const spread = n > 1 ? varianceProbability(variance, n) : Number.NaN;
  const normality = shapiroWilk(values).probability;
  const known = [location, spread, normality].filter((p) => !Number.isNaN(p));
  const adjust = (p: number): TestProbability => ({ probability: p, adjusted: Math.min(1, known.length * p) });
  const global = known.length === 0 ? Number.NaN : Math.min(1, known.length * Math.min(...known));
  return {
    count: n,
    mean,
    meanError: sd / Math.sqrt(n),
    variance,
    varianceError: variance * Math.sqrt(2 / (n - 1)),
    skewness: central(3) / second ** 1.5,
    kurtosis: central(4) / second ** 2 - 3,
    location: adjust(location),
    spread: adjust(spread),
    normality: adjust(normality),
    global: { probability: global, adjusted: global },
  };
}

function meanProbability(mean: number, sd: number, n: number): number {
  const t2 = (mean * mean * n) / (sd * sd);
  return Number.isNaN(t2) ? Number.NaN : betaI((n - 1) / 2, 0.5, (n - 1) / (n - 1 + t2));
}

function varianceProbability(variance: number, n: number): number {
  const half = ((n - 1) * variance) / 2;
  return Math.min(1, 2 * Math.min(gammaP((n - 1) / 2, half), gammaQ((n - 1) / 2, half)));
}

/**
 * Two-sided probability of Wilcoxon's signed-rank test that values are symmetric about 0, zeros left out: exact below 50 values
 * without ties, else normal with the corrections for continuity and ties (Hollander and Wolfe 1999, section 3.1).
 */
export function signedRankProbability(values: Float64Array): number {
  const x = [...values].filter((v) => v !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  const n = x.length;
  if (n === 0) return Number.NaN;
  let sum = 0;
  let ties = 0;
  for (let i = 0; i < n; ) {
    let j = i;
    while (j < n && Math.abs(x[j]) === Math.abs(x[i])) j++;
    for (let k = i; k < j; k++) if (x[k] > 0) sum += (i + 1 + j) / 2;
    ties += (j - i) ** 3 - (j - i);
    i = j;
  }
  if (n < 50 && ties === 0 && n === values.length) {
    // ways[s]: subsets of the ranks 1 … n that add to s.
    const most = (n * (n + 1)) / 2;
    const ways = new Float64Array(most + 1);
    ways[0] = 1;
    for (let rank = 1; rank <= n; rank++) for (let s = most; s >= rank; s--) ways[s] += ways[s - rank];
    const tail = Math.min(sum, most - sum);
    let count = 0;
    for (let s = 0; s <= tail; s++) count += ways[s];
    return Math.min(1, (2 * count) / 2 ** n);
  }
  const centre = sum - (n * (n + 1)) / 4;
  const sd = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24 - ties / 48);
  return Math.min(1, 2 * normalCdf(-Math.max(0, Math.abs(centre) - 0.5) / sd));
}

/**
 * Shapiro and Wilk's W and its probability under a normal distribution of any mean and variance, by Royston's approximation
 * (Applied Statistics 44 (1995) 547, algorithm AS R94), for 3 to 5000 values that differ; NaN otherwise.
 */
export function shapiroWilk(values: Float64Array): { readonly statistic: number; readonly probability: number } {
  const n = values.length;
  const x = Float64Array.from(values).sort();
  if (n < 3 || n > 5000 || !(x[n - 1] > x[0])) return { statistic: Number.NaN, probability: Number.NaN };
  const { mean } = momentsOf(x);
  const weights = royston(n);
  let top = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    top += weights[i] * (x[i] - mean);
    squares += (x[i] - mean) ** 2;
  }
  const statistic = Math.min(1, (top * top) / squares);
  if (n === 3) {
    const p = (6 / Math.PI) * (Math.asin(Math.sqrt(statistic)) - Math.asin(Math.sqrt(0.75)));
    return { statistic, probability: Math.max(0, p) };
  }
  let y = Math.log(1 - statistic);
  let centre: number;
  let scale: number;
  if (n <= 11) {
    const gamma = polynomial([-2.273, 0.459], n);
    if (y >= gamma) return { statistic, probability: 0 };
    y = -Math.log(gamma - y);
    centre = polynomial([0.544, -0.39978, 0.025054, -6.714e-4], n);
    scale = Math.exp(polynomial([1.3822, -0.77857, 0.062767, -0.0020322], n));
  } else {
    const log = Math.log(n);
    centre = polynomial([-1.5861, -0.31082, -0.083751, 0.0038915], log);
    scale = Math.exp(polynomial([-0.4803, -0.082676, 0.0030302], log));
  }
  return { statistic, probability: normalCdf((centre - y) / scale) };
}

/** Weights of the ascending order statistics. */
function royston(n: number): Float64Array {
  const a = new Float64Array(n);
  if (n === 3) return Float64Array.of(-Math.SQRT1_2, 0, Math.SQRT1_2);
  const m = Float64Array.from({ length: n }, (_, i) => normalQuantile((i + 1 - 0.375) / (n + 0.25)));
  const squares = m.reduce((sum, v) => sum + v * v, 0);
  const root = 1 / Math.sqrt(n);
  const last =
    m[n - 1] / Math.sqrt(squares) + polynomial([0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056], root);
  const next =
    m[n - 2] / Math.sqrt(squares) + polynomial([0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633], root);
  const outer = n > 5 ? 2 : 1;
  let left = squares - 2 * m[n - 1] ** 2;
  let rest = 1 - 2 * last ** 2;
  if (outer === 2) {
    left -= 2 * m[n - 2] ** 2;
    rest -= 2 * next ** 2;
  }
  for (let i = outer; i < n - outer; i++) a[i] = m[i] / Math.sqrt(left / rest);
  a[n - 1] = last;
  a[0] = -last;
  if (outer === 2) {
    a[n - 2] = next;
    a[1] = -next;
  }
  return a;
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, c) => sum * x + c, 0);
}
