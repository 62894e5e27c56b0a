import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { structureFaults } from '../fhir/structure.ts';
import { ccdaDoor } from './decode.ts';
import { bytesOf, codesOf, decoded, documentOf, itemsOf, ofType, resources, sectionOf } from './fixture.ts';
import { readXml } from './xml.ts';

const sign = (value: number) =>
  `<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.27"/><code code="8867-4" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><effectiveTime value="20240301093000-0500"/><value xsi:type="PQ" value="${value}" unit="/min"/></observation>`;
const whole = documentOf(sectionOf('8716-3', sign(70), sign(71)) + sectionOf('29762-2', sign(72)));

describe('what is refused, with its code', () => {
  test.each([
    ['', 'exchange-empty'],
    ['  \n', 'exchange-empty'],
    ['not XML', 'ccda-malformed'],
    ['<html><body/></html>', 'ccda-not-ccda'],
    ['<Bundle xmlns="http://hl7.org/fhir"/>', 'ccda-not-ccda'],
    ['<!DOCTYPE ClinicalDocument><ClinicalDocument xmlns="urn:hl7-org:v3"/>', 'ccda-doctype'],
    ['<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><ClinicalDocument>&a;</ClinicalDocument>', 'ccda-doctype'],
    [
      '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;&a;">]><ClinicalDocument>&b;</ClinicalDocument>',
      'ccda-doctype',
    ],
    ['<!DOCTYPE x SYSTEM "http://example.org/x.dtd"><ClinicalDocument/>', 'ccda-doctype'],
  ])('%s', (text, code) => {
    const list = decoded(text);
    expect(list.map(({ fate }) => fate)).toEqual(['refused']);
    expect(codesOf(list)).toEqual([code]);
    expect(resources(text)).toEqual([]);
  });

  test('deeper, larger and more than is read', () => {
    const deep = documentOf(
      `<component><section><text>${'<content>'.repeat(400)}x${'</content>'.repeat(400)}</text></section></component>`,
    );
    expect(codesOf(decoded(deep))).toContain('ccda-too-large');
    expect(readXml(bytesOf(whole), { size: 100, depth: 9, elements: 9 })).toBe('too-large');
    const many = readXml(bytesOf(whole), { size: 1e6, depth: 99, elements: 20 });
    expect(many).toMatchObject({ broken: { code: 'ccda-too-large' } });
  });

  test('several patients', () => {
    const person = (id: string) =>
      `<recordTarget><patientRole><id root="2.25.1" extension="${id}"/></patientRole></recordTarget>`;
    expect(codesOf(decoded(documentOf(sectionOf('8716-3', sign(70)), person('a') + person('b'))))).toEqual([
      'ccda-patients-several',
    ]);
    expect(
      itemsOf(decoded(documentOf(sectionOf('8716-3', sign(70)), person('a') + person('a')))).length,
    ).toBeGreaterThan(0);
  });
});

describe('what is odd and read all the same', () => {
  test('fragments, without and with a subject', () => {
    const fragment = `<section><code code="8716-3" codeSystem="2.16.840.1.113883.6.1"/><entry>${sign(70)}</entry></section>`;
    expect(ccdaDoor.sniff(bytesOf(fragment), 'a.xml')).toBeGreaterThan(0.5);
    expect(ofType(resources(fragment), 'Observation').length).toBe(1);
    expect([codesOf(decoded(fragment)), itemsOf(decoded(fragment))]).toEqual([['ccda-patient-missing'], []]);
    expect(itemsOf(decoded(fragment, { subject: 'urn:oid:1.2|3' })).map(({ subject }) => subject)).toEqual([
      'urn:oid:1.2|3',
    ]);
    expect(ofType(resources(sign(70)), 'Observation').length).toBe(1);
    expect(ofType(resources(sign(70) + sign(71)), 'Observation').length).toBe(2);
  });

  test.each([
    ['a byte order mark', (text: string) => `\uFEFF${text}`],
    [
      'prefixed names',
      (text: string) =>
        text
          .replace('xmlns="urn:hl7-org:v3"', 'xmlns:hl7="urn:hl7-org:v3"')
          .replace(/<(\/?)(?=[A-Za-z])(?!sdtc:)/g, '<$1hl7:'),
    ],
    [
      'undeclared usual prefixes',
      (text: string) => text.replace(/ xmlns:xsi="[^"]*"/, '').replace(/ xmlns:sdtc="[^"]*"/, ''),
    ],
    ['a prefixed type', (text: string) => text.replaceAll('xsi:type="PQ"', 'xsi:type="cda:PQ"')],
    ['carriage returns', (text: string) => text.replaceAll('\n', '\r\n')],
    ['comments and instructions', (text: string) => text.replace('<title>', '<!-- <observation> --><?pi x?><title>')],
    ['an entity of HTML', (text: string) => text.replace('>words<', '>words&nbsp;more<')],
  ])('%s', (_, change) => {
    const values = (text: string) =>
      itemsOf(decoded(text)).flatMap((item) => (item.kind === 'observation' ? [item.value] : []));
    expect(values(change(whole))).toEqual(values(whole));
  });

  test.each(['utf-16le', 'iso-8859-1', 'windows-1252 that says UTF-8'])('%s', (encoding) => {
    const named = whole.replace('<family>Example', '<family>Müller');
    const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
    const bytes =
      encoding === 'utf-16le'
        ? new Uint8Array(Uint16Array.from(`\uFEFF${named}`, (character) => character.charCodeAt(0)).buffer)
        : latin(encoding === 'iso-8859-1' ? named.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"') : named);
    const list = decoded(bytes);
    expect(JSON.stringify(itemsOf(list))).toContain('Müller');
    expect(codesOf(list).includes('ccda-encoding')).toBe(encoding.startsWith('windows'));
    const place = list.find(({ type }) => type === 'Observation')?.provenance;
    const cut = bytes.subarray(place?.byteStart, place?.byteEnd);
    const text = new TextDecoder(encoding === 'utf-16le' ? 'utf-16le' : 'latin1').decode(cut);
    expect(text.startsWith('<observation')).toBe(true);
  });

  test('a cut document gives every statement that stood whole, and says where it ends', () => {
    const values = (text: string) =>
      itemsOf(decoded(text)).flatMap((item) =>
        item.kind === 'observation' && item.value.kind === 'quantity' ? [item.value.value] : [],
      );
    const at = (needle: string) => whole.indexOf(needle) + needle.length;
    expect(values(whole)).toEqual([70, 71, 72]);
    const cut = whole.slice(0, at('value="71"'));
    expect(values(cut)).toEqual([70]);
    expect(codesOf(decoded(cut)).at(-1)).toMatch(/exchange-truncated|ccda-malformed/);
    const broken = whole.replace('value="72"', 'value=<72');
    expect(values(broken)).toEqual([70, 71]);
    expect(decoded(broken).at(-1)).toMatchObject({
      type: 'file',
      fate: 'refused',
      problems: [{ code: 'ccda-malformed' }],
    });
  });
});

describe('F any bytes', () => {
  const bytes = bytesOf(whole);
  /** Everything a door says of a source stands within it and holds together. */
  function hold(source: Uint8Array): void {
    const list = decoded(source);
    for (const { fate, items, problems, provenance } of list) {
      expect(fate === 'mapped').toBe(items.length > 0);
      if (fate === 'refused') expect(problems.length).toBeGreaterThan(0);
      const { byteStart = 0, byteEnd = 0 } = provenance;
      expect(0 <= byteStart && byteStart <= byteEnd && byteEnd <= source.length).toBe(true);
    }
    for (const resource of resources(source)) expect(structureFaults(resource)).toEqual([]);
  }

  test('mutated documents: no crash, all within the source, no invalid resource', () => {
    const change = fc.record({ at: fc.nat(bytes.length - 1), cut: fc.nat(30), put: fc.uint8Array({ maxLength: 8 }) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let source: number[] = [...bytes];
        for (const { at, cut, put } of changes) source = [...source.slice(0, at), ...put, ...source.slice(at + cut)];
        hold(Uint8Array.from(source));
      }),
      { numRuns: 100 },
    );
  });

  test('documents cut anywhere', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length), (end) => hold(bytes.subarray(0, end))),
      { numRuns: 50 },
    );
  });

  test('attributes with any text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'value="70"',
          'unit="/min"',
          'code="8867-4"',
          'value="20240301093000-0500"',
          'xsi:type="PQ"',
          'code="completed"',
          'root="1.2.3.4"',
        ),
        fc.string({ unit: 'binary', maxLength: 20 }),
        (attribute, text) => {
          const name = attribute.slice(0, attribute.indexOf('='));
          const safe = text.toWellFormed().replace(/[<&"]/g, '');
          hold(bytesOf(whole.replaceAll(attribute, `${name}="${safe}"`)));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('bytes without sense', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (source) => {
        expect(ccdaDoor.sniff(source, 'x')).toBeGreaterThanOrEqual(0);
        hold(source);
      }),
      { numRuns: 100 },
    );
  });
});
