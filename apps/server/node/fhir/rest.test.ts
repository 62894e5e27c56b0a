import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FhirFixture, type Json, observation, patient, startFhir } from './fhir.fixture.ts';

let server: FhirFixture;
beforeAll(async () => {
  server = await startFhir();
});
afterAll(async () => {
  expect(server.failures).toEqual([]);
  await server.close();
});

const code = (body: Json): string => body.issue[0].details.coding[0].code;

describe('one resource', () => {
  it('is created, read, read by version, updated, deleted and told of in its history', async () => {
    const created = await server.send('POST', 'Patient', patient(null));
    expect(created.status).toBe(201);
    const { id } = created.body;
    expect(created.body.meta).toMatchObject({ versionId: '1' });
    expect(created.headers).toMatchObject({ etag: 'W/"1"', location: `http://here/fhir/Patient/${id}/_history/1` });
    const read = await server.get(`Patient/${id}`);
    expect(read.body).toEqual(created.body);
    const updated = await server.send('PUT', `Patient/${id}`, { ...patient(id), gender: 'female' });
    expect(updated).toMatchObject({ status: 200, body: { gender: 'female', meta: { versionId: '2' } } });
    expect((await server.get(`Patient/${id}/_history/1`)).body.gender).toBe('male');
    expect((await server.send('DELETE', `Patient/${id}`)).status).toBe(204);
    expect((await server.send('DELETE', `Patient/${id}`)).status).toBe(204);
    const gone = await server.get(`Patient/${id}`);
    expect([gone.status, code(gone.body)]).toEqual([410, 'rest-gone']);
    const history = (await server.get(`Patient/${id}/_history`)).body;
    expect(history.entry.map((one: Json) => one.request.method)).toEqual(['DELETE', 'PUT', 'POST']);
    expect((await server.get(`Patient/${id}/_history/9`)).status).toBe(404);
    expect((await server.send('PUT', `Patient/${id}`, patient(id))).status).toBe(201);
  });

  it('is created under an id that the client chose, and its write says what came of it as is preferred', async () => {
    expect((await server.send('PUT', 'Patient/mine', patient('mine'), { prefer: 'return=minimal' })).body).toBeNull();
    const told = await server.send('PUT', 'Patient/mine', patient('mine'), { prefer: 'return=OperationOutcome' });
    expect(told.body.resourceType).toBe('OperationOutcome');
  });

  it('is not overwritten by who has not seen its newest version', async () => {
    await server.send('PUT', 'Patient/etag', patient('etag'));
    const second = await server.send('PUT', 'Patient/etag', patient('etag'), { 'if-match': 'W/"1"' });
    expect(second.status).toBe(200);
    const stale = await server.send('PUT', 'Patient/etag', patient('etag'), { 'if-match': 'W/"1"' });
    expect([stale.status, code(stale.body)]).toEqual([412, 'rest-precondition']);
    expect((await server.send('DELETE', 'Patient/etag', undefined, { 'if-match': 'W/"1"' })).status).toBe(412);
    expect((await server.send('PUT', 'Patient/etag', patient('etag'), { 'if-none-match': '*' })).status).toBe(412);
    expect((await server.send('PUT', 'Patient/etag', patient('etag'), { 'if-match': 'two' })).status).toBe(412);
  });

  it('is not sent again to who has it', async () => {
    const { headers } = await server.send('PUT', 'Patient/cached', patient('cached'));
    expect((await server.get('Patient/cached', { 'if-none-match': headers.etag! })).status).toBe(304);
    expect((await server.get('Patient/cached', { 'if-none-match': 'W/"9"' })).status).toBe(200);
    expect((await server.get('Patient/cached', { 'if-modified-since': headers['last-modified']! })).status).toBe(304);
    expect((await server.get('Patient/cached', { 'if-modified-since': 'Thu, 01 Jan 2015 00:00:00 GMT' })).status).toBe(
      200,
    );
  });

  it('is given in part where that is asked', async () => {
    await server.send('PUT', 'Observation/part', observation('part', { note: [{ text: 'x' }] }));
    const summary = (await server.get('Observation/part?_summary=true')).body;
    expect(summary.note).toBeUndefined();
    expect(summary.valueQuantity).toBeDefined();
    expect(summary.meta.tag[0].code).toBe('SUBSETTED');
    const elements = (await server.get('Observation/part?_elements=note')).body;
    expect(Object.keys(elements).sort()).toEqual(['code', 'id', 'meta', 'note', 'resourceType', 'status']);
  });

  it.each([
    ['POST', 'Patient', '{', 400, 'server-request-invalid'],
    ['POST', 'Patient', '[]', 400, 'rest-body'],
    ['POST', 'Patient', '{"resourceType":"Observation"}', 400, 'rest-body'],
    ['POST', 'Nonsense', '{}', 404, 'rest-type-unknown'],
    ['POST', 'Patient', `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`, 400, 'server-body-too-deep'],
    ['POST', 'Patient', '{"__proto__":{"x":1},"resourceType":"Patient"}', 400, 'server-request-invalid'],
    ['PUT', 'Patient/other', '{"resourceType":"Patient","id":"mine"}', 400, 'rest-id'],
    ['PUT', 'Patient/other', '{"resourceType":"Patient"}', 400, 'rest-id'],
    ['PUT', 'Patient/a%20b', '{"resourceType":"Patient","id":"a b"}', 400, 'rest-id'],
    ['PUT', `Patient/${'x'.repeat(65)}`, '{}', 400, 'rest-id'],
    ['GET', 'Patient/..%2F..%2Fetc%2Fpasswd', undefined, 400, 'rest-id'],
    ['GET', 'Patient/nobody', undefined, 404, 'rest-not-found'],
    ['GET', 'Patient/mine/_history/x', undefined, 404, 'rest-not-found'],
    ['GET', 'Patient/mine/nothing', undefined, 404, 'rest-route-unknown'],
    ['GET', 'Patient/mine/$nothing', undefined, 404, 'rest-route-unknown'],
    ['GET', '$nothing', undefined, 404, 'rest-route-unknown'],
    ['POST', 'Patient', '<Patient/>', 400, 'server-request-invalid'],
  ] as const)('%s %s with %s: %s', async (method, path, body, status, wanted) => {
    const answer = await server.send(method, path, body);
    expect([answer.status, code(answer.body)]).toEqual([status, wanted]);
    expect(answer.headers['content-type']).toContain('application/fhir+json');
  });

  it('that is not valid is refused with every issue, and nothing is kept', async () => {
    const answer = await server.send('PUT', 'Observation/bad', {
      ...observation('bad'),
      status: 'perhaps',
      valueQuantity: { value: 'x' },
    });
    expect(answer.status).toBe(422);
    expect(answer.body.issue.length).toBeGreaterThan(1);
    expect(answer.body.issue.map((one: Json) => one.expression?.[0])).toContain('Observation.status');
    expect((await server.get('Observation/bad')).status).toBe(404);
  });

  it('is spoken of in JSON alone', async () => {
    expect((await server.get('Patient/mine', { accept: 'application/fhir+xml' })).status).toBe(406);
    expect((await server.get('Patient/mine?_format=xml')).status).toBe(406);
    expect((await server.send('POST', 'Patient', '<x/>', { 'content-type': 'application/fhir+xml' })).status).toBe(415);
  });
});

describe('patches', () => {
  const start = () =>
    server.send(
      'PUT',
      'Patient/patched',
      patient('patched', { telecom: ['1', '2'].map((value) => ({ system: 'phone', value })) }),
    );
  const json = (steps: unknown) =>
    server.send('PATCH', 'Patient/patched', steps, { 'content-type': 'application/json-patch+json' });
  const path = (...operations: Json[]) =>
    server.send('PATCH', 'Patient/patched', {
      resourceType: 'Parameters',
      parameter: operations.map((operation) => ({
        name: 'operation',
        part: Object.entries(operation).map(([name, value]) =>
          typeof value === 'object' ? { name, ...(value as object) } : { name, valueString: value },
        ),
      })),
    });

  it('by JSON Patch change what they name', async () => {
    await start();
    const { status, body } = await json([
      { op: 'test', path: '/gender', value: 'male' },
      { op: 'replace', path: '/gender', value: 'other' },
      { op: 'add', path: '/telecom/-', value: { system: 'phone', value: '3' } },
      { op: 'move', from: '/telecom/0', path: '/telecom/2' },
      { op: 'copy', from: '/telecom/0', path: '/telecom/0' },
      { op: 'remove', path: '/birthDate' },
    ]);
    expect(status).toBe(200);
    expect(body.gender).toBe('other');
    expect(body.birthDate).toBeUndefined();
    expect(body.telecom.map((one: Json) => one.value)).toEqual(['2', '2', '3', '1']);
    const emptied = await json([0, 0, 0, 0].map(() => ({ op: 'remove', path: '/telecom/0' })));
    expect(emptied.body.telecom).toBeUndefined();
  });

  it.each([
    [[{ op: 'test', path: '/gender', value: 'unlikely' }], 422, 'rest-patch'],
    [[{ op: 'remove', path: '/nothing' }], 422, 'rest-patch'],
    [[{ op: 'replace', path: '/telecom/9', value: {} }], 422, 'rest-patch'],
    [[{ op: 'add', path: '/telecom/01', value: {} }], 422, 'rest-patch'],
    [[{ op: 'add', path: '/__proto__/x', value: 1 }], 422, 'rest-patch'],
    [[{ op: 'move', from: '/telecom', path: '/telecom/0' }], 422, 'rest-patch'],
    [[{ op: 'replace', path: '/id', value: 'else' }], 422, 'rest-patch'],
    [[{ op: 'drop', path: '/id' }], 422, 'rest-patch'],
    [[{ path: '/id' }], 400, 'rest-body'],
    [{ resourceType: 'Patient' }, 400, 'rest-body'],
  ])('%j is refused', async (steps, status, wanted) => {
    await start();
    const answer = await json(steps);
    expect([answer.status, code(answer.body)]).toEqual([status, wanted]);
  });

  it('that would make the resource invalid are refused', async () => {
    await start();
    expect((await json([{ op: 'replace', path: '/gender', value: 'perhaps' }])).status).toBe(422);
    expect((await server.get('Patient/patched')).body.gender).toBe('male');
  });

  it('by FHIRPath Patch change what they name', async () => {
    await start();
    const { status, body } = await path(
      { type: 'replace', path: 'Patient.gender', value: { valueCode: 'other' } },
      {
        type: 'add',
        path: 'Patient',
        name: 'contact',
        value: { part: [{ name: 'name', valueHumanName: { text: 'a name' } }] },
      },
      { type: 'add', path: 'Patient.name[0]', name: 'prefix', value: { valueString: 'Dr' } },
      {
        type: 'insert',
        path: 'Patient.telecom',
        value: { valueContactPoint: { system: 'phone', value: '0' } },
        index: { valueInteger: 0 },
      },
      { type: 'move', path: 'Patient.telecom', source: { valueInteger: 0 }, destination: { valueInteger: 2 } },
      { type: 'delete', path: "Patient.telecom.where(value = '1')" },
      { type: 'delete', path: 'Patient.deceased' },
    );
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.gender).toBe('other');
    expect(body.contact).toEqual([{ name: { text: 'a name' } }]);
    expect(body.name[0].prefix).toEqual(['Dr']);
    expect(body.telecom.map((one: Json) => one.value)).toEqual(['2', '0']);
  });

  it('by FHIRPath Patch that cannot be carried out are refused', async () => {
    await start();
    for (const operation of [
      { type: 'replace', path: 'Patient.photo', value: { valueString: 'x' } },
      { type: 'delete', path: 'Patient.telecom' },
      { type: 'add', path: 'Patient', name: 'gender', value: { valueCode: 'male' } },
      { type: 'add', path: 'Patient', name: '__proto__', value: { valueCode: 'male' } },
      { type: 'insert', path: 'Patient.telecom', value: { valueContactPoint: {} }, index: { valueInteger: 7 } },
      { type: 'drop', path: 'Patient.gender' },
      { type: 'replace', path: 'Patient.name.where(', value: { valueString: 'x' } },
    ]) {
      const answer = await path(operation);
      expect(answer.status, JSON.stringify(operation)).toBe(422);
    }
  });

  it('at once all take effect', async () => {
    await server.send('PUT', 'Patient/many', patient('many'));
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        server.send('PATCH', 'Patient/many', [{ op: 'add', path: '/name/0/given/-', value: `n${i}` }], {
          'content-type': 'application/json-patch+json',
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect((await server.get('Patient/many')).body.name[0].given.slice(1).sort()).toEqual([
      'n0',
      'n1',
      'n2',
      'n3',
      'n4',
      'n5',
    ]);
  });
});

describe('conditions', () => {
  const mrn = (value: string) => ({ identifier: [{ system: 'urn:mrn', value }] });

  it('64 creations at once of one patient make one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 64 }, () =>
        server.send('POST', 'Patient', patient(null, mrn('once')), { 'if-none-exist': 'identifier=urn:mrn|once' }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(63);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await server.ids('Patient?identifier=urn:mrn|once')).toHaveLength(1);
  });

  it('64 conditional updates at once make one patient, changed 63 times', async () => {
    const answers = await Promise.all(
      Array.from({ length: 64 }, () => server.send('PUT', 'Patient?identifier=urn:mrn|put', patient(null, mrn('put')))),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const found = await server.ids('Patient?identifier=urn:mrn|put');
    expect(found).toHaveLength(1);
    expect((await server.get(`Patient/${found[0]}`)).body.meta.versionId).toBe('64');
  });

  it('met by several are refused, met by one are carried out', async () => {
    await server.send('POST', 'Patient', patient(null, mrn('twice')));
    await server.send('POST', 'Patient', patient(null, mrn('twice')));
    for (const answer of [
      await server.send('POST', 'Patient', patient(null), { 'if-none-exist': 'identifier=urn:mrn|twice' }),
      await server.send('PUT', 'Patient?identifier=urn:mrn|twice', patient(null)),
      await server.send('DELETE', 'Patient?identifier=urn:mrn|twice'),
      await server.send('PATCH', 'Patient?identifier=urn:mrn|twice', [], {
        'content-type': 'application/json-patch+json',
      }),
    ])
      expect([answer.status, code(answer.body)]).toEqual([412, 'rest-several']);
    expect((await server.send('DELETE', 'Patient?identifier=urn:mrn|once')).status).toBe(204);
    expect(await server.ids('Patient?identifier=urn:mrn|once')).toEqual([]);
  });

  it('that say nothing, or what is not known, write nothing', async () => {
    for (const path of ['Patient', 'Patient?_count=1', 'Patient?nonsense=1']) {
      expect([400, 412]).toContain((await server.send('DELETE', path)).status);
      expect([400, 412]).toContain((await server.send('PUT', path, patient(null))).status);
    }
  });

  it('do not overwrite what bears the id of the body but does not meet them', async () => {
    await server.send('PUT', 'Patient/taken', patient('taken'));
    const answer = await server.send('PUT', 'Patient?identifier=urn:mrn|none', patient('taken', mrn('none')));
    expect(answer.status).toBe(412);
  });
});

describe('history', () => {
  it('of all and of a type goes on page by page', async () => {
    for (let i = 0; i < 10; i++) await server.send('PUT', 'Patient/told', patient('told'));
    const first = (await server.get('_history?_count=5')).body;
    expect(first.entry).toHaveLength(5);
    const next = first.link.find((one: Json) => one.relation === 'next').url.replace('http://here/fhir', '');
    const second = (await server.get(next)).body;
    const urls = [...first.entry, ...second.entry].map((one: Json) => `${one.fullUrl} ${one.response.etag}`);
    expect(new Set(urls).size).toBe(10);
    await server.send('PUT', 'Practitioner/doc', { resourceType: 'Practitioner', id: 'doc' });
    const typed = (await server.get('Practitioner/_history')).body;
    expect(typed.entry.every((one: Json) => one.fullUrl.includes('/Practitioner/'))).toBe(true);
    expect((await server.get('_history?_since=2030-01-01T00:00:00Z')).body.entry).toBeUndefined();
    for (const query of ['_count=x', '_since=soon', '_page=x'])
      expect((await server.get(`_history?${query}`)).status).toBe(400);
  });
});
