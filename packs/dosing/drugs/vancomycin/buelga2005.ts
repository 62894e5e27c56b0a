import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 4, final model';
const [CL, VC] = [variance(0.2816), variance(0.3715)];
const covariance = 0.2312 * Math.sqrt(CL * VC);

/** One compartment; clearance by creatinine clearance of Cockcroft and Gault, volume by weight. */
export const buelga2005: DrugModel = {
  id: 'buelga2005',
  title: 'Buelga 2005',
  citation:
    'Sánchez Buelga D et al., Antimicrob Agents Chemother 2005;49:4934-4941, doi:10.1128/AAC.49.12.4934-4941.2005',
  population: 'adults with a haematological malignancy, not in intensive care',
  subjects: 215,
  ranges: [{ covariate: 'age', low: 15, high: 100, outside: 'stated' }],
  exclusions: [
    {
      code: 'dialysis',
      statement: 'it was not made in patients on dialysis.',
      holds: ({ dialysis }) => dialysis === 1,
    },
    {
      code: 'critical',
      statement: 'it was not made in critically ill patients.',
      holds: ({ critical }) => critical === 1,
    },
  ],
  structure: compartments(0, false),
  theta: [
    { name: 'CL', value: 1.08, unit: '1', meaning: 'clearance over creatinine clearance', source: SOURCE },
    { name: 'VC', value: 0.98, unit: 'L/kg', meaning: 'volume', source: SOURCE },
  ],
  omega: {
    names: ['CL', 'VC'],
    matrix: [
      [CL, covariance],
      [covariance, VC],
    ],
  },
  sigma: { additive: 3.52 ** 2 },
  needs: ['weight', 'clcr'],
  // mL/min to L/h.
  typical: (t, { clcr, weight }) => ({ CL: t.CL * clcr! * 0.06, VC: t.VC * weight! }),
};
