import { describe, expect, test } from 'vitest';
import { fhirDoor } from '../fhir/decode.ts';
import {
  bytesOf,
  codesOf,
  decoded,
  documentOf,
  type Found,
  fieldsOf,
  itemsOf,
  made,
  ofType,
  resources,
  sectionOf,
} from './fixture.ts';

const observed = (time: string) =>
  `<observation classCode="OBS" moodCode="EVN"><code code="8867-4" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/>${time}<value xsi:type="PQ" value="72" unit="/min"/></observation>`;

describe('times', () => {
  test.each([
    ['2023', '2023'],
    ['202305', '2023-05'],
    ['20230531', '2023-05-31'],
    ['202305312205-0500', '2023-05-31T22:05:00-05:00'],
    ['20230531220511.25+0530', '2023-05-31T22:05:11.25+05:30'],
    ['20230531220511+00', '2023-05-31T22:05:11+00:00'],
    ['2023-05-31T22:05:11Z', '2023-05-31T22:05:11Z'],
    ['2024022912', '2024-02-29'],
  ])('%s is %s', (written, expected) => {
    expect(made('8716-3', observed(`<effectiveTime value="${written}"/>`), 'Observation').effectiveDateTime).toBe(
      expected,
    );
  });

  test.each(['20230229', '20231301', '99999', 'yesterday', '20230531256000-0500', '202305'.padEnd(40, '1')])(
    '%s is refused by name and gives no time',
    (written) => {
      const text = documentOf(sectionOf('8716-3', observed(`<effectiveTime value="${written}"/>`)));
      expect(ofType(resources(text), 'Observation')[0]?.effectiveDateTime).toBeUndefined();
      expect(codesOf(decoded(text))).toContain('ccda-time-invalid');
    },
  );

  test('a time of day without an offset is its day, unless a zone is given', () => {
    const text = documentOf(sectionOf('8716-3', observed('<effectiveTime value="20240701093000"/>')));
    expect(ofType(resources(text), 'Observation')[0]?.effectiveDateTime).toBe('2024-07-01');
    expect(codesOf(decoded(text))).toContain('ccda-zone-missing');
    const zoned = { zone: 'America/New_York' };
    expect(ofType(resources(text, zoned), 'Observation')[0]?.effectiveDateTime).toBe('2024-07-01T09:30:00-04:00');
    expect(codesOf(decoded(text, zoned))).not.toContain('ccda-zone-missing');
  });

  test('an interval is a period, one point twice is a point, one that runs backwards loses its end', () => {
    const when = (inner: string) => made('8716-3', observed(`<effectiveTime>${inner}</effectiveTime>`), 'Observation');
    expect(when('<low value="20240101"/><high value="20240103"/>').effectivePeriod).toEqual({
      start: '2024-01-01',
      end: '2024-01-03',
    });
    expect(when('<low value="20240101"/><high value="20240101"/>').effectiveDateTime).toBe('2024-01-01');
    expect(when('<low value="20240103"/><high value="20240101"/>').effectivePeriod).toEqual({ start: '2024-01-03' });
    expect(when('<low nullFlavor="UNK"/><high nullFlavor="UNK"/>').effectivePeriod).toBeUndefined();
  });
});

describe('identifiers, names, addresses', () => {
  const person = (inner: string) => {
    const header = `<recordTarget><patientRole>${inner}</patientRole></recordTarget>`;
    return ofType(resources(documentOf('', header)), 'Patient')[0]!;
  };
  test.each([
    [
      'root="2.16.840.1.113883.4.1" extension="123-45-6789"',
      { system: 'http://hl7.org/fhir/sid/us-ssn', value: '123-45-6789' },
    ],
    [
      'root="2.16.840.1.113883.4.500" extension="12345V7890"',
      { system: 'urn:oid:2.16.840.1.113883.4.500', value: '12345V7890' },
    ],
    [
      'root="2.16.840.1.123.4.50.123456789"',
      { system: 'urn:ietf:rfc:3986', value: 'urn:oid:2.16.840.1.123.4.50.123456789' },
    ],
    [
      'root="67265ED2-35BB-43F8-B9DE-91C5935625E0"',
      { system: 'urn:ietf:rfc:3986', value: 'urn:uuid:67265ed2-35bb-43f8-b9de-91c5935625e0' },
    ],
    [
      'root="67265ED2-35BB-43F8-B9DE-91C5935625E0" extension="abcd"',
      { system: 'urn:uuid:67265ed2-35bb-43f8-b9de-91c5935625e0', value: 'abcd' },
    ],
    ['extension="Z1124"', { value: 'Z1124' }],
    [
      'root="2.16.840.1.113883.4.873" extension="http://myorg.com/patient/1234"',
      { system: 'http://myorg.com/patient', value: '1234' },
    ],
    ['root="2.16.840.1.113883.4.873" extension="urn:myNID:myOrg:Z3321"', { system: 'urn:myNID:myOrg', value: 'Z3321' }],
  ])('<id %s/>', (attributes, expected) => {
    expect(person(`<id ${attributes}/>`).identifier).toEqual([expected]);
  });

  test('a masked number says why it is not there', () => {
    expect(person('<id root="2.16.840.1.113883.4.1" nullFlavor="MSK"/>').identifier).toEqual([
      {
        system: 'http://hl7.org/fhir/sid/us-ssn',
        _value: {
          extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' }],
        },
      },
    ]);
  });

  test('name, address, telecom, race, language, death', () => {
    const found =
      person(`<id root="2.25.1"/><addr use="HP"><streetAddressLine>1 Way</streetAddressLine><city>X</city><useablePeriod xsi:type="IVL_TS"><low value="2010"/></useablePeriod></addr>
      <telecom value="tel:+1 555" use="MC"/><telecom value="mailto:a@b.c"/><telecom nullFlavor="UNK"/>
      <patient><name use="L"><prefix>Dr.</prefix><given>Ada</given><given qualifier="IN">B</given><family>Ex</family></name><name>One Line</name>
      <administrativeGenderCode nullFlavor="UNK"/><birthTime value="195001021130-0500"/><sdtc:deceasedInd value="true"/><sdtc:deceasedTime value="2020"/>
      <raceCode code="2106-3" codeSystem="2.16.840.1.113883.6.238" displayName="White"/><sdtc:raceCode code="2108-9" codeSystem="2.16.840.1.113883.6.238" displayName="European"/>
      <languageCommunication><languageCode code="es"/><preferenceInd value="true"/></languageCommunication></patient>`);
    expect(found).toMatchObject({
      name: [{ use: 'usual', prefix: ['Dr.'], given: ['Ada', 'B'], family: 'Ex' }, { text: 'One Line' }],
      telecom: [
        { system: 'phone', value: '+1 555', use: 'mobile' },
        { system: 'email', value: 'a@b.c' },
      ],
      address: [{ use: 'home', line: ['1 Way'], city: 'X', period: { start: '2010' } }],
      gender: 'unknown',
      birthDate: '1950-01-02',
      deceasedDateTime: '2020',
      communication: [{ language: { coding: [{ code: 'es' }] }, preferred: true }],
    });
    expect(found.deceasedBoolean).toBeUndefined();
    const race = (found.extension as { url: string; extension: { url: string }[] }[]).find(({ url }) =>
      url.endsWith('us-core-race'),
    );
    expect(race?.extension.map(({ url }) => url)).toEqual(['ombCategory', 'detailed', 'text']);
  });
});

describe('codes and words', () => {
  const coded = (code: string) => made('30954-2', observed('').replace(/<code [^>]*>/, code), 'Observation').code;
  test('translations are further codings; original text is found in the narrative', () => {
    expect(
      coded(
        '<code code="1" codeSystem="1.2.3" displayName="One"><originalText><reference value="#n1"/></originalText><translation code="2" codeSystem="2.16.840.1.113883.6.96"/></code>',
      ),
    ).toEqual({
      coding: [
        { system: 'urn:oid:1.2.3', code: '1', display: 'One' },
        { system: 'http://snomed.info/sct', code: '2' },
      ],
      text: 'words',
    });
  });

  test('a code system known by its name alone, or not at all', () => {
    expect(coded('<code code="1" codeSystemName="LOINC"/>')).toEqual({
      coding: [{ system: 'http://loinc.org', code: '1' }],
    });
    expect(coded('<code code="1" codeSystemName="House codes"/>')).toEqual({ coding: [{ code: '1' }] });
  });

  test('a reference that leads nowhere is named', () => {
    const text = documentOf(
      sectionOf('30954-2', observed('').replace('<statusCode', '<text><reference value="#gone"/></text><statusCode')),
    );
    expect(codesOf(decoded(text))).toContain('ccda-reference-unresolved');
  });

  test('narrative is safe XHTML: no script, no other attributes, no links but plain ones', () => {
    const section = `<component><section><code code="11450-4" codeSystem="2.16.840.1.113883.6.1"/><title>T</title><text>
      <table border="1" onclick="x()"><tbody><tr ID="a1"><td colspan="2" styleCode="Bold">A &lt;b&gt;</td></tr></tbody></table>
      <list listType="ordered"><caption>C</caption><item>one</item></list><script>alert(1)</script><linkHtml href="javascript:x()">y</linkHtml><linkHtml href="https://e.org/?a=1&amp;b=2">z</linkHtml></text></section></component>`;
    const [composition] = ofType(resources(documentOf(section)), 'Composition');
    const [{ text }] = composition!.section as [{ text: { div: string } }];
    expect(text.div.replace(/\s+/g, ' ')).toBe(
      '<div xmlns="http://www.w3.org/1999/xhtml"><table><tbody><tr id="a1"><td colspan="2"><b>A &lt;b&gt;</b></td></tr></tbody></table> ' +
        '<p>C</p><ol><li>one</li></ol>alert(1)<a>y</a><a href="https://e.org/?a=1&amp;b=2">z</a></div>',
    );
  });
});

test('C1 one blood pressure by C-CDA and by FHIR is one pair of observations, but for provenance', () => {
  const sign = (code: string, number: number) =>
    `<component><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.27"/><code code="${code}" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><effectiveTime value="20240301093000-0500"/><value xsi:type="PQ" value="${number}" unit="mm[Hg]"/></observation></component>`;
  const entry = `<organizer classCode="CLUSTER" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.26"/><effectiveTime value="20240301093000-0500"/>${sign('8480-6', 132)}${sign('8462-4', 86)}</organizer>`;
  const quantity = (value: number) => ({ value, unit: 'mm[Hg]', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' });
  const component = (code: string, value: number) => ({
    code: { coding: [{ system: 'http://loinc.org', code }] },
    valueQuantity: quantity(value),
  });
  const fhir = {
    resourceType: 'Observation',
    id: 'bp',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }] },
    subject: { identifier: { system: 'urn:oid:1.2.3.4', value: 'p-1' } },
    effectiveDateTime: '2024-03-01T09:30:00-05:00',
    component: [component('8480-6', 132), component('8462-4', 86)],
  };
  const bare = (list: readonly { readonly kind: string; readonly provenance: unknown }[]) =>
    list.filter(({ kind }) => kind === 'observation').map(({ provenance: _, ...rest }) => rest);
  const byFhir = [...fhirDoor.decode(bytesOf(JSON.stringify(fhir)), { name: 'x' })].flatMap(({ items }) => items);
  const byCda = itemsOf(decoded(documentOf(sectionOf('8716-3', entry))));
  expect(bare(byFhir).length).toBe(2);
  expect(bare(byCda)).toEqual(bare(byFhir));
  const source = bytesOf(documentOf(sectionOf('8716-3', entry)));
  const places = byCda.flatMap(({ kind, provenance: { byteStart, byteEnd } }) =>
    kind === 'observation' ? [new TextDecoder().decode(source.subarray(byteStart, byteEnd))] : [],
  );
  expect(places.map((each) => /value="(\d+)" unit/.exec(each)?.[1])).toEqual(['132', '86']);
});

test('every item points at the bytes it came from', () => {
  const text = documentOf(
    sectionOf('8716-3', observed('<effectiveTime value="20240301093000-0500"/>')),
    undefined,
  ).replace('Ada', 'Åda');
  const bytes = bytesOf(text);
  const [item] = itemsOf(decoded(bytes)).filter(({ kind }) => kind === 'observation');
  const { byteStart, byteEnd } = item!.provenance;
  const slice = new TextDecoder().decode(bytes.subarray(byteStart, byteEnd));
  expect([slice.slice(0, 12), slice.slice(-14)]).toEqual(['<observation', '</observation>']);
});

test('the account names every element once, in order, with its bytes', () => {
  const text = documentOf(sectionOf('11450-4', observed('<effectiveTime value="20240301"/><sdtc:odd code="x"/>')));
  const account = fieldsOf(text);
  expect(new Set(account.map(({ element }) => element)).size).toBe(account.length);
  expect(account.length).toBe((text.match(/<[A-Za-z]/g) ?? []).length);
  const odd = account.find(({ element }) => element.endsWith('/sdtc:odd'));
  expect(odd?.fate).toBe('kept');
  expect(new TextDecoder().decode(bytesOf(text).subarray(odd?.byteStart, odd?.byteEnd))).toBe('<sdtc:odd code="x"/>');
  const value = account.find(({ element }) => element.endsWith('/observation/value'));
  const found: Found = made(
    '11450-4',
    observed('<effectiveTime value="20240301"/><sdtc:odd code="x"/>'),
    'Observation',
  );
  expect(value?.to).toEqual([`Observation/${found.id}`]);
});
