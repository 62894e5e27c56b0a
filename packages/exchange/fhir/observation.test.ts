import { describe, expect, test } from 'vitest';
import { bundleOf, decodedOf, outcomeOf } from './fixture.ts';

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
const glucose = {
  resourceType: 'Observation',
  id: 'g1',
  status: 'final',
  code: { coding: [{ system: LOINC, code: '99504-3', display: 'Glucose' }] },
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: '2024-01-15T08:00:00+01:00',
  issued: '2024-01-15T08:05:00+01:00',
  valueQuantity: { value: 110, unit: 'mg per dL', system: UCUM, code: 'mg/dL' },
};
const at = (text: string) => Date.parse(text);

describe('Observation', () => {
  test('a quantity becomes one observation in the words of the source', () => {
    const { fate, items, codes } = outcomeOf(glucose, { sha256: 'ab' });
    expect({ fate, codes }).toEqual({ fate: 'mapped', codes: [] });
    expect(items).toEqual([
      {
        kind: 'observation',
        subject: 'Patient/p1',
        codings: [{ system: LOINC, code: '99504-3', display: 'Glucose' }],
        text: 'Glucose',
        value: { kind: 'quantity', value: 110, unit: 'mg/dL', unitSystem: UCUM },
        time: { start: at('2024-01-15T07:00:00Z'), offset: 60 },
        issued: at('2024-01-15T07:05:00Z'),
        status: 'final',
        provenance: {
          source: 'test.json',
          sha256: 'ab',
          element: 'Observation',
          byteStart: 0,
          byteEnd: JSON.stringify(glucose).length,
          sourceId: 'Observation/g1',
        },
      },
    ]);
  });

  test.each([
    [
      { valueCodeableConcept: { coding: [{ system: 'u:x', code: 'c' }], text: 'w' } },
      { kind: 'coded', codings: [{ system: 'u:x', code: 'c' }], text: 'w' },
    ],
    [{ valueString: 'positive' }, { kind: 'text', text: 'positive' }],
    [{ valueBoolean: false }, { kind: 'boolean', value: false }],
    [{ valueInteger: 3 }, { kind: 'quantity', value: 3, unit: '1' }],
    [
      { valueQuantity: { value: 40, comparator: '<', unit: 'mg/dL' } },
      { kind: 'quantity', value: 40, unit: 'mg/dL', comparator: '<' },
    ],
    [{ valueQuantity: { value: 5 } }, { kind: 'quantity', value: 5, unit: '' }],
  ])('%j is read as %j', (value, read) => {
    const { valueQuantity: _, ...rest } = glucose;
    expect(outcomeOf({ ...rest, ...value }).items[0]).toMatchObject({ kind: 'observation', value: read });
  });

  test.each([
    ['a value as text', { valueQuantity: { value: '110', unit: 'mg/dL' } }, 'refused', 'fhir-wrong-type'],
    ['an unknown comparator', { valueQuantity: { value: 1, comparator: '~' } }, 'refused', 'fhir-comparator-unknown'],
    ['two values', { valueString: 'x' }, 'refused', 'fhir-values-several'],
    ['a range', { valueQuantity: undefined, valueRange: {} }, 'kept', 'fhir-form-unread'],
    ['no value', { valueQuantity: undefined }, 'kept', 'exchange-value-missing'],
    ['no code', { code: undefined }, 'refused', 'fhir-code-missing'],
    ['no status', { status: undefined }, 'refused', 'fhir-status-missing'],
    ['cancelled', { status: 'cancelled' }, 'kept', 'fhir-status-unused'],
    ['registered', { status: 'registered' }, 'kept', 'fhir-status-unused'],
    ['no subject', { subject: undefined }, 'refused', 'fhir-subject-missing'],
    ['a group as subject', { subject: { reference: 'Group/1' } }, 'kept', 'fhir-subject-other'],
    ['no time', { effectiveDateTime: undefined }, 'kept', 'fhir-time-missing'],
    ['a timing', { effectiveDateTime: undefined, effectiveTiming: {} }, 'kept', 'fhir-form-unread'],
    ['a time without a zone', { effectiveDateTime: '2024-01-15T08:00:00' }, 'refused', 'exchange-zone-missing'],
    ['a number as time', { effectiveDateTime: 5 }, 'refused', 'fhir-wrong-type'],
    [
      'a reversed period',
      { effectiveDateTime: undefined, effectivePeriod: { start: '2024-01-02', end: '2024-01-01' } },
      'refused',
      'fhir-time-invalid',
    ],
    [
      'a period without start',
      { effectiveDateTime: undefined, effectivePeriod: { end: '2024-01-01' } },
      'kept',
      'fhir-time-missing',
    ],
    ['components that are no array', { valueQuantity: undefined, component: {} }, 'kept', 'fhir-wrong-type'],
  ])('%s: %s', (_, change, fate, code) => {
    const outcome = outcomeOf({ ...glucose, ...change });
    expect(outcome).toMatchObject({ fate, items: [] });
    expect(outcome.codes).toContain(code);
  });

  test('a time without a zone is read in the zone given', () => {
    const { items } = outcomeOf({ ...glucose, effectiveDateTime: '2024-07-15T08:00:00' }, { zone: 'Europe/Berlin' });
    expect(items[0]).toMatchObject({ time: { start: at('2024-07-15T06:00:00Z'), offset: 120 } });
  });

  test('a date alone is a period with a mark', () => {
    const { items } = outcomeOf({ ...glucose, effectiveDateTime: '2024-01-15' });
    expect(items[0]).toMatchObject({
      time: { start: at('2024-01-15'), end: at('2024-01-16'), offset: null },
      marks: [
        { code: 'fhir-date-partial', where: { file: 'test.json', element: 'Observation', field: 'effectiveDateTime' } },
      ],
    });
  });

  test('a period gives start and end; an open one is noted', () => {
    const { effectiveDateTime: _, ...rest } = glucose;
    const period = { start: '2024-01-15T08:00:00Z', end: '2024-01-15T09:00:00Z' };
    expect(outcomeOf({ ...rest, effectivePeriod: period }).items[0]).toMatchObject({
      time: { start: at(period.start), end: at(period.end), offset: 0 },
    });
    const open = outcomeOf({ ...rest, effectivePeriod: { start: period.start } });
    expect(open.items[0]?.kind === 'observation' && open.items[0].time).toEqual({ start: at(period.start), offset: 0 });
    expect(open.codes).toEqual(['fhir-period-open']);
  });

  test('preliminary, amended and corrected stay said', () => {
    for (const status of ['preliminary', 'amended', 'corrected', 'unknown']) {
      expect(outcomeOf({ ...glucose, status }).items[0]).toMatchObject({ status });
    }
  });

  test('entered in error withdraws what had this identity, and needs one', () => {
    const { items } = outcomeOf({ ...glucose, status: 'entered-in-error' });
    expect(items).toMatchObject([{ kind: 'retraction', subject: 'Patient/p1', target: 'Observation/g1' }]);
    const { id: _, ...nameless } = glucose;
    expect(outcomeOf({ ...nameless, status: 'entered-in-error' }).codes).toEqual(['fhir-identity-missing']);
  });

  test('every component is an observation of its own, named by its code; one that fails spoils only itself', () => {
    const part = (code: string, value: object) => ({ code: { coding: [{ system: LOINC, code }] }, ...value });
    const { valueQuantity: _, ...rest } = glucose;
    const outcome = outcomeOf({
      ...rest,
      component: [
        part('8480-6', { valueQuantity: { value: 120, unit: 'mm[Hg]' } }),
        part('8462-4', { valueQuantity: { value: 'low', unit: 'mm[Hg]' } }),
        part('8867-4', { dataAbsentReason: { text: 'not measured' } }),
        part('8310-5', { valueQuantity: { value: 37, unit: 'Cel' } }),
      ],
    });
    expect(outcome.fate).toBe('mapped');
    expect(outcome.items.map(({ provenance }) => [provenance.element, provenance.sourceId])).toEqual([
      ['Observation.component[0]', `Observation/g1#${LOINC}|8480-6`],
      ['Observation.component[3]', `Observation/g1#${LOINC}|8310-5`],
    ]);
    expect(outcome.codes).toEqual(['fhir-wrong-type', 'fhir-value-absent']);
  });

  test('a value absent with a reason is kept, and so is a panel of members', () => {
    const { valueQuantity: _, ...rest } = glucose;
    expect(outcomeOf({ ...rest, dataAbsentReason: { text: 'error' } })).toMatchObject({
      fate: 'kept',
      codes: ['fhir-value-absent'],
    });
    expect(outcomeOf({ ...rest, hasMember: [{ reference: 'Observation/2' }] })).toMatchObject({
      fate: 'kept',
      codes: [],
    });
  });

  test('sampled data gives one observation a sample; E is counted, L and U are bounds', () => {
    const { valueQuantity: _, ...rest } = glucose;
    const series = {
      origin: { value: 0, unit: 'mg/dL' },
      period: 300_000,
      dimensions: 1,
      lowerLimit: 40,
      upperLimit: 400,
      data: '100 E L U 1.5e2',
    };
    const { items, codes } = outcomeOf({ ...rest, valueSampledData: series });
    expect(
      items.map((item) => item.kind === 'observation' && [item.value, item.time.start, item.provenance.sourceId]),
    ).toEqual([
      [{ kind: 'quantity', value: 100, unit: 'mg/dL' }, at('2024-01-15T07:00:00Z'), 'Observation/g1#sample[0]'],
      [
        { kind: 'quantity', value: 40, unit: 'mg/dL', comparator: '<' },
        at('2024-01-15T07:10:00Z'),
        'Observation/g1#sample[2]',
      ],
      [
        { kind: 'quantity', value: 400, unit: 'mg/dL', comparator: '>' },
        at('2024-01-15T07:15:00Z'),
        'Observation/g1#sample[3]',
      ],
      [{ kind: 'quantity', value: 150, unit: 'mg/dL' }, at('2024-01-15T07:20:00Z'), 'Observation/g1#sample[4]'],
    ]);
    expect(codes).toEqual(['exchange-sensor-error']);
  });

  test('samples are scaled by factor and origin; a limit then has no defined meaning and is not guessed', () => {
    const { valueQuantity: _, ...rest } = glucose;
    const series = {
      origin: { value: 10, unit: 'mV' },
      factor: 2,
      period: 4,
      dimensions: 1,
      lowerLimit: 1,
      data: '5 L x',
    };
    const { items, codes } = outcomeOf({ ...rest, valueSampledData: series });
    expect(items).toMatchObject([{ value: { value: 20, unit: 'mV' } }]);
    expect(codes).toEqual(['fhir-sample-unreadable', 'fhir-sample-unreadable']);
  });

  test.each([
    ['several dimensions', { dimensions: 2, data: '1 2' }, 'kept', 'fhir-form-unread'],
    ['too many samples', { data: '1 '.repeat(100_001) }, 'kept', 'fhir-samples-many'],
    ['no period', { period: undefined }, 'refused', 'fhir-wrong-type'],
    ['no data', { data: undefined }, 'refused', 'fhir-wrong-type'],
  ])('a series of %s is %s', (_, change, fate, code) => {
    const { valueQuantity: __, ...rest } = glucose;
    const series = { origin: { value: 0, unit: 'mV' }, period: 4, dimensions: 1, data: '1', ...change };
    expect(outcomeOf({ ...rest, valueSampledData: series })).toMatchObject({ fate, codes: [code] });
  });

  test('carbohydrate eaten is a control, weight and therapy settings are facts', () => {
    const carbs = {
      ...glucose,
      code: { coding: [{ system: LOINC, code: '9059-7' }] },
      valueQuantity: { value: 60, unit: 'g' },
    };
    expect(outcomeOf(carbs).items).toMatchObject([
      { kind: 'control', status: 'given', value: { value: 60, unit: 'g' } },
    ]);
    expect(outcomeOf({ ...carbs, effectiveDateTime: '2024-01-15' })).toMatchObject({
      fate: 'kept',
      codes: ['fhir-date-partial'],
    });
    const weight = { ...glucose, code: { coding: [{ system: LOINC, code: '29463-7' }] } };
    expect(outcomeOf(weight).items).toMatchObject([{ kind: 'fact', fact: 'body.weight' }]);
    const ratio = {
      ...glucose,
      code: { coding: [{ system: 'https://gemel.example.org/codes', code: 'therapy.carbohydrate-ratio' }] },
    };
    expect(outcomeOf(ratio).items).toMatchObject([{ kind: 'fact', fact: 'therapy.carbohydrate-ratio' }]);
  });

  test('what software asserted or predicted is kept and never measured', () => {
    const label = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'AIAST' };
    expect(outcomeOf({ ...glucose, meta: { security: [label] } })).toMatchObject({
      fate: 'kept',
      codes: ['fhir-asserted-by-software'],
    });
    const tag = { system: 'https://gemel.example.org/codes', code: 'predicted' };
    expect(outcomeOf({ ...glucose, meta: { tag: [tag] } })).toMatchObject({
      fate: 'kept',
      codes: ['fhir-asserted-by-software'],
    });
  });

  test('a modifier that is not understood refuses the resource', () => {
    expect(outcomeOf({ ...glucose, modifierExtension: [{ url: 'u:x' }] }).codes).toEqual(['fhir-modifier']);
    expect(outcomeOf({ ...glucose, implicitRules: 'u:x' }).codes).toEqual(['fhir-modifier']);
    expect(outcomeOf({ ...glucose, note: [{ text: 'say "modifierExtension" here' }] }).fate).toBe('mapped');
  });

  test('a code without a system is noted and left out; its words remain', () => {
    const { items, codes } = outcomeOf({ ...glucose, code: { coding: [{ code: 'GLU', display: 'sensor glucose' }] } });
    expect(items[0]).toMatchObject({ codings: [], text: 'sensor glucose' });
    expect(codes).toEqual(['fhir-coding-without-system']);
  });

  test('the device that measured is named', () => {
    const device = { resourceType: 'Device', id: 'd', deviceName: [{ name: 'Sensor G6', type: 'model-name' }] };
    const [, observed] = decodedOf(bundleOf(device, { ...glucose, device: { reference: 'Device/d' } }));
    expect(observed?.items[0]?.provenance.device).toBe('Sensor G6');
  });
});
