import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decoded } from '@gemel/core';
import type { EntryQuery, NewEntry } from '@gemel/store';
import { openSqliteStore } from '@gemel/store/node/sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { element, inflow, minute, sha256, testWorld, volume, volumes } from './fixtures/world.ts';

const folders: string[] = [];
const open = () => {
  const folder = mkdtempSync(join(tmpdir(), 'gemel-hub-'));
  folders.push(folder);
  return openSqliteStore({ folder });
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const source = (name: string) => ({ name, sha256: sha256(name), format: 'test', bytes: 0 });

describe('hub on the embedded store', () => {
  it('B1 takes a source of 20,000 elements through in chunks, never holding more than one', async () => {
    const store = await open();
    let given = 0;
    const held: number[] = [];
    let written = 0;
    const watched = {
      ...store,
      append: async (entries: readonly NewEntry[]) => {
        held.push(given - written);
        const result = await store.append(entries);
        written += entries.length;
        return result;
      },
    };
    const world = testWorld({ store: watched });
    function* elements(): Generator<Decoded> {
      for (; given < 20_000; given++)
        yield element([volume(-given, 5 + (given % 7), { provenance: { source: 'x', element: `row[${given}]` } })]);
    }
    const fractions: number[] = [];
    const { account } = await world.hub.admit(elements(), source('big'), {
      onProgress: (p) => fractions.push(p.fraction),
    });
    expect(account).toMatchObject({ entries: 20_000, mapped: 20_000 });
    expect(Math.max(...held)).toBeLessThanOrEqual(1_000);
    expect(fractions.length).toBeGreaterThan(20);
    expect((await world.hub.history('tank|1', 'tank')).observations).toHaveLength(20_000);
    await store.close();
  });

  it('B2 goes the loop, is closed and opened again, and believes, shows and replays the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gemel-hub-'));
    folders.push(folder);
    const first = testWorld({ store: await openSqliteStore({ folder }) });
    await first.take([...volumes(-100, 0), inflow(-30, 1)]);
    await first.hub.calibrate('tank|1', 'tank');
    first.now = minute(10);
    await first.take(volumes(5, 10));
    const trace = await first.hub.advise('tank|1', 'tank');
    await first.hub.act(trace.id, { kind: 'agree', person: 'A', at: first.now, reason: 'Fits.' });
    const forecast = await first.hub.forecast('tank|1', 'tank');
    await first.store.close();
    const second = testWorld({ store: await openSqliteStore({ folder }) });
    second.now = minute(10);
    expect(await second.hub.forecast('tank|1', 'tank')).toEqual(forecast);
    expect((await second.hub.trace(trace.id))!.action!.reason).toBe('Fits.');
    expect(await second.hub.replay(trace.id)).toEqual({ equal: true, differences: [] });
    const { account } = await second.take([...volumes(-100, 0), inflow(-30, 1)]);
    expect(account.duplicates).toBe(22);
    await second.store.close();
  });

  it('B3 brings a new value to belief and forecast without reading the log again', async () => {
    const store = await open();
    let read = 0;
    const watched = {
      ...store,
      read: async (query: EntryQuery) => {
        const entries = await store.read(query);
        read += entries.length;
        return entries;
      },
    };
    const days = Array.from({ length: 4_000 }, (_, i) => element([volume(-5 * (4_000 - i), 5 + Math.sin(i / 20))]));
    await testWorld({ store }).hub.admit(days, source('history'));
    const world = testWorld({ store: watched });
    world.now = minute(-5 * 200);
    await world.hub.calibrate('tank|1', 'tank');
    world.now = minute(0);
    await world.hub.forecast('tank|1', 'tank');
    expect(read).toBeGreaterThanOrEqual(4_000);
    read = 0;
    for (let t = 5; t <= 150; t += 5) {
      world.now = minute(t);
      await world.take([volume(t, 5)], `live ${t}`);
      const forecast = await world.hub.forecast('tank|1', 'tank');
      expect(forecast).toMatchObject({ kind: 'forecast', basis: { lastObservation: minute(t) } });
    }
    expect(read).toBeLessThanOrEqual(1);
    await store.close();
  });
});
