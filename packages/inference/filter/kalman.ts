import { covarianceRoot, lowerFactor } from '@gemel/numerics/linalg/lower-factor';
import { identity, multiply } from '@gemel/numerics/linalg/matrix';
import {
  forecastLower,
  type GaussianInfo,
  type GaussianState,
  type GaussianStep,
  gaussianState,
  updateForecast,
} from './gaussian-state.ts';
import { jacobianOf, type Observation } from './observation.ts';
import type { Robust } from './robust.ts';
import { type Transition, transitionMatrix } from './transition.ts';

export interface KalmanOptions {
  readonly robust?: Robust;
  /**
   * Linearisations of the observation, 1 to about 20: above 1 the iterated extended Kalman filter, a Gauss–Newton search
   * for the posterior mode (Bell and Cathey, IEEE Trans. Autom. Control 38 (1993) 294). Absent: 1.
   */
  readonly iterations?: number;
}

/** The state before the first observation; null where the covariance (dimension × dimension) is not positive semidefinite. */
export const init = gaussianState;

/**
 * One step of the Kalman filter in square-root form: forecast to the observation's time, then update. Exact, likelihood
 * included, where transition and operator are linear; with functions it is the extended Kalman filter, linearised by
 * their Jacobians. `observation` may be a bare time. Missing components are NaN. The status says why a step did not hold.
 */
export function step(
  transition: Transition,
  state: GaussianState,
  observation: Observation | { readonly time: number },
  options: KalmanOptions = {},
): GaussianStep {
  const n = state.dimension;
  const { time } = observation;
  const f = time === state.time ? identity(n) : transitionMatrix(transition, state.mean, state.time, time);
  const mean = time === state.time ? state.mean : transition.advance(state.mean, 1, state.time, time);
  const noise = time === state.time ? undefined : transition.noise?.(state.time, time);
  const noiseRoot = noise ? covarianceRoot(noise, n) : new Float64Array(n * n);
  const carried = multiply(f, state.lower, n, n, n);
  const wide = new Float64Array(4 * n * n);
  for (let i = 0; i < n; i++) {
    wide.set(carried.subarray(i * n, (i + 1) * n), 2 * i * n);
    if (noiseRoot) wide.set(noiseRoot.subarray(i * n, (i + 1) * n), 2 * i * n + n);
    wide.set(state.lower.subarray(i * n, (i + 1) * n), 2 * (n + i) * n);
  }
  const jointLower = lowerFactor(wide, 2 * n, 2 * n);
  const forecast = { time, dimension: n, mean, lower: forecastLower(jointLower, n) };
  const taken = 'operator' in observation ? observation : null;
  if (time < state.time || !noiseRoot) {
    const refused = updateForecast(state, forecast, jointLower, null, () => 'no-observation');
    const status = time < state.time ? 'time-reversed' : 'covariance-not-positive';
    return { state, info: { ...refused.info, status, logLikelihood: Number.NaN } };
  }
  let at = mean;
  let result = updateAt(at);
  for (let i = 1; i < (options.iterations ?? 1) && result.info.status === 'ok'; i++) {
    at = result.state.mean;
    result = updateAt(at);
  }
  return result;

  /** The update with the observation linearised at a point. */
  function updateAt(point: Float64Array): GaussianStep {
    return updateForecast(
      state,
      forecast,
      jointLower,
      taken,
      (_, { operator }) => {
        const h = jacobianOf(operator, point);
        const predicted = operator.observe(point, 1);
        for (let i = 0; i < operator.size; i++)
          for (let j = 0; j < n; j++) predicted[i] += h[i * n + j] * (mean[j] - point[j]);
        if (!h.every(Number.isFinite)) return 'observation-not-finite';
        const predictedRoot = multiply(h, forecast.lower, operator.size, n, n);
        return { predicted, stateRoot: forecast.lower, predictedRoot, columns: n };
      },
      options.robust,
    );
  }
}

/** All states and steps of a series of observations in order of time, and the sum of their log likelihoods. */
export interface GaussianSeries {
  /** `states[0]` is the initial state; one more than `infos`. */
  readonly states: readonly GaussianState[];
  readonly infos: readonly GaussianInfo[];
  /** log p(all values): NaN where a step did not hold. */
  readonly logLikelihood: number;
}

/** Runs a Gaussian filter's step over observations in order of time; its states and infos are what `smooth` takes. */
export function filterSeries<O>(
  initial: GaussianState,
  observations: readonly O[],
  one: (state: GaussianState, observation: O) => GaussianStep,
): GaussianSeries {
  const states = [initial];
  const infos: GaussianInfo[] = [];
  let logLikelihood = 0;
  for (const observation of observations) {
    const { state, info } = one(states[states.length - 1], observation);
    states.push(state);
    infos.push(info);
    logLikelihood += info.logLikelihood;
  }
  return { states, infos, logLikelihood };
}
