/** An initial value problem dy/dt = f(t, y). */
export interface OdeProblem {
  /** Writes f(t, y) into `dy`; keeps no reference to either array. */
  rhs(t: number, y: Float64Array, dy: Float64Array): void;
  /** y at `span[0]`. */
  readonly initial: Float64Array;
  readonly span: readonly [start: number, end: number];
  /**
   * Ascending times inside the span at which f jumps. A step ends at each; from there on the right-hand side is asked
   * at times not before it, so that f may be defined as continuous from the right.
   */
  readonly jumps?: readonly number[];
}
