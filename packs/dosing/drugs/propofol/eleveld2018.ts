import type { EffectSitePopulation } from '../../anaesthetic.ts';
import { fatFreeMassOfAnyAge } from '../../body-size.ts';
import type { Covariates } from '../../covariates.ts';
import { effectSite } from '../../structures/effect-site.ts';

const KINETICS = 'supplement, control stream; exponentials of the estimates';
const EFFECT = 'Table 3';
const REFERENCE = { age: 35, weight: 70, height: 170 };
const referenceFatFree = fatFreeMassOfAnyAge(REFERENCE.weight, REFERENCE.height, REFERENCE.age, false);

/** Share reached: x^power over itself and half^power. */
const sigmoid = (x: number, half: number, power: number) => x ** power / (x ** power + half ** power);
/** A birth at term where the record says no other. */
const postmenstrualWeeks = (age: number) => 40 + 52 * age;

/**
 * Three compartments and a site of effect, from newborns to the old; fat-free mass by Al-Sallami. The source's residual error
 * is on the log scale and differs between people; here it is proportional and the same for all.
 */
function eleveld(sample: 'arterial' | 'venous'): EffectSitePopulation {
  const venous = sample === 'venous';
  return {
    id: venous ? 'eleveld2018-venous' : 'eleveld2018',
    title: `Eleveld 2018, ${sample}`,
    citation: 'Eleveld DJ et al., Br J Anaesth 2018;120:942-959, doi:10.1016/j.bja.2018.01.018',
    population: 'volunteers and patients of 30 studies, from preterm newborns to 88 years, lean and obese',
    subjects: 1033,
    ranges: [
      { covariate: 'age', low: 0, high: 88, outside: 'stated' },
      { covariate: 'weight', low: 0.68, high: 160, outside: 'stated' },
    ],
    exclusions: [],
    structure: effectSite(2),
    theta: [
      { name: 'V1', value: 6.2830780766822, unit: 'L', meaning: 'central volume', source: KINETICS },
      { name: 'V2', value: 25.5013145036879, unit: 'L', meaning: 'first peripheral volume', source: KINETICS },
      { name: 'V3', value: 272.8166615043603, unit: 'L', meaning: 'second peripheral volume', source: KINETICS },
      { name: 'CLmale', value: 1.7895836588902, unit: 'L/min', meaning: 'clearance, male', source: KINETICS },
      { name: 'CLfemale', value: 2.1002218877899, unit: 'L/min', meaning: 'clearance, female', source: KINETICS },
      { name: 'Q2', value: 1.7500983738779, unit: 'L/min', meaning: 'clearance of exchange', source: KINETICS },
      { name: 'Q3', value: 1.1085424008536, unit: 'L/min', meaning: 'clearance of slow exchange', source: KINETICS },
      { name: 'CLhalf', value: 42.2760190602615, unit: 'wk', meaning: 'half of clearance is mature', source: KINETICS },
      { name: 'CLpower', value: 9.0548452392807, unit: '1', meaning: 'steepness of it', source: KINETICS },
      { name: 'ageOnV2', value: -0.015633, unit: '/a', meaning: 'per year above 35', source: KINETICS },
      {
        name: 'opioidOnCL',
        value: -0.00285709,
        unit: '/a',
        meaning: 'per year of age, with opioids',
        source: KINETICS,
      },
      { name: 'V1half', value: 33.5531248778544, unit: 'kg', meaning: 'half of the greatest V1', source: KINETICS },
      { name: 'opioidOnV3', value: -0.0138166, unit: '/a', meaning: 'per year of age, with opioids', source: KINETICS },
      { name: 'Q3half', value: 68.2767978846832, unit: 'wk', meaning: 'half of Q3 is mature', source: KINETICS },
      {
        name: 'youngOnQ2',
        value: 1.304268047136,
        unit: '1',
        meaning: 'more Q2 before maturity of Q3',
        source: KINETICS,
      },
      { name: 'venousOnV1', value: 1.4189043652084, unit: '1', meaning: 'more V1, venous, by size', source: KINETICS },
      { name: 'venousOnQ2', value: 0.6805003109141, unit: '1', meaning: 'factor on Q2, venous', source: KINETICS },
      { name: 'ke0', value: 0.146, unit: '/min', meaning: 'rate of the site of effect, arterial', source: EFFECT },
      { name: 'ke0venous', value: 1.24, unit: '/min', meaning: 'rate of the site of effect, venous', source: EFFECT },
    ],
    omega: { VC: 0.61, VP: 0.565, VP2: 0.597, CL: 0.265, Q: 0.346, Q2: 0.209, KE0: 0.702 },
    sigma: { proportional: 0.191307 ** 2 },
    needs: ['age', 'weight', 'height', 'female'],
    typical(t, { age, weight, height, female, opioid = 0, postmenstrualAge }) {
      const years = age!;
      const size = weight! / REFERENCE.weight;
      const mature = (weeks: number) => sigmoid(weeks, t.CLhalf, t.CLpower);
      const q3Mature = (atAge: number) => sigmoid(postmenstrualWeeks(atAge), t.Q3half, 1);
      const central = sigmoid(weight!, t.V1half, 1);
      const CL = female === 1 ? t.CLfemale : t.CLmale;
      return {
        CL:
          60 *
          CL *
          size ** 0.75 *
          (mature(postmenstrualAge ?? postmenstrualWeeks(years)) / mature(postmenstrualWeeks(REFERENCE.age))) *
          (opioid ? Math.exp(t.opioidOnCL * years) : 1),
        VC: t.V1 * (central / sigmoid(REFERENCE.weight, t.V1half, 1)) * (venous ? 1 + t.venousOnV1 * (1 - central) : 1),
        // By their volumes in `derived`.
        Q: 60 * t.Q2 * (1 + t.youngOnQ2 * (1 - q3Mature(years))) * (venous ? t.venousOnQ2 : 1) * t.V2 ** -0.75,
        VP: t.V2 * size * Math.exp(t.ageOnV2 * (years - REFERENCE.age)),
        Q2: 60 * t.Q3 * (q3Mature(years) / q3Mature(REFERENCE.age)) * t.V3 ** -0.75,
        VP2:
          t.V3 *
          (fatFreeMassOfAnyAge(weight!, height!, years, female === 1) / referenceFatFree) *
          (opioid ? Math.exp(t.opioidOnV3 * years) : 1),
        KE0: 60 * (venous ? t.ke0venous : t.ke0) * size ** -0.25,
      };
    },
    // Exchange goes with the individual's own volumes.
    derived: (values) => ({
      ...values,
      Q: values.Q * values.VP ** 0.75,
      Q2: values.Q2 * values.VP2 ** 0.75,
    }),
  };
}

export const eleveld2018 = eleveld('arterial');
export const eleveld2018Venous = eleveld('venous');

const CE50 = 3.08;
const AGE_ON_CE50 = -0.00635;
const BASELINE = 93;
const SLOPE_BELOW = 1.89;
const SLOPE_ABOVE = 1.47;

/** Variance on the log scale between people of the concentration of half the effect, and SD of the index (Table 3). */
export const CE50_VARIANCE = 0.242;
export const INDEX_SD = 8.03;

/** Concentration at the site of half the effect on the bispectral index, ug/mL. */
export function halfEffect({ age }: Covariates): number {
  return CE50 * Math.exp(AGE_ON_CE50 * (age! - REFERENCE.age));
}

/** Bispectral index from the concentration at the site of effect; the index's own delay is left out. */
export function bispectralIndex(effect: number, half: number): number {
  const ratio = (effect / half) ** (effect > half ? SLOPE_ABOVE : SLOPE_BELOW);
  return BASELINE / (1 + ratio);
}

/** Concentration at the site of effect, ug/mL, at which the index is what is asked for: between 0 and 93. */
export function effectFor(index: number, half: number): number {
  const ratio = BASELINE / index - 1;
  return half * ratio ** (1 / (ratio > 1 ? SLOPE_ABOVE : SLOPE_BELOW));
}
