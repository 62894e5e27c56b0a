import type { DrugModel } from '../../drug.ts';
import { compartments } from '../../structures/compartments.ts';

const ABSTRACT = 'abstract';
const FINAL = 'final model';
const WEEKS_A_YEAR = 52;

/** Creatinine that is usual at an age after conception, mg/dL; age in years. */
function usualCreatinine(age: number): number {
  return Math.exp(-1.22839 + 0.6719 * Math.log10(age) + 6.27017 * Math.exp(-3.1094 * age));
}

/**
 * Two compartments from newborns to the old: clearance matures and declines with postmenstrual age and falls as creatinine
 * exceeds what is usual at the age. Clearances follow the volumes on the power 0.75, those of the person, not of the weight.
 * A term birth is taken where postmenstrual age is not given.
 */
export const colin2019: DrugModel = {
  id: 'colin2019',
  title: 'Colin 2019',
  citation: 'Colin PJ et al., Clin Pharmacokinet 2019;58:767-780, doi:10.1007/s40262-018-0727-5',
  population: 'patients of all ages, pooled from 14 studies',
  subjects: 2554,
  ranges: [],
  exclusions: [
    {
      code: 'dialysis',
      statement: 'it tells clearance from creatinine, which dialysis lowers.',
      holds: ({ dialysis, continuousReplacement }) => dialysis === 1 || continuousReplacement === 1,
    },
  ],
  structure: compartments(1, false),
  theta: [
    { name: 'CL', value: 5.31, unit: 'L/h', meaning: 'clearance, mature and before its decline', source: ABSTRACT },
    { name: 'VC', value: 42.9, unit: 'L', meaning: 'central volume at 70 kg', source: ABSTRACT },
    { name: 'VP', value: 41.7, unit: 'L', meaning: 'peripheral volume at 70 kg', source: ABSTRACT },
    { name: 'Q', value: 3.22, unit: 'L/h', meaning: 'clearance of exchange', source: ABSTRACT },
    { name: 'matured', value: 46.4, unit: 'wk', meaning: 'age of half maturation', source: ABSTRACT },
    { name: 'maturing', value: 2.89, unit: '1', meaning: 'steepness of maturation', source: FINAL },
    { name: 'declined', value: 61.6, unit: 'a', meaning: 'age of half decline', source: ABSTRACT },
    { name: 'declining', value: 2.24, unit: '1', meaning: 'steepness of decline', source: FINAL },
    { name: 'creatinineOnCl', value: 0.649, unit: 'dL/mg', meaning: 'fall with creatinine', source: FINAL },
  ],
  // Variances as the source's control stream has them.
  omega: { CL: 0.0749, VC: 0.0721, VP: 0.672 },
  sigma: { proportional: 0.046, additive: 1.23 },
  needs: ['age', 'weight', 'creatinine'],
  takes: ['postmenstrualAge'],
  typical: (t, { age, postmenstrualAge, weight, creatinine }) => {
    const since = postmenstrualAge === undefined ? age! + 40 / WEEKS_A_YEAR : postmenstrualAge / WEEKS_A_YEAR;
    const mature = 1 / (1 + (t.matured / (WEEKS_A_YEAR * since)) ** t.maturing);
    const kept = 1 / (1 + (since / t.declined) ** t.declining);
    const renal = Math.exp(-t.creatinineOnCl * (creatinine! - usualCreatinine(since)));
    return {
      CL: (t.CL / t.VC ** 0.75) * mature * kept * renal,
      VC: t.VC * (weight! / 70),
      Q: t.Q / t.VP ** 0.75,
      VP: t.VP * (weight! / 70),
    };
  },
  derived: ({ CL, VC, Q, VP }) => ({ CL: CL * VC ** 0.75, VC, Q: Q * VP ** 0.75, VP }),
};
