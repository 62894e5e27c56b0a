import { patternOf } from './covariance-pattern.ts';
import { type Approximation, populationObjective } from './objective.ts';
import type { PopulationValues, Subject } from './population.ts';

/** How a fixed effect is searched: over all reals, over positive numbers, or not at all. */
export type ThetaDomain = 'real' | 'positive' | 'fixed';

export interface PopulationProblem {
  readonly subjects: readonly Subject[];
  readonly approximation: Approximation;
  readonly domains: readonly ThetaDomain[];
  /** Whether covariances beside variances are estimated; absent: those that are zero at the start stay so. */
  readonly covariances?: boolean;
  /** Step of central differences by η. */
  readonly differenceStep?: number;
}

/** What the next step needs. */
export interface MaximumLikelihoodState {
  /** Coordinates without bounds: fixed effects (logs of positive ones), Cholesky factors, log variances. */
  readonly point: Float64Array;
  readonly objective: number;
  readonly gradient: Float64Array;
  /** Estimate of the inverse second derivative. */
  readonly inverse: Float64Array;
  readonly values: PopulationValues;
  /** Modes of the subjects, where the next searches begin. */
  readonly modes: readonly Float64Array[];
  readonly shape: Shape;
}

export interface MaximumLikelihoodInfo {
  readonly accepted: boolean;
  readonly decrease: number;
  /** Largest absolute component of the gradient reached. */
  readonly gradient: number;
  readonly evaluations: number;
}

interface Shape {
  readonly values: PopulationValues;
  readonly domains: readonly ThetaDomain[];
  /** Row and column of each estimated entry of the Cholesky factors. */
  readonly omega: readonly (readonly [number, number])[];
  readonly occasion: readonly (readonly [number, number])[];
}

/**
 * Starts at values of finite likelihood; `objective` is infinite where they have none.
 * @throws population-covariance
 */
export function init(problem: PopulationProblem, values: PopulationValues): MaximumLikelihoodState {
  const shape: Shape = {
    values,
    domains: problem.domains,
    omega: entriesOf(values.omega, problem.covariances ?? false, 'random effects'),
    occasion: values.occasionOmega
      ? entriesOf(values.occasionOmega, problem.covariances ?? false, 'random effects of occasions')
      : [],
  };
  const point = pack(values, shape);
  const { value, individuals } = populationObjective(problem.approximation, problem.subjects, values, problem);
  const modes = individuals.map(({ eta }) => eta);
  const gradient = Number.isFinite(value) ? gradientAt(problem, shape, point, modes) : new Float64Array(point.length);
  return { point, objective: value, gradient, inverse: identity(point.length), values, modes, shape };
}

/** One quasi-Newton step (BFGS) with a halved step where the objective does not fall (Armijo). */
export function step(
  problem: PopulationProblem,
  state: MaximumLikelihoodState,
): { readonly state: MaximumLikelihoodState; readonly info: MaximumLikelihoodInfo } {
  const n = state.point.length;
  const direction = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) direction[i] -= state.inverse[i * n + j] * state.gradient[j];
  let slope = dot(direction, state.gradient);
  let inverse: Float64Array = state.inverse;
  if (!(slope < 0)) {
    inverse = identity(n);
    for (let i = 0; i < n; i++) direction[i] = -state.gradient[i];
    slope = dot(direction, state.gradient);
  }
  // No coordinate moves by more than 1 at once: logs and Cholesky factors change by a sensible factor.
  let length = Math.min(1, 1 / largest(direction));
  let evaluations = 0;
  for (let tries = 0; tries < 30 && slope < 0; tries++, length /= 2) {
    const point = state.point.map((x, i) => x + length * direction[i]);
    const values = unpack(point, state.shape);
    const result = populationObjective(problem.approximation, problem.subjects, values, {
      differenceStep: problem.differenceStep,
      starts: state.modes,
    });
    evaluations++;
    if (!(result.value <= state.objective + 1e-4 * length * slope)) continue;
    const modes = result.individuals.map(({ eta }) => eta);
    const gradient = gradientAt(problem, state.shape, point, modes);
    evaluations += 2 * n;
    inverse = updated(inverse, state.point, point, state.gradient, gradient);
    return {
      state: { ...state, point, objective: result.value, gradient, inverse, values, modes },
      info: { accepted: true, decrease: state.objective - result.value, gradient: largest(gradient), evaluations },
    };
  }
  return {
    state: { ...state, inverse: identity(n) },
    info: { accepted: false, decrease: 0, gradient: largest(state.gradient), evaluations },
  };
}

function gradientAt(
  problem: PopulationProblem,
  shape: Shape,
  point: Float64Array,
  modes: readonly Float64Array[],
): Float64Array {
  const at = (x: Float64Array) =>
    populationObjective(problem.approximation, problem.subjects, unpack(x, shape), {
      differenceStep: problem.differenceStep,
      starts: modes,
    }).value;
  return point.map((x, i) => {
    const h = 1e-4 * Math.max(1, Math.abs(x));
    const moved = Float64Array.from(point);
    moved[i] = x + h;
    const up = at(moved);
    moved[i] = x - h;
    return (up - at(moved)) / (2 * h);
  });
}

function entriesOf(covariance: Float64Array, all: boolean, what: string): readonly (readonly [number, number])[] {
  const n = Math.sqrt(covariance.length);
  const pattern = patternOf(covariance, all, undefined, what);
  const entries: [number, number][] = [];
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) if (pattern[i * n + j]) entries.push([i, j]);
  return entries;
}

function pack(values: PopulationValues, shape: Shape): Float64Array {
  const { theta, omega, occasionOmega, sigma } = values;
  const point: number[] = [];
  shape.domains.forEach((domain, i) => {
    if (domain !== 'fixed') point.push(domain === 'positive' ? Math.log(theta[i]) : theta[i]);
  });
  for (const [covariance, entries] of [
    [omega, shape.omega],
    [occasionOmega, shape.occasion],
  ] as const) {
    if (!covariance) continue;
    const n = Math.sqrt(covariance.length);
    const lower = lowerFactor(covariance, n);
    for (const [i, j] of entries) point.push(i === j ? Math.log(lower[i * n + i]) : lower[i * n + j]);
  }
  for (const variance of [sigma.proportional, sigma.additive]) if (variance > 0) point.push(Math.log(variance));
  return Float64Array.from(point);
}

function unpack(point: Float64Array, shape: Shape): PopulationValues {
  const { values } = shape;
  let at = 0;
  const theta = Float64Array.from(values.theta, (start, i) => {
    const domain = shape.domains[i];
    if (domain === 'fixed') return start;
    return domain === 'positive' ? Math.exp(point[at++]) : point[at++];
  });
  const covarianceOf = (entries: Shape['omega'], n: number) => {
    const lower = new Float64Array(n * n);
    for (const [i, j] of entries) lower[i * n + j] = i === j ? Math.exp(point[at++]) : point[at++];
    const covariance = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        for (let k = 0; k <= Math.min(i, j); k++) covariance[i * n + j] += lower[i * n + k] * lower[j * n + k];
    return covariance;
  };
  const omega = covarianceOf(shape.omega, Math.sqrt(values.omega.length));
  const occasionOmega = values.occasionOmega && covarianceOf(shape.occasion, Math.sqrt(values.occasionOmega.length));
  const proportional = values.sigma.proportional > 0 ? Math.exp(point[at++]) : 0;
  const additive = values.sigma.additive > 0 ? Math.exp(point[at++]) : 0;
  return { theta, omega, ...(occasionOmega && { occasionOmega }), sigma: { proportional, additive } };
}

/** Cholesky factor; NaN where there is none, so that the objective is infinite. */
function lowerFactor(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= l[i * n + k] * l[j * n + k];
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / l[j * n + j];
    }
  }
  return l;
}

/** The BFGS update of the inverse; unchanged where curvature is not positive. */
function updated(
  inverse: Float64Array,
  from: Float64Array,
  to: Float64Array,
  before: Float64Array,
  after: Float64Array,
): Float64Array {
  const n = from.length;
  const s = to.map((x, i) => x - from[i]);
  const y = after.map((x, i) => x - before[i]);
  const sy = dot(s, y);
  if (!(sy > 1e-12)) return inverse;
  const hy = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) hy[i] += inverse[i * n + j] * y[j];
  const factor = (1 + dot(y, hy) / sy) / sy;
  const next = Float64Array.from(inverse);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) next[i * n + j] += factor * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / sy;
  return next;
}

function identity(n: number): Float64Array {
  const m = new Float64Array(n * n);
  for (let i = 0; i < n; i++) m[i * n + i] = 1;
  return m;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function largest(x: Float64Array): number {
  let most = 0;
  for (const each of x) most = Math.max(most, Math.abs(each));
  return most;
}
