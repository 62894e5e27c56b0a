import type { KeyObject } from 'node:crypto';
import type pg from 'pg';
import type { AppendResult, Durability, Entry, NewEntry } from '../contract.ts';
import { storeErrors } from '../errors.data.ts';
import { payloadText } from '../memory.ts';
import type { TreeEdge, TreeNode } from '../merkle.ts';
import { byteaArray, int8Array, textArray } from './binary-array.ts';
import { tagOf } from './envelope.ts';
import type { KeptSubject, KeyRing, SubjectRow } from './key-ring.ts';
import { type Connections, lend, query, together } from './postgres-session.ts';
import { addLeaf, edgeAt, insertNodes } from './postgres-tree.ts';
import { type EntryRow, openEntry, sealPayload } from './sealed-rows.ts';

/** Entries of one `append`, with their payloads as JSON text. */
export interface Call {
  readonly entries: readonly NewEntry[];
  readonly texts: readonly string[];
}

/** What is written in one statement at most, bytes: far below what one message may hold. */
const MOST_BYTES = 64 << 20;

/** What is kept in memory from turn to turn. */
export interface Memory {
  readonly ring: KeyRing;
  /** The tree's right edge as the last turn here left it; of no use once others wrote. */
  edge: TreeEdge | null;
}

interface Head {
  readonly erasures: number;
  readonly last_seq: number;
  readonly last_n: number;
}

interface NewRow {
  readonly entry: NewEntry;
  readonly seq: number;
  readonly n: number;
  readonly dedupe: Uint8Array | null;
  readonly payload: Uint8Array;
}

type Found = KeptSubject | 'erased';

/** The subjects of these numbers, by number; null for one that was erased. `erasures`: how many there were before. */
export async function subjectsOf(
  client: pg.ClientBase,
  ring: KeyRing,
  numbers: readonly number[],
  erasures: number,
): Promise<(n: number) => KeptSubject | null> {
  const missing = [...new Set(numbers)].filter((n) => ring.byNumber(n) === undefined);
  const found = new Map<number, KeptSubject | null>();
  if (missing.length > 0) {
    const text = 'select n, name, key from subject where n = any($1::bigint[])';
    for (const row of await query<SubjectRow>(client, text, [int8Array(missing)])) {
      found.set(row.n, ring.open(row, erasures));
    }
  }
  return (n) => ring.byNumber(n) ?? found.get(n) ?? null;
}

/**
 * One turn of writing: from the moment this connection alone may write until it commits, so that positions have no gaps and
 * are seen in their order. Other writers wait for a lock that the transaction holds; readers do not.
 */
export class Turn {
  readonly client: pg.ClientBase;
  readonly #place: string;
  readonly #ring: KeyRing;
  readonly #found = new Map<string, Found>();
  readonly #made: KeptSubject[] = [];
  /** Of entries looked for in the log and then staged; of another key where a call that made the subject was left out. */
  readonly #tags = new Map<NewEntry, { readonly key: KeyObject; readonly tag: Uint8Array }>();
  #seq: number;
  #n: number;
  #edge: TreeEdge | null;
  readonly #erasures: number;

  constructor(client: pg.ClientBase, place: string, memory: Memory, head: Head) {
    this.client = client;
    this.#place = place;
    this.#ring = memory.ring;
    this.#seq = head.last_seq;
    this.#n = head.last_n;
    this.#erasures = head.erasures;
    this.#edge = memory.edge?.size === head.last_seq ? memory.edge.copy() : null;
  }

  /** The tree's right edge, where this turn came to need it. */
  get edge(): TreeEdge | null {
    return this.#edge;
  }

  /** Subjects that this turn made; they are kept in memory once it is committed. */
  get made(): readonly KeptSubject[] {
    return this.#made;
  }

  /** The subject; null where the log has none. @throws store-erased */
  async subject(name: string): Promise<KeptSubject | null> {
    await this.#look([name]);
    return this.#known(name);
  }

  /** The subject, made with a new key where it is new. @throws store-erased */
  async subjectForWriting(name: string): Promise<KeptSubject> {
    const found = await this.subject(name);
    if (found !== null) return found;
    const { subject, row } = this.#make(name);
    await this.#insertSubjects([row]);
    return subject;
  }

  /** The subjects of these numbers, by number; null for one that was erased. */
  subjectsOf(numbers: readonly number[]): Promise<(n: number) => KeptSubject | null> {
    return subjectsOf(this.client, this.#ring, numbers, this.#erasures);
  }

  /** The entries of the rows of `entry` that a text selects, in its order; one whose subject was erased says so. @throws store-corrupt */
  async entries(text: string, values: readonly unknown[]): Promise<readonly Entry[]> {
    const rows = await query<EntryRow>(this.client, text, values);
    const subjectOf = await this.subjectsOf(rows.map(({ subject }) => subject));
    return rows.map((row) => openEntry(row, subjectOf(row.subject)));
  }

  /** As `Store.append`, within this turn, which ends in nothing when this throws. @throws store-id-taken, store-erased, store-payload */
  async append(entries: readonly NewEntry[]): Promise<AppendResult> {
    const [outcome] = await this.appendAll([{ entries, texts: entries.map(payloadText) }]);
    if (outcome instanceof Error) throw outcome;
    return outcome!;
  }

  /**
   * Appends what several calls gave; a call that cannot be kept is left out, and its error given in its place.
   * @throws store-id-taken when an id is in the log already, which ends the transaction
   */
  async appendAll(calls: readonly Call[]): Promise<readonly (AppendResult | Error)[]> {
    await this.#look(calls.flatMap(({ entries }) => entries.map(({ subject }) => subject)));
    const repeats = await this.#repeats(calls);
    const ids = new Set<string>();
    const subjects: (SubjectRow & { readonly tag: Uint8Array })[] = [];
    const rows: NewRow[] = [];
    const outcomes = calls.map((call) => {
      const before = {
        seq: this.#seq,
        n: this.#n,
        rows: rows.length,
        subjects: subjects.length,
        made: this.#made.length,
      };
      try {
        return this.#stage(call, repeats, ids, subjects, rows);
      } catch (error) {
        this.#seq = before.seq;
        this.#n = before.n;
        subjects.length = before.subjects;
        for (const { name } of this.#made.splice(before.made)) this.#found.delete(name);
        for (const { entry, n, dedupe } of rows.splice(before.rows)) {
          ids.delete(entry.id);
          if (dedupe !== null) repeats.delete(repeatKey(n, dedupe));
        }
        return error as Error;
      }
    });
    const nodes = await this.#grow(rows);
    await together([this.#insertSubjects(subjects), this.#insertRows(rows), insertNodes(this.client, nodes)]);
    return outcomes;
  }

  /** Blanks name and key and drops the snapshots. An unknown name is kept as erased, so that it stays refused. */
  async erase(name: string): Promise<void> {
    const tag = this.#ring.tag(name);
    const [row] = await query<{ n: number; erased: boolean }>(
      this.client,
      'select n, key is null as erased from subject where tag = $1',
      [tag],
    );
    if (row?.erased) return;
    if (row === undefined) await this.#insertSubjects([{ n: ++this.#n, tag, name: null, key: null }]);
    else {
      await query(this.client, 'update subject set name = null, key = null where n = $1', [row.n]);
      await query(this.client, 'delete from snapshot where subject = $1', [row.n]);
    }
    await query(this.client, 'update log set erasures = erasures + 1');
    this.#found.set(name, 'erased');
  }

  #stage(
    { entries, texts }: Call,
    repeats: Set<string>,
    ids: Set<string>,
    subjects: (SubjectRow & { readonly tag: Uint8Array })[],
    rows: NewRow[],
  ): AppendResult {
    const fresh: Entry[] = [];
    const duplicates: string[] = [];
    entries.forEach((entry, i) => {
      let subject = this.#known(entry.subject);
      if (subject === null) {
        const made = this.#make(entry.subject);
        subjects.push(made.row);
        subject = made.subject;
      }
      const dedupe = this.#dedupeTag(entry, subject);
      if (dedupe !== null && repeats.has(repeatKey(subject.n, dedupe))) {
        duplicates.push(entry.id);
        return;
      }
      if (ids.has(entry.id)) {
        throw storeErrors.error('store-id-taken', `The id “${entry.id}” is given twice.`, { element: entry.id });
      }
      ids.add(entry.id);
      if (dedupe !== null) repeats.add(repeatKey(subject.n, dedupe));
      const seq = ++this.#seq;
      rows.push({ entry, seq, n: subject.n, dedupe, payload: sealPayload(seq, entry, subject, texts[i]!) });
      fresh.push({ ...entry, payload: JSON.parse(texts[i]!), seq });
    });
    return { entries: fresh, duplicates };
  }

  /** Finds the subjects of these names that are not found yet. */
  async #look(names: readonly string[]): Promise<void> {
    const tags = new Map<string, string>();
    for (const name of new Set(names)) {
      if (this.#found.has(name)) continue;
      const kept = this.#ring.byName(name);
      if (kept === undefined) tags.set(Buffer.from(this.#ring.tag(name)).toString('hex'), name);
      else this.#found.set(name, kept);
    }
    if (tags.size === 0) return;
    const rows = await query<SubjectRow & { tag: Buffer }>(
      this.client,
      'select n, tag, name, key from subject where tag = any($1::bytea[])',
      [byteaArray([...tags.keys()].map((tag) => Buffer.from(tag, 'hex')))],
    );
    for (const row of rows) this.#found.set(tags.get(row.tag.toString('hex'))!, this.#ring.open(row) ?? 'erased');
  }

  #known(name: string): KeptSubject | null {
    const found = this.#found.get(name);
    if (found === 'erased') throw this.#ring.erased(name);
    return found ?? null;
  }

  #make(name: string): { readonly subject: KeptSubject; readonly row: SubjectRow & { readonly tag: Uint8Array } } {
    const n = ++this.#n;
    const { row, key } = this.#ring.make(name);
    const subject = { n, name, key };
    this.#found.set(name, subject);
    this.#made.push(subject);
    return { subject, row: { n, tag: this.#ring.tag(name), ...row } };
  }

  #dedupeTag(entry: NewEntry, subject: KeptSubject): Uint8Array | null {
    if (entry.dedupeKey === undefined) return null;
    const known = this.#tags.get(entry);
    if (known?.key === subject.key) return known.tag;
    const tag = tagOf(subject.key, `${entry.kind}|${entry.dedupeKey}`);
    this.#tags.set(entry, { key: subject.key, tag });
    return tag;
  }

  /** Which of the dedupe keys given are in the log. */
  async #repeats(calls: readonly Call[]): Promise<Set<string>> {
    const asked: { readonly n: number; readonly kind: string; readonly dedupe: Uint8Array }[] = [];
    for (const entry of calls.flatMap(({ entries }) => entries)) {
      const found = this.#found.get(entry.subject);
      if (found === undefined || found === 'erased') continue;
      const dedupe = this.#dedupeTag(entry, found);
      if (dedupe !== null) asked.push({ n: found.n, kind: entry.kind, dedupe });
    }
    if (asked.length === 0) return new Set();
    const rows = await query<{ subject: number; dedupe: Uint8Array }>(
      this.client,
      `select e.subject, e.dedupe from unnest($1::bigint[], $2::text[], $3::bytea[]) as asked (n, kind, dedupe)
        join entry e on e.subject = asked.n and e.kind = asked.kind and e.dedupe = asked.dedupe`,
      [
        int8Array(asked.map(({ n }) => n)),
        textArray(asked.map(({ kind }) => kind)),
        byteaArray(asked.map(({ dedupe }) => dedupe)),
      ],
    );
    return new Set(rows.map(({ subject, dedupe }) => repeatKey(subject, dedupe)));
  }

  /** Adds the rows to the tree; gives what is to be kept of it. */
  async #grow(rows: readonly NewRow[]): Promise<readonly TreeNode[]> {
    const nodes: TreeNode[] = [];
    if (rows.length === 0) return nodes;
    this.#edge ??= await edgeAt(this.client, rows[0]!.seq - 1, this.#place);
    for (const { entry, seq, n, dedupe, payload } of rows) {
      const { id, kind, trueAt, knownAt, supersedes = null } = entry;
      const row = { seq, id, subject: n, kind, true_at: trueAt, known_at: knownAt, dedupe, supersedes, payload };
      addLeaf(this.#edge, row, nodes);
    }
    return nodes;
  }

  async #insertSubjects(rows: readonly (SubjectRow & { readonly tag: Uint8Array })[]): Promise<void> {
    if (rows.length === 0) return;
    await query(
      this.client,
      `insert into subject (n, tag, name, key)
        select * from unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[])`,
      [
        int8Array(rows.map(({ n }) => n)),
        byteaArray(rows.map(({ tag }) => tag)),
        byteaArray(rows.map(({ name }) => name)),
        byteaArray(rows.map(({ key }) => key)),
      ],
    );
  }

  async #insertRows(rows: readonly NewRow[]): Promise<void> {
    for (let from = 0; from < rows.length; ) {
      let to = from;
      for (let bytes = 0; to < rows.length && (to === from || bytes < MOST_BYTES); to++)
        bytes += rows[to]!.payload.length;
      await this.#insertSome(rows.slice(from, to));
      from = to;
    }
  }

  async #insertSome(rows: readonly NewRow[]): Promise<void> {
    await query(
      this.client,
      `insert into entry (seq, id, subject, kind, true_at, known_at, dedupe, supersedes, payload)
        select * from unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bytea[],
          $8::text[], $9::bytea[])`,
      [
        int8Array(rows.map(({ seq }) => seq)),
        textArray(rows.map(({ entry }) => entry.id)),
        int8Array(rows.map(({ n }) => n)),
        textArray(rows.map(({ entry }) => entry.kind)),
        int8Array(rows.map(({ entry }) => entry.trueAt)),
        int8Array(rows.map(({ entry }) => entry.knownAt)),
        byteaArray(rows.map(({ dedupe }) => dedupe)),
        textArray(rows.map(({ entry }) => entry.supersedes ?? null)),
        byteaArray(rows.map(({ payload }) => payload)),
      ],
    );
  }
}

/**
 * Takes the turn to write and commits what `work` did, or nothing when it throws.
 * @throws store-busy, store-server-unreachable
 */
export function takeTurn<T>(
  to: Connections,
  memory: Memory,
  durable: Durability,
  work: (turn: Turn) => Promise<T>,
): Promise<T> {
  return lend(to, async (client) => {
    try {
      // One message: what is read after the lock sees what its last holder committed.
      const results = (await client.query(
        `begin;
        set local synchronous_commit = ${durable === 'disk' ? 'on' : 'off'};
        select pg_advisory_xact_lock('entry'::regclass::oid::bigint);
        select erasures, (select coalesce(max(seq), 0) from entry) as last_seq,
          (select coalesce(max(n), 0) from subject) as last_n from log`,
      )) as unknown as pg.QueryResult<Head>[];
      const head = results.at(-1)!.rows[0]!;
      memory.ring.refresh(head.erasures);
      const turn = new Turn(client, to.place, memory, head);
      const result = await work(turn);
      // A key that is new goes to the disk whatever is asked: something outside the log may be sealed with it next.
      if (durable === 'process' && turn.made.length > 0) await client.query('set local synchronous_commit = on');
      await commit(client);
      for (const subject of turn.made) memory.ring.keep(subject);
      memory.edge = turn.edge;
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw error;
    }
  });
}

/** A commit after a statement that failed is answered as a rollback, without an error. */
async function commit(client: pg.ClientBase): Promise<void> {
  const { command } = await client.query('commit');
  if (command !== 'COMMIT') throw new Error(`The transaction ended with ${command}.`);
}

/** The tag is made of the kind, so that subject and tag are enough. */
function repeatKey(n: number, dedupe: Uint8Array): string {
  return `${n}|${Buffer.from(dedupe.buffer, dedupe.byteOffset, dedupe.length).toString('latin1')}`;
}
