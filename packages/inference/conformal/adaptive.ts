import { inferenceErrors } from '../errors.data.ts';
import type { InferenceProblem } from '../problem.ts';
import { checkLevel, conformalRank, fewestPoints, fewPoints } from './conformal-rank.ts';
import type { ConformalInterval } from './split.ts';

/** How intervals follow a series whose errors change over time. */
export interface AdaptiveProblem {
  /** Wanted long-run coverage in (0, 1). */
  readonly level: number;
  /** γ: how fast the level is corrected after a hit or a miss, positive; 0.005 in the paper. */
  readonly rate: number;
  /** How many of the latest scores are kept. */
  readonly window: number;
}

export interface AdaptiveState {
  /** α_t: the chance of a miss that is asked for now; outside 0 to 1 at times. */
  readonly miss: number;
  /** The latest scores, oldest first. */
  readonly scores: Float64Array;
}

/** `unbounded`: the kept scores cannot bound what is asked for, and the interval is the whole line; `empty`: α_t is 1 or more. */
export interface AdaptiveInterval extends ConformalInterval {
  readonly status: 'bounded' | 'unbounded' | 'empty';
  readonly problems: readonly InferenceProblem[];
}

export interface AdaptiveInfo extends AdaptiveInterval {
  /** Whether the observation lay outside. */
  readonly missed: boolean;
}

/** One turn of a series, in the unit of what is predicted. */
export interface AdaptiveTurn {
  readonly predicted: number;
  /** As for `splitConformal`; absent: 1. */
  readonly scale?: number;
}

/**
 * Starts with scores |observed − predicted|/scale of earlier points, or none.
 * @throws inference-shape
 */
export function init(problem: AdaptiveProblem, scores: ArrayLike<number> = []): AdaptiveState {
  checkLevel(problem.level);
  if (!(problem.rate > 0) || !Number.isInteger(problem.window) || problem.window < 1) {
    throw inferenceErrors.error('inference-shape', 'The rate is positive, and the window a positive whole number.');
  }
  return { miss: 1 - problem.level, scores: Float64Array.from(scores).slice(-problem.window) };
}

/** The interval for the next observation. */
export function interval(state: AdaptiveState, turn: AdaptiveTurn): AdaptiveInterval {
  const { predicted, scale = 1 } = turn;
  const count = state.scores.length;
  const rank = state.miss <= 0 ? Infinity : conformalRank(count, 1 - state.miss);
  if (state.miss >= 1 || rank <= 0) return { low: predicted, high: predicted, status: 'empty', problems: [] };
  if (rank > count) {
    const { code, message, where, remedy } = fewPoints(count, 1 - state.miss, fewestPoints(1 - state.miss));
    const told =
      state.miss <= 0
        ? `After misses a coverage of ${(1 - state.miss).toFixed(3)} is asked for: no interval has it.`
        : message;
    return { low: -Infinity, high: Infinity, status: 'unbounded', problems: [{ code, message: told, where, remedy }] };
  }
  const score = Float64Array.from(state.scores).sort()[rank - 1] * scale;
  return { low: predicted - score, high: predicted + score, status: 'bounded', problems: [] };
}

/**
 * Adaptive conformal inference (Gibbs and Candès, NeurIPS 34 (2021) 1660, equation 2): α_{t+1} = α_t + γ(α − miss_t). Over any T
 * turns of any series at all, the share of misses differs from α by at most (max(α₁, 1 − α₁) + γ)/(γT) (proposition 4.1), provided
 * that an unbounded interval counts as one that holds.
 * @throws inference-shape for an observation or prediction that is not a number
 */
export function step(
  problem: AdaptiveProblem,
  state: AdaptiveState,
  turn: AdaptiveTurn & { readonly observed: number },
): { readonly state: AdaptiveState; readonly info: AdaptiveInfo } {
  const { predicted, observed, scale = 1 } = turn;
  const score = Math.abs(observed - predicted) / scale;
  if (Number.isNaN(score) || !(scale > 0)) {
    throw inferenceErrors.error('inference-shape', `${observed} beside ${predicted} (scale ${scale}) has no score.`);
  }
  const given = interval(state, turn);
  const missed =
    given.status === 'empty' || (given.status === 'bounded' && !(observed >= given.low && observed <= given.high));
  const scores = Float64Array.of(...state.scores, score).slice(-problem.window);
  const miss = state.miss + problem.rate * (1 - problem.level - (missed ? 1 : 0));
  return { state: { miss, scores }, info: { ...given, missed } };
}
