import { cholesky, choleskyInverse } from '@gemel/numerics/linalg/cholesky';
import { gram } from '@gemel/numerics/linalg/matrix';
import type { Gaussian, LogDensity } from '../log-density.ts';

/** The normal approximation at a mode, or why there is none. */
export type LaplaceResult =
  | {
      readonly status: 'ok';
      readonly gaussian: Gaussian;
      /** −Hessian of the log density at the mode, dimension × dimension. */
      readonly precision: Float64Array;
    }
  | { readonly status: 'not-a-mode' };

/** Laplace approximation with the Gauss–Newton precision JᵀJ; exact for linear residuals. */
export function laplaceFromJacobian(mode: Float64Array, jacobian: Float64Array, residuals: number): LaplaceResult {
  return laplaceFromPrecision(mode, gram(jacobian, residuals, mode.length));
}

/** Laplace approximation with the Hessian by central differences of step h, one batch of 2 n² points. */
export function laplaceFromLogDensity(target: LogDensity, mode: Float64Array, h = 1e-3): LaplaceResult {
  const n = target.dimension;
  const points: number[] = [];
  const push = (i: number, si: number, j: number, sj: number) => {
    for (let k = 0; k < n; k++) points.push(mode[k] + (k === i ? si * h : 0) + (k === j ? sj * h : 0));
  };
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      push(i, 1, j, 1);
      push(i, 1, j, -1);
      push(i, -1, j, 1);
      push(i, -1, j, -1);
    }
  }
  const f = target.evaluate(Float64Array.from(points), points.length / n);
  const precision = new Float64Array(n * n);
  let at = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      // With i = j the four points are ±2h and the mode itself twice: the same formula gives the second derivative.
      const second = (f[at] - f[at + 1] - f[at + 2] + f[at + 3]) / (4 * h * h);
      precision[i * n + j] = -second;
      precision[j * n + i] = -second;
      at += 4;
    }
  }
  return laplaceFromPrecision(mode, precision);
}

/** The Gaussian of a given mean and precision. */
export function laplaceFromPrecision(mode: Float64Array, precision: Float64Array): LaplaceResult {
  const n = mode.length;
  const factor = cholesky(precision, n);
  if (factor.status !== 'ok') return { status: 'not-a-mode' };
  const covariance = cholesky(choleskyInverse(factor.lower, n), n);
  if (covariance.status !== 'ok') return { status: 'not-a-mode' };
  return {
    status: 'ok',
    gaussian: { dimension: n, mean: Float64Array.from(mode), lower: covariance.lower },
    precision,
  };
}
