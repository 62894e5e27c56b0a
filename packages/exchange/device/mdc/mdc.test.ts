import { LOINC } from '@gemel/core/concept';
import type { RawObservation } from '@gemel/core/raw';
import { validUnit } from '@gemel/core/units';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fhirDoor } from '../../fhir/decode.ts';
import { hl7v2Door } from '../../hl7v2/decode.ts';
import { MDC, MDC_CODES, MDC_GLUCOSE, MDC_UNITS } from './codes.data.ts';
import { inUcum, withLoinc } from './meaning.ts';

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const quantity = (value: number, code: number) => ({ value, system: MDC, code: String(code) });
const ucum = (value: number, unit: string) => ({ value, unit, system: 'http://unitsofmeasure.org', code: unit });
const observation = (code: object, rest: object) => ({
  resourceType: 'Observation',
  id: 'x',
  status: 'final',
  code: { coding: [code] },
  subject: { reference: 'Patient/p' },
  effectiveDateTime: '2024-03-01T08:00:00+01:00',
  ...rest,
});
const items = (resource: object) =>
  [...fhirDoor.decode(bytes(resource), { name: 'x' })].flatMap((decoded) => decoded.items) as RawObservation[];
const mdc = (code: number | string) => ({ system: MDC, code: String(code) });

/** What an item says, by its LOINC codes. */
const said = ({ kind, codings, value, time }: RawObservation) => ({
  ...{ kind, value, time },
  loinc: codings.filter(({ system }) => system === LOINC).map(({ code }) => code),
});

describe('ISO/IEEE 11073', () => {
  test('a blood pressure of a personal health device says what one in LOINC says', () => {
    const device = observation(mdc(150020), {
      component: [
        { code: { coding: [mdc(150021)] }, valueQuantity: quantity(116, 266016) },
        { code: { coding: [mdc(150022)] }, valueQuantity: quantity(71, 266016) },
      ],
    });
    const record = observation(
      { system: LOINC, code: '85354-9' },
      {
        component: [
          { code: { coding: [{ system: LOINC, code: '8480-6' }] }, valueQuantity: ucum(116, 'mm[Hg]') },
          { code: { coding: [{ system: LOINC, code: '8462-4' }] }, valueQuantity: ucum(71, 'mm[Hg]') },
        ],
      },
    );
    expect(items(device)).toHaveLength(2);
    expect(items(device).map(said)).toEqual(items(record).map(said));
  });

  test.each([
    [147842, 264864, '8867-4', '/min'],
    [150456, 262688, '59408-5', '%'],
    [151562, 264928, '9279-1', '/min'],
    [150364, 268192, '8310-5', 'Cel'],
    [160184, 264274, '41653-7', 'mg/dL'],
    [160184, 266866, '14743-9', 'mmol/L'],
    [160212, 264274, '99504-3', 'mg/dL'],
  ])('%i in %i is %s in %s', (code, unit, loinc, expected) => {
    const [item] = items(observation(mdc(code), { valueQuantity: quantity(61, unit) }));
    expect(item!.codings[0]).toMatchObject({ system: LOINC, code: loinc });
    expect(item!.codings.at(-1)).toEqual(mdc(code));
    expect(item!.value).toMatchObject({ value: 61, unit: expected, unitSystem: 'http://unitsofmeasure.org' });
  });

  test('a weight is the same fact', () => {
    expect(items(observation(mdc(188736), { valueQuantity: quantity(74, 263875) }))).toMatchObject([
      { kind: 'fact', fact: 'body.weight', value: { value: 74, unit: 'kg' } },
    ]);
  });

  test('a reference id is as good as a number; a stated LOINC code stands', () => {
    expect(withLoinc([mdc('MDC_PULS_OXIM_SAT_O2')])[0]!.code).toBe('59408-5');
    const stated = [mdc(150456), { system: LOINC, code: '2708-6' }];
    expect(withLoinc(stated)).toBe(stated);
  });

  test('a pressure of a line is not that of a cuff; glucose without a known unit stays unnamed', () => {
    for (const [code, unit] of [
      [150037, 'mm[Hg]'],
      [160184, 'g/L'],
    ] as const) {
      const own = [mdc(code)];
      expect(withLoinc(own, unit)).toBe(own);
    }
  });

  test('unknown units and other systems are left as they are', () => {
    const value = { kind: 'quantity', value: 1, unit: '1', unitSystem: MDC } as const;
    expect(inUcum(value)).toBe(value);
    const other = { kind: 'quantity', value: 1, unit: '266016', unitSystem: 'http://example.org' } as const;
    expect(inUcum(other)).toBe(other);
  });

  test('a monitor’s message of HL7 version 2 means the same', () => {
    const message = [
      'MSH|^~\\&|MON|ICU|||20240301080000+0100||ORU^R01^ORU_R01|1|P|2.6',
      'PID|||4711^^^H||Muster^Anna',
      'OBR|1|||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|||20240301080000+0100',
      'OBX|1|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.3.1.150456|97|%^%^UCUM|||||F|||20240301080000+0100',
    ].join('\r');
    const found = [...hl7v2Door.decode(bytes(message), { name: 'x.hl7' })].flatMap((decoded) => decoded.items);
    const saturation = found.find((item) => item.kind === 'observation') as RawObservation;
    expect(saturation.codings[0]).toMatchObject({ system: LOINC, code: '59408-5' });
    expect(saturation.value).toMatchObject({ value: 97, unit: '%' });
  });

  test('the table is sound: ids once, units UCUM, numbers in the partitions they belong to', () => {
    const ids = [...Object.values(MDC_CODES), ...Object.values(MDC_GLUCOSE)].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(Object.values(MDC_CODES).filter(({ loinc }) => loinc.length === 0)).toEqual([]);
    for (const unit of Object.values(MDC_UNITS)) expect([unit, validUnit(unit)]).toEqual([unit, true]);
    // Partition 2 holds the vital signs, partition 4 the units; units are multiples of 32 and a prefix of 0 to 31.
    for (const number of [...Object.keys(MDC_CODES), ...Object.keys(MDC_GLUCOSE)]) expect(Number(number) >> 16).toBe(2);
    for (const number of Object.keys(MDC_UNITS)) expect(Number(number) >> 16).toBe(4);
  });

  test('whatever the codings, theirs are kept and none is lost', () => {
    const any = fc.record({
      system: fc.constantFrom(MDC, LOINC, 'x'),
      code: fc.oneof(fc.string(), fc.constantFrom('150456', '__proto__')),
    });
    fc.assert(
      fc.property(fc.array(any), (codings) => {
        expect(withLoinc(codings).slice(-codings.length || Number.MAX_SAFE_INTEGER)).toEqual(codings);
      }),
    );
  });
});
