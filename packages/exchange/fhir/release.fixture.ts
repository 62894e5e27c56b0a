import type { ControlInput, Forecast, PersonAction, Plan, Trace } from '@gemel/core';
import { coding, GEMEL, LOINC, RXNORM } from '@gemel/core/concept';
import { after, instant, MINUTE } from '@gemel/core/time';

/** A release as the loop leaves it, small: for the tests of what is written. */
export const now = instant(Date.parse('2024-01-15T12:00:00Z'));
export const expires = after(now, 15 * MINUTE);
const hash = 'c0ffee'.padEnd(64, '0123456789abcdef');
const aspart = { codings: [coding(RXNORM, '51428', 'insulin aspart')], text: 'insulin aspart' };

export function proposed(
  control: string,
  value: number,
  unit: string,
  change: Partial<ControlInput> = {},
): ControlInput {
  return {
    kind: 'control',
    id: `${control}-1`,
    subject: 'Patient/p1',
    control,
    code: aspart,
    value: { value, unit },
    from: now,
    status: 'proposed',
    knownAt: now,
    offset: 60,
    grade: 'good',
    marks: [],
    provenance: { source: 'gemel', element: 'scenario' },
    ...change,
  };
}

const times = [0, 5, 10].map((minutes) => after(now, minutes * MINUTE));

export const forecast: Forecast = {
  kind: 'forecast',
  id: 'forecast-1',
  subject: 'Patient/p1',
  pack: { id: 'glucose', version: '0.1.0' },
  madeAt: now,
  basis: { knownAt: now, seq: 12, lastObservation: now },
  horizon: { from: now, to: after(now, 10 * MINUTE) },
  scenario: { id: 'suspend', title: 'Suspend basal for 30 minutes', controls: [] },
  quantities: {
    glucose: {
      kind: 'trajectory',
      name: 'glucose',
      title: 'Glucose',
      code: { codings: [coding(GEMEL, 'predicted.glucose', 'Predicted glucose')] },
      unit: 'mg/dL',
      times,
      levels: [0.05, 0.5, 0.95],
      quantiles: [
        [80, 70, 60],
        [100, 95, 90.123456789],
        [120, 121, 122],
      ],
      mean: [100, 95, 90],
      events: { 'below-70': [0.01, 0.05, 0.1234], 'above-180': [0, 0, 0] },
    },
    lowest: {
      kind: 'scalar',
      name: 'lowest',
      title: 'Lowest glucose',
      code: { codings: [coding(GEMEL, 'predicted.lowest')] },
      unit: 'mg/dL',
      levels: [0.5],
      quantiles: [90],
      mean: 90,
      sd: 5,
      events: { 'below-54': 0.02 },
    },
  },
  outOfRange: [
    {
      code: 'glucose-low',
      message: 'Below 60 mg/dL the model lacks counter-regulation.',
      from: times[1]!,
      to: times[2]!,
    },
  ],
  belief: 'b1',
  modelHash: 'm1',
  seed: 7,
  members: 100,
  hash,
};

export const plan: Plan = {
  scenario: {
    id: 'suspend',
    title: 'Suspend basal for 30 minutes',
    controls: [
      proposed('insulin.basal', 0, 'U/h', { to: after(now, 30 * MINUTE) }),
      proposed('meal.carbohydrate', 15, 'g', {
        code: { codings: [coding(LOINC, '9059-7', 'Carbohydrate intake Estimated')] },
      }),
      proposed('alert.check', 1, '1', { code: { codings: [coding(GEMEL, 'alert.check', 'Check the infusion site')] } }),
      proposed('insulin.bolus', 2, 'U', { status: 'given' }),
    ],
  },
  forecast,
  rewards: [],
  total: 1,
  probabilityBest: 0.8,
  limits: [{ limit: 'max-basal', title: 'Maximum basal', verdict: 'clipped', message: 'Lowered to 2 U/h.' }],
  allowed: true,
};

export const action: PersonAction = { kind: 'agree', person: 'Dr Ada', at: now, reason: 'Falling fast after exercise' };

export const trace: Trace = {
  kind: 'trace',
  id: 'trace-1',
  subject: 'Patient/p1',
  pack: { id: 'glucose', version: '0.1.0' },
  at: now,
  knownAt: now,
  seq: 12,
  inputs: [
    {
      id: 'obs-1',
      name: 'glucose.interstitial',
      value: '92 mg/dL',
      trueAt: now,
      knownAt: now,
      ageMinutes: 0,
      grade: 'good',
      source: 'cgm.csv',
    },
    {
      id: 'ctl-1',
      name: 'insulin.bolus',
      value: '2 U',
      trueAt: now,
      knownAt: now,
      ageMinutes: 0,
      grade: 'good',
      source: 'pump.json',
    },
  ],
  modelHash: 'm1',
  parameterHash: 'p1',
  belief: 'b1',
  posterior: [],
  seed: 7,
  applicability: { applies: 'yes', reasons: [] },
  advice: {
    kind: 'advise',
    statement: 'Suspend basal insulin <30 minutes> & eat 15 g.',
    reasons: [{ code: 'low-risk', statement: 'Glucose may fall below 70 mg/dL.' }],
    advisories: [],
    plans: [plan],
    expires,
  },
  level: 'twin',
  pastAccuracy: null,
  words: ['Suspend'],
  engine: 'test',
  action,
  outcome: null,
  hash,
};
