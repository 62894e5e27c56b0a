import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@gemel/core';
import { readAcknowledgement } from '@gemel/exchange/hl7v2/acknowledge';
import { openSqliteStore } from '@gemel/store/node/sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Hl7v2Intake } from './hl7v2-intake.ts';
import { openWorld, type World } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'gemel-hl7v2-'));
let world: World;
let intake: Hl7v2Intake;
beforeAll(async () => {
  world = await openWorld({ folder, clock: () => instant(Date.parse('2024-02-01T00:00:00Z')) });
  intake = new Hl7v2Intake({ world });
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const bytesOf = (text: string) => new TextEncoder().encode(text);
const oru = (id: string, patient: string, value = '5.4', zone = '+0100') =>
  bytesOf(
    [
      `MSH|^~\\&|LAB|HOSP|G|H|20240131${zone === '' ? '' : `120000${zone}`}||ORU^R01|${id}|P|2.5.1`,
      `PID|1||${patient}^^^HOSP&1.2.3&ISO^MR||Doe^Jane||19700102|F`,
      'OBR|1|P1|F1|24321-2^Panel^LN|||20240131113000',
      `OBX|1|NM|2345-7^Glucose^LN||${value}|mmol/L^^UCUM|||||F`,
    ].join('\r'),
  );
const code = async (bytes: Uint8Array) =>
  (await intake.answer(bytes, '127.0.0.1:5')).map((reply) => readAcknowledgement(reply)!.code);

describe('HL7 v2 from the wire', () => {
  test('what was acknowledged is in the log on the disk', async () => {
    const ids = Array.from({ length: 12 }, (_, i) => `p${i}`);
    const codes = await Promise.all(ids.map((id) => code(oru(`M-${id}`, id))));
    expect(codes.flat()).toEqual(ids.map(() => 'AA'));
    const other = await openSqliteStore({ folder });
    try {
      for (const id of ids) {
        const entries = await other.read({ subject: `urn:oid:1.2.3|${id}` });
        expect(entries.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['fact', 'import']));
      }
    } finally {
      await other.close();
    }
  });

  test('the same message again is taken again, and changes nothing', async () => {
    const before = (await world.store.read({ subject: 'urn:oid:1.2.3|p0', kinds: ['observation', 'fact', 'kept'] }))
      .length;
    expect(await code(oru('M-p0', 'p0'))).toEqual(['AA']);
    expect(
      (await world.store.read({ subject: 'urn:oid:1.2.3|p0', kinds: ['observation', 'fact', 'kept'] })).length,
    ).toBe(before);
  });

  test('a merge joins two logs', async () => {
    const merge =
      'MSH|^~\\&|LAB|HOSP|G|H|20240131120000+0100||ADT^A40|M9|P|2.5.1\rPID|1||p1^^^HOSP&1.2.3&ISO^MR\rMRG|p2^^^HOSP&1.2.3&ISO^MR';
    expect(await code(bytesOf(merge))).toEqual(['AA']);
    const subjects = await world.hub.subjects();
    expect(subjects).toContain('urn:oid:1.2.3|p1');
    expect(subjects).not.toContain('urn:oid:1.2.3|p2');
  });

  test('a bad message is refused whole, waits in quarantine, is mended and leaves it', async () => {
    const bad = oru('M-bad', 'q', '5.4', '');
    const [reply] = await intake.answer(bad, '127.0.0.1:5');
    expect(readAcknowledgement(reply!)).toMatchObject({ code: 'AE', controlId: 'M-bad' });
    expect(await world.hub.subjects()).not.toContain('urn:oid:1.2.3|q');
    const [waiting] = await intake.quarantine.list();
    expect(waiting).toMatchObject({
      feed: 'hl7v2',
      peer: '127.0.0.1:5',
      problems: [{ code: 'exchange-zone-missing' }],
    });
    expect(waiting!.message).toEqual(bad);
    expect((await intake.admit(waiting!.message, waiting!.peer)).outcome).toBe('error');
    const mended = oru('M-bad', 'q');
    expect((await intake.admit(mended, waiting!.peer)).outcome).toBe('taken');
    await intake.quarantine.release(waiting!.id, world.clock(), { how: 'mended', with: mended });
    expect(await intake.quarantine.list()).toEqual([]);
    await expect(intake.quarantine.get(waiting!.id)).rejects.toMatchObject({ code: 'server-quarantine-unknown' });
    expect(await world.hub.subjects()).toContain('urn:oid:1.2.3|q');
  });
});
