import { type Instant, instant } from '@gemel/core/time';
import type { Zone } from '../device/zone.ts';

/** What a FHIR date, dateTime or instant says. */
export type ReadTime =
  | { readonly kind: 'point'; readonly at: Instant; readonly offset: number }
  /** Known only to the year, month or day: the whole of it, end exclusive; `offset` null where no zone is known (read as UTC). */
  | {
      readonly kind: 'span';
      readonly start: Instant;
      readonly end: Instant;
      readonly offset: number | null;
      readonly precision: 'year' | 'month' | 'day';
    }
  | {
      readonly kind: 'unreadable';
      readonly code:
        | 'fhir-time-invalid'
        | 'exchange-zone-missing'
        | 'exchange-local-time-never'
        | 'exchange-local-time-twice';
      readonly message: string;
    };

const FORM = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/**
 * Reads a FHIR date, dateTime or instant. A time of day without a zone is unreadable unless `zone` is given; a time that
 * the zone's change of clocks skips or repeats is unreadable too. Fractions beyond milliseconds are dropped.
 */
export function readDateTime(text: string, zone: Zone | null): ReadTime {
  const part = FORM.exec(text);
  const year = Number(part?.[1]);
  const month = Number(part?.[2] ?? 1);
  const day = Number(part?.[3] ?? 1);
  const hour = Number(part?.[4] ?? 0);
  const minute = Number(part?.[5] ?? 0);
  const second = Number(part?.[6] ?? 0);
  const date = utc(year, month, day);
  // A leap second is written :60 and falls on the second after.
  const invalid = month < 1 || new Date(date).getUTCMonth() !== month - 1 || day < 1 || hour > 23 || minute > 59;
  if (!part || invalid || second > 60)
    return unreadable('fhir-time-invalid', `"${clip(text)}" is not a FHIR date or time`);
  if (part[4] === undefined) return span(part, year, month, day, zone);
  const milliseconds = Number((part[7] ?? '').padEnd(3, '0').slice(0, 3));
  const local = date + hour * 3_600_000 + minute * 60_000 + second * 1000 + milliseconds;
  const written = part[8];
  if (written !== undefined) {
    const offset = written === 'Z' ? 0 : (written[0] === '-' ? -1 : 1) * minutes(written);
    if (Math.abs(offset) > 14 * 60) return unreadable('fhir-time-invalid', `"${text}" has an offset beyond 14 hours`);
    return { kind: 'point', at: instant(local - offset * 60_000), offset };
  }
  if (zone === null) return unreadable('exchange-zone-missing', `"${text}" has a time of day but no zone`);
  const meaning = zone.meaning(local);
  if (meaning.kind === 'never') {
    return unreadable('exchange-local-time-never', `"${text}" does not exist in ${zone.name}`);
  }
  if (meaning.kind === 'twice') {
    return unreadable('exchange-local-time-twice', `"${text}" occurs twice in ${zone.name}`);
  }
  return { kind: 'point', at: instant(local - meaning.offset * 60_000), offset: meaning.offset };
}

/** ISO 8601 for FHIR with the given offset east of UTC in minutes; UTC (`Z`) where the offset is null. */
export function writeDateTime(at: Instant, offset: number | null): string {
  const local = new Date(at + (offset ?? 0) * 60_000).toISOString();
  const text = local.endsWith('.000Z') ? local.slice(0, -5) : local.slice(0, -1);
  if (offset === null || offset === 0) return `${text}Z`;
  const size = Math.abs(offset);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${text}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function span(part: RegExpExecArray, year: number, month: number, day: number, zone: Zone | null): ReadTime {
  const precision = part[3] !== undefined ? 'day' : part[2] !== undefined ? 'month' : 'year';
  const first = utc(year, month, day);
  const next =
    precision === 'day'
      ? utc(year, month, day + 1)
      : precision === 'month'
        ? utc(year, month + 1, 1)
        : utc(year + 1, 1, 1);
  const start = midnight(first, zone);
  return {
    kind: 'span',
    start: instant(first - (start ?? 0) * 60_000),
    end: instant(next - (midnight(next, zone) ?? 0) * 60_000),
    offset: start,
    precision,
  };
}

/** Offset at a local midnight, null without a zone. Where midnight is skipped or repeated, the offset before the change. */
function midnight(local: number, zone: Zone | null): number | null {
  if (zone === null) return null;
  const meaning = zone.meaning(local);
  return meaning.kind === 'once' ? meaning.offset : meaning.kind === 'twice' ? meaning.first : meaning.before;
}

function utc(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

function minutes(offset: string): number {
  return Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
}

function unreadable(code: (ReadTime & { kind: 'unreadable' })['code'], message: string): ReadTime {
  return { kind: 'unreadable', code, message };
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
