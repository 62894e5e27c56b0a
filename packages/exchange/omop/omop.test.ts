import {
  type ControlInput,
  type Fact,
  instant,
  LOINC,
  type Observation,
  type RawItem,
  RXNORM,
  SNOMED,
  UCUM,
} from '@gemel/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { omopDoor } from './decode.ts';
import { codingsOf, encodeOmop, type OmopSubject, WRITTEN } from './encode.ts';
import { TABLES } from './tables.data.ts';
import { readVocabulary } from './vocabulary.ts';

type Files = Readonly<Record<string, string>>;

const bytes = (text: string) => new TextEncoder().encode(text);
const at = (text: string) => instant(Date.parse(text));

function decode(files: Files, more: { zone?: string } = {}) {
  const { 'person.csv': person = '', ...others } = files;
  const neighbours = {
    names: Object.keys(files),
    read: (name: string) => (name in others ? bytes(others[name]!) : null),
  };
  return [...omopDoor.decode(bytes(person), { name: 'person.csv', neighbours, ...more })];
}
const itemsOf = (files: Files, more = {}): RawItem[] => decode(files, more).flatMap(({ items }) => items);
const codesOf = (files: Files, more = {}) =>
  decode(files, more).flatMap(({ problems }) => problems.map(({ code }) => code));

const CONCEPTS = [
  'concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_class_id\tstandard_concept\tconcept_code\tvalid_start_date\tvalid_end_date\tinvalid_reason',
  '3004501\tGlucose [Mass/volume] in Serum or Plasma\tMeasurement\tLOINC\tLab Test\tS\t2345-7\t19700101\t20991231\t',
  '8840\tmilligram per deciliter\tUnit\tUCUM\tUnit\tS\tmg/dL\t19700101\t20991231\t',
  '45533019\tType 2 diabetes\tCondition\tICD10CM\t4-char billing code\t\tE11.9\t19700101\t20991231\t',
  '201826\tType 2 diabetes mellitus\tCondition\tSNOMED\tClinical Finding\tS\t44054006\t19700101\t20991231\t',
  '45500001\tTwo things\tCondition\tICD10CM\tcode\t\tX99\t19700101\t20991231\t',
  '4181412\tPresent\tMeas Value\tSNOMED\tQualifier Value\tS\t52101004\t19700101\t20991231\t',
  'short',
].join('\n');
const RELATIONS = [
  'concept_id_1\tconcept_id_2\trelationship_id\tvalid_start_date\tvalid_end_date\tinvalid_reason',
  '45533019\t201826\tMaps to\t19700101\t20991231\t',
  '45533019\t999\tMaps to\t19700101\t20200101\tD',
  '45500001\t201826\tMaps to\t19700101\t20991231\t',
  '45500001\t4181412\tMaps to\t19700101\t20991231\t',
].join('\n');
const VOCABULARY: Files = { 'CONCEPT.csv': CONCEPTS, 'CONCEPT_RELATIONSHIP.csv': RELATIONS };

const PERSON =
  'person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,race_concept_id,ethnicity_concept_id,person_source_value\n';
const MEASUREMENT =
  'measurement_id,person_id,measurement_concept_id,measurement_date,measurement_datetime,measurement_type_concept_id,operator_concept_id,value_as_number,value_as_concept_id,unit_concept_id,unit_source_value,measurement_source_value,measurement_source_concept_id,value_source_value,visit_occurrence_id\n';
const one: Files = { 'person.csv': `${PERSON}7,8532,1970,1,2,0,0,anna\n` };

describe('import', () => {
  test('a person with birth date and sex, under the name the source gives', () => {
    const items = itemsOf({
      'person.csv': `${PERSON}7,8532,1970,1,2,0,0,anna\n8,0,1980,,,0,0,\n9,8507,1990,5,,0,0,twin\n10,8507,1990,5,,0,0,twin\n`,
    });
    expect(
      items.map(({ subject, ...item }) => [subject, 'fact' in item && item.fact, 'value' in item && item.value]),
    ).toEqual([
      [
        'anna',
        'sex',
        { kind: 'coded', codings: [{ system: 'http://hl7.org/fhir/administrative-gender', code: 'female' }] },
      ],
      ['anna', 'birthDate', { kind: 'text', text: '1970-01-02' }],
      ['Patient/8', 'birthDate', { kind: 'text', text: '1980' }],
      ['Patient/9', 'sex', expect.anything()],
      ['Patient/9', 'birthDate', { kind: 'text', text: '1990-05' }],
      ['Patient/10', 'sex', expect.anything()],
      ['Patient/10', 'birthDate', { kind: 'text', text: '1990-05' }],
    ]);
    expect(items[0]!.provenance).toMatchObject({
      source: 'person.csv',
      element: 'person row 1',
      line: 2,
      byteStart: 127,
    });
  });

  test('a measurement by its concepts, with its unit in UCUM, the operator, and its row', () => {
    const files = {
      ...one,
      ...VOCABULARY,
      'measurement.csv': `${MEASUREMENT}1,7,3004501,2024-01-31,2024-01-31 13:05:00,32817,4171756,120,,8840,MGS,GLU,,,\n`,
    };
    const [item] = itemsOf(files, { zone: '+01:00' }).filter(({ kind }) => kind === 'observation');
    expect(item).toMatchObject({
      subject: 'anna',
      codings: [{ system: LOINC, code: '2345-7' }],
      text: 'GLU',
      value: { kind: 'quantity', value: 120, unit: 'mg/dL', unitSystem: UCUM, comparator: '<' },
      time: { start: at('2024-01-31T12:05:00Z'), offset: 60 },
      provenance: { source: 'measurement.csv', element: 'measurement row 1', line: 2 },
    });
  });

  test('without a vocabulary concept ids stand for themselves, units as they are written, and that is said', () => {
    const files = {
      ...one,
      'measurement.csv': `${MEASUREMENT}1,7,3004501,2024-01-31,,32817,,120,,8840,mg/dL,GLU,,,\n2,7,0,2024-01-31,,32817,,,,,,LOINC:2345-7,,high,\n`,
    };
    const [first, second] = itemsOf(files).filter(({ kind }) => kind === 'observation');
    expect(first).toMatchObject({
      codings: [{ system: 'https://fhir-terminology.ohdsi.org', code: '3004501' }],
      text: 'GLU',
      value: { unit: 'mg/dL' },
    });
    expect(second).toMatchObject({
      codings: [{ system: LOINC, code: '2345-7' }],
      value: { kind: 'text', text: 'high' },
    });
    expect(codesOf(files)).toContain('omop-concept-unknown');
  });

  test('a day alone, or midnight, is that day; a time without a zone is refused', () => {
    const rows = `${MEASUREMENT}1,7,3004501,2024-01-31,2024-01-31 00:00:00,32817,,1,,8840,,,,,\n2,7,3004501,2024-01-31,2024-01-31 10:00:00,32817,,1,,8840,,,,,\n`;
    const files = { ...one, ...VOCABULARY, 'measurement.csv': rows };
    const [, timed] = decode(files).filter(({ type }) => type === 'measurement');
    expect(timed).toMatchObject({
      fate: 'refused',
      problems: [{ code: 'exchange-zone-missing', where: { file: 'measurement.csv', line: 3 } }],
    });
    const items = itemsOf(files, { zone: 'Europe/Berlin' }).filter(({ kind }) => kind === 'observation');
    expect(items[0]).toMatchObject({
      time: { start: at('2024-01-30T23:00:00Z'), end: at('2024-01-31T23:00:00Z') },
      marks: [{ code: 'fhir-date-partial' }],
    });
    expect(items[1]).toMatchObject({ time: { start: at('2024-01-31T09:00:00Z') } });
  });

  test('conditions keep the source’s own code beside the standard one', () => {
    const rows =
      'condition_occurrence_id,person_id,condition_concept_id,condition_start_date,condition_end_date,condition_type_concept_id,condition_source_value,condition_source_concept_id\n1,7,201826,2020-05-01,,32817,E11.9,45533019\n';
    const [fact] = itemsOf({ ...one, ...VOCABULARY, 'condition_occurrence.csv': rows }).filter(
      (item) => 'fact' in item && item.fact === 'condition',
    );
    expect(fact).toMatchObject({
      codings: [
        { system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'E11.9' },
        { system: SNOMED, code: '44054006' },
      ],
    });
  });

  test('a drug that was given with its amount is a control; one without is a statement', () => {
    const header =
      'drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,drug_exposure_start_datetime,drug_exposure_end_date,drug_exposure_end_datetime,drug_type_concept_id,quantity,sig,drug_source_value,dose_unit_source_value\n';
    const rows = `${header}1,7,0,2024-01-31,2024-01-31 08:00:00,2024-01-31,2024-01-31 09:00:00,32818,1000,,RxNorm:11124,mg\n2,7,0,2024-01-01,,2024-01-30,,32817,30,daily,RxNorm:6809,\n3,7,0,2024-01-31,2024-01-31 08:00:00,2024-01-31,2024-01-31 09:00:00,32818,50,,RxNorm:11124,mg/h\n`;
    const items = itemsOf({ ...one, 'drug_exposure.csv': rows }, { zone: 'UTC' });
    expect(items.filter(({ kind }) => kind === 'control')).toMatchObject([
      {
        codings: [{ system: RXNORM, code: '11124' }],
        value: { value: 1000, unit: 'mg' },
        time: { start: at('2024-01-31T08:00:00Z'), end: at('2024-01-31T09:00:00Z') },
        status: 'given',
      },
      { value: { value: 50, unit: 'mg/h' } },
    ]);
    expect(items.find((item) => 'fact' in item && item.fact === 'medication')).toMatchObject({
      codings: [{ code: '6809' }],
      value: { text: 'daily' },
    });
  });

  test('visits, procedures, devices, deaths; notes and places are kept whole with their person', () => {
    const files: Files = {
      ...one,
      'visit_occurrence.csv':
        'visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date,visit_type_concept_id\n5,7,9201,2024-01-01,2024-01-05,32817\n',
      'procedure_occurrence.csv':
        'procedure_occurrence_id,person_id,procedure_concept_id,procedure_date,procedure_type_concept_id,procedure_source_value\n1,7,0,2024-01-02,32817,SNOMED:80146002\n',
      'device_exposure.csv':
        'device_exposure_id,person_id,device_concept_id,device_exposure_start_date,device_type_concept_id,device_source_value\n1,7,0,2024-01-03,32817,Pump X\n2,7,0,2024-01-03,32817,\n',
      'death.csv': 'person_id,death_date\n7,2024-02-01\n',
      'note.csv':
        'note_id,person_id,note_date,note_type_concept_id,note_class_concept_id,note_text,encoding_concept_id,language_concept_id\n1,7,2024-01-01,0,0,"Said ""well"",\nand left",0,0\n',
      'care_site.csv': 'care_site_id,care_site_name\n1,Ward\n',
    };
    const facts = itemsOf(files).flatMap((item) =>
      item.kind === 'fact'
        ? [
            `${item.fact} ${item.value.kind === 'text' ? item.value.text : item.value.kind === 'coded' ? item.value.codings[0]?.code : ''}`,
          ]
        : [],
    );
    expect(facts).toEqual(
      expect.arrayContaining(['encounter IMP', 'procedure 80146002', 'device Pump X', 'deceased ']),
    );
    const kept = decode(files).filter(({ fate }) => fate === 'kept');
    expect(kept).toMatchObject([
      { type: 'note', subject: 'anna', kept: { note_text: 'Said "well",\nand left' } },
      { type: 'care_site', kept: { care_site_name: 'Ward' } },
    ]);
    expect(decode(files).find(({ fate }) => fate === 'refused')?.problems).toMatchObject([
      { code: 'omop-no-code', where: { line: 3 } },
    ]);
    expect([...omopDoor.resources!(bytes(one['person.csv']!), { name: 'person.csv' })]).toMatchObject([
      { resourceType: 'Patient', gender: 'female' },
    ]);
  });

  test('rows of nobody, twice, with broken cells or without what they must have are named and refused', () => {
    const rows = `${MEASUREMENT}1,99,1,2024-01-31,,1,,1,,,,,,,\n2,7,1,2024-01-31,,1,,1,,,,,,,77\n2,7,1,2024-01-31,,1,,1,,,,,,,\nx,7,1,2024-01-31,,1,,1,,,,,,,\n3,7,,2024-01-31,,1,,1,,,,,,,\n4,7,1,31.01.2024,,1,,1,,,,,,,\n5,7,1,2024-01-31,,1,,ten,,,,,,,\n`;
    const visits =
      'visit_occurrence_id,person_id,visit_concept_id,visit_start_date,visit_end_date,visit_type_concept_id\n5,7,9201,2024-01-01,2024-01-05,32817\n';
    const decoded = decode({ ...one, 'measurement.csv': rows, 'visit_occurrence.csv': visits }).filter(
      ({ type }) => type === 'measurement',
    );
    expect(decoded.map(({ fate, problems }) => [fate, problems[0]?.code, problems[0]?.where.field])).toEqual([
      ['refused', 'omop-reference', 'person_id'],
      ['mapped', 'omop-reference', 'visit_occurrence_id'],
      ['refused', 'omop-twice', 'measurement_id'],
      ['refused', 'omop-cell', 'measurement_id'],
      ['refused', 'omop-required', 'measurement_concept_id'],
      ['refused', 'omop-cell', 'measurement_date'],
      ['kept', 'omop-cell', 'value_as_number'],
    ]);
    expect(codesOf({ 'person.csv': 'person_id,gender_concept_id\n1,2\n' })).toEqual(['omop-column-missing']);
    expect(codesOf({ ...one, 'measurement.csv': 'measurement_id\n1\n' })).toContain('omop-column-missing');
    expect(codesOf({ 'person.csv': PERSON })).toEqual(['exchange-empty']);
    expect(codesOf(one, { zone: 'Nowhere' })).toContain('exchange-zone-unknown');
  });

  test('every filled cell is accounted for', () => {
    const files = { ...one, 'measurement.csv': `${MEASUREMENT}1,7,1,2024-01-31,,32817,,1,,,mg/dL,,,,5\n` };
    const neighbours = { names: Object.keys(files), read: (name: string) => bytes((files as Files)[name]!) };
    const rows = [...omopDoor.fields!(bytes(one['person.csv']!), { name: 'person.csv', neighbours })];
    const fate = (element: string) => rows.find((row) => row.element === element);
    expect(fate('person row 1.year_of_birth')?.fate).toBe('mapped');
    expect(fate('measurement row 1.value_as_number')?.fate).toBe('mapped');
    expect(fate('measurement row 1.visit_occurrence_id')).toMatchObject({
      fate: 'refused',
      codes: ['omop-column-unused'],
    });
    expect(rows).toHaveLength(8 + 8);
  });

  test('is recognised by its header and takes its neighbours along', () => {
    expect(omopDoor.sniff(bytes(PERSON), 'PERSON.CSV')).toBeGreaterThan(0.9);
    expect(omopDoor.sniff(bytes('a,b\n'), 'person.csv')).toBe(0);
    expect(omopDoor.sniff(bytes(MEASUREMENT), 'measurement.csv')).toBeGreaterThan(0.9);
    expect(
      omopDoor.companions!(bytes(MEASUREMENT), 'measurement.csv', { names: ['person.csv'], read: () => null }),
    ).toEqual([]);
    const alone = [...omopDoor.decode(bytes(MEASUREMENT), { name: 'measurement.csv' })];
    expect(alone).toMatchObject([{ fate: 'refused', problems: [{ code: 'omop-table-missing' }] }]);
    const names = ['person.csv', 'Measurement.csv', 'CONCEPT.csv', 'other.csv', 'location.txt'];
    expect(omopDoor.companions!(bytes(PERSON), 'person.csv', { names, read: () => null })).toEqual([
      'Measurement.csv',
      'CONCEPT.csv',
      'location.txt',
    ]);
  });
});

const provenance = { source: 's', element: 'e' };
const bitemporal = (time: string) => ({ trueAt: at(time), knownAt: at(time) });
const fact = (name: string, value: Fact['value'], time = '2020-01-01T00:00:00Z', more: Partial<Fact> = {}): Fact => ({
  kind: 'fact',
  id: `f-${name}`,
  subject: 'anna',
  fact: name,
  code: null,
  value,
  ...bitemporal(time),
  provenance,
  ...more,
});
const observed = (code: string, value: Observation['value'], time: string, system = LOINC): Observation => ({
  kind: 'observation',
  id: `o-${code}`,
  subject: 'anna',
  code: { codings: [{ system, code }] },
  signal: null,
  value,
  ...bitemporal(time),
  offset: null,
  grade: 'good',
  marks: [],
  provenance,
});
const given = (
  code: string,
  value: number,
  unit: string,
  from: string,
  to?: string,
  system = RXNORM,
): ControlInput => ({
  kind: 'control',
  id: `c-${code}`,
  subject: 'anna',
  control: 'drug',
  code: { codings: [{ system, code }] },
  value: { value, unit },
  from: at(from),
  ...(to === undefined ? {} : { to: at(to) }),
  status: 'given',
  knownAt: at(from),
  offset: null,
  grade: 'good',
  marks: [],
  provenance,
});

const female = { codings: [{ system: 'http://hl7.org/fhir/administrative-gender', code: 'female' }] };
const diabetes = { codings: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'E11.9' }] };
const anna: OmopSubject = {
  subject: 'anna',
  facts: [
    fact('birthDate', '1970-01-02'),
    fact('sex', female),
    fact('condition', diabetes, '2020-05-01T08:00:00Z'),
    fact('body.weight', { value: 71.5, unit: 'kg' }, '2024-01-01T09:00:00Z', {
      code: { codings: [{ system: LOINC, code: '29463-7' }] },
    }),
    fact('therapy.target', '7', '2024-01-01T09:00:00Z'),
    fact('device', 'Pump X', '2024-01-01T10:00:00Z'),
    fact('encounter', { codings: [{ system: 'v3', code: 'IMP' }] }, '2024-01-01T07:00:00Z', {
      until: at('2024-01-05T11:00:00Z'),
    }),
    fact('deceased', true, '2024-02-01T04:00:00Z'),
  ],
  observations: [
    observed('2345-7', { value: 120.25, unit: 'mg/dL' }, '2024-01-31T13:05:00Z'),
    observed('14749-6', { kind: 'below', bound: { value: 2.2, unit: 'mmol/L' } }, '2024-01-31T13:06:00.500Z'),
    observed('5778-6', { codings: [{ system: SNOMED, code: '52101004' }] }, '2024-01-31T13:07:00Z'),
  ],
  controls: [
    given('11124', 1000, 'mg', '2024-01-31T08:00:00Z', '2024-01-31T09:00:00Z'),
    given('9059-7', 30, 'g', '2024-01-31T12:00:00Z', undefined, LOINC),
  ],
};

function written(subjects: readonly OmopSubject[], options: Partial<Parameters<typeof encodeOmop>[1]> = {}) {
  const lines = new Map<string, string[]>();
  const problems = encodeOmop(subjects, { at: at('2024-03-01T00:00:00Z'), ...options }, (table, line) => {
    lines.set(table, [...(lines.get(table) ?? []), line]);
  });
  const files: Files = Object.fromEntries([...lines].map(([table, all]) => [`${table}.csv`, `${all.join('\n')}\n`]));
  return { files, problems };
}
const cells = (files: Files, table: keyof typeof TABLES, row = 1) => {
  const [header, ...rows] = files[`${table}.csv`]!.trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  return Object.fromEntries(header!.map((name, i) => [name, rows[row - 1]![i]]));
};
const vocabularyOf = (subject: OmopSubject) => {
  const files = {
    name: 'v',
    paths: ['CONCEPT.csv', 'CONCEPT_RELATIONSHIP.csv'],
    read: (path: string) => [bytes(VOCABULARY[path]!)],
  };
  return readVocabulary(files, { codings: codingsOf(subject) }, () => {});
};

describe('export', () => {
  test('every table is written with the columns of CDM 5.4, and read back as what it was', () => {
    const { files, problems } = written([anna], { zone: 'Europe/Berlin' });
    expect(problems).toEqual([]);
    expect(Object.keys(files).sort()).toEqual(WRITTEN.map((table) => `${table}.csv`).sort());
    for (const table of WRITTEN)
      expect(files[`${table}.csv`]!.split('\n')[0]).toBe(TABLES[table].map(({ name }) => name).join(','));
    expect(cells(files, 'measurement')).toMatchObject({
      measurement_concept_id: '0',
      measurement_source_value: 'LOINC:29463-7',
      value_as_number: '71.5',
    });
    expect(cells(files, 'measurement', 2)).toMatchObject({
      measurement_datetime: '2024-01-31 14:05:00',
      unit_source_value: 'mg/dL',
    });
    expect(cells(files, 'observation_period')).toMatchObject({
      observation_period_start_date: '2020-05-01',
      observation_period_end_date: '2024-02-01',
    });
    expect(codesOf(files)).toEqual([]);
    const items = itemsOf(files);
    const found = (kind: string, code: string) =>
      items.find((item) => item.kind === kind && 'codings' in item && item.codings.some((each) => each.code === code));
    expect(new Set(items.map(({ subject }) => subject))).toEqual(new Set(['anna']));
    for (const { code, trueAt, value } of anna.observations) {
      const item = found('observation', code.codings[0]!.code)!;
      expect('time' in item && item.time.start).toBe(trueAt);
      if ('unit' in value && 'value' in value)
        expect(item).toMatchObject({ value: { value: value.value, unit: value.unit } });
    }
    expect(found('observation', '14749-6')).toMatchObject({ value: { value: 2.2, unit: 'mmol/L', comparator: '<' } });
    expect(found('observation', '5778-6')).toMatchObject({
      value: { kind: 'coded', codings: [{ system: SNOMED, code: '52101004' }] },
    });
    for (const { code, from, to, value } of anna.controls) {
      expect(found('control', code.codings[0]!.code)).toMatchObject({
        value: { value: value.value, unit: value.unit },
        time: { start: from, ...(to === undefined ? {} : { end: to }) },
      });
    }
    const facts = items.flatMap((item) => (item.kind === 'fact' ? [[item.fact, item.time.start]] : []));
    for (const { fact: name, trueAt } of anna.facts.slice(2)) expect(facts).toContainEqual([name, trueAt]);
  });

  test('where persons live is a location of its own, shared by those who live there; numbers to call are left out', () => {
    const lives = (subject: string, address: string): OmopSubject => ({
      ...anna,
      subject,
      facts: [...anna.facts, fact('address', address), fact('telecom', '+49 30 1234')],
    });
    const home = '12 High Street 10115 Berlin';
    const { files, problems } = written([lives('a', home), lives('b', home), lives('c', 'x'.repeat(60))]);
    expect(problems.map(({ code }) => code).toSorted()).toEqual([
      'omop-not-exported',
      'omop-not-exported',
      'omop-not-exported',
      'omop-too-long',
    ]);
    expect(cells(files, 'location')).toMatchObject({
      location_id: '1',
      location_source_value: home,
      address_1: '',
      zip: '',
    });
    expect([1, 2, 3].map((row) => cells(files, 'person', row).location_id)).toEqual(['1', '1', '2']);
    expect(Object.values(files).join('\n')).not.toContain('1234');
    const back = itemsOf(files).flatMap((item) =>
      item.kind === 'fact' && item.fact === 'address' ? [[item.subject, item.value]] : [],
    );
    expect(back).toEqual([
      ['a', { kind: 'text', text: home }],
      ['b', { kind: 'text', text: home }],
      ['c', { kind: 'text', text: 'x'.repeat(50) }],
    ]);
    const parts = 'location_id,address_1,city,zip\n1,12 High Street,Berlin,10115\n';
    const address = itemsOf({ ...files, 'location.csv': parts }).find(
      (item) => item.kind === 'fact' && item.fact === 'address',
    );
    expect(address).toMatchObject({ subject: 'a', value: { text: '12 High Street, 10115 Berlin' } });
  });

  test('standard concepts come from the vocabulary, source concepts stay, and where several are meant none is chosen', () => {
    const two = {
      ...anna,
      facts: [
        ...anna.facts,
        fact('condition', { codings: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'X99' }] }),
      ],
    };
    const { files, problems } = written([two], { vocabulary: vocabularyOf(two) });
    expect(cells(files, 'condition_occurrence')).toMatchObject({
      condition_concept_id: '201826',
      condition_source_concept_id: '45533019',
      condition_source_value: 'ICD10CM:E11.9',
    });
    expect(cells(files, 'condition_occurrence', 2)).toMatchObject({
      condition_concept_id: '0',
      condition_source_concept_id: '45500001',
    });
    expect(problems.map(({ code }) => code)).toEqual(['omop-maps-several']);
    expect(cells(files, 'measurement', 2)).toMatchObject({
      measurement_concept_id: '3004501',
      unit_concept_id: '8840',
    });
    expect(cells(files, 'observation', 2)).toMatchObject({ value_as_concept_id: '4181412' });
  });

  test('what has no place is said: a person without a birth date, series, proposals, names, texts that are too long', () => {
    const nobody = { ...anna, subject: 'nobody', facts: [] };
    const odd: OmopSubject = {
      subject: 'x'.repeat(60),
      facts: [fact('birthDate', '1970'), fact('name', 'Anna'), fact('therapy.note', 'y'.repeat(100))],
      observations: [observed('1-8', { kind: 'series', ref: 'r', unit: 'mV', count: 3 }, '2024-01-01T00:00:00Z')],
      controls: [{ ...given('11124', 1, 'mg', '2024-01-01T00:00:00Z'), status: 'proposed' }],
    };
    const { files, problems } = written([nobody, odd]);
    expect(problems.map(({ code }) => code)).toEqual([
      'omop-required',
      'omop-too-long',
      'omop-not-exported',
      'omop-too-long',
      'omop-not-exported',
      'omop-not-exported',
    ]);
    expect(cells(files, 'person')).toMatchObject({ person_id: '1', month_of_birth: '' });
    expect(() => written([], { zone: 'Nowhere' })).toThrow(/no zone/);
  });
});

test('decode(encode(x)) = x for any numbers, codes and moments', () => {
  const measured = fc.record({
    code: fc
      .stringMatching(/^[1-9]\d{0,4}-\d$/)
      .filter((code) => !['29463-7', '3141-9', '8302-2', '82810-3', '84413-4', '9059-7'].includes(code)),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    unit: fc.constantFrom('mg/dL', 'mmol/L', '%', 'mm[Hg]', '10*3/uL'),
    // Not midnight, which the CDM writes where only the day is known.
    moment: fc.integer({ min: 1, max: 86_399_999 }).map((of) => Date.UTC(2024, 0, 31) + of),
  });
  fc.assert(
    fc.property(fc.array(measured, { minLength: 1, maxLength: 5 }), (all) => {
      const observations = all.map(({ code, value, unit, moment }) =>
        observed(code, { value, unit }, new Date(moment).toISOString()),
      );
      const { files } = written([{ ...anna, observations, facts: anna.facts.slice(0, 2), controls: [] }]);
      const back = itemsOf(files).flatMap((item) =>
        item.kind === 'observation' ? [[item.codings[0]!.code, item.value, item.time.start]] : [],
      );
      expect(back).toEqual(
        all.map(({ code, value, unit, moment }) => [
          code,
          { kind: 'quantity', value: value === 0 ? 0 : value, unit },
          moment,
        ]),
      );
    }),
    { numRuns: 50 },
  );
});

test('any bytes are taken in or refused with a code', () => {
  const { files } = written([anna]);
  const names = Object.keys(files);
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.nat(600),
      fc.string({ maxLength: 6 }),
      fc.nat(30),
      (name, place, put, cut) => {
        const text = files[name]!;
        const decoded = decode({ ...files, [name]: text.slice(0, place) + put + text.slice(place + cut) });
        expect(decoded.length).toBeGreaterThan(0);
        for (const { fate, items, problems } of decoded)
          if (fate === 'refused') expect([items.length, problems.length > 0]).toEqual([0, true]);
      },
    ),
    { numRuns: 150 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (junk) => {
      for (const one of omopDoor.decode(junk, { name: 'person.csv' })) expect(one.fate).toBeDefined();
    }),
  );
});
