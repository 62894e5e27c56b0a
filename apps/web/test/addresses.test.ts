import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readView, type View, viewQuery } from '../cockpit/use-view.ts';
import { matchPath, paths } from '../navigation.tsx';
import { type Arm, armQuery, controlsOf, EMPTY_ARM, RANGES, readArm } from '../twin/arm.ts';

describe('addresses', () => {
  test('A1 a subject of any name finds its way back from its address', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (subject) => {
        fc.pre(subject.isWellFormed() && subject !== '.' && subject !== '..');
        expect(matchPath('/twins/:subject', paths.twin(subject))).toEqual({ subject });
        expect(matchPath('/twins/:subject/whatif', paths.whatif(subject))).toEqual({ subject });
      }),
    );
    expect(matchPath('/twins/:subject', '/twins/%E0%A4%A')).toBeNull();
    expect(matchPath('/about', '/about/us')).toBeNull();
  });

  const minutes = fc.integer({ min: 0, max: RANGES.minutes.most });
  const amount = (most: number) => fc.integer({ min: 1, max: most * 20 }).map((n) => n / 20);
  const arm = fc.record<Arm>({
    bolus: amount(RANGES.bolus.most),
    bolusIn: minutes,
    carbs: amount(RANGES.carbs.most),
    carbsIn: minutes,
    basal: fc.option(amount(RANGES.basal.most), { nil: null }),
    basalIn: minutes,
    basalFor: minutes,
  });

  test('A2 a what-if permalink restores what the arm does', () => {
    fc.assert(
      fc.property(arm, (given) => {
        expect(controlsOf(readArm(new URLSearchParams(armQuery(given))))).toEqual(controlsOf(given));
      }),
    );
    expect(readArm(new URLSearchParams(armQuery(EMPTY_ARM)))).toEqual(EMPTY_ARM);
  });

  test('A3 a spoiled permalink is as planned where it cannot be read, and never beyond the ranges', () => {
    expect(readArm(new URLSearchParams('bolus=many&carbs=&basal=x'))).toEqual(EMPTY_ARM);
    fc.assert(
      fc.property(fc.string(), (value) => {
        const read = readArm(new URLSearchParams({ bolus: value, carbs: value, basal: value, 'basal-for': value }));
        expect(read.bolus).toBeGreaterThanOrEqual(0);
        expect(read.bolus).toBeLessThanOrEqual(RANGES.bolus.most);
        expect(read.basal === null || read.basal <= RANGES.basal.most).toBe(true);
      }),
    );
  });

  test('A4 the control inputs of an arm carry their units and times', () => {
    expect(controlsOf({ ...EMPTY_ARM, bolus: 2.5, bolusIn: 10, basal: 0, basalFor: 45 })).toEqual([
      { control: 'insulin.bolus', value: 2.5, unit: 'U', inMinutes: 10 },
      { control: 'insulin.basal', value: 0, unit: 'U/h', inMinutes: 0, forMinutes: 45 },
    ]);
  });

  test('A5 a cockpit view finds its way back from its address', () => {
    const view = fc.record<View>({
      window: fc.constantFrom('6h', '12h', '24h', '3d'),
      end: fc.option(fc.integer({ min: 1, max: 4_000_000_000_000 }), { nil: null }),
      fan: fc.constantFrom('off', 'lines', 'fan'),
      before: fc.boolean(),
      as: fc.constantFrom('chart', 'table'),
    });
    fc.assert(
      fc.property(view, (given) => {
        expect(readView(new URLSearchParams(viewQuery(given)))).toEqual(given);
      }),
    );
  });
});
