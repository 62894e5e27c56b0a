import { leanBodyMass, mosteller } from '../../body-size.ts';
import type { Covariates } from '../../covariates.ts';
import type { DrugModel } from '../../drug.ts';
import { variance } from '../../effects.ts';
import { MG_PER_DL_PER_UMOL_PER_L } from '../../renal-function.ts';
import { compartments } from '../../structures/compartments.ts';

const FINAL = 'Table 2, final model; equation 1';
const START = 'Table 2, starting dose model; equation 2';
const APPARENT = { name: 'F', value: 1, unit: '1', meaning: 'share absorbed: clearances and volumes are apparent' };

const source = {
  citation: 'Andrews LM et al., Br J Clin Pharmacol 2019;85:601-615, doi:10.1111/bcp.13838',
  population: 'adults in the first three months after a kidney transplantation, on two doses a day',
  subjects: 337,
  ranges: [
    { covariate: 'age', low: 15, high: 79.4, outside: 'stated' },
    { covariate: 'weight', low: 37.6, high: 132, outside: 'stated' },
    { covariate: 'daysSinceTransplant', low: 0, high: 92, outside: 'stated' },
  ],
  exclusions: [],
  // An occasion is the measurement of a trough.
  occasion: 'level',
  // Levels in µg/L.
  structure: compartments(1, true, 1000),
} satisfies Partial<DrugModel>;

/** Body surface of a person, m². The source names no formula. */
const surface = ({ weight, height }: Covariates) => mosteller(weight!, height!);

/**
 * Two compartments, absorbed by first order after a lag. Clearance by CYP3A5, age, albumin, body surface, creatinine and
 * haematocrit; central volume by lean mass (of James; the source names no formula). CYP3A4*22, which lowers clearance to 0.8,
 * is taken as absent, as the source does where it is unknown; the error is that of mass spectrometry.
 */
export const andrews2019: DrugModel = {
  ...source,
  id: 'andrews2019',
  title: 'Andrews 2019',
  theta: [
    { name: 'CL', value: 23, unit: 'L/h', meaning: 'clearance without CYP3A5*1', source: FINAL },
    { name: 'expresserOnCl', value: 1.631, unit: '1', meaning: 'factor of CYP3A5*1', source: FINAL },
    { name: 'ageOnCl', value: -0.43, unit: '1', meaning: 'power of age', source: FINAL },
    { name: 'albuminOnCl', value: 0.43, unit: '1', meaning: 'power of albumin', source: FINAL },
    { name: 'surfaceOnCl', value: 0.88, unit: '1', meaning: 'power of body surface', source: FINAL },
    { name: 'creatinineOnCl', value: -0.14, unit: '1', meaning: 'power of creatinine', source: FINAL },
    { name: 'haematocritOnCl', value: -0.76, unit: '1', meaning: 'power of haematocrit', source: FINAL },
    { name: 'VC', value: 692, unit: 'L', meaning: 'central volume', source: FINAL },
    { name: 'leanOnVc', value: 1.52, unit: '1', meaning: 'power of lean mass', source: FINAL },
    { name: 'Q', value: 11.6, unit: 'L/h', meaning: 'clearance of exchange', source: FINAL },
    { name: 'VP', value: 5340, unit: 'L', meaning: 'peripheral volume', source: FINAL },
    { name: 'KA', value: 3.58, unit: '/h', meaning: 'rate of absorption', source: FINAL },
    { name: 'ALAG', value: 0.38, unit: 'h', meaning: 'lag of absorption', source: FINAL },
    { ...APPARENT, source: FINAL },
  ],
  omega: { CL: variance(0.386), VC: variance(0.492), VP: variance(0.53), Q: variance(0.787) },
  occasionOmega: { CL: variance(0.136) },
  sigma: { proportional: 0.245 ** 2 },
  needs: ['age', 'female', 'weight', 'height', 'cyp3a5Expresser', 'albumin', 'creatinine', 'haematocrit'],
  typical: (t, covariates) => {
    const { age, female, weight, height, cyp3a5Expresser, albumin, creatinine, haematocrit } = covariates;
    return {
      CL:
        t.CL *
        (cyp3a5Expresser === 1 ? t.expresserOnCl : 1) *
        (age! / 55.72) ** t.ageOnCl *
        (albumin! / 42) ** t.albuminOnCl *
        (surface(covariates) / 1.93) ** t.surfaceOnCl *
        (creatinine! / MG_PER_DL_PER_UMOL_PER_L / 134.98) ** t.creatinineOnCl *
        (haematocrit! / 34) ** t.haematocritOnCl,
      VC: t.VC * (leanBodyMass(weight!, height!, female === 1) / 58.94) ** t.leanOnVc,
      Q: t.Q,
      VP: t.VP,
      KA: t.KA,
      ALAG: t.ALAG,
      F: t.F,
      D: 0,
    };
  },
};

/** The source's second model, of what is known before the transplantation: CYP3A5, age and body surface. */
export const andrews2019start: DrugModel = {
  ...source,
  id: 'andrews2019start',
  title: 'Andrews 2019 (starting dose)',
  theta: [
    { name: 'CL', value: 22.5, unit: 'L/h', meaning: 'clearance without CYP3A5*1', source: START },
    { name: 'expresserOnCl', value: 1.62, unit: '1', meaning: 'factor of CYP3A5*1', source: START },
    { name: 'ageOnCl', value: -0.5, unit: '1', meaning: 'power of age', source: START },
    { name: 'surfaceOnCl', value: 0.72, unit: '1', meaning: 'power of body surface', source: START },
    { name: 'VC', value: 685, unit: 'L', meaning: 'central volume', source: START },
    { name: 'Q', value: 10.6, unit: 'L/h', meaning: 'clearance of exchange', source: START },
    { name: 'VP', value: 6590, unit: 'L', meaning: 'peripheral volume', source: START },
    { name: 'KA', value: 3.7, unit: '/h', meaning: 'rate of absorption', source: START },
    { name: 'ALAG', value: 0.39, unit: 'h', meaning: 'lag of absorption', source: START },
    { ...APPARENT, source: START },
  ],
  omega: { CL: variance(0.394), VC: variance(0.54), VP: variance(0.537), Q: variance(0.796) },
  occasionOmega: { CL: variance(0.146) },
  sigma: { proportional: 0.244 ** 2 },
  needs: ['age', 'weight', 'height', 'cyp3a5Expresser'],
  typical: (t, covariates) => ({
    CL:
      t.CL *
      (covariates.cyp3a5Expresser === 1 ? t.expresserOnCl : 1) *
      (covariates.age! / 55.72) ** t.ageOnCl *
      (surface(covariates) / 1.93) ** t.surfaceOnCl,
    VC: t.VC,
    Q: t.Q,
    VP: t.VP,
    KA: t.KA,
    ALAG: t.ALAG,
    F: t.F,
    D: 0,
  }),
};
