import type { KeyObject } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type KeptSubject, KeyRing, type SubjectRow } from './key-ring.ts';

/** The keys of all subjects, wrapped under the master key in the log's file; kept in memory while nobody else writes. */
export class SubjectKeys {
  readonly #ring: KeyRing;
  readonly #version: StatementSync;
  readonly #find: StatementSync;
  readonly #findNumber: StatementSync;
  readonly #first: StatementSync;
  readonly #insert: StatementSync;
  readonly #blank: StatementSync;
  readonly #erased: StatementSync;
  readonly #dropSnapshots: StatementSync;
  readonly #others: () => void;
  #seen = -1;

  /** `others` is called when another connection was seen to have written. */
  constructor(database: DatabaseSync, master: KeyObject, file: string, others: () => void) {
    this.#others = others;
    this.#ring = new KeyRing(master, { file });
    this.#version = database.prepare('pragma data_version');
    this.#find = database.prepare('select n, name, key from subject where tag = ?');
    this.#findNumber = database.prepare('select n, name, key from subject where n = ?');
    this.#first = database.prepare('select n, name, key from subject where key is not null limit 1');
    this.#insert = database.prepare('insert into subject (tag, name, key) values (?, ?, ?) returning n');
    this.#blank = database.prepare('update subject set name = null, key = null where n = ?');
    this.#erased = database.prepare('select count(*) as count from subject where key is null');
    this.#dropSnapshots = database.prepare('delete from snapshot where subject = ?');
  }

  /** @throws store-key-wrong when the master key does not open the log */
  verify(): void {
    const row = this.#first.get() as SubjectRow | undefined;
    if (row !== undefined) this.#ring.verify(row);
  }

  /** Forgets what is kept in memory. */
  forget(): void {
    this.#ring.forget();
  }

  /** Forgets it when another process has written since: it may have erased a subject. */
  refresh(): void {
    const { data_version: version } = this.#version.get() as { data_version: number };
    if (version === this.#seen) return;
    this.#seen = version;
    this.forget();
    this.#others();
  }

  /** The subject, made with a new key when it is new; inside a transaction, after `refresh`. @throws store-erased */
  forWriting(name: string): KeptSubject {
    const found = this.#ring.byName(name) ?? this.forReading(name);
    if (found !== null) return found;
    const { row, key } = this.#ring.make(name);
    const { n } = this.#insert.get(this.#ring.tag(name), row.name, row.key) as { n: number };
    return this.#ring.keep({ n, name, key });
  }

  /** The subject, or null when the log has none of that name. @throws store-erased */
  forReading(name: string): KeptSubject | null {
    this.refresh();
    const kept = this.#ring.byName(name);
    if (kept !== undefined) return kept;
    const row = this.#find.get(this.#ring.tag(name)) as SubjectRow | undefined;
    if (row === undefined) return null;
    const subject = this.#ring.open(row);
    if (subject === null) throw this.#ring.erased(name);
    return subject;
  }

  /** Whether the subject is known to be in the log, without a look into it. */
  holds(name: string): boolean {
    return this.#ring.byName(name) !== undefined;
  }

  /** Whether the log has, or had, a subject of that number. */
  has(n: number): boolean {
    return this.#ring.byNumber(n) !== undefined || this.#findNumber.get(n) !== undefined;
  }

  /** The subject of that number, or null when it was erased. */
  byNumber(n: number): KeptSubject | null {
    return this.#ring.byNumber(n) ?? this.#ring.open(this.#findNumber.get(n) as unknown as SubjectRow);
  }

  /** Blanks name and key; inside a transaction. An unknown name is kept as erased, so that it stays refused. */
  destroy(name: string): void {
    const row = this.#find.get(this.#ring.tag(name)) as SubjectRow | undefined;
    if (row === undefined) this.#insert.get(this.#ring.tag(name), null, null);
    else {
      this.#blank.run(row.n);
      this.#dropSnapshots.run(row.n);
    }
    this.forget();
  }

  erasures(): number {
    return (this.#erased.get() as { count: number }).count;
  }
}
