import { cholesky, choleskySolve } from '@gemel/numerics/linalg/cholesky';
import { gram, multiplyTransposed } from '@gemel/numerics/linalg/matrix';
import type { LeastSquares } from '../log-density.ts';

/** What the next step needs. */
export interface LevenbergMarquardtState {
  readonly point: Float64Array;
  readonly residual: Float64Array;
  /** ½ |r|². */
  readonly cost: number;
  readonly damping: number;
}

export interface LevenbergMarquardtInfo {
  readonly accepted: boolean;
  /** Cost before minus cost after; 0 where no trial was better. */
  readonly decrease: number;
  /** Euclidean length of the step taken. */
  readonly step: number;
  /** Largest absolute component of the gradient at the point left. */
  readonly gradient: number;
  /** Points evaluated in this step. */
  readonly evaluations: number;
  /** residuals × dimension derivative at the point left. */
  readonly jacobian: Float64Array;
}

/** Damping factors tried together in one batch, relative to the current damping. */
const TRIALS = [0, 0.1, 1, 10, 100, 1000];

/** Starts at `point`; an infinite cost says that it lies outside the domain. */
export function init(problem: LeastSquares, point: Float64Array, damping = 1e-2): LevenbergMarquardtState {
  const residual = problem.evaluate(point, 1);
  return { point: Float64Array.from(point), residual, cost: halfSquare(residual, 0, residual.length), damping };
}

/**
 * One step of Levenberg (1944) and Marquardt (1963): (JᵀJ + μ diag JᵀJ) δ = −Jᵀr, for several μ at once (μ = 0 is
 * Gauss–Newton); the best of the batch is taken, and its μ is the next one's centre.
 */
export function step(
  problem: LeastSquares,
  state: LevenbergMarquardtState,
  differenceStep = 1e-4,
): { readonly state: LevenbergMarquardtState; readonly info: LevenbergMarquardtInfo } {
  const n = problem.dimension;
  const m = problem.residuals;
  const jacobian = problem.jacobian
    ? problem.jacobian(state.point)
    : differenceJacobian(problem, state.point, state.residual, differenceStep);
  const normal = gram(jacobian, m, n);
  const gradient = multiplyTransposed(jacobian, state.residual, m, n);
  const trials: Float64Array[] = [];
  const dampings: number[] = [];
  for (const factor of TRIALS) {
    const delta = dampedStep(normal, gradient, n, factor * state.damping);
    if (delta === null) continue;
    trials.push(delta);
    dampings.push(factor * state.damping);
  }
  const points = new Float64Array(trials.length * n);
  for (let t = 0; t < trials.length; t++) for (let i = 0; i < n; i++) points[t * n + i] = state.point[i] + trials[t][i];
  const residuals = trials.length === 0 ? new Float64Array(0) : problem.evaluate(points, trials.length);
  let best = -1;
  let bestCost = state.cost;
  for (let t = 0; t < trials.length; t++) {
    const cost = halfSquare(residuals, t * m, m);
    if (cost < bestCost) {
      best = t;
      bestCost = cost;
    }
  }
  const info = {
    gradient: largest(gradient),
    evaluations: trials.length + (problem.jacobian ? 0 : n),
    jacobian,
  };
  if (best < 0) {
    return {
      state: { ...state, damping: Math.min(state.damping * 1e3, 1e12) },
      info: { ...info, accepted: false, decrease: 0, step: 0 },
    };
  }
  return {
    state: {
      point: points.slice(best * n, best * n + n),
      residual: residuals.slice(best * m, best * m + m),
      cost: bestCost,
      damping: Math.max(dampings[best], state.damping * 0.01, 1e-8),
    },
    info: { ...info, accepted: true, decrease: state.cost - bestCost, step: norm(trials[best]) },
  };
}

/** Forward differences: columns (r(x + h eᵢ) − r(x)) / h, one batch of `dimension` points. */
export function differenceJacobian(
  problem: LeastSquares,
  point: Float64Array,
  residual: Float64Array,
  h: number,
): Float64Array {
  const n = problem.dimension;
  const m = problem.residuals;
  const points = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    points.set(point, i * n);
    points[i * n + i] += h;
  }
  const moved = problem.evaluate(points, n);
  const jacobian = new Float64Array(m * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < m; k++) jacobian[k * n + i] = (moved[i * m + k] - residual[k]) / h;
  }
  return jacobian;
}

function dampedStep(normal: Float64Array, gradient: Float64Array, n: number, damping: number): Float64Array | null {
  const a = Float64Array.from(normal);
  for (let i = 0; i < n; i++) a[i * n + i] += damping * (normal[i * n + i] || 1);
  const factor = cholesky(a, n);
  if (factor.status !== 'ok') return null;
  const delta = choleskySolve(factor.lower, n, gradient);
  for (let i = 0; i < n; i++) delta[i] = -delta[i];
  return delta;
}

/** ½ Σ r² of one row; +Infinity where a residual is not finite. */
function halfSquare(r: Float64Array, from: number, count: number): number {
  let s = 0;
  for (let i = from; i < from + count; i++) s += r[i] * r[i];
  return Number.isFinite(s) ? 0.5 * s : Infinity;
}

function largest(x: Float64Array): number {
  let g = 0;
  for (const v of x) g = Math.max(g, Math.abs(v));
  return g;
}

function norm(x: Float64Array): number {
  let s = 0;
  for (const v of x) s += v * v;
  return Math.sqrt(s);
}
