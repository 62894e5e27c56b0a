import { describe, expect, test } from 'vitest';
import type { ExplicitMethod } from './method.ts';
import type { OdeProblem } from './problem.ts';
import { rk4 } from './rk4.ts';
import { solve } from './solve.ts';
import type { Solver } from './solver.ts';
import { tsit5 } from './tsit5.ts';

/** Lotka–Volterra with a forcing in t: not linear, not autonomous; its reference is the same method with tiny steps. */
const forced: OdeProblem = {
  rhs(t, y, dy) {
    dy[0] = y[0] * (1 - y[1]) + 0.1 * Math.sin(t);
    dy[1] = y[1] * (y[0] - 1);
  },
  initial: Float64Array.of(1.2, 0.8),
  span: [0, 4],
};
const reference = solve(forced, tsit5, { kind: 'fixed', step: 1 / 1024 });

/** y' = −y with y(0) = 1. */
const decay: OdeProblem = {
  rhs(_t, y, dy) {
    dy[0] = -y[0];
  },
  initial: Float64Array.of(1),
  span: [0, 5],
};

const METHODS: readonly (ExplicitMethod & Solver)[] = [rk4, tsit5];

describe.each(METHODS)('$name', (method) => {
  test('has the order of convergence it claims', () => {
    const error = (step: number) => {
      const { end } = solve(forced, method, { kind: 'fixed', step });
      return Math.hypot(end[0] - reference.end[0], end[1] - reference.end[1]);
    };
    const orders = [1 / 8, 1 / 16, 1 / 32].map((h) => Math.log2(error(h) / error(h / 2)));
    for (const order of orders) expect(order).toBeGreaterThan(method.order - 0.35);
    expect(orders[2]).toBeLessThan(method.order + 0.6);
  });

  test('interpolates inside its steps with order 4', () => {
    const error = (step: number) => {
      const solution = solve(forced, method, { kind: 'fixed', step });
      let worst = 0;
      for (let t = 0.013; t < 4; t += 0.037) worst = Math.max(worst, Math.abs(solution.at(t)[0] - reference.at(t)[0]));
      return worst;
    };
    expect(Math.log2(error(1 / 8) / error(1 / 16))).toBeGreaterThan(3.6);
  });

  test('has consistent coefficients: rows sum to c, weights to 1', () => {
    for (const [i, row] of method.a.entries()) {
      expect(row.reduce((s, v) => s + v, 0)).toBeCloseTo(method.c[i], 13);
    }
    expect(method.b.reduce((s, v) => s + v, 0)).toBeCloseTo(1, 13);
    if (method.error) expect(method.error.reduce((s, v) => s + v, 0)).toBeCloseTo(0, 13);
    for (const [s, row] of (method.interpolant ?? []).entries()) {
      expect(row.reduce((sum, v) => sum + v, 0)).toBeCloseTo(method.b[s], 13);
    }
  });
});

test('adaptive steps keep the error in proportion to the tolerance', () => {
  const errors = [1e-4, 1e-6, 1e-8, 1e-10].map((tolerance) => {
    const solution = solve(decay, tsit5, { kind: 'adaptive', relative: tolerance, absolute: tolerance });
    expect(solution.status).toBe('complete');
    return Math.abs(solution.end[0] - Math.exp(-5)) / tolerance;
  });
  for (const error of errors) expect(error).toBeLessThan(10);
});

test('adaptive steps take few evaluations where the solution is smooth, and reject where it is not', () => {
  const smooth = solve(decay, tsit5, { kind: 'adaptive', relative: 1e-6, absolute: 1e-8 });
  expect(smooth.evaluations).toBeLessThan(250);
  const kink = solve(
    {
      ...decay,
      rhs: (t, y, dy) => {
        dy[0] = t < 2 ? -y[0] : 1e4;
      },
    },
    tsit5,
    { kind: 'adaptive', relative: 1e-8, absolute: 1e-8 },
  );
  expect(kink.rejected).toBeGreaterThan(0);
});

test.each(METHODS)('$name ends a step at every jump and keeps its accuracy across it', (method) => {
  const pulse: OdeProblem = {
    rhs(t, y, dy) {
      dy[0] = (t >= 1 && t < 1.7 ? 10 : 0) - y[0];
    },
    initial: Float64Array.of(0),
    span: [0, 3],
    jumps: [1, 1.7],
  };
  const solution = solve(pulse, method, { kind: 'fixed', step: 0.01 });
  expect(solution.times).toContain(1);
  expect(solution.times).toContain(1.7);
  const exact = 10 * (1 - Math.exp(-0.7)) * Math.exp(-1.3);
  expect(Math.abs(solution.end[0] - exact)).toBeLessThan(1e-9);
});

test('a solution that blows up says so and keeps what was reached', () => {
  const blowUp: OdeProblem = {
    rhs(_t, y, dy) {
      dy[0] = y[0] * y[0];
    },
    initial: Float64Array.of(1),
    span: [0, 2],
  };
  const fixed = solve(blowUp, rk4, { kind: 'fixed', step: 0.01 });
  expect(fixed.status).toBe('not-finite');
  expect(fixed.end.every(Number.isFinite)).toBe(true);
  const adaptive = solve(blowUp, tsit5, { kind: 'adaptive', relative: 1e-8, absolute: 1e-8, mostSteps: 5000 });
  expect(['too-many-steps', 'step-too-small']).toContain(adaptive.status);
  expect(adaptive.times.at(-1)).toBeCloseTo(1, 3);
});

test('outside what was covered the state is NaN; a method without an error estimate refuses adaptive steps', () => {
  const solution = solve(decay, tsit5, { kind: 'adaptive', relative: 1e-6, absolute: 1e-6 });
  expect(solution.at(5.1)[0]).toBeNaN();
  expect(solution.at(-0.1)[0]).toBeNaN();
  expect(solution.at(0)[0]).toBe(1);
  expect(() => solve(decay, rk4, { kind: 'adaptive', relative: 1e-6, absolute: 1e-6 })).toThrow(RangeError);
});
