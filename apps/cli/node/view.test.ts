import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandLine } from './fixtures/command-line.ts';

const { at, file, told, gemel } = commandLine();

const VIEW = {
  resourceType: 'ViewDefinition',
  resource: 'Patient',
  select: [
    { column: [{ name: 'key', path: 'getResourceKey()' }] },
    { forEachOrNull: 'name', column: [{ name: 'family', path: 'family', type: 'string' }] },
  ],
};
const view = (more = {}) => file('view.json', JSON.stringify({ ...VIEW, ...more }));
const lines = (...resources: readonly unknown[]) =>
  file('in.ndjson', `${resources.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n')}\n`);
const ANNA = { resourceType: 'Patient', id: 'a', name: [{ family: 'A, "x"' }, { family: '' }] };
const BERT = { resourceType: 'Patient', id: 'b' };

test('NDJSON becomes CSV; resources of another type give no rows', async () => {
  const source = lines(ANNA, { resourceType: 'Observation', id: 'o' }, '', BERT);
  const { code, out } = await gemel('view', view(), '--resources', source);
  expect(code).toBe(0);
  expect(out).toBe('key,family\nPatient/a,"A, ""x"""\nPatient/a,""\nPatient/b,\n');
});

test('the form is the one asked for', async () => {
  const source = lines(BERT);
  const row = { key: 'Patient/b', family: null };
  const { out } = await gemel('view', view(), '--resources', source, '--format', 'json');
  expect(JSON.parse(out)).toEqual([row]);
  const { out: ndjson } = await gemel('view', view(), '--resources', source, '--format', 'ndjson');
  expect(ndjson).toBe(`${JSON.stringify(row)}\n`);
  const { out: none } = await gemel('view', view({ resource: 'Device' }), '--resources', source, '--format', 'json');
  expect(JSON.parse(none)).toEqual([]);
});

test('a Bundle over several lines is read whole, and its references by fullUrl meet the keys of its entries', async () => {
  const reference = { reference: 'urn:uuid:1' };
  const bundle = {
    resourceType: 'Bundle',
    entry: [
      { fullUrl: 'urn:uuid:1', resource: BERT },
      { fullUrl: 'urn:uuid:2', resource: { resourceType: 'Observation', id: 'o', subject: reference } },
      { resource: {} },
    ],
  };
  mkdirSync(at('folder'));
  writeFileSync(join(at('folder'), 'bundle.json'), JSON.stringify(bundle, null, 2));
  const column = [{ name: 'patient', path: 'subject.getReferenceKey(Patient)', type: 'string' }];
  const observations = view({ resource: 'Observation', select: [{ column }] });
  const { code, out } = await gemel('view', observations, '--resources', at('folder'));
  expect(out).toBe('patient\nPatient/b\n');
  expect(code).toBe(3);
  expect(told()).toMatch(/view-input.*bundle\.json.*Bundle\.entry\[2\]\.resource/);
});

test('decimals keep the digits they are written with where a boundary is asked for', async () => {
  const column = [{ name: 'low', path: 'value.ofType(Quantity).value.lowBoundary()', type: 'decimal' }];
  const observations = view({ resource: 'Observation', select: [{ column }] });
  const source = lines('{"resourceType":"Observation","id":"o","valueQuantity":{"value":1.0}}');
  expect((await gemel('view', observations, '--resources', source)).out).toBe('low\n0.95\n');
});

test('a line that is no resource is named, and the others go on', async () => {
  const source = lines(BERT, '{"resourceType":', '[]', { id: 'x' }, ANNA);
  const { code, out } = await gemel('view', view(), '--resources', source);
  expect(code).toBe(3);
  expect(out.split('\n')).toHaveLength(5);
  expect(told()).toMatch(/in\.ndjson:2.*\n.*not valid JSON/);
  expect(told()).toMatch(/in\.ndjson:3.*\n.*no resource/);
  expect(told()).toMatch(/in\.ndjson:4.*\n.*no resource/);
});

test('a resource that breaks the view gives no rows and is named', async () => {
  const select = [{ column: [{ name: 'family', path: 'name.family', type: 'string' }] }];
  const { code, out } = await gemel('view', view({ select }), '--resources', lines(ANNA, BERT));
  expect(code).toBe(3);
  expect(out).toBe('family\n\n');
  expect(told()).toMatch(/view-column-several[\s\S]*Patient\/a/);
});

test('every fault of a view is told of before anything is read', async () => {
  const broken = view({ resource: 'Patent', select: [{ column: [{ name: '1st', path: 'name.(' }], colum: [] }] });
  const { code, out } = await gemel('view', broken, '--resources', lines(ANNA));
  expect(code).toBe(3);
  expect(out).toBe('');
  for (const words of ['view-resource', 'view-name', 'view-path', 'ViewDefinition.select[0].colum ']) {
    expect(told()).toContain(words);
  }
});

test('files that are not there, or no JSON, are named', async () => {
  expect((await gemel('view', at('none.json'), '--resources', lines(ANNA))).code).toBe(3);
  expect((await gemel('view', view(), '--resources', at('none.ndjson'))).code).toBe(3);
  expect((await gemel('view', file('bad.json', '{'), '--resources', lines(ANNA))).code).toBe(3);
  expect(told()).toMatch(/none\.json[\s\S]*none\.ndjson[\s\S]*exchange-json-invalid/);
  expect((await gemel('view', view())).code).toBe(2);
  expect((await gemel('view', view(), '--resources', file('empty.ndjson', ''))).code).toBe(3);
  expect(readFileSync(at('empty.ndjson'), 'utf8')).toBe('');
});
