import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sniffDoor } from '@gemel/exchange';
import type { Card } from '@gemel/server/cds/hooks';
import { Access } from '@gemel/server/node/auth/access';
import { readConfiguration } from '@gemel/server/node/configuration';
import { type RunningServer, startServer } from '@gemel/server/node/server';
import { openWorld, sha256, type World } from '@gemel/server/node/world';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { courseFiles, DEMO_COURSES, liveCourse } from './demo-courses.ts';
import { DEMO_NOW, DEMO_START } from './demo-people.ts';
import { decode } from './sources.ts';

const ISSUER = 'https://record.example';
const [ruth] = DEMO_COURSES;
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';

describe('CDS Hooks over a calibrated twin', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'gemel-cds-'));
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  let world: World;
  let server: RunningServer;
  /** Plays the hospital: its keys, and its FHIR server. */
  let hospital: Server;
  let hospitalUrl: string;
  const read: string[] = [];

  beforeAll(async () => {
    hospital = createServer((request, answer) => {
      read.push(`${request.url} ${request.headers.authorization ?? ''}`);
      answer.setHeader('content-type', 'application/json');
      if (request.url === '/jwks')
        answer.end(
          JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES384', kid: 'k', use: 'sig' }] }),
        );
      else
        answer.end(
          JSON.stringify({ resourceType: 'Patient', id: 'ruth', birthDate: ruth!.birthDate, gender: 'female' }),
        );
    });
    await new Promise<void>((resolve) => hospital.listen(0, '127.0.0.1', resolve));
    hospitalUrl = `http://127.0.0.1:${(hospital.address() as AddressInfo).port}`;
    world = await openWorld({ folder, clock: () => DEMO_NOW });
    for (const file of courseFiles(liveCourse(ruth!, 1), DEMO_START, DEMO_NOW, 'record')) {
      const bytes = new TextEncoder().encode(file.text);
      const door = sniffDoor(bytes, file.name)!;
      const source = { name: file.name, sha256: sha256(bytes), format: door.id, bytes: bytes.length };
      await world.hub.admit(decode({ name: file.name, bytes, sha256: source.sha256, door }, file.options), source);
    }
    await world.hub.calibrate('Patient/ruth', 'dosing-vancomycin');
    const environment = {
      GEMEL_AUTH: 'embedded',
      GEMEL_CDS_CLIENTS: `${ISSUER}=${hospitalUrl}/jwks`,
      GEMEL_PRIVATE_HOSTS: new URL(hospitalUrl).host,
      GEMEL_CORS_ORIGINS: 'https://record.example',
    };
    const access = await Access.open({ configuration: readConfiguration(environment), world, folder });
    server = await startServer({ world, access });
  }, 120_000);
  afterAll(async () => {
    await server?.close();
    await world?.close();
    hospital?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A token as CDS Hooks 2.0 has the client sign it, for one call. */
  function token(path: string, change: object = {}, key: KeyObject = privateKey): string {
    const seconds = Math.floor(Date.now() / 1000);
    const text = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const claims = {
      iss: ISSUER,
      aud: server.url + path,
      iat: seconds,
      exp: seconds + 60,
      jti: randomUUID(),
      ...change,
    };
    const signed = `${text({ alg: 'ES384', typ: 'JWT', kid: 'k' })}.${text(claims)}`;
    const signature = sign('sha384', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }
  async function call(service: string, body: unknown, bearer: string | null = token(`/cds-services/${service}`)) {
    const response = await fetch(`${server.url}/cds-services/${service}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(body),
    });
    return {
      status: response.status,
      body: (await response.json()) as { cards: Card[]; code: string; where: { field?: string } },
    };
  }
  const patient = { resourceType: 'Patient', id: 'ruth', birthDate: ruth!.birthDate, gender: 'female' };
  const view = (change: object = {}) => ({
    hook: 'patient-view',
    hookInstance: randomUUID(),
    context: { userId: 'Practitioner/1', patientId: 'ruth' },
    prefetch: { patient },
    ...change,
  });
  const draft = (mg: number, code = '11124') => ({
    resourceType: 'MedicationRequest',
    id: 'draft',
    status: 'draft',
    intent: 'order',
    subject: { reference: 'Patient/ruth' },
    medicationCodeableConcept: { coding: [{ system: RXNORM, code }] },
    dosageInstruction: [
      {
        timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } },
        doseAndRate: [{ doseQuantity: { value: mg, code: 'mg', system: 'http://unitsofmeasure.org' } }],
      },
    ],
  });
  const orderSign = (order: object) =>
    view({
      hook: 'order-sign',
      context: {
        userId: 'Practitioner/1',
        patientId: 'ruth',
        draftOrders: { resourceType: 'Bundle', type: 'collection', entry: [{ resource: order }] },
      },
    });

  test('discovery is open to any origin', async () => {
    const response = await fetch(`${server.url}/cds-services`, { headers: { origin: 'https://anybody.example' } });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://anybody.example');
    const { services } = await response.json();
    expect(services.map(({ hook }: { hook: string }) => hook)).toEqual(['patient-view', 'order-select', 'order-sign']);
  });

  test('a record that is opened is told what the twin proposes, with drafts of its own patient', async () => {
    const { status, body } = await call('gemel-patient-view', view());
    expect(status, JSON.stringify(body)).toBe(200);
    const card = body.cards.find(({ suggestions }) => suggestions !== undefined)!;
    expect(card.summary.length).toBeLessThan(140);
    expect(card.source.label).toContain('Gemel');
    expect(card.links![0]).toMatchObject({ type: 'smart', url: `${server.url}/launch` });
    const { resource } = card.suggestions![0]!.actions[0]!;
    expect(resource).toMatchObject({
      resourceType: 'MedicationRequest',
      status: 'draft',
      subject: { reference: 'Patient/ruth' },
    });
    expect(JSON.stringify(resource)).not.toContain('urn:uuid');
    // Asked again, the same proposal stands: looking makes no new one.
    const again = await call('gemel-patient-view', view());
    expect(again.body.cards.map(({ uuid }) => uuid)).toContain(card.uuid);
  });

  test('feedback is kept in the log with the trace it is about', async () => {
    const { body } = await call('gemel-patient-view', view());
    const card = body.cards.find(({ suggestions }) => suggestions !== undefined)!.uuid;
    const given = {
      feedback: [
        {
          card,
          outcome: 'overridden',
          outcomeTimestamp: '2026-03-16T10:31:00Z',
          overrideReason: {
            reason: { code: 'data-wrong', system: 'urn:gemel:cds-override' },
            userComment: 'weight is old',
          },
        },
      ],
    };
    const say = (feedback: unknown) => call('gemel-patient-view/feedback', feedback);
    expect((await say(given)).status).toBe(200);
    expect((await say(given)).status).toBe(200);
    const kept = (await world.store.read({ subject: 'Patient/ruth', kinds: ['outcome'] })).map(
      ({ payload }) => payload,
    );
    expect(kept).toMatchObject([
      { kind: 'cds-feedback', card, outcome: 'overridden', overrideReason: { userComment: 'weight is old' } },
    ]);
    const unknown = { feedback: [{ ...given.feedback[0], card: 'made-up' }] };
    expect(await say(unknown)).toMatchObject({ status: 404, body: { code: 'cds-card-unknown' } });
    expect(await say({ feedback: [] })).toMatchObject({ status: 400, body: { code: 'cds-request' } });
  });

  test('an order past a limit is warned of, beside what the twin proposes', async () => {
    const { body } = await call('gemel-order-sign', orderSign(draft(20_000)));
    expect(body.cards.some(({ indicator }) => indicator === 'warning')).toBe(true);
    expect(body.cards.some(({ suggestions }) => suggestions !== undefined)).toBe(true);
  });

  test('an order of something that no twin doses, or that is not selected, is not spoken of', async () => {
    expect((await call('gemel-order-sign', orderSign(draft(500, '999999')))).body.cards).toEqual([]);
    const { context } = orderSign(draft(1000)) as unknown as { context: object };
    const select = (selections: string[]) =>
      call('gemel-order-select', view({ hook: 'order-select', context: { ...context, selections } }));
    expect((await select(['MedicationRequest/other'])).body.cards).toEqual([]);
    expect((await select(['MedicationRequest/draft'])).body.cards.length).toBeGreaterThan(0);
  });

  test('the patient is read from the FHIR server of the record where prefetch lacks them', async () => {
    const fhirAuthorization = {
      access_token: 'of-the-record',
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'patient/Patient.r',
      subject: 'gemel',
    };
    const { status, body } = await call(
      'gemel-patient-view',
      view({ prefetch: {}, fhirServer: hospitalUrl, fhirAuthorization }),
    );
    expect(status).toBe(200);
    expect(body.cards.length).toBeGreaterThan(0);
    expect(read).toContain('/Patient/ruth Bearer of-the-record');
  });

  test.each([
    ['a private address', { fhirServer: 'https://169.254.169.254' }, 400, 'server-address-refused'],
    ['this very server', { fhirServer: 'https://127.0.0.1' }, 400, 'server-address-refused'],
    ['an address that is none', { fhirServer: 'file:///etc/passwd' }, 400, 'cds-request'],
  ])('no patient is fetched from %s', async (_, change, status, code) => {
    expect(await call('gemel-patient-view', view({ prefetch: {}, ...change }))).toMatchObject({
      status,
      body: { code },
    });
  });

  test.each<[string, object, number, string, string?]>([
    ['no patient at all', { prefetch: {} }, 412, 'cds-patient-missing', 'prefetch.patient'],
    ['another patient prefetched', { prefetch: { patient: { ...patient, id: 'ben' } } }, 409, 'cds-patient-differs'],
    [
      'a patient of another birth date',
      { prefetch: { patient: { ...patient, birthDate: '1990-01-01' } } },
      409,
      'cds-patient-differs',
      'prefetch.patient.birthDate',
    ],
    ['another hook', { hook: 'order-sign' }, 400, 'cds-request', 'hook'],
    ['no instance', { hookInstance: 'x' }, 400, 'cds-request', 'hookInstance'],
    ['no patient id', { context: { userId: 'Practitioner/1' } }, 400, 'cds-request'],
    [
      'a patient id that leads elsewhere',
      { context: { userId: 'Practitioner/1', patientId: '../Observation' } },
      400,
      'cds-request',
    ],
    ['a context that is none', { context: [] }, 400, 'cds-request'],
  ])('a request with %s is refused with its code', async (_, change, status, code, field) => {
    const answer = await call('gemel-patient-view', view(change));
    expect(answer).toMatchObject({ status, body: { code } });
    if (field !== undefined) expect(answer.body.where.field).toBe(field);
  });

  test('of somebody who is not here nothing is said', async () => {
    const nobody = {
      context: { userId: 'Practitioner/1', patientId: 'nobody' },
      prefetch: { patient: { resourceType: 'Patient', id: 'nobody' } },
    };
    expect(await call('gemel-patient-view', view(nobody))).toMatchObject({ status: 200, body: { cards: [] } });
    expect(await call('gemel-nothing', view())).toMatchObject({ status: 404, body: { code: 'cds-service-unknown' } });
  });

  describe('a client', () => {
    const path = '/cds-services/gemel-patient-view';
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    test.each<[string, () => string | null]>([
      ['without a token', () => null],
      ['signed by another key', () => token(path, {}, other)],
      ['of another issuer', () => token(path, { iss: 'https://evil.example' })],
      ['for another server', () => token(path, { aud: 'https://other.example/cds-services/gemel-patient-view' })],
      ['that expired', () => token(path, { exp: Math.floor(Date.now() / 1000) - 60 })],
      ['made for an hour', () => token(path, { exp: Math.floor(Date.now() / 1000) + 3600 })],
      ['without an id', () => token(path, { jti: undefined })],
    ])('%s is refused', async (_, make) => {
      expect((await call('gemel-patient-view', view(), make())).status).toBe(401);
    });

    test('uses a token once, and for nothing else', async () => {
      const once = token(path);
      expect((await call('gemel-patient-view', view(), once)).status).toBe(200);
      expect((await call('gemel-patient-view', view(), once)).status).toBe(401);
      const response = await fetch(`${server.url}/api/twins`, { headers: { authorization: `Bearer ${token(path)}` } });
      expect(response.status).toBe(401);
    });
  });
});
