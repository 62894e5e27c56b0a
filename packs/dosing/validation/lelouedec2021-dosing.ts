import { defineValidation } from '@gemel/core/validation';
import { jointObjective } from '@gemel/inference/population/conditional-mode';
import { type DatasetSubject, readDataset } from '@gemel/modeling/dataset/read-dataset';
import type { EffectScale } from '@gemel/modeling/population/population-model';
import type { DrugCourse } from '../course.ts';
import type { DrugModel } from '../drug.ts';
import { effectMode } from '../posterior.ts';
import { compartments, type Entering, parallel } from '../structures/compartments.ts';
import { modelSubject } from '../subject.ts';

/** A run as a drug’s model: what tells it from the others. */
interface Run {
  readonly number: string;
  /** How doses by mouth enter; none: doses are infusions. */
  readonly entering: readonly Entering[];
  /** Typical values beside clearance and volume. */
  readonly typical: Readonly<Record<string, number>>;
  /** What varies beside clearance and volume, in the order of the data. */
  readonly varied: readonly string[];
  readonly scales?: Readonly<Record<string, EffectScale>>;
}

const MOUTH: readonly Entering[] = ['first-order'];
const RUNS: readonly Run[] = [
  { number: '001', entering: MOUTH, typical: { KA: 1 }, varied: ['KA'] },
  { number: '002', entering: MOUTH, typical: { KA: 1 }, varied: ['KA'] },
  { number: '003', entering: MOUTH, typical: { KA: 1, ALAG: 1 }, varied: ['KA', 'ALAG'] },
  { number: '004', entering: ['zero-order'], typical: { D: 4 }, varied: ['D'] },
  { number: '005', entering: MOUTH, typical: { KA: 1, D: 1 }, varied: ['KA', 'D'] },
  {
    number: '006',
    entering: ['first-order', 'zero-order'],
    typical: { KA: 1, F: 0.2, F2: 0.8, D2: 4 },
    varied: ['KA', 'D2'],
  },
  {
    number: '007',
    entering: ['first-order', 'first-order'],
    typical: { KA: 1, KA2: 0.25, F: 0.2, F2: 0.8 },
    varied: ['KA', 'KA2'],
  },
  { number: '008', entering: MOUTH, typical: { KA: 1, F: 0.5 }, varied: ['KA', 'F'], scales: { F: 'logit' } },
];
/** NONMEM’s compartment of a dose that is infused into the blood. */
const INFUSED = 2;

function modelOf({ number, entering, typical, varied, scales }: Run): DrugModel {
  return {
    id: `mapbayr-${number}`,
    title: `Run ${number}`,
    citation: '',
    population: 'simulated',
    subjects: 4000,
    ranges: [],
    exclusions: [],
    structure: entering === MOUTH ? compartments(0, true) : parallel(0, entering),
    theta: [],
    omega: Object.fromEntries(['CL', 'VC', ...varied].map((name) => [name, 0.2])),
    ...(scales && { scales }),
    sigma: { proportional: 0.05 },
    needs: [],
    typical: () => ({ CL: 4, VC: 70, ...typical }),
  };
}

/** One patient’s doses and levels. What the data give as a dose for each way is one dose that takes them all. */
function courseOf({ records }: DatasetSubject): DrugCourse {
  const given = records.filter(({ event }) => event === 1);
  const doses = given
    .filter(({ time }, i) => given.findIndex((each) => each.time === time) === i)
    .flatMap(({ time, amount, rate, compartment, additional, interval }) =>
      Array.from({ length: additional + 1 }, (_, k) => ({
        time: time + k * interval,
        amount,
        hours: rate > 0 ? amount / rate : 0,
        route: compartment === INFUSED && rate >= 0 ? ('intravenous' as const) : ('oral' as const),
      })),
    );
  const levels = records.flatMap(({ time, observation }) =>
    observation === null ? [] : [{ time, value: observation }],
  );
  const covariates = [{ time: Number.NEGATIVE_INFINITY, values: {} }];
  return { doses: doses.toSorted((a, b) => a.time - b.time), levels, covariates };
}

const dataOf = ({ number }: Run) => `mapbayr/data_to_fit${number}.csv`;
const expectedOf = ({ number }: Run) => `mapbayr/expected_eta${number}.csv`;
const agreeing = ({ number }: Run) => `${number}: share of patients within 1e-4 on every ETA`;
const worse = ({ number }: Run) => `${number}: others whose objective is above NONMEM's by over 1e-6`;
/** Runs whose predictions have no kinks: there one mode alone, and every patient’s is to be found. */
const SMOOTH = ['001', '002', '005', '007', '008'];

export default defineValidation({
  id: 'lelouedec2021-dosing',
  title: 'The most probable values of 4,000 patients under eight models, through the pack’s own models and subjects',
  citation:
    'Le Louedec F et al., CPT Pharmacometrics Syst Pharmacol 2021, doi 10.1002/psp4.12689; what differs, and why: lelouedec2021',
  data: RUNS.flatMap((run) => [dataOf(run), expectedOf(run)]),
  slow: false,
  rows: RUNS.flatMap((run) => [
    {
      name: agreeing(run),
      source: expectedOf(run),
      unit: '',
      expected: null,
      atLeast: SMOOTH.includes(run.number) ? 1 : 0.98,
    },
    { name: worse(run), source: expectedOf(run), unit: '', expected: null, atMost: 0 },
  ]),
  run({ read }) {
    const text = (path: string) => new TextDecoder().decode(read(path));
    return Object.fromEntries(
      RUNS.flatMap((run) => {
        const model = modelOf(run);
        const [, ...lines] = text(expectedOf(run)).trim().split(/\r?\n/);
        const etas = new Map(
          lines.map((line) => line.split(',')).map(([id, ...eta]) => [id, Float64Array.from(eta, Number)]),
        );
        const { subjects } = readDataset(text(dataOf(run)), { file: dataOf(run) });
        let agree = 0;
        let above = 0;
        for (const data of subjects) {
          const given = modelSubject(model, courseOf(data));
          const { found, values, prior } = effectMode(given);
          const eta = etas.get(data.id)!;
          if (found.eta.every((each, k) => Math.abs(each - eta[k]) <= 1e-4)) {
            agree++;
            continue;
          }
          const f = new Float64Array(given.subject.observed.length);
          given.subject.predict(values.theta, eta, f);
          const theirs = jointObjective(given.subject, values, prior, eta, f, null);
          if (!(found.objective <= theirs + 1e-6)) above++;
        }
        return [
          [agreeing(run), agree / subjects.length],
          [worse(run), above],
        ];
      }),
    );
  },
});
