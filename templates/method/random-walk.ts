import type { LogDensity } from '@gemel/inference/log-density';
import type { RandomStream } from '@gemel/numerics';

/**
 * Random-walk Metropolis with normal proposals: Metropolis et al, J Chem Phys 1953;21:1087, doi:10.1063/1.1699114.
 * A method is a state, an info, `init` and `step`: the state holds only what the next step needs, the info all that is worth
 * knowing of the last one.
 */
export interface RandomWalkState {
  readonly position: Float64Array;
  readonly logDensity: number;
}

export interface RandomWalkInfo {
  readonly accepted: boolean;
  /** Probability with which the proposal was to be accepted. */
  readonly acceptance: number;
}

export interface RandomWalkOptions {
  /** Standard deviation of a proposal, per coordinate or one for all; 2.4 σ / √n for a normal target (Gelman 1996). */
  readonly scale: number | Float64Array;
}

/** @throws RangeError where the start lies outside the support */
export function init(target: LogDensity, position: Float64Array): RandomWalkState {
  const logDensity = target.evaluate(position, 1)[0]!;
  if (!Number.isFinite(logDensity)) throw new RangeError('The walk starts outside the support.');
  return { position, logDensity };
}

export function step(
  target: LogDensity,
  state: RandomWalkState,
  random: RandomStream,
  options: RandomWalkOptions,
): { readonly state: RandomWalkState; readonly info: RandomWalkInfo } {
  const { scale } = options;
  const position = state.position.map((x, i) => x + (typeof scale === 'number' ? scale : scale[i]!) * random.normal());
  const logDensity = target.evaluate(position, 1)[0]!;
  const ratio = Math.exp(logDensity - state.logDensity);
  const acceptance = Number.isNaN(ratio) ? 0 : Math.min(1, ratio);
  const accepted = random.uniform() < acceptance;
  return { state: accepted ? { position, logDensity } : state, info: { accepted, acceptance } };
}
