import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@gemel/core';
import type { IndexRow, ResourceSearch } from '@gemel/core/resource-search';
import { afterAll, describe, expect, it } from 'vitest';
import type { ResourceFormat, ResourceStore } from '../resource-contract.ts';
import { resourceStoreContract } from '../resource-store-contract.ts';
import { openPostgresStore } from './postgres.ts';
import { openPostgresResources } from './postgres-resources.ts';
import { postgresAbsent, testDatabase } from './test-postgres.ts';

const absent = postgresAbsent();

describe.skipIf(absent !== null)(`resources on PostgreSQL${absent === null ? '' : ` (skipped: ${absent})`}`, () => {
  const database = testDatabase();
  const folders: string[] = [];
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'gemel-resources-'));
    folders.push(made);
    return made;
  };
  afterAll(async () => {
    for (const made of folders) rmSync(made, { recursive: true, force: true });
    await database.drop();
  });

  resourceStoreContract('postgres', async (format) => {
    const store = await openPostgresStore({ url: await database.empty(), folder: folder() });
    return { store, open: (other = format) => openPostgresResources(store, other) };
  });

  const at = instant(1_000);
  const format: ResourceFormat = {
    version: 1,
    rows: (resource) => resource.rows as readonly IndexRow[],
    stamped: (resource) => resource,
  };

  it('P1 of 64 conditional creates at once from four connections one is kept', async () => {
    const [url, keys] = [await database.empty(), folder()];
    const stores = await Promise.all(Array.from({ length: 4 }, () => openPostgresStore({ url, folder: keys })));
    const all: ResourceStore[] = [];
    for (const store of stores) all.push(await openPostgresResources(store, format));
    const rows = [{ kind: 'token', param: 'Patient.identifier', system: 'mrn', code: 'm1', place: 0 }];
    const search: ResourceSearch = {
      type: 'Patient',
      all: [{ kind: 'token', param: 'Patient.identifier', any: [{ system: 'mrn', code: 'm1' }] }],
      sort: [],
    };
    const written = await Promise.all(
      Array.from({ length: 64 }, (_, i) => {
        const create = { type: 'Patient', id: `p${i}`, subject: `Patient/p${i}`, resource: { rows } };
        const decide = ([found]: readonly (readonly unknown[])[]) => ({ writes: found!.length > 0 ? [] : [create] });
        return all[i % 4]!.write({ lookups: [{ search }], decide }, at);
      }),
    );
    expect(written.flat()).toHaveLength(1);
    for (const resources of all) expect(await resources.count(search)).toBe(1);
    for (const store of stores) await store.close();
  });

  it('P2 keeps and finds texts that are too long for an index, or hold what PostgreSQL has not', async () => {
    const store = await openPostgresStore({ url: await database.empty(), folder: folder() });
    const resources = await openPostgresResources(store, format);
    const long = '\u{1f600}é'.repeat(3_000);
    const place = 0;
    const rows: readonly IndexRow[] = [
      { kind: 'token', param: 'X.t', system: `${long}s`, code: long, place },
      { kind: 'token', param: 'X.t', system: '', code: 'nul\0', place },
      { kind: 'string', param: 'X.s', value: long, exact: long, place },
      { kind: 'quantity', param: 'X.q', low: 1, high: 2, system: '', code: long, unit: long, base: null, place },
      { kind: 'reference', param: 'X.r', target: `http://x/${long}`, place },
    ];
    const write = { type: 'X', id: 'a', subject: 's', resource: { rows, text: `${long}\0` } };
    await resources.write({ lookups: [], decide: () => ({ writes: [write] }) }, at);
    expect((await resources.read('X', 'a'))!.resource!.text).toBe(`${long}\0`);
    const found = async (criterion: ResourceSearch['all'][number]) =>
      (await resources.search({ type: 'X', all: [criterion], sort: [] }, { limit: 9 })).hits.length;
    expect(await found({ kind: 'token', param: 'X.t', any: [{ code: 'nul\0' }] })).toBe(1);
    expect(await found({ kind: 'reference', param: 'X.r', any: [{ target: `http://x/${long}` }] })).toBe(1);
    expect(await found({ kind: 'token', param: 'X.t', any: [{ code: '\0' }] })).toBe(0);
    expect(await resources.read('X', 'a\0')).toBeNull();
    await store.close();
  });
});
