import { conditionalMode } from '@gemel/inference/population/conditional-mode';
import { etaPrior } from '@gemel/inference/population/population';
import { readDataset } from '@gemel/modeling/dataset/read-dataset';
import { compartmentSubjects } from '@gemel/modeling/population/compartment-subjects';
import { populationLibrary } from '@gemel/modeling/population/library.data';
import { definePopulation } from '@gemel/modeling/population/population-model';
import { randomStream } from '@gemel/numerics';

export const SUBJECTS = 4000;

/**
 * Modes of invented subjects under two compartments with first-order absorption: five random effects, eight doses, five
 * observations each. Returns how many searches converged.
 */
export function populationModes(): () => number {
  const library = populationLibrary.find(({ id }) => id === 'two-compartment-oral')!;
  const model = definePopulation(library);
  const random = randomStream(11, 'population');
  const times = [1.5, 4.5, 12, 76, 90];
  const rows = Array.from({ length: SUBJECTS }, (_, i) => [
    `${i},0,1000,1,12,7,.`,
    ...times.map((time) => `${i},${time},.,2,.,.,1`),
  ]);
  const data = readDataset(['ID,TIME,AMT,CMT,II,ADDL,DV', ...rows.flat()].join('\n'), { file: 'invented' });
  const subjects = compartmentSubjects(model, library.compartments, data, 'invented');
  const values = { theta: model.theta, omega: model.between.covariance, sigma: model.sigma };
  const prior = etaPrior(values)!;
  const drawn = subjects.map((subject) => {
    const observed = new Float64Array(times.length);
    subject.predict(
      model.theta,
      Float64Array.from({ length: prior.dimension }, () => Math.sqrt(0.1) * random.normal()),
      observed,
    );
    return { ...subject, observed: observed.map((f) => f * Math.exp(0.3 * random.normal())) };
  });
  return () => drawn.filter((subject) => conditionalMode(subject, values, prior).status === 'converged').length;
}
