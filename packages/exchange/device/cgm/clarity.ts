import type { Problem } from '@gemel/core/error';
import type { Decoded } from '@gemel/core/raw';
import type { Door, DoorOptions } from '../../door.ts';
import { exchangeErrors } from '../../errors.data.ts';
import { type CsvRow, parseNumber } from '../csv.ts';
import { headText } from '../text.ts';
import { CAPILLARY, DEXCOM_RANGE, type GlucoseUnit, INTERSTITIAL } from './codes.data.ts';
import {
  bolus,
  carbohydrate,
  clip,
  type Element,
  fact,
  fileEntry,
  kept,
  longActing,
  mapped,
  moment,
  observation,
  readGlucose,
  refused,
} from './item.ts';
import { type RowTime, rowTime, type Staged, settleRows, unreadableTime, zoneOf } from './staged.ts';
import { brokenRow, openRowRemark, readTable, rowElement, unitIn } from './table.ts';

const EXPECTED = 'a Dexcom Clarity export';

/** Columns in the order Clarity writes them in every language. */
const COLUMN = {
  timestamp: 1,
  type: 2,
  subtype: 3,
  patient: 4,
  device: 5,
  source: 6,
  glucose: 7,
  insulin: 8,
  carbohydrate: 9,
  duration: 10,
  transmitterTime: 12,
  transmitter: 13,
} as const;

/** Cells a data row must have; the transmitter's name came later. */
const WIDTH = 13;

/** Event types Clarity writes; others are kept and remarked on. */
const KEPT_TYPES = new Set(['Device', 'Alert', 'Exercise', 'Health', 'Note', 'FirstName', 'LastName', 'DateOfBirth']);

/** Dexcom Clarity's CSV: header rows about person, device and alerts, then events at display time. */
export const clarityDoor = {
  id: 'dexcom-clarity',
  title: 'Dexcom Clarity CSV',
  sniff(head) {
    return isHeaderText(headText(head)) ? 0.98 : 0;
  },
  decode,
} satisfies Door;

function isHeaderText(text: string): boolean {
  return /Event Type.{1,4}Event Subtype/.test(text) || text.includes('Transmitter Time (Long Integer)');
}

function isHeader(cells: readonly string[]): boolean {
  return cells.length >= WIDTH && /hh:mm:ss/i.test(cells[COLUMN.timestamp]!) && unitIn(cells[COLUMN.glucose]) !== null;
}

function* decode(bytes: Uint8Array, options: DoorOptions): Generator<Decoded, void, void> {
  const table = readTable(bytes, options, isHeader, EXPECTED);
  if ('fate' in table) {
    yield table;
    return;
  }
  const { zone, problem: zoneProblem } = zoneOf(options);
  const person = readPerson(table.rows);
  const subject = options.subject ?? person.subject;
  const problem =
    zoneProblem ??
    (subject === null
      ? exchangeErrors.problem('exchange-subject-missing', `${options.name} names no person`, { file: options.name })
      : null);
  if (problem || subject === null) {
    yield fileEntry('refused', options, [problem!], bytes);
    return;
  }
  const unit = unitIn(table.header[COLUMN.glucose])!;
  const remarks: Problem[] = [...table.remarks];
  if (options.unit !== undefined && unitIn(options.unit) !== unit) {
    remarks.push(
      exchangeErrors.problem(
        'exchange-unit-conflict',
        `--unit ${options.unit}, but the file states ${unit}; read as ${unit}`,
        {
          file: options.name,
          field: table.header[COLUMN.glucose]!,
        },
      ),
    );
  }
  if (remarks.length > 0) yield fileEntry('kept', options, remarks, bytes);
  const reader = new RowReader(unit, person, subject, options);
  yield* settleRows(
    table.rows.map((row, i) => reader.read(row, i + 1)),
    zone,
    options,
    bytes,
  );
}

interface Person {
  readonly subject: string | null;
  readonly name: string;
  /** Written time of the first dated row: facts of the header rows are true from then on. */
  readonly since: string | null;
}

function readPerson(rows: readonly CsvRow[]): Person {
  const info = (type: string) => rows.find((row) => row.cells[COLUMN.type] === type)?.cells[COLUMN.patient] ?? '';
  const name = [info('FirstName'), info('LastName')].filter((part) => part !== '').join(' ');
  const subject = [name, info('DateOfBirth')].filter((part) => part !== '').join(' ');
  const since = rows.find((row) => rowTime(row.cells[COLUMN.timestamp] ?? '', null, '') !== null);
  return { subject: name === '' ? null : subject, name, since: since?.cells[COLUMN.timestamp] ?? null };
}

/** Turns rows into staged entries; holds what the header said. */
class RowReader {
  readonly #unit: GlucoseUnit;
  readonly #person: Person;
  readonly #subject: string;
  readonly #options: DoorOptions;

  constructor(unit: GlucoseUnit, person: Person, subject: string, options: DoorOptions) {
    this.#unit = unit;
    this.#person = person;
    this.#subject = subject;
    this.#options = options;
  }

  read(row: CsvRow, number: number): Staged | Decoded {
    const written = row.cells[COLUMN.type] ?? '';
    const type = EVENTS.has(written) || KEPT_TYPES.has(written) ? written : 'row';
    const device = row.cells[COLUMN.source] || row.cells[COLUMN.device] || undefined;
    const element = rowElement(row, number, this.#subject, this.#options, device);
    const broken = brokenRow(row, WIDTH, type, element);
    if (broken) return broken;
    if (type === 'FirstName' || type === 'LastName' || type === 'DateOfBirth')
      return this.#personal(type, row, element);
    const event = EVENTS.get(written);
    if (!event) {
      if (KEPT_TYPES.has(written)) return kept(type, element, row.cells);
      const unknown = exchangeErrors.problem('exchange-record-unknown', `event type "${clip(written)}"`, element.where);
      return kept(type, element, row.cells, [unknown]);
    }
    const time = this.#time(row, written);
    if (!time) return refused(type, element, unreadableTime(row.cells[COLUMN.timestamp]!, element.where, 'Timestamp'));
    const unit = this.#unit;
    const tail = openRowRemark(row, element);
    return {
      type,
      element,
      time,
      make: (at, offset, marks) => event(row.cells, type, element, unit, at, offset, [...marks, ...tail]),
    };
  }

  #time(row: CsvRow, stream: string): RowTime | null {
    const text = row.cells[COLUMN.transmitterTime] ?? '';
    const seconds = text === '' ? null : parseNumber(text);
    const steady = seconds === null ? undefined : { clock: row.cells[COLUMN.transmitter] ?? '', seconds };
    return rowTime(row.cells[COLUMN.timestamp]!, null, stream, steady);
  }

  #personal(type: string, row: CsvRow, element: Element): Staged | Decoded {
    const text = row.cells[COLUMN.patient]!;
    const time = this.#person.since === null ? null : rowTime(this.#person.since, null, type);
    const says = type === 'DateOfBirth' ? { name: 'birthDate', text } : { name: 'name', text: this.#person.name };
    // First and last name are one fact, carried by the row of the first.
    if (!time || text === '' || type === 'LastName') return kept(type, element, row.cells);
    return {
      type,
      element,
      time,
      make: (at, offset) =>
        mapped(type, element, [fact(element, says.name, { kind: 'text', text: says.text }, moment(at, offset))]),
    };
  }
}

type Event = (
  cells: readonly string[],
  type: string,
  element: Element,
  unit: GlucoseUnit,
  at: number,
  offset: number | null,
  marks: readonly Problem[],
) => Decoded;

const EVENTS: ReadonlyMap<string, Event> = new Map<string, Event>([
  ['EGV', glucoseEvent(INTERSTITIAL)],
  ['Calibration', glucoseEvent(CAPILLARY)],
  ['Insulin', insulinEvent],
  ['Carbs', carbohydrateEvent],
]);

function glucoseEvent(codes: typeof INTERSTITIAL | typeof CAPILLARY): Event {
  return (cells, type, element, unit, at, offset, marks) => {
    const text = cells[COLUMN.glucose]!;
    if (text === '') return noValue(cells, type, element);
    const reading = readGlucose(text, unit, DEXCOM_RANGE, { ...element.where, field: 'Glucose Value' });
    if ('problem' in reading) return refused(type, element, reading.problem);
    const all = [...marks, ...reading.marks];
    return mapped(type, element, [observation(element, [codes[unit]], reading.value, moment(at, offset), all)], all);
  };
}

function insulinEvent(...[cells, type, element, , at, offset, marks]: Parameters<Event>): Decoded {
  const text = cells[COLUMN.insulin]!;
  if (text === '') return noValue(cells, type, element);
  const units = parseNumber(text);
  if (units === null) return notNumber(text, type, element, 'Insulin Value');
  const subtype = cells[COLUMN.subtype]!.toLowerCase();
  if (subtype.startsWith('long'))
    return mapped(type, element, longActing(element, units, moment(at, offset), marks), marks);
  if (subtype.startsWith('fast') || subtype.startsWith('rapid')) {
    return mapped(type, element, [bolus(element, units, moment(at, offset), marks)], marks);
  }
  const unknown = exchangeErrors.problem(
    'exchange-record-unknown',
    `insulin of kind "${clip(subtype)}"`,
    element.where,
  );
  return kept(type, element, cells, [unknown]);
}

function carbohydrateEvent(...[cells, type, element, , at, offset, marks]: Parameters<Event>): Decoded {
  const text = cells[COLUMN.carbohydrate]!;
  if (text === '') return noValue(cells, type, element);
  const grams = parseNumber(text);
  if (grams === null) return notNumber(text, type, element, 'Carb Value');
  return mapped(type, element, [carbohydrate(element, grams, moment(at, offset), marks)], marks);
}

function noValue(cells: readonly string[], type: string, element: Element): Decoded {
  return kept(type, element, cells, [
    exchangeErrors.problem('exchange-value-missing', `${type} without a value`, element.where),
  ]);
}

function notNumber(text: string, type: string, element: Element, field: string): Decoded {
  const where = { ...element.where, field };
  return refused(
    type,
    element,
    exchangeErrors.problem('exchange-number-unreadable', `"${clip(text)}" is not a number`, where),
  );
}
