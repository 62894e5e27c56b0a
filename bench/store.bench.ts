import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { instant } from '@gemel/core';
import type { Durability, NewEntry } from '@gemel/store';
import { openSqliteStore } from '@gemel/store/node/sqlite';
import type { Bench, BenchRow } from './bench.ts';

const UNIT = 'entries/s of wall time';
const SUBJECTS = 16;

/** A value of a device as admission writes it, 370 characters of JSON: batches of ten are of one device, larger ones of all. */
function entries(first: number, many: number): readonly NewEntry[] {
  return Array.from({ length: many }, (_, i) => {
    const n = first + i;
    const id = hash('sha256', `entry ${n}`).slice(0, 32);
    const device = (many <= 10 ? Math.floor(n / 10) : n) % SUBJECTS;
    const at = instant(1_700_000_000_000 + n * 1000);
    return {
      id,
      subject: `urn:oid:1.2.3|${device}`,
      kind: 'observation',
      trueAt: at,
      knownAt: at,
      dedupeKey: hash('sha256', `device ${device} at ${at}`),
      payload: {
        id,
        code: { system: 'http://loinc.org', code: '8867-4' },
        value: { value: 60 + (n % 40), unit: '/min' },
        trueAt: at,
        knownAt: at,
        grade: 'A',
        provenance: { source: 'mqtt', peer: `device-${device}`, topic: `twins/${device}/rate`, bytes: [n, n + 40] },
      },
    };
  });
}

interface Writer {
  write(batch: readonly NewEntry[], durable: Durability): Promise<unknown>;
  close(): Promise<void>;
}

async function gemel(folder: string): Promise<Writer> {
  const store = await openSqliteStore({ folder });
  return { write: (batch, durable) => store.append(batch, durable), close: () => store.close() };
}

/** The same rows by hand: no seal, no tree, keys as constraints, a prepared statement for each row. */
async function plain(folder: string): Promise<Writer> {
  const database = new DatabaseSync(join(folder, 'plain.sqlite'));
  database.exec(`pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on;
    pragma cache_size = -32768; pragma wal_autocheckpoint = 4096;
    create table entry (seq integer primary key, id text not null unique, subject text not null, kind text not null,
      true_at integer not null, known_at integer not null, dedupe text, payload text not null);
    create index entry_by_subject on entry (subject, seq);
    create unique index entry_dedupe on entry (subject, kind, dedupe) where dedupe is not null`);
  const insert = database.prepare(
    'insert into entry (id, subject, kind, true_at, known_at, dedupe, payload) values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing',
  );
  const begin = database.prepare('begin immediate');
  const commit = database.prepare('commit');
  let synced: Durability = 'disk';
  return {
    write: async (batch, durable) => {
      if (durable !== synced) database.exec(`pragma synchronous = ${durable === 'disk' ? 'full' : 'normal'}`);
      synced = durable;
      begin.run();
      for (const { id, subject, kind, trueAt, knownAt, dedupeKey, payload } of batch) {
        insert.run(id, subject, kind, trueAt, knownAt, dedupeKey!, JSON.stringify(payload));
      }
      commit.run();
    },
    close: async () => database.close(),
  };
}

/** Entries a second, after a quarter that warms up. */
async function perSecond(
  open: (folder: string) => Promise<Writer>,
  batch: number,
  total: number,
  durable: Durability,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gemel-store-'));
  const writer = await open(folder);
  try {
    const batches = Array.from({ length: Math.round(total / batch) }, (_, i) => entries(i * batch, batch));
    const warm = Math.ceil(batches.length / 4);
    for (const each of batches.slice(0, warm)) await writer.write(each, durable);
    const start = performance.now();
    for (const each of batches.slice(warm)) await writer.write(each, durable);
    return ((batches.length - warm) * batch * 1000) / (performance.now() - start);
  } finally {
    await writer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The middle of three runs, in turn. */
const middle = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

export default {
  id: 'store',
  title: 'Appending to the log on SQLite: sealed, with keys and tree, beside plain rows of the same content',
  async run() {
    const rows: BenchRow[] = [];
    for (const [batch, total, durable] of [
      [1, 1600, 'disk'],
      [1, 4000, 'process'],
      [10, 8000, 'disk'],
      [10, 12_000, 'process'],
      [200, 24_000, 'disk'],
    ] as const) {
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let run = 0; run < 3; run++) {
        ours.push(await perSecond(gemel, batch, total, durable));
        theirs.push(await perSecond(plain, batch, total, durable));
      }
      const what = `${batch} an append, ${durable === 'disk' ? 'each on the disk' : 'each outliving the process'}`;
      const [own, other] = [middle(ours), middle(theirs)];
      rows.push({ name: `${what}: Gemel`, value: own, unit: UNIT, ratio: own / other });
      rows.push({ name: `${what}: node:sqlite, plain`, value: other, unit: UNIT, note: 'no seal, no tree' });
    }
    return rows;
  },
} satisfies Bench;
