import type { DrugModel } from '../../drug.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 2';

/** Two compartments; clearance linear in creatinine clearance (Cockcroft and Gault). */
export const ishihara2020: DrugModel = {
  id: 'ishihara2020',
  title: 'Ishihara 2020',
  citation: 'Ishihara N et al., Antibiotics 2020;9:113, doi:10.3390/antibiotics9030113',
  population: 'patients of at least 75 years with pneumonia',
  subjects: 18,
  ranges: [
    { covariate: 'age', low: 75, high: 101, outside: 'refused' },
    { covariate: 'weight', low: 32, high: 68.7, outside: 'stated' },
    { covariate: 'clcr', low: 21.5, high: 59.1, outside: 'stated' },
  ],
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
    { name: 'CL', value: 4.58, unit: 'L/h', meaning: 'clearance at 37.4 mL/min', source: SOURCE },
    { name: 'crclOnCl', value: 0.061, unit: 'L.min/(h.mL)', meaning: 'slope on creatinine clearance', source: SOURCE },
    { name: 'VC', value: 5.39, unit: 'L', meaning: 'central volume', source: SOURCE },
    { name: 'Q', value: 20.7, unit: 'L/h', meaning: 'clearance of exchange', source: SOURCE },
    { name: 'VP', value: 6.96, unit: 'L', meaning: 'peripheral volume', source: SOURCE },
  ],
  // Printed as variances, as are those of the error.
  omega: { CL: 0.0705, VC: 0.389, Q: 0.311 },
  sigma: { proportional: 0.000927, additive: 25.1 },
  needs: ['clcr'],
  typical: (t, { clcr }) => ({ CL: t.CL + t.crclOnCl * (clcr! - 37.4), VC: t.VC, Q: t.Q, VP: t.VP }),
};
