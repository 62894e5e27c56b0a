import { randomStream } from '@gemel/numerics';
import { cholesky, choleskyInverse, choleskySolve } from '@gemel/numerics/linalg/cholesky';
import { gram, multiply, multiplyTransposed, multiplyVector, transpose } from '@gemel/numerics/linalg/matrix';
import { describe, expect, it } from 'vitest';
import type { LeastSquares, LogDensity } from '../log-density.ts';
import { laplaceFromJacobian, laplaceFromLogDensity } from './laplace.ts';
import * as levenbergMarquardt from './levenberg-marquardt.ts';

/** y = A x + e with e ~ N(0, 1) and the prior x ~ N(0, 1): residuals (A x − y, x). */
function linearGaussian(n: number, m: number) {
  const random = randomStream(7, 'linear');
  const a = Float64Array.from({ length: m * n }, () => random.normal());
  const y = Float64Array.from({ length: m }, () => 3 * random.normal());
  const problem: LeastSquares = {
    dimension: n,
    residuals: m + n,
    evaluate: (points, count) => {
      const r = new Float64Array(count * (m + n));
      for (let c = 0; c < count; c++) {
        const x = points.subarray(c * n, c * n + n);
        const ax = multiplyVector(a, x, m, n);
        for (let i = 0; i < m; i++) r[c * (m + n) + i] = ax[i] - y[i];
        r.set(x, c * (m + n) + m);
      }
      return r;
    },
  };
  const precision = gram(a, m, n);
  for (let i = 0; i < n; i++) precision[i * n + i] += 1;
  const factor = cholesky(precision, n);
  if (factor.status !== 'ok') throw new Error('expected a factor');
  return {
    problem,
    mean: choleskySolve(factor.lower, n, multiplyTransposed(a, y, m, n)),
    covariance: choleskyInverse(factor.lower, n),
  };
}

function worst(a: Float64Array, b: Float64Array): number {
  return a.reduce((w, v, i) => Math.max(w, Math.abs(v - b[i])), 0);
}

describe('maximum a posteriori and Laplace', () => {
  it('the linear-Gaussian posterior is exact to 1e-8', () => {
    const { problem, mean, covariance } = linearGaussian(6, 40);
    let state = levenbergMarquardt.init(problem, new Float64Array(6));
    let jacobian = new Float64Array(0);
    for (let i = 0; i < 3; i++) {
      const next = levenbergMarquardt.step(problem, state, 1e-3);
      state = next.state;
      jacobian = next.info.jacobian as Float64Array<ArrayBuffer>;
    }
    expect(worst(state.point, mean)).toBeLessThan(1e-8);
    const laplace = laplaceFromJacobian(state.point, jacobian, problem.residuals);
    if (laplace.status !== 'ok') throw new Error('expected a mode');
    const { lower } = laplace.gaussian;
    expect(worst(multiply(lower, transpose(lower, 6, 6), 6, 6, 6), covariance)).toBeLessThan(1e-8);
  });

  it('the Hessian by differences gives the same Gaussian', () => {
    const { problem, mean, covariance } = linearGaussian(4, 20);
    const target: LogDensity = {
      dimension: 4,
      evaluate: (points, count) => {
        const r = problem.evaluate(points, count);
        return Float64Array.from({ length: count }, (_, c) => {
          let s = 0;
          for (let i = 0; i < problem.residuals; i++) s += r[c * problem.residuals + i] ** 2;
          return -0.5 * s;
        });
      },
    };
    const laplace = laplaceFromLogDensity(target, mean, 1e-2);
    if (laplace.status !== 'ok') throw new Error('expected a mode');
    const { lower } = laplace.gaussian;
    expect(worst(multiply(lower, transpose(lower, 4, 4), 4, 4, 4), covariance)).toBeLessThan(1e-8);
  });

  it('a saddle is not taken for a mode', () => {
    const saddle: LogDensity = {
      dimension: 2,
      evaluate: (p, count) => Float64Array.from({ length: count }, (_, c) => p[2 * c] ** 2 - p[2 * c + 1] ** 2),
    };
    expect(laplaceFromLogDensity(saddle, new Float64Array(2)).status).toBe('not-a-mode');
  });

  it('Levenberg–Marquardt finds the minimum of the Rosenbrock valley', () => {
    const problem: LeastSquares = {
      dimension: 2,
      residuals: 2,
      evaluate: (p, count) => {
        const r = new Float64Array(2 * count);
        for (let c = 0; c < count; c++) {
          r[2 * c] = 10 * (p[2 * c + 1] - p[2 * c] ** 2);
          r[2 * c + 1] = 1 - p[2 * c];
        }
        return r;
      },
    };
    let state = levenbergMarquardt.init(problem, Float64Array.of(-1.2, 1));
    for (let i = 0; i < 60 && state.cost > 1e-20; i++) state = levenbergMarquardt.step(problem, state, 1e-7).state;
    expect(worst(state.point, Float64Array.of(1, 1))).toBeLessThan(1e-6);
  });

  it('a step into a place without a value is refused, not taken', () => {
    const problem: LeastSquares = {
      dimension: 1,
      residuals: 1,
      evaluate: (p, count) => Float64Array.from({ length: count }, (_, c) => (p[c] < 0 ? Number.NaN : p[c] + 1)),
    };
    const { state, info } = levenbergMarquardt.step(
      problem,
      levenbergMarquardt.init(problem, Float64Array.of(0.0001), 0),
    );
    expect(info.accepted).toBe(false);
    expect(state.point[0]).toBe(0.0001);
  });
});
