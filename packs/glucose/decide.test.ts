import { type Advice, type ControlInput, HOUR, type Plan, type Scalar, type Scenario } from '@gemel/core';
import { decide as decideWith } from '@gemel/runtime/decide';
import { AS_PLANNED, type ForecastBasis, foretell } from '@gemel/runtime/forecast';
import { lensOf } from '@gemel/runtime/lens';
import { expect, test } from 'vitest';
import { ADULT, ago, control, fact, history, NOW } from './fixtures/history.ts';
import { situation } from './fixtures/situation.ts';
import { pack as glucosePack } from './pack.ts';
import { POLICY } from './policy.data.ts';

/** Not cryptographic: enough to tell plans apart. */
function fingerprint(bytes: Uint8Array | string): string {
  const all = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  let hash = 0x811c9dc5;
  for (const b of all) hash = Math.imul(hash ^ b, 0x01000193) >>> 0;
  return hash.toString(16).padStart(64, '0');
}

/** The whole loop of proposing, limiting, forecasting, weighing and deciding, as the runtime runs it. */
function advise(h: ReturnType<typeof history>, members?: number): Advice {
  const about = situation(h, members);
  const basis: ForecastBasis = {
    twin: { pack: glucosePack, lens: lensOf(glucosePack), modelHash: 'test', parameterHash: 'test' },
    history: { ...h, setAside: [], seq: 1 },
    belief: about.belief,
    beliefHash: 'test',
    now: NOW,
    seed: 1,
    sha256: fingerprint,
  };
  return decideWith(basis, about, foretell(basis, AS_PLANNED).forecast);
}

const scalar = (p: Plan, name: string) => p.forecast.quantities[name] as Scalar;
const boluses = (p: Plan) => p.scenario.controls.filter((c) => c.control === 'insulin.bolus');

test('D1 in range and steady on the basal rate that holds: go on as planned', () => {
  const advice = advise(history({ glucose: () => 125, basal: 1.23 }));
  expect(advice.kind).toBe('advise');
  expect(advice.plans[0]!.scenario.id).toBe('as-planned');
});

test('D1 high and steady without insulin on board: a bolus, within limits and chances, and better than as planned', () => {
  const advice = advise(history({ glucose: () => 270 }));
  expect(advice.kind).toBe('advise');
  const [first] = advice.plans;
  const planned = advice.plans.find((p) => p.scenario.id === 'as-planned')!;
  expect(boluses(first!)).toHaveLength(1);
  expect(boluses(first!)[0]!.status).toBe('proposed');
  expect(first!.total - planned.total).toBeGreaterThanOrEqual(POLICY.leastGain.more);
  expect(scalar(first!, 'minimum').events['below-54']!).toBeLessThanOrEqual(POLICY.chance.below54);
  expect(scalar(first!, 'time-above-180').mean).toBeLessThan(scalar(planned, 'time-above-180').mean);
  expect(advice.reasons.map((r) => r.code)).toContain('chance-of-hypoglycaemia');
});

test('D2 low and falling slowly with insulin on board: basal insulin is suspended, nothing is added', () => {
  const advice = advise(
    history({ glucose: (m) => 84 + Math.min(m, 30) * 0.8, controls: [control('insulin.bolus', 6, ago(60))] }),
  );
  expect(advice.kind).toBe('advise');
  const [first] = advice.plans;
  expect(boluses(first!)).toHaveLength(0);
  expect(first!.scenario.controls).toMatchObject([{ control: 'insulin.basal' }]);
  expect(first!.scenario.controls[0]!.value.value).toBeLessThan(1);
});

test('S1 S2 no plan with a bolus below 70, nor while glucose falls fast', () => {
  for (const glucose of [() => 64, (m: number) => 200 + Math.min(m, 60) * 2.6]) {
    const advice = advise(history({ glucose }));
    expect(advice.kind).toBe('advise');
    for (const p of advice.plans) expect(boluses(p)).toHaveLength(0);
    expect(advice.reasons.map((r) => r.code)).toContain(glucose(0) === 64 ? 'glucose-low' : 'glucose-falling-fast');
  }
});

test('S3 S4 S5 S7 S8 S10 S11 S14 each abstains with its reason and offers nothing', () => {
  const cases: readonly [string, ReturnType<typeof history>][] = [
    ['sensor-stale', history({ lastReading: 25 })],
    ['sensor-warming-up', history({ facts: [...ADULT, fact('sensor.start', true, ago(30))] })],
    ['insulin-history-incomplete', history({ withoutBasal: true })],
    [
      'pump-fault-suspected',
      history({ glucose: (m) => 300 - m * 0.01, controls: [control('insulin.bolus', 4, ago(120))] }),
    ],
    ['meal-unannounced', history({ glucose: (m) => 110 + Math.max(0, 40 - m) * 2.5 })],
    ['diabetes-type-unknown', history({ facts: ADULT.filter((f) => f.fact !== 'condition') })],
    ['meal-outside-identified', history({ controls: [control('meal.carbohydrate', 150, ago(20))] })],
    ['setting-unreadable', history({ facts: [...ADULT, fact('therapy.maximum-bolus', { value: 1, unit: 'mL' })] })],
  ];
  for (const [code, h] of cases) {
    const advice = glucosePack.decide(situation(h, 30), []);
    expect(advice.kind, code).toBe('abstain');
    expect(
      advice.reasons.map((r) => r.code),
      code,
    ).toContain(code);
    expect(advice.plans, code).toEqual([]);
  }
});

test('S13 an uncalibrated or a thin belief abstains', () => {
  const about = situation(history(), 30);
  const none = { ...about, belief: { ...about.belief, members: [] } };
  expect(glucosePack.decide(none, [])).toMatchObject({ kind: 'abstain', code: 'not-calibrated' });
  const thin = { ...about, belief: { ...about.belief, diagnostics: { ...about.belief.diagnostics, ess: 5 } } };
  expect(glucosePack.decide(thin, [])).toMatchObject({ kind: 'abstain', code: 'belief-thin' });
});

test('S11 no bolus is proposed beyond a quarter more than the largest followed through', () => {
  const small = history({
    withoutMeals: true,
    glucose: () => 300,
    controls: [33, 28, 22].flatMap((hours) => [
      control('insulin.bolus', 1, ago(hours * 60)),
      control('meal.carbohydrate', 10, ago(hours * 60)),
    ]),
  });
  for (const s of glucosePack.propose(situation(small, 20), []))
    for (const c of s.controls) if (c.control === 'insulin.bolus') expect(c.value.value).toBeLessThanOrEqual(1.25);
});

test('S15 a bolus is weighed over 150 mg/dL or with a meal, not otherwise', () => {
  const offered = (h: ReturnType<typeof history>) =>
    glucosePack.propose(situation(h, 20), []).some((s) => s.controls.some((c) => c.control === 'insulin.bolus'));
  expect(offered(history({ glucose: () => 150 }))).toBe(false);
  expect(offered(history({ glucose: () => 151 }))).toBe(true);
  expect(offered(history({ glucose: () => 110, controls: [control('meal.carbohydrate', 45, ago(5))] }))).toBe(true);
});

test('S16 what a proposal adds stays within one and a half times what ratio and factor give', () => {
  const hours = (c: ControlInput) => (c.to! - c.from) / HOUR;
  const added = (s: Scenario) =>
    s.controls.reduce(
      (sum, c) => sum + (c.control === 'insulin.bolus' ? c.value.value : Math.max(0, c.value.value - 1) * hours(c)),
      0,
    );
  const most = (h: ReturnType<typeof history>) => Math.max(...glucosePack.propose(situation(h, 20), []).map(added));
  expect(most(history({ glucose: () => 200 }))).toBeCloseTo((1.5 * (200 - 120)) / 40, 1);
  expect(most(history({ glucose: () => 120, controls: [control('meal.carbohydrate', 40, ago(2))] }))).toBeCloseTo(6, 1);
  expect(most(history({ glucose: () => 125 }))).toBeLessThanOrEqual(0.5 + 1e-9);
  for (const p of advise(history({ glucose: () => 200 }), 40).plans)
    expect(added(p.scenario)).toBeLessThanOrEqual(3 + 1e-6);
});

test('S12 added insulin never brings hypoglycaemia beyond the chances allowed', () => {
  for (const glucose of [130, 160, 190, 230]) {
    const advice = advise(history({ glucose: () => glucose }), 60);
    if (advice.kind !== 'advise') throw new Error(advice.statement);
    const planned = advice.plans.find((p) => p.scenario.id === 'as-planned')!;
    for (const p of advice.plans)
      for (const [event, most] of [
        ['below-54', POLICY.chance.below54],
        ['below-70', POLICY.chance.below70],
      ] as const) {
        const chance = scalar(p, 'minimum').events[event]!;
        expect(chance <= most || chance <= scalar(planned, 'minimum').events[event]!).toBe(true);
      }
  }
});

test('D3 D4 proposing ends by itself, and advice expires', () => {
  const advice = advise(history({ glucose: () => 240 }), 60);
  if (advice.kind !== 'advise') throw new Error(advice.statement);
  expect(advice.expires - NOW).toBe(POLICY.expiresMinutes * 60_000);
  expect(advice.plans.length).toBeLessThanOrEqual(5);
});

test('D5 the same input gives the same advice', () => {
  const h = history({ glucose: () => 230 });
  expect(JSON.stringify(advise(h, 40))).toBe(JSON.stringify(advise(h, 40)));
});

test('D6 the options shown differ: as planned among them, boluses more than a fifth apart', () => {
  const advice = advise(history({ glucose: () => 270 }));
  const sizes = advice.plans.filter((p) => p.scenario.controls.length === 1).flatMap(boluses);
  const units = sizes.map((c) => c.value.value).toSorted((a, b) => a - b);
  expect(units.length).toBeGreaterThan(1);
  for (const [i, size] of units.entries()) if (i > 0) expect(units[i - 1]!).toBeLessThan(0.8 * size);
  expect(advice.plans.map((p) => p.scenario.id)).toContain('as-planned');
});
