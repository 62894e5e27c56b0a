import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@gemel/core';
import type { NewEntry, Store } from '@gemel/store';
import { openStore } from '@gemel/store/node/open-store';
import { postgresBinaries, startPostgres } from '@gemel/store/node/postgres-server';
import type { Bench, BenchRow } from './bench.ts';

/** Entries appended a thousand at a time, then read. */
const MANY = 30_000;
const SINGLE = 1_000;
const SUBJECTS = 50;

interface Rates {
  readonly thousand: number;
  readonly single: number;
  readonly together: number;
  readonly read: number;
  readonly get: number;
}

/** As an observation of a device is kept: about 450 bytes. */
function entry(prefix: string, i: number): NewEntry {
  return {
    id: `${prefix}-${i}`,
    subject: `mrn|${i % SUBJECTS}`,
    kind: 'observation',
    trueAt: instant(1_000 * i),
    knownAt: instant(1_000 * i + 500),
    dedupeKey: `${prefix}|${i}`,
    payload: {
      code: { system: 'http://loinc.org', code: '8867-4' },
      value: 60 + (i % 40),
      unit: '/min',
      note: 'x'.repeat(330),
    },
  };
}

const entries = (prefix: string, many: number) => Array.from({ length: many }, (_, i) => entry(prefix, i));

async function perSecond(many: number, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (1000 * many) / (performance.now() - start);
}

async function measured(store: Store): Promise<Rates> {
  await store.append(entries('warm', 2_000));
  for (const one of entries('warm-single', 50)) await store.append([one]);
  const all = entries('many', MANY);
  const thousand = await perSecond(MANY, async () => {
    for (let at = 0; at < MANY; at += 1_000) await store.append(all.slice(at, at + 1_000));
  });
  const one = entries('single', SINGLE);
  const single = await perSecond(SINGLE, async () => {
    for (const each of one) await store.append([each]);
  });
  const several = entries('together', 64 * 50);
  const together = await perSecond(several.length, () =>
    Promise.all(
      Array.from({ length: 64 }, async (_, worker) => {
        for (let i = worker; i < several.length; i += 64) await store.append([several[i]!]);
      }),
    ),
  );
  let found = 0;
  const began = performance.now();
  for (let subject = 0; subject < SUBJECTS; subject++)
    found += (await store.read({ subject: `mrn|${subject}` })).length;
  const read = (1000 * found) / (performance.now() - began);
  const get = await perSecond(2_000, async () => {
    for (let i = 0; i < 2_000; i++) await store.get(`many-${(i * 7919) % MANY}`);
  });
  return { thousand, single, together, read, get };
}

const NAMES: Readonly<Record<keyof Rates, readonly [string, string]>> = {
  thousand: ['appended, a thousand entries a call', 'entries/s'],
  single: ['appended one by one, each acknowledged from the disk', 'entries/s'],
  together: ['appended one by one by 64 at once', 'entries/s'],
  read: ['read and opened, a subject at a time', 'entries/s'],
  get: ['got by id, one after another', 'entries/s'],
};

/** Both wait for the disk, in the same run, one after the other; one process, and one server on the same machine. */
export default {
  id: 'store-postgres',
  title:
    'The log on PostgreSQL beside SQLite: entries of 450 bytes sealed, in the tree, with a dedupe key, on the disk',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'gemel-bench-'));
    const place = `${folder}-server`;
    try {
      const file = await openStore({ folder: join(folder, 'sqlite') });
      const sqlite = await measured(file);
      await file.close();
      const binaries = postgresBinaries();
      let postgres: Rates | null = null;
      if ('native' in binaries) {
        const server = await startPostgres({ folder: place, fsync: true });
        const store = await openStore({ folder: join(folder, 'key'), databaseUrl: server.url('postgres') });
        postgres = await measured(store);
        await store.close();
        await server.stop();
      }
      return (Object.keys(NAMES) as (keyof Rates)[]).flatMap((id): BenchRow[] => {
        const [name, unit] = NAMES[id];
        const ours = { name: `${name}: SQLite`, value: sqlite[id], unit, ratio: 1 };
        if (postgres === null) {
          const note = `not run: ${'absent' in binaries ? binaries.absent : ''}`;
          return [ours, { name: `${name}: PostgreSQL`, value: null, unit, note }];
        }
        return [ours, { name: `${name}: PostgreSQL`, value: postgres[id], unit, ratio: postgres[id] / sqlite[id] }];
      });
    } finally {
      for (const made of [folder, place]) rmSync(made, { recursive: true, force: true });
    }
  },
} satisfies Bench;
