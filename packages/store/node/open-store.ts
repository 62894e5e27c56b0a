import type { PostgresStore } from './postgres.ts';
import { openSqliteStore, type SqliteStore } from './sqlite.ts';

export interface StoreOptions {
  /** The data folder: holds the log, unless it is on a server, and the master key, unless one is given. */
  readonly folder: string;
  /** `GEMEL_DATABASE_URL`: the PostgreSQL server that holds the log; without it, or empty, SQLite in the folder. */
  readonly databaseUrl?: string | undefined;
  /** `GEMEL_MASTER_KEY`: the key of the log on a server, for where no folder outlives the process. */
  readonly masterKey?: string | undefined;
}

/** Opens the log where the options say. @throws what `openSqliteStore` and `openPostgresStore` throw */
export async function openStore(options: StoreOptions): Promise<SqliteStore | PostgresStore> {
  const { folder, databaseUrl, masterKey } = options;
  if (!databaseUrl) return openSqliteStore({ folder });
  const { openPostgresStore } = await import('./postgres.ts');
  return openPostgresStore({ url: databaseUrl, folder, ...(masterKey ? { masterKey } : {}) });
}

/** Where a store's log is, for a person to read. */
export function placeOf(store: SqliteStore | PostgresStore): string {
  return 'place' in store ? store.place : store.file;
}
