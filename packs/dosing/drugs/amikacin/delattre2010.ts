import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 2, final model';

/** Two compartments; clearance linear in creatinine clearance (Cockcroft and Gault). */
export const delattre2010: DrugModel = {
  id: 'delattre2010',
  title: 'Delattre 2010',
  citation: 'Delattre IK et al., Ther Drug Monit 2010;32:749-756, doi:10.1097/FTD.0b013e3181f675c2',
  population: 'adults with severe sepsis or septic shock, first day of treatment',
  subjects: 88,
  ranges: [
    { covariate: 'age', low: 22, high: 89, outside: 'stated' },
    { covariate: 'weight', low: 38, high: 125, outside: 'stated' },
    { covariate: 'clcr', low: 12.3, high: 408.3, outside: 'stated' },
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
  ],
  structure: compartments(1, false),
  theta: [
    { name: 'CL', value: 0.77, unit: 'L/h', meaning: 'clearance that is not renal', source: SOURCE },
    { name: 'crclOnCl', value: 1.42, unit: 'L/h', meaning: 'renal clearance at 55.5 mL/min', source: SOURCE },
    { name: 'VC', value: 19.2, unit: 'L', meaning: 'central volume', source: SOURCE },
    { name: 'VP', value: 9.38, unit: 'L', meaning: 'peripheral volume', source: SOURCE },
    { name: 'Q', value: 4.38, unit: 'L/h', meaning: 'clearance of exchange', source: SOURCE },
  ],
  omega: { CL: variance(0.592), VC: variance(0.391), VP: variance(0.436), Q: variance(0.167) },
  sigma: { proportional: 0.268 ** 2, additive: 1.03 ** 2 },
  needs: ['clcr'],
  typical: (t, { clcr }) => ({ CL: t.CL + t.crclOnCl * (clcr! / 55.5), VC: t.VC, Q: t.Q, VP: t.VP }),
};
