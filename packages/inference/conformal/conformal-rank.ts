import { betaQuantile } from '@gemel/numerics/special/incomplete-beta';
import { inferenceErrors } from '../errors.data.ts';

/** Absorbs the rounding of (count + 1)·level, so that 10 · 0.7 is rank 7. */
const ROUNDING = 1e-12;

/**
 * Which of the ascending scores bounds the next one with probability `level`: ⌈(count + 1)·level⌉ (Vovk, Gammerman, Shafer,
 * Algorithmic Learning in a Random World, 2005; Lei, G'Sell, Rinaldo, Tibshirani, Wasserman, J. Am. Stat. Assoc. 113 (2018)
 * 1094, doi 10.1080/01621459.2017.1307116). Above `count` where no score is large enough.
 */
export function conformalRank(count: number, level: number): number {
  return Math.ceil((count + 1) * (level - ROUNDING));
}

/** The fewest calibration points with which an interval of that level exists. */
export function fewestPoints(level: number): number {
  return Math.ceil(level / (1 - level) - ROUNDING / (1 - level));
}

/** The quantile of calibration scores that guards a prediction. */
export interface ConformalQuantile {
  readonly level: number;
  readonly count: number;
  readonly rank: number;
  /** The score of that rank. */
  readonly score: number;
  /**
   * Probability that the next score, exchangeable with these and without ties, is no greater: rank/(count + 1), from level to
   * level + 1/(count + 1).
   */
  readonly coverage: number;
}

/**
 * @param scores how far calibration points, which the model has not seen, lie from their predictions
 * @param level wanted coverage in (0, 1)
 * @throws inference-few-calibration-points where no finite interval has the level; inference-shape for a level or score that is none
 */
export function conformalQuantile(scores: ArrayLike<number>, level: number, element?: string): ConformalQuantile {
  checkLevel(level);
  const sorted = Float64Array.from(scores).sort();
  const count = sorted.length;
  if (sorted.some(Number.isNaN)) {
    throw inferenceErrors.error('inference-shape', 'A calibration point, or its prediction, is not a number.', element);
  }
  const rank = conformalRank(count, level);
  if (rank > count) throw fewPoints(count, level, fewestPoints(level), element);
  return { level, count, rank, score: sorted[Math.max(1, rank) - 1], coverage: Math.max(1, rank) / (count + 1) };
}

/**
 * Central interval of the coverage that one set of calibration points gives over all later predictions: beta with rank and
 * count + 1 − rank (Vovk, Asian Conference on Machine Learning 2012, proposition 2b).
 */
export function coverageRange(
  { count, rank }: { readonly count: number; readonly rank: number },
  confidence = 0.95,
): readonly [low: number, high: number] {
  const at = (p: number) => betaQuantile(rank, count + 1 - rank, p);
  return [at((1 - confidence) / 2), at((1 + confidence) / 2)];
}

/** @throws inference-shape */
export function checkLevel(level: number): void {
  if (!(level > 0 && level < 1)) {
    throw inferenceErrors.error('inference-shape', `A level of ${level} is not between 0 and 1.`, 'level');
  }
}

export function fewPoints(count: number, level: number, needed: number, element?: string) {
  return inferenceErrors.error(
    'inference-few-calibration-points',
    `${count} calibration points give no interval of level ${level}; it takes ${needed}.`,
    element,
  );
}
