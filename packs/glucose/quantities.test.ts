import { type Forecast, instant, MINUTE } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import type { Paths } from '@gemel/runtime/pack';
import { describe, expect, test } from 'vitest';
import { advisories } from './advisories.ts';
import { applicability } from './applicability.ts';
import { history, NOW } from './fixtures/history.ts';
import { headline } from './headline.ts';
import { explained, mealSuspicions } from './meal-detection.ts';
import { outOfRange } from './out-of-range.ts';
import { quantities } from './quantities.ts';
import type { Reading } from './readings.ts';
import { rewards } from './rewards.ts';
import { riskHigh, riskLow } from './risk.ts';
import { DEFAULT_POLICY } from './safety.ts';

const times = Array.from({ length: 61 }, (_, k) => instant(NOW + k * 5 * MINUTE));
/** Paths with the given glucose per member and time, and carbohydrate on board where asked. */
function paths(members: ((k: number) => number)[], carbs: (k: number) => number = () => 0): Paths {
  const fill = (of: (m: number, k: number) => number) =>
    Float64Array.from({ length: members.length * times.length }, (_, i) =>
      of(Math.floor(i / times.length), i % times.length),
    );
  const glucose = fill((m, k) => members[m]!(k));
  return {
    members: members.length,
    times,
    values: {
      'glucose.interstitial': glucose,
      'glucose.sensor': glucose.slice(),
      'insulin.on-board': fill(() => 0),
      'carbohydrate.on-board': fill((_, k) => carbs(k)),
    },
  };
}
const evaluate = (name: string, of: Paths) => [...quantities.find((q) => q.name === name)!.evaluate(of)];
const reward = (name: string, of: Paths, controls = 0) =>
  rewards
    .find((r) => r.name === name)!
    .evaluate(of, {
      id: 's',
      title: 's',
      controls: Array.from({ length: controls }, () => ({ status: 'proposed' }) as never),
    });

describe('quantities', () => {
  test('each member of a forecast is measured by itself', () => {
    const two = paths([() => 120, (k) => (k < 30 ? 60 : 200)]);
    expect(evaluate('time-in-range', two)).toEqual([100, 0]);
    expect(evaluate('time-below-70', two)[1]).toBeCloseTo((100 * 30) / 61, 9);
    expect(evaluate('time-above-180', two)[1]).toBeCloseTo((100 * 31) / 61, 9);
    expect(evaluate('minimum', two)).toEqual([120, 60]);
    expect(evaluate('maximum', two)).toEqual([120, 200]);
    expect(evaluate('low-risk', two)[1]).toBeCloseTo((riskLow(60) * 30) / 61, 9);
    expect(evaluate('high-risk', two)[0]).toBeCloseTo(riskHigh(120), 9);
    expect(evaluate('glucose', two)).toHaveLength(122);
  });

  test('the post-meal peak is sought within three hours of the meal’s beginning, else over the horizon', () => {
    const late = paths([(k) => 100 + k]);
    expect(evaluate('post-meal-peak', late)).toEqual([160]);
    const eating = paths([(k) => 100 + k], (k) => (k < 10 ? 0 : 40 - (k - 10) * 0.5));
    expect(evaluate('post-meal-peak', eating)).toEqual([100 + 9 + 36]);
    const aboard = paths([(k) => (k < 50 ? 150 - k : 300)], (k) => Math.max(0, 30 - k));
    expect(evaluate('post-meal-peak', aboard)).toEqual([150]);
  });

  test('D2 low glucose costs far more than equally risky high glucose, and more once very low', () => {
    const low = paths([() => 50]);
    const high = paths([() => 250]);
    const total = (of: Paths) =>
      rewards.reduce((s, r) => s + r.weight * r.evaluate(of, { id: '', title: '', controls: [] })[0]!, 0);
    expect(Math.abs(riskLow(50) - riskHigh(250)) / riskLow(50)).toBeLessThan(0.05);
    expect(total(low)).toBeLessThan(5 * total(high));
    expect(reward('severe-hypoglycaemia', low)[0]).toBe(-100);
    expect(reward('interventions', high, 2)[0]).toBe(-2);
  });
});

describe('S9 below 60 mg/dL', () => {
  test('S9 paths that stay above are left alone and nothing is labelled', () => {
    const p = paths([() => 65, () => 120]);
    const before = p.values['glucose.interstitial']!.slice();
    expect(outOfRange(p, { id: '', title: '', controls: [] }, randomStream(1))).toEqual([]);
    expect(p.values['glucose.interstitial']).toEqual(before);
  });

  test('S9 the fan widens from where members pass below, both signals alike, and the stretch is labelled', () => {
    const members = Array.from({ length: 200 }, () => (k: number) => 100 - k);
    const p = paths(members);
    const spread = (k: number) => {
      const at = Array.from({ length: 200 }, (_, m) => p.values['glucose.interstitial']![m * times.length + k]!);
      const mean = at.reduce((s, v) => s + v, 0) / at.length;
      return Math.sqrt(at.reduce((s, v) => s + (v - mean) ** 2, 0) / (at.length - 1));
    };
    const labelled = outOfRange(p, { id: '', title: '', controls: [] }, randomStream(1));
    expect(labelled).toMatchObject([{ code: 'glucose-no-counter-regulation', from: times[41], to: times[60] }]);
    expect(spread(40)).toBe(0);
    expect(spread(60)).toBeGreaterThan(10);
    expect(spread(60)).toBeLessThan(22);
    expect(p.values['glucose.sensor']).toEqual(p.values['glucose.interstitial']);
    expect(Math.min(...p.values['glucose.interstitial']!)).toBeGreaterThanOrEqual(20);
  });

  test('S9 what is labelled is said', () => {
    const forecast = {
      quantities: {},
      outOfRange: [{ code: 'glucose-no-counter-regulation', message: 'Below 60.', from: NOW, to: NOW }],
    } as unknown as Forecast;
    const h = history();
    const said = advisories(
      { now: NOW, history: h, belief: null, applicability: applicability(h.facts) },
      forecast,
      DEFAULT_POLICY,
    );
    expect(said).toEqual([{ code: 'glucose-no-counter-regulation', priority: 'information', statement: 'Below 60.' }]);
  });
});

describe('S8 meal detection', () => {
  const trace = (value: (minute: number) => number, from = 0, to = 240): Reading[] =>
    Array.from({ length: (to - from) / 5 + 1 }, (_, i) => ({
      at: instant(NOW + (from + i * 5) * MINUTE),
      value: value(from + i * 5),
      bound: null,
      offset: null,
    }));

  test('S8 a steep lasting rise over 130 is found once, soon after it passes; a slow or a low one is not', () => {
    const meal = mealSuspicions(trace((m) => 100 + Math.max(0, Math.min(m - 60, 60)) * 2));
    expect(meal).toHaveLength(1);
    const delay = (meal[0]!.at - NOW) / MINUTE - 60;
    expect(delay).toBeGreaterThan(10);
    expect(delay).toBeLessThanOrEqual(30);
    expect(mealSuspicions(trace((m) => 100 + m * 0.8))).toEqual([]);
    expect(mealSuspicions(trace((m) => 40 + Math.min(m, 40) * 2))).toEqual([]);
  });

  test('S8 one wild value is no meal, and a silent sensor starts anew', () => {
    expect(mealSuspicions(trace((m) => (m === 100 ? 220 : 140)))).toEqual([]);
    const jump = [...trace(() => 120, 0, 60), ...trace(() => 220, 120, 180)];
    expect(mealSuspicions(jump)).toEqual([]);
  });

  test('S8 a meal recorded in the two hours before, or since, explains a rise; a proposed one does not', () => {
    const suspicion = { at: NOW, rate: 2 };
    const meal = (minutes: number, status: 'given' | 'proposed') =>
      [
        {
          control: 'meal.carbohydrate',
          value: { value: 30, unit: 'g' },
          from: instant(NOW + minutes * MINUTE),
          status,
        },
      ] as never;
    const later = instant(NOW + 30 * MINUTE);
    expect(explained(suspicion, meal(-119, 'given'), later)).toBe(true);
    expect(explained(suspicion, meal(-121, 'given'), later)).toBe(false);
    expect(explained(suspicion, meal(20, 'given'), later)).toBe(true);
    expect(explained(suspicion, meal(20, 'proposed'), later)).toBe(false);
  });
});

describe('headline', () => {
  test('newest glucose, its risk, and the metrics of the record', () => {
    expect(headline(history({ glucose: () => 62 }), null, NOW, DEFAULT_POLICY)).toMatchObject({
      value: '62',
      risk: 'high',
    });
    expect(headline(history({ glucose: () => 260 }), null, NOW, DEFAULT_POLICY)).toMatchObject({ risk: 'medium' });
    const steady = headline(history(), null, NOW, DEFAULT_POLICY);
    expect(steady).toMatchObject({ value: '120', unit: 'mg/dL', risk: 'low', at: NOW });
    expect(steady.statement).toMatch(/100 % in range.*GMI 6\.2 %.*readings cover 11 % only/);
    expect(headline(history({ lastReading: 60 }), null, NOW, DEFAULT_POLICY).risk).toBe('unknown');
    expect(headline({ ...history(), observations: [] }, null, NOW, DEFAULT_POLICY)).toMatchObject({
      value: '–',
      at: null,
    });
  });
});
