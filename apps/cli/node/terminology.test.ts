import { expect, test } from 'vitest';
import { commandLine } from './fixtures/command-line.ts';

const at = commandLine();
const trees = [
  {
    resourceType: 'CodeSystem',
    url: 'urn:trees',
    version: '1',
    name: 'Trees',
    copyright: 'Ours.',
    content: 'complete',
    hierarchyMeaning: 'is-a',
    valueSet: 'urn:trees/vs',
    concept: [{ code: 'tree', display: 'Tree', concept: [{ code: 'oak', display: 'Oak' }] }, { display: 'nameless' }],
  },
  {
    resourceType: 'ConceptMap',
    url: 'urn:map',
    status: 'active',
    group: [
      {
        source: 'urn:here',
        target: 'urn:trees',
        element: [{ code: 'E', target: [{ code: 'oak', equivalence: 'equal' }] }],
      },
    ],
  },
];

test('gemel terminology loads what it is given, and answers', async () => {
  const gemel = (...line: string[]) => at.gemel('--data', at.at('data'), 'terminology', ...line);
  const json = async (...line: string[]) =>
    JSON.parse((await at.gemel('--data', at.at('data'), '--json', 'terminology', ...line)).out);
  const file = at.file('trees.ndjson', trees.map((each) => JSON.stringify(each)).join('\n'));
  const loaded = await gemel('load', file);
  expect(loaded).toMatchObject({ code: 0, out: expect.stringContaining('urn:trees 1: 2 concepts') });
  expect(at.told()).toContain('concept[1].code is missing');
  expect((await gemel('list')).out).toMatch(
    /Trees {2}urn:trees\|1 {2}2 concepts\n {4}Ours\.[\s\S]*concept map {2}urn:map/,
  );
  expect(await json('lookup', 'urn:trees', 'oak')).toMatchObject({
    code: 'oak',
    display: 'Oak',
    properties: expect.arrayContaining([{ name: 'parent', value: { kind: 'code', value: 'tree' } }]),
  });
  expect((await gemel('validate', 'ucum', 'mg/dL')).code).toBe(0);
  expect(await gemel('validate', 'urn:trees', 'oak', '--display', 'Elm')).toMatchObject({
    code: 5,
    out: expect.stringContaining('not valid'),
  });
  expect((await gemel('validate', 'urn:trees', 'oak', '--value-set', 'urn:trees/vs')).out).toContain('valid');
  expect(await json('translate', 'urn:here', 'E')).toMatchObject({
    result: true,
    matches: [{ equivalence: 'equal', coding: { code: 'oak', display: 'Oak' } }],
  });
  expect((await gemel('translate', 'mdc', '150022', '--to', 'loinc')).out).toContain('8462-4');
  expect((await gemel('expand', 'urn:trees/vs', '--filter', 'oa')).out).toContain('1 of 1');
  expect((await gemel('lookup', 'urn:trees', 'elm')).code).toBe(3);
  expect((await gemel('load', at.file('none.txt', 'x'))).code).toBe(3);
  expect(at.told()).toContain('terminology-not-a-release');
});
