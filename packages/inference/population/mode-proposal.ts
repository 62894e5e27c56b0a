import type { RandomStream } from '@gemel/numerics';
import { cholesky, choleskyInverse, solveLower } from '@gemel/numerics/linalg/cholesky';
import type { ConditionalMode } from './conditional-mode.ts';

/** Student's t about a conditional mode, scaled by its curvature. */
export interface ModeProposal {
  readonly mean: Float64Array;
  /** Cholesky factor of the inverse of the information. */
  readonly lower: Float64Array;
  readonly logDeterminant: number;
}

/** Degrees of freedom: tails heavier than the posterior's. */
export const FREEDOM = 5;

/** The proposal of a mode; null where there is no mode, or its information is singular. */
export function modeProposal({ eta, information, linearization }: ConditionalMode): ModeProposal | null {
  if (linearization === null) return null;
  const d = eta.length;
  const factor = cholesky(information, d);
  if (factor.status !== 'ok') return null;
  const scale = cholesky(choleskyInverse(factor.lower, d), d);
  return scale.status === 'ok' ? { mean: eta, lower: scale.lower, logDeterminant: scale.logDeterminant } : null;
}

/** Writes a draw into `out` and returns its squared distance from the mean, in scales. */
export function drawAbout({ mean, lower }: ModeProposal, random: RandomStream, out: Float64Array): number {
  const d = mean.length;
  const z = Float64Array.from({ length: d }, () => random.normal());
  let chi = 0;
  for (let k = 0; k < FREEDOM; k++) chi += random.normal() ** 2;
  const length = Math.sqrt(FREEDOM / chi);
  let square = 0;
  for (let i = 0; i < d; i++) {
    square += z[i] * z[i];
    out[i] = mean[i];
    for (let j = 0; j <= i; j++) out[i] += length * lower[i * d + j] * z[j];
  }
  return length * length * square;
}

/** Squared distance of a point from the mean, in scales. */
export function distanceFrom({ mean, lower }: ModeProposal, x: Float64Array): number {
  const y = solveLower(
    lower,
    mean.length,
    x.map((each, k) => each - mean[k]),
  );
  return y.reduce((sum, each) => sum + each * each, 0);
}

/** log of the density at a squared distance, without its constants. */
export function logTail(dimension: number, square: number): number {
  return -0.5 * (FREEDOM + dimension) * Math.log1p(square / FREEDOM);
}
