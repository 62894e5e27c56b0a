import { describe, expect, test } from 'vitest';
import { sniffDoor } from '../doors.ts';
import { fhirDoor, fhirNdjsonDoor } from './decode.ts';
import { bundleOf, bytesOf, decodedOf } from './fixture.ts';

const patient = {
  resourceType: 'Patient',
  id: 'p1',
  gender: 'female',
  birthDate: '1980-05-01',
  identifier: [{ system: 'urn:mrn', value: '7' }],
};
const weight = (reference: unknown, id = 'w1') => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'weight' },
  subject: reference,
  effectiveDateTime: '2024-01-15T08:00:00Z',
  valueQuantity: { value: 70, unit: 'kg' },
});
const literal = (reference: string) => ({ reference });
const codesOf = (source: unknown) =>
  decodedOf(source).flatMap(({ problems }) => problems.map((problem) => problem.code));

describe('Bundle', () => {
  test('provenance names the entry and its bytes exactly', () => {
    const text = JSON.stringify(
      bundleOf(patient, { ...weight(literal('Patient/p1')), note: [{ text: 'häh €' }] }),
      null,
      2,
    );
    const decoded = decodedOf(text);
    expect(decoded.map(({ provenance }) => provenance.element)).toEqual([
      'Bundle.entry[0].resource',
      'Bundle.entry[1].resource',
    ]);
    const { byteStart, byteEnd } = decoded[1]!.provenance;
    expect(JSON.parse(new TextDecoder().decode(bytesOf(text).subarray(byteStart, byteEnd)))).toMatchObject({
      id: 'w1',
    });
  });

  test.each(['document', 'message', 'transaction', 'batch', 'searchset', 'collection', 'history', 'batch-response'])(
    'a %s is read entry by entry',
    (type) => {
      const decoded = decodedOf({ ...bundleOf(patient, weight(literal('Patient/p1'))), type });
      expect(decoded.map(({ fate }) => fate)).toEqual(['mapped', 'mapped']);
    },
  );

  test('type and resourceType may follow the entries', () => {
    const { resourceType, type, entry } = bundleOf(patient);
    expect(decodedOf({ entry, type, resourceType })).toMatchObject([{ type: 'Patient', fate: 'mapped' }]);
  });

  test('a List with entries of its own is one resource', () => {
    const list = { resourceType: 'List', entry: [{ item: {} }, { item: {} }] };
    expect(decodedOf(list)).toMatchObject([{ type: 'List', fate: 'kept' }]);
    expect(decodedOf({ entry: list.entry, resourceType: 'List' })).toMatchObject([{ type: 'List', fate: 'kept' }]);
  });

  test('a history is read oldest first, and a deletion withdraws', () => {
    const entry = [
      { fullUrl: 'http://s/Observation/w1', request: { method: 'DELETE', url: 'Observation/w1' } },
      { fullUrl: 'http://s/Observation/w1', resource: { ...weight(literal('Patient/p1')), status: 'amended' } },
      { fullUrl: 'http://s/Observation/w1', resource: weight(literal('Patient/p1')) },
    ];
    const items = decodedOf({ resourceType: 'Bundle', type: 'history', entry }).flatMap((decoded) => decoded.items);
    expect(items.map((item) => (item.kind === 'observation' ? item.status : item.kind))).toEqual([
      'final',
      'amended',
      'retraction',
    ]);
    expect(items[2]).toMatchObject({ subject: 'http://s/Patient/p1', target: 'http://s/Observation/w1' });
  });

  test('a page of a longer result says so', () => {
    const decoded = decodedOf({
      ...bundleOf(patient),
      type: 'searchset',
      total: 900,
      link: [{ relation: 'next', url: 'http://s?page=2' }],
    });
    expect(decoded.at(-1)).toMatchObject({ type: 'file', problems: [{ code: 'fhir-more-pages' }] });
  });

  test('an entry without a resource is kept where it is a response, refused where it is nothing', () => {
    const decoded = decodedOf({
      resourceType: 'Bundle',
      entry: [{ response: { status: '201' } }, {}, null, 7, [], { resource: null }],
    });
    expect(decoded.map(({ fate }) => fate)).toEqual(['kept', 'refused', 'refused', 'refused', 'refused', 'refused']);
  });

  test('what is kept or refused says whose it is, where it does', () => {
    const claim = { resourceType: 'Claim', patient: { reference: 'Patient/p1' } };
    const undated = { ...weight(literal('Patient/p1')), effectiveDateTime: undefined };
    const decoded = decodedOf(bundleOf(patient, claim, undated, { resourceType: 'Organization' }));
    expect(decoded.map(({ fate, subject }) => [fate, subject])).toEqual([
      ['mapped', undefined],
      ['kept', 'Patient/p1'],
      ['kept', 'Patient/p1'],
      ['kept', undefined],
    ]);
  });

  test('a Bundle within a Bundle is kept whole', () => {
    expect(decodedOf(bundleOf(bundleOf(patient)))).toMatchObject([
      { type: 'Bundle', fate: 'kept', problems: [{ code: 'fhir-bundle-nested' }] },
    ]);
  });
});

describe('references', () => {
  const uuid = 'urn:uuid:7d3c1f6a-0000-4000-8000-000000000001';
  const subjectOf = (bundle: unknown) =>
    decodedOf(bundle)
      .flatMap(({ items }) => items)
      .find((item) => item.kind === 'observation')?.subject;
  const withUrl = (fullUrl: string, reference: unknown, observationUrl?: string) => ({
    resourceType: 'Bundle',
    entry: [
      { fullUrl, resource: patient },
      { ...(observationUrl === undefined ? {} : { fullUrl: observationUrl }), resource: weight(reference) },
    ],
  });

  test.each([
    ['urn:uuid', withUrl(uuid, literal(uuid)), 'Patient/p1'],
    ['relative', bundleOf(patient, weight(literal('Patient/p1'))), 'Patient/p1'],
    [
      'relative, to a server',
      withUrl('http://s/fhir/Patient/p1', literal('Patient/p1'), 'http://s/fhir/Observation/w1'),
      'http://s/fhir/Patient/p1',
    ],
    ['absolute', withUrl('http://s/fhir/Patient/p1', literal('http://s/fhir/Patient/p1')), 'http://s/fhir/Patient/p1'],
    [
      'with a version',
      withUrl('http://s/fhir/Patient/p1', literal('http://s/fhir/Patient/p1/_history/3')),
      'http://s/fhir/Patient/p1',
    ],
    ['by identifier', bundleOf(patient, weight({ identifier: { system: 'urn:mrn', value: '7' } })), 'Patient/p1'],
    ['outside the source', bundleOf(weight(literal('Patient/p9'))), 'Patient/p9'],
    ['outside, by identifier', bundleOf(weight({ identifier: { system: 'urn:mrn', value: '8' } })), 'urn:mrn|8'],
    ['contained', bundleOf({ ...weight(literal('#c')), contained: [{ ...patient, id: 'c' }] }), 'urn:mrn|7'],
  ])('%s', (_, bundle, subject) => {
    expect(subjectOf(bundle)).toBe(subject);
  });

  test.each([
    ['conditional', literal('Patient?identifier=urn:mrn|7'), 'fhir-reference-conditional'],
    ['a urn nobody has', literal(uuid), 'fhir-reference-unresolved'],
    ['contained that is not there', literal('#x'), 'fhir-reference-unresolved'],
    ['no reference form', literal('p1'), 'fhir-reference-invalid'],
    ['an identifier without system', { identifier: { value: '7' } }, 'fhir-reference-invalid'],
    ['only words', { display: 'Ada' }, 'fhir-subject-missing'],
    ['a text', 'Patient/p1', 'fhir-wrong-type'],
  ])('%s is refused by name', (_, reference, code) => {
    expect(decodedOf(bundleOf(patient, weight(reference)))[1]).toMatchObject({ fate: 'refused', problems: [{ code }] });
  });

  test('two patients of one id from two servers are not confused', () => {
    const bundle = {
      resourceType: 'Bundle',
      entry: ['http://a/Patient/p1', 'http://b/Patient/p1'].map((fullUrl) => ({ fullUrl, resource: patient })),
    };
    bundle.entry.push({ resource: weight(literal('Patient/p1')) } as never);
    expect(decodedOf(bundle)[2]).toMatchObject({ fate: 'refused', problems: [{ code: 'fhir-reference-ambiguous' }] });
  });
});

describe('sources that are not what they seem', () => {
  const utf16 = (text: string) =>
    Uint8Array.from([0xff, 0xfe, ...[...text].flatMap((c) => [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8])]);

  test.each([
    ['XML', '<?xml version="1.0"?><Patient xmlns="http://hl7.org/fhir"></Patient>', 'fhir-xml', 'XML'],
    ['PDF', '%PDF-1.7 …', 'fhir-not-json', 'PDF'],
    ['zip', Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0]), 'fhir-not-json', 'ZIP'],
    ['gzip', Uint8Array.from([0x1f, 0x8b, 8, 0]), 'fhir-not-json', 'gzip'],
    ['HTML', '<!DOCTYPE html><html></html>', 'fhir-not-json', 'HTML'],
    ['CSV', 'time,glucose\n2024-01-01 00:00,110\n', 'fhir-not-json', 'CSV'],
    ['other XML', '<a xmlns="urn:x"/>', 'fhir-not-json', 'XML'],
    ['HL7 v2', 'MSH|^~\\&|A|B', 'fhir-not-json', 'HL7 version 2'],
    ['an array', '[{"resourceType":"Patient"}]', 'fhir-not-json', 'JSON array'],
    ['a comment', '// x\n{}', 'fhir-not-json', 'comment'],
    ['nothing', '', 'exchange-empty', 'empty'],
    ['blanks', ' \n ', 'exchange-empty', 'empty'],
    ['other JSON', '{"a":1}', 'fhir-not-fhir', 'resourceType'],
  ])('%s is refused: %s', (_, source, code, words) => {
    for (const door of [fhirDoor, fhirNdjsonDoor]) {
      if (code === 'fhir-not-fhir' && door === fhirNdjsonDoor) continue;
      const decoded = decodedOf(source, { name: 'bundle.json' }, door);
      expect(decoded).toMatchObject([
        { type: 'file', fate: 'refused', problems: [{ code, where: { file: 'bundle.json' } }] },
      ]);
      expect(decoded[0]?.problems[0]?.message).toContain(words);
    }
  });

  test('a byte order mark is stepped over; UTF-16 is recoded with a remark', () => {
    expect(decodedOf(`\uFEFF${JSON.stringify(patient)}`)).toMatchObject([{ fate: 'mapped' }]);
    const wide = decodedOf(utf16(JSON.stringify(patient)));
    expect(wide).toMatchObject([
      { type: 'file', problems: [{ code: 'fhir-not-utf8' }] },
      { type: 'Patient', fate: 'mapped' },
    ]);
  });

  test('an entry that is not UTF-8 is refused; its neighbours are read', () => {
    const bytes = bytesOf(
      bundleOf(patient, { ...patient, id: 'p2', name: [{ text: 'M_ller' }] }, { ...patient, id: 'p3' }),
    );
    bytes[bytes.indexOf(0x5f)] = 0xfc;
    expect(decodedOf(bytes).map(({ fate, problems }) => [fate, problems[0]?.code])).toEqual([
      ['mapped', undefined],
      ['refused', 'fhir-not-utf8'],
      ['mapped', undefined],
    ]);
  });

  test('a name given twice refuses the entry and is named', () => {
    const twice =
      '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"a","gender":"male","gender":"female"}}]}';
    const [decoded] = decodedOf(twice);
    expect(decoded).toMatchObject({ type: 'Patient', fate: 'refused', problems: [{ code: 'fhir-name-twice' }] });
    expect(decoded?.problems[0]?.message).toContain('"gender"');
  });

  test('two entry arrays are both read', () => {
    const text = `{"resourceType":"Bundle","entry":[{"resource":${JSON.stringify(patient)}}],"entry":[{"resource":${JSON.stringify({ ...patient, id: 'p2' })}}]}`;
    expect(decodedOf(text).map(({ items }) => items[0]?.subject)).toEqual(['Patient/p1', 'Patient/p2']);
  });

  test('missing resourceType, a wrong one, and nesting beyond sense', () => {
    expect(codesOf(bundleOf({ id: 'x' }))).toEqual(['fhir-resource-type-missing']);
    expect(codesOf(bundleOf({ resourceType: 7 }))).toEqual(['fhir-resource-type-missing']);
    const deep = (levels: number) =>
      `{"resourceType":"Patient","id":"a","x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect(
      codesOf(`{"resourceType":"Bundle","entry":[{"resource":${deep(500)}},{"resource":${JSON.stringify(patient)}}]}`),
    ).toEqual(['fhir-too-deep']);
    expect(
      codesOf(
        `{"resourceType":"Bundle","entry":[{"resource":${deep(300_000)}},{"resource":${JSON.stringify(patient)}}]}`,
      ),
    ).toContain('fhir-too-deep');
  });

  test('what follows the document is not lost silently', () => {
    expect(decodedOf(`${JSON.stringify(patient)}\n${JSON.stringify(patient)}`)).toMatchObject([
      { fate: 'mapped' },
      { type: 'file', problems: [{ code: 'fhir-trailing' }] },
    ]);
  });

  test('a wrong zone is said, and then none is used', () => {
    const local = { ...weight(literal('Patient/p1')), effectiveDateTime: '2024-01-15T08:00:00' };
    expect(
      decodedOf(local, { zone: 'Mars/Olympus' }).flatMap(({ problems }) => problems.map(({ code }) => code)),
    ).toEqual(['exchange-zone-unknown', 'exchange-zone-missing']);
  });
});

describe('NDJSON', () => {
  const lines = [patient, weight(literal('Patient/p1')), { resourceType: 'Immunization' }].map((line) =>
    JSON.stringify(line),
  );

  test('one Decoded a line, with its line number and bytes; blank lines are nothing', () => {
    const text = `${lines[0]}\r\n\n${lines[1]}\n${lines[2]}`;
    const decoded = decodedOf(text, {}, fhirNdjsonDoor);
    expect(decoded.map(({ type, fate, provenance }) => [type, fate, provenance.line])).toEqual([
      ['Patient', 'mapped', 1],
      ['Observation', 'mapped', 3],
      ['Immunization', 'kept', 4],
    ]);
    const { byteStart, byteEnd } = decoded[1]!.provenance;
    expect(text.slice(byteStart, byteEnd)).toBe(lines[1]);
    expect(decoded[1]?.items[0]?.subject).toBe('Patient/p1');
  });

  test('a broken line spoils itself; a last line that breaks off is a cut', () => {
    const decoded = decodedOf(`${lines[0]!.slice(0, 30)}\n${lines[1]}\n${lines[2]!.slice(0, 20)}`, {}, fhirNdjsonDoor);
    expect(decoded.map(({ type, fate, problems }) => [type, fate, problems[0]?.code])).toEqual([
      ['Patient', 'refused', 'exchange-json-invalid'],
      ['Observation', 'mapped', undefined],
      [expect.any(String), 'refused', 'exchange-truncated'],
      ['file', 'kept', 'exchange-truncated'],
    ]);
  });

  test('the doors know their own', () => {
    const bundle = bytesOf(JSON.stringify(bundleOf(patient), null, 1));
    expect(sniffDoor(bundle, 'a.json')?.id).toBe('fhir-r4');
    expect(sniffDoor(bytesOf(JSON.stringify(bundleOf(patient))), 'a.json')?.id).toBe('fhir-r4');
    expect(sniffDoor(bytesOf(lines.join('\n')), 'a.json')?.id).toBe('fhir-r4-ndjson');
    expect(sniffDoor(bytesOf(lines[0]), 'a.ndjson')?.id).toBe('fhir-r4-ndjson');
    expect(fhirDoor.sniff(bytesOf('[{"sgv":100}]'), 'a.json')).toBe(0);
  });
});
