import type { Decoded, Problem, RawFact } from '@gemel/core';
import { instant } from '@gemel/core/time';
import { readText, sliceDecoder } from '../device/text.ts';
import { parseZone } from '../device/zone.ts';
import type { Door, DoorOptions } from '../door.ts';
import type { Json } from '../fhir/context.ts';
import { readDateTime } from '../fhir/datetime.ts';
import { decodeResources } from '../fhir/decode.ts';
import { fileProblem } from '../fhir/source.ts';
import { NO_NEIGHBOURS } from '../waveform/recording.ts';
import { omopErrors } from './errors.data.ts';
import { conceptOf, ROW_RESOURCES, type RowContext, USED } from './row-resource.ts';
import { type OmopCode, readTable, type TableRow, tableNamed, timeIn } from './table.ts';
import { TABLES, type TableName } from './tables.data.ts';
import { NO_VOCABULARY, readVocabulary, type Vocabulary } from './vocabulary.ts';

const VOCABULARY_FILE = /^(CONCEPT|CONCEPT_RELATIONSHIP)\.csv$/i;

/** Tables of the OMOP CDM 5.4 in a folder, headed by person.csv. One `Decoded` for each row, in the order of the tables. */
export const omopDoor: Door = {
  id: 'omop-cdm-5.4',
  title: 'OMOP CDM 5.4 tables (person.csv and those beside it)',
  sniff(head, name) {
    const table = tableNamed(name);
    if (table === null) return 0;
    const text = readText(head);
    const first = sliceDecoder(text)(text.start, Math.min(text.bytes.length, 4096)).split(/\r?\n/)[0]!.toLowerCase();
    const known = TABLES[table].every((column) => !column.required || first.includes(column.name));
    return known ? 0.98 : table === 'person' && first.includes('person_id') ? 0.6 : 0;
  },
  companions: (_bytes, name, neighbours) =>
    tableNamed(name) === 'person'
      ? neighbours.names.filter((each) => each !== name && (tableNamed(each) !== null || VOCABULARY_FILE.test(each)))
      : [],
  *decode(bytes, options) {
    const opened = open(bytes, options);
    if ('refused' in opened) yield opened.refused;
    else yield* new Rows(opened).decode();
  },
  *resources(bytes, options) {
    const opened = open(bytes, options);
    if (!('refused' in opened)) yield* new Rows(opened).resources();
  },
  *fields(bytes, options) {
    const opened = open(bytes, options);
    if (!('refused' in opened)) yield* new Rows(opened).fields();
  },
};

interface Opened {
  readonly options: DoorOptions;
  readonly tables: ReadonlyMap<TableName, readonly TableRow[]>;
  readonly vocabulary: Vocabulary;
  readonly remarks: readonly Decoded[];
}

function open(bytes: Uint8Array, options: DoorOptions): Opened | { readonly refused: Decoded } {
  const neighbours = options.neighbours ?? NO_NEIGHBOURS;
  const tables = new Map<TableName, readonly TableRow[]>();
  const remarks: Decoded[] = [];
  if (tableNamed(options.name) !== 'person') {
    const message = `${options.name} is read with person.csv, which is not given`;
    return {
      refused: fileOf(options, omopErrors.problem('omop-table-missing', message, { file: options.name }), options.name),
    };
  }
  const read = (table: TableName, file: string, content: Uint8Array): Decoded | null => {
    const rows = readTable(content, table, file, options);
    if ('code' in rows) return fileOf(options, rows, file);
    tables.set(table, rows);
    return null;
  };
  const refused = read('person', options.name, bytes);
  if (refused !== null) return { refused };
  if (tables.get('person')!.length === 0) {
    return { refused: fileProblem(options, 'exchange-empty', 'it has a header and no rows', 'refused') };
  }
  const files = new Map(neighbours.names.map((name) => [tableNamed(name), name]));
  for (const table of Object.keys(TABLES) as TableName[]) {
    const file = files.get(table);
    if (table === 'person' || file === undefined) continue;
    const wrong = read(table, file, neighbours.read(file) ?? new Uint8Array(0));
    if (wrong !== null) remarks.push(wrong);
  }
  const vocabulary = vocabularyOf(options, tables, remarks);
  const zone = options.zone ?? statedZone(tables.get('cdm_source') ?? []);
  if (options.zone !== undefined && parseZone(options.zone) === null) {
    const message = `"${options.zone}" is no zone; none is used`;
    remarks.push(fileProblem(options, 'exchange-zone-unknown', message, 'kept'));
  }
  return { options: { ...options, ...(zone === undefined ? {} : { zone }) }, tables, vocabulary, remarks };
}

function fileOf(options: DoorOptions, problem: Problem, file: string): Decoded {
  const sha256 = options.sha256 === undefined ? {} : { sha256: options.sha256 };
  return {
    type: 'file',
    fate: 'refused',
    items: [],
    problems: [problem],
    provenance: { source: file, element: 'file', ...sha256 },
  };
}

/** How this program writes into cdm_source in which zone the times are. */
export const ZONE_STATED = /Times are in (\S+)\./;

function statedZone(rows: readonly TableRow[]): string | undefined {
  const stated = ZONE_STATED.exec(rows[0]?.cells.get('source_description') ?? '')?.[1];
  return stated !== undefined && parseZone(stated) !== null ? stated : undefined;
}

const STEP = 1 << 20;

function vocabularyOf(
  options: DoorOptions,
  tables: ReadonlyMap<TableName, readonly TableRow[]>,
  remarks: Decoded[],
): Vocabulary {
  const neighbours = options.neighbours ?? NO_NEIGHBOURS;
  const paths = neighbours.names.filter((name) => VOCABULARY_FILE.test(name));
  if (paths.length === 0) return NO_VOCABULARY;
  const ids = new Set<number>();
  for (const rows of tables.values()) {
    for (const { cells } of rows) {
      for (const [name, text] of cells) if (name.endsWith('concept_id')) ids.add(Number(text));
    }
  }
  const files = {
    name: options.name,
    paths,
    *read(path: string) {
      const bytes = neighbours.read(path) ?? new Uint8Array(0);
      for (let at = 0; at < bytes.length; at += STEP) yield bytes.subarray(at, at + STEP);
    },
  };
  return readVocabulary(files, { ids }, (problem) =>
    remarks.push({ ...fileOf(options, problem, problem.where.file ?? options.name), fate: 'kept' }),
  );
}

/** The rows of all tables against one another. */
class Rows {
  readonly #opened: Opened;
  readonly #subjects = new Map<string, string>();
  readonly #missing = new Set<number>();
  readonly #locations = new Map<string, TableRow['cells']>();
  readonly #keys = new Map<string, ReadonlySet<string>>();

  constructor(opened: Opened) {
    this.#opened = opened;
    const rows = opened.tables.get('person') ?? [];
    const sources = rows.map(({ cells }) => cells.get('person_source_value'));
    for (const [i, { cells }] of rows.entries()) {
      const id = cells.get('person_id');
      const source = sources[i];
      const own = source !== undefined && sources.indexOf(source) === sources.lastIndexOf(source);
      // A name that two persons share names neither.
      if (id !== undefined) this.#subjects.set(id, own ? source : `Patient/${id}`);
    }
    for (const { cells } of opened.tables.get('location') ?? []) {
      const id = cells.get('location_id');
      if (id !== undefined && !this.#locations.has(id)) this.#locations.set(id, cells);
    }
    for (const [key, table] of Object.entries(REFERENCES)) {
      const there = opened.tables.get(table);
      if (there !== undefined) this.#keys.set(key, new Set(there.map(({ cells }) => cells.get(`${table}_id`)!)));
    }
  }

  *decode(): Generator<Decoded, void, void> {
    yield* this.#opened.remarks;
    const made: { readonly row: TableRow; readonly resource: Json | null; readonly problems: readonly Problem[] }[] =
      [];
    for (const row of this.#all()) {
      const problems = this.#wrong(row);
      made.push({ row, problems, resource: this.#usable(row, problems) ? this.#resource(row) : null });
    }
    const resources = made.flatMap(({ resource }) => (resource === null ? [] : [resource]));
    const decoded = decodeResources(resources, this.#opened.options);
    for (const { row, resource, problems } of made) {
      const said = resource === null ? this.#without(row, problems) : this.#owned(decoded.next().value as Decoded, row);
      yield { ...said, problems: [...row.problems, ...problems, ...said.problems] };
    }
    if (this.#missing.size > 0) {
      const ids = [...this.#missing];
      const message = `${ids.length} concepts are not in the vocabulary files: ${ids.slice(0, 10).join(', ')}`;
      const problem = omopErrors.problem('omop-concept-unknown', message, { file: this.#opened.options.name });
      yield { ...fileOf(this.#opened.options, problem, this.#opened.options.name), fate: 'kept' };
    }
  }

  *resources(): Generator<Json, void, void> {
    for (const row of this.#all()) {
      const resource = row.broken ? null : this.#resource(row);
      if (resource !== null) yield resource;
    }
  }

  /** Every filled cell: taken in where its column is used and its row was. */
  *fields() {
    const decoded = this.decode();
    const fates = new Map<string, Decoded>();
    for (const one of decoded) if (one.type !== 'file') fates.set(one.provenance.element, one);
    for (const row of this.#all()) {
      const { element, byteStart = 0, byteEnd = 0 } = row.provenance;
      const one = fates.get(element);
      const used = USED[row.table] ?? [];
      for (const name of row.cells.keys()) {
        const fate = one?.fate === 'mapped' && !used.includes(name) ? ('refused' as const) : (one?.fate ?? 'refused');
        const codes =
          one?.fate === 'mapped' && fate === 'refused'
            ? ['omop-column-unused']
            : (one?.problems ?? []).map(({ code }) => code);
        yield { element: `${element}.${name}`, byteStart, byteEnd, fate, to: [], left: [], codes };
      }
    }
  }

  *#all(): Generator<TableRow, void, void> {
    for (const rows of this.#opened.tables.values()) yield* rows;
  }

  readonly #seen = new Map<TableName, Set<string>>();

  /** What is wrong with a row among the others. */
  #wrong({ table, cells, where }: TableRow): Problem[] {
    const problems: Problem[] = [];
    const say = (code: OmopCode, message: string, field: string) =>
      problems.push(omopErrors.problem(code, `${where.element}: ${message}`, { ...where, field }));
    const key = table === 'death' ? 'person_id' : `${table}_id`;
    const id = cells.get(key);
    const seen = this.#seen.get(table) ?? new Set();
    this.#seen.set(table, seen);
    if (id !== undefined && seen.has(id)) say('omop-twice', `${key} ${id} is there twice`, key);
    if (id !== undefined) seen.add(id);
    const person = cells.get('person_id');
    if (person !== undefined && !this.#subjects.has(person))
      say('omop-reference', `there is no person ${person}`, 'person_id');
    for (const [name, keys] of this.#keys) {
      const other = cells.get(name);
      if (name !== key && other !== undefined && !keys.has(other))
        say('omop-reference', `there is no ${name} ${other}`, name);
    }
    return problems;
  }

  /** Whether a row is whole, the first of its key, and of a person who is there. */
  #usable({ broken, cells }: TableRow, problems: readonly Problem[]): boolean {
    const person = cells.get('person_id');
    if (broken || problems.some(({ code }) => code === 'omop-twice')) return false;
    return person === undefined || this.#subjects.has(person);
  }

  #context(): RowContext {
    return {
      vocabulary: this.#opened.vocabulary,
      missing: (id) => this.#missing.add(id),
      location: (id) => (id === undefined ? undefined : this.#locations.get(id)),
    };
  }

  #resource(row: TableRow): Json | null {
    return ROW_RESOURCES[row.table]?.(row, this.#context()) ?? null;
  }

  /** A row that is no resource: a device, or a row kept whole. */
  #without(row: TableRow, problems: readonly Problem[]): Decoded {
    const { table, provenance, cells } = row;
    const person = cells.get('person_id');
    const subject = person === undefined ? undefined : this.#subjects.get(person);
    const owner = subject === undefined ? {} : { subject };
    const plain = { type: table, ...owner, items: [], problems: [], provenance } as const;
    if (!this.#usable(row, problems)) return { ...plain, fate: 'refused' };
    if (table === 'device_exposure' && subject !== undefined) return this.#device(row, subject);
    return { ...plain, fate: 'kept', kept: { table, ...Object.fromEntries(cells) } };
  }

  #device(row: TableRow, subject: string): Decoded {
    const concept = conceptOf(row, 'device', this.#context());
    const zone = this.#opened.options.zone === undefined ? null : parseZone(this.#opened.options.zone);
    const { table, provenance, where } = row;
    const refuse = (code: OmopCode, message: string): Decoded => ({
      type: table,
      subject,
      fate: 'refused',
      items: [],
      problems: [omopErrors.problem(code, `${where.element}: ${message}`, where)],
      provenance,
    });
    if (concept === null) return refuse('omop-no-code', 'the device is not named');
    const start = readDateTime(timeIn(row, 'device_exposure_start_date', 'device_exposure_start_datetime') ?? '', zone);
    if (start.kind === 'unreadable') return refuse('omop-cell', start.message);
    const codings = (concept.coding ?? []) as RawFact['codings'];
    const text = typeof concept.text === 'string' ? concept.text : (codings[0]?.display ?? codings[0]?.code ?? '');
    const endText = timeIn(row, 'device_exposure_end_date', 'device_exposure_end_datetime');
    const end = endText === undefined ? null : readDateTime(endText, zone);
    const from = start.kind === 'point' ? start.at : start.start;
    const to =
      end === null || end.kind === 'unreadable' ? {} : { end: end.kind === 'point' ? end.at : instant(end.end) };
    const item: RawFact = {
      kind: 'fact',
      subject,
      fact: 'device',
      codings,
      value: { kind: 'text', text },
      time: { start: from, offset: start.offset, ...to },
      provenance: { ...provenance, sourceId: `Device/device-exposure-${row.cells.get('device_exposure_id')}` },
    };
    return { type: table, fate: 'mapped', items: [item], problems: [], provenance };
  }

  /** What the FHIR door made of the row's resource, with the row's own place and the person's own name. */
  #owned(made: Decoded, { table, provenance, where, cells }: TableRow): Decoded {
    const subject = this.#subjects.get(cells.get('person_id')!)!;
    const items = made.items.map((item) => {
      const { sourceId } = item.provenance;
      const named = sourceId === undefined ? {} : { sourceId };
      return { ...item, subject, provenance: { ...provenance, ...named } };
    });
    // A death has its own time, whatever is known of the person.
    const problems = made.problems
      .filter(({ code }) => table !== 'death' || code !== 'fhir-fact-undated')
      .map((problem) => {
        const { field } = problem.where;
        return { ...problem, where: { ...where, ...(field === undefined ? {} : { field }) } };
      });
    const kept = made.fate === 'kept' ? { kept: { table, ...Object.fromEntries(cells) } } : {};
    return { type: table, subject, fate: made.fate, items, problems, provenance, ...kept };
  }
}

/** Columns that refer to rows of other tables. */
const REFERENCES: Readonly<Record<string, TableName>> = {
  visit_occurrence_id: 'visit_occurrence',
  provider_id: 'provider',
  care_site_id: 'care_site',
  location_id: 'location',
  note_id: 'note',
};
