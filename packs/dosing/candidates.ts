import type { Reason } from '@gemel/core';
import { type CovariateName, type Covariates, covariateTitle, sayCovariate } from './covariates.ts';
import type { Drug, DrugModel } from './drug.ts';

/** A model of adults speaks of somebody between these ages as of a small adult; it says so. Below it does not speak. */
const ADULTS_FROM = 14;
const LEAST_AGE = 12;
const ADULT = 18;
export const EXTRAPOLATES_FROM_ADULTS = 'extrapolation-from-adults';

/** Codes of what is said of a model that is used. */
const REACHES = ['extrapolation', EXTRAPOLATES_FROM_ADULTS];

/** Whether a model may speak of a patient, and what is to be said of it. */
export interface Candidate {
  readonly model: DrugModel;
  readonly used: boolean;
  readonly reasons: readonly Reason[];
}

/** Every model of the drug against the patient's covariates. */
export function candidatesOf(drug: Pick<Drug, 'models'>, covariates: Covariates): readonly Candidate[] {
  return drug.models.map((model) => {
    const reasons: Reason[] = [];
    let used = true;
    const refuse = (code: string, statement: string) => {
      used = false;
      reasons.push({ code, statement: `${model.title} is not used: ${statement}` });
    };
    for (const name of model.needs) {
      if (covariates[name] !== undefined) continue;
      refuse('covariate-missing', `${within(name)} is not recorded${insteadOf(name, covariates)}.`);
    }
    for (const { covariate, low, high, outside } of model.ranges) {
      const value = covariates[covariate];
      if (value === undefined || (value >= low && value <= high)) continue;
      const said = `${within(covariate)} ${sayCovariate(covariate, value)} lies outside ${sayCovariate(covariate, low, high)}, where it was made.`;
      if (covariate === 'age' && low >= ADULTS_FROM && value < Math.min(low, ADULT)) {
        if (outside === 'refused' || value < LEAST_AGE) {
          refuse('child', `${said} It was made in adults and knows neither the size nor the ripening of a child.`);
        } else {
          const more = 'It was made in adults; how clearance ripens with age is not part of it.';
          reasons.push({ code: EXTRAPOLATES_FROM_ADULTS, statement: `${model.title} extrapolates: ${said} ${more}` });
        }
      } else if (outside === 'refused') refuse('covariate-outside', said);
      else reasons.push({ code: 'extrapolation', statement: `${model.title} extrapolates: ${said}` });
    }
    for (const { code, statement, holds } of model.exclusions) if (holds(covariates)) refuse(code, statement);
    // Of a model that is not used it does not count how far it would reach; of one of adults, in a child, nothing else.
    const child = reasons.filter(({ code }) => code === 'child').slice(0, 1);
    const said = used ? reasons : child.length > 0 ? child : reasons.filter(({ code }) => !REACHES.includes(code));
    return { model, used, reasons: said };
  });
}

/** What keeps a clearance from being computed of a creatinine that is there. */
function insteadOf(name: CovariateName, covariates: Covariates): string {
  if (name !== 'clcr' || covariates.creatinine === undefined) return '';
  const asked =
    (covariates.age ?? ADULT) >= ADULT ? (['age', 'weight', 'female'] as const) : (['height', 'weight'] as const);
  const lacks = asked.filter((each) => covariates[each] === undefined).map(within);
  return lacks.length === 0 ? '' : `, and cannot be computed without ${lacks.join(' and ')}`;
}

/** A covariate within a sentence: a gene keeps its capitals. */
function within(name: CovariateName): string {
  return covariateTitle(name).replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());
}
