import { type DayPanel, dayGrid } from '@gemel/charts/day-grid';
import { dayPercentiles } from '@gemel/charts/day-percentiles';
import { columns, figure, paragraph, table } from '@gemel/charts/html-report';
import { dayName, shown } from '@gemel/charts/scales';
import { stackBar } from '@gemel/charts/stack-bar';
import { DAY, type Instant, MINUTE } from '@gemel/core';
import type { History, PackReport } from '@gemel/runtime/pack';
import { GLUCOSE_LINES, glucoseDisplay } from './display.ts';
import { type GlucoseMetrics, glucoseMetrics, quantile } from './metrics.ts';
import { GLUCOSE_TARGETS } from './ranges.data.ts';
import { localDate, localOffset, minuteOfDay, type Reading, readingsOf } from './readings.ts';

/** Percentiles of glucose by time of day, mg/dL; NaN where too few values fall. */
export interface AmbulatoryProfile {
  readonly minutes: readonly number[];
  readonly p05: readonly number[];
  readonly p25: readonly number[];
  readonly p50: readonly number[];
  readonly p75: readonly number[];
  readonly p95: readonly number[];
}

/** Half width of the window values are pooled over, minutes, and the fewest values percentiles are taken of. */
const POOL_MINUTES = 20;
const LEAST_VALUES = 5;
/** Most daily profiles shown. */
const DAYS = GLUCOSE_TARGETS.days;

/**
 * The modal day: at every fifth minute of the local day the percentiles of all values within 20 minutes of it on any day
 * (the ambulatory glucose profile of Mazze 1987, doi:10.2337/diacare.10.1.111, as laid out by Bergenstal 2013,
 * doi:10.1089/dia.2013.0051; the pooling takes the place of that report's smoothing).
 */
export function ambulatoryProfile(readings: readonly Reading[], zoneOffset: number): AmbulatoryProfile {
  const byMinute: number[][] = Array.from({ length: 1440 }, () => []);
  for (const r of readings) byMinute[Math.floor(minuteOfDay(r, zoneOffset))]!.push(r.value);
  const minutes = Array.from({ length: 289 }, (_, i) => i * 5);
  const pooled = minutes.map((m) => {
    const values: number[] = [];
    for (let d = -POOL_MINUTES; d <= POOL_MINUTES; d++) values.push(...byMinute[(m + d + 1440) % 1440]!);
    return values.sort((a, b) => a - b);
  });
  const at = (p: number) => pooled.map((v) => (v.length < LEAST_VALUES ? Number.NaN : quantile(v, p)));
  return { minutes, p05: at(0.05), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95) };
}

/** The last 14 local days of a record. */
export function reportPeriod(readings: readonly Reading[], zoneOffset: number): Reading[] {
  const last = readings.at(-1);
  if (last === undefined) return [];
  const shift = localOffset(last, zoneOffset) * MINUTE;
  const from = (Math.floor((last.at + shift) / DAY) - DAYS + 1) * DAY - shift;
  return readings.filter((r) => r.at >= from);
}

/**
 * The one-page ambulatory glucose profile report in the standard layout: statistics and targets, time in ranges, the modal
 * day, daily profiles (consensus of Battelino 2019, doi:10.2337/dci19-0028). Needs sensor glucose only.
 */
export const agpReport: PackReport = {
  id: 'agp',
  title: 'Ambulatory glucose profile',
  render(history: History, options) {
    const display = glucoseDisplay(options.unit);
    const readings = reportPeriod(readingsOf(history), options.zoneOffset);
    const m = glucoseMetrics(readings, options.zoneOffset);
    const profile = ambulatoryProfile(readings, options.zoneOffset);
    const curve = dayPercentiles({
      id: 'agp-curve',
      title: 'Ambulatory glucose profile: one typical day',
      quantity: 'Glucose',
      ...profile,
      target: [70, 180],
      thresholds: GLUCOSE_LINES,
      covers: [40, 300],
      display,
    });
    const daily = dayGrid({
      id: 'agp-days',
      title: 'Daily glucose profiles',
      days: dayPanels(readings, m, options.zoneOffset),
      target: [70, 180],
      covers: [40, 300],
      display,
    });
    const html = [
      m.sufficient ? '' : paragraph(insufficiency(m), 'warning'),
      columns(statistics(m, options), figure(rangesBar(m, options.unit))),
      figure(curve),
      figure(daily),
    ].join('');
    const { days: _, ...numbers } = m;
    return {
      html,
      numbers: { ...Object.fromEntries(Object.entries(numbers).map(([k, v]) => [k, Number(v)])) },
    };
  },
};

/** Why the numbers may not stand for the person's usual glucose. */
export function insufficiency(m: GlucoseMetrics): string {
  return `Readings cover ${one(m.activePercent)} % of 14 days. Under ${GLUCOSE_TARGETS.activePercent.atLeast} % the numbers below may not stand for usual glucose (Battelino 2019).`;
}

/** Time in the five ranges as a stacked bar. */
export function rangesBar(m: GlucoseMetrics, unit: string) {
  const display = glucoseDisplay(unit);
  const at = (mgdl: number) => shown(mgdl, display);
  // The range borders are written as the consensus writes them: 181–250, 54–69 in mg/dL; 10.1–13.9, 3.0–3.8 in mmol/L.
  const up = (mgdl: number) => at(mgdl + (unit === 'mg/dL' ? 1 : 1.8));
  const down = (mgdl: number) => at(mgdl - (unit === 'mg/dL' ? 1 : 1.8));
  const of = (share: number) => ({ share, duration: duration(share) });
  return stackBar({
    id: 'time-in-ranges',
    title: 'Time in ranges',
    parts: [
      {
        label: 'Very high',
        detail: `>${at(250)} ${unit}`,
        ...of(m.timeAbove250),
        goal: 'goal <5 %',
        colour: '--gm-very-high',
      },
      {
        label: 'High',
        detail: `${up(180)}–${at(250)}`,
        ...of(m.timeAbove180 - m.timeAbove250),
        goal: 'with very high <25 %',
        colour: '--gm-high',
      },
      {
        label: 'Target',
        detail: `${at(70)}–${at(180)}`,
        ...of(m.timeInRange),
        goal: 'goal >70 %',
        colour: '--gm-in-range',
      },
      {
        label: 'Low',
        detail: `${at(54)}–${down(70)}`,
        ...of(m.timeBelow70 - m.timeBelow54),
        goal: 'with very low <4 %',
        colour: '--gm-low',
      },
      { label: 'Very low', detail: `<${at(54)}`, ...of(m.timeBelow54), goal: 'goal <1 %', colour: '--gm-very-low' },
    ],
  });
}

function statistics(m: GlucoseMetrics, options: { readonly unit: string; readonly zoneOffset: number }): string {
  const display = glucoseDisplay(options.unit);
  const glucose = (v: number) => `${shown(v, display)} ${display.unit}`;
  const last = m.days.at(-1)!.date;
  return table(
    {
      caption: `${m.days[0]!.date} to ${last}: ${m.days.length} days, ${m.n} readings`,
      columns: ['Statistic', 'Value', 'Goal'],
      rows: [
        ['Readings, of 14 days', `${one(m.activePercent)} %`, '>70 %'],
        ['Mean glucose', glucose(m.mean), ''],
        ['Glucose management indicator', `${one(m.gmi)} %`, '<7 %'],
        ['Coefficient of variation', `${one(m.cv)} %`, '≤36 %'],
        ['Standard deviation', glucose(m.sd), ''],
        ['Glycaemia risk index', one(m.gri), ''],
        ['Low / high blood glucose index', `${one(m.lbgi)} / ${one(m.hbgi)}`, ''],
        ['Mean amplitude of excursions', glucose(m.mage), ''],
      ],
    },
    true,
  );
}

function dayPanels(readings: readonly Reading[], m: GlucoseMetrics, zoneOffset: number): DayPanel[] {
  const byDate = Object.groupBy(readings, (r) => localDate(r, zoneOffset));
  return m.days.slice(-DAYS).map((day) => {
    const of = byDate[day.date]!;
    return {
      date: day.date,
      label: dayName(of[0]!.at as Instant, localOffset(of[0]!, zoneOffset)),
      points: of.map((r) => ({ minute: minuteOfDay(r, zoneOffset), value: r.value })),
      inTarget: day.timeInRange,
    };
  });
}

/** A share of a day in hours and minutes. */
function duration(share: number): string {
  const minutes = Math.round((share / 100) * 1440);
  const h = Math.floor(minutes / 60);
  return h === 0 ? `${minutes} min` : `${h} h ${minutes % 60} min`;
}

const one = (v: number) => shown(v, { factor: 1, decimals: 1 });
