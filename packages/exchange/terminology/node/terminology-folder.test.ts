import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { equivalents } from '../equivalents.ts';
import { expand } from '../expand.ts';
import { loadRelease } from './load-release.ts';
import { openTerminologyFolder, removeLibrary } from './terminology-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gemel-codes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const URL = 'http://example.org/colours';
/** Loads a code system of so many colours, and a map of one of them. */
async function load(version: string, count: number, name = 'colour'): Promise<void> {
  const concept = Array.from({ length: count }, (_, i) => ({ code: `c${i}`, display: `${name}${i % 50} number ${i}` }));
  const group = [
    {
      source: URL,
      target: 'urn:other',
      element: [{ code: 'c0', target: [{ code: `x${version}`, equivalence: 'equal' }] }],
    },
  ];
  const entry = [
    {
      resource: {
        resourceType: 'CodeSystem',
        url: URL,
        version,
        name: 'Colours',
        status: 'active',
        content: 'complete',
        concept,
      },
    },
    { resource: { resourceType: 'ConceptMap', url: `${URL}-map`, version, status: 'active', group } },
  ];
  const file = join(folder, 'colours.json');
  writeFileSync(file, JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry }));
  await loadRelease(file, join(folder, 'terminology'));
}

test('what is loaded, loaded again or removed while it is open is taken up', async () => {
  const codes = openTerminologyFolder(join(folder, 'terminology'));
  const { terminology } = codes;
  const mean = equivalents(terminology);
  const meaning = () => mean({ system: URL, code: 'c0' }).map(({ coding }) => coding.code);
  expect([terminology.hasSystem(URL), codes.refresh(), meaning()]).toEqual([false, false, []]);
  await load('1', 3);
  expect([codes.refresh(), codes.refresh(), terminology.system(URL).size, meaning()]).toEqual([true, false, 3, ['x1']]);
  const set = () => expand(terminology.membership(`${URL}?fhir_vs`)).total;
  await load('2', 5);
  const reading = terminology.system(URL).search(['number'])[Symbol.iterator]();
  expect(reading.next().done).toBe(false);
  expect([codes.refresh(), terminology.system(URL).size, codes.libraries.length]).toEqual([true, 5, 2]);
  expect([reading.next().done, reading.next().done, reading.next().done]).toEqual([false, false, true]);
  // The same version loaded anew takes the place of what was.
  await load('2', 7);
  expect([codes.refresh(), terminology.system(URL).size]).toEqual([true, 7]);
  for (const { file } of codes.libraries) removeLibrary(file);
  expect([codes.refresh(), terminology.hasSystem(URL), meaning()]).toEqual([true, false, []]);
  expect(() => set()).toThrow(/not loaded/);
  codes.close();
});

test('a file that cannot be opened leaves all as it was', async () => {
  await load('1', 3);
  const codes = openTerminologyFolder(join(folder, 'terminology'));
  writeFileSync(join(folder, 'terminology', 'broken.library'), 'no database');
  expect(() => codes.refresh()).toThrow(/broken/);
  expect(codes.terminology.system(URL).find('c2')).toBeGreaterThanOrEqual(0);
  expect(readdirSync(join(folder, 'terminology'))).toHaveLength(2);
  codes.close();
});

test('words that begin alike are found whether they are few or many', async () => {
  await load('1', 200);
  const codes = openTerminologyFolder(join(folder, 'terminology'));
  const system = codes.terminology.system(URL);
  const found = (...words: string[]) => [...system.search(words)].map((n) => system.concept(n).code);
  expect(found('colour')).toHaveLength(200);
  expect(found('colour7', 'numb')).toEqual(['c7', 'c57', 'c107', 'c157']);
  expect(found('colour1')).toHaveLength(44);
  expect(found('colour', '19')).toEqual(
    ['c19', ...Array.from({ length: 10 }, (_, i) => `c19${i}`)].toSorted(
      (a, b) => Number(a.slice(1)) - Number(b.slice(1)),
    ),
  );
  expect(found('COLOUR"*')).toHaveLength(200);
  codes.close();
});

test('a question that would look at too much in vain is refused', async () => {
  await load('1', 300);
  const rules = { resourceType: 'ValueSet', url: `${URL}-none`, version: '1', status: 'active', name: 'none' };
  const compose = { include: [{ system: URL, filter: [{ property: 'code', op: 'regex', value: 'x(a+)+' }] }] };
  const file = join(folder, 'none.json');
  writeFileSync(file, JSON.stringify({ ...rules, compose }));
  await loadRelease(file, join(folder, 'terminology'));
  const total = (mostMisses?: number) => {
    const codes = openTerminologyFolder(join(folder, 'terminology'), mostMisses === undefined ? {} : { mostMisses });
    try {
      return expand(codes.terminology.membership(`${URL}-none`)).total;
    } finally {
      codes.close();
    }
  };
  expect([total(), total(300)]).toEqual([0, 0]);
  expect(() => total(299)).toThrow(/looked at in vain/);
});
