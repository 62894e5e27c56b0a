import { gzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { profile } from './fixture.ts';
import { definitionsIn, packageDefinitions } from './package.ts';

const encoder = new TextEncoder();

/** A tar file as npm writes it. */
function tar(files: Readonly<Record<string, string>>): Uint8Array {
  const blocks: number[] = [];
  for (const [name, text] of Object.entries(files)) {
    const content = encoder.encode(text);
    const head = new Uint8Array(512);
    head.set(encoder.encode(name));
    head.set(encoder.encode(content.length.toString(8).padStart(11, '0')), 124);
    head[156] = 0x30;
    blocks.push(...head, ...content, ...new Uint8Array((512 - (content.length % 512)) % 512));
  }
  return Uint8Array.from([...blocks, ...new Uint8Array(1024)]);
}

const given = profile('Patient', 'p', [{ path: 'Patient.name', min: 1 }]);
const FILES = {
  'package/package.json': '{"name": "x"}',
  'package/.index.json': '{}',
  'package/StructureDefinition-p.json': JSON.stringify(given),
  'package/Patient-x.json': '{"resourceType": "Patient"}',
  'package/broken.json': '{',
  'package/example/StructureDefinition-q.json': JSON.stringify(given),
};

test('the definitions of a package, and nothing else in it', () => {
  expect(packageDefinitions(gzipSync(tar(FILES)), 'x.tgz')).toEqual([given]);
});

describe('packages that cannot be read', () => {
  const whole = gzipSync(tar(FILES));
  test.each([
    ['no gzip', encoder.encode('hello')],
    ['nothing', new Uint8Array()],
    ['cut off', whole.subarray(0, whole.length - 20)],
    ['no tar', gzipSync(encoder.encode('x'.repeat(2000)))],
    ['a cut tar', gzipSync(tar(FILES).subarray(0, 700))],
    ['no definitions', gzipSync(tar({ 'package/package.json': '{}' }))],
  ])('%s', (_name, bytes) => {
    expect(() => packageDefinitions(bytes, 'x.tgz')).toThrow(
      expect.objectContaining({ code: 'fhir-package-unreadable', where: expect.objectContaining({ file: 'x.tgz' }) }),
    );
  });
});

test('the definitions in a file: one, or those of a Bundle', () => {
  expect(definitionsIn(JSON.stringify(given), 'p.json')).toEqual([given]);
  const bundle = {
    resourceType: 'Bundle',
    entry: [{ resource: given }, { resource: { resourceType: 'Patient' } }, null],
  };
  expect(definitionsIn(JSON.stringify(bundle), 'b.json')).toEqual([given]);
  for (const text of ['{', '[]', '{"resourceType": "Patient"}', '{"resourceType": "ValueSet"}'])
    expect(() => definitionsIn(text, 'x.json')).toThrow(expect.objectContaining({ code: 'fhir-definition-unusable' }));
});
