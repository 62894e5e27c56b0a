import type { ExplicitMethod } from './method.ts';

/** Why a solution ended: at the end of its span, or before it, at the last of `times`. */
export type OdeStatus = 'complete' | 'too-many-steps' | 'step-too-small' | 'not-finite';

/** One accepted step, enough to evaluate the state anywhere in it. */
export interface Segment {
  readonly t: number;
  readonly h: number;
  /** State at t. */
  readonly y: Float64Array;
  /** Stage derivatives one after the other, the last at t + h. */
  readonly k: Float64Array;
}

/** What a solver found: the accepted steps, how it ended, and the state at any time covered. */
export class OdeSolution {
  readonly status: OdeStatus;
  /** Ends of the accepted steps, the start first. */
  readonly times: readonly number[];
  /** State at each of `times`. */
  readonly states: readonly Float64Array[];
  readonly rejected: number;
  readonly evaluations: number;
  readonly #method: ExplicitMethod;
  readonly #segments: readonly Segment[];

  constructor(
    method: ExplicitMethod,
    status: OdeStatus,
    times: readonly number[],
    states: readonly Float64Array[],
    segments: readonly Segment[],
    counts: { readonly rejected: number; readonly evaluations: number },
  ) {
    this.#method = method;
    this.#segments = segments;
    this.status = status;
    this.times = times;
    this.states = states;
    this.rejected = counts.rejected;
    this.evaluations = counts.evaluations;
  }

  /** State at the last time reached. */
  get end(): Float64Array {
    return this.states[this.states.length - 1];
  }

  /** State at t by the method's interpolant, or cubic Hermite; times outside what was covered give NaN. */
  at(t: number, out: Float64Array = new Float64Array(this.end.length)): Float64Array {
    const { times, states } = this;
    if (!(t >= times[0] && t <= times[times.length - 1])) return out.fill(Number.NaN);
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle + 1] < t) low = middle + 1;
      else high = middle;
    }
    const segment = this.#segments[low];
    if (segment === undefined) {
      out.set(states[0]);
      return out;
    }
    const theta = (t - segment.t) / segment.h;
    const weights = this.#method.interpolant;
    if (weights === undefined) hermite(segment, states[low + 1], theta, out);
    else polynomial(segment, weights, theta, out);
    return out;
  }
}

function polynomial(segment: Segment, weights: readonly (readonly number[])[], theta: number, out: Float64Array): void {
  out.set(segment.y);
  for (const [s, coefficients] of weights.entries()) {
    let weight = 0;
    for (let p = coefficients.length - 1; p >= 0; p--) weight = (weight + coefficients[p]) * theta;
    const from = s * out.length;
    for (let i = 0; i < out.length; i++) out[i] += segment.h * weight * segment.k[from + i];
  }
}

/** The last of the segment's derivatives is that at its end. */
function hermite(segment: Segment, next: Float64Array, theta: number, out: Float64Array): void {
  const { y, k, h } = segment;
  const end = k.length - out.length;
  const rest = 1 - theta;
  const startWeight = rest * rest * (1 + 2 * theta);
  const endWeight = theta * theta * (3 - 2 * theta);
  for (let i = 0; i < out.length; i++) {
    out[i] = startWeight * y[i] + endWeight * next[i] + h * theta * rest * (rest * k[i] - theta * k[end + i]);
  }
}
