import { cholesky, choleskySolve } from '@gemel/numerics/linalg/cholesky';

/** x(t) = intercept + Σ coefficient[i] x(t − 1 − i) + noise, equally spaced. */
export interface Autoregression {
  readonly intercept: number;
  readonly coefficients: Float64Array;
  /** Variance of the one-step noise, in squared units of x. */
  readonly variance: number;
  /** Rows the fit rests on. */
  readonly count: number;
}

/**
 * Least-squares fit of order `order`; rows that touch a NaN (a gap) are left out. Null where fewer than 2(order + 1)
 * rows remain or the regressors are collinear.
 */
export function fitAutoregression(series: ArrayLike<number>, order: number): Autoregression | null {
  const n = order + 1;
  const normal = new Float64Array(n * n);
  const right = new Float64Array(n);
  const row = new Float64Array(n);
  let square = 0;
  let count = 0;
  for (let t = order; t < series.length; t++) {
    row[0] = 1;
    let whole = Number.isFinite(series[t]);
    for (let i = 1; i <= order; i++) {
      row[i] = series[t - i];
      whole = whole && Number.isFinite(row[i]);
    }
    if (!whole) continue;
    count++;
    square += series[t] * series[t];
    for (let i = 0; i < n; i++) {
      right[i] += row[i] * series[t];
      for (let j = 0; j < n; j++) normal[i * n + j] += row[i] * row[j];
    }
  }
  if (count < 2 * n) return null;
  const factor = cholesky(normal, n);
  if (factor.status !== 'ok') return null;
  for (let i = 0; i < n; i++) if (factor.lower[i * n + i] ** 2 < 1e-10 * normal[i * n + i]) return null;
  const beta = choleskySolve(factor.lower, n, right);
  let explained = 0;
  for (let i = 0; i < n; i++) explained += beta[i] * right[i];
  return {
    intercept: beta[0],
    coefficients: beta.slice(1),
    variance: Math.max(0, square - explained) / (count - n),
    count,
  };
}

/** Mean and variance `steps` ahead of the last values (`recent`, oldest first, at least `order` of them). */
export function predictAutoregression(
  model: Autoregression,
  recent: ArrayLike<number>,
  steps: number,
): { readonly mean: number; readonly variance: number } {
  const order = model.coefficients.length;
  const path = new Float64Array(order + steps);
  for (let i = 0; i < order; i++) path[i] = recent[recent.length - order + i];
  // Weights of past noise in the value ahead (the moving-average form) give the variance.
  const psi = new Float64Array(steps);
  let variance = 0;
  for (let s = 0; s < steps; s++) {
    let x = model.intercept;
    let p = s === 0 ? 1 : 0;
    for (let i = 0; i < order; i++) {
      x += model.coefficients[i] * path[order + s - 1 - i];
      if (s - 1 - i >= 0) p += model.coefficients[i] * psi[s - 1 - i];
    }
    path[order + s] = x;
    psi[s] = p;
    variance += model.variance * p * p;
  }
  return { mean: path[order + steps - 1], variance };
}
