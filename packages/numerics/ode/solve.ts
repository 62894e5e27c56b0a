import type { OdeProblem } from './problem.ts';
import { OdeSolution, type OdeStatus } from './solution.ts';
import type { Solver, StepRecord } from './solver.ts';
import { type StepControl, shortestStep } from './step-control.ts';

/**
 * Solves a problem from one end of its span to the other, keeping every step. Never throws for numerical reasons: the
 * solution's `status` says how it ended. RangeError where the method cannot take steps of that kind.
 */
export function solve(problem: OdeProblem, solver: Solver, control: StepControl): OdeSolution {
  const [start, end] = problem.span;
  const stops = [...(problem.jumps ?? []).filter((t) => t > start && t < end), end];
  // The last stages of a step that ends on a jump must see f from the left of it.
  let jump = Number.NaN;
  const system = {
    dimension: problem.initial.length,
    rhs: (t: number, y: Float64Array, dy: Float64Array) => {
      const ends = t >= jump && t - jump <= 2 * shortestStep(jump);
      problem.rhs(ends ? justBefore(jump) : t, y, dy);
    },
  };
  const bounded = control.kind === 'adaptive' ? { ...control, longest: control.longest ?? end - start } : control;
  const stepper = solver.start(system, start, problem.initial, bounded);
  const times = [start];
  const states = [problem.initial.slice()];
  const steps: StepRecord[] = [];
  let status: OdeStatus = 'complete';
  for (const stop of stops) {
    while (status === 'complete' && stepper.t < stop) {
      jump = stop < end ? stop : Number.NaN;
      const outcome = stepper.step(stop);
      if (outcome !== 'stepped') {
        status = outcome;
        break;
      }
      steps.push(stepper.record());
      times.push(stepper.t);
      states.push(stepper.y.slice());
    }
    jump = Number.NaN;
    if (stop < end && stepper.t === stop) stepper.restart(stop, stepper.y, stepper.next);
  }
  return new OdeSolution(status, times, states, steps, stepper.counts);
}

/** The largest number below t. */
function justBefore(t: number): number {
  return t === 0 ? -Number.MIN_VALUE : t - Math.abs(t) * 1.2e-16;
}
