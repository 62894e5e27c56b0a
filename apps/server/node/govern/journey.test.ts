import { createHash } from 'node:crypto';
import type { Consent } from '@gemel/core';
import { inflow, minute, volume } from '@gemel/runtime/fixtures/world';
import type { AuditEvent } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProblemDetails, ProposalView, ReviewRow, TwinDetail, TwinSummary, WillView } from '../../api.ts';
import { LOCAL_PERSON } from '../../local-person.ts';
import { type RunningServer, startServer } from '../server.ts';
import { logHead, proveEntry, readHead, verifyLog } from './audit-tree.ts';
import { ACCESSES } from './governance.ts';
import { type GovernedWorld, governedWorld } from './governed-world.fixture.ts';

const TANK = '/api/twins/tank%7C1';
const JOY = { person: 'Joy', reason: 'said so at the desk' };

let world: GovernedWorld;
let server: RunningServer;
beforeAll(async () => {
  world = await governedWorld();
  server = await startServer({ world });
});
afterAll(async () => {
  await server.close();
  await world.close();
});

async function ask<T = ProblemDetails>(
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: T }> {
  const json = { ...headers, 'content-type': 'application/json' };
  const init = body === undefined ? { headers } : { method: 'POST', headers: json, body: JSON.stringify(body) };
  const answer = await fetch(`${server.url}${path}`, init);
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? null : JSON.parse(text)) as T };
}
const accesses = async () => {
  await world.governance.flush();
  return (await world.store.read({ kinds: ['access'] })).filter(({ erased }) => !erased);
};

describe('from a consent given to the erasure of all', () => {
  let consent: Consent;
  let before: string;

  it('J1 a consent is written down, and the twin advises on it', async () => {
    const given = await ask<Consent>(`${TANK}/consents`, { ...JOY, type: 'permit', purposes: ['TREAT'] });
    expect(given).toMatchObject({ status: 200, body: { status: 'active', root: { type: 'permit' } } });
    consent = given.body;
    await world.hub.calibrate('tank|1', 'tank');
    const proposal = await ask<ProposalView>(`${TANK}/advise`, {});
    expect(proposal.body).toMatchObject({
      status: 'open',
      trace: {
        governance: { purpose: 'TREAT', consents: [consent.reference], policies: ['consent-given'], leftOut: [] },
      },
    });
    before = proposal.body.id;
    expect(await ask(`/api/proposals/${before}/replay`, {})).toMatchObject({ body: { equal: true } });
    const agreed = { kind: 'agree', person: 'Joy', reason: 'fits', traceHash: proposal.body.trace.hash };
    const released = await ask<{ bundle: { entry: { resource: AuditEvent }[] } }>(
      `/api/proposals/${before}/action`,
      agreed,
    );
    const event = released.body.bundle.entry.find(({ resource }) => resource.resourceType === 'AuditEvent')!.resource;
    const told = Object.fromEntries(event.entity!.at(-1)!.detail!.map(({ type, valueString }) => [type, valueString]));
    const { governance, modelHash } = proposal.body.trace;
    expect(told).toMatchObject({
      model: modelHash,
      decision: governance!.hash,
      policy: 'consent-given',
      consent: consent.reference,
    });
    expect(event.agent![0]).toMatchObject({ name: 'Joy', requestor: true });
  });

  it('J2 withdrawn: the twin stands still, everybody sees that and why, and nothing else of it', async () => {
    world.now = minute(1);
    await world.take([volume(1, 3.6)]);
    expect((await ask(`${TANK}/consents/withdrawal`, { ...JOY, reference: 'Consent/none' })).body.code).toBe(
      'server-consent-unknown',
    );
    expect((await ask(`${TANK}/consents/withdrawal`, { ...JOY, reference: consent.reference })).status).toBe(200);
    const [twin] = (await ask<TwinSummary[]>('/api/twins')).body;
    const reason = {
      code: 'consent-revoked',
      statement: expect.stringContaining(`withdrawn the consent (${consent.reference})`),
    };
    expect(twin).toMatchObject({
      subject: 'tank|1',
      risk: 'unknown',
      paused: [reason],
      calibrated: false,
      openProposals: 0,
      sparkline: [],
    });
    const { status, body } = await ask<TwinDetail>(TANK);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      facts: [],
      observations: [],
      controls: [],
      trace: null,
      forecast: null,
      forecastMissing: [reason],
      posterior: [],
      past: [],
    });
    for (const path of [`${TANK}/advise`, `${TANK}/whatif`, `${TANK}/calibrate`, `/api/proposals/${before}/action`]) {
      const whatIf = { arms: [{ title: 'a', controls: [] }] };
      const action = { kind: 'agree', person: 'Joy', reason: 'x', traceHash: 'x' };
      const sent = path.endsWith('whatif') ? whatIf : path.endsWith('action') ? action : {};
      expect((await ask(path, sent)).body).toMatchObject({
        status: 403,
        code: 'server-refused',
        detail: reason.statement,
      });
    }
    for (const path of [
      `/api/proposals/${before}`,
      '/api/proposals?subject=tank%7C1',
      `${TANK}/report`,
      `${TANK}/fhir`,
    ]) {
      expect((await ask(path)).status).toBe(403);
    }
  });

  it('J3 a question for research is refused in plain words, one of an unknown purpose by its name', async () => {
    const research = { 'x-purpose-of-use': 'HRESCH' };
    expect((await ask(TANK, undefined, research)).body).toMatchObject({
      status: 403,
      detail: expect.stringContaining('healthcare research'),
    });
    expect((await ask(`${TANK}/advise`, {}, research)).status).toBe(403);
    expect((await ask<TwinSummary[]>('/api/twins', undefined, { 'x-purpose-of-use': 'HPAYMT' })).body).toEqual([]);
    expect((await ask(TANK, undefined, { 'x-purpose-of-use': 'PROFIT' })).body.code).toBe('govern-purpose-unknown');
    expect(
      (await ask(TANK, undefined, { 'x-purpose-of-use': 'urn:oid:2.16.840.1.113883.3.7204.1.5.2.1#T-GOVDTRM' })).status,
    ).toBe(403);
  });

  it('J4 past the consent: with a reason, marked, and looked at afterwards by a person', async () => {
    const glass = { 'x-break-glass': 'unconscious, alone' };
    const { body } = await ask<TwinDetail>(TANK, undefined, glass);
    expect(body.observations.length).toBeGreaterThan(10);
    const advised = await ask<ProposalView>(`${TANK}/advise`, {}, glass);
    expect(advised.body.trace.governance).toMatchObject({ breakGlass: 'unconscious, alone', agent: 'person|local' });
    const { body: reviews } = await ask<ReviewRow[]>('/api/reviews');
    expect(reviews).toMatchObject([
      { subject: 'tank|1', agent: 'person|local', reason: 'unconscious, alone', action: 'read', closed: null },
      { action: 'simulate', closed: null },
    ]);
    const { id } = reviews[0]!;
    expect((await ask(`/api/reviews/${id}`, { person: 'Dr Lind', finding: '' })).status).toBe(422);
    expect((await ask(`/api/reviews/${id}`, { person: 'Dr Lind', finding: 'was justified' })).body).toMatchObject({
      closed: { person: 'Dr Lind' },
    });
    expect((await ask(`/api/reviews/${id}`, { person: 'Dr Lind', finding: 'again' })).body.code).toBe(
      'server-review-closed',
    );
    expect((await ask('/api/reviews/none', { person: 'Dr Lind', finding: 'x' })).body.code).toBe(
      'server-review-unknown',
    );
  });

  it('J5 restricted: kept and not used, until that ends', async () => {
    await ask(`${TANK}/consents`, { ...JOY, type: 'permit' });
    expect((await ask<TwinSummary[]>('/api/twins')).body[0]).not.toHaveProperty('paused');
    const { body } = await ask<WillView>(`${TANK}/restriction`, { ...JOY, reason: 'contested' });
    expect(body).toMatchObject({ restricted: true, consents: { length: 2 } });
    expect((await ask<TwinSummary[]>('/api/twins')).body).toMatchObject([{ paused: [{ code: 'restricted' }] }]);
    world.now = minute(3);
    expect((await ask<WillView>(`${TANK}/restriction/end`, JOY)).body.restricted).toBe(false);
    expect((await ask<TwinSummary[]>('/api/twins')).body[0]).not.toHaveProperty('paused');
    expect((await ask(`${TANK}/restriction`, { person: 'Joy' })).status).toBe(422);
    expect((await ask('/api/twins/nobody/restriction', JOY)).status).toBe(404);
  });

  it('J6 everything of the person goes out: records, consents, who looked, and every entry of the log', async () => {
    const bundle = (await ask<{ entry: { resource: { resourceType: string } }[] }>(`${TANK}/export`)).body;
    const types = new Set(bundle.entry.map(({ resource }) => resource.resourceType));
    expect([...types]).toEqual(
      expect.arrayContaining(['Patient', 'Observation', 'Consent', 'AuditEvent', 'Provenance']),
    );
    const lines = (await (await fetch(`${server.url}${TANK}/export?as=log`)).text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const held = await world.store.read({ subject: 'tank|1' });
    expect(lines.map(({ id }) => id)).toEqual(held.slice(0, lines.length).map(({ id }) => id));
    expect(new Set(lines.map(({ kind }) => kind))).toEqual(
      new Set([
        'observation',
        'control',
        'fact',
        'import',
        'calibrated',
        'trace',
        'access',
        'forecast',
        'action',
        'release',
      ]),
    );
    expect((await ask('/api/twins/nobody/export')).status).toBe(404);
  });

  it('J7 erased: gone from every list, its accesses unreadable, that it was done on record without a name', async () => {
    const head = readHead(JSON.stringify(await logHead(world.store, world.now)), 'head.json');
    expect((await ask(`${TANK}/erasure`, { person: 'Joy', reason: '' })).status).toBe(422);
    expect((await ask(`${TANK}/erasure`, { ...JOY, reason: 'wish of the person' })).status).toBe(204);
    expect((await ask<TwinSummary[]>('/api/twins')).body).toEqual([]);
    expect([404, 410]).toContain((await ask(TANK)).status);
    expect([404, 410]).toContain((await ask(`${TANK}/consents`, { ...JOY, type: 'permit' })).status);
    expect((await ask<ReviewRow[]>('/api/reviews')).body.map(({ subject }) => subject)).toEqual([null, null]);
    const left = await accesses();
    const digest = `urn:sha256:${createHash('sha256').update('tank|1').digest('hex')}`;
    expect(
      left.find(({ payload }) => (payload as { request?: { action?: string } }).request?.action === 'erase'),
    ).toMatchObject({
      subject: ACCESSES,
      payload: {
        request: { subject: digest },
        decision: { reason: expect.stringContaining('Joy: wish of the person') },
      },
    });
    expect(JSON.stringify(left)).not.toContain('tank|1');
    const verdict = await verifyLog(world.store, world.now, head);
    expect(verdict).toMatchObject({ faults: [], since: head });
    expect(await verifyLog(world.store, world.now)).toMatchObject({ faults: [], verified: verdict.head.size });
  });
});

describe('the record of accesses', () => {
  it('J8 tells who did what for which purpose, by what policy and on which consent; a refusal too', async () => {
    const own = await governedWorld();
    const running = await startServer({ world: own });
    const get = (headers: Record<string, string> = {}) => fetch(`${running.url}${TANK}`, { headers });
    await get();
    await get();
    await get({ 'x-purpose-of-use': 'HRESCH' });
    await fetch(`${running.url}/api/twins`);
    await own.governance.flush();
    const entries = await own.store.read({ subject: 'tank|1', kinds: ['access'] });
    expect(entries.map(({ payload }) => payload)).toMatchObject([
      {
        request: {
          action: 'read',
          type: 'Twin',
          subject: 'tank|1',
          caller: { agent: { id: 'person|local' }, purpose: 'TREAT' },
        },
        decision: { permit: true, policies: ['consent-implied'] },
        outcome: 'success',
      },
      {
        request: { caller: { purpose: 'HRESCH' } },
        decision: { permit: false, reason: expect.stringContaining('consent') },
        outcome: 'minor-failure',
      },
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/"token"|"scopes"/);
    await running.close();
    await own.close();
  });

  it('J9 does not make a subject of a name that was only asked for', async () => {
    const own = await governedWorld();
    const running = await startServer({ world: own });
    expect((await fetch(`${running.url}/api/twins/Somebody/report`)).status).toBe(404);
    await own.governance.flush();
    expect((await own.store.subjects()).map(({ subject }) => subject)).not.toContain('Somebody');
    expect(JSON.stringify(await own.store.read({ kinds: ['access'] }))).not.toContain('Somebody');
    await running.close();
    await own.close();
  });

  it('J11 what could not be written is told of, waits, and is written by the next attempt, once', async () => {
    const own = await governedWorld();
    const append = own.store.append;
    const ask = async () => {
      const request = {
        caller: LOCAL_PERSON,
        action: 'read' as const,
        type: 'Patient',
        subject: 'tank|1',
        at: own.now,
      };
      const decision = await own.governance.decide(request);
      await own.governance.record([{ request, decision, entities: [], outcome: 'success' }]);
    };
    const broken = Object.assign(own.store, { append: async () => Promise.reject(new Error('disk full')) });
    await ask();
    await expect(own.governance.flush()).rejects.toThrow('disk full');
    await ask();
    Object.assign(broken, { append });
    await own.governance.flush();
    expect(await own.store.read({ subject: 'tank|1', kinds: ['access'] })).toHaveLength(2);
    await ask();
    await own.hub.erase('tank|1');
    await own.governance.flush();
    const left = await own.store.read({ subject: ACCESSES });
    expect(left).toMatchObject([{ payload: { request: { subject: expect.stringMatching(/^urn:sha256:/) } } }]);
    await own.close();
  });

  it('J10 a log that was changed does not verify, nor one that lost its end', async () => {
    const own = await governedWorld();
    const head = await logHead(own.store, own.now);
    expect(await proveEntry(own.store, 3)).toMatchObject({ seq: 3, holds: true, root: head.root });
    const lying = {
      ...own.store,
      inclusionProof: async (seq: number, size?: number) => {
        const proof = await own.store.inclusionProof(seq, size);
        return { ...proof, leaf: proof.leaf.map((byte, i) => (i === 0 ? byte ^ 1 : byte)) };
      },
    };
    expect((await verifyLog(lying, own.now)).faults[0]).toMatch(/^Entries 1 to 16 are not those/);
    expect((await verifyLog(own.store, own.now, { ...head, size: head.size + 1 })).faults).toEqual([
      expect.stringMatching(/the earlier head was of/),
    ]);
    await own.take([inflow(1, 1)]);
    expect((await verifyLog(own.store, own.now, head)).faults).toEqual([]);
    const other = { ...head, root: '0'.repeat(64) };
    expect((await verifyLog(own.store, own.now, other)).faults).toEqual([
      expect.stringMatching(/not those of the earlier head/),
    ]);
    for (const text of ['', '{}', '[]', 'null', '{"size":-1,"root":"x","at":"y"}'])
      expect(() => readHead(text, 'f')).toThrow(/no head/);
    await own.close();
  });
});
