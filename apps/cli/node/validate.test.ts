import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { commandLine } from './fixtures/command-line.ts';

const { at, file, told, gemel } = commandLine();

const ANNA = JSON.stringify({ resourceType: 'Patient', name: [{ family: 'A' }] });
const WRONG = JSON.stringify({ resourceType: 'Patient', gender: 'm' });
const PROFILE = {
  resourceType: 'StructureDefinition',
  url: 'http://b.org/p',
  name: 'P',
  status: 'draft',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
  derivation: 'constraint',
  differential: { element: [{ id: 'Patient.birthDate', path: 'Patient.birthDate', min: 1 }] },
};

/** Rules told of each outcome in the order of the files. */
const rulesOf = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ resourceType, issue }) => [
      resourceType,
      ...issue.map((each: { details: { coding?: { code: string }[] } }) => each.details.coding?.[0]?.code),
    ]);

test('an OperationOutcome for each resource, one a line; errors end with code 5', async () => {
  const right = await gemel('validate', file('a.json', ANNA));
  expect([right.code, rulesOf(right.out)]).toEqual([0, [['OperationOutcome', undefined]]]);
  const both = await gemel('validate', file('b.json', WRONG), at('a.json'));
  expect([both.code, rulesOf(both.out)]).toEqual([
    5,
    [
      ['OperationOutcome', 'code-required'],
      ['OperationOutcome', undefined],
    ],
  ]);
  expect(JSON.parse(both.out.split('\n')[0]!).extension[0].valueString).toBe(at('b.json'));
});

test('NDJSON line by line, folders file by file, --json as one document', async () => {
  const lines = await gemel('validate', file('c.ndjson', `${ANNA}\n\n${WRONG}\n{\n`));
  expect(rulesOf(lines.out).map(([, rule]) => rule)).toEqual([undefined, 'code-required', 'json-form']);
  mkdirSync(at('folder'));
  writeFileSync(join(at('folder'), 'x.json'), WRONG);
  const folder = await gemel('validate', at('folder'), '--json');
  expect(JSON.parse(folder.out)).toMatchObject([{ resourceType: 'OperationOutcome', issue: [{ severity: 'error' }] }]);
});

describe('definitions of the user', () => {
  test('a profile by file, for resources of its type', async () => {
    const given = file('p.json', JSON.stringify(PROFILE));
    const basic = file('d.json', '{"resourceType": "Basic", "code": {"text": "x"}}');
    const { code, out } = await gemel('validate', file('a.json', ANNA), basic, '--profile', given);
    expect([code, rulesOf(out)]).toEqual([
      5,
      [
        ['OperationOutcome', 'element-required'],
        ['OperationOutcome', undefined],
      ],
    ]);
  });

  test('a profile by URL out of a package, as a folder and as .tgz', async () => {
    mkdirSync(join(at('pack'), 'package'), { recursive: true });
    writeFileSync(join(at('pack'), 'package', 'StructureDefinition-p.json'), JSON.stringify(PROFILE));
    const arguments_ = ['validate', file('a.json', ANNA), '--profile', PROFILE.url, '--package'];
    expect(rulesOf((await gemel(...arguments_, at('pack'))).out)).toEqual([['OperationOutcome', 'element-required']]);
    writeFileSync(at('x.tgz'), gzipSync('no package'));
    expect((await gemel(...arguments_, at('x.tgz'))).code).toBe(3);
    expect(told()).toMatch(/fhir-package-unreadable.*x\.tgz/s);
  });

  test('unknown extensions', async () => {
    const given = file(
      'e.json',
      '{"resourceType": "Patient", "extension": [{"url": "http://b.org/x", "valueString": "x"}]}',
    );
    expect((await gemel('validate', given)).code).toBe(0);
    expect((await gemel('validate', given, '--extensions', 'known')).code).toBe(5);
  });
});

test('a file that is not there, a definition that is none, an option without sense', async () => {
  expect((await gemel('validate', at('none.json'))).code).toBe(3);
  expect(told()).toMatch(/cli-file-unreadable/);
  expect((await gemel('validate', file('a.json', ANNA), '--profile', at('a.json'))).code).toBe(3);
  expect(told()).toMatch(/fhir-definition-unusable/);
  expect((await gemel('validate', at('a.json'), '--extensions', 'all')).code).toBe(2);
});
