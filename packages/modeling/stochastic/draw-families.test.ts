import { randomStream } from '@gemel/numerics/random/philox';
import { expect, test } from 'vitest';
import type { DrawFamily } from '../model/model.ts';
import { drawOf, FAMILIES, takesArguments } from './draw-families.ts';

const phi = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** Median, mean and variance by the family's closed forms; NaN where there is none. */
const CASES: [DrawFamily, number[], mean: number, variance: number][] = [
  ['normal', [1, 2], 1, 4],
  ['normal', [0, 1, 0, 99], 2 * phi(0), 1 - (2 * phi(0)) ** 2],
  ['uniform', [2, 5], 3.5, 0.75],
  ['bernoulli', [0.3], 0.3, 0.21],
  ['binomial', [10, 0.3], 3, 2.1],
  ['binomial', [1000, 0.02], 20, 19.6],
  ['binomial', [57, 0.9], 51.3, 5.13],
  ['chisquare', [3], 3, 6],
  ['chisquare', [0.5], 0.5, 1],
  ['exponential', [4], 0.25, 1 / 16],
  ['exponential', [1, 2, Number.POSITIVE_INFINITY], 3, 1],
  ['gamma', [2, 1.5], 3, 4.5],
  ['gamma', [0.4, 2], 0.8, 1.6],
  ['laplace', [2], 0, 8],
  ['laplace', [1, 0.5], 1, 0.5],
  ['lognormal', [0, 0.5], Math.exp(0.125), (Math.exp(0.25) - 1) * Math.exp(0.25)],
  ['poisson', [7.5], 7.5, 7.5],
  ['rayleigh', [2], 2 * Math.sqrt(Math.PI / 2), 4 * (2 - Math.PI / 2)],
];

test.each(CASES)('%s(%j) has its mean and variance, within five standard errors', (family, given, mean, variance) => {
  const n = 20_000;
  const random = randomStream(7, family, given.length);
  const values = Float64Array.from({ length: n }, () => drawOf(family, given, random, 'd'));
  const seen = values.reduce((a, b) => a + b) / n;
  const second = values.reduce((a, b) => a + (b - seen) ** 2, 0) / n;
  const fourth = values.reduce((a, b) => a + (b - seen) ** 4, 0) / n;
  expect(Math.abs(seen - mean)).toBeLessThan(5 * Math.sqrt(variance / n));
  expect(Math.abs(second - variance)).toBeLessThan(5 * Math.sqrt((fourth - second * second) / n));
});

test('cauchy: quartiles at location ± scale', () => {
  const random = randomStream(7, 'cauchy');
  const values = Float64Array.from({ length: 20_000 }, () => drawOf('cauchy', [1, 2], random, 'd')).sort();
  // The standard error of a quartile is √(p (1 − p)/n) over the density there, 1/(4 π).
  const error = 5 * Math.sqrt(0.1875 / 20_000) * 4 * Math.PI;
  expect(Math.abs(values[5000] + 1)).toBeLessThan(error);
  expect(Math.abs(values[15_000] - 3)).toBeLessThan(error);
  expect(Math.abs(values[10_000] - 1)).toBeLessThan(error);
});

test('bounds hold, both possible', () => {
  const random = randomStream(1);
  const values = Array.from({ length: 2000 }, () => drawOf('binomial', [6, 0.5, 2, 4], random, 'd'));
  expect(new Set(values)).toEqual(new Set([2, 3, 4]));
});

test.each<[DrawFamily, number[]]>([
  ['normal', [0, -1]],
  ['normal', [Number.NaN, 1]],
  ['uniform', [3, 2]],
  ['bernoulli', [1.5]],
  ['binomial', [2.5, 0.5]],
  ['gamma', [0, 1]],
  ['exponential', [0]],
  ['poisson', [-1]],
  ['normal', [0, 1, 5, 4]],
  ['normal', [0, 1, 40, 41]],
])('%s(%j) is refused', (family, given) => {
  expect(() => drawOf(family, given, randomStream(1), 'd')).toThrow(
    expect.objectContaining({ code: 'stochastic-draw' }),
  );
});

test('a family takes its own arguments, or those and two bounds', () => {
  for (const family of Object.keys(FAMILIES) as DrawFamily[]) {
    expect(takesArguments(family, 0)).toBe(false);
    expect(takesArguments(family, 5)).toBe(false);
  }
  expect([1, 2, 3, 4].map((n) => takesArguments('cauchy', n))).toEqual([true, true, false, true]);
  expect([1, 2, 3, 4].map((n) => takesArguments('uniform', n))).toEqual([false, true, false, false]);
});
