import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resourceStoreContract } from '../resource-store-contract.ts';
import { openSqliteStore } from './sqlite.ts';
import { openSqliteResources } from './sqlite-resources.ts';

resourceStoreContract('sqlite', async (format) => {
  const store = await openSqliteStore({ folder: mkdtempSync(join(tmpdir(), 'gemel-resources-')) });
  return { store, open: (other = format) => openSqliteResources(store, other) };
});
