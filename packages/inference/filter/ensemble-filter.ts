import type { RandomStream } from '@gemel/numerics';
import { cholesky, choleskySolve } from '@gemel/numerics/linalg/cholesky';
import type { Gaussian } from '../log-density.ts';
import type { EnsembleState } from './ensemble-kalman.ts';
import {
  deviationsOf,
  ensembleWeights,
  mixMembers,
  type WhitenedForecast,
  type Widening,
  whitenedForecast,
  widenedEnsemble,
} from './ensemble-space.ts';
import { type Localisation, localAnalysis } from './localisation.ts';
import type { Observation } from './observation.ts';
import type { Robust } from './robust.ts';
import type { FilterStatus } from './status.ts';
import { advanceWithNoise, type Transition } from './transition.ts';

/** An equally weighted ensemble at a time. */
export interface TimedEnsemble extends EnsembleState {
  readonly time: number;
}

export interface EnsembleFilterOptions extends Widening {
  /**
   * `square-root`: symmetric ensemble transform. `stochastic`: perturbed observations (Burgers, van Leeuwen, Evensen, Mon.
   * Weather Rev. 126 (1998) 1719). `local`: the square-root analysis of each coordinate by the
   * observations near it (LETKF; Hunt, Kostelich, Szunyogh, Physica D 230 (2007) 112).
   */
  readonly analysis: 'square-root' | 'stochastic' | { readonly local: Localisation };
  readonly robust?: Robust;
}

export interface EnsembleFilterInfo {
  readonly status: FilterStatus;
  /** Before the observation, at its time. */
  readonly forecast: TimedEnsemble;
  /** Innovation in units of the error, and the precision weights in it (all 1 unless robust); empty without an update. */
  readonly innovation: Float64Array;
  readonly weights: Float64Array;
  /** Root mean square over coordinates of the standard deviation after the update. */
  readonly spread: number;
}

/** Draws `members` (at least 2) states of a normal start. */
export function init(time: number, start: Gaussian, members: number, random: RandomStream): TimedEnsemble {
  const { dimension: n, mean, lower } = start;
  const ensemble = new Float64Array(members * n);
  const z = new Float64Array(n);
  for (let m = 0; m < members; m++) {
    for (let i = 0; i < n; i++) z[i] = random.normal();
    for (let i = 0; i < n; i++) {
      ensemble[m * n + i] = mean[i];
      for (let j = 0; j <= i; j++) ensemble[m * n + i] += lower[i * n + j] * z[j];
    }
  }
  return { time, members, dimension: n, ensemble };
}

/**
 * One step of an ensemble Kalman filter: every member to the observation's time, with noise, then the analysis. Missing
 * components are NaN. `observation` may be a bare time. The status says why a step did not hold; then the forecast stands,
 * or, where that is not finite, the state before it.
 */
export function step(
  transition: Transition,
  state: TimedEnsemble,
  observation: Observation | { readonly time: number },
  random: RandomStream,
  options: EnsembleFilterOptions,
): { readonly state: TimedEnsemble; readonly info: EnsembleFilterInfo } {
  const { members, dimension } = state;
  const { time } = observation;
  const stay = (status: FilterStatus, kept: TimedEnsemble, forecast = kept) => ({
    state: kept,
    info: { status, forecast, innovation: new Float64Array(0), weights: new Float64Array(0), spread: spreadOf(kept) },
  });
  if (time < state.time) return stay('time-reversed', state);
  const moved = advanceWithNoise(transition, state.ensemble, members, state.time, time, random.fork('noise'));
  if (!moved) return stay('covariance-not-positive', state);
  const forecast: TimedEnsemble = { time, members, dimension, ensemble: moved };
  if (!moved.every(Number.isFinite)) return stay('forecast-not-finite', state, forecast);
  if (!('operator' in observation)) return stay('no-observation', forecast);
  const whitened = whitenedForecast(forecast, observation, options.robust);
  if (typeof whitened === 'string') return stay(whitened, forecast);
  const analysed = analyse(whitened, forecast, observation, random, options);
  if (typeof analysed === 'string') return stay(analysed, forecast);
  const { mean, deviations } = analysed;
  const next = {
    time,
    ...widenedEnsemble(mean, deviations, whitened.state.deviations, members, options, random.fork('rotation')),
  };
  const { innovation, weights } = whitened;
  return { state: next, info: { status: 'ok', forecast, innovation, weights, spread: spreadOf(next) } };
}

interface Analysis {
  readonly mean: Float64Array;
  readonly deviations: Float64Array;
}

function analyse(
  whitened: WhitenedForecast,
  { members, dimension }: EnsembleState,
  observation: Observation,
  random: RandomStream,
  options: EnsembleFilterOptions,
): Analysis | FilterStatus {
  if (options.analysis === 'stochastic') return perturbed(whitened, members, dimension, random.fork('perturbations'));
  if (typeof options.analysis === 'object')
    return localAnalysis(whitened, members, dimension, observation, options.analysis.local);
  const weights = ensembleWeights(whitened.predicted, whitened.innovation, members);
  if (!weights) return 'singular-innovation';
  const { state } = whitened;
  return {
    mean: moveMean(state.mean, state.deviations, weights.mean, dimension),
    deviations: mixMembers(weights.transform, state.deviations, members, dimension),
  };
}

/** mean + Σ weights[m] · deviation of member m. */
export function moveMean(mean: Float64Array, deviations: Float64Array, weights: Float64Array, dimension: number) {
  const moved = Float64Array.from(mean);
  for (let m = 0; m < weights.length; m++)
    for (let i = 0; i < dimension; i++) moved[i] += weights[m] * deviations[m * dimension + i];
  return moved;
}

/** Each member towards its own perturbed values, by the gain of the ensemble's covariance; perturbations of mean 0. */
function perturbed(
  { size, state, predicted, innovation }: WhitenedForecast,
  members: number,
  dimension: number,
  random: RandomStream,
): Analysis | FilterStatus {
  const s = new Float64Array(size * size);
  const cross = new Float64Array(dimension * size);
  for (let m = 0; m < members; m++) {
    for (let j = 0; j < size; j++) {
      const y = predicted[m * size + j] / (members - 1);
      for (let i = 0; i < size; i++) s[i * size + j] += predicted[m * size + i] * y;
      for (let i = 0; i < dimension; i++) cross[i * size + j] += state.deviations[m * dimension + i] * y;
    }
  }
  for (let i = 0; i < size; i++) s[i * size + i] += 1;
  const factor = cholesky(s, size);
  if (factor.status !== 'ok') return 'singular-innovation';
  // Centred, and scaled so that each perturbation alone still has the error's variance.
  const scale = Math.sqrt(members / (members - 1));
  const noise = deviationsOf(
    Float64Array.from({ length: members * size }, () => scale * random.normal()),
    members,
    size,
  ).deviations;
  const ensemble = new Float64Array(members * dimension);
  for (let m = 0; m < members; m++) {
    const own = innovation.map((d, j) => d + noise[m * size + j] - predicted[m * size + j]);
    const solved = choleskySolve(factor.lower, size, own);
    for (let i = 0; i < dimension; i++) {
      ensemble[m * dimension + i] = state.mean[i] + state.deviations[m * dimension + i];
      for (let j = 0; j < size; j++) ensemble[m * dimension + i] += cross[i * size + j] * solved[j];
    }
  }
  return deviationsOf(ensemble, members, dimension);
}

function spreadOf({ ensemble, members, dimension }: EnsembleState): number {
  const { deviations } = deviationsOf(ensemble, members, dimension);
  return Math.sqrt(deviations.reduce((s, d) => s + d * d, 0) / (dimension * (members - 1)));
}
