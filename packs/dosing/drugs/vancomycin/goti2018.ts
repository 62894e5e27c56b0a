import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'final model';

/**
 * Two compartments; clearance by creatinine clearance (Cockcroft and Gault, at most 150 mL/min) and dialysis, central volume by
 * weight and dialysis.
 */
export const goti2018: DrugModel = {
  id: 'goti2018',
  title: 'Goti 2018',
  citation: 'Goti V et al., Ther Drug Monit 2018;40:212-221, doi:10.1097/FTD.0000000000000490',
  population: 'adults in hospital, with and without haemodialysis',
  subjects: 1812,
  ranges: [
    { covariate: 'age', low: 17, high: 101, outside: 'stated' },
    { covariate: 'weight', low: 33, high: 255, outside: 'stated' },
  ],
  exclusions: [],
  structure: compartments(1, false),
  theta: [
    { name: 'CL', value: 4.5, unit: 'L/h', meaning: 'clearance at 120 mL/min', source: SOURCE },
    { name: 'VC', value: 58.4, unit: 'L', meaning: 'central volume at 70 kg', source: SOURCE },
    { name: 'VP', value: 38.4, unit: 'L', meaning: 'peripheral volume', source: SOURCE },
    { name: 'Q', value: 6.5, unit: 'L/h', meaning: 'clearance of exchange', source: SOURCE },
    { name: 'crclOnCl', value: 0.8, unit: '1', meaning: 'power of creatinine clearance', source: SOURCE },
    { name: 'dialysisOnCl', value: 0.7, unit: '1', meaning: 'factor on dialysis', source: SOURCE },
    { name: 'dialysisOnVc', value: 0.5, unit: '1', meaning: 'factor on dialysis', source: SOURCE },
  ],
  omega: { CL: variance(0.398), VC: variance(0.816), VP: variance(0.571) },
  sigma: { proportional: 0.227 ** 2, additive: 3.4 ** 2 },
  needs: ['weight', 'clcr'],
  typical: (t, { clcr, weight, dialysis = 0 }) => ({
    CL: t.CL * (Math.min(clcr!, 150) / 120) ** t.crclOnCl * (dialysis ? t.dialysisOnCl : 1),
    VC: t.VC * (weight! / 70) * (dialysis ? t.dialysisOnVc : 1),
    Q: t.Q,
    VP: t.VP,
  }),
};
