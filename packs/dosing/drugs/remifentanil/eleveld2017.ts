import type { EffectSitePopulation } from '../../anaesthetic.ts';
import { fatFreeMassOfAnyAge } from '../../body-size.ts';
import { effectSite } from '../../structures/effect-site.ts';

const KINETICS = 'supplement, control stream';
const EFFECT = 'abstract and final model';
const REFERENCE = { age: 35, weight: 70, height: 170 };
const referenceFatFree = fatFreeMassOfAnyAge(REFERENCE.weight, REFERENCE.height, REFERENCE.age, false);
const sigmoid = (x: number, half: number, power: number) => x ** power / (x ** power + half ** power);

/**
 * Three compartments and a site of effect, by fat-free mass (Al-Sallami), age and sex. Of the residual errors, which the
 * source has by study and on the log scale, that of its patients under anaesthesia (Mertens) is taken.
 */
export const eleveld2017: EffectSitePopulation = {
  id: 'eleveld2017',
  title: 'Eleveld 2017',
  citation: 'Eleveld DJ et al., Anesthesiology 2017;126:1005-1018, doi:10.1097/ALN.0000000000001634',
  population: 'volunteers and patients of three studies, from newborns to 85 years',
  subjects: 131,
  ranges: [
    { covariate: 'age', low: 5 / 365.25, high: 85, outside: 'stated' },
    { covariate: 'weight', low: 2.5, high: 106, outside: 'stated' },
    { covariate: 'height', low: 49, high: 193, outside: 'stated' },
  ],
  exclusions: [],
  structure: effectSite(2, 1000),
  theta: [
    { name: 'logV1', value: 1.75911, unit: 'log L', meaning: 'central volume, 5.81 L', source: KINETICS },
    { name: 'logV2', value: 2.17717, unit: 'log L', meaning: 'first peripheral volume, 8.82 L', source: KINETICS },
    { name: 'logV3', value: 1.61445, unit: 'log L', meaning: 'second peripheral volume, 5.03 L', source: KINETICS },
    { name: 'logCL', value: 0.946257, unit: 'log L/min', meaning: 'clearance, 2.58 L/min', source: KINETICS },
    { name: 'logQ2', value: 0.540315, unit: 'log L/min', meaning: 'exchange, 1.72 L/min', source: KINETICS },
    { name: 'logQ3', value: -2.08388, unit: 'log L/min', meaning: 'slow exchange, 0.124 L/min', source: KINETICS },
    {
      name: 'CLhalf',
      value: 2.87898,
      unit: 'kg',
      meaning: 'weight at which half of clearance is mature',
      source: KINETICS,
    },
    { name: 'ageOnV1', value: -0.00554481, unit: '/a', meaning: 'of V1, Q2, Q3 per year above 35', source: KINETICS },
    { name: 'ageOnV2', value: -0.00326985, unit: '/a', meaning: 'of V2 and CL per year above 35', source: KINETICS },
    { name: 'ageOnV3', value: -0.0315135, unit: '/a', meaning: 'per year above 35', source: KINETICS },
    { name: 'female', value: 0.470405, unit: '1', meaning: 'more CL, Q2, V2 from 12 to 45 years', source: KINETICS },
    { name: 'weightOnV3', value: -0.0260496, unit: '/kg', meaning: 'per kg above 70', source: KINETICS },
    { name: 'ke0', value: 1.09, unit: '/min', meaning: 'rate of the site of effect', source: EFFECT },
    { name: 'ageOnKe0', value: -0.0289, unit: '/a', meaning: 'per year above 35', source: EFFECT },
  ],
  omega: { VC: 0.104, VP: 0.115, VP2: 0.81, CL: 0.0197, Q: 0.0547, Q2: 0.285, KE0: 0.947 },
  sigma: { proportional: 0.240246 ** 2 },
  needs: ['age', 'weight', 'height', 'female'],
  typical(t, { age, weight, height, female }) {
    const size = fatFreeMassOfAnyAge(weight!, height!, age!, female === 1) / referenceFatFree;
    const ageing = (rate: number) => Math.exp(rate * (age! - REFERENCE.age));
    const mature = (kilograms: number) => sigmoid(kilograms, t.CLhalf, 2);
    const sex = female === 1 ? 1 + t.female * sigmoid(age!, 12, 6) * (1 - sigmoid(age!, 45, 6)) : 1;
    return {
      CL:
        60 * Math.exp(t.logCL) * size ** 0.75 * (mature(weight!) / mature(REFERENCE.weight)) * sex * ageing(t.ageOnV2),
      VC: Math.exp(t.logV1) * size * ageing(t.ageOnV1),
      // By their volumes in `derived`.
      Q: 60 * Math.exp(t.logQ2 - 0.75 * t.logV2) * ageing(t.ageOnV1) * sex,
      VP: Math.exp(t.logV2) * size * ageing(t.ageOnV2) * sex,
      Q2: 60 * Math.exp(t.logQ3 - 0.75 * t.logV3) * ageing(t.ageOnV1),
      VP2: Math.exp(t.logV3) * size * ageing(t.ageOnV3) * Math.exp(t.weightOnV3 * (weight! - REFERENCE.weight)),
      KE0: 60 * t.ke0 * ageing(t.ageOnKe0),
    };
  },
  // Exchange goes with the individual's own volumes.
  derived: (values) => ({
    ...values,
    Q: values.Q * values.VP ** 0.75,
    Q2: values.Q2 * values.VP2 ** 0.75,
  }),
};
