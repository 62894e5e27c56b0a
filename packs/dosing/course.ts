import type { Covariates } from './covariates.ts';

/** A dose as it entered the patient; hours from any one origin, mg. */
export interface DoseGiven {
  readonly time: number;
  readonly amount: number;
  /** Length of an infusion; 0: a bolus, or by mouth. */
  readonly hours: number;
  readonly route: 'intravenous' | 'oral';
}

/** A measured level, in the drug's unit. */
export interface Level {
  readonly time: number;
  readonly value: number;
  /** Known only to lie below `value`, the limit of quantification. */
  readonly below?: boolean;
  /** How many times the model's error variance its own is, where it is in doubt. */
  readonly varianceFactor?: number;
}

/** What holds from a time on, until the next change. */
export interface CovariatesFrom {
  readonly time: number;
  readonly values: Covariates;
}

/** All that a model is given of one patient: each list in the order of time. */
export interface DrugCourse {
  readonly doses: readonly DoseGiven[];
  readonly levels: readonly Level[];
  /** At least one; the first holds from ever. */
  readonly covariates: readonly CovariatesFrom[];
}

/** The covariates in force at a time. */
export function covariatesAt(course: DrugCourse, time: number): Covariates {
  return (course.covariates.findLast((each) => each.time <= time) ?? course.covariates[0]).values;
}
