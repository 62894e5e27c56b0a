import { coding, instant, MINUTE, SNOMED } from '@gemel/core';
import { describe, expect, test } from 'vitest';
import { advisories } from './advisories.ts';
import { applicability } from './applicability.ts';
import { ADULT, ago, control, fact, history, NOW, reading, TYPE_1 } from './fixtures/history.ts';
import { outsideIdentified } from './identified.ts';
import { insulinOnBoard, plannedBasal, shareRemaining, usualBasal } from './insulin.ts';
import { ATC, ICD10CM } from './observe.ts';
import { readiness } from './readiness.ts';
import { DEFAULT_POLICY, safetyFindings } from './safety.ts';

const rules = (h: ReturnType<typeof history>, policy = DEFAULT_POLICY) =>
  safetyFindings(h, NOW, policy).map((f) => f.rule);
const outlook = (h: ReturnType<typeof history>) => ({
  now: NOW,
  history: h,
  belief: null,
  applicability: applicability(h.facts),
});
const said = (h: ReturnType<typeof history>) => advisories(outlook(h), null, DEFAULT_POLICY);

describe('safety rules', () => {
  test('nothing stands against advice on an unremarkable day', () => {
    expect(rules(history())).toEqual([]);
    expect(said(history())).toEqual([]);
  });

  test('S1 a reading below 70 stops boluses, 70 does not', () => {
    expect(rules(history({ glucose: () => 69 }))).toEqual(['S1']);
    expect(rules(history({ glucose: () => 70 }))).toEqual([]);
  });

  test('S1 a fresh meter value below 70 counts where the sensor reads higher', () => {
    const h = history();
    const meter = reading(ago(3), 62, { id: 'meter', signal: 'glucose.capillary' });
    expect(rules({ ...h, observations: [...h.observations, meter] })).toEqual(['S1']);
    const old = reading(ago(60), 62, { id: 'meter', signal: 'glucose.capillary' });
    expect(rules({ ...h, observations: [...h.observations, old] })).toEqual([]);
  });

  test('S1 a sensor that says only "below its range" is low', () => {
    const h = history();
    const low = reading(NOW, 0, { value: { kind: 'below', bound: { value: 40, unit: 'mg/dL' } } });
    expect(rules({ ...h, observations: [...h.observations.slice(0, -1), low] })).toContain('S1');
  });

  test('S2 a fall over 2 mg/dL/min stops boluses, one of 1.9 does not, and one noisy value alone does not', () => {
    expect(rules(history({ glucose: (m) => 150 + Math.min(m, 60) * 2.1 }))).toEqual(['S2']);
    expect(rules(history({ glucose: (m) => 150 + Math.min(m, 60) * 1.9 }))).toEqual([]);
    expect(rules(history({ glucose: (m) => (m === 10 ? 135 : 120) }))).toEqual([]);
  });

  test('S2 a sensor that reports every 15 minutes is judged on three readings; after a gap the rate is unknown', () => {
    const every15 = (h: ReturnType<typeof history>) => ({
      ...h,
      observations: h.observations.filter((o) => ((NOW - o.trueAt) / MINUTE) % 15 === 0),
    });
    expect(rules(every15(history()))).toEqual([]);
    expect(rules(every15(history({ glucose: (m) => 150 + Math.min(m, 60) * 2.5 })))).toEqual(['S2']);
    const h = history();
    const gap = { ...h, observations: h.observations.filter((o) => o.trueAt === NOW || o.trueAt < ago(60)) };
    expect(safetyFindings(gap, NOW, DEFAULT_POLICY).map((f) => f.code)).toEqual(['glucose-rate-unknown']);
  });

  test('S3 a reading of 15 minutes is fresh, one of 20 is stale; a site may set 30', () => {
    expect(rules(history({ lastReading: 15 }))).toEqual([]);
    expect(rules(history({ lastReading: 20 }))).toEqual(['S3']);
    expect(rules(history({ lastReading: 20 }), { staleMinutes: 30 })).toEqual([]);
    expect(rules({ ...history(), observations: [] })).toEqual(['S3']);
  });

  test('S4 two hours after a sensor start, and after a reading marked as of the warm-up', () => {
    const started = (minutes: number) => history({ facts: [...ADULT, fact('sensor.start', true, ago(minutes))] });
    expect(rules(started(119))).toEqual(['S4']);
    expect(rules(started(120))).toEqual([]);
    const h = history();
    const marked = reading(ago(60), 120, {
      id: 'marked',
      marks: [{ code: 'device-sensor-warm-up', message: '', where: {}, remedy: '' }],
    });
    expect(rules({ ...h, observations: [...h.observations, marked] })).toEqual(['S4']);
  });

  test('S5 a gap over 15 minutes in the basal record of the last 6 hours', () => {
    const gap = (minutes: number) =>
      history({
        withoutBasal: true,
        controls: [
          control('insulin.basal', 1, ago(36 * 60), ago(120)),
          control('insulin.basal', 1, ago(120 - minutes), instant(NOW + 60 * MINUTE)),
        ],
      });
    expect(rules(gap(15))).toEqual([]);
    expect(rules(gap(16))).toEqual(['S5']);
    expect(rules(history({ withoutBasal: true }))).toEqual(['S5']);
    expect(
      rules(history({ withoutBasal: true, controls: [control('insulin.basal', 1, ago(36 * 60), ago(30))] })),
    ).toEqual(['S5']);
    const before = history({ withoutBasal: true, controls: [control('insulin.basal', 1, ago(400))] });
    expect(rules(before)).toEqual([]);
  });

  test('S5 implausible insulin of the last 6 hours, and long-acting insulin', () => {
    const poor = { ...control('insulin.bolus', 90, ago(100)), grade: 'poor' as const };
    expect(rules(history({ controls: [poor] }))).toEqual(['S5']);
    const glargine = fact('medication', true, ago(5000), { code: { codings: [coding(ATC, 'A10AE04')] } });
    expect(rules(history({ facts: [...ADULT, glargine] }))).toEqual(['S5']);
    const lispro = fact('medication', true, ago(5000), { code: { codings: [coding(ATC, 'A10AB04')] } });
    expect(rules(history({ facts: [...ADULT, lispro] }))).toEqual([]);
  });

  test('S6 below 70 the local plan is shown first, with 15 g and 15 minutes', () => {
    const [first] = said(history({ glucose: () => 65 }));
    expect(first).toMatchObject({ code: 'hypoglycaemia-plan', priority: 'high' });
    expect(first!.statement).toMatch(/local hypoglycaemia plan/);
    expect(first!.statement).toMatch(/15 g of fast carbohydrate/);
    expect(first!.statement).toMatch(/again in 15 minutes/);
    expect(said(history({ glucose: () => 65, lastReading: 40 })).map((a) => a.code)).toEqual(['sensor-stale']);
  });

  test('S7 high, not falling, insulin given and nothing eaten: ketones and infusion site', () => {
    const stuck = {
      glucose: (m: number) => (m <= 120 ? 290 - m * 0.1 : 200),
      controls: [control('insulin.bolus', 4, ago(120))],
    };
    expect(rules(history(stuck))).toEqual(['S7']);
    expect(said(history(stuck))[0]!.statement).toMatch(/ketones and the infusion site/);
    const eaten = [...stuck.controls, control('meal.carbohydrate', 60, ago(60))];
    expect(rules(history({ ...stuck, controls: eaten }))).toEqual([]);
    expect(rules(history({ ...stuck, controls: [control('insulin.bolus', 4, ago(20))] }))).toEqual([]);
    expect(rules(history({ ...stuck, glucose: (m) => 270 + m * 0.5 }))).toEqual([]);
  });

  test('S8 a rise as after a meal with none recorded is said and stops advice; a recorded meal explains it', () => {
    const rising = { glucose: (m: number) => 110 + Math.max(0, 40 - m) * 2.5 };
    expect(rules(history(rising))).toEqual(['S8']);
    expect(said(history(rising)).map((a) => a.code)).toEqual(['meal-unannounced']);
    expect(readiness('decide', history(rising), NOW, DEFAULT_POLICY).missing.map((m) => m.code)).toEqual([
      'meal-unannounced',
    ]);
    expect(rules(history({ ...rising, controls: [control('meal.carbohydrate', 40, ago(50))] }))).toEqual([]);
    expect(rules(history({ ...rising, controls: [control('meal.carbohydrate', 40, ago(1))] }))).toEqual([]);
    expect(rules(history({ ...rising, controls: [control('meal.carbohydrate', 40, ago(600))] }))).toEqual(['S8']);
  });

  test('S14 a personal maximum in an unknown unit stops advice', () => {
    const odd = fact('therapy.maximum-bolus', { value: 8, unit: 'mL' });
    expect(rules(history({ facts: [...ADULT, odd] }))).toEqual(['S14']);
  });
});

describe('S10 applicability', () => {
  const of = (facts: Parameters<typeof applicability>[0]) => applicability(facts);
  const born = (years: number) => fact('birthDate', `${2024 - years}-01-01`, instant(Date.UTC(2024 - years, 0, 1)));

  test('S10 an adult with type 1 diabetes: yes', () => expect(of(ADULT).applies).toBe('yes'));

  test('S10 type 2, gestational and secondary diabetes: no, though type 1 were recorded too', () => {
    for (const code of ['44054006', '11687002', '8801005'])
      expect(of([...ADULT, fact('condition', { codings: [coding(SNOMED, code)] })]).applies).toBe('no');
    expect(of([...ADULT, fact('condition', { codings: [coding(ICD10CM, 'E11.9')] })]).applies).toBe('no');
  });

  test('S10 under two years: no; an age outside the cohort: unknown', () => {
    expect(of([TYPE_1, born(1)])).toMatchObject({ applies: 'no' });
    expect(of([TYPE_1, born(3)]).applies).toBe('unknown');
    expect(of([TYPE_1, born(9)]).applies).toBe('yes');
    expect(of([TYPE_1, born(80)]).applies).toBe('unknown');
  });

  test('S10 pregnancy: no; a woman without a pregnancy record: yes, and it is said', () => {
    const pregnancy = fact('pregnancy', { codings: [coding(SNOMED, '77386006')] });
    expect(of([...ADULT, pregnancy]).applies).toBe('no');
    expect(of([...ADULT, fact('condition', { codings: [coding(SNOMED, '77386006')] })]).applies).toBe('no');
    const woman = of([TYPE_1, born(30), fact('sex', 'female')]);
    expect(woman.applies).toBe('yes');
    expect(woman.reasons.map((r) => r.code)).toContain('pregnancy-not-recorded');
    expect(
      of([TYPE_1, born(30), fact('sex', 'female'), fact('pregnancy', false)]).reasons.map((r) => r.code),
    ).not.toContain('pregnancy-not-recorded');
  });

  test('S10 nothing recorded: unknown, and every gap is named', () => {
    expect(of([])).toMatchObject({ applies: 'unknown' });
    expect(of([]).reasons.map((r) => r.code)).toEqual([
      'diabetes-type-unknown',
      'age-unknown',
      'pregnancy-not-recorded',
    ]);
  });
});

describe('S11 identified range', () => {
  test('S11 meals and boluses beyond what was followed through', () => {
    expect(outsideIdentified(history(), NOW, 300)).toBeNull();
    const feast = history({ controls: [control('meal.carbohydrate', 120, ago(30))] });
    expect(outsideIdentified(feast, NOW, 300)?.code).toBe('meal-outside-identified');
    const planned = history({
      controls: [control('meal.carbohydrate', 120, instant(NOW + 60 * MINUTE), undefined, 'planned')],
    });
    expect(outsideIdentified(planned, NOW, 300)?.code).toBe('meal-outside-identified');
    const large = history({ controls: [control('insulin.bolus', 12, ago(30))] });
    expect(outsideIdentified(large, NOW, 300)?.code).toBe('insulin-outside-identified');
    expect(outsideIdentified(history({ withoutMeals: true }), NOW, 300)?.code).toBe('meals-not-identified');
  });
});

describe('S13 readiness', () => {
  const missing = (service: Parameters<typeof readiness>[0], h: ReturnType<typeof history>) =>
    readiness(service, h, NOW, DEFAULT_POLICY).missing.map((m) => m.code);

  test('S13 a full record is ready for everything', () => {
    for (const service of ['calibrate', 'forecast', 'decide'] as const) expect(missing(service, history())).toEqual([]);
  });

  test('S13 sensor glucose alone lacks insulin and meals, each named', () => {
    const bare = { ...history({ withoutBasal: true, withoutMeals: true }), controls: [] };
    expect(missing('calibrate', bare)).toEqual(['basal-insulin-missing', 'bolus-insulin-missing', 'meals-missing']);
  });

  test('S13 too few readings; a silent sensor', () => {
    const h = history();
    expect(missing('calibrate', { ...h, observations: h.observations.slice(-100) })).toEqual(['sensor-glucose-scarce']);
    expect(missing('calibrate', { ...h, observations: [] })).toEqual(['sensor-glucose-missing']);
    expect(missing('forecast', history({ lastReading: 200 }))).toEqual(['sensor-silent']);
    expect(missing('calibrate', history({ lastReading: 200 }))).toEqual([]);
  });
});

describe('insulin', () => {
  test('insulin on board falls from all to none over six hours, fastest near the peak of action', () => {
    expect(shareRemaining(0)).toBe(1);
    expect(shareRemaining(360)).toBe(0);
    expect(shareRemaining(359.9)).toBeCloseTo(0, 4);
    const fall = (t: number) => shareRemaining(t) - shareRemaining(t + 1);
    expect(fall(75)).toBeGreaterThan(fall(30));
    expect(fall(75)).toBeGreaterThan(fall(150));
    for (let t = 0; t < 360; t++) expect(fall(t)).toBeGreaterThan(0);
  });

  test('a bolus counts by its age, basal above the usual rate counts, a suspension earns nothing', () => {
    expect(insulinOnBoard(history({ controls: [control('insulin.bolus', 4, NOW)] }), NOW)).toBeCloseTo(4, 6);
    const raised = history({
      withoutBasal: true,
      controls: [
        control('insulin.basal', 1, ago(36 * 60), ago(60)),
        control('insulin.basal', 3, ago(60), instant(NOW + 60 * MINUTE)),
      ],
    });
    expect(insulinOnBoard(raised, NOW)).toBeGreaterThan(1.5);
    expect(insulinOnBoard(raised, NOW)).toBeLessThan(2);
    const suspended = history({
      withoutBasal: true,
      controls: [
        control('insulin.basal', 1, ago(36 * 60), ago(60)),
        control('insulin.basal', 0, ago(60), instant(NOW + 60 * MINUTE)),
      ],
    });
    expect(insulinOnBoard(suspended, NOW)).toBe(0);
  });

  test('the usual rate is the programmed one, else the mean of the last day of the record', () => {
    expect(usualBasal(history(), NOW)).toBe(1);
    const noSetting = ADULT.filter((f) => f.fact !== 'therapy.basal-rate');
    const mixed = history({
      facts: noSetting,
      withoutBasal: true,
      controls: [
        control('insulin.basal', 0.8, ago(24 * 60), ago(12 * 60)),
        control('insulin.basal', 1.2, ago(12 * 60), NOW),
      ],
    });
    expect(usualBasal(mixed, NOW)).toBeCloseTo(1, 2);
    expect(usualBasal(history({ facts: noSetting, withoutBasal: true }), NOW)).toBeNull();
  });

  test('beyond the record basal insulin goes on at the usual rate', () => {
    const planned = plannedBasal(history(), NOW, instant(NOW + 300 * MINUTE));
    expect(planned).toHaveLength(1);
    expect(planned[0]).toMatchObject({ status: 'planned', value: { value: 1, unit: 'U/h' }, from: NOW + 60 * MINUTE });
    const open = history({ withoutBasal: true, controls: [control('insulin.basal', 1, ago(2000))] });
    expect(plannedBasal(open, NOW, instant(NOW + 300 * MINUTE))).toEqual([]);
  });
});
