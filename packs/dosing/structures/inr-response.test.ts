import { describe, expect, it } from 'vitest';
import type { StructuralValues } from '../drug.ts';
import { hamberg2007 } from '../drugs/warfarin/hamberg2007.ts';
import { compartments } from './compartments.ts';
import { inrResponse } from './inr-response.ts';

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
      expect(run.state()[1] / values.VC / plain.concentration()).toBeCloseTo(1, 3);
    }
  });

  it('the same whether advanced at once or by the hour, to what steps allow', () => {
    const [once, hourly] = [started(typical()), started(typical())];
    for (let day = 0; day < 10; day++) {
      for (const run of [once, hourly]) run.give('gut', 2.5);
      once.advance(24);
      for (let hour = 0; hour < 24; hour++) hourly.advance(1);
    }
    expect(once.concentration()).toBeCloseTo(hourly.concentration(), 6);
    expect(once.exposure() / hourly.exposure()).toBeCloseTo(1, 5);
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
