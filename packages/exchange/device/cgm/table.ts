import type { Problem, Where } from '@gemel/core/error';
import type { Decoded } from '@gemel/core/raw';
import type { DoorOptions } from '../../door.ts';
import { exchangeErrors } from '../../errors.data.ts';
import { type CsvRow, csvRows, sniffDelimiter } from '../csv.ts';
import { describeBytes, readText } from '../text.ts';
import { type Element, fileEntry, refused, sourceOf } from './item.ts';

/** A delimited file split into its header and data rows. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];
  /** Remarks on the file as a whole (encoding). */
  readonly remarks: readonly Problem[];
}

/**
 * Finds the header row among the first lines and returns the rows below it; an entry that refuses the file where there
 * is none, naming what the file seems to be.
 */
export function readTable(
  bytes: Uint8Array,
  options: DoorOptions,
  isHeader: (cells: readonly string[]) => boolean,
  expected: string,
): Table | Decoded {
  if (bytes.length === 0) {
    return fileEntry(
      'refused',
      options,
      [exchangeErrors.problem('exchange-empty', `${options.name} is empty`, { file: options.name })],
      bytes,
    );
  }
  const delimiter = sniffDelimiter(bytes);
  if (delimiter !== null) {
    const rows: CsvRow[] = [];
    let header: readonly string[] | null = null;
    for (const row of csvRows(bytes, delimiter)) {
      if (header) rows.push(row);
      else if (isHeader(row.cells)) header = row.cells;
      else if (row.line > 20) break;
    }
    if (header && rows.length > 0) return { header, rows, remarks: encodingRemarks(bytes, options) };
    if (header) {
      const empty = exchangeErrors.problem('exchange-empty', `${options.name} has a header and no rows`, {
        file: options.name,
      });
      return fileEntry('refused', options, [empty], bytes);
    }
  }
  return fileEntry('refused', options, [notThis(bytes, options, expected)], bytes);
}

/** The problem of a file that is something else than expected. */
export function notThis(bytes: Uint8Array, options: DoorOptions, expected: string): Problem {
  const seems = describeBytes(bytes.subarray(0, 65_536));
  const tabular = seems === 'a table in text (CSV)' || seems === expected;
  const code = tabular && !expected.endsWith('JSON') ? 'exchange-column-missing' : 'exchange-not-this-format';
  const message =
    code === 'exchange-column-missing'
      ? `${options.name} has no header row of ${expected}`
      : `${options.name} seems to be ${seems}, not ${expected}`;
  return exchangeErrors.problem(code, message, { file: options.name });
}

function encodingRemarks(bytes: Uint8Array, options: DoorOptions): Problem[] {
  const { encoding } = readText(bytes);
  if (encoding !== 'windows-1252') return [];
  return [
    exchangeErrors.problem('exchange-encoding', `${options.name} is not UTF-8; read as Windows-1252`, {
      file: options.name,
    }),
  ];
}

/** Place of a row, for provenance and problems. `number` counts data rows from 1. */
export function rowElement(
  row: CsvRow,
  number: number,
  subject: string,
  options: DoorOptions,
  device?: string,
): Element {
  const element = `row ${number}`;
  const bytes = row.byteStart === undefined ? {} : { byteStart: row.byteStart, byteEnd: row.byteEnd! };
  const where: Where = {
    file: options.name,
    element,
    line: row.line,
    ...(row.byteStart !== undefined && { byte: row.byteStart }),
  };
  return {
    subject,
    where,
    provenance: { ...sourceOf(options), element, line: row.line, ...bytes, ...(device && { device }) },
  };
}

/**
 * The refusal of a row that breaks off or is too short for what it must hold; null where the row is whole. `width` is the
 * number of cells a row needs.
 */
export function brokenRow(row: CsvRow, width: number, type: string, element: Element): Decoded | null {
  if (row.openQuote) {
    return refused(
      type,
      element,
      exchangeErrors.problem('exchange-truncated', 'the file ends inside a quoted cell', element.where),
    );
  }
  if (row.cells.length >= width) return null;
  const code = row.closed ? 'exchange-row-short' : 'exchange-truncated';
  const message = row.closed
    ? `${row.cells.length} cells where ${width} are needed`
    : `the file ends inside this row: ${row.cells.length} of ${width} cells`;
  return refused(type, element, exchangeErrors.problem(code, message, element.where));
}

/** A remark on a last row without a line end in a file whose other rows have one: its last value may be cut. */
export function openRowRemark(row: CsvRow, element: Element): Problem[] {
  if (row.closed) return [];
  return [exchangeErrors.problem('exchange-row-open', 'the last row has no line end', element.where)];
}

/** Index of the column whose name fits; −1 where none does. */
export function columnLike(header: readonly string[], name: RegExp): number {
  return header.findIndex((cell) => name.test(cell));
}

/** Glucose unit written in a column name, `Glucose Value (mg/dL)`. */
export function unitIn(name: string | undefined): 'mg/dL' | 'mmol/L' | null {
  if (name === undefined) return null;
  if (/mg\s*\/\s*dl/i.test(name)) return 'mg/dL';
  return /mmol(\s*\/\s*l)?/i.test(name) ? 'mmol/L' : null;
}
