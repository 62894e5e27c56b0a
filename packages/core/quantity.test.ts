import { expect, test } from 'vitest';
import { type DimensionOf, quantity } from './quantity.ts';
import { add, compare, subtract } from './units.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const proves = <T extends true>(holds: T) => expect(holds).toBe(true);

test('the dimension of a literal unit is known to the compiler', () => {
  proves<Same<DimensionOf<'mg/dL'>, 'M/LLL'>>(true);
  proves<Same<DimensionOf<'g/L'>, 'M/LLL'>>(true);
  proves<Same<DimensionOf<'mL/kg/min'>, 'LLL/TM'>>(true);
  proves<Same<DimensionOf<'m3.kg-1.s-2'>, 'LLL/TTM'>>(true);
  proves<Same<DimensionOf<'10*3/uL'>, '/LLL'>>(true);
  proves<Same<DimensionOf<'10*-3.m'>, 'L/'>>(true);
  proves<Same<DimensionOf<'{beats}/min'>, '/T'>>(true);
  proves<Same<DimensionOf<'/min'>, '/T'>>(true);
  proves<Same<DimensionOf<'mm[Hg]'>, 'M/LTT'>>(true);
  proves<Same<DimensionOf<'m[iU]/L'>, 'X/LLL'>>(true);
  proves<Same<DimensionOf<'mmol/L'>, 'N/LLL'>>(true);
  proves<Same<DimensionOf<'4.[pi].10*-7.N/A2'>, 'LM/QQ'>>(true);
  proves<Same<DimensionOf<'%'>, '/'>>(true);
  proves<Same<DimensionOf<'min'>, 'T/'>>(true);
});

test('a unit the compiler cannot read is left to the run-time check', () => {
  proves<Same<DimensionOf<'mg/(dL.min)'>, unknown>>(true);
  proves<Same<DimensionOf<'furlongs'>, unknown>>(true);
  proves<Same<DimensionOf<string>, unknown>>(true);
});

test('like and like add; unlike dimensions do not compile and throw', () => {
  expect(add(quantity(5, 'mg/dL'), quantity(1, 'g/L'))).toEqual({ value: 105, unit: 'mg/dL' });
  expect(subtract(quantity(2, 'h'), quantity(30, 'min')).value).toBeCloseTo(1.5, 12);
  expect(compare(quantity(1, 'kg'), quantity(999, 'g'))).toBeGreaterThan(0);
  // @ts-expect-error a mass concentration and a time
  expect(() => add(quantity(5, 'mg/dL'), quantity(1, 'min'))).toThrow('different dimensions');
  // @ts-expect-error a mass and an amount of substance
  expect(() => subtract(quantity(5, 'mg'), quantity(1, 'mol'))).toThrow('molar mass');
  // @ts-expect-error a volume and a mass
  expect(() => compare(quantity(5, 'mL'), quantity(1, 'mg'))).toThrow('different dimensions');
});

test('units known only at run time compile and are checked then', () => {
  const unit: string = 'min';
  expect(() => add(quantity(5, 'mg/dL'), { value: 1, unit })).toThrow('different dimensions');
});
