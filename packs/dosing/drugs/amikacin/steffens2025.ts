import type { DrugModel } from '../../drug.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 2';

/** One compartment; clearance rises exponentially with creatinine clearance (Cockcroft and Gault). */
export const steffens2025: DrugModel = {
  id: 'steffens2025',
  title: 'Steffens 2025',
  citation: 'Steffens NA et al., Antibiotics 2025;14:531, doi:10.3390/antibiotics14060531',
  population: 'patients in hospital, critically ill or not',
  subjects: 39,
  ranges: [
    { covariate: 'age', low: 4, high: 75, outside: 'stated' },
    { covariate: 'weight', low: 15.6, high: 143.8, outside: 'stated' },
    { covariate: 'clcr', low: 12.97, high: 517.97, outside: 'stated' },
  ],
  exclusions: [
    {
      code: 'dialysis',
      statement: 'it says nothing of what dialysis removes.',
      holds: ({ dialysis, continuousReplacement }) => dialysis === 1 || continuousReplacement === 1,
    },
  ],
  structure: compartments(0, false),
  theta: [
    { name: 'CL', value: 1.49, unit: 'L/h', meaning: 'clearance at 0 mL/min', source: SOURCE },
    { name: 'crclOnCl', value: 0.004, unit: 'min/mL', meaning: 'exponential slope', source: SOURCE },
    { name: 'VC', value: 23.18, unit: 'L', meaning: 'volume', source: SOURCE },
  ],
  // Printed as standard deviations.
  omega: { CL: 0.67 ** 2, VC: 0.47 ** 2 },
  sigma: { proportional: 0.38 ** 2 },
  needs: ['clcr'],
  typical: (t, { clcr }) => ({ CL: t.CL * Math.exp(t.crclOnCl * clcr!), VC: t.VC }),
};
