import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { adjacency, closureOf } from '../closure.ts';
import type { CodeSystemHead, ConceptEntry, Designation, Property } from '../code-system.ts';
import type { ConceptMapHead, Mapping } from '../concept-map.ts';
import type { ReleaseWriter, SystemWriter } from '../release.ts';
import type { ValueSet } from '../value-set.ts';
import { ABSTRACT, INACTIVE, INDEXES, KINDS, LAYOUT, NAMES_PER_CONCEPT, TABLES } from './library-schema.ts';

/** Writes a release to a new SQLite file. Nothing may read the file before `finish`. */
export class LibraryWriter implements ReleaseWriter {
  readonly #db: DatabaseSync;
  readonly #insertValueSet: StatementSync;
  readonly #insertMap: StatementSync;
  readonly #insertMapping: StatementSync;
  #concepts = 0;
  #systems = 0;
  #maps = 0;
  #folded = false;

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    // The file is whole only once it has been renamed: until then nothing needs to survive a crash.
    this.#db.exec(
      'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; PRAGMA locking_mode = EXCLUSIVE;',
    );
    this.#db.exec(TABLES);
    this.#db.exec('BEGIN');
    this.#insertValueSet = this.#db.prepare('INSERT INTO value_set (rules) VALUES (?)');
    this.#insertMap = this.#db.prepare('INSERT INTO map (id, head) VALUES (?, ?)');
    this.#insertMapping = this.#db.prepare('INSERT INTO mapping VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  }

  system(head: CodeSystemHead): SystemWriter {
    this.#folded ||= !head.caseSensitive;
    const first = this.#concepts;
    const id = this.#systems++;
    return new SqliteSystemWriter(this.#db, head, id, first, (size) => {
      this.#concepts = first + size;
    });
  }

  valueSet(valueSet: ValueSet): void {
    this.#insertValueSet.run(JSON.stringify(valueSet));
  }

  map(head: ConceptMapHead): { add(mapping: Mapping): void } {
    const id = this.#maps++;
    this.#insertMap.run(id, JSON.stringify(head));
    return {
      add: (row) => {
        const { sourceSystem, sourceCode, targetSystem, targetCode, targetDisplay, equivalence, comment } = row;
        const { dependsOn, product } = row;
        const parts = dependsOn.length + product.length === 0 ? null : JSON.stringify({ dependsOn, product });
        this.#insertMapping.run(
          id,
          sourceSystem,
          sourceCode,
          targetSystem,
          targetCode,
          targetDisplay,
          equivalence,
          comment,
          parts,
        );
      },
    };
  }

  /** Indexes the file and closes it. */
  finish(meta: Readonly<Record<string, unknown>>): void {
    const insert = this.#db.prepare('INSERT INTO meta VALUES (?, ?)');
    for (const [key, value] of Object.entries({ ...meta, layout: LAYOUT })) insert.run(key, JSON.stringify(value));
    this.#db.exec(this.#folded ? INDEXES : INDEXES.replace(/CREATE INDEX concept_folded.*\n/, ''));
    this.#db.exec('COMMIT');
    this.#db.close();
  }

  abandon(): void {
    this.#db.close();
  }
}

/** Pairs of numbers that grow; eight bytes a pair. */
class Pairs {
  #all = new Int32Array(1024);
  length = 0;

  add(a: number, b: number): void {
    if (2 * this.length === this.#all.length) {
      const wider = new Int32Array(2 * this.#all.length);
      wider.set(this.#all);
      this.#all = wider;
    }
    this.#all[2 * this.length] = a;
    this.#all[2 * this.length + 1] = b;
    this.length++;
  }

  /** In order, each once, as two columns. */
  distinct(): { readonly first: Int32Array; readonly second: Int32Array } {
    const keys = new Float64Array(this.length);
    for (let i = 0; i < this.length; i++) keys[i] = this.#all[2 * i]! * 2 ** 31 + this.#all[2 * i + 1]!;
    keys.sort();
    const first = new Int32Array(this.length);
    const second = new Int32Array(this.length);
    let count = 0;
    for (let i = 0; i < keys.length; i++) {
      if (i > 0 && keys[i] === keys[i - 1]) continue;
      first[count] = Math.floor(keys[i]! / 2 ** 31);
      second[count++] = keys[i]! % 2 ** 31;
    }
    return { first: first.subarray(0, count), second: second.subarray(0, count) };
  }
}

class SqliteSystemWriter implements SystemWriter {
  readonly #db: DatabaseSync;
  readonly #head: CodeSystemHead;
  readonly #id: number;
  readonly #first: number;
  readonly #done: (size: number) => void;
  readonly #numbers = new Map<string, number>();
  /** Names that each concept has in the index of words. */
  readonly #named = new Map<number, number>();
  readonly #properties = new Map<string, number>();
  readonly #edges = new Pairs();
  readonly #insertConcept: StatementSync;
  readonly #rename: StatementSync;
  readonly #insertDesignation: StatementSync;
  readonly #insertProperty: StatementSync;
  readonly #insertName: StatementSync;
  readonly #findName: StatementSync;
  readonly #insertWords: StatementSync;

  constructor(db: DatabaseSync, head: CodeSystemHead, id: number, first: number, done: (size: number) => void) {
    this.#db = db;
    this.#head = head;
    this.#id = id;
    this.#first = first;
    this.#done = done;
    this.#insertConcept = db.prepare('INSERT INTO concept VALUES (?, ?, ?, ?, ?, ?)');
    this.#rename = db.prepare('UPDATE concept SET display = ? WHERE id = ?');
    this.#insertDesignation = db.prepare('INSERT INTO designation (concept, language, use, value) VALUES (?, ?, ?, ?)');
    this.#insertProperty = db.prepare('INSERT INTO property VALUES (?, ?, ?, ?, ?)');
    this.#insertName = db.prepare('INSERT OR IGNORE INTO property_name (name) VALUES (?)');
    this.#findName = db.prepare('SELECT id FROM property_name WHERE name = ?');
    this.#insertWords = db.prepare('INSERT INTO words (rowid, text) VALUES (?, ?)');
  }

  add({ code, display, definition, inactive, abstract }: ConceptEntry): number {
    const key = this.#key(code);
    if (this.#numbers.has(key)) return -1;
    const n = this.#first + this.#numbers.size;
    this.#numbers.set(key, n);
    const flags = (inactive ? INACTIVE : 0) | (abstract ? ABSTRACT : 0);
    this.#insertConcept.run(n, this.#id, code, display, definition, flags);
    this.#words(n, code);
    if (display !== null) this.#words(n, display);
    return n;
  }

  find(code: string): number {
    return this.#numbers.get(this.#key(code)) ?? -1;
  }

  rename(n: number, display: string): void {
    this.#rename.run(display, n);
  }

  designate(n: number, { language, use, value }: Designation): void {
    this.#insertDesignation.run(n, language, use === null ? null : JSON.stringify(use), value);
    this.#words(n, value);
  }

  describe(n: number, { name, value }: Property): void {
    let id = this.#properties.get(name);
    if (id === undefined) {
      this.#insertName.run(name);
      id = this.#findName.get(name)!.id as number;
      this.#properties.set(name, id);
    }
    const text = value.kind === 'coding' ? value.value.code : String(value.value);
    const more = value.kind === 'coding' ? JSON.stringify(value.value) : null;
    this.#insertProperty.run(n, id, KINDS.indexOf(value.kind), text, more);
  }

  place(child: number, parent: number): void {
    this.#edges.add(child - this.#first, parent - this.#first);
  }

  finish(): string | null {
    const size = this.#numbers.size;
    this.#db
      .prepare('INSERT INTO system VALUES (?, ?, ?, ?)')
      .run(this.#id, JSON.stringify(this.#head), this.#first, size);
    const circle = this.#edges.length === 0 ? null : this.#close(size);
    this.#numbers.clear();
    this.#named.clear();
    this.#done(size);
    return circle;
  }

  #close(size: number): string | null {
    const { first, second } = this.#edges.distinct();
    const closure = closureOf(adjacency(size, second, first), adjacency(size, first, second));
    if ('circle' in closure) {
      const found = this.#db.prepare('SELECT code FROM concept WHERE id = ?').get(this.#first + closure.circle)!;
      return String(found.code);
    }
    const insert = this.#db.prepare('INSERT INTO edge VALUES (?, ?)');
    for (let i = 0; i < first.length; i++) insert.run(this.#first + first[i]!, this.#first + second[i]!);
    const bytes = ({ buffer, byteOffset, byteLength }: Int32Array) => new Uint8Array(buffer, byteOffset, byteLength);
    const { place, at, starts, bounds } = closure;
    this.#db
      .prepare('INSERT INTO closure VALUES (?, ?, ?, ?, ?)')
      .run(this.#id, bytes(place), bytes(at), bytes(starts), bytes(bounds));
    return null;
  }

  #words(n: number, text: string): void {
    const count = this.#named.get(n) ?? 0;
    if (count >= NAMES_PER_CONCEPT) return;
    this.#named.set(n, count + 1);
    this.#insertWords.run(n * NAMES_PER_CONCEPT + count, text);
  }

  #key(code: string): string {
    return this.#head.caseSensitive ? code : code.toLowerCase();
  }
}
