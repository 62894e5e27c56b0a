import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FhirFixture, type Json, observation, patient, startFhir } from './fhir.fixture.ts';

let server: FhirFixture;
beforeAll(async () => {
  server = await startFhir();
  await server.send('PUT', 'Patient/mine', patient('mine'));
});
afterAll(async () => {
  expect(server.failures).toEqual([]);
  await server.close();
});

const code = (body: Json): string => body.issue[0].details.coding[0].code;

describe('searches', () => {
  beforeAll(async () => {
    for (let i = 0; i < 9; i++) {
      const given = observation(`s${i}`, {
        subject: { reference: `Patient/${i % 2 === 0 ? 'even' : 'odd'}` },
        effectiveDateTime: `2026-01-0${9 - i}`,
        valueQuantity: { value: i / 10, unit: 'g/L', system: 'http://unitsofmeasure.org', code: 'g/L' },
        performer: [{ reference: 'Practitioner/doc' }],
        meta: { tag: [{ system: 'urn:t', code: 'search' }] },
      });
      expect((await server.send('PUT', `Observation/s${i}`, given)).status).toBe(201);
    }
    await server.send(
      'PUT',
      'Patient/even',
      patient('even', { name: [{ family: 'Even' }], generalPractitioner: [{ reference: 'Practitioner/doc' }] }),
    );
    await server.send('PUT', 'Patient/odd', patient('odd', { name: [{ family: 'Odd' }] }));
    await server.send('PUT', 'Practitioner/doc', {
      resourceType: 'Practitioner',
      id: 'doc',
      name: [{ family: 'Doc' }],
    });
  });

  it('go on page by page by links that say where', async () => {
    const found: string[] = [];
    let link = '/Observation?_tag=search&_count=4&_sort=date';
    for (let pages = 0; pages < 5; pages++) {
      const { body } = await server.get(link);
      found.push(...body.entry.map((one: Json) => one.resource.id));
      const next = body.link.find((one: Json) => one.relation === 'next');
      if (next === undefined) break;
      link = next.url.replace('http://here/fhir', '');
    }
    expect(found).toEqual(['s8', 's7', 's6', 's5', 's4', 's3', 's2', 's1', 's0']);
  });

  it('tell how many there are where that is asked', async () => {
    const counted = async (query: string) => (await server.get(`Observation?_tag=search&${query}`)).body;
    expect((await counted('_count=2&_total=accurate')).total).toBe(9);
    expect((await counted('_count=2')).total).toBeUndefined();
    expect(await counted('_summary=count')).toMatchObject({ total: 9 });
    expect((await counted('_count=0')).entry).toBeUndefined();
    expect((await counted('')).total).toBe(9);
  });

  it('follow chains, come back from what refers, and include both ways, on and on', async () => {
    expect(await server.ids('Observation?_tag=search&patient.name=odd')).toEqual(['s1', 's3', 's5', 's7']);
    expect(
      await server.ids('Observation?_tag=search&subject:Patient.general-practitioner.name=doc&_sort=-date'),
    ).toEqual(['s0', 's2', 's4', 's6', 's8']);
    expect(
      await server.ids('Patient?_has:Observation:patient:value-quantity=gt750|http://unitsofmeasure.org|mg/L'),
    ).toEqual(['even']);
    const { body } = await server.get(
      'Observation?_id=s0&_include=Observation:patient&_include:iterate=Patient:general-practitioner',
    );
    const included = body.entry
      .filter((one: Json) => one.search.mode === 'include')
      .map((one: Json) => one.resource.id);
    expect(included).toEqual(['even', 'doc']);
    const back = (await server.get('Patient?_id=odd&_revinclude=Observation:subject')).body.entry.map(
      (one: Json) => one.resource.id,
    );
    expect(back).toEqual(['odd', 's1', 's3', 's5', 's7']);
  });

  it('come as forms too, and within a compartment', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(
      (await server.send('POST', 'Observation/_search?_tag=search', 'patient=odd&_count=1', form)).body.entry,
    ).toHaveLength(1);
    expect(await server.ids('Patient/odd/Observation?_tag=search')).toEqual(['s1', 's3', 's5', 's7']);
    expect((await server.get('Patient/odd/Organization')).status).toBe(404);
  });

  it('leave out what is not known and say so, or refuse it', async () => {
    const { body } = await server.get('Observation?_tag=search&nonsense=1&_count=1');
    expect(body.entry.at(-1).resource.issue[0].details.text).toContain('nonsense');
    expect(body.link[0].url).not.toContain('nonsense');
    const strict = await server.get('Observation?nonsense=1', { prefer: 'handling=strict' });
    expect([strict.status, code(strict.body)]).toEqual([400, 'search-parameter-unknown']);
  });

  it.each([
    "code=x' or '1'='1",
    "code=x'; drop table entry; --",
    'code=%00',
    'patient.name=%25',
    'identifier=%5C',
    'code-value-quantity=a$b$c',
    `code=${'x'.repeat(5000)}`,
    '_page=AAAA',
    `_page=${Buffer.from('["x",{}]').toString('base64url')}`,
    `_sort=date&_page=${Buffer.from('[1]').toString('base64url')}`,
    '_id=%27%20or%201=1',
    '_has:Observation:patient:code=1',
    'date=gt%27',
    'value-quantity=1%7C%27%7C%27',
  ])('%s finds nothing or is refused, and harms nothing', async (query) => {
    const { status, body } = await server.get(`Observation?${query}`);
    expect([200, 400]).toContain(status);
    if (status === 200) expect((body.entry ?? []).filter((one: Json) => one.search.mode === 'match')).toEqual([]);
    expect(await server.ids('Observation?_id=s0')).toEqual(['s0']);
  });
});

describe('batch and transaction', () => {
  const entry = (method: string, url: string, resource?: Json, more: object = {}) => ({
    ...(resource === undefined ? {} : { resource }),
    request: { method, url, ...more },
  });
  const bundle = (type: string, entries: readonly object[]) =>
    server.send('POST', '', { resourceType: 'Bundle', type, entry: entries });

  it('a transaction writes all, with references to each other led to what they became', async () => {
    const { status, body } = await bundle(
      'transaction',
      [
        {
          fullUrl: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0',
          ...entry('POST', 'Patient', patient(null, { identifier: [{ system: 'urn:mrn', value: 'tx' }] })),
        },
        {
          fullUrl: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e1',
          ...entry(
            'POST',
            'Observation',
            observation(null, { subject: { reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' } }),
          ),
        },
        entry(
          'PUT',
          'Observation/tx2',
          observation('tx2', { subject: { reference: 'Practitioner?identifier=urn:d|1' } }),
        ),
        entry('PUT', 'Practitioner/txd', {
          resourceType: 'Practitioner',
          id: 'txd',
          identifier: [{ system: 'urn:d', value: '2' }],
        }),
        entry('GET', 'Patient?identifier=urn:mrn|tx'),
      ].filter((_, i) => i !== 2),
    );
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.type).toBe('transaction-response');
    expect(body.entry.map((one: Json) => one.response.status)).toEqual(['201', '201', '201', '200']);
    const [, patientId] = /Patient\/([^/]+)/.exec(body.entry[0].response.location)!;
    const [, observationId] = /Observation\/([^/]+)/.exec(body.entry[1].response.location)!;
    expect((await server.get(`Observation/${observationId}`)).body.subject.reference).toBe(`Patient/${patientId}`);
    expect(body.entry[3].resource.entry[0].resource.id).toBe(patientId);
    const conditional = await bundle('transaction', [
      entry(
        'PUT',
        'Observation/tx3',
        observation('tx3', { performer: [{ reference: 'Practitioner?identifier=urn:d|2' }] }),
      ),
    ]);
    expect(conditional.status).toBe(200);
    expect((await server.get('Observation/tx3')).body.performer[0].reference).toBe('Practitioner/txd');
  });

  it('a transaction that fails anywhere writes nothing', async () => {
    for (const [wrong, wanted] of [
      [entry('PUT', 'Observation/txb', { ...observation('txb'), status: 'perhaps' }), 422],
      [
        entry(
          'PUT',
          'Observation/txb',
          observation('txb', { subject: { reference: 'Patient?identifier=urn:none|1' } }),
        ),
        400,
      ],
      [
        entry(
          'PUT',
          'Observation/txb',
          observation('txb', { subject: { reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-000000000000' } }),
        ),
        400,
      ],
      [entry('PUT', 'Patient/txa', patient('txa')), 400],
      [entry('PUT', 'Patient/mine', patient('mine'), { ifMatch: 'W/"999"' }), 412],
      [entry('PUT', 'Nonsense/1', {}), 404],
      [entry('POST', 'Observation/x', observation('x')), 400],
      [entry('BREW', 'Patient/x'), 400],
      [{ resource: patient('x') }, 400],
    ] as const) {
      const answer = await bundle('transaction', [entry('PUT', 'Patient/txa', patient('txa')), wrong]);
      expect(answer.status, JSON.stringify(answer.body)).toBe(wanted);
      expect(answer.body.resourceType).toBe('OperationOutcome');
      expect((await server.get('Patient/txa')).status).toBe(404);
    }
  });

  it('a transaction creates under a condition once, also against others at once', async () => {
    const one = () =>
      bundle('transaction', [
        {
          fullUrl: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e2',
          ...entry('POST', 'Patient', patient(null, { identifier: [{ system: 'urn:mrn', value: 'cond' }] }), {
            ifNoneExist: 'identifier=urn:mrn|cond',
          }),
        },
        entry(
          'POST',
          'Observation',
          observation(null, {
            subject: { reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e2' },
            identifier: [{ system: 'urn:o', value: 'cond' }],
          }),
        ),
      ]);
    const answers = await Promise.all(Array.from({ length: 16 }, one));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await server.ids('Patient?identifier=urn:mrn|cond')).toHaveLength(1);
    expect(await server.ids('Observation?identifier=urn:o|cond&patient.identifier=urn:mrn|cond')).toHaveLength(16);
  });

  it('a batch carries out each entry by itself', async () => {
    const { body } = await bundle('batch', [
      entry('PUT', 'Patient/b1', patient('b1')),
      entry('PUT', 'Patient/b2', { resourceType: 'Patient', id: 'b2', gender: 'perhaps' }),
      entry('GET', 'Patient/nobody'),
      entry('PATCH', 'Patient/mine', {
        resourceType: 'Binary',
        contentType: 'application/json-patch+json',
        data: Buffer.from('[{"op":"replace","path":"/gender","value":"other"}]').toString('base64'),
      }),
      entry('DELETE', 'Patient/never-was'),
    ]);
    expect(body.entry.map((one: Json) => one.response.status)).toEqual(['201', '422', '404', '200', '204']);
    expect(body.entry[1].response.outcome.issue).toHaveLength(1);
  });

  it.each([
    [{ resourceType: 'Bundle', type: 'collection' }, 400],
    [{ resourceType: 'Patient' }, 400],
    [{ resourceType: 'Bundle', type: 'transaction', entry: Array.from({ length: 10_001 }, () => ({})) }, 413],
  ])('another body at the root is refused', async (body, status) =>
    expect((await server.send('POST', '', body)).status).toBe(status),
  );

  it('an empty one is answered empty', async () => {
    expect((await bundle('transaction', [])).body).toEqual({ resourceType: 'Bundle', type: 'transaction-response' });
  });
});

describe('operations and capability', () => {
  it('$everything gives what is in the compartment and what it refers to', async () => {
    const { body } = await server.get('Patient/even/$everything');
    const found = body.entry.map((one: Json) => `${one.resource.resourceType}/${one.resource.id}`);
    expect(found).toEqual(
      expect.arrayContaining(['Patient/even', 'Observation/s0', 'Observation/s8', 'Practitioner/doc']),
    );
    expect(found).not.toContain('Observation/s1');
    const part = (await server.get('Patient/even/$everything?_type=Observation&start=2026-01-05&end=2026-01-07')).body;
    expect(part.entry.map((one: Json) => one.resource.id)).toEqual(['even', 's2', 's4']);
    expect((await server.get('Patient/nobody/$everything')).status).toBe(404);
    expect((await server.get('Patient/even/$everything?start=soon')).status).toBe(400);
  });

  it('$lastn gives the newest of each code', async () => {
    const ids = async (query: string) =>
      (await server.get(`Observation/$lastn?${query}`)).body.entry.map((one: Json) => one.resource.id);
    expect(await ids('patient=Patient/odd')).toEqual(['s1']);
    expect(await ids('patient=Patient/odd&max=2')).toEqual(['s1', 's3']);
    expect((await server.get('Observation/$lastn')).status).toBe(400);
    expect((await server.get('Observation/$lastn?patient=odd&max=0')).status).toBe(400);
  });

  it('$validate tells and keeps nothing', async () => {
    const wrong = await server.send('POST', 'Patient/$validate', { resourceType: 'Patient', gender: 'perhaps' });
    expect(wrong.body.issue[0].severity).toBe('error');
    const parameters = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'resource', resource: patient(null) },
        { name: 'mode', valueCode: 'create' },
      ],
    };
    const right = await server.send('POST', 'Patient/$validate', parameters);
    expect(right.body.issue.filter((one: Json) => one.severity === 'error')).toEqual([]);
    expect((await server.get('Patient/even/$validate')).status).toBe(200);
    expect((await server.send('POST', 'Patient/$validate', {})).status).toBe(400);
  });

  it('the CapabilityStatement is valid and lists what is answered', async () => {
    const { body } = await server.get('metadata');
    const checked = await server.send('POST', 'CapabilityStatement/$validate', body);
    expect(checked.body.issue.filter((one: Json) => one.severity === 'error')).toEqual([]);
    const of = (type: string) => body.rest[0].resource.find((one: Json) => one.type === type);
    for (const { name } of of('Patient').searchParam)
      expect((await server.get(`Patient?${name}=2020`, { prefer: 'handling=strict' })).status, name).toBe(200);
    for (const include of of('Observation').searchInclude)
      expect((await server.get(`Observation?_id=s0&_include=${include}`)).status, include).toBe(200);
    for (const include of of('Patient').searchRevInclude)
      expect((await server.get(`Patient?_id=odd&_revinclude=${include}`)).status, include).toBe(200);
  });
});
