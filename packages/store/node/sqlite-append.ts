import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { AppendResult, Entry, NewEntry } from '../contract.ts';
import { storeErrors } from '../errors.data.ts';
import type { LeafRow } from '../leaf.ts';
import { payloadText } from '../memory.ts';
import type { EntryKeys } from './entry-keys.ts';
import { sealText, tagOf } from './envelope.ts';
import type { KeptSubject } from './key-ring.ts';
import type { Sealable, SealedBlocks } from './sealed-blocks.ts';
import { payloadBinding } from './sealed-rows.ts';
import type { LogTree } from './sqlite-tree.ts';
import type { SubjectKeys } from './subject-keys.ts';

/** From so many entries on, their keys are looked up together. */
const ASKED_FROM = 4;
/** Rows written by one statement, where there are so many. */
const TOGETHER = 16;

/** Payloads up to so many characters are sealed together, until there are so many. */
const SMALL = 2048;
const BLOCK = 8192;

/** A row whose payload may not be sealed yet. */
interface Row extends Omit<LeafRow, 'payload'> {
  payload: Uint8Array | null;
}

/** Small payloads of one subject. */
interface Group {
  readonly subject: KeptSubject;
  readonly rows: Row[];
  readonly payloads: Sealable[];
  length: number;
}

/** Writes entries: each one's row, its keys and its leaf of the tree. */
export class LogWriter {
  readonly #subjects: SubjectKeys;
  readonly #keys: EntryKeys;
  readonly #tree: LogTree;
  readonly #blocks: SealedBlocks;
  readonly #file: string;
  readonly #insert: StatementSync;
  readonly #insertMany: StatementSync;

  constructor(
    database: DatabaseSync,
    file: string,
    subjects: SubjectKeys,
    keys: EntryKeys,
    tree: LogTree,
    blocks: SealedBlocks,
  ) {
    this.#file = file;
    this.#blocks = blocks;
    this.#subjects = subjects;
    this.#keys = keys;
    this.#tree = tree;
    const insert = (rows: number) =>
      database.prepare(
        `insert into entry (seq, id, subject, kind, true_at, known_at, dedupe, supersedes, payload) values ${Array(rows).fill('(?, ?, ?, ?, ?, ?, ?, ?, ?)').join()}`,
      );
    this.#insert = insert(1);
    this.#insertMany = insert(TOGETHER);
  }

  /** Inside a transaction, of which nothing may be kept when this throws. @throws store-id-taken, store-erased, store-payload */
  append(entries: readonly NewEntry[]): AppendResult {
    const drafts = entries.map((entry) => {
      const text = payloadText(entry);
      const subject = this.#subjects.forWriting(entry.subject);
      const { kind, dedupeKey } = entry;
      const dedupe = dedupeKey === undefined ? null : tagOf(subject.key, `${kind}|${dedupeKey}`);
      return { entry, text, subject, dedupe };
    });
    if (entries.length >= ASKED_FROM)
      this.#keys.ask(
        entries.map(({ id }) => id),
        drafts.flatMap(({ dedupe }) => (dedupe === null ? [] : [dedupe])),
      );
    const fresh: Entry[] = [];
    const duplicates: string[] = [];
    const rows: Row[] = [];
    const together = new Map<number, Group>();
    for (const { entry, text, subject, dedupe } of drafts) {
      const { id, kind, trueAt, knownAt, supersedes = null } = entry;
      if (dedupe !== null && this.#keys.repeated(dedupe)) {
        duplicates.push(id);
        continue;
      }
      if (!this.#keys.add(id)) {
        throw storeErrors.error('store-id-taken', `The log already has an entry “${id}”.`, { file: this.#file });
      }
      const seq = this.#keys.lastSeq;
      const times = { true_at: trueAt, known_at: knownAt };
      const row: Row = { seq, id, subject: subject.n, kind, ...times, dedupe, supersedes, payload: null };
      rows.push(row);
      fresh.push({ ...entry, payload: JSON.parse(text), seq });
      const sealable = { seq, about: payloadBinding(seq, entry, subject.n), text };
      if (text.length > SMALL) row.payload = sealText(subject.key, text, sealable.about);
      else {
        const group = together.get(subject.n) ?? { subject, rows: [], payloads: [], length: 0 };
        together.set(subject.n, group);
        group.rows.push(row);
        group.payloads.push(sealable);
        group.length += text.length;
        if (group.length < BLOCK) continue;
        this.#seal(group);
        together.delete(subject.n);
      }
    }
    for (const group of together.values()) this.#seal(group);
    this.#write(rows as LeafRow[]);
    return { entries: fresh, duplicates };
  }

  /** Seals payloads together; one by itself stays in its row. */
  #seal({ subject, rows, payloads }: Group): void {
    const [first] = payloads;
    if (payloads.length === 1) rows[0]!.payload = sealText(subject.key, first!.text, first!.about);
    else {
      const references = this.#blocks.write(subject, payloads);
      rows.forEach((row, i) => {
        row.payload = references[i]!;
      });
    }
  }

  #write(rows: readonly LeafRow[]): void {
    let at = 0;
    for (; at + TOGETHER <= rows.length; at += TOGETHER) {
      this.#insertMany.run(...rows.slice(at, at + TOGETHER).flatMap(valuesOf));
    }
    for (const row of rows.slice(at)) this.#insert.run(...valuesOf(row));
    for (const row of rows) this.#tree.add(row);
  }
}

function valuesOf(row: LeafRow): SQLInputValue[] {
  const { seq, id, subject, kind, true_at, known_at, dedupe, supersedes, payload } = row;
  return [seq, id, subject, kind, true_at, known_at, dedupe, supersedes, payload];
}
