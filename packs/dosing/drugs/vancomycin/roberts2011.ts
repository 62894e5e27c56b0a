import { mosteller } from '../../body-size.ts';
import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 2, final covariate model';

/** One compartment under continuous infusion; clearance by urinary creatinine clearance per 1.73 m², volume by weight. */
export const roberts2011: DrugModel = {
  id: 'roberts2011',
  title: 'Roberts 2011',
  citation: 'Roberts JA et al., Antimicrob Agents Chemother 2011;55:2704-2709, doi:10.1128/AAC.01708-10',
  population: 'septic, critically ill adults on continuous infusion',
  subjects: 206,
  ranges: [{ covariate: 'age', low: 18, high: 100, outside: 'stated' }],
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
    { name: 'CL', value: 4.58, unit: 'L/h', meaning: 'clearance at 100 mL/min per 1.73 m²', source: SOURCE },
    { name: 'VC', value: 1.53, unit: 'L/kg', meaning: 'volume', source: SOURCE },
  ],
  omega: { CL: variance(0.389), VC: variance(0.374) },
  sigma: { proportional: 0.199 ** 2, additive: 2.4 ** 2 },
  needs: ['weight', 'clcr', 'height'],
  // The record's clearance is absolute; the source's is of 1.73 m².
  typical: (t, { clcr, weight, height }) => ({
    CL: (t.CL * ((clcr! * 1.73) / mosteller(weight!, height!))) / 100,
    VC: t.VC * weight!,
  }),
};
