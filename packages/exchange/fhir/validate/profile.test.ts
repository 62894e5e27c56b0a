import { describe, expect, test } from 'vitest';
import { definitionsWith } from './definitions.ts';
import { bundle, entry, observation, patient, profile, told } from './fixture.ts';
import { Validator } from './validate.ts';

type Json = Readonly<Record<string, unknown>>;

const EXTENSION = {
  kind: 'complex-type',
  type: 'Extension',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Extension',
  context: [{ type: 'element', expression: 'Patient' }],
};

/** The errors of a resource by one profile, with further definitions. */
function errors(resource: Json, given: Json, more: readonly Json[] = []): readonly string[] {
  const validator = new Validator(definitionsWith([given, ...more]));
  return told(validator.resource(resource, { profiles: [String(given.url)], vitalSigns: false }));
}

const coding = (code: string, system = 'http://b.org/s') => ({ system, code });
const concept = (...codes: readonly string[]) => ({ coding: codes.map((code) => coding(code)) });

describe('what a profile says of one element', () => {
  const at = (path: string, rule: Json) => profile('Patient', 'p', [{ path, ...rule }]);
  test.each<readonly [string, Json, Json, readonly string[]]>([
    ['fewest', at('Patient.name', { min: 1 }), patient(), ['element-required Patient']],
    [
      'most',
      at('Patient.name', { max: '1' }),
      patient({ name: [{ text: 'a' }, { text: 'b' }] }),
      ['element-too-many Patient'],
    ],
    ['none', at('Patient.photo', { max: '0' }), patient({ photo: [{ title: 'x' }] }), ['element-too-many Patient']],
    [
      'a fixed value',
      at('Patient.gender', { fixedCode: 'male' }),
      patient({ gender: 'female' }),
      ['value-fixed Patient.gender'],
    ],
    [
      'a fixed value of several elements',
      at('Patient.maritalStatus', { fixedCodeableConcept: { text: 'a' } }),
      patient({ maritalStatus: { text: 'a', id: 'x' } }),
      ['value-fixed Patient.maritalStatus'],
    ],
    [
      'a pattern',
      at('Patient.maritalStatus', { patternCodeableConcept: concept('a') }),
      patient({ maritalStatus: concept('b') }),
      ['value-pattern Patient.maritalStatus'],
    ],
    [
      'a pattern that is met',
      at('Patient.maritalStatus', { patternCodeableConcept: concept('a') }),
      patient({ maritalStatus: concept('b', 'a') }),
      [],
    ],
    [
      'a length',
      at('Patient.name.family', { maxLength: 2 }),
      patient({ name: [{ family: 'Abc' }] }),
      ['value-range Patient.name[0].family'],
    ],
    [
      'a least value',
      at('Patient.birthDate', { minValueDate: '1900-01-01' }),
      patient({ birthDate: '1899-12-31' }),
      ['value-range Patient.birthDate'],
    ],
    [
      'a most value',
      at('Patient.multipleBirth[x]', { maxValueInteger: 3 }),
      patient({ multipleBirthInteger: 4 }),
      ['value-range Patient.multipleBirthInteger'],
    ],
    [
      'a type of a choice',
      at('Patient.deceased[x]', { type: [{ code: 'boolean' }] }),
      patient({ deceasedDateTime: '2020' }),
      ['element-type Patient.deceasedDateTime'],
    ],
    [
      'a choice by its name in JSON',
      at('Patient.deceasedBoolean', { fixedBoolean: false }),
      patient({ deceasedBoolean: true }),
      ['value-fixed Patient.deceasedBoolean'],
    ],
    [
      'what is referred to',
      at('Patient.generalPractitioner', {
        type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Organization'] }],
      }),
      patient({ generalPractitioner: [{ reference: 'Practitioner/1' }] }),
      ['reference-type Patient.generalPractitioner[0]'],
    ],
    [
      'an invariant',
      at('Patient', { constraint: [{ key: 'x-1', severity: 'error', human: 'A name', expression: 'name.exists()' }] }),
      patient(),
      ['invariant Patient'],
    ],
    [
      'an invariant with a function of the full engine',
      at('Patient.name', {
        constraint: [
          {
            key: 'x-2',
            severity: 'error',
            human: 'Long',
            expression: "family.toChars().count() > 2 and $this.type().name = 'HumanName'",
          },
        ],
      }),
      patient({ name: [{ family: 'Ab' }] }),
      ['invariant Patient.name[0]'],
    ],
    [
      'an element of a part',
      at('Patient.contact.gender', { min: 1 }),
      patient({ contact: [{ name: { text: 'a' } }] }),
      ['element-required Patient.contact[0]'],
    ],
  ])('%s', (_name, given, resource, expected) => {
    expect(errors(resource, given)).toEqual(expected);
  });

  test('a constraint that cannot be evaluated is told, and is no error', () => {
    const given = at('Patient', {
      constraint: [{ key: 'x-1', severity: 'error', human: 'A name', expression: 'name.nothingAtAll(' }],
    });
    const issues = new Validator(definitionsWith([given])).resource(patient(), { profiles: [String(given.url)] });
    expect(told(issues, 'invariant-unevaluable')).toEqual(['invariant-unevaluable Patient']);
    expect(told(issues)).toEqual([]);
  });
});

describe('value sets of the user', () => {
  const set = (url: string, compose: Json) => ({ resourceType: 'ValueSet', url, status: 'draft', compose });
  const system = {
    resourceType: 'CodeSystem',
    url: 'http://b.org/s',
    content: 'complete',
    concept: [{ code: 'a', concept: [{ code: 'a1' }] }, { code: 'b' }],
  };
  const bound = (strength: string) =>
    profile('Patient', 'p', [{ path: 'Patient.maritalStatus', binding: { strength, valueSet: 'http://b.org/v|1' } }]);
  const married = (code: string) => patient({ maritalStatus: concept(code) });
  test.each<readonly [string, Json, string, readonly string[]]>([
    [
      'a list',
      { include: [{ system: system.url, concept: [{ code: 'a' }] }] },
      'a1',
      ['code-required Patient.maritalStatus'],
    ],
    ['a whole system', { include: [{ system: system.url }] }, 'a1', []],
    [
      'a whole system without a code',
      { include: [{ system: system.url }] },
      'c',
      ['code-unknown Patient.maritalStatus.coding[0].code', 'code-required Patient.maritalStatus'],
    ],
    [
      'a branch',
      { include: [{ system: system.url, filter: [{ property: 'concept', op: 'is-a', value: 'a' }] }] },
      'a1',
      [],
    ],
    [
      'outside a branch',
      { include: [{ system: system.url, filter: [{ property: 'concept', op: 'is-a', value: 'a' }] }] },
      'b',
      ['code-required Patient.maritalStatus'],
    ],
    [
      'what is left out',
      { include: [{ system: system.url }], exclude: [{ system: system.url, concept: [{ code: 'b' }] }] },
      'b',
      ['code-required Patient.maritalStatus'],
    ],
    ['another set', { include: [{ valueSet: ['http://b.org/w'] }] }, 'b', []],
    [
      'a system that is not at hand',
      { include: [{ system: 'http://snomed.info/sct' }] },
      'b',
      ['code-required Patient.maritalStatus'],
    ],
  ])('%s', (_name, compose, code, expected) => {
    const other = set('http://b.org/w', { include: [{ system: system.url, concept: [{ code: 'b' }] }] });
    expect(
      [...errors(married(code), bound('required'), [system, set('http://b.org/v', compose), other])].sort(),
    ).toEqual([...expected].sort());
  });

  test('where it cannot be told, it is no error; an extensible binding only warns', () => {
    const unknown = set('http://b.org/v', {
      include: [{ system: 'http://b.org/s', filter: [{ property: 'x', op: '=', value: 'y' }] }],
    });
    expect(errors(married('a'), bound('required'), [system, unknown])).toEqual([]);
    expect(errors(married('a'), bound('required'))).toEqual([]);
    const list = set('http://b.org/v', { include: [{ system: 'http://b.org/s', concept: [{ code: 'b' }] }] });
    expect(errors(married('a'), bound('extensible'), [system, list])).toEqual([]);
  });
});

describe('slices', () => {
  const slicing = (type: string, path: string, more: Json = {}) => ({
    discriminator: [{ type, path }],
    rules: 'open',
    ...more,
  });
  const sliced = (rule: Json, one: readonly Json[], type = 'Patient', element = 'identifier') =>
    profile(type, 'p', [
      { path: `${type}.${element}`, slicing: rule },
      { id: `${type}.${element}:one`, path: `${type}.${element}`, sliceName: 'one', min: 1, max: '1' },
      ...one.map((each) => ({
        ...each,
        id: `${type}.${element}:one.${String(each.path).split('.').slice(2).join('.')}`,
      })),
    ]);
  const bySystem = (more: Json = {}) =>
    sliced(slicing('value', 'system', more), [
      { path: 'Patient.identifier.system', fixedUri: 'http://b.org' },
      { path: 'Patient.identifier.value', min: 1 },
    ]);
  const withIds = (...systems: readonly string[]) =>
    patient({ identifier: systems.map((system) => ({ system, value: 'x' })) });

  test('by value', () => {
    expect(errors(withIds('http://b.org', 'http://c.org'), bySystem())).toEqual([]);
    expect(errors(withIds('http://c.org'), bySystem())).toEqual(['slice-required Patient']);
    expect(errors(withIds('http://b.org', 'http://b.org'), bySystem())).toEqual(['slice-required Patient']);
    expect(errors(patient({ identifier: [{ system: 'http://b.org' }] }), bySystem())).toEqual([
      'element-required Patient.identifier[0]',
    ]);
  });

  test('closed, at the end, in order', () => {
    expect(errors(withIds('http://b.org', 'http://c.org'), bySystem({ rules: 'closed' }))).toEqual([
      'slice-closed Patient.identifier[1]',
    ]);
    expect(errors(withIds('http://c.org', 'http://b.org'), bySystem({ rules: 'openAtEnd' }))).toEqual([
      'slice-order Patient.identifier[1]',
    ]);
    const two = profile('Patient', 'p', [
      { path: 'Patient.identifier', slicing: slicing('value', 'system', { ordered: true }) },
      ...['one', 'two'].flatMap((name) => [
        { id: `Patient.identifier:${name}`, path: 'Patient.identifier', sliceName: name },
        { id: `Patient.identifier:${name}.system`, path: 'Patient.identifier.system', fixedUri: `http://${name}.org` },
      ]),
    ]);
    expect(errors(withIds('http://one.org', 'http://two.org'), two)).toEqual([]);
    expect(errors(withIds('http://two.org', 'http://one.org'), two)).toEqual(['slice-order Patient.identifier[1]']);
  });

  test('by a pattern above the path', () => {
    const given = sliced(slicing('value', 'type.coding.code'), [
      { path: 'Patient.identifier.type', patternCodeableConcept: concept('a') },
    ]);
    expect(errors(patient({ identifier: [{ type: concept('a') }] }), given)).toEqual([]);
    expect(errors(patient({ identifier: [{ type: concept('b') }] }), given)).toEqual(['slice-required Patient']);
  });

  test('by a required binding', () => {
    const given = sliced(slicing('value', 'use'), [
      { path: 'Patient.identifier.use', binding: { strength: 'required', valueSet: 'http://b.org/v' } },
    ]);
    const set = {
      resourceType: 'ValueSet',
      url: 'http://b.org/v',
      compose: { include: [{ system: 'http://hl7.org/fhir/identifier-use', concept: [{ code: 'official' }] }] },
    };
    expect(errors(patient({ identifier: [{ use: 'official' }] }), given, [set])).toEqual([]);
    expect(errors(patient({ identifier: [{ use: 'old' }] }), given, [set])).toEqual(['slice-required Patient']);
  });

  test('by being there', () => {
    const given = sliced(slicing('exists', 'period'), [{ path: 'Patient.identifier.period', min: 1 }]);
    expect(errors(patient({ identifier: [{ value: 'x', period: { start: '2020' } }] }), given)).toEqual([]);
    expect(errors(patient({ identifier: [{ value: 'x' }] }), given)).toEqual(['slice-required Patient']);
  });

  test('by type', () => {
    const given = profile('Observation', 'p', [
      { path: 'Observation.value[x]', slicing: slicing('type', '$this') },
      {
        id: 'Observation.value[x]:valueQuantity',
        path: 'Observation.value[x]',
        sliceName: 'valueQuantity',
        type: [{ code: 'Quantity' }],
      },
      { id: 'Observation.value[x]:valueQuantity.code', path: 'Observation.value[x].code', min: 1 },
    ]);
    expect(errors(observation({ valueString: 'x' }), given)).toEqual([]);
    expect(errors(observation({ valueQuantity: { value: 1 } }), given)).toEqual([
      'element-required Observation.valueQuantity',
    ]);
  });

  test('by the type and the profile of what is referred to, or held', () => {
    const organization = profile('Organization', 'o', [{ path: 'Organization.active', min: 1 }]);
    const rule = (type: string) => sliced(slicing(type, 'resolve()'), [], 'Patient', 'generalPractitioner');
    const typed = (type: string, target: string) => {
      const given = rule(type);
      const element = (given.differential as { element: Json[] }).element.map((each) =>
        each.sliceName === 'one' ? { ...each, type: [{ code: 'Reference', targetProfile: [target] }] } : each,
      );
      return { ...given, differential: { element } };
    };
    const held = (more: Json) =>
      patient({
        contained: [{ resourceType: 'Organization', id: 'o', name: 'O', ...more }],
        generalPractitioner: [{ reference: '#o' }],
      });
    expect(errors(held({}), typed('type', 'http://hl7.org/fhir/StructureDefinition/Organization'))).toEqual([]);
    expect(errors(held({}), typed('type', 'http://hl7.org/fhir/StructureDefinition/Practitioner'))).toEqual([
      'slice-required Patient',
    ]);
    expect(errors(held({ active: true }), typed('profile', String(organization.url)), [organization])).toEqual([]);
    expect(errors(held({}), typed('profile', String(organization.url)), [organization])).toEqual([
      'slice-required Patient',
    ]);
    const box = profile('Bundle', 'b', [
      { path: 'Bundle.entry', slicing: slicing('profile', 'resource') },
      { id: 'Bundle.entry:one', path: 'Bundle.entry', sliceName: 'one', min: 1 },
      {
        id: 'Bundle.entry:one.resource',
        path: 'Bundle.entry.resource',
        type: [{ code: 'Organization', profile: [organization.url] }],
      },
    ]);
    const boxed = (more: Json) =>
      bundle('collection', [entry('1', { resourceType: 'Organization', name: 'O', ...more })]);
    expect(errors(boxed({ active: true }), box, [organization])).toEqual([]);
    expect(errors(boxed({}), box, [organization])).toEqual(['slice-required Bundle']);
  });

  test('slices in slices, and of a profile made from a profile', () => {
    const above = bySystem();
    const below = profile(
      'Patient',
      'q',
      [{ id: 'Patient.identifier:one.period', path: 'Patient.identifier.period', min: 1 }],
      { baseDefinition: above.url },
    );
    expect(errors(withIds('http://b.org'), below, [above])).toEqual(['element-required Patient.identifier[0]']);
    expect(errors(withIds('http://c.org'), below, [above])).toEqual(['slice-required Patient']);
  });

  test('elements without ids belong to the slice named before them', () => {
    const given = bySystem();
    const element = (given.differential as { element: Json[] }).element.map(({ id: _, ...each }) => each);
    expect(errors(withIds('http://c.org'), { ...given, differential: { element } })).toEqual([
      'slice-required Patient',
    ]);
  });
});

describe('extensions', () => {
  const URL = 'http://a.example.org/StructureDefinition/e';
  const simple = profile(
    'Extension',
    'e',
    [
      { path: 'Extension.url', fixedUri: URL },
      { path: 'Extension.value[x]', min: 1, type: [{ code: 'string' }] },
    ],
    EXTENSION,
  );
  const complex = profile(
    'Extension',
    'e',
    [
      { path: 'Extension.url', fixedUri: URL },
      { id: 'Extension.extension:a', path: 'Extension.extension', sliceName: 'a', min: 1, max: '1' },
      { id: 'Extension.extension:a.url', path: 'Extension.extension.url', fixedUri: 'a' },
      {
        id: 'Extension.extension:a.value[x]',
        path: 'Extension.extension.value[x]',
        min: 1,
        type: [{ code: 'integer' }],
      },
      { path: 'Extension.value[x]', max: '0' },
    ],
    EXTENSION,
  );
  const errorsOf = (resource: Json, definition: Json) =>
    told(new Validator(definitionsWith([definition])).resource(resource));
  const with_ = (value: Json) => patient({ extension: [{ url: URL, ...value }] });

  test('a simple one', () => {
    expect(errorsOf(with_({ valueString: 'x' }), simple)).toEqual([]);
    expect(errorsOf(with_({ valueInteger: 1 }), simple)).toEqual(['element-type Patient.extension[0].valueInteger']);
    expect(errorsOf(observation({ extension: [{ url: URL, valueString: 'x' }] }), simple)).toEqual([
      'extension-context Observation.extension[0]',
    ]);
  });

  test('one of several parts', () => {
    expect(errorsOf(with_({ extension: [{ url: 'a', valueInteger: 1 }] }), complex)).toEqual([]);
    expect(errorsOf(with_({ extension: [{ url: 'b', valueInteger: 1 }] }), complex)).toEqual([
      'slice-required Patient.extension[0]',
    ]);
    expect(errorsOf(with_({ extension: [{ url: 'a', valueString: 'x' }] }), complex)).toEqual([
      'element-type Patient.extension[0].extension[0].valueString',
    ]);
    expect(errorsOf(with_({ valueString: 'x' }), complex)).toContain('element-too-many Patient.extension[0]');
  });

  test('where it may stand: an element, a type, a path, another extension', () => {
    const on = (type: string, expression: string) => ({ ...simple, context: [{ type, expression }] });
    const named = patient({
      name: [
        {
          family: 'A',
          extension: [{ url: URL, valueString: 'x' }],
          _family: { extension: [{ url: URL, valueString: 'x' }] },
        },
      ],
    });
    expect(errorsOf(named, on('element', 'HumanName'))).toEqual([
      'extension-context Patient.name[0].family.extension[0]',
    ]);
    expect(errorsOf(named, on('element', 'HumanName.family'))).toEqual([
      'extension-context Patient.name[0].extension[0]',
    ]);
    expect(errorsOf(named, on('element', 'Element'))).toEqual([]);
    expect(errorsOf(named, on('fhirpath', 'Patient.name | Patient.name.family'))).toEqual([]);
    expect(errorsOf(named, on('extension', 'http://b.org/x')).length).toBe(2);
    const inner = patient({ extension: [{ url: 'http://b.org/x', extension: [{ url: URL, valueString: 'x' }] }] });
    expect(errorsOf(inner, on('extension', 'http://b.org/x'))).toEqual([]);
  });
});

test('a profile that leads to itself, or to nothing, ends', () => {
  const circle = profile('Patient', 'p', [{ path: 'Patient.name', min: 1 }], {
    baseDefinition: 'http://a.example.org/StructureDefinition/p',
  });
  expect(errors(patient(), circle)).toEqual(['element-required Patient']);
  const lost = profile('Patient', 'p', [{ path: 'Patient.name', min: 1 }], { baseDefinition: 'http://b.org/none' });
  expect(errors(patient(), lost)).toEqual(['element-required Patient']);
  const own = profile('Bundle', 'b', [
    {
      path: 'Bundle.entry.resource',
      type: [{ code: 'Bundle', profile: ['http://a.example.org/StructureDefinition/b'] }],
    },
  ]);
  const nested = (depth: number): Json => bundle('collection', depth === 0 ? [] : [entry('1', nested(depth - 1))]);
  expect(errors(nested(18), own)).toEqual([]);
});

test('a profile that was asked for and is not at hand is an error', () => {
  expect(told(new Validator().resource(patient(), { profiles: ['http://b.org/none'] }))).toEqual([
    'profile-unknown Patient',
  ]);
});
