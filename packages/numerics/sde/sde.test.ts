import { describe, expect, test } from 'vitest';
import { randomStream } from '../random/philox.ts';
import { eulerMaruyama } from './euler-maruyama.ts';
import { milstein } from './milstein.ts';
import { type SdeMethod, type SdeSystem, wiener } from './sde-system.ts';
import { solveSde } from './solve-sde.ts';

/** Geometric Brownian motion, two independent components: y_i(1) = y_i(0) exp(µ_i − σ_i²/2 + σ_i W_i). */
const MU = [0.5, -0.3];
const SIGMA = [0.8, 0.6];
const geometric: SdeSystem = {
  dimension: 2,
  noises: 2,
  noise: 'diagonal',
  drift(_t, y, out) {
    for (let i = 0; i < 2; i++) out[i] = MU[i] * y[i];
  },
  diffusion(_t, y, out) {
    for (let i = 0; i < 2; i++) out[i] = SIGMA[i] * y[i];
  },
};

/** One component under two noises, which commute: y(1) = exp(µ − (σ₁² + σ₂²)/2 + σ₁ W₁ + σ₂ W₂). */
const twoNoises: SdeSystem = {
  dimension: 1,
  noises: 2,
  noise: 'commutative',
  drift(_t, y, out) {
    out[0] = MU[0] * y[0];
  },
  diffusion(_t, y, out) {
    out[0] = SIGMA[0] * y[0];
    out[1] = SIGMA[1] * y[0];
  },
};

const CASES: [string, SdeSystem, (w: Float64Array) => number[]][] = [
  ['diagonal', geometric, (w) => [0, 1].map((i) => Math.exp(MU[i] - SIGMA[i] ** 2 / 2 + SIGMA[i] * w[i]))],
  [
    'commutative',
    twoNoises,
    (w) => [Math.exp(MU[0] - (SIGMA[0] ** 2 + SIGMA[1] ** 2) / 2 + SIGMA[0] * w[0] + SIGMA[1] * w[1])],
  ],
];

/** Mean absolute error at t = 1 with 2^level steps, over paths whose increments are sums of the same fine ones. */
function strongErrors(method: SdeMethod, system: SdeSystem, exact: (w: Float64Array) => number[], levels: number[]) {
  const finest = 2 ** Math.max(...levels);
  const paths = 400;
  const errors = levels.map(() => 0);
  for (let path = 0; path < paths; path++) {
    const random = randomStream(8, path);
    const fine = Float64Array.from({ length: finest * 2 }, () => random.normal() / Math.sqrt(finest));
    const end = new Float64Array(2);
    for (let s = 0; s < finest; s++) for (let k = 0; k < 2; k++) end[k] += fine[2 * s + k];
    for (const [l, level] of levels.entries()) {
      const merged = finest / 2 ** level;
      let at = 0;
      const { states } = solveSde(
        {
          system,
          times: Float64Array.of(0, 1),
          initial: new Float64Array(system.dimension).fill(1),
          step: 2 ** -level,
        },
        method,
        (_t, _h, out) => {
          out.fill(0);
          for (let s = 0; s < merged; s++, at++) for (let k = 0; k < 2; k++) out[k] += fine[2 * at + k];
        },
      );
      const reached = states.subarray(system.dimension);
      for (const [i, value] of exact(end).entries()) errors[l] += Math.abs(reached[i] - value) / paths;
    }
  }
  return errors;
}

describe.each(CASES)('%s noise', (_name, system, exact) => {
  test.each([eulerMaruyama, milstein])(
    '$name has the strong order it claims on geometric Brownian motion',
    (method) => {
      const levels = [4, 5, 6, 7, 8, 9];
      const errors = strongErrors(method, system, exact, levels);
      const slope = Math.log2(errors[0] / errors[5]) / 5;
      expect(Math.abs(slope - method.strongOrder)).toBeLessThan(0.1);
    },
  );
});

test('Euler–Maruyama and Milstein agree where the noise does not depend on the state', () => {
  const ornsteinUhlenbeck: SdeSystem = {
    dimension: 1,
    noises: 1,
    noise: 'diagonal',
    drift(_t, y, out) {
      out[0] = 2 * (1 - y[0]);
    },
    diffusion(_t, _y, out) {
      out[0] = 0.5;
    },
  };
  const run = (method: SdeMethod) =>
    solveSde(
      { system: ornsteinUhlenbeck, times: Float64Array.of(0, 1, 2), initial: Float64Array.of(3), step: 0.01 },
      method,
      wiener(randomStream(2)),
    ).states;
  expect(run(milstein)).toEqual(run(eulerMaruyama));
});

test('Ornstein–Uhlenbeck: mean 1 + 2 e^(−2t) and variance (1 − e^(−4t))/16 at all times, within four standard errors', () => {
  const paths = 4000;
  const step = 1 / 256;
  const ornsteinUhlenbeck: SdeSystem = {
    dimension: 1,
    noises: 1,
    noise: 'diagonal',
    drift(_t, y, out) {
      out[0] = 2 * (1 - y[0]);
    },
    diffusion(_t, _y, out) {
      out[0] = 0.5;
    },
  };
  const times = Float64Array.of(0, 0.25, 1);
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  for (let path = 0; path < paths; path++) {
    const problem = { system: ornsteinUhlenbeck, times, initial: Float64Array.of(3), step };
    const { states } = solveSde(problem, eulerMaruyama, wiener(randomStream(9, path)));
    for (let i = 0; i < 3; i++) {
      const z = states[i] - (1 + 2 * Math.exp(-2 * times[i]));
      sums[i] += z / paths;
      squares[i] += (z * z) / paths;
    }
  }
  for (let i = 1; i < 3; i++) {
    const variance = (1 - Math.exp(-4 * times[i])) / 16;
    // The scheme's own mean error is about step · |mean| · 2.
    expect(Math.abs(sums[i])).toBeLessThan(4 * Math.sqrt(variance / paths) + 4 * step * Math.exp(-2 * times[i]));
    expect(Math.abs(squares[i] / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / paths) + 4 * step);
  }
});

test('Milstein refuses general noise', () => {
  expect(() => milstein.stepper({ ...twoNoises, noise: 'general' })).toThrow(RangeError);
});

test('a path that leaves the finite numbers says so and keeps what came before', () => {
  const system: SdeSystem = {
    dimension: 1,
    noises: 1,
    noise: 'diagonal',
    drift(_t, y, out) {
      out[0] = y[0] ** 3;
    },
    diffusion(_t, _y, out) {
      out[0] = 0;
    },
  };
  const times = Float64Array.of(0, 0.4, 10);
  const path = solveSde({ system, times, initial: Float64Array.of(1), step: 0.1 }, milstein, wiener(randomStream(1)));
  expect(path.status).toBe('not-finite');
  expect(path.states[1]).toBeGreaterThan(1);
  expect(path.states[2]).toBeNaN();
});
