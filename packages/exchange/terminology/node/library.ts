import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { below, type Closure, isBelow } from '../closure.ts';
import {
  type CodeSystem,
  type CodeSystemHead,
  type ConceptEntry,
  type Designation,
  foldedWords,
  type Property,
  type PropertyValue,
} from '../code-system.ts';
import type { ConceptMap, ConceptMapHead, Equivalence, Mapping } from '../concept-map.ts';
import { terminologyErrors } from '../errors.data.ts';
import type { Library } from '../terminology.ts';
import type { ValueSet } from '../value-set.ts';
import { ABSTRACT, INACTIVE, KINDS, LAYOUT, NAMES_PER_CONCEPT } from './library-schema.ts';

/** A library file that is open. */
export interface OpenLibrary extends Library {
  /** What was said of it when it was loaded. */
  readonly meta: Readonly<Record<string, unknown>>;
  close(): void;
}

/** Concepts, and beginnings of words, kept at hand. */
const KEPT = 4096;
/** A beginning that more words share is searched as such, which reads all their places first. */
const MOST_WORDS = 32;

/** Opens a library file for reading; its pages come from the disk as they are needed. @throws terminology-store */
export function openLibrary(path: string): OpenLibrary {
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    db.exec(
      "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words, 'row'); PRAGMA cache_size = -32768; PRAGMA query_only = ON;",
    );
    const meta = Object.fromEntries(
      db
        .prepare('SELECT key, value FROM meta')
        .all()
        .map(({ key, value }) => [String(key), JSON.parse(String(value)) as unknown]),
    );
    if (meta.layout !== LAYOUT) throw new Error(`its layout is ${String(meta.layout)}, where ${LAYOUT} is read`);
    return libraryOf(db, meta);
  } catch (cause) {
    db?.close();
    const message = `${path}: ${(cause as Error).message}`;
    throw terminologyErrors.error('terminology-store', message, { file: path }, undefined, cause);
  }
}

function libraryOf(db: DatabaseSync, meta: Readonly<Record<string, unknown>>): OpenLibrary {
  const systems = db
    .prepare('SELECT id, head, first, size FROM system ORDER BY id')
    .all()
    .map((row) => new SqliteCodeSystem(db, row as unknown as SystemRow));
  const valueSets = db
    .prepare('SELECT rules FROM value_set ORDER BY id')
    .all()
    .map(({ rules }) => JSON.parse(String(rules)) as ValueSet);
  const maps = db
    .prepare('SELECT id, head FROM map ORDER BY id')
    .all()
    .map(({ id, head }) => new SqliteConceptMap(db, id as number, JSON.parse(String(head)) as ConceptMapHead));
  return { systems, valueSets, maps, meta, close: () => db.close() };
}

interface SystemRow {
  readonly id: number;
  readonly head: string;
  readonly first: number;
  readonly size: number;
}

class SqliteCodeSystem implements CodeSystem {
  readonly head: CodeSystemHead;
  readonly size: number;
  readonly #db: DatabaseSync;
  readonly #id: number;
  readonly #first: number;
  readonly #find: StatementSync;
  readonly #concept: StatementSync;
  readonly #designations: StatementSync;
  readonly #properties: StatementSync;
  readonly #parents: StatementSync;
  readonly #children: StatementSync;
  readonly #names: ReadonlyMap<string, number>;
  readonly #nameOf: ReadonlyMap<number, string>;
  readonly #vocabulary: StatementSync;
  #entries = new Map<number, ConceptEntry>();
  /** Beginning of words → what to look for. */
  #sought = new Map<string, string>();
  #closure: Closure | null | undefined;

  constructor(db: DatabaseSync, { id, head, first, size }: SystemRow) {
    this.#db = db;
    this.#id = id;
    this.#first = first;
    this.size = size;
    this.head = JSON.parse(head) as CodeSystemHead;
    const collation = this.head.caseSensitive ? '' : ' COLLATE NOCASE';
    this.#find = db.prepare(`SELECT id FROM concept WHERE code = ?${collation} AND system = ?`);
    this.#concept = db.prepare('SELECT code, display, definition, flags FROM concept WHERE id = ?');
    this.#designations = db.prepare('SELECT language, use, value FROM designation WHERE concept = ? ORDER BY id');
    this.#properties = db.prepare('SELECT name, kind, value, coding FROM property WHERE concept = ? ORDER BY rowid');
    this.#parents = db.prepare('SELECT parent FROM edge WHERE child = ?');
    this.#children = db.prepare('SELECT child FROM edge WHERE parent = ?');
    this.#vocabulary = db.prepare('SELECT term FROM vocabulary WHERE term >= ? AND term < ? LIMIT ?');
    const names = db.prepare('SELECT id, name FROM property_name').all() as { id: number; name: string }[];
    this.#names = new Map(names.map((row) => [row.name, row.id]));
    this.#nameOf = new Map(names.map((row) => [row.id, row.name]));
  }

  find(code: string): number {
    return (this.#find.get(code, this.#id)?.id as number | undefined) ?? -1;
  }

  concept(n: number): ConceptEntry {
    const kept = this.#entries.get(n);
    if (kept !== undefined) return kept;
    const { code, display, definition, flags } = this.#concept.get(n) as {
      code: string;
      display: string | null;
      definition: string | null;
      flags: number;
    };
    const entry = { code, display, definition, inactive: (flags & INACTIVE) !== 0, abstract: (flags & ABSTRACT) !== 0 };
    if (this.#entries.size >= KEPT) this.#entries = new Map();
    this.#entries.set(n, entry);
    return entry;
  }

  designations(n: number): readonly Designation[] {
    return this.#designations.all(n).map(({ language, use, value }) => ({
      language: language as string | null,
      use: use === null ? null : JSON.parse(String(use)),
      value: String(value),
    }));
  }

  properties(n: number): readonly Property[] {
    return this.#properties.all(n).map(({ name, kind, value, coding }) => ({
      name: this.#nameOf.get(name as number)!,
      value: propertyValue(KINDS[kind as number]!, String(value), coding as string | null),
    }));
  }

  parents(n: number): readonly number[] {
    return this.#parents.all(n).map(({ parent }) => parent as number);
  }

  children(n: number): readonly number[] {
    return this.#children.all(n).map(({ child }) => child as number);
  }

  subsumes(ancestor: number, descendant: number): boolean {
    if (ancestor === descendant) return true;
    const closure = this.#closed();
    return closure !== null && isBelow(closure, ancestor - this.#first, descendant - this.#first);
  }

  *descendants(n: number): Generator<number, void, void> {
    const closure = this.#closed();
    if (closure === null) return;
    for (const each of below(closure, n - this.#first)) yield each + this.#first;
  }

  *all(): Generator<number, void, void> {
    for (let n = this.#first; n < this.#first + this.size; n++) yield n;
  }

  knows(property: string): boolean {
    const name = this.#names.get(property);
    if (name === undefined) return false;
    const sql = 'SELECT 1 FROM property WHERE name = ? AND concept >= ? AND concept < ? LIMIT 1';
    return this.#db.prepare(sql).get(name, this.#first, this.#first + this.size) !== undefined;
  }

  *having(property: string, value: string): Generator<number, void, void> {
    const name = this.#names.get(property);
    if (name === undefined) return;
    const sql = 'SELECT DISTINCT concept FROM property WHERE name = ? AND value = ? AND concept >= ? AND concept < ?';
    for (const { concept } of this.#db.prepare(sql).iterate(name, value, this.#first, this.#first + this.size)) {
      yield concept as number;
    }
  }

  *search(words: readonly string[]): Generator<number, void, void> {
    const asked = words.flatMap(foldedWords).map((word) => this.#soughtFor(word));
    if (asked.length === 0) return;
    const first = this.#first * NAMES_PER_CONCEPT;
    const last = (this.#first + this.size) * NAMES_PER_CONCEPT;
    const sql = `SELECT DISTINCT rowid / ${NAMES_PER_CONCEPT} FROM words WHERE words MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid`;
    const rows = this.#db.prepare(sql);
    rows.setReturnArrays(true);
    for (const row of rows.iterate(asked.join(' AND '), first, last)) yield (row as unknown as readonly [number])[0];
  }

  /** The words that begin so, each looked for as a whole: places of a whole word come as they are needed, those of a beginning all at once. */
  #soughtFor(beginning: string): string {
    const known = this.#sought.get(beginning);
    if (known !== undefined) return known;
    const found = this.#vocabulary.all(beginning, `${beginning}\u{10ffff}`, MOST_WORDS + 1);
    const words = found.map(({ term }) => `"${String(term).replaceAll('"', '""')}"`);
    const sought = words.length === 0 || words.length > MOST_WORDS ? `"${beginning}"*` : `(${words.join(' OR ')})`;
    if (this.#sought.size >= KEPT) this.#sought = new Map();
    this.#sought.set(beginning, sought);
    return sought;
  }

  #closed(): Closure | null {
    if (this.#closure !== undefined) return this.#closure;
    const row = this.#db.prepare('SELECT place, at, starts, bounds FROM closure WHERE system = ?').get(this.#id);
    const { place, at, starts, bounds } = (row ?? {}) as Record<string, Uint8Array>;
    this.#closure =
      row === undefined ? null : { place: ints(place!), at: ints(at!), starts: ints(starts!), bounds: ints(bounds!) };
    return this.#closure;
  }
}

function ints(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

function propertyValue(kind: (typeof KINDS)[number], text: string, coding: string | null): PropertyValue {
  if (kind === 'boolean') return { kind, value: text === 'true' };
  if (kind === 'number') return { kind, value: Number(text) };
  if (kind === 'coding') return { kind, value: JSON.parse(coding!) };
  return { kind, value: text };
}

class SqliteConceptMap implements ConceptMap {
  readonly head: ConceptMapHead;
  readonly sourceSystems: ReadonlySet<string>;
  readonly targetSystems: ReadonlySet<string>;
  readonly #id: number;
  readonly #from: StatementSync;
  readonly #to: StatementSync;

  constructor(db: DatabaseSync, id: number, head: ConceptMapHead) {
    this.head = head;
    this.#id = id;
    this.#from = db.prepare('SELECT * FROM mapping WHERE map = ? AND source_system = ? AND source = ? ORDER BY rowid');
    this.#to = db.prepare('SELECT * FROM mapping WHERE map = ? AND target_system = ? AND target = ? ORDER BY rowid');
    const sides = (column: string) =>
      db
        .prepare(`SELECT DISTINCT ${column} AS side FROM mapping WHERE map = ? AND ${column} IS NOT NULL`)
        .all(id)
        .map(({ side }) => String(side));
    this.sourceSystems = new Set([...sides('source_system'), ...head.unmapped.map(({ sourceSystem }) => sourceSystem)]);
    this.targetSystems = new Set(sides('target_system'));
  }

  from(system: string, code: string): readonly Mapping[] {
    return this.#from.all(this.#id, system, code).map(mappingOf);
  }

  to(system: string, code: string): readonly Mapping[] {
    return this.#to.all(this.#id, system, code).map(mappingOf);
  }
}

function mappingOf(row: Record<string, unknown>): Mapping {
  const parts = row.parts === null ? { dependsOn: [], product: [] } : JSON.parse(String(row.parts));
  return {
    sourceSystem: String(row.source_system),
    sourceCode: String(row.source),
    targetSystem: row.target_system as string | null,
    targetCode: row.target as string | null,
    targetDisplay: row.display as string | null,
    equivalence: row.equivalence as Equivalence,
    comment: row.comment as string | null,
    dependsOn: parts.dependsOn,
    product: parts.product,
  };
}
