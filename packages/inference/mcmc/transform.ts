import { inferenceErrors } from '../errors.data.ts';

/** A smooth one-to-one map from ℝᵏ onto the values that a parameter may take. */
export interface Transform {
  readonly name: string;
  /** Free coordinates. */
  readonly unconstrained: number;
  /** Numbers of the constrained value. */
  readonly constrained: number;
  /** Writes the constrained value into `x`; returns the log of the Jacobian determinant's absolute value. */
  forward(u: Float64Array, x: Float64Array): number;
  /** Writes the derivative by u of f(x(u)) + log Jacobian into `gradient`, given ∂f/∂x. */
  pullback(u: Float64Array, x: Float64Array, byX: Float64Array, gradient: Float64Array): void;
  /** The free coordinates of a constrained value in the interior. @throws inference-shape outside it */
  inverse(x: Float64Array): Float64Array;
}

/** ℝⁿ itself. */
export function real(n = 1): Transform {
  return {
    name: 'real',
    unconstrained: n,
    constrained: n,
    forward(u, x) {
      x.set(u);
      return 0;
    },
    pullback: (_u, _x, byX, gradient) => gradient.set(byX),
    inverse: (x) => Float64Array.from(x),
  };
}

/** n positive numbers: x = exp u. */
export function positive(n = 1): Transform {
  return {
    name: 'positive',
    unconstrained: n,
    constrained: n,
    forward(u, x) {
      let log = 0;
      for (let i = 0; i < n; i++) {
        x[i] = Math.exp(u[i]);
        log += u[i];
      }
      return log;
    },
    pullback(_u, x, byX, gradient) {
      for (let i = 0; i < n; i++) gradient[i] = byX[i] * x[i] + 1;
    },
    inverse: (x) => {
      inside('positive', x, (v) => v > 0);
      return x.map(Math.log);
    },
  };
}

/** n numbers between two finite bounds: x = low + (high − low) logistic u. */
export function interval(low: number, high: number, n = 1): Transform {
  if (!(low < high && Number.isFinite(high - low))) {
    throw inferenceErrors.error('inference-shape', `An interval needs finite bounds low < high, not ${low}, ${high}.`);
  }
  const name = `interval (${low}, ${high})`;
  return {
    name,
    unconstrained: n,
    constrained: n,
    forward(u, x) {
      let log = n * Math.log(high - low);
      for (let i = 0; i < n; i++) {
        x[i] = low + (high - low) * logistic(u[i]);
        log += logLogistic(u[i]) + logLogistic(-u[i]);
      }
      return log;
    },
    pullback(u, _x, byX, gradient) {
      for (let i = 0; i < n; i++) {
        const p = logistic(u[i]);
        gradient[i] = byX[i] * (high - low) * p * (1 - p) + 1 - 2 * p;
      }
    },
    inverse: (x) => {
      inside(name, x, (v) => v > low && v < high);
      return x.map((v) => Math.log((v - low) / (high - v)));
    },
  };
}

/** k positive numbers that add up to 1, by breaking a stick (Stan reference manual, section "Unit simplex"). */
export function simplex(k: number): Transform {
  const m = k - 1;
  return {
    name: 'simplex',
    unconstrained: m,
    constrained: k,
    forward(u, x) {
      let stick = 1;
      let log = 0;
      for (let i = 0; i < m; i++) {
        const centred = u[i] - Math.log(m - i);
        const z = logistic(centred);
        x[i] = stick * z;
        log += logLogistic(centred) + logLogistic(-centred) + Math.log(stick);
        stick *= logistic(-centred);
      }
      x[m] = stick;
      return log;
    },
    pullback(u, _x, byX, gradient) {
      const sticks = new Float64Array(k).fill(1);
      for (let i = 0; i < m; i++) sticks[i + 1] = sticks[i] * logistic(Math.log(m - i) - u[i]);
      let byStick = byX[m];
      for (let i = m - 1; i >= 0; i--) {
        const z = logistic(u[i] - Math.log(m - i));
        gradient[i] = z * (1 - z) * sticks[i] * (byX[i] - byStick) + 1 - 2 * z;
        byStick = (1 - z) * byStick + z * byX[i] + 1 / sticks[i];
      }
    },
    inverse: (x) => {
      const sum = x.reduce((s, v) => s + v, 0);
      inside('simplex', x, (v) => v > 0 && Math.abs(sum - 1) < 1e-8);
      const u = new Float64Array(m);
      let stick = 1;
      for (let i = 0; i < m; i++) {
        u[i] = Math.log(x[i] / (stick - x[i])) + Math.log(m - i);
        stick -= x[i];
      }
      return u;
    },
  };
}

/**
 * Lower Cholesky factor (k × k, row-major) of a correlation matrix, by canonical partial correlations tanh u (Lewandowski,
 * Kurowicka, Joe, J. Multivariate Anal. 100 (2009) 1989). The Jacobian is by the entries below the diagonal.
 */
export function choleskyCorrelation(k: number): Transform {
  return {
    name: 'Cholesky correlation',
    unconstrained: (k * (k - 1)) / 2,
    constrained: k * k,
    forward(u, x) {
      x.fill(0);
      let log = 0;
      for (let i = 0, at = 0; i < k; i++) {
        let rest = 1;
        for (let j = 0; j < i; j++, at++) {
          const z = Math.tanh(u[at]);
          x[i * k + j] = z * Math.sqrt(rest);
          log += logOneMinusTanhSquare(u[at]) + 0.5 * Math.log(rest);
          rest *= 1 - z * z;
        }
        x[i * k + i] = Math.sqrt(rest);
      }
      return log;
    },
    pullback(u, _x, byX, gradient) {
      for (let i = 0, row = 0; i < k; row += i, i++) {
        const rests = new Float64Array(i + 1).fill(1);
        for (let j = 0; j < i; j++) rests[j + 1] = rests[j] * (1 - Math.tanh(u[row + j]) ** 2);
        let byRest = (0.5 * byX[i * k + i]) / Math.sqrt(rests[i]);
        for (let j = i - 1; j >= 0; j--) {
          const z = Math.tanh(u[row + j]);
          const g = byX[i * k + j];
          gradient[row + j] = (g * Math.sqrt(rests[j]) - 2 * z * rests[j] * byRest) * (1 - z * z) - 2 * z;
          byRest = (1 - z * z) * byRest + (0.5 * g * z) / Math.sqrt(rests[j]) + 0.5 / rests[j];
        }
      }
    },
    inverse: (x) => {
      const u: number[] = [];
      for (let i = 0; i < k; i++) {
        let rest = 1;
        for (let j = 0; j < i; j++) {
          const z = x[i * k + j] / Math.sqrt(rest);
          inside('Cholesky correlation', Float64Array.of(z), (v) => Math.abs(v) < 1);
          u.push(Math.atanh(z));
          rest -= x[i * k + j] ** 2;
        }
        inside('Cholesky correlation', x.subarray(i * k + i, i * k + i + 1), (v) => Math.abs(v * v - rest) < 1e-8);
      }
      return Float64Array.from(u);
    },
  };
}

function inside(name: string, x: Float64Array, allowed: (value: number) => boolean): void {
  const bad = x.findIndex((v) => !allowed(v));
  if (bad >= 0) throw inferenceErrors.error('inference-shape', `${x[bad]} does not lie inside: ${name}.`, name);
}

function logistic(u: number): number {
  return u >= 0 ? 1 / (1 + Math.exp(-u)) : Math.exp(u) / (1 + Math.exp(u));
}

function logLogistic(u: number): number {
  return u >= 0 ? -Math.log1p(Math.exp(-u)) : u - Math.log1p(Math.exp(u));
}

/** log(1 − tanh² u) without the loss of digits for large |u|. */
function logOneMinusTanhSquare(u: number): number {
  const a = Math.abs(u);
  return 2 * (Math.LN2 - a - Math.log1p(Math.exp(-2 * a)));
}
