import type { Instant } from '@gemel/core';
import { DAY, MINUTE } from '@gemel/core';
import { glucoseErrors } from './errors.data.ts';
import { mage } from './mage.ts';
import { GLUCOSE_TARGETS } from './ranges.data.ts';
import { gridOf, localDate, type Reading, samplingMinutes } from './readings.ts';
import { riskHigh, riskLow } from './risk.ts';

/** Shares of readings in percent, by the thresholds of the consensus (Battelino 2019, doi:10.2337/dci19-0028), mg/dL. */
export interface TimeShares {
  readonly timeBelow54: number;
  /** All readings under 70, those under 54 among them. */
  readonly timeBelow70: number;
  /** 70 to 180 inclusive. */
  readonly timeInRange: number;
  /** All readings over 180, those over 250 among them. */
  readonly timeAbove180: number;
  readonly timeAbove250: number;
}

/** One local calendar day. */
export interface DayMetrics extends TimeShares {
  /** ISO 8601 date. */
  readonly date: string;
  readonly n: number;
  readonly mean: number;
}

/** What a sensor record says of a person's glucose. Glucose in mg/dL, shares in percent. */
export interface GlucoseMetrics extends TimeShares {
  readonly n: number;
  readonly from: Instant;
  readonly to: Instant;
  /** Usual minutes between readings. */
  readonly samplingMinutes: number;
  /** Readings as a percentage of those expected in the 14 days that end with the last reading. */
  readonly activePercent: number;
  /** At least 70 percent of 14 days (Battelino 2019): enough for the metrics to stand for the person's usual glucose. */
  readonly sufficient: boolean;
  readonly mean: number;
  /** Sample standard deviation (n − 1). */
  readonly sd: number;
  /** Coefficient of variation, percent. */
  readonly cv: number;
  readonly median: number;
  /** Glucose management indicator, percent: 3.31 + 0.02392 × mean (Bergenstal 2018, doi:10.2337/dc18-1581). */
  readonly gmi: number;
  /** Low and high blood glucose index (Kovatchev 2006, doi:10.2337/dc06-1085). */
  readonly lbgi: number;
  readonly hbgi: number;
  /** Average daily risk range: mean over days of the largest low risk plus the largest high risk (Kovatchev 2006). */
  readonly adrr: number;
  /** Glycaemia risk index, 0 to 100, with its components (Klonoff 2023, doi:10.1177/19322968221085273). */
  readonly gri: number;
  readonly griHypo: number;
  readonly griHyper: number;
  /** Mean amplitude of glycaemic excursions, see mage.ts; NaN where no excursion counts. */
  readonly mage: number;
  /** Mean of daily differences: mean |difference| between values 24 h apart (Molnar 1972, doi:10.1007/BF01218495); NaN under a day. */
  readonly modd: number;
  readonly days: readonly DayMetrics[];
}

/** Percentages of values by range; NaN for none. */
export function timeShares(values: ArrayLike<number>): TimeShares {
  let below54 = 0;
  let below70 = 0;
  let above180 = 0;
  let above250 = 0;
  for (let i = 0; i < values.length; i++) {
    const g = values[i]!;
    if (g < 54) below54++;
    if (g < 70) below70++;
    if (g > 180) above180++;
    if (g > 250) above250++;
  }
  const share = (count: number) => (100 * count) / values.length;
  return {
    timeBelow54: share(below54),
    timeBelow70: share(below70),
    timeInRange: share(values.length - below70 - above180),
    timeAbove180: share(above180),
    timeAbove250: share(above250),
  };
}

/** Glycaemia risk index and its components from time shares in percent (Klonoff 2023, equations 1 to 3). */
export function glycaemiaRiskIndex(t: TimeShares): { gri: number; griHypo: number; griHyper: number } {
  const griHypo = t.timeBelow54 + 0.8 * (t.timeBelow70 - t.timeBelow54);
  const griHyper = t.timeAbove250 + 0.5 * (t.timeAbove180 - t.timeAbove250);
  return { gri: Math.min(100, 3 * griHypo + 1.6 * griHyper), griHypo, griHyper };
}

/** Glucose management indicator, percent, from mean glucose in mg/dL (Bergenstal 2018, doi:10.2337/dc18-1581). */
export function glucoseManagementIndicator(mean: number): number {
  return 3.31 + 0.02392 * mean;
}

/**
 * All metrics of a record of time-ordered readings. Days are local, by each reading's own offset or else `zoneOffset`
 * (minutes east of UTC). Refuses an empty record with `glucose-no-readings`.
 */
export function glucoseMetrics(readings: readonly Reading[], zoneOffset: number): GlucoseMetrics {
  if (readings.length === 0)
    throw glucoseErrors.error('glucose-no-readings', 'The record holds no usable sensor glucose.');
  const values = Float64Array.from(readings, (r) => r.value);
  const n = values.length;
  const mean = average(values);
  const sd = n > 1 ? Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / (n - 1)) : 0;
  const shares = timeShares(values);
  const from = readings[0]!.at;
  const to = readings[n - 1]!.at;
  const sampling = samplingMinutes(readings);
  const activePercent = activeShare(readings, to, sampling);
  const byDay = Object.entries(Object.groupBy(readings, (r) => localDate(r, zoneOffset))).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const days = byDay.map(([date, of]) => {
    const g = Float64Array.from(of!, (r) => r.value);
    return { date, n: g.length, mean: average(g), ...timeShares(g) };
  });
  const grid = gridOf(readings, zoneOffset);
  return {
    n,
    from,
    to,
    samplingMinutes: sampling,
    activePercent,
    sufficient: activePercent >= GLUCOSE_TARGETS.activePercent.atLeast,
    mean,
    sd,
    cv: (100 * sd) / mean,
    median: quantile(values.toSorted(), 0.5),
    gmi: glucoseManagementIndicator(mean),
    ...shares,
    lbgi: average(values.map(riskLow)),
    hbgi: average(values.map(riskHigh)),
    adrr: average(
      byDay.map(
        ([, of]) => Math.max(...of!.map((r) => riskLow(r.value))) + Math.max(...of!.map((r) => riskHigh(r.value))),
      ),
    ),
    ...glycaemiaRiskIndex(shares),
    mage: mage(grid),
    modd: meanOfDailyDifferences(grid.values, DAY / MINUTE / grid.stepMinutes),
    days,
  };
}

/** Distinct sampling slots filled in the 14 days up to `to`, percent of all such slots. */
function activeShare(readings: readonly Reading[], to: Instant, sampling: number): number {
  const slot = sampling * MINUTE;
  const slots = new Set<number>();
  for (const r of readings) {
    const back = Math.round((to - r.at) / slot);
    if (back * slot < GLUCOSE_TARGETS.days * DAY) slots.add(back);
  }
  return (100 * slots.size) / Math.floor((GLUCOSE_TARGETS.days * DAY) / slot);
}

function meanOfDailyDifferences(values: Float64Array, lag: number): number {
  let sum = 0;
  let count = 0;
  for (let i = lag; i < values.length; i++) {
    const difference = Math.abs(values[i]! - values[i - lag]!);
    if (Number.isNaN(difference)) continue;
    sum += difference;
    count++;
  }
  return count === 0 ? Number.NaN : sum / count;
}

function average(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** The p-quantile of ascending values, linear between order statistics (Hyndman and Fan type 7). */
export function quantile(ascending: ArrayLike<number>, p: number): number {
  const at = (ascending.length - 1) * p;
  const i = Math.floor(at);
  const low = ascending[i]!;
  return low + (at - i) * ((ascending[i + 1] ?? low) - low);
}
