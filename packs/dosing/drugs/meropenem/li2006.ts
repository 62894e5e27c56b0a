import type { DrugModel } from '../../drug.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'final model, DDMODEL00000213';

/** Two compartments; clearance by creatinine clearance and age, central volume by weight. */
export const li2006: DrugModel = {
  id: 'li2006',
  title: 'Li 2006',
  citation: 'Li C et al., J Clin Pharmacol 2006;46:1171-1178, doi:10.1177/0091270006291035',
  population: 'adults with an infection',
  subjects: 79,
  ranges: [{ covariate: 'age', low: 18, high: 100, outside: 'refused' }],
  exclusions: [
    {
      code: 'dialysis',
      statement: 'it was not made in patients on renal replacement.',
      holds: ({ dialysis, continuousReplacement }) => dialysis === 1 || continuousReplacement === 1,
    },
    { code: 'ecmo', statement: 'it was not made in patients on ECMO.', holds: ({ ecmo }) => ecmo === 1 },
  ],
  structure: compartments(1, false),
  theta: [
    { name: 'CL', value: 14.6, unit: 'L/h', meaning: 'clearance at 83 mL/min and 35 years', source: SOURCE },
    { name: 'crclOnCl', value: 0.62, unit: '1', meaning: 'power of creatinine clearance', source: SOURCE },
    { name: 'ageOnCl', value: -0.34, unit: '1', meaning: 'power of age', source: SOURCE },
    { name: 'VC', value: 10.8, unit: 'L', meaning: 'central volume at 70 kg', source: SOURCE },
    { name: 'weightOnVc', value: 0.99, unit: '1', meaning: 'power of weight', source: SOURCE },
    { name: 'Q', value: 18.6, unit: 'L/h', meaning: 'clearance of exchange', source: SOURCE },
    { name: 'VP', value: 12.6, unit: 'L', meaning: 'peripheral volume', source: SOURCE },
  ],
  // Printed as variances.
  omega: { CL: 0.118, VC: 0.143, Q: 0.29, VP: 0.102 },
  sigma: { proportional: 0.19 ** 2, additive: 0.47 ** 2 },
  needs: ['age', 'weight', 'clcr'],
  typical: (t, { age, weight, clcr }) => ({
    CL: t.CL * (clcr! / 83) ** t.crclOnCl * (age! / 35) ** t.ageOnCl,
    VC: t.VC * (weight! / 70) ** t.weightOnVc,
    Q: t.Q,
    VP: t.VP,
  }),
};
