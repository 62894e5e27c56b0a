import { inferenceErrors } from '../errors.data.ts';
import {
  type GaussianState,
  type GaussianStep,
  gaussianState,
  noisyForecast,
  refusedStep,
  updateForecast,
} from './gaussian-state.ts';
import type { Observation } from './observation.ts';
import type { Robust } from './robust.ts';
import type { Transition } from './transition.ts';

export interface UnscentedOptions {
  readonly robust?: Robust;
  /**
   * Weight of the central point, κ/(n + κ), from 0 below 1. Absent: max(0, 1 − n/3), which matches normal fourth moments
   * for up to 3 dimensions and is the cubature rule above.
   */
  readonly centre?: number;
}

/** The state before the first observation; null where the covariance (dimension × dimension) is not positive semidefinite. */
export const init = gaussianState;

/**
 * One step of the unscented Kalman filter: Julier and Uhlmann, Proc. IEEE 92 (2004) 401; with centre 0 the cubature filter
 * of Arasaratnam and Haykin, IEEE Trans. Autom. Control 54 (2009) 1254. Points are drawn anew for the observation; weights
 * are not negative, so that roots are carried throughout. @throws inference-shape
 */
export function step(
  transition: Transition,
  state: GaussianState,
  observation: Observation | { readonly time: number },
  options: UnscentedOptions = {},
): GaussianStep {
  const { time } = observation;
  if (time < state.time) return refusedStep(state, 'time-reversed');
  const n = state.dimension;
  const centre = options.centre ?? Math.max(0, 1 - n / 3);
  if (!(centre >= 0 && centre < 1)) {
    throw inferenceErrors.error(
      'inference-shape',
      `The weight of the central point is at least 0 and below 1, not ${centre}.`,
    );
  }
  const before = sigmaPoints(state, centre);
  const moved = time === state.time ? before.points : transition.advance(before.points, before.count, state.time, time);
  const { mean, root } = pointMoments(moved, before.weights, n);
  const made = noisyForecast(transition, state, time, mean, root, before.root);
  if (!made) return refusedStep(state, 'covariance-not-positive');
  const { forecast, jointLower } = made;
  const taken = 'operator' in observation ? observation : null;
  return updateForecast(
    state,
    forecast,
    jointLower,
    taken,
    (_, { operator }) => {
      const sigma = sigmaPoints(forecast, centre);
      const y = operator.observe(sigma.points, sigma.count);
      if (!y.every(Number.isFinite)) return 'observation-not-finite';
      const predicted = pointMoments(y, sigma.weights, operator.size);
      return {
        predicted: predicted.mean,
        stateRoot: sigma.root,
        predictedRoot: predicted.root,
        columns: sigma.count,
      };
    },
    options.robust,
  );
}

interface SigmaPoints {
  readonly count: number;
  /** count × dimension. */
  readonly points: Float64Array;
  readonly weights: Float64Array;
  /** dimension × count, weighted deviations. */
  readonly root: Float64Array;
}

function sigmaPoints({ mean, lower, dimension: n }: GaussianState, centre: number): SigmaPoints {
  const count = 2 * n + 1;
  const points = new Float64Array(count * n);
  const weights = new Float64Array(count).fill((1 - centre) / (2 * n));
  weights[0] = centre;
  const reach = Math.sqrt(n / (1 - centre));
  for (let c = 0; c < count; c++) points.set(mean, c * n);
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      points[(1 + j) * n + i] += reach * lower[i * n + j];
      points[(1 + n + j) * n + i] -= reach * lower[i * n + j];
    }
  }
  return { count, points, weights, root: pointMoments(points, weights, n).root };
}

/** Weighted mean, and the size × count root of the covariance. */
function pointMoments(
  points: Float64Array,
  weights: Float64Array,
  size: number,
): { readonly mean: Float64Array; readonly root: Float64Array } {
  const count = weights.length;
  const mean = new Float64Array(size);
  for (let c = 0; c < count; c++) for (let i = 0; i < size; i++) mean[i] += weights[c] * points[c * size + i];
  const root = new Float64Array(size * count);
  for (let c = 0; c < count; c++)
    for (let i = 0; i < size; i++) root[i * count + c] = Math.sqrt(weights[c]) * (points[c * size + i] - mean[i]);
  return { mean, root };
}
