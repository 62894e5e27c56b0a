import { describe, expect, test } from 'vitest';
import { bundle, entry, observation, patient, told } from './fixture.ts';
import type { RuleId } from './rules.data.ts';
import { validateResource } from './validate.ts';

type Json = Readonly<Record<string, unknown>>;

const div = (inner: string) => `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`;
const text = (inner: string) => patient({ text: { status: 'generated', div: div(inner) } });
const extension = (url: string, more: Json) => [{ url, ...more }];
const BIRTH_PLACE = 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace';
const quantity = (more: Json) => observation({ valueQuantity: { value: 1, ...more } });
const questionnaire = (item: readonly Json[]) => ({ resourceType: 'Questionnaire', status: 'draft', item });
const deep = (depth: number): Json => (depth === 0 ? { linkId: 'a' } : { linkId: `${depth}`, item: [deep(depth - 1)] });

/** What is wrong, by rule; each names where. */
const WRONG: readonly (readonly [RuleId, Json, string])[] = [
  ['resource-type', { resourceType: 'Wish' }, 'Wish'],
  ['resource-type', {}, 'Resource'],
  ['resource-type', { resourceType: 'DomainResource' }, 'DomainResource'],
  ['element-type', patient({ contained: [7] }), 'Patient.contained[0]'],
  ['element-unknown', patient({ colour: 'red' }), 'Patient.colour'],
  ['element-unknown', patient({ _name: {} }), 'Patient._name'],
  ['element-unknown', observation({ valueAddress: { text: 'x' } }), 'Observation.valueAddress'],
  ['element-required', { resourceType: 'Observation', status: 'final' }, 'Observation'],
  ['element-required', patient({ link: [{ type: 'refer' }] }), 'Patient.link[0]'],
  ['element-array', patient({ name: { family: 'A' } }), 'Patient.name'],
  ['element-array', patient({ gender: ['male'] }), 'Patient.gender'],
  ['element-empty', patient({ name: [] }), 'Patient.name'],
  ['element-empty', patient({ name: [{}] }), 'Patient.name[0]'],
  ['element-empty', patient({ name: [{ id: 'a' }] }), 'Patient.name[0]'],
  ['element-type', patient({ name: ['A'] }), 'Patient.name[0]'],
  ['element-type', patient({ maritalStatus: null }), 'Patient.maritalStatus'],
  ['element-type', patient({ _birthDate: 'x' }), 'Patient.birthDate'],
  ['choice-several', patient({ deceasedBoolean: true, deceasedDateTime: '2020' }), 'Patient.deceased'],
  ['primitive-value', patient({ active: 'true' }), 'Patient.active'],
  ['primitive-value', patient({ birthDate: '2021-02-30' }), 'Patient.birthDate'],
  ['primitive-value', patient({ birthDate: '2021-02-03T10:00:00Z' }), 'Patient.birthDate'],
  ['primitive-value', patient({ deceasedDateTime: '2021-02-03T10:00:00' }), 'Patient.deceasedDateTime'],
  ['primitive-value', patient({ deceasedDateTime: '2021-02-03T24:00:00Z' }), 'Patient.deceasedDateTime'],
  ['primitive-value', patient({ multipleBirthInteger: 1.5 }), 'Patient.multipleBirthInteger'],
  ['primitive-value', patient({ multipleBirthInteger: 2_147_483_648 }), 'Patient.multipleBirthInteger'],
  ['primitive-value', patient({ telecom: [{ rank: 0 }] }), 'Patient.telecom[0].rank'],
  ['primitive-value', patient({ photo: [{ data: '(snip)' }] }), 'Patient.photo[0].data'],
  ['primitive-value', patient({ photo: [{ size: -1 }] }), 'Patient.photo[0].size'],
  ['primitive-value', patient({ identifier: [{ system: 'a b' }] }), 'Patient.identifier[0].system'],
  ['primitive-value', patient({ identifier: [{ system: 'urn:oid:1.02' }] }), 'Patient.identifier[0].system'],
  ['primitive-value', patient({ identifier: [{ system: 'urn:uuid:ABC' }] }), 'Patient.identifier[0].system'],
  ['primitive-value', patient({ gender: ' male' }), 'Patient.gender'],
  ['primitive-value', patient({ name: [{ family: '' }] }), 'Patient.name[0].family'],
  ['primitive-value', patient({ name: [{ family: 'a\u0007' }] }), 'Patient.name[0].family'],
  ['primitive-value', patient({ name: [{ given: [null] }] }), 'Patient.name[0].given[0]'],
  ['primitive-value', observation({ valueTime: '25:00:00' }), 'Observation.valueTime'],
  ['primitive-value', observation({ issued: '2020-01-01' }), 'Observation.issued'],
  ['primitive-value', quantity({ value: '1' }), 'Observation.valueQuantity.value'],
  ['primitive-array', patient({ name: [{ given: ['A', 'B'], _given: [null] }] }), 'Patient.name[0]._given'],
  ['primitive-array', patient({ name: [{ _given: [null] }] }), 'Patient.name[0].given[0]'],
  ['primitive-array', patient({ name: [{ given: ['A'], _given: {} }] }), 'Patient.name[0]._given'],
  ['primitive-array', patient({ birthDate: '2020', _birthDate: [{ id: 'a' }] }), 'Patient._birthDate'],
  ['id-form', patient({ id: 'a b' }), 'Patient.id'],
  ['id-form', patient({ id: 'a'.repeat(65) }), 'Patient.id'],
  ['invariant', patient({ contact: [{ gender: 'male' }] }), 'Patient.contact[0]'],
  ['invariant', quantity({ code: 'kg' }), 'Observation.valueQuantity'],
  ['invariant', observation({ effectivePeriod: { start: '2021', end: '2020' } }), 'Observation.effectivePeriod'],
  [
    'invariant',
    observation({ referenceRange: [{ low: { value: 1, comparator: '<' } }] }),
    'Observation.referenceRange[0].low',
  ],
  [
    'invariant',
    questionnaire([
      { linkId: '1', type: 'string' },
      { linkId: '1', type: 'string' },
    ]),
    'Questionnaire',
  ],
  ['narrative-form', patient({ text: { status: 'generated', div: '<p>x</p>' } }), 'Patient.text.div'],
  ['narrative-form', patient({ text: { status: 'generated', div: '<div>x</div>' } }), 'Patient.text.div'],
  ['narrative-form', text('<p>x'), 'Patient.text.div'],
  ['narrative-form', text('&reg;'), 'Patient.text.div'],
  ['narrative-content', text('<script>x</script>'), 'Patient.text.div'],
  ['narrative-content', text('<p onclick="x">x</p>'), 'Patient.text.div'],
  ['narrative-content', text('<a href="javascript:x">x</a>'), 'Patient.text.div'],
  ['narrative-content', text('<svg xmlns="http://www.w3.org/2000/svg"/>x'), 'Patient.text.div'],
  ['narrative-empty', text('<p> </p>'), 'Patient.text.div'],
  [
    'contained-nested',
    patient({
      generalPractitioner: [{ reference: '#a' }],
      contained: [
        { resourceType: 'Organization', id: 'a', name: 'A', contained: [{ resourceType: 'Patient', id: 'b' }] },
      ],
    }),
    'Patient.contained[0]',
  ],
  ['contained-id', patient({ contained: [{ resourceType: 'Organization', name: 'A' }] }), 'Patient.contained[0]'],
  [
    'contained-orphan',
    patient({ contained: [{ resourceType: 'Organization', id: 'a', name: 'A' }] }),
    'Patient.contained[0]',
  ],
  [
    'contained-meta',
    patient({
      managingOrganization: { reference: '#a' },
      contained: [{ resourceType: 'Organization', id: 'a', name: 'A', meta: { versionId: '1' } }],
    }),
    'Patient.contained[0].meta.versionId',
  ],
  ['reference-form', observation({ subject: { reference: 'patient 1' } }), 'Observation.subject.reference'],
  ['reference-form', observation({ subject: { reference: 'Wish/1' } }), 'Observation.subject.reference'],
  ['reference-form', observation({ subject: { reference: 'Patient?identifier=1' } }), 'Observation.subject.reference'],
  ['reference-contained', observation({ subject: { reference: '#a' } }), 'Observation.subject'],
  ['reference-type', observation({ subject: { reference: 'Practitioner/1' } }), 'Observation.subject'],
  ['reference-type', observation({ subject: { reference: 'Patient/1', type: 'Group' } }), 'Observation.subject'],
  [
    'reference-type',
    observation({ subject: { reference: '#a' }, contained: [{ resourceType: 'Organization', id: 'a', name: 'A' }] }),
    'Observation.subject',
  ],
  [
    'reference-ambiguous',
    bundle('collection', [
      entry('1', patient()),
      entry('1', patient({ active: true })),
      entry('2', observation({ subject: { reference: 'Patient/1' } })),
    ]),
    'Bundle.entry[2].resource.subject',
  ],
  [
    'canonical-form',
    { resourceType: 'QuestionnaireResponse', status: 'completed', questionnaire: 'q' },
    'QuestionnaireResponse.questionnaire',
  ],
  ['canonical-form', { resourceType: 'ValueSet', status: 'draft', url: 'ValueSet/1' }, 'ValueSet.url'],
  [
    'system-form',
    observation({ code: { coding: [{ system: 'loinc', code: '1' }] } }),
    'Observation.code.coding[0].system',
  ],
  [
    'system-form',
    observation({ code: { coding: [{ system: 'http://hl7.org/fhir/ValueSet/observation-status', code: 'final' }] } }),
    'Observation.code.coding[0].system',
  ],
  ['system-form', quantity({ system: 'ucum', code: 'g' }), 'Observation.valueQuantity.system'],
  [
    'code-unknown',
    observation({
      category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital' }] }],
    }),
    'Observation.category[0].coding[0].code',
  ],
  ['code-required', patient({ gender: 'm' }), 'Patient.gender'],
  ['code-required', patient({ language: 'no language' }), 'Patient.language'],
  [
    'code-required',
    { resourceType: 'AllergyIntolerance', patient: { reference: 'Patient/1' }, clinicalStatus: { text: 'active' } },
    'AllergyIntolerance.clinicalStatus',
  ],
  ['unit-unknown', quantity({ system: 'http://unitsofmeasure.org', code: 'stones' }), 'Observation.valueQuantity.code'],
  ['attachment-size', patient({ photo: [{ data: 'AAAA', size: 4 }] }), 'Patient.photo[0]'],
  [
    'extension-context',
    observation({ extension: extension(BIRTH_PLACE, { valueAddress: { text: 'x' } }) }),
    'Observation.extension[0]',
  ],
  [
    'extension-modifier',
    patient({ modifierExtension: extension(BIRTH_PLACE, { valueAddress: { text: 'x' } }) }),
    'Patient.modifierExtension[0]',
  ],
  ['extension-url', patient({ extension: extension('birthPlace', { valueString: 'x' }) }), 'Patient.extension[0].url'],
  [
    'extension-url',
    patient({ extension: extension(`${BIRTH_PLACE}|4.0.0`, { valueAddress: { text: 'x' } }) }),
    'Patient.extension[0].url',
  ],
  ['invariant', patient({ extension: extension('http://b.org/x', {}) }), 'Patient.extension[0]'],
  [
    'element-type',
    patient({ extension: extension(BIRTH_PLACE, { valueString: 'x' }) }),
    'Patient.extension[0].valueString',
  ],
  ['bundle-url', bundle('collection', [{ resource: patient() }]), 'Bundle.entry[0]'],
  ['bundle-url', bundle('collection', [{ fullUrl: 'Patient/1', resource: patient({ id: '1' }) }]), 'Bundle.entry[0]'],
  [
    'bundle-url',
    bundle('collection', [{ ...entry('1', patient()), resource: patient({ id: '2' }) }]),
    'Bundle.entry[0]',
  ],
  [
    'bundle-url',
    bundle('collection', [
      { fullUrl: 'http://a.org/Patient/1', resource: { resourceType: 'Group', id: '1', type: 'person', actual: true } },
    ]),
    'Bundle.entry[0]',
  ],
  ['bundle-entry', bundle('transaction', [{ request: { method: 'POST', url: 'Patient' } }]), 'Bundle.entry[0]'],
  [
    'bundle-entry',
    bundle('transaction', [{ resource: patient(), request: { method: 'DELETE', url: 'Patient/1' } }]),
    'Bundle.entry[0]',
  ],
  [
    'bundle-entry',
    bundle('transaction', [{ resource: patient({ id: '2' }), request: { method: 'PUT', url: 'Patient/1' } }]),
    'Bundle.entry[0]',
  ],
  [
    'bundle-entry',
    bundle('searchset', [{ fullUrl: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0', resource: patient() }]),
    'Bundle.entry[0].resource',
  ],
  [
    'bundle-entry',
    bundle('searchset', [entry('1', observation(), { search: { mode: 'match' } })], {
      link: [{ relation: 'self', url: 'http://a.org/Patient?name=x' }],
    }),
    'Bundle.entry[0]',
  ],
  ['bundle-entry', bundle('document', []), 'Bundle'],
  ['bundle-entry', bundle('message', []), 'Bundle'],
  ['invariant', bundle('document', [entry('1', patient())]), 'Bundle'],
  ['invariant', bundle('transaction', [{ resource: patient() }]), 'Bundle'],
  ['bundle-duplicate', bundle('collection', [entry('1', patient()), entry('1', patient())]), 'Bundle.entry[1]'],
  [
    'bundle-link',
    bundle('collection', [], { link: [{ relation: 'next', url: 'http://a.org' }] }),
    'Bundle.link[0].relation',
  ],
  [
    'bundle-link',
    bundle('searchset', [], { link: [1, 2].map(() => ({ relation: 'self', url: 'http://a.org' })) }),
    'Bundle.link[1]',
  ],
  [
    'reference-unresolved',
    bundle('document', [
      entry('1', {
        resourceType: 'Composition',
        status: 'final',
        type: { text: 'x' },
        date: '2020',
        title: 'x',
        author: [{ reference: 'Patient/9' }],
      }),
    ]),
    'Bundle.entry[0].resource.author[0]',
  ],
  ['conformance', { resourceType: 'SearchParameter', type: 'composite', base: ['Patient'] }, 'SearchParameter'],
  [
    'conformance',
    { resourceType: 'SearchParameter', type: 'string', base: ['Patient'], expression: 'Organization.name' },
    'SearchParameter.expression',
  ],
  [
    'conformance',
    { resourceType: 'SearchParameter', type: 'string', base: ['Patient'], expression: 'Patient.(' },
    'SearchParameter.expression',
  ],
  [
    'conformance',
    { resourceType: 'CodeSystem', supplements: 'http://loinc.org', content: 'complete' },
    'CodeSystem.content',
  ],
  [
    'conformance',
    questionnaire([
      { linkId: '1', type: 'string', enableWhen: [{ question: '2', operator: 'exists', answerBoolean: true }] },
    ]),
    'Questionnaire.item[0].enableWhen[0]',
  ],
  [
    'conformance',
    {
      resourceType: 'StructureDefinition',
      kind: 'resource',
      type: 'Observation',
      derivation: 'constraint',
      differential: { element: [{ id: 'Observation.valueBla', path: 'Observation.valueBla' }] },
    },
    'StructureDefinition.differential.element[0]',
  ],
  [
    'conformance',
    {
      resourceType: 'StructureDefinition',
      kind: 'resource',
      type: 'Patient',
      derivation: 'constraint',
      differential: { element: [{ id: 'Patient.gender', path: 'Patient.gender', max: '*' }] },
    },
    'StructureDefinition.differential.element[0]',
  ],
  [
    'conformance',
    {
      resourceType: 'CapabilityStatement',
      rest: [
        {
          mode: 'server',
          resource: [
            {
              type: 'Patient',
              searchParam: [
                { name: 'name', definition: 'http://hl7.org/fhir/SearchParameter/individual-gender', type: 'date' },
              ],
            },
          ],
        },
      ],
    },
    'CapabilityStatement.rest[0].resource[0].searchParam[0]',
  ],
  [
    'questionnaire-answer',
    {
      resourceType: 'QuestionnaireResponse',
      status: 'completed',
      questionnaire: '#q',
      contained: [{ ...questionnaire([{ linkId: '1', type: 'integer' }]), id: 'q' }],
      item: [{ linkId: '1', answer: [{ valueString: 'x' }] }],
    },
    'QuestionnaireResponse.item[0].answer[0]',
  ],
  [
    'questionnaire-answer',
    {
      resourceType: 'QuestionnaireResponse',
      status: 'completed',
      questionnaire: '#q',
      contained: [{ ...questionnaire([{ linkId: '1', type: 'integer', required: true }]), id: 'q' }],
    },
    'QuestionnaireResponse',
  ],
  ['profile-type', patient({ meta: { profile: ['http://hl7.org/fhir/StructureDefinition/bp'] } }), 'Patient'],
];

describe('what is wrong is an error, told where it is', () => {
  test.each(WRONG)('%s: %j', (rule, resource, expression) => {
    expect(told(validateResource(resource))).toContain(`${rule} ${expression}`);
  });
});

/** What is doubtful, or cannot be told. */
const DOUBTFUL: readonly (readonly [RuleId, Json, string])[] = [
  ['primitive-blanks', patient({ name: [{ family: 'A ' }] }), 'Patient.name[0].family'],
  ['text-html', patient({ name: [{ family: '<b>A</b>' }] }), 'Patient.name[0].family'],
  [
    'code-extensible',
    patient({ maritalStatus: { coding: [{ system: 'http://b.org', code: 'x' }] } }),
    'Patient.maritalStatus',
  ],
  [
    'code-display',
    patient({
      maritalStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code: 'M', display: 'Single' }],
      },
    }),
    'Patient.maritalStatus.coding[0].display',
  ],
  [
    'code-unknown',
    patient({
      identifier: [{ type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'LOCAL' }] } }],
    }),
    'Patient.identifier[0].type.coding[0].code',
  ],
  [
    'extension-unknown',
    patient({ extension: extension('http://b.org/x', { valueString: 'x' }) }),
    'Patient.extension[0]',
  ],
  ['profile-unknown', patient({ meta: { profile: ['http://b.org/p'] } }), 'Patient'],
  [
    'reference-unresolved',
    bundle('collection', [
      entry('1', observation({ subject: { reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' } })),
    ]),
    'Bundle.entry[0].resource.subject',
  ],
  [
    'bundle-unreached',
    bundle(
      'document',
      [
        entry('1', {
          resourceType: 'Composition',
          status: 'final',
          type: { text: 'x' },
          date: '2020',
          title: 'x',
          author: [{ display: 'x' }],
        }),
        entry('2', patient()),
      ],
      { timestamp: '2020-01-01T00:00:00Z', identifier: { system: 'http://b.org', value: 'x' } },
    ),
    'Bundle.entry[1]',
  ],
  ['bundle-link', bundle('searchset', []), 'Bundle'],
];

describe('what is doubtful is no error', () => {
  test.each(DOUBTFUL)('%s: %j', (rule, resource, expression) => {
    const issues = validateResource(resource);
    expect(told(issues, rule)).toContain(`${rule} ${expression}`);
    expect(told(issues)).toEqual([]);
  });
});

describe('what is right has no error', () => {
  const RIGHT: readonly Json[] = [
    patient(),
    patient({
      birthDate: '2020-02-29',
      _birthDate: {
        extension: extension('http://hl7.org/fhir/StructureDefinition/patient-birthTime', {
          valueDateTime: '2020-02-29T10:00:00+01:00',
        }),
      },
    }),
    patient({
      name: [
        {
          given: ['A', null],
          _given: [
            null,
            {
              extension: extension('http://hl7.org/fhir/StructureDefinition/data-absent-reason', {
                valueCode: 'unknown',
              }),
            },
          ],
        },
      ],
    }),
    patient({ extension: extension(BIRTH_PLACE, { valueAddress: { text: 'x' } }) }),
    patient({
      contained: [{ resourceType: 'Organization', id: 'a', name: 'A' }],
      managingOrganization: { reference: '#a' },
    }),
    patient({
      contained: [
        { resourceType: 'Observation', id: 'a', status: 'final', code: { text: 'x' }, subject: { reference: '#' } },
      ],
    }),
    text('<p class="x">x &amp; &#233;<br/><img src="#a" alt="x"/></p>'),
    quantity({ system: 'http://unitsofmeasure.org', code: '10*3/uL' }),
    observation({ valueQuantity: { value: 1e-30 }, effectivePeriod: { start: '2020', end: '2021' } }),
    observation({ subject: { reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' } }),
    observation({ subject: { reference: 'http://other.org/whatever?x=1' } }),
    bundle('transaction', [
      {
        resource: observation({ subject: { reference: 'Patient?identifier=1' } }),
        request: { method: 'POST', url: 'Observation' },
      },
    ]),
    bundle('history', [
      entry('1', patient(), { request: { method: 'PUT', url: 'Patient/1' }, response: { status: '200' } }),
    ]),
    { resourceType: 'Parameters', parameter: [{ name: 'a', resource: patient() }] },
    { resourceType: 'Binary', contentType: 'text/plain', data: 'AAAA' },
  ];
  test.each(RIGHT)('%j', (resource) => {
    expect(told(validateResource(resource))).toEqual([]);
  });
});

test('an extension without a definition at hand is an error where only known ones are allowed', () => {
  const resource = patient({ extension: extension('http://b.org/x', { valueString: 'x' }) });
  expect(told(validateResource(resource, { unknownExtensions: 'error' }))).toEqual([
    'extension-unknown Patient.extension[0]',
  ]);
});

test('observations with the LOINC code of a vital sign must meet its profile, unless that is left out', () => {
  const resource = observation({
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    valueQuantity: { value: 60, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  });
  expect(told(validateResource(resource))).toEqual(
    expect.arrayContaining(['slice-required Observation', 'element-required Observation']),
  );
  expect(told(validateResource(resource, { vitalSigns: false }))).toEqual([]);
});

test('the structure alone leaves out invariants, terminology and definitions', () => {
  const resource = quantity({ system: 'http://unitsofmeasure.org', code: 'stones' });
  expect(told(validateResource(resource, { structureOnly: true }))).toEqual([]);
  expect(told(validateResource(patient({ gender: 'm' }), { structureOnly: true }))).toEqual([
    'code-required Patient.gender',
  ]);
});

test('nesting beyond all use is told, not followed', () => {
  const issues = validateResource(questionnaire([deep(400)]));
  expect(told(issues, 'depth').length).toBe(1);
});

test('no more than a thousand issues are told of one resource', () => {
  const name = Array.from({ length: 3000 }, () => ({ colour: 'red' }));
  expect(validateResource(patient({ name })).length).toBe(1000);
});
