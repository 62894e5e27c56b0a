import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fhirPath, pathCompiler, plainValue } from '../path/expression.ts';
import { directPath } from './direct-path.ts';
import { viewFunctions } from './keys.ts';

const viewPath = pathCompiler(viewFunctions);

const direct = (expression: string) => directPath(fhirPath(expression).syntax.root, 'Patient');

const PATHS = [
  'id',
  'birthDate',
  'name.family',
  'name.given',
  'name.given.first()',
  'name[1].given[0]',
  'name.first().period.start',
  "name.where(use = 'official').family",
  "name.where(use = 'official' and family = 'A').given",
  'name.exists()',
  'name.given.empty()',
  'deceased',
  'deceased.ofType(boolean)',
  'deceased.ofType(dateTime)',
  'multipleBirth.ofType(integer)',
  "extension('http://x').value.ofType(string)",
  "extension('http://x').value.ofType(code)",
  "extension('http://x').extension('http://y').value.ofType(Coding).code",
  "telecom.where(system = 'phone').value",
  'contact.telecom.value',
  'contact.name.given',
  'maritalStatus.coding.code',
  'managingOrganization.getReferenceKey()',
  'managingOrganization.getReferenceKey(Organization)',
  'generalPractitioner.getReferenceKey(Practitioner)',
  'getResourceKey()',
  "'a text'",
  '$this.active',
];

const text = fc.constantFrom('A', 'B', 'official', 'phone', '');
const beside = fc.option(fc.constant({ extension: [{ url: 'http://z', valueString: 'q' }] }), { nil: undefined });
const words = fc.array(fc.option(text), { maxLength: 3 });
const sparse = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(fields, { requiredKeys: [] });
const telecom = fc.array(sparse({ system: text, value: text, _value: beside }), { maxLength: 3 });
const name = sparse({
  use: text,
  family: text,
  _family: beside,
  given: words,
  _given: fc.array(fc.option(fc.constant({ id: 'i' })), { maxLength: 3 }),
  period: sparse({ start: fc.constantFrom('2020', '2020-01-01') }),
});
const inner = fc.record({ url: fc.constantFrom('http://y', 'http://n'), valueCoding: sparse({ code: text }) });
const extension = fc.oneof(
  fc.record({ url: fc.constant('http://x'), valueString: text }),
  fc.record({ url: fc.constant('http://x'), valueCode: text }),
  fc.record({ url: fc.constant('http://x'), extension: fc.array(inner, { maxLength: 2 }) }),
  fc.record({ url: fc.constant('http://other'), valueInteger: fc.integer() }),
);
const reference = sparse({
  reference: fc.constantFrom(
    'Organization/o',
    'Practitioner/p/_history/2',
    'http://h/Organization/o',
    '#c',
    'urn:uuid:1',
  ),
  type: fc.constantFrom('Organization', 'Practitioner'),
});
const patient = sparse({
  id: fc.constantFrom('p', 'q'),
  active: fc.boolean(),
  birthDate: fc.constantFrom('1970', '1970-06-01'),
  _birthDate: beside,
  deceasedBoolean: fc.boolean(),
  deceasedDateTime: fc.constant('2020-01-01'),
  multipleBirthInteger: fc.integer({ min: 1, max: 3 }),
  name: fc.array(name, { maxLength: 3 }),
  telecom,
  contact: fc.array(sparse({ name, telecom }), { maxLength: 2 }),
  extension: fc.array(extension, { maxLength: 3 }),
  maritalStatus: sparse({ coding: fc.array(sparse({ code: text }), { maxLength: 2 }) }),
  managingOrganization: reference,
  generalPractitioner: fc.array(reference, { maxLength: 2 }),
});

test.each(PATHS)('%s gives what the engine gives', (expression) => {
  const path = viewPath(expression);
  const plain = directPath(path.syntax.root, 'Patient');
  expect(plain).not.toBeNull();
  fc.assert(
    fc.property(patient, (fields) => {
      const resource = { resourceType: 'Patient', ...fields };
      // A choice is given once.
      if ('deceasedBoolean' in resource) delete resource.deceasedDateTime;
      const values = plain!.run(resource, { index: 0, entries: undefined });
      const engine = path.nodes(resource).map((node) => plainValue(node));
      // An element without a value counts only by its being there.
      const kept = (list: readonly unknown[]) => list.filter((one) => one !== null && one !== undefined);
      expect(kept(values)).toEqual(kept(engine));
      expect(values.length === 0).toBe(engine.length === 0);
    }),
    { numRuns: 60 },
  );
});

test.each([
  'name.family + birthDate',
  'Patient.name',
  'name.nothing',
  'deceased.value',
  "name.where(period.start = '2020')",
  "name.where(family != 'A')",
  "birthDate.extension('http://x')",
  'contained.id',
  'name.given.count()',
  'name.select(family)',
  'constructor',
  'name | contact.name',
])('%s is left to the engine', (expression) => {
  expect(direct(expression)).toBeNull();
});

test('what is not known to be of a type is left to the engine', () => {
  expect(directPath(fhirPath('id').syntax.root, null)).toBeNull();
});
