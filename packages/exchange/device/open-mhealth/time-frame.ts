import type { Problem, Where } from '@gemel/core/error';
import type { RawTime } from '@gemel/core/raw';
import { type Instant, instant } from '@gemel/core/time';
import { exchangeErrors } from '../../errors.data.ts';
import { readDateTime } from '../../fhir/datetime.ts';
import { clip } from '../cgm/item.ts';
import { isObject, type Json, text } from '../cgm/records.ts';
import { deviceErrors } from '../errors.data.ts';
import type { Zone } from '../zone.ts';

/** Milliseconds of the units of a duration that are the same whatever the calendar. */
const LENGTHS: Readonly<Record<string, number>> = {
  ms: 1,
  sec: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  wk: 604_800_000,
};

type Read = RawTime | { readonly problem: Problem };

/**
 * An Open mHealth time frame: `date_time`, or a `time_interval` with a start, an end, a start or an end and a duration, or a
 * date with a part of the day (kept: no instant follows from "morning").
 */
export function readTimeFrame(frame: unknown, zone: Zone | null, where: Where): Read {
  if (!isObject(frame)) return form('the time frame is not an object', where);
  const at = text(frame, 'date_time');
  if (at !== null) {
    const read = point(at, zone, where);
    return 'problem' in read ? read : { start: read.at, offset: read.offset };
  }
  if (!isObject(frame.time_interval)) return form('the time frame has neither date_time nor time_interval', where);
  return interval(frame.time_interval, zone, where);
}

function interval(held: Json, zone: Zone | null, where: Where): Read {
  const first = text(held, 'start_date_time');
  const last = text(held, 'end_date_time');
  const length = held.duration === undefined ? null : duration(held.duration);
  if (first !== null) {
    const start = point(first, zone, where);
    if ('problem' in start) return start;
    if (last !== null) {
      const end = point(last, zone, where);
      if ('problem' in end) return end;
      return stretch(start.at, end.at, start.offset, where);
    }
    if (length === null) return form('a beginning without an end or a duration in fixed units', where);
    return stretch(start.at, instant(start.at + length), start.offset, where);
  }
  if (last !== null && length !== null) {
    const end = point(last, zone, where);
    if ('problem' in end) return end;
    return stretch(instant(end.at - length), end.at, end.offset, where);
  }
  return form('no beginning and end from which the stretch follows', where);
}

function stretch(start: Instant, end: Instant, offset: number, where: Where): Read {
  return end < start ? form('the stretch ends before it begins', where) : { start, end, offset };
}

function duration(held: unknown): number | null {
  if (!isObject(held) || typeof held.value !== 'number' || typeof held.unit !== 'string') return null;
  const ms = held.value * (LENGTHS[held.unit] ?? Number.NaN);
  return Number.isFinite(ms) && ms >= 0 ? Math.round(ms) : null;
}

function point(
  written: string,
  zone: Zone | null,
  where: Where,
): { readonly at: Instant; readonly offset: number } | { readonly problem: Problem } {
  const read = readDateTime(written.trim().toUpperCase().replace(' ', 'T'), zone);
  if (read.kind === 'point') return read;
  if (read.kind === 'span') return form(`"${clip(written)}" has no time of day`, where);
  if (read.code === 'fhir-time-invalid')
    return {
      problem: exchangeErrors.problem('exchange-date-unreadable', `"${clip(written)}" is no date and time`, where),
    };
  return { problem: exchangeErrors.problem(read.code, read.message, where) };
}

function form(words: string, where: Where): { readonly problem: Problem } {
  return { problem: deviceErrors.problem('device-time-form', words, where) };
}
