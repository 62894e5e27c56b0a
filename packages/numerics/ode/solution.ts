import type { StepRecord } from './solver.ts';

/** Why a solution ended: at the end of its span, or before it, at the last of `times`. */
export type OdeStatus = 'complete' | 'too-many-steps' | 'step-too-small' | 'not-finite' | 'singular';

/** What a solver found: the accepted steps, how it ended, and the state at any time covered. */
export class OdeSolution {
  readonly status: OdeStatus;
  /** Ends of the accepted steps, the start first. */
  readonly times: readonly number[];
  /** State at each of `times`. */
  readonly states: readonly Float64Array[];
  readonly rejected: number;
  readonly evaluations: number;
  readonly #steps: readonly StepRecord[];

  constructor(
    status: OdeStatus,
    times: readonly number[],
    states: readonly Float64Array[],
    steps: readonly StepRecord[],
    counts: { readonly rejected: number; readonly evaluations: number },
  ) {
    this.#steps = steps;
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
    let high = this.#steps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle + 1] < t) low = middle + 1;
      else high = middle;
    }
    const step = this.#steps[low];
    if (step === undefined) out.set(states[0]);
    else step.interpolate(t, out);
    return out;
  }
}
