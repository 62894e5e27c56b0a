import { type ControlInput, type ControlStatus, type Instant, instant, MINUTE } from '@gemel/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minuteGrid } from './inputs.ts';

const START = 29_000_000;
const at = (minute: number): Instant => instant((START + minute) * MINUTE);

function control(
  name: string,
  value: number,
  unit: string,
  from: number,
  to?: number,
  status: ControlStatus = 'given',
): ControlInput {
  return {
    kind: 'control',
    id: `${name} ${from}`,
    subject: 's',
    control: name,
    code: { codings: [] },
    value: { value, unit },
    from: at(from),
    ...(to === undefined ? {} : { to: at(to) }),
    status,
    knownAt: at(from),
    offset: null,
    grade: 'good',
    marks: [],
    provenance: { source: 'test', element: '' },
  };
}
const bolus = (units: number, from: number, to?: number) => control('insulin.bolus', units, 'U', from, to);
const basal = (rate: number, from: number, to?: number, status?: ControlStatus) =>
  control('insulin.basal', rate, 'U/h', from, to, status);
const meal = (grams: number, from: number, to?: number) => control('meal.carbohydrate', grams, 'g', from, to);
const grid = (controls: ControlInput[], minutes = 60) => minuteGrid(controls, at(0), at(minutes));
const sum = (values: Float64Array) => values.reduce((s, v) => s + v, 0);

describe('amounts', () => {
  test('a bolus without an end is delivered within one minute, split where it begins inside one', () => {
    expect([...grid([bolus(3, 2)]).insulin.subarray(0, 5)]).toEqual([0, 0, 3, 0, 0]);
    const split = grid([bolus(4, 2.25)]).insulin;
    expect([split[2], split[3]]).toEqual([3, 1]);
  });

  test('a bolus with an end is spread evenly', () => {
    expect([...grid([bolus(4, 1, 5)]).insulin.subarray(0, 6)]).toEqual([0, 1, 1, 1, 1, 0]);
  });

  test('a meal without an end is eaten at 5 g/min, its last minute in part', () => {
    const eaten = grid([meal(12, 1)]).carbs;
    for (const [m, grams] of [0, 5, 5, 2, 0].entries()) expect(eaten[m]).toBeCloseTo(grams, 7);
  });

  test('whatever lies inside the span arrives in full; what lies outside does not', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 80, noNaN: true }),
        fc.integer({ min: 0, max: 40 * 60 }),
        fc.integer({ min: 1, max: 19 * 60 }),
        (amount, from, length) => {
          const g = grid([bolus(amount, from / 60, (from + length) / 60), bolus(9, -30, -10), bolus(9, 60)]);
          expect(sum(g.insulin)).toBeCloseTo(amount, 7);
        },
      ),
    );
  });

  test('of a meal that began before the span only the rest is left', () => {
    expect(sum(grid([meal(30, -2, 1)]).carbs)).toBeCloseTo(10, 7);
  });

  test('nothing of nothing', () => {
    expect(sum(grid([meal(0, 5), bolus(0, 5)]).carbs)).toBe(0);
  });
});

describe('basal rates', () => {
  test('the later start holds, and the earlier one again after its end', () => {
    const g = grid([basal(60, 0, 30), basal(120, 10, 20)]).insulin;
    expect([g[5], g[10], g[19], g[20], g[29], g[30]]).toEqual([1, 2, 2, 1, 1, 0]);
  });

  test('segments that meet inside a minute share it', () => {
    const g = grid([basal(60, 0, 10.5), basal(120, 10.5, 20)]).insulin;
    expect(g[10]).toBeCloseTo(1.5, 12);
    expect(sum(g)).toBeCloseTo(10.5 + 2 * 9.5, 9);
  });

  test('a proposed rate overlays a planned one that starts later', () => {
    const g = grid([basal(60, 0, 60), basal(0, 10, 40, 'proposed'), basal(90, 20, 60, 'planned')]).insulin;
    expect([g[5], g[15], g[30], g[50]]).toEqual([1, 0, 0, 1.5]);
  });

  test('a rate without an end holds on', () => {
    expect(sum(grid([basal(60, -500)]).insulin)).toBeCloseTo(60, 9);
  });
});

test('what a minute holds does not depend on where the grid begins, bit for bit', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 90 * 60 }), { minLength: 6, maxLength: 6 }),
      fc.nat(59),
      (s, begin) => {
        const [a, b, c, d, e, f] = s.map((second) => second / 60);
        const controls = [
          basal(0.87, a, a + 7.3),
          basal(1.31, Math.min(b, c), Math.max(b, c)),
          bolus(2.35, d),
          bolus(1.7, e, e + 11.1),
          meal(37, f),
        ];
        const whole = minuteGrid(controls, at(0), at(90));
        const late = minuteGrid(controls, at(begin), at(90));
        expect([...late.insulin]).toEqual([...whole.insulin.subarray(begin)]);
        expect([...late.carbs]).toEqual([...whole.carbs.subarray(begin)]);
      },
    ),
  );
});

test('the parts of a span, cut anywhere, hold what the whole holds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3599 }), fc.integer({ min: 0, max: 3599 }), (cut, start) => {
      const controls = [bolus(3, start / 60), basal(1.2, 7.4, 51.3), meal(23, start / 90)];
      const parts = [minuteGrid(controls, at(0), at(cut / 60)), minuteGrid(controls, at(cut / 60), at(200))];
      const held = (values: 'insulin' | 'carbs') =>
        parts.reduce((total, g) => total + sum(g[values]) - (1 - g.lastSpan) * g[values].at(-1)!, 0);
      expect(held('insulin')).toBeCloseTo(3 + (1.2 * 43.9) / 60, 9);
      expect(held('carbs')).toBeCloseTo(23, 9);
    }),
  );
});

test('bolus and basal add up', () => {
  expect(grid([basal(60, 0, 60), bolus(2, 3)]).insulin[3]).toBeCloseTo(3, 12);
});

test.each([
  [control('insulin.bolus', 1, 'mg', 0), 'glucose-control-unit'],
  [control('insulin.basal', 1, 'U/min', 0, 9), 'glucose-control-unit'],
  [control('meal.carbohydrate', 1, 'kg', 0), 'glucose-control-unit'],
  [bolus(-1, 0), 'glucose-control-value'],
  [meal(Number.NaN, 0), 'glucose-control-value'],
  [basal(Number.POSITIVE_INFINITY, 0, 9), 'glucose-control-value'],
])('%# is refused with its code', (bad, code) => {
  expect(() => grid([bad])).toThrow(expect.objectContaining({ code }));
});
