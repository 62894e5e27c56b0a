import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { inrResponse } from '../../structures/inr-response.ts';

const PK = 'Table 2';
const PD = 'Table 4';
const APPENDIX = 'Appendix';

/**
 * S-warfarin in two compartments, its clearance by CYP2C9 and age, half-inhibiting concentration by VKORC1. Spread as the coefficients
 * of variation printed; the correlations that the source estimated with them are not printed, and left out. Clearance falls with age by
 * 0.91 % of that at 71 years for each year, below 71 as above. Residual error of the INR: 3.25 %, on the log scale in the source.
 */
export const hamberg2007: DrugModel = {
  id: 'hamberg2007',
  title: 'Hamberg 2007',
  citation: 'Hamberg AK et al., Clin Pharmacol Ther 2007;81:529-538, doi:10.1038/sj.clpt.6100084',
  population: 'adults in Italy on warfarin for prophylaxis of thromboembolism; the INR of 57 of them',
  subjects: 150,
  ranges: [
    { covariate: 'age', low: 22, high: 87, outside: 'stated' },
    { covariate: 'weight', low: 45, high: 120, outside: 'stated' },
  ],
  exclusions: [],
  structure: inrResponse,
  theta: [
    { name: 'CL', value: 0.314, unit: 'L/h', meaning: 'clearance at 71 years, CYP2C9 *1/*1', source: PK },
    { name: 'star12OnCl', value: 0.315, unit: '1', meaning: 'fall with *1/*2', source: PK },
    { name: 'star13OnCl', value: 0.453, unit: '1', meaning: 'fall with *1/*3', source: PK },
    { name: 'star22OnCl', value: 0.722, unit: '1', meaning: 'fall with *2/*2', source: PK },
    { name: 'star23OnCl', value: 0.69, unit: '1', meaning: 'fall with *2/*3', source: PK },
    { name: 'star33OnCl', value: 0.852, unit: '1', meaning: 'fall with *3/*3', source: PK },
    { name: 'ageOnCl', value: 0.0091, unit: '/a', meaning: 'fall with each year above 71', source: PK },
    { name: 'VC', value: 13.8, unit: 'L', meaning: 'central volume', source: PK },
    { name: 'Q', value: 0.131, unit: 'L/h', meaning: 'clearance of exchange', source: PK },
    { name: 'VP', value: 6.59, unit: 'L', meaning: 'peripheral volume', source: PK },
    { name: 'KA', value: 2, unit: '/h', meaning: 'rate of absorption', source: `${PK}, fixed` },
    { name: 'EC50', value: 4.61, unit: 'mg/L', meaning: 'half-inhibiting concentration, VKORC1 GG', source: PD },
    { name: 'EC50ga', value: 3.02, unit: 'mg/L', meaning: 'half-inhibiting concentration, VKORC1 GA', source: PD },
    { name: 'EC50aa', value: 2.2, unit: 'mg/L', meaning: 'half-inhibiting concentration, VKORC1 AA', source: PD },
    { name: 'GAMMA', value: 0.424, unit: '1', meaning: 'steepness of inhibition', source: PD },
    { name: 'MTT1', value: 11.6, unit: 'h', meaning: 'transit time of each of six steps', source: PD },
    { name: 'MTT2', value: 120, unit: 'h', meaning: 'transit time of the single step', source: PD },
    { name: 'LAMBDA', value: 3.61, unit: '1', meaning: 'steepness of the INR', source: PD },
    { name: 'INRMAX', value: 20, unit: '1', meaning: 'largest rise of the INR', source: `${APPENDIX}, fixed` },
    {
      name: 'BASE',
      value: 1,
      unit: '1',
      meaning: 'INR without warfarin where none was measured',
      source: 'reference value',
    },
    { name: 'F', value: 0.5, unit: '1', meaning: 'share of S-warfarin in the racemate', source: 'racemate' },
  ],
  omega: {
    CL: variance(0.31),
    VC: variance(0.262),
    VP: variance(0.991),
    MTT1: variance(0.141),
    MTT2: variance(1.02),
    EC50: variance(0.409),
  },
  sigma: { proportional: 0.0325 ** 2 },
  needs: ['age', 'cyp2c9Star2', 'cyp2c9Star3', 'vkorc1A'],
  typical: (t, { age, cyp2c9Star2, cyp2c9Star3, vkorc1A, restLevel = t.BASE }) => {
    const falls = [[0, t.star13OnCl, t.star33OnCl], [t.star12OnCl, t.star23OnCl], [t.star22OnCl]];
    const { KA, VC, Q, VP, GAMMA, MTT1, MTT2, LAMBDA, INRMAX, F } = t;
    return {
      CL: t.CL * (1 - falls[cyp2c9Star2!][cyp2c9Star3!]) * (1 - t.ageOnCl * (age! - 71)),
      ...{ KA, VC, Q, VP, GAMMA, MTT1, MTT2, LAMBDA, INRMAX, F },
      EC50: [t.EC50, t.EC50ga, t.EC50aa][vkorc1A!],
      BASE: restLevel,
      ALAG: 0,
      D: 0,
    };
  },
};
