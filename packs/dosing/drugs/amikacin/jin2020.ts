import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { mdrd } from '../../renal-function.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 2, final model';

/**
 * Two compartments; clearance by filtration per 1.73 m² (MDRD), central volume by weight. The source's error of the logarithm
 * is used as a proportional one.
 */
export const jin2020: DrugModel = {
  id: 'jin2020',
  title: 'Jin 2020',
  citation: 'Jin X et al., Antibiotics 2020;9:784, doi:10.3390/antibiotics9110784',
  population: 'adults with nontuberculous mycobacterial lung disease',
  subjects: 70,
  ranges: [
    { covariate: 'age', low: 25, high: 85, outside: 'stated' },
    { covariate: 'weight', low: 29.9, high: 79.8, outside: 'stated' },
    { covariate: 'creatinine', low: 0.3, high: 1.9, outside: 'stated' },
  ],
  exclusions: [
    {
      code: 'dialysis',
      statement: 'it was not made in patients on renal replacement.',
      holds: ({ dialysis, continuousReplacement }) => dialysis === 1 || continuousReplacement === 1,
    },
    {
      code: 'critical',
      statement: 'it was not made in critically ill patients.',
      holds: ({ critical }) => critical === 1,
    },
    {
      code: 'child',
      statement: 'it was made in adults.',
      holds: ({ age }) => age !== undefined && age < 18,
    },
  ],
  structure: compartments(1, false),
  theta: [
    { name: 'CL', value: 3.52, unit: 'L/h', meaning: 'clearance at 91.1 mL/min per 1.73 m²', source: SOURCE },
    { name: 'gfrOnCl', value: 0.229, unit: '1', meaning: 'power of filtration', source: SOURCE },
    { name: 'VC', value: 14.4, unit: 'L', meaning: 'central volume at 51.1 kg', source: SOURCE },
    { name: 'weightOnVc', value: 0.702, unit: '1', meaning: 'power of weight', source: SOURCE },
    { name: 'VP', value: 14.2, unit: 'L', meaning: 'peripheral volume', source: SOURCE },
    { name: 'Q', value: 0.464, unit: 'L/h', meaning: 'clearance of exchange', source: SOURCE },
  ],
  // The covariance is printed as such.
  omega: {
    names: ['CL', 'VC'],
    matrix: [
      [variance(0.279), -0.0135],
      [-0.0135, variance(0.18)],
    ],
  },
  sigma: { proportional: 0.299 ** 2 },
  needs: ['age', 'weight', 'creatinine', 'female'],
  typical: (t, { age, weight, creatinine, female }) => ({
    CL: t.CL * (mdrd(age!, creatinine!, female === 1) / 91.1) ** t.gfrOnCl,
    VC: t.VC * (weight! / 51.1) ** t.weightOnVc,
    Q: t.Q,
    VP: t.VP,
  }),
};
