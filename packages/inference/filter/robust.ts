import { cholesky, choleskySolve, solveLower } from '@gemel/numerics/linalg/cholesky';
import { inferenceErrors } from '../errors.data.ts';

/**
 * How an update treats outliers. `huber`: errors beyond `threshold` standard deviations pull linearly, per whitened
 * component (Huber, Ann. Math. Stat. 35 (1964) 73; 1.345 keeps 95 % efficiency). `student`: the error is Student with
 * `freedom` > 0 degrees, one scale per observation, by variational Bayes (Agamennoni, Nieto, Nebot, IEEE Trans. Signal
 * Process. 60 (2012) 5024).
 */
export type Robust =
  | { readonly kind: 'huber'; readonly threshold: number }
  | { readonly kind: 'student'; readonly freedom: number };

/**
 * Weights in (0, 1] (Huber) or above 0 (Student) by which the precision of each whitened error component is multiplied,
 * so that the ordinary update with the root errorRoot · diag(weights)^−½ is the robust one; the fixed point of
 * reweighting. `predicted` is the covariance of the prediction (size × size), `errorRoot` the lower root of the error's.
 * null where the error has no variance in some component. @throws inference-shape
 */
export function robustWeights(
  innovation: Float64Array,
  predicted: Float64Array,
  errorRoot: Float64Array,
  robust: Robust,
): Float64Array | null {
  const m = innovation.length;
  const setting = robust.kind === 'huber' ? robust.threshold : robust.freedom;
  if (!(setting > 0)) {
    throw inferenceErrors.error('inference-shape', `A ${robust.kind} update needs a positive setting, not ${setting}.`);
  }
  for (let i = 0; i < m; i++) if (!(errorRoot[i * m + i] > 0)) return null;
  const e = solveLower(errorRoot, m, innovation);
  const p = whiten(predicted, errorRoot, m);
  const weights = new Float64Array(m).fill(1);
  for (let iteration = 0; iteration < 200; iteration++) {
    const s = Float64Array.from(p);
    for (let i = 0; i < m; i++) s[i * m + i] += 1 / weights[i];
    const factor = cholesky(s, m);
    if (factor.status !== 'ok') return null;
    // Residual at the updated mean, and the variance of the updated prediction: D S⁻¹ e and D − D S⁻¹ D, D = 1/weights.
    const solved = choleskySolve(factor.lower, m, e);
    let square = 0;
    let change = 0;
    const next = new Float64Array(m);
    for (let i = 0; i < m; i++) {
      const residual = solved[i] / weights[i];
      if (robust.kind === 'huber') next[i] = Math.min(1, robust.threshold / Math.abs(residual));
      else {
        const unit = new Float64Array(m);
        unit[i] = 1;
        const inverse = choleskySolve(factor.lower, m, unit)[i];
        square += residual * residual + 1 / weights[i] - inverse / weights[i] ** 2;
      }
    }
    if (robust.kind === 'student') next.fill((robust.freedom + m) / (robust.freedom + square));
    for (let i = 0; i < m; i++) change = Math.max(change, Math.abs(next[i] - weights[i]) / weights[i]);
    weights.set(next);
    if (!(change > 1e-10)) break;
  }
  return weights;
}

/** L⁻¹ A L⁻ᵀ. */
function whiten(a: Float64Array, lower: Float64Array, n: number): Float64Array {
  const half = new Float64Array(n * n);
  const column = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) column[i] = a[i * n + j];
    const solved = solveLower(lower, n, column);
    for (let i = 0; i < n; i++) half[j * n + i] = solved[i];
  }
  const whole = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) column[i] = half[i * n + j];
    whole.set(solveLower(lower, n, column), j * n);
  }
  return whole;
}
