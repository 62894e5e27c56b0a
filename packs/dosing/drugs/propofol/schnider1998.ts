import type { EffectSiteModel } from '../../anaesthetic.ts';
import { leanBodyMass } from '../../body-size.ts';
import type { Covariates } from '../../covariates.ts';
import { effectSite } from '../../structures/effect-site.ts';

const KINETICS = 'Schnider 1998, final model';
const EFFECT = 'Schnider 1999, abstract';

/**
 * Three compartments; clearance by weight, lean body mass (James) and height, the first peripheral space by age. The residual
 * error was not to be had, so the model is not fitted to levels.
 */
export const schnider1998: EffectSiteModel = {
  id: 'schnider1998',
  title: 'Schnider 1998',
  citation:
    'Schnider TW et al., Anesthesiology 1998;88:1170-1182, doi:10.1097/00000542-199805000-00006; 1999;90:1502-1516, doi:10.1097/00000542-199906000-00003',
  population: 'healthy volunteers',
  subjects: 24,
  ranges: [
    { covariate: 'age', low: 25, high: 81, outside: 'stated' },
    { covariate: 'weight', low: 44, high: 123, outside: 'stated' },
    { covariate: 'height', low: 155, high: 196, outside: 'stated' },
  ],
  exclusions: [
    {
      code: 'lean-mass-turns',
      statement: 'lean body mass by James falls with weight from here on, and clearance rises without bound.',
      holds: leanMassTurns,
    },
  ],
  structure: effectSite(2),
  theta: [
    { name: 'V1', value: 4.27, unit: 'L', meaning: 'central volume', source: KINETICS },
    { name: 'V2', value: 18.9, unit: 'L', meaning: 'first peripheral volume at 53 a', source: KINETICS },
    { name: 'V3', value: 238, unit: 'L', meaning: 'second peripheral volume', source: KINETICS },
    { name: 'Cl1', value: 1.89, unit: 'L/min', meaning: 'clearance at 77 kg, lean 59 kg, 177 cm', source: KINETICS },
    { name: 'Cl2', value: 1.29, unit: 'L/min', meaning: 'clearance of exchange at 53 a', source: KINETICS },
    { name: 'Cl3', value: 0.836, unit: 'L/min', meaning: 'clearance of slow exchange', source: KINETICS },
    { name: 'ageOnV2', value: -0.391, unit: 'L/a', meaning: 'per year above 53', source: KINETICS },
    { name: 'ageOnCl2', value: -0.024, unit: 'L/min/a', meaning: 'per year above 53', source: KINETICS },
    { name: 'weightOnCl1', value: 0.0456, unit: 'L/min/kg', meaning: 'per kg above 77', source: KINETICS },
    { name: 'leanOnCl1', value: -0.0681, unit: 'L/min/kg', meaning: 'per kg of lean mass above 59', source: KINETICS },
    { name: 'heightOnCl1', value: 0.0264, unit: 'L/min/cm', meaning: 'per cm above 177', source: KINETICS },
    { name: 'ke0', value: 0.456, unit: '/min', meaning: 'rate of the site of effect', source: EFFECT },
  ],
  needs: ['age', 'weight', 'height', 'female'],
  typical(t, { age, weight, height, female }) {
    const lean = leanBodyMass(weight!, height!, female === 1);
    return {
      CL: 60 * (t.Cl1 + t.weightOnCl1 * (weight! - 77) + t.leanOnCl1 * (lean - 59) + t.heightOnCl1 * (height! - 177)),
      VC: t.V1,
      Q: 60 * (t.Cl2 + t.ageOnCl2 * (age! - 53)),
      VP: t.V2 + t.ageOnV2 * (age! - 53),
      Q2: 60 * t.Cl3,
      VP2: t.V3,
      KE0: 60 * t.ke0,
    };
  },
};

/** Whether a patient is heavier than where James's lean body mass is greatest: 1.1/256 or 1.07/296 kg for each cm². */
export function leanMassTurns({ weight, height, female }: Covariates): boolean {
  if (weight === undefined || height === undefined || female === undefined) return false;
  return weight > (female === 1 ? 1.07 / 296 : 1.1 / 256) * height ** 2;
}
