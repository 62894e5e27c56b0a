import { covarianceRoot, lowerFactor } from '@gemel/numerics/linalg/lower-factor';
import type { Gaussian } from '../log-density.ts';
import { type GaussianPosterior, gaussianUpdate } from './gaussian-update.ts';
import { type Observation, presentComponents } from './observation.ts';
import type { Robust } from './robust.ts';
import type { FilterStatus } from './status.ts';
import type { Transition } from './transition.ts';

/** A normal state at a time, in the unit of the transition. */
export interface GaussianState extends Gaussian {
  readonly time: number;
}

/** What a Gaussian filter did in one step. */
export interface GaussianInfo {
  readonly status: FilterStatus;
  /** Before the observation, at its time; the state itself where no forecast held. */
  readonly forecast: GaussianState;
  /** Lower root of the joint covariance of forecast and state before the step, 2 dimension × 2 dimension; for smoothing. */
  readonly jointLower: Float64Array;
  /** values − predicted mean, present components only. */
  readonly innovation: Float64Array;
  /** Lower root of the innovation's covariance. */
  readonly innovationLower: Float64Array;
  /** log p(values | past): exact for linear-normal models, approximate otherwise; under the error as given if robust. */
  readonly logLikelihood: number;
  /** Precision weights of the whitened error components; all 1 unless robust. */
  readonly weights: Float64Array;
}

export interface GaussianStep {
  readonly state: GaussianState;
  readonly info: GaussianInfo;
}

/** A normal state from its moments (covariance dimension × dimension); null where that is not positive semidefinite. */
export function gaussianState(time: number, mean: Float64Array, covariance: Float64Array): GaussianState | null {
  const dimension = mean.length;
  const lower = covarianceRoot(covariance, dimension);
  return lower && { time, dimension, mean, lower };
}

/** lower · lowerᵀ, dimension × dimension. */
export function covarianceOf({ lower, dimension: n }: Gaussian): Float64Array {
  const p = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (let k = 0; k <= Math.min(i, j); k++) p[i * n + j] += lower[i * n + k] * lower[j * n + k];
  return p;
}

/** How one filter makes roots of the forecast of the observation; a status where it cannot. */
export type PredictObservation = (
  forecast: GaussianState,
  observation: Observation,
) =>
  | {
      readonly predicted: Float64Array;
      readonly stateRoot: Float64Array;
      readonly predictedRoot: Float64Array;
      readonly columns: number;
    }
  | FilterStatus;

/** The update all Gaussian filters share, from the forecast on. `before` is the state that was forecast. */
export function updateForecast(
  before: GaussianState,
  forecast: GaussianState,
  jointLower: Float64Array,
  observation: Observation | null,
  predict: PredictObservation,
  robust?: Robust,
): GaussianStep {
  if (!forecast.mean.every(Number.isFinite) || !forecast.lower.every(Number.isFinite))
    return refusedStep(before, 'forecast-not-finite');
  const stop = (status: FilterStatus) => withoutUpdate(status, forecast, jointLower);
  const present = observation && presentComponents(observation);
  if (!present || present.operator.size === 0) return stop('no-observation');
  const errorRoot = covarianceRoot(present.operator.covariance, present.operator.size);
  if (!errorRoot) return stop('covariance-not-positive');
  const roots = predict(forecast, present);
  if (typeof roots === 'string') return stop(roots);
  const innovation = present.values.map((y, i) => y - roots.predicted[i]);
  if (!innovation.every(Number.isFinite)) return stop('observation-not-finite');
  const posterior: GaussianPosterior = gaussianUpdate({ mean: forecast.mean, ...roots, innovation, errorRoot }, robust);
  if (posterior.status !== 'ok') return stop(posterior.status);
  const { mean, lower, ...rest } = posterior;
  return {
    state: { time: forecast.time, dimension: forecast.dimension, mean, lower },
    info: { ...rest, forecast, jointLower, innovation },
  };
}

/** A step that left the state where it was. */
export function refusedStep(state: GaussianState, status: FilterStatus): GaussianStep {
  const { dimension: n, lower } = state;
  const jointLower = new Float64Array(4 * n * n);
  for (let i = 0; i < n; i++)
    for (const row of [i, n + i]) jointLower.set(lower.subarray(i * n, (i + 1) * n), 2 * n * row);
  return withoutUpdate(status, state, jointLower);
}

function withoutUpdate(status: FilterStatus, state: GaussianState, jointLower: Float64Array): GaussianStep {
  const empty = new Float64Array(0);
  const logLikelihood = status === 'no-observation' ? 0 : Number.NaN;
  return {
    state,
    info: {
      status,
      forecast: state,
      jointLower,
      innovation: empty,
      innovationLower: empty,
      logLikelihood,
      weights: empty,
    },
  };
}

/**
 * The forecast to `time` with the noise of the span, and the joint lower root of forecast and state. `root` (dimension ×
 * columns) is that of the moved state without noise, `before` that of the state, over the same columns. null where the
 * noise covariance is not positive semidefinite.
 */
export function noisyForecast(
  transition: Transition,
  state: GaussianState,
  time: number,
  mean: Float64Array,
  root: Float64Array,
  before: Float64Array,
): { readonly forecast: GaussianState; readonly jointLower: Float64Array } | null {
  const { dimension: n } = state;
  const noise = time === state.time ? undefined : transition.noise?.(state.time, time);
  const noiseRoot = noise ? covarianceRoot(noise, n) : new Float64Array(n * n);
  if (!noiseRoot) return null;
  const own = root.length / n;
  const columns = own + n;
  const wide = new Float64Array(2 * n * columns);
  for (let i = 0; i < n; i++) {
    wide.set(root.subarray(i * own, (i + 1) * own), i * columns);
    wide.set(noiseRoot.subarray(i * n, (i + 1) * n), i * columns + own);
    wide.set(before.subarray(i * own, (i + 1) * own), (n + i) * columns);
  }
  const jointLower = lowerFactor(wide, 2 * n, columns);
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) lower.set(jointLower.subarray(2 * n * i, 2 * n * i + n), n * i);
  return { forecast: { time, dimension: n, mean, lower }, jointLower };
}

/**
 * Rauch–Tung–Striebel smoother over the steps of a Gaussian filter (AIAA J. 3 (1965) 1445), in square-root form:
 * `states[0]` is the initial state, `infos[k]` the step from `states[k]` to `states[k + 1]`. The joint root
 * [L 0; A B] of forecast and state gives the gain A L⁻¹ and the conditional root B, so no covariance is subtracted.
 * Directions in which the forecast has no variance are left as filtered. Returns one state per state.
 */
export function smooth(states: readonly GaussianState[], infos: readonly GaussianInfo[]): readonly GaussianState[] {
  const smoothed = [...states];
  for (let k = infos.length - 1; k >= 0; k--) smoothed[k] = smoothOne(states[k], infos[k], smoothed[k + 1]);
  return smoothed;
}

function smoothOne(filtered: GaussianState, info: GaussianInfo, later: GaussianState): GaussianState {
  const n = filtered.dimension;
  const { forecast, jointLower: root } = info;
  const gain = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = n - 1; j >= 0; j--) {
      let s = root[(n + i) * 2 * n + j];
      for (let l = j + 1; l < n; l++) s -= gain[i * n + l] * root[l * 2 * n + j];
      const pivot = root[j * 2 * n + j];
      gain[i * n + j] = pivot > 0 ? s / pivot : 0;
    }
  }
  const mean = Float64Array.from(filtered.mean);
  const wide = new Float64Array(n * 2 * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      mean[i] += gain[i * n + j] * (later.mean[j] - forecast.mean[j]);
      wide[i * 2 * n + j] = root[(n + i) * 2 * n + n + j];
      for (let l = j; l < n; l++) wide[i * 2 * n + n + j] += gain[i * n + l] * later.lower[l * n + j];
    }
  }
  return { time: filtered.time, dimension: n, mean, lower: lowerFactor(wide, n, 2 * n) };
}
