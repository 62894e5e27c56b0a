import type { Accuracy, Advisory, ControlInput, Scenario } from '@gemel/core';
import { instant } from '@gemel/core';
import { viewOf } from '@gemel/pack-glucose/view';
import type { CalibrationStatement, ObservationPoint, TwinDetail, TwinSummary, WhatIfControl } from '@gemel/server/api';
import { type Bump, forecastOf, glucoseAt, MINUTE, STEP } from './curves.ts';

export interface Person {
  readonly subject: string;
  readonly name: string;
  readonly base: number;
  readonly phase: number;
  readonly birthDate: string;
  readonly sex: string;
  readonly risk: TwinSummary['risk'];
  readonly level: TwinSummary['level'];
  readonly statement: string;
  readonly staleMinutes: number;
  readonly calibrated: boolean;
  readonly cgmOnly?: boolean;
  readonly advisories?: readonly Advisory[];
}

const HOUR = 60 * MINUTE;
export const view = viewOf(15);

export const people: readonly Person[] = [
  {
    subject: 'ada',
    name: 'Ada Brandt',
    base: 92,
    phase: 0.4,
    birthDate: '1989-03-14',
    sex: 'female',
    risk: 'high',
    level: 'twin',
    statement: '41 % chance of falling below 70 mg/dL within the hour.',
    staleMinutes: 2,
    calibrated: true,
    advisories: [
      { code: 'low-soon', priority: 'high', statement: 'Glucose may fall below 70 mg/dL within 40 min.' },
      { code: 'meal', priority: 'information', statement: 'A meal that was not announced is suspected at 12:10.' },
    ],
  },
  {
    subject: 'jonas',
    name: 'Jonas Okafor',
    base: 176,
    phase: 1.9,
    birthDate: '2009-11-02',
    sex: 'male',
    risk: 'medium',
    level: 'shadow',
    statement: 'Likely above 180 mg/dL for the next 2 h.',
    staleMinutes: 4,
    calibrated: true,
  },
  {
    subject: 'mira',
    name: 'Mira Lindqvist-Papadopoulou',
    base: 131,
    phase: 3.1,
    birthDate: '1974-06-30',
    sex: 'female',
    risk: 'unknown',
    level: 'shadow',
    statement: 'No value for 47 min.',
    staleMinutes: 47,
    calibrated: true,
  },
  {
    subject: 'tomas',
    name: 'Tomás Vega',
    base: 121,
    phase: 4.4,
    birthDate: '1996-01-19',
    sex: 'male',
    risk: 'low',
    level: 'twin',
    statement: 'In range, steady.',
    staleMinutes: 3,
    calibrated: true,
  },
  {
    subject: 'cgm-subject-1',
    name: 'cgm-subject-1',
    base: 124,
    phase: 5.2,
    birthDate: '',
    sex: '',
    risk: 'low',
    level: 'model',
    statement: '92 % in range over the last 14 d.',
    staleMinutes: 3,
    calibrated: false,
    cgmOnly: true,
  },
];

/** What a calibration says of itself; that of one person has not settled. */
function calibrationOf(person: Person): readonly CalibrationStatement[] {
  const told: readonly CalibrationStatement[] = [
    {
      standing: 'sound',
      code: 'well-determined',
      statement: 'Well determined by the data: insulin sensitivity of muscle.',
    },
    {
      standing: 'sound',
      code: 'partly-determined',
      statement: 'Narrowed by the data, and partly the population’s: insulin action on the liver.',
    },
    {
      standing: 'limited',
      code: 'not-determined',
      statement:
        'Not determined by these records: rate of glucose absorption; the population’s value is used, with all its uncertainty.',
    },
  ];
  if (person.subject !== 'jonas') return told;
  const statement =
    'The calculation has not settled: independent runs disagree about insulin action on the liver. Calibrate again before intervals are used.';
  return [{ standing: 'doubtful', code: 'inference-chains-not-mixed', statement }, ...told];
}

/** Meals at 7:30, 12:30 and 18:45 UTC of every day around `now`. */
function meals(now: number): readonly { at: number; grams: number }[] {
  const day = Math.floor(now / (24 * HOUR)) * 24 * HOUR;
  return [-4, -3, -2, -1, 0, 1].flatMap((d) =>
    [
      { at: 7.5, grams: 45 },
      { at: 12.5, grams: 62 },
      { at: 18.75, grams: 70 },
    ].map((m) => ({ at: day + d * 24 * HOUR + m.at * HOUR, grams: m.grams })),
  );
}

function bumps(person: Person, now: number): Bump[] {
  if (person.cgmOnly) return meals(now).map((m) => ({ at: m.at, size: m.grams * 0.8, peakMinutes: 55 }));
  return meals(now).flatMap((m) => [
    { at: m.at, size: m.grams * 1.9, peakMinutes: 50 },
    { at: m.at - 5 * MINUTE, size: -m.grams * 1.35, peakMinutes: 95 },
  ]);
}

export function control(
  subject: string,
  name: string,
  value: number,
  unit: string,
  from: number,
  to?: number,
  status: ControlInput['status'] = 'given',
): ControlInput {
  const base = {
    kind: 'control' as const,
    id: `${subject}-${name}-${from}`,
    subject,
    control: name,
    code: { codings: [], text: name },
    value: { value, unit },
    from: instant(from),
    status,
    knownAt: instant(from),
    offset: 120,
    grade: 'good' as const,
    marks: [],
    provenance: { source: 'mock', element: name },
  };
  return to === undefined ? base : { ...base, to: instant(to) };
}

function controls(person: Person, now: number): ControlInput[] {
  if (person.cgmOnly) return [];
  const from = meals(now)[0]!.at;
  const basal: ControlInput[] = [];
  for (let at = from; at < now + 12 * HOUR; at += 6 * HOUR)
    basal.push(
      control(
        person.subject,
        'insulin.basal',
        0.7 + ((at / (6 * HOUR)) % 4) * 0.1,
        'U/h',
        at,
        at + 6 * HOUR,
        at > now ? 'planned' : 'given',
      ),
    );
  return [
    ...basal,
    ...meals(now).flatMap((m) => [
      control(person.subject, 'meal.carbohydrate', m.grams, 'g', m.at, undefined, m.at > now ? 'planned' : 'given'),
      ...(m.at > now
        ? []
        : [control(person.subject, 'insulin.bolus', Math.round(m.grams / 10), 'U', m.at - 5 * MINUTE)]),
    ]),
  ];
}

function points(person: Person, from: number, to: number, now: number): ObservationPoint[] {
  const last = now - person.staleMinutes * MINUTE;
  const list: ObservationPoint[] = [];
  for (let at = Math.ceil(from / STEP) * STEP; at <= Math.min(to, last); at += STEP) {
    const value = Math.round(glucoseAt(at, person.base, bumps(person, now), person.phase));
    const poor = (at / STEP) % 97 === 3;
    list.push({
      id: `${person.subject}-${at}`,
      signal: 'glucose.interstitial',
      at,
      knownAt: at + MINUTE,
      value: value < 40 ? 40 : value,
      unit: 'mg/dL',
      grade: poor ? 'uncertain' : 'good',
      bound: value < 40 ? 'below' : null,
      marks: [],
      source: 'mock',
    });
  }
  return list;
}

export function summary(person: Person, now: number, openProposals: number): TwinSummary {
  const spark = points(person, now - 12 * HOUR, now, now);
  const last = spark.at(-1)!;
  return {
    subject: person.subject,
    name: person.name,
    pack: 'glucose',
    level: person.level,
    risk: person.risk,
    headline: { value: String(last.value), unit: 'mg/dL', at: last.at, statement: person.statement },
    dataAgeMinutes: (now - last.at) / MINUTE,
    calibrated: person.calibrated,
    openProposals,
    sparkline: spark.map(({ at, value }) => ({ at, value })),
    view,
  };
}

export const accuracy: Accuracy = {
  quantity: 'glucose',
  unit: 'mg/dL',
  byLead: [
    { leadMinutes: 30, count: 812, coverage50: 0.52, coverage90: 0.91, crps: 7.4, bias: -0.6, rmse: 13.9 },
    { leadMinutes: 60, count: 806, coverage50: 0.49, coverage90: 0.88, crps: 12.6, bias: -1.2, rmse: 23.1 },
    { leadMinutes: 120, count: 17, coverage50: 0.41, coverage90: 0.82, crps: 19.3, bias: 2.8, rmse: 35.2 },
  ],
};

export function standingForecast(
  person: Person,
  now: number,
  asked: readonly WhatIfControl[] = [],
  scenario?: Scenario,
) {
  const extra: Bump[] = asked.map((a) => ({
    at: now + a.inMinutes * MINUTE,
    size:
      a.control === 'meal.carbohydrate'
        ? a.value * 1.9
        : a.control === 'insulin.bolus'
          ? -a.value * 15
          : -(a.value - 0.9) * 25,
    peakMinutes: a.control === 'meal.carbohydrate' ? 50 : 95,
  }));
  const all = [...bumps(person, now), ...extra];
  return forecastOf(person.subject, now, scenario ?? { id: 'as-planned', title: 'As planned', controls: [] }, (t) =>
    glucoseAt(t, person.base, all, person.phase),
  );
}

export function detail(person: Person, now: number, from: number, to: number, openProposals: number): TwinDetail {
  const observations = points(person, from, to, now);
  return {
    summary: summary(person, now, openProposals),
    view,
    titles: {
      'glucose.interstitial': 'Sensor glucose',
      ...Object.fromEntries(view.controls.map(({ control, title }) => [control, title])),
    },
    events: {},
    retraced: null,
    models: [],
    now,
    applicability: person.cgmOnly
      ? {
          applies: 'unknown',
          reasons: [
            {
              code: 'condition-missing',
              statement: 'No diagnosis is on record; the model speaks of type 1 diabetes only.',
            },
          ],
        }
      : { applies: 'yes', reasons: [{ code: 'type-1', statement: 'Type 1 diabetes, 12 to 70 years.' }] },
    observations,
    controls: controls(person, now).filter((c) => (c.to ?? c.from) >= from && c.from <= to),
    facts: person.cgmOnly
      ? [{ fact: 'device', value: 'CGM' }]
      : [
          { fact: 'name', value: person.name },
          { fact: 'birthDate', value: person.birthDate },
          { fact: 'sex', value: person.sex },
          { fact: 'condition', value: 'Type 1 diabetes' },
          { fact: 'body.weight', value: '68 kg' },
        ],
    forecast: person.calibrated ? standingForecast(person, now) : null,
    forecastMissing: person.calibrated
      ? []
      : [
          { code: 'insulin-missing', statement: 'No insulin is on record: neither basal nor bolus.' },
          { code: 'meal-missing', statement: 'No meals are on record.' },
        ],
    advisories: person.advisories ?? [],
    posterior: person.calibrated
      ? [
          {
            parameter: 'vmx',
            title: 'Insulin sensitivity of muscle',
            unit: 'mg/kg/min per pmol/L',
            median: 0.054,
            low: 0.041,
            high: 0.071,
            shrinkage: 0.38,
          },
          {
            parameter: 'kabs',
            title: 'Rate of glucose absorption',
            unit: '1/min',
            median: 0.21,
            low: 0.09,
            high: 0.44,
            shrinkage: 0.93,
          },
          {
            parameter: 'kp3',
            title: 'Insulin action on the liver',
            unit: 'mg/kg/min per pmol/L',
            median: 0.0088,
            low: 0.0061,
            high: 0.0127,
            shrinkage: 0.61,
          },
        ]
      : [],
    calibration: person.calibrated ? calibrationOf(person) : [],
    accuracy: person.calibrated ? accuracy : null,
    past: person.calibrated
      ? observations.map((p) => {
          const median = p.value + 9 * Math.sin(p.at / (40 * MINUTE));
          return { at: p.at, leadMinutes: 30, low: median - 24, median, high: median + 24, observed: p.value };
        })
      : [],
    trace: null,
  };
}
