import type { Model } from '../model/model.ts';
import type { SparsePattern } from './compiled-model.ts';
import type { Program } from './program.ts';

/**
 * Every computation a running model needs (see CompiledModel), as programs. All take the same arguments in the order of
 * ARGUMENTS, with the model's lengths (0 where it has none), whether they read them or not.
 */
export interface ModelPrograms {
  readonly model: Model;
  /** Default values of the parameters, worked out. */
  readonly parameters: Float64Array;
  /** Distinct terms delay(x, τ): entries of argument `delayed`, and of the results of `history` and `lags`. */
  readonly delays: number;
  /** Entries of the result of `switchValues`. */
  readonly switches: number;
  /** Where ∂rates/∂y may differ from zero: the order of the result of `jacobian`. */
  readonly pattern: SparsePattern;
  /** Results `y` and `w`; reads time, parameters and inputs only. delay(x, τ) is x here. */
  readonly initial: Program;
  /** Result `dy`. */
  readonly rates: Program;
  /** Result `values`. */
  readonly jacobian: Program;
  /** Result `values`, one per definition. */
  readonly definitions: Program;
  /** Result `values`, one per constraint. */
  readonly constraints: Program;
  /** Result `values`: ∂constraints/∂w, dense, row-major. */
  readonly constraintJacobian: Program;
  /** Result `values`: 1 or 0 per event. */
  readonly triggers: Program;
  /** Result `values`. */
  readonly switchValues: Program;
  /** Per event, result `values`: delay (0 if none), priority (NaN if none), then one per assignment. */
  readonly events: readonly Program[];
  /** Result `values`, one per reaction. */
  readonly propensities: Program;
  /** Result `values`, one per delay term: what is delayed, now. */
  readonly history: Program;
  /** Result `values`, one per delay term: by how long. */
  readonly lags: Program;
}

/** Arguments of every program of a model: time (length 1), states, parameters, inputs, unknowns, delayed values. */
export const ARGUMENTS = ['t', 'y', 'p', 'u', 'w', 'delayed'] as const;
