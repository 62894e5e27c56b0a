import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { MG_PER_DL_PER_UMOL_PER_L } from '../../renal-function.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 7';

/** One compartment, absorbed by first order; clearance by spironolactone, weight and creatinine, each as a straight line. */
export const zhou2010: DrugModel = {
  id: 'zhou2010',
  title: 'Zhou 2010',
  citation: 'Zhou XD et al., Acta Pharmacol Sin 2010;31:753-758, doi:10.1038/aps.2010.51',
  population: 'patients of at least 60 years, most with heart failure',
  subjects: 119,
  // Straight lines are not to be drawn out.
  ranges: [
    { covariate: 'age', low: 60, high: 88, outside: 'refused' },
    { covariate: 'weight', low: 34, high: 91, outside: 'refused' },
    { covariate: 'creatinine', low: 0.41, high: 7.76, outside: 'refused' },
  ],
  exclusions: [],
  // Levels in µg/L.
  structure: compartments(0, true, 1000),
  theta: [
    { name: 'CL', value: 5.9, unit: 'L/h', meaning: 'clearance at 62.9 kg and 126.8 µmol/L', source: SOURCE },
    { name: 'spironolactoneOnCl', value: 0.412, unit: '1', meaning: 'fall with spironolactone', source: SOURCE },
    { name: 'weightOnCl', value: 0.0101, unit: '/kg', meaning: 'fall with weight', source: SOURCE },
    { name: 'creatinineOnCl', value: 0.0012, unit: 'L/umol', meaning: 'fall with creatinine', source: SOURCE },
    { name: 'VC', value: 550, unit: 'L', meaning: 'volume', source: SOURCE },
    { name: 'KA', value: 1.63, unit: '/h', meaning: 'rate of absorption', source: SOURCE },
    { name: 'F', value: 1, unit: '1', meaning: 'share absorbed: clearance and volume are apparent', source: SOURCE },
  ],
  omega: { CL: variance(0.49), VC: variance(0.943) },
  sigma: { additive: 0.365 ** 2 },
  needs: ['weight', 'creatinine'],
  typical: (t, { weight, creatinine, spironolactone = 0 }) => ({
    CL:
      t.CL *
      (1 - t.spironolactoneOnCl * spironolactone) *
      (1 - t.weightOnCl * (weight! - 62.9)) *
      (1 - t.creatinineOnCl * (creatinine! / MG_PER_DL_PER_UMOL_PER_L - 126.8)),
    VC: t.VC,
    KA: t.KA,
    ALAG: 0,
    F: t.F,
    D: 0,
  }),
};
