import type { RandomStream } from '@gemel/numerics';
import { cholesky, solveLowerTransposed } from '@gemel/numerics/linalg/cholesky';
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

/** Directions kept by the low-rank metric at most, and the ratio of the variances it leaves alike. */
const RANK = 10;
const ALIKE = 4;

/** Unit variances. */
export function unitMetric(dimension: number): Metric {
  return { kind: 'diagonal', variances: new Float64Array(dimension).fill(1) };
}

/** Velocity Σ p of a momentum, written into `out`, which is returned. */
export function velocity(
  metric: Metric,
  momentum: Float64Array,
  out: Float64Array = new Float64Array(momentum.length),
): Float64Array {
  const n = momentum.length;
  if (metric.kind === 'diagonal') {
    const { variances } = metric;
    for (let i = 0; i < n; i++) out[i] = variances[i] * momentum[i];
  } else if (metric.kind === 'dense') {
    const { covariance } = metric;
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += covariance[i * n + j] * momentum[j];
      out[i] = sum;
    }
  } else {
    const { variances, vectors, values } = metric;
    for (let i = 0; i < n; i++) out[i] = Math.sqrt(variances[i]) * momentum[i];
    addAlong(out, vectors, values, variance);
    for (let i = 0; i < n; i++) out[i] = Math.sqrt(variances[i]) * out[i];
  }
  return out;
}

/** A momentum from N(0, Σ⁻¹), written into `out`, which is returned. */
export function drawMomentum(
  metric: Metric,
  dimension: number,
  random: RandomStream,
  out: Float64Array = new Float64Array(dimension),
): Float64Array {
  for (let i = 0; i < dimension; i++) out[i] = random.normal();
  if (metric.kind === 'dense') {
    out.set(solveLowerTransposed(metric.lower, dimension, out));
    return out;
  }
  if (metric.kind === 'low-rank') addAlong(out, metric.vectors, metric.values, inverseSd);
  for (let i = 0; i < dimension; i++) out[i] /= Math.sqrt(metric.variances[i]);
  return out;
}

/** Factors of the low-rank metric's directions, less that of all others. */
const variance = (value: number) => value - 1;
const inverseSd = (value: number) => 1 / Math.sqrt(value) - 1;

const along = new Float64Array(RANK);

/** x += U f(Λ) Uᵀ x. */
function addAlong(x: Float64Array, vectors: Float64Array, values: Float64Array, f: (value: number) => number): void {
  const rank = values.length;
  along.fill(0);
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
  const squares = moments.squares.slice();
  if (squares.length === n) for (let i = 0; i < n; i++) squares[i] += before[i] * (point[i] - mean[i]);
  else for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) squares[i * n + j] += before[i] * (point[j] - mean[j]);
  return { count, mean, squares };
}

/**
 * The metric of a window of draws, shrunk towards 1e-3 with the weight of five draws (Stan reference manual, section
 * "Adaptation"). The low-rank one keeps up to ten eigenvectors of the correlation matrix, shrunk with the same weight (after
 * Bales, Pourzanjani, Vehtari, Petzold, arXiv:1905.11916): from both ends of the spectrum as many as it takes for the
 * others to lie within a factor of 4, and those others are given their mean.
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
    return i === j ? 1 : (shrink * c) / Math.sqrt(variances[i] * variances[j]);
  });
  const eigen = symmetricEigen(correlation, n);
  const { from, to } = alike(eigen.values);
  let mean = 0;
  for (let k = from; k < to; k++) mean += eigen.values[k] / (to - from);
  const kept = [...eigen.values.keys()].filter((k) => k < from || k >= to);
  const vectors = new Float64Array(n * kept.length);
  kept.forEach((k, column) => {
    for (let i = 0; i < n; i++) vectors[i * kept.length + column] = eigen.vectors[i * n + k];
  });
  return {
    kind,
    variances: variances.map((v) => v * mean),
    vectors,
    values: Float64Array.from(kept, (k) => Math.max(eigen.values[k], 1e-6) / mean),
  };
}

/** The widest stretch [from, to) of ascending values that lie within the factor; else the most alike without RANK of them. */
function alike(values: Float64Array): { readonly from: number; readonly to: number } {
  const n = values.length;
  for (let left = 0; ; left++) {
    let best = { from: 0, to: n, ratio: Infinity };
    for (let from = 0; from <= left; from++) {
      const to = n - left + from;
      const ratio = values[to - 1] / Math.max(values[from], 1e-6);
      if (ratio < best.ratio) best = { from, to, ratio };
    }
    if (best.ratio <= ALIKE || left === Math.min(RANK, n - 1)) return best;
  }
}
