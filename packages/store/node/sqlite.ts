import type { KeyObject } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type Instant, instant, type Problem } from '@gemel/core';
import { sql } from 'kysely';
import {
  type AppendResult,
  type Durability,
  type Entry,
  type EntryQuery,
  type NewEntry,
  SNAPSHOTS_KEPT,
  type Store,
  type StoredSnapshot,
} from '../contract.ts';
import { storeErrors } from '../errors.data.ts';
import { type ProofPlan, planConsistency, planHead, planInclusion } from '../tree-proofs.ts';
import { EntryKeys } from './entry-keys.ts';
import { COLUMNS, selectEntries } from './entry-query.ts';
import { keyOf, numberOf, sealObject, sha256, unsealObject } from './envelope.ts';
import type { KeptSubject } from './key-ring.ts';
import { masterKey } from './master-key.ts';
import { PLENTIFUL, SCARCE } from './schema.ts';
import { isReference, SealedBlocks } from './sealed-blocks.ts';
import { type EntryRow, openEntry, openSnapshot, type SnapshotRow, sealSnapshot } from './sealed-rows.ts';
import { LogWriter } from './sqlite-append.ts';
import { checkLog } from './sqlite-check.ts';
import { coded } from './sqlite-error.ts';
import { type LogFile, openLogFile } from './sqlite-file.ts';
import { LogTree } from './sqlite-tree.ts';
import { SubjectKeys } from './subject-keys.ts';

export interface SqliteOptions {
  /** The data folder, made where absent: holds `gemel.sqlite` and `master.key`. */
  readonly folder: string;
  /** How long to wait for another process that is writing, ms (default 10,000); then `store-busy`. */
  readonly busyTimeout?: number;
}

/** What a transaction may do; it ends when the function it was given to returns. */
export interface SqliteTransaction {
  /** For tables beside the log; the log's own are written by `append` alone. Prepare a statement once and keep it. */
  readonly database: DatabaseSync;
  /** As `Store.append`, within this transaction, which ends in nothing when this throws. @throws store-id-taken, store-erased, store-payload */
  append(entries: readonly NewEntry[]): AppendResult;
  /** The entry at a position; null where there is none. @throws store-corrupt */
  entry(seq: number): Entry | null;
  /** The subject's number, as tables refer to it, and key (`tagOf` makes keyed hashes); null where the log has none. @throws store-erased */
  subject(name: string): KeptSubject | null;
  /** The same, made where it is new. @throws store-erased */
  subjectForWriting(name: string): KeptSubject;
  /** The subject of a number; null once it was erased. */
  subjectOf(n: number): KeptSubject | null;
}

/** The embedded store, with what only a file has. */
export interface SqliteStore extends Store {
  readonly file: string;
  /**
   * Runs `work`, which must not wait for anything, as one transaction: nobody writes in between, and all of it is on the disk when
   * this returns, or none of it (when it throws). For tables beside the log that must never differ from it. Such tables refer to
   * subjects by number and let go of one that is erased by a trigger of their own (`after update on subject when new.key is null`).
   */
  transaction<T>(work: (within: SqliteTransaction) => T): Promise<T>;
  /** Runs `work` over one state of the file; it must not write. */
  reading<T>(work: (within: Omit<SqliteTransaction, 'append' | 'subjectForWriting'>) => T): Promise<T>;
  /** Reads everything once: damaged pages, broken seals, gaps in the sequence. Empty when all is well. */
  check(): Promise<readonly Problem[]>;
}

/**
 * Opens the log in a data folder: one SQLite file, write-ahead log, every commit synced to the disk before it is
 * acknowledged, but for snapshots and what is appended to outlive the process only.
 * Several processes may open one folder; writes are serialised.
 * @throws store-folder, store-corrupt, store-version, store-key-missing, store-key-open, store-key-wrong, store-busy
 */
export async function openSqliteStore(options: SqliteOptions): Promise<SqliteStore> {
  const file = join(options.folder, 'gemel.sqlite');
  try {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw storeErrors.error('store-folder', `${options.folder} cannot be made.`, { file }, undefined, cause);
  }
  const master = keyOf(masterKey(options.folder, existsSync(file)));
  let database: DatabaseSync | undefined;
  try {
    const opened = await openLogFile(file, options.busyTimeout ?? 10_000);
    database = opened.database;
    return storeOver(opened, file, master);
  } catch (error) {
    if (database?.isOpen) database.close();
    throw coded(error, file);
  }
}

function storeOver({ database, db }: LogFile, file: string, master: KeyObject): SqliteStore {
  const tree = new LogTree(database, file);
  const entryKeys = new EntryKeys(database);
  const blocks = new SealedBlocks(database, file);
  const keys = new SubjectKeys(database, master, file, () => {
    tree.forget();
    blocks.forget();
    entryKeys.foreign();
  });
  keys.verify();
  const writer = new LogWriter(database, file, keys, entryKeys, tree, blocks);

  const bySeq = database.prepare('select * from entry where seq = ?');
  const last = database.prepare('select coalesce(max(seq), 0) as seq from entry');
  const lastSeq = () => (last.get() as { seq: number }).seq;
  const written = database.prepare('pragma data_version');
  /** How far the log is and how many were erased, of a version of it: asked before everything else, counted anew once it was written to. */
  let counted = { version: -1, lastSeq: 0, erasures: 0 };
  function counts(): typeof counted {
    const now = (written.get() as { data_version: number }).data_version;
    if (now !== counted.version) counted = { version: now, lastSeq: lastSeq(), erasures: keys.erasures() };
    return counted;
  }

  const begin = database.prepare('begin immediate');
  const commit = database.prepare('commit');
  let synced: Durability = 'disk';
  /** A full commit waits for the disk, a normal one leaves that to the next full one: the write-ahead log is synced as a whole. */
  function settle(durable: Durability): void {
    if (durable === synced) return;
    database.exec(`pragma synchronous = ${durable === 'disk' ? 'full' : 'normal'}`);
    synced = durable;
  }

  /** Why the transaction may not be committed, whoever caught the error. */
  let failed: unknown = null;
  /** One turn of the database: nothing else runs between begin and commit. */
  function transaction<T>(work: () => T, durable: Durability = 'disk'): T {
    settle(durable);
    // A connection's own writes leave its version as it is.
    counted.version = -1;
    begin.run();
    keys.refresh();
    failed = null;
    try {
      const result = work();
      if (failed !== null) throw failed;
      entryKeys.settle();
      commit.run();
      entryKeys.committed();
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('rollback');
      keys.forget();
      tree.forget();
      blocks.forget();
      entryKeys.rolledBack();
      throw error;
    }
  }

  const guarded = async <T>(work: () => T | Promise<T>): Promise<T> => {
    if (!database.isOpen) throw storeErrors.error('store-closed', `${file} is closed.`, { file });
    try {
      return await work();
    } catch (error) {
      throw coded(error, file);
    }
  };

  const within: SqliteTransaction = {
    database,
    append: (entries) => {
      try {
        return writer.append(entries);
      } catch (error) {
        failed = error;
        throw error;
      }
    },
    entry: (seq) => {
      const row = bySeq.get(seq) as EntryRow | undefined;
      return row === undefined ? null : opened(row);
    },
    subject: (name) => keys.forReading(name),
    subjectForWriting: (name) => keys.forWriting(name),
    subjectOf: (n) => keys.byNumber(n),
  };

  function reading<T>(work: (from: typeof within) => T): T {
    database.exec('begin');
    keys.refresh();
    try {
      return work(within);
    } finally {
      database.exec('rollback');
    }
  }

  const proved = <Proof>(plan: (lastSeq: number) => ProofPlan<Proof>): Proof =>
    reading(() => tree.prove(plan(lastSeq())));

  /** A key that is new goes to the disk whatever is asked: something outside the log may be sealed with it next. */
  function onDisk(about: readonly { readonly subject: string }[], durable: Durability | undefined): Durability {
    return about.every(({ subject }) => keys.holds(subject)) ? (durable ?? 'disk') : 'disk';
  }

  const opened = (row: EntryRow): Entry =>
    openEntry(
      row,
      keys.byNumber(row.subject),
      isReference(row.payload) ? (payload, about, subject) => blocks.text(payload, about, subject) : undefined,
    );

  async function read(query: EntryQuery): Promise<readonly Entry[]> {
    const subject = query.subject === undefined ? null : keys.forReading(query.subject);
    if (query.kinds?.length === 0 || (query.subject !== undefined && subject === null)) return [];
    // What there is much of is read in order of the log, what there is little of by kind: the plus keeps SQLite off the other index.
    const scan = query.kinds === undefined || query.kinds.some((kind) => PLENTIFUL.includes(kind));
    const columns = scan ? { ...COLUMNS, kind: sql<string>`+kind` } : { ...COLUMNS, seq: sql<number>`+seq` };
    const select = selectEntries(db, query, subject?.n ?? null, columns);
    const rows = await (scan ? select : select.where(SCARCE)).execute();
    keys.refresh();
    return rows.map(opened);
  }

  function get(id: string): Entry | null {
    keys.refresh();
    const seq = entryKeys.seqOf(id);
    const entry = seq === null ? null : within.entry(seq);
    if (entry?.erased) throw storeErrors.error('store-erased', `The subject of entry “${id}” was erased.`, { file });
    return entry;
  }

  async function subjects() {
    const rows = await db
      .selectFrom('entry')
      .select(({ fn }) => [
        'subject',
        fn.countAll<number>().as('entries'),
        fn.max('true_at').as('lastTrueAt'),
        fn.max('seq').as('lastSeq'),
        fn.min('seq').as('firstSeq'),
      ])
      .groupBy('subject')
      .orderBy('firstSeq')
      .execute();
    keys.refresh();
    return rows.flatMap((row) => {
      const subject = keys.byNumber(row.subject);
      if (subject === null) return [];
      const { entries, lastTrueAt, lastSeq } = row;
      return [{ subject: subject.name, entries, lastTrueAt: instant(lastTrueAt), lastSeq }];
    });
  }

  async function putSnapshot(snapshot: StoredSnapshot): Promise<void> {
    const { pack, seq, trueAt, modelHash } = snapshot;
    transaction(
      () => {
        const { n, key } = keys.forWriting(snapshot.subject);
        database
          .prepare(
            'insert or replace into snapshot (subject, pack, seq, true_at, model_hash, bytes) values (?, ?, ?, ?, ?, ?)',
          )
          .run(n, pack, seq, trueAt, modelHash, sealSnapshot(snapshot, n, key));
        database
          .prepare(
            `delete from snapshot where subject = ? and pack = ? and (true_at, seq) not in
            (select true_at, seq from snapshot where subject = ? and pack = ? order by true_at desc, seq desc limit ?)`,
          )
          .run(n, pack, n, pack, SNAPSHOTS_KEPT);
      },
      onDisk([snapshot], 'process'),
    );
  }

  async function getSnapshot(name: string, pack: string, throughSeq: number, trueBefore?: Instant) {
    const subject = keys.forReading(name);
    if (subject === null) return null;
    let select = db
      .selectFrom('snapshot')
      .select(['seq', 'true_at', 'model_hash', 'bytes'])
      .where('subject', '=', subject.n)
      .where('pack', '=', pack)
      .where('seq', '<=', throughSeq);
    if (trueBefore !== undefined) select = select.where('true_at', '<', trueBefore);
    const row: SnapshotRow | undefined = await select
      .orderBy('true_at', 'desc')
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? null : openSnapshot(row, pack, subject);
  }

  async function dropSnapshots(name: string, afterSeq: number): Promise<number> {
    const subject = keys.forReading(name);
    if (subject === null) return 0;
    const result = await db
      .deleteFrom('snapshot')
      .where('subject', '=', subject.n)
      .where('seq', '>', afterSeq)
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  }

  /** The key of a new subject is on the disk before anything beside the log is sealed with it. */
  function sealBeside(name: string, bytes: Uint8Array, about: string): Uint8Array {
    const { n, key } = keys.forReading(name) ?? transaction(() => keys.forWriting(name));
    return sealObject(n, key, bytes, about);
  }

  function unsealBeside(sealed: Uint8Array, about: string): Uint8Array {
    keys.refresh();
    const n = numberOf(sealed);
    if (n === null || !keys.has(n)) {
      const where = { file, element: about };
      throw storeErrors.error('store-corrupt', 'An object is sealed for nobody that the log has.', where);
    }
    const subject = keys.byNumber(n);
    if (subject === null) throw storeErrors.error('store-erased', 'The subject of an object was erased.', { file });
    return unsealObject(n, subject.key, sealed, about);
  }

  async function erase(name: string): Promise<void> {
    transaction(() => keys.destroy(name));
    blocks.forget();
    // The write-ahead log still holds the key until it is folded in and cut off.
    database.exec('pragma wal_checkpoint(truncate)');
  }

  return {
    file,
    append: (entries, durable) => guarded(() => transaction(() => writer.append(entries), onDisk(entries, durable))),
    transaction: (work) => guarded(() => transaction(() => work(within))),
    reading: (work) => guarded(() => reading(work)),
    read: (query) => guarded(() => read(query)),
    get: (id) => guarded(() => get(id)),
    subjects: () => guarded(subjects),
    lastSeq: () => guarded(() => counts().lastSeq),
    erasures: () => guarded(() => counts().erasures),
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
    check: () => guarded(() => reading(() => checkLog(database, file, { opened, keys: entryKeys, tree, blocks }))),
    close: async () => {
      if (database.isOpen) database.close();
    },
  };
}
