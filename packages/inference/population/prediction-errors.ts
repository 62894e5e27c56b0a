import type { RandomStream } from '@gemel/numerics';
import { cholesky, solveLower } from '@gemel/numerics/linalg/cholesky';
import { normalQuantile } from '@gemel/numerics/special/normal';
import { type StandardNormalTests, standardNormalTests } from '../diagnose/standard-normal.ts';
import { inferenceErrors } from '../errors.data.ts';
import type { InferenceProblem } from '../problem.ts';
import type { SimulatedSubject } from './simulation.ts';

/** Where one subject's observations stand among the simulated ones, each array one entry for an observation. */
export interface SubjectPredictionErrors {
  readonly id: string;
  /** Prediction discrepancy: the observation's place in its own predictive distribution, within (0, 1). */
  readonly pd: Float64Array;
  /** Place after decorrelation within the subject, normalised: standard normal under the model. NaN where there is none. */
  readonly npde: Float64Array;
  /** Mean of the simulated values. */
  readonly expected: Float64Array;
  /** Share of simulated values below the limit; 0 without a limit. */
  readonly belowLimit: Float64Array;
}

export interface PredictionErrors {
  readonly subjects: readonly SubjectPredictionErrors[];
  /** Of all npde that exist. */
  readonly tests: StandardNormalTests;
  readonly problems: readonly InferenceProblem[];
}

export interface PredictionErrorOptions {
  /** Limit of quantification of uncensored observations; absent: the smallest that stands at a censored one, which has its own. */
  readonly limit?: number;
  /** Whether the mean is tested by Student's t (absent), or by signed ranks as Comets 2008 did. */
  readonly location?: 'mean' | 'rank';
}

/** Below so many replicates the tails of predictive distributions are too coarse (Comets 2008, section 2). */
const ENOUGH = 1000;
/** Global probability below which the model is said not to describe the data. */
const SIGNIFICANT = 0.01;

/**
 * Normalised prediction distribution errors: Brendel, Comets, Laffont, Laveille, Mentré, Pharm. Res. 23 (2006) 2036, doi
 * 10.1007/s11095-006-9067-5; Comets, Brendel, Mentré, Comput. Methods Programs Biomed. 90 (2008) 154, doi
 * 10.1016/j.cmpb.2007.12.002. Observed and simulated vectors of a subject are centred by the simulated mean and multiplied by
 * the inverse Cholesky factor of the simulated covariance; the observation's rank among the replicates, with 0 and 1 moved in by
 * 1/(2 replicates), goes through the normal quantile. Values below the limit of quantification, observed and simulated,
 * are drawn from the part of the predictive distribution below it ("cdf": Nguyen, Comets, Mentré, J. Pharmacokinet.
 * Pharmacodyn. 39 (2012) 499, doi 10.1007/s10928-012-9264-2); those draws depend on the stream and the subject's id.
 * The npde of one subject are uncorrelated, but independent only where the model is normal.
 * An observation that the simulations do not vary at, and a subject with too few replicates for its covariance, are named and
 * have no npde.
 */
export function predictionErrors(
  subjects: readonly SimulatedSubject[],
  random: RandomStream,
  options: PredictionErrorOptions = {},
): PredictionErrors {
  const problems: InferenceProblem[] = [];
  const limit = options.limit ?? smallestLimit(subjects);
  let fewest = Infinity;
  const found = subjects.map((subject) => {
    const n = subject.observed.length;
    if (n > 0) fewest = Math.min(fewest, subject.simulated.length / n);
    return ofSubject(subject, limit, random.fork('below limit', subject.id), problems);
  });
  if (fewest < ENOUGH) {
    problems.push(
      inferenceErrors.problem(
        'inference-few-simulations',
        `${fewest} replicates: prediction errors beyond ±${normalQuantile(1 - 0.5 / fewest).toFixed(2)} cannot be told apart.`,
      ),
    );
  }
  const all = Float64Array.from(found.flatMap(({ npde }) => [...npde].filter((v) => !Number.isNaN(v))));
  const tests = standardNormalTests(all, options);
  if (tests.global.probability < SIGNIFICANT) {
    problems.push(
      inferenceErrors.problem(
        'inference-prediction-errors',
        `The npde are not standard normal (probability ${tests.global.probability.toPrecision(2)}): mean ${tests.mean.toFixed(2)}, variance ${tests.variance.toFixed(2)}.`,
      ),
    );
  }
  return { subjects: found, tests, problems };
}

function smallestLimit(subjects: readonly SimulatedSubject[]): number {
  let limit = Infinity;
  for (const { observed, censored } of subjects) {
    censored?.forEach((each, i) => {
      if (each) limit = Math.min(limit, observed[i]);
    });
  }
  return limit === Infinity ? -Infinity : limit;
}

function ofSubject(
  subject: SimulatedSubject,
  limit: number,
  random: RandomStream,
  problems: InferenceProblem[],
): SubjectPredictionErrors {
  const { id, simulated } = subject;
  const n = subject.observed.length;
  // A replicate that lacks a value cannot be decorrelated.
  const rows: number[] = [];
  for (let r = 0; r < simulated.length / (n || 1); r++) {
    if (simulated.subarray(r * n, r * n + n).every((y) => !Number.isNaN(y))) rows.push(r);
  }
  const count = rows.length;
  const pd = new Float64Array(n).fill(Number.NaN);
  const npde = new Float64Array(n).fill(Number.NaN);
  const expected = new Float64Array(n).fill(Number.NaN);
  const belowLimit = new Float64Array(n);
  const result = { id, pd, npde, expected, belowLimit };
  if (n === 0) return result;
  if (count < 2) {
    problems.push(inferenceErrors.problem('inference-few-simulations', `Subject ${id} has ${count} replicates.`, id));
    return result;
  }
  const y = Float64Array.from(subject.observed);
  // observations × replicates
  const draws = Array.from({ length: n }, (_, i) => Float64Array.from(rows, (r) => simulated[r * n + i]));
  const varies: number[] = [];
  for (let i = 0; i < n; i++) {
    const own = draws[i];
    const sorted = Float64Array.from(own).sort();
    const isBelow = (subject.censored?.[i] ?? 0) === 1;
    const bound = isBelow ? Math.max(limit, subject.observed[i]) : limit;
    const below = countBelow(sorted, bound);
    belowLimit[i] = below / count;
    expected[i] = own.reduce((sum, v) => sum + v, 0) / count;
    if (sorted[0] === sorted[count - 1]) continue;
    varies.push(i);
    pd[i] = isBelow ? belowLimit[i] * random.uniform() : countBelow(sorted, y[i]) / count;
    if (isBelow) y[i] = sorted[Math.min(count - 1, Math.floor(pd[i] * count))];
    pd[i] = moveIn(pd[i], count);
    if (below > 0) {
      for (let r = 0; r < count; r++) if (own[r] < bound) own[r] = sorted[Math.floor(random.uniform() * below)];
    }
  }
  const m = varies.length;
  if (m < n) {
    problems.push(
      inferenceErrors.problem(
        'inference-observations-left-out',
        `The simulations do not vary at ${n - m} of ${n} observations of subject ${id}; they have no prediction error.`,
        id,
      ),
    );
  }
  if (m === 0) return result;
  const mean = varies.map((i) => draws[i].reduce((sum, v) => sum + v, 0) / count);
  const covariance = new Float64Array(m * m);
  for (let a = 0; a < m; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let r = 0; r < count; r++) sum += (draws[varies[a]][r] - mean[a]) * (draws[varies[b]][r] - mean[b]);
      covariance[a * m + b] = sum / (count - 1);
      covariance[b * m + a] = covariance[a * m + b];
    }
  }
  const factor = count > m ? cholesky(covariance, m) : null;
  // Rounding leaves a pivot to a row that others already determine.
  if (factor?.status !== 'ok' || mean.some((_, a) => factor.lower[a * m + a] ** 2 < 1e-10 * covariance[a * m + a])) {
    const message = `The covariance of ${m} observations of subject ${id} cannot be told from ${count} replicates.`;
    problems.push(inferenceErrors.problem('inference-few-simulations', message, id));
    return result;
  }
  const centred = new Float64Array(m);
  const decorrelate = (value: (i: number) => number) => {
    for (let a = 0; a < m; a++) centred[a] = value(varies[a]) - mean[a];
    return solveLower(factor.lower, m, centred);
  };
  const own = decorrelate((i) => y[i]);
  const less = new Float64Array(m);
  for (let r = 0; r < count; r++) {
    const other = decorrelate((i) => draws[i][r]);
    for (let a = 0; a < m; a++) if (other[a] < own[a]) less[a]++;
  }
  varies.forEach((i, a) => {
    npde[i] = normalQuantile(moveIn(less[a] / count, count));
  });
  return result;
}

/** How many of the ascending values are less. */
function countBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function moveIn(share: number, count: number): number {
  return Math.min(1 - 0.5 / count, Math.max(0.5 / count, share));
}
