import { type Coding, coding, LOINC, UCUM } from '@gemel/core/concept';
import type { Problem } from '@gemel/core/error';
import type { Decoded, RawValue } from '@gemel/core/raw';
import { instant, MINUTE } from '@gemel/core/time';
import type { Door, DoorOptions } from '../../door.ts';
import { exchangeErrors } from '../../errors.data.ts';
import { itemOf } from '../../fhir/decode/observation.ts';
import { clip, type Element, fileEntry, mapped, moment, refused } from '../cgm/item.ts';
import { type Json, readRecords } from '../cgm/records.ts';
import { dateOrder, type RowTime, rowTime, type Staged, settleRows, unreadableTime, zoneOf } from '../cgm/staged.ts';
import { brokenRow, openRowRemark, readTable, rowElement } from '../cgm/table.ts';
import { parseNumber } from '../csv.ts';
import { readTime } from '../date.ts';
import { deviceErrors } from '../errors.data.ts';
import { MDC, MDC_SYSTEMS } from '../mdc/codes.data.ts';
import { inUcum } from '../mdc/meaning.ts';
import { headText } from '../text.ts';

const EXPECTED = 'time, code, value and unit';
/** A clock that stands less far off than this is right enough. */
const CLOCK_MS = MINUTE;
const NEEDED = ['time', 'code', 'value', 'unit'] as const;

/**
 * Measured values, one a row, in the fewest words: `time, code, value, unit` as a table with that header, as JSON objects (one,
 * an array, one a line), or as `{"sent": …, "readings": […]}`, where `sent` is what the sender's clock said when it was sent:
 * against `received` it shows how far that clock stands off. A code is LOINC's (`8867-4`), a number or reference id of ISO/IEEE
 * 11073 (`150021`, `MDC_PRESS_BLD_NONINV_SYS`), or `system|code`; a unit is UCUM's or a number of ISO/IEEE 11073. Columns that may
 * be there: `id` (of the reading), `device`, and `doubt`, the device's own words for an artefact.
 */
export const rowsDoor = {
  id: 'device-rows',
  title: 'Measured values, one a row (time, code, value, unit; CSV or JSON)',
  sniff(head) {
    const text = headText(head.subarray(0, 4096)).trimStart();
    if (/^[[{]/.test(text)) {
      return NEEDED.every((name) => text.includes(`"${name}"`)) && !/"(resourceType|header)"/.test(text) ? 0.92 : 0;
    }
    const cells = headerCells(text.split(/\r?\n/, 1)[0]!);
    return isHeader(cells) ? 0.95 : 0;
  },
  *decode(bytes, options) {
    const { zone, problem } = zoneOf(options);
    if (problem) {
      yield fileEntry('refused', options, [problem], bytes);
      return;
    }
    const json = /^\s*[[{]/.test(headText(bytes.subarray(0, 4096)));
    yield* settleRows(json ? jsonRows(bytes, options) : tableRows(bytes, options), zone, options, bytes);
  },
} satisfies Door;

const headerCells = (line: string) => line.split(/[,;\t|]/).map((cell) => cell.trim().replaceAll('"', ''));
const isHeader = (cells: readonly string[]) => NEEDED.every((name) => placeOf(cells, name) >= 0);
const placeOf = (cells: readonly string[], name: string) =>
  cells.findIndex((cell) => cell.trim().toLowerCase() === name);

/** What a row says, as it is written there. */
interface Written {
  readonly code: string;
  readonly value: string;
  readonly unit: string;
  readonly doubt: string;
}

/** A field as text; what is neither text nor a number says nothing. */
function textOf(value: Json, name: string): string {
  const said = value[name];
  return typeof said === 'string' ? said : typeof said === 'number' ? String(said) : '';
}

function jsonRows(bytes: Uint8Array, options: DoorOptions): readonly (Staged | Decoded)[] {
  const belongs = (value: Json) => NEEDED.every((name) => name in value);
  const records = readRecords(bytes, options, () => null, belongs, EXPECTED);
  const error = clockError(bytes, options);
  const times = records.flatMap((record) => ('fate' in record ? [] : [textOf(record.value, 'time')]));
  const { order, problem } = dateOrder(times, options);
  if (problem) return [fileEntry('refused', options, [problem], bytes)];
  return records.map((record) => {
    if ('fate' in record) return record;
    const { value, element } = record;
    const said = (name: string) => textOf(value, name);
    const written = { code: said('code'), value: said('value'), unit: said('unit'), doubt: said('doubt') };
    return stage(element, rowTime(said('time'), order, ''), said('time'), written, error, []);
  });
}

function tableRows(bytes: Uint8Array, options: DoorOptions): readonly (Staged | Decoded)[] {
  const table = readTable(bytes, options, isHeader, EXPECTED);
  if ('fate' in table) return [table];
  const { header, rows, remarks } = table;
  const at = Object.fromEntries([...NEEDED, 'id', 'device', 'doubt'].map((name) => [name, placeOf(header, name)]));
  const cell = (row: (typeof rows)[number], name: string) => (row.cells[at[name]!] ?? '').trim();
  const { order, problem } = dateOrder(
    rows.map((row) => cell(row, 'time')),
    options,
  );
  if (problem) return [fileEntry('refused', options, [problem], bytes)];
  const needed = Math.max(...NEEDED.map((name) => at[name]!)) + 1;
  const staged = rows.map((row, i): Staged | Decoded => {
    const place = rowElement(row, i + 1, options.subject ?? '', options, cell(row, 'device'));
    const id = cell(row, 'id');
    const element = id === '' ? place : { ...place, provenance: { ...place.provenance, sourceId: id } };
    const broken = brokenRow(row, needed, 'reading', element);
    if (broken) return broken;
    if (element.subject === '') {
      const nobody = exchangeErrors.problem('exchange-subject-missing', 'names no person', element.where);
      return refused('reading', element, nobody);
    }
    const time = cell(row, 'time');
    const said = {
      code: cell(row, 'code'),
      value: cell(row, 'value'),
      unit: cell(row, 'unit'),
      doubt: cell(row, 'doubt'),
    };
    return stage(element, rowTime(time, order, ''), time, said, 0, openRowRemark(row, element));
  });
  return remarks.length === 0 ? staged : [fileEntry('kept', options, remarks, bytes), ...staged];
}

function stage(
  element: Element,
  time: RowTime | null,
  written: string,
  said: Written,
  clockError: number,
  remarks: readonly Problem[],
): Staged | Decoded {
  if (time === null) return refused('reading', element, unreadableTime(clip(written), element.where, 'time'));
  const made = readingOf(said, element);
  if ('problem' in made) return refused('reading', element, made.problem);
  const { named, value } = made;
  const own = identified(element, said, written);
  return {
    type: 'reading',
    element: own,
    time,
    make(at, offset, placed) {
      const marks = [...placed, ...remarks];
      if (clockError !== 0) {
        const words = `the sender's clock stood ${Math.round(Math.abs(clockError) / 1000)} s ${clockError > 0 ? 'ahead' : 'behind'}; corrected`;
        marks.push(exchangeErrors.problem('exchange-clock-changed', words, element.where));
      }
      if (said.doubt !== '') marks.push(deviceErrors.problem('device-status', clip(said.doubt), element.where));
      const time = moment(at - clockError, offset);
      // As the FHIR door makes it, so that a value means the same whatever it came by.
      const shared = { status: 'final', subject: own.subject, time, marks, known: {} };
      return mapped('reading', own, [itemOf(value, { codings: [named] }, own.provenance, shared)], marks);
    },
  };
}

/**
 * A reading without an identifier is known by device, code and the time its sender gave it, so that what is sent again is the
 * same reading however the clock was corrected.
 */
function identified(element: Element, { code }: Written, time: string): Element {
  const { sourceId, device = '' } = element.provenance;
  const own = sourceId === undefined ? `${device}|${code}|${time}` : `${device}|${sourceId}`;
  return { ...element, provenance: { ...element.provenance, sourceId: own.replaceAll('#', '%23') } };
}

function readingOf(
  { code, value, unit }: Written,
  { where }: Element,
): { readonly named: Coding; readonly value: RawValue } | { readonly problem: Problem } {
  const named = codingOf(code);
  if (named === null) {
    const words =
      code === '' ? 'a value without a code' : `"${clip(code)}" is neither LOINC, ISO/IEEE 11073 nor system|code`;
    return { problem: deviceErrors.problem('device-code-unknown', words, { ...where, field: 'code' }) };
  }
  const number = parseNumber(value);
  if (number === null) {
    const words = value === '' ? 'a reading without a value' : `"${clip(value)}" is not a number`;
    const problem = value === '' ? 'exchange-value-missing' : 'exchange-number-unreadable';
    return { problem: exchangeErrors.problem(problem, words, { ...where, field: 'value' }) };
  }
  if (unit === '') {
    const words = 'a value without a unit';
    return { problem: deviceErrors.problem('device-unit-missing', words, { ...where, field: 'unit' }) };
  }
  const unitSystem = /^\d{6}$/.test(unit) ? MDC : UCUM;
  return { named, value: inUcum({ kind: 'quantity', value: number, unit, unitSystem }) };
}

function codingOf(code: string): Coding | null {
  if (/^\d{1,7}-\d$/.test(code)) return coding(LOINC, code);
  if (/^MDC_[A-Z0-9_]+$/.test(code) || /^\d{5,10}$/.test(code)) return coding(MDC, code);
  const cut = code.lastIndexOf('|');
  const [system, value] = [code.slice(0, Math.max(cut, 0)), code.slice(cut + 1)];
  if (system === '' || value === '') return null;
  return coding(MDC_SYSTEMS.has(system) ? MDC : system, value);
}

/** How far the sender's clock stands ahead of the receiver's, in whole seconds as ms; 0 where it is right enough or unknown. */
function clockError(bytes: Uint8Array, { received }: DoorOptions): number {
  const head = /^\s*\{[^[{]*?"sent"\s*:\s*"?([^",}]+)/.exec(headText(bytes.subarray(0, 1024)));
  if (head === null || received === undefined) return 0;
  const time = readTime(head[1]!);
  if (time.kind !== 'time' || time.offset === null) return 0;
  const error = instant(time.local - time.offset * MINUTE) - received;
  return Math.abs(error) > CLOCK_MS ? Math.round(error / 1000) * 1000 : 0;
}
