import type { DrugModel } from '../../drug.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 2; control stream of file S2';

/** Two compartments; clearance by creatinine clearance (Cockcroft and Gault). */
export const gijsen2022: DrugModel = {
  id: 'gijsen2022',
  title: 'Gijsen 2022',
  citation: 'Gijsen M et al., Infect Drug Resist 2022;15:53-62, doi:10.2147/IDR.S343264',
  population: 'septic adults in intensive care with preserved or raised renal function',
  subjects: 58,
  ranges: [
    { covariate: 'age', low: 18, high: 100, outside: 'refused' },
    { covariate: 'clcr', low: 70, high: 300, outside: 'refused' },
  ],
  exclusions: [
    {
      code: 'not-critical',
      statement: 'it was made in critically ill patients only.',
      holds: ({ critical }) => critical !== 1,
    },
    {
      code: 'dialysis',
      statement: 'it was not made in patients on renal replacement.',
      holds: ({ dialysis, continuousReplacement }) => dialysis === 1 || continuousReplacement === 1,
    },
    { code: 'ecmo', statement: 'it was not made in patients on ECMO.', holds: ({ ecmo }) => ecmo === 1 },
  ],
  structure: compartments(1, false),
  theta: [
    { name: 'CL', value: 13.7, unit: 'L/h', meaning: 'clearance at 111.7 mL/min', source: SOURCE },
    { name: 'crclOnCl', value: 0.637, unit: '1', meaning: 'power of creatinine clearance', source: SOURCE },
    { name: 'VC', value: 25.5, unit: 'L', meaning: 'central volume', source: SOURCE },
    { name: 'Q', value: 8.13, unit: 'L/h', meaning: 'clearance of exchange', source: SOURCE },
    { name: 'VP', value: 12.4, unit: 'L', meaning: 'peripheral volume', source: SOURCE },
  ],
  // Variances and covariance as the control stream has them.
  omega: {
    names: ['CL', 'VC', 'VP'],
    matrix: [
      [0.288, 0.185, 0],
      [0.185, 0.281, 0],
      [0, 0, 0.441],
    ],
  },
  sigma: { proportional: 0.147, additive: 0.0925 },
  needs: ['clcr'],
  typical: (t, { clcr }) => ({ CL: t.CL * (clcr! / 111.7) ** t.crclOnCl, VC: t.VC, Q: t.Q, VP: t.VP }),
};
