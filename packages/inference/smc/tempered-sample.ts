import type { RandomStream } from '@gemel/numerics';
import { inferenceErrors } from '../errors.data.ts';
import type { LogDensity } from '../log-density.ts';
import type { EnsembleMove } from '../mcmc/ensemble.ts';
import { type EnsembleSample, type SweepOptions, sweeps } from '../mcmc/ensemble-sample.ts';
import { init, step, type TemperingInfo } from './tempering.ts';

/** Particles carried to the target, then moved on there so that their convergence can be seen. */
export interface TemperedSample extends EnsembleSample {
  /** One for each temperature. */
  readonly temperatures: readonly TemperingInfo[];
  /** Log of the integral of the target over that of the base, whose density is taken as given. */
  readonly logEvidence: number;
}

export interface TemperedOptions extends SweepOptions {
  /** Times that every move is made at each temperature. */
  readonly rounds?: number;
  /** Temperatures after which the way to the target is given up. */
  readonly most?: number;
}

/**
 * Sequential Monte Carlo from draws of the base (count × dimension, an even count) to the target, then `warmUp` sweeps with
 * adapting strides and `draws` sweeps that are kept.
 * @throws inference-shape, inference-density-not-finite where the target has no value at any draw,
 *   inference-no-convergence where it is not reached
 */
export function sampleTempered(
  base: LogDensity,
  target: LogDensity,
  draws: Float64Array,
  moves: readonly EnsembleMove[],
  random: RandomStream,
  options: TemperedOptions = {},
): TemperedSample {
  const { rounds = 1, most = 1000, warmUp = 10, draws: kept = 100 } = options;
  let state = init(base, target, draws, moves);
  if (!state.chains.logTarget.some(Number.isFinite)) {
    const message = `The log density is not finite at any of ${state.chains.count} draws of the base.`;
    throw inferenceErrors.error('inference-density-not-finite', message);
  }
  const temperatures: TemperingInfo[] = [];
  while (state.beta < 1) {
    if (temperatures.length === most) {
      const message = `After ${most} temperatures β stands at ${state.beta.toPrecision(3)}.`;
      throw inferenceErrors.error('inference-no-convergence', message);
    }
    const next = step(base, target, state, moves, random.fork('temper', temperatures.length), rounds);
    temperatures.push(next.info);
    state = next.state;
  }
  const sample = sweeps(base, target, state.chains, moves, random.fork('target'), { warmUp, draws: kept });
  return {
    ...sample,
    evaluations: sample.evaluations + temperatures.reduce((sum, t) => sum + t.evaluations, 0),
    temperatures,
    logEvidence: temperatures.reduce((sum, t) => sum + t.logEvidence, 0),
  };
}
