import { randomStream } from '@gemel/numerics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atLevel, crpsOfQuantiles, quantilesAt } from './score.ts';
import { eventProbability, moments, normalised, quantileOf, Sorter, sortWeighted } from './summary.ts';

const f = (...values: number[]) => Float64Array.from(values);

describe('summary', () => {
  it('Q1 gives the quantiles of equally weighted values, linear between the middles of their shares', () => {
    const sorted = sortWeighted(f(4, 1, 3, 2), null);
    expect([0.01, 0.125, 0.25, 0.5, 0.875, 0.99].map((p) => quantileOf(sorted, p))).toEqual([1, 1, 1.5, 2.5, 4, 4]);
  });

  it('Q2 a value of double weight is two values', () => {
    const twice = sortWeighted(f(1, 2, 2, 5), null);
    const weighted = sortWeighted(f(1, 2, 5), f(0.25, 0.5, 0.25));
    for (const p of [0.2, 0.5, 0.7]) expect(quantileOf(weighted, p)).toBeGreaterThanOrEqual(quantileOf(twice, p) - 1);
    expect(quantileOf(weighted, 0.5)).toBe(2);
    expect(quantileOf(sortWeighted(f(7, 1, 9), f(0, 1, 0)), 0.3)).toBe(1);
  });

  it('Q3 weighted and plain forms agree, rise with the level and stay among the values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 }),
        (list) => {
          const values = Float64Array.from(list);
          const plain = sortWeighted(values, null);
          const weighted = sortWeighted(values, new Float64Array(values.length).fill(1 / values.length));
          let last = Number.NEGATIVE_INFINITY;
          for (const p of [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]) {
            const q = quantileOf(plain, p);
            expect(q).toBeGreaterThanOrEqual(last);
            expect(q).toBeGreaterThanOrEqual(Math.min(...list));
            expect(q).toBeLessThanOrEqual(Math.max(...list));
            expect(Math.abs(q - quantileOf(weighted, p))).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(q)));
            last = q;
          }
        },
      ),
    );
  });

  it('Q5 sorts a column the same whatever was sorted before it', () => {
    const column = fc.array(fc.constantFrom(-1, 0, 1, 2.5, 7), { minLength: 9, maxLength: 9 });
    const weights = fc.option(fc.array(fc.constantFrom(0, 1, 2), { minLength: 9, maxLength: 9 }), { nil: null });
    fc.assert(
      fc.property(fc.array(column, { minLength: 2, maxLength: 5 }), weights, (columns, raw) => {
        fc.pre(raw === null || raw.some((w) => w > 0));
        const own = raw === null ? null : (normalised(Float64Array.from(raw)) ?? null);
        const sorter = new Sorter(own, 9);
        for (const values of columns) {
          expect(sorter.sort(Float64Array.from(values))).toEqual(sortWeighted(Float64Array.from(values), own));
        }
      }),
    );
    const long = Float64Array.from({ length: 500 }, (_, i) => i);
    const sorter = new Sorter(null, 500);
    sorter.sort(long);
    expect(sorter.sort(long.toReversed()).values).toEqual(long);
  });

  it('Q4 mean, spread and events carry the weights', () => {
    const weights = normalised(f(1, 3))!;
    expect(weights).toEqual(f(0.25, 0.75));
    expect(normalised(f(2, 2))).toBeNull();
    expect(moments(f(0, 4), weights)).toEqual({ mean: 3, sd: Math.sqrt(3) });
    expect(eventProbability(f(0, 4), weights, { below: 4 })).toBe(0.25);
    expect(eventProbability(f(0, 2, 4, 6), null, { above: 0, below: 6 })).toBe(0.5);
  });
});

describe('score', () => {
  it('C1 CRPS of a table of quantiles equals the integral of the squared distance of the CDFs', () => {
    const levels = [0.05, 0.25, 0.5, 0.75, 0.95];
    const quantiles = [1, 2, 2.5, 4, 9];
    const cdf = (x: number) => {
      if (x < 1) return 0;
      if (x >= 9) return 1;
      const i = quantiles.findIndex((q) => q > x);
      const share = (x - quantiles[i - 1]!) / (quantiles[i]! - quantiles[i - 1]!);
      return levels[i - 1]! + (levels[i]! - levels[i - 1]!) * share;
    };
    for (const observed of [-3, 1, 2.2, 2.5, 6, 9, 12]) {
      let integral = 0;
      const step = 0.0005;
      for (let x = -5; x < 15; x += step) {
        const mid = x + step / 2;
        integral += step * (cdf(mid) - (mid >= observed ? 1 : 0)) ** 2;
      }
      expect(crpsOfQuantiles(levels, quantiles, observed)).toBeCloseTo(integral, 3);
    }
  });

  it('C2 CRPS of a certain forecast is the absolute error', () => {
    expect(crpsOfQuantiles([0.05, 0.5, 0.95], [3, 3, 3], 5)).toBe(2);
  });

  it('C3 CRPS of a standard normal at its mean is (√2 − 1)/√π', () => {
    const random = randomStream(1);
    const values = Float64Array.from({ length: 200_000 }, () => random.normal());
    const sorted = sortWeighted(values, null);
    const levels = Array.from({ length: 999 }, (_, i) => (i + 1) / 1000);
    const crps = crpsOfQuantiles(
      levels,
      levels.map((p) => quantileOf(sorted, p)),
      0,
    );
    expect(crps).toBeCloseTo((Math.SQRT2 - 1) / Math.sqrt(Math.PI), 2);
  });

  it('C4 quantiles between grid times and levels are linear, and none are made up outside', () => {
    const times = [0, 10] as never[];
    const note = {
      quantity: 'q',
      unit: '1',
      leadMinutes: 1,
      times,
      levels: [0.1, 0.9],
      quantiles: [
        [0, 10],
        [20, 40],
      ],
    };
    expect(quantilesAt(note, 5 as never)).toEqual([5, 30]);
    expect(quantilesAt(note, 0 as never)).toEqual([0, 20]);
    expect(quantilesAt(note, 11 as never)).toBeNull();
    expect(quantilesAt(note, -1 as never)).toBeNull();
    expect([0, 0.1, 0.5, 0.95].map((p) => atLevel([0.1, 0.9], [0, 8], p))).toEqual([0, 0, 4, 8]);
  });
});
