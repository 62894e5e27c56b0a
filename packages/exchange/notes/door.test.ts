import { instant, LOINC, type RawItem } from '@gemel/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMHealthDoor } from '../device/open-mhealth/door.ts';
import type { DoorOptions } from '../door.ts';
import { sniffDoor } from '../doors.ts';
import { fhirDoor } from '../fhir/decode.ts';
import { structureFaults } from '../fhir/structure.ts';
import { hl7v2Door } from '../hl7v2/decode.ts';
import { plainNoteDoor } from './door.ts';
import { corpus } from './fixtures/corpus.data.ts';

const AT = instant(Date.UTC(2024, 0, 31, 12, 30));
const given: DoorOptions = { name: 'note.txt', subject: 'Patient/p1', start: AT, zone: '+01:00' };
const bytesOf = (text: string) => new TextEncoder().encode(text);
const decode = (text: string | Uint8Array, options: DoorOptions = given) => [
  ...plainNoteDoor.decode(typeof text === 'string' ? bytesOf(text) : text, options),
];
const items = (text: string, options?: DoorOptions) => decode(text, options).flatMap(({ items: made }) => made);
const codes = (text: string, options?: DoorOptions) =>
  decode(text, options).flatMap(({ problems }) => problems.map(({ code }) => code));

describe('the door of notes', () => {
  it('a blood pressure means what it means by Open mHealth, FHIR and HL7 v2: only provenance and marks differ', () => {
    const omh = {
      header: {
        id: 'x',
        creation_date_time: '2024-01-31T13:30:00+01:00',
        schema_id: { namespace: 'omh', name: 'blood-pressure', version: '4.0' },
      },
      body: {
        systolic_blood_pressure: { value: 120, unit: 'mmHg' },
        diastolic_blood_pressure: { value: 80, unit: 'mmHg' },
        effective_time_frame: { date_time: '2024-01-31T13:30:00+01:00' },
      },
    };
    const quantity = (value: number) => ({
      value,
      unit: 'mm[Hg]',
      system: 'http://unitsofmeasure.org',
      code: 'mm[Hg]',
    });
    const code = (each: string, display: string) => ({ coding: [{ system: LOINC, code: each, display }] });
    const resource = {
      resourceType: 'Observation',
      id: 'bp',
      status: 'final',
      code: code('85354-9', 'Blood pressure panel with all children optional'),
      subject: { reference: 'Patient/p1' },
      effectiveDateTime: '2024-01-31T13:30:00+01:00',
      component: [
        { code: code('8480-6', 'Systolic blood pressure'), valueQuantity: quantity(120) },
        { code: code('8462-4', 'Diastolic blood pressure'), valueQuantity: quantity(80) },
      ],
    };
    const message = [
      'MSH|^~\\&|A|B|C|D|20240131133000+0100||ORU^R01|1|P|2.5.1',
      'PID|1||p1^^^H&1.2&ISO',
      'OBR|1|||85354-9^BP^LN|||20240131133000+0100',
      'OBX|1|NM|8480-6^Systolic blood pressure^LN||120|mm[Hg]^^UCUM|||||F|||20240131133000+0100',
      'OBX|2|NM|8462-4^Diastolic blood pressure^LN||80|mm[Hg]^^UCUM|||||F|||20240131133000+0100',
    ].join('\r');
    const core = (made: readonly RawItem[]) =>
      made.flatMap((item) =>
        item.kind === 'observation' ? [[item.codings[0]!.code, item.value, item.time, item.status]] : [],
      );
    const note = core(items('BP 120/80 mmHg'));
    expect(note).toHaveLength(2);
    expect(note).toEqual(
      core([...fhirDoor.decode(bytesOf(JSON.stringify(resource)), given)].flatMap((each) => each.items)),
    );
    expect(note).toEqual(
      core(
        [...openMHealthDoor.decode(bytesOf(JSON.stringify(omh)), { name: 'x.json', subject: 'Patient/p1' })].flatMap(
          (each) => each.items,
        ),
      ),
    );
    expect(note).toEqual(
      core([...hl7v2Door.decode(bytesOf(message), { name: 'x.hl7' })].flatMap((each) => each.items)),
    );
  });

  it('each item says that it was read from text, by which rule and where', () => {
    const text = 'Vitals: HR 72 bpm. Takes metformin 500 mg PO BID. NKDA. Has asthma.';
    const made = items(text);
    expect(made.map((item) => (item.kind === 'fact' ? item.fact : item.kind))).toEqual([
      'observation',
      'medication',
      'allergy.none',
      'condition',
    ]);
    for (const { provenance } of made) {
      const { derived, byteStart, byteEnd } = provenance;
      expect(derived).toMatchObject({ from: 'text', charStart: byteStart, charEnd: byteEnd });
      expect(derived!.rule).toMatch(/^(measure|drug|allergy|problem)\./);
    }
    expect(made.some(({ kind }) => kind === 'control')).toBe(false);
  });

  it('no text becomes a dose: of the whole corpus nothing is a control', () => {
    const all = corpus.flatMap(({ text }) => items(text));
    expect(all.length).toBeGreaterThan(200);
    expect(all.every(({ kind, provenance }) => kind !== 'control' && provenance.derived !== undefined)).toBe(true);
  });

  it('what is no value of the patient now is kept with its reason', () => {
    for (const [text, code] of [
      ['Na 138.', 'note-unit-missing'],
      ['Na 138 mg/dL.', 'note-unit-unexpected'],
      ['Goal SBP 120.', 'note-axis'],
      ['Baseline creatinine 0.9 mg/dL.', 'note-axis'],
      ['Hgb 412 g/dL', 'note-value-implausible'],
      ['Return if fever.', 'note-axis'],
      ['Roommate has influenza.', 'note-axis'],
    ] as const) {
      const [first] = decode(text);
      expect([text, first!.fate, first!.items, first!.problems.map((problem) => problem.code)]).toEqual([
        text,
        'kept',
        [],
        [code],
      ]);
      expect(first!.kept).toBeDefined();
      expect(first!.problems[0]!.remedy).not.toBe('');
    }
  });

  it('a value with its day stands on that day', () => {
    const [item] = items('Creatinine was 1.4 mg/dL yesterday.');
    expect(item).toMatchObject({
      time: { start: Date.UTC(2024, 0, 29, 23), end: Date.UTC(2024, 0, 30, 23), offset: 60 },
    });
    expect(codes('Creatinine was 1.4 mg/dL yesterday.')).toEqual(['note-time-day']);
  });

  it('subject and time come from the head of the note, or are asked for', () => {
    const head = 'Patient ID: urn:x|17\nDate: 2024-01-31 1:30 PM\nBP 120/80 mmHg';
    const [item] = items(head, { name: 'a.txt', zone: '+01:00' });
    expect(item).toMatchObject({ subject: 'urn:x|17', time: { start: AT, offset: 60 } });
    expect(codes(head, { name: 'a.txt' })).toContain('exchange-zone-missing');
    expect(codes('BP 120/80', { name: 'a.txt' })).toEqual(['exchange-subject-missing', 'note-time-missing']);
    expect(codes('Subject: p\nBP 120/80', { name: 'a.txt' })).toContain('note-time-missing');
    expect(codes('Subject: p\nDate: 3/4/2024\nBP 120/80', { name: 'a.txt' })).toContain('exchange-date-ambiguous');
    expect(
      items('Subject: p\nDate: 3/4/2024\nBP 120/80', { name: 'a.txt', dates: 'day-first', zone: 'UTC' })[0],
    ).toMatchObject({ time: { start: Date.UTC(2024, 3, 3) } });
    expect(codes('BP 120/80', { ...given, zone: 'Nowhere' })).toContain('exchange-zone-unknown');
  });

  it('empty and binary sources are refused, Windows-1252 is read and said', () => {
    expect(codes(' \n')).toEqual(['exchange-empty']);
    expect(codes('a\0b')).toEqual(['exchange-not-this-format']);
    const latin = Uint8Array.from([...'T 38.2 \u00b0C, HR 72'].map((letter) => letter.charCodeAt(0)));
    const decoded = decode(latin);
    expect(decoded[0]!.problems[0]!.code).toBe('exchange-encoding');
    expect(decoded.flatMap(({ items: made }) => made)).toHaveLength(2);
    expect(decoded[2]!.provenance).toMatchObject({ byteStart: 11, byteEnd: 16 });
  });

  it('the account of the text covers every byte once', () => {
    const check = (text: string, bom: boolean) => {
      const bytes = bytesOf(`${bom ? '\uFEFF' : ''}${text}`);
      let at = 0;
      for (const { byteStart, byteEnd } of plainNoteDoor.fields!(bytes, given)) {
        expect(byteStart).toBe(at);
        expect(byteEnd).toBeGreaterThan(byteStart);
        at = byteEnd;
      }
      expect(at).toBe(bytes.length);
    };
    for (const { text } of corpus) check(text, false);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...corpus.slice(0, 40).map(({ text }) => text), 'µ', '😀', '\r\n'), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.boolean(),
        (parts, bom) => check(parts.join(' '), bom),
      ),
      { numRuns: 60 },
    );
  });

  it('every resource it makes is valid R4', () => {
    const text = corpus.map((each) => each.text).join('\n\n');
    const resources = [...plainNoteDoor.resources!(bytesOf(text), given)];
    const types = new Set(resources.map((each) => (each as { resourceType: string }).resourceType));
    expect([...types].sort()).toEqual([
      'AllergyIntolerance',
      'Condition',
      'DocumentReference',
      'FamilyMemberHistory',
      'MedicationStatement',
      'Observation',
    ]);
    for (const resource of resources) expect([resource, structureFaults(resource)]).toEqual([resource, []]);
  });

  it('a text file is taken for a note, and for nothing else', () => {
    expect(sniffDoor(bytesOf('No fever, BP 120/80.'), 'a.txt')?.id).toBe('note');
    expect(sniffDoor(bytesOf('HPI: cough\nAssessment: bronchitis'), '')?.id).toBe('note');
    expect(sniffDoor(bytesOf('MSH|^~\\&|A|B'), 'a.txt')?.id).toBe('hl7v2');
    expect(plainNoteDoor.sniff(bytesOf('{"a": 1}'), 'a.txt')).toBe(0);
    expect(plainNoteDoor.sniff(bytesOf('just words'), 'a.bin')).toBe(0);
  });

  it('any bytes: nothing thrown, every entry accounted for', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const entry of decode(bytes)) expect(['mapped', 'kept', 'refused']).toContain(entry.fate);
        for (const each of plainNoteDoor.resources!(bytes, given)) expect(each).toBeDefined();
      }),
      { numRuns: 200 },
    );
  });
});
