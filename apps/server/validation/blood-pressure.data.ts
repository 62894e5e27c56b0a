/** Whose it is, when, and what: 120/80 mm[Hg] of one person at one moment, in the words of every door. */
const PERSON = { system: 'urn:oid:1.2.3', value: '4711' };
export const SUBJECT = `${PERSON.system}|${PERSON.value}`;
export const AT = '2024-03-01T08:00:00+01:00';

/** One source: the name its door is found by, and what it says. */
export interface Way {
  readonly name: string;
  /** Name of the file; under a topic for what comes by MQTT. */
  readonly file: string;
  readonly text: string;
  /** Whom it is of, where the source itself does not say. */
  readonly subject?: string;
  /** When it was, where the source itself does not say. */
  readonly start?: string;
}

const LOINC = 'http://loinc.org';
const MDC = 'urn:iso:std:iso:11073:10101';
const ucum = (value: number, code = 'mm[Hg]') => ({ value, unit: code, system: 'http://unitsofmeasure.org', code });
const of = (system: string, code: string | number) => ({ coding: [{ system, code: String(code) }] });
/** 120 and 80 mm[Hg]: UCUM's metre of mercury column is 133.322 kPa. */
const KPA = [120, 80].map((value) => value * 0.133322);

const observation = (rest: object, at = AT) => ({
  resourceType: 'Observation',
  status: 'final',
  subject: { identifier: PERSON },
  effectiveDateTime: at,
  ...rest,
});
const panel = (code: object, parts: readonly (readonly [code: object, quantity: object])[], at = AT): string =>
  JSON.stringify(
    observation(
      { id: 'bp', code, component: parts.map(([part, valueQuantity]) => ({ code: part, valueQuantity })) },
      at,
    ),
  );
const single = (id: string, code: string, value: number) =>
  observation({ id, code: of(LOINC, code), valueQuantity: ucum(value) });
const bundle = (...resources: readonly object[]) =>
  JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) });

const oru = (
  unit: string,
  values: readonly number[] = [120, 80],
  at = '20240301080000+0100',
  codes = ['8480-6^Systolic^LN', '8462-4^Diastolic^LN'],
) =>
  [
    `MSH|^~\\&|MONITOR|HOSP|G|H|20240301081000+0100||ORU^R01|1|P|2.5.1`,
    `PID|1||${PERSON.value}^^^&1.2.3&ISO^MR||Doe^Jane`,
    `OBR|1|P1|F1|85354-9^Blood pressure^LN|||${at}`,
    ...codes.map((code, i) => `OBX|${i + 1}|NM|${code}||${values[i]}|${unit}|||||F|||${at}`),
  ].join('\r');

const vital = (code: string, value: number) =>
  `<component><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.27"/>
<id root="1.2.9" extension="${code}"/><code code="${code}" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/>
<effectiveTime value="20240301080000+0100"/><value xsi:type="PQ" value="${value}" unit="mm[Hg]"/></observation></component>`;
const ccda = `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><id root="2.25.77"/>
<code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><title>Summary</title><effectiveTime value="20240301120000+0100"/>
<recordTarget><patientRole><id root="1.2.3" extension="${PERSON.value}"/><patient><name><given>Jane</given><family>Doe</family></name></patient></patientRole></recordTarget>
<component><structuredBody><component><section><templateId root="2.16.840.1.113883.10.20.22.2.4.1"/>
<code code="8716-3" codeSystem="2.16.840.1.113883.6.1"/><title>Vital signs</title><text>120/80</text>
<entry><organizer classCode="CLUSTER" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.26"/><id root="1.2.9" extension="o"/>
<code code="46680005" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/><effectiveTime value="20240301080000+0100"/>
${vital('8480-6', 120)}${vital('8462-4', 80)}</organizer></entry></section></component></structuredBody></component></ClinicalDocument>`;

const omh = {
  header: {
    id: '243c773b-8936-407e-9c23-270d0ea49cc4',
    creation_date_time: AT,
    schema_id: { namespace: 'omh', name: 'blood-pressure', version: '3.0' },
  },
  body: {
    systolic_blood_pressure: { value: 120, unit: 'mmHg' },
    diastolic_blood_pressure: { value: 80, unit: 'mmHg' },
    effective_time_frame: { date_time: AT },
  },
};

const mdc = (value: number) => ({ value, system: MDC, code: '266016' });
const TOPIC = `twins/${encodeURIComponent(SUBJECT)}/cuff-1`;

/** The first is what the others are held against. */
export const ways: readonly Way[] = [
  {
    name: 'FHIR, the panel 85354-9',
    file: 'panel.json',
    text: panel(of(LOINC, '85354-9'), [
      [of(LOINC, '8480-6'), ucum(120)],
      [of(LOINC, '8462-4'), ucum(80)],
    ]),
  },
  {
    name: 'FHIR, 8480-6 and 8462-4 apart',
    file: 'apart.json',
    text: bundle(single('s', '8480-6', 120), single('d', '8462-4', 80)),
  },
  {
    name: 'FHIR, in kPa',
    file: 'kpa.json',
    text: panel(of(LOINC, '85354-9'), [
      [of(LOINC, '8480-6'), ucum(KPA[0]!, 'kPa')],
      [of(LOINC, '8462-4'), ucum(KPA[1]!, 'kPa')],
    ]),
  },
  {
    name: 'FHIR, the time in another zone',
    file: 'zone.json',
    text: panel(
      of(LOINC, '85354-9'),
      [
        [of(LOINC, '8480-6'), ucum(120)],
        [of(LOINC, '8462-4'), ucum(80)],
      ],
      '2024-02-29T23:00:00-08:00',
    ),
  },
  { name: 'HL7 v2 ORU, in mm[Hg]', file: 'ucum.hl7', text: oru('mm[Hg]^^UCUM') },
  { name: 'HL7 v2 ORU, in mmHg', file: 'mmhg.hl7', text: oru('mmHg') },
  { name: 'HL7 v2 ORU, in kPa', file: 'kpa.hl7', text: oru('kPa^^UCUM', KPA) },
  {
    name: 'HL7 v2 ORU, ISO/IEEE 11073 codes',
    file: 'mdc.hl7',
    text: oru('266016^MDC_DIM_MMHG^MDC', [120, 80], '20240301070000+0000', [
      '150021^MDC_PRESS_BLD_NONINV_SYS^MDC',
      '150022^MDC_PRESS_BLD_NONINV_DIA^MDC',
    ]),
  },
  { name: 'C-CDA, vital signs organizer', file: 'ccd.xml', text: ccda },
  { name: 'Open mHealth', file: 'omh.json', text: JSON.stringify(omh), subject: SUBJECT },
  {
    name: 'MQTT, ISO/IEEE 11073 as FHIR (PHD)',
    file: `${TOPIC}/pressure`,
    text: panel(of(MDC, 150020), [
      [of(MDC, 150021), mdc(120)],
      [of(MDC, 150022), mdc(80)],
    ]),
  },
  {
    name: 'MQTT, rows with reference ids',
    file: `${TOPIC}/values`,
    text: JSON.stringify([
      { time: AT, code: 'MDC_PRESS_BLD_NONINV_SYS', value: 120, unit: 'mmHg' },
      { time: '2024-03-01T07:00:00Z', code: 'MDC_PRESS_BLD_NONINV_DIA', value: 80, unit: 266016 },
    ]),
  },
  {
    name: 'A note in words',
    file: 'note.txt',
    text: 'CHIEF COMPLAINT: headache.\n\nVITAL SIGNS: BP 120/80 mmHg, no fever.\n\nASSESSMENT: tension headache.\n',
    subject: SUBJECT,
    start: AT,
  },
  // Flags 02 (with time), 120, 80, no mean, 2024-03-01 08:00:00 of the device's clock.
  { name: 'MQTT, Bluetooth characteristic 2A35', file: `${TOPIC}/gatt/2A35`, text: '0278005000ff07e8070301080000' },
];
