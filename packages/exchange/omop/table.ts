import type { Problem, Where } from '@gemel/core/error';
import type { Provenance } from '@gemel/core/observation';
import { type CsvRow, csvRows, sniffDelimiter } from '../device/csv.ts';
import type { DoorOptions } from '../door.ts';
import { type omopErrors as errors, omopErrors } from './errors.data.ts';
import { type Column, TABLES, type TableName } from './tables.data.ts';

/** A row of a table, its cells by column name; empty cells are absent. */
export interface TableRow {
  readonly table: TableName;
  readonly cells: ReadonlyMap<string, string>;
  readonly provenance: Provenance;
  readonly where: Where;
  /** What is wrong with its cells. */
  readonly problems: readonly Problem[];
  /** Whether it lacks what it must have, so that it cannot be used. */
  readonly broken: boolean;
}

export type OmopCode = keyof typeof errors.table & string;

/** Which table a file holds, by its name: `person.csv`, `PERSON.CSV`, `omop_person.csv` is none. */
export function tableNamed(file: string): TableName | null {
  const name = /^(.+)\.(csv|tsv|txt)$/i.exec(file)?.[1]?.toLowerCase();
  return name !== undefined && Object.hasOwn(TABLES, name) ? (name as TableName) : null;
}

/** The rows of a table; or why it cannot be read. */
export function readTable(
  bytes: Uint8Array,
  table: TableName,
  file: string,
  options: DoorOptions,
): readonly TableRow[] | Problem {
  const rows: TableRow[] = [];
  let places: ReadonlyMap<string, number> | null = null;
  let number = 0;
  for (const row of csvRows(bytes, sniffDelimiter(bytes) ?? ',')) {
    if (places === null) {
      const header = row.cells.map((cell) => cell.toLowerCase());
      const missing = TABLES[table].filter(({ name, required }) => required && !header.includes(name));
      if (missing.length > 0) {
        const message = `${file} has no column ${missing.map(({ name }) => name).join(', ')}`;
        return omopErrors.problem('omop-column-missing', message, { file, line: row.line });
      }
      places = new Map(header.map((name, i) => [name, i]));
    } else rows.push(tableRow(row, places, table, ++number, file, options));
  }
  return rows;
}

function tableRow(
  row: CsvRow,
  places: ReadonlyMap<string, number>,
  table: TableName,
  number: number,
  file: string,
  options: DoorOptions,
): TableRow {
  const element = `${table} row ${number}`;
  const bytes = row.byteStart === undefined ? {} : { byteStart: row.byteStart, byteEnd: row.byteEnd! };
  const sha256 = options.sha256 === undefined ? {} : { sha256: options.sha256 };
  const where: Where = { file, element, line: row.line };
  const cells = new Map<string, string>();
  const problems: Problem[] = [];
  let broken = row.openQuote;
  for (const column of TABLES[table] as readonly Column[]) {
    const place = places.get(column.name);
    const text = place === undefined ? '' : (row.cells[place] ?? '');
    if (text !== '' && fits(text, column)) cells.set(column.name, text);
    else if (text !== '' || column.required) {
      const why = text === '' ? 'is empty' : `"${text.slice(0, 40)}" is no ${column.type}`;
      const code: OmopCode = text === '' ? 'omop-required' : 'omop-cell';
      problems.push(omopErrors.problem(code, `${element}: ${column.name} ${why}`, { ...where, field: column.name }));
      broken ||= column.required;
    }
  }
  return {
    table,
    cells,
    where,
    problems,
    broken,
    provenance: { source: file, element, line: row.line, ...bytes, ...sha256 },
  };
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATETIME = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?)(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** Texts longer than their column are read all the same: what they say is there. */
function fits(text: string, { type }: Column): boolean {
  if (type === 'integer') return /^[+-]?\d{1,18}$/.test(text);
  if (type === 'numeric') return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  if (type === 'date') return DATE.test(text);
  return type !== 'datetime' || DATETIME.test(text);
}

/** A number of a row; absent where the cell is empty. */
export function numberIn({ cells }: TableRow, name: string): number | undefined {
  const text = cells.get(name);
  return text === undefined ? undefined : Number(text);
}

/** A concept id of a row; 0, which means none, is absent. */
export function conceptIn(row: TableRow, name: string): number | undefined {
  return numberIn(row, name) || undefined;
}

/**
 * A time of a row as FHIR writes it, without a zone where the cell has none: the datetime, else the date. Midnight, which the CDM
 * writes where only the day is known, is the day.
 */
export function timeIn({ cells }: TableRow, date: string, datetime: string): string | undefined {
  const text = cells.get(datetime) ?? cells.get(date);
  const [, day, clock] = DATETIME.exec(text ?? '') ?? [];
  if (day === undefined) return undefined;
  if (clock === undefined || /^00:00:00(\.0+)?$/.test(clock)) return day;
  return text!.replace(' ', 'T').replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
}
