import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readView, type View, viewQuery } from '../cockpit/use-view.ts';
import { matchPath, paths } from '../navigation.tsx';
import { type Arm, controlsOf, emptyArm, type Part, readArm, writeArm } from '../twin/arm.ts';
import { asLastGiven } from '../twin/recorded-doses.ts';
import { control, view as glucose } from './mock/twins.ts';
import { vancomycin } from './mock/vancomycin.ts';

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

  const views = [glucose.controls, vancomycin.controls];
  const part = ({ form }: (typeof glucose.controls)[number]): fc.Arbitrary<Part> => {
    const upTo = (most = 0) => fc.integer({ min: 0, max: most * 20 }).map((n) => n / 20);
    const amount = upTo(form.amount.most);
    return fc.record({
      amount: form.replaces ? fc.option(amount, { nil: null }) : amount,
      begins: upTo(form.begins.most),
      lasts: upTo(form.lasts?.most),
      every: upTo(form.every?.most),
    });
  };
  const arms = (controls: typeof glucose.controls): fc.Arbitrary<Arm> =>
    fc.record(Object.fromEntries(controls.map((view) => [view.form.name, part(view)])));

  test('A2 a what-if permalink restores what both arms do, whatever the twin’s controls', () => {
    for (const controls of views) {
      fc.assert(
        fc.property(arms(controls), arms(controls), (a, b) => {
          const query = new URLSearchParams();
          writeArm(query, b, controls);
          writeArm(query, a, controls, 'a-');
          expect(controlsOf(readArm(query, controls, 'a-'), controls)).toEqual(controlsOf(a, controls));
          expect(controlsOf(readArm(query, controls), controls)).toEqual(controlsOf(b, controls));
        }),
      );
      expect(readArm(new URLSearchParams(), controls)).toEqual(emptyArm(controls));
    }
  });

  test('A3 a spoiled permalink is as planned where it cannot be read, and never beyond the ranges', () => {
    const { controls } = glucose;
    expect(readArm(new URLSearchParams('bolus=many&carbs=&basal=x'), controls)).toEqual(emptyArm(controls));
    fc.assert(
      fc.property(fc.string(), (value) => {
        const query = new URLSearchParams({ bolus: value, carbs: value, basal: value, 'basal-for': value });
        const read = readArm(query, controls);
        for (const { form } of controls) {
          const { amount, lasts } = read[form.name]!;
          expect(amount ?? 0).toBeGreaterThanOrEqual(0);
          expect(amount ?? 0).toBeLessThanOrEqual(form.amount.most);
          expect(lasts).toBeLessThanOrEqual(form.lasts?.most ?? 0);
        }
      }),
    );
  });

  test('A4 the control inputs of an arm carry their units and times', () => {
    const arm = emptyArm(glucose.controls);
    const changed = { ...arm, bolus: { ...arm.bolus!, amount: 2.5, begins: 10 } };
    expect(controlsOf({ ...changed, basal: { ...arm.basal!, amount: 0, lasts: 45 } }, glucose.controls)).toEqual([
      { control: 'insulin.bolus', value: 2.5, unit: 'U', inMinutes: 10 },
      { control: 'insulin.basal', value: 0, unit: 'U/h', inMinutes: 0, forMinutes: 45 },
    ]);
    const dose = { dose: { amount: 1250, begins: 2, lasts: 1.5, every: 12 } };
    expect(controlsOf(dose, vancomycin.controls)).toEqual([
      { control: 'vancomycin.dose', value: 1250, unit: 'mg', inMinutes: 120, forMinutes: 90, everyMinutes: 720 },
    ]);
  });

  test('A6 a dose goes on as it was last given, from its next time', () => {
    const [view] = vancomycin.controls;
    const given = (hours: number) =>
      control('ada', 'vancomycin.dose', 1000, 'mg', hours * 3_600_000, (hours + 1) * 3_600_000);
    expect(asLastGiven([given(0), given(12), given(24)], view!, 27 * 3_600_000)).toEqual({
      amount: 1000,
      begins: 9,
      lasts: 1,
      every: 12,
    });
    expect(asLastGiven([], view!, 0)).toBeNull();
    expect(asLastGiven([], glucose.controls[0]!, 0)).toBeNull();
  });

  test('A5 a cockpit view finds its way back from its address', () => {
    const view = fc.record<View>({
      window: fc.option(fc.constantFrom('6h', '12h', '24h', '3d'), { nil: null }),
      end: fc.option(fc.integer({ min: 1, max: 4_000_000_000_000 }), { nil: null }),
      fan: fc.constantFrom('off', 'lines', 'fan'),
      before: fc.boolean(),
      as: fc.constantFrom('chart', 'table'),
    });
    fc.assert(
      fc.property(view, (given) => {
        expect(readView(new URLSearchParams(viewQuery(given)))).toEqual(given);
        expect(new URLSearchParams(viewQuery(given, 'glucose')).get('pack')).toBe('glucose');
      }),
    );
  });
});
