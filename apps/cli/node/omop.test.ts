import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandLine } from './fixtures/command-line.ts';

const at = commandLine();
const reference = { reference: 'Patient/anna' };
const entry = (resource: object) => ({ resource });
const coded = (system: string, code: string) => ({ coding: [{ system, code }] });
const glucose = (id: string, value: number, time: string) =>
  entry({
    resourceType: 'Observation',
    id,
    status: 'final',
    subject: reference,
    code: coded('http://loinc.org', '2345-7'),
    effectiveDateTime: time,
    valueQuantity: { value, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' },
  });
const bundle = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    entry({ resourceType: 'Patient', id: 'anna', gender: 'female', birthDate: '1970-01-02' }),
    glucose('g1', 120, '2024-01-31T10:00:00+01:00'),
    glucose('g2', 131.5, '2024-01-31T10:05:00.250+01:00'),
    entry({
      resourceType: 'Condition',
      id: 'c1',
      subject: reference,
      code: coded('http://hl7.org/fhir/sid/icd-10-cm', 'E11.9'),
      onsetDateTime: '2020-05-01',
    }),
    entry({
      resourceType: 'MedicationAdministration',
      id: 'm1',
      status: 'completed',
      subject: reference,
      medicationCodeableConcept: coded('http://www.nlm.nih.gov/research/umls/rxnorm', '11124'),
      effectivePeriod: { start: '2024-01-31T08:00:00Z', end: '2024-01-31T09:00:00Z' },
      dosage: { dose: { value: 1000, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' } },
    }),
  ],
};
const CONCEPT =
  'concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_class_id\tstandard_concept\tconcept_code\n3004501\tGlucose\tMeasurement\tLOINC\tLab Test\tS\t2345-7\n8840\tmg/dL\tUnit\tUCUM\tUnit\tS\tmg/dL\n';

const tables = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder).map((file) => [
      file,
      // The order of rows of one table says nothing.
      readFileSync(join(folder, file), 'utf8').trim().split('\n').sort(),
    ]),
  );

test('export of an import of an export is the export', async () => {
  const gemel = async (data: string, ...line: string[]) => {
    const done = await at.gemel('--data', at.at(data), '--at', '2024-03-01T00:00:00Z', ...line);
    expect(done.code, at.told()).toBe(0);
    return done.out;
  };
  await gemel('one', 'import', at.file('anna.json', JSON.stringify(bundle)));
  expect(await gemel('one', 'export', '--omop', at.at('first'), '--zone', 'Europe/Berlin')).toContain('0 problems');
  expect(readdirSync(at.at('first'))).toContain('measurement.csv');
  const imported = await gemel('two', 'import', at.at('first'));
  expect(imported).toMatch(/omop-cdm-5\.4[\s\S]*subjects: Patient\/anna/);
  await gemel('two', 'export', '--omop', at.at('second'), '--zone', 'Europe/Berlin');
  expect(tables(at.at('second'))).toEqual(tables(at.at('first')));
  expect(tables(at.at('first'))['measurement.csv']).toHaveLength(3);

  at.file('CONCEPT.csv', CONCEPT);
  const named = JSON.parse(
    await gemel('one', '--json', 'export', 'Patient/anna', '--omop', at.at('third'), '--vocabulary', at.at('.')),
  );
  expect(named).toMatchObject({ problems: [] });
  expect(tables(at.at('third'))['measurement.csv']![0]).toMatch(/^1,1,3004501,.*,8840,/);
});
