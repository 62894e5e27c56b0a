import type { Problem } from '@gemel/core';
import type { CompiledModel } from '../program/compiled-model.ts';

/** One dose given into a state (a compartment's amount). NONMEM's meaning of its data items, in words. */
export interface Dose {
  /** Not before the start. */
  readonly time: number;
  readonly state: string;
  /** In the state's unit. */
  readonly amount: number;
  /**
   * Duration of an infusion, 0 or absent a bolus; or the name of a parameter or definition that gives its duration or its
   * rate. Bioavailability changes the rate of an infusion whose duration is given, the duration of one whose rate is.
   */
  readonly duration?: number | { readonly duration: string } | { readonly rate: string };
  /** Further doses, each `interval` after the one before. */
  readonly additional?: number;
  readonly interval?: number;
  /**
   * At `time` the model stands where doses at every `interval` since ever would have brought it: what was there before is
   * forgotten, but for states that change no rate (areas under curves). Such doses of one time and interval count together.
   */
  readonly steadyState?: boolean;
  /**
   * Name of a parameter or definition: delay from the dose's time to its entry; share that enters. These, and a modelled
   * rate or duration, are worked out at the dose's own time.
   */
  readonly lag?: string;
  readonly bioavailability?: string;
}

/**
 * Values of an input at ascending times, in the input's unit. Before the first the input has its fallback, after the last it
 * keeps the last value. Of two values at one time the second holds from there on.
 */
export interface InputSeries {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface SimulationRequest {
  /** Ascending; the first is where the simulation starts. */
  readonly times: Float64Array;
  /** In place of the model's defaults, by name; parameters that are given by others follow. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** In place of the model's initial values, by name of the state; other initial values stay as the model has them. */
  readonly initial?: Readonly<Record<string, number>>;
  readonly inputs?: Readonly<Record<string, InputSeries>>;
  readonly doses?: readonly Dose[];
  /** Names of states, definitions, unknowns, inputs or parameters; absent: the model's outputs. */
  readonly outputs?: readonly string[];
  /** Absent: chosen by stiffness as it goes. */
  readonly method?: string;
  /** Tolerances of adaptive steps; 1e-6 and 1e-9 where absent. */
  readonly relative?: number;
  readonly absolute?: number;
  /** Steps of this length, shortened only to end where something happens; absent: adaptive steps. */
  readonly step?: number;
  readonly mostSteps?: number;
  /** Orders events of equal priority at one time; 1 where absent. */
  readonly seed?: number;
  /**
   * The compiled model will run some fifty times or more: where a run is stiff, code of the model's own is then made at once.
   * That takes tens of milliseconds, once for a compiled model; stiff steps then take a third of the time; numbers are the same to
   * rounding. Absent: only in a run of very many steps.
   */
  readonly repeated?: boolean;
}

export type SimulationStatus =
  | 'complete'
  | 'step-too-small'
  | 'too-many-steps'
  | 'not-finite'
  | 'singular'
  | 'chatter'
  | 'out-of-range'
  | 'no-steady-state';

/** Values at a time at which something happens are those after it. */
export interface SimulationResult {
  /** Times reached: all that were asked, or fewer where `status` is not complete. */
  readonly times: Float64Array;
  readonly names: readonly string[];
  /** names × times, one series after the other. */
  readonly values: Float64Array;
  /** Anything but complete: the result is partial. */
  readonly status: SimulationStatus;
  /** Why the result is partial, naming the state or element concerned; null where it is complete. */
  readonly problem: Problem | null;
  /** Time to which the values hold. */
  readonly reached: number;
  /** What was carried out, in order. */
  readonly events: readonly { readonly time: number; readonly id: string }[];
  readonly counts: {
    readonly steps: number;
    readonly rejected: number;
    readonly evaluations: number;
    readonly method: string;
  };
}

/** Runs a compiled model: implemented in simulate.ts. */
export type Simulate = (model: CompiledModel, request: SimulationRequest) => SimulationResult;
