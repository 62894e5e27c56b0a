import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 5';

/** Two compartments, free drug, without covariates; exchange by its rates. Clearance and volume vary from course to course. */
export const ekhart2009: DrugModel = {
  id: 'ekhart2009',
  title: 'Ekhart 2009',
  citation: 'Ekhart C et al., Cancer Chemother Pharmacol 2009;64:115-122, doi:10.1007/s00280-008-0856-x',
  population: 'adults with cancer and normal renal function',
  subjects: 240,
  ranges: [
    { covariate: 'age', low: 16, high: 75, outside: 'stated' },
    { covariate: 'weight', low: 46, high: 170, outside: 'stated' },
    // No covariate tells of a poor renal function.
    { covariate: 'clcr', low: 55, high: 451, outside: 'refused' },
  ],
  exclusions: [],
  structure: compartments(1, false),
  theta: [
    { name: 'CL', value: 8.38, unit: 'L/h', meaning: 'clearance', source: SOURCE },
    { name: 'VC', value: 15.4, unit: 'L', meaning: 'central volume', source: SOURCE },
    { name: 'K12', value: 0.135, unit: '/h', meaning: 'rate out of the central space', source: SOURCE },
    { name: 'K21', value: 0.215, unit: '/h', meaning: 'rate back into it', source: SOURCE },
  ],
  omega: { CL: variance(0.194), VC: variance(0.145), K12: variance(0.482), K21: variance(0.436) },
  occasionOmega: { CL: variance(0.0914), VC: variance(0.108) },
  // A course is given on up to four days.
  occasion: { hours: 168 },
  sigma: { proportional: 0.197 ** 2 },
  needs: ['clcr'],
  typical: ({ CL, VC, K12, K21 }) => ({ CL, VC, K12, K21 }),
  derived: ({ CL, VC, K12, K21 }) => ({ CL, VC, Q: K12 * VC, VP: (K12 * VC) / K21 }),
};
