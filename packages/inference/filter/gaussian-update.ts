import { solveLower } from '@gemel/numerics/linalg/cholesky';
import { lowerFactor } from '@gemel/numerics/linalg/lower-factor';
import { type Robust, robustWeights } from './robust.ts';
import type { FilterStatus } from './status.ts';

/** A forecast by roots of its covariance, and what it says of the observation. */
export interface GaussianForecast {
  readonly mean: Float64Array;
  /** dimension × columns; covariance of the state = stateRoot · stateRootᵀ. */
  readonly stateRoot: Float64Array;
  /** size × columns; covariance with the state = stateRoot · predictedRootᵀ. */
  readonly predictedRoot: Float64Array;
  readonly columns: number;
  /** values − predicted mean. */
  readonly innovation: Float64Array;
  /** size × size lower root of the error covariance. */
  readonly errorRoot: Float64Array;
}

export interface GaussianPosterior {
  readonly status: FilterStatus;
  readonly mean: Float64Array;
  /** dimension × dimension lower root of the covariance. */
  readonly lower: Float64Array;
  /** size × size lower root of the innovation's covariance, with the weights of a robust update in it. */
  readonly innovationLower: Float64Array;
  /** log density of the innovation under the error covariance as given, robust or not. */
  readonly logLikelihood: number;
  /** Precision weights of the whitened error components; all 1 unless robust. */
  readonly weights: Float64Array;
}

/**
 * The linear-Gaussian update in square-root (array) form: one orthogonal triangularisation of
 * [errorRoot, predictedRoot; 0, stateRoot] gives innovation root, gain and posterior root, and no covariance is ever
 * subtracted. Kailath, Sayed, Hassibi, Linear Estimation (2000), section 12.3.
 */
export function gaussianUpdate(forecast: GaussianForecast, robust?: Robust): GaussianPosterior {
  const size = forecast.innovation.length;
  const plain = update(forecast, forecast.errorRoot);
  if (!robust || plain.status !== 'ok') return plain;
  const predicted = new Float64Array(size * size);
  const { predictedRoot, columns } = forecast;
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++)
      for (let c = 0; c < columns; c++)
        predicted[i * size + j] += predictedRoot[i * columns + c] * predictedRoot[j * columns + c];
  const weights = robustWeights(forecast.innovation, predicted, forecast.errorRoot, robust);
  if (!weights) return { ...plain, status: 'covariance-not-positive' };
  const scaled = Float64Array.from(forecast.errorRoot);
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) scaled[i * size + j] /= Math.sqrt(weights[j]);
  return { ...update(forecast, scaled), logLikelihood: plain.logLikelihood, weights };
}

function update(forecast: GaussianForecast, errorRoot: Float64Array): GaussianPosterior {
  const { mean, stateRoot, predictedRoot, columns, innovation } = forecast;
  const m = innovation.length;
  const n = mean.length;
  const wide = m + columns;
  const array = new Float64Array((m + n) * wide);
  for (let i = 0; i < m; i++) {
    array.set(errorRoot.subarray(i * m, (i + 1) * m), i * wide);
    array.set(predictedRoot.subarray(i * columns, (i + 1) * columns), i * wide + m);
  }
  for (let i = 0; i < n; i++) array.set(stateRoot.subarray(i * columns, (i + 1) * columns), (m + i) * wide + m);
  const all = m + n;
  const triangle = lowerFactor(array, all, wide);
  const innovationLower = new Float64Array(m * m);
  let singular = false;
  let logLikelihood = -0.5 * m * Math.log(2 * Math.PI);
  for (let i = 0; i < m; i++) {
    let row = 0;
    for (let j = 0; j <= i; j++) {
      innovationLower[i * m + j] = triangle[i * all + j];
      row = Math.max(row, Math.abs(triangle[i * all + j]));
    }
    if (!(triangle[i * all + i] > 1e-13 * row)) singular = true;
    logLikelihood -= Math.log(triangle[i * all + i]);
  }
  const weights = new Float64Array(m).fill(1);
  if (singular) {
    const lower = lowerFactor(stateRoot, n, columns);
    return { status: 'singular-innovation', mean, lower, innovationLower, logLikelihood: Number.NaN, weights };
  }
  const e = solveLower(innovationLower, m, innovation);
  const posterior = Float64Array.from(mean);
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) posterior[i] += triangle[(m + i) * all + j] * e[j];
    for (let j = 0; j <= i; j++) lower[i * n + j] = triangle[(m + i) * all + m + j];
  }
  for (const v of e) logLikelihood -= 0.5 * v * v;
  return { status: 'ok', mean: posterior, lower, innovationLower, logLikelihood, weights };
}
