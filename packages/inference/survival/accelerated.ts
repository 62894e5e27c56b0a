import { type Duration, exponential, logLogistic, logNormalDuration, weibull } from '@gemel/numerics/des/duration';
import { cholesky, choleskyInverse, choleskySolve } from '@gemel/numerics/linalg/cholesky';
import { inferenceErrors } from '../errors.data.ts';
import type { InferenceProblem } from '../problem.ts';
import { type ErrorDistribution, extremeValue, gaussian, logistic } from './error-distribution.ts';
import { checkTimes, type ObservedTime } from './observed-time.ts';

/** Families of durations that covariates stretch or shorten. */
export type AcceleratedFamily = 'exponential' | 'weibull' | 'lognormal' | 'log-logistic';

export interface AcceleratedFit {
  readonly family: AcceleratedFamily;
  /** Intercept, then one for each covariate: what they add to the logarithm of the time. */
  readonly coefficients: Float64Array;
  /** Standard deviation of the error up to a constant of the family: 1/shape of Weibull and log-logistic, sigma of the lognormal. */
  readonly scale: number;
  /** Of the coefficients and, last, the logarithm of the scale (absent for the exponential), from the observed information. */
  readonly covariance: Float64Array;
  readonly standardErrors: Float64Array;
  readonly logLikelihood: number;
  /** Akaike's criterion, −2 log L + 2 parameters: smaller is better. */
  readonly aic: number;
  readonly problems: readonly InferenceProblem[];
  /** How long one with these covariates lasts. */
  duration(covariates?: ArrayLike<number>): Duration;
}

const FAMILIES: Readonly<Record<AcceleratedFamily, ErrorDistribution>> = {
  exponential: extremeValue,
  weibull: extremeValue,
  lognormal: gaussian,
  'log-logistic': logistic,
};

const MOST_STEPS = 100;

/**
 * Fits log T = b₀ + b·x + scale·W by maximum likelihood, with right-censored and late-entered times (J. D. Kalbfleisch,
 * R. L. Prentice, The Statistical Analysis of Failure Time Data, 2nd ed., Wiley 2002, chapter 3), by Newton's method.
 * `covariates`: one row for each time, all of one length; none without.
 * @throws inference-survival-time, inference-survival-no-end, inference-shape
 */
export function fitAccelerated(
  family: AcceleratedFamily,
  observed: readonly ObservedTime[],
  covariates: readonly ArrayLike<number>[] = [],
): AcceleratedFit {
  checkTimes(observed, 'above-zero');
  const rows = designOf(observed.length, covariates);
  const fixedScale = family === 'exponential';
  const columns = rows[0].length;
  const n = columns + (fixedScale ? 0 : 1);
  const likelihood = new Likelihood(FAMILIES[family], observed, rows, fixedScale);
  let at = new Float64Array(n);
  // As if all were exponential and alike: what was seen in all over how many ended.
  let [seen, ended] = [0, 0];
  for (const { time, seenFrom = 0, weight = 1, ended: over } of observed) {
    seen += weight * (time - seenFrom);
    if (over) ended += weight;
  }
  at[0] = Math.log(seen / ended);
  let now = likelihood.at(at);
  let damping = 0;
  let converged = false;
  for (let i = 0; i < MOST_STEPS && !converged; i++) {
    const { step, added } = newton(now, n, damping);
    const to = at.map((x, j) => x + step[j]);
    const next = likelihood.at(to);
    if (next.value >= now.value - 1e-12 * Math.abs(now.value)) {
      converged = added === 0 && step.every((s, j) => Math.abs(s) <= 1e-9 * (1 + Math.abs(at[j])));
      at = to;
      now = next;
      damping = damping < 1e-8 ? 0 : damping / 10;
    } else {
      damping = Math.max(10 * damping, 1e-4);
      if (damping > 1e12) break;
    }
  }
  const problems: InferenceProblem[] = [];
  if (!converged) {
    problems.push(
      inferenceErrors.problem(
        'inference-no-convergence',
        `The ${family} fit did not settle in ${MOST_STEPS} steps.`,
        family,
      ),
    );
  }
  const factor = cholesky(
    now.hessian.map((h) => -h),
    n,
  );
  const covariance =
    factor.status === 'ok' ? choleskyInverse(factor.lower, n) : new Float64Array(n * n).fill(Number.NaN);
  const coefficients = at.slice(0, columns);
  const scale = fixedScale ? 1 : Math.exp(at[columns]);
  return {
    family,
    coefficients,
    scale,
    covariance,
    standardErrors: Float64Array.from({ length: n }, (_, i) => Math.sqrt(covariance[i * n + i])),
    logLikelihood: now.value,
    aic: 2 * n - 2 * now.value,
    problems,
    duration(x = []) {
      if (x.length !== columns - 1) {
        throw inferenceErrors.error('inference-shape', `The fit has ${columns - 1} covariates, not ${x.length}.`);
      }
      let location = coefficients[0];
      for (let j = 0; j < x.length; j++) location += coefficients[j + 1] * x[j];
      if (family === 'lognormal') return logNormalDuration(location, scale);
      if (family === 'exponential') return exponential(Math.exp(location));
      return (family === 'weibull' ? weibull : logLogistic)(1 / scale, Math.exp(location));
    },
  };
}

/** Fits of several families, the best by Akaike's criterion first. Those that did not settle come last. */
export function compareAccelerated(
  observed: readonly ObservedTime[],
  covariates: readonly ArrayLike<number>[] = [],
  families: readonly AcceleratedFamily[] = ['exponential', 'weibull', 'lognormal', 'log-logistic'],
): readonly AcceleratedFit[] {
  return families
    .map((family) => fitAccelerated(family, observed, covariates))
    .sort((a, b) => a.problems.length - b.problems.length || a.aic - b.aic);
}

function designOf(count: number, covariates: readonly ArrayLike<number>[]): readonly Float64Array[] {
  if (covariates.length === 0) return Array.from({ length: count }, () => Float64Array.of(1));
  const width = covariates[0].length;
  if (covariates.length !== count || covariates.some((row) => row.length !== width)) {
    throw inferenceErrors.error(
      'inference-shape',
      `There are ${count} times and ${covariates.length} rows of covariates, which must be as many and of one length.`,
      'covariates',
    );
  }
  return covariates.map((row) => Float64Array.of(1, ...Array.from(row)));
}

interface Evaluated {
  readonly value: number;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
}

/** The log likelihood of the times, with gradient and Hessian by coefficients and the logarithm of the scale. */
class Likelihood {
  readonly #error: ErrorDistribution;
  readonly #observed: readonly ObservedTime[];
  readonly #rows: readonly Float64Array[];
  readonly #fixedScale: boolean;

  constructor(
    error: ErrorDistribution,
    observed: readonly ObservedTime[],
    rows: readonly Float64Array[],
    fixed: boolean,
  ) {
    this.#error = error;
    this.#observed = observed;
    this.#rows = rows;
    this.#fixedScale = fixed;
  }

  at(point: Float64Array): Evaluated {
    const n = point.length;
    const columns = this.#rows[0].length;
    const logScale = this.#fixedScale ? 0 : point[columns];
    const scale = Math.exp(logScale);
    const gradient = new Float64Array(n);
    const hessian = new Float64Array(n * n);
    let value = 0;
    const slope = new Float64Array(n);
    const add = (row: Float64Array, time: number, of: ErrorDistribution['logSurvival'], weight: number) => {
      let location = 0;
      for (let j = 0; j < columns; j++) location += row[j] * point[j];
      const z = (Math.log(time) - location) / scale;
      const [f, first, second] = of(z);
      value += weight * f;
      // dz/db = −x/scale, dz/dlog scale = −z; second derivatives of z: x/scale across, z at the last.
      for (let j = 0; j < columns; j++) slope[j] = -row[j] / scale;
      if (!this.#fixedScale) slope[columns] = -z;
      for (let i = 0; i < n; i++) {
        gradient[i] += weight * first * slope[i];
        for (let j = 0; j <= i; j++) hessian[i * n + j] += weight * second * slope[i] * slope[j];
      }
      if (this.#fixedScale) return;
      for (let j = 0; j <= columns; j++) hessian[columns * n + j] -= weight * first * slope[j];
    };
    this.#observed.forEach(({ time, ended, seenFrom = 0, weight = 1 }, i) => {
      const row = this.#rows[i];
      if (ended) {
        add(row, time, this.#error.logDensity, weight);
        value -= weight * (logScale + Math.log(time));
        if (!this.#fixedScale) gradient[columns] -= weight;
      } else add(row, time, this.#error.logSurvival, weight);
      if (seenFrom > 0) add(row, seenFrom, this.#error.logSurvival, -weight);
    });
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) hessian[j * n + i] = hessian[i * n + j];
    return { value, gradient, hessian };
  }
}

/** The Newton step uphill; where the curvature is not that of a maximum, with as much added as it takes. */
function newton(
  { gradient, hessian }: Evaluated,
  n: number,
  damping: number,
): { readonly step: Float64Array; readonly added: number } {
  const largest = hessian.reduce((most, h) => Math.max(most, Math.abs(h)), Number.MIN_VALUE);
  for (let add = damping; ; add = Math.max(10 * add, 1e-8)) {
    const curvature = hessian.map((h, k) => (k % (n + 1) === 0 ? add * largest : 0) - h);
    const factor = cholesky(curvature, n);
    if (factor.status === 'ok') return { step: choleskySolve(factor.lower, n, gradient), added: add };
    if (!(add < 1e12)) return { step: gradient.map((g) => g / largest), added: add };
  }
}
