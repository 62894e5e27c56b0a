import type { ControlInput, Instant } from '@gemel/core';
import type { RandomStream } from '@gemel/numerics/random/stream';

/** Parameter values in the order of the pack's `parameters`, in their units. */
export type Parameters = Float64Array;

/** One future self of a twin: parameters and the state they led to. */
export interface Member<State> {
  readonly parameters: Parameters;
  readonly state: State;
}

/**
 * What a mechanism offers. The state is opaque to the runtime: an ODE's vector, a voxel field, a hospital's
 * event list and a Boolean network all fit. Every method is pure: same input, same output, input untouched.
 */
export interface Dynamics<State> {
  /** Named signals `observe` can give, with their UCUM units. */
  readonly signals: Readonly<Record<string, { readonly unit: string }>>;
  /** State at rest at `at` under these parameters. */
  init(parameters: Parameters, at: Instant): State;
  /** Advances from the state's own time to `until` under the control inputs (those not overlapping have no effect). */
  advance(
    state: State,
    parameters: Parameters,
    controls: readonly ControlInput[],
    until: Instant,
    random: RandomStream,
  ): State;
  /** Value of a signal, free of sensor error. */
  observe(state: State, parameters: Parameters, signal: string): number | Float64Array;
  /** The instant the state stands at. */
  time(state: State): Instant;
  snapshot(state: State): Uint8Array;
  restore(bytes: Uint8Array): State;
  /** For continuous states: the coordinates an ensemble filter may correct. Absent: only weights and parameters move. */
  readonly coordinates?: Coordinates<State>;
  /** Batched form of "advance through these times and observe"; absent: the runtime loops. Equal to the loop bit for bit. */
  readonly trajectories?: (request: TrajectoryRequest<State>) => TrajectoryResult<State>;
}

/** Correctable coordinates of a continuous state. */
export interface Coordinates<State> {
  readonly names: readonly string[];
  read(state: State): Float64Array;
  /** The state with corrected coordinates, made physical (no negative masses). */
  write(state: State, coordinates: Float64Array): State;
}

export interface TrajectoryRequest<State> {
  readonly members: readonly Member<State>[];
  readonly controls: readonly ControlInput[];
  /** Ascending; the first is at or after every member's time. */
  readonly times: readonly Instant[];
  readonly signals: readonly string[];
  /** One stream per member is forked from it by member index. */
  readonly random: RandomStream;
}

export interface TrajectoryResult<State> {
  /** values[signal]: members × times, row-major (member-major). */
  readonly values: Readonly<Record<string, Float64Array>>;
  /** Members' states at the last time. */
  readonly ends: readonly State[];
}
