import { randomStream } from '@gemel/numerics';
import { integrate } from '@gemel/numerics/special/quadrature';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Distribution } from './distribution.ts';
import {
  beta,
  gamma,
  logitNormal,
  logNormal,
  normal,
  studentT,
  triangular,
  truncatedNormal,
  uniform,
} from './parametric.ts';
import { sampled } from './sampled.ts';

const families: Readonly<Record<string, Distribution>> = {
  normal: normal(5, 2),
  logNormal: logNormal(0.3, 0.7),
  logitNormal: logitNormal(-0.5, 1.2, 2, 9),
  truncatedNormal: truncatedNormal(0, 1, 0.5, 2),
  'truncatedNormal, far tail': truncatedNormal(0, 1, 9, 12),
  uniform: uniform(-3, 4),
  triangular: triangular(1, 2, 6),
  beta: beta(2.5, 0.8),
  gamma: gamma(3.7, 0.4),
  'gamma, shape below 1': gamma(0.4, 2),
  studentT: studentT(1, 2, 5),
};

describe.each(Object.entries(families))('%s', (_, d) => {
  const p = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });

  test('cdf undoes quantile', () => {
    fc.assert(fc.property(p, (level) => Math.abs(d.cdf(d.quantile(level)) - level) < 1e-12));
  });

  test('the density integrates to the probability of an event', () => {
    const [low, high] = d.interval(0.8);
    const mass = integrate((x) => Math.exp(d.logDensity(x)), low, high, 60);
    expect(mass).toBeCloseTo(0.8, 6);
    expect(d.probability({ from: low, to: high })).toBeCloseTo(0.8, 12);
  });

  test('mean and sd are the moments of the quantile function', () => {
    const mean = integrate((u) => d.quantile(u), 1e-12, 1 - 1e-12, 600);
    expect(Math.abs(d.mean - mean)).toBeLessThan(2e-4 * d.sd);
    const variance = integrate((u) => (d.quantile(u) - d.mean) ** 2, 1e-12, 1 - 1e-12, 600);
    expect(Math.abs(d.sd - Math.sqrt(variance))).toBeLessThan(5e-3 * d.sd);
  });

  test('below and above make one; a small upper tail keeps its digits', () => {
    const x = d.quantile(0.3);
    expect(d.probability({ below: x }) + d.probability({ above: x })).toBeCloseTo(1, 14);
  });

  test('samples follow the distribution', () => {
    const random = randomStream(7, 'distribution', _);
    const n = 4000;
    const values = Float64Array.from({ length: n }, () => d.sample(random));
    const drawn = sampled(values);
    for (const level of [0.05, 0.25, 0.5, 0.75, 0.95]) {
      const share = drawn.cdf(d.quantile(level));
      expect(Math.abs(share - level)).toBeLessThan(4 * Math.sqrt((level * (1 - level)) / n));
    }
  });
});

describe('reference values', () => {
  test('tails', () => {
    expect(normal(0, 1).probability({ above: 8 })).toBeCloseTo(6.220960574271785e-16, 28);
    expect(studentT(0, 1, 3).probability({ above: 100 }) / 1.1022609615924557e-6).toBeCloseTo(1, 12);
    expect(gamma(2, 1).probability({ above: 40 }) / (41 * Math.exp(-40))).toBeCloseTo(1, 12);
  });

  test('closed forms', () => {
    expect(logNormal(1, 0.5).mean).toBeCloseTo(Math.exp(1.125), 12);
    expect(beta(2, 3).sd).toBeCloseTo(0.2, 14);
    expect(gamma(1, 2).quantile(0.5)).toBeCloseTo(2 * Math.LN2, 13);
    expect(studentT(0, 1, 1).quantile(0.75)).toBeCloseTo(1, 13);
    expect(studentT(0, 1, 2).quantile(0.9)).toBeCloseTo(1.8856180831641267, 12);
    expect(triangular(0, 1, 2).cdf(0.5)).toBe(0.125);
    expect(logitNormal(0, 3).mean).toBeCloseTo(0.5, 14);
  });

  test('a truncated normal: half normal, and a narrow slice as good as uniform', () => {
    const half = truncatedNormal(0, 1, 0, Number.POSITIVE_INFINITY);
    expect(half.mean).toBeCloseTo(Math.sqrt(2 / Math.PI), 12);
    expect(half.sd).toBeCloseTo(Math.sqrt(1 - 2 / Math.PI), 12);
    expect(truncatedNormal(0, 1, 0, 1e-6).sd / (1e-6 / Math.sqrt(12))).toBeCloseTo(1, 10);
    expect(truncatedNormal(0, 1, Number.NEGATIVE_INFINITY, 0).quantile(0.5)).toBeCloseTo(-half.quantile(0.5), 12);
  });

  test('moments that do not exist say so', () => {
    expect(studentT(0, 1, 1).mean).toBeNaN();
    expect(studentT(0, 1, 2).sd).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('sampled', () => {
  test('quantiles are samples, and the smallest that reach the level', () => {
    const d = sampled([3, 1, 2, 4]);
    expect([0, 0.25, 0.26, 0.5, 0.75, 1].map((level) => d.quantile(level))).toEqual([1, 1, 2, 2, 3, 4]);
    expect(d.median).toBe(2);
    expect(d.mean).toBe(2.5);
    expect(d.sd).toBeCloseTo(Math.sqrt(1.25), 14);
  });

  test('weights count as repeats', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 4 })), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (pairs, level) => {
          fc.pre(pairs.some(([, weight]) => weight > 0));
          const weighted = sampled(
            pairs.map(([value]) => value),
            pairs.map(([, weight]) => weight),
          );
          const repeated = sampled(pairs.flatMap(([value, weight]) => new Array<number>(weight).fill(value)));
          expect(weighted.quantile(level)).toBe(repeated.quantile(level));
          expect(weighted.mean).toBeCloseTo(repeated.mean, 12);
          expect(weighted.cdf(1)).toBeCloseTo(repeated.cdf(1), 12);
          expect(weighted.probability({ from: -1, to: 2 })).toBeCloseTo(repeated.probability({ from: -1, to: 2 }), 12);
        },
      ),
    );
  });

  test('events are strict below and above, closed between', () => {
    const d = sampled([1, 2, 2, 3]);
    expect(d.probability({ below: 2 })).toBe(0.25);
    expect(d.probability({ above: 2 })).toBe(0.25);
    expect(d.probability({ from: 2, to: 2 })).toBe(0.5);
  });

  test('many samples of a parametric distribution approach it', () => {
    const truth = gamma(2, 3);
    const random = randomStream(11, 'sampled');
    const d = sampled(Float64Array.from({ length: 20000 }, () => truth.sample(random)));
    expect(Math.abs(d.mean - truth.mean)).toBeLessThan((4 * truth.sd) / Math.sqrt(20000));
    expect(Math.abs(d.cdf(truth.median) - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / 20000));
  });

  test('refuses what is not a distribution, by code', () => {
    const refused = expect.objectContaining({ code: 'core-distribution-parameter' });
    for (const make of [
      () => sampled([]),
      () => sampled([1, Number.NaN]),
      () => sampled([1], [-1]),
      () => sampled([1, 2], [0, 0]),
      () => sampled([1, 2], [1]),
      () => sampled([1]).quantile(1.5),
      () => normal(0, 0),
      () => normal(Number.NaN, 1),
      () => normal(0, 1).quantile(-0.1),
      () => uniform(2, 1),
      () => truncatedNormal(0, 1, 3, 3),
      () => triangular(0, 5, 2),
    ]) {
      expect(make).toThrow(refused);
    }
    expect(() => sampled([1]).logDensity(1)).toThrow(expect.objectContaining({ code: 'core-no-density' }));
  });
});
