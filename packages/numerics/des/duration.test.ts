import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { integrate } from '../special/quadrature.ts';
import {
  type Duration,
  empirical,
  exponential,
  fixed,
  gammaDuration,
  logLogistic,
  logNormalDuration,
  logNormalOf,
  mixture,
  normalAboveZero,
  remaining,
  shifted,
  triangularDuration,
  uniformDuration,
  weibull,
} from './duration.ts';

const smooth: readonly (readonly [Duration, number])[] = [
  [exponential(4), 200],
  [gammaDuration(0.7, 3), 200],
  [gammaDuration(6, 2), 200],
  [weibull(1.4, 6), 100],
  [logNormalDuration(1, 0.5), 300],
  [logNormalOf(13.3, 2), 60],
  [logLogistic(4, 5), 100_000],
  [normalAboveZero(16, 3), 60],
  [normalAboveZero(1, 4), 40],
  [uniformDuration(2, 7), 7],
  [triangularDuration(1, 2, 6), 6],
  [
    mixture([
      { share: 1, of: exponential(1) },
      { share: 3, of: gammaDuration(4, 2) },
    ]),
    200,
  ],
  [shifted(2, weibull(2, 3)), 60],
];

describe('durations', () => {
  it.each(smooth.map(([d, end]) => [d.name, d, end] as const))(
    '%s: survival and its inverse, mean and variance agree',
    (_, d, end) => {
      fc.assert(
        fc.property(fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (s) => {
          expect(d.survival(d.atSurvival(s))).toBeCloseTo(s, 8);
        }),
        { numRuns: 60 },
      );
      // E[T] = ∫ S, E[T²] = 2 ∫ t S; in v = ln(1 + t), which reaches into the tail.
      const area = (f: (t: number) => number) =>
        integrate((v) => f(Math.expm1(v)) * Math.exp(v), 0, Math.log1p(end), 400);
      const mean = area((t) => d.survival(t));
      expect(mean / d.mean).toBeCloseTo(1, 4);
      expect(d.lasted(end) / mean).toBeCloseTo(1, 6);
      expect((2 * area((t) => t * d.survival(t)) - mean * mean) / d.variance).toBeCloseTo(1, 3);
    },
  );

  it('knows what remains, far into the tail', () => {
    const rest = remaining(gammaDuration(3, 2), 80);
    expect(rest.survival(rest.atSurvival(0.3))).toBeCloseTo(0.3, 9);
    const memoryless = remaining(exponential(5), 300);
    expect([memoryless.mean, memoryless.variance]).toEqual([expect.closeTo(5, 9), expect.closeTo(25, 7)]);
    expect(() => remaining(fixed(3), 4)).toThrow(/fixed 3.*as long as 4/);
  });

  it('takes times that were seen as they are', () => {
    const seen = empirical([3, 1, 2, 2]);
    expect([seen.mean, seen.variance, seen.survival(1.5), seen.survival(2), seen.survival(3)]).toEqual([
      2, 0.5, 0.75, 0.25, 0,
    ]);
    expect([0.9, 0.6, 0.2, 1e-9].map((s) => seen.atSurvival(s))).toEqual([1, 2, 3, 3]);
    expect(empirical([1, 5], [3, 1]).mean).toBe(2);
    expect([seen.lasted(1.5), seen.lasted(9), remaining(seen, 1).lasted(9)]).toEqual([
      1.375,
      2,
      expect.closeTo(4 / 3, 12),
    ]);
  });

  it.each([
    [() => exponential(0), /mean/],
    [() => weibull(-1, 2), /shape/],
    [() => uniformDuration(3, 2), /3 and 2/],
    [() => triangularDuration(1, 0, 2), /mode/],
    [() => empirical([]), /at least one/],
    [() => empirical([Number.NaN]), /finite/],
    [() => fixed(-1), /-1/],
  ])('refuses what is no duration: %s', (make, message) => {
    expect(make).toThrow(message);
  });
});
