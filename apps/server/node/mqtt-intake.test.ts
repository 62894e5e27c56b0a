import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError, instant } from '@gemel/core';
import { readMessage } from '@gemel/exchange/device/node/mqtt/message';
import { topicPattern } from '@gemel/exchange/device/topic';
import { openSqliteStore } from '@gemel/store/node/sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticator, mayPublish, newToken, readDevices, secretOf } from './mqtt-access.ts';
import { MqttIntake } from './mqtt-intake.ts';
import { QUARANTINE } from './quarantine.ts';
import { openWorld, type World } from './world.ts';

const NOW = instant(Date.parse('2024-02-01T00:00:00Z'));
const pattern = topicPattern('twins/{subject}/{device}/#')!;
const folder = mkdtempSync(join(tmpdir(), 'gemel-mqtt-'));
let world: World;
let intake: MqttIntake;
beforeAll(async () => {
  world = await openWorld({ folder, clock: () => NOW });
  intake = new MqttIntake({ world, pattern });
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const row = (minute: number, more: object = {}) => ({
  time: `2024-01-31T08:${String(minute).padStart(2, '0')}:00Z`,
  code: '2345-7',
  value: 100 + minute,
  unit: 'mg/dL',
  ...more,
});
const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const message = (subject: string, value: unknown) =>
  readMessage(`twins/${subject}/meter/values`, bytes(value), pattern, { zone: undefined, received: NOW })!;
const observations = async (subject: string) =>
  (await world.store.read({ subject, kinds: ['observation'] })).map(({ payload }) => payload);

describe('messages of devices', () => {
  test('what was taken is in the log on the disk', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => intake.take(message('a', [row(i), row(i + 20)]))));
    const other = await openSqliteStore({ folder });
    try {
      expect(await other.read({ subject: 'a', kinds: ['observation'] })).toHaveLength(40);
    } finally {
      await other.close();
    }
  });

  test('what a device fills in after a reconnection adds only what was missing', async () => {
    await intake.take(
      message(
        'a',
        Array.from({ length: 50 }, (_, i) => row(i)),
      ),
    );
    expect(await observations('a')).toHaveLength(50);
  });

  test('what is good of a message is in; what was refused waits, is mended, and adds what was missing', async () => {
    await Promise.all([
      intake.take(message('b', [row(1), row(2, { unit: 'mg' }), row(3, { code: 'glucose' })])),
      intake.take(message('c', [row(1), row(2)])),
    ]);
    expect(await observations('b')).toHaveLength(1);
    expect(await observations('c')).toHaveLength(2);
    const [waiting, ...others] = await intake.quarantine.list();
    expect(others).toEqual([]);
    expect(waiting).toMatchObject({ feed: 'mqtt', peer: 'meter', topic: 'twins/b/meter/values' });
    expect(waiting!.problems.map(({ code }) => code)).toEqual(['device-code-unknown', 'admit-unit-dimension']);
    expect(await intake.admit(waiting!, waiting!.message)).toHaveLength(2);
    const mended = bytes([row(1), row(2), row(3)]);
    expect(await intake.admit(waiting!, mended)).toEqual([]);
    expect(await observations('b')).toHaveLength(3);
    await intake.quarantine.release(waiting!.id, NOW, { how: 'mended', with: mended });
    expect(await intake.quarantine.list()).toEqual([]);
  });

  test('a payload that nothing understands waits, and is given up with a reason', async () => {
    await intake.take(message('d', 'pulse=61'));
    const [waiting] = await intake.quarantine.list();
    expect(waiting!.problems.map(({ code }) => code)).toEqual(['exchange-format-unknown']);
    await intake.quarantine.release(waiting!.id, NOW, { how: 'discarded', reason: 'a test of the technician' });
    expect(await intake.quarantine.list()).toEqual([]);
    const entries = await world.store.read({ subject: QUARANTINE, kinds: ['retraction'] });
    expect(entries.at(-1)!.payload).toMatchObject({ how: 'discarded', reason: 'a test of the technician' });
  });

  test('what the log cannot take now is not acknowledged', async () => {
    const broken = new MqttIntake({
      pattern,
      world: {
        ...world,
        hub: {
          ...world.hub,
          admit: () => Promise.reject(new CodedError({ code: 'store-folder', message: 'full', where: {}, remedy: '' })),
        },
      },
    });
    await expect(broken.take(message('e', [row(1)]))).rejects.toMatchObject({ code: 'store-folder' });
    expect(await broken.quarantine.list()).toEqual([]);
  });
});

describe('devices that may publish', () => {
  test('by user name or client id, with the password or token', async () => {
    const token = newToken();
    const list = [{ name: 'cuff', subjects: ['a'], devices: ['cuff'], secret: await secretOf(token) }];
    const who = authenticator(readDevices(JSON.stringify(list), 'devices.json'));
    const given = bytes(token);
    expect((await who('any', 'cuff', given))?.name).toBe('cuff');
    expect((await who('cuff', undefined, given))?.name).toBe('cuff');
    for (const [client, user, password] of [
      ['cuff', undefined, undefined],
      ['cuff', undefined, bytes(`${token} `)],
      ['cuff', 'pump', given],
      ['pump', undefined, given],
    ] as const)
      expect(await who(client, user, password)).toBeNull();
  });

  test('each for its own subjects, under its own names', () => {
    const cuff = { name: 'cuff', subjects: ['a'], devices: ['*'] };
    expect(mayPublish(cuff, { subject: 'a', device: 'x' })).toBe(true);
    expect(mayPublish(cuff, { subject: 'b', device: 'x' })).toBe(false);
    expect(mayPublish({ ...cuff, devices: ['cuff'] }, { subject: 'a', device: 'x' })).toBe(false);
  });

  test.each(['{', '{}', '[{}]', '[{"name":"a","secret":"plain","subjects":["*"],"devices":["a"]}]'])(
    'a list such as %s is refused by name',
    (text) => {
      expect(() => readDevices(text, 'devices.json')).toThrow(/devices\.json/);
    },
  );
});
