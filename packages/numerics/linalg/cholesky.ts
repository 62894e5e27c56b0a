/** Cholesky factor of a symmetric positive definite matrix, A = L Lᵀ, or the pivot at which it failed. */
export type CholeskyResult =
  | {
      readonly status: 'ok';
      /** n × n, row-major, zeros above the diagonal. */
      readonly lower: Float64Array;
      /** log det A. */
      readonly logDeterminant: number;
    }
  | {
      readonly status: 'not-positive-definite';
      /** 0-based row whose pivot was not positive. */
      readonly pivot: number;
    };

/** Factors the symmetric n × n matrix `a` (only its lower triangle is read; untouched). */
export function cholesky(a: Float64Array, n: number): CholeskyResult {
  const l = new Float64Array(n * n);
  let logDeterminant = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let s = a[i * n + j];
      for (let k = 0; k < j; k++) s -= l[i * n + k] * l[j * n + k];
      if (i === j) {
        if (!(s > 0) || !Number.isFinite(s)) return { status: 'not-positive-definite', pivot: i };
        l[i * n + i] = Math.sqrt(s);
        logDeterminant += Math.log(s);
      } else {
        l[i * n + j] = s / l[j * n + j];
      }
    }
  }
  return { status: 'ok', lower: l, logDeterminant };
}

/** Solves L y = b; returns a new array. */
export function solveLower(lower: Float64Array, n: number, b: Float64Array): Float64Array {
  const y = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    let s = y[i];
    for (let k = 0; k < i; k++) s -= lower[i * n + k] * y[k];
    y[i] = s / lower[i * n + i];
  }
  return y;
}

/** Solves Lᵀ y = b; returns a new array. */
export function solveLowerTransposed(lower: Float64Array, n: number, b: Float64Array): Float64Array {
  const y = Float64Array.from(b);
  for (let i = n - 1; i >= 0; i--) {
    let s = y[i];
    for (let k = i + 1; k < n; k++) s -= lower[k * n + i] * y[k];
    y[i] = s / lower[i * n + i];
  }
  return y;
}

/** Solves L Lᵀ x = b. */
export function choleskySolve(lower: Float64Array, n: number, b: Float64Array): Float64Array {
  return solveLowerTransposed(lower, n, solveLower(lower, n, b));
}

/** (L Lᵀ)⁻¹, symmetric n × n. */
export function choleskyInverse(lower: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  const e = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    e.fill(0);
    e[j] = 1;
    const column = choleskySolve(lower, n, e);
    for (let i = 0; i < n; i++) inverse[i * n + j] = column[i];
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const mean = 0.5 * (inverse[i * n + j] + inverse[j * n + i]);
      inverse[i * n + j] = mean;
      inverse[j * n + i] = mean;
    }
  }
  return inverse;
}
