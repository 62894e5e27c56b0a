/**
 * A stream of random numbers that is a pure function of (seed, path, draws made).
 * `fork` derives an independent stream from a path of names and numbers (entity, step, purpose), so that the
 * same work gives the same numbers on any number of workers and in any order.
 */
export interface RandomStream {
  /** A 32-bit unsigned integer. */
  uint32(): number;
  /** Uniform on the open interval (0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** A stream independent of this one and of every other path. */
  fork(...path: readonly (string | number)[]): RandomStream;
}
