import type { Problem } from '@gemel/core/error';
import { datasetErrors } from './errors.data.ts';

/** One record of a data set in NONMEM's form; what a file does not say has NONMEM's default. */
export interface DatasetRecord {
  /** 1-based line of the file. */
  readonly line: number;
  readonly time: number;
  /** 0 observation, 1 dose, 2 other, 3 reset, 4 reset and dose. */
  readonly event: 0 | 1 | 2 | 3 | 4;
  readonly amount: number;
  /** Rate of infusion, 0 for a bolus; −1 the rate is modelled, −2 the duration. */
  readonly rate: number;
  /** 1-based; null where the file does not say. */
  readonly compartment: number | null;
  readonly interval: number;
  readonly additional: number;
  /** 0 none, 1 with reset, 2 added. */
  readonly steadyState: 0 | 1 | 2;
  /** The observation; null for other records and where MDV is 1. */
  readonly observation: number | null;
  /** Whether the observation is a limit below which the value lies (CENS or BLQ). */
  readonly censored: boolean;
  /** The columns that are none of NONMEM's, by upper-case name; absent where the field is a dot. */
  readonly covariates: ReadonlyMap<string, number>;
}

export interface DatasetSubject {
  readonly id: string;
  readonly records: readonly DatasetRecord[];
}

export interface Dataset {
  readonly subjects: readonly DatasetSubject[];
  /** Why subjects were left out: a record that is wrong would change what the others of its subject mean. */
  readonly problems: readonly Problem[];
}

export interface DatasetOptions {
  readonly file: string;
  /** Other names of columns: `{ Y: 'DV' }`. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Rows that begin with this are left out; `@` for all that begin with a letter. Absent: `#`, and rows whose first field is C. */
  readonly ignore?: string;
}

const ITEMS = ['ID', 'TIME', 'AMT', 'RATE', 'EVID', 'CMT', 'II', 'ADDL', 'SS', 'MDV', 'DV', 'CENS', 'BLQ'];

/**
 * Reads a data set in NONMEM's form (NONMEM Users Guide, part VI): columns in any order and case, separated by commas,
 * semicolons, tabs or spaces; a dot or nothing where a value is missing. Without EVID a record with an amount is a dose.
 * Without MDV an observation without a value is none.
 * @throws dataset-header, dataset-empty
 */
export function readDataset(text: string, options: DatasetOptions): Dataset {
  return new DatasetReader(options).read(text);
}

class DatasetReader {
  readonly #options: DatasetOptions;
  readonly #problems: Problem[] = [];
  #columns: readonly string[] = [];

  constructor(options: DatasetOptions) {
    this.#options = options;
  }

  read(text: string): Dataset {
    const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
    const first = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('#'));
    const separator = separatorOf(lines[first] ?? '');
    this.#columns = this.#header(fieldsOf(lines[first] ?? '', separator), first + 1);
    const subjects = new Map<string, DatasetRecord[]>();
    const refused = new Set<string>();
    let current: string | undefined;
    for (let i = first + 1; i < lines.length; i++) {
      const fields = fieldsOf(lines[i], separator);
      if (this.#isIgnored(lines[i], fields)) continue;
      const before = this.#problems.length;
      const id = this.#identity(fields, i + 1) ?? current;
      const records = id === undefined ? undefined : subjects.get(id);
      const record = this.#record(fields, i + 1, records?.at(-1));
      if (id !== undefined && records !== undefined && id !== current) {
        this.#problem('dataset-order', i + 1, 'ID', `subject ${id} stands again after others`);
      }
      if (id !== undefined) {
        if (record === null || this.#problems.length > before) refused.add(id);
        if (!records) subjects.set(id, record ? [record] : []);
        else if (record) records.push(record);
      }
      current = id;
    }
    const kept = [...subjects].filter(([id]) => !refused.has(id)).map(([id, records]) => ({ id, records }));
    if (kept.length === 0) {
      const { file } = this.#options;
      const [problem] = this.#problems;
      const why = problem ? `: ${problem.message}` : '';
      throw datasetErrors.error('dataset-empty', `${file} gives no subject${why}`, problem?.where ?? { file });
    }
    return { subjects: kept, problems: this.#problems };
  }

  #header(names: readonly string[], line: number): readonly string[] {
    const { file, columns = {} } = this.#options;
    const renamed = new Map(Object.entries(columns).map(([from, to]) => [from.toUpperCase(), to.toUpperCase()]));
    const found = names.map((name) => renamed.get(name.toUpperCase()) ?? name.toUpperCase());
    const refuse = (message: string, field?: string) =>
      datasetErrors.error('dataset-header', `${file}: ${message}`, { file, line, ...(field && { field }) });
    if (found.every((name) => name === '' || Number.isFinite(Number(name))))
      throw refuse('no column names on the first line');
    for (const from of renamed.keys()) {
      if (!names.some((name) => name.toUpperCase() === from))
        throw refuse(`no column ${from} to rename among ${names.join(', ')}`, from);
    }
    for (const name of found) {
      if (name !== '' && found.indexOf(name) !== found.lastIndexOf(name))
        throw refuse(`column ${name} stands twice`, name);
    }
    for (const name of ['ID', 'TIME', 'DV']) {
      if (!found.includes(name)) throw refuse(`no column ${name} among ${found.join(', ')}`, name);
    }
    return found;
  }

  #isIgnored(line: string, fields: readonly string[]): boolean {
    if (line.trim() === '') return true;
    const { ignore } = this.#options;
    if (ignore === undefined) return line.startsWith('#') || fields[0].toUpperCase() === 'C';
    return ignore === '@' ? /^\s*[A-Za-z@#]/.test(line) : line.startsWith(ignore);
  }

  #identity(fields: readonly string[], line: number): string | null {
    const id = fields[this.#columns.indexOf('ID')] ?? '';
    if (id !== '' && id !== '.') return id;
    this.#problem('dataset-value', line, 'ID', 'the record names no subject');
    return null;
  }

  #problem(
    code: 'dataset-row' | 'dataset-value' | 'dataset-event' | 'dataset-order',
    line: number,
    field: string,
    message: string,
  ) {
    const { file } = this.#options;
    const where = { file, line, ...(field !== '' && { field }) };
    this.#problems.push(datasetErrors.problem(code, `${file}, row ${line}${field && `, ${field}`}: ${message}`, where));
  }

  /** Null where the record is wrong; the problem says why. */
  #record(fields: readonly string[], line: number, before: DatasetRecord | undefined): DatasetRecord | null {
    if (fields.length !== this.#columns.length) {
      this.#problem('dataset-row', line, '', `${fields.length} fields for ${this.#columns.length} columns`);
      return null;
    }
    const count = this.#problems.length;
    const covariates = new Map<string, number>();
    const items = new Map<string, number>();
    fields.forEach((text, i) => {
      const name = this.#columns[i];
      if (text === '' || text === '.' || name === 'ID' || name === '') return;
      const value = Number(text);
      if (!ITEMS.includes(name)) {
        // A column that nothing asks for may hold text.
        if (Number.isFinite(value)) covariates.set(name, value);
        return;
      }
      if (Number.isFinite(value)) items.set(name, value);
      else if (/:/.test(text))
        this.#problem('dataset-value', line, name, `“${text}” is a clock time; give hours as a number`);
      else this.#problem('dataset-value', line, name, `“${text}” is not a number`);
    });
    const item = (name: string) => items.get(name) ?? 0;
    const among = (name: string, allowed: readonly number[]) => {
      if (!allowed.includes(item(name))) {
        this.#problem('dataset-value', line, name, `${item(name)} is none of ${allowed.join(', ')}`);
      }
    };
    const atLeast = (name: string, least: number, whole: boolean) => {
      const value = item(name);
      if (value >= least && (!whole || Number.isInteger(value))) return;
      this.#problem('dataset-value', line, name, `${value} is not a ${whole ? 'whole ' : ''}number from ${least} on`);
    };
    among('EVID', [0, 1, 2, 3, 4]);
    among('MDV', [0, 1]);
    among('SS', [0, 1, 2]);
    among('CENS', [0, 1]);
    among('BLQ', [0, 1]);
    atLeast('AMT', 0, false);
    atLeast('II', 0, false);
    atLeast('ADDL', 0, true);
    atLeast('CMT', 0, true);
    if (item('RATE') < 0) among('RATE', [-1, -2]);
    if (!items.has('TIME') && this.#problems.length === count)
      this.#problem('dataset-value', line, 'TIME', 'the record has no time');
    if (this.#problems.length > count) return null;
    const missing = items.get('MDV') ?? (items.has('DV') ? 0 : 1);
    const given = items.get('EVID') ?? (item('AMT') > 0 || item('SS') > 0 ? 1 : missing === 1 ? 2 : 0);
    const event = given as DatasetRecord['event'];
    const record: DatasetRecord = {
      line,
      time: item('TIME'),
      event,
      amount: item('AMT'),
      rate: item('RATE'),
      compartment: item('CMT') || null,
      interval: item('II'),
      additional: item('ADDL'),
      steadyState: item('SS') as DatasetRecord['steadyState'],
      observation: event === 0 && missing === 0 ? (items.get('DV') ?? null) : null,
      censored: item('CENS') === 1 || item('BLQ') === 1,
      covariates,
    };
    this.#check(record, missing, before);
    return this.#problems.length > count ? null : record;
  }

  #check(record: DatasetRecord, missing: number, before: DatasetRecord | undefined): void {
    const { line, event, amount, rate, interval, additional, steadyState, time } = record;
    const gives = event === 1 || event === 4;
    const wrong = (field: string, message: string) => this.#problem('dataset-event', line, field, message);
    if (event === 0 && missing === 0 && record.observation === null) wrong('DV', 'MDV is 0, but there is no value');
    if (!gives && amount > 0) wrong('AMT', `EVID ${event} gives no dose, but the amount is ${amount}`);
    if (gives && amount === 0 && !(steadyState > 0 && rate > 0)) wrong('AMT', 'a dose without an amount');
    if (gives && additional > 0 && interval === 0) wrong('II', `${additional} further doses without an interval`);
    if (gives && steadyState > 0 && amount > 0 && interval === 0) wrong('II', 'steady state without an interval');
    if (before !== undefined && event < 3 && time < before.time) {
      this.#problem('dataset-order', line, 'TIME', `${time} comes after ${before.time}`);
    }
  }
}

function separatorOf(header: string): RegExp {
  if (header.includes(',')) return /,/;
  if (header.includes(';')) return /;/;
  return header.includes('\t') ? /\t/ : / +/;
}

function fieldsOf(line: string, separator: RegExp): readonly string[] {
  return line
    .trim()
    .split(separator)
    .map((field) => field.trim().replace(/^"(.*)"$/, '$1'));
}
