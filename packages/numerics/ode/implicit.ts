import type { StepRecord } from './solver.ts';
import {
  type AdaptiveSteps,
  absoluteTolerances,
  firstStep,
  liftToZero,
  type StepControl,
  shortestStep,
} from './step-control.ts';

/** A step control as implicit methods ask for it. */
export interface ImplicitControl {
  /** Undefined where steps are fixed. */
  readonly adaptive: AdaptiveSteps | undefined;
  readonly relative: number;
  readonly absolute: Float64Array;
  readonly longest: number;
  /** Steps, rejected ones included, before the solution is given up. */
  readonly most: number;
  /** Length of the first step; NaN where it is still to be found. */
  readonly first: number;
}

/** `tolerance`, relative and absolute, is what fixed steps' equations are solved to and their Jacobian is taken for. */
export function implicitControl(control: StepControl, dimension: number, tolerance: number): ImplicitControl {
  if (control.kind === 'fixed') {
    const absolute = new Float64Array(dimension).fill(tolerance);
    const { step } = control;
    return {
      adaptive: undefined,
      relative: tolerance,
      absolute,
      longest: step,
      most: Number.POSITIVE_INFINITY,
      first: step,
    };
  }
  return {
    adaptive: control,
    relative: control.relative,
    absolute: absoluteTolerances(control, dimension),
    longest: control.longest ?? Number.POSITIVE_INFINITY,
    most: control.mostSteps ?? 1_000_000,
    first: control.first ?? Number.NaN,
  };
}

/** `next`, or where it is still to be found (NaN), a first step that is long enough to be told from t. */
export function lengthToTry(
  { adaptive, longest }: ImplicitControl,
  next: number,
  rhs: (t: number, y: Float64Array, dy: Float64Array) => void,
  t: number,
  y: Float64Array,
  slope: Float64Array,
): number {
  if (adaptive === undefined || !Number.isNaN(next)) return next;
  return Math.max(firstStep(adaptive, rhs, t, y, slope, longest), 16 * shortestStep(t));
}

/** A step kept for later, of which `inside` gives the state at any time; before the first step `end` is all there is. */
export function keptStep(
  from: number,
  to: number,
  end: Float64Array,
  positive: readonly number[],
  inside: (t: number, out: Float64Array) => void,
): StepRecord {
  if (from === to) return { from, to, interpolate: (_t, out) => out.set(end) };
  return {
    from,
    to,
    interpolate(t, out) {
      inside(t, out);
      liftToZero(out, positive);
    },
  };
}
