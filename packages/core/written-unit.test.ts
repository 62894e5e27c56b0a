import { expect, it } from 'vitest';
import { writtenUnit } from './written-unit.ts';

it.each([
  ['mg.h/L', 'mg·h/L'],
  ['ug/L', 'µg/L'],
  ['umol.h/L', 'µmol·h/L'],
  ['u', 'u'],
  ['10*3/uL', '10*3/µL'],
  ['{INR}', ''],
  ['1', ''],
  ['[iU]/h', 'U/h'],
])('%s is written %s', (ucum, written) => {
  expect(writtenUnit(ucum)).toBe(written);
});
