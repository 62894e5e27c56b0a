import type { Problem, Where } from '@gemel/core/error';
import type { Decoded } from '@gemel/core/raw';
import type { DoorOptions } from '../../door.ts';
import { exchangeErrors } from '../../errors.data.ts';
import { readTime } from '../date.ts';
import { type JsonRow, jsonRows } from '../json-rows.ts';
import { type Element, fileEntry, refused, sourceOf } from './item.ts';
import { notThis } from './table.ts';

/** A JSON object of someone else's making. */
export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function number(record: Json, field: string): number | null {
  const value = record[field];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value)) return Number(value);
  return null;
}

export function text(record: Json, field: string): string | null {
  const value = record[field];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Instant of an ISO 8601 text that carries its offset; null otherwise. */
export function isoTime(written: string | null): { readonly at: number; readonly offset: number } | null {
  if (written === null) return null;
  const time = readTime(written);
  if (time.kind !== 'time' || time.offset === null) return null;
  return { at: time.local - time.offset * 60_000, offset: time.offset };
}

/** Wall-clock reading of an ISO 8601 text without an offset; null otherwise. */
export function wallTime(written: string | null): number | null {
  if (written === null) return null;
  const time = readTime(written);
  return time.kind === 'time' && time.offset === null && time.hasTime ? time.local : null;
}

/** A record of a JSON source that could be read. */
export interface JsonRecord {
  readonly row: JsonRow;
  readonly value: Json;
  readonly element: Element;
}

/**
 * The records of a JSON source in order, each readable or already refused; one file entry where the source is empty or
 * something else. `belongs` tells whether a record is of the format at all.
 */
export function readRecords(
  bytes: Uint8Array,
  options: DoorOptions,
  subjectOf: (value: Json) => string | null,
  belongs: (value: Json) => boolean,
  expected: string,
): readonly (JsonRecord | Decoded)[] {
  if (bytes.length === 0) {
    const empty = exchangeErrors.problem('exchange-empty', `${options.name} is empty`, { file: options.name });
    return [fileEntry('refused', options, [empty], bytes)];
  }
  const rows = [...jsonRows(bytes)];
  if (!rows.some((row) => isObject(row.value) && belongs(row.value))) {
    const none = rows.length === 0 && /^\s*(\[\s*\]|\{\s*\})\s*$/.test(new TextDecoder().decode(bytes.subarray(0, 64)));
    const problem = none
      ? exchangeErrors.problem('exchange-empty', `${options.name} holds no records`, { file: options.name })
      : notThis(bytes, options, expected);
    return [fileEntry('refused', options, [problem], bytes)];
  }
  return rows.map((row): JsonRecord | Decoded => {
    const value = isObject(row.value) ? row.value : null;
    const subject = options.subject ?? (value ? subjectOf(value) : null) ?? '';
    const element = recordElement(row, subject, value, options);
    if (row.fault === 'truncated')
      return refused('record', element, fault('exchange-truncated', 'the file ends here', element.where));
    if (row.fault === 'invalid')
      return refused('record', element, fault('exchange-json-invalid', 'not valid JSON', element.where));
    if (!value) return refused('record', element, fault('exchange-json-invalid', 'not an object', element.where));
    if (subject === '') {
      return refused('record', element, fault('exchange-subject-missing', 'names no person', element.where));
    }
    return { row, value, element };
  });
}

function fault(
  code: 'exchange-truncated' | 'exchange-json-invalid' | 'exchange-subject-missing',
  message: string,
  where: Where,
): Problem {
  return exchangeErrors.problem(code, message, where);
}

function recordElement(row: JsonRow, subject: string, value: Json | null, options: DoorOptions): Element {
  const element = row.path === '' ? 'record' : row.path;
  const sourceId = value ? (text(value, '_id') ?? text(value, 'id') ?? text(value, 'identifier')) : null;
  const device = value ? (text(value, 'device') ?? text(value, 'deviceId') ?? text(value, 'enteredBy')) : null;
  const place = row.byteStart === undefined ? {} : { byteStart: row.byteStart, byteEnd: row.byteEnd! };
  return {
    subject,
    where: {
      file: options.name,
      element,
      line: row.line,
      ...(row.byteStart !== undefined && { byte: row.byteStart }),
    },
    provenance: {
      ...sourceOf(options),
      element,
      line: row.line,
      ...place,
      ...(sourceId !== null && { sourceId }),
      ...(device !== null && { device }),
    },
  };
}
