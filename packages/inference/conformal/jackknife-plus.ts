import { inferenceErrors } from '../errors.data.ts';
import { checkLevel, conformalRank, fewestPoints, fewPoints } from './conformal-rank.ts';
import type { ConformalInterval } from './split.ts';

/** Models fitted without one point each, or without the fold of each point. */
export interface LeftOutFits {
  /** |yᵢ − prediction at xᵢ by the model fitted without i|. */
  readonly residuals: ArrayLike<number>;
  /** Prediction of the new point by the same models. */
  readonly predictions: ArrayLike<number>;
}

/**
 * The jackknife+ interval; CV+ with one model for each fold (Barber, Candès, Ramdas, Tibshirani, Ann. Stat. 49 (2021) 486, doi
 * 10.1214/20-AOS1965, equation 7 and theorem 1). It holds the observation of an exchangeable new point with at least
 * probability 2·level − 1 (CV+: less by at most √(2/n), theorem 4), and in most cases near `level`.
 * @throws inference-few-calibration-points, inference-shape
 */
export function jackknifePlus({ residuals, predictions }: LeftOutFits, level: number): ConformalInterval {
  checkLevel(level);
  const n = residuals.length;
  if (predictions.length !== n) {
    throw inferenceErrors.error('inference-shape', `${predictions.length} predictions for ${n} residuals.`);
  }
  const rank = conformalRank(n, level);
  if (rank > n) throw fewPoints(n, level, fewestPoints(level));
  const high = Float64Array.from(residuals, (r, i) => predictions[i] + r).sort();
  const low = Float64Array.from(residuals, (r, i) => predictions[i] - r).sort();
  if (high.some(Number.isNaN)) {
    throw inferenceErrors.error('inference-shape', 'A residual or prediction is not a number.');
  }
  const at = Math.max(1, rank);
  return { low: low[n - at], high: high[at - 1] };
}
