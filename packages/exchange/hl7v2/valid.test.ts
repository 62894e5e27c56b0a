import { expect, test } from 'vitest';
import { isError } from '../fhir/validate/issue.ts';
import { validateResource } from '../fhir/validate/validate.ts';
import { hl7v2Door } from './decode.ts';

interface Resource {
  readonly resourceType: string;
  readonly [name: string]: unknown;
}

const head = (type: string) => `MSH|^~\\&|LAB|HOSP|GEMEL|HERE|20240131120000+0100||${type}|M1|P|2.5.1`;
const bytesOf = (...segments: readonly string[]) => new TextEncoder().encode(`${segments.join('\r')}\r`);
const options = { name: 'test.hl7' };

/** The resource of a type, all of the message being valid R4. */
function valid(type: string, bytes: Uint8Array): Resource {
  const made = [...hl7v2Door.resources!(bytes, options)] as Resource[];
  for (const resource of made) expect(validateResource(resource).filter(isError), resource.resourceType).toEqual([]);
  return made.find(({ resourceType }) => resourceType === type)!;
}
const patient = (pid: string) => bytesOf(head('ADT^A31'), pid);
const result = (obx: string) => bytesOf(head('ORU^R01'), 'PID|1||7', 'OBR|1|||1^P^L|||20240131', obx);

test('a check digit stands on the identifier; its scheme is left in the message', () => {
  const bytes = patient('PID|1||7^4^M11^HOSP');
  expect(valid('Patient', bytes).identifier).toMatchObject([
    {
      value: '7',
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/identifier-checkDigit', valueString: '4' }],
    },
  ]);
  const [field] = [...hl7v2Door.fields!(bytes, options)].filter(({ element }) => element.startsWith('PID-3'));
  expect(field).toMatchObject({ fate: 'mapped', left: ['PID-3.3'] });
});

test.each([
  ['ger^German^HL70296', { coding: [{ code: 'de' }, { code: 'ger' }], text: 'German' }, []],
  ['EN', { coding: [{ code: 'en' }] }, []],
  ['pt-br^^ISO639', { coding: [{ code: 'pt-BR' }] }, []],
  ['9^Elvish^X^fra^French^ISO639', { coding: [{ code: 'fr' }, { code: '9' }], text: 'Elvish' }, []],
  ['zzq', { text: 'zzq' }, ['hl7v2-code-unmapped']],
  ['ger^Words^LOCAL', { text: 'Words' }, ['hl7v2-code-unmapped']],
])('the language %s is one of BCP 47, or words', (sent, language, codes) => {
  const bytes = patient(`PID|1||7||A^B||||||||||${sent}`);
  const [made] = valid('Patient', bytes).communication as { language: { coding?: object[] } }[];
  expect(made!.language).toMatchObject(language);
  expect(made!.language.coding?.length).toBe((language as { coding?: object[] }).coding?.length);
  const problems = [...hl7v2Door.decode(bytes, options)].flatMap((entry) => entry.problems.map(({ code }) => code));
  expect(problems).toEqual(codes);
});

test('an observation of a vital sign is in that category, others in none', () => {
  const heart = valid('Observation', result('OBX|1|NM|8867-4^HR^LN||60|/min^^UCUM|||||F|||20240131'));
  expect(heart).toMatchObject({
    category: [{ coding: [{ code: 'vital-signs' }] }],
    valueQuantity: { value: 60, unit: '/min', code: '/min' },
  });
  const glucose = valid('Observation', result('OBX|1|NM|2345-7^G^LN||5|mmol/L^^UCUM|||||F|||20240131'));
  expect(glucose.category).toBeUndefined();
});

test('a rate in beats a minute is given by UCUM, the unit as sent beside it', () => {
  const { valueQuantity } = valid('Observation', result('OBX|1|NM|8867-4^HR^LN||60|beats/min^^X|||||F|||20240131'));
  expect(valueQuantity).toMatchObject({
    value: 60,
    unit: 'beats/min',
    system: 'http://unitsofmeasure.org',
    code: '/min',
    extension: [{ valueQuantity: { value: 60, unit: 'beats/min', code: 'beats/min' } }],
  });
});

test('who is responsible for an observation, and who guarantees for a patient, are told by codes that there are', () => {
  valid('Observation', result('OBX|1|NM|1-8^X^LN||1||||||F|||20240131||9^Who^A'));
  const role = valid('PractitionerRole', result('OBX|1|NM|1-8^X^LN||1||||||F|||20240131||9^Who^A'));
  expect(role.code).toMatchObject([{ coding: [{ code: 'RO' }] }]);
  const guarantor = valid('RelatedPerson', bytesOf(head('ADT^A31'), 'PID|1||7', 'GT1|1||B^C'));
  expect(guarantor.relationship).toMatchObject([{ coding: [{ code: 'GUAR' }] }]);
});

test('what was ordered, and when, is one business event', () => {
  const { extension } = valid('ServiceRequest', bytesOf(head('ORM^O01'), 'PID|1||7', 'ORC|RE|1|2||||||20240131'));
  expect(extension).toMatchObject([
    {
      url: 'http://hl7.org/fhir/StructureDefinition/businessEvent',
      extension: [
        { url: 'value', valueCodeableConcept: { coding: [{ code: 'RE' }] } },
        { url: 'date', valueDateTime: '2024-01-31' },
      ],
    },
  ]);
});

test('the order control of an administration is kept: R4 has no place for it', () => {
  const bytes = bytesOf(head('RAS^O17'), 'PID|1||7', 'ORC|RE|1|2', 'RXA|0|1|20240131||1^D^L|1|mg^^UCUM');
  expect(valid('MedicationAdministration', bytes).extension).toBeUndefined();
  const [field] = [...hl7v2Door.fields!(bytes, options)].filter(({ element }) => element.startsWith('ORC-1'));
  expect(field!.fate).toBe('kept');
});

test('an organization has nothing of use home; what says so is left', () => {
  const bytes = bytesOf(
    head('ORM^O01'),
    'PID|1||7',
    'ORC|NW|1|2||||||||||||||||||House|1 Way^^X^^^^H|5551234^PRN^PH',
    'OBR|1|1|2|1^P^L',
  );
  valid('Organization', bytes);
  const made = ([...hl7v2Door.resources!(bytes, options)] as Resource[]).find(({ name }) => name === 'House')!;
  expect((made.address as object[])[0]).toEqual({ city: 'X', line: ['1 Way'] });
  const left = [...hl7v2Door.fields!(bytes, options)].flatMap((field) => field.left ?? []);
  expect(left).toContain('ORC-22.7');
});

test.each([
  ['F', { coding: [{ code: 'confirmed' }] }, []],
  ['Q^Quite^L', undefined, ['hl7v2-code-unmapped']],
])('the status %s of a diagnosis is one that R4 has, or none', (sent, status, codes) => {
  const bytes = bytesOf(head('ADT^A01'), 'PID|1||7', 'PV1|1|I', `DG1|1||I10^H^I10||20240131|${sent}`);
  const { verificationStatus } = valid('Condition', bytes);
  if (status === undefined) expect(verificationStatus).toBeUndefined();
  else expect(verificationStatus).toMatchObject(status);
  const problems = [...hl7v2Door.decode(bytes, options)].flatMap((entry) => entry.problems.map(({ code }) => code));
  expect(problems).toEqual(codes);
});
