import type { Store } from '../contract.ts';
import type { ResourceFormat, ResourceStore } from '../resource-contract.ts';
import type { PostgresStore } from './postgres.ts';
import type { SqliteStore } from './sqlite.ts';
import { openSqliteResources } from './sqlite-resources.ts';

/** Resources over a log, in the database that holds it; null where that keeps none. */
export async function openResources(store: Store, format: ResourceFormat): Promise<ResourceStore | null> {
  if (isSqlite(store)) return openSqliteResources(store, format);
  if (!isPostgres(store)) return null;
  const { openPostgresResources } = await import('./postgres-resources.ts');
  return openPostgresResources(store, format);
}

function isSqlite(store: Store): store is SqliteStore {
  return 'file' in store && 'transaction' in store;
}

function isPostgres(store: Store): store is PostgresStore {
  return 'place' in store && 'transaction' in store;
}
