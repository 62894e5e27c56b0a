import { type DifferentiableLogDensity, differentiable } from '../differentiable-log-density.ts';
import { inferenceErrors } from '../errors.data.ts';
import type { InferenceProblem } from '../problem.ts';
import { type Bounds, maximise } from './limited-memory-bfgs.ts';

/** The profile of one parameter: its log density maximised over all the others. */
export interface Profile {
  readonly index: number;
  /** `flat`: open on both sides; `open-below`, `open-above`: the threshold is not reached there. */
  readonly status: 'closed' | 'open-below' | 'open-above' | 'flat';
  /** Where the profile has fallen by the threshold; −Infinity, Infinity (or the bound) where it does not. */
  readonly lower: number;
  readonly upper: number;
  /** Points of the profile, by ascending value. */
  readonly points: readonly { readonly value: number; readonly logDensity: number; readonly others: Float64Array }[];
  readonly evaluations: number;
  readonly problems: readonly InferenceProblem[];
}

export interface ProfileOptions {
  readonly bounds?: Bounds;
  /** Fall of the log density at the ends: ½ χ²₁ quantile; 1.920729 for 95 %. */
  readonly threshold?: number;
  /** First distance from the mode; absent: the parameter's SD with the others held, by the curvature at the mode. */
  readonly step?: number;
  /** Distance beyond which a side counts as open; absent: 1e4 times the first. */
  readonly furthest?: number;
  /** Relative accuracy of the ends. */
  readonly tolerance?: number;
  readonly name?: string;
}

/** ½ of the 95 % quantile of χ² with one degree of freedom. */
export const THRESHOLD_95 = 1.9207294103470447;

/**
 * Profile likelihood of parameter `index` (Raue et al., Bioinformatics 25 (2009) 1923): from the mode outward, the others
 * maximised again at every value, until the log density has fallen by the threshold; then the crossing by bisection and
 * secant. A parameter that reaches no threshold is named unidentifiable.
 * @param mode a point where the log density is maximal
 * @throws inference-density-not-finite where it has none
 */
export function profile(
  target: DifferentiableLogDensity,
  mode: Float64Array,
  index: number,
  options: ProfileOptions = {},
): Profile {
  const { bounds, threshold = THRESHOLD_95, tolerance = 1e-4, name = `parameter ${index}` } = options;
  const first = options.step ?? heldDeviation(target, mode, index);
  const furthest = options.furthest ?? 1e4 * first;
  let evaluations = options.step === undefined ? 2 : 0;
  const points: { value: number; logDensity: number; others: Float64Array }[] = [];
  const problems: InferenceProblem[] = [];
  const at = (value: number, others: Float64Array) => {
    const found = heldMaximum(target, index, value, others, bounds);
    evaluations += found.evaluations;
    problems.push(...found.problems);
    const point = { value, logDensity: found.logDensity, others: found.others };
    points.push(point);
    return point;
  };
  const centre = at(mode[index], without(mode, index));
  if (!Number.isFinite(centre.logDensity)) {
    throw inferenceErrors.error('inference-density-not-finite', `The log density at the mode is ${centre.logDensity}.`);
  }
  const floor = centre.logDensity - threshold;
  const end = (side: -1 | 1): number | null => {
    const bound = bounds ? (side < 0 ? bounds.lower[index] : bounds.upper[index]) : side * Infinity;
    const limit = side < 0 ? Math.max(bound, centre.value - furthest) : Math.min(bound, centre.value + furthest);
    let inside = centre;
    for (let distance = first; ; distance *= 2) {
      const wanted = centre.value + side * distance;
      const value = side * wanted >= side * limit ? limit : wanted;
      if (value === inside.value) return null;
      const here = at(value, inside.others);
      if (!(here.logDensity > floor)) return crossing(at, inside, here, floor, tolerance);
      if (value === limit) return null;
      inside = here;
    }
  };
  const lower = end(-1);
  const upper = end(1);
  points.sort((a, b) => a.value - b.value);
  const highest = points.reduce((top, p) => Math.max(top, p.logDensity), -Infinity);
  if (highest > centre.logDensity + 1e-3) {
    problems.push(
      inferenceErrors.problem(
        'inference-no-convergence',
        `The profile rises ${(highest - centre.logDensity).toPrecision(3)} above the point it started from.`,
        name,
      ),
    );
  }
  const status = lower === null ? (upper === null ? 'flat' : 'open-below') : upper === null ? 'open-above' : 'closed';
  if (status !== 'closed') {
    const side = { flat: 'on both sides', 'open-below': 'below', 'open-above': 'above' }[status];
    problems.push(
      inferenceErrors.problem(
        'inference-unidentifiable-parameter',
        `The profile of ${name} falls by less than ${threshold.toPrecision(3)} ${side} of ${mode[index]}.`,
        name,
      ),
    );
  }
  return {
    index,
    status,
    lower: lower ?? bounds?.lower[index] ?? -Infinity,
    upper: upper ?? bounds?.upper[index] ?? Infinity,
    points,
    evaluations,
    problems,
  };
}

/** SD of one coordinate with the others held, from differences of the gradient; a tenth of its size where it has none. */
function heldDeviation(target: DifferentiableLogDensity, mode: Float64Array, index: number): number {
  const size = Math.max(1, Math.abs(mode[index]));
  const gradient = new Float64Array(target.dimension);
  const slope = (side: number) => {
    const point = Float64Array.from(mode);
    point[index] += side * Math.cbrt(Number.EPSILON) * size;
    target.valueAndGradient(point, gradient);
    return gradient[index] / (point[index] - mode[index]);
  };
  const deviation = (-(slope(1) + slope(-1)) / 2) ** -0.5;
  return deviation > 0 && Number.isFinite(deviation) ? deviation : 0.1 * size;
}

interface ProfilePoint {
  readonly value: number;
  readonly logDensity: number;
  readonly others: Float64Array;
}

/** The value where the profile passes the floor, between a point above and one below it. */
function crossing(
  at: (value: number, others: Float64Array) => ProfilePoint,
  above: ProfilePoint,
  below: ProfilePoint,
  floor: number,
  tolerance: number,
): number {
  let high = above;
  let low = below;
  for (let i = 0; i < 60 && Math.abs(low.value - high.value) > tolerance * Math.abs(low.value - above.value); i++) {
    const share = (high.logDensity - floor) / (high.logDensity - low.logDensity);
    // Every third guess is the middle, so that both ends of the bracket move.
    const t = Number.isFinite(share) && i % 3 !== 2 ? Math.min(0.95, Math.max(0.05, share)) : 0.5;
    const here = at(high.value + t * (low.value - high.value), high.others);
    if (here.logDensity > floor) high = here;
    else low = here;
    if (Math.abs(here.logDensity - floor) < 1e-9) return here.value;
  }
  const share = (high.logDensity - floor) / (high.logDensity - low.logDensity);
  return high.value + (Number.isFinite(share) ? share : 0.5) * (low.value - high.value);
}

/** The maximum over the other coordinates with one held. */
export interface HeldMaximum {
  /** −Infinity where the density has no value. */
  readonly logDensity: number;
  /** Where it is, without the coordinate held. */
  readonly others: Float64Array;
  readonly evaluations: number;
  readonly problems: readonly InferenceProblem[];
}

/** The maximum over the other coordinates, from a start for them, at one value of `index`. */
export function heldMaximum(
  target: DifferentiableLogDensity,
  index: number,
  value: number,
  others: Float64Array,
  bounds?: Bounds,
): HeldMaximum {
  const full = new Float64Array(target.dimension);
  const gradient = new Float64Array(target.dimension);
  const fill = (rest: Float64Array) => {
    for (let i = 0, k = 0; i < full.length; i++) full[i] = i === index ? value : rest[k++];
    return full;
  };
  const start = target.valueAndGradient(fill(others), gradient);
  if (!Number.isFinite(start) || target.dimension === 1) {
    return { logDensity: Number.isNaN(start) ? -Infinity : start, others, evaluations: 1, problems: [] };
  }
  const reduced = differentiable(target.dimension - 1, (rest, g) => {
    const f = target.valueAndGradient(fill(rest), gradient);
    for (let i = 0, k = 0; i < full.length; i++) if (i !== index) g[k++] = gradient[i];
    return f;
  });
  const ascent = maximise(
    reduced,
    others,
    bounds ? { bounds: { lower: without(bounds.lower, index), upper: without(bounds.upper, index) } } : {},
  );
  const { logDensity, evaluations, problems } = ascent;
  return { logDensity, others: ascent.point, evaluations, problems };
}

function without(x: Float64Array, index: number): Float64Array {
  return x.filter((_, i) => i !== index);
}
