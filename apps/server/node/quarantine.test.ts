import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '@gemel/store';
import { openSqliteStore } from '@gemel/store/node/sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { QUARANTINE, Quarantine } from './quarantine.ts';

let folder: string;
let store: Store;
let quarantine: Quarantine;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gemel-quarantine-'));
  store = await openSqliteStore({ folder });
  quarantine = new Quarantine(store);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const bytes = (text: string) => new TextEncoder().encode(text);
const adt = (...segments: string[]) => bytes(['MSH|^~\\&|A|B|C|D|20240131||ADT^A40|1|P|2.5.1', ...segments].join('\r'));
const pid = (id: string) => `PID|1||${id}^^^&1.2.3&ISO^MR||Doe^${id}`;
const put = (message: Uint8Array, more: object = {}, whose?: readonly string[]) =>
  quarantine.put({ feed: 'hl7v2', peer: 'p', problems: [], message, ...more }, 5, whose);
const texts = async () => (await quarantine.list()).map(({ message }) => new TextDecoder().decode(message));

describe('messages that wait', () => {
  test('come back as they came, with all that was said of them', async () => {
    const problems = [{ code: 'x', message: 'Doe\n', where: { field: 'PID-3' }, remedy: 'mend' }];
    const message = Uint8Array.from([...adt(pid('a')), 0x0a, 0, 0xff]);
    const id = await put(message, { problems, topic: 't/\n' });
    expect(await quarantine.list()).toEqual([
      { id, at: 5, feed: 'hl7v2', peer: 'p', problems, topic: 't/\n', message },
    ]);
    expect(await put(message)).not.toBe(id);
  });

  test('make nobody a twin', async () => {
    await put(adt(pid('a')));
    await put(bytes('junk'));
    expect((await store.subjects()).map(({ subject }) => subject)).toEqual([QUARANTINE]);
  });

  test('are erased with whoever they name, and with none else', async () => {
    await put(adt(pid('a'), 'MRG|b^^^&1.2.3&ISO'));
    await put(adt(pid('b')));
    await put(adt(pid('c')));
    await put(bytes('junk'));
    await put(bytes('[]'), { feed: 'mqtt', topic: 't' }, ['d']);
    await store.erase('urn:oid:1.2.3|a');
    expect(await texts()).toEqual([expect.stringContaining('Doe^b'), expect.stringContaining('Doe^c'), 'junk', '[]']);
    await store.erase('urn:oid:1.2.3|b');
    await store.erase('d');
    expect(await texts()).toEqual([expect.stringContaining('Doe^c'), 'junk']);
  });

  test('a payload of a device is erased with whom it names besides its topic', async () => {
    const heart = {
      resourceType: 'Observation',
      status: 'final',
      subject: { reference: 'Patient/e' },
      code: { text: 'x' },
    };
    await put(bytes(JSON.stringify(heart)), { feed: 'mqtt', topic: 't' }, ['d']);
    expect(await texts()).toHaveLength(1);
    await store.erase('Patient/e');
    expect(await texts()).toEqual([]);
  });

  test('of somebody who was erased are not kept; that one came is', async () => {
    await store.erase('urn:oid:1.2.3|a');
    const id = await put(adt(pid('a')));
    expect(await quarantine.list()).toEqual([]);
    const entry = await store.get(id);
    expect(entry!.payload).toEqual({ type: 'quarantine-erased', feed: 'hl7v2', sha256: expect.any(String) });
  });

  test('that name nobody are destroyed when they leave; others stay in the log', async () => {
    const ids = [await put(bytes('junk')), await put(adt(pid('a')))];
    const sealed = await Promise.all(ids.map(async (id) => (await store.get(id))!.payload as { sealed: string }));
    for (const id of ids) await quarantine.release(id, 6, { how: 'discarded', reason: 'r' });
    expect(await quarantine.list()).toEqual([]);
    const open = (i: number) => store.unseal(Buffer.from(sealed[i]!.sealed, 'base64'), ids[i]!);
    await expect(open(0)).rejects.toMatchObject({ code: 'store-erased' });
    expect(Buffer.from(await open(1)).toString()).toContain('Doe^a');
  });
});

describe('messages under one name', () => {
  const plain = (id: string, message: Uint8Array, more: object = {}) =>
    ({
      id,
      subject: 'gemel:source|quarantine',
      kind: 'kept',
      trueAt: 3 as never,
      knownAt: 3 as never,
      payload: {
        type: 'quarantine',
        feed: 'hl7v2',
        peer: 'q',
        problems: [],
        message: Buffer.from(message).toString('base64'),
        ...more,
      },
    }) as const;

  test('are sealed each for whom it names; how others left stays; once', async () => {
    await store.append([
      plain('one', adt(pid('a'))),
      plain('two', bytes('junk')),
      plain('three', bytes('{}'), { feed: 'mqtt', topic: 'twins/d/meter/x' }),
      plain('four', adt(pid('c'))),
      {
        ...plain('four-left', bytes('')),
        kind: 'retraction',
        supersedes: 'four',
        payload: { target: 'four', how: 'discarded', reason: 'r' },
      },
    ]);
    // Cut off before the end, it goes on without doubling anything.
    const cut = Object.assign(Object.create(store), { erase: () => Promise.reject(new Error('cut off')) }) as Store;
    await expect(new Quarantine(cut).sealEach()).rejects.toThrow('cut off');
    await quarantine.sealEach();
    await quarantine.sealEach();
    expect(await quarantine.list()).toMatchObject([
      { at: 3, peer: 'q', feed: 'hl7v2' },
      { at: 3 },
      { topic: 'twins/d/meter/x' },
    ]);
    const kept = await store.read({ subject: QUARANTINE, kinds: ['kept'] });
    expect(kept.map(({ payload }) => payload)).toContainEqual({
      type: 'quarantine-left',
      target: 'four',
      how: 'discarded',
      reason: 'r',
    });
    await expect(store.get('one')).rejects.toMatchObject({ code: 'store-erased' });
    await store.erase('urn:oid:1.2.3|a');
    await store.erase('d');
    expect(await texts()).toEqual(['junk']);
  });
});
