import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 4, final model';

/** One compartment; clearance by measured creatinine clearance and a part that falls with age, volume by weight and creatinine. */
export const revilla2010: DrugModel = {
  id: 'revilla2010',
  title: 'Revilla 2010',
  citation: 'Revilla N et al., Br J Clin Pharmacol 2010;70:201-212, doi:10.1111/j.1365-2125.2010.03679.x',
  population: 'adults in intensive care',
  subjects: 191,
  ranges: [
    { covariate: 'age', low: 18, high: 85, outside: 'stated' },
    { covariate: 'weight', low: 45, high: 150, outside: 'stated' },
    { covariate: 'clcr', low: 10, high: 328, outside: 'stated' },
  ],
  exclusions: [
    {
      code: 'dialysis',
      statement: 'it was not made in patients on renal replacement.',
      holds: ({ dialysis, continuousReplacement }) => dialysis === 1 || continuousReplacement === 1,
    },
    {
      code: 'not-critical',
      statement: 'it was made in critically ill patients only.',
      holds: ({ critical }) => critical !== 1,
    },
  ],
  structure: compartments(0, false),
  theta: [
    { name: 'CL', value: 0.67, unit: '1', meaning: 'clearance over creatinine clearance', source: SOURCE },
    { name: 'ageOnCl', value: -0.24, unit: '1', meaning: 'power of age, of the rest in mL/min/kg', source: SOURCE },
    { name: 'VC', value: 0.82, unit: 'L/kg', meaning: 'volume', source: SOURCE },
    { name: 'highCreatinineOnVc', value: 2.49, unit: '1', meaning: 'factor above 1 mg/dL', source: SOURCE },
  ],
  omega: { CL: variance(0.3013), VC: variance(0.2283) },
  sigma: { additive: 4.23 ** 2 },
  needs: ['age', 'weight', 'clcr', 'creatinine'],
  // mL/min to L/h.
  typical: (t, { age, weight, clcr, creatinine }) => ({
    CL: 0.06 * (t.CL * clcr! + weight! * age! ** t.ageOnCl),
    VC: t.VC * weight! * (creatinine! > 1 ? t.highCreatinineOnVc : 1),
  }),
};
