import { describe, expect, test } from 'vitest';
import { bundleOf, decodedOf, outcomeOf } from './fixture.ts';

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
const at = (text: string) => Date.parse(text);
const subject = { reference: 'Patient/p1' };
const aspart = (system: string, code: string) => ({ coding: [{ system, code }] });

describe('Patient', () => {
  const patient = {
    resourceType: 'Patient',
    id: 'p1',
    name: [
      { use: 'maiden', family: 'Old' },
      { use: 'official', given: ['Ada', 'Mae'], family: 'Byron' },
    ],
    gender: 'female',
    birthDate: '1980-05-01',
    identifier: [
      { system: 'urn:mrn', value: '7', type: { coding: [{ system: 'u:t', code: 'MR' }] } },
      { value: 'no system' },
    ],
    deceasedDateTime: '2023-12-01T10:00:00Z',
  };
  const facts = (items: readonly { kind: string }[]) =>
    items.filter((item) => item.kind === 'fact') as never as { fact: string; value: unknown; time: unknown }[];

  test('name, sex, birth date, identifiers and death are facts, true since birth unless they say otherwise', () => {
    const { fate, items, codes } = outcomeOf(patient);
    expect({ fate, codes }).toEqual({ fate: 'mapped', codes: [] });
    const born = { start: at('1980-05-01'), offset: null };
    expect(facts(items).map(({ fact, value, time }) => [fact, value, time])).toEqual([
      ['name', { kind: 'text', text: 'Ada Mae Byron' }, born],
      [
        'sex',
        { kind: 'coded', codings: [{ system: 'http://hl7.org/fhir/administrative-gender', code: 'female' }] },
        born,
      ],
      ['birthDate', { kind: 'text', text: '1980-05-01' }, born],
      ['identifier', { kind: 'text', text: 'urn:mrn|7' }, born],
      ['deceased', { kind: 'boolean', value: true }, { start: at('2023-12-01T10:00:00Z'), offset: 0 }],
    ]);
    expect(items.every((item) => item.subject === 'Patient/p1')).toBe(true);
  });

  test('a link that replaces merges; see-also does not', () => {
    const other = { reference: 'Patient/p0' };
    const merges = (type: string) =>
      outcomeOf({ ...patient, link: [{ type, other }] }).items.filter((item) => item.kind === 'merge');
    expect(merges('replaces')).toMatchObject([{ subject: 'Patient/p1', from: 'Patient/p0' }]);
    expect(merges('replaced-by')).toMatchObject([{ subject: 'Patient/p0', from: 'Patient/p1' }]);
    expect(merges('seealso')).toEqual([]);
  });

  test('a patient of whom only the id is known is kept; one without any identity is refused', () => {
    expect(outcomeOf({ resourceType: 'Patient', id: 'p1' })).toMatchObject({ fate: 'kept', codes: [] });
    expect(outcomeOf({ resourceType: 'Patient', gender: 'male' })).toMatchObject({
      fate: 'refused',
      codes: ['fhir-identity-missing'],
    });
    expect(outcomeOf({ resourceType: 'Patient', gender: 'male' }, { subject: 'x' }).items[0]).toMatchObject({
      subject: 'x',
    });
  });

  test('without birth date the facts hold since the last update, else a remark says they are undated', () => {
    const updated = outcomeOf({
      resourceType: 'Patient',
      id: 'p',
      gender: 'male',
      meta: { lastUpdated: '2024-01-01T00:00:00Z' },
    });
    expect(facts(updated.items)[0]?.time).toEqual({ start: at('2024-01-01'), offset: null });
    expect(outcomeOf({ resourceType: 'Patient', id: 'p', gender: 'male' }).codes).toEqual(['fhir-fact-undated']);
  });

  test('elements of a wrong type are named; the rest is taken', () => {
    const { items, codes } = outcomeOf({ ...patient, name: 'Ada', birthDate: 'May 1980', deceasedDateTime: 7 });
    expect(facts(items).map(({ fact }) => fact)).toEqual(['sex', 'identifier']);
    expect(codes).toEqual(['fhir-wrong-type', 'fhir-time-invalid', 'fhir-wrong-type', 'fhir-fact-undated']);
  });
});

describe('MedicationAdministration', () => {
  const bolus = {
    resourceType: 'MedicationAdministration',
    id: 'm1',
    status: 'completed',
    medicationCodeableConcept: aspart(RXNORM, '51428'),
    subject,
    effectiveDateTime: '2024-01-15T08:00:00+01:00',
    dosage: { dose: { value: 4.5, unit: 'U' } },
  };
  const { effectiveDateTime: _, ...timeless } = bolus;
  const hour = { start: '2024-01-15T08:00:00Z', end: '2024-01-15T10:00:00Z' };

  test.each([
    [RXNORM, '51428'],
    ['http://www.whocc.no/atc', 'A10AB05'],
    ['http://snomed.info/sct', '325072002'],
  ])('insulin coded in %s passes as given, in its own code', (system, code) => {
    const { items } = outcomeOf({ ...bolus, medicationCodeableConcept: aspart(system, code) });
    expect(items).toMatchObject([
      {
        kind: 'control',
        status: 'given',
        codings: [{ system, code }],
        value: { value: 4.5, unit: 'U' },
        time: { offset: 60 },
      },
    ]);
  });

  test('a rate is held over its period, from a quantity or a ratio', () => {
    const quantity = outcomeOf({
      ...timeless,
      effectivePeriod: hour,
      dosage: { rateQuantity: { value: 0.9, unit: 'U/h' } },
    });
    expect(quantity.items).toMatchObject([
      { value: { value: 0.9, unit: 'U/h' }, time: { start: at(hour.start), end: at(hour.end) } },
    ]);
    const ratio = { numerator: { value: 3, unit: 'U' }, denominator: { value: 2, unit: 'h' } };
    expect(outcomeOf({ ...timeless, effectivePeriod: hour, dosage: { rateRatio: ratio } }).items).toMatchObject([
      { value: { value: 1.5, unit: 'U/h' } },
    ]);
  });

  test('amount and rate together: the amount is taken, and marked unless they agree', () => {
    const both = (rate: number) => ({ dose: { value: 2, unit: 'U' }, rateQuantity: { value: rate, unit: 'U/h' } });
    const marks = (rate: number) => {
      const [item] = outcomeOf({ ...timeless, effectivePeriod: hour, dosage: both(rate) }).items;
      return item?.kind === 'control' ? [item.value, item.marks?.map((mark) => mark.code)] : null;
    };
    expect(marks(1)).toEqual([{ kind: 'quantity', value: 2, unit: 'U' }, undefined]);
    expect(marks(5)).toEqual([{ kind: 'quantity', value: 2, unit: 'U' }, ['fhir-dose-and-rate']]);
  });

  test.each([
    ['not done', { status: 'not-done' }, 'kept', 'fhir-status-unused'],
    ['a day without a time', { effectiveDateTime: '2024-01-15' }, 'kept', 'fhir-date-partial'],
    ['no dosage', { dosage: undefined }, 'kept', 'exchange-amount-unknown'],
    ['words instead of a dose', { dosage: { text: 'some' } }, 'kept', 'exchange-amount-unknown'],
    ['a rate without end', { dosage: { rateQuantity: { value: 1, unit: 'U/h' } } }, 'kept', 'fhir-period-open'],
    [
      'a bound as dose',
      { dosage: { dose: { value: 4, unit: 'U', comparator: '<' } } },
      'refused',
      'exchange-amount-unknown',
    ],
    ['a dose as text', { dosage: { dose: { value: '4', unit: 'U' } } }, 'refused', 'fhir-wrong-type'],
    ['no medication', { medicationCodeableConcept: undefined }, 'refused', 'fhir-code-missing'],
    [
      'a medication elsewhere',
      { medicationCodeableConcept: undefined, medicationReference: { reference: 'Medication/9' } },
      'refused',
      'fhir-reference-unresolved',
    ],
  ])('%s: %s', (_, change, fate, code) => {
    const outcome = outcomeOf({ ...bolus, ...change });
    expect(outcome).toMatchObject({ fate, items: [] });
    expect(outcome.codes).toContain(code);
  });

  test.each([
    ['an amount stopped halfway', { status: 'stopped' }, 'exchange-amount-unknown'],
    ['an amount that still runs', { status: 'in-progress' }, 'exchange-amount-unknown'],
    [
      'a rate stopped, not said when',
      { status: 'stopped', dosage: { rateQuantity: { value: 1, unit: 'U/h' } } },
      'fhir-period-open',
    ],
  ])('%s is a fact: something was given, how much is not known', (_, change, code) => {
    const { fate, items, codes } = outcomeOf({ ...bolus, ...change });
    expect([fate, codes]).toEqual(['mapped', [code]]);
    expect(items).toMatchObject([{ kind: 'fact', fact: 'administration.unfinished', value: { kind: 'coded' } }]);
  });

  test('a rate in progress is a control without an end', () => {
    const dosage = { rateQuantity: { value: 1, unit: 'U/h' } };
    const { fate, items, codes } = outcomeOf({ ...bolus, status: 'in-progress', dosage });
    expect([fate, codes]).toEqual(['mapped', []]);
    expect(items).toMatchObject([{ kind: 'control', value: { value: 1, unit: 'U/h' }, status: 'given' }]);
    expect(items[0]!.kind === 'control' && items[0]!.time.end).toBeUndefined();
  });

  test('a medication by reference is followed, into the bundle and into contained', () => {
    const medication = { resourceType: 'Medication', id: 'x', code: aspart(RXNORM, '86009') };
    const { medicationCodeableConcept: __, ...rest } = bolus;
    const [, outside] = decodedOf(
      bundleOf(medication, { ...rest, medicationReference: { reference: 'Medication/x' } }),
    );
    expect(outside?.items).toMatchObject([{ codings: [{ code: '86009' }] }]);
    const inside = outcomeOf({ ...rest, contained: [medication], medicationReference: { reference: '#x' } });
    expect(inside.items).toMatchObject([{ codings: [{ code: '86009' }] }]);
  });
});

describe('MedicationRequest', () => {
  const order = {
    resourceType: 'MedicationRequest',
    id: 'r1',
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: { ...aspart(RXNORM, '51428'), text: 'aspart' },
    subject,
    authoredOn: '2024-01-14T12:00:00Z',
    dosageInstruction: [
      {
        timing: { event: ['2024-01-15T08:00:00Z', '2024-01-15T13:00:00Z'] },
        doseAndRate: [{ doseQuantity: { value: 4, unit: 'U' } }],
      },
    ],
  };

  test('stated times give planned controls', () => {
    expect(outcomeOf(order).items).toMatchObject([
      {
        kind: 'control',
        status: 'planned',
        value: { value: 4 },
        time: { start: at('2024-01-15T08:00:00Z') },
        issued: at(order.authoredOn),
      },
      { kind: 'control', status: 'planned', time: { start: at('2024-01-15T13:00:00Z') } },
    ]);
  });

  test('a rate over a bounded stretch is planned over it', () => {
    const boundsPeriod = { start: '2024-01-15T00:00:00Z', end: '2024-01-16T00:00:00Z' };
    const dosageInstruction = [
      { timing: { repeat: { boundsPeriod } }, doseAndRate: [{ rateQuantity: { value: 0.8, unit: 'U/h' } }] },
    ];
    expect(outcomeOf({ ...order, dosageInstruction }).items).toMatchObject([
      { status: 'planned', value: { unit: 'U/h' }, time: { start: at(boundsPeriod.start), end: at(boundsPeriod.end) } },
    ]);
  });

  test('a repeating schedule, or as needed, is a prescription in words and no control', () => {
    const daily = {
      text: 'at night',
      timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } },
      doseAndRate: [{ doseQuantity: { value: 20 } }],
    };
    expect(outcomeOf({ ...order, dosageInstruction: [daily] }).items).toMatchObject([
      {
        kind: 'fact',
        fact: 'prescription',
        value: { kind: 'coded', text: 'aspart; at night' },
        time: { start: at(order.authoredOn) },
      },
    ]);
    const asNeeded = { ...order.dosageInstruction[0], asNeededBoolean: true };
    expect(outcomeOf({ ...order, dosageInstruction: [asNeeded] }).items).toMatchObject([
      { kind: 'fact', fact: 'prescription' },
    ]);
  });

  test.each([
    [{ status: 'draft' }],
    [{ status: 'stopped' }],
    [{ intent: 'proposal' }],
    [{ intent: undefined }],
    [{ doNotPerform: true }],
  ])('%j is kept: nobody ordered that it be given', (change) => {
    expect(outcomeOf({ ...order, ...change })).toMatchObject({ fate: 'kept', codes: ['fhir-status-unused'] });
  });
});

describe('other resources', () => {
  test('MedicationStatement is a fact in words, never a dose', () => {
    const statement = {
      resourceType: 'MedicationStatement',
      id: 's',
      status: 'active',
      medicationCodeableConcept: { ...aspart(RXNORM, '274783'), text: 'glargine' },
      subject,
      effectivePeriod: { start: '2023-01-01' },
      dosage: [{ text: '20 U at night' }],
    };
    expect(outcomeOf(statement).items).toMatchObject([
      { kind: 'fact', fact: 'medication', value: { text: 'glargine; 20 U at night' } },
    ]);
    expect(outcomeOf({ ...statement, status: 'not-taken' })).toMatchObject({ fate: 'kept' });
    expect(outcomeOf({ ...statement, status: 'stopped' })).toMatchObject({ fate: 'kept', codes: ['fhir-period-open'] });
  });

  test('NutritionOrder plans each nutrient at each time', () => {
    const order = {
      resourceType: 'NutritionOrder',
      id: 'n',
      status: 'active',
      intent: 'order',
      patient: subject,
      dateTime: '2024-01-14T12:00:00Z',
      oralDiet: {
        schedule: [{ event: ['2024-01-15T08:00:00Z', '2024-01-15T12:00:00Z'] }],
        nutrient: [
          { modifier: aspart('http://snomed.info/sct', '2331003'), amount: { value: 45, unit: 'g' } },
          { modifier: { text: 'fat' } },
        ],
      },
    };
    const { items, codes } = outcomeOf(order);
    expect(items).toMatchObject([
      { status: 'planned', value: { value: 45, unit: 'g' }, time: { start: at('2024-01-15T08:00:00Z') } },
      { status: 'planned', time: { start: at('2024-01-15T12:00:00Z') } },
    ]);
    expect(new Set(items.map((item) => item.provenance.sourceId)).size).toBe(2);
    expect(codes).toEqual(['exchange-amount-unknown']);
    expect(outcomeOf({ ...order, oralDiet: { nutrient: order.oralDiet.nutrient } })).toMatchObject({ fate: 'kept' });
    expect(outcomeOf({ ...order, oralDiet: undefined, supplement: [{}] })).toMatchObject({
      fate: 'kept',
      codes: ['fhir-form-unread'],
    });
  });

  test('Condition runs from onset to abatement; what is not established or has an unknown end is kept', () => {
    const condition = {
      resourceType: 'Condition',
      id: 'c',
      code: aspart('http://snomed.info/sct', '46635009'),
      subject,
      onsetDateTime: '2010-06-01T00:00:00Z',
      clinicalStatus: { coding: [{ system: 'u:cs', code: 'active' }] },
    };
    const verification = (code: string) => ({ verificationStatus: { coding: [{ system: 'u:vs', code }] } });
    expect(outcomeOf(condition).items).toMatchObject([
      { fact: 'condition', codings: [{ code: '46635009' }], time: { start: at(condition.onsetDateTime) } },
    ]);
    expect(outcomeOf({ ...condition, abatementDateTime: '2011-01-01T00:00:00Z' }).items).toMatchObject([
      { time: { end: at('2011-01-01') } },
    ]);
    for (const doubt of ['provisional', 'differential', 'unconfirmed', 'refuted']) {
      expect(outcomeOf({ ...condition, ...verification(doubt) })).toMatchObject({
        fate: 'kept',
        codes: ['fhir-status-unused'],
      });
    }
    expect(outcomeOf({ ...condition, ...verification('entered-in-error') }).items).toMatchObject([
      { kind: 'retraction', target: 'Condition/c' },
    ]);
    const resolved = { clinicalStatus: { coding: [{ system: 'u:cs', code: 'resolved' }] } };
    expect(outcomeOf({ ...condition, ...resolved })).toMatchObject({ fate: 'kept', codes: ['fhir-period-open'] });
    expect(
      outcomeOf({ ...condition, onsetDateTime: undefined, recordedDate: '2010-07-01T00:00:00Z' }).items,
    ).toMatchObject([{ time: { start: at('2010-07-01') } }]);
    expect(outcomeOf({ ...condition, onsetDateTime: undefined, onsetAge: { value: 9 } })).toMatchObject({
      fate: 'kept',
      codes: ['fhir-form-unread'],
    });
    expect(outcomeOf({ ...condition, abatementDateTime: '2009-01-01T00:00:00Z' })).toMatchObject({
      fate: 'refused',
      codes: ['fhir-time-invalid'],
    });
  });

  test('Device, Procedure and Encounter are facts', () => {
    const device = {
      resourceType: 'Device',
      id: 'd',
      status: 'active',
      patient: subject,
      deviceName: [{ name: 'Pump', type: 'model-name' }],
      serialNumber: 'S1',
      manufactureDate: '2022-01-01',
    };
    expect(outcomeOf(device).items).toMatchObject([{ fact: 'device', value: { kind: 'text', text: 'Pump S1' } }]);
    expect(outcomeOf({ ...device, patient: undefined })).toMatchObject({ fate: 'kept', codes: ['fhir-subject-other'] });
    const procedure = {
      resourceType: 'Procedure',
      id: 'x',
      status: 'completed',
      code: { text: 'dialysis' },
      subject,
      performedPeriod: { start: '2024-01-01T08:00:00Z', end: '2024-01-01T12:00:00Z' },
    };
    expect(outcomeOf(procedure).items).toMatchObject([
      { fact: 'procedure', value: { kind: 'coded', text: 'dialysis' }, time: { end: at('2024-01-01T12:00:00Z') } },
    ]);
    expect(outcomeOf({ ...procedure, status: 'not-done' })).toMatchObject({ fate: 'kept' });
    const encounter = {
      resourceType: 'Encounter',
      id: 'e',
      status: 'finished',
      class: { system: 'u:act', code: 'IMP' },
      subject,
      period: { start: '2024-01-01T08:00:00Z' },
    };
    expect(outcomeOf(encounter).items).toMatchObject([{ fact: 'encounter', value: { codings: [{ code: 'IMP' }] } }]);
    expect(outcomeOf({ ...encounter, status: 'planned' })).toMatchObject({ fate: 'kept' });
  });

  test('any other R4 resource is kept whole without remark; a name R4 lacks is kept with one', () => {
    const kept = (type: string) => decodedOf({ resourceType: type, id: '1', x: 1 })[0];
    expect(kept('Immunization')).toMatchObject({
      type: 'Immunization',
      fate: 'kept',
      problems: [],
      kept: { resourceType: 'Immunization', id: '1', x: 1 },
    });
    expect(kept('Observatoin')).toMatchObject({ fate: 'kept', problems: [{ code: 'fhir-resource-type-unknown' }] });
  });

  test('names of JavaScript itself are no resource types', () => {
    for (const type of ['constructor', 'toString', '__proto__']) {
      expect(outcomeOf(JSON.parse(`{"resourceType":"${type}"}`))).toMatchObject({
        fate: 'kept',
        codes: ['fhir-resource-type-unknown'],
      });
    }
  });
});
