import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../random/philox.ts';
import type { Kernel } from './arithmetic.ts';
import { elementary } from './elementary.ts';
import { exact, exactPower, fixed, lastPlaces } from './exact.fixture.ts';
import { exp } from './exp.ts';
import { kernels, LAST_PLACES, OF_TWO } from './kernels.ts';
import { numberArithmetic } from './number-arithmetic.fixture.ts';

type Name = keyof typeof elementary;

/** Where each function is tested: whole domain of ordinary results, and narrower parts where it is hardest. */
const RANGES: Readonly<Record<keyof typeof exact, readonly (readonly [number, number])[]>> = {
  exp: [
    [-708, 709.7],
    [-1, 1],
  ],
  expm1: [
    [-30, 100],
    [-1.2, 1.2],
    [-1e-8, 1e-8],
  ],
  ln: [
    [1e-300, 1e300],
    [0.6, 1.6],
    [0.999, 1.001],
  ],
  log1p: [
    [-0.99, 10],
    [-1e-4, 1e-4],
  ],
  log10: [
    [1e-3, 1e6],
    [0.9, 1.1],
  ],
  sin: [
    [-10, 10],
    [-5e8, 5e8],
    [3.13, 3.15],
  ],
  cos: [
    [-10, 10],
    [-5e8, 5e8],
    [1.5707, 1.5709],
  ],
  tan: [
    [-10, 10],
    [-5e8, 5e8],
    [1.57, 1.571],
  ],
  asin: [
    [-1, 1],
    [-0.51, -0.49],
  ],
  acos: [
    [-1, 1],
    [0.49, 0.51],
  ],
  atan: [
    [-5, 5],
    [-1e6, 1e6],
  ],
  sinh: [
    [-710, 710],
    [-2, 2],
    [-24, -20],
  ],
  cosh: [
    [-710, 710],
    [-2, 2],
  ],
  tanh: [
    [-25, 25],
    [-1, 1],
  ],
  asinh: [
    [-1e10, 1e10],
    [-2, 2],
  ],
  acosh: [
    [1, 1e10],
    [1, 1.01],
    [1, 5],
  ],
  atanh: [
    [-1, 1],
    [-0.01, 0.01],
  ],
};

/** n numbers of (0, 1), the same in every run. */
function uniform(n: number): readonly number[] {
  const stream = randomStream(7, 'elementary');
  return Array.from({ length: n }, () => stream.uniform());
}

describe('the error is below what is stated', () => {
  const draws = uniform(120);
  test.each(Object.keys(RANGES))('%s', (name) => {
    const f = elementary[name as Name] as (x: number) => number;
    let worst = 0;
    for (const [low, high] of RANGES[name]) {
      for (const u of draws) {
        const x = low + (high - low) * u;
        worst = Math.max(worst, lastPlaces(f(x), exact[name](fixed(x))));
      }
    }
    expect(worst).toBeLessThan(LAST_PLACES[name as Name].double);
    // Stated errors are no looser than four times what is seen.
    expect(worst * 4).toBeGreaterThan(LAST_PLACES[name as Name].double);
  });

  test('pow', () => {
    let worst = 0;
    const others = uniform(480).slice(240);
    for (const [i, u] of uniform(240).entries()) {
      const x = i % 2 === 0 ? 10 ** (8 * u - 4) : 0.5 + u;
      const y = (i % 2 === 0 ? 60 : 900) * (others[i] - 0.5);
      worst = Math.max(worst, lastPlaces(elementary.pow(x, y), exactPower(x, y)));
    }
    expect(worst).toBeLessThan(LAST_PLACES.pow.double);
  });

  test.each(Object.keys(RANGES))('%s in single precision', (name) => {
    const m = numberArithmetic('single');
    const kernel = kernels[name as Name] as Kernel;
    let worst = 0;
    for (const [low, high] of RANGES[name]) {
      for (const u of uniform(2000)) {
        const x = Math.fround(Math.max(-4000, Math.min(4000, low)) + (Math.min(4000, high) - Math.max(-4000, low)) * u);
        const reference = elementary[name as Name](x, 0);
        if (!(Math.abs(reference) < 3e38 && Math.abs(reference) > 1e-36) || (name === 'atanh' && Math.abs(x) >= 1))
          continue;
        const place = 2 ** (Math.floor(Math.log2(Math.abs(reference))) - 23);
        worst = Math.max(worst, Math.abs(kernel(m, x) - reference) / place);
      }
    }
    expect(worst).toBeLessThan(LAST_PLACES[name as Name].single);
  });
});

const edges = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, 170, 171, 709, 710, 711, -709, -1e5, 1e300, -1e300, 1e-310, 5e-324];
const all = [...edges, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];

test('limits, zeros and signs are those of the engine', () => {
  const native = Object.assign(Object.create(Math), { ln: Math.log }) as Record<string, (x: number) => number>;
  for (const name of Object.keys(exact)) {
    for (const x of [0, -0, 1, -1, 2, -2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e-310]) {
      const given = (elementary[name as Name] as (x: number) => number)(x);
      const expected = native[name](x);
      const infiniteAngle = !Number.isFinite(x) && ['sin', 'cos', 'tan'].includes(name);
      if (Number.isFinite(expected) && expected !== 0) expect(given, `${name}(${x})`).toBeCloseTo(expected, 13);
      else expect(given, `${name}(${x})`).toBe(infiniteAngle ? Number.NaN : expected);
    }
  }
});

test('powers: zeros, infinities, signs and whole numbers as IEEE 754 asks', () => {
  for (const x of all) {
    for (const y of all) {
      const expected = x ** y;
      const given = elementary.pow(x, y);
      const unity = x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY);
      if (unity) expect(given).toBe(1);
      else if (Number.isFinite(expected) && expected !== 0) expect(given / expected).toBeCloseTo(1, 14);
      else expect(given, `${x}^${y}`).toBe(expected);
    }
  }
  for (let base = 2; base < 30; base++) {
    for (let n = 0; base ** n <= Number.MAX_SAFE_INTEGER; n++) {
      expect(elementary.pow(base, n)).toBe(Number(BigInt(base) ** BigInt(n)));
    }
  }
  expect(elementary.pow(2, -1074)).toBe(5e-324);
  expect(elementary.pow(4, 0.5)).toBe(2);
});

test('powers of ten have whole logarithms', () => {
  for (let n = -300; n <= 300; n++) expect(elementary.log10(Number(`1e${n}`))).toBe(n);
});

test('remainders are exact, or not given', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (x, y) => {
      const given = elementary.rem(x, y);
      if (Math.abs(x / y) < 2 ** 53) expect(given).toBe(x % y);
      else expect(given === x % y || Number.isNaN(given)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test('factorials are rounded once', () => {
  let product = 1n;
  for (let n = 1; n <= 170; n++) {
    product *= BigInt(n);
    expect(elementary.factorial(n)).toBe(Number(product));
  }
  expect([0, 171, -1, 2.5, Number.NaN].map((n) => elementary.factorial(n))).toEqual([
    1,
    Number.POSITIVE_INFINITY,
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
});

test('exp is exp.ts’s within its range', () => {
  fc.assert(
    fc.property(fc.double({ min: -708, max: 709, noNaN: true }), (x) => {
      expect(elementary.exp(x)).toBe(exp(x));
    }),
    { numRuns: 5000 },
  );
});

test('beyond the largest angle sin, cos and tan are not numbers', () => {
  for (const name of ['sin', 'cos', 'tan'] as const) {
    expect(elementary[name](2 ** 29)).not.toBeNaN();
    expect(elementary[name](2 ** 29 + 1)).toBeNaN();
  }
});

test('the written functions are the kernels, bit for bit', () => {
  const m = numberArithmetic('double');
  const any = fc.oneof(fc.double(), fc.double({ min: -10, max: 10 }), fc.constantFrom(...all));
  for (const [name, kernel] of Object.entries(kernels) as [Name, Kernel][]) {
    fc.assert(
      fc.property(any, any, (x, y) => {
        const operands = OF_TWO.includes(name) ? [x, y] : [x];
        expect((elementary[name] as (...x: number[]) => number)(...operands)).toBe(kernel(m, ...operands));
      }),
      { numRuns: 400 },
    );
  }
});
