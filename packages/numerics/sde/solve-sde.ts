import type { SdeMethod, SdeSystem, WienerIncrements } from './sde-system.ts';

export interface SdeProblem {
  readonly system: SdeSystem;
  /** Ascending; the first is where the path starts. */
  readonly times: Float64Array;
  /** State at the first time. */
  readonly initial: Float64Array;
  /** Longest step; steps between two times are equally long. */
  readonly step: number;
}

export interface SdePath {
  readonly status: 'complete' | 'not-finite';
  /** times × dimension; NaN from where the path stopped being finite. */
  readonly states: Float64Array;
}

/** One path of an Itô equation at the times asked. */
export function solveSde(problem: SdeProblem, method: SdeMethod, increments: WienerIncrements): SdePath {
  const { system, times } = problem;
  if (!(problem.step > 0)) throw new RangeError(`The step is above 0, not ${problem.step}.`);
  const n = system.dimension;
  const step = method.stepper(system);
  const y = Float64Array.from(problem.initial);
  const dW = new Float64Array(system.noises);
  const states = new Float64Array(times.length * n).fill(Number.NaN);
  states.set(y, 0);
  for (let i = 1; i < times.length; i++) {
    const span = times[i] - times[i - 1];
    // A hair above a whole number of steps is that number: rounding of the times adds no step.
    const count = Math.max(1, Math.ceil((span / problem.step) * (1 - 1e-12)));
    const h = span / count;
    for (let s = 0; s < count; s++) {
      const t = times[i - 1] + s * h;
      increments(t, h, dW);
      step(t, h, y, dW);
    }
    if (!y.every(Number.isFinite)) return { status: 'not-finite', states };
    states.set(y, i * n);
  }
  return { status: 'complete', states };
}
