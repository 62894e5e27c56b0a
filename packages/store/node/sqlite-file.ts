import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { storeErrors } from '../errors.data.ts';
import { EntryKeys } from './entry-keys.ts';
import { MIGRATIONS, migrate, SCHEMA_VERSION, type Tables } from './schema.ts';
import { NodeSqliteDialect } from './sqlite-dialect.ts';
import { LogTree } from './sqlite-tree.ts';

/**
 * The write-ahead log is folded into the file once it has so many pages (16 MB): pages written again and again until then are
 * written to the file once.
 */
const FOLDED_FROM = 4096;

/** Entries and their tree are never changed or deleted, whoever asks; a subject row only ever loses its name and key. */
const TRIGGERS = `
  create trigger if not exists entry_update before update on entry begin select raise(abort, 'store-append-only'); end;
  create trigger if not exists entry_delete before delete on entry begin select raise(abort, 'store-append-only'); end;
  create trigger if not exists tree_update before update on tree begin select raise(abort, 'store-append-only'); end;
  create trigger if not exists tree_delete before delete on tree begin select raise(abort, 'store-append-only'); end;
  create trigger if not exists block_update before update on block begin select raise(abort, 'store-append-only'); end;
  create trigger if not exists block_delete before delete on block begin select raise(abort, 'store-append-only'); end;
  create trigger if not exists subject_delete before delete on subject begin select raise(abort, 'store-append-only'); end;
  create trigger if not exists subject_update before update on subject
    when new.n is not old.n or new.tag is not old.tag or new.name is not null or new.key is not null
    begin select raise(abort, 'store-append-only'); end;
`;

/** The file, open and with the newest tables. */
export interface LogFile {
  readonly database: DatabaseSync;
  readonly db: Kysely<Tables>;
}

/** Opens the file, made where absent, and brings its tables up to date. @throws store-version, and what SQLite throws */
export async function openLogFile(file: string, busyTimeout: number): Promise<LogFile> {
  const database = new DatabaseSync(file, { timeout: busyTimeout });
  try {
    database.exec(
      `pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on;
        pragma cache_size = -32768; pragma wal_autocheckpoint = ${FOLDED_FROM}`,
    );
    const db = new Kysely<Tables>({ dialect: new NodeSqliteDialect(database) });
    if (versionOf(database) > SCHEMA_VERSION) {
      const message = `${file} has version ${versionOf(database)}, this store knows ${SCHEMA_VERSION}.`;
      throw storeErrors.error('store-version', message, { file });
    }
    if (versionOf(database) < SCHEMA_VERSION) await bringUp(database, db, file);
    return { database, db };
  } catch (error) {
    if (database.isOpen) database.close();
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  return (database.prepare('pragma user_version').get() as { user_version: number }).user_version;
}

async function bringUp(database: DatabaseSync, db: Kysely<Tables>, file: string): Promise<void> {
  database.exec('begin immediate');
  // Another process may have done it while this one waited.
  const from = versionOf(database);
  const missed = (step: string) => MIGRATIONS.findIndex(({ name }) => name === step) >= from;
  await migrate(db, { bytes: 'blob', integer: 'integer' }, from);
  if (missed('tree')) new LogTree(database, file).fill();
  if (missed('keys')) new EntryKeys(database).fill();
  database.exec(TRIGGERS);
  database.exec(`pragma user_version = ${SCHEMA_VERSION}; commit`);
}
