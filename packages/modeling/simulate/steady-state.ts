import type { Solver } from '@gemel/numerics/ode/solver';
import type { StepControl } from '@gemel/numerics/ode/step-control';
import type { Entry, SteadyStateSearch } from './dose-schedule.ts';
import type { Evaluation } from './evaluation.ts';
import { fixedPoint } from './fixed-point.ts';

/**
 * Finds where a model stands at a dose when doses have come at every interval since ever: the fixed point of the map from
 * one dose's time to the next, by Anderson's method, which for a linear model ends at the exact answer after as many
 * intervals as there are states. Inputs keep their present values; events do not happen. A state that changes no rate is
 * left as it is.
 */
export function steadyStateSearch(evaluation: Evaluation, solver: Solver, control: StepControl): SteadyStateSearch {
  // A fixed point is found no nearer than the map is known.
  const finer: StepControl =
    control.kind === 'fixed'
      ? control
      : { ...control, relative: Math.max(1e-12, control.relative / 100), absolute: scaled(control.absolute, 1 / 100) };
  const tolerance = finer.kind === 'fixed' ? { relative: 1e-10, absolute: 1e-14 } : finer;
  return (t, interval, entries, y) => {
    const moving = movingStates(evaluation);
    const cycle = cycleOf(interval, entries);
    const at = new Float64Array(y);
    const start = Float64Array.from(moving, () => 0);
    const advance = (x: Float64Array, out: Float64Array): boolean => {
      for (const [i, state] of moving.entries()) at[state] = x[i];
      if (!runCycle(evaluation, solver, finer, t - interval, cycle, at)) return false;
      for (const [i, state] of moving.entries()) out[i] = at[state];
      for (let i = 0; i < y.length; i++) at[i] = y[i];
      return true;
    };
    const found = fixedPoint(advance, start, tolerance.relative, smallest(tolerance.absolute));
    if (found === null) return false;
    for (const [i, state] of moving.entries()) y[state] = found[i];
    return true;
  };
}

/** Between two phases of the interval: what enters at once at its start, and the rates that run through it. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly boluses: readonly Entry[];
  readonly infusions: readonly { readonly state: number; readonly rate: number }[];
}

/** One interval, from a dose's time to the next. */
function cycleOf(interval: number, entries: readonly Entry[]): readonly Piece[] {
  const phase = (time: number) => {
    const within = time - interval * Math.floor(time / interval);
    return within < interval ? within : 0;
  };
  const marks = [0, interval];
  for (const { lag, duration } of entries) marks.push(phase(lag), phase(lag + duration));
  const edges = [...new Set(marks)].sort((a, b) => a - b);
  return edges.slice(1).map((to, i) => {
    const from = edges[i];
    const middle = (from + to) / 2;
    return {
      from,
      to,
      boluses: entries.filter(({ duration, lag }) => duration === 0 && phase(lag) === from),
      infusions: entries
        .filter(({ duration }) => duration > 0)
        .map(({ state, amount, duration, lag }) => {
          const begun = Math.floor((middle - lag) / interval);
          const ended = Math.floor((middle - lag - duration) / interval);
          return { state, rate: ((begun - ended) * amount) / duration };
        }),
    };
  });
}

/** Moves y over one interval that begins at t. */
function runCycle(
  evaluation: Evaluation,
  solver: Solver,
  control: StepControl,
  t: number,
  cycle: readonly Piece[],
  y: Float64Array,
): boolean {
  for (const { from, to, boluses, infusions } of cycle) {
    for (const { state, amount } of boluses) y[state] += amount;
    evaluation.infusion.fill(0);
    for (const { state, rate } of infusions) evaluation.infusion[state] += rate;
    evaluation.infusing = infusions.length > 0;
    const stepper = solver.start(evaluation.system, t + from, y, control);
    while (stepper.t < t + to) if (stepper.step(t + to) !== 'stepped') return false;
    y.set(stepper.y);
  }
  evaluation.infusing = false;
  return true;
}

/** States that some rate depends on. */
function movingStates(evaluation: Evaluation): readonly number[] {
  const { starts } = evaluation.model.jacobian.pattern;
  const moving: number[] = [];
  for (let j = 0; j + 1 < starts.length; j++) if (starts[j + 1] > starts[j]) moving.push(j);
  return moving;
}

function scaled(absolute: number | Float64Array, by: number): number | Float64Array {
  return typeof absolute === 'number' ? absolute * by : absolute.map((value) => value * by);
}

function smallest(absolute: number | Float64Array): number {
  return typeof absolute === 'number' ? absolute : Math.min(...absolute);
}
