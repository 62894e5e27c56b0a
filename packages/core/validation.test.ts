import { expect, test } from 'vitest';
import { judgeRow } from './validation.ts';

const row = { name: 'peak', unit: 'mg/dL', expected: 100, tolerance: 0.5 };

test.each([
  [row, 100.5, 'passes'],
  [row, 100.6, 'FAILS'],
  [{ ...row, tolerance: undefined }, 100, 'passes'],
  [{ ...row, tolerance: undefined }, 100.000001, 'FAILS'],
  [row, Number.NaN, 'FAILS'],
  [{ ...row, expected: null, tolerance: undefined }, 3, 'reported'],
  [{ ...row, expected: null, tolerance: undefined }, Number.POSITIVE_INFINITY, 'FAILS'],
  [{ ...row, expected: null, atLeast: 0.87, atMost: 0.93 }, 0.87, 'passes'],
  [{ ...row, expected: null, atLeast: 0.87, atMost: 0.93 }, 0.86, 'FAILS'],
  [{ ...row, expected: null, atLeast: 0.87, atMost: 0.93 }, 0.94, 'FAILS'],
  [{ ...row, atMost: 100.2 }, 100.4, 'FAILS'],
] as const)('%j of %d %s', (r, value, verdict) => {
  expect(judgeRow(r, value)).toBe(verdict);
});
