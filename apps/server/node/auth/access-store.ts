import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { serverErrors } from '../../errors.data.ts';

/** Where users, clients, keys, tokens and sessions of a data folder lie. */
export function accessFolder(folder: string): string {
  return join(folder, 'access');
}

const SCHEMA = `
create table if not exists record (
  kind text not null, id text not null, payload text not null,
  expires integer, grant_id text, uid text,
  primary key (kind, id)
) without rowid;
create index if not exists record_grant on record (grant_id) where grant_id is not null;
create index if not exists record_uid on record (kind, uid) where uid is not null;
create index if not exists record_expires on record (expires) where expires is not null;
`;

export interface RecordOptions {
  /** Milliseconds since the epoch after which it is gone. */
  readonly expires?: number;
  /** Goes with the grant of this id. */
  readonly grant?: string;
  readonly uid?: string;
}

/** Rows that are past their time are removed at most this often, ms. */
const SWEEP = 60_000;

/**
 * Users, clients, keys, grants, tokens and sessions: JSON records by kind and id in one SQLite file, which only its owner
 * may read. The server and the command line open it at once; each sees what the other wrote.
 */
export class AccessStore {
  readonly #database: DatabaseSync;
  readonly #now: () => number;
  readonly #statements = new Map<string, StatementSync>();
  #swept = 0;

  /** @throws server-access-file */
  constructor(folder: string, now: () => number = Date.now) {
    this.#now = now;
    const place = accessFolder(folder);
    const file = join(place, 'access.db');
    mkdirSync(place, { recursive: true, mode: 0o700 });
    const fresh = !existsSync(file);
    try {
      this.#database = new DatabaseSync(file, { timeout: 5000 });
      if (fresh) chmodSync(file, 0o600);
      this.#database.exec('pragma journal_mode = wal; pragma synchronous = full;');
      this.#database.exec(SCHEMA);
    } catch (cause) {
      throw serverErrors.error('server-access-file', `${file} cannot be opened`, { file }, undefined, cause);
    }
    const mode = statSync(file).mode & 0o777;
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      this.#database.close();
      throw serverErrors.error('server-access-file', `${file} has mode ${mode.toString(8)}`, { file });
    }
  }

  get<T>(kind: string, id: string): T | null {
    const row = this.#run('select payload, expires from record where kind = ? and id = ?').get(kind, id);
    return this.#read<T>(row);
  }

  /** The newest record that bears the uid. */
  getByUid<T>(kind: string, uid: string): T | null {
    return this.#read<T>(this.#run('select payload, expires from record where kind = ? and uid = ?').get(kind, uid));
  }

  #read<T>(row: Record<string, unknown> | undefined): T | null {
    if (row === undefined || (row.expires !== null && Number(row.expires) <= this.#now())) return null;
    return JSON.parse(String(row.payload)) as T;
  }

  list<T>(kind: string): readonly (readonly [id: string, record: T])[] {
    return this.#run('select id, payload, expires from record where kind = ? order by id')
      .all(kind)
      .flatMap((row) => {
        const record = this.#read<T>(row);
        return record === null ? [] : [[String(row.id), record] as const];
      });
  }

  put(kind: string, id: string, payload: unknown, options: RecordOptions = {}): void {
    this.#sweep();
    this.#run(
      'insert or replace into record (kind, id, payload, expires, grant_id, uid) values (?, ?, ?, ?, ?, ?)',
    ).run(kind, id, JSON.stringify(payload), options.expires ?? null, options.grant ?? null, options.uid ?? null);
  }

  /** Writes where nothing stands under the id; false where something does: what may be used once is used once. */
  putOnce(kind: string, id: string, payload: unknown, options: RecordOptions = {}): boolean {
    this.#sweep();
    const { changes } = this.#run(
      'insert into record (kind, id, payload, expires) values (?, ?, ?, ?) on conflict do update set payload = excluded.payload, expires = excluded.expires where record.expires is not null and record.expires <= ?',
    ).run(kind, id, JSON.stringify(payload), options.expires ?? null, this.#now());
    return changes === 1;
  }

  /** Takes the record away; null where it is not there: of two that take it, one gets it. */
  take<T>(kind: string, id: string): T | null {
    return this.#read<T>(
      this.#run('delete from record where kind = ? and id = ? returning payload, expires').get(kind, id),
    );
  }

  remove(kind: string, id: string): boolean {
    return this.#run('delete from record where kind = ? and id = ?').run(kind, id).changes > 0;
  }

  /** Everything that goes with a grant. */
  removeGrant(grant: string): void {
    this.#run('delete from record where grant_id = ?').run(grant);
  }

  /** Every grant of a user, with what goes with it. */
  removeGrantsOf(uid: string): void {
    this.#run("delete from record where grant_id in (select id from record where kind = 'Grant' and uid = ?)").run(uid);
    this.#run("delete from record where kind = 'Grant' and uid = ?").run(uid);
  }

  /** Reads and writes as one: nothing comes in between, from this process or another. */
  together<T>(work: () => T): T {
    this.#database.exec('begin immediate');
    try {
      const result = work();
      this.#database.exec('commit');
      return result;
    } catch (error) {
      this.#database.exec('rollback');
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #sweep(): void {
    const now = this.#now();
    if (now - this.#swept < SWEEP) return;
    this.#swept = now;
    this.#run('delete from record where expires is not null and expires <= ?').run(now);
  }

  #run(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** What a secret is filed under, so that who reads the file cannot use it. */
export const fingerprint = (secret: string): string => createHash('sha256').update(secret).digest('base64url');
