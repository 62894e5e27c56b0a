import type { KeyObject } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { storeErrors } from '../errors.data.ts';
import { keyOf, newKey, seal, tagOf, unseal } from './envelope.ts';

/** A subject that was not erased, with its number in the log and its key. */
export interface KeptSubject {
  readonly n: number;
  readonly name: string;
  readonly key: KeyObject;
}

interface Row {
  readonly n: number;
  readonly name: Uint8Array | null;
  readonly key: Uint8Array | null;
}

/** The keys of all subjects, wrapped under the master key in the log's file; kept in memory while nobody else writes. */
export class SubjectKeys {
  readonly #master: KeyObject;
  readonly #file: string;
  readonly #byName = new Map<string, KeptSubject>();
  readonly #byNumber = new Map<number, KeptSubject>();
  readonly #version: StatementSync;
  readonly #find: StatementSync;
  readonly #findNumber: StatementSync;
  readonly #first: StatementSync;
  readonly #insert: StatementSync;
  readonly #blank: StatementSync;
  readonly #erased: StatementSync;
  readonly #dropSnapshots: StatementSync;
  #seen = -1;

  constructor(database: DatabaseSync, master: KeyObject, file: string) {
    this.#master = master;
    this.#file = file;
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
    const row = this.#first.get() as Row | undefined;
    if (row === undefined) return;
    try {
      this.#open(row);
    } catch (cause) {
      throw storeErrors.error(
        'store-key-wrong',
        `The master key does not open ${this.#file}.`,
        { file: this.#file },
        undefined,
        cause,
      );
    }
  }

  /** Forgets what is kept in memory. */
  forget(): void {
    this.#byName.clear();
    this.#byNumber.clear();
  }

  /** Forgets it when another process has written since: it may have erased a subject. */
  refresh(): void {
    const { data_version: version } = this.#version.get() as { data_version: number };
    if (version !== this.#seen) this.forget();
    this.#seen = version;
  }

  /** The subject, made with a new key when it is new; inside a transaction, after `refresh`. @throws store-erased */
  forWriting(name: string): KeptSubject {
    const found = this.#byName.get(name) ?? this.forReading(name);
    if (found !== null) return found;
    const key = newKey();
    const { n } = this.#insert.get(
      this.#tag(name),
      seal(this.#master, Buffer.from(name), 'name'),
      seal(this.#master, key, 'key'),
    ) as { n: number };
    return this.#keep({ n, name, key: keyOf(key) });
  }

  /** The subject, or null when the log has none of that name. @throws store-erased */
  forReading(name: string): KeptSubject | null {
    this.refresh();
    const kept = this.#byName.get(name);
    if (kept !== undefined) return kept;
    const row = this.#find.get(this.#tag(name)) as Row | undefined;
    if (row === undefined) return null;
    const subject = this.#open(row);
    if (subject === null) {
      throw storeErrors.error('store-erased', `“${name}” was erased.`, { file: this.#file });
    }
    return this.#keep(subject);
  }

  /** Whether the subject is known to be in the log, without a look into it. */
  holds(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Whether the log has, or had, a subject of that number. */
  has(n: number): boolean {
    return this.#byNumber.has(n) || this.#findNumber.get(n) !== undefined;
  }

  /** The subject of that number, or null when it was erased. */
  byNumber(n: number): KeptSubject | null {
    const kept = this.#byNumber.get(n);
    if (kept !== undefined) return kept;
    const subject = this.#open(this.#findNumber.get(n) as unknown as Row);
    return subject === null ? null : this.#keep(subject);
  }

  /** Blanks name and key; inside a transaction. An unknown name is kept as erased, so that it stays refused. */
  destroy(name: string): void {
    const row = this.#find.get(this.#tag(name)) as Row | undefined;
    if (row === undefined) this.#insert.get(this.#tag(name), null, null);
    else {
      this.#blank.run(row.n);
      this.#dropSnapshots.run(row.n);
    }
    this.forget();
  }

  erasures(): number {
    return (this.#erased.get() as { count: number }).count;
  }

  #tag(name: string): Uint8Array {
    return tagOf(this.#master, name);
  }

  #open(row: Row): KeptSubject | null {
    if (row.key === null || row.name === null) return null;
    const name = unseal(this.#master, row.name, 'name').toString();
    return { n: row.n, name, key: keyOf(unseal(this.#master, row.key, 'key')) };
  }

  #keep(subject: KeptSubject): KeptSubject {
    this.#byName.set(subject.name, subject);
    this.#byNumber.set(subject.n, subject);
    return subject;
  }
}
