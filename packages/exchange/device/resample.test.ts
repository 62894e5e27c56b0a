import { instant } from '@gemel/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AGGREGATIONS, type Aggregation, resample, type Sample } from './resample.ts';

const samples = (...pairs: readonly [number, number][]): readonly Sample[] =>
  pairs.map(([at, value]) => ({ at: instant(at), value }));
const values = (given: readonly Sample[], aggregate: Aggregation, more: object = {}) =>
  resample(given, { step: 10, aggregate, ...more }).map(({ value }) => value);

describe('a series on a grid', () => {
  const series = samples([13, 4], [11, 2], [12, 9], [31, 8]);

  test.each([
    ['mean', [5, null, 8]],
    ['median', [4, null, 8]],
    ['min', [2, null, 8]],
    ['max', [9, null, 8]],
    ['first', [2, null, 8]],
    ['last', [4, null, 8]],
    ['sum', [15, null, 8]],
  ] as const)('%s', (aggregate, wanted) => {
    expect(values(series, aggregate)).toEqual(wanted);
  });

  test('steps begin at the origin, and end before the next', () => {
    expect(resample(samples([20, 1], [30, 2]), { step: 10, aggregate: 'mean', origin: instant(5) })).toEqual([
      { at: 15, value: 1, count: 1, from: 'values' },
      { at: 25, value: 2, count: 1, from: 'values' },
    ]);
    expect(resample(samples([-1, 1]), { step: 10, aggregate: 'mean' })[0]!.at).toBe(-10);
  });

  test('a gap is bridged where it is short enough, at the middle of its steps; amounts never are', () => {
    // From 13 at 4 to 31 at 8: 18 wide.
    expect(values(series, 'mean', { bridge: 18 })[1]).toBeCloseTo(4 + (12 / 18) * 4, 12);
    expect(values(series, 'mean', { bridge: 17 })[1]).toBeNull();
    expect(values(series, 'sum', { bridge: 18 })[1]).toBeNull();
  });

  test('nothing gives nothing; what is no number is left out; a step that is none is refused', () => {
    expect(resample([], { step: 10, aggregate: 'mean' })).toEqual([]);
    expect(values(samples([1, Number.NaN], [2, 3]), 'mean')).toEqual([3]);
    for (const step of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => resample(series, { step, aggregate: 'mean' })).toThrow(RangeError);
    expect(() => resample(samples([0, 1], [1e12, 2]), { step: 1, aggregate: 'mean' })).toThrow(RangeError);
  });

  const any = fc.array(fc.tuple(fc.integer({ min: -500, max: 500 }), fc.integer({ min: -100, max: 100 })), {
    minLength: 1,
    maxLength: 30,
  });

  test('every value falls into one step, no step is left out, and order does not matter', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 70 }), fc.constantFrom(...AGGREGATIONS), (pairs, step, aggregate) => {
        const grid = resample(samples(...pairs), { step, aggregate });
        expect(grid.reduce((sum, { count }) => sum + count, 0)).toBe(pairs.length);
        for (const [i, { at, count, value, from }] of grid.entries()) {
          if (i > 0) expect(at - grid[i - 1]!.at).toBe(step);
          expect([value === null, from]).toEqual([count === 0, count === 0 ? 'gap' : 'values']);
        }
        if (aggregate === 'sum')
          expect(grid.reduce((sum, { value }) => sum + (value ?? 0), 0)).toBe(
            pairs.reduce((sum, [, value]) => sum + value, 0),
          );
        if (aggregate === 'first' || aggregate === 'last') return;
        expect(resample(samples(...pairs.toReversed()), { step, aggregate })).toEqual(grid);
      }),
    );
  });

  test('what is bridged lies between its neighbours', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 70 }), (pairs, step) => {
        const all = pairs.map(([, value]) => value);
        for (const { value } of resample(samples(...pairs), { step, aggregate: 'mean', bridge: 1e9 })) {
          expect(value).toBeGreaterThanOrEqual(Math.min(...all) - 1e-9);
          expect(value).toBeLessThanOrEqual(Math.max(...all) + 1e-9);
        }
      }),
    );
  });
});
