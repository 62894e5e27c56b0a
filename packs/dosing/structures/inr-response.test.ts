import { tsit5 } from '@gemel/numerics/ode/tsit5';
import { describe, expect, it } from 'vitest';
import type { StructuralValues } from '../drug.ts';
import { hamberg2007 } from '../drugs/warfarin/hamberg2007.ts';
import { compartments } from './compartments.ts';
import { equations } from './equations.ts';
import { inrResponse } from './inr-response.ts';

const SOURCE = 'Hamberg 2007, doi:10.1038/sj.clpt.6100084, Appendix';

/** The same equations for the model compiler and a method of the fifth order in small steps. */
const TEXT = {
  id: 'inr-response',
  title: 'INR under warfarin',
  time: 'h',
  parameters: {
    CL: `0.314 : L/h : clearance of S-warfarin : ${SOURCE}`,
    VC: `13.8 : L : central volume : ${SOURCE}`,
    Q: `0.131 : L/h : clearance of exchange : ${SOURCE}`,
    VP: `6.59 : L : peripheral volume : ${SOURCE}`,
    KA: `2 : /h : rate of absorption : ${SOURCE}`,
    EC50: `4.61 : mg/L : concentration of half the largest inhibition : ${SOURCE}`,
    GAMMA: `0.424 : 1 : steepness of inhibition : ${SOURCE}`,
    MTT1: `11.6 : h : transit time of each of six steps : ${SOURCE}`,
    MTT2: `120 : h : transit time of the single step : ${SOURCE}`,
    LAMBDA: `3.61 : 1 : steepness of the INR : ${SOURCE}`,
    INRMAX: `20 : 1 : largest rise of the INR : ${SOURCE}`,
    BASE: `1 : 1 : INR without warfarin : ${SOURCE}`,
  },
  definitions: {
    ratio: `max(central, 0*central)/VC/EC50 : 1 : concentration over that of half inhibition : ${SOURCE}`,
    formed: `1/(1 + ratio^GAMMA) : 1 : share of clotting factors still formed : ${SOURCE}`,
    inr: `BASE + INRMAX*max(1 - six*slow, 0)^LAMBDA : 1 : INR : ${SOURCE}`,
  },
  states: {
    gut: `0 : mg : S-warfarin in the gut : ${SOURCE}`,
    central: `0 : mg : S-warfarin in the central space : ${SOURCE}`,
    peripheral: `0 : mg : S-warfarin in the peripheral space : ${SOURCE}`,
    one: `1 : 1 : first of six steps : ${SOURCE}`,
    two: `1 : 1 : second : ${SOURCE}`,
    three: `1 : 1 : third : ${SOURCE}`,
    four: `1 : 1 : fourth : ${SOURCE}`,
    five: `1 : 1 : fifth : ${SOURCE}`,
    six: `1 : 1 : sixth : ${SOURCE}`,
    slow: `1 : 1 : the single step : ${SOURCE}`,
    exposure: '0 : h : INR over time : what targets are of',
  },
  equations: {
    gut: '-KA*gut',
    central: 'KA*gut - (CL + Q)/VC*central + Q/VP*peripheral',
    peripheral: 'Q/VC*central - Q/VP*peripheral',
    one: '(formed - one)/MTT1',
    two: '(one - two)/MTT1',
    three: '(two - three)/MTT1',
    four: '(three - four)/MTT1',
    five: '(four - five)/MTT1',
    six: '(five - six)/MTT1',
    slow: '(formed - slow)/MTT2',
    exposure: 'inr',
  },
} as const;
const solved = equations({
  text: TEXT,
  sites: { blood: 'central', gut: 'gut' },
  reads: 'inr',
  stepping: { solver: tsit5, relative: 1e-9, absolute: 1e-11 },
});

const theta = Object.fromEntries(hamberg2007.theta.map(({ name, value }) => [name, value]));
const typical = (changes: Partial<StructuralValues> = {}): StructuralValues => ({
  ...hamberg2007.typical(theta, { age: 71, cyp2c9Star2: 0, cyp2c9Star3: 0, vkorc1A: 0 }),
  ...(changes as StructuralValues),
});
const started = (values: StructuralValues) => inrResponse.run(values, inrResponse.rest(values));

describe('INR under warfarin', () => {
  it('stays at its base without a dose, and returns to it', () => {
    const run = started(typical({ BASE: 1.1 }));
    run.advance(100);
    expect(run.concentration()).toBe(1.1);
    run.give('gut', 10);
    run.advance(5000);
    expect(run.concentration()).toBeCloseTo(1.1, 6);
  });

  it('under a steady infusion comes to rest where the equations stand still', () => {
    const { CL, EC50, GAMMA, LAMBDA, INRMAX, BASE } = typical();
    const run = started(typical());
    const rate = 0.1;
    run.addRate('blood', rate);
    run.advance(10_000);
    const formed = 1 / (1 + (rate / CL / EC50) ** GAMMA);
    expect(run.concentration()).toBeCloseTo(BASE + INRMAX * (1 - formed ** 2) ** LAMBDA, 8);
  });

  it('moves S-warfarin as two compartments do exactly', () => {
    const values = typical();
    const exact = compartments(1, true);
    const plain = exact.run(values, exact.rest(values));
    const run = started(values);
    for (const { give, hours } of [
      { give: 2.5, hours: 0.7 },
      { give: 0, hours: 23.3 },
      { give: 5, hours: 60 },
    ]) {
      for (const each of [plain, run]) {
        each.give('gut', give);
        each.advance(hours);
      }
      expect(run.state()[1] / values.VC / plain.concentration()).toBeCloseTo(1, 12);
    }
  });

  it.each([
    {},
    { CL: 0.1, EC50: 2.2 },
    { CL: 0.6, VC: 8, BASE: 1.1 },
    { MTT1: 8, MTT2: 40 },
    { MTT1: 16, MTT2: 400, VP: 20 },
  ])('is what its equations say: INR and its mean within 0.0002, with %o', (changes) => {
    const values = typical(changes);
    const [own, exact] = [started(values), solved.run(values, solved.rest(values))];
    for (const { dose, rate, hours } of [
      { dose: 5, rate: 0, hours: 24 },
      { dose: 2.5, rate: 0, hours: 5.3 },
      { dose: 0, rate: 0.2, hours: 12 },
      { dose: 0, rate: -0.2, hours: 6.7 },
      ...Array.from({ length: 12 }, () => ({ dose: 2.5, rate: 0, hours: 24 })),
    ]) {
      for (const run of [own, exact]) {
        run.give('gut', dose);
        run.addRate('blood', rate);
        run.advance(hours);
      }
      expect(Math.abs(own.concentration() - exact.concentration())).toBeLessThan(0.0002);
    }
    expect(Math.abs(own.exposure() - exact.exposure()) / (14 * 24)).toBeLessThan(0.0002);
  });

  it('the same whether advanced at once or by the hour, to what steps allow', () => {
    const [once, hourly] = [started(typical()), started(typical())];
    for (let day = 0; day < 10; day++) {
      for (const run of [once, hourly]) run.give('gut', 2.5);
      once.advance(24);
      for (let hour = 0; hour < 24; hour++) hourly.advance(1);
    }
    expect(once.concentration()).toBeCloseTo(hourly.concentration(), 4);
    expect(once.exposure() / hourly.exposure()).toBeCloseTo(1, 4);
  });

  it('rises with alleles that slow clearance or heighten sensitivity, and with age', () => {
    const inr = (changes: Parameters<typeof hamberg2007.typical>[1]) => {
      const covariates = { age: 71, cyp2c9Star2: 0, cyp2c9Star3: 0, vkorc1A: 0, ...changes };
      const run = started(hamberg2007.typical(theta, covariates));
      for (let day = 0; day < 14; day++) {
        run.give('gut', 2.5);
        run.advance(24);
      }
      return run.concentration();
    };
    const base = inr({});
    for (const changes of [{ cyp2c9Star2: 1 }, { cyp2c9Star3: 1 }, { vkorc1A: 1 }, { age: 81 }])
      expect(inr(changes)).toBeGreaterThan(base);
    expect(inr({ cyp2c9Star2: 1, cyp2c9Star3: 1 })).toBeGreaterThan(inr({ cyp2c9Star3: 1 }));
    expect(inr({ vkorc1A: 2 })).toBeGreaterThan(inr({ vkorc1A: 1 }));
  });
});
