import { describe, expect, it } from 'vitest';
import { indexOfBoth, toleranceOfLaryngoscopy } from './interaction.ts';

describe('propofol with remifentanil, Bouillon 2004', () => {
  it('the index is halved by either half-effect concentration, and by half of each together', () => {
    for (const [propofol, remifentanil] of [
      [4.47, 0],
      [0, 19.3],
      [2.235, 9.65],
    ])
      expect(indexOfBoth(propofol, remifentanil)).toBeCloseTo(97.4 / 2, 9);
    expect(indexOfBoth(0, 0)).toBe(97.4);
  });
  it('the index answers propofol far more than remifentanil at the concentrations in use', () => {
    const [before, more] = [indexOfBoth(3, 4), [indexOfBoth(4.5, 4), indexOfBoth(3, 6)]];
    expect(before - more[0]).toBeGreaterThan(2.5 * (before - more[1]));
  });
  it('laryngoscopy: remifentanil alone does nothing, and spares propofol more than in sum', () => {
    expect(toleranceOfLaryngoscopy(0, 20)).toBe(0);
    expect(toleranceOfLaryngoscopy(8.04 * 1.05, 0)).toBeCloseTo(0.5, 9);
    // Half of the stimulus is left at 1.07 · 1.05 ng/mL: half of the propofol does.
    expect(toleranceOfLaryngoscopy((8.04 * 1.05) / 2, 1.07 * 1.05)).toBeCloseTo(0.5, 9);
    const needed = (remifentanil: number) => {
      let propofol = 0;
      while (toleranceOfLaryngoscopy(propofol, remifentanil) < 0.95) propofol += 0.01;
      return propofol;
    };
    // The halfway mixture lies well below the straight line between the ends.
    expect(needed(4)).toBeLessThan(0.7 * (0.5 * (needed(0) + needed(8))));
  });
});
