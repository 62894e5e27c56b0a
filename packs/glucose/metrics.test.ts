import { instant, MINUTE } from '@gemel/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { episodes } from './episodes.ts';
import { mage } from './mage.ts';
import { glucoseManagementIndicator, glucoseMetrics, glycaemiaRiskIndex, quantile, timeShares } from './metrics.ts';
import { gridOf, localOffset, minuteOfDay, type Reading, rateOfChange } from './readings.ts';
import { riskHigh, riskLow } from './risk.ts';

const START = Date.UTC(2024, 2, 4);
/** One reading every 5 minutes from local midnight. */
const trace = (values: readonly number[], step = 5): Reading[] =>
  values.map((value, i) => ({ at: instant(START + i * step * MINUTE), value, bound: null, offset: null }));

describe('metrics', () => {
  test('a constant record has no variability and all its time in range', () => {
    const m = glucoseMetrics(trace(Array(288 * 14).fill(112.5)), 0);
    expect(m.mean).toBe(112.5);
    expect(m.sd).toBe(0);
    expect(m.timeInRange).toBe(100);
    expect(m.gri).toBe(0);
    expect(m.modd).toBe(0);
    expect(m.mage).toBeNaN();
    expect(m.activePercent).toBe(100);
    expect(m.sufficient).toBe(true);
    expect(m.days).toHaveLength(14);
  });

  test('the consensus thresholds: 70 and 180 are in range, 54 is low but not very low, 250 high but not very high', () => {
    expect(timeShares([53.9, 54, 69.9, 70, 180, 180.1, 250, 250.1])).toEqual({
      timeBelow54: 12.5,
      timeBelow70: 37.5,
      timeInRange: 25,
      timeAbove180: 37.5,
      timeAbove250: 25 / 2,
    });
  });

  test('shares add up to 100 for any values', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 20, max: 600, noNaN: true }), { minLength: 1 }), (values) => {
        const t = timeShares(values);
        expect(t.timeBelow70 + t.timeInRange + t.timeAbove180).toBeCloseTo(100, 9);
        expect(t.timeBelow54).toBeLessThanOrEqual(t.timeBelow70);
        expect(t.timeAbove250).toBeLessThanOrEqual(t.timeAbove180);
      }),
    );
  });

  test('GMI as in Bergenstal 2018, table 2: 150 mg/dL is 6.9, 200 is 8.1, 300 is 10.5 percent', () => {
    expect(glucoseManagementIndicator(150)).toBeCloseTo(6.9, 1);
    expect(glucoseManagementIndicator(200)).toBeCloseTo(8.1, 1);
    expect(glucoseManagementIndicator(300)).toBeCloseTo(10.5, 1);
  });

  test('GRI weighs 1 percent below 54 as 3.0, 54–70 as 2.4, over 250 as 1.6, 180–250 as 0.8, and stops at 100', () => {
    const none = { timeBelow54: 0, timeBelow70: 0, timeInRange: 100, timeAbove180: 0, timeAbove250: 0 };
    expect(glycaemiaRiskIndex({ ...none, timeBelow54: 1, timeBelow70: 1 }).gri).toBeCloseTo(3.0, 12);
    expect(glycaemiaRiskIndex({ ...none, timeBelow70: 1 }).gri).toBeCloseTo(2.4, 12);
    expect(glycaemiaRiskIndex({ ...none, timeAbove180: 1, timeAbove250: 1 }).gri).toBeCloseTo(1.6, 12);
    expect(glycaemiaRiskIndex({ ...none, timeAbove180: 1 }).gri).toBeCloseTo(0.8, 12);
    expect(glycaemiaRiskIndex({ ...none, timeBelow54: 60, timeBelow70: 60 }).gri).toBe(100);
  });

  test('risk is zero at 112.5 mg/dL, about 100 at both ends, and a low costs more than a high', () => {
    expect(riskLow(112.517)).toBeCloseTo(0, 4);
    expect(riskHigh(112.517)).toBeCloseTo(0, 4);
    expect(riskLow(20)).toBeCloseTo(100, -0.5);
    expect(riskHigh(600)).toBeCloseTo(100, -0.5);
    expect(riskLow(50)).toBeGreaterThan(riskHigh(250));
    expect(riskLow(10)).toBe(riskLow(20));
  });

  test('MAGE of a wave is its height from nadir to peak', () => {
    const day = Array.from({ length: 288 * 3 + 1 }, (_, i) => 150 - 50 * Math.cos((2 * Math.PI * i) / 72));
    expect(mage(gridOf(trace(day), 0))).toBeCloseTo(100, 0);
  });

  test('MAGE ignores excursions under one standard deviation', () => {
    const wave = (i: number) => 150 + 50 * Math.sin((2 * Math.PI * i) / 144) + 3 * Math.sin((2 * Math.PI * i) / 12);
    expect(mage(gridOf(trace(Array.from({ length: 288 * 3 }, (_, i) => wave(i))), 0))).toBeGreaterThan(90);
  });

  test('an empty record is refused by name', () => {
    expect(() => glucoseMetrics([], 0)).toThrow(expect.objectContaining({ code: 'glucose-no-readings' }));
  });

  test('metrics of any trace are finite where they are defined, and the shifted trace keeps its spread', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 40, max: 400 }), { minLength: 300, maxLength: 700 }), (values) => {
        const m = glucoseMetrics(trace(values), 60);
        expect(m.adrr).toBeGreaterThan(0);
        expect(m.lbgi + m.hbgi).toBeLessThan(100);
        expect(Number.isFinite(m.modd)).toBe(true);
        expect(glucoseMetrics(trace(values.map((v) => v + 10)), 60).sd).toBeCloseTo(m.sd, 6);
      }),
      { numRuns: 20 },
    );
  });

  test('quantiles are linear between order statistics', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([5], 0.95)).toBe(5);
  });
});

describe('readings', () => {
  test('the grid interpolates short gaps and leaves long ones empty', () => {
    const readings = [0, 10, 70].map((m, i) => ({ ...trace([100 + 20 * i])[0]!, at: instant(START + m * MINUTE) }));
    const grid = gridOf(readings, 0);
    expect([...grid.values.slice(0, 3)]).toEqual([100, 110, 120]);
    expect(grid.values[8]).toBeNaN();
    expect(grid.values.at(-1)).toBe(140);
  });

  test('the source offset decides the local clock; a source in UTC leaves it to the reader', () => {
    const [r] = trace([100]);
    expect(localOffset({ ...r!, offset: 120 }, 60)).toBe(120);
    expect(localOffset({ ...r!, offset: 0 }, 60)).toBe(60);
    expect(minuteOfDay({ ...r!, offset: -300 }, 0)).toBe(19 * 60);
  });

  test('the rate is the slope of the last readings and unknown where they are too few', () => {
    const falling = trace([200, 188, 176, 164, 152]);
    expect(rateOfChange(falling, falling.at(-1)!.at)).toBeCloseTo(-2.4, 9);
    expect(rateOfChange(falling.slice(0, 2), falling[1]!.at)).toBeNull();
    expect(rateOfChange(falling, instant(falling.at(-1)!.at + 30 * MINUTE))).toBeNull();
  });
});

describe('episodes', () => {
  test('fifteen minutes below begin one, ten do not', () => {
    expect(episodes(trace([100, 65, 65, 65, 100, 100, 100]), { below: 70 })).toMatchObject([
      { minutes: 15, extreme: 65 },
    ]);
    expect(episodes(trace([100, 65, 65, 100, 100, 100, 100]), { below: 70 })).toHaveLength(0);
  });

  test('a recovery under fifteen minutes does not end one', () => {
    expect(episodes(trace([65, 65, 65, 75, 75, 60, 65, 100, 100, 100]), { below: 70 })).toMatchObject([
      { minutes: 35, extreme: 60 },
    ]);
    expect(episodes(trace([65, 65, 65, 75, 75, 75, 65, 65, 65, 100]), { below: 70 })).toHaveLength(2);
  });

  test('a silent sensor ends one', () => {
    const first = trace([260, 260, 260]);
    const later = trace([260, 260, 260]).map((r) => ({ ...r, at: instant(r.at + 120 * MINUTE) }));
    expect(episodes([...first, ...later], { above: 250 })).toHaveLength(2);
  });
});
