import { UCUM } from '@gemel/core/concept';
import type { Problem } from '@gemel/core/error';
import type { Decoded, RawItem } from '@gemel/core/raw';
import type { Door, DoorOptions } from '../../door.ts';
import { exchangeErrors } from '../../errors.data.ts';
import { type CsvRow, csvRows, parseNumber, sniffDelimiter } from '../csv.ts';
import { headText } from '../text.ts';
import { CAPILLARY, type GlucoseUnit, INTERSTITIAL, KETONE, LIBRE_RANGE } from './codes.data.ts';
import {
  bolus,
  carbohydrate,
  clip,
  type Element,
  fileEntry,
  kept,
  longActing,
  mapped,
  moment,
  observation,
  readGlucose,
  refused,
} from './item.ts';
import { dateOrder, rowTime, type Staged, settleRows, unreadableTime, zoneOf } from './staged.ts';
import { brokenRow, columnLike, openRowRemark, readTable, rowElement, unitIn } from './table.ts';

const EXPECTED = 'a LibreView export';

/** LibreView CSV (and the older tab-separated download): a line about the export, a header line, then records of types 0 to 6. */
export const libreviewDoor = {
  id: 'libreview',
  title: 'LibreView CSV',
  sniff(head) {
    const text = headText(head);
    if (/Record Type/i.test(text) && /(Historic|Scan) Glucose/i.test(text)) return 0.98;
    return layoutOf(firstRows(head)) ? 0.9 : 0;
  },
  decode,
} satisfies Door;

interface Layout {
  readonly time: number;
  readonly record: number;
  readonly device: number;
  readonly historic: number;
  readonly scan: number;
  readonly rapidNoted: number;
  readonly rapid: number;
  readonly foodNoted: number;
  readonly grams: number;
  readonly longNoted: number;
  readonly long: number;
  readonly notes: number;
  readonly strip: number;
  readonly ketone: number;
  readonly meal: number;
  readonly correction: number;
  readonly change: number;
  readonly unit: GlucoseUnit;
}

/** By the English names; in other languages by the fixed order of the nineteen columns, two of which state the unit. */
function layout(header: readonly string[]): Layout | null {
  const at = (name: RegExp) => columnLike(header, name);
  const record = at(/^record type/i);
  if (record >= 0) {
    const historic = at(/^historic glucose/i);
    const scan = at(/^scan glucose/i);
    const unit = unitIn(header[historic]) ?? unitIn(header[scan]);
    const time = at(/timestamp|^time$/i);
    if (unit === null || time < 0) return null;
    return {
      time,
      record,
      device: at(/^device$/i),
      historic,
      scan,
      rapidNoted: at(/^non-numeric rapid/i),
      rapid: at(/^rapid-acting insulin/i),
      foodNoted: at(/^non-numeric food/i),
      grams: at(/^carbohydrates \(grams\)/i),
      longNoted: at(/^non-numeric long/i),
      long: at(/^long-acting insulin/i),
      notes: at(/^notes/i),
      strip: at(/^strip glucose/i),
      ketone: at(/^ketone/i),
      meal: at(/^meal insulin/i),
      correction: at(/^correction insulin/i),
      change: at(/^user change insulin/i),
      unit,
    };
  }
  const unit = unitIn(header[4]);
  if (header.length < 18 || unit === null || unitIn(header[5]) !== unit || unitIn(header[14]) !== unit) return null;
  const fixed = {
    device: 0,
    time: 2,
    record: 3,
    historic: 4,
    scan: 5,
    rapidNoted: 6,
    rapid: 7,
    foodNoted: 8,
    grams: 9,
  };
  const rest = { longNoted: 11, long: 12, notes: 13, strip: 14, ketone: 15, meal: 16, correction: 17, change: 18 };
  return { ...fixed, ...rest, unit };
}

function firstRows(bytes: Uint8Array): CsvRow[] {
  const delimiter = sniffDelimiter(bytes);
  if (delimiter === null) return [];
  const rows: CsvRow[] = [];
  for (const row of csvRows(bytes.subarray(0, 16_384), delimiter)) {
    rows.push(row);
    if (rows.length === 4) break;
  }
  return rows;
}

function layoutOf(rows: readonly CsvRow[]): Layout | null {
  for (const row of rows) {
    const found = layout(row.cells);
    if (found) return found;
  }
  return null;
}

function* decode(bytes: Uint8Array, options: DoorOptions): Generator<Decoded, void, void> {
  const table = readTable(bytes, options, (cells) => layout(cells) !== null, EXPECTED);
  if ('fate' in table) {
    yield table;
    return;
  }
  const columns = layout(table.header)!;
  const { zone, problem: zoneProblem } = zoneOf(options);
  const times = table.rows.map((row) => row.cells[columns.time] ?? '');
  const { order, problem: orderProblem } = dateOrder(times, options);
  const subject = options.subject ?? reportedName(firstRows(bytes));
  const where = { file: options.name };
  const problem =
    zoneProblem ??
    orderProblem ??
    (subject === null
      ? exchangeErrors.problem('exchange-subject-missing', `${options.name} names no person`, where)
      : null);
  if (problem || subject === null) {
    yield fileEntry('refused', options, [problem!], bytes);
    return;
  }
  const remarks = [...table.remarks];
  if (options.unit !== undefined && unitIn(options.unit) !== columns.unit) {
    const says = `--unit ${options.unit}, but the file states ${columns.unit}; read as ${columns.unit}`;
    remarks.push(exchangeErrors.problem('exchange-unit-conflict', says, where));
  }
  if (remarks.length > 0) yield fileEntry('kept', options, remarks, bytes);
  const rows = table.rows.map((row, i): Staged | Decoded => {
    const kind = RECORDS[row.cells[columns.record] ?? ''];
    const type = kind?.type ?? 'row';
    const device = columns.device < 0 ? undefined : row.cells[columns.device] || undefined;
    const element = rowElement(row, i + 1, subject, options, device);
    const broken = brokenRow(row, Math.max(columns.record, columns.time) + 1, type, element);
    if (broken) return broken;
    if (!row.closed && row.cells.length < table.header.length) {
      const cut = `the file ends inside this row: ${row.cells.length} of ${table.header.length} cells`;
      return refused(type, element, exchangeErrors.problem('exchange-truncated', cut, element.where));
    }
    if (!kind) {
      const unknown = exchangeErrors.problem(
        'exchange-record-unknown',
        `record type "${clip(row.cells[columns.record]!)}"`,
        element.where,
      );
      return kept(type, element, row.cells, [unknown]);
    }
    // Scans lie between historic readings: each kind is a stream of its own.
    const time = rowTime(times[i]!, order, `${device ?? ''} ${type}`);
    if (!time) return refused(type, element, unreadableTime(times[i]!, element.where, 'Device Timestamp'));
    const tail = openRowRemark(row, element);
    const record: Row = { cells: row.cells, columns, type, element };
    return {
      type,
      element,
      time,
      make: (at, offset, marks) => kind.make(record, moment(at, offset), [...marks, ...tail]),
    };
  });
  yield* settleRows(rows, zone, options, bytes);
}

/** The name on the line above the header (`Patient Name` of the older download, the last cell of LibreView's). */
function reportedName(rows: readonly CsvRow[]): string | null {
  const first = rows[0]?.cells;
  if (!first || layout(first)) return null;
  const by = first.findIndex((cell) =>
    /^(generated|created|erstellt|creat|généré|creado|generat)\S* ?(by|von|da|par|por)/i.test(cell),
  );
  const name = by >= 0 ? first[by + 1] : first.length === 1 ? first[0] : first.length >= 5 ? first[4] : undefined;
  return name === undefined || name === '' ? null : name;
}

interface Row {
  readonly cells: readonly string[];
  readonly columns: Layout;
  readonly type: string;
  readonly element: Element;
}

interface RecordKind {
  readonly type: string;
  make(row: Row, time: ReturnType<typeof moment>, marks: readonly Problem[]): Decoded;
}

const RECORDS: Readonly<Record<string, RecordKind>> = {
  '0': {
    type: 'historic glucose',
    make: (row, time, marks) => glucose(row, row.columns.historic, INTERSTITIAL, time, marks),
  },
  '1': { type: 'scan glucose', make: (row, time, marks) => glucose(row, row.columns.scan, INTERSTITIAL, time, marks) },
  '2': { type: 'strip glucose', make: (row, time, marks) => glucose(row, row.columns.strip, CAPILLARY, time, marks) },
  '3': { type: 'ketone', make: ketone },
  '4': { type: 'insulin', make: insulin },
  '5': { type: 'food', make: food },
  '6': { type: 'note', make: (row, _time, marks) => kept(row.type, row.element, row.cells, marks) },
};

type Make = RecordKind['make'];

function cell(row: Row, column: number): string {
  return column < 0 ? '' : (row.cells[column] ?? '');
}

function glucose(
  row: Row,
  column: number,
  codes: typeof INTERSTITIAL | typeof CAPILLARY,
  time: ReturnType<typeof moment>,
  marks: readonly Problem[],
): Decoded {
  const text = cell(row, column);
  if (text === '') return noValue(row);
  const { unit } = row.columns;
  const reading = readGlucose(text, unit, LIBRE_RANGE, { ...row.element.where, field: row.type });
  if ('problem' in reading) return refused(row.type, row.element, reading.problem);
  const all = [...marks, ...reading.marks];
  return mapped(row.type, row.element, [observation(row.element, [codes[unit]], reading.value, time, all)], all);
}

function ketone(...[row, time, marks]: Parameters<Make>): Decoded {
  const text = cell(row, row.columns.ketone);
  if (text === '') return noValue(row);
  const value = parseNumber(text);
  if (value === null) return notNumber(row, text);
  const quantity = { kind: 'quantity', value, unit: 'mmol/L', unitSystem: UCUM } as const;
  return mapped(row.type, row.element, [observation(row.element, KETONE, quantity, time, marks)], marks);
}

/** Rapid insulin may stand whole or split into meal, correction and the user's change; the parts are used where the whole is absent. */
function insulin(...[row, time, marks]: Parameters<Make>): Decoded {
  const { columns, element, type } = row;
  const items: RawItem[] = [];
  const problems: Problem[] = [...marks];
  const amount = (column: number): number | null => {
    const text = cell(row, column);
    if (text === '') return null;
    const value = parseNumber(text);
    if (value === null) {
      problems.push(
        exchangeErrors.problem('exchange-number-unreadable', `"${clip(text)}" is not a number`, element.where),
      );
    }
    return value;
  };
  const parts = [columns.meal, columns.correction, columns.change].map(amount).filter((part) => part !== null);
  const rapid = amount(columns.rapid) ?? (parts.length > 0 ? parts.reduce((a, b) => a + b, 0) : null);
  const long = amount(columns.long);
  if (rapid !== null) items.push(bolus(element, rapid, time, marks));
  if (long !== null) items.push(...longActing(element, long, time, marks));
  if (items.length > 0) return mapped(type, element, items, problems);
  if (cell(row, columns.rapidNoted) !== '' || cell(row, columns.longNoted) !== '') return noAmount(row, 'insulin');
  return problems.length > marks.length ? refused(type, element, problems.at(-1)!) : noValue(row);
}

function food(...[row, time, marks]: Parameters<Make>): Decoded {
  const text = cell(row, row.columns.grams);
  if (text === '') return cell(row, row.columns.foodNoted) === '' ? noValue(row) : noAmount(row, 'food');
  const grams = parseNumber(text);
  if (grams === null) return notNumber(row, text);
  return mapped(row.type, row.element, [carbohydrate(row.element, grams, time, marks)], marks);
}

function noValue(row: Row): Decoded {
  const problem = exchangeErrors.problem('exchange-value-missing', `${row.type} without a value`, row.element.where);
  return kept(row.type, row.element, row.cells, [problem]);
}

function noAmount(row: Row, what: string): Decoded {
  const problem = exchangeErrors.problem(
    'exchange-amount-unknown',
    `${what} noted without an amount`,
    row.element.where,
  );
  return kept(row.type, row.element, row.cells, [problem]);
}

function notNumber(row: Row, text: string): Decoded {
  const problem = exchangeErrors.problem(
    'exchange-number-unreadable',
    `"${clip(text)}" is not a number`,
    row.element.where,
  );
  return refused(row.type, row.element, problem);
}
