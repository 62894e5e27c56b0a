import { UnitTables } from '@lhncbc/ucum-lhc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CodedError } from './error.ts';
import { quantity } from './quantity.ts';
import { metricAtoms, plainAtoms } from './unit-dimensions.data.ts';
import { add, comparable, convert, converter, scale, unitShape, validUnit } from './units.ts';

const code = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
  return 'none';
};

describe('validUnit', () => {
  test('accepts UCUM codes', () => {
    for (const unit of [
      'mg/dL',
      'mg/dl',
      '[iU]/h',
      'm[IU]/L',
      '/min',
      '{beats}/min',
      '10*9/L',
      '%',
      'Cel',
      'mm[Hg]',
      '1',
    ]) {
      expect(validUnit(unit), unit).toBe(true);
    }
  });

  test('refuses names, other case, missing brackets, blanks and prefixes on non-metric atoms', () => {
    for (const unit of [
      'Gauss',
      'iU',
      'MMOL/L',
      'mmHg',
      'mcg',
      'pounds',
      'mg/dL ',
      ' mg',
      '',
      'uh',
      'k[lb_av]',
      '{a}m',
      '{|}1',
      'm/',
      'µg',
    ]) {
      expect(validUnit(unit), unit).toBe(false);
    }
  });

  test('never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 12, unit: fc.constantFrom(...'mgdLlkiUuCe/.()[]{}0123456789%*^-+ µ錠\0') }),
        (text) => typeof validUnit(text) === 'boolean',
      ),
      { numRuns: 3000 },
    );
  });
});

describe('convert', () => {
  test('metric factors are exact', () => {
    expect(convert(quantity(100, 'mg/dL'), 'g/L').value).toBe(1);
    expect(convert(quantity(1, 'g/L'), 'mg/dL').value).toBe(100);
    expect(convert(quantity(1, 'h'), 'min').value).toBe(60);
  });

  test('glucose 180.156 g/mol: mg/dL to mmol/L and back', () => {
    const glucose = { molarMass: 180.156 };
    expect(convert(quantity(180.156, 'mg/dL'), 'mmol/L', glucose).value).toBeCloseTo(10, 12);
    expect(convert(quantity(5.5, 'mmol/L'), 'mg/dL', glucose).value).toBeCloseTo(99.0858, 10);
  });

  test('affine and logarithmic scales use their own function', () => {
    expect(convert(quantity(37, 'Cel'), 'K').value).toBeCloseTo(310.15, 10);
    expect(convert(quantity(98.6, '[degF]'), 'Cel').value).toBeCloseTo(37, 10);
    expect(convert(quantity(0, 'K'), 'Cel').value).toBeCloseTo(-273.15, 10);
    expect(convert(quantity(20, 'dB[V]'), 'V').value).toBeCloseTo(10, 12);
    expect(convert(quantity(7.4, '[pH]'), '[pH]').value).toBe(7.4);
  });

  test('an arbitrary unit converts to multiples of itself alone', () => {
    expect(convert(quantity(1, '[iU]/L'), 'm[iU]/mL').value).toBe(1);
    expect(convert(quantity(12, 'u[IU]/mL'), 'm[iU]/L').value).toBe(12);
    expect(code(() => convert(quantity(1, '[iU]'), 'mg'))).toBe('core-unit-dimension');
    expect(code(() => convert(quantity(1, '[iU]'), "[arb'U]"))).toBe('core-unit-dimension');
    expect(code(() => convert(quantity(1, '[iU]'), '1'))).toBe('core-unit-dimension');
    expect(code(() => convert(quantity(1, '[iU]/h'), '[iU]'))).toBe('core-unit-dimension');
  });

  test('refuses with the documented code, naming the unit', () => {
    expect(code(() => convert(quantity(1, 'furlong'), 'm'))).toBe('core-unit-unknown');
    expect(code(() => convert(quantity(1, 'm'), 'furlong'))).toBe('core-unit-unknown');
    expect(code(() => convert(quantity(1, 'furlong'), 'furlong'))).toBe('core-unit-unknown');
    expect(code(() => convert(quantity(1, 'mg/dL'), 'min'))).toBe('core-unit-dimension');
    expect(code(() => convert(quantity(1, 'mg/dL'), 'mmol/L'))).toBe('core-unit-dimension');
    expect(code(() => convert(quantity(1, 'mmol/L'), '/L'))).toBe('core-unit-dimension');
    expect(code(() => convert(quantity(1, 'meq/L'), 'mmol/L'))).toBe('core-unit-dimension');
    expect(code(() => convert(quantity(1, 'mg'), 'mmol', { molarMass: 0 }))).toBe('core-unit-dimension');
    expect(code(() => add(quantity(20, 'Cel'), quantity(5, 'Cel')))).toBe('core-unit-scale');
    expect(code(() => scale(quantity(7, '[pH]'), 2))).toBe('core-unit-scale');
  });

  test('there and back is the identity, on linear and affine scales', () => {
    const pairs = [
      ['mg/dL', 'kg/m3'],
      ['Cel', '[degF]'],
      ['[lb_av]', 'kg'],
      ['kPa', 'mm[Hg]'],
      ['a', 'min'],
      ['pmol/L', 'mol/m3'],
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...pairs), fc.double({ min: -1e6, max: 1e6, noNaN: true }), ([a, b], x) => {
        const back = converter(b, a)(converter(a, b)(x));
        return Math.abs(back - x) <= 1e-14 * Math.abs(x) + (a === 'Cel' ? 1e-12 : 1e-300);
      }),
    );
  });
});

test('comparable is an equivalence that a molar mass does not widen', () => {
  expect(comparable('mg/dL', 'g/L')).toBe(true);
  expect(comparable('mg/dL', 'mmol/L')).toBe(false);
  expect(comparable('[iU]/L', 'm[IU]/mL')).toBe(true);
  expect(comparable('[iU]', "[arb'U]")).toBe(false);
  expect(code(() => comparable('mg', 'mgs'))).toBe('core-unit-unknown');
});

test('the compiler’s table of atoms agrees with the unit library, atom for atom', () => {
  validUnit('m');
  const letters = 'LTMAKQC';
  const seen = new Set<string>();
  for (const unit of UnitTables.getInstance().allUnitsByDef()) {
    if (unit.source_ !== 'UCUM' || /[./]/.test(unit.csCode_)) continue;
    const exponents = letters.split('').map((letter, i) => [letter, unit.dim_?.dimVec_?.[i] ?? 0] as const);
    const all = [
      ...exponents,
      ['N', unit.moleExp_],
      ['E', unit.equivalentExp_],
      ['X', unit.isArbitrary_ ? 1 : 0],
    ] as const;
    const above = all.map(([letter, n]) => letter.repeat(Math.max(0, n))).join('');
    const below = all.map(([letter, n]) => letter.repeat(Math.max(0, -n))).join('');
    const table: Readonly<Record<string, string>> = unit.isMetric_ || unit.isBase_ ? metricAtoms : plainAtoms;
    expect(table[unit.csCode_], unit.csCode_).toBe(`${above}/${below}`);
    seen.add(unit.csCode_);
  }
  expect(seen.size).toBe(Object.keys(metricAtoms).length + Object.keys(plainAtoms).length);
});

test('the shape of a unit is its powers and its size', () => {
  const shape = (code: string) => {
    const { powers, size, linear } = unitShape(code);
    return [Object.fromEntries(powers), size, linear];
  };
  expect(shape('mg/dL')).toEqual([{ M: 1, L: -3 }, 10, true]);
  expect(shape('/min')).toEqual([{ T: -1 }, 1 / 60, true]);
  expect(shape('%')).toEqual([{}, 0.01, true]);
  expect(shape('Cel')).toEqual([{ K: 1 }, 1, false]);
  expect(shape('m[IU]/L')).toEqual([{ '[iU]': 1, L: -3 }, 1, true]);
  expect(shape('[iU].[CFU]-2.cd')).toEqual([{ '[iU]': 1, '[CFU]': -2, C: 1 }, 1, true]);
  expect(unitShape('mmol/L').powers).toEqual(
    new Map([
      ['L', -3],
      ['N', 1],
    ]),
  );
  expect(() => shape('mgs')).toThrow('not a UCUM unit');
});
