import { allometric } from '../../body-size.ts';
import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { MG_PER_DL_PER_UMOL_PER_L } from '../../renal-function.ts';
import { compartments } from '../../structures/compartments.ts';
import { UMOL_PER_MG } from './molar-mass.ts';

const SOURCE = 'Table 2';

/**
 * Three compartments; all clearances and volumes by weight, clearance by a straight line of creatinine, as the abstract says it: 0.97 % less
 * for each µmol/L. The line would reach zero at 129 µmol/L (1.46 mg/dL) and is not followed so far. Error on the log scale.
 */
export const gao2021: DrugModel = {
  id: 'gao2021',
  title: 'Gao 2021',
  citation: 'Gao X et al., Front Pharmacol 2021;12:701452, doi:10.3389/fphar.2021.701452',
  population: 'children in China with acute lymphoblastic leukaemia, 1 to 5 g/m²',
  subjects: 311,
  ranges: [
    { covariate: 'age', low: 0.75, high: 15.2, outside: 'refused' },
    { covariate: 'weight', low: 4.5, high: 113, outside: 'stated' },
    { covariate: 'creatinine', low: 0.1, high: 1.2, outside: 'refused' },
  ],
  exclusions: [],
  structure: compartments(2, false, UMOL_PER_MG),
  theta: [
    { name: 'CL', value: 6.9, unit: 'L/h', meaning: 'clearance at 19 kg and 26 µmol/L', source: SOURCE },
    { name: 'creatinineOnCl', value: -0.0097, unit: 'L/umol', meaning: 'change with creatinine', source: SOURCE },
    { name: 'VC', value: 20.7, unit: 'L', meaning: 'central volume at 19 kg', source: SOURCE },
    { name: 'Q', value: 0.255, unit: 'L/h', meaning: 'clearance of exchange with the first space', source: SOURCE },
    { name: 'VP', value: 41, unit: 'L', meaning: 'volume of the first peripheral space', source: SOURCE },
    { name: 'Q2', value: 0.217, unit: 'L/h', meaning: 'clearance of exchange with the second space', source: SOURCE },
    { name: 'VP2', value: 3.17, unit: 'L', meaning: 'volume of the second peripheral space', source: SOURCE },
  ],
  omega: { CL: variance(0.175), Q: variance(0.262) },
  sigma: { proportional: 0.354 ** 2 },
  needs: ['age', 'weight', 'creatinine'],
  typical: (t, { weight, creatinine }) => {
    const flow = allometric(weight!, 0.75, 19);
    const volume = weight! / 19;
    const umol = creatinine! / MG_PER_DL_PER_UMOL_PER_L;
    return {
      CL: t.CL * flow * (1 + t.creatinineOnCl * (umol - 26)),
      ...{ VC: t.VC * volume, Q: t.Q * flow, VP: t.VP * volume, Q2: t.Q2 * flow, VP2: t.VP2 * volume },
    };
  },
};
