import { describe, expect, it } from 'vitest';
import { logGamma } from './gamma.ts';
import { erfc, logNormalCdf, normalCdf, normalQuantile } from './normal.ts';

// Reference values: Abramowitz and Stegun tables 7.1 and 26.1, and the exact values of Γ at integers and one half.
describe('normal distribution', () => {
  it('matches tabulated values', () => {
    expect(erfc(0)).toBe(1);
    expect(erfc(1)).toBeCloseTo(0.15729920705028513, 14);
    expect(erfc(3) / 2.209049699858544e-5).toBeCloseTo(1, 12);
    expect(erfc(-1)).toBeCloseTo(1.8427007929497148, 14);
    expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 14);
    expect(normalCdf(-10) / 7.619853024160527e-24).toBeCloseTo(1, 11);
  });

  it('the complement is continuous where series and continued fraction meet', () => {
    expect(Math.abs(erfc(2 - 1e-12) / erfc(2 + 1e-12) - 1)).toBeLessThan(1e-10);
  });

  it('log distribution function reaches far into the tail', () => {
    expect(logNormalCdf(-3)).toBeCloseTo(Math.log(normalCdf(-3)), 12);
    expect(logNormalCdf(-5)).toBeCloseTo(Math.log(normalCdf(-5)), 10);
    expect(logNormalCdf(-40)).toBeCloseTo(-804.608442, 5);
  });

  it('the quantile inverts the distribution function', () => {
    for (const p of [1e-12, 1e-5, 0.01, 0.3, 0.5, 0.7, 0.975, 1 - 1e-9]) {
      expect(Math.abs(normalCdf(normalQuantile(p)) / p - 1)).toBeLessThan(1e-11);
    }
    expect(normalQuantile(0)).toBe(-Infinity);
    expect(normalQuantile(1)).toBe(Infinity);
    expect(normalQuantile(2)).toBeNaN();
  });
});

describe('log Γ', () => {
  it('matches factorials and Γ(½)', () => {
    expect(logGamma(5)).toBeCloseTo(Math.log(24), 12);
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 12);
    expect(logGamma(0.1)).toBeCloseTo(2.252712651734206, 12);
    expect(logGamma(100)).toBeCloseTo(359.1342053695754, 10);
  });
});
