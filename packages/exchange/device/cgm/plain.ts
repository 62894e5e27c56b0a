import type { Problem } from '@gemel/core/error';
import type { Decoded, RawItem } from '@gemel/core/raw';
import type { Door, DoorOptions } from '../../door.ts';
import { exchangeErrors } from '../../errors.data.ts';
import { type CsvRow, csvRows, parseNumber, sniffDelimiter } from '../csv.ts';
import { CAPILLARY, type GlucoseUnit, INTERSTITIAL } from './codes.data.ts';
import {
  basal,
  bolus,
  carbohydrate,
  clip,
  fileEntry,
  glucoseUnit,
  kept,
  mapped,
  moment,
  observation,
  readGlucose,
  refused,
} from './item.ts';
import { dateOrder, rowTime, type Staged, settleRows, unreadableTime, zoneOf } from './staged.ts';
import { brokenRow, openRowRemark, readTable, rowElement, unitIn } from './table.ts';

const EXPECTED = 'a plain CGM table (columns time and glucose)';

/** Columns of a plain table; −1 where absent. */
interface Columns {
  readonly id: number;
  readonly time: number;
  /** Clock time beside a date column. */
  readonly clock: number;
  readonly glucose: number;
  readonly meter: number;
  readonly unit: number;
  readonly bolus: number;
  readonly basal: number;
  readonly basalMinutes: number;
  readonly carbohydrate: number;
}

const NAMES = {
  id: /^(id|subject|subject.?id|patient|patient.?id|person|pt.?id|deidentid|usubjid)$/i,
  time: /^(time|time.?stamp|date.?time|datetime|local.?time|device.?time|display.?time|glucose.?display.?time|datum|zeit(stempel)?|date)$/i,
  glucose:
    /^(gl|glu|glucose|glucose.?value|sensor.?glucose|sensor.?bg|cgm|bg|sgv|egv|value|glukose|glucosa|glucosio)( ?[([]?(mg\/dl|mmol\/l)[)\]]?)?$/i,
  meter: /^(smbg|mbg|finger.?stick|meter.?glucose|capillary.?glucose)( ?[([]?(mg\/dl|mmol\/l)[)\]]?)?$/i,
  unit: /^(unit|units|einheit)$/i,
  bolus: /^(insulin|bolus|insulin.?bolus|bolus.?insulin|rapid.?acting.?insulin)( ?[([]?(u|units|ie|iu)[)\]]?)?$/i,
  basal: /^(basal|basal.?rate|basal.?insulin)( ?[([]?(u\/h|u\/hr|units\/h|ie\/h)[)\]]?)?$/i,
  basalMinutes: /^basal.?(minutes|duration)( ?[([]?min[)\]]?)?$/i,
  carbohydrate: /^(carb|carbs|carbohydrates?|cho|meal|meal.?carbs|kohlenhydrate)( ?[([]?(g|grams?)[)\]]?)?$/i,
} as const;

/** Plain tables: a header row with a time and a glucose column, and whatever of subject, unit, insulin and carbohydrate there is. */
export const plainCgmDoor = {
  id: 'cgm-csv',
  title: 'Plain CGM table (CSV)',
  sniff(head) {
    const delimiter = sniffDelimiter(head);
    if (delimiter === null) return 0;
    for (const row of csvRows(head, delimiter)) return isHeader(row.cells) ? 0.7 : 0;
    return 0;
  },
  decode,
} satisfies Door;

function columnsOf(header: readonly string[]): Columns {
  const find = (name: RegExp) => header.findIndex((cell) => name.test(cell.trim()));
  const date = header.findIndex((cell) => /^(date|datum)$/i.test(cell.trim()));
  const clock = header.findIndex((cell) => /^(time|zeit)$/i.test(cell.trim()));
  const apart = date >= 0 && clock >= 0;
  return {
    id: find(NAMES.id),
    time: apart ? date : find(NAMES.time),
    clock: apart ? clock : -1,
    glucose: find(NAMES.glucose),
    meter: find(NAMES.meter),
    unit: find(NAMES.unit),
    bolus: find(NAMES.bolus),
    basal: find(NAMES.basal),
    basalMinutes: find(NAMES.basalMinutes),
    carbohydrate: find(NAMES.carbohydrate),
  };
}

function isHeader(cells: readonly string[]): boolean {
  const columns = columnsOf(cells);
  return (
    columns.time >= 0 && (columns.glucose >= 0 || columns.meter >= 0 || columns.bolus >= 0 || columns.carbohydrate >= 0)
  );
}

function* decode(bytes: Uint8Array, options: DoorOptions): Generator<Decoded, void, void> {
  const table = readTable(bytes, options, isHeader, EXPECTED);
  if ('fate' in table) {
    yield table;
    return;
  }
  const columns = columnsOf(table.header);
  const { zone, problem: zoneProblem } = zoneOf(options);
  const times = table.rows.map((row) => timeText(row, columns));
  const { order, problem: orderProblem } = dateOrder(times, options);
  const ids = new Set(table.rows.map((row) => row.cells[columns.id] ?? '').filter((id) => id !== ''));
  const where = { file: options.name };
  const stated = unitIn(table.header[columns.glucose]) ?? unitIn(table.header[columns.meter]);
  const given = options.unit === undefined ? null : glucoseUnit(options.unit);
  const unit = stated ?? given;
  const problem =
    zoneProblem ??
    orderProblem ??
    (options.unit !== undefined && given === null
      ? exchangeErrors.problem(
          'exchange-unit-unknown',
          `"${clip(options.unit)}" is no unit of glucose known here`,
          where,
        )
      : null) ??
    (unit === null && columns.unit < 0 && (columns.glucose >= 0 || columns.meter >= 0)
      ? exchangeErrors.problem('exchange-unit-missing', `${options.name} gives glucose without a unit`, where)
      : null) ??
    (columns.unit < 0 && stated === null && unit !== null ? improbable(table.rows, columns, unit, options) : null) ??
    (ids.size === 0 && options.subject === undefined
      ? exchangeErrors.problem('exchange-subject-missing', `${options.name} names no subject`, where)
      : null);
  if (problem) {
    yield fileEntry('refused', options, [problem], bytes);
    return;
  }
  const remarks: Problem[] = [...table.remarks];
  if (stated !== null && given !== null && stated !== given) {
    const says = `--unit ${options.unit}, but the file states ${stated}; read as ${stated}`;
    remarks.push(exchangeErrors.problem('exchange-unit-conflict', says, where));
  }
  if (ids.size > 1 && options.subject !== undefined) {
    const says = `--subject ${options.subject}, but the file holds ${ids.size} subjects; each keeps its own`;
    remarks.push(exchangeErrors.problem('exchange-subject-conflict', says, where));
  }
  if (remarks.length > 0) yield fileEntry('kept', options, remarks, bytes);
  const rows = table.rows.map((row, i): Staged | Decoded => {
    const own = row.cells[columns.id] ?? '';
    const subject = ids.size > 1 ? own || (options.subject ?? '') : (options.subject ?? own);
    const element = rowElement(row, i + 1, subject, options);
    const needed = Math.max(columns.time, columns.clock, columns.glucose) + 1;
    const broken = brokenRow(row, row.closed ? needed : table.header.length, 'row', element);
    if (broken) return broken;
    if (subject === '') {
      return refused(
        'row',
        element,
        exchangeErrors.problem('exchange-subject-missing', 'names no subject', element.where),
      );
    }
    const time = rowTime(times[i]!, order, subject);
    if (!time)
      return refused('row', element, unreadableTime(times[i]!, element.where, table.header[columns.time] ?? ''));
    const tail = openRowRemark(row, element);
    return {
      type: 'row',
      element,
      time,
      make: (at, offset, marks) =>
        makeRow({ row, columns, unit, table, element, at, offset, marks: [...marks, ...tail] }),
    };
  });
  yield* settleRows(rows, zone, options, bytes);
}

function timeText(row: CsvRow, columns: Columns): string {
  const date = row.cells[columns.time] ?? '';
  return columns.clock < 0 ? date : `${date} ${row.cells[columns.clock] ?? ''}`;
}

/** A stated unit that the numbers contradict: half of them could not be glucose of a living person in it. */
function improbable(
  rows: readonly CsvRow[],
  columns: Columns,
  unit: GlucoseUnit,
  options: DoorOptions,
): Problem | null {
  const column = columns.glucose >= 0 ? columns.glucose : columns.meter;
  const values = rows.map((row) => parseNumber(row.cells[column] ?? '')).filter((value) => value !== null);
  values.sort((a, b) => a - b);
  const median = values[values.length >> 1];
  if (median === undefined || (unit === 'mg/dL' ? median >= 35 : median <= 35)) return null;
  const other = unit === 'mg/dL' ? 'mmol/L' : 'mg/dL';
  return exchangeErrors.problem(
    'exchange-unit-conflict',
    `half of the values of ${options.name} lie ${unit === 'mg/dL' ? 'below' : 'above'} ${median}: they cannot be ${unit}`,
    { file: options.name, field: '--unit' },
    `Give the unit of the file; it looks like --unit ${other}.`,
  );
}

interface PlainRow {
  readonly row: CsvRow;
  readonly columns: Columns;
  readonly unit: GlucoseUnit | null;
  readonly table: { readonly header: readonly string[] };
  readonly element: ReturnType<typeof rowElement>;
  readonly at: number;
  readonly offset: number | null;
  readonly marks: readonly Problem[];
}

function makeRow(plain: PlainRow): Decoded {
  const { row, columns, element, at, offset, marks, table } = plain;
  const items: RawItem[] = [];
  const problems: Problem[] = [...marks];
  const cell = (column: number) => {
    const text = column < 0 ? '' : (row.cells[column] ?? '');
    return /^(na|nan|null|-)$/i.test(text) ? '' : text;
  };
  const rowUnit = cell(columns.unit);
  const unit = rowUnit === '' ? plain.unit : glucoseUnit(rowUnit);
  for (const [column, codes] of [
    [columns.glucose, INTERSTITIAL],
    [columns.meter, CAPILLARY],
  ] as const) {
    const text = cell(column);
    if (text === '') continue;
    const where = { ...element.where, field: table.header[column]! };
    if (unit === null) {
      problems.push(
        rowUnit === ''
          ? exchangeErrors.problem('exchange-unit-missing', 'glucose without a unit', where)
          : exchangeErrors.problem(
              'exchange-unit-unknown',
              `"${clip(rowUnit)}" is no unit of glucose known here`,
              where,
            ),
      );
      continue;
    }
    const reading = readGlucose(text, unit, null, where);
    if ('problem' in reading) problems.push(reading.problem);
    else {
      items.push(observation(element, [codes[unit]], reading.value, moment(at, offset), [...marks, ...reading.marks]));
      problems.push(...reading.marks);
    }
  }
  const amount = (column: number): number | null => {
    const text = cell(column);
    if (text === '') return null;
    const value = parseNumber(text);
    if (value === null) {
      const where = { ...element.where, field: table.header[column]! };
      problems.push(exchangeErrors.problem('exchange-number-unreadable', `"${clip(text)}" is not a number`, where));
    }
    return value;
  };
  const insulin = amount(columns.bolus);
  if (insulin !== null && insulin > 0) items.push(bolus(element, insulin, moment(at, offset), marks));
  const carbs = amount(columns.carbohydrate);
  if (carbs !== null && carbs > 0) items.push(carbohydrate(element, carbs, moment(at, offset), marks));
  const rate = amount(columns.basal);
  if (rate !== null) {
    const minutes = amount(columns.basalMinutes);
    if (minutes !== null && minutes > 0)
      items.push(basal(element, rate, moment(at, offset, at + minutes * 60_000), marks));
    else {
      const where = { ...element.where, field: table.header[columns.basal]! };
      const says = 'a basal rate without a column of its duration (basal minutes)';
      problems.push(exchangeErrors.problem('exchange-value-missing', says, where, 'Add a column basal minutes.'));
    }
  }
  if (items.length > 0) return mapped('row', element, items, problems);
  if (problems.length > marks.length) {
    return {
      type: 'row',
      subject: element.subject,
      fate: 'refused',
      items: [],
      problems,
      provenance: element.provenance,
    };
  }
  const empty = exchangeErrors.problem('exchange-value-missing', 'a row without values', element.where);
  return kept('row', element, row.cells, [...problems, empty]);
}
