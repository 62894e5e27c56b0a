import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { cockcroftGault, MG_PER_DL_PER_UMOL_PER_L } from '../../renal-function.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 4, all data';
/** Creatinine below it counts as it in the source, mg/dL. */
const LEAST_CREATININE = 60 * MG_PER_DL_PER_UMOL_PER_L;

/**
 * Two compartments; clearance linear in creatinine clearance (Cockcroft and Gault, creatinine at least 60 µmol/L), volumes by
 * weight. The source also lets clearance follow the change from the first creatinine clearance (0.0174 instead of 0.0150 per
 * mL/min); one slope is used here.
 */
export const staatz2006: DrugModel = {
  id: 'staatz2006',
  title: 'Staatz 2006',
  citation: 'Staatz CE et al., Br J Clin Pharmacol 2006;61:164-176, doi:10.1111/j.1365-2125.2005.02547.x',
  population: 'adults after cardiothoracic surgery',
  subjects: 135,
  ranges: [
    { covariate: 'age', low: 29, high: 83, outside: 'stated' },
    { covariate: 'weight', low: 38, high: 138, outside: 'stated' },
    { covariate: 'clcr', low: 9, high: 171, outside: 'stated' },
  ],
  exclusions: [
    {
      code: 'dialysis',
      statement: 'it was not made in patients on renal replacement.',
      holds: ({ dialysis, continuousReplacement }) => dialysis === 1 || continuousReplacement === 1,
    },
    {
      code: 'child',
      statement: 'it was made in adults.',
      holds: ({ age }) => age !== undefined && age < 18,
    },
  ],
  structure: compartments(1, false),
  theta: [
    { name: 'CL', value: 2.81, unit: 'L/h', meaning: 'clearance at 63 mL/min', source: SOURCE },
    { name: 'crclOnCl', value: 0.015, unit: 'min/mL', meaning: 'slope on creatinine clearance', source: SOURCE },
    { name: 'VC', value: 0.251, unit: 'L/kg', meaning: 'central volume', source: SOURCE },
    { name: 'VP', value: 0.156, unit: 'L/kg', meaning: 'peripheral volume', source: SOURCE },
    { name: 'Q', value: 1.45, unit: 'L/h', meaning: 'clearance of exchange', source: SOURCE },
  ],
  omega: { CL: variance(0.27), VP: variance(0.84) },
  sigma: { proportional: 0.24 ** 2, additive: 0.13 ** 2 },
  needs: ['age', 'weight', 'creatinine', 'female'],
  typical: (t, { age, weight, creatinine, female }) => {
    const clcr = cockcroftGault(age!, weight!, Math.max(creatinine!, LEAST_CREATININE), female === 1);
    return { CL: t.CL * (1 + t.crclOnCl * (clcr - 63)), VC: t.VC * weight!, Q: t.Q, VP: t.VP * weight! };
  },
};
