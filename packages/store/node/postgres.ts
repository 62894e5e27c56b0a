import { type Instant, instant, type Problem } from '@gemel/core';
import type pg from 'pg';
import {
  type AppendResult,
  type Durability,
  type Entry,
  type EntryQuery,
  SNAPSHOTS_KEPT,
  type Store,
  type StoredSnapshot,
} from '../contract.ts';
import { storeErrors } from '../errors.data.ts';
import type { LeafRow } from '../leaf.ts';
import { payloadText } from '../memory.ts';
import { TreeEdge, type TreeNode } from '../merkle.ts';
import { type ProofPlan, planConsistency, planHead, planInclusion } from '../tree-proofs.ts';
import { selectEntries } from './entry-query.ts';
import { numberOf, sealObject, sha256, unsealObject } from './envelope.ts';
import { type KeptSubject, KeyRing, type SubjectRow } from './key-ring.ts';
import { AppendQueue } from './postgres-append.ts';
import { prepareDatabase } from './postgres-schema.ts';
import { type Connections, connections, lend, query, texts, together } from './postgres-session.ts';
import { addLeaf, differing, prove } from './postgres-tree.ts';
import { type Memory, subjectsOf, type Turn, takeTurn } from './postgres-turn.ts';
import { type EntryRow, openEntry, openSnapshot, type SnapshotRow, sealSnapshot } from './sealed-rows.ts';

export interface PostgresOptions {
  /** `postgresql://user:password@host:port/database`, with what libpq allows after a question mark. */
  readonly url: string;
  /** The data folder, made where absent: holds `master.key`, unless a key is given. */
  readonly folder: string;
  /** The master key as 64 hexadecimal digits or base64, for where no folder outlives the process. */
  readonly masterKey?: string;
  /** How long to wait for another process that is writing, ms (default 10,000); then `store-busy`. */
  readonly busyTimeout?: number;
}

export interface PostgresReading {
  readonly client: pg.ClientBase;
  /** The entries of the rows of `entry` that a text selects, in its order; one whose subject was erased says so. @throws store-corrupt */
  entries(text: string, values: readonly unknown[]): Promise<readonly Entry[]>;
}

/** The store on a PostgreSQL server, with what only a server has. */
export interface PostgresStore extends Store {
  /** The address without the password. */
  readonly place: string;
  /**
   * Runs `work` as one transaction: nobody writes in between, and all of it is on the disk when this returns, or none of it (when it
   * throws). For tables beside the log that must never differ from it. Such tables refer to subjects by number and let go of one
   * that is erased by a trigger of their own (`after update on subject when (new.key is null)`).
   */
  transaction<T>(work: (turn: Turn) => Promise<T>): Promise<T>;
  /** Lends a connection for reading tables beside the log, and the entries they name. */
  reading<T>(work: (within: PostgresReading) => Promise<T>): Promise<T>;
  /** Reads everything once: broken seals, gaps in the sequence, what does not lead to the tree. Empty when all is well. */
  check(): Promise<readonly Problem[]>;
}

const bySubject = ({ subject }: { readonly subject: number }): number => subject;

/** Rows, and how many subjects were erased before they were read. */
interface Fresh<R> {
  readonly rows: readonly R[];
  readonly erasures: number;
}

/** Entries read at a time where all are read. */
const PAGE = 5_000;
const LAST = 'select coalesce(max(seq), 0) as count from entry';

/**
 * Opens the log on a PostgreSQL server (15 or later), and makes or brings up to date its tables. Any number of processes may
 * open it; writes are serialised, and what several parts of a process append at once is committed together.
 * @throws store-server-url, store-server-unreachable, store-server-refused, store-server-old, store-version,
 * store-key-missing, store-key-open, store-key-wrong, store-folder, store-busy
 */
export async function openPostgresStore(options: PostgresOptions): Promise<PostgresStore> {
  const to = connections(options.url, options.busyTimeout ?? 10_000);
  try {
    const ring = new KeyRing(await prepareDatabase(to, options.folder, options.masterKey), { file: to.place });
    return openDatabase(to, ring);
  } catch (error) {
    await to.pool.end();
    throw error;
  }
}

function openDatabase(to: Connections, ring: KeyRing): PostgresStore {
  const { place } = to;
  const where = { file: place };
  const memory: Memory = { ring, edge: null };
  let open = true;

  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!open) throw storeErrors.error('store-closed', `${place} is closed.`, where);
    return await work();
  };

  /** Writers of this process wait here, so that they do not hold connections while they wait for each other. */
  let last: Promise<unknown> = Promise.resolve();
  function write<T>(work: (turn: Turn) => Promise<T>, durable: Durability = 'disk'): Promise<T> {
    const turn = last.then(() => takeTurn(to, memory, durable, work));
    last = turn.catch(() => {});
    return turn;
  }
  const queue = new AppendQueue(write);

  /** Reads in one go with the count of erasures before it, and forgets the keys when a subject was erased since, by whomever. */
  async function fresh<R>(client: pg.ClientBase, text: string, values: readonly unknown[]): Promise<Fresh<R>> {
    const [[log], rows] = await Promise.all([
      query<{ erasures: number }>(client, 'select erasures from log'),
      query<R>(client, text, values),
    ]);
    ring.refresh(log!.erasures);
    return { rows, erasures: log!.erasures };
  }

  /** The subject, or null when the log has none of that name. @throws store-erased */
  async function find(client: pg.ClientBase, name: string): Promise<KeptSubject | null> {
    const text = 'select n, name, key from subject where tag = $1';
    const { rows, erasures } = await fresh<SubjectRow>(client, text, [ring.tag(name)]);
    if (rows.length === 0) return null;
    const subject = ring.open(rows[0]!, erasures);
    if (subject === null) throw ring.erased(name);
    return subject;
  }

  /** The entries of the rows that a text selects, opened. */
  async function entries(client: pg.ClientBase, text: string, values: readonly unknown[]): Promise<readonly Entry[]> {
    const { rows, erasures } = await fresh<EntryRow>(client, text, values);
    const subjectOf = await subjectsOf(client, ring, rows.map(bySubject), erasures);
    return rows.map((row) => openEntry(row, subjectOf(row.subject)));
  }

  function read(asked: EntryQuery): Promise<readonly Entry[]> {
    return lend(to, async (client) => {
      if (asked.kinds?.length === 0) return [];
      const subject = asked.subject === undefined ? null : await find(client, asked.subject);
      if (asked.subject !== undefined && subject === null) return [];
      const { sql, parameters } = selectEntries(texts, asked, subject?.n ?? null).compile();
      return entries(client, sql, parameters);
    });
  }

  function get(id: string): Promise<Entry | null> {
    return lend(to, async (client) => {
      const [entry] = await entries(client, 'select * from entry where id = $1', [id]);
      if (entry?.erased) throw storeErrors.error('store-erased', `The subject of entry “${id}” was erased.`, where);
      return entry ?? null;
    });
  }

  function subjects() {
    return lend(to, async (client) => {
      const { rows, erasures } = await fresh<{
        subject: number;
        entries: number;
        lastTrueAt: Instant;
        lastSeq: number;
      }>(
        client,
        `select subject, count(*) as entries, max(true_at) as "lastTrueAt", max(seq) as "lastSeq" from entry
          group by subject order by min(seq)`,
        [],
      );
      const subjectOf = await subjectsOf(client, ring, rows.map(bySubject), erasures);
      return rows.flatMap(({ subject, lastTrueAt, ...row }) => {
        const kept = subjectOf(subject);
        return kept === null ? [] : [{ subject: kept.name, ...row, lastTrueAt: instant(lastTrueAt) }];
      });
    });
  }

  async function count(text: string): Promise<number> {
    const [row] = await lend(to, (client) => query<{ count: number }>(client, text));
    return row!.count;
  }

  function putSnapshot(snapshot: StoredSnapshot): Promise<void> {
    const { pack, seq, trueAt, modelHash } = snapshot;
    return write(async (turn) => {
      const { n, key } = await turn.subjectForWriting(snapshot.subject);
      await together([
        query(
          turn.client,
          `insert into snapshot (subject, pack, seq, true_at, model_hash, bytes) values ($1, $2, $3, $4, $5, $6)
            on conflict (subject, pack, true_at, seq) do update set model_hash = excluded.model_hash, bytes = excluded.bytes`,
          [n, pack, seq, trueAt, modelHash, sealSnapshot(snapshot, n, key)],
        ),
        query(
          turn.client,
          `delete from snapshot where subject = $1 and pack = $2 and (true_at, seq) not in
            (select true_at, seq from snapshot where subject = $1 and pack = $2 order by true_at desc, seq desc limit $3)`,
          [n, pack, SNAPSHOTS_KEPT],
        ),
      ]);
    }, 'process');
  }

  function getSnapshot(
    name: string,
    pack: string,
    throughSeq: number,
    trueBefore?: Instant,
  ): Promise<StoredSnapshot | null> {
    return lend(to, async (client) => {
      const subject = await find(client, name);
      if (subject === null) return null;
      const [row] = await query<SnapshotRow>(
        client,
        `select seq, true_at, model_hash, bytes from snapshot
          where subject = $1 and pack = $2 and seq <= $3 and ($4::bigint is null or true_at < $4)
          order by true_at desc, seq desc limit 1`,
        [subject.n, pack, throughSeq, trueBefore ?? null],
      );
      return row === undefined ? null : openSnapshot(row, pack, subject);
    });
  }

  function dropSnapshots(name: string, afterSeq: number): Promise<number> {
    return lend(to, async (client) => {
      const subject = await find(client, name);
      if (subject === null) return 0;
      const text = 'delete from snapshot where subject = $1 and seq > $2 returning seq';
      return (await query(client, text, [subject.n, afterSeq])).length;
    });
  }

  async function erase(name: string): Promise<void> {
    await write(async (turn) => {
      await turn.erase(name);
    });
    ring.forget();
    await sweep();
  }

  /**
   * An update leaves the old row, with the key, in the table's pages: they are written anew. What the server wrote to its
   * write-ahead log before, and what was copied from it (archives, standbys, backups), is beyond the store.
   * @throws store-unswept
   */
  async function sweep(): Promise<void> {
    try {
      await lend(to, (client) => client.query('vacuum (full) subject'));
    } catch (cause) {
      const message = `The key was destroyed, but the table \`subject\` of ${place} could not be written anew.`;
      throw storeErrors.error('store-unswept', message, where, undefined, cause);
    }
  }

  /** The key of a new subject is on the disk before anything beside the log is sealed with it. */
  async function sealBeside(name: string, bytes: Uint8Array, about: string): Promise<Uint8Array> {
    const found = await lend(to, (client) => find(client, name));
    const { n, key } = found ?? (await write((turn) => turn.subjectForWriting(name)));
    return sealObject(n, key, bytes, about);
  }

  function unsealBeside(sealed: Uint8Array, about: string): Promise<Uint8Array> {
    return lend(to, async (client) => {
      const n = numberOf(sealed);
      const text = 'select n, name, key from subject where n = $1';
      const [row] = n === null ? [] : await query<SubjectRow>(client, text, [n]);
      if (row === undefined) {
        const at = { ...where, element: about };
        throw storeErrors.error('store-corrupt', 'An object is sealed for nobody that the log has.', at);
      }
      const subject = ring.open(row);
      if (subject === null) throw storeErrors.error('store-erased', 'The subject of an object was erased.', where);
      return unsealObject(row.n, subject.key, sealed, about);
    });
  }

  /** What is proved is of a log that only grows, so that it may be read bit by bit. */
  function proved<Proof>(plan: (lastSeq: number) => ProofPlan<Proof>): Promise<Proof> {
    return lend(to, async (client) => {
      const [row] = await query<{ count: number }>(client, LAST);
      return prove(client, plan(row!.count), place);
    });
  }

  async function check(): Promise<readonly Problem[]> {
    const problems: Problem[] = [];
    const report = (message: string, element?: string) =>
      problems.push(
        storeErrors.problem('store-corrupt', message, element === undefined ? where : { ...where, element }),
      );
    const edge = new TreeEdge(sha256);
    let nodes = 0;
    let expected = 1;
    for (;;) {
      const page = await lend(to, async (client) => {
        const text = 'select * from entry where seq >= $1 order by seq limit $2';
        const { rows, erasures } = await fresh<EntryRow & LeafRow>(client, text, [expected, PAGE]);
        const subjectOf = await subjectsOf(client, ring, rows.map(bySubject), erasures);
        const kept: TreeNode[] = [];
        for (const row of rows) addLeaf(edge, row, kept);
        nodes += kept.length;
        return { rows, subjectOf, different: await differing(client, kept) };
      });
      if (page.rows.length === 0) break;
      for (const row of page.rows) {
        if (row.seq !== expected) report(`Entries ${expected} to ${row.seq - 1} are missing.`);
        expected = row.seq + 1;
        try {
          openEntry(row, page.subjectOf(row.subject));
        } catch {
          report(`Entry ${row.seq} does not match its seal.`, row.id);
        }
      }
      for (const { level, position } of page.different) {
        const [first, last] = [position * 2 ** level + 1, (position + 1) * 2 ** level];
        report(`Entries ${first} to ${last} are not those that the tree was made of.`);
      }
    }
    if ((await count('select count(*) as count from tree')) > nodes) {
      report('The tree is of more entries than the log has.');
    }
    return problems;
  }

  return {
    place,
    append: (given, durable = 'disk') =>
      guarded((): Promise<AppendResult> => queue.append({ entries: given, texts: given.map(payloadText) }, durable)),
    transaction: (work) => guarded(() => write(work)),
    reading: (work) =>
      guarded(() => lend(to, (client) => work({ client, entries: (text, values) => entries(client, text, values) }))),
    read: (asked) => guarded(() => read(asked)),
    get: (id) => guarded(() => get(id)),
    subjects: () => guarded(subjects),
    lastSeq: () => guarded(() => count(LAST)),
    erasures: () => guarded(() => count('select erasures as count from log')),
    putSnapshot: (snapshot) => guarded(() => putSnapshot(snapshot)),
    getSnapshot: (...args) => guarded(() => getSnapshot(...args)),
    dropSnapshots: (...args) => guarded(() => dropSnapshots(...args)),
    erase: (subject) => guarded(() => erase(subject)),
    seal: (...args) => guarded(() => sealBeside(...args)),
    unseal: (...args) => guarded(() => unsealBeside(...args)),
    treeHead: (size) => guarded(() => proved((last) => planHead(sha256, size ?? last, last))),
    inclusionProof: (seq, size) => guarded(() => proved((last) => planInclusion(sha256, seq, size ?? last, last))),
    consistencyProof: (before, size) =>
      guarded(() => proved((last) => planConsistency(sha256, before, size ?? last, last))),
    check: () => guarded(check),
    close: async () => {
      if (!open) return;
      open = false;
      await queue.idle();
      await last;
      await to.pool.end();
    },
  };
}
