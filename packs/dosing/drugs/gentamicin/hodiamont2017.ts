import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 2, final model';
const [CL, VC] = [variance(0.75), variance(0.27)];
const covariance = 0.21 * Math.sqrt(CL * VC);

/** Two compartments without covariates; clearance and central volume vary from dose to dose as well. */
export const hodiamont2017: DrugModel = {
  id: 'hodiamont2017',
  title: 'Hodiamont 2017',
  citation: 'Hodiamont CJ et al., Ther Drug Monit 2017;39:522-530, doi:10.1097/FTD.0000000000000432',
  population: 'adults in intensive care',
  subjects: 59,
  ranges: [{ covariate: 'age', low: 18, high: 100, outside: 'refused' }],
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
    { name: 'CL', value: 2.3, unit: 'L/h', meaning: 'clearance', source: SOURCE },
    { name: 'VC', value: 21.6, unit: 'L', meaning: 'central volume', source: SOURCE },
    { name: 'Q', value: 1.3, unit: 'L/h', meaning: 'clearance of exchange', source: SOURCE },
    { name: 'VP', value: 10.2, unit: 'L', meaning: 'peripheral volume', source: SOURCE },
  ],
  omega: {
    names: ['CL', 'VC'],
    matrix: [
      [CL, covariance],
      [covariance, VC],
    ],
  },
  occasionOmega: { CL: variance(0.24), VC: variance(0.251) },
  occasion: 'dose',
  sigma: { proportional: 0.194 ** 2, additive: 0.13 ** 2 },
  needs: [],
  typical: ({ CL, VC, Q, VP }) => ({ CL, VC, Q, VP }),
};
