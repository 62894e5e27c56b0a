import { instant } from '@gemel/core/time';
import type * as fhir from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { structureFaults } from '../fhir/structure.ts';
import { encodeCcd } from './encode.ts';
import { decoded, type Found, resources } from './fixture.ts';

const OPTIONS = { at: instant(1_709_312_400_000), offset: -300, custodian: 'House', software: 'Gemel' };

/** What a document says when it is read back, without what the document adds of its own. */
function back(list: readonly fhir.Resource[]): ReadonlyMap<string, Found> {
  const { document } = encodeCcd(list, OPTIONS);
  const found = resources(document);
  for (const each of found) expect(structureFaults(each)).toEqual([]);
  return new Map(found.map(({ text: _, ...each }) => [`${each.resourceType}/${each.id}`, each as Found]));
}

const snomed = 'http://snomed.info/sct';
const loinc = 'http://loinc.org';
/** Words as XML holds them: one space between, none around. */
const word = fc.stringMatching(/^[A-Za-zÀ-ÿ0-9<&"'>]{1,9}( [A-Za-z0-9<&/-]{1,6}){0,2}$/);
const digits = fc.integer({ min: 1, max: 9_999_999 }).map(String);
const day = fc
  .date({ min: new Date('1930-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const moment = fc
  .tuple(
    day,
    fc.integer({ min: 0, max: 23 }),
    fc.integer({ min: 0, max: 59 }),
    fc.constantFrom('Z', '-05:00', '+05:30'),
  )
  .map(
    ([date, hour, minute, zone]) =>
      `${date}T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00${zone === 'Z' ? '+00:00' : zone}`,
  );
const time = fc.oneof(
  day,
  moment,
  day.map((each) => each.slice(0, 7)),
  day.map((each) => each.slice(0, 4)),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const coding = fc.record({
  system: fc.constantFrom(snomed, loinc, 'http://www.nlm.nih.gov/research/umls/rxnorm', 'urn:oid:1.2.3.9'),
  code: digits,
  display: word,
});
const concept = fc.oneof(
  fc.record({
    coding: fc.uniqueArray(coding, { minLength: 1, maxLength: 3, selector: ({ system, code }) => `${system}|${code}` }),
  }),
  fc.record({ text: word }),
  fc.record({ coding: coding.map((each) => [each]), text: word }),
);
const quantity = fc
  .record({
    value: fc
      .double({ min: -1e6, max: 1e6, noNaN: true, noDefaultInfinity: true })
      .map((each) => Number(each.toFixed(3)) || 0),
    unit: fc.constantFrom('mg', 'mm[Hg]', '/min', 'kg/m2', 'Cel'),
  })
  .map(({ value, unit }) => ({ value, unit, system: 'http://unitsofmeasure.org', code: unit }));
const note = fc.array(
  word.map((each) => ({ text: each })),
  { minLength: 1, maxLength: 2 },
);
const uuids = fc.uuid();
const fixed = (system: string, code: string, display?: string) => ({
  coding: [{ system, code, ...(display === undefined ? {} : { display }) }],
});
const PATIENT = { reference: 'Patient/11111111-1111-4111-8111-111111111111' };

/** Without undefined members. */
function tidy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** A resource as the door makes it: its id is that of its one identifier. */
function identified<T extends object>(type: string, id: string, content: T): fhir.Resource {
  return tidy({
    resourceType: type,
    id,
    identifier: [{ system: 'urn:ietf:rfc:3986', value: `urn:uuid:${id}` }],
    ...content,
  }) as unknown as fhir.Resource;
}

const PERSON = identified('Patient', '11111111-1111-4111-8111-111111111111', {
  name: [{ use: 'usual', family: 'Ex', given: ['Ada'] }],
  gender: 'female',
  birthDate: '1950-01-02',
});
const TERMS = 'http://terminology.hl7.org/CodeSystem/';

const allergy = fc
  .record({
    id: uuids,
    kind: fc.constantFrom(
      ['allergy', 'food'],
      ['allergy', 'medication'],
      ['intolerance', 'food'],
      ['intolerance', 'medication'],
      ['allergy'],
      [],
    ),
    status: fc.constantFrom('active', 'inactive', 'resolved'),
    code: concept,
    onset: maybe(time),
    recorded: maybe(time),
    criticality: maybe(fc.constantFrom('high', 'low', 'unable-to-assess')),
    reaction: maybe(
      fc.record({
        manifestation: concept.map((each) => [each]),
        severity: maybe(fc.constantFrom('mild', 'moderate', 'severe')),
      }),
    ),
    note: maybe(note),
  })
  .map(({ id, kind, status, code, onset, recorded, criticality, reaction, note: words }) =>
    identified('AllergyIntolerance', id, {
      clinicalStatus: fixed(`${TERMS}allergyintolerance-clinical`, status),
      verificationStatus: fixed(`${TERMS}allergyintolerance-verification`, 'confirmed', 'Confirmed'),
      type: kind[0],
      category: kind[1] === undefined ? undefined : [kind[1]],
      criticality,
      code,
      patient: PATIENT,
      onsetDateTime: onset,
      recordedDate: recorded,
      reaction: reaction === undefined ? undefined : [reaction],
      note: words,
    }),
  );

const condition = fc
  .record({
    id: uuids,
    state: fc.constantFrom('active', 'inactive', 'resolved', 'remission', 'recurrence', 'relapse'),
    refuted: fc.boolean(),
    health: fc.boolean(),
    code: concept,
    onset: maybe(time),
    recorded: maybe(time),
    site: maybe(concept),
    note: maybe(note),
  })
  .map(({ id, state, refuted, health, code, onset, recorded, site, note: words }) =>
    identified('Condition', id, {
      clinicalStatus: fixed(`${TERMS}condition-clinical`, state),
      verificationStatus: fixed(`${TERMS}condition-ver-status`, refuted ? 'refuted' : 'confirmed'),
      category: [
        health
          ? fixed('http://hl7.org/fhir/us/core/CodeSystem/condition-category', 'health-concern')
          : fixed(`${TERMS}condition-category`, 'problem-list-item'),
        {
          coding: [
            { system: snomed, code: '55607006', display: 'Problem' },
            { system: loinc, code: '75326-9', display: 'Problem' },
          ],
        },
      ],
      code,
      bodySite: site === undefined ? undefined : [site],
      subject: PATIENT,
      onsetDateTime: onset,
      recordedDate: recorded,
      note: words,
    }),
  );

const medication = fc
  .record({
    id: uuids,
    status: fc.constantFrom('active', 'completed', 'stopped', 'on-hold'),
    intent: fc.constantFrom('order', 'plan', 'proposal'),
    not: fc.boolean(),
    code: concept,
    authored: maybe(time),
    text: maybe(word),
    start: maybe(day),
    daily: maybe(fc.constantFrom(2, 3, 4, 6)),
    every: maybe(fc.constantFrom([8, undefined], [4, 6])),
    route: maybe(concept),
    dose: maybe(quantity),
    need: maybe(concept),
    reason: maybe(concept),
    refills: maybe(fc.integer({ min: 0, max: 9 })),
    note: maybe(note),
  })
  .map((each) => {
    const often =
      each.daily !== undefined
        ? { frequency: each.daily, period: 1, periodUnit: 'd' }
        : each.every === undefined
          ? {}
          : { frequency: 1, period: each.every[0], periodMax: each.every[1], periodUnit: 'h' };
    const repeat = { ...(each.start === undefined ? {} : { boundsPeriod: { start: each.start } }), ...often };
    const dosage = tidy({
      text: each.text,
      timing: Object.keys(repeat).length === 0 ? undefined : { repeat },
      asNeededCodeableConcept: each.need,
      route: each.route,
      doseAndRate: each.dose === undefined ? undefined : [{ doseQuantity: each.dose }],
    });
    return identified('MedicationRequest', each.id, {
      status: each.status,
      intent: each.intent,
      doNotPerform: each.not ? true : undefined,
      medicationCodeableConcept: each.code,
      subject: PATIENT,
      authoredOn: each.authored,
      reasonCode: each.reason === undefined ? undefined : [each.reason],
      note: each.note,
      dosageInstruction: Object.keys(dosage).length === 0 ? undefined : [dosage],
      dispenseRequest: each.refills === undefined ? undefined : { numberOfRepeatsAllowed: each.refills },
    });
  });

const procedure = fc
  .record({
    id: uuids,
    status: fc.constantFrom('completed', 'in-progress', 'stopped', 'not-done'),
    code: concept,
    when: time,
    site: maybe(concept),
    reason: maybe(concept),
    note: maybe(note),
  })
  .map(({ id, status, code, when, site, reason, note: words }) =>
    identified('Procedure', id, {
      status,
      code,
      subject: PATIENT,
      performedDateTime: when,
      reasonCode: reason === undefined ? undefined : [reason],
      bodySite: site === undefined ? undefined : [site],
      note: words,
    }),
  );

const immunization = fc
  .record({
    id: uuids,
    given: fc.boolean(),
    code: concept,
    when: time,
    lot: maybe(digits),
    route: maybe(concept),
    dose: maybe(quantity),
    number: maybe(fc.integer({ min: 1, max: 9 })),
    why: maybe(concept),
  })
  .map(({ id, given, code, when, lot, route, dose, number, why }) =>
    identified('Immunization', id, {
      status: given ? 'completed' : 'not-done',
      statusReason: given ? undefined : why,
      vaccineCode: code,
      patient: PATIENT,
      occurrenceDateTime: when,
      lotNumber: lot,
      route,
      doseQuantity: dose,
      protocolApplied: number === undefined ? undefined : [{ doseNumberPositiveInt: number }],
    }),
  );

const encounter = fc
  .record({
    id: uuids,
    type: concept,
    start: moment,
    kind: fc.constantFrom(['AMB', 'ambulatory'], ['IMP', 'inpatient encounter'], ['EMER', 'emergency']),
    reason: maybe(concept),
  })
  .map(({ id, type, start, kind, reason }) =>
    identified('Encounter', id, {
      status: 'finished',
      class: { system: `${TERMS}v3-ActCode`, code: kind[0], display: kind[1] },
      type: [type],
      subject: PATIENT,
      period: { start, end: start },
      reasonCode: reason === undefined ? undefined : [reason],
    }),
  );

const VALUES: fc.Arbitrary<object> = fc.oneof(
  quantity.map((valueQuantity) => ({ valueQuantity })),
  fc
    .tuple(quantity, fc.constantFrom('<', '<=', '>', '>='))
    .map(([each, comparator]) => ({ valueQuantity: { ...each, comparator } })),
  concept.map((valueCodeableConcept) => ({ valueCodeableConcept })),
  word.map((valueString) => ({ valueString })),
  fc.integer({ min: -1000, max: 1000 }).map((valueInteger) => ({ valueInteger })),
  fc.boolean().map((valueBoolean) => ({ valueBoolean })),
  time.map((valueDateTime) => ({ valueDateTime })),
);

const observation = fc
  .record({
    id: uuids,
    category: fc.constantFrom('laboratory', 'vital-signs', 'social-history', 'survey', 'exam', undefined),
    code: digits,
    when: time,
    value: VALUES,
    range: maybe(quantity),
    note: maybe(note),
  })
  .map(({ id, category, code, when, value, range, note: words }) =>
    identified('Observation', id, {
      status: 'final',
      category: category === undefined ? undefined : [fixed(`${TERMS}observation-category`, category)],
      code: { coding: [{ system: loinc, code }] },
      subject: PATIENT,
      effectiveDateTime: when,
      ...value,
      note: words,
      referenceRange: range === undefined ? undefined : [{ low: range }],
    }),
  );

const pressure = fc.record({ first: uuids, second: uuids, when: moment, systolic: quantity, diastolic: quantity }).map(
  ({ first, second, when, systolic, diastolic }) =>
    tidy({
      resourceType: 'Observation',
      id: first,
      identifier: [first, second].map((id) => ({ system: 'urn:ietf:rfc:3986', value: `urn:uuid:${id}` })),
      status: 'final',
      category: [fixed(`${TERMS}observation-category`, 'vital-signs')],
      code: fixed(loinc, '85354-9', 'Blood pressure panel with all children optional'),
      subject: PATIENT,
      effectiveDateTime: when,
      component: [
        { code: fixed(loinc, '8480-6'), valueQuantity: systolic },
        { code: fixed(loinc, '8462-4'), valueQuantity: diastolic },
      ],
    }) as unknown as fhir.Resource,
);

describe('R decode(encode(x)) = x', () => {
  test.each([
    ['AllergyIntolerance', allergy],
    ['Condition', condition],
    ['MedicationRequest', medication],
    ['Procedure', procedure],
    ['Immunization', immunization],
    ['Encounter', encounter],
    ['Observation', observation],
    ['blood pressure', pressure],
  ])('%s', (_, arbitrary) => {
    fc.assert(
      fc.property(fc.uniqueArray(arbitrary, { minLength: 1, maxLength: 3, selector: ({ id }) => id }), (list) => {
        const found = back([PERSON, ...list]);
        for (const each of list) expect(found.get(`${each.resourceType}/${each.id}`)).toEqual(each);
      }),
      { numRuns: 25 },
    );
  });

  test('a patient with everything a document says of one', () => {
    const person = identified('Patient', '22222222-2222-4222-8222-222222222222', {
      extension: [
        {
          url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race',
          extension: [
            {
              url: 'ombCategory',
              valueCoding: { system: 'urn:oid:2.16.840.1.113883.6.238', code: '2106-3', display: 'White' },
            },
            { url: 'text', valueString: 'White' },
          ],
        },
        { url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace', valueAddress: { city: 'X' } },
        { url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex', valueCode: 'F' },
      ],
      name: [{ use: 'usual', family: 'Ex', given: ['Ada', 'B'], prefix: ['Dr.'], suffix: ['II'] }],
      telecom: [
        { system: 'phone', value: '+1 555', use: 'mobile' },
        { system: 'email', value: 'a@b.c' },
      ],
      gender: 'female',
      birthDate: '1950-01-02',
      deceasedDateTime: '2020-05',
      address: [{ use: 'home', line: ['1 Way', 'Flat 2'], city: 'X', state: 'OR', postalCode: '97', country: 'US' }],
      maritalStatus: fixed(`${TERMS}v3-MaritalStatus`, 'M', 'Married'),
      communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'es' }] }, preferred: true }],
    });
    expect(back([person]).get('Patient/22222222-2222-4222-8222-222222222222')).toEqual(person);
  });
});

describe('the document', () => {
  test('it has the sections a CCD must have, empty ones saying so, and is read without a problem', () => {
    const { document, problems } = encodeCcd([PERSON], OPTIONS);
    expect(problems).toEqual([]);
    for (const code of ['48765-2', '10160-0', '11450-4', '47519-4', '30954-2', '29762-2', '8716-3'])
      expect(document).toContain(`code="${code}"`);
    expect(document.match(/<section nullFlavor="NI">/g)?.length).toBe(7);
    expect(decoded(document).flatMap((each) => each.problems)).toEqual([]);
  });

  test('what has no entry is named', () => {
    const goal = {
      resourceType: 'Goal',
      id: 'g',
      lifecycleStatus: 'active',
      description: { text: 'x' },
      subject: PATIENT,
    } as fhir.Goal;
    expect(encodeCcd([PERSON, goal], OPTIONS).problems.map(({ code, where }) => [code, where.element])).toEqual([
      ['ccda-encode-resource', 'Goal/g'],
    ]);
  });

  test('nobody or several people are refused', () => {
    expect(() => encodeCcd([], OPTIONS)).toThrow(/0 patients/);
    expect(() => encodeCcd([PERSON, { ...PERSON, id: 'other' }], OPTIONS)).toThrow(/2 patients/);
  });

  test('the same record gives the same document', () => {
    expect(encodeCcd([PERSON], OPTIONS)).toEqual(encodeCcd([PERSON], OPTIONS));
  });
});
