import { describe, expect, it } from 'vitest';
import type { DoseGiven } from '../course.ts';
import type { StructuralValues } from '../drug.ts';
import { FedRun, Feed, inflowsOf } from '../inflow.ts';
import type { Structure } from '../structure.ts';
import { compartments, parallel } from './compartments.ts';

const SPACES = { CL: 5, VC: 40, Q: 3, VP: 60 };
const DOSE: DoseGiven = { time: 0, amount: 100, hours: 0, route: 'oral' };
const TIMES = [0.5, 2, 5, 11];

function course(structure: Structure, values: StructuralValues, dose: DoseGiven): readonly number[] {
  const feed = new Feed(inflowsOf([dose], () => values, structure.ways));
  const fed = new FedRun(structure.run(values, structure.rest(values)), feed, 0);
  return TIMES.map((time) => {
    fed.to(time);
    fed.renew();
    return fed.run.concentration();
  });
}

describe('many steps at once', () => {
  const values = { ...SPACES, Q2: 1, VP2: 90, KA: 1.2, ALAG: 0, F: 0.4, D: 0, KA2: 0.3, ALAG2: 0, F2: 0.5, D2: 0 };
  const run = (structure: Structure) => {
    const started = structure.run(values, structure.rest(values));
    if (structure.sites.includes('gut')) started.give('gut', 70);
    if (structure.sites.includes('gut2')) started.give('gut2', 20);
    started.give('blood', 30);
    started.addRate('blood', 12);
    return started;
  };

  it.each([
    ...([0, 1, 2] as const).flatMap((spaces) => [compartments(spaces, false), compartments(spaces, true, 1000)]),
    parallel(1, ['first-order', 'first-order']),
  ])('read as single ones do, to the last bit: $id', (structure) => {
    const [at, steps] = [2, 9];
    const concentration = new Float64Array(at + steps);
    const exposure = new Float64Array(at + steps);
    const [one, other] = [run(structure), run(structure)];
    one.sweep!(0.7, steps, concentration, exposure, at);
    for (let s = at; s < at + steps; s++) {
      other.advance(0.7);
      other.renew!();
      expect([concentration[s], exposure[s]]).toEqual([other.concentration(), other.exposure()]);
    }
    expect(one.state()).toEqual(other.state());
    expect([...concentration.subarray(0, at), ...exposure.subarray(0, at)]).toEqual([0, 0, 0, 0]);
    expect(exposure[at + steps - 1]).toBeGreaterThan(exposure[at]);
  });
});

describe('doses by mouth that take several ways', () => {
  it('are the sum of doses that take one each, in their shares', () => {
    const first = { KA: 1.2, ALAG: 0.3, F: 0.4, D: 0 };
    const second = { KA2: 0.2, ALAG2: 0, F2: 0.5, D2: 3 };
    const both = course(parallel(1, ['first-order', 'first-order']), { ...SPACES, ...first, ...second }, DOSE);
    const one = course(compartments(1, true), { ...SPACES, ...first }, DOSE);
    const other = course(compartments(1, true), { ...SPACES, KA: 0.2, ALAG: 0, F: 0.5, D: 3 }, DOSE);
    both.forEach((each, i) => {
      expect(each).toBeCloseTo(one[i] + other[i], 12);
    });
  });

  it('enter the blood by zero order as an infusion of their share would', () => {
    const own = course(parallel(1, ['zero-order']), { ...SPACES, ALAG: 0, F: 0.5, D: 4 }, DOSE);
    const infused = course(compartments(1, false), SPACES, { ...DOSE, amount: 50, hours: 4, route: 'intravenous' });
    own.forEach((each, i) => {
      expect(each).toBeCloseTo(infused[i], 12);
    });
  });

  it('have names of their own, in the order in which members hold them', () => {
    const { id, names, sites } = parallel(0, ['first-order', 'zero-order']);
    expect(id).toBe('compartments-1-first-order-zero-order');
    expect(names).toEqual(['CL', 'VC', 'KA', 'ALAG', 'F', 'D', 'ALAG2', 'F2', 'D2']);
    expect(sites).toEqual(['blood', 'gut']);
    expect(compartments(0, true).names).toEqual(names.slice(0, 6));
  });
});
