import { dot } from '@gemel/numerics/linalg/matrix';
import { type DifferentiableLogDensity, startingGradient } from '../differentiable-log-density.ts';
import { inferenceErrors } from '../errors.data.ts';
import type { InferenceProblem } from '../problem.ts';
import { strongWolfe } from './line-search.ts';

/** Box constraints; −Infinity and Infinity where there are none. */
export interface Bounds {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** What the next step needs. */
export interface LimitedMemoryBfgsState {
  readonly point: Float64Array;
  readonly logDensity: number;
  /** Gradient of the log density. */
  readonly gradient: Float64Array;
  /** Latest steps and gradient changes (of −log density), oldest first. */
  readonly steps: readonly Float64Array[];
  readonly changes: readonly Float64Array[];
}

export interface LimitedMemoryBfgsInfo {
  readonly accepted: boolean;
  /** Rise of the log density. */
  readonly increase: number;
  /** Euclidean length of the step. */
  readonly step: number;
  /** Largest absolute component of the projected gradient at the new point: 0 at a constrained mode. */
  readonly gradient: number;
  /** Coordinates held at a bound during the step. */
  readonly held: number;
  readonly evaluations: number;
}

/** How many times farther out than the start an ascent is called an escape. */
const FAR = 1e8;

/** Pairs kept. */
const MEMORY = 10;

/** Starts at `point`, moved into the box. @throws inference-density-not-finite, inference-shape */
export function init(target: DifferentiableLogDensity, point: Float64Array, bounds?: Bounds): LimitedMemoryBfgsState {
  const start = projected(point, bounds);
  const { value, gradient } = startingGradient(target, start);
  return { point: start, logDensity: value, gradient, steps: [], changes: [] };
}

/**
 * One step of limited-memory BFGS in a box: the quasi-Newton direction of the coordinates that are free (two-loop
 * recursion of Nocedal, Math. Comput. 35 (1980) 773, in their subspace), then a strong Wolfe line search where the box
 * leaves room for a whole step, else the projected search of Bertsekas, SIAM J. Control Optim. 20 (1982) 221.
 */
export function step(
  target: DifferentiableLogDensity,
  state: LimitedMemoryBfgsState,
  bounds?: Bounds,
): { readonly state: LimitedMemoryBfgsState; readonly info: LimitedMemoryBfgsInfo } {
  const free = freeCoordinates(state, bounds);
  const held = free.reduce((count, f) => count + (f ? 0 : 1), 0);
  const downhill = state.gradient.map((g, i) => (free[i] ? -g : 0));
  let first = quasiNewton(state, downhill, free);
  let slope = dot(first, downhill);
  if (!(slope < 0)) {
    first = downhill.map((g) => -g);
    slope = dot(first, downhill);
  }
  const attempt = slope < 0 ? search(target, state, first, slope, bounds) : null;
  const evaluations = attempt?.evaluations ?? 0;
  if (!attempt?.next) {
    const info = { increase: 0, step: 0, gradient: projectedGradient(state, bounds), held, evaluations };
    // A failed search along a quasi-Newton direction starts afresh from steepest ascent.
    return { state: { ...state, steps: [], changes: [] }, info: { ...info, accepted: false } };
  }
  const { next } = attempt;
  const s = next.point.map((x, i) => x - state.point[i]);
  const y = next.gradient.map((g, i) => state.gradient[i] - g);
  const curved = dot(s, y) > 1e-10 * Math.sqrt(dot(s, s) * dot(y, y));
  const moved = {
    ...next,
    steps: curved ? [...state.steps, s].slice(-MEMORY) : state.steps,
    changes: curved ? [...state.changes, y].slice(-MEMORY) : state.changes,
  };
  return {
    state: moved,
    info: {
      accepted: true,
      increase: next.logDensity - state.logDensity,
      step: Math.sqrt(dot(s, s)),
      gradient: projectedGradient(moved, bounds),
      held,
      evaluations,
    },
  };
}

/** Where an ascent ended. */
export interface Ascent {
  readonly status: 'converged' | 'no-convergence';
  readonly point: Float64Array;
  readonly logDensity: number;
  readonly gradient: Float64Array;
  readonly iterations: number;
  readonly evaluations: number;
  readonly problems: readonly InferenceProblem[];
}

export interface AscentOptions {
  readonly bounds?: Bounds;
  readonly iterations?: number;
  /** Largest component of the projected gradient at which a point is a mode. */
  readonly tolerance?: number;
}

/** Steps until the projected gradient vanishes, or no step rises any more. */
export function maximise(target: DifferentiableLogDensity, start: Float64Array, options: AscentOptions = {}): Ascent {
  const { bounds, iterations: limit = 500, tolerance = 1e-6 } = options;
  let state = init(target, start, bounds);
  let evaluations = 1;
  let iterations = 0;
  let failures = 0;
  const away = FAR * (1 + norm(state.point));
  const flat = () => projectedGradient(state, bounds) <= tolerance;
  while (!flat() && iterations < limit && failures < 2 && norm(state.point) < away) {
    const next = step(target, state, bounds);
    state = next.state;
    evaluations += next.info.evaluations;
    failures = next.info.accepted ? 0 : failures + 1;
    iterations++;
  }
  // Rounding of the density, not distance from the mode, ends the search when no step rises: 1e3 times the criterion.
  const left = projectedGradient(state, bounds);
  const escaped = norm(state.point) >= away;
  const converged = !escaped && (flat() || (failures >= 2 && left <= 1e3 * tolerance));
  return {
    status: converged ? 'converged' : 'no-convergence',
    point: state.point,
    logDensity: state.logDensity,
    gradient: state.gradient,
    iterations,
    evaluations,
    problems: converged
      ? []
      : escaped
        ? [
            inferenceErrors.problem(
              'inference-improper-posterior',
              `The log density still rises, with a gradient of ${left.toExponential(2)}, ${norm(state.point).toExponential(2)} away.`,
            ),
          ]
        : [
            inferenceErrors.problem(
              'inference-no-convergence',
              `The ascent ended after ${iterations} steps with a gradient of ${left.toExponential(2)}.`,
            ),
          ],
  };
}

/** Largest absolute change of a coordinate by a unit gradient step, projected into the box. */
export function projectedGradient(
  state: { readonly point: Float64Array; readonly gradient: Float64Array },
  bounds?: Bounds,
): number {
  let largest = 0;
  state.point.forEach((x, i) => {
    const g = state.gradient[i];
    const to = bounds ? Math.min(bounds.upper[i], Math.max(bounds.lower[i], x + g)) : x + g;
    largest = Math.max(largest, Math.abs(bounds ? to - x : g));
  });
  return largest;
}

function projected(point: Float64Array, bounds?: Bounds): Float64Array {
  if (!bounds) return Float64Array.from(point);
  bounds.lower.forEach((l, i) => {
    if (!(l <= bounds.upper[i])) {
      throw inferenceErrors.error('inference-shape', `Bounds ${l} to ${bounds.upper[i]} are empty.`, `parameter ${i}`);
    }
  });
  return point.map((x, i) => Math.min(bounds.upper[i], Math.max(bounds.lower[i], x)));
}

/** Coordinates that the gradient does not press against a bound. */
function freeCoordinates(state: LimitedMemoryBfgsState, bounds?: Bounds): readonly boolean[] {
  return Array.from(state.point, (x, i) => {
    if (!bounds) return true;
    const g = state.gradient[i];
    return !((x <= bounds.lower[i] && g <= 0) || (x >= bounds.upper[i] && g >= 0));
  });
}

/** −H g in the free subspace, g being the gradient of −log density with zeros elsewhere. */
function quasiNewton(state: LimitedMemoryBfgsState, g: Float64Array, free: readonly boolean[]): Float64Array {
  const inFree = (x: Float64Array) => x.map((v, i) => (free[i] ? v : 0));
  const pairs = state.steps
    .map((s, k) => ({ s: inFree(s), y: inFree(state.changes[k]) }))
    .map(({ s, y }) => ({ s, y, sy: dot(s, y) }))
    .filter(({ s, y, sy }) => sy > 1e-10 * Math.sqrt(dot(s, s) * dot(y, y)));
  const q = Float64Array.from(g);
  const alphas = new Float64Array(pairs.length);
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { s, y, sy } = pairs[k];
    alphas[k] = dot(s, q) / sy;
    for (let i = 0; i < q.length; i++) q[i] -= alphas[k] * y[i];
  }
  const last = pairs.at(-1);
  // Without memory the first step has unit length at most.
  const scale = last ? last.sy / dot(last.y, last.y) : 1 / Math.max(1, Math.sqrt(dot(g, g)));
  for (let i = 0; i < q.length; i++) q[i] *= scale;
  pairs.forEach(({ s, y, sy }, k) => {
    const beta = dot(y, q) / sy;
    for (let i = 0; i < q.length; i++) q[i] += (alphas[k] - beta) * s[i];
  });
  return q.map((v) => -v);
}

function norm(x: Float64Array): number {
  return Math.sqrt(dot(x, x));
}

interface Reached {
  readonly point: Float64Array;
  readonly logDensity: number;
  readonly gradient: Float64Array;
}

function search(
  target: DifferentiableLogDensity,
  state: LimitedMemoryBfgsState,
  direction: Float64Array,
  slope: number,
  bounds?: Bounds,
): { readonly next: Reached | null; readonly evaluations: number } {
  let reached: Reached | null = null;
  const at = (alpha: number): Reached => {
    const point = projected(
      state.point.map((x, i) => x + alpha * direction[i]),
      bounds,
    );
    const gradient = new Float64Array(target.dimension);
    const logDensity = target.valueAndGradient(point, gradient);
    return { point, logDensity, gradient };
  };
  let longest = Infinity;
  direction.forEach((d, i) => {
    if (!bounds || d === 0) return;
    longest = Math.min(longest, ((d > 0 ? bounds.upper[i] : bounds.lower[i]) - state.point[i]) / d);
  });
  if (longest >= 1) {
    const cache = new Map<number, Reached>();
    const found = strongWolfe(
      (alpha) => {
        const r = at(alpha);
        cache.set(alpha, r);
        return { alpha, value: -r.logDensity, slope: -dot(r.gradient, direction) };
      },
      { alpha: 0, value: -state.logDensity, slope },
      1,
      longest,
    );
    reached = found.status === 'ok' ? (cache.get(found.point.alpha) ?? null) : null;
    return { next: reached, evaluations: found.evaluations };
  }
  for (let i = 0, alpha = 1; i < 40; i++, alpha /= 2) {
    const r = at(alpha);
    const gain = r.point.reduce((sum, x, k) => sum + state.gradient[k] * (x - state.point[k]), 0);
    const finite = Number.isFinite(r.logDensity) && r.gradient.every(Number.isFinite);
    if (finite && gain > 0 && r.logDensity >= state.logDensity + 1e-4 * gain) return { next: r, evaluations: i + 1 };
  }
  return { next: null, evaluations: 40 };
}
