import type { RandomStream } from '@gemel/numerics';
import { cholesky } from '@gemel/numerics/linalg/cholesky';
import type { Gaussian, LogDensity } from '../log-density.ts';
import { paretoSmooth } from './pareto-smoothing.ts';
import { type Proposal, studentProposal } from './proposal.ts';
import { effectiveSampleSize, normaliseLogWeights, weightedMoments } from './weights.ts';

/** Every draw made so far, and where the next ones will be made. */
export interface AdaptiveImportanceState {
  readonly dimension: number;
  readonly count: number;
  /** count × dimension. */
  readonly points: Float64Array;
  readonly logTarget: Float64Array;
  /** log Σₖ nₖ qₖ(x) over the proposals used so far: the mixture all draws are taken to come from. */
  readonly logMixture: Float64Array;
  readonly used: readonly { readonly proposal: Proposal; readonly count: number }[];
  readonly next: Gaussian;
}

export interface AdaptiveImportanceInfo {
  /** Pareto-smoothed, normalised weights of all draws. */
  readonly weights: Float64Array;
  readonly k: number;
  readonly ess: number;
  /** Power in (0, 1] of the weights that the next proposal was fitted with. */
  readonly power: number;
}

export interface AdaptiveImportanceOptions {
  /** Degrees of freedom of the Student t proposals; default 10. */
  readonly degrees?: number;
  /** Effective draws a fit rests on: with fewer, weights are flattened until there are as many. Default 4 × dimension. */
  readonly fitted?: number;
}

/** Starts at a Gaussian, such as a Laplace approximation. */
export function init(base: Gaussian): AdaptiveImportanceState {
  const none = new Float64Array(0);
  return {
    dimension: base.dimension,
    count: 0,
    points: none,
    logTarget: none,
    logMixture: none,
    used: [],
    next: base,
  };
}

/**
 * One round of adaptive multiple importance sampling: Cornuet, Marin, Mira, Robert, Scand. J. Stat. 39 (2012) 798.
 * Draws `count` points from the present Student t, reweights all draws against the mixture of all proposals, and fits
 * the next one by moments. Weights too uneven for a fit are first raised to a power below one (Koblents and Míguez,
 * Stat. Comput. 25 (2015) 407); the covariance is drawn to the last proposal's by the weight of `dimension` draws.
 */
export function step(
  target: LogDensity,
  state: AdaptiveImportanceState,
  count: number,
  random: RandomStream,
  options: AdaptiveImportanceOptions = {},
): { readonly state: AdaptiveImportanceState; readonly info: AdaptiveImportanceInfo } {
  const n = state.dimension;
  const proposal = studentProposal(state.next, options.degrees ?? 10);
  const fresh = proposal.draw(count, random);
  const points = joined(state.points, fresh);
  const logTarget = joined(state.logTarget, target.evaluate(fresh, count));
  const used = [...state.used, { proposal, count }];

  const logMixture = new Float64Array(state.count + count).fill(-Infinity);
  logMixture.set(state.logMixture);
  add(logMixture, 0, proposal.logDensity(state.points, state.count), count);
  for (const { proposal: q, count: share } of used) add(logMixture, state.count, q.logDensity(fresh, count), share);

  const logWeights = logTarget.map((l, i) => (Number.isNaN(l) ? -Infinity : l - logMixture[i]));
  const smoothed = paretoSmooth(logWeights);
  const power = flattening(logWeights, options.fitted ?? 4 * n);
  const fit = power === 1 ? smoothed.weights : normaliseLogWeights(logWeights.map((l) => l * power));
  return {
    state: {
      dimension: n,
      count: state.count + count,
      points,
      logTarget,
      logMixture,
      used,
      next: fitted(points, fit, state.next),
    },
    info: { weights: smoothed.weights, k: smoothed.k, ess: smoothed.ess, power },
  };
}

/** Weighted mean and covariance, the covariance drawn to the last one; the last one where the weights are all zero. */
function fitted(points: Float64Array, weights: Float64Array, last: Gaussian): Gaussian {
  const n = last.dimension;
  const ess = effectiveSampleSize(weights);
  if (!(ess > 0)) return last;
  const { mean, covariance } = weightedMoments(points, weights, n);
  const share = ess / (ess + n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let old = 0;
      for (let k = 0; k <= Math.min(i, j); k++) old += last.lower[i * n + k] * last.lower[j * n + k];
      covariance[i * n + j] = share * covariance[i * n + j] + (1 - share) * old;
    }
  }
  const factor = cholesky(covariance, n);
  return factor.status === 'ok' ? { dimension: n, mean, lower: factor.lower } : last;
}

/** Largest power in (0, 1] at which the weights have `wanted` effective draws. */
function flattening(logWeights: Float64Array, wanted: number): number {
  const ess = (power: number) => effectiveSampleSize(normaliseLogWeights(logWeights.map((l) => l * power)));
  if (ess(1) >= wanted) return 1;
  let low = 0;
  let high = 1;
  for (let i = 0; i < 20; i++) {
    const middle = (low + high) / 2;
    if (ess(middle) >= wanted) low = middle;
    else high = middle;
  }
  return low > 0 ? low : high;
}

/** logs[from + i] ← log(e^logs + share · e^density). */
function add(logs: Float64Array, from: number, density: Float64Array, share: number): void {
  const log = Math.log(share);
  for (let i = 0; i < density.length; i++) {
    const a = logs[from + i];
    const b = density[i] + log;
    const top = Math.max(a, b);
    logs[from + i] = top === -Infinity ? top : top + Math.log(Math.exp(a - top) + Math.exp(b - top));
  }
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const all = new Float64Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
