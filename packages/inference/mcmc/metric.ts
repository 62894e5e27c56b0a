import type { RandomStream } from '@gemel/numerics';
import { cholesky, solveLowerTransposed } from '@gemel/numerics/linalg/cholesky';
import { multiplyVector } from '@gemel/numerics/linalg/matrix';
import { symmetricEigen } from '@gemel/numerics/linalg/symmetric-eigen';

/** The inverse mass matrix: an estimate Σ of the posterior covariance, as plain data. */
export type Metric =
  | { readonly kind: 'diagonal'; readonly variances: Float64Array }
  | {
      readonly kind: 'dense';
      /** dimension × dimension and its lower Cholesky factor. */
      readonly covariance: Float64Array;
      readonly lower: Float64Array;
    }
  | {
      readonly kind: 'low-rank';
      /** Σ = S (I + U (Λ − I) Uᵀ) S with S the square roots of `variances`. */
      readonly variances: Float64Array;
      /** dimension × rank, orthonormal columns, row-major. */
      readonly vectors: Float64Array;
      readonly values: Float64Array;
    };

export type MetricKind = Metric['kind'];

/** Directions kept by the low-rank metric at most, and how far from 1 their variance must lie. */
const RANK = 10;
const NOTABLE = 2;

/** Unit variances. */
export function unitMetric(dimension: number): Metric {
  return { kind: 'diagonal', variances: new Float64Array(dimension).fill(1) };
}

/** Velocity Σ p of a momentum. */
export function velocity(metric: Metric, momentum: Float64Array): Float64Array {
  if (metric.kind === 'diagonal') return momentum.map((p, i) => metric.variances[i] * p);
  if (metric.kind === 'dense') return multiplyVector(metric.covariance, momentum, momentum.length, momentum.length);
  const scaled = momentum.map((p, i) => Math.sqrt(metric.variances[i]) * p);
  addAlong(scaled, metric.vectors, metric.values, (v) => v - 1);
  return scaled.map((s, i) => Math.sqrt(metric.variances[i]) * s);
}

/** A momentum from N(0, Σ⁻¹). */
export function drawMomentum(metric: Metric, dimension: number, random: RandomStream): Float64Array {
  const z = Float64Array.from({ length: dimension }, () => random.normal());
  if (metric.kind === 'diagonal') return z.map((v, i) => v / Math.sqrt(metric.variances[i]));
  if (metric.kind === 'dense') return solveLowerTransposed(metric.lower, dimension, z);
  addAlong(z, metric.vectors, metric.values, (v) => 1 / Math.sqrt(v) - 1);
  return z.map((v, i) => v / Math.sqrt(metric.variances[i]));
}

/** x += U f(Λ) Uᵀ x. */
function addAlong(x: Float64Array, vectors: Float64Array, values: Float64Array, f: (value: number) => number): void {
  const rank = values.length;
  const along = new Float64Array(rank);
  for (let i = 0; i < x.length; i++) for (let k = 0; k < rank; k++) along[k] += vectors[i * rank + k] * x[i];
  for (let k = 0; k < rank; k++) along[k] *= f(values[k]);
  for (let i = 0; i < x.length; i++) for (let k = 0; k < rank; k++) x[i] += vectors[i * rank + k] * along[k];
}

/** Running mean and covariance of draws (Welford, Technometrics 4 (1962) 419). */
export interface Moments {
  readonly count: number;
  readonly mean: Float64Array;
  /** Sums of squared deviations: `dimension` of them for a diagonal metric, else dimension × dimension. */
  readonly squares: Float64Array;
}

/** No draws yet. */
export function noMoments(dimension: number, kind: MetricKind): Moments {
  const size = kind === 'diagonal' ? dimension : dimension * dimension;
  return { count: 0, mean: new Float64Array(dimension), squares: new Float64Array(size) };
}

/** The moments with one more draw. */
export function withDraw(moments: Moments, point: Float64Array): Moments {
  const n = point.length;
  const count = moments.count + 1;
  const before = point.map((x, i) => x - moments.mean[i]);
  const mean = moments.mean.map((m, i) => m + before[i] / count);
  const squares = Float64Array.from(moments.squares);
  if (squares.length === n) for (let i = 0; i < n; i++) squares[i] += before[i] * (point[i] - mean[i]);
  else for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) squares[i * n + j] += before[i] * (point[j] - mean[j]);
  return { count, mean, squares };
}

/**
 * The metric of a window of draws, shrunk towards 1e-3 with the weight of five draws (Stan reference manual, section
 * "Adaptation"). The low-rank one keeps the eigenvectors of the correlation matrix whose variance differs from 1 by a
 * factor over 2, at most ten (Bales, Pourzanjani, Vehtari, Petzold, arXiv:1905.11916).
 */
export function estimateMetric(moments: Moments, kind: MetricKind): Metric {
  const n = moments.mean.length;
  const { count } = moments;
  const shrink = count / (count + 5);
  const floor = (1e-3 * 5) / (count + 5);
  const entry = (i: number, j: number) => (shrink * moments.squares[i * n + j]) / (count - 1) + (i === j ? floor : 0);
  if (kind === 'diagonal') {
    return { kind, variances: moments.squares.map((s) => (shrink * s) / (count - 1) + floor) };
  }
  const covariance = Float64Array.from({ length: n * n }, (_, k) => entry(Math.floor(k / n), k % n));
  const variances = Float64Array.from({ length: n }, (_, i) => covariance[i * n + i]);
  if (kind === 'dense') {
    const factor = cholesky(covariance, n);
    // Fewer draws than dimensions can leave the matrix indefinite by rounding: the diagonal is then what is known.
    return factor.status === 'ok' ? { kind, covariance, lower: factor.lower } : { kind: 'diagonal', variances };
  }
  const correlation = covariance.map((c, k) => {
    const i = Math.floor(k / n);
    const j = k % n;
    return i === j ? 1 : c / Math.sqrt(variances[i] * variances[j]);
  });
  const eigen = symmetricEigen(correlation, n);
  const notable = (v: number) => Math.abs(Math.log(Math.max(v, 1e-6)));
  const kept = [...eigen.values.keys()]
    .filter((k) => notable(eigen.values[k]) > Math.log(NOTABLE))
    .sort((a, b) => notable(eigen.values[b]) - notable(eigen.values[a]))
    .slice(0, RANK);
  const vectors = new Float64Array(n * kept.length);
  kept.forEach((from, to) => {
    for (let i = 0; i < n; i++) vectors[i * kept.length + to] = eigen.vectors[i * n + from];
  });
  return { kind, variances, vectors, values: Float64Array.from(kept, (k) => Math.max(eigen.values[k], 1e-6)) };
}
