import { type Instant, instant, MINUTE } from '@gemel/core';
import type { RandomStream } from '@gemel/numerics';
import type { CovariatesFrom, DoseGiven } from './course.ts';
import type { DrugModel } from './drug.ts';
import { drawerOf } from './effects.ts';
import { hours } from './record.ts';
import { modelSubject } from './subject.ts';

/** An invented patient’s doses, covariates and times at which blood is drawn. */
export interface CoursePlan {
  readonly doses: readonly { readonly from: Instant; readonly to: Instant; readonly mg: number }[];
  /** From each time one of them changed; the first holds from ever. */
  readonly covariates: readonly CovariatesFrom[];
  /** Ascending. */
  readonly drawn: readonly Instant[];
}

export interface GeneratedLevel {
  readonly at: Instant;
  readonly value: number;
}

/** Smallest level that is reported, in the unit of the model. */
const LEAST = 0.01;

/**
 * Levels of a person drawn from a published model: random effects from its covariance, the course through its structure, the
 * assay's and all other unexplained error from its residual. Equal streams give equal levels.
 */
export function generateLevels(model: DrugModel, plan: CoursePlan, random: RandomStream): readonly GeneratedLevel[] {
  const doses = plan.doses.map(
    ({ from, to, mg }): DoseGiven => ({
      time: hours(from),
      amount: mg,
      hours: hours(instant(to - from)),
      route: 'intravenous',
    }),
  );
  const levels = plan.drawn.map((at) => ({ time: hours(at), value: 1 }));
  const { subject, effects } = modelSubject(model, { doses, levels, covariates: plan.covariates });
  const eta = drawerOf(effects)(random.fork('person'));
  const expected = new Float64Array(levels.length);
  subject.predict(new Float64Array(0), eta, expected);
  const { proportional = 0, additive = 0 } = model.sigma;
  const noise = random.fork('assay');
  return plan.drawn.map((at, i) => {
    const sd = Math.sqrt(additive + proportional * expected[i]! ** 2);
    const value = Math.max(LEAST, expected[i]! + sd * noise.normal());
    return { at: instant(Math.round(at / MINUTE) * MINUTE), value: Number(value.toFixed(value < 10 ? 2 : 1)) };
  });
}
