import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 2';

/** Two compartments, free drug; clearance by creatinine clearance (Cockcroft and Gault), the rest as in Calvert 1989. */
export const zandvliet2008: DrugModel = {
  id: 'zandvliet2008',
  title: 'Zandvliet 2008',
  citation: 'Zandvliet AS et al., Br J Clin Pharmacol 2008;66:485-497, doi:10.1111/j.1365-2125.2008.03230.x',
  population: 'adults with solid tumours, with indisulam',
  subjects: 16,
  ranges: [
    { covariate: 'age', low: 19, high: 81, outside: 'stated' },
    { covariate: 'weight', low: 43, high: 116, outside: 'stated' },
    { covariate: 'creatinine', low: 0.37, high: 1.49, outside: 'stated' },
  ],
  exclusions: [],
  structure: compartments(1, false),
  theta: [
    { name: 'CL', value: 1.5, unit: 'L/h', meaning: 'clearance that is not renal', source: `${SOURCE}, held` },
    { name: 'crclOnCl', value: 0.76, unit: '1', meaning: 'renal clearance over creatinine clearance', source: SOURCE },
    { name: 'VC', value: 15.5, unit: 'L', meaning: 'central volume', source: SOURCE },
    { name: 'Q', value: 3.46, unit: 'L/h', meaning: 'clearance of exchange', source: SOURCE },
    { name: 'VP', value: 9.86, unit: 'L', meaning: 'peripheral volume', source: SOURCE },
  ],
  omega: { CL: variance(0.13), VC: variance(0.54), Q: variance(0.46), VP: variance(0.31) },
  sigma: { proportional: 0.082 ** 2 },
  needs: ['clcr'],
  // mL/min to L/h.
  typical: (t, { clcr }) => ({ CL: t.CL + t.crclOnCl * clcr! * 0.06, VC: t.VC, Q: t.Q, VP: t.VP }),
};
