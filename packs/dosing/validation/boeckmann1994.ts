import { defineValidation } from '@gemel/core/validation';
import * as alternatingLinear from '@gemel/inference/population/alternating-linear';
import { type Course, oralSubjects, theophylline } from '@gemel/inference/population/theophylline.fixture';
import { randomStream } from '@gemel/numerics';
import type { DrugModel } from '../drug.ts';
import { foretoldInTurn, nextLevelNumbers, nextLevelRows } from '../next-level.ts';
import { compartments } from '../structures/compartments.ts';

const FILE = 'reference/theoph.csv';
const SOURCE = 'twelve persons, each foretold by a model fitted to the eleven others';
const NAMES = ['VC', 'KA', 'CL'];
/** mg/L; relative errors of what is nearly nothing tell nothing. */
const LEAST = 1;
const PARTS = [
  { about: 'after one or two levels', holds: (before: number) => before === 1 || before === 2 },
  { about: 'after three levels or more', holds: (before: number) => before >= 3 },
];

/** One compartment with first-order absorption, parameters per kg, by the linearization of Lindstrom and Bates. */
function fitted(courses: readonly Course[]): DrugModel {
  const law = ({ dose }: Course, theta: Float64Array, eta: Float64Array) => {
    const [volume, ka, clearance] = theta.map((each, i) => Math.exp(each + eta[i]));
    return { dose, ka, volume, ke: clearance / volume };
  };
  const subjects = oralSubjects(courses, () => Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), law);
  let state = alternatingLinear.init({
    theta: Float64Array.of(-0.8, 0.5, -3.2),
    omega: Float64Array.of(0.05, 0, 0, 0, 0.4, 0, 0, 0, 0.1),
    sigma: { proportional: 0, additive: 1 },
  });
  for (let turn = 0; turn < 50; turn++) {
    const next = alternatingLinear.step({ subjects }, state);
    state = next.state;
    if (next.info.status === 'no-value' || next.info.change < 1e-4) break;
  }
  const { theta, omega, sigma } = state.values;
  const [volume, ka, clearance] = theta.map(Math.exp);
  return {
    id: 'fitted',
    title: 'Fitted to the others',
    citation: '',
    population: 'volunteers',
    subjects: courses.length,
    ranges: [],
    exclusions: [],
    structure: compartments(0, true),
    theta: [],
    omega: { names: NAMES, matrix: NAMES.map((_, i) => [...omega.subarray(3 * i, 3 * i + 3)]) },
    sigma,
    needs: ['weight'],
    typical: (_, { weight }) => ({ VC: volume * weight!, KA: ka, CL: clearance * weight!, ALAG: 0, F: 1, D: 0 }),
  };
}

export default defineValidation({
  id: 'boeckmann1994',
  title: 'The next level of real persons: theophylline',
  citation:
    'Boeckmann AJ, Sheiner LB, Beal SL, NONMEM Users Guide, Part V, 1994; the data as the R package datasets has them',
  data: [FILE],
  slow: false,
  rows: PARTS.flatMap(({ about }) => nextLevelRows(about, SOURCE)),
  run({ read }) {
    const courses = theophylline(read(FILE));
    const levels = courses.flatMap((own, person) => {
      const model = fitted(courses.filter((each) => each !== own));
      const course = {
        doses: [{ time: 0, amount: own.dose * own.weight, hours: 0, route: 'oral' as const }],
        levels: Array.from(own.times, (time, i) => ({ time, value: own.observed[i] })).filter(({ time }) => time > 0),
        covariates: [{ time: Number.NEGATIVE_INFINITY, values: { weight: own.weight } }],
      };
      return foretoldInTurn({ models: [model] }, course, LEAST, randomStream(1994, person));
    });
    return Object.assign(
      {},
      ...PARTS.map(({ about, holds }) =>
        nextLevelNumbers(
          about,
          levels.filter(({ before }) => holds(before)),
        ),
      ),
    );
  },
});
