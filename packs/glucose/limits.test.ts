import { type ControlInput, instant, MINUTE } from '@gemel/core';
import type { Belief, History, Situation } from '@gemel/runtime/pack';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applicability } from './applicability.ts';
import { ADULT, ago, control, fact, history, NOW } from './fixtures/history.ts';
import { insulinOnBoard } from './insulin.ts';
import { limitsOf, personalLimits } from './limits.ts';
import { DEFAULT_POLICY } from './safety.ts';

const limits = limitsOf(DEFAULT_POLICY);
const NO_BELIEF: Belief<unknown> = {
  at: NOW,
  knownAt: NOW,
  members: [],
  weights: new Float64Array(0),
  diagnostics: { method: 'none', ess: 0, warnings: [], numbers: {} },
  modelHash: '',
  seed: 0,
};
const situation = (h: History): Situation<unknown> => ({
  now: NOW,
  history: h,
  belief: NO_BELIEF,
  applicability: applicability(h.facts),
});
const bolus = (units: number, minutes = 0) =>
  control('insulin.bolus', units, instant(NOW + minutes * MINUTE), undefined, 'proposed');
const basal = (rate: number, minutes = 60) =>
  control('insulin.basal', rate, NOW, instant(NOW + minutes * MINUTE), 'proposed');

function run(name: string, controls: readonly ControlInput[], h = history()) {
  const { verdict, controls: within } = limits.find((l) => l.name === name)!.apply(controls, situation(h));
  return { verdict: verdict.verdict, message: verdict.message, values: within.map((c) => c.value.value) };
}

describe('limits', () => {
  test('L1 amounts that are negative, not finite, in a wrong unit or ended before they begin are forbidden', () => {
    expect(run('sound-amounts', [bolus(2)])).toMatchObject({ verdict: 'within' });
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(run('sound-amounts', [bolus(value), bolus(1)])).toMatchObject({ verdict: 'forbidden', values: [1] });
    expect(run('sound-amounts', [{ ...bolus(1), value: { value: 1, unit: 'mL' } }])).toMatchObject({
      verdict: 'forbidden',
    });
    expect(run('sound-amounts', [{ ...basal(1), to: ago(10) }])).toMatchObject({ verdict: 'forbidden' });
  });

  test('L2 a bolus is clipped to 10 U, to 0.3 U/kg, and to a lower personal maximum, never to a higher one', () => {
    expect(run('maximum-bolus', [bolus(14)])).toMatchObject({ verdict: 'clipped', values: [10] });
    const light = history({
      facts: ADULT.map((f) => (f.fact === 'body.weight' ? { ...f, value: { value: 20, unit: 'kg' } } : f)),
    });
    expect(run('maximum-bolus', [bolus(14)], light)).toMatchObject({ verdict: 'clipped', values: [6] });
    const own = (units: number) =>
      history({ facts: [...ADULT, fact('therapy.maximum-bolus', { value: units, unit: '[iU]' })] });
    expect(run('maximum-bolus', [bolus(14)], own(4))).toMatchObject({ verdict: 'clipped', values: [4] });
    expect(run('maximum-bolus', [bolus(14)], own(25))).toMatchObject({ verdict: 'clipped', values: [10] });
    expect(run('maximum-bolus', [bolus(1)], own(0))).toMatchObject({ verdict: 'clipped', values: [0] });
    expect(run('maximum-bolus', [{ ...bolus(14), status: 'given' }])).toMatchObject({
      verdict: 'within',
      values: [14],
    });
  });

  test('L3 a proposed basal rate is clipped to 5 U/h, three times the usual rate, and the personal maximum', () => {
    expect(run('maximum-basal', [basal(6)])).toMatchObject({ verdict: 'clipped', values: [3] });
    const strong = history({
      facts: ADULT.map((f) => (f.fact === 'therapy.basal-rate' ? { ...f, value: { value: 2.5, unit: 'U/h' } } : f)),
    });
    expect(run('maximum-basal', [basal(6)], strong)).toMatchObject({ verdict: 'clipped', values: [5] });
    const own = history({ facts: [...ADULT, fact('therapy.maximum-basal', { value: 1.4, unit: 'U/h' })] });
    expect(run('maximum-basal', [basal(2)], own)).toMatchObject({ verdict: 'clipped', values: [1.4] });
  });

  test('L4 insulin on board with what is proposed stays within twice the bolus limit', () => {
    expect(run('insulin-on-board', [bolus(9), bolus(9, 5)])).toMatchObject({ verdict: 'within' });
    expect(run('insulin-on-board', [bolus(9), bolus(9, 5), bolus(9, 10)])).toMatchObject({ verdict: 'clipped' });
    const stacked = history({ controls: [control('insulin.bolus', 10, ago(10)), control('insulin.bolus', 8, ago(5))] });
    const { verdict, values } = run('insulin-on-board', [bolus(9)], stacked);
    expect(verdict).toBe('clipped');
    expect(values[0]! + insulinOnBoard(stacked, NOW)).toBeCloseTo(20, 2);
  });

  test('L5 below 70 no bolus and no raised basal rate; suspension stays possible', () => {
    const low = history({ glucose: () => 66 });
    expect(run('suspend-threshold', [bolus(1)], low)).toMatchObject({ verdict: 'forbidden', values: [] });
    expect(run('suspend-threshold', [basal(1.5)], low)).toMatchObject({ verdict: 'forbidden', values: [] });
    expect(run('suspend-threshold', [basal(0)], low)).toMatchObject({ verdict: 'within', values: [0] });
    expect(run('suspend-threshold', [bolus(1)])).toMatchObject({ verdict: 'within' });
  });

  test('L6 no bolus on a stale sensor, a fast fall, a warm-up or an incomplete insulin record', () => {
    for (const [rule, h] of [
      ['S2', history({ glucose: (m) => 150 + Math.min(m, 60) * 2.5 })],
      ['S3', history({ lastReading: 30 })],
      ['S4', history({ facts: [...ADULT, fact('sensor.start', true, ago(10))] })],
      ['S5', history({ withoutBasal: true })],
    ] as const) {
      const { verdict, message, values } = run('bolus-conditions', [bolus(1), basal(0)], h);
      expect([verdict, values]).toEqual(['forbidden', [0]]);
      expect(message).toContain(rule);
    }
    expect(run('bolus-conditions', [basal(0)], history({ lastReading: 30 }))).toMatchObject({ verdict: 'within' });
  });

  test('every limit is idempotent and never raises an amount, for any plan in any state', () => {
    const proposed = fc.oneof(
      fc
        .tuple(fc.double({ min: -5, max: 60, noNaN: true }), fc.integer({ min: 0, max: 240 }))
        .map(([u, m]) => bolus(u, m)),
      fc
        .tuple(fc.double({ min: -1, max: 40, noNaN: true }), fc.integer({ min: 1, max: 360 }))
        .map(([r, m]) => basal(r, m)),
    );
    const record = fc
      .record({
        glucose: fc.integer({ min: 45, max: 300 }),
        slope: fc.double({ min: -4, max: 4, noNaN: true }),
        boluses: fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.double({ min: 0, max: 12, noNaN: true })), {
          maxLength: 4,
        }),
        weight: fc.integer({ min: 12, max: 140 }),
        last: fc.constantFrom(0, 10, 40),
      })
      .map(({ glucose, slope, boluses, weight, last }) =>
        history({
          glucose: (m) => glucose + slope * Math.min(m, 30),
          lastReading: last,
          controls: boluses.map(([m, u]) => control('insulin.bolus', u, ago(m))),
          facts: ADULT.map((f) => (f.fact === 'body.weight' ? { ...f, value: { value: weight, unit: 'kg' } } : f)),
        }),
      );
    fc.assert(
      fc.property(fc.array(proposed, { maxLength: 5 }), record, (drawn, h) => {
        const controls = drawn.map((c, i) => ({ ...c, id: `control-${i}` }));
        for (const limit of limits) {
          const once = limit.apply(controls, situation(h));
          const twice = limit.apply(once.controls, situation(h));
          expect(twice.controls).toEqual(once.controls);
          expect(twice.verdict.verdict).toBe('within');
          for (const c of once.controls) {
            const before = controls.find((o) => o.id === c.id)!;
            expect(c.value.value).toBeLessThanOrEqual(before.value.value);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('a plan that has passed all limits keeps insulin on board and each amount within bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 40, noNaN: true }), { maxLength: 4 }), (units) => {
        const h = history();
        let controls: readonly ControlInput[] = units.map((u, i) => ({ ...bolus(u, i), id: `bolus-${i}` }));
        for (const limit of limits) controls = limit.apply(controls, situation(h)).controls;
        const { bolus: most, onBoard } = personalLimits(h, NOW);
        for (const c of controls) expect(c.value.value).toBeLessThanOrEqual(most);
        const total = controls.reduce((s, c) => s + c.value.value, insulinOnBoard(h, NOW));
        expect(total).toBeLessThanOrEqual(onBoard + 1e-3);
      }),
      { numRuns: 50 },
    );
  });
});
