import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sniffDoor } from '../doors.ts';
import { structureFaults } from '../fhir/structure.ts';
import { isError } from '../fhir/validate/issue.ts';
import { validateResource } from '../fhir/validate/validate.ts';
import { hl7v2Door } from './decode.ts';
import { mapNames, rowsOf } from './segment-map.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const lines = (...segments: string[]) => bytesOf(`${segments.join('\r')}\r`);
const head = (type: string, more = '') =>
  `MSH|^~\\&|LAB|HOSP|GEMEL|HERE|20240131120000+0100||${type}|M1|P|2.5.1${more}`;
const PID = 'PID|1||123^^^HOSP&1.2.3&ISO^MR||Doe^Jane^Q||19700102|F';
const decoded = (bytes: Uint8Array, options = {}) => [...hl7v2Door.decode(bytes, { name: 'test.hl7', ...options })];
const items = (bytes: Uint8Array, options = {}) => decoded(bytes, options).flatMap((one) => one.items);
const resources = (bytes: Uint8Array, options = {}) =>
  [...hl7v2Door.resources!(bytes, { name: 'test.hl7', ...options })] as {
    resourceType: string;
    [name: string]: unknown;
  }[];
const one = (bytes: Uint8Array, type: string) => resources(bytes).find(({ resourceType }) => resourceType === type)!;
const fields = (bytes: Uint8Array, options = {}) => [...hl7v2Door.fields!(bytes, { name: 'test.hl7', ...options })];

describe('maps', () => {
  test('every row leads to an element that R4 has, under a condition that can be read', () => {
    for (const name of mapNames()) expect(rowsOf(name).length, name).toBeGreaterThan(0);
  });
});

describe('observations', () => {
  const oru = (obx: string, obr = 'OBR|1|P1|F1|24321-2^Panel^LN|||20240131113000+0100||||||||||||||||||F') =>
    lines(head('ORU^R01^ORU_R01'), PID, 'PV1|1|I|W^1^2|||||||||||||||||V9', obr, obx);

  test('a number with its unit, time, status and subject, placed at its bytes', () => {
    const bytes = oru('OBX|1|NM|2345-7^Glucose^LN||5.4|mmol/L^^UCUM|3.9-5.5|N|||F|||20240131114500+0100');
    const [item] = items(bytes).filter(({ kind }) => kind === 'observation');
    expect(item).toMatchObject({
      subject: 'urn:oid:1.2.3|123',
      codings: [{ system: 'http://loinc.org', code: '2345-7' }],
      value: { kind: 'quantity', value: 5.4, unit: 'mmol/L' },
      time: { start: Date.parse('2024-01-31T11:45:00+01:00'), offset: 60 },
      status: 'final',
    });
    const { byteStart, byteEnd } = item!.provenance;
    expect(new TextDecoder().decode(bytes.subarray(byteStart, byteEnd))).toMatch(/^OBX\|1\|NM.*0100$/);
  });

  test.each([
    ['SN', '>^100', { valueQuantity: { value: 100, comparator: '>', unit: 'mg/dL' } }],
    ['SN', '^1^:^128', { valueRatio: { numerator: { value: 1 }, denominator: { value: 128 } } }],
    ['SN', '^10^-^20', { valueRange: { low: { value: 10, unit: 'mg/dL' }, high: { value: 20, unit: 'mg/dL' } } }],
    ['SN', '^2^+', { valueString: '2 + mg/dL' }],
    ['NM', '<0.1', { valueQuantity: { value: 0.1, comparator: '<', unit: 'mg/dL' } }],
    [
      'CWE',
      '260373001^Detected^SCT',
      {
        valueCodeableConcept: {
          coding: [{ system: 'http://snomed.info/sct', code: '260373001', display: 'Detected' }],
          text: 'Detected',
        },
      },
    ],
    ['ST', 'a\\T\\b', { valueString: 'a&b' }],
    ['TX', 'line 1~line 2', { valueString: 'line 1\nline 2' }],
    ['DT', '20240102', { valueDateTime: '2024-01-02' }],
    ['TM', '1345', { valueTime: '13:45:00' }],
    ['NM', 'lots', { valueString: 'lots' }],
  ])('a value of type %s, %j', (kind, value, expected) => {
    expect(one(oru(`OBX|1|${kind}|X^Y^LN||${value}|mg/dL||||||F`), 'Observation')).toMatchObject(expected);
  });

  test('a repeated number becomes components; the panel, its specimen and its note refer to one another', () => {
    const bytes = lines(
      head('ORU^R01^ORU_R01'),
      PID,
      'ORC|RE|P1|F1',
      'OBR|1|P1|F1|24321-2^Panel^LN|||20240131113000+0100||||||||||||||||||F',
      'NTE|1||fasting',
      'OBX|1|NM|8480-6^BP^LN||120~80|mm[Hg]^^UCUM|||||F',
      'NTE|1||left arm',
      'SPM|1|S1^S2||BLD^Blood^HL70487',
    );
    const all = resources(bytes);
    const find = (type: string) => all.find(({ resourceType }) => resourceType === type)!;
    const observation = find('Observation');
    expect(observation).toMatchObject({
      component: [{ valueQuantity: { value: 120 } }, { valueQuantity: { value: 80 } }],
      note: [{ text: 'left arm' }],
    });
    expect(find('DiagnosticReport')).toMatchObject({
      result: [{ reference: `Observation/${observation.id}` }],
      basedOn: [{ reference: `ServiceRequest/${find('ServiceRequest').id}` }],
      specimen: [{ reference: `Specimen/${find('Specimen').id}` }],
      conclusion: 'fasting',
      status: 'final',
    });
  });

  test('the same result sent again is the same item; one sent as corrected too; one withdrawn retracts it', () => {
    const id = (status: string, value = '5') =>
      items(oru(`OBX|1|NM|2345-7^Glucose^LN||${value}|mmol/L|||||${status}`)).find(({ kind }) => kind !== 'fact')!;
    expect(id('F').provenance.sourceId).toBe(id('C', '6').provenance.sourceId);
    expect(id('W')).toMatchObject({ kind: 'retraction', target: id('F').provenance.sourceId });
  });

  test('a time of day without any zone: refused as an observation until --zone says it, to the day in FHIR', () => {
    const bytes = lines(
      'MSH|^~\\&|L|H|||20240131||ORU^R01|1|P|2.3',
      PID,
      'OBR|1||F|X^Y^LN',
      'OBX|1|NM|2345-7^G^LN||5|mmol/L|||||F|||20240131114500',
    );
    expect(items(bytes).filter(({ kind }) => kind === 'observation')).toEqual([]);
    expect(decoded(bytes).flatMap(({ problems }) => problems.map(({ code }) => code))).toContain(
      'exchange-zone-missing',
    );
    expect(one(bytes, 'Observation').effectiveDateTime).toBe('2024-01-31');
    const [item] = items(bytes, { zone: 'Europe/Berlin' }).filter(({ kind }) => kind === 'observation');
    expect(item).toMatchObject({ time: { start: Date.parse('2024-01-31T11:45:00+01:00') } });
  });
});

describe('patients and visits', () => {
  const adt = (event: string, ...more: string[]) => lines(head(`ADT^${event}`), 'EVN||20240131', PID, ...more);

  test('a merge is a record of its own, the same each time; A24 links, A37 takes the link back', () => {
    const merge = items(adt('A40', 'MRG|99^^^HOSP&1.2.3&ISO^MR')).filter(({ kind }) => kind === 'merge');
    expect(merge).toMatchObject([{ subject: 'urn:oid:1.2.3|123', from: 'urn:oid:1.2.3|99' }]);
    const other = 'PID|2||99^^^HOSP&1.2.3&ISO^MR||Doe^J';
    const [link] = items(adt('A24', other)).filter(({ kind }) => kind === 'merge');
    const [unlink] = items(adt('A37', other)).filter(({ kind }) => kind === 'retraction');
    expect(unlink).toMatchObject({ subject: link!.subject, target: link!.provenance.sourceId });
    expect(items(adt('A45', 'MRG|99^^^HOSP&1.2.3&ISO^MR||||V1')).filter(({ kind }) => kind === 'merge')).toEqual([]);
  });

  test.each([
    ['A01', '', 'in-progress'],
    ['A03', '20240201', 'finished'],
    ['A11', '', 'cancelled'],
    ['A13', '20240201', 'in-progress'],
    ['A05', '', 'planned'],
  ])('after %s the visit is %s %s', (event, end, status) => {
    const pv1 = Array.from(
      { length: 46 },
      (_, n) => ({ 0: 'PV1', 2: 'I', 3: 'W^1^2', 19: 'V9', 44: '20240131', 45: end })[n] ?? '',
    );
    const bytes = adt(event, pv1.join('|'));
    expect(one(bytes, 'Encounter')).toMatchObject({ status, class: { code: 'IMP' }, identifier: [{ value: 'V9' }] });
  });

  test('"" withdraws a fact; what PID leaves out stays', () => {
    const deleted = items(lines(head('ADT^A31'), 'PID|1||123^^^HOSP&1.2.3&ISO^MR||Doe^Jane||""|F'));
    expect(deleted.filter(({ kind }) => kind === 'retraction')).toMatchObject([
      { target: expect.stringMatching(/#birthDate$/) },
    ]);
    expect(decoded(adt('A31')).find(({ type }) => type === 'PID')!.provenance.sourceId).toBeUndefined();
  });
});

describe('orders, appointments and documents', () => {
  test('an appointment: when, with whom, and the patient', () => {
    const bytes = lines(
      head('SIU^S12'),
      'SCH|P1|F1|||||CHECKUP^Checkup|NORMAL|30|MIN|^^^20240301090000+0100^20240301093000+0100',
      PID,
      'RGS|1',
      'AIP|1||4^Care^Doctor|||||||||Booked',
      'AIL|1||W^12^1',
    );
    const patient = one(bytes, 'Patient');
    expect(one(bytes, 'Appointment')).toMatchObject({
      status: 'booked',
      start: '2024-03-01T09:00:00+01:00',
      minutesDuration: 30,
      participant: [
        { actor: { reference: `Patient/${patient.id}` }, status: 'accepted' },
        { actor: { reference: expect.stringMatching(/^Practitioner\//) }, status: 'accepted' },
        { actor: { reference: expect.stringMatching(/^Location\//) } },
      ],
    });
  });

  test('a prescription: what, how much, how often, by which route', () => {
    const bytes = lines(
      head('RDE^O11'),
      PID,
      'ORC|NW|P1||||||||||4^Care^Doctor',
      'RXE||0143963401^Drug^NDC|2||mg^^UCUM||^with water||G|30|tab|2',
      'TQ1|1||BID|0800~2000||||R',
      'RXR|PO^Oral^HL70162',
    );
    expect(one(bytes, 'MedicationRequest')).toMatchObject({
      status: 'active',
      medicationCodeableConcept: { coding: [{ system: 'http://hl7.org/fhir/sid/ndc', code: '0143963401' }] },
      dosageInstruction: [
        {
          doseAndRate: [{ doseQuantity: { value: 2, unit: 'mg', code: 'mg' } }],
          timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd', timeOfDay: ['08:00:00', '20:00:00'] } },
          route: { coding: expect.arrayContaining([expect.objectContaining({ code: 'PO' })]) },
          patientInstruction: 'with water',
        },
      ],
      dispenseRequest: { quantity: { value: 30, unit: 'tab' }, numberOfRepeatsAllowed: 2 },
    });
  });

  test('a vaccination, a document, a charge', () => {
    const vxu = lines(
      head('VXU^V04'),
      PID,
      'ORC|RE||F1',
      'RXA|0|1|20240131||88^Flu^CVX|0.5|mL^^UCUM||00||||||LOT1||||CP',
      'RXR|IM^Intramuscular^HL70162',
    );
    expect(one(vxu, 'Immunization')).toMatchObject({
      status: 'completed',
      primarySource: true,
      lotNumber: 'LOT1',
      doseQuantity: { value: 0.5, code: 'mL' },
    });
    const mdm = lines(
      head('MDM^T02'),
      PID,
      'TXA|1|DS|TX||||||||DOC1|||||AU||AV',
      'OBX|1|TX|1^Summary||first~second||||||F',
      'OBX|2|ED|2^Scan||^application^pdf^Base64^QUJD||||||F',
    );
    expect(one(mdm, 'DocumentReference')).toMatchObject({
      status: 'current',
      content: [
        { attachment: { contentType: 'text/plain', data: btoa('first\nsecond') } },
        { attachment: { contentType: 'application/pdf', data: 'QUJD' } },
      ],
    });
    const dft = lines(head('DFT^P03'), PID, 'FT1|1|T1||20240131||CG|99213^Visit^C4|||2||50^EUR');
    expect(one(dft, 'ChargeItem')).toMatchObject({
      status: 'billable',
      quantity: { value: 2 },
      code: { coding: [{ code: '99213' }] },
    });
  });
});

describe('the account', () => {
  test('every field is mapped, kept or refused, with its bytes, and the raw text of what is not mapped is kept', () => {
    const bytes = lines(head('ADT^A01'), `${PID}||2106-3^White^HL70005|1 St^^Town|||||||||||||||maybe`, 'ZZ1|1|own');
    const rows = fields(bytes);
    const row = (element: string) => rows.find((each) => each.element === element)!;
    expect(row('PID-3')).toMatchObject({ fate: 'mapped', left: [], to: ['Patient.identifier[2]'] });
    expect(row('PID-10')).toMatchObject({ fate: 'kept' });
    expect(row('ZZ1-2')).toMatchObject({ fate: 'kept' });
    for (const { byteStart, byteEnd } of rows) expect(byteEnd).toBeGreaterThan(byteStart);
    const pid = decoded(bytes).find(({ type }) => type === 'PID')!;
    expect(pid.kept).toEqual({ text: new TextDecoder().decode(bytes).trimEnd() });
    expect(decoded(bytes).find(({ type }) => type === 'ZZ1')).toMatchObject({ fate: 'kept', items: [] });
  });

  test('the text of a message is kept whole, each patient’s part under that patient', () => {
    const other = 'PID|2||99^^^HOSP&1.2.3&ISO^MR||Roe^R';
    const parts = decoded(lines(head('ADT^A17'), PID, 'PV1|1|I', other, 'PV1|2|I')).filter(
      ({ kept }) => kept !== undefined,
    );
    expect(parts.map(({ subject }) => subject)).toEqual(['urn:oid:1.2.3|123', 'urn:oid:1.2.3|99']);
    expect(
      parts.map(({ kept }) => (kept as { text: string }).text.split('\r').map((line) => line.slice(0, 5))),
    ).toEqual([
      ['MSH|^', 'PID|1', 'PV1|1'],
      ['PID|2', 'PV1|2'],
    ]);
  });

  test('one entry for each segment; a message that cannot be read is refused with segment and field', () => {
    const bytes = lines(head('ADT^A01'), PID, 'PV1|1|I', 'MSH|^~\\&|A||||||ADT^A01|1|P|1.0', 'PID|1||5');
    const all = decoded(bytes);
    expect(all.map(({ type, fate }) => `${type} ${fate}`)).toEqual([
      'MSH kept',
      'PID mapped',
      'PV1 mapped',
      'message refused',
    ]);
    expect(all.at(-1)!.problems).toMatchObject([{ code: 'hl7v2-version', where: { field: 'MSH-12' } }]);
  });

  test('batches are checked against their trailers', () => {
    const batch = lines('FHS|^~\\&|A', 'BHS|^~\\&|A', head('ADT^A01'), PID, 'BTS|2', 'FTS|1');
    const codes = decoded(batch).flatMap(({ problems }) => problems.map(({ code }) => code));
    expect(codes).toContain('hl7v2-batch-count');
  });

  test('segments alike in one message are resources of their own, however many', () => {
    const bytes = lines(head('ORU^R01'), PID, ...Array.from({ length: 3000 }, () => 'OBX|1|NM|X^Y^LN||5|mg/dL|||||F'));
    const ids = resources(bytes).filter(({ resourceType }) => resourceType === 'Observation');
    expect(new Set(ids.map(({ id }) => id)).size).toBe(3000);
  });

  test('messages of other types are kept whole', () => {
    expect(decoded(lines(head('QBP^Q11'), 'QPD|x'))).toMatchObject([
      { type: 'QBP', fate: 'kept', problems: [{ code: 'hl7v2-message-unmapped' }] },
    ]);
  });
});

describe('bad input', () => {
  test('any message of known segments with any fields becomes resources that hold to R4, and is accounted for', () => {
    const value = fc.oneof(
      fc.constantFrom(
        '',
        '20240131',
        '20240131120000+0100',
        'A^B^LN',
        '1',
        '-5',
        '""',
        'F',
        'N',
        '1^^^H&1.2&ISO^MR',
        'a~b',
        '~',
        '^^^',
      ),
      fc.string({ maxLength: 6 }).map((text) => text.replace(/[\r\n]/g, '')),
    );
    const names = [
      'PID',
      'PD1',
      'PV1',
      'PV2',
      'NK1',
      'AL1',
      'IAM',
      'DG1',
      'PR1',
      'ORC',
      'OBR',
      'OBX',
      'NTE',
      'SPM',
      'RXA',
      'RXE',
      'RXO',
      'RXD',
      'RXR',
      'TQ1',
      'SCH',
      'AIS',
      'AIG',
      'AIL',
      'AIP',
      'TXA',
      'IN1',
      'GT1',
      'MRG',
      'EVN',
      'FT1',
      'ROL',
      'PRT',
      'PRB',
      'GOL',
      'RF1',
      'PRD',
      'SFT',
      'ZZZ',
    ];
    const segment = fc.record({
      name: fc.constantFrom(...names),
      fields: fc.array(value, { minLength: 1, maxLength: 40 }),
    });
    const type = fc.constantFrom(
      'ADT^A01',
      'ADT^A40',
      'ADT^A24',
      'ORU^R01',
      'ORM^O01',
      'VXU^V04',
      'RDE^O11',
      'RDS^O13',
      'RAS^O17',
      'SIU^S12',
      'MDM^T02',
      'DFT^P03',
      'PPR^PC1',
      'REF^I12',
      'OUL^R22',
    );
    fc.assert(
      fc.property(type, fc.array(segment, { maxLength: 8 }), (event, segments) => {
        const bytes = lines(head(event), ...segments.map(({ name, fields: list }) => `${name}|${list.join('|')}`));
        for (const resource of resources(bytes)) expect(structureFaults(resource)).toEqual([]);
        const all = decoded(bytes);
        expect(all.filter(({ type: kind }) => kind !== 'file').length).toBe(segments.length + 1);
        for (const { fate, items: made, problems } of all) {
          expect(fate === 'mapped').toBe(made.length > 0);
          if (fate === 'refused') expect(problems.length).toBeGreaterThan(0);
        }
        let at = 0;
        for (const { byteStart, byteEnd } of fields(bytes)) {
          expect(byteStart).toBeGreaterThanOrEqual(at);
          at = byteEnd;
        }
      }),
      { numRuns: 80 },
    );
  });

  test('any bytes are decoded without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (noise, headed) => {
        const bytes = headed ? Uint8Array.from([...bytesOf(`${head('ADT^A01')}\rPID|`), ...noise]) : noise;
        for (const entry of hl7v2Door.decode(bytes, { name: 'noise' })) expect(entry.type).not.toBe('');
      }),
      { numRuns: 150 },
    );
  });
});

const data = process.env.GEMEL_DATA ?? join(import.meta.dirname, '../../../../shared/data');
const folder = join(data, 'hl7v2');

describe.skipIf(!existsSync(folder))(`HL7 v2 messages (skipped where ${folder} is absent)`, () => {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.hl7')) : [];
  test.each(names)('%s is recognised, converts to valid R4, and every field is accounted for', (name) => {
    const bytes = new Uint8Array(readFileSync(join(folder, name)));
    expect(sniffDoor(bytes, name)?.id).toBe('hl7v2');
    const made = resources(bytes);
    expect(made.length).toBeGreaterThan(1);
    for (const resource of made)
      expect(validateResource(resource).filter(isError), JSON.stringify(resource)).toEqual([]);
    expect(fields(bytes).some(({ fate }) => fate === 'mapped')).toBe(true);
  });
});
