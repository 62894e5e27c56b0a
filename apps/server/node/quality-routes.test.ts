import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coding, instant, LOINC, type RawItem } from '@gemel/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LinksView, QualityView } from '../api.ts';
import { startServer } from './server.ts';
import { openWorld, type World } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'gemel-quality-'));
const start = instant(Date.parse('2024-01-31T10:00:00Z'));
let world: World;
let server: Awaited<ReturnType<typeof startServer>>;

const fact = (subject: string, name: string, text: string): RawItem => ({
  kind: 'fact',
  subject,
  fact: name,
  codings: [],
  value: { kind: 'text', text },
  time: { start, offset: null },
  provenance: { source: 'register', element: name },
});
const glucose = (subject: string): RawItem => ({
  kind: 'observation',
  subject,
  codings: [coding(LOINC, '2345-7')],
  value: { kind: 'quantity', value: 5.6, unit: 'mg/dL' },
  time: { start, offset: 0 },
  provenance: { source: 'ward', element: 'row' },
});

beforeAll(async () => {
  world = await openWorld({ folder, clock: () => instant(start + 3_600_000) });
  const items = ['a|1', 'b|1'].flatMap((subject) => [
    fact(subject, 'name', 'Martha Lockhart'),
    fact(subject, 'identifier', 'https://fhir.nhs.uk/Id/nhs-number|9434765919'),
    glucose(subject),
  ]);
  const provenance = { source: 'test', element: 'item' };
  const decoded = items.map((item) => ({
    type: 'item',
    fate: 'mapped' as const,
    items: [item],
    problems: [],
    provenance,
  }));
  await world.hub.admit(decoded, { name: 'test', sha256: '', format: 'test', bytes: 0 });
  server = await startServer({ world });
});
afterAll(async () => {
  await server.close();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ask<T>(path: string, body?: object): Promise<{ status: number; body: T }> {
  const headers = { 'content-type': 'application/json' };
  const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
  const answer = await fetch(`${server.url}${path}`, init);
  return { status: answer.status, body: (await answer.json()) as T };
}

test('quality is shown, a value is corrected by a person', async () => {
  const path = `/api/twins/${encodeURIComponent('a|1')}/quality`;
  const { body } = await ask<QualityView>(path);
  expect(body.badge.plausibility.level).toBe('poor');
  const { id } = body.signals[0]!.doubtful[0]!;
  const correction = { value: 5.6, unit: 'mmol/L', person: 'Joy', reason: 'seen on the meter' };
  expect((await ask(`/api/observations/${id}/correction`, { ...correction, reason: '' })).status).toBe(422);
  expect(await ask(`/api/observations/${id}/correction`, correction)).toMatchObject({
    status: 200,
    body: { grade: 'good' },
  });
  expect(await ask(`/api/observations/${id}/correction`, correction)).toMatchObject({
    status: 404,
    body: { code: 'quality-correction-unknown' },
  });
  expect((await ask<QualityView>(path)).body.badge.plausibility.level).toBe('good');
  expect((await ask('/api/twins/nobody/quality')).status).toBe(404);
});

test('two identifiers of one person are joined and parted by a person', async () => {
  const { body } = await ask<LinksView>('/api/links');
  expect(body.waiting.map(({ a, b, verdict }) => [a, b, verdict])).toEqual([['a|1', 'b|1', 'link']]);
  const { id } = body.waiting[0]!;
  const say = (decision: string) => ask(`/api/links/${id}`, { decision, person: 'Who', reason: 'asked them' });
  expect((await say('accept')).status).toBe(200);
  expect(await world.hub.subjects()).toEqual(['a|1']);
  expect((await ask<LinksView>('/api/links')).body).toMatchObject({
    waiting: [],
    decisions: [{ decision: 'accepted' }],
  });
  expect((await say('accept')).status).toBe(404);
  expect((await say('undo')).status).toBe(200);
  expect(await world.hub.subjects()).toEqual(['a|1', 'b|1']);
  expect((await say('guess')).status).toBe(422);
});
