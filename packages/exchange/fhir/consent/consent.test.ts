import {
  type Consent,
  type ConsentProvision,
  consentFact,
  consentOf,
  type Decoded,
  type Fact,
  instant,
  type RawFact,
} from '@gemel/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fhirDoor } from '../decode.ts';
import { encodeConsent } from './encode-consent.ts';
import { resourceLabels } from './resource-labels.ts';

const ACTREASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const SCOPE = 'http://terminology.hl7.org/CodeSystem/consentscope';

const resource = (part: object = {}) => ({
  resourceType: 'Consent',
  id: 'c1',
  status: 'active',
  scope: { coding: [{ system: SCOPE, code: 'patient-privacy' }] },
  category: [{ text: 'x' }],
  patient: { reference: 'Patient/p1' },
  dateTime: '2024-05-01T10:00:00Z',
  policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTIN' }] },
  ...part,
});

function decode(value: unknown): Decoded {
  const [decoded] = [...fhirDoor.decode(new TextEncoder().encode(JSON.stringify(value)), { name: 'c.json' })];
  return decoded!;
}

/** The fact as the log holds it. */
function factOf(raw: RawFact): Fact {
  const { provenance, fact, time, subject } = raw;
  const value = raw.value.kind === 'text' ? raw.value.text : '';
  return {
    kind: 'fact',
    id: 'f1',
    subject,
    fact,
    code: null,
    value,
    trueAt: time.start,
    knownAt: time.start,
    provenance,
  };
}

function read(value: unknown): { readonly consent: Consent; readonly codes: readonly string[] } {
  const { fate, items, problems } = decode(value);
  expect(fate).toBe('mapped');
  return { consent: consentOf(factOf(items[0] as RawFact))!, codes: problems.map(({ code }) => code) };
}

describe('reading a Consent', () => {
  it('C1 reads base, criteria and nested exceptions', () => {
    const { consent, codes } = read(
      resource({
        provision: {
          period: { start: '2024-01-01', end: '2024-12-31' },
          provision: [
            {
              type: 'deny',
              purpose: [{ system: ACTREASON, code: 'HRESCH' }],
              securityLabel: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }],
              class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Observation' }],
              code: [{ coding: [{ system: 'http://loinc.org', code: '2345-7' }] }],
              actor: [
                {
                  role: {
                    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' }],
                  },
                  reference: { identifier: { system: 'urn:x', value: 'org' } },
                },
              ],
              action: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentaction', code: 'use' }] }],
              data: [{ meaning: 'instance', reference: { reference: 'Observation/7' } }],
              dataPeriod: { start: '2020-01-01T00:00:00Z' },
              provision: [{ type: 'permit', purpose: [{ system: ACTREASON, code: 'CLINTRCH' }] }],
            },
          ],
        },
      }),
    );
    expect(codes.filter((code) => code.startsWith('fhir-consent'))).toEqual([]);
    expect(consent).toEqual({
      reference: 'Consent/c1',
      status: 'active',
      scope: 'patient-privacy',
      dateTime: Date.UTC(2024, 4, 1, 10),
      root: {
        type: 'permit',
        period: { from: Date.UTC(2024, 0, 1), to: Date.UTC(2025, 0, 1) - 1 },
        provisions: [
          {
            type: 'deny',
            purposes: [`${ACTREASON}|HRESCH`],
            labels: ['http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R'],
            classes: ['http://hl7.org/fhir/resource-types|Observation'],
            codes: ['http://loinc.org|2345-7'],
            actors: [{ role: 'IRCP', reference: 'urn:x|org' }],
            actions: ['use'],
            data: ['Observation/7'],
            dataPeriod: { from: Date.UTC(2020, 0, 1), to: null },
            provisions: [{ type: 'permit', purposes: [`${ACTREASON}|CLINTRCH`], provisions: [] }],
          },
        ],
      },
    });
  });

  it('C2 a root that states its type goes before the base policy', () => {
    expect(read(resource({ provision: { type: 'deny' } })).consent.root.type).toBe('deny');
    expect(read(resource({ policyRule: { text: 'state law' } })).consent.root.type).toBeNull();
  });

  it('C3 entered in error withdraws it', () => {
    expect(decode(resource({ status: 'entered-in-error' })).items).toMatchObject([
      { kind: 'retraction', target: 'Consent/c1', subject: 'Patient/p1' },
    ]);
  });

  it.each([
    ['no status', { status: undefined }, 'refused', 'fhir-status-missing'],
    ['a status R4 lacks', { status: 'granted' }, 'refused', 'fhir-consent-unread'],
    ['no patient', { patient: undefined }, 'refused', 'fhir-subject-missing'],
    ['no date', { dateTime: undefined }, 'refused', 'fhir-consent-undated'],
    ['a date that is none', { dateTime: 'yesterday' }, 'refused', 'fhir-consent-undated'],
    ['no id', { id: undefined }, 'refused', 'fhir-identity-missing'],
    ['a scope R4 lacks', { scope: { coding: [{ system: SCOPE, code: 'marketing' }] } }, 'kept', 'fhir-consent-unread'],
    ['no scope', { scope: { text: 'privacy' } }, 'kept', 'fhir-consent-unread'],
  ])('C4 says what is wrong with %s', (_name, part, fate, code) => {
    const decoded = decode(resource(part));
    expect(decoded.fate).toBe(fate);
    expect(decoded.problems.map((problem) => problem.code)).toContain(code);
  });

  const exception = (part: object) => resource({ provision: { provision: [{ type: 'permit', ...part }] } });
  it.each([
    ['a purpose without system', { purpose: [{ code: 'HRESCH' }] }, 'purposes'],
    ['codes that are no list', { code: { coding: [] } }, 'codes'],
    ['an actor who is nobody', { actor: [{ role: { text: 'doctor' } }] }, 'actors'],
    ['data related to others', { data: [{ meaning: 'related', reference: { reference: 'X/1' } }] }, 'data'],
    ['an action R4 lacks', { action: [{ coding: [{ system: 'x', code: 'sell' }] }] }, 'actions'],
    ['a period that ends before it begins', { period: { start: '2024-02-01', end: '2024-01-01' } }, 'period'],
    ['a data period without ends', { dataPeriod: {} }, 'dataPeriod'],
    ['an element unheard of', { unless: true }, 'unless'],
    ['a modifier', { modifierExtension: [{ url: 'x' }] }, 'modifierExtension'],
  ])('C5 %s leaves that part out and marks the provision', (_name, part, gone) => {
    const { consent, codes } = read(exception(part));
    const [nested] = consent.root.provisions as readonly (ConsentProvision & Record<string, unknown>)[];
    expect(nested!.unread).toMatch(/^provision\.provision\[0\]/);
    expect(nested![gone]).toBeUndefined();
    expect(codes).toContain('fhir-consent-unread');
  });

  it('C6 what may turn the meaning round, or says neither permit nor deny, refuses', () => {
    const modified = read(resource({ modifierExtension: [{ url: 'x', valueBoolean: true }] }));
    expect(modified.consent.root).toMatchObject({ type: 'deny', provisions: [] });
    const untyped = read(resource({ provision: { provision: [{ purpose: [{ system: ACTREASON, code: 'TREAT' }] }] } }));
    expect(untyped.consent.root.provisions[0]).toMatchObject({ type: 'deny', unread: expect.any(String) });
    let deep: object = { type: 'permit' };
    for (let i = 0; i < 60; i++) deep = { type: 'permit', provision: [deep] };
    expect(JSON.stringify(read(resource({ provision: deep })).consent)).toContain('over 20 deep');
  });

  it('C7 nothing thrown at it breaks it', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 4 }), fc.string(), (junk, field) => {
        const value = resource({ provision: junk, [field === '__proto__' ? 'x' : field]: junk });
        const { fate, problems } = decode({ ...value, resourceType: 'Consent' });
        expect(['mapped', 'kept', 'refused']).toContain(fate);
        if (fate === 'refused') expect(problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('writing a Consent', () => {
  const key = fc
    .tuple(fc.constantFrom('urn:a', 'urn:b'), fc.stringMatching(/^[a-z]{1,6}$/))
    .map(([s, c]) => `${s}|${c}`);
  const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 3 });
  const at = fc.integer({ min: 0, max: 4e9 }).map((seconds) => instant(seconds * 1000));
  const period = fc.tuple(at, at).map(([a, b]) => ({ from: instant(Math.min(a, b)), to: instant(Math.max(a, b)) }));
  const provisionOf = (depth: number): fc.Arbitrary<ConsentProvision> =>
    fc.record(
      {
        type: fc.constantFrom('permit' as const, 'deny' as const),
        period,
        dataPeriod: period,
        labels: keys,
        purposes: keys,
        classes: keys,
        codes: keys,
        actions: fc.uniqueArray(fc.constantFrom('use', 'access', 'disclose'), { minLength: 1 }),
        actors: fc.array(
          fc.record({
            role: fc.constantFrom('IRCP', 'PRCP'),
            reference: fc.constantFrom('Practitioner/1', 'urn:a|x', null),
          }),
          {
            minLength: 1,
            maxLength: 2,
          },
        ),
        data: fc.constant(['Observation/7']),
        provisions: depth === 0 ? fc.constant([]) : fc.array(provisionOf(depth - 1), { maxLength: 2 }),
      },
      { requiredKeys: ['type', 'provisions'] },
    );

  it('C8 reads back the same', () => {
    const status = fc.constantFrom('active' as const, 'inactive' as const, 'rejected' as const);
    fc.assert(
      fc.property(provisionOf(2), status, at, (root, state, dateTime) => {
        const consent: Consent = { reference: 'Consent/c1', status: state, scope: 'research', dateTime, root };
        const raw = { ...consentFact(consent), kind: 'fact', subject: 'Patient/p1' } as const;
        const provenance = { source: 'x', element: 'x', sourceId: 'Consent/c1' };
        const written = encodeConsent(factOf({ ...raw, provenance, time: { start: dateTime, offset: 0 } }));
        expect(read(written).consent).toEqual(consent);
      }),
      { numRuns: 150 },
    );
  });

  it('C9 refuses to write what was not read whole', () => {
    const { items } = decode(resource({ modifierExtension: [{}] }));
    expect(() => encodeConsent(factOf(items[0] as RawFact))).toThrow(/not read whole/);
  });
});

describe('labels', () => {
  it('C10 items carry the security labels of their resource', () => {
    const observation = {
      resourceType: 'Observation',
      id: 'o1',
      meta: { security: [{ system: 'urn:s', code: 'PSY' }] },
      status: 'final',
      category: [{ coding: [{ system: 'urn:c', code: 'laboratory' }] }],
      code: { coding: [{ system: 'http://loinc.org', code: '2345-7' }] },
      subject: { reference: 'Patient/p1' },
      effectiveDateTime: '2024-05-01T10:00:00Z',
      valueQuantity: { value: 5, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
    };
    const { items } = decode(observation);
    expect(items).toMatchObject([{ labels: ['urn:s|PSY'] }]);
    expect(decode({ ...observation, meta: {} }).items[0]).not.toHaveProperty('labels');
    expect(resourceLabels(observation)).toEqual(['http://loinc.org|2345-7', 'urn:c|laboratory', 'urn:s|PSY']);
  });
});
