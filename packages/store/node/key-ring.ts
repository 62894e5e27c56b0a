import type { KeyObject } from 'node:crypto';
import type { Where } from '@gemel/core';
import { storeErrors } from '../errors.data.ts';
import { keyOf, newKey, seal, tagOf, unseal } from './envelope.ts';

/** A subject that was not erased, with its number in the log and its key. */
export interface KeptSubject {
  readonly n: number;
  readonly name: string;
  readonly key: KeyObject;
}

/** A subject as its table holds it: `name` and `key` sealed under the master key, null once erased. */
export interface SubjectRow {
  readonly n: number;
  readonly name: Uint8Array | null;
  readonly key: Uint8Array | null;
}

/** The keys of subjects in memory, and how they are wrapped under the master key: the same for every database. */
export class KeyRing {
  readonly #master: KeyObject;
  readonly #where: Where;
  readonly #byName = new Map<string, KeptSubject>();
  readonly #byNumber = new Map<number, KeptSubject>();
  #erasures = 0;

  constructor(master: KeyObject, where: Where) {
    this.#master = master;
    this.#where = where;
  }

  byName(name: string): KeptSubject | undefined {
    return this.#byName.get(name);
  }

  byNumber(n: number): KeptSubject | undefined {
    return this.#byNumber.get(n);
  }

  /** Forgets what is kept in memory. */
  forget(): void {
    this.#byName.clear();
    this.#byNumber.clear();
  }

  /** Forgets it when more subjects were erased than were when this was last told. */
  refresh(erasures: number): void {
    if (erasures <= this.#erasures) return;
    this.forget();
    this.#erasures = erasures;
  }

  keep(subject: KeptSubject): KeptSubject {
    this.#byName.set(subject.name, subject);
    this.#byNumber.set(subject.n, subject);
    return subject;
  }

  /** What the subject is found by, without its name. */
  tag(name: string): Uint8Array {
    return tagOf(this.#master, name);
  }

  /** A new subject: what its row holds, and its key. */
  make(name: string): { readonly row: Omit<SubjectRow, 'n'>; readonly key: KeyObject } {
    const key = newKey();
    return {
      row: { name: seal(this.#master, Buffer.from(name), 'name'), key: seal(this.#master, key, 'key') },
      key: keyOf(key),
    };
  }

  /**
   * The subject of a row, kept in memory; null when it was erased. `erasures`: how many there were before the row was read, where
   * others may erase meanwhile; a row that may be older than an erasure is not kept.
   */
  open(row: SubjectRow, erasures = this.#erasures): KeptSubject | null {
    if (row.key === null || row.name === null) return null;
    const name = unseal(this.#master, row.name, 'name').toString();
    const subject = { n: row.n, name, key: keyOf(unseal(this.#master, row.key, 'key')) };
    return erasures < this.#erasures ? subject : this.keep(subject);
  }

  erased(name: string): Error {
    return storeErrors.error('store-erased', `“${name}” was erased.`, this.#where);
  }

  /** @throws store-key-wrong when the master key does not open the row */
  verify(row: SubjectRow): void {
    try {
      this.open(row);
    } catch (cause) {
      const what = this.#where.file ?? 'the log';
      throw storeErrors.error(
        'store-key-wrong',
        `The master key does not open ${what}.`,
        this.#where,
        undefined,
        cause,
      );
    }
  }
}
