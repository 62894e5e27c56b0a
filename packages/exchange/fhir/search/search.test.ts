import { matches, type Others } from '@gemel/core/resource-match';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../context.ts';
import type { CodeSets } from './criterion.ts';
import { compartmentOf, indexRows } from './extract.ts';
import { folded } from './fold.ts';
import { parametersOf } from './parameter.ts';
import { patientCompartmentTable, searchParameterTable } from './parameters.data.ts';
import { parseQuery } from './query.ts';
import { above, below, dateRange, numberRange } from './range.ts';

const NOW = Date.UTC(2024, 0, 1);
const codes: CodeSets = {
  in: (set) => (set === 'http://sets/vitals' ? [{ system: 'http://loinc.org', code: '8480-6' }] : []),
  related: (how, system, code) => [{ system, code }, ...(how === 'below' ? [{ system, code: `${code}.1` }] : [])],
};
const options = { base: 'https://here/fhir', codes, now: NOW, handling: 'strict' as const };

const coded = (code: string) => expect.objectContaining({ code });
const indexed = (resource: Json, updated = NOW) => ({
  type: String(resource.resourceType),
  id: String(resource.id),
  updated,
  rows: indexRows(resource),
});

/** Whether the query finds the resource, others at hand for chains. */
function finds(query: string, resource: Json, world: readonly Json[] = []): boolean {
  const all = [...world, resource].map((one) => indexed(one));
  const others: Others = {
    at: (key) => all.find(({ type, id }) => `${type}/${id}` === key),
    ofType: (type) => all.filter((one) => one.type === type),
  };
  const parsed = parseQuery(String(resource.resourceType), [...new URLSearchParams(query)], options);
  return parsed.search.all.every((criterion) => matches(criterion, all.at(-1)!, others));
}

const pressure: Json = {
  resourceType: 'Observation',
  id: 'o1',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '85354-9', display: 'Blood pressure' }], text: 'BP' },
  subject: { reference: 'Patient/p1', identifier: { system: 'urn:mrn', value: 'M1' } },
  effectiveDateTime: '2024-01-10T08:30:00+01:00',
  component: [
    {
      code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] },
      valueQuantity: { value: 120, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
    },
    {
      code: { coding: [{ system: 'http://loinc.org', code: '8462-4' }] },
      valueQuantity: { value: 80, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
    },
  ],
};
const glucose: Json = {
  resourceType: 'Observation',
  id: 'o2',
  status: 'final',
  code: { text: 'glucose' },
  valueQuantity: { value: 5.4, unit: 'g per litre', system: 'http://unitsofmeasure.org', code: 'g/L' },
};
const patient: Json = {
  resourceType: 'Patient',
  id: 'p1',
  active: true,
  identifier: [
    {
      system: 'urn:mrn',
      value: 'M1',
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }], text: 'Record no.' },
    },
  ],
  name: [{ family: 'Müller-Šmíd', given: ['Eva', 'Renée'] }],
  gender: 'female',
  birthDate: '1970-05',
  telecom: [
    { system: 'email', value: 'Eva@x.org' },
    { system: 'phone', value: '555' },
  ],
  address: [{ city: 'São Paulo', line: ['1 Main St'] }],
  generalPractitioner: [{ reference: 'Practitioner/d1' }],
  extension: [
    {
      url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race',
      extension: [{ url: 'ombCategory', valueCoding: { system: 'urn:oid:2.16.840.1.113883.6.238', code: '2106-3' } }],
    },
  ],
};

describe('search: what a query finds', () => {
  it.each([
    ['status=final', true],
    ['status=http://hl7.org/fhir/observation-status|final', true],
    ['status=other|final', false],
    ['status=|final', false],
    ['code=85354-9', true],
    ['code=http://loinc.org|85354-9', true],
    ['code=http://loinc.org|', true],
    ['code=x,http://loinc.org|85354-9', true],
    ['code:not=85354-9', false],
    ['code:not=other', true],
    ['code:text=blood', true],
    ['code:text=pressure', false],
    ['code:in=http://sets/vitals', false],
    ['combo-code:in=http://sets/vitals', true],
    ['combo-code:not-in=http://sets/vitals', false],
    ['combo-code:below=http://loinc.org|8480-6', true],
    ['subject=Patient/p1', true],
    ['subject=p1', true],
    ['subject:Patient=p1', true],
    ['subject:Group=p1', false],
    ['subject=https://here/fhir/Patient/p1', true],
    ['subject=https://there/fhir/Patient/p1', false],
    ['subject:identifier=urn:mrn|M1', true],
    ['patient=p1', true],
    ['patient=p2,p1', true],
    ['date=2024', true],
    ['date=2024-01-10', true],
    ['date=2024-01-10T07:30:00Z', true],
    ['date=2024-01-10T08:30:00%2B01:00', true],
    ['date=2024-01-10T08:30:00+01:00', true],
    ['date=2023', false],
    ['date=ne2023', true],
    ['date=gt2024-01-09', true],
    ['date=gt2024-01-10', false],
    ['date=ge2024-01-10', true],
    ['date=lt2024-01-10', false],
    ['date=le2024-01-10', true],
    ['date=sa2024-01-09', true],
    ['date=eb2024-01-11', true],
    ['date=eb2024-01-10', false],
    ['date=ap2024-01-09', true],
    ['combo-value-quantity=gt110', true],
    ['combo-value-quantity=16|http://unitsofmeasure.org|kPa', true],
    ['component-code-value-quantity=8480-6$gt110', true],
    ['component-code-value-quantity=8462-4$gt110', false],
    ['component-code-value-quantity=http://loinc.org|8462-4$80|http://unitsofmeasure.org|mm[Hg]', true],
    ['value-quantity:missing=true', true],
    ['date:missing=true', false],
    ['subject.name=eva', true],
    ['subject:Patient.name=müller', true],
    ['patient.general-practitioner.name=good', true],
    ['patient.general-practitioner.name=bad', false],
    ['subject:Patient.family=smid', false],
    ['_id=o1,o9', true],
    ['_lastUpdated=gt2023', true],
    ['_lastUpdated=gt2024-06', false],
  ])('%s of a blood pressure: %s', (query, found) => {
    const doctor: Json = { resourceType: 'Practitioner', id: 'd1', name: [{ family: 'Good' }] };
    expect(finds(query, pressure, [patient, doctor])).toBe(found);
  });

  it.each([
    ['value-quantity=5.4', true],
    ['value-quantity=5', true],
    ['value-quantity=5.0', false],
    ['value-quantity=540|http://unitsofmeasure.org|mg/dL', true],
    ['value-quantity=0.540e3|http://unitsofmeasure.org|mg/dL', true],
    ['value-quantity=541|http://unitsofmeasure.org|mg/dL', false],
    ['value-quantity=ge540|http://unitsofmeasure.org|mg/dL', true],
    ['value-quantity=gt540|http://unitsofmeasure.org|mg/dL', false],
    ['value-quantity=le540|http://unitsofmeasure.org|mg/dL', true],
    ['value-quantity=lt540|http://unitsofmeasure.org|mg/dL', false],
    ['value-quantity=5.4||g/L', true],
    ['value-quantity=5.4||g per litre', true],
    ['value-quantity=5.4||mmol/L', false],
    ['value-quantity=5.4|http://unitsofmeasure.org|', true],
    ['value-quantity=ap5', true],
    ['value-quantity=ap4', false],
    ['value-quantity=5.4|http://unitsofmeasure.org|Cel', false],
  ])('%s of a concentration: %s', (query, found) => expect(finds(query, glucose)).toBe(found));

  it.each([
    ['name=eva', true],
    ['name=REN', true],
    ['name=muller smid', true],
    ['name:exact=Eva', true],
    ['name:exact=eva', false],
    ['family:contains=smid', true],
    ['family=smid', false],
    ['given=ren%C3%A9e', true],
    ['address=sao', true],
    ['address-city:exact=S%C3%A3o Paulo', true],
    ['identifier=m1', true],
    ['identifier=urn:mrn|M1', true],
    ['identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|M1', true],
    ['identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|M2', false],
    ['email=eva@x.org', true],
    ['email=555', false],
    ['phone=555', true],
    ['birthdate=1970', true],
    ['birthdate=1970-05', true],
    ['birthdate=1970-05-03', false],
    ['birthdate=ge1970-05-03', true],
    ['birthdate=le1970-05-03', true],
    ['deceased=false', true],
    ['active=true', true],
    ['race=2106-3', true],
    ['gender=female,male', true],
    ['gender:missing=false', true],
    ['_has:Observation:patient:code=85354-9', true],
    ['_has:Observation:patient:code=none', false],
    ['_has:Observation:subject:date=gt2024-01-01', true],
  ])('%s of a patient: %s', (query, found) => expect(finds(query, patient, [pressure])).toBe(found));

  it('addresses are found as they stand, below and above', () => {
    const set: Json = {
      resourceType: 'ValueSet',
      id: 'v',
      url: 'http://a.org/fhir/ValueSet/x',
      meta: { profile: ['http://p|2'] },
    };
    expect(finds('url=http://a.org/fhir/ValueSet/x', set)).toBe(true);
    expect(finds('url=http://a.org/fhir', set)).toBe(false);
    expect(finds('url:below=http://a.org/fhir', set)).toBe(true);
    expect(finds('url:below=http://a.org/fh', set)).toBe(false);
    expect(finds('url:above=http://a.org/fhir/ValueSet/x/y', set)).toBe(true);
    expect(finds('_profile=http://p|2', set)).toBe(true);
  });

  it('escaped separators belong to the value', () => {
    const one: Json = { ...patient, identifier: [{ system: 'urn:a|b', value: 'x,y$z' }] };
    expect(finds('identifier=urn:a\\|b|x\\,y\\$z', one)).toBe(true);
  });
});

describe('search: what is refused', () => {
  const parse = (query: string, type = 'Observation') => parseQuery(type, [...new URLSearchParams(query)], options);
  it.each([
    ['nonsense=1', 'search-parameter-unknown'],
    ['subject.nonsense=1', 'search-parameter-unknown'],
    ['_sort=code', 'search-parameter-unknown'],
    ['_filter=x', 'search-parameter-unknown'],
    ['code:exact=1', 'search-modifier'],
    ['date:not=2024', 'search-modifier'],
    ['date=yesterday', 'search-value'],
    ['date=2024-02-30', 'search-value'],
    ['date=gt', 'search-value'],
    ['value-quantity=5.4|mg', 'search-value'],
    ['value-quantity=NaN', 'search-value'],
    ['value-quantity=1e999', 'search-value'],
    ['code=a,,b', 'search-value'],
    ['code-value-quantity=1', 'search-value'],
    ['status:missing=maybe', 'search-value'],
    ['subject=a b', 'search-value'],
    ["subject=x' or 1=1 --", 'search-value'],
    ['subject:Nonsense=1', 'search-type-unknown'],
    ['_has:Nonsense:subject:code=1', 'search-type-unknown'],
    ['_has:Observation=1', 'search-value'],
    ['code:text=%25', 'search-value'],
    ['_count=-1', 'search-value'],
    ['_total=many', 'search-value'],
    ['_include=Observation:code', 'search-parameter-unknown'],
    ['_include:upwards=Observation:subject', 'search-modifier'],
    [`code=${'a,'.repeat(2000)}a`, 'search-too-much'],
    [`${'subject.'.repeat(8)}name=1`, 'search-parameter-unknown'],
    [`${'encounter.part-of.'.repeat(1)}${'part-of.'.repeat(8)}status=1`, 'search-too-much'],
    [Array.from({ length: 70 }, () => 'code=1').join('&'), 'search-too-much'],
  ])('%s: %s', (query, code) => expect(() => parse(query)).toThrow(coded(code)));

  it('leniently, what is unknown is left out and listed', () => {
    const lenient = parseQuery(
      'Observation',
      [
        ['x', '1'],
        ['code', '2'],
      ],
      { ...options, handling: 'lenient' },
    );
    expect(lenient.unknown).toEqual(['x']);
    expect(lenient.search.all).toHaveLength(1);
    expect(lenient.used).toEqual([['code', '2']]);
  });

  it('never throws anything but a coded error, whatever is asked', () => {
    const names = [
      ...parametersOf('Observation').keys(),
      '_id',
      '_has:Observation:subject:code',
      'subject:Patient.name',
      '_sort',
      '_include',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.constantFrom('', ':not', ':exact', ':missing', ':Patient'),
        fc.string(),
        (name, modifier, value) => {
          try {
            parseQuery('Observation', [[name + modifier, value]], options);
          } catch (error) {
            expect(error).toEqual(coded((error as { code: string }).code));
            expect((error as { code: string }).code).toMatch(/^search-/);
          }
        },
      ),
    );
  });

  it('indexing never throws, whatever the resource holds', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(searchParameterTable)),
        fc.dictionary(
          fc.constantFrom(
            'code',
            'subject',
            'name',
            'value',
            'identifier',
            'component',
            'meta',
            'valueQuantity',
            'effectivePeriod',
            'extension',
          ),
          fc.jsonValue(),
        ),
        (resourceType, rest) => {
          for (const row of indexRows({ resourceType, ...rest } as Json))
            expect(row.param).toContain(`${resourceType}.`);
        },
      ),
    );
  });
});

describe('search: tables', () => {
  it('every line is understood', () => {
    let count = 0;
    for (const type of Object.keys(searchParameterTable))
      for (const { ways, elements, type: kind } of parametersOf(type).values()) {
        count++;
        if (kind === 'composite') expect(elements.every(({ parts }) => parts.length >= 2)).toBe(true);
        else expect(ways.length).toBeGreaterThan(0);
        for (const { steps, type: at } of ways) {
          expect(steps.length).toBeGreaterThan(0);
          expect(at).toMatch(/^\w+$/);
        }
      }
    expect(count).toBeGreaterThan(1700);
  });

  it('a resource lies in the compartment of the patient it is about before any other', () => {
    for (const [type, names] of Object.entries(patientCompartmentTable))
      for (const name of names)
        expect(type === 'Patient' || parametersOf(type).has(name), `${type} ${name}`).toBe(true);
    expect(compartmentOf(pressure)).toEqual(['Patient/p1']);
    expect(compartmentOf({ ...pressure, performer: [{ reference: 'Patient/a' }] })).toEqual([
      'Patient/p1',
      'Patient/a',
    ]);
    expect(compartmentOf(patient)).toEqual(['Patient/p1']);
    expect(compartmentOf({ resourceType: 'Organization', id: 'x' })).toEqual([]);
  });
});

describe('search: ranges', () => {
  it('a date stands for its stretch', () => {
    expect(dateRange('2024-02')).toEqual({ low: Date.UTC(2024, 1, 1), high: Date.UTC(2024, 2, 1) - 1 });
    expect(dateRange('2024-02-29T23:59:60Z')).not.toBeNull();
    expect(dateRange('0099')!.low).toBe(new Date(0).setUTCFullYear(99, 0, 1));
    for (const text of ['2024-13', '2024-02-30', '2024-1-1', '2024-01-01T25:00:00Z', ''])
      expect(dateRange(text)).toBeNull();
  });
  it('a number stands for what its digits leave open', () => {
    expect(numberRange('100')).toEqual({ value: 100, low: 99.5, high: below(100.5) });
    expect(numberRange('1e2')).toEqual({ value: 100, low: 50, high: below(150) });
    expect(numberRange('1.00')!.low).toBeCloseTo(0.995, 12);
    expect(numberRange('0x10')).toBeNull();
  });
  it('the next number is the next one', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        expect(above(x)).toBeGreaterThan(x);
        expect(below(x)).toBeLessThan(x);
        const middle = (x + above(x)) / 2;
        if (x !== 0 && Number.isFinite(middle)) expect([x, above(x)]).toContain(middle);
      }),
    );
  });
  it('texts fold the same however they are written', () => {
    expect(folded('  Renée  O’Hara-Šmíd ')).toBe('renee o hara smid');
    expect(folded('ﬁ')).toBe('fi');
  });
});
