import { symmetricEigen } from '@gemel/numerics/linalg/symmetric-eigen';
import { describe, expect, it } from 'vitest';
import { compartments } from './compartments.ts';
import { effectSite } from './effect-site.ts';

const VALUES = { CL: 107, VC: 6.28, Q: 110, VP: 25.5, Q2: 66.5, VP2: 273, KE0: 8.76 };

/** Rates at which the modes of the plasma decay, 1/h, slowest first. */
function modes({ CL, VC, Q, VP, Q2, VP2 }: typeof VALUES): Float64Array {
  const a = -Q / Math.sqrt(VC * VP);
  const b = -Q2 / Math.sqrt(VC * VP2);
  return symmetricEigen(Float64Array.of((CL + Q + Q2) / VC, a, b, a, Q / VP, 0, b, 0, Q2 / VP2), 3).values;
}

/** Ce' = KE0 (Cp − Ce) by Simpson's rule over the plasma of the structure without a site. */
function integrated(values: typeof VALUES, hours: number): number {
  const plain = compartments(2, false);
  const run = plain.run(values, plain.rest(values));
  run.give('blood', 100);
  run.addRate('blood', 300);
  const steps = 40_000;
  const h = hours / steps;
  let sum = 0;
  for (let k = 0; k <= steps; k++) {
    if (k > 0) run.advance(h);
    const weight = k === 0 || k === steps ? 1 : k % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-values.KE0 * (hours - k * h)) * run.concentration();
  }
  return (values.KE0 * sum * h) / 3;
}

function following(values: typeof VALUES) {
  const site = effectSite(2);
  const run = site.run(values, site.rest(values));
  run.give('blood', 100);
  run.addRate('blood', 300);
  return run;
}

describe('site of effect', () => {
  for (const [name, values] of [
    ['slow', VALUES],
    ['fast', { ...VALUES, KE0: 74 }],
    ['as fast as a mode of the plasma', { ...VALUES, KE0: modes(VALUES)[1] }],
  ] as const) {
    it(`follows the plasma by first order: ${name}`, () => {
      const run = following(values);
      run.advance(0.2);
      expect(Math.abs(run.effect() / integrated(values, 0.2) - 1)).toBeLessThan(1e-7);
    });
  }

  it('leaves the plasma and its exposure as they are without it', () => {
    const plain = compartments(2, false);
    const alone = plain.run(VALUES, plain.rest(VALUES));
    alone.give('blood', 100);
    alone.addRate('blood', 300);
    alone.advance(3);
    const run = following(VALUES);
    run.advance(3);
    expect(Math.abs(run.concentration() / alone.concentration() - 1)).toBeLessThan(1e-8);
    expect(Math.abs(run.exposure() / alone.exposure() - 1)).toBeLessThan(1e-8);
  });

  it('goes on from its state as it would have gone on', () => {
    const once = following(VALUES);
    once.advance(0.5);
    const site = effectSite(2);
    const again = site.run(VALUES, once.state());
    again.addRate('blood', 300);
    once.advance(0.5);
    again.advance(0.5);
    expect(again.effect()).toBeCloseTo(once.effect(), 9);
    expect(again.concentration()).toBeCloseTo(once.concentration(), 9);
  });

  it('keeps its concentration when volumes change, and counts what is in the body', () => {
    const run = following(VALUES);
    run.advance(0.5);
    const before = run.effect();
    run.change({ ...VALUES, VC: 9, KE0: 12 });
    expect(run.effect()).toBeCloseTo(before, 9);
  });

  it('rests on the plasma in the end', () => {
    const run = following(VALUES);
    run.advance(200);
    expect(run.effect()).toBeCloseTo(300 / VALUES.CL, 4);
  });
});
