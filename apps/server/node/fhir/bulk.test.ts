import { afterAll, beforeAll, expect, it } from 'vitest';
import { LOCAL_PERSON } from '../auth/identify.ts';
import { type FhirFixture, type Json, observation, patient, startFhir } from './fhir.fixture.ts';

let server: FhirFixture;
beforeAll(async () => {
  server = await startFhir();
  for (const id of ['p1', 'p2']) {
    await server.send('PUT', `Patient/${id}`, patient(id, { name: [{ family: id }] }));
    for (let i = 0; i < 3; i++)
      await server.send(
        'PUT',
        `Observation/${id}-${i}`,
        observation(`${id}-${i}`, { subject: { reference: `Patient/${id}` } }),
      );
  }
  await server.send('PUT', 'Organization/org', { resourceType: 'Organization', id: 'org', name: 'Org' });
  await server.send('PUT', 'Group/g', {
    resourceType: 'Group',
    id: 'g',
    type: 'person',
    actual: true,
    member: [{ entity: { reference: 'Patient/p2' } }],
  });
});
afterAll(() => server.close());

const ASYNC = { prefer: 'respond-async' };
const local = (url: string) => url.replace('http://here/fhir', '');

/** Starts an export and waits for its manifest. */
async function exported(path: string): Promise<Json> {
  const started = await server.get(path, ASYNC);
  expect(started.status, JSON.stringify(started.body)).toBe(202);
  for (;;) {
    const status = await server.get(local(started.headers['content-location']!));
    if (status.status === 200) return status.body;
    expect(status.status).toBe(202);
  }
}

const counts = (manifest: Json) => Object.fromEntries(manifest.output.map((one: Json) => [one.type, one.count]));

it('gives everything, what is of patients, and what is of a group’s patients, as NDJSON', async () => {
  expect(counts(await exported('$export'))).toMatchObject({ Patient: 2, Observation: 6, Organization: 1, Group: 1 });
  expect(counts(await exported('Patient/$export'))).toEqual({ Patient: 2, Observation: 6, Group: 1 });
  const group = await exported('Group/g/$export');
  expect(counts(group)).toEqual({ Patient: 1, Observation: 3, Group: 1 });
  const { url } = group.output.find((one: Json) => one.type === 'Observation');
  const { body, headers } = await server.get(local(url), { accept: 'application/fhir+ndjson' });
  expect(headers['content-type']).toContain('application/fhir+ndjson');
  expect(body.map((one: Json) => one.id)).toEqual(['p2-0', 'p2-1', 'p2-2']);
});

it('gives the types asked for, and what was written since', async () => {
  expect(counts(await exported('$export?_type=Organization,Group'))).toEqual({ Organization: 1, Group: 1 });
  const { transactionTime } = await exported('$export');
  await server.send('PUT', 'Organization/later', { resourceType: 'Organization', id: 'later', name: 'Later' });
  expect(counts(await exported(`$export?_since=${transactionTime}`))).toEqual({ Organization: 1 });
});

it('leaves what is written later to the next', async () => {
  const manifest = await exported('$export?_type=Organization');
  await server.send('PUT', 'Organization/after', { resourceType: 'Organization', id: 'after', name: 'After' });
  const { body } = await server.get(local(manifest.output[0].url));
  expect(body.map((one: Json) => one.id)).not.toContain('after');
});

it('is of who asked for it, and gone once it is cancelled', async () => {
  const started = await server.get('$export', ASYNC);
  const status = local(started.headers['content-location']!);
  server.caller = { ...LOCAL_PERSON, agent: { ...LOCAL_PERSON.agent, id: 'person|other' } };
  expect((await server.get(status)).status).toBe(404);
  server.caller = { ...LOCAL_PERSON, scopes: ['patient/*.rs'], patient: 'Patient/p1' };
  expect((await server.get('$export', ASYNC)).status).toBe(403);
  server.caller = LOCAL_PERSON;
  expect((await server.send('DELETE', status)).status).toBe(202);
  expect((await server.get(status)).status).toBe(404);
});

it.each([
  ['$export', {}, 400],
  ['$export?_outputFormat=csv', ASYNC, 400],
  ['$export?_type=Nonsense', ASYNC, 400],
  ['$export?_since=soon', ASYNC, 400],
  ['$export?_typeFilter=Patient', ASYNC, 400],
  ['Group/none/$export', ASYNC, 404],
  ['$export-status/none', {}, 404],
  ['$export-file/none/Patient.ndjson', {}, 404],
  ['$export-file/..%2F..%2Fmaster.key/x', {}, 404],
] as const)('%s is refused', async (path, headers, status) =>
  expect((await server.get(path, headers)).status).toBe(status),
);
