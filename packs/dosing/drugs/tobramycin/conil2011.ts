import type { DrugModel } from '../../drug.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 2, final model (n = 49)';

/** Two compartments; clearance linear in creatinine clearance (Cockcroft and Gault) and height. */
export const conil2011: DrugModel = {
  id: 'conil2011',
  title: 'Conil 2011',
  citation: 'Conil JM et al., Br J Clin Pharmacol 2011;71:61-71, doi:10.1111/j.1365-2125.2010.03793.x',
  population: 'ventilated adults in intensive care, once-daily doses',
  subjects: 49,
  ranges: [{ covariate: 'age', low: 15, high: 100, outside: 'refused' }],
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
  ],
  structure: compartments(1, false),
  theta: [
    { name: 'CL', value: 3.83, unit: 'L/h', meaning: 'clearance at 94 mL/min and 172 cm', source: SOURCE },
    { name: 'crclOnCl', value: 0.02, unit: 'L.min/(h.mL)', meaning: 'slope on creatinine clearance', source: SOURCE },
    { name: 'heightOnCl', value: 0.052, unit: 'L/(h.cm)', meaning: 'slope on height', source: SOURCE },
    { name: 'VC', value: 25.5, unit: 'L', meaning: 'central volume', source: SOURCE },
    { name: 'Q', value: 4.74, unit: 'L/h', meaning: 'clearance of exchange', source: SOURCE },
    { name: 'VP', value: 30.6, unit: 'L', meaning: 'peripheral volume', source: SOURCE },
  ],
  // Printed as variances.
  omega: { CL: 0.095, VC: 0.045 },
  sigma: { proportional: 0.055 },
  needs: ['clcr', 'height'],
  typical: (t, { clcr, height }) => ({
    CL: t.CL + t.crclOnCl * (clcr! - 94) + t.heightOnCl * (height! - 172),
    VC: t.VC,
    Q: t.Q,
    VP: t.VP,
  }),
};
