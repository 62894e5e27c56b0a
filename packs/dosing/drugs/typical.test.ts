import { describe, expect, it } from 'vitest';
import type { Covariates } from '../covariates.ts';
import type { DrugModel, StructuralValues } from '../drug.ts';
import { delattre2010 } from './amikacin/delattre2010.ts';
import { jin2020 } from './amikacin/jin2020.ts';
import { steffens2025 } from './amikacin/steffens2025.ts';
import { choe2012 } from './busulfan/choe2012.ts';
import { xu2023 } from './busulfan/xu2023.ts';
import { ekhart2009 } from './carboplatin/ekhart2009.ts';
import { carboplatin } from './carboplatin/index.ts';
import { zandvliet2008 } from './carboplatin/zandvliet2008.ts';
import { hirai2022 } from './digoxin/hirai2022.ts';
import { zhou2010 } from './digoxin/zhou2010.ts';
import { hodiamont2017 } from './gentamicin/hodiamont2017.ts';
import { staatz2006 } from './gentamicin/staatz2006.ts';
import { drugs } from './index.ts';
import { gijsen2022 } from './meropenem/gijsen2022.ts';
import { li2006 } from './meropenem/li2006.ts';
import { onichimowski2020 } from './meropenem/onichimowski2020.ts';
import { gao2021 } from './methotrexate/gao2021.ts';
import { joerger2006 } from './methotrexate/joerger2006.ts';
import { ishihara2020 } from './piperacillin/ishihara2020.ts';
import { kim2016 } from './piperacillin/kim2016.ts';
import { laporteamargos2026 } from './piperacillin/laporteamargos2026.ts';
import { andrews2019, andrews2019start } from './tacrolimus/andrews2019.ts';
import { bergmann2014 } from './tacrolimus/bergmann2014.ts';
import { conil2011 } from './tobramycin/conil2011.ts';
import { vanwart2025 } from './tobramycin/vanwart2025.ts';
import { adane2015 } from './vancomycin/adane2015.ts';
import { colin2019 } from './vancomycin/colin2019.ts';
import { revilla2010 } from './vancomycin/revilla2010.ts';
import { friberg2012, friberg2012adolescents, friberg2012children } from './voriconazole/friberg2012.ts';
import { lin2018 } from './voriconazole/lin2018.ts';

/** Values of a typical person, as the structure takes them. */
function typicalOf(model: DrugModel, covariates: Covariates): StructuralValues {
  const values = model.typical(Object.fromEntries(model.theta.map(({ name, value }) => [name, value])), covariates);
  return model.derived?.(values) ?? values;
}

/** What the sources say of a person with the covariates they refer to, or of one that they tell of. */
const SAID: readonly (readonly [model: DrugModel, covariates: Covariates, said: StructuralValues])[] = [
  // Abstract: a person of 35 years and 70 kg with a creatinine of 0.83 mg/dL.
  [colin2019, { age: 35, weight: 70, creatinine: 0.83 }, { CL: 4.1, VC: 42.9, VP: 41.7, Q: 3.22 }],
  // 2 m² by Du Bois, 125 mL/min per 1.73 m².
  [adane2015, { weight: 100, height: 158.33, clcr: (125 * 2) / 1.73 }, { CL: 6.54, VC: 51 }],
  // The source's equation by hand: 0.67 · 74.7 + 73 · 61.1^−0.24 mL/min.
  [revilla2010, { age: 61.1, weight: 73, clcr: 74.7, creatinine: 0.9 }, { CL: 4.64, VC: 59.86 }],
  [
    staatz2006,
    { age: 62, weight: 72, creatinine: (78 * 72) / (72 * 63), female: 0 },
    { CL: 2.81, VC: 18.07, VP: 11.23, Q: 1.45 },
  ],
  [hodiamont2017, {}, { CL: 2.3, VC: 21.6, VP: 10.2, Q: 1.3 }],
  [conil2011, { clcr: 94, height: 172 }, { CL: 3.83, VC: 25.5, VP: 30.6, Q: 4.74 }],
  // A woman of 90 mL/min.
  [
    vanwart2025,
    { age: 40, weight: 76.235, height: 170, creatinine: 1, female: 1 },
    { CL: 3.26, VC: 10.4, VP: 10.4, Q: 0.518 },
  ],
  [delattre2010, { clcr: 55.5 }, { CL: 2.19, VC: 19.2, VP: 9.38, Q: 4.38 }],
  // 91.1 mL/min per 1.73 m² of a woman of 66 years.
  [jin2020, { age: 66, weight: 51.1, creatinine: 0.6499, female: 1 }, { CL: 3.52, VC: 14.4, VP: 14.2, Q: 0.464 }],
  // Base model of the source: 2.04 L/h, at the median of 79.01 mL/min.
  [steffens2025, { clcr: 79.01 }, { CL: 2.04, VC: 23.18 }],
  [li2006, { age: 35, weight: 70, clcr: 83 }, { CL: 14.6, VC: 10.8, VP: 12.6, Q: 18.6 }],
  [gijsen2022, { clcr: 111.7 }, { CL: 13.7, VC: 25.5, VP: 12.4, Q: 8.13 }],
  [onichimowski2020, { albumin: 24.6 }, { CL: 15.1, VC: 27.9, VP: 33.7, Q: 21.1 }],
  [kim2016, { clcr: 47, weight: 60 }, { CL: 6.93, VC: 19.5, VP: 3.76, Q: 2.29 }],
  [ishihara2020, { clcr: 37.4 }, { CL: 4.58, VC: 5.39, VP: 6.96, Q: 20.7 }],
  [laporteamargos2026, { clcr: 99.3 }, { CL: 12, VC: 29.8 }],
  [zandvliet2008, { clcr: 100 }, { CL: 6.06, VC: 15.5, Q: 3.46, VP: 9.86 }],
  [ekhart2009, {}, { CL: 8.38, VC: 15.4, Q: 2.079, VP: 9.67 }],
  // A man of 65 kg.
  [choe2012, { weight: 65, female: 0 }, { CL: 7.63, VC: 32.2 }],
  // 1.69 m².
  [xu2023, { weight: 60.7, height: 169.4 }, { CL: 8.24, VC: 29.7 }],
  // A man of 1.93 m² and of 58.94 kg lean mass, with CYP3A5*1.
  [
    andrews2019,
    {
      age: 55.72,
      weight: 75,
      height: 178.79,
      female: 0,
      cyp3a5Expresser: 1,
      albumin: 42,
      creatinine: 134.98 / 88.42,
      haematocrit: 34,
    },
    { CL: 23 * 1.631, VC: 692 * (59.976 / 58.94) ** 1.52, VP: 5340, Q: 11.6, KA: 3.58, ALAG: 0.38, F: 1 },
  ],
  [
    andrews2019start,
    { age: 55.72, weight: 75, height: 178.79, cyp3a5Expresser: 0 },
    { CL: 22.5, VC: 685, VP: 6590, Q: 10.6, KA: 3.7, ALAG: 0.39 },
  ],
  [
    bergmann2014,
    { weight: 70, cyp3a5Expresser: 1, haematocrit: 33, daysSinceTransplant: 22.7 },
    { CL: 40.8, VC: 113, VP: 1060, Q: 67.9, KA: 0.35, ALAG: 0.44 },
  ],
  // Results: a share of 0.818 lost, all of it with a poor or intermediate CYP2C19; 0.642 absorbed.
  [
    friberg2012,
    { age: 34, weight: 70, cyp2c19Activity: 2 },
    { CL: 6.16, VMAX: 114, KM: 1.15, VINH: 0.818, T50: 2.41, VC: 79, VP: 103, Q: 15.5, KA: 100, ALAG: 0.949, F: 0.642 },
  ],
  [friberg2012, { age: 34, weight: 70, cyp2c19Activity: 1 }, { VINH: 1 }],
  [friberg2012adolescents, { age: 13, weight: 70 }, { VINH: 0.818, KA: 0.458, ALAG: 0.12, Q: 15.5 * 1.637 }],
  [friberg2012children, { age: 5, weight: 70 }, { VINH: 0.752, KA: 1.19, ALAG: 0.12, Q: 15.5 * 1.637 }],
  // Clearance by phenotype as the source’s discussion has it.
  [lin2018, { weight: 56.1, cyp2c19Activity: 2, daysSinceTransplant: 10 }, { CL: 6.41, VC: 169.27, F: 0.58 }],
  [lin2018, { weight: 56.1, cyp2c19Activity: 1, daysSinceTransplant: 90 }, { CL: 4.52, F: 0.892 }],
  [lin2018, { weight: 56.1, cyp2c19Activity: 0, daysSinceTransplant: 400 }, { CL: 2.88, F: 1.026 }],
  // Abstract: 27 % less with benzimidazoles, 16 % less after anti-inflammatory drugs.
  [joerger2006, { clcr: 87 }, { CL: 8.85, VC: 23, VP: 185, VP2: 5.34, Q: 0.444, Q2: 0.716 }],
  [joerger2006, { clcr: 87, protonPumpInhibitor: 1 }, { CL: 8.85 * (1 - 0.277) }],
  [joerger2006, { clcr: 87, nsaid: 1 }, { CL: 8.85 * (1 - 0.165) }],
  [joerger2006, { clcr: 200 }, { CL: 8.85 + 0.0423 * 53 }],
  // Abstract: 6.9 L/h and 20.7 L of a child of 19 kg; 0.97 % less for 1 µmol/L.
  [gao2021, { age: 5, weight: 19, creatinine: 26 / 88.42 }, { CL: 6.9, VC: 20.7, VP: 41, VP2: 3.17 }],
  [gao2021, { age: 5, weight: 19, creatinine: 36 / 88.42 }, { CL: 6.9 * (1 - 0.097) }],
  [hirai2022, { weight: 57, clcr: 60, amiodarone: 1 }, { CL: 4.731, VC: 342, KA: 1 }],
  [zhou2010, { weight: 62.9, creatinine: 126.8 / 88.42, spironolactone: 1 }, { CL: 3.469, VC: 550, KA: 1.63 }],
];

describe('a typical person has the values that the source prints', () => {
  it.each(SAID.map(([model, covariates, said]) => [model.title, model, covariates, said] as const))(
    '%s',
    (_, model, covariates, said) => {
      const found = typicalOf(model, covariates);
      expect(Object.keys(found).sort()).toEqual([...model.structure.names].sort());
      for (const [name, value] of Object.entries(said)) expect(found[name] / value, name).toBeCloseTo(1, 2);
    },
  );
});

describe('published examples', () => {
  it('carboplatin: no dose beyond that of Calvert’s formula at 125 mL/min, 6 mg/mL·min being the most', () => {
    expect(carboplatin.limits.single).toBe(6 * (125 + 25));
    expect((6 / 60) * 1000).toBeCloseTo(carboplatin.targets[0].high!, 6);
  });
  it('tacrolimus: 5.0 mg twice a day brings 222 µg·h/L to the reference patient', () => {
    const { CL } = typicalOf(andrews2019start, { age: 55.72, weight: 75, height: 178.79, cyp3a5Expresser: 0 });
    expect(5000 / CL).toBeCloseTo(222, 0);
  });
});

describe('every drug', () => {
  it.each(drugs.map((drug) => [drug.id, drug] as const))('%s: targets, limits and doses fit each other', (_, drug) => {
    const { limits, regimens, targets } = drug;
    expect(new Set(targets.map(({ id }) => id)).size).toBe(targets.length);
    expect(targets[0].bound).toBeUndefined();
    for (const { low, high = low } of targets) expect(low).toBeLessThanOrEqual(high);
    expect(limits.daily).toBeGreaterThanOrEqual(limits.single);
    expect(regimens.step).toBeLessThanOrEqual(limits.single);
    if (targets.some(({ quantity }) => quantity === 'auc24'))
      for (const interval of regimens.intervalsHours) expect(48 % interval).toBe(0);
    expect(regimens.infusionHours.toSorted((a, b) => a - b)).toEqual(regimens.infusionHours);
  });
});
