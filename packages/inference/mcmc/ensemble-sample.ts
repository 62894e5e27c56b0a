import type { RandomStream } from '@gemel/numerics';
import { inferenceErrors } from '../errors.data.ts';
import type { LogDensity } from '../log-density.ts';
import { type EnsembleChains, type EnsembleMove, init, sweep } from './ensemble.ts';

/** Walkers that moved together: their states after each kept sweep. */
export interface EnsembleSample {
  readonly kept: readonly EnsembleChains[];
  /** Mean acceptance over the kept sweeps. */
  readonly acceptance: number;
  readonly evaluations: number;
}

export interface SweepOptions {
  /** Sweeps in which the strides adapt and nothing is kept. */
  readonly warmUp?: number;
  readonly draws?: number;
}

/**
 * Walkers at given points (count × dimension), moved by one move a sweep, each in turn.
 * @throws inference-shape for a count that is odd or below 4, inference-density-not-finite where no walker starts inside
 */
export function sampleEnsemble(
  target: LogDensity,
  points: Float64Array,
  moves: readonly EnsembleMove[],
  random: RandomStream,
  options: SweepOptions = {},
): EnsembleSample {
  const chains = init(target, target, points, moves);
  const outside = chains.logTarget.findIndex((l) => !Number.isFinite(l));
  if (outside >= 0) {
    const message = `The log density at the start of walker ${outside} is ${chains.logTarget[outside]}.`;
    throw inferenceErrors.error('inference-density-not-finite', message, `walker ${outside}`);
  }
  return sweeps(target, target, chains, moves, random, options);
}

/** Sweeps at the target itself, from where the walkers stand. */
export function sweeps(
  base: LogDensity,
  target: LogDensity,
  start: EnsembleChains,
  moves: readonly EnsembleMove[],
  random: RandomStream,
  { warmUp = 500, draws = 1000 }: SweepOptions,
): EnsembleSample {
  const kept: EnsembleChains[] = [];
  let chains = start;
  let acceptance = 0;
  let evaluations = 0;
  for (let s = 0; s < warmUp + draws; s++) {
    const warming = s < warmUp;
    const next = sweep(base, target, chains, moves, s % moves.length, 1, random.fork('sweep', s), warming);
    chains = next.state;
    evaluations += next.info.evaluations;
    if (warming) continue;
    acceptance += next.info.acceptance / draws;
    kept.push(chains);
  }
  return { kept, acceptance, evaluations };
}
