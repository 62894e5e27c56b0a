import { cholesky } from './cholesky.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/**
 * The lower triangular L (rows × rows, diagonal ≥ 0) with L Lᵀ = A Aᵀ for a rows × columns matrix, without forming the
 * product: Householder reflections from the right. Golub and Van Loan, Matrix Computations, 4th ed., section 5.2.
 */
export function lowerFactor(a: Float64Array, rows: number, columns: number): Float64Array {
  const m = Float64Array.from(a);
  const v = new Float64Array(columns);
  const lower = new Float64Array(rows * rows);
  for (let k = 0; k < rows; k++) {
    if (k < columns) reflectRow(m, v, rows, columns, k);
    const filled = Math.min(k + 1, columns);
    for (let j = 0; j < filled; j++) lower[k * rows + j] = m[k * columns + j];
  }
  for (let j = 0; j < rows; j++) {
    if (lower[j * rows + j] < 0) for (let i = j; i < rows; i++) lower[i * rows + j] = -lower[i * rows + j];
  }
  return lower;
}

/** Clears row k right of its diagonal, and carries the reflection to the rows below. */
function reflectRow(m: Float64Array, v: Float64Array, rows: number, columns: number, k: number): void {
  let tail = 0;
  for (let j = k + 1; j < columns; j++) tail += m[k * columns + j] ** 2;
  if (tail === 0) return;
  const pivot = m[k * columns + k];
  const norm = Math.sqrt(pivot * pivot + tail);
  const alpha = pivot > 0 ? -norm : norm;
  for (let j = k; j < columns; j++) v[j] = m[k * columns + j];
  v[k] -= alpha;
  const scale = 2 / (tail + v[k] * v[k]);
  m[k * columns + k] = alpha;
  for (let j = k + 1; j < columns; j++) m[k * columns + j] = 0;
  for (let i = k + 1; i < rows; i++) {
    let s = 0;
    for (let j = k; j < columns; j++) s += m[i * columns + j] * v[j];
    s *= scale;
    for (let j = k; j < columns; j++) m[i * columns + j] -= s * v[j];
  }
}

/**
 * A lower triangular root of a positive semidefinite n × n matrix, L Lᵀ = A; zero variances are allowed.
 * null where A has an eigenvalue below −1e-10 of the largest, or a number that is not finite.
 */
export function covarianceRoot(a: Float64Array, n: number): Float64Array | null {
  if (!a.every(Number.isFinite)) return null;
  const factor = cholesky(a, n);
  if (factor.status === 'ok') return factor.lower;
  const { values, vectors } = symmetricEigen(a, n);
  const largest = Math.max(0, values[n - 1]);
  if (values[0] < -1e-10 * largest || values[n - 1] < 0) return null;
  const root = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) root[i * n + j] = vectors[i * n + j] * Math.sqrt(Math.max(0, values[j]));
  return lowerFactor(root, n, n);
}
