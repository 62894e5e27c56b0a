import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@gemel/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../access.ts';
import { LOCAL_PERSON } from '../auth/identify.ts';
import { type FhirFixture, type Json, observation, patient, startFhir } from './fhir.fixture.ts';

let server: FhirFixture;
beforeAll(async () => {
  server = await startFhir();
  for (const [id, family, birthDate] of [
    ['p1', 'Chalmers', '1974-12-25'],
    ['p2', 'Windsor', '1951-03-08'],
  ] as const) {
    const person = { identifier: [{ system: 'urn:mrn', value: id }], name: [{ family, given: [id] }], birthDate };
    await server.send('PUT', `Patient/${id}`, patient(id, person));
    await server.send(
      'PUT',
      `Observation/of-${id}`,
      observation(`of-${id}`, {
        subject: { reference: `Patient/${id}` },
        performer: [{ reference: 'Practitioner/d' }],
      }),
    );
  }
  await server.send('PUT', 'Practitioner/d', { resourceType: 'Practitioner', id: 'd', name: [{ family: 'D' }] });
});
afterAll(async () => {
  expect(server.failures).toEqual([]);
  await server.close();
});

const launched = (...scopes: readonly string[]): Caller => ({
  ...LOCAL_PERSON,
  agent: { id: 'client|app', kind: 'person', name: 'App', roles: ['patient'] },
  scopes,
  patient: 'Patient/p1',
  purpose: 'PATRQT',
});

async function as<T>(caller: Caller, work: () => Promise<T>): Promise<T> {
  server.caller = caller;
  try {
    return await work();
  } finally {
    server.caller = LOCAL_PERSON;
  }
}

describe('who may do what', () => {
  const reader = launched('patient/*.rs');

  it('a launched app reads and finds what is of its patient, and nothing of another', () =>
    as(reader, async () => {
      expect((await server.get('Patient/p1')).status).toBe(200);
      expect((await server.get('Observation/of-p1')).status).toBe(200);
      for (const path of [
        'Patient/p2',
        'Observation/of-p2',
        'Observation/of-p2/_history/1',
        'Observation/of-p2/_history',
        'Patient/p2/$everything',
        'Patient/p2/Observation',
      ])
        expect((await server.get(path)).status, path).toBe(403);
      expect(await server.ids('Observation')).toEqual(['of-p1']);
      expect(await server.ids('Patient')).toEqual(['p1']);
      expect(await server.ids('Observation?subject=Patient/p2')).toEqual([]);
      expect((await server.get('Observation?_summary=count')).body.total).toBe(1);
      expect(await server.ids('Practitioner')).toEqual(['d']);
    }));

  it('whether a patient is there at all is not told to who may not see them', () =>
    as(reader, async () => expect((await server.get('Patient/nobody')).status).toBe(403)));

  it('neither chains nor includes lead to what is of others', () =>
    as(reader, async () => {
      expect(await server.ids('Observation?subject:Patient.identifier=p2')).toEqual([]);
      expect((await server.get('Practitioner?_has:Observation:performer:subject=Patient/p2')).status).toBe(403);
      const { body } = await server.get('Practitioner?_revinclude=Observation:performer');
      expect(body.entry.map((one: Json) => one.resource.id)).toEqual(['d', 'of-p1']);
    }));

  it('a group is of none of its members, and closed to whose scopes reach one of them', async () => {
    const members = ['p1', 'p2'].map((id) => ({ entity: { reference: `Patient/${id}` } }));
    await server.send('PUT', 'Group/g', {
      resourceType: 'Group',
      id: 'g',
      type: 'person',
      actual: true,
      member: members,
    });
    await as(reader, async () => {
      expect((await server.get('Group/g')).status).toBe(403);
      expect(await server.ids('Group')).toEqual([]);
    });
    expect((await server.fhir.resources.read('Group', 'g'))!.subject).not.toContain('Patient');
  });

  it('nothing is written without a scope for it, nor of another, nor taken from another', async () => {
    const { status } = await as(reader, () => server.send('POST', 'Observation', observation(null)));
    expect(status).toBe(403);
    const writer: Caller = { ...LOCAL_PERSON, scopes: ['patient/*.cruds'], patient: 'Patient/p1' };
    await as(writer, async () => {
      expect((await server.send('POST', 'Observation', observation(null))).status).toBe(201);
      expect(
        (await server.send('POST', 'Observation', observation(null, { subject: { reference: 'Patient/p2' } }))).status,
      ).toBe(403);
      expect((await server.send('PUT', 'Observation/of-p2', observation('of-p2'))).status).toBe(403);
      expect((await server.send('DELETE', 'Observation/of-p2')).status).toBe(403);
      expect((await server.send('DELETE', 'Observation?_id=of-p2')).status).toBe(403);
      expect(
        (
          await server.send('PATCH', 'Observation/of-p2', [{ op: 'remove', path: '/valueQuantity' }], {
            'content-type': 'application/json-patch+json',
          })
        ).status,
      ).toBe(403);
      expect((await server.send('POST', 'Organization', { resourceType: 'Organization', name: 'x' })).status).toBe(403);
    });
    expect((await server.get('Observation/of-p2')).body.meta.versionId).toBe('1');
  });

  it('a scope for one category opens no other', () =>
    as(
      launched('patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory'),
      async () => {
        expect((await server.get('Observation/of-p1')).status).toBe(403);
      },
    ));

  it('policy is asked by the codes of what is read, in searches too', async () => {
    const loinc = /^http:\/\/loinc\.org\|/;
    const closed = await startFhir({
      governance: () => ({
        decide: async ({ action, labels = [] }) => ({
          permit: action !== 'read' || !labels.some((label) => loinc.test(label)),
          reason: 'not by LOINC',
          policies: [],
          consent: null,
        }),
        record: async () => {},
      }),
    });
    try {
      await closed.send('PUT', 'Patient/p1', patient('p1'));
      expect((await closed.send('PUT', 'Observation/o', observation('o'))).status).toBe(201);
      expect((await closed.get('Observation/o')).status).toBe(403);
      expect((await closed.get('Observation')).body.entry ?? []).toEqual([]);
      expect((await closed.get('Patient')).body.entry).toHaveLength(1);
    } finally {
      await closed.close();
    }
  });

  it('what policy refuses is refused, and that it was asked is recorded', async () => {
    const events: Json[] = [];
    const closed = await startFhir({
      governance: () => ({
        decide: async ({ type }) => ({
          permit: type !== 'Observation',
          reason: 'not Observations',
          policies: [],
          consent: null,
        }),
        record: async (some) => {
          events.push(...some);
        },
      }),
    });
    try {
      expect((await closed.send('PUT', 'Patient/p1', patient('p1'))).status).toBe(201);
      const refused = await closed.send('POST', 'Observation', observation(null));
      expect([refused.status, refused.body.issue[0].code]).toEqual([403, 'forbidden']);
      expect(events.map(({ outcome, request }) => [request.type, request.action, outcome])).toEqual([
        ['Patient', 'create', 'success'],
        ['Observation', 'create', 'minor-failure'],
      ]);
    } finally {
      await closed.close();
    }
  });
});

describe('the record of accesses', () => {
  it('has each write in the write’s own transaction, and each read and search', async () => {
    const { store } = server.world;
    const before = await store.lastSeq();
    await server.send('PUT', 'Patient/p1', patient('p1'));
    const [first, second] = (await store.read({ afterSeq: before, limit: 2 })).map(({ kind, subject }) => [
      kind,
      subject,
    ]);
    expect(first).toEqual(['resource', 'Patient/p1']);
    expect(second).toEqual(['access', 'Patient/p1']);
    const count = async () => {
      await server.world.governance.flush();
      return (await store.read({ kinds: ['access'] })).length;
    };
    const known = await count();
    await server.get('Patient/p1');
    await server.get('Patient?name=chalmers');
    await server.get('Patient/p1/$everything');
    expect(await count()).toBeGreaterThanOrEqual(known + 3);
  });
});

describe('twins', () => {
  it('know what is written, once, corrected and withdrawn', async () => {
    await server.fhir.settled();
    const { hub } = server.world;
    expect(await hub.subjects()).toEqual(expect.arrayContaining(['Patient/p1', 'Patient/p2']));
    const values = async () =>
      (await hub.record('Patient/p2')).observations.map(({ value }) => (value as { value: number }).value);
    expect(await values()).toEqual([100]);
    const moved = observation('of-p2', { subject: { reference: 'Patient/p2' } });
    await server.send('PUT', 'Observation/of-p2', { ...moved, valueQuantity: { ...moved.valueQuantity, value: 120 } });
    await server.fhir.settled();
    expect(await values()).toEqual([120]);
    await server.send('DELETE', 'Observation/of-p2');
    await server.fhir.settled();
    expect(await values()).toEqual([]);
  });

  it('are told at the next start of what a crash left untold, and of nothing twice', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gemel-fhir-'));
    const first = await startFhir({ folder });
    await first.send('PUT', 'Patient/p1', patient('p1'));
    await first.fhir.settled();
    await first.fhir.close();
    // Written to the log without a follower, as by a process that ended right after its commit.
    const resource = observation('late');
    await first.fhir.resources.write(
      {
        lookups: [],
        decide: () => ({ writes: [{ type: 'Observation', id: 'late', subject: 'Patient/p1', resource }] }),
      },
      instant(Date.UTC(2026, 0, 3)),
    );
    await first.close();
    for (let start = 0; start < 2; start++) {
      const again = await startFhir({ folder });
      await again.fhir.settled();
      expect((await again.world.hub.record('Patient/p1')).observations).toHaveLength(1);
      expect(again.failures).toEqual([]);
      await again.close();
    }
    await rm(folder, { recursive: true, force: true });
  });
});

describe('erasure', () => {
  it('takes all that is of the person out of every answer, and the name is not taken up again', async () => {
    await server.send('PUT', 'Patient/p3', patient('p3', { name: [{ family: 'Vanish' }] }));
    await server.send('PUT', 'Observation/of-p3', observation('of-p3', { subject: { reference: 'Patient/p3' } }));
    await server.fhir.settled();
    await server.world.store.erase('Patient/p3');
    for (const path of ['Patient/p3', 'Observation/of-p3', 'Observation/of-p3/_history/1'])
      expect([404, 410], path).toContain((await server.get(path)).status);
    expect(await server.ids('Patient?family=vanish')).toEqual([]);
    expect(await server.ids('Observation?_id=of-p3')).toEqual([]);
    expect(JSON.stringify((await server.get('_history?_count=500')).body)).not.toContain('Vanish');
    expect((await server.send('PUT', 'Patient/p3', patient('p3'))).status).toBe(410);
    await server.fhir.settled();
  });
});
