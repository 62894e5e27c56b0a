import type { StepControl } from './step-control.ts';

/** An initial value problem dy/dt = f(t, y) as solvers see it. */
export interface OdeSystem {
  readonly dimension: number;
  /** Writes f(t, y) into `dy`; keeps no reference to either array. */
  rhs(t: number, y: Float64Array, dy: Float64Array): void;
  /** ∂f/∂y by columns; absent: implicit solvers take differences, coloured where a pattern is given without values. */
  readonly jacobian?: {
    readonly starts: Int32Array;
    readonly rowIndices: Int32Array;
    /** Entries in the order of `rowIndices`. */
    values?(t: number, y: Float64Array, out: Float64Array): void;
  };
  /** f does not ask t, until the next restart: spares implicit solvers a difference by t in every step. */
  readonly autonomous?: boolean;
  /** Components held at or above zero after every step. */
  readonly positive?: readonly number[];
}

export type StepStatus = 'stepped' | 'step-too-small' | 'too-many-steps' | 'not-finite' | 'singular';

/** One accepted step, kept: the state anywhere in it. */
export interface StepRecord {
  readonly from: number;
  readonly to: number;
  interpolate(t: number, out: Float64Array): void;
}

/** A solver in the middle of its work, at the end of an accepted step. */
export interface Stepper {
  readonly t: number;
  /** State at t. Its array is the stepper's own and changes with the next step. */
  readonly y: Float64Array;
  /** Where the last step began; equal to t before the first. */
  readonly previous: number;
  /** Length the next step will be tried with; NaN where it is still to be found. */
  readonly next: number;
  readonly counts: { readonly accepted: number; readonly rejected: number; readonly evaluations: number };
  /** One accepted step, ending at or before `limit`. Where the status is not `stepped`, t and y are as before. */
  step(limit: number): StepStatus;
  /** State anywhere in the last step. May ask f inside that step. */
  interpolate(t: number, out: Float64Array): void;
  /** A copy of the last step that outlives it. */
  record(): StepRecord;
  /** Goes on from another state or time: after a jump. The next step's length is `first`; absent, it is found anew. */
  restart(t: number, y: Float64Array, first?: number): void;
}

/** A method for initial value problems. */
export interface Solver {
  readonly name: string;
  /** Order of the solution it advances with; the highest of a method of variable order. */
  readonly order: number;
  readonly stiff: boolean;
  /** @throws RangeError where the method cannot take steps of that kind. */
  start(system: OdeSystem, t: number, y: Float64Array, control: StepControl): Stepper;
}
