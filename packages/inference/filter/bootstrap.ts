import type { RandomStream } from '@gemel/numerics';
import { systematicResample } from '../smc/resampling.ts';
import { effectiveSampleSize, normaliseLogWeights } from '../smc/weights.ts';
import type { StateSpace } from '../state-space.ts';

/** Weighted particles, count × dimension. */
export interface BootstrapState {
  readonly particles: Float64Array;
  readonly count: number;
  readonly logWeights: Float64Array;
}

export interface BootstrapInfo {
  readonly ess: number;
  readonly resampled: boolean;
  /** log p(observation | past), one term of the log evidence. */
  readonly logEvidence: number;
}

export function init<O>(model: StateSpace<O>, count: number, random: RandomStream): BootstrapState {
  return {
    particles: model.init(count, random),
    count,
    logWeights: new Float64Array(count).fill(-Math.log(count)),
  };
}

/** One step of the bootstrap filter (Gordon, Salmond, Smith 1993); resamples below half the effective sample size. */
export function step<O>(
  model: StateSpace<O>,
  state: BootstrapState,
  observation: O,
  random: RandomStream,
): { readonly state: BootstrapState; readonly info: BootstrapInfo } {
  const { count } = state;
  const n = model.dimension;
  let particles = model.advance(state.particles, count, random.fork('advance'));
  const likelihood = model.logLikelihood(particles, count, observation);
  const joint = state.logWeights.map((w, i) => w + likelihood[i]);
  const top = joint.reduce((a, b) => (b > a ? b : a), -Infinity);
  let sum = 0;
  for (const l of joint) sum += Math.exp(l - top);
  const logEvidence = top === -Infinity ? -Infinity : top + Math.log(sum);
  const weights = normaliseLogWeights(joint);
  const ess = effectiveSampleSize(weights);
  if (ess >= count / 2) {
    return {
      state: { particles, count, logWeights: weights.map((w) => Math.log(w)) },
      info: { ess, resampled: false, logEvidence },
    };
  }
  const ancestors = systematicResample(weights, count, random.fork('resample'));
  const kept = new Float64Array(particles.length);
  ancestors.forEach((a, i) => {
    kept.set(particles.subarray(a * n, a * n + n), i * n);
  });
  particles = kept;
  return {
    state: { particles, count, logWeights: new Float64Array(count).fill(-Math.log(count)) },
    info: { ess, resampled: true, logEvidence },
  };
}
