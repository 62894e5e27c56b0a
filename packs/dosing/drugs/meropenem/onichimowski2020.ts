import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 2, final model';

/** Two compartments on continuous renal replacement; central volume by albumin. */
export const onichimowski2020: DrugModel = {
  id: 'onichimowski2020',
  title: 'Onichimowski 2020',
  citation: 'Onichimowski D et al., Pharmacol Rep 2020;72:719-729, doi:10.1007/s43440-020-00104-3',
  population: 'critically ill adults on continuous renal replacement',
  subjects: 19,
  ranges: [
    { covariate: 'age', low: 36, high: 79, outside: 'stated' },
    { covariate: 'weight', low: 60, high: 100, outside: 'stated' },
    // A power of −2.87 is not to be drawn out.
    { covariate: 'albumin', low: 15.6, high: 31.8, outside: 'refused' },
  ],
  exclusions: [
    {
      code: 'no-replacement',
      statement: 'it was made in patients on continuous renal replacement only.',
      holds: ({ continuousReplacement }) => continuousReplacement !== 1,
    },
    { code: 'ecmo', statement: 'it was not made in patients on ECMO.', holds: ({ ecmo }) => ecmo === 1 },
  ],
  structure: compartments(1, false),
  theta: [
    { name: 'CL', value: 15.1, unit: 'L/h', meaning: 'clearance', source: SOURCE },
    { name: 'VC', value: 27.9, unit: 'L', meaning: 'central volume at 24.6 g/L', source: SOURCE },
    { name: 'albuminOnVc', value: -2.87, unit: '1', meaning: 'power of albumin', source: SOURCE },
    { name: 'Q', value: 21.1, unit: 'L/h', meaning: 'clearance of exchange', source: SOURCE },
    { name: 'VP', value: 33.7, unit: 'L', meaning: 'peripheral volume', source: SOURCE },
  ],
  omega: { CL: variance(0.437), VC: variance(0.531), VP: variance(0.856) },
  sigma: { proportional: 0.241 ** 2, additive: 0.881 ** 2 },
  needs: ['albumin'],
  typical: (t, { albumin }) => ({ CL: t.CL, VC: t.VC * (albumin! / 24.6) ** t.albuminOnVc, Q: t.Q, VP: t.VP }),
};
