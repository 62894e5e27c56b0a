import type { ControlInput, Fact, Observation } from '@gemel/core';
import { coding, GEMEL, LOINC, RXNORM, SNOMED } from '@gemel/core/concept';
import { instant } from '@gemel/core/time';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collection, encodeControl, encodeFact, encodeObservation, encodePatient } from './encode.ts';
import { decodedOf, outcomeOf } from './fixture.ts';
import { structureFaults } from './structure.ts';

const at = (text: string) => instant(Date.parse(text));
const provenance = { source: 'world', element: 'generated' };
const times = fc.integer({ min: Date.parse('1950-01-01'), max: Date.parse('2100-01-01') }).map(instant);
const offsets = fc.option(fc.integer({ min: -14 * 60, max: 14 * 60 }));
const ids = fc.stringMatching(/^[A-Za-z0-9\-.]{1,64}$/);
const words = fc.stringMatching(/^[A-Za-zäöü€"<&][A-Za-zäöü€"<& ]{0,20}[A-Za-z]$/);
const codings = fc.array(
  fc.record({
    system: fc.constantFrom(LOINC, SNOMED, 'urn:local'),
    code: fc.stringMatching(/^[A-Z0-9]{1,8}$/),
    display: words,
  }),
  { minLength: 1, maxLength: 3 },
);
const concepts = fc.record({ codings, text: words });
const quantities = fc.record({
  value: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map((x) => x + 0),
  unit: fc.constantFrom('mg/dL', 'mmol/L', '[iU]', '%'),
});

describe('records read back', () => {
  test('an observation: decode(encode(x)) says what x says', () => {
    const value = fc.oneof(
      quantities,
      concepts,
      fc.record({ kind: fc.constantFrom('below' as const, 'above' as const), bound: quantities }),
    );
    fc.assert(
      fc.property(ids, concepts, value, times, times, offsets, (id, code, measured, trueAt, knownAt, offset) => {
        const observation: Observation = {
          kind: 'observation',
          id,
          subject: 'Patient/p1',
          code,
          signal: null,
          value: measured,
          trueAt,
          knownAt,
          offset,
          grade: 'good',
          marks: [],
          provenance,
        };
        const encoded = encodeObservation(observation);
        expect(structureFaults(encoded)).toEqual([]);
        const { items, codes } = outcomeOf(encoded);
        expect(codes).toEqual([]);
        const raw =
          'bound' in measured
            ? { kind: 'quantity', ...measured.bound, comparator: measured.kind === 'below' ? '<' : '>' }
            : 'codings' in measured
              ? { kind: 'coded', ...measured }
              : { kind: 'quantity', ...measured };
        expect(items).toMatchObject([
          {
            kind: 'observation',
            subject: 'Patient/p1',
            ...code,
            value: raw,
            time: { start: trueAt, offset: offset ?? 0 },
            issued: knownAt,
            status: 'final',
            provenance: { sourceId: `Observation/${id}` },
          },
        ]);
      }),
    );
  });

  const control = (change: Partial<ControlInput>): ControlInput => ({
    kind: 'control',
    id: 'c1',
    subject: 'Patient/p1',
    control: 'insulin.bolus',
    code: { codings: [coding(RXNORM, '51428', 'insulin aspart')] },
    value: { value: 4.5, unit: 'U' },
    from: at('2024-01-15T08:00:00Z'),
    status: 'given',
    knownAt: at('2024-01-15T08:01:00Z'),
    offset: 60,
    grade: 'good',
    marks: [],
    provenance,
    ...change,
  });
  const to = at('2024-01-15T10:30:00Z');
  const carbohydrate = { codings: [coding(LOINC, '9059-7', 'Carbohydrate intake Estimated')] };

  test.each([
    ['MedicationAdministration', 'a bolus', {}],
    ['MedicationAdministration', 'an extended bolus', { to }],
    ['MedicationAdministration', 'a basal rate', { to, value: { value: 0.85, unit: 'U/h' } }],
    ['MedicationAdministration', 'a suspended basal rate', { to, value: { value: 0, unit: 'U/h' } }],
    [
      'MedicationAdministration',
      "insulin under Gemel's own code",
      { code: { codings: [coding(GEMEL, 'insulin.bolus')] } },
    ],
    ['Observation', 'carbohydrate', { code: carbohydrate, value: { value: 60, unit: 'g' } }],
    ['Observation', 'a slow meal', { code: carbohydrate, value: { value: 60, unit: 'g' }, to }],
    ['MedicationRequest', 'a planned bolus', { status: 'planned' }],
    ['MedicationRequest', 'a planned basal rate', { status: 'planned', to, value: { value: 0.85, unit: 'U/h' } }],
    ['NutritionOrder', 'a planned meal', { status: 'planned', code: carbohydrate, value: { value: 60, unit: 'g' } }],
    [
      'NutritionOrder',
      'a planned slow meal',
      { status: 'planned', code: carbohydrate, value: { value: 60, unit: 'g' }, to },
    ],
  ] as const)('a control as %s: %s', (type, _, change) => {
    const input = control(change as Partial<ControlInput>);
    const encoded = encodeControl(input);
    expect(encoded.resourceType).toBe(type);
    expect(structureFaults(encoded)).toEqual([]);
    const { items, codes } = outcomeOf(encoded);
    expect(codes).toEqual([]);
    const time = { start: input.from, offset: 60, ...(input.to === undefined ? {} : { end: input.to }) };
    expect(items).toMatchObject([
      {
        kind: 'control',
        subject: 'Patient/p1',
        codings: input.code.codings,
        value: { kind: 'quantity', ...input.value },
        time,
        status: input.status,
        issued: input.knownAt,
      },
    ]);
    expect(items[0]?.kind === 'control' && items[0].time).toEqual(time);
    expect(items[0]?.provenance.sourceId).toMatch(new RegExp(`^${type}/c1(#|$)`));
  });

  test('a proposal is never written as a record, nor a given control that is neither drug nor food', () => {
    expect(() => encodeControl(control({ status: 'proposed' }))).toThrow(
      expect.objectContaining({ code: 'fhir-encode-unreviewed' }),
    );
    const fan = control({ code: { codings: [coding('urn:x', 'fan')] } });
    expect(() => encodeControl(fan)).toThrow(expect.objectContaining({ code: 'fhir-encode-value' }));
    expect(encodeControl({ ...fan, status: 'planned' }).resourceType).toBe('ServiceRequest');
  });

  const fact = (name: string, value: Fact['value'], more: Partial<Fact> = {}): Fact => ({
    kind: 'fact',
    id: name.replaceAll('.', '-'),
    subject: 'Patient/p1',
    fact: name,
    code: null,
    value,
    trueAt: at('1980-05-01'),
    knownAt: at('2024-01-01'),
    provenance,
    ...more,
  });

  test('a patient from facts', () => {
    const facts = [
      fact('name', 'Ada "Countess" <Byron>'),
      fact('sex', { codings: [coding('http://hl7.org/fhir/administrative-gender', 'female')] }),
      fact('birthDate', '1980-05-01'),
      fact('identifier', 'urn:mrn|7|x', { code: { codings: [coding('urn:t', 'MR')] } }),
      fact('deceased', true, { trueAt: at('2023-12-01T10:00:00Z') }),
    ];
    const encoded = encodePatient('p1', facts);
    expect(structureFaults(encoded)).toEqual([]);
    const { items, codes } = outcomeOf(encoded);
    expect(codes).toEqual([]);
    expect(items.map((item) => item.kind === 'fact' && [item.fact, item.time.start])).toEqual(
      facts.map((one) => [one.fact, one.trueAt]),
    );
    expect(items.map((item) => item.kind === 'fact' && item.value)).toEqual([
      { kind: 'text', text: 'Ada "Countess" <Byron>' },
      { kind: 'coded', codings: [{ system: 'http://hl7.org/fhir/administrative-gender', code: 'female' }] },
      { kind: 'text', text: '1980-05-01' },
      { kind: 'text', text: 'urn:mrn|7|x' },
      { kind: 'boolean', value: true },
    ]);
    for (const one of facts) expect(encodeFact(one)).toBeNull();
  });

  test.each([
    ['condition', { codings: [coding(SNOMED, '46635009', 'Type 1 diabetes mellitus')], text: 'Type 1 diabetes' }, {}],
    ['condition', { codings: [coding(SNOMED, '11687002')] }, { until: at('2010-01-01') }],
    ['body.weight', { value: 70.5, unit: 'kg' }, {}],
    ['pregnancy', { codings: [coding(SNOMED, '60001007', 'Not pregnant')] }, {}],
    ['therapy.carbohydrate-ratio', { value: 10, unit: 'g/U' }, {}],
    ['therapy.basal-rate', { value: 0.8, unit: 'U/h' }, { until: at('2025-01-01') }],
    ['sensor.start', true, {}],
    ['therapy.note', 'as before', {}],
  ] as const)('the fact %s', (name, value, more) => {
    const input = fact(name, value as Fact['value'], more);
    const encoded = encodeFact(input);
    expect(structureFaults(encoded)).toEqual([]);
    const { items, codes } = outcomeOf(encoded as object);
    expect(codes).toEqual([]);
    const raw =
      typeof value === 'object'
        ? value
        : typeof value === 'string'
          ? { kind: 'text', text: value }
          : { kind: 'boolean', value };
    expect(items).toMatchObject([
      { kind: 'fact', fact: name, subject: 'Patient/p1', value: raw, issued: input.knownAt },
    ]);
    expect(items[0]?.kind === 'fact' && items[0].time).toEqual({
      start: input.trueAt,
      offset: 0,
      ...(more && 'until' in more ? { end: more.until } : {}),
    });
  });

  test('what FHIR would not give back the same is refused', () => {
    expect(() => encodeFact(fact('eye-colour', 'blue'))).toThrow(
      expect.objectContaining({ code: 'fhir-encode-value' }),
    );
    const series = { kind: 'series', ref: 'r', unit: 'mV', count: 3 } as const;
    const observation: Observation = {
      kind: 'observation',
      id: 'o',
      subject: 'p',
      code: { codings: [] },
      signal: null,
      value: series,
      trueAt: at('2024-01-01'),
      knownAt: at('2024-01-01'),
      offset: null,
      grade: 'good',
      marks: [],
      provenance,
    };
    expect(() => encodeObservation(observation)).toThrow(expect.objectContaining({ code: 'fhir-encode-value' }));
    expect(() => encodeObservation({ ...observation, id: 'not an id', value: { value: 1, unit: 'mV' } })).toThrow(
      expect.objectContaining({ code: 'fhir-encode-id' }),
    );
    expect(() => encodeObservation({ ...observation, value: { value: Number.NaN, unit: 'mV' } })).toThrow(
      expect.objectContaining({ code: 'fhir-encode-value' }),
    );
  });

  test('a bundle of records holds together: subjects and patient are one', () => {
    const patient = encodePatient('p1', [fact('birthDate', '1980-05-01')]);
    const bundle = collection([patient, encodeControl(control({}))]);
    expect(structureFaults(bundle)).toEqual([]);
    expect(
      new Set(
        decodedOf(bundle)
          .flatMap(({ items }) => items)
          .map((item) => item.subject),
      ),
    ).toEqual(new Set(['Patient/p1']));
  });
});
