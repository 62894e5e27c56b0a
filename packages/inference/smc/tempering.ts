import type { RandomStream } from '@gemel/numerics';
import { cholesky } from '@gemel/numerics/linalg/cholesky';
import type { Gaussian, LogDensity } from '../log-density.ts';
import { gaussianProposal, type Proposal } from './proposal.ts';
import { systematicResample } from './resampling.ts';
import { effectiveSampleSize, normaliseLogWeights, weightedMoments } from './weights.ts';

/** Equally weighted particles of base^(1 − β) · target^β. */
export interface TemperingState {
  readonly points: Float64Array;
  readonly count: number;
  readonly logBase: Float64Array;
  readonly logTarget: Float64Array;
  readonly beta: number;
  /** Step of the moves in (0, 1]: 1 proposes independently of where the particle stands. */
  readonly stride: number;
}

export interface TemperingInfo {
  /** Effective sample size of the weights that led from the last β to this one. */
  readonly ess: number;
  readonly acceptance: number;
  readonly evaluations: number;
}

/** Draws `count` particles of the base distribution. */
export function init(base: Proposal, target: LogDensity, count: number, random: RandomStream): TemperingState {
  const points = base.draw(count, random);
  return {
    points,
    count,
    logBase: base.logDensity(points, count),
    logTarget: target.evaluate(points, count),
    beta: 0,
    stride: 0.6,
  };
}

/**
 * One step of sequential Monte Carlo with adaptive tempering (Del Moral, Doucet, Jasra 2006; Jasra et al. 2011): the
 * next β keeps half the effective sample size, then systematic resampling, then `moves` Metropolis moves that are
 * autoregressive around the particles' own Gaussian (preconditioned Crank–Nicolson, Cotter et al. 2013). Once β = 1,
 * further steps only move.
 */
export function step(
  base: Proposal,
  target: LogDensity,
  state: TemperingState,
  random: RandomStream,
  moves = 3,
): { readonly state: TemperingState; readonly info: TemperingInfo } {
  const { count } = state;
  const n = target.dimension;
  const increment = difference(state.logTarget, state.logBase);
  const beta = state.beta < 1 ? nextBeta(increment, state.beta, count / 2) : 1;
  const weights = normaliseLogWeights(increment.map((v) => v * (beta - state.beta)));
  const ess = effectiveSampleSize(weights);
  const gaussian = fitGaussian(state.points, weights, n);
  const ancestors = systematicResample(weights, count, random.fork('resample'));
  const points = new Float64Array(count * n);
  const logBase = new Float64Array(count);
  const logTarget = new Float64Array(count);
  ancestors.forEach((a, i) => {
    points.set(state.points.subarray(a * n, a * n + n), i * n);
    logBase[i] = state.logBase[a];
    logTarget[i] = state.logTarget[a];
  });
  const reference = gaussianProposal(gaussian);
  let stride = state.stride;
  let acceptance = 0;
  for (let move = 0; move < moves; move++) {
    const stream = random.fork('move', move);
    const proposed = autoregressive(gaussian, points, count, stride, stream);
    const proposedBase = base.logDensity(proposed, count);
    const proposedTarget = target.evaluate(proposed, count);
    const here = reference.logDensity(points, count);
    const there = reference.logDensity(proposed, count);
    let accepted = 0;
    for (let i = 0; i < count; i++) {
      const now = mix(logBase[i], logTarget[i], beta) - here[i];
      const then = mix(proposedBase[i], proposedTarget[i], beta) - there[i];
      if (!(Math.log(stream.uniform()) < then - now)) continue;
      points.set(proposed.subarray(i * n, i * n + n), i * n);
      logBase[i] = proposedBase[i];
      logTarget[i] = proposedTarget[i];
      accepted++;
    }
    acceptance += accepted / count / moves;
    stride = Math.min(1, Math.max(0.02, stride * Math.exp(accepted / count - 0.3)));
  }
  return {
    state: { points, count, logBase, logTarget, beta, stride },
    info: { ess, acceptance, evaluations: moves * count },
  };
}

/** Weighted Gaussian of particles; a singular covariance is completed by a share of its own diagonal. */
export function fitGaussian(points: Float64Array, weights: Float64Array, n: number): Gaussian {
  const { mean, covariance } = weightedMoments(points, weights, n);
  for (let ridge = 1e-9; ; ridge *= 100) {
    const a = Float64Array.from(covariance);
    for (let i = 0; i < n; i++) a[i * n + i] += ridge * (covariance[i * n + i] || 1);
    const factor = cholesky(a, n);
    if (factor.status === 'ok') return { dimension: n, mean, lower: factor.lower };
    if (ridge > 1e6) throw new RangeError('tempering: particles have no finite covariance');
  }
}

/** Largest β whose incremental weights keep `wanted` effective particles, by bisection. */
function nextBeta(increment: Float64Array, beta: number, wanted: number): number {
  const ess = (b: number) => effectiveSampleSize(normaliseLogWeights(increment.map((v) => v * (b - beta))));
  if (ess(1) >= wanted) return 1;
  let low = beta;
  let high = 1;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (ess(middle) >= wanted) low = middle;
    else high = middle;
  }
  return low > beta ? low : high;
}

function autoregressive(
  gaussian: Gaussian,
  points: Float64Array,
  count: number,
  stride: number,
  random: RandomStream,
): Float64Array {
  const n = gaussian.dimension;
  const keep = Math.sqrt(1 - stride * stride);
  const out = new Float64Array(count * n);
  const z = new Float64Array(n);
  for (let c = 0; c < count; c++) {
    for (let i = 0; i < n; i++) z[i] = random.normal();
    for (let i = 0; i < n; i++) {
      let x = 0;
      for (let k = 0; k <= i; k++) x += gaussian.lower[i * n + k] * z[k];
      out[c * n + i] = gaussian.mean[i] + keep * (points[c * n + i] - gaussian.mean[i]) + stride * x;
    }
  }
  return out;
}

function mix(logBase: number, logTarget: number, beta: number): number {
  const value = beta === 1 ? logTarget : (1 - beta) * logBase + beta * logTarget;
  return Number.isNaN(value) ? -Infinity : value;
}

/** log target − log base, −Infinity where the target has no density. */
function difference(logTarget: Float64Array, logBase: Float64Array): Float64Array {
  return logTarget.map((v, i) => (Number.isNaN(v) || v === -Infinity ? -Infinity : v - logBase[i]));
}
