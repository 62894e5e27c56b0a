import type { KeyObject } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Instant, instant, type Problem } from '@gemel/core';
import { Kysely, sql } from 'kysely';
import {
  type AppendResult,
  type Durability,
  type Entry,
  type EntryKind,
  type EntryQuery,
  type NewEntry,
  SNAPSHOTS_KEPT,
  type Store,
  type StoredSnapshot,
} from '../contract.ts';
import { storeErrors } from '../errors.data.ts';
import type { LeafRow } from '../leaf.ts';
import { payloadText } from '../memory.ts';
import { type ProofPlan, planConsistency, planHead, planInclusion } from '../tree-proofs.ts';
import { COLUMNS, selectEntries } from './entry-query.ts';
import { keyOf, numberOf, sealObject, sha256, tagOf, unsealObject } from './envelope.ts';
import type { KeptSubject } from './key-ring.ts';
import { masterKey } from './master-key.ts';
import { migrate, SCHEMA_VERSION, type Tables } from './schema.ts';
import { type EntryRow, openEntry, openSnapshot, type SnapshotRow, sealPayload, sealSnapshot } from './sealed-rows.ts';
import { NodeSqliteDialect } from './sqlite-dialect.ts';
import { coded } from './sqlite-error.ts';
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

/** Kinds that make up most of a log. */
const PLENTIFUL: ReadonlySet<EntryKind> = new Set(['observation', 'control', 'kept']);

/** Entries are never changed or deleted, whoever asks; a subject row only ever loses its name and key. */
const TRIGGERS = `
  create trigger if not exists entry_update before update on entry begin select raise(abort, 'store-append-only'); end;
  create trigger if not exists entry_delete before delete on entry begin select raise(abort, 'store-append-only'); end;
  create trigger if not exists subject_delete before delete on subject begin select raise(abort, 'store-append-only'); end;
  create trigger if not exists tree_update before update on tree begin select raise(abort, 'store-append-only'); end;
  create trigger if not exists tree_delete before delete on tree begin select raise(abort, 'store-append-only'); end;
  create trigger if not exists subject_update before update on subject
    when new.n is not old.n or new.tag is not old.tag or new.name is not null or new.key is not null
    begin select raise(abort, 'store-append-only'); end;
`;

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
    database = new DatabaseSync(file, { timeout: options.busyTimeout ?? 10_000 });
    return await openDatabase(database, file, master);
  } catch (error) {
    if (database?.isOpen) database.close();
    throw coded(error, file);
  }
}

async function openDatabase(database: DatabaseSync, file: string, master: KeyObject): Promise<SqliteStore> {
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on; pragma cache_size = -32768;',
  );
  const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(database) });
  const version = () => (database.prepare('pragma user_version').get() as { user_version: number }).user_version;
  if (version() > SCHEMA_VERSION) {
    throw storeErrors.error('store-version', `${file} has version ${version()}, this store knows ${SCHEMA_VERSION}.`, {
      file,
    });
  }
  if (version() < SCHEMA_VERSION) {
    database.exec('begin immediate');
    // Another process may have done it while this one waited.
    const from = version();
    await migrate(db, { bytes: 'blob', integer: 'integer' }, from);
    if (from < 2) new LogTree(database, file).fill();
    database.exec(TRIGGERS);
    database.exec(`pragma user_version = ${SCHEMA_VERSION}; commit`);
  }
  const tree = new LogTree(database, file);
  const keys = new SubjectKeys(database, master, file, () => tree.forget());
  keys.verify();

  const insert = database.prepare(
    'insert into entry (seq, id, subject, kind, true_at, known_at, dedupe, supersedes, payload) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const repeated = database.prepare('select 1 from entry where subject = ? and kind = ? and dedupe = ?');
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
    database.exec('begin immediate');
    keys.refresh();
    failed = null;
    try {
      const result = work();
      if (failed !== null) throw failed;
      database.exec('commit');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('rollback');
      keys.forget();
      tree.forget();
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

  /** Appends within a transaction. */
  function appendWithin(entries: readonly NewEntry[]): AppendResult {
    const texts = entries.map(payloadText);
    const fresh: Entry[] = [];
    const duplicates: string[] = [];
    let seq = lastSeq();
    entries.forEach((entry, i) => {
      const subject = keys.forWriting(entry.subject);
      const dedupe = entry.dedupeKey === undefined ? null : tagOf(subject.key, `${entry.kind}|${entry.dedupeKey}`);
      if (dedupe !== null && repeated.get(subject.n, entry.kind, dedupe) !== undefined) {
        duplicates.push(entry.id);
        return;
      }
      seq++;
      const { id, kind, trueAt, knownAt, supersedes = null } = entry;
      const payload = sealPayload(seq, entry, subject, texts[i]!);
      insert.run(seq, id, subject.n, kind, trueAt, knownAt, dedupe, supersedes, payload);
      tree.add({ seq, id, subject: subject.n, kind, true_at: trueAt, known_at: knownAt, dedupe, supersedes, payload });
      fresh.push({ ...entry, payload: JSON.parse(texts[i]!), seq });
    });
    return { entries: fresh, duplicates };
  }

  const within: SqliteTransaction = {
    database,
    append: (entries) => {
      try {
        return appendWithin(entries);
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

  const opened = (row: EntryRow): Entry => openEntry(row, keys.byNumber(row.subject));

  async function read(query: EntryQuery): Promise<readonly Entry[]> {
    const subject = query.subject === undefined ? null : keys.forReading(query.subject);
    if (query.kinds?.length === 0 || (query.subject !== undefined && subject === null)) return [];
    // What there is much of is read in order of the log, what there is little of by kind: the plus keeps SQLite off the other index.
    const scan = query.kinds === undefined || query.kinds.some((kind) => PLENTIFUL.has(kind));
    const columns = scan ? { ...COLUMNS, kind: sql<string>`+kind` } : { ...COLUMNS, seq: sql<number>`+seq` };
    const rows = await selectEntries(db, query, subject?.n ?? null, columns).execute();
    keys.refresh();
    return rows.map(opened);
  }

  async function get(id: string): Promise<Entry | null> {
    const row: EntryRow | undefined = await db.selectFrom('entry').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) return null;
    keys.refresh();
    const entry = opened(row);
    if (entry.erased) throw storeErrors.error('store-erased', `The subject of entry “${id}” was erased.`, { file });
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
    // The write-ahead log still holds the key until it is folded in and cut off.
    database.exec('pragma wal_checkpoint(truncate)');
  }

  async function check(): Promise<readonly Problem[]> {
    const problems: Problem[] = [];
    const report = (message: string, element?: string) =>
      problems.push(
        storeErrors.problem('store-corrupt', message, element === undefined ? { file } : { file, element }),
      );
    for (const row of database.prepare('pragma integrity_check').all() as { integrity_check: string }[]) {
      if (row.integrity_check !== 'ok') report(row.integrity_check);
    }
    let expected = 1;
    keys.refresh();
    const leaves = tree.checker(report);
    for (const row of database.prepare('select * from entry order by seq').iterate() as Iterable<EntryRow & LeafRow>) {
      leaves.add(row);
      if (row.seq !== expected) report(`Entries ${expected} to ${row.seq - 1} are missing.`);
      expected = row.seq + 1;
      try {
        opened(row);
      } catch {
        report(`Entry ${row.seq} does not match its seal.`, row.id);
      }
    }
    leaves.end();
    return problems;
  }

  return {
    file,
    append: (entries, durable) => guarded(() => transaction(() => appendWithin(entries), onDisk(entries, durable))),
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
    check: () => guarded(check),
    close: async () => {
      if (database.isOpen) database.close();
    },
  };
}
