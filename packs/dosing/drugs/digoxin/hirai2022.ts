import type { DrugModel } from '../../drug.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 3';
const FIXED = 'Table 3, from the literature';

/** One compartment, absorbed by first order; clearance by creatinine clearance (Cockcroft and Gault, at most 120 mL/min) and amiodarone. */
export const hirai2022: DrugModel = {
  id: 'hirai2022',
  title: 'Hirai 2022',
  citation: 'Hirai T et al., BMC Pharmacol Toxicol 2022;23:14, doi:10.1186/s40360-022-00552-y',
  population: 'adults with atrial fibrillation and heart failure',
  subjects: 391,
  ranges: [{ covariate: 'age', low: 18, high: 100, outside: 'refused' }],
  exclusions: [],
  // Levels in µg/L.
  structure: compartments(0, true, 1000),
  theta: [
    { name: 'CL', value: 6.209, unit: 'L/h', meaning: 'clearance at 60 mL/min', source: SOURCE },
    { name: 'crclOnCl', value: 0.409, unit: '1', meaning: 'power of creatinine clearance', source: SOURCE },
    { name: 'amiodaroneOnCl', value: -0.238, unit: '1', meaning: 'change with amiodarone', source: SOURCE },
    { name: 'VC', value: 6, unit: 'L/kg', meaning: 'volume', source: FIXED },
    { name: 'KA', value: 1, unit: '/h', meaning: 'rate of absorption', source: FIXED },
    { name: 'F', value: 1, unit: '1', meaning: 'share absorbed: clearance and volume are apparent', source: SOURCE },
  ],
  // Printed as a standard deviation.
  omega: { CL: 0.344 ** 2 },
  sigma: { proportional: 0.366 ** 2 },
  needs: ['weight', 'clcr'],
  typical: (t, { weight, clcr, amiodarone = 0 }) => ({
    CL: t.CL * (Math.min(clcr!, 120) / 60) ** t.crclOnCl * (1 + t.amiodaroneOnCl * amiodarone),
    VC: t.VC * weight!,
    KA: t.KA,
    ALAG: 0,
    F: t.F,
    D: 0,
  }),
};
