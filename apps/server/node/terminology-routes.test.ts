import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@gemel/core';
import { loadRelease } from '@gemel/exchange/terminology/node/load-release';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, startServer } from './server.ts';
import { openWorld, terminologyFolder, type World } from './world.ts';

const TREES = 'urn:trees';
const resources = [
  {
    resourceType: 'CodeSystem',
    url: TREES,
    name: 'Trees',
    content: 'complete',
    hierarchyMeaning: 'is-a',
    valueSet: 'urn:trees/vs',
    concept: [{ code: 'tree', display: 'Tree', concept: [{ code: 'oak', display: 'Oak' }] }],
  },
  {
    resourceType: 'ValueSet',
    id: 'oaks',
    url: 'urn:oaks',
    status: 'active',
    compose: { include: [{ system: TREES, filter: [{ property: 'concept', op: 'descendent-of', value: 'tree' }] }] },
  },
  {
    resourceType: 'ConceptMap',
    id: 'local',
    url: 'urn:map',
    status: 'active',
    group: [
      {
        source: 'urn:here',
        target: 'http://loinc.org',
        element: [{ code: 'BZ', target: [{ code: '2345-7', equivalence: 'equivalent' }] }],
      },
    ],
  },
];

const folder = mkdtempSync(join(tmpdir(), 'gemel-terms-'));
let world: World;
let server: RunningServer;
beforeAll(async () => {
  const file = join(folder, 'resources.ndjson');
  writeFileSync(file, resources.map((each) => JSON.stringify(each)).join('\n'));
  await loadRelease(file, terminologyFolder(folder));
  world = await openWorld({ folder, clock: () => instant(Date.parse('2024-01-31T00:00:00Z')) });
  server = await startServer({ world });
});
afterAll(async () => {
  await server.close();
  await world.close();
  rmSync(folder, { recursive: true });
});

async function get(path: string) {
  const response = await fetch(`${server.url}/fhir/${path}`);
  return { status: response.status, type: response.headers.get('content-type'), body: await response.json() };
}
async function post(path: string, parameter: readonly object[], type = 'application/fhir+json') {
  const body = JSON.stringify({ resourceType: 'Parameters', parameter });
  const response = await fetch(`${server.url}/fhir/${path}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  });
  return { status: response.status, body: await response.json() };
}

test('every operation answers by GET', async () => {
  const looked = await get(`CodeSystem/$lookup?system=${TREES}&code=oak&property=parent`);
  expect(looked).toMatchObject({
    status: 200,
    type: 'application/fhir+json; charset=utf-8',
    body: { resourceType: 'Parameters' },
  });
  expect(looked.body.parameter).toContainEqual({ name: 'display', valueString: 'Oak' });
  expect((await get(`CodeSystem/$validate-code?url=${TREES}&code=elm`)).body.parameter[0]).toEqual({
    name: 'result',
    valueBoolean: false,
  });
  expect((await get(`CodeSystem/$subsumes?system=${TREES}&codeA=tree&codeB=oak`)).body.parameter).toEqual([
    { name: 'outcome', valueCode: 'subsumes' },
  ]);
  const expanded = await get('ValueSet/$expand?url=urn:oaks&count=5');
  expect(expanded.body.expansion).toMatchObject({
    timestamp: '2024-01-31T00:00:00.000Z',
    total: 1,
    contains: [{ code: 'oak' }],
  });
  expect((await get('ValueSet/oaks/$expand')).body.expansion.total).toBe(1);
  expect((await get(`ValueSet/oaks/$validate-code?system=${TREES}&code=tree`)).body.parameter[0].valueBoolean).toBe(
    false,
  );
  expect((await get('ConceptMap/local/$translate?system=urn:here&code=BZ')).body.parameter[0].valueBoolean).toBe(true);
});

test('and by POST, as FHIR or plain JSON', async () => {
  for (const type of ['application/fhir+json', 'application/json']) {
    const coding = { name: 'coding', valueCoding: { system: TREES, code: 'oak', display: 'oak' } };
    const { status, body } = await post(
      'ValueSet/$validate-code',
      [{ name: 'url', valueUri: 'urn:oaks' }, coding],
      type,
    );
    expect(status).toBe(200);
    expect(body.parameter[0]).toEqual({ name: 'result', valueBoolean: true });
  }
});

test('what cannot be answered comes as an OperationOutcome', async () => {
  const outcome = (code: string, issue: string) => ({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: issue, details: { coding: [{ code }] } }],
  });
  expect(await get(`CodeSystem/$lookup?system=${TREES}&code=elm`)).toMatchObject({
    status: 404,
    body: outcome('terminology-code-unknown', 'code-invalid'),
  });
  expect(await get('CodeSystem/$lookup?code=elm')).toMatchObject({
    status: 400,
    body: outcome('terminology-request', 'invalid'),
  });
  expect(await get('ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/ucum-units')).toMatchObject({
    status: 422,
    body: outcome('terminology-too-costly', 'too-costly'),
  });
  expect(await post('CodeSystem/$lookup', [{ name: 'code', valueCode: 'a', valueString: 'b' }])).toMatchObject({
    status: 400,
    body: outcome('terminology-request', 'invalid'),
  });
  const broken = await fetch(`${server.url}/fhir/CodeSystem/$lookup`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: '{',
  });
  expect(broken.status).toBe(400);
  expect(await broken.json()).toMatchObject({ resourceType: 'OperationOutcome' });
});

test('records with local codes are read by the map that was loaded', async () => {
  const record = {
    resourceType: 'Observation',
    id: 'o1',
    status: 'final',
    subject: { reference: 'Patient/p1' },
    code: { coding: [{ system: 'urn:here', code: 'BZ' }] },
    effectiveDateTime: '2024-01-30T10:00:00Z',
    valueQuantity: { value: 120, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' },
  };
  const response = await fetch(`${server.url}/api/import?name=o.json`, {
    method: 'POST',
    body: JSON.stringify(record),
  });
  const { account } = (await response.json()) as { account: { mapped: number; problems: { code: string }[] } };
  expect(account.mapped).toBe(1);
  expect(account.problems.map(({ code }) => code)).toContain('admit-code-translated');
});
