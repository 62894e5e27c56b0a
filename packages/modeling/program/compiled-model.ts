import type { RosenbrockFunctions } from '../codegen/rosenbrock-functions.ts';
import type { Model } from '../model/model.ts';

/** A matrix's places that may differ from zero, by column: rows of column j at starts[j] … starts[j + 1] − 1, ascending. */
export interface SparsePattern {
  readonly rows: number;
  readonly columns: number;
  readonly starts: Int32Array;
  readonly rowIndices: Int32Array;
}

/**
 * A model ready to run. Vectors are in the order of the model's lists: y states, p parameters, u inputs, w unknowns, and
 * `delayed` the values of `delays`. Where a model has none, an empty array does.
 */
export interface CompiledModel {
  readonly model: Model;
  /** `delay(x, τ)` terms met in the model: what is delayed is entry `of` of `history`, by `lag` (see lags). */
  readonly delays: number;
  /** Whether rates rest on states, parameters, inputs and unknowns alone: time is read nowhere. */
  readonly autonomous: boolean;
  /** Default parameter values. */
  parameters(): Float64Array;
  /** States, then the guesses of the unknowns, at the start. */
  initial(t: number, p: Float64Array, u: Float64Array, y: Float64Array, w: Float64Array): void;
  rates(v: Values, dy: Float64Array): void;
  /** ∂rates/∂y by `pattern`, entries in its order. */
  readonly jacobian: { readonly pattern: SparsePattern; values(v: Values, out: Float64Array): void };
  definitions(v: Values, out: Float64Array): void;
  /** Residuals of the constraints, and their derivatives by the unknowns, dense row-major. */
  constraints(v: Values, out: Float64Array): void;
  constraintJacobian(v: Values, out: Float64Array): void;
  /** Truth of every trigger: 1 or 0. */
  triggers(v: Values, out: Float64Array): void;
  /**
   * Functions that change sign where a rate, constraint or trigger switches: the sides' difference of each comparison met in
   * a condition. A solver must not step across a root.
   */
  readonly switches: number;
  switchValues(v: Values, out: Float64Array): void;
  /** Delay, priority and assigned values of event e: delay (0 if none), priority (NaN if none), then one per assignment. */
  event(e: number, v: Values, out: Float64Array): void;
  /** Rate of every reaction. */
  propensities(v: Values, out: Float64Array): void;
  /** What is delayed now, and by how long, one per delay term. */
  history(v: Values, out: Float64Array): void;
  lags(v: Values, out: Float64Array): void;
  /** Its Rodas5P step as straight-line code, made when first asked for; null where it has none, or turns out too large. */
  readonly rosenbrock: (() => RosenbrockFunctions | null) | null;
}

/** Where and when a compiled function is asked. */
export interface Values {
  t: number;
  readonly y: Float64Array;
  readonly p: Float64Array;
  readonly u: Float64Array;
  readonly w: Float64Array;
  readonly delayed: Float64Array;
}
