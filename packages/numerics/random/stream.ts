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

/**
 * Random numbers that are looked up, not drawn in turn: each is a pure function of (seed, path, i, j). What one customer
 * meets does not depend on how many came before, so that scenarios share their random numbers customer by customer.
 */
export interface IndexedDraws {
  /** Uniform on the open interval (0, 1), 53 bits; i and j are whole numbers from 0 to 2³² − 1. */
  uniform(i: number, j: number): number;
}
