import type { DrugModel } from '../../drug.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 2';

/** Two compartments; clearance linear in creatinine clearance (Cockcroft and Gault), central volume by weight. */
export const kim2016: DrugModel = {
  id: 'kim2016',
  title: 'Kim 2016',
  citation: 'Kim YK et al., Infect Chemother 2016;48:209-215, doi:10.3947/ic.2016.48.3.209',
  population: 'adults in hospital with an acute infection',
  subjects: 33,
  ranges: [
    { covariate: 'age', low: 46, high: 88, outside: 'stated' },
    { covariate: 'weight', low: 36.3, high: 75.4, outside: 'stated' },
    { covariate: 'clcr', low: 14.45, high: 146.01, outside: 'stated' },
  ],
  exclusions: [
    {
      code: 'dialysis',
      statement: 'it was not made in patients on renal replacement.',
      holds: ({ dialysis, continuousReplacement }) => dialysis === 1 || continuousReplacement === 1,
    },
    { code: 'ecmo', statement: 'it was not made in patients on ECMO.', holds: ({ ecmo }) => ecmo === 1 },
    {
      code: 'child',
      statement: 'it was made in adults.',
      holds: ({ age }) => age !== undefined && age < 20,
    },
  ],
  structure: compartments(1, false),
  theta: [
    { name: 'CL', value: 2.9, unit: 'L/h', meaning: 'clearance that is not renal', source: SOURCE },
    { name: 'crclOnCl', value: 4.03, unit: 'L/h', meaning: 'renal clearance at 47 mL/min', source: SOURCE },
    { name: 'VC', value: 19.5, unit: 'L', meaning: 'central volume at 60 kg', source: SOURCE },
    { name: 'Q', value: 2.29, unit: 'L/h', meaning: 'clearance of exchange', source: SOURCE },
    { name: 'VP', value: 3.76, unit: 'L', meaning: 'peripheral volume', source: SOURCE },
  ],
  // Printed as standard deviations.
  omega: { CL: 0.279 ** 2, VC: 0.179 ** 2 },
  sigma: { proportional: 0.399 ** 2 },
  needs: ['weight', 'clcr'],
  typical: (t, { weight, clcr }) => ({
    CL: t.CL + t.crclOnCl * (clcr! / 47),
    VC: t.VC * (weight! / 60),
    Q: t.Q,
    VP: t.VP,
  }),
};
