import { randomStream } from '@gemel/numerics';
import { describe, expect, test } from 'vitest';
import { rankUniformity } from './rank-uniformity.ts';
import { shapiroWilk, signedRankProbability, standardNormalTests } from './standard-normal.ts';

describe('tests of the standard normal', () => {
  test('Shapiro and Wilk 1965, weights of eleven men: W 0.79, probability 0.0067', () => {
    const weights = Float64Array.of(148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236);
    const { statistic, probability } = shapiroWilk(weights);
    expect(statistic).toBeCloseTo(0.7888, 4);
    expect(probability).toBeCloseTo(0.0067, 4);
  });

  test('three values: the probability is exact, 1 where they are evenly spaced', () => {
    expect(shapiroWilk(Float64Array.of(1, 2, 3)).probability).toBeCloseTo(1, 6);
    // W = 3/4 is the least there is.
    expect(shapiroWilk(Float64Array.of(1, 1, 4)).statistic).toBeCloseTo(0.75, 12);
    expect(shapiroWilk(Float64Array.of(1, 1, 4)).probability).toBeCloseTo(0, 6);
  });

  test.each([4, 5, 6, 11, 12, 50, 400])('Shapiro and Wilk of %i normal values: uniform probabilities', (n) => {
    const random = randomStream(1965, n);
    const found = Float64Array.from(
      { length: 400 },
      () => shapiroWilk(Float64Array.from({ length: n }, () => 3 + 2 * random.normal())).probability,
    );
    // χ² with 9 degrees of freedom beyond 27.9: one in a thousand.
    expect(rankUniformity(found).chiSquare).toBeLessThan(27.9);
  });

  test('Hollander and Wolfe, table 3.1: the exact signed-rank probability of V = 40 of nine is 0.0391', () => {
    const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
    const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    expect(signedRankProbability(Float64Array.from(before, (v, i) => v - after[i]))).toBeCloseTo(0.0390625, 12);
  });

  test('the normal approximation of the signed ranks is near the exact one', () => {
    const random = randomStream(3, 'ranks');
    const values = Float64Array.from({ length: 49 }, () => 0.3 + random.normal());
    const tied = Float64Array.of(...values, 0);
    expect(Math.abs(signedRankProbability(values) - signedRankProbability(tied))).toBeLessThan(2e-3);
    expect(signedRankProbability(Float64Array.of(0, 0))).toBeNaN();
  });

  test('mean and variance by closed forms', () => {
    const { location, spread, mean, variance, global } = standardNormalTests(Float64Array.of(-1, 0, 1, 4));
    expect(mean).toBe(1);
    expect(variance).toBeCloseTo(14 / 3, 12);
    // t with 3 degrees of freedom at 1/√(7/6): 1 − 2·(atan(u) + u/(1 + u²))/π, u = t/√3.
    const u = 1 / Math.sqrt(7 / 6) / Math.sqrt(3);
    expect(location.probability).toBeCloseTo(1 - (2 / Math.PI) * (Math.atan(u) + u / (1 + u * u)), 12);
    // χ² with 3 degrees of freedom beyond 14.
    expect(spread.probability).toBeCloseTo(2 * 0.002905153, 7);
    expect(global.probability).toBeCloseTo(3 * spread.probability, 12);
    expect(location.adjusted).toBeCloseTo(Math.min(1, 3 * location.probability), 12);
  });

  test('too few values have no test', () => {
    expect(standardNormalTests(Float64Array.of()).global.probability).toBeNaN();
    const one = standardNormalTests(Float64Array.of(0.3));
    expect(one.mean).toBe(0.3);
    expect(one.global.probability).toBeNaN();
    const two = standardNormalTests(Float64Array.of(0.3, -0.4));
    expect(two.normality.probability).toBeNaN();
    expect(two.global.probability).toBeCloseTo(
      Math.min(1, 2 * Math.min(two.location.probability, two.spread.probability)),
      12,
    );
    expect(standardNormalTests(Float64Array.of(1, 1, 1)).normality.probability).toBeNaN();
  });
});
