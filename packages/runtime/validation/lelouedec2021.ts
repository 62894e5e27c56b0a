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
const lower = (model: CompartmentPopulation) =>
  `${number(model)}: share of patients whose objective is below NONMEM's by over 1e-6`;
const unfinished = (model: CompartmentPopulation) =>
  `${number(model)}: share of patients where NONMEM's estimate is no mode: one within 0.1 of it is lower by over 1e-6`;
const nearest = (model: CompartmentPopulation) =>
  `${number(model)}: share within 1e-4 on every ETA if the mode nearest to η = 0 were given`;
const LIST = 'others.csv';

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
    { name: lower(model), source: expectedOf(model), unit: '', expected: null },
    { name: unfinished(model), source: expectedOf(model), unit: '', expected: null },
    { name: nearest(model), source: expectedOf(model), unit: '', expected: null },
  ]),
  lists: [LIST],
  run({ read, list }) {
    const text = (path: string) => new TextDecoder().decode(read(path));
    const numbers: Record<string, number> = {};
    const lines = [
      "run,id,status,objective,objective at NONMEM's estimate,largest difference of an ETA,NONMEM's estimate",
    ];
    for (const model of models) {
      const patients = compare(model, text(dataOf(model)), text(expectedOf(model)));
      const share = (holds: (patient: Patient) => boolean) => patients.filter(holds).length / patients.length;
      const others = patients.filter((patient) => !(patient.difference <= CLOSE));
      numbers[agreeing(model)] = share(({ difference }) => difference <= CLOSE);
      numbers[worse(model)] = others.filter(({ objective, theirs }) => !(objective <= theirs + LEVEL)).length;
      numbers[lower(model)] = share(({ objective, theirs }) => objective < theirs - LEVEL);
      numbers[unfinished(model)] = share(({ isMode }) => !isMode);
      numbers[nearest(model)] = share((patient) => patient.nearestDifference <= CLOSE);
      for (const { id, status, objective, theirs, difference, isMode } of others) {
        const figures = [objective.toFixed(6), theirs.toFixed(6), difference.toExponential(1)];
        lines.push([number(model), id, status, ...figures, isMode ? 'another mode' : 'no mode'].join(','));
      }
    }
    list?.(LIST, `${lines.join('\n')}\n`);
    return numbers;
  },
});

/** ETAs agree within this, objectives are level within that. */
const CLOSE = 1e-4;
const LEVEL = 1e-6;

interface Patient {
  readonly id: string;
  readonly status: string;
  readonly objective: number;
  /** The objective at NONMEM's estimate. */
  readonly theirs: number;
  /** Largest difference of an ETA, and that of the mode nearest to η = 0. */
  readonly difference: number;
  readonly nearestDifference: number;
  /** Whether no mode beside NONMEM's estimate is lower than it. */
  readonly isMode: boolean;
}

function compare(text: CompartmentPopulation, data: string, expected: string): readonly Patient[] {
  const model = definePopulation(text);
  const subjects = compartmentSubjects(model, text.compartments, readDataset(data, { file: text.id }), text.id);
  const values: PopulationValues = { theta: model.theta, omega: model.between.covariance, sigma: model.sigma };
  const prior = etaPrior(values)!;
  const lines = expected.trim().split(/\r?\n/).slice(1);
  const etas = new Map(
    lines.map((line) => line.split(',')).map(([id, ...eta]) => [id, Float64Array.from(eta, Number)]),
  );
  return subjects.flatMap((subject) => {
    const eta = etas.get(subject.id);
    if (eta === undefined) return [];
    const away = (from: Float64Array) => Math.max(...from.map((each, k) => Math.abs(each - eta[k]!)));
    const mode = conditionalMode(subject, values, prior);
    const f = new Float64Array(subject.observed.length);
    subject.predict(values.theta, eta, f);
    const theirs = jointObjective(subject, values, prior, eta, f, null);
    const difference = away(mode.eta);
    let isMode = true;
    if (difference > CLOSE) {
      const beside = conditionalMode(subject, values, prior, { start: eta, modes: 'nearest' });
      isMode = !(beside.objective < theirs - LEVEL && away(beside.eta) < 0.1);
    }
    const nearestDifference = away((mode.nearest ?? mode).eta);
    const { status, objective } = mode;
    return [{ id: subject.id, status, objective, theirs, difference, nearestDifference, isMode }];
  });
}
