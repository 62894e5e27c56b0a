import type { RandomStream } from '@gemel/numerics';
import { covarianceRoot } from '@gemel/numerics/linalg/lower-factor';
import { inferenceErrors } from '../errors.data.ts';
import { weightedMoments } from '../smc/weights.ts';
import type { StateSpace } from '../state-space.ts';
import { type ParticleInfo, type ParticleOptions, type ParticleState, step as particleStep } from './particle.ts';

/**
 * A state space over states and parameters together. `advance` moves states under each particle's own parameters and
 * leaves the parameters, which are unconstrained, as they are.
 */
export interface LearningStateSpace<Observation> extends StateSpace<Observation> {
  /** Which coordinates are parameters. */
  readonly parameters: readonly number[];
}

export interface LiuWestOptions extends Omit<ParticleOptions, 'jitter'> {
  /** Discount, above 1/3 to 1: how much of the past the parameters keep; absent: 0.98. At 1 they never move. */
  readonly discount?: number;
}

/**
 * One step of online parameter learning: before the particles move, parameters are drawn from the kernel mixture that has
 * their weighted mean and covariance, shrunk by a = (3 discount − 1)/(2 discount) with kernel variance 1 − a². Liu and
 * West in Doucet et al., Sequential Monte Carlo Methods in Practice (2001), chapter 10, equations 10.3.6–10.3.8. An
 * approximation: the posterior of constant parameters is exact only in its first two moments at each step.
 * @throws inference-shape
 */
export function step<O>(
  model: LearningStateSpace<O>,
  state: ParticleState,
  observation: O,
  random: RandomStream,
  options: LiuWestOptions = {},
): { readonly state: ParticleState; readonly info: ParticleInfo } {
  const { discount = 0.98 } = options;
  if (!(discount > 1 / 3 && discount <= 1)) {
    throw inferenceErrors.error('inference-shape', `A discount lies above 1/3 and is at most 1, not ${discount}.`);
  }
  const moved = { ...state, particles: redrawn(model, state, discount, random.fork('kernel')) };
  return particleStep(model, moved, observation, random, options);
}

function redrawn<O>(
  { parameters, dimension }: LearningStateSpace<O>,
  { particles, logWeights, count }: ParticleState,
  discount: number,
  random: RandomStream,
): Float64Array {
  const p = parameters.length;
  const values = new Float64Array(count * p);
  for (let m = 0; m < count; m++)
    for (let i = 0; i < p; i++) values[m * p + i] = particles[m * dimension + parameters[i]];
  const { mean, covariance } = weightedMoments(values, logWeights.map(Math.exp), p);
  const root = covarianceRoot(covariance, p);
  if (!root) return particles;
  const a = (3 * discount - 1) / (2 * discount);
  const width = Math.sqrt(Math.max(0, 1 - a * a));
  const out = Float64Array.from(particles);
  const z = new Float64Array(p);
  for (let m = 0; m < count; m++) {
    for (let i = 0; i < p; i++) z[i] = random.normal();
    for (let i = 0; i < p; i++) {
      let x = a * values[m * p + i] + (1 - a) * mean[i];
      for (let j = 0; j <= i; j++) x += width * root[i * p + j] * z[j];
      out[m * dimension + parameters[i]] = x;
    }
  }
  return out;
}
