import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY, HOUR, type Instant, instant, MINUTE } from '@gemel/core';
import type {
  ActionResult,
  ImportResult,
  JobView,
  LiveEvent,
  PackRecords,
  ProblemDetails,
  ProposalView,
  TwinDetail,
  TwinSummary,
  WhatIfResult,
} from '@gemel/server/api';
import { type RunningServer, startServer } from '@gemel/server/node/server';
import { openWorld, type World } from '@gemel/server/node/world';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { personFiles } from './demo-files.ts';
import { DEMO_PEOPLE, DEMO_START, liveDays, subjectOf } from './demo-people.ts';

const [anna] = DEMO_PEOPLE;
const NOW = instant(DEMO_START + 4 * DAY + 10 * HOUR + 2 * MINUTE);

describe('the server', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'gemel-serving-'));
  const life = liveDays(anna!, 1, 6);
  const subject = subjectOf(anna!);
  const at = `/api/twins/${encodeURIComponent(subject)}`;
  let now: Instant = NOW;
  let world: World;
  let server: RunningServer;

  beforeAll(async () => {
    world = await openWorld({ folder, seed: 1, clock: () => now });
    server = await startServer({ world });
  });
  afterAll(async () => {
    await server.close();
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function call<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
    const json =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(server.url + path, { method, ...json });
    return { status: response.status, body: (await response.json()) as T };
  }
  async function take(name: string, bytes: string, options: Record<string, string> = {}) {
    const query = new URLSearchParams({ name, ...options });
    const response = await fetch(`${server.url}/api/import?${query}`, { method: 'POST', body: bytes });
    return { status: response.status, body: (await response.json()) as ImportResult & ProblemDetails };
  }
  const takeRecords = async (from: number, to: number, label: string) => {
    for (const file of personFiles(life, from, to, label)) {
      const { status, body } = await take(file.name, file.text, file.options as Record<string, string>);
      expect(status).toBe(200);
      const { entries, mapped, kept, duplicates, refused } = body.account;
      expect(mapped + kept + duplicates + refused).toBe(entries);
    }
  };

  test('an empty log has no twins, and says so of any asked for', async () => {
    expect((await call<TwinSummary[]>('GET', '/api/twins')).body).toEqual([]);
    const { status, body } = await call<ProblemDetails>('GET', at);
    expect([status, body.code]).toEqual([404, 'server-unknown-subject']);
    expect(body.remedy).not.toBe('');
  });

  test('bad requests are refused with a code, a status and a remedy', async () => {
    await takeRecords(DEMO_START, NOW, 'record');
    const cases: readonly [string, string, unknown, number, string][] = [
      ['GET', '/api/nothing', undefined, 404, 'server-unknown-route'],
      ['GET', '/api/jobs/none', undefined, 404, 'server-unknown-job'],
      ['GET', '/api/proposals/none', undefined, 404, 'server-unknown-proposal'],
      ['GET', '/api/proposals', undefined, 422, 'server-request-invalid'],
      ['GET', `${at}?pack=none`, undefined, 404, 'server-unknown-pack'],
      ['GET', `${at}?from=yesterday`, undefined, 422, 'server-request-invalid'],
      ['GET', '/api/packs/none', undefined, 404, 'server-unknown-pack'],
      ['GET', `${at}/fhir`, undefined, 404, 'server-unknown-proposal'],
      ['GET', `${at}/report?unit=stone`, undefined, 422, 'server-request-invalid'],
      ['POST', `${at}/whatif`, { arms: [] }, 422, 'server-request-invalid'],
      ['POST', `${at}/whatif`, { arms: [{ title: 'a', controls: [] }] }, 422, 'server-withheld'],
    ];
    for (const [method, path, body, status, code] of cases) {
      const answer = await call<ProblemDetails>(method, path, body);
      expect([path, answer.status, answer.body.code]).toEqual([path, status, code]);
      expect(answer.body.remedy).not.toBe('');
    }
  });

  test('files that no door takes, or that lack a zone, are refused by name', async () => {
    const noise = await take('scan.pdf', '%PDF-1.7 binary');
    expect(noise.status === 200 ? noise.body.account.refused : noise.status).toBeGreaterThan(0);
    const { body } = await take('plain.csv', 'time,gl\n2026-01-01 10:00:00,120\n', { unit: 'mg/dL', subject: 'x' });
    expect(body.account.mapped).toBe(0);
    expect(body.account.problems[0]?.remedy).toContain('--zone');
  });

  test('what a pack’s records hold is told for a form: names, codes, units', async () => {
    const { body } = await call<PackRecords>('GET', '/api/packs/dosing-vancomycin');
    expect(body.controls[0]).toMatchObject({ name: 'vancomycin.dose', units: ['mg'] });
    expect(body.signals.map(({ name }) => name)).toContain('creatinine');
    expect(body.facts.map(({ fact }) => fact)).toContain('body.weight');
  });

  test('a page of another origin and a foreign host name are turned away', async () => {
    const { port } = new URL(server.url);
    const ask = (headers: Record<string, string>) =>
      new Promise<number>((resolve, reject) => {
        request({ host: '127.0.0.1', port, path: '/api/twins', headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode!);
        })
          .on('error', reject)
          .end();
      });
    expect(await ask({ origin: 'https://elsewhere.example' })).toBe(403);
    expect(await ask({ host: 'elsewhere.example' })).toBe(403);
    expect(await ask({})).toBe(200);
  });

  test('a calibration is a job that can be cancelled, and run to its end', async () => {
    const first = await call<JobView>('POST', `${at}/calibrate`);
    expect(first.body.state).toBe('running');
    expect((await call<JobView>('POST', `${at}/calibrate`)).body.id).toBe(first.body.id);
    await call('DELETE', `/api/jobs/${first.body.id}`);
    expect((await ended(first.body.id)).state).toBe('cancelled');
    expect((await call<TwinDetail>('GET', at)).body.summary.calibrated).toBe(false);
    const second = await call<JobView>('POST', `${at}/calibrate`);
    expect(await ended(second.body.id)).toMatchObject({ state: 'done', problem: null });
    expect((await call<TwinDetail>('GET', at)).body.summary.calibrated).toBe(true);
  });

  async function ended(id: string): Promise<JobView> {
    for (;;) {
      const { body } = await call<JobView>('GET', `/api/jobs/${id}`);
      if (body.state !== 'running') return body;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  test('two arms: limits are applied, differences are of pairs, an unknown control is refused', async () => {
    const arm = (title: string, value: number) => ({
      title,
      controls: value === 0 ? [] : [{ control: 'meal.carbohydrate', value, unit: 'g', inMinutes: 0 }],
    });
    const { status, body } = await call<WhatIfResult>('POST', `${at}/whatif`, { arms: [arm('a', 0), arm('b', 40)] });
    expect(status).toBe(200);
    expect(body.arms.map((plan) => plan.limits.length > 0)).toEqual([true, true]);
    for (const difference of body.differences[0]!) expect(difference.median).toBe(0);
    expect(body.differences[1]!.find(({ name }) => name === 'maximum')!.median).toBeGreaterThan(0);
    const often = { control: 'meal.carbohydrate', value: 5, unit: 'g', inMinutes: 30, everyMinutes: 60 };
    const again = { arms: [arm('a', 0), { title: 'again', controls: [often] }] };
    const repeated = await call<WhatIfResult>('POST', `${at}/whatif`, again);
    // As far as is foretold: five hours.
    const times = repeated.body.arms[1]!.scenario.controls.map(({ from }) => (from - NOW) / MINUTE);
    expect(times).toEqual([30, 90, 150, 210, 270]);
    const unknown = { arms: [{ title: 'c', controls: [{ control: 'leech', value: 1, unit: 'g', inMinutes: 0 }] }] };
    const refused = await call<ProblemDetails>('POST', `${at}/whatif`, unknown);
    expect(refused.body.code).toBe('server-unknown-control');
  });

  test('a proposal is acted on with a reason, once; it replays; the bundle holds drafts only', async () => {
    const { body: proposal } = await call<ProposalView>('POST', `${at}/advise`);
    const action = { kind: 'reject', person: 'A. Physician', reason: '', traceHash: proposal.trace.hash };
    const url = `/api/proposals/${proposal.id}`;
    expect((await call<ProblemDetails>('POST', `${url}/action`, action)).body.code).toBe('release-reason-missing');
    const misread = { ...action, reason: 'not now', traceHash: 'other' };
    expect((await call<ProblemDetails>('POST', `${url}/action`, misread)).body.code).toBe('server-request-invalid');
    expect((await call<{ equal: boolean }>('POST', `${url}/replay`)).body.equal).toBe(true);
    const done = await call<ActionResult>('POST', `${url}/action`, { ...action, reason: 'not now' });
    expect(done.status).toBe(200);
    expect(done.body.proposal.status).toBe('rejected');
    const { entry } = done.body.bundle as { entry: { resource: { resourceType: string; status?: string } }[] };
    const types = entry.map(({ resource }) => resource.resourceType);
    expect(types).toEqual(expect.arrayContaining(['Provenance', 'AuditEvent', 'RiskAssessment', 'Device']));
    const orders = entry.filter(({ resource }) => /Request|Order|CarePlan/.test(resource.resourceType));
    expect(orders.every(({ resource }) => resource.status === 'draft')).toBe(true);
    expect((await call('GET', `${url}/bundle`)).body).toEqual(done.body.bundle);
    const again = await call<ProblemDetails>('POST', `${url}/action`, { ...action, reason: 'again' });
    expect([again.status, again.body.code]).toEqual([409, 'release-already-acted']);
  });

  test('the report is one page, the proposal a FHIR collection', async () => {
    const report = await fetch(`${server.url}${at}/report?unit=mmol/L`);
    const html = await report.text();
    expect(report.headers.get('content-type')).toContain('text/html');
    expect(html).toContain('Research use. Not for clinical use.');
    expect(html).not.toMatch(/(src|href)="https?:/);
    const fhir = await fetch(`${server.url}${at}/fhir`);
    expect(fhir.headers.get('content-type')).toContain('application/fhir+json');
    expect(await fhir.json()).toMatchObject({ resourceType: 'Bundle', type: 'collection' });
  });

  test('what arrives is told at once, forecast again, and the forecast that was made before is scored', async () => {
    const stop = new AbortController();
    const stream = await fetch(`${server.url}/api/events`, { signal: stop.signal });
    const heard: LiveEvent[] = [];
    const listening = (async () => {
      let text = '';
      for await (const chunk of stream.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const events = text.split('\n\n');
        text = events.pop()!;
        heard.push(...events.map((event) => JSON.parse(event.replace('data: ', '')) as LiveEvent));
      }
    })().catch(() => {});
    for (let i = 0; i < 5; i++) {
      const before = now;
      now = instant(now + 5 * MINUTE);
      await takeRecords(before, now, `live-${i}`);
    }
    const { body } = await call<TwinDetail>('GET', at);
    stop.abort();
    await listening;
    const points = heard.filter((event) => event.kind === 'observation');
    expect(points.length).toBeGreaterThanOrEqual(4);
    expect(body.observations.map(({ id }) => id)).toEqual(
      expect.arrayContaining(points.map((event) => event.point.id)),
    );
    expect(body.accuracy?.byLead[0]).toMatchObject({ leadMinutes: 15 });
    expect(body.forecast!.horizon.from).toBeGreaterThan(NOW);
  });
});
