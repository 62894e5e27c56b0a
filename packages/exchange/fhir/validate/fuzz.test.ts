import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bundle, entry, observation, patient } from './fixture.ts';
import { isError } from './issue.ts';
import { rules } from './rules.data.ts';
import { Validator, validateResource } from './validate.ts';

type Json = Record<string, unknown>;

const validator = new Validator();

/** Resources that reach every part of the validator. */
const SEEDS: readonly Json[] = [
  {
    resourceType: 'Patient',
    id: 'a',
    meta: { profile: ['http://hl7.org/fhir/StructureDefinition/Patient'] },
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div>' },
    contained: [{ resourceType: 'Organization', id: 'o', name: 'O' }],
    extension: [
      {
        url: 'http://hl7.org/fhir/StructureDefinition/patient-citizenship',
        extension: [{ url: 'code', valueCodeableConcept: { text: 'x' } }],
      },
    ],
    name: [{ given: ['A', null], _given: [null, { id: 'x' }] }],
    birthDate: '2020-01-31',
    managingOrganization: { reference: '#o' },
  },
  {
    resourceType: 'Observation',
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }] },
    subject: { reference: 'Patient/1' },
    effectiveDateTime: '2020-01-01T00:00:00Z',
    component: [
      {
        code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] },
        valueQuantity: { value: 120, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
      },
    ],
  },
  bundle('document', [
    entry('1', {
      resourceType: 'Composition',
      status: 'final',
      type: { text: 'x' },
      date: '2020',
      title: 'x',
      author: [{ reference: 'Patient/2' }],
      section: [{ entry: [{ reference: 'Observation/3' }] }],
    }),
    entry('2', patient()),
    entry('3', observation({ subject: { reference: 'Patient/2' } })),
  ]) as Json,
  {
    resourceType: 'Questionnaire',
    status: 'draft',
    item: [
      {
        linkId: '1',
        type: 'group',
        item: [
          {
            linkId: '2',
            type: 'choice',
            answerOption: [{ valueString: 'x' }],
            enableWhen: [{ question: '3', operator: '=', answerString: 'x' }],
          },
        ],
      },
    ],
  },
  {
    resourceType: 'StructureDefinition',
    url: 'http://b.org/p',
    name: 'P',
    status: 'draft',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    differential: { element: [{ id: 'Patient.name', path: 'Patient.name', min: 1, type: [{ code: 'HumanName' }] }] },
  },
  {
    resourceType: 'ValueSet',
    status: 'draft',
    url: 'http://b.org/v',
    compose: { include: [{ system: 'http://loinc.org', filter: [{ property: 'concept', op: 'is-a', value: 'x' }] }] },
  },
  {
    resourceType: 'SearchParameter',
    url: 'http://b.org/s',
    name: 'x',
    status: 'draft',
    description: 'x',
    code: 'x',
    base: ['Patient'],
    type: 'string',
    expression: 'Patient.name | Patient.alias',
  },
];

const WORDS = [
  '',
  ' ',
  'Patient',
  'Patient/1',
  '#a',
  '#',
  'urn:uuid:x',
  'http://loinc.org',
  'resourceType',
  'extension',
  'url',
  'reference',
  'value',
  'code',
  '__proto__',
  '<div',
  '2020-13-45',
  '\u0000',
];
const value = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.jsonValue({ maxDepth: 3 }),
  fc.double(),
  fc.constantFrom(null, [], {}, [null], [[]], [{}]),
);

/** As JSON does it, where `__proto__` is a name like any other. */
function add(holder: Json, name: string, given: unknown): void {
  Object.defineProperty(holder, name, { value: given, enumerable: true, configurable: true, writable: true });
}

/** The places in a value where something can be put. */
function holders(root: unknown): (Json | unknown[])[] {
  const out: (Json | unknown[])[] = [];
  const open = [root];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (typeof at !== 'object' || at === null) continue;
    out.push(at as Json);
    open.push(...Object.values(at).filter((each) => each !== undefined));
  }
  return out;
}

test('any change of a resource is judged: nothing is thrown, every issue has a known rule and a place', () => {
  const change = fc.record({
    holder: fc.nat(),
    name: fc.nat(),
    value,
    kind: fc.constantFrom('put', 'add', 'take', 'copy'),
  });
  fc.assert(
    fc.property(fc.constantFrom(...SEEDS), fc.array(change, { minLength: 1, maxLength: 4 }), (seed, changes) => {
      const resource = structuredClone(seed);
      for (const { holder, name, value: given, kind } of changes) {
        const all = holders(resource);
        const at = all[holder % all.length]! as Json;
        const names = Object.keys(at);
        const key = names[name % Math.max(1, names.length)] ?? 'a';
        if (kind === 'put') at[key] = structuredClone(given);
        else if (kind === 'add') add(at, WORDS[name % WORDS.length]!, structuredClone(given));
        else if (kind === 'take') delete at[key];
        else at[`_${key}`] = structuredClone(at[key]);
      }
      for (const { rule, expression, text, severity } of validator.resource(resource)) {
        expect(Object.hasOwn(rules, rule)).toBe(true);
        expect(['fatal', 'error', 'warning', 'information']).toContain(severity);
        expect(expression).not.toBe('');
        expect(text).not.toBe('');
      }
    }),
    { numRuns: 600 },
  );
});

test('anything that is no resource is an error', () => {
  fc.assert(
    fc.property(value, (given) => {
      expect(validateResource(given).some(isError)).toBe(true);
    }),
  );
});

test('any text is judged', () => {
  fc.assert(
    fc.property(fc.constantFrom(...SEEDS), fc.nat(), fc.string({ maxLength: 3 }), (seed, place, piece) => {
      const text = JSON.stringify(seed);
      const at = place % text.length;
      expect(Array.isArray(validator.text(`${text.slice(0, at)}${piece}${text.slice(at + 1)}`))).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('thousands of entries that refer to one another are followed once each', () => {
  const entries = Array.from({ length: 1000 }, (_, i) =>
    entry(`${i}`, patient({ link: [{ type: 'seealso', other: { reference: `Patient/${(i + 1) % 1000}` } }] })),
  );
  const first = entry('c', {
    resourceType: 'Composition',
    status: 'final',
    type: { text: 'x' },
    date: '2020',
    title: 'x',
    author: [{ reference: 'Patient/0' }],
  });
  const issues = validator.resource(
    bundle('document', [first, ...entries], {
      timestamp: '2020-01-01T00:00:00Z',
      identifier: { system: 'http://b.org', value: 'x' },
    }),
  );
  expect(issues.filter(isError)).toEqual([]);
});
