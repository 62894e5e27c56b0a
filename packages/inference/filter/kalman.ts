import { identity, multiply } from '@gemel/numerics/linalg/matrix';
import {
  type GaussianInfo,
  type GaussianState,
  type GaussianStep,
  gaussianState,
  noisyForecast,
  refusedStep,
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
  if (time < state.time) return refusedStep(state, 'time-reversed');
  const still = time === state.time;
  const f = still ? identity(n) : transitionMatrix(transition, state.mean, state.time, time);
  const mean = still ? state.mean : transition.advance(state.mean, 1, state.time, time);
  const made = noisyForecast(transition, state, time, mean, multiply(f, state.lower, n, n, n), state.lower);
  if (!made) return refusedStep(state, 'covariance-not-positive');
  const { forecast, jointLower } = made;
  const taken = 'operator' in observation ? observation : null;
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
