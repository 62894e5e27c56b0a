import type { RandomStream } from '@gemel/numerics';
import { identity } from '@gemel/numerics/linalg/matrix';
import { moveMean, type TimedEnsemble } from './ensemble-filter.ts';
import {
  deviationsOf,
  ensembleWeights,
  mixMembers,
  type Widening,
  whitenedForecast,
  widenedEnsemble,
} from './ensemble-space.ts';
import type { Observation } from './observation.ts';
import type { FilterStatus } from './status.ts';
import { advanceWithNoise, type Transition } from './transition.ts';

export interface IteratedSmootherOptions extends Widening {
  /** At most this many Gauss–Newton steps; absent: 10. */
  readonly iterations?: number;
  /** Ends once the root mean square change of the weights is below it; absent: 1e-4. */
  readonly tolerance?: number;
}

export interface IteratedSmootherInfo {
  readonly status: FilterStatus;
  /** The ensemble at the start of the window, given all its observations. */
  readonly smoothed: TimedEnsemble;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * One window of the iterated ensemble Kalman smoother, transform version: Bocquet and Sakov, Q. J. R. Meteorol. Soc. 140
 * (2014) 1521. A Gauss–Newton search over the state at the window's start for all observations of the window, given in
 * order of time; the model is taken as exact in the search and its noise enters on the way to the window's end. Each
 * observation belongs to one window only. With one observation it is the iterated ensemble Kalman filter (Sakov, Oliver,
 * Bertino, Mon. Weather Rev. 140 (2012) 1988).
 */
export function step(
  transition: Transition,
  state: TimedEnsemble,
  window: readonly Observation[],
  random: RandomStream,
  options: IteratedSmootherOptions = {},
): { readonly state: TimedEnsemble; readonly info: IteratedSmootherInfo } {
  const { members, dimension } = state;
  const { iterations = 10, tolerance = 1e-4 } = options;
  const stay = (status: FilterStatus) => ({
    state,
    info: { status, smoothed: state, iterations: 0, converged: false },
  });
  const prior = deviationsOf(state.ensemble, members, dimension);
  let weights = new Float64Array(members);
  let transform = identity(members);
  let inverse = identity(members);
  let done = 0;
  let converged = false;
  let status: FilterStatus = 'ok';
  while (done < iterations && !converged) {
    const search = whole(prior.mean, prior.deviations, weights, transform, state);
    const parts = windowForecast(transition, search, window);
    if (parts === 'no-observation') {
      status = parts;
      break;
    }
    if (typeof parts === 'string') return stay(parts);
    const { predicted, innovation } = parts;
    const size = innovation.length;
    const slopes = mixMembers(inverse, predicted, members, size);
    // With the innovation as it would be at weights 0, one ensemble analysis is the whole Gauss–Newton step.
    const target = innovation.map((d, i) => {
      let s = d;
      for (let m = 0; m < members; m++) s += weights[m] * slopes[m * size + i];
      return s;
    });
    const next = ensembleWeights(slopes, target, members);
    if (!next) return stay('singular-innovation');
    const change = next.mean.reduce((s, w, m) => s + (w - weights[m]) ** 2, 0);
    weights = Float64Array.from(next.mean);
    transform = Float64Array.from(next.transform);
    inverse = Float64Array.from(next.inverse);
    converged = Math.sqrt(change / members) < tolerance;
    done++;
  }
  let smoothed = state;
  if (status === 'ok') {
    const { ensemble } = whole(prior.mean, prior.deviations, weights, transform, state);
    const found = deviationsOf(ensemble, members, dimension);
    smoothed = {
      time: state.time,
      ...widenedEnsemble(found.mean, found.deviations, prior.deviations, members, options, random.fork('rotation')),
    };
  }
  let end = smoothed;
  for (const [k, { time }] of window.entries()) {
    const moved = advanceWithNoise(transition, end.ensemble, members, end.time, time, random.fork('noise', k));
    if (!moved) return stay('covariance-not-positive');
    if (!moved.every(Number.isFinite)) return stay('forecast-not-finite');
    end = { time, members, dimension, ensemble: moved };
  }
  return { state: end, info: { status, smoothed, iterations: done, converged } };
}

function whole(
  mean: Float64Array,
  deviations: Float64Array,
  weights: Float64Array,
  transform: Float64Array,
  { members, dimension, time }: TimedEnsemble,
): TimedEnsemble {
  const centre = moveMean(mean, deviations, weights, dimension);
  const ensemble = mixMembers(transform, deviations, members, dimension);
  for (let m = 0; m < members; m++) for (let i = 0; i < dimension; i++) ensemble[m * dimension + i] += centre[i];
  return { time, members, dimension, ensemble };
}

/** Whitened predictions and innovations of every observation of the window, side by side. */
function windowForecast(
  transition: Transition,
  start: TimedEnsemble,
  window: readonly Observation[],
): { readonly predicted: Float64Array; readonly innovation: Float64Array } | FilterStatus {
  const { members, dimension } = start;
  let { ensemble, time } = start;
  const parts: { readonly size: number; readonly predicted: Float64Array; readonly innovation: Float64Array }[] = [];
  for (const observation of window) {
    if (observation.time < time) return 'time-reversed';
    if (observation.time > time) ensemble = transition.advance(ensemble, members, time, observation.time);
    time = observation.time;
    const part = whitenedForecast({ ensemble, members, dimension }, observation);
    if (part === 'no-observation') continue;
    if (typeof part === 'string') return part;
    parts.push(part);
  }
  const size = parts.reduce((s, p) => s + p.size, 0);
  if (size === 0) return 'no-observation';
  const predicted = new Float64Array(members * size);
  const innovation = new Float64Array(size);
  let from = 0;
  for (const part of parts) {
    innovation.set(part.innovation, from);
    for (let m = 0; m < members; m++)
      predicted.set(part.predicted.subarray(m * part.size, (m + 1) * part.size), m * size + from);
    from += part.size;
  }
  return { predicted, innovation };
}
