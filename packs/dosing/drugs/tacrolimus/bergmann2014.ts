import { allometric } from '../../body-size.ts';
import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 2, final model';
const [VC, KA, VP] = [variance(0.468), variance(0.476), variance(0.894)];
const covarianceOf = (a: number, b: number, correlation: number) => correlation * Math.sqrt(a * b);
const [VC_KA, VC_VP, KA_VP] = [covarianceOf(VC, KA, 0.677), covarianceOf(VC, VP, -0.049), covarianceOf(KA, VP, -0.013)];

/**
 * Two compartments, absorbed by first order after a lag. Clearance by weight, CYP3A5, haematocrit and days since the
 * transplantation; free prednisolone, by which the central volume falls 0.28 % per nmol/L, is taken at the source's centre.
 */
export const bergmann2014: DrugModel = {
  id: 'bergmann2014',
  title: 'Bergmann 2014',
  citation: 'Bergmann TK et al., Ther Drug Monit 2014;36:62-70, doi:10.1097/FTD.0b013e31829f1ab8',
  population: 'adults after a kidney transplantation, on two doses a day with prednisolone',
  subjects: 173,
  // Tenth to ninetieth percentile.
  ranges: [
    { covariate: 'age', low: 33, high: 64, outside: 'stated' },
    { covariate: 'weight', low: 59, high: 101, outside: 'stated' },
    { covariate: 'haematocrit', low: 25, high: 40, outside: 'stated' },
  ],
  exclusions: [
    {
      code: 'child',
      statement: 'it was made in adults.',
      holds: ({ age }) => age !== undefined && age < 18,
    },
  ],
  // Levels in µg/L.
  structure: compartments(1, true, 1000),
  theta: [
    { name: 'CL', value: 25.5, unit: 'L/h', meaning: 'clearance at 70 kg without CYP3A5*1', source: SOURCE },
    { name: 'expresserOnCl', value: 1.6, unit: '1', meaning: 'factor of CYP3A5*1', source: SOURCE },
    { name: 'haematocritOnCl', value: -1.01, unit: '1', meaning: 'slope on haematocrit as a share', source: SOURCE },
    { name: 'daysOnCl', value: -0.0021, unit: '/d', meaning: 'slope on days, up to 180', source: SOURCE },
    { name: 'VC', value: 113, unit: 'L', meaning: 'central volume', source: SOURCE },
    { name: 'Q', value: 67.9, unit: 'L/h', meaning: 'clearance of exchange', source: SOURCE },
    { name: 'VP', value: 1060, unit: 'L', meaning: 'peripheral volume', source: SOURCE },
    { name: 'KA', value: 0.35, unit: '/h', meaning: 'rate of absorption', source: SOURCE },
    { name: 'ALAG', value: 0.44, unit: 'h', meaning: 'lag of absorption', source: SOURCE },
    { name: 'F', value: 1, unit: '1', meaning: 'share absorbed: clearances and volumes are apparent', source: SOURCE },
  ],
  omega: {
    names: ['CL', 'VC', 'KA', 'VP'],
    matrix: [
      [variance(0.295), 0, 0, 0],
      [0, VC, VC_KA, VC_VP],
      [0, VC_KA, KA, KA_VP],
      [0, VC_VP, KA_VP, VP],
    ],
  },
  sigma: { proportional: 0.183 ** 2 },
  needs: ['weight', 'cyp3a5Expresser', 'haematocrit', 'daysSinceTransplant'],
  typical: (t, { weight, cyp3a5Expresser, haematocrit, daysSinceTransplant }) => ({
    CL:
      t.CL *
      (cyp3a5Expresser === 1 ? t.expresserOnCl : 1) *
      allometric(weight!, 0.75) *
      (1 + t.haematocritOnCl * (haematocrit! / 100 - 0.33)) *
      (1 + t.daysOnCl * (Math.min(daysSinceTransplant!, 180) - 22.7)),
    VC: t.VC,
    Q: t.Q,
    VP: t.VP,
    KA: t.KA,
    ALAG: t.ALAG,
    F: t.F,
    D: 0,
  }),
};
