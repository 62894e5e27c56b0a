import type { RandomStream } from '@gemel/numerics';
import { covarianceRoot } from '@gemel/numerics/linalg/lower-factor';
import { resamplingSchemes } from '../smc/resampling-schemes.ts';
import { effectiveSampleSize, normaliseLogWeights, weightedMoments } from '../smc/weights.ts';
import type { StateSpace } from '../state-space.ts';
import type { FilterStatus } from './status.ts';

/** Weighted particles, count × dimension; log weights add up to 1 as weights. */
export interface ParticleState {
  readonly particles: Float64Array;
  readonly count: number;
  readonly logWeights: Float64Array;
}

/** A state space whose particles may look at the observation before they move. */
export interface GuidedStateSpace<Observation> extends StateSpace<Observation> {
  /**
   * Draws the next states from a proposal that knows the observation; `logRatio[m]` is log transition density − log
   * proposal density of member m. Absent: `advance`, the bootstrap filter.
   */
  propose?(
    ensemble: Float64Array,
    members: number,
    observation: Observation,
    random: RandomStream,
  ): { readonly ensemble: Float64Array; readonly logRatio: Float64Array };
  /**
   * An estimate of log p(observation | state before the step), one per member: particles are resampled by it first, the
   * auxiliary filter. Absent: no first stage.
   */
  lookAhead?(ensemble: Float64Array, members: number, observation: Observation): Float64Array;
}

export interface ParticleOptions {
  /** Absent: `systematic`. */
  readonly resampling?: keyof typeof resamplingSchemes;
  /** Resamples where the effective sample size is at most this share of the count, 0 to 1; absent: 0.5. */
  readonly threshold?: number;
  /**
   * Standard deviation of the normal kernel by which duplicates are moved apart after resampling, in units of Scott's
   * bandwidth count^(−1/(dimension + 4)) times the weighted covariance (regularised filter: Musso, Oudjane, Le Gland in
   * Doucet et al., Sequential Monte Carlo Methods in Practice (2001), chapter 12). A bias that vanishes with the count;
   * needed by models without noise. Absent: 0.
   */
  readonly jitter?: number;
}

export interface ParticleInfo {
  readonly status: FilterStatus;
  /** Effective sample size before resampling. */
  readonly ess: number;
  readonly resampled: boolean;
  /** log p(observation | past): its exponential is unbiased where `jitter` is 0. */
  readonly logEvidence: number;
  /** Weighted mean before resampling. */
  readonly mean: Float64Array;
  /** Particles whose state is not finite; their weight is 0. */
  readonly lost: number;
}

export function init<O>(model: StateSpace<O>, count: number, random: RandomStream): ParticleState {
  return { particles: model.init(count, random), count, logWeights: equalWeights(count) };
}

/**
 * One step of a particle filter: bootstrap (Gordon, Salmond, Smith, IEE Proc. F 140 (1993) 107), guided where the model
 * proposes, auxiliary where it looks ahead (Pitt and Shephard, J. Am. Stat. Assoc. 94 (1999) 590). With
 * `particles-collapsed` the particles are carried forward with the weights they had.
 */
export function step<O>(
  model: GuidedStateSpace<O>,
  state: ParticleState,
  observation: O,
  random: RandomStream,
  options: ParticleOptions = {},
): { readonly state: ParticleState; readonly info: ParticleInfo } {
  const { count } = state;
  const n = model.dimension;
  const resample = resamplingSchemes[options.resampling ?? 'systematic'];
  let { particles, logWeights } = state;
  let evidenceBefore = 0;
  let firstStage = new Float64Array(count);
  if (model.lookAhead) {
    const ahead = model.lookAhead(particles, count, observation);
    const joint = logWeights.map((w, m) => w + ahead[m]);
    const first = normaliseLogWeights(joint);
    if (first.some((w) => w > 0)) {
      evidenceBefore = logSum(joint);
      const ancestors = resample(first, count, random.fork('first stage'));
      particles = take(particles, ancestors, n);
      firstStage = Float64Array.from(ancestors, (a) => ahead[a]);
      logWeights = equalWeights(count);
    }
  }
  let logRatio: Float64Array | null = null;
  if (model.propose) {
    const proposed = model.propose(particles, count, observation, random.fork('advance'));
    particles = proposed.ensemble;
    logRatio = proposed.logRatio;
  } else particles = model.advance(particles, count, random.fork('advance'));

  let lost = 0;
  const finite = Array.from({ length: count }, (_, m) => particles.subarray(m * n, (m + 1) * n).every(Number.isFinite));
  for (const f of finite) if (!f) lost++;
  const none = new Float64Array(n).fill(Number.NaN);
  if (lost === count)
    return {
      state,
      info: { status: 'forecast-not-finite', ess: 0, resampled: false, logEvidence: -Infinity, mean: none, lost },
    };
  const likelihood = model.logLikelihood(particles, count, observation);
  const joint = logWeights.map((w, m) => {
    const l = w + likelihood[m] + (logRatio?.[m] ?? 0) - firstStage[m];
    return finite[m] && !Number.isNaN(l) ? l : -Infinity;
  });
  const weights = normaliseLogWeights(joint);
  const ess = effectiveSampleSize(weights);
  if (!(ess > 0)) {
    // Weights as before the step; a first stage has its own, equal, and a lost particle none.
    const kept =
      lost === 0
        ? logWeights
        : normaliseLogWeights(logWeights.map((w, m) => (finite[m] ? w : -Infinity))).map(Math.log);
    return {
      state: { particles: usable(particles, finite, n), count, logWeights: kept },
      info: { status: 'particles-collapsed', ess: 0, resampled: false, logEvidence: -Infinity, mean: none, lost },
    };
  }
  const logEvidence = evidenceBefore + logSum(joint);
  particles = usable(particles, finite, n);
  const { mean, covariance } = weightedMoments(particles, weights, n);
  const info = { status: 'ok', ess, logEvidence, mean, lost } as const;
  if (ess > (options.threshold ?? 0.5) * count)
    return { state: { particles, count, logWeights: weights.map(Math.log) }, info: { ...info, resampled: false } };
  const ancestors = resample(weights, count, random.fork('resample'));
  const kept = take(particles, ancestors, n);
  if (options.jitter) {
    // One particle has no covariance: that of all of them then sets the width.
    const alone = ess < 1.01;
    const spread = alone
      ? weightedMoments(particles, new Float64Array(count).fill(1 / count), n).covariance
      : covariance;
    const unbiased = alone ? 1 : Math.sqrt(ess / (ess - 1));
    const width = options.jitter * unbiased * count ** (-1 / (n + 4));
    moveDuplicates(kept, ancestors, spread, n, width, random.fork('jitter'));
  }
  return { state: { particles: kept, count, logWeights: equalWeights(count) }, info: { ...info, resampled: true } };
}

/** Normal moves of the particles that share their ancestor with a neighbour. */
function moveDuplicates(
  particles: Float64Array,
  ancestors: Int32Array,
  covariance: Float64Array,
  n: number,
  width: number,
  random: RandomStream,
): void {
  const root = covarianceRoot(covariance, n);
  if (!root) return;
  const z = new Float64Array(n);
  for (let m = 0; m < ancestors.length; m++) {
    if (ancestors[m] !== ancestors[m - 1] && ancestors[m] !== ancestors[m + 1]) continue;
    for (let i = 0; i < n; i++) z[i] = random.normal();
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) particles[m * n + i] += width * root[i * n + j] * z[j];
  }
}

/** Zeros in place of lost particles, so that weight 0 does not meet a number that is not finite. */
function usable(particles: Float64Array, finite: readonly boolean[], n: number): Float64Array {
  if (finite.every(Boolean)) return particles;
  return particles.map((x, at) => (finite[Math.floor(at / n)] ? x : 0));
}

function take(particles: Float64Array, ancestors: Int32Array, n: number): Float64Array {
  const kept = new Float64Array(ancestors.length * n);
  ancestors.forEach((a, m) => {
    kept.set(particles.subarray(a * n, (a + 1) * n), m * n);
  });
  return kept;
}

function equalWeights(count: number): Float64Array {
  return new Float64Array(count).fill(-Math.log(count));
}

function logSum(values: Float64Array): number {
  const top = values.reduce((a, b) => (b > a ? b : a), -Infinity);
  if (top === -Infinity) return -Infinity;
  let sum = 0;
  for (const v of values) if (!Number.isNaN(v)) sum += Math.exp(v - top);
  return top + Math.log(sum);
}
