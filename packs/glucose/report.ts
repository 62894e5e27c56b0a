import { details, figure, list, paragraph, table } from '@gemel/charts/html-report';
import { joinSteps, type Lane } from '@gemel/charts/lanes';
import { type Display, localTime, shown } from '@gemel/charts/scales';
import { type Fan, fanOf, type ObservedPoint, timeline } from '@gemel/charts/timeline';
import {
  type Accuracy,
  type Advice,
  type ControlInput,
  type Forecast,
  HOUR,
  type Instant,
  MINUTE,
  type Plan,
  type PosteriorSummary,
  type Scalar,
  type Trace,
} from '@gemel/core';
import type { History, ReportBasis, ReportPart } from '@gemel/runtime/pack';
import { GLUCOSE_LINES, glucoseDisplay } from './display.ts';
import { plannedBasal } from './insulin.ts';
import { readingsOf } from './readings.ts';
import { sayChance, sayMinutes } from './words.ts';

/** Hours of the past beside a forecast. */
const PAST_HOURS = 6;

/**
 * The glucose pack's telling of a twin: what it says now and why, the forecast as planned and as proposed over the same past,
 * what each plan weighed, what calibration learned, how earlier forecasts did, and what all of it rests on.
 */
export function sections(basis: ReportBasis): readonly ReportPart[] {
  const { trace, posterior, calibration } = basis;
  const parts: ReportPart[] = [
    { title: 'Advice', html: adviceHtml(basis) },
    { title: 'Forecast', html: forecastHtml(basis) },
  ];
  if (posterior.length > 0)
    parts.push({ title: 'What calibration learned', html: posteriorHtml(posterior, calibration), long: true });
  if (trace?.pastAccuracy)
    parts.push({ title: 'How earlier forecasts did', html: accuracyHtml(trace.pastAccuracy, basis.unit) });
  if (trace !== null)
    parts.push({ title: 'What the advice rests on', html: inputsHtml(trace, basis.zoneOffset), long: true });
  return parts;
}

function adviceHtml({ trace, zoneOffset }: ReportBasis): string {
  if (trace === null) return paragraph('No advice was asked for.');
  const { advice } = trace;
  const urgent = advice.advisories.map((a) =>
    paragraph(a.statement, a.priority === 'information' ? 'note' : 'warning'),
  );
  const until = advice.kind === 'advise' ? ` It stands until ${localTime(advice.expires, zoneOffset)}.` : '';
  return [
    ...urgent,
    paragraph(`${advice.statement}${until}`),
    list(advice.reasons.map((r) => r.statement)),
    plansTable(advice),
    paragraph('A proposal is a draft for a person to agree to, change or reject.', 'note'),
    actionHtml(trace, zoneOffset),
  ].join('');
}

function actionHtml(trace: Trace, zoneOffset: number): string {
  const { action } = trace;
  if (action === null) return '';
  const did = { agree: 'agreed', change: 'changed it', reject: 'rejected it' }[action.kind];
  return paragraph(`${action.person} ${did} at ${localTime(action.at, zoneOffset)}: ${action.reason}`);
}

function plansTable(advice: Advice): string {
  if (advice.plans.length === 0) return '';
  const scalarOf = (p: Plan, name: string) => p.forecast.quantities[name] as Scalar;
  return table({
    caption:
      'Plans weighed, the proposed one first. Weighed risk: low glucose five times high glucose; smaller is better.',
    columns: [
      'Plan',
      'Chance <70 mg/dL',
      'Chance <54 mg/dL',
      'Time in range',
      'Weighed risk',
      'Chance of being best',
      'Limits',
    ],
    rows: advice.plans.map((p) => [
      p.scenario.title,
      sayChance(scalarOf(p, 'minimum').events['below-70'] ?? Number.NaN),
      sayChance(scalarOf(p, 'minimum').events['below-54'] ?? Number.NaN),
      `${scalarOf(p, 'time-in-range').mean.toFixed(0)} %`,
      (-p.total).toFixed(1),
      sayChance(p.probabilityBest),
      p.limits
        .filter((l) => l.verdict !== 'within')
        .map((l) => l.message)
        .join(' ') || 'within all',
    ]),
  });
}

/** The forecasts to draw: as planned, and the plan put first where that is another. */
function arms(basis: ReportBasis): { readonly title: string; readonly forecast: Forecast }[] {
  const { trace, forecast } = basis;
  const plans = trace?.advice.kind === 'advise' ? trace.advice.plans : [];
  const planned = plans.find((p) => p.scenario.id === 'as-planned');
  const first = plans[0];
  if (planned !== undefined && first !== undefined && first !== planned)
    return [planned, first].map((p) => ({ title: p.scenario.title, forecast: p.forecast }));
  return forecast === null ? [] : [{ title: forecast.scenario.title, forecast }];
}

function forecastHtml(basis: ReportBasis): string {
  const shownArms = arms(basis);
  if (shownArms.length === 0)
    return [paragraph('No forecast is given.', 'note'), list(basis.missing.map((m) => m.statement))].join('');
  const display = glucoseDisplay(basis.unit);
  const from = (basis.now - PAST_HOURS * HOUR) as Instant;
  const { to } = shownArms[0]!.forecast.horizon;
  const fans = shownArms.flatMap(({ title, forecast }, i): Fan[] => {
    const glucose = forecast.quantities.glucose;
    return glucose?.kind === 'trajectory' ? [fanOf(glucose, title, i === 0 ? '--gm-arm-1' : '--gm-arm-2')] : [];
  });
  const outOfRange = shownArms.flatMap((a) => a.forecast.outOfRange);
  const chart = timeline({
    id: 'report-forecast',
    title: 'Glucose: measured and forecast',
    from,
    to,
    now: basis.now,
    offset: basis.zoneOffset,
    display,
    quantity: 'Glucose',
    covers: [40, 250],
    observed: observedPoints(basis.history, from),
    fans,
    band: { from: 70, to: 180, label: `target ${shown(70, display)}–${shown(180, display)}` },
    thresholds: GLUCOSE_LINES.filter((l) => l.value < 100),
    outOfRange: outOfRange.filter((z, i) => outOfRange.findIndex((o) => o.from === z.from) === i),
    lanes: lanes(basis.history, shownArms.at(-1)!.forecast.scenario.controls, basis.now, to),
    width: 860,
  });
  return [
    figure(chart),
    scalarsTable(shownArms, display),
    ...[...new Set(outOfRange.map((z) => z.message))].map((m) => paragraph(m, 'warning')),
  ].join('');
}

function observedPoints(history: History, from: Instant): ObservedPoint[] {
  const aside = (history.setAside ?? []).filter((o) => o.signal === 'glucose.interstitial' && o.trueAt >= from);
  const poor = aside.flatMap((o) =>
    'value' in o.value && 'unit' in o.value ? [{ at: o.trueAt, value: o.value.value, poor: true }] : [],
  );
  return [...readingsOf(history, 'glucose.interstitial', from), ...poor].sort((a, b) => a.at - b.at);
}

/** Meals, boluses and basal insulin: of the record, as it goes on, and as proposed. */
function lanes(history: History, proposed: readonly ControlInput[], now: Instant, to: Instant): Lane[] {
  const all = [...history.controls, ...plannedBasal(history, now, to), ...proposed];
  const of = (control: string) =>
    all
      .filter((c) => c.control === control)
      .map((c) => ({
        from: c.from,
        ...(c.to === undefined ? {} : { to: c.to }),
        value: c.value.value,
        status: c.status,
      }));
  return [
    { title: 'Meals', unit: 'g', decimals: 0, colour: '--gm-meal', kind: 'marks', items: of('meal.carbohydrate') },
    { title: 'Bolus', unit: 'U', decimals: 2, colour: '--gm-bolus', kind: 'marks', items: of('insulin.bolus') },
    {
      title: 'Basal',
      unit: 'U/h',
      decimals: 2,
      colour: '--gm-basal',
      kind: 'steps',
      items: joinSteps(of('insulin.basal')),
    },
  ];
}

function scalarsTable(shownArms: readonly { title: string; forecast: Forecast }[], display: Display): string {
  const first = shownArms[0]!.forecast;
  const names = Object.values(first.quantities).flatMap((q) => (q.kind === 'scalar' ? [q.name] : []));
  const cell = (forecast: Forecast, name: string) => {
    const q = forecast.quantities[name] as Scalar;
    const as: Display = q.unit === 'mg/dL' ? display : { unit: q.unit, factor: 1, decimals: q.unit === '%' ? 0 : 1 };
    const at = (level: number) => shown(q.quantiles[q.levels.indexOf(level)]!, as);
    return `${at(0.5)} (${at(0.05)} to ${at(0.95)})`;
  };
  const unitOf = (name: string) => {
    const { unit } = first.quantities[name]!;
    return unit === 'mg/dL' ? display.unit : unit === '1' ? '' : unit;
  };
  return table({
    caption: `Over the next ${sayMinutes((first.horizon.to - first.horizon.from) / MINUTE)}: median (90 % interval)`,
    columns: ['Quantity', 'Unit', ...shownArms.map((a) => a.title)],
    rows: names.map((name) => [
      first.quantities[name]!.title,
      unitOf(name),
      ...shownArms.map((a) => cell(a.forecast, name)),
    ]),
  });
}

function posteriorHtml(posterior: readonly PosteriorSummary[], said: ReportBasis['calibration']): string {
  return [
    list(said.map(({ statement }) => statement)),
    table({
      caption:
        'Personal parameters: posterior median and 90 % interval; the last column is 1 where the data taught nothing.',
      columns: ['Parameter', 'Unit', 'Median', '90 % interval', 'Posterior SD / prior SD'],
      rows: posterior.map((p) => [
        p.title,
        p.unit,
        p.median.toPrecision(3),
        `${p.low.toPrecision(3)} to ${p.high.toPrecision(3)}`,
        p.shrinkage.toFixed(2),
      ]),
    }),
  ].join('');
}

function accuracyHtml(accuracy: Accuracy, unit: string): string {
  const display = accuracy.unit === 'mg/dL' ? glucoseDisplay(unit) : { unit: accuracy.unit, factor: 1, decimals: 1 };
  const say = (v: number) => shown(v, { ...display, decimals: 1 });
  return table({
    caption: `Forecasts of this person against what was measured (${display.unit}); a 90 % interval should hold 90 %.`,
    columns: ['Lead', 'Forecasts', 'In 50 % interval', 'In 90 % interval', 'CRPS', 'Bias', 'RMSE'],
    rows: accuracy.byLead.map((l) => [
      sayMinutes(l.leadMinutes),
      l.count,
      sayChance(l.coverage50),
      sayChance(l.coverage90),
      say(l.crps),
      say(l.bias),
      say(l.rmse),
    ]),
  });
}

function inputsHtml(trace: Trace, zoneOffset: number): string {
  const { inputs, applicability } = trace;
  const newest = Math.min(...inputs.map((i) => i.ageMinutes));
  const graded = Object.entries(Object.groupBy(inputs, (i) => i.grade)).map(([grade, of]) => `${of!.length} ${grade}`);
  return [
    paragraph(
      inputs.length === 0
        ? 'Nothing that was admitted was used.'
        : `${inputs.length} inputs, the newest ${sayMinutes(newest)} old; by grade: ${graded.join(', ')}. The model applies: ${applicability.applies}.`,
    ),
    list(applicability.reasons.map((r) => r.statement)),
    details(
      'Inputs, newest first',
      table({
        caption: 'What was known when the advice was given',
        columns: ['What', 'Value', 'True at', 'Known at', 'Grade', 'Source'],
        rows: [...inputs]
          .sort((a, b) => b.trueAt - a.trueAt)
          .slice(0, INPUT_ROWS)
          .map((i) => [
            i.name,
            i.value,
            localTime(i.trueAt, zoneOffset),
            localTime(i.knownAt, zoneOffset),
            i.grade,
            i.source,
          ]),
      }),
    ),
  ].join('');
}

/** Rows of the inputs shown; the trace holds all. */
const INPUT_ROWS = 60;
