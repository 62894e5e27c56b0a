import type { RandomStream } from '@gemel/numerics';

/** A partially observed Markov process as filters see it; ensembles are members × dimension, row-major. */
export interface StateSpace<Observation> {
  readonly dimension: number;
  /** Draws `members` states at the start. */
  init(members: number, random: RandomStream): Float64Array;
  /** Carries every member one step ahead; returns a new ensemble. */
  advance(ensemble: Float64Array, members: number, random: RandomStream): Float64Array;
  /** log p(observation | state), one per member. */
  logLikelihood(ensemble: Float64Array, members: number, observation: Observation): Float64Array;
}
