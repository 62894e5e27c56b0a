import type * as fhir from '@medplum/fhirtypes';
import { immunizationStatus, medicationStatus } from '../maps.data.ts';
import { cd, code, ids, interval, inverse, ivlPq, pq, time, ts } from './datatypes.ts';
import { comments, type Entry, entryOf } from './problems.ts';
import { label, type Writer } from './writer.ts';
import { tag, templates, words, type Xml } from './xml-writer.ts';

const SNOMED = '2.16.840.1.113883.6.96';
const LOINC = '2.16.840.1.113883.6.1';
const STATUSES = inverse(medicationStatus, { 'on-hold': 'suspended' });
const IMMUNIZED = inverse(immunizationStatus, { 'not-done': 'completed', completed: 'completed' });

/** MedicationRequest → medication activity. */
export function medicationEntry(writer: Writer, resource: fhir.MedicationRequest): Entry {
  const dosage = resource.dosageInstruction?.[0];
  const medicine = writer.find<fhir.Medication>(resource.medicationReference, 'Medication');
  const concept = resource.medicationCodeableConcept ?? medicine?.code;
  const { row, text } = writer.row(
    label(concept),
    dosage?.text ?? '',
    resource.status ?? '',
    resource.authoredOn ?? '',
  );
  const repeat = dosage?.timing?.repeat;
  const moodCode = resource.intent === 'order' ? 'INT' : resource.intent === 'proposal' ? 'PRP' : 'EVN';
  const rate = dosage?.doseAndRate?.[0];
  const count = moodCode === 'EVN' ? undefined : repeat?.count;
  const entry = tag(
    'substanceAdministration',
    { classCode: 'SBADM', moodCode, negationInd: resource.doNotPerform === true ? true : undefined },
    templates(['4.16', '2014-06-09']),
    ids(resource),
    text,
    tag(
      'statusCode',
      STATUSES[resource.status ?? ''] === undefined ? { nullFlavor: 'UNK' } : { code: STATUSES[resource.status ?? ''] },
    ),
    timing(dosage?.timing),
    count === undefined ? undefined : tag('repeatNumber', { value: count }),
    cd('routeCode', dosage?.route),
    cd('approachSiteCode', dosage?.site),
    amount('doseQuantity', rate?.doseQuantity, rate?.doseRange),
    amount('rateQuantity', rate?.rateQuantity, rate?.rateRange),
    ratio('maxDoseQuantity', dosage?.maxDosePerPeriod),
    cd('administrationUnitCode', medicine?.form),
    consumable(
      writer,
      ['4.23', '2014-06-09'],
      cd('code', concept) ?? tag('code', { nullFlavor: 'UNK' }),
      medicine?.batch?.lotNumber,
      medicine?.manufacturer,
    ),
    resource.performer === undefined ? undefined : writer.performers([resource.performer]),
    writer.author(resource.requester, resource.authoredOn),
    sig(dosage?.text),
    instruction(dosage),
    indications(resource.reasonCode),
    supplyOrder(resource.dispenseRequest),
    comments(resource.note),
    precondition(dosage),
  );
  return { row, entry: entryOf(entry) };
}

/** Timing → one effectiveTime for when, another for how often. */
function timing(timing: fhir.Timing | undefined): Xml[] {
  const { event = [], repeat } = timing ?? {};
  const bounds = repeat?.boundsPeriod;
  const first =
    event.length > 0
      ? event.map((each) => tag('effectiveTime', { 'xsi:type': 'TS', value: ts(each) }))
      : [interval('effectiveTime', { start: bounds?.start, end: bounds?.end }, { 'xsi:type': 'IVL_TS' })];
  const often: Xml[] = [];
  if (repeat?.period !== undefined && repeat.periodUnit !== undefined) often.push(periodic(repeat));
  for (const when of repeat?.when ?? []) {
    const offset =
      repeat?.offset === undefined ? undefined : tag('offset', {}, tag('low', { value: repeat.offset, unit: 'min' }));
    often.push(tag('effectiveTime', { 'xsi:type': 'EIVL_TS', operator: 'A' }, tag('event', { code: when }), offset));
  }
  return [...first, ...often];
}

/** "Four times a day" is every six hours by the institution's own clock, as the decoder reads it back. */
function periodic({ frequency = 1, period, periodMax, periodUnit }: fhir.TimingRepeat): string {
  const daily = periodUnit === 'd' && period === 1 && frequency > 1 && 24 % frequency === 0;
  const [value, unit] = daily ? [24 / frequency, 'h'] : [period! / frequency, periodUnit];
  const inner =
    periodMax === undefined
      ? tag('period', { value, unit })
      : tag(
          'period',
          { 'xsi:type': 'IVL_PQ' },
          tag('low', { value, unit }),
          tag('high', { value: periodMax / frequency, unit }),
        );
  return tag(
    'effectiveTime',
    { 'xsi:type': 'PIVL_TS', operator: 'A', institutionSpecified: daily ? true : undefined },
    inner,
  );
}

function amount(name: string, quantity: fhir.Quantity | undefined, range: fhir.Range | undefined): Xml {
  if (quantity !== undefined) return pq(name, quantity);
  return range === undefined ? undefined : ivlPq(name, range.low, range.high, {}, { 'xsi:type': 'IVL_PQ' });
}

export function ratio(name: string, value: fhir.Ratio | undefined): Xml {
  if (value === undefined) return undefined;
  return tag(name, {}, pq('numerator', value.numerator), pq('denominator', value.denominator));
}

/** What is given: its code, lot and maker, under the template of the product. */
function consumable(
  writer: Writer,
  template: readonly [id: string, version: string],
  material: Xml,
  lot: string | undefined,
  maker: Parameters<Writer['organization']>[0],
): string {
  return tag(
    'consumable',
    {},
    tag(
      'manufacturedProduct',
      { classCode: 'MANU' },
      templates(template),
      tag('manufacturedMaterial', {}, material, lot === undefined ? undefined : tag('lotNumberText', {}, words(lot))),
      writer.organization(maker, 'manufacturerOrganization'),
    ),
  );
}

function sig(text: string | undefined): Xml {
  if (text === undefined) return undefined;
  return tag(
    'entryRelationship',
    { typeCode: 'COMP' },
    tag(
      'substanceAdministration',
      { classCode: 'SBADM', moodCode: 'EVN' },
      templates(['4.147']),
      code('code', '76662-6', LOINC, 'Instructions Medication'),
      tag('text', {}, words(text)),
      tag('consumable', {}, tag('manufacturedProduct', {}, tag('manufacturedLabeledDrug', { nullFlavor: 'NA' }))),
    ),
  );
}

function instruction(dosage: fhir.Dosage | undefined): Xml[] {
  const { patientInstruction, additionalInstruction = [] } = dosage ?? {};
  if (patientInstruction === undefined && additionalInstruction.length === 0) return [];
  const list = additionalInstruction.length === 0 ? [undefined] : additionalInstruction;
  return list.map((each, i) =>
    tag(
      'entryRelationship',
      { typeCode: 'SUBJ', inversionInd: true },
      tag(
        'act',
        { classCode: 'ACT', moodCode: 'INT' },
        templates(['4.20', '2014-06-09']),
        cd('code', each) ?? tag('code', { nullFlavor: 'UNK' }),
        i === 0 && patientInstruction !== undefined ? tag('text', {}, words(patientInstruction)) : undefined,
        tag('statusCode', { code: 'completed' }),
      ),
    ),
  );
}

/** Reasons as indications. */
export function indications(reasons: readonly fhir.CodeableConcept[] | undefined): Xml[] {
  return (reasons ?? []).map((reason) =>
    tag(
      'entryRelationship',
      { typeCode: 'RSON' },
      tag(
        'observation',
        { classCode: 'OBS', moodCode: 'EVN' },
        templates(['4.19', '2014-06-09']),
        tag('id', { nullFlavor: 'NI' }),
        code('code', '404684003', SNOMED, 'Clinical finding'),
        tag('statusCode', { code: 'completed' }),
        cd('value', reason, { 'xsi:type': 'CD' }),
      ),
    ),
  );
}

function supplyOrder(request: fhir.MedicationRequestDispenseRequest | undefined): Xml {
  if (request === undefined) return undefined;
  const repeats = request.numberOfRepeatsAllowed;
  return tag(
    'entryRelationship',
    { typeCode: 'REFR' },
    tag(
      'supply',
      { classCode: 'SPLY', moodCode: 'INT' },
      templates(['4.17', '2014-06-09']),
      tag('id', { nullFlavor: 'NI' }),
      tag('statusCode', { code: 'completed' }),
      request.validityPeriod === undefined
        ? undefined
        : interval('effectiveTime', request.validityPeriod, { 'xsi:type': 'IVL_TS' }),
      repeats === undefined ? undefined : tag('repeatNumber', { value: repeats + 1 }),
      pq('quantity', request.quantity),
    ),
  );
}

function precondition(dosage: fhir.Dosage | undefined): Xml {
  const why = dosage?.asNeededCodeableConcept;
  if (why === undefined && dosage?.asNeededBoolean !== true) return undefined;
  return tag(
    'precondition',
    { typeCode: 'PRCN' },
    tag(
      'criterion',
      {},
      templates(['4.25', '2014-06-09']),
      code('code', 'ASSERTION', '2.16.840.1.113883.5.4'),
      why === undefined ? undefined : cd('value', why, { 'xsi:type': 'CD' }),
    ),
  );
}

/** Immunization → immunization activity. */
export function immunizationEntry(writer: Writer, resource: fhir.Immunization): Entry {
  const { row, text } = writer.row(
    label(resource.vaccineCode),
    resource.occurrenceDateTime ?? '',
    resource.status ?? '',
    resource.lotNumber ?? '',
  );
  const dose = resource.protocolApplied?.[0]?.doseNumberPositiveInt;
  const entry = tag(
    'substanceAdministration',
    { classCode: 'SBADM', moodCode: 'EVN', negationInd: resource.status === 'not-done' },
    templates(['4.52', '2015-08-01']),
    ids(resource),
    text,
    tag('statusCode', { code: IMMUNIZED[resource.status ?? ''] ?? 'completed' }),
    time('effectiveTime', resource.occurrenceDateTime) ?? tag('effectiveTime', { nullFlavor: 'UNK' }),
    dose === undefined ? undefined : tag('repeatNumber', { value: dose }),
    cd('routeCode', resource.route),
    cd('approachSiteCode', resource.site),
    pq('doseQuantity', resource.doseQuantity),
    consumable(
      writer,
      ['4.54', '2014-06-09'],
      cd('code', resource.vaccineCode),
      resource.lotNumber,
      resource.manufacturer,
    ),
    writer.performers((resource.performer ?? []).map(({ actor }) => actor)),
    writer.author(undefined, resource.recorded),
    refusal(resource.statusReason),
    indications(resource.reasonCode),
    comments(resource.note),
  );
  return { row, entry: entryOf(entry) };
}

function refusal(reason: fhir.CodeableConcept | undefined): Xml {
  if (reason === undefined) return undefined;
  return tag(
    'entryRelationship',
    { typeCode: 'RSON' },
    tag(
      'observation',
      { classCode: 'OBS', moodCode: 'EVN' },
      templates(['4.53']),
      tag('id', { nullFlavor: 'NI' }),
      cd('code', reason),
      tag('statusCode', { code: 'completed' }),
    ),
  );
}
