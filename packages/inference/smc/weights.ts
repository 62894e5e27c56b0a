/** Self-normalised weights of log weights: non-negative, adding up to 1. All −Infinity or NaN gives all zeros. */
export function normaliseLogWeights(logWeights: Float64Array): Float64Array {
  let top = -Infinity;
  for (const l of logWeights) if (l > top) top = l;
  const w = new Float64Array(logWeights.length);
  if (top === -Infinity) return w;
  let sum = 0;
  for (let i = 0; i < w.length; i++) {
    w[i] = Number.isNaN(logWeights[i]) ? 0 : Math.exp(logWeights[i] - top);
    sum += w[i];
  }
  for (let i = 0; i < w.length; i++) w[i] /= sum;
  return w;
}

/** Effective sample size 1 / Σw² of normalised weights (Kong 1992). */
export function effectiveSampleSize(weights: Float64Array): number {
  let s = 0;
  for (const w of weights) s += w * w;
  return s > 0 ? 1 / s : 0;
}

/** Weighted mean and covariance (dimension × dimension, row-major) of count × dimension points. */
export function weightedMoments(
  points: Float64Array,
  weights: Float64Array,
  dimension: number,
): { readonly mean: Float64Array; readonly covariance: Float64Array } {
  const mean = new Float64Array(dimension);
  for (let c = 0; c < weights.length; c++) {
    for (let i = 0; i < dimension; i++) mean[i] += weights[c] * points[c * dimension + i];
  }
  const covariance = new Float64Array(dimension * dimension);
  for (let c = 0; c < weights.length; c++) {
    if (weights[c] === 0) continue;
    for (let i = 0; i < dimension; i++) {
      const di = weights[c] * (points[c * dimension + i] - mean[i]);
      for (let j = 0; j <= i; j++) covariance[i * dimension + j] += di * (points[c * dimension + j] - mean[j]);
    }
  }
  for (let i = 0; i < dimension; i++) {
    for (let j = 0; j < i; j++) covariance[j * dimension + i] = covariance[i * dimension + j];
  }
  return { mean, covariance };
}

/** The p-quantile of weighted values: linear between the midpoints of the cumulative weights. */
export function weightedQuantile(values: ArrayLike<number>, weights: Float64Array, p: number): number {
  const order = Array.from({ length: values.length }, (_, i) => i)
    .filter((i) => weights[i] > 0)
    .sort((a, b) => values[a] - values[b]);
  let before = 0;
  let previousMid = 0;
  let previousValue = Number.NaN;
  for (const i of order) {
    const mid = before + weights[i] / 2;
    if (p <= mid) {
      if (Number.isNaN(previousValue)) return values[i];
      return previousValue + ((values[i] - previousValue) * (p - previousMid)) / (mid - previousMid);
    }
    before += weights[i];
    previousMid = mid;
    previousValue = values[i];
  }
  return previousValue;
}
