import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exp } from './exp.ts';

test('agrees with the engine over its range to 4e-16 in relation', () => {
  let worst = 0;
  for (let x = -700; x <= 700; x += 0.0937) worst = Math.max(worst, Math.abs(exp(x) / Math.exp(x) - 1));
  expect(worst).toBeLessThan(4.5e-16);
});

test('is exact at zero, monotonic, and held at the ends of its range', () => {
  expect(exp(0)).toBe(1);
  fc.assert(
    fc.property(
      fc.double({ min: -600, max: 600, noNaN: true }),
      fc.double({ min: 1e-9, max: 1, noNaN: true }),
      (x, d) => {
        expect(exp(x + d)).toBeGreaterThanOrEqual(exp(x));
      },
    ),
  );
  expect(exp(1e9)).toBe(exp(709));
  expect(exp(-1e9)).toBe(exp(-708));
  expect(exp(709)).toBeLessThan(Number.POSITIVE_INFINITY);
});
