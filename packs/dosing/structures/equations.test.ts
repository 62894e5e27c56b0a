import { gammaP } from '@gemel/numerics/special/incomplete-gamma';
import { describe, expect, it } from 'vitest';
import type { StructuralValues } from '../drug.ts';
import { FedRun, Feed, inflowsOf } from '../inflow.ts';
import type { Site, Structure, StructureRun } from '../structure.ts';
import { compartments } from './compartments.ts';
import { michaelisMenten } from './michaelis-menten.ts';
import { quasiSteadyTarget, targetMediated } from './target-mediated.ts';
import { transitAbsorption, transitChain } from './transit.ts';
import { type TurnoverAction, turnover } from './turnover.ts';

const started = (structure: Structure, values: StructuralValues): StructureRun =>
  structure.run(values, structure.rest(values));
const near = (found: number, said: number, share: number) => expect(Math.abs(found / said - 1)).toBeLessThan(share);

/** Two runs through the same bolus, infusion and rest, and what each says at some times. */
function alike(one: StructureRun, other: StructureRun, site: Site, amount: number, share: number): void {
  for (const run of [one, other]) run.give(site, amount);
  for (const hours of [0.5, 1, 3, 8]) {
    for (const run of [one, other]) {
      run.addRate('blood', amount / 4);
      run.advance(hours);
      run.addRate('blood', -amount / 4);
      run.advance(hours);
    }
    near(one.concentration(), other.concentration(), share);
    near(one.exposure(), other.exposure(), share);
  }
}

const SPACES = { VC: 20, Q: 5, VP: 40 };
const MOUTH = { KA: 1.3, ALAG: 0.5, F: 0.7, D: 0 };

describe('saturable elimination', () => {
  it.each([
    [0, false],
    [1, false],
    [0, true],
    [1, true],
  ] as const)('is that of first order at low concentrations: %i peripheral, oral %s', (peripherals, depot) => {
    const values = { VMAX: 3e7, KM: 1e7, ...SPACES, ...MOUTH };
    const saturable = started(michaelisMenten({ peripherals, depot }), values);
    const linear = started(compartments(peripherals, depot), { ...values, CL: 3 });
    alike(saturable, linear, depot ? 'gut' : 'blood', 100, 1e-5);
  });

  it('beside a clearance, at low concentrations is the sum of both', () => {
    const values = { VMAX: 3e7, KM: 1e7, CL: 2, ...SPACES };
    const both = started(michaelisMenten({ peripherals: 1, linear: true }), values);
    alike(both, started(compartments(1, false), { ...values, CL: 5 }), 'blood', 100, 1e-5);
  });

  it('after a bolus keeps KM·ln(C₀/C) + C₀ − C = VMAX/VC·t', () => {
    const { VMAX, KM, VC } = { VMAX: 12, KM: 2, VC: 20 };
    const run = started(michaelisMenten({ peripherals: 0 }), { VMAX, KM, VC });
    run.give('blood', 400);
    for (const hours of [1, 5, 20, 14]) run.advance(hours);
    const c = run.concentration();
    near(KM * Math.log(20 / c) + 20 - c, (VMAX / VC) * 40, 1e-6);
  });

  it('rests under an infusion where both rates are one', () => {
    const run = started(michaelisMenten({ peripherals: 1 }), { VMAX: 12, KM: 2, ...SPACES });
    run.addRate('blood', 9);
    run.advance(5000);
    near(run.concentration(), (2 * 9) / (12 - 9), 1e-6);
  });

  it('wanes from VMAX to what is left of it, by half at T50', () => {
    const KM = 1e-6;
    const values = { VMAX: 10, KM, CL: 0, VC: 1, VINH: 0.8, T50: 3 };
    const run = started(michaelisMenten({ peripherals: 0, linear: true, waning: true }), values);
    run.advance(50);
    run.give('blood', 1e6);
    const lost = (hours: number) => {
      const before = run.concentration();
      run.advance(hours);
      return (before - run.concentration()) / hours;
    };
    // Of zeroth order: what is lost is the largest rate.
    near(lost(1), 10, 1e-4);
    run.advance(2 - 5e-3);
    near(lost(1e-2), 10 * (1 - 0.8 / 2), 2e-3);
    run.advance(1e5);
    near(lost(10), 10 * (1 - 0.8), 1e-3);
  });
});

const TARGET = { CL: 0.05, KSYN: 0.02, KDEG: 0.1, KINT: 0.04, VC: 3, Q: 0.2, VP: 4 };

describe('target-mediated disposition', () => {
  it('without a target is that of linear compartments', () => {
    const values = { ...TARGET, KSYN: 0, KON: 5, KOFF: 0.1, KSS: 0.1 };
    for (const structure of [
      targetMediated({ peripherals: 1, measured: 'free' }),
      quasiSteadyTarget({ peripherals: 1, measured: 'total' }),
    ])
      alike(started(structure, values), started(compartments(1, false), values), 'blood', 10, 1e-6);
  });

  it('with all ways out of one rate, total drug falls by first order', () => {
    const values = { ...TARGET, CL: 0.04 * 3, KON: 5, KOFF: 0.1, KSS: 0.1 };
    for (const structure of [
      targetMediated({ peripherals: 0, measured: 'total' }),
      quasiSteadyTarget({ peripherals: 0, measured: 'total' }),
    ]) {
      const run = started(structure, values);
      run.give('blood', 3);
      run.advance(30);
      near(run.concentration(), Math.exp(-0.04 * 30), 1e-6);
    }
  });

  it('where complex and target are lost alike, free and bound target stay what they were', () => {
    const values = { ...TARGET, KINT: 0.1, KON: 5, KOFF: 0.1 };
    const structure = targetMediated({ peripherals: 0, measured: 'free' });
    const run = started(structure, values);
    run.give('blood', 2);
    for (const hours of [0.1, 3, 40]) {
      run.advance(hours);
      const [, target, complex] = run.state();
      near(target + complex, 0.2, 1e-6);
      expect(complex).toBeGreaterThan(0.01);
    }
  });

  it('loses what entered by the two ways out alone', () => {
    const values = { ...TARGET, KON: 5, KOFF: 0.1 };
    const [free, total] = (['free', 'total'] as const).map((measured) => {
      const run = started(targetMediated({ peripherals: 0, measured }), values);
      run.give('blood', 1);
      run.advance(60);
      return run;
    });
    const out = TARGET.CL * free.exposure() + TARGET.KINT * TARGET.VC * (total.exposure() - free.exposure());
    near(out + TARGET.VC * total.concentration(), 1, 1e-6);
  });

  it('is at its quasi-steady state where binding is fast, and at quasi-equilibrium', () => {
    const [KON, KOFF] = [1e5, 1e4];
    const values = { ...TARGET, KON, KOFF, KSS: (KOFF + TARGET.KINT) / KON };
    for (const measured of ['free', 'total'] as const) {
      const full = started(targetMediated({ peripherals: 1, measured }), values);
      const quasi = started(quasiSteadyTarget({ peripherals: 1, measured }), values);
      for (const run of [full, quasi]) run.give('blood', 2);
      for (const hours of [1, 10, 50, 100]) {
        for (const run of [full, quasi]) run.advance(hours);
        near(quasi.concentration(), full.concentration(), 1e-4);
      }
    }
  });
});

const LINEAR = { CL: 3, ...SPACES };

describe('absorption through transit compartments', () => {
  const values = { ...LINEAR, KA: 1.3, MTT: 2.5, ALAG: 0, F: 1, D: 0 };
  it.each([0, 1, 4, 9])('of a whole number is that of the chain: %i', (NN) => {
    const [gamma, chain] = [transitAbsorption(1), transitChain(1, NN)].map((structure) =>
      started(structure, { ...values, NN }),
    );
    // The second dose while the first is passing.
    for (const hours of [0.7, 0.4, 2, 6, 20]) {
      for (const run of [gamma, chain]) {
        run.give('gut', 50);
        run.advance(hours);
      }
      near(gamma.concentration(), chain.concentration(), 1e-6);
      near(gamma.exposure(), chain.exposure(), 1e-6);
    }
  });

  it('by any number brings the share of a gamma distribution, and in the end all of it', () => {
    const NN = 3.7;
    const run = started(transitAbsorption(0), { ...values, NN, CL: 0, KA: 40 });
    run.give('gut', 100);
    run.advance(2);
    const entered = run.state()[0] + run.state()[1];
    near(entered, 100 * gammaP(NN + 1, ((NN + 1) / 2.5) * 2), 1e-6);
    run.advance(100);
    near(20 * run.concentration(), 100, 1e-7);
    expect(run.state()).toHaveLength(3);
  });

  it('in the mean takes MTT and 1/KA', () => {
    const run = started(transitAbsorption(0), { ...values, NN: 2.2 });
    run.give('gut', 100);
    // ∫ t·C dt / ∫ C dt by Simpson’s rule.
    const h = 0.05;
    let moment = 0;
    for (let k = 1; k <= 2000; k++) {
      run.advance(h);
      moment += (k % 2 === 1 ? 4 : 2) * k * h * run.concentration();
    }
    near((moment * h) / 3 / run.exposure(), 2.5 + 1 / 1.3 + 20 / 3, 1e-5);
    near(run.exposure(), 100 / 3, 1e-6);
  });
});

describe('indirect responses', () => {
  const values = { CL: 2, ...SPACES, KOUT: 0.15, BASE: 40, MAX: 0.8, C50: 2 };
  const CASES: readonly (readonly [TurnoverAction, number])[] = [
    ['inhibits-forming', 1 - 0.8 * 0.6],
    ['inhibits-loss', 1 / (1 - 0.8 * 0.6)],
    ['stimulates-forming', 1 + 0.8 * 0.6],
    ['stimulates-loss', 1 / (1 + 0.8 * 0.6)],
  ];
  it.each(CASES)('%s: rests at base, and under an infusion where forming is loss', (action, share) => {
    const run = started(turnover(action, 1, false), values);
    run.advance(100);
    near(run.concentration(), 40, 1e-8);
    // 3 mg/L in the end, of which the effect is 0.6 of the largest.
    run.addRate('blood', 6);
    run.advance(3000);
    near(run.concentration(), 40 * share, 1e-6);
  });

  it.each(CASES)('%s: at a steady concentration goes to rest by first order', (action, share) => {
    const structure = turnover(action, 0, false);
    const run = started(structure, values);
    run.give('blood', 3 * SPACES.VC);
    run.addRate('blood', 3 * values.CL);
    run.advance(5);
    const pace = action.endsWith('loss') ? values.KOUT / share : values.KOUT;
    near(run.concentration(), 40 * (share + (1 - share) * Math.exp(-5 * pace)), 1e-6);
  });
});

describe('every structure by equations', () => {
  const all: readonly (readonly [Structure, StructuralValues])[] = [
    [michaelisMenten({ peripherals: 1, depot: true, linear: true, waning: true, perMg: 1000 }), {}],
    [targetMediated({ peripherals: 1, depot: true, measured: 'total' }), {}],
    [quasiSteadyTarget({ peripherals: 1, depot: true, measured: 'free' }), {}],
    [transitAbsorption(1, 1000), {}],
    [transitChain(1, 3), {}],
    [turnover('inhibits-loss', 1, true), {}],
  ];
  const values = {
    ...{ CL: 2, ...SPACES, ...MOUTH, VMAX: 20, KM: 3, VINH: 0.6, T50: 3 },
    ...{ KSYN: 0.2, KDEG: 0.1, KINT: 0.05, KON: 3, KOFF: 0.2, KSS: 0.1 },
    ...{ MTT: 2, NN: 2.4, KOUT: 0.1, BASE: 5, MAX: 0.5, C50: 1 },
  };
  const course = [0, 5, 6, 30].map((time, i) => ({
    ...{ time, amount: 40, hours: i === 2 ? 2 : 0 },
    route: i === 2 ? ('intravenous' as const) : ('oral' as const),
  }));
  const feed = () => new Feed(inflowsOf(course, () => values));

  it.each(all)('$id goes on from its state as it would have gone on, to the last bit', (structure) => {
    const once = new FedRun(started(structure, values), feed(), 0);
    const parted = new FedRun(started(structure, values), feed(), 0);
    for (const time of [1, 5, 5.2, 7, 12, 31, 48]) {
      once.to(time);
      parted.to(time);
      parted.renew();
      const again = new FedRun(structure.run(values, parted.run.state()), feed(), time);
      expect(again.run.concentration()).toBe(parted.run.concentration());
      again.to(time + 3);
      const further = new FedRun(structure.run(values, once.run.state()), feed(), time);
      further.to(time + 3);
      expect(again.run.state()).toEqual(further.run.state());
    }
  });

  it.each(all)('$id takes all its names, and keeps amounts when they change', (structure) => {
    expect(structure.names.every((name) => name in values)).toBe(true);
    const run = started(structure, values);
    run.give('gut', 40);
    run.advance(3);
    const before = run.state();
    run.change({ ...values, CL: 4, KM: 1 });
    expect(run.state()).toEqual(before);
    run.begin();
    expect(run.exposure()).toBe(0);
    run.advance(1);
    expect(run.exposure()).toBeGreaterThan(0);
  });

  it('refuses an infusion into what takes none', () => {
    expect(() => started(transitAbsorption(1), values).addRate('gut', 1)).toThrow('infused into the gut');
  });
});
