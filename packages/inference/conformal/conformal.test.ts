import { type RandomStream, randomStream } from '@gemel/numerics';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as adaptive from './adaptive.ts';
import { conformalQuantile, conformalRank, coverageRange, fewestPoints } from './conformal-rank.ts';
import { jackknifePlus } from './jackknife-plus.ts';
import {
  conformalInterval,
  conformalisedInterval,
  conformalisedQuantiles,
  splitConformal,
  splitConformalByGroup,
} from './split.ts';

const FEW = expect.objectContaining({ code: 'inference-few-calibration-points' });
const SHAPE = expect.objectContaining({ code: 'inference-shape' });
const ascending = (count: number) => Float64Array.from({ length: count }, (_, i) => i + 1);

describe('the rank', () => {
  test.each([
    [9, 0.9, 9],
    [10, 0.9, 10],
    [9, 0.7, 7],
    [9, 0.3, 3],
    [99, 0.95, 95],
    [100, 0.95, 96],
    [999_999, 0.999, 999_000],
  ])('of %i points and level %f is %i', (count, level, rank) => {
    expect(conformalRank(count, level)).toBe(rank);
  });

  test('is exact for any level that is a fraction', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 999 }), (count, thousandths) => {
        expect(conformalRank(count, thousandths / 1000)).toBe(
          Number((BigInt(count + 1) * BigInt(thousandths) + 999n) / 1000n),
        );
      }),
    );
  });

  test('one point less than the fewest is refused by code, the fewest is not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), (thousandths) => {
        const level = thousandths / 1000;
        const fewest = fewestPoints(level);
        expect(fewest).toBe(Math.ceil(thousandths / (1000 - thousandths)));
        expect(conformalQuantile(ascending(fewest), level).score).toBeLessThanOrEqual(fewest);
        expect(() => conformalQuantile(ascending(fewest - 1), level)).toThrow(FEW);
      }),
    );
    expect(() => conformalQuantile(ascending(8), 0.9)).toThrow(
      '8 calibration points give no interval of level 0.9; it takes 9.',
    );
    expect(() => conformalQuantile([], 0.5)).toThrow(FEW);
  });

  test('the coverage lies from level to level + 1/(count + 1)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 19, max: 500 }),
        fc.double({ min: 0.01, max: 0.95, noNaN: true }),
        (count, level) => {
          const { coverage } = conformalQuantile(ascending(count), level);
          expect(coverage).toBeGreaterThanOrEqual(level - 1e-11);
          expect(coverage).toBeLessThan(level + 1 / (count + 1));
        },
      ),
    );
    const [low, high] = coverageRange({ count: 999, rank: 900 });
    expect([low, high].map((v) => Number(v.toFixed(3)))).toEqual([0.881, 0.918]);
  });

  test('ties, levels and scores that are none', () => {
    expect(conformalQuantile([2, 2, 2, 2, 2, 2, 2, 2, 2], 0.9).score).toBe(2);
    expect(conformalQuantile([1, Infinity, 2], 0.5).score).toBe(2);
    for (const level of [0, 1, -0.1, Number.NaN]) expect(() => conformalQuantile([1, 2], level)).toThrow(SHAPE);
    expect(() => conformalQuantile([1, Number.NaN, 2], 0.5)).toThrow(SHAPE);
  });
});

describe('split conformal', () => {
  test('the interval holds the calibration points that its rank says', () => {
    const observed = Float64Array.of(1, 5, 3, 9, 7, 2, 8, 4, 6);
    const guard = splitConformal({ predicted: new Float64Array(9), observed }, 0.8);
    expect(guard).toMatchObject({ rank: 8, score: 8, coverage: 0.8 });
    expect(conformalInterval(guard, 100)).toEqual({ low: 92, high: 108 });
    const scaled = splitConformal({ predicted: new Float64Array(9), observed, scale: observed }, 0.8);
    expect(conformalInterval(scaled, 100, 3)).toEqual({ low: 97, high: 103 });
  });

  test('intervals of quantiles are moved out or in', () => {
    const observed = ascending(9);
    const wide = conformalisedQuantiles(
      { low: observed.map((y) => y - 3), high: observed.map((y) => y + 2), observed },
      0.9,
    );
    expect(wide.score).toBe(-2);
    expect(conformalisedInterval(wide, 0, 10)).toEqual({ low: 2, high: 8 });
    expect(conformalisedInterval(wide, 0, 2)).toEqual({ low: 1, high: 1 });
    const narrow = conformalisedQuantiles(
      { low: observed.map((y) => y + 1), high: observed.map((y) => y + 2), observed },
      0.9,
    );
    expect(conformalisedInterval(narrow, 0, 1)).toEqual({ low: -1, high: 2 });
  });

  test('a group with too few points is named; the others have their own guard', () => {
    const groups = [...Array(9).fill('ward'), ...Array(3).fill('home')] as string[];
    const observed = Float64Array.from(groups, (_, i) => i + 1);
    const { guards, problems } = splitConformalByGroup({ predicted: new Float64Array(12), observed }, groups, 0.9);
    expect([...guards].map(([name, { score }]) => [name, score])).toEqual([['ward', 9]]);
    expect(problems.map(({ code, where }) => [code, where.element])).toEqual([
      ['inference-few-calibration-points', 'home'],
    ]);
    expect(() => splitConformalByGroup({ predicted: [1], observed: [1] }, [], 0.5)).toThrow(SHAPE);
    expect(() => splitConformalByGroup({ predicted: [Number.NaN], observed: [1] }, ['a'], 0.5)).toThrow(SHAPE);
  });

  test('lengths that differ, and scales that are not positive, are refused', () => {
    expect(() => splitConformal({ predicted: [1, 2], observed: [1] }, 0.5)).toThrow(SHAPE);
    expect(() => splitConformal({ predicted: [1], observed: [1], scale: [0] }, 0.5)).toThrow(SHAPE);
    expect(() => conformalisedQuantiles({ low: [1], high: [], observed: [1] }, 0.5)).toThrow(SHAPE);
  });
});

describe('jackknife+', () => {
  test('with models that agree it is the interval of the residuals', () => {
    const residuals = ascending(19);
    expect(jackknifePlus({ residuals, predictions: new Float64Array(19).fill(50) }, 0.9)).toEqual({
      low: 32,
      high: 68,
    });
  });

  test('with models that differ, ends are ranked each by itself', () => {
    const given = { residuals: [1, 1, 1, 1, 1, 1, 1, 1, 1], predictions: [0, 1, 2, 3, 4, 5, 6, 7, 8] };
    expect(jackknifePlus(given, 0.8)).toEqual({ low: 0, high: 8 });
    expect(jackknifePlus(given, 0.9)).toEqual({ low: -1, high: 9 });
    expect(() => jackknifePlus(given, 0.91)).toThrow(FEW);
    expect(() => jackknifePlus({ residuals: [1], predictions: [] }, 0.5)).toThrow(SHAPE);
    expect(() => jackknifePlus({ residuals: [Number.NaN, 1], predictions: [1, 1] }, 0.5)).toThrow(SHAPE);
  });
});

describe('adaptive conformal inference', () => {
  const problem = { level: 0.9, rate: 0.05, window: 200 };

  /** Share of misses of a series. */
  function misses(series: (t: number, random: RandomStream) => number, turns: number): number {
    const random = randomStream(2021, 'series');
    let state = adaptive.init(problem);
    let count = 0;
    for (let t = 0; t < turns; t++) {
      const next = adaptive.step(problem, state, { predicted: 0, observed: series(t, random) });
      state = next.state;
      if (next.info.missed) count++;
    }
    return count / turns;
  }

  test.each([
    ['steady', (_: number, random: RandomStream) => random.normal()],
    ['ever wider', (t: number, random: RandomStream) => (1 + t / 50) * random.normal()],
    ['a sudden change', (t: number, random: RandomStream) => (t < 1000 ? 1 : 20) * random.normal()],
    ['against it', (t: number) => 2 ** Math.floor(t / 10)],
  ] as const)('the share of misses keeps within its bound: %s', (_, series) => {
    const turns = 2000;
    const bound = (0.9 + problem.rate) / (problem.rate * turns);
    expect(Math.abs(misses(series, turns) - 0.1)).toBeLessThanOrEqual(bound);
  });

  test('too few scores make the interval unbounded, and it says so', () => {
    const state = adaptive.init(problem, [1, 2, 3]);
    const given = adaptive.interval(state, { predicted: 5 });
    expect(given).toMatchObject({ low: -Infinity, high: Infinity, status: 'unbounded' });
    expect(given.problems[0]).toMatchObject({ code: 'inference-few-calibration-points' });
    expect(given.problems[0].message).toContain('it takes 9');
    expect(adaptive.interval({ ...state, miss: -0.1 }, { predicted: 5 }).problems[0].message).toContain('1.100');
    expect(adaptive.interval({ ...state, miss: 1 }, { predicted: 5 }).status).toBe('empty');
  });

  test('the interval is that of the latest scores, widened by the scale', () => {
    const state = adaptive.init({ ...problem, window: 9 }, [100, ...ascending(9)]);
    expect(state.scores.length).toBe(9);
    expect(adaptive.interval(state, { predicted: 5, scale: 2 })).toMatchObject({
      low: -13,
      high: 23,
      status: 'bounded',
    });
    const { state: next, info } = adaptive.step({ ...problem, window: 9 }, state, { predicted: 0, observed: 10 });
    expect(info.missed).toBe(true);
    expect([...next.scores]).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(next.miss).toBeCloseTo(0.1 + 0.05 * (0.1 - 1), 12);
    const one = { ...problem, window: 1 };
    expect([...adaptive.step(one, adaptive.init(one, [3]), { predicted: 0, observed: 7 }).state.scores]).toEqual([7]);
  });

  test('what has no score is refused', () => {
    const state = adaptive.init(problem);
    expect(() => adaptive.step(problem, state, { predicted: Number.NaN, observed: 1 })).toThrow(SHAPE);
    expect(() => adaptive.step(problem, state, { predicted: 0, observed: 1, scale: 0 })).toThrow(SHAPE);
    expect(() => adaptive.init({ ...problem, rate: 0 })).toThrow(SHAPE);
    expect(() => adaptive.init({ ...problem, window: 0 })).toThrow(SHAPE);
  });
});
