import { cholesky, choleskyInverse } from '@gemel/numerics/linalg/cholesky';
import { symmetricEigen } from '@gemel/numerics/linalg/symmetric-eigen';
import type { InferenceProblem } from '../problem.ts';
import { populationProblems } from './errors.data.ts';
import type { ThetaDomain } from './maximum-likelihood.ts';
import { isPositive, type PopulationParameter, withParameterValues } from './parameters.ts';
import type { PopulationValues } from './population.ts';

export interface StandardErrorProblem {
  readonly parameters: readonly PopulationParameter[];
  readonly domains: readonly ThetaDomain[];
  readonly values: PopulationValues;
  /** Each subject's part of −2 log likelihood at values near the estimate, a smooth function of them. */
  likelihood(values: PopulationValues): Float64Array;
  /** Whether the values were found as the maximum of this very likelihood. */
  readonly atMaximum: boolean;
}

/** What has been measured of the curvature, in units of each parameter's step. */
export interface StandardErrorState {
  readonly centre: Float64Array;
  readonly steps: Float64Array;
  /** parameters × parameters: second derivatives of −2 log likelihood by steps; lower triangle. */
  readonly second: Float64Array;
  /** subjects × parameters: derivatives of each subject's part by steps. */
  readonly slopes: Float64Array;
  /** How many directions are done: first each parameter, then each pair. */
  readonly done: number;
}

export interface StandardErrorInfo {
  readonly done: boolean;
  /** Part of the directions that is done. */
  readonly fraction: number;
  readonly evaluations: number;
}

/** Change of −2 log likelihood that a step should make on both sides together: 0.2 standard errors. */
const CHANGE = 0.04;

/** Starts from the likelihood of each subject at the estimate. */
export function init(problem: StandardErrorProblem): StandardErrorState {
  const p = problem.parameters.length;
  const centre = problem.likelihood(problem.values);
  return {
    centre,
    steps: new Float64Array(p),
    second: new Float64Array(p * p),
    slopes: new Float64Array(centre.length * p),
    done: 0,
  };
}

/**
 * Measures the likelihood along one more direction at a whole and at half a step to both sides; Richardson extrapolation of the
 * central differences leaves an error of fourth order. A parameter's step is the one that changes −2 log likelihood by 0.04.
 */
export function step(
  problem: StandardErrorProblem,
  state: StandardErrorState,
): { readonly state: StandardErrorState; readonly info: StandardErrorInfo } {
  const p = problem.parameters.length;
  const total = (p * (p + 1)) / 2;
  if (state.done >= total) return { state, info: { done: true, fraction: 1, evaluations: 0 } };
  const next: StandardErrorState = {
    ...state,
    steps: Float64Array.from(state.steps),
    second: Float64Array.from(state.second),
    slopes: Float64Array.from(state.slopes),
    done: state.done + 1,
  };
  const evaluations = state.done < p ? single(problem, next, state.done) : pair(problem, next, pairAt(state.done - p));
  return { state: next, info: { done: next.done >= total, fraction: next.done / total, evaluations } };
}

export interface ParameterError {
  readonly name: string;
  readonly estimate: number;
  /** From the observed information; null where it gives none. */
  readonly error: number | null;
  /** `error` over the size of the estimate. */
  readonly relative: number | null;
  /** From the sandwich R⁻¹SR⁻¹. */
  readonly robust: number | null;
}

export interface StandardErrors {
  readonly status: 'ok' | 'not-positive-definite' | 'no-value';
  readonly rows: readonly ParameterError[];
  /** Inverse of R, half the second derivative of −2 log likelihood, parameters × parameters; null where there is none. */
  readonly covariance: Float64Array | null;
  /** R⁻¹SR⁻¹, S the sum over subjects of the squared slopes of the log likelihood. */
  readonly robustCovariance: Float64Array | null;
  readonly correlations: Float64Array | null;
  /** Largest over smallest eigenvalue of the correlations of the estimates. */
  readonly conditionNumber: number | null;
  /** How far −2 log likelihood would fall in one more Newton step. */
  readonly promise: number | null;
  readonly problems: readonly InferenceProblem[];
}

/** Eigenvalue of the scaled information below which differences cannot tell it from zero. */
const SINGULAR = 1e-6;
/** What a Newton step may still promise at an optimum. */
const SETTLED = 0.01;

/**
 * Standard errors from the observed information R⁻¹, and from the sandwich R⁻¹SR⁻¹ (Huber 1967; White 1982, doi 10.2307/1912526),
 * which is NONMEM's default: it holds where the model of the variability is wrong, and needs more subjects.
 */
export function result(
  { parameters, atMaximum }: StandardErrorProblem,
  { centre, steps, second, slopes }: StandardErrorState,
): StandardErrors {
  const p = parameters.length;
  const none = (status: StandardErrors['status'], problems: readonly InferenceProblem[]): StandardErrors => ({
    status,
    rows: parameters.map(({ name, value }) => ({ name, estimate: value, error: null, relative: null, robust: null })),
    covariance: null,
    robustCovariance: null,
    correlations: null,
    conditionNumber: null,
    promise: null,
    problems,
  });
  const refuse = (message: string, element: string) =>
    none('not-positive-definite', [populationProblems.problem('population-not-identifiable', message, element)]);
  if (!centre.every(Number.isFinite)) {
    return none('no-value', [
      populationProblems.problem('population-no-value', 'The likelihood at the estimate is not finite.'),
    ]);
  }
  const flat = parameters.filter((_, i) => !(second[i * p + i] > 0)).map(({ name }) => name);
  if (flat.length > 0) {
    const names = flat.join(', ');
    return refuse(`The information is not positive definite: −2 log likelihood has no minimum along ${names}.`, names);
  }
  const lost = second.findIndex((each) => !Number.isFinite(each));
  if (lost >= 0) {
    const names = [lost % p, Math.floor(lost / p)].map((i) => parameters[i].name).join(', ');
    return refuse(
      `−2 log likelihood is not finite as near as 0.02 standard errors to the estimate along ${names}.`,
      names,
    );
  }
  const scale = parameters.map((_, i) => Math.sqrt(second[i * p + i]));
  const scaled = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j <= i; j++) {
      scaled[i * p + j] = second[i * p + j] / (scale[i] * scale[j]);
      scaled[j * p + i] = scaled[i * p + j];
    }
  }
  const eigen = symmetricEigen(scaled, p);
  const factor = cholesky(scaled, p);
  if (!(eigen.values[0] > SINGULAR) || factor.status !== 'ok') {
    const part = parameters.map(({ name }, i) => ({ name, size: Math.abs(eigen.vectors[i * p]) }));
    const most = Math.max(...part.map(({ size }) => size));
    const names = part.filter(({ size }) => size > 0.2 * most).map(({ name }) => name);
    const kind = eigen.values[0] < -SINGULAR ? 'is not positive definite' : 'is singular';
    const message = `The information ${kind}: the data do not tell apart ${names.join(', ')} (smallest eigenvalue ${eigen.values[0].toExponential(1)}).`;
    return refuse(message, names.join(', '));
  }
  const inverse = choleskyInverse(factor.lower, p);
  const covariance = new Float64Array(p * p);
  // Half of −2 log likelihood is the information: twice the inverse.
  const unit = parameters.map((_, i) => (Math.SQRT2 * steps[i]) / scale[i]);
  for (let i = 0; i < p; i++)
    for (let j = 0; j < p; j++) covariance[i * p + j] = inverse[i * p + j] * unit[i] * unit[j];
  const errors = parameters.map((_, i) => Math.sqrt(covariance[i * p + i]));
  const correlations = covariance.map((each, at) => each / (errors[Math.floor(at / p)] * errors[at % p]));
  const spread = symmetricEigen(correlations, p).values;

  const problems: InferenceProblem[] = [];
  const slope = new Float64Array(p);
  for (let s = 0; s < centre.length; s++) for (let i = 0; i < p; i++) slope[i] += slopes[s * p + i] / steps[i];
  const move = parameters.map((_, i) => {
    let sum = 0;
    for (let j = 0; j < p; j++) sum += 0.5 * covariance[i * p + j] * slope[j];
    return sum;
  });
  let promise = 0;
  for (let i = 0; i < p; i++) promise += 0.5 * move[i] * slope[i];
  if (atMaximum && promise > SETTLED) {
    const farthest = move.reduce((best, each, i) => {
      return Math.abs(each / errors[i]) > Math.abs(move[best] / errors[best]) ? i : best;
    }, 0);
    const { name } = parameters[farthest];
    const message = `One more Newton step would lower −2 log likelihood by ${promise.toPrecision(2)} and move ${name} by ${Math.abs(move[farthest] / errors[farthest]).toPrecision(2)} standard errors.`;
    problems.push(populationProblems.problem('population-not-at-maximum', message, name));
  }
  let robustCovariance: Float64Array | null = null;
  const informative = centre.filter((_, s) => slopes.subarray(s * p, s * p + p).some((each) => each !== 0)).length;
  if (informative > p) robustCovariance = sandwich(covariance, slopes, steps, centre.length);
  else {
    const message = `${informative} subjects for ${p} parameters: no sandwich estimate.`;
    problems.push(populationProblems.problem('population-few-subjects', message));
  }
  return {
    status: 'ok',
    rows: parameters.map(({ name, value }, i) => ({
      name,
      estimate: value,
      error: errors[i],
      relative: value === 0 ? null : errors[i] / Math.abs(value),
      robust: robustCovariance && Math.sqrt(robustCovariance[i * p + i]),
    })),
    covariance,
    robustCovariance,
    correlations,
    conditionNumber: spread[p - 1] / spread[0],
    promise,
    problems,
  };
}

/** R⁻¹SR⁻¹; the slope of a subject's log likelihood is −½ of that of its part of −2 log likelihood. */
function sandwich(covariance: Float64Array, slopes: Float64Array, steps: Float64Array, subjects: number): Float64Array {
  const p = steps.length;
  const out = new Float64Array(p * p);
  const moved = new Float64Array(p);
  for (let s = 0; s < subjects; s++) {
    for (let i = 0; i < p; i++) {
      moved[i] = 0;
      for (let j = 0; j < p; j++) moved[i] -= (0.5 * covariance[i * p + j] * slopes[s * p + j]) / steps[j];
    }
    for (let i = 0; i < p; i++) for (let j = 0; j < p; j++) out[i * p + j] += moved[i] * moved[j];
  }
  return out;
}

/** Sums of two sides less twice the centre, summed over subjects. */
function bend(up: Float64Array, down: Float64Array, centre: Float64Array): number {
  let sum = 0;
  for (let s = 0; s < centre.length; s++) sum += up[s] - centre[s] + (down[s] - centre[s]);
  return Number.isNaN(sum) ? Infinity : sum;
}

/** Finds the step of one parameter, and measures curvature and slopes with it. */
function single(problem: StandardErrorProblem, state: StandardErrorState, i: number): number {
  const { parameters, domains, values } = problem;
  const p = parameters.length;
  const { value } = parameters[i];
  const size = Math.abs(value) || 1;
  const most = isPositive(parameters[i], domains) ? 0.5 * value : 10 * Math.max(1, size);
  const at = (x: number) => problem.likelihood(withParameterValues(values, [parameters[i]], [x]));
  let h = 0.01 * size;
  let evaluations = 0;
  let up = state.centre;
  let down = state.centre;
  for (let tries = 0; tries < 14; tries++) {
    up = at(value + h);
    down = at(value - h);
    evaluations += 2;
    const change = bend(up, down, state.centre);
    const factor = Number.isFinite(change) ? Math.sqrt(CHANGE / Math.max(change, 1e-3 * CHANGE)) : 0.1;
    if (factor > 0.7 && factor < 1.5) break;
    const wanted = Math.min(most, h * Math.min(10, Math.max(0.1, factor)));
    if (wanted === h || tries === 13) break;
    h = wanted;
  }
  const halfUp = at(value + h / 2);
  const halfDown = at(value - h / 2);
  state.steps[i] = h;
  state.second[i * p + i] = (16 * bend(halfUp, halfDown, state.centre) - bend(up, down, state.centre)) / 3;
  for (let s = 0; s < state.centre.length; s++) {
    state.slopes[s * p + i] = (8 * (halfUp[s] - halfDown[s]) - (up[s] - down[s])) / 6;
  }
  return evaluations + 2;
}

/** The mixed second derivative of two parameters from the curvature along both at once. */
function pair(problem: StandardErrorProblem, state: StandardErrorState, [i, j]: readonly [number, number]): number {
  const { parameters, values } = problem;
  const p = parameters.length;
  const own = [parameters[i], parameters[j]];
  const { steps, second, centre } = state;
  let evaluations = 0;
  for (const [length, sign] of [
    [1, 1],
    [1, -1],
    [0.5, 1],
    [0.5, -1],
    [0.1, 1],
  ] as const) {
    const at = (t: number) =>
      problem.likelihood(
        withParameterValues(values, own, [own[0].value + t * steps[i], own[1].value + sign * t * steps[j]]),
      );
    const whole = bend(at(length), at(-length), centre);
    evaluations += 2;
    if (!Number.isFinite(whole)) continue;
    const along = (16 * bend(at(length / 2), at(-length / 2), centre) - whole) / (3 * length * length);
    second[i * p + j] = (sign * (along - second[i * p + i] - second[j * p + j])) / 2;
    return evaluations + 2;
  }
  second[i * p + j] = Number.NaN;
  return evaluations;
}

/** The n-th pair of (1, 0), (2, 0), (2, 1), (3, 0), … */
function pairAt(n: number): readonly [number, number] {
  let i = 1;
  let from = 0;
  while (from + i <= n) {
    from += i;
    i++;
  }
  return [i, n - from];
}
