import type { RandomStream } from '@gemel/numerics';
import type { LogDensity } from '../log-density.ts';
import { type EnsembleChains, type EnsembleMove, init as initChains, sweep } from '../mcmc/ensemble.ts';
import { systematicResample } from './resampling.ts';
import { effectiveSampleSize, normaliseLogWeights } from './weights.ts';

/** Equally weighted particles of base^(1 − β) · target^β. */
export interface TemperingState {
  readonly chains: EnsembleChains;
  readonly beta: number;
}

export interface TemperingInfo {
  /** Effective sample size of the weights that led from the last β to this one. */
  readonly ess: number;
  /** Log of the ratio of the normalising constants of this β and the last; their sum is the log evidence. */
  readonly logEvidence: number;
  /** Mean acceptance of the moves. */
  readonly acceptance: number;
  readonly evaluations: number;
}

/** Share of the particles that remain effective from one β to the next. */
const KEPT = 0.5;

/** Starts at draws of the base distribution: count × dimension, an even count. */
export function init(
  base: LogDensity,
  target: LogDensity,
  draws: Float64Array,
  moves: readonly EnsembleMove[],
): TemperingState {
  return { chains: initChains(base, target, draws, moves), beta: 0 };
}

/**
 * One step of sequential Monte Carlo with adaptive tempering (Del Moral, Doucet, Jasra, J. R. Stat. Soc. B 68 (2006) 411;
 * Jasra et al., Scand. J. Stat. 38 (2011) 1): the next β keeps half the particles effective, then systematic resampling,
 * then every move `rounds` times, their strides adapting. Once β = 1, further steps only move.
 */
export function step(
  base: LogDensity,
  target: LogDensity,
  state: TemperingState,
  moves: readonly EnsembleMove[],
  random: RandomStream,
  rounds = 1,
): { readonly state: TemperingState; readonly info: TemperingInfo } {
  const { chains } = state;
  const increment = chains.logTarget.map((l, i) =>
    Number.isNaN(l) || l === -Infinity ? -Infinity : l - chains.logBase[i],
  );
  const beta = state.beta < 1 ? nextBeta(increment, state.beta, KEPT * chains.count) : 1;
  const logWeights = increment.map((v) => v * (beta - state.beta));
  const weights = normaliseLogWeights(logWeights);
  let moved = resampled(chains, weights, target.dimension, random.fork('resample'));
  let acceptance = 0;
  let evaluations = 0;
  for (let round = 0; round < rounds; round++) {
    for (let m = 0; m < moves.length; m++) {
      const next = sweep(base, target, moved, moves, m, beta, random.fork('move', round, m), true);
      moved = next.state;
      acceptance += next.info.acceptance / (rounds * moves.length);
      evaluations += next.info.evaluations;
    }
  }
  return {
    state: { chains: moved, beta },
    info: { ess: effectiveSampleSize(weights), logEvidence: logMean(logWeights), acceptance, evaluations },
  };
}

/** log of the mean of e^logs; NaN counts as −Infinity, as among the weights. */
function logMean(logs: Float64Array): number {
  const top = logs.reduce((a, b) => (b > a ? b : a), -Infinity);
  const sum = logs.reduce((s, l) => s + (Number.isNaN(l) ? 0 : Math.exp(l - top)), 0);
  return top === -Infinity ? top : top + Math.log(sum / logs.length);
}

/** Systematic resampling into random places, so that both halves of the ensemble stand for the whole. */
function resampled(chains: EnsembleChains, weights: Float64Array, n: number, random: RandomStream): EnsembleChains {
  const { count } = chains;
  const ancestors = systematicResample(weights, count, random);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [ancestors[i], ancestors[j]] = [ancestors[j], ancestors[i]];
  }
  const points = new Float64Array(count * n);
  ancestors.forEach((a, i) => {
    points.set(chains.points.subarray(a * n, (a + 1) * n), i * n);
  });
  return {
    ...chains,
    points,
    logBase: Float64Array.from(ancestors, (a) => chains.logBase[a]),
    logTarget: Float64Array.from(ancestors, (a) => chains.logTarget[a]),
  };
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
