import { mosteller } from '../../body-size.ts';
import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 3, final model';

/**
 * One compartment by body surface (the source names no formula). Alkaline phosphatase, with which volume falls on the power
 * 0.20, is taken at the source's median.
 */
export const xu2023: DrugModel = {
  id: 'xu2023',
  title: 'Xu 2023',
  citation: 'Xu B et al., CPT Pharmacometrics Syst Pharmacol 2023;12:1238-1249, doi:10.1002/psp4.13004',
  population: 'Chinese adults and children from 6 years on before a stem cell transplantation',
  subjects: 66,
  ranges: [
    { covariate: 'age', low: 6, high: 63, outside: 'stated' },
    { covariate: 'weight', low: 25, high: 90, outside: 'stated' },
    { covariate: 'height', low: 123, high: 190, outside: 'stated' },
  ],
  exclusions: [
    {
      code: 'child',
      statement: 'it was made from 6 years on.',
      holds: ({ age }) => age !== undefined && age < 6,
    },
  ],
  structure: compartments(0, false),
  theta: [
    { name: 'CL', value: 8.24, unit: 'L/h', meaning: 'clearance at 1.69 m²', source: SOURCE },
    { name: 'surfaceOnCl', value: 0.99, unit: '1', meaning: 'power of body surface', source: SOURCE },
    { name: 'VC', value: 29.7, unit: 'L', meaning: 'volume at 1.69 m²', source: SOURCE },
    { name: 'surfaceOnVc', value: 1.03, unit: '1', meaning: 'power of body surface', source: SOURCE },
  ],
  omega: { CL: variance(0.22), VC: variance(0.136) },
  sigma: { proportional: 0.1292 ** 2 },
  needs: ['weight', 'height'],
  typical: (t, { weight, height }) => {
    const surface = mosteller(weight!, height!) / 1.69;
    return { CL: t.CL * surface ** t.surfaceOnCl, VC: t.VC * surface ** t.surfaceOnVc };
  },
};
