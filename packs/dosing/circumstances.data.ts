import { type Coding, coding, SNOMED } from '@gemel/core';
import { ICD10, ICD10CM } from './codes.ts';
import type { CovariateName } from './covariates.ts';

/** A circumstance that is on record or is not: by a fact of its own that is true, or by the code of a condition or procedure. */
export interface Circumstance {
  readonly covariate: CovariateName;
  readonly fact: string;
  readonly codings: readonly Coding[];
}

export const circumstances: readonly Circumstance[] = [
  {
    covariate: 'dialysis',
    fact: 'therapy.dialysis',
    codings: [
      coding(SNOMED, '302497006', 'Hemodialysis'),
      coding(SNOMED, '265764009', 'Renal dialysis'),
      coding(SNOMED, '105502003', 'Dependence on renal dialysis'),
      coding(ICD10, 'Z99.2', 'Dependence on renal dialysis'),
      coding(ICD10CM, 'Z99.2', 'Dependence on renal dialysis'),
    ],
  },
  {
    covariate: 'continuousReplacement',
    fact: 'therapy.continuous-renal-replacement',
    codings: [coding(SNOMED, '714749008', 'Continuous renal replacement therapy')],
  },
  {
    covariate: 'ecmo',
    fact: 'therapy.ecmo',
    codings: [coding(SNOMED, '233573008', 'Extracorporeal membrane oxygenation')],
  },
  { covariate: 'critical', fact: 'body.critical-illness', codings: [] },
  { covariate: 'cyp3a5Expresser', fact: 'body.cyp3a5-expresser', codings: [] },
  { covariate: 'amiodarone', fact: 'therapy.amiodarone', codings: [] },
  { covariate: 'spironolactone', fact: 'therapy.spironolactone', codings: [] },
  { covariate: 'protonPumpInhibitor', fact: 'therapy.proton-pump-inhibitor', codings: [] },
  { covariate: 'nsaid', fact: 'therapy.nsaid', codings: [] },
];
