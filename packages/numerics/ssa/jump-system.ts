import type { RandomStream } from '../random/stream.ts';

/** Entries of a matrix by column: those of column j at starts[j] … starts[j + 1] − 1. */
export interface Columns {
  readonly starts: Int32Array;
  readonly rows: Int32Array;
  readonly values: Float64Array;
}

/**
 * A state that stands still between jumps; jump j happens at a rate, its propensity, that depends on the state alone.
 * A chemical reaction is a jump; the state counts molecules.
 */
export interface JumpSystem {
  readonly dimension: number;
  readonly jumps: number;
  /** What each jump (column) adds to the state (rows). */
  readonly change: Columns;
  /** Molecules that each jump (column) takes of the state (rows), for the step of a leap. */
  readonly reactants: Columns;
  /** Writes all propensities at state y: happenings per time, none negative. */
  propensities(y: Float64Array, out: Float64Array): void;
  /**
   * Carries out jump j: adds its change to y and writes again those propensities that depend on what changed. Absent: the
   * change is added and all propensities are written again.
   */
  fire?(j: number, y: Float64Array, propensities: Float64Array): void;
  /** Propensities that `fire` may write, per jump: of jump j at starts[j] … starts[j + 1] − 1. */
  readonly dependents?: { readonly starts: Int32Array; readonly jumps: Int32Array };
}

/**
 * `reached`: at the time asked. `more`: as many jumps as asked are done, time is not reached. A propensity that is
 * `negative` or `not-finite` ends the run where it was met.
 */
export type JumpStatus = 'reached' | 'more' | 'negative' | 'not-finite';

/** A stochastic simulation in the middle of its work. */
export interface JumpStepper {
  readonly t: number;
  /** State at t; the stepper's own array, changed by the next advance. */
  readonly y: Float64Array;
  /** Jumps carried out since the start. */
  readonly happened: number;
  /** Time of the next jump, Infinity where there is none; of exact methods only. NaN where a propensity is none. */
  next?(): number;
  /** Carries out all jumps up to and at `until`, but at most `mostJumps`; where those are done, t is the last one's time. */
  advance(until: number, mostJumps?: number): JumpStatus;
  /** Goes on from another time or state: after a change from outside. The waiting time is drawn anew. */
  restart(t: number, y: Float64Array): void;
}

/** A way to simulate a jump system. */
export interface JumpMethod {
  readonly name: string;
  /** Whether paths have exactly the distribution of the system's. */
  readonly exact: boolean;
  start(system: JumpSystem, t: number, y: Float64Array, random: RandomStream): JumpStepper;
}

/** `fire` of a system, or what stands for it where the system has none. */
export function firing(system: JumpSystem): (j: number, y: Float64Array, propensities: Float64Array) => void {
  if (system.fire !== undefined) return system.fire.bind(system);
  const { starts, rows, values } = system.change;
  return (j, y, propensities) => {
    for (let k = starts[j]; k < starts[j + 1]; k++) y[rows[k]] += values[k];
    system.propensities(y, propensities);
  };
}

/** What is wrong with a propensity that is not a number from 0 on. */
export function fault(propensity: number): 'negative' | 'not-finite' {
  return propensity < 0 && propensity > Number.NEGATIVE_INFINITY ? 'negative' : 'not-finite';
}

/** Columns from one list of [row, value] each. */
export function columns(lists: readonly (readonly (readonly [row: number, value: number])[])[]): Columns {
  const starts = new Int32Array(lists.length + 1);
  for (const [j, list] of lists.entries()) starts[j + 1] = starts[j] + list.length;
  const entries = lists.flat();
  return {
    starts,
    rows: Int32Array.from(entries, ([row]) => row),
    values: Float64Array.from(entries, ([, value]) => value),
  };
}
