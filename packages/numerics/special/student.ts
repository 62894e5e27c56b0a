import { pair } from './incomplete-beta.ts';
import { invertCdf } from './invert-cdf.ts';
import { logBeta } from './stirling.ts';

/** P(T ≤ t) for t below 0, exact where it is small. */
function lowerTail(t: number, degrees: number): number {
  const square = t * t;
  return 0.5 * pair(degrees / 2, 0.5, degrees / (degrees + square), square / (degrees + square))[0];
}

/** Distribution function of Student's t with `degrees` of freedom (DLMF 8.17). */
export function studentCdf(t: number, degrees: number): number {
  return t < 0 ? lowerTail(t, degrees) : 1 - lowerTail(t, degrees);
}

export function studentLogDensity(t: number, degrees: number): number {
  return -logBeta(degrees / 2, 0.5) - 0.5 * Math.log(degrees) - ((degrees + 1) / 2) * Math.log1p((t * t) / degrees);
}

/** The t with P(T ≤ t) = p, for p in [0, 1]. */
export function studentQuantile(p: number, degrees: number): number {
  if (p <= 0 || p >= 1) return p === 0 ? Number.NEGATIVE_INFINITY : p === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  if (p === 0.5) return 0;
  if (p > 0.5) return -studentQuantile(1 - p, degrees);
  // In u = −log(−t) the density of the far tail falls no faster than a power, so Newton's steps hold.
  const u = invertCdf({
    p,
    cdf: (v) => lowerTail(Math.exp(-v), degrees),
    upper: (v) => 1 - lowerTail(Math.exp(-v), degrees),
    density: (v) => Math.exp(studentLogDensity(Math.exp(-v), degrees) - v),
    low: Number.NEGATIVE_INFINITY,
    high: Number.POSITIVE_INFINITY,
    start: 0,
  });
  return -Math.exp(-u);
}
