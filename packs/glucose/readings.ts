import type { Instant, ObservedValue } from '@gemel/core';
import { MINUTE } from '@gemel/core';
import type { History } from '@gemel/runtime/pack';
import { errorVarianceFactor } from '@gemel/runtime/quality/uncertain';

/** One sensor glucose reading. */
export interface Reading {
  readonly at: Instant;
  /** mg/dL; for "LO" and "HI" the bound of the sensor's range. */
  readonly value: number;
  /** Set where the sensor said only "below" or "above" its range. */
  readonly bound: 'below' | 'above' | null;
  /** Local offset east of UTC in minutes as the source wrote it; null where unknown. */
  readonly offset: number | null;
  /** How many times larger the variance of its error is than the sensor's; absent: 1. */
  readonly doubt?: number;
}

/** The number in mg/dL an observed value stands for, with its bound, or null where it is no quantity. */
export function glucoseValue(value: ObservedValue): { value: number; bound: Reading['bound'] } | null {
  if ('kind' in value) {
    if (value.kind === 'below' || value.kind === 'above') return { value: value.bound.value, bound: value.kind };
    return null;
  }
  return 'unit' in value ? { value: value.value, bound: null } : null;
}

/**
 * The readings of a signal within [from, to] in time order. Values graded 'poor' (implausible, or from a sensor that said it was failing)
 * are left out; "LO" and "HI" count as the sensor's bound.
 */
export function readingsOf(
  history: History,
  signal = 'glucose.interstitial',
  from: number = Number.NEGATIVE_INFINITY,
  to: number = Number.POSITIVE_INFINITY,
): Reading[] {
  const readings: Reading[] = [];
  let ascending = true;
  for (const o of history.observations) {
    if (o.signal !== signal || o.grade === 'poor' || o.trueAt < from || o.trueAt > to) continue;
    const given = glucoseValue(o.value);
    if (given === null) continue;
    if (readings.length > 0 && readings[readings.length - 1]!.at > o.trueAt) ascending = false;
    const doubt = errorVarianceFactor(o);
    readings.push({ at: o.trueAt, ...given, offset: o.offset, ...(doubt === 1 ? {} : { doubt }) });
  }
  return ascending ? readings : readings.sort((a, b) => a.at - b.at);
}

/** The newest reading of a signal at or before `at`; null where there is none. */
export function newestReading(history: History, signal: string, at: Instant): Reading | null {
  let newest = Number.NEGATIVE_INFINITY;
  for (const o of history.observations)
    if (o.signal === signal && o.grade !== 'poor' && o.trueAt <= at && o.trueAt > newest) newest = o.trueAt;
  return Number.isFinite(newest) ? (readingsOf(history, signal, newest, newest).at(-1) ?? null) : null;
}

/**
 * Local offset of a reading in minutes. A source that writes every time in UTC says when, not where: its offset of zero
 * gives way to the zone the reader asked for.
 */
export function localOffset(reading: Reading, zoneOffset: number): number {
  return reading.offset === null || reading.offset === 0 ? zoneOffset : reading.offset;
}

/** Minutes since local midnight, in [0, 1440). */
export function minuteOfDay(reading: Reading, zoneOffset: number): number {
  const local = reading.at / MINUTE + localOffset(reading, zoneOffset);
  return ((local % 1440) + 1440) % 1440;
}

/** Local calendar date, ISO 8601. */
export function localDate(reading: Reading, zoneOffset: number): string {
  return new Date(reading.at + localOffset(reading, zoneOffset) * MINUTE).toISOString().slice(0, 10);
}

/** Usual spacing of the readings in whole minutes: the median of the differences; 5 where there are fewer than two. */
export function samplingMinutes(readings: readonly Reading[]): number {
  if (readings.length < 2) return 5;
  const gaps = readings.slice(1).map((r, i) => r.at - readings[i]!.at);
  gaps.sort((a, b) => a - b);
  return Math.max(1, Math.round(gaps[gaps.length >> 1]! / MINUTE));
}

/** Glucose on an even time grid; NaN where no reading is near enough. */
export interface Grid {
  readonly start: Instant;
  readonly stepMinutes: number;
  readonly values: Float64Array;
}

/**
 * Linear interpolation onto whole multiples of `stepMinutes` after local midnight. Between readings more than
 * `longestGapMinutes` apart nothing is filled in.
 */
export function gridOf(
  readings: readonly Reading[],
  zoneOffset: number,
  stepMinutes = 5,
  longestGapMinutes = 45,
): Grid {
  if (readings.length === 0) return { start: 0 as Instant, stepMinutes, values: new Float64Array(0) };
  const step = stepMinutes * MINUTE;
  const shift = localOffset(readings[0]!, zoneOffset) * MINUTE;
  const first = Math.ceil((readings[0]!.at + shift) / step);
  const last = Math.floor((readings.at(-1)!.at + shift) / step);
  const values = new Float64Array(Math.max(0, last - first + 1)).fill(Number.NaN);
  let i = 0;
  for (let k = 0; k < values.length; k++) {
    const at = (first + k) * step - shift;
    while (i + 1 < readings.length && readings[i + 1]!.at < at) i++;
    const a = readings[i]!;
    const b = readings[i + 1] ?? a;
    if (a.at === at || b.at === a.at) values[k] = a.value;
    else if (b.at === at) values[k] = b.value;
    else if (b.at - a.at <= longestGapMinutes * MINUTE)
      values[k] = a.value + ((b.value - a.value) * (at - a.at)) / (b.at - a.at);
  }
  return { start: (first * step - shift) as Instant, stepMinutes, values };
}

/**
 * Rate of change in mg/dL/min by least squares over the readings of the last `minutes` before `at` (at least three, spanning
 * at least 10 minutes); null where there are too few. Three or more readings keep one noisy value from deciding.
 */
export function rateOfChange(readings: readonly Reading[], at: Instant, minutes = 20): number | null {
  const recent = readings.filter((r) => r.at <= at && r.at >= at - minutes * MINUTE);
  if (recent.length < 3 || recent.at(-1)!.at - recent[0]!.at < 10 * MINUTE) return null;
  const x = recent.map((r) => (r.at - at) / MINUTE);
  const meanX = x.reduce((s, v) => s + v, 0) / x.length;
  const meanY = recent.reduce((s, r) => s + r.value, 0) / x.length;
  let sxy = 0;
  let sxx = 0;
  for (let i = 0; i < x.length; i++) {
    sxy += (x[i]! - meanX) * (recent[i]!.value - meanY);
    sxx += (x[i]! - meanX) ** 2;
  }
  return sxy / sxx;
}
