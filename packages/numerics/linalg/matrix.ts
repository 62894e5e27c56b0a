/**
 * Small dense operations on bare row-major arrays: a rows × columns matrix is a Float64Array of rows · columns numbers.
 * Shapes are the caller's; a wrong one gives NaN, not an exception.
 */

/** The n × n identity. */
export function identity(n: number): Float64Array {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) a[i * n + i] = 1;
  return a;
}

/** columns × rows transpose of a rows × columns matrix. */
export function transpose(a: Float64Array, rows: number, columns: number): Float64Array {
  const t = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) t[j * rows + i] = a[i * columns + j];
  return t;
}

/** Product of a (rows × inner) and b (inner × columns). */
export function multiply(a: Float64Array, b: Float64Array, rows: number, inner: number, columns: number): Float64Array {
  const c = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const aik = a[i * inner + k];
      if (aik === 0) continue;
      for (let j = 0; j < columns; j++) c[i * columns + j] += aik * b[k * columns + j];
    }
  }
  return c;
}

/** a · x for a rows × columns matrix. */
export function multiplyVector(a: Float64Array, x: Float64Array, rows: number, columns: number): Float64Array {
  const y = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let s = 0;
    for (let j = 0; j < columns; j++) s += a[i * columns + j] * x[j];
    y[i] = s;
  }
  return y;
}

/** aᵀ · x for a rows × columns matrix. */
export function multiplyTransposed(a: Float64Array, x: Float64Array, rows: number, columns: number): Float64Array {
  const y = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    const xi = x[i];
    for (let j = 0; j < columns; j++) y[j] += a[i * columns + j] * xi;
  }
  return y;
}

/** aᵀa (columns × columns) of a rows × columns matrix. */
export function gram(a: Float64Array, rows: number, columns: number): Float64Array {
  const g = new Float64Array(columns * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const aij = a[i * columns + j];
      if (aij === 0) continue;
      for (let k = 0; k <= j; k++) g[j * columns + k] += aij * a[i * columns + k];
    }
  }
  for (let j = 0; j < columns; j++) for (let k = 0; k < j; k++) g[k * columns + j] = g[j * columns + k];
  return g;
}

/** Euclidean inner product. */
export function dot(a: Float64Array, b: Float64Array): number {
  let s = 0;
  for (let i = 0; i < a.length; i++) s += a[i] * b[i];
  return s;
}
