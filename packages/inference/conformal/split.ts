import { inferenceErrors } from '../errors.data.ts';
import { InferenceError, type InferenceProblem } from '../problem.ts';
import { type ConformalQuantile, conformalQuantile } from './conformal-rank.ts';

/** Points the model was not fitted to, each array one entry for a point; all in the unit of what is predicted. */
export interface CalibrationPoints {
  readonly predicted: ArrayLike<number>;
  readonly observed: ArrayLike<number>;
  /** How wide the model thinks its error is, positive; absent: everywhere the same. */
  readonly scale?: ArrayLike<number>;
}

/** An interval in the unit of the prediction. */
export interface ConformalInterval {
  readonly low: number;
  readonly high: number;
}

/**
 * Split conformal prediction with absolute residuals, over the scale where one is given (Lei et al. 2018, doi
 * 10.1080/01621459.2017.1307116, algorithm 2 and section 5.2). Whatever the model, the interval around the next prediction holds
 * its observation with at least probability `level` if it is exchangeable with the calibration points.
 * @throws inference-few-calibration-points, inference-shape
 */
export function splitConformal(points: CalibrationPoints, level: number, element?: string): ConformalQuantile {
  return conformalQuantile(residualsOf(points), level, element);
}

/** The interval around a prediction; `scale` as the calibration points had one. */
export function conformalInterval({ score }: ConformalQuantile, predicted: number, scale = 1): ConformalInterval {
  return { low: predicted - score * scale, high: predicted + score * scale };
}

/** Intervals that a model gave for points it was not fitted to, as from its 5 % and 95 % quantile. */
export interface CalibrationIntervals {
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly observed: ArrayLike<number>;
}

/**
 * Conformalised quantile regression (Romano, Patterson, Candès, NeurIPS 32 (2019) 3543, algorithm 1): how far the model's own
 * intervals have to be moved out, or in where the score is negative.
 * @throws inference-few-calibration-points, inference-shape
 */
export function conformalisedQuantiles(
  points: CalibrationIntervals,
  level: number,
  element?: string,
): ConformalQuantile {
  const { low, high, observed } = points;
  sameLength([low, high], observed);
  const scores = Float64Array.from(observed, (y, i) => Math.max(low[i] - y, y - high[i]));
  return conformalQuantile(scores, level, element);
}

/** The model's interval moved by the score; where its ends would cross, the point halfway. */
export function conformalisedInterval({ score }: ConformalQuantile, low: number, high: number): ConformalInterval {
  const middle = (low + high) / 2;
  return low - score > high + score ? { low: middle, high: middle } : { low: low - score, high: high + score };
}

/** A guard for each group of points, and the groups that have none. */
export interface GroupedConformal {
  readonly guards: ReadonlyMap<string, ConformalQuantile>;
  readonly problems: readonly InferenceProblem[];
}

/**
 * Split conformal prediction apart in each group, so that the level holds in every one (Mondrian; Vovk 2012, section 4). A group
 * with too few points is named and has no guard.
 * @throws inference-shape
 */
export function splitConformalByGroup(
  points: CalibrationPoints,
  groups: readonly string[],
  level: number,
): GroupedConformal {
  const scores = residualsOf(points);
  if (groups.length !== scores.length) {
    throw inferenceErrors.error('inference-shape', `${groups.length} groups for ${scores.length} points.`, 'groups');
  }
  const guards = new Map<string, ConformalQuantile>();
  const problems: InferenceProblem[] = [];
  for (const group of new Set(groups)) {
    try {
      const own = scores.filter((_, i) => groups[i] === group);
      guards.set(group, conformalQuantile(own, level, group));
    } catch (error) {
      if (!(error instanceof InferenceError) || error.code !== 'inference-few-calibration-points') throw error;
      problems.push(error.toJSON());
    }
  }
  return { guards, problems };
}

function residualsOf({ predicted, observed, scale }: CalibrationPoints): Float64Array {
  sameLength(scale ? [predicted, scale] : [predicted], observed);
  if (scale && Array.from(scale).some((s) => !(s > 0))) {
    throw inferenceErrors.error('inference-shape', 'A scale of errors is not positive.', 'scale');
  }
  return Float64Array.from(observed, (y, i) => Math.abs(y - predicted[i]) / (scale ? scale[i] : 1));
}

function sameLength(others: readonly ArrayLike<number>[], observed: ArrayLike<number>): void {
  for (const { length } of others) {
    if (length !== observed.length) {
      throw inferenceErrors.error('inference-shape', `${length} predictions for ${observed.length} observations.`);
    }
  }
}
