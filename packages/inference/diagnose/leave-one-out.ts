import { inferenceErrors } from '../errors.data.ts';
import type { InferenceProblem } from '../problem.ts';
import { paretoSmooth, reliableShape } from '../smc/pareto-smoothing.ts';
import { momentsOf } from './convergence.ts';

/** Expected log predictive density of new data, from the draws of a fit to the present data. */
export interface PredictiveDensity {
  /** Sum over the observations; larger is better. */
  readonly elpd: number;
  /** Standard error of the sum, by the spread over the observations. */
  readonly error: number;
  /** Effective number of parameters. */
  readonly parameters: number;
  /** One for each observation. */
  readonly pointwise: Float64Array;
  readonly problems: readonly InferenceProblem[];
}

export interface LeaveOneOut extends PredictiveDensity {
  /** Pareto shape of each observation's weights: how far leaving it out moves the posterior. */
  readonly shapes: Float64Array;
}

/**
 * Leave-one-out cross-validation by Pareto-smoothed importance sampling: Vehtari, Gelman, Gabry, Stat. Comput. 27 (2017)
 * 1413. An observation whose shape is too large for its weights to be believed is named.
 * @param logLikelihood draws × observations: log p(yᵢ | θₛ)
 */
export function leaveOneOut(logLikelihood: Float64Array, observations: number): LeaveOneOut {
  const { count, column } = columns(logLikelihood, observations);
  const pointwise = new Float64Array(observations);
  const shapes = new Float64Array(observations);
  let whole = 0;
  for (let i = 0; i < observations; i++) {
    const l = column(i);
    const { weights, k } = paretoSmooth(l.map((v) => -v));
    pointwise[i] = logMeanExp(l, weights);
    shapes[i] = k;
    whole += logMeanExp(l);
  }
  const limit = reliableShape(count);
  const bad = [...shapes.keys()].filter((i) => !(shapes[i] <= limit));
  const problems =
    bad.length === 0
      ? []
      : [
          inferenceErrors.problem(
            'inference-importance-weights',
            `Leaving out ${bad.length} of ${observations} observations changes the posterior too much for reweighting (shape above ${limit.toFixed(2)}): ${bad.join(', ')}.`,
          ),
        ];
  const elpd = pointwise.reduce((s, v) => s + v, 0);
  return { elpd, error: errorOfSum(pointwise), parameters: whole - elpd, pointwise, shapes, problems };
}

/**
 * Widely applicable information criterion on the scale of `elpd` (Watanabe, JMLR 11 (2010) 3571; Gelman, Hwang, Vehtari,
 * Stat. Comput. 24 (2014) 997, p_WAIC2). Observations with a variance above 0.4 are named; leave-one-out is then better.
 */
export function widelyApplicable(logLikelihood: Float64Array, observations: number): PredictiveDensity {
  const { column } = columns(logLikelihood, observations);
  const pointwise = new Float64Array(observations);
  const bad: number[] = [];
  let parameters = 0;
  for (let i = 0; i < observations; i++) {
    const l = column(i);
    const variance = momentsOf(l).sd ** 2;
    if (!(variance <= 0.4)) bad.push(i);
    pointwise[i] = logMeanExp(l) - variance;
    parameters += variance;
  }
  const problems =
    bad.length === 0
      ? []
      : [
          inferenceErrors.problem(
            'inference-importance-weights',
            `The log likelihood varies by more than 0.4 over the posterior for ${bad.length} of ${observations} observations: ${bad.join(', ')}.`,
          ),
        ];
  return {
    elpd: pointwise.reduce((s, v) => s + v, 0),
    error: errorOfSum(pointwise),
    parameters,
    pointwise,
    problems,
  };
}

/** Difference of two models over the same observations, and its standard error. */
export function compareDensities(
  one: PredictiveDensity,
  other: PredictiveDensity,
): { readonly difference: number; readonly error: number } {
  if (one.pointwise.length !== other.pointwise.length) {
    throw inferenceErrors.error('inference-shape', 'The two models were fitted to different numbers of observations.');
  }
  const d = one.pointwise.map((v, i) => v - other.pointwise[i]);
  return { difference: d.reduce((s, v) => s + v, 0), error: errorOfSum(d) };
}

/** Weights of models, and how far their score is from the best at most. */
export interface Stacking {
  readonly weights: Float64Array;
  /** Mean log predictive density of the mixture. */
  readonly score: number;
  /** Upper bound of what better weights could add to the score. */
  readonly gap: number;
}

/**
 * Stacking of predictive distributions (Yao, Vehtari, Simpson, Gelman, Bayesian Anal. 13 (2018) 917): the mixture of the
 * models with the greatest leave-one-out log score. The concave problem is solved by expectation maximisation until the
 * duality gap is below 1e-8, or 1e5 rounds.
 * @param pointwise for each model, its leave-one-out log density of every observation; −Infinity where another has one
 * @throws inference-shape, inference-draws-not-finite
 */
export function stack(pointwise: readonly Float64Array[]): Stacking {
  const models = pointwise.length;
  const n = pointwise[0]?.length ?? 0;
  if (models === 0 || n === 0 || pointwise.some((p) => p.length !== n)) {
    throw inferenceErrors.error(
      'inference-shape',
      'Stacking needs models with the same, positive number of observations.',
    );
  }
  const top = Float64Array.from({ length: n }, (_, i) => Math.max(...pointwise.map((p) => p[i])));
  const bad = top.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) {
    throw inferenceErrors.error(
      'inference-draws-not-finite',
      `The best log density of observation ${bad} is ${top[bad]}.`,
      `observation ${bad}`,
    );
  }
  const density = pointwise.map((p) => p.map((v, i) => Math.exp(v - top[i])));
  let weights = new Float64Array(models).fill(1 / models);
  for (let round = 0; ; round++) {
    const mixture = top.map((_, i) => density.reduce((s, d, k) => s + weights[k] * d[i], 0));
    const ratios = density.map((d) => d.reduce((s, v, i) => s + v / mixture[i] / n, 0));
    const gap = Math.log(Math.max(...ratios));
    if (gap < 1e-8 || round === 1e5) {
      const score = mixture.reduce((s, v, i) => s + (Math.log(v) + top[i]) / n, 0);
      return { weights, score, gap };
    }
    weights = weights.map((w, k) => w * ratios[k]);
  }
}

function columns(logLikelihood: Float64Array, observations: number) {
  const count = logLikelihood.length / observations;
  if (!Number.isInteger(count) || count < 2) {
    throw inferenceErrors.error(
      'inference-shape',
      `${logLikelihood.length} log likelihoods are no table of draws × ${observations} observations.`,
    );
  }
  const bad = logLikelihood.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) {
    throw inferenceErrors.error(
      'inference-draws-not-finite',
      `The log likelihood of draw ${Math.floor(bad / observations)} is ${logLikelihood[bad]}.`,
      `observation ${bad % observations}`,
    );
  }
  return {
    count,
    column: (i: number) => Float64Array.from({ length: count }, (_, s) => logLikelihood[s * observations + i]),
  };
}

/** log Σ w exp(l); equal weights where none are given. */
function logMeanExp(l: Float64Array, weights?: Float64Array): number {
  const top = l.reduce((m, v) => Math.max(m, v), -Infinity);
  let sum = 0;
  for (let s = 0; s < l.length; s++) sum += (weights ? weights[s] : 1 / l.length) * Math.exp(l[s] - top);
  return top + Math.log(sum);
}

function errorOfSum(pointwise: Float64Array): number {
  return Math.sqrt(pointwise.length) * momentsOf(pointwise).sd;
}
