import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOUR, instant, type Waveform } from '@gemel/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CensusView, ProblemDetails, QuarantineRow, WaveformDrawing, WaveformRow } from '../api.ts';
import { Hl7v2Intake } from './hl7v2-intake.ts';
import { type RunningServer, startServer } from './server.ts';
import { openWorld, type World } from './world.ts';

const START = Date.parse('2024-01-31T08:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'gemel-feeds-'));
let now = START;
let world: World;
let server: RunningServer;
let intake: Hl7v2Intake;
beforeAll(async () => {
  world = await openWorld({ folder, clock: () => instant(now) });
  server = await startServer({ world });
  intake = new Hl7v2Intake({ world });
});
afterAll(async () => {
  await server.close();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

async function get<T>(path: string): Promise<{ readonly status: number; readonly text: string; readonly body: T }> {
  const response = await fetch(server.url + path);
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) as T };
}

const stamp = (hours: number) =>
  new Date(START + hours * HOUR).toISOString().replace(/[-:T]/g, '').slice(0, 14).concat('+0000');
const person = (id: string) => `PID|1||${id}^^^&1.2.3&ISO^MR||Doe^${id}`;
const pv1 = (place: string, visit: string, more = '') => `PV1|1|I|${place}||||||||||||||||${visit}^^^&1.2.9&ISO${more}`;
/** An ADT message that becomes known at the hour it tells of, or later. */
async function adt(event: string, hours: number, segments: readonly string[], knownAt = hours): Promise<string> {
  now = START + knownAt * HOUR;
  const head = `MSH|^~\\&|ADT|HOSP|G|H|${stamp(hours)}||ADT^${event}|M${event}${hours}|P|2.5.1`;
  const bytes = new TextEncoder().encode([head, `EVN||${stamp(hours)}`, ...segments].join('\r'));
  return (await intake.take(bytes, '127.0.0.1:5')).outcome;
}
const beds = ({ present }: CensusView) =>
  Object.fromEntries(present.map(({ subject, placings }) => [subject.split('|')[1], placings.at(-1)?.bed]));

describe('the census by messages', () => {
  test('admissions, transfers, a swap, a cancelled discharge, a merge that is taken back; as it was and as it was known', async () => {
    expect(await adt('A01', 0, [person('p1'), pv1('W^1^A', 'V1')])).toBe('taken');
    expect(await adt('A04', 1, [person('p2'), pv1('ED^1^A', 'V2')])).toBe('taken');
    expect(await adt('A02', 2, [person('p2'), pv1('W^1^B', 'V2')])).toBe('taken');
    const swap = [person('p1'), pv1('W^1^B', 'V1'), person('p2'), pv1('W^1^A', 'V2')];
    expect(await adt('A17', 3, swap)).toBe('taken');
    expect(await adt('A03', 4, [person('p1'), pv1('', 'V1')])).toBe('taken');
    // Told at six that the discharge at four was none.
    expect(await adt('A13', 6, [person('p1'), pv1('W^1^B', 'V1')])).toBe('taken');
    const at = (hours: number, knownBy = 100) =>
      get<CensusView>(`/api/census?at=${START + hours * HOUR}&knownBy=${START + knownBy * HOUR}`);
    expect(beds((await at(0)).body)).toEqual({ p1: 'W/1/A' });
    expect(beds((await at(2)).body)).toEqual({ p1: 'W/1/A', p2: 'W/1/B' });
    expect(beds((await at(3)).body)).toEqual({ p1: 'W/1/B', p2: 'W/1/A' });
    expect(beds((await at(5, 5)).body)).toEqual({ p2: 'W/1/A' });
    expect(beds((await at(5)).body)).toEqual({ p1: 'W/1/B', p2: 'W/1/A' });
    expect((await at(7)).body.problems).toEqual([]);
    expect(await adt('A01', 7, [person('p3'), pv1('W^1^A', 'V3')])).toBe('taken');
    expect((await at(8)).body.problems.map(({ code }) => code)).toEqual(['census-two-in-a-bed']);
    // The two in the bed are one person: linked, then not.
    expect(await adt('A24', 9, [person('p2'), 'PV1|1|N', person('p3'), 'PV1|1|N'])).toBe('taken');
    expect((await at(10)).body.problems).toEqual([]);
    expect((await at(10, 8)).body.problems).toHaveLength(1);
    expect(await adt('A37', 11, [person('p2'), 'PV1|1|N', person('p3'), 'PV1|1|N'])).toBe('taken');
    expect((await at(12)).body.problems).toHaveLength(1);
    expect((await get('/api/census?at=soon')).status).toBe(422);
  });

  test('a movement at a time that nobody can place is refused with its field', async () => {
    const head = 'MSH|^~\\&|ADT|HOSP|G|H|20240131||ADT^A02|X|P|2.5.1';
    const bytes = [head, 'EVN||20240131080000', person('p9'), pv1('W^1^A', 'V9')].join('\r');
    const { outcome, problems } = await intake.take(new TextEncoder().encode(bytes), '127.0.0.1:5');
    expect([outcome, problems.map(({ code, where }) => [code, where.field])]).toEqual([
      'error',
      [['exchange-zone-missing', 'EVN-2']],
    ]);
    const { body } = await get<readonly QuarantineRow[]>('/api/quarantine');
    expect(body).toMatchObject([{ feed: 'hl7v2', message: expect.stringContaining('A02') }]);
    const discard = (reason: string) =>
      fetch(`${server.url}/api/quarantine/${body[0]!.id}/discard`, {
        method: 'POST',
        body: JSON.stringify({ reason }),
        headers: { 'content-type': 'application/json' },
      });
    const replay = async (mended: string) => {
      const address = `${server.url}/api/quarantine/${body[0]!.id}/replay`;
      return (await (await fetch(address, { method: 'POST', body: mended })).json()) as { problems: object[] };
    };
    expect((await replay('')).problems).toMatchObject([{ code: 'exchange-zone-missing' }]);
    expect((await replay(bytes.replace('V9^', 'V8^'))).problems).toHaveLength(1);
    expect((await discard('')).status).toBe(422);
    expect((await discard('a test')).status).toBe(200);
    expect((await get<readonly QuarantineRow[]>('/api/quarantine')).body).toEqual([]);
    expect((await discard('again')).status).toBe(404);
    await intake.take(new TextEncoder().encode(bytes), '127.0.0.1:5');
    const [again] = (await get<readonly QuarantineRow[]>('/api/quarantine')).body;
    const taken = await fetch(`${server.url}/api/quarantine/${again!.id}/replay?zone=UTC`, { method: 'POST' });
    expect(await taken.json()).toEqual({ id: again!.id, problems: [] });
    expect((await get<readonly QuarantineRow[]>('/api/quarantine')).body).toEqual([]);
  });
});

describe('waveforms', () => {
  const FREQUENCY = 125;
  const samples = Int32Array.from({ length: 24 * 3600 * FREQUENCY }, (_, i) => (i * 37) % 20_000);
  const signal: Waveform = {
    name: 'II',
    unit: 'mV',
    frequency: FREQUENCY,
    gain: 200,
    baseline: 0,
    runs: [{ after: 0, samples }],
  };

  test('24 h at 125 Hz are drawn in less than 100 kB, by whichever identifier the person goes on', async () => {
    const provenance = { source: 'x', element: 'signal' };
    const waveform = { ref: 'x/0', start: instant(START), signal };
    await world.hub.admit(
      [{ type: 'signal', subject: 'urn:oid:1.2.3|p5', fate: 'mapped', items: [], problems: [], provenance, waveform }],
      {
        name: 'x',
        sha256: 'x',
        format: 'x',
        bytes: 0,
      },
    );
    const merge = `MRG|p5^^^&1.2.3&ISO^MR`;
    expect(await adt('A40', 12, [person('p6'), merge])).toBe('taken');
    const at = `/api/twins/${encodeURIComponent('urn:oid:1.2.3|p6')}`;
    const { body } = await get<readonly WaveformRow[]>(`${at}/waveforms`);
    expect(body).toMatchObject([{ ref: 'x/0', samples: samples.length, end: START + 24 * HOUR }]);
    const draw = (columns: number, to = START + 24 * HOUR, ref = 'x/0') =>
      get<WaveformDrawing & ProblemDetails>(
        `${at}/waveform?ref=${encodeURIComponent(ref)}&from=${START}&to=${to}&columns=${columns}`,
      );
    const widest = await draw(4096);
    expect(widest.text.length).toBeLessThan(100_000);
    expect(widest.body.samplesRead).toBe(0);
    expect(widest.body.least).toHaveLength(4096);
    const close = await draw(10, START + 2000);
    expect(close.body.samplesRead).toBeGreaterThan(0);
    expect(close.body.least[0]).toBe(Math.min(...samples.subarray(0, 25)));
    expect((await draw(10, START)).status).toBe(422);
    expect((await draw(5000)).status).toBe(422);
    expect((await draw(10, START + 10, 'y')).body.code).toBe('server-unknown-waveform');
    expect((await get('/api/twins/nobody/waveforms')).status).toBe(404);
  });
});
