import { defineValidation } from '@gemel/core/validation';
import { conditionalMode, jointObjective } from '@gemel/inference/population/conditional-mode';
import { etaPrior, type PopulationValues } from '@gemel/inference/population/population';
import { readDataset } from '@gemel/modeling/dataset/read-dataset';
import { compartmentSubjects } from '@gemel/modeling/population/compartment-subjects';
import { type CompartmentPopulation, populationLibrary } from '@gemel/modeling/population/library.data';
import { definePopulation } from '@gemel/modeling/population/population-model';

const models = populationLibrary.filter(({ id }) => id.startsWith('mapbayr-'));
const number = ({ id }: CompartmentPopulation) => id.slice(-3);
const dataOf = (model: CompartmentPopulation) => `mapbayr/data_to_fit${number(model)}.csv`;
const expectedOf = (model: CompartmentPopulation) => `mapbayr/expected_eta${number(model)}.csv`;
const agreeing = (model: CompartmentPopulation) => `${number(model)}: share of patients within 1e-4 on every ETA`;
const worse = (model: CompartmentPopulation) =>
  `${number(model)}: others whose objective is above NONMEM's by over 1e-6`;

export default defineValidation({
  id: 'lelouedec2021',
  title: 'Empirical-Bayes estimates of 4,000 patients under eight models, beside NONMEM 7.4.4',
  citation:
    'Le Louedec, Puisset, Thomas, Chatelut, White-Koning. Easy and reliable maximum a posteriori Bayesian estimation of pharmacokinetic parameters with the open-source R package mapbayr. CPT Pharmacometrics Syst Pharmacol, 2021. doi 10.1002/psp4.12689',
  data: models.flatMap((model) => [dataOf(model), expectedOf(model)]),
  slow: false,
  rows: models.flatMap((model) => [
    { name: agreeing(model), source: expectedOf(model), unit: '', expected: null, atLeast: 0.98 },
    { name: worse(model), source: expectedOf(model), unit: '', expected: null, atMost: 0 },
  ]),
  run({ read }) {
    const text = (path: string) => new TextDecoder().decode(read(path));
    return Object.fromEntries(
      models.flatMap((model) => {
        const found = compare(model, text(dataOf(model)), text(expectedOf(model)));
        return [
          [agreeing(model), found.agreeing],
          [worse(model), found.worse.length],
        ];
      }),
    );
  },
});

/** Share of patients whose modes agree, and the ids of those whose mode here is the worse one. */
function compare(text: CompartmentPopulation, data: string, expected: string) {
  const model = definePopulation(text);
  const subjects = compartmentSubjects(model, text.compartments, readDataset(data, { file: text.id }), text.id);
  const values: PopulationValues = { theta: model.theta, omega: model.between.covariance, sigma: model.sigma };
  const prior = etaPrior(values)!;
  const etas = new Map(
    expected
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(','))
      .map(([id, ...eta]) => [id, Float64Array.from(eta, Number)]),
  );
  let agree = 0;
  const worse: string[] = [];
  for (const subject of subjects) {
    const mode = conditionalMode(subject, values, prior);
    const theirs = etas.get(subject.id);
    if (theirs === undefined) continue;
    if (mode.eta.every((each, k) => Math.abs(each - theirs[k]!) <= 1e-4)) {
      agree++;
      continue;
    }
    const f = new Float64Array(subject.observed.length);
    subject.predict(values.theta, theirs, f);
    const objective = jointObjective(subject, values, prior, theirs, f, null);
    if (!(mode.objective <= objective + 1e-6)) worse.push(subject.id);
  }
  return { agreeing: agree / etas.size, worse };
}
