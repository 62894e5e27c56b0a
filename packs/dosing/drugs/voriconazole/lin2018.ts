import type { DrugModel } from '../../drug.ts';
import { compartments } from '../../structures/compartments.ts';

const SOURCE = 'Table 3';

/** Days of a month, of six and of twelve: the source names months. */
const MONTHS = [30, 180, 365];

/**
 * One compartment, absorbed by first order; clearance by CYP2C19, the share absorbed by the time since the transplantation, volume by weight.
 * Numbers on the scale of the exponential function, those of poor metabolizers being the reference: shares above 1 come of that. One rapid
 * metabolizer was left out.
 */
export const lin2018: DrugModel = {
  id: 'lin2018',
  title: 'Lin 2018',
  citation:
    'Lin XB et al., Br J Clin Pharmacol 2018;84:1587-1597, doi:10.1111/bcp.13595; as in nlmixr2lib, which traces each number to Table 3',
  population: 'adults in China after kidney transplantation',
  subjects: 105,
  ranges: [
    { covariate: 'age', low: 18, high: 58, outside: 'stated' },
    { covariate: 'weight', low: 38.9, high: 87.5, outside: 'stated' },
    { covariate: 'cyp2c19Activity', low: 0, high: 2, outside: 'refused' },
  ],
  exclusions: [{ code: 'child', statement: 'made from adults.', holds: ({ age }) => age !== undefined && age < 18 }],
  structure: compartments(0, true),
  theta: [
    { name: 'CL', value: 2.88, unit: 'L/h', meaning: 'clearance of poor metabolizers', source: SOURCE },
    { name: 'intermediateOnCl', value: 0.45, unit: '1', meaning: 'intermediate metabolizers', source: SOURCE },
    { name: 'normalOnCl', value: 0.8, unit: '1', meaning: 'normal metabolizers', source: SOURCE },
    { name: 'VC', value: 169.27, unit: 'L', meaning: 'volume at 56.1 kg', source: SOURCE },
    { name: 'weightOnVc', value: 1.3, unit: '1', meaning: 'power of weight', source: SOURCE },
    { name: 'F', value: 0.58, unit: '1', meaning: 'share absorbed in the first month', source: SOURCE },
    { name: 'halfYearOnF', value: 0.43, unit: '1', meaning: 'until the sixth month', source: SOURCE },
    { name: 'yearOnF', value: 0.57, unit: '1', meaning: 'until the twelfth month', source: SOURCE },
    { name: 'laterOnF', value: 0.57, unit: '1', meaning: 'later', source: SOURCE },
    { name: 'KA', value: 1.1, unit: '/h', meaning: 'rate of absorption', source: 'held, from the literature' },
  ],
  // Printed as standard deviations.
  omega: { CL: 0.42 ** 2, VC: 0.39 ** 2, F: 0.22 ** 2 },
  sigma: { additive: 0.57 ** 2 },
  needs: ['weight', 'cyp2c19Activity', 'daysSinceTransplant'],
  typical: (t, { weight, cyp2c19Activity, daysSinceTransplant }) => {
    const since = MONTHS.filter((days) => daysSinceTransplant! > days).length;
    return {
      CL: t.CL * Math.exp([0, t.intermediateOnCl, t.normalOnCl][cyp2c19Activity!]),
      VC: t.VC * (weight! / 56.1) ** t.weightOnVc,
      KA: t.KA,
      ALAG: 0,
      F: t.F * Math.exp([0, t.halfYearOnF, t.yearOnF, t.laterOnF][since]),
      D: 0,
    };
  },
};
