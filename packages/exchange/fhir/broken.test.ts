import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fhirDoor, fhirNdjsonDoor } from './decode.ts';
import { bundleOf, bytesOf, decodedOf, entriesOf } from './fixture.ts';

const patient = {
  resourceType: 'Patient',
  id: 'p1',
  gender: 'female',
  birthDate: '1980-05-01',
  identifier: [{ system: 'urn:mrn', value: '7' }],
};
const weight = (reference: unknown, id = 'w1') => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'weight' },
  subject: reference,
  effectiveDateTime: '2024-01-15T08:00:00Z',
  valueQuantity: { value: 70, unit: 'kg' },
});
const literal = (reference: string) => ({ reference });
describe('broken and cut sources', () => {
  const three = JSON.stringify({
    ...bundleOf(patient, weight(literal('Patient/p1')), weight(literal('Patient/p1'), 'w2')),
  });

  test('cut at any byte: every entry that was whole is read, and the cut is said', () => {
    const bytes = bytesOf(three);
    const ends = entriesOf(decodedOf(three)).map(({ provenance }) => provenance.byteEnd! + 1);
    for (let length = three.indexOf('"entry":[') + 9; length < bytes.length; length++) {
      const decoded = decodedOf(bytes.subarray(0, length));
      const whole = ends.filter((end) => end <= length).length;
      expect(decoded.filter(({ fate }) => fate === 'mapped').length).toBe(whole);
      expect(decoded.at(-1)).toMatchObject({ type: 'file', problems: [{ code: 'exchange-truncated' }] });
      expect(entriesOf(decoded).length - whole).toBeLessThanOrEqual(1);
    }
  });

  test.each([
    ['a bracket too many', '"gender":"female"', '"gender":"female"}'],
    ['a bracket of the wrong kind', '"gender":"female"', '"gender":["female"}'],
    ['a quote missing', '"gender":"female"', '"gender":"female'],
    ['a comma missing', '"id":"p1",', '"id":"p1"'],
    ['a bare word', '"female"', 'female'],
  ])('%s spoils its entry alone', (_, right, wrong) => {
    const decoded = decodedOf(three.replace(right, wrong));
    const mapped = decoded.filter(({ fate }) => fate === 'mapped');
    expect(mapped.map(({ provenance }) => provenance.sourceId)).toEqual(['Observation/w1', 'Observation/w2']);
    expect(decoded[0]).toMatchObject({ fate: 'refused', problems: [{ code: 'exchange-json-invalid' }] });
    expect(decoded[0]?.problems[0]?.where.byte).toBe(three.indexOf('{"resource"'));
  });

  test('a comma missing between entries loses neither', () => {
    const decoded = decodedOf(three.replace('}},{"resource"', '}}{"resource"'));
    expect(decoded.filter(({ fate }) => fate === 'mapped').length).toBe(3);
    expect(decoded.at(-1)).toMatchObject({ type: 'file', problems: [{ code: 'exchange-json-invalid' }] });
  });

  test('mutated bundles never throw, give each entry once, and account for every entry of what is still valid JSON', () => {
    const bytes = bytesOf(three);
    const edit = fc.record({
      at: fc.nat(bytes.length - 1),
      drop: fc.nat(12),
      put: fc.uint8Array({ maxLength: 6 }),
      ascii: fc.constantFrom('', '{', '}', '[', ']', '"', ',', ':', '\\', 'null', '-1e9', '{"resource":{}}'),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), fc.boolean(), (edits, raw) => {
        let mutated = bytes;
        for (const { at, drop, put, ascii } of edits) {
          const from = Math.min(at, mutated.length);
          mutated = Uint8Array.from([
            ...mutated.subarray(0, from),
            ...(raw ? put : bytesOf(ascii)),
            ...mutated.subarray(from + drop),
          ]);
        }
        for (const door of [fhirDoor, fhirNdjsonDoor]) {
          const decoded = decodedOf(mutated, {}, door);
          for (const { fate, items, problems } of decoded) {
            expect(fate === 'mapped').toBe(items.length > 0);
            if (fate === 'refused') expect(problems.length).toBeGreaterThan(0);
          }
          const elements = entriesOf(decoded).map(({ provenance }) => provenance.element);
          expect(new Set(elements).size).toBe(elements.length);
        }
        const value = parsed(mutated);
        if (value !== null && value.resourceType === 'Bundle' && Array.isArray(value.entry)) {
          expect(entriesOf(decodedOf(mutated)).length).toBeGreaterThanOrEqual(value.entry.length);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('structurally mutated resources never throw and never give an item without subject and place', () => {
    const samples = [
      patient,
      weight(literal('Patient/p1')),
      { ...weight(literal('Patient/p1')), component: [weight(null)] },
    ];
    const odd = fc.oneof(
      fc.constant(null),
      fc.constant([]),
      fc.constant({}),
      fc.constant([null]),
      fc.integer(),
      fc.string(),
      fc.boolean(),
      fc.jsonValue(),
    );
    const types = [
      'Patient',
      'Observation',
      'MedicationAdministration',
      'MedicationStatement',
      'MedicationRequest',
      'Condition',
      'Device',
      'Procedure',
      'Encounter',
      'NutritionOrder',
    ];
    const names = [
      'status',
      'code',
      'subject',
      'patient',
      'effectivePeriod',
      'effectiveDateTime',
      'valueSampledData',
      'valueQuantity',
      'component',
      'dosage',
      'dosageInstruction',
      'oralDiet',
      'class',
      'type',
      'period',
      'link',
      'name',
      'identifier',
      'contained',
      'meta',
      'medicationReference',
      'medicationCodeableConcept',
      'deviceName',
      'onsetDateTime',
      'abatementDateTime',
      'verificationStatus',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.constantFrom(...types),
        fc.dictionary(fc.constantFrom(...names), odd),
        (base, resourceType, change) => {
          for (const { items, fate } of decodedOf(bundleOf({ ...base, ...change, resourceType }))) {
            expect(fate === 'mapped').toBe(items.length > 0);
            for (const item of items) {
              expect(item.subject.length).toBeGreaterThan(0);
              expect(item.provenance.element).toMatch(/^Bundle\.entry\[0\]\.resource/);
              if ('time' in item) expect(Number.isFinite(item.time.start)).toBe(true);
            }
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

function parsed(bytes: Uint8Array): { resourceType?: unknown; entry?: unknown } | null {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
