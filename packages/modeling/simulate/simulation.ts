import type { CompiledModel } from '../program/compiled-model.ts';

/** One dose given into a state (a compartment's amount). NONMEM's meaning of its data items, in words. */
export interface Dose {
  readonly time: number;
  readonly state: string;
  /** In the state's unit. */
  readonly amount: number;
  /** Duration of an infusion; 0 a bolus; or the name of a parameter or definition that gives duration or rate. */
  readonly duration?: number | { readonly duration: string } | { readonly rate: string };
  /** Further doses, each `interval` after the one before. */
  readonly additional?: number;
  readonly interval?: number;
  /** At `time` the model stands where doses at every `interval` since ever would have brought it. */
  readonly steadyState?: boolean;
  /** Name of a parameter or definition: delay from the dose's time to its entry; share that enters. */
  readonly lag?: string;
  readonly bioavailability?: string;
}

/** Values of an input at ascending times, in the input's unit. */
export interface InputSeries {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface SimulationRequest {
  /** Ascending; the first is where the simulation starts. */
  readonly times: Float64Array;
  /** In place of the model's defaults, by name. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** In place of the model's initial values, by name of the state. */
  readonly initial?: Readonly<Record<string, number>>;
  readonly inputs?: Readonly<Record<string, InputSeries>>;
  readonly doses?: readonly Dose[];
  /** Names of states, definitions, unknowns, inputs or parameters; absent: the model's outputs. */
  readonly outputs?: readonly string[];
  /** Absent: chosen by stiffness as it goes. */
  readonly method?: string;
  readonly relative?: number;
  readonly absolute?: number;
  readonly step?: number;
  readonly mostSteps?: number;
}

export interface SimulationResult {
  /** Times reached: all that were asked, or fewer where `status` is not complete. */
  readonly times: Float64Array;
  readonly names: readonly string[];
  /** names × times, one series after the other. */
  readonly values: Float64Array;
  readonly status: 'complete' | 'step-too-small' | 'too-many-steps' | 'not-finite' | 'singular' | 'chatter';
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
