import { describe, expect, test } from 'vitest';
import { bdfOfOrder } from './bdf.ts';
import type { OdeProblem } from './problem.ts';
import { rk4 } from './rk4.ts';
import { rodas5p } from './rodas5p.ts';
import { solve } from './solve.ts';
import type { Solver } from './solver.ts';
import { tsit5 } from './tsit5.ts';
import { vern7 } from './vern7.ts';

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

/** Orders of the solution and of the interpolant; BDF by its formulas of one order each. */
const METHODS: readonly { solver: Solver; name: string; order: number; inside: number; steps: number }[] = [
  { solver: rk4, name: 'RK4', order: 4, inside: 4, steps: 8 },
  { solver: tsit5, name: 'Tsit5', order: 5, inside: 4, steps: 8 },
  { solver: vern7, name: 'Vern7', order: 7, inside: 6, steps: 1.5 },
  { solver: rodas5p, name: 'Rodas5P', order: 5, inside: 5, steps: 8 },
  ...[1, 2, 3, 4, 5].map((k) => ({ solver: bdfOfOrder(k), name: `BDF${k}`, order: k, inside: k, steps: 32 })),
];

describe.each(METHODS)('$name', ({ solver, order, inside, steps }) => {
  test('has the order of convergence it claims', () => {
    const error = (step: number) => {
      const { end } = solve(forced, solver, { kind: 'fixed', step });
      return Math.hypot(end[0] - reference.end[0], end[1] - reference.end[1]);
    };
    const orders = [1, 2, 4].map((n) => Math.log2(error(1 / (n * steps)) / error(1 / (2 * n * steps))));
    for (const found of orders) expect(found).toBeGreaterThan(order - 0.35);
    expect(orders[2]).toBeLessThan(order + 1);
  });

  test('interpolates inside its steps with the order it claims', () => {
    const error = (step: number) => {
      const solution = solve(forced, solver, { kind: 'fixed', step });
      let worst = 0;
      for (let t = 0.013; t < 4; t += 0.037) worst = Math.max(worst, Math.abs(solution.at(t)[0] - reference.at(t)[0]));
      return worst;
    };
    expect(Math.log2(error(1 / steps) / error(1 / (2 * steps)))).toBeGreaterThan(inside - 0.4);
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

test.each([rk4, tsit5, vern7, rodas5p])(
  '$name ends a step at every jump and keeps its accuracy across it',
  (method) => {
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
  },
);

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
