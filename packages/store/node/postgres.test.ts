import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { storeContract } from '../store-contract.ts';
import { openPostgresStore } from './postgres.ts';
import { postgresAbsent, testDatabase } from './test-postgres.ts';

const absent = postgresAbsent();

describe.skipIf(absent !== null)(`PostgreSQL${absent === null ? '' : ` (skipped: ${absent})`}`, () => {
  const database = testDatabase();
  const folders: string[] = [];
  function folder(): string {
    const made = mkdtempSync(join(tmpdir(), 'gemel-store-'));
    folders.push(made);
    return made;
  }
  afterAll(async () => {
    for (const made of folders) rmSync(made, { recursive: true, force: true });
    await database.drop();
  });

  storeContract('postgres', async () => openPostgresStore({ url: await database.empty(), folder: folder() }));
});
