import { type Forecast, instant, MINUTE, QUANTILE_LEVELS, type Scalar, type Trace, type Trajectory } from '@gemel/core';
import type { ReportBasis } from '@gemel/runtime/pack';
import { expect, test } from 'vitest';
import { control, history, NOW } from './fixtures/history.ts';
import { quantities } from './quantities.ts';
import { sections } from './report.ts';

const times = [0, 60, 120, 180, 240, 300].map((m) => instant(NOW + m * MINUTE));

/** A forecast with every quantity of the pack, flat at 150 with a spread, or as one number. */
function forecast(title: string, controls: Forecast['scenario']['controls'] = []): Forecast {
  const spread = QUANTILE_LEVELS.map((l) => 150 + 60 * (l - 0.5));
  const all = quantities.map((q): [string, Trajectory | Scalar] => {
    const { name, title: t, code, unit } = q;
    const base = { name, title: t, code, unit, levels: QUANTILE_LEVELS };
    if (q.kind === 'scalar')
      return [
        name,
        { kind: 'scalar', ...base, quantiles: spread, mean: 150, sd: 20, events: { 'below-70': 0.04, 'below-54': 0 } },
      ];
    const quantiles = spread.map((v) => times.map(() => v));
    return [name, { kind: 'trajectory', ...base, times, quantiles, mean: times.map(() => 150), events: {} }];
  });
  return {
    scenario: { id: title === 'As planned' ? 'as-planned' : 'other', title, controls },
    horizon: { from: times[0]!, to: times.at(-1)! },
    quantities: Object.fromEntries(all),
    outOfRange: [{ code: 'x', message: 'No counter-regulation.', from: times[3]!, to: times[5]! }],
  } as unknown as Forecast;
}

const basis = (trace: unknown, more: Partial<ReportBasis> = {}): ReportBasis => ({
  subject: 'person',
  now: NOW,
  history: history(),
  forecast: forecast('As planned'),
  missing: [],
  posterior: [],
  calibration: [],
  trace: trace as Trace | null,
  past: null,
  models: [],
  zoneOffset: 60,
  unit: 'mg/dL',
  ...more,
});

const plan = (title: string, controls: Forecast['scenario']['controls'] = []) => {
  const f = forecast(title, controls);
  return {
    scenario: f.scenario,
    forecast: f,
    rewards: [],
    total: -3.2,
    probabilityBest: 0.6,
    limits: [],
    allowed: true,
  };
};

const trace = {
  inputs: [
    {
      name: 'Sensor glucose',
      value: '120 mg/dL',
      trueAt: NOW,
      knownAt: NOW,
      ageMinutes: 5,
      grade: 'good',
      source: 'a.csv',
    },
  ],
  applicability: { applies: 'yes', reasons: [{ code: 'x', statement: 'Type 1 diabetes is recorded.' }] },
  pastAccuracy: null,
  action: { kind: 'reject', person: 'Dr <X>', at: NOW, reason: 'too much' },
  advice: {
    kind: 'advise',
    statement: 'Option to consider: bolus of 2 U now.',
    reasons: [{ code: 'y', statement: 'Because.' }],
    advisories: [{ code: 'z', priority: 'high', statement: 'Check & act.' }],
    expires: instant(NOW + 15 * MINUTE),
    plans: [plan('Bolus of 2 U now', [control('insulin.bolus', 2, NOW, undefined, 'proposed')]), plan('As planned')],
  },
};

const whole = (b: ReportBasis) =>
  sections(b)
    .map((s) => s.html)
    .join('');

test('a proposal is told with its reasons, its expiry, what a person did, and both arms of the forecast', () => {
  const html = whole(basis(trace));
  expect(sections(basis(trace)).map((s) => s.title)).toEqual(['Advice', 'Forecast', 'What the advice rests on']);
  for (const words of [
    'stands until 2024-03-04 13:15 +01:00',
    'Because.',
    'Check &amp; act.',
    'Dr &lt;X&gt; rejected it',
    'No counter-regulation.',
  ])
    expect(html).toContain(words);
  expect(html).toContain('As planned: median');
  expect(html).toContain('Bolus of 2 U now: median');
  expect(html).toContain('Bolus 2.00 U, proposed');
  expect(html).not.toMatch(/NaN|undefined/);
});

test('in mmol/L every glucose is converted and no percentage is', () => {
  const html = whole(basis(null, { unit: 'mmol/L' }));
  expect(html).toContain('8.3 (6.8 to 9.8)');
  expect(html).toContain('150 (123 to 177)');
});

test('without a forecast, what is missing is said', () => {
  const html = whole(basis(null, { forecast: null, missing: [{ code: 'm', statement: 'No meal is recorded.' }] }));
  expect(html).toContain('No forecast is given.');
  expect(html).toContain('No meal is recorded.');
});

test('what calibration did not learn is named', () => {
  const posterior = [
    { parameter: 'a', title: 'insulin sensitivity', unit: '1', median: 1, low: 0.8, high: 1.2, shrinkage: 0.4 },
    { parameter: 'b', title: 'absorption', unit: '/min', median: 0.1, low: 0.05, high: 0.2, shrinkage: 0.97 },
  ];
  const statement = 'Not determined by these records: absorption; the population’s value is used.';
  const calibration = [{ standing: 'limited', code: 'not-determined', statement }] as const;
  expect(whole(basis(null, { posterior, calibration }))).toContain(`<li>${statement}</li>`);
});
