import type { RandomStream } from '@gemel/numerics';
import { inferenceErrors } from '../errors.data.ts';
import type { LogDensity } from '../log-density.ts';

/** Particles that move by one another's positions, under base^(1 − β) · target^β. */
export interface EnsembleChains {
  readonly count: number;
  /** count × dimension. */
  readonly points: Float64Array;
  readonly logBase: Float64Array;
  readonly logTarget: Float64Array;
  /** Step size of each move, in the order of the moves. */
  readonly strides: Float64Array;
}

/** One way of proposing new positions. */
export interface EnsembleMove {
  readonly name: string;
  /** Step size to begin with. */
  readonly stride: number;
  /**
   * Proposes for each of `count` particles (count × dimension) given as many others that stand still meanwhile.
   * `logRatio` is the log of the backward over the forward proposal density, one per particle.
   */
  propose(
    own: Float64Array,
    others: Float64Array,
    count: number,
    beta: number,
    stride: number,
    random: RandomStream,
  ): { readonly points: Float64Array; readonly logRatio: Float64Array };
}

export interface SweepInfo {
  readonly acceptance: number;
  readonly evaluations: number;
}

/** Acceptance that adaptation aims at. */
const WANTED = 0.27;

/** Chains at given points (count × dimension), an even count of at least 4. @throws inference-shape */
export function init(
  base: LogDensity,
  target: LogDensity,
  points: Float64Array,
  moves: readonly EnsembleMove[],
): EnsembleChains {
  const count = points.length / target.dimension;
  if (!(Number.isInteger(count / 2) && count >= 4 && moves.length > 0)) {
    const message = `${points.length} coordinates are no even number of four or more points of ${target.dimension}, or no move was given.`;
    throw inferenceErrors.error('inference-shape', message);
  }
  return {
    count,
    points: Float64Array.from(points),
    logBase: base.evaluate(points, count),
    logTarget: target.evaluate(points, count),
    strides: Float64Array.from(moves, (move) => move.stride),
  };
}

/**
 * One Metropolis–Hastings move of every particle, half by half, each half proposed from the other (Foreman-Mackey, Hogg,
 * Lang, Goodman, PASP 125 (2013) 306, algorithm 3), so that the invariant distribution is exact. With `adapt` the move's
 * stride is turned towards an acceptance of 0.27; what is kept as a sample should be drawn without.
 */
export function sweep(
  base: LogDensity,
  target: LogDensity,
  state: EnsembleChains,
  moves: readonly EnsembleMove[],
  index: number,
  beta: number,
  random: RandomStream,
  adapt: boolean,
): { readonly state: EnsembleChains; readonly info: SweepInfo } {
  const n = target.dimension;
  const half = state.count / 2;
  const points = Float64Array.from(state.points);
  const logBase = Float64Array.from(state.logBase);
  const logTarget = Float64Array.from(state.logTarget);
  let accepted = 0;
  for (const from of [0, half]) {
    const own = points.slice(from * n, (from + half) * n);
    const others = points.slice((half - from) * n, (2 * half - from) * n);
    const proposed = moves[index].propose(own, others, half, beta, state.strides[index], random);
    const proposedBase = base.evaluate(proposed.points, half);
    const proposedTarget = target.evaluate(proposed.points, half);
    for (let c = 0; c < half; c++) {
      const now = tempered(logBase[from + c], logTarget[from + c], beta);
      const then = tempered(proposedBase[c], proposedTarget[c], beta);
      if (!(Math.log(random.uniform()) < then - now + proposed.logRatio[c])) continue;
      points.set(proposed.points.subarray(c * n, (c + 1) * n), (from + c) * n);
      logBase[from + c] = proposedBase[c];
      logTarget[from + c] = proposedTarget[c];
      accepted++;
    }
  }
  const acceptance = accepted / (2 * half);
  const strides = Float64Array.from(state.strides);
  if (adapt) strides[index] = Math.min(1, Math.max(0.02, strides[index] * Math.exp(acceptance - WANTED)));
  return {
    state: { count: state.count, points, logBase, logTarget, strides },
    info: { acceptance, evaluations: 2 * half },
  };
}

/** log of base^(1 − β) · target^β; −Infinity outside the support of the target. */
export function tempered(logBase: number, logTarget: number, beta: number): number {
  if (Number.isNaN(logTarget) || logTarget === -Infinity) return -Infinity;
  return beta === 1 ? logTarget : (1 - beta) * logBase + beta * logTarget;
}
