import type { EffectSiteModel } from '../../anaesthetic.ts';
import { leanBodyMass } from '../../body-size.ts';
import { effectSite } from '../../structures/effect-site.ts';
import { leanMassTurns } from '../propofol/schnider1998.ts';

const SOURCE = 'complex model';

/**
 * Three compartments and a site of effect by age and lean body mass (James). Sources disagree on the variability of ke0, and
 * the residual error was not to be had: the model is not fitted to levels.
 */
export const minto1997: EffectSiteModel = {
  id: 'minto1997',
  title: 'Minto 1997',
  citation: 'Minto CF et al., Anesthesiology 1997;86:10-23, doi:10.1097/00000542-199701000-00004',
  population: 'healthy adults',
  subjects: 65,
  ranges: [{ covariate: 'age', low: 20, high: 85, outside: 'stated' }],
  exclusions: [
    {
      code: 'lean-mass-turns',
      statement: 'lean body mass by James falls with weight from here on.',
      holds: leanMassTurns,
    },
  ],
  structure: effectSite(2, 1000),
  theta: [
    { name: 'V1', value: 5.1, unit: 'L', meaning: 'central volume at 40 a, lean 55 kg', source: SOURCE },
    { name: 'V2', value: 9.82, unit: 'L', meaning: 'first peripheral volume, likewise', source: SOURCE },
    { name: 'V3', value: 5.42, unit: 'L', meaning: 'second peripheral volume', source: SOURCE },
    { name: 'Cl1', value: 2.6, unit: 'L/min', meaning: 'clearance at 40 a, lean 55 kg', source: SOURCE },
    { name: 'Cl2', value: 2.05, unit: 'L/min', meaning: 'clearance of exchange at 40 a', source: SOURCE },
    { name: 'Cl3', value: 0.076, unit: 'L/min', meaning: 'clearance of slow exchange at 40 a', source: SOURCE },
    { name: 'ageOnV1', value: -0.0201, unit: 'L/a', meaning: 'per year above 40', source: SOURCE },
    { name: 'ageOnV2', value: -0.0811, unit: 'L/a', meaning: 'per year above 40', source: SOURCE },
    { name: 'ageOnCl1', value: -0.0162, unit: 'L/min/a', meaning: 'per year above 40', source: SOURCE },
    { name: 'ageOnCl2', value: -0.0301, unit: 'L/min/a', meaning: 'per year above 40', source: SOURCE },
    { name: 'ageOnCl3', value: -0.00113, unit: 'L/min/a', meaning: 'per year above 40', source: SOURCE },
    { name: 'leanOnV1', value: 0.072, unit: 'L/kg', meaning: 'per kg of lean mass above 55', source: SOURCE },
    { name: 'leanOnV2', value: 0.108, unit: 'L/kg', meaning: 'per kg of lean mass above 55', source: SOURCE },
    { name: 'leanOnCl1', value: 0.0191, unit: 'L/min/kg', meaning: 'per kg of lean mass above 55', source: SOURCE },
    { name: 'ke0', value: 0.595, unit: '/min', meaning: 'rate of the site of effect at 40 a', source: SOURCE },
    { name: 'ageOnKe0', value: -0.007, unit: '/min/a', meaning: 'per year above 40', source: SOURCE },
  ],
  needs: ['age', 'weight', 'height', 'female'],
  typical(t, { age, weight, height, female }) {
    const years = age! - 40;
    const lean = leanBodyMass(weight!, height!, female === 1) - 55;
    return {
      CL: 60 * (t.Cl1 + t.ageOnCl1 * years + t.leanOnCl1 * lean),
      VC: t.V1 + t.ageOnV1 * years + t.leanOnV1 * lean,
      Q: 60 * (t.Cl2 + t.ageOnCl2 * years),
      VP: t.V2 + t.ageOnV2 * years + t.leanOnV2 * lean,
      Q2: 60 * (t.Cl3 + t.ageOnCl3 * years),
      VP2: t.V3,
      KE0: 60 * (t.ke0 + t.ageOnKe0 * years),
    };
  },
};
