import type { Decoded } from '@gemel/core';
import { describe, expect, it } from 'vitest';
import { ccdaDoor } from '../ccda/decode.ts';
import { fhirDoor } from '../fhir/decode.ts';
import { hl7v2Door } from '../hl7v2/decode.ts';
import { plainText, withNotes } from './embedded.ts';

const options = { name: 'source' };
const bytesOf = (text: string) => new TextEncoder().encode(text);
const derived = (decoded: Iterable<Decoded>) =>
  [...withNotes(decoded, options)]
    .flatMap(({ items }) => items)
    .filter(({ provenance }) => provenance.derived !== undefined);
const told = (decoded: Iterable<Decoded>) =>
  derived(decoded).map((item) => [
    item.subject,
    item.kind === 'fact' ? item.fact : item.kind,
    'value' in item && item.value.kind === 'quantity' ? item.value.value : null,
  ]);
const NOTE = 'Seen today. Denies chest pain. Temp 38.2 C. Started vancomycin 1 g IV q12h.';

describe('texts within other sources', () => {
  it('an attachment of a FHIR DocumentReference, a conclusion, the narrative of a Composition', () => {
    const subject = { reference: 'Patient/7' };
    const read = (resource: object) => told(fhirDoor.decode(bytesOf(JSON.stringify(resource)), options));
    const data = btoa(NOTE);
    const wanted = [
      ['Patient/7', 'condition.absent', null],
      ['Patient/7', 'observation', 38.2],
      ['Patient/7', 'medication', null],
    ];
    const date = '2024-01-31T12:00:00Z';
    expect(
      read({
        resourceType: 'DocumentReference',
        id: 'a',
        status: 'current',
        subject,
        date,
        content: [{ attachment: { contentType: 'text/plain', data } }],
      }),
    ).toEqual(wanted);
    expect(
      read({
        resourceType: 'DiagnosticReport',
        id: 'a',
        status: 'final',
        subject,
        effectiveDateTime: date,
        code: { text: 'x' },
        conclusion: NOTE,
      }),
    ).toEqual(wanted);
    const div = `<div xmlns="http://www.w3.org/1999/xhtml"><p>Denies chest pain.</p><p>Temp 38.2 C.</p><p>Started vancomycin 1 g IV q12h.</p></div>`;
    const section = [{ title: 'Plan', text: { status: 'generated', div } }];
    expect(
      read({
        resourceType: 'Composition',
        id: 'a',
        status: 'final',
        subject,
        date,
        type: { text: 'x' },
        author: [{ display: 'y' }],
        title: 'z',
        section,
      }),
    ).toEqual(wanted);
    expect(
      read({
        resourceType: 'DocumentReference',
        id: 'a',
        status: 'current',
        subject,
        date,
        content: [{ attachment: { contentType: 'application/pdf', data } }],
      }),
    ).toEqual([]);
    expect(
      read({
        resourceType: 'DocumentReference',
        id: 'a',
        status: 'current',
        subject,
        date,
        content: [{ attachment: { contentType: 'text/plain', data: '%%%' } }],
      }),
    ).toEqual([]);
  });

  it('the words of an HL7 v2 OBX', () => {
    const message = [
      'MSH|^~\\&|A|B|C|D|20240131120000+0000||ORU^R01|1|P|2.5.1',
      'PID|1||7^^^H&1.2&ISO',
      'OBR|1|||11506-3^Note^LN|||20240131120000+0000',
      `OBX|1|TX|11506-3^Progress note^LN||${NOTE}||||||F`,
    ].join('\r');
    expect(told(hl7v2Door.decode(bytesOf(message), options)).map(([, kind, value]) => [kind, value])).toEqual([
      ['condition.absent', null],
      ['observation', 38.2],
      ['medication', null],
    ]);
  });

  it('the text of a document that an HL7 v2 MDM brings, of whichever OBX', () => {
    const document = (...obx: string[]) => [
      'MSH|^~\\&|A|B|C|D|20240131120000+0000||MDM^T02|1|P|2.5.1',
      'EVN||20240131120000+0000',
      'PID|1||7^^^H&1.2&ISO',
      'TXA|1|PN|TX|20240131113000+0000||||||||DOC1|||||AU||AV',
      ...obx,
    ];
    const read = (segments: readonly string[]) => told(hl7v2Door.decode(bytesOf(segments.join('\r')), options));
    const wanted = [
      ['urn:oid:1.2|7', 'condition.absent', null],
      ['urn:oid:1.2|7', 'observation', 38.2],
      ['urn:oid:1.2|7', 'medication', null],
    ];
    expect(read(document(`OBX|1|TX|11506-3^Progress note^LN||${NOTE.replaceAll('. ', '.~')}||||||F`))).toEqual(wanted);
    const [first, ...others] = NOTE.split('. ');
    expect(
      read(document(`OBX|1|FT|1^Note||${first}.||||||F`, `OBX|2|FT|1^Note||${others.join('. ')}||||||F`)).map(
        ([, kind]) => kind,
      ),
    ).toEqual(['condition.absent', 'observation', 'medication']);
    const scan = btoa(NOTE);
    expect(read(document(`OBX|1|ED|2^Scan||^text^plain^Base64^${scan}||||||F`))).toEqual(wanted);
    expect(read(document(`OBX|1|ED|2^Scan||^application^pdf^Base64^${scan}||||||F`))).toEqual([]);
    const [item] = derived(hl7v2Door.decode(bytesOf(document(`OBX|1|TX|1^Note||${NOTE}||||||F`).join('\r')), options));
    expect(item!.provenance).toMatchObject({ element: expect.stringMatching(/^MDM\.TXA\[1\]\.content\[0\]/) });
  });

  it('the narrative of a C-CDA section', () => {
    const document = `<ClinicalDocument xmlns="urn:hl7-org:v3"><templateId root="2.16.840.1.113883.10.20.22.1.9"/><id root="1.2"/><code code="11506-3" codeSystem="2.16.840.1.113883.6.1"/><title>Note</title><effectiveTime value="20240131120000+0000"/><recordTarget><patientRole><id root="1.2.3" extension="7"/><patient><name><given>A</given><family>B</family></name></patient></patientRole></recordTarget><component><structuredBody><component><section><code code="51847-2" codeSystem="2.16.840.1.113883.6.1"/><title>Assessment</title><text><paragraph>${NOTE}</paragraph></text></section></component></structuredBody></component></ClinicalDocument>`;
    const found = told(ccdaDoor.decode(bytesOf(document), options)).map(([, kind, value]) => [kind, value]);
    expect(found).toEqual([
      ['condition.absent', null],
      ['observation', 38.2],
      ['medication', null],
    ]);
  });

  it('markup becomes lines and cells', () => {
    expect(
      plainText('<div><p>a &amp; b</p><table><tr><td>Na</td><td>138</td></tr></table>x<br/>y &#176;C &unknown; <'),
    ).toBe('a & b\nNa | 138 | \nx\ny °C &unknown;');
  });
});
