import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'final model';

/** Two compartments; clearance linear in creatinine clearance by Cockcroft and Gault. */
export const thomson2009: DrugModel = {
  id: 'thomson2009',
  title: 'Thomson 2009',
  citation: 'Thomson AH et al., J Antimicrob Chemother 2009;63:1050-1057, doi:10.1093/jac/dkp085',
  population: 'adults in hospital',
  subjects: 398,
  ranges: [
    { covariate: 'age', low: 16, high: 97, outside: 'stated' },
    { covariate: 'weight', low: 40, high: 159, outside: 'stated' },
    { covariate: 'clcr', low: 12, high: 216, outside: 'stated' },
  ],
  exclusions: [
    {
      code: 'dialysis',
      statement: 'it was not made in patients on dialysis.',
      holds: ({ dialysis }) => dialysis === 1,
    },
  ],
  structure: compartments(1, false),
  theta: [
    { name: 'CL', value: 2.99, unit: 'L/h', meaning: 'clearance at 66 mL/min', source: SOURCE },
    { name: 'VC', value: 0.675, unit: 'L/kg', meaning: 'central volume', source: SOURCE },
    { name: 'VP', value: 0.732, unit: 'L/kg', meaning: 'peripheral volume', source: SOURCE },
    { name: 'Q', value: 2.28, unit: 'L/h', meaning: 'clearance of exchange', source: SOURCE },
    { name: 'crclOnCl', value: 0.0154, unit: 'min/mL', meaning: 'slope on creatinine clearance', source: SOURCE },
  ],
  omega: { CL: variance(0.27), VC: variance(0.15), VP: variance(1.3), Q: variance(0.49) },
  sigma: { proportional: 0.15 ** 2, additive: 1.6 ** 2 },
  needs: ['weight', 'clcr'],
  typical: (t, { clcr, weight }) => ({
    CL: t.CL * (1 + t.crclOnCl * (clcr! - 66)),
    VC: t.VC * weight!,
    Q: t.Q,
    VP: t.VP * weight!,
  }),
};
