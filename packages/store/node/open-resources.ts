import type { Store } from '../contract.ts';
import type { ResourceFormat, ResourceStore } from '../resource-contract.ts';
import type { SqliteStore } from './sqlite.ts';
import { openSqliteResources } from './sqlite-resources.ts';

/** Resources over a log, in the database that holds it; null where that keeps none. */
export async function openResources(store: Store, format: ResourceFormat): Promise<ResourceStore | null> {
  return isSqlite(store) ? openSqliteResources(store, format) : null;
}

function isSqlite(store: Store): store is SqliteStore {
  return 'file' in store && 'transaction' in store;
}
