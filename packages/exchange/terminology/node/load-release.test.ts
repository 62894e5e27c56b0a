import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CodedError, LOINC, RXNORM, SNOMED } from '@gemel/core';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { expand } from '../expand.ts';
import { codesOf, nowhere, TREES, treesResource, treesValueSet } from '../fixture.ts';
import { releaseFormats } from '../load/formats.ts';
import { ICD10CM } from '../load/icd10cm.ts';
import { NDC } from '../load/rxnorm.ts';
import { tarFiles } from '../load/tar.ts';
import { libraryOf } from '../memory-library.ts';
import { translate } from '../translate.ts';
import { openLibrary } from './library.ts';
import { loadRelease } from './load-release.ts';
import {
  clamlFiles,
  type Files,
  icd10cmFiles,
  loincFiles,
  rxnormFiles,
  snomedFiles,
  tabularFiles,
  writeFiles,
} from './release.fixture.ts';
import { openTerminologyFolder } from './terminology-folder.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'terminology-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const store = () => join(folder, 'store');
async function loaded(files: Files, options = {}) {
  const result = await loadRelease(writeFiles(join(folder, 'release'), files), store(), options);
  const opened = openTerminologyFolder(store());
  return { ...result, ...opened };
}
const codeOf = async (act: Promise<unknown>) =>
  act.then(
    () => 'none',
    (error) => (error instanceof CodedError ? error.code : String(error)),
  );

describe('LOINC', () => {
  test('terms, parts, hierarchy, answer lists, replacements; bad rows named and left out', async () => {
    const { terminology, systems, problems, close } = await loaded(loincFiles);
    expect(systems).toEqual([{ url: LOINC, version: '2.77', concepts: 8 }]);
    expect(problems.map(({ code, where }) => [code, where.line])).toEqual([
      ['terminology-row', 6],
      ['terminology-row', 7],
      ['terminology-code-twice', 8],
      ['terminology-row-unmatched', 3],
    ]);
    const system = terminology.system(LOINC, '2.77');
    const xylose = system.find('90001-1');
    expect(system.concept(xylose)).toMatchObject({
      display: 'Xylose [Mass/volume] in "Serum" or Plasma',
      inactive: false,
    });
    expect(system.concept(system.find('90002-9'))).toMatchObject({ display: 'Xylose\nof old', inactive: true });
    expect(system.properties(system.find('90002-9'))).toContainEqual({
      name: 'MAP_TO',
      value: { kind: 'code', value: '90001-1' },
    });
    expect(codesOf(system, system.descendants(system.find('lp90001-1')))).toEqual(['90001-1', '90002-9', 'LP90002-2']);
    expect(codesOf(system, system.having('COMPONENT', 'LP90002-2'))).toEqual(['90001-1']);
    const list = expand(terminology.membership(`${LOINC}/vs/LL9001-1`));
    expect(list.codes.map(({ code }) => code)).toEqual(['LA9001-1', 'LA9002-9']);
    expect(expand(terminology.membership(`${LOINC}/vs/LP90001-1`), { activeOnly: true, filter: 'xyl' }).total).toBe(2);
    close();
  });

  test('a table without its columns is refused, and leaves nothing', async () => {
    expect(await codeOf(loaded({ 'Loinc.csv': 'LOINC_NUM,STATUS\n1-8,ACTIVE\n' }))).toBe('terminology-column-missing');
    expect(readdirSync(store())).toEqual([]);
  });
});

describe('SNOMED CT', () => {
  const release = mkdtempSync(join(tmpdir(), 'snomed-'));
  let whole: ReturnType<typeof openTerminologyFolder>;
  beforeAll(async () => {
    await loadRelease(writeFiles(join(release, 'release'), snomedFiles), join(release, 'store'));
    whole = openTerminologyFolder(join(release, 'store'));
  });
  afterAll(() => {
    whole.close();
    rmSync(release, { recursive: true });
  });
  const ecl = (expression: string) => {
    const uri = `${SNOMED}?fhir_vs=ecl/${encodeURIComponent(expression)}`;
    return expand(whole.terminology.membership(uri))
      .codes.map(({ code }) => code)
      .sort();
  };

  test('concepts, names by language, relationships, reference sets', async () => {
    const { terminology, problems, systems, close } = await loaded(snomedFiles);
    expect(systems).toEqual([{ url: SNOMED, version: `${SNOMED}/900000000000207008/version/20240101`, concepts: 9 }]);
    expect(problems.map(({ code }) => code)).toEqual([
      'terminology-row',
      'terminology-row',
      'terminology-row-unmatched',
    ]);
    const system = terminology.system(SNOMED, `${SNOMED}/900000000000207008`);
    const shown = (code: string) => system.concept(system.find(code)).display;
    expect([shown('1000003'), shown('1000004'), shown('1000001'), shown('1000005')]).toEqual([
      'Arbor',
      'Oak',
      'Thing (thing)',
      null,
    ]);
    expect(system.concept(system.find('1000006')).inactive).toBe(true);
    expect(codesOf(system, system.descendants(system.find('1000003')))).toEqual(['1000004', '1000005']);
    close();
    const british = await loaded(snomedFiles, { language: 'en-GB' });
    const again = british.terminology.system(SNOMED);
    expect(again.concept(again.find('1000003')).display).toBe('Tree');
    expect(british.libraries).toHaveLength(1);
    british.close();
  });

  test('the map to ICD-10 with its conditions', async () => {
    const { terminology, close } = await loaded(snomedFiles);
    const to = (code: string) => {
      const { result, matches } = translate(terminology, {
        codings: [{ system: SNOMED, code }],
        targetSystem: 'http://hl7.org/fhir/sid/icd-10',
      });
      return [result, ...matches.map(({ equivalence, coding, comment }) => [equivalence, coding?.code, comment])];
    };
    expect(to('1000004')).toEqual([true, ['equivalent', 'W14', 'group 1, priority 1; ALWAYS W14']]);
    expect(to('1000005')).toEqual([true, ['relatedto', 'W15', 'group 1, priority 1, rule: IFA 1000002; IF WOOD']]);
    expect(to('1000003')[0]).toBe(false);
    expect(terminology.map(`${SNOMED}?fhir_cm=447562003`).head.name).toContain('447562003');
    close();
  });

  test.each([
    ['<< 1000003 |Tree|', ['1000003', '1000004', '1000005']],
    ['< 1000003', ['1000004', '1000005']],
    ['<! 1000001', ['1000002', '1000003', '1000010', '1000020']],
    ['>> 1000005', ['1000001', '1000002', '1000003', '1000005']],
    ['> 1000004', ['1000001', '1000003']],
    ['>! 1000005', ['1000002', '1000003']],
    ['^ 1000020', ['1000004']],
    ['< 1000003 AND < 1000002', ['1000005']],
    ['< 1000003 OR 1000001', ['1000001', '1000004', '1000005']],
    ['<< 1000003 MINUS ^ 1000020', ['1000003', '1000005']],
    ['(< 1000001 MINUS << 1000003) MINUS 1000010', ['1000002', '1000020']],
    ['<< 1000001 : 1000010 = << 1000002', ['1000003']],
    ['* : 1000010 = #40', ['1000004']],
    ['* : 1000010 > #39, 1000010 != 1000002', []],
    ['* : 1000010 >= #40 OR 1000010 = 1000002', ['1000003', '1000004']],
    ['< (1000003 OR 1000002)', ['1000004', '1000005']],
    ['>> (^ 1000020)', ['1000001', '1000003', '1000004']],
  ])('%s', (expression, expected) => expect(ecl(expression)).toEqual(expected));

  test.each([
    '',
    '<',
    '<< tree',
    '1000003 AND',
    '1000001 AND 1000002 OR 1000003',
    '(1000001',
    '1000001 : {1000010 = *}',
    '1000001 : [0..1] 1000010 = *',
    '1000001 : R 1000010 = *',
    '1000001 |open',
    '<<! 1000001',
  ])('refused: %s', (expression) => expect(() => ecl(expression)).toThrow(/character|expected/));
});

test('RxNorm: concepts of its own, relations read from the second to the first, national drug codes as a map', async () => {
  const { terminology, systems, problems, close } = await loaded(rxnormFiles);
  expect(systems).toEqual([{ url: RXNORM, version: '20AA_240101F', concepts: 4 }]);
  expect(problems.map(({ code, where }) => [code, where.line])).toEqual([
    ['terminology-row', 7],
    ['terminology-row-unmatched', 4],
  ]);
  const system = terminology.system(RXNORM);
  const tablet = system.find('90001');
  expect(system.concept(tablet)).toMatchObject({ display: 'lignin 5 MG Oral Tablet', inactive: false });
  expect(system.concept(system.find('90003')).inactive).toBe(true);
  expect(system.properties(tablet)).toContainEqual({ name: 'has_ingredient', value: { kind: 'code', value: '90002' } });
  expect(codesOf(system, system.parents(tablet))).toEqual(['90004']);
  expect(codesOf(system, system.search(['pill']))).toEqual(['90001']);
  const ndc = translate(terminology, { codings: [{ system: NDC, code: '00000000101' }] });
  expect(ndc.matches).toMatchObject([
    { equivalence: 'wider', coding: { system: RXNORM, code: '90001', display: 'lignin 5 MG Oral Tablet' } },
  ]);
  close();
});

test('ICD-10-CM by its order file and by its tabular list says the same', async () => {
  const byOrder = await loaded(icd10cmFiles);
  const system = byOrder.terminology.system(ICD10CM, '2024');
  expect(byOrder.problems.map(({ where }) => where.line)).toEqual([5]);
  expect(codesOf(system, system.descendants(system.find('z90')))).toEqual(['Z90.0', 'Z90.01']);
  expect(system.concept(system.find('Z90')).abstract).toBe(true);
  byOrder.close();
  rmSync(join(folder, 'release'), { recursive: true });
  const tabular = await loaded(tabularFiles);
  const same = tabular.terminology.system(ICD10CM, '2024');
  expect(codesOf(same, same.descendants(same.find('Z90-Z91')))).toEqual(['Z90', 'Z90.0', 'Z91']);
  expect(same.designations(same.find('Z90.0'))).toMatchObject([{ value: 'Acorn tree' }]);
  expect(codesOf(same, same.parents(same.find('Z90-Z91')))).toEqual(['chapter 1']);
  tabular.close();
});

test('ICD-10 in ClaML; a class under nothing is named', async () => {
  const { terminology, problems, close } = await loaded(clamlFiles);
  const system = terminology.system('http://hl7.org/fhir/sid/icd-10', '2019');
  expect(codesOf(system, system.descendants(system.find('I')))).toEqual(['Z90', 'Z90-Z91']);
  expect(system.concept(system.find('Z90'))).toMatchObject({ display: 'Oak trees', abstract: false });
  expect(system.concept(system.find('I')).abstract).toBe(true);
  expect(problems).toMatchObject([{ code: 'terminology-row-unmatched', where: { element: 'Z99' } }]);
  close();
});

test.each([
  ['entities', '<!DOCTYPE ClaML [<!ENTITY a "b">]><ClaML><Title name="ICD-10"/></ClaML>'],
  ['depth', `<ClaML>${'<a>'.repeat(200)}`],
  ['broken', '<ClaML><Class>'],
  ['another title', '<ClaML><Title name="Trees"/></ClaML>'],
])('XML with %s is refused', async (_, text) =>
  expect(await codeOf(loaded({ 'x.xml': text }))).toBe('terminology-xml'),
);

function tar(files: Readonly<Record<string, string>>): Uint8Array {
  const blocks: Buffer[] = [];
  for (const [path, text] of Object.entries(files)) {
    const body = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(path, 0);
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('0ustar', 156);
    header.fill(' ', 148, 156);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    blocks.push(header, body, Buffer.alloc((512 - (body.length % 512)) % 512));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe('FHIR', () => {
  const valueSet = treesValueSet({
    include: [{ system: TREES, filter: [{ property: 'leaf', op: '=', value: 'lobed' }] }],
  });

  test('a package brings its resources; what is wrong in one is said and the rest kept', async () => {
    const file = join(folder, 'trees.tgz');
    const files = {
      'package/package.json': '{"name":"trees"}',
      'package/CodeSystem-trees.json': JSON.stringify(treesResource),
      'package/ValueSet-asked.json': JSON.stringify(valueSet),
      'package/broken.json': '{"resourceType":',
      'package/ValueSet-bad.json': JSON.stringify({ resourceType: 'ValueSet', url: 'urn:bad' }),
      'package/other/ignored.json': JSON.stringify(treesResource),
    };
    writeFileSync(file, gzipSync(tar(files)));
    const result = await loadRelease(file, store());
    expect(result).toMatchObject({
      systems: [{ url: TREES, version: '2.9', concepts: 8 }],
      valueSets: 1,
      problemCount: 2,
    });
    const { terminology, close } = openTerminologyFolder(store());
    expect(expand(terminology.membership(`${TREES}/asked`)).codes.map(({ code }) => code)).toEqual(['oak']);
    close();
  });

  test('a package that unpacks to too much, or is none, is refused', async () => {
    const file = join(folder, 'bomb.tgz');
    writeFileSync(file, gzipSync(Buffer.alloc(4 * 1024 * 1024)));
    expect(await codeOf(loadRelease(file, store(), { largestPackage: 1024 * 1024 }))).toBe('terminology-package');
    writeFileSync(file, 'not gzip');
    expect(await codeOf(loadRelease(file, store()))).toBe('terminology-package');
    writeFileSync(file, gzipSync(tar({ 'package/a.json': JSON.stringify(treesResource) }).subarray(0, 700)));
    expect(await codeOf(loadRelease(file, store()))).toBe('terminology-package');
  });

  test('a circle of codes is named, and the codes kept', async () => {
    const circle = {
      ...treesResource,
      concept: [
        { code: 'a', property: [{ code: 'parent', valueCode: 'b' }] },
        { code: 'b', property: [{ code: 'parent', valueCode: 'a' }] },
      ],
    };
    const { terminology, problems, close } = await loaded({ 'c.json': JSON.stringify(circle) });
    expect(problems[0]?.message).toContain('circle');
    expect(terminology.system(TREES).size).toBe(2);
    close();
  });
});

test('a library file answers as the same code system in memory does', async () => {
  const { terminology, close } = await loaded({ 'trees.json': JSON.stringify(treesResource) });
  const stored = terminology.system(TREES);
  const memory = libraryOf([treesResource]).systems[0]!;
  expect(stored.head).toEqual(memory.head);
  expect(codesOf(stored, stored.all())).toEqual(codesOf(memory, memory.all()));
  const codes = codesOf(memory, memory.all());
  for (const code of codes) {
    const [a, b] = [stored.find(code), memory.find(code)];
    expect(stored.concept(a)).toEqual(memory.concept(b));
    expect(stored.designations(a)).toEqual(memory.designations(b));
    expect(stored.properties(a)).toEqual(memory.properties(b));
    expect(codesOf(stored, stored.parents(a))).toEqual(codesOf(memory, memory.parents(b)));
    expect(codesOf(stored, stored.children(a))).toEqual(codesOf(memory, memory.children(b)));
    expect(codesOf(stored, stored.descendants(a))).toEqual(codesOf(memory, memory.descendants(b)));
    for (const other of codes)
      expect(stored.subsumes(a, stored.find(other))).toBe(memory.subsumes(b, memory.find(other)));
  }
  for (const words of [['tre'], ['meleze'], ['oak', 'tr'], ['arb'], ['none'], ['yew']]) {
    expect(codesOf(stored, stored.search(words))).toEqual(codesOf(memory, memory.search(words)));
  }
  expect(codesOf(stored, stored.having('leaf', 'needle'))).toEqual(['pine']);
  expect([stored.knows('leaf'), stored.knows('colour'), stored.find('none')]).toEqual([true, false, -1]);
  close();
});

test('loading that is stopped keeps nothing, and a file of another kind is refused', async () => {
  const release = writeFiles(join(folder, 'release'), loincFiles);
  expect(await codeOf(loadRelease(release, store(), { signal: AbortSignal.abort() }))).toBe('terminology-cancelled');
  expect(readdirSync(store())).toEqual([]);
  writeFileSync(join(folder, 'x.bin'), 'x');
  expect(await codeOf(loadRelease(join(folder, 'x.bin'), store()))).toBe('terminology-not-a-release');
  expect(await codeOf(loadRelease(join(folder, 'none'), store()))).toBe('terminology-not-a-release');
  writeFileSync(join(folder, 'x.json'), '{"resourceType":"Patient"}');
  expect(await codeOf(loadRelease(join(folder, 'x.json'), store()))).toBe('terminology-not-a-release');
  mkdirSync(store(), { recursive: true });
  writeFileSync(join(store(), 'x.library'), 'no database');
  expect(() => openLibrary(join(store(), 'x.library'))).toThrow(CodedError);
});

test('any bytes are loaded or refused with a code', () => {
  const fixtures = [loincFiles, snomedFiles, rxnormFiles, icd10cmFiles, tabularFiles, clamlFiles];
  const files = fc.constantFrom(...fixtures).chain((all) =>
    fc.record({
      all: fc.constant(all),
      path: fc.constantFrom(...Object.keys(all)),
      at: fc.nat(2000),
      put: fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('\t', '|', '"', '\n', '<', '<!ENTITY', '\0')),
      cut: fc.nat(40),
    }),
  );
  fc.assert(
    fc.property(files, ({ all, path, at, put, cut }) => {
      const text = all[path]!;
      const broken: Files = { ...all, [path]: text.slice(0, at) + put + text.slice(at + cut) };
      const bytes = {
        name: 'r',
        paths: Object.keys(broken),
        read: (each: string) => [new TextEncoder().encode(broken[each]!)],
      };
      const problems: unknown[] = [];
      const format = releaseFormats.find((each) => each.knows(bytes));
      try {
        for (const _ of format?.load(bytes, nowhere, (problem) => problems.push(problem), {}) ?? []);
      } catch (error) {
        expect(error).toBeInstanceOf(CodedError);
      }
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      try {
        for (const _ of tarFiles(bytes, 'x'));
      } catch (error) {
        expect(error).toBeInstanceOf(CodedError);
      }
    }),
  );
});
