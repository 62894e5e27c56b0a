import { defineValidation } from '@gemel/core/validation';
import { type RandomStream, randomStream } from '@gemel/numerics';
import { cholesky } from '@gemel/numerics/linalg/cholesky';
import type { DrugCourse } from '../course.ts';
import type { Covariates } from '../covariates.ts';
import type { DrugModel } from '../drug.ts';
import { vancomycin } from '../drugs/vancomycin/index.ts';
import { foretoldInTurn, nextLevelNumbers, nextLevelRows } from '../next-level.ts';
import { cockcroftGault } from '../renal-function.ts';
import { modelSubject } from '../subject.ts';

/** Models of adults on wards: each in turn is the truth, and the twin has the others. */
const TRUTHS = ['goti2018', 'thomson2009', 'colin2019', 'buelga2005'];
const PATIENTS = 60;
/** Just before the second, the fourth and the sixth dose, and once in between. */
const TIMES = [11.5, 35.5, 40, 59.5];
const LEAST = 2;
const SOURCE = `simulated: ${PATIENTS} adults, each of ${TRUTHS.length} models the truth in turn, foretold by the others; not patients`;
/** Who foretells: the models that are not the truth, averaged; and, for what could be had at best, the truth alone. */
const TELLERS = [
  { said: '', modelsOf: (truth: DrugModel) => vancomycin.models.filter((each) => each !== truth) },
  { said: ', by the truth itself', modelsOf: (truth: DrugModel) => [truth] },
];
const about = (before: number) => (before === 0 ? 'before any level' : `after ${before} level${before > 1 ? 's' : ''}`);

function adult(random: RandomStream): Covariates {
  const female = random.uniform() < 0.5 ? 1 : 0;
  const age = 25 + 60 * random.uniform();
  const height = (female ? 163 : 177) + 7 * random.normal();
  const weight = (height / 100) ** 2 * (20 + 14 * random.uniform());
  const creatinine = Math.exp(Math.log(0.9) + 0.3 * random.normal());
  return { female, age, height, weight, creatinine, clcr: cockcroftGault(age, weight, creatinine, female === 1) };
}

/** About 15 mg/kg every 12 h, and levels as a model makes them, errors of measurement included. */
function courseUnder(truth: DrugModel, random: RandomStream): DrugCourse {
  const values = adult(random.fork('person'));
  const amount = 250 * Math.round((15 * values.weight!) / 250);
  const doses = [0, 12, 24, 36, 48].map((time) => ({
    time,
    amount,
    hours: amount / 1000,
    route: 'intravenous' as const,
  }));
  const course = { doses, covariates: [{ time: Number.NEGATIVE_INFINITY, values }] };
  const { subject, effects } = modelSubject(truth, { ...course, levels: TIMES.map((time) => ({ time, value: 1 })) });
  const q = effects.names.length;
  const factor = cholesky(effects.covariance, q);
  if (factor.status !== 'ok') throw new Error(`${truth.id}: omega is not positive definite`);
  const draw = random.fork('effects');
  const z = effects.names.map(() => draw.normal());
  const eta = Float64Array.from(z, (_, i) =>
    z.reduce((sum, each, j) => sum + (j <= i ? factor.lower[i * q + j] * each : 0), 0),
  );
  const levels = new Float64Array(TIMES.length);
  subject.predict(new Float64Array(0), eta, levels);
  const { proportional = 0, additive = 0 } = truth.sigma;
  const noise = random.fork('error');
  const measured = levels.map((f) => f + Math.sqrt(additive + proportional * f * f) * noise.normal());
  return {
    ...course,
    levels: TIMES.map((time, i) => ({ time, value: measured[i] })).filter(({ value }) => value >= LEAST),
  };
}

export default defineValidation({
  id: 'next-level-simulated',
  title: 'The next level of simulated patients whom no model of the twin describes: vancomycin',
  citation:
    'Own simulation; relative bias, RMSE and share within ±20 % of what is measured, as external evaluations report them',
  data: [],
  slow: false,
  rows: TIMES.flatMap((_, before) => TELLERS.flatMap(({ said }) => nextLevelRows(`${about(before)}${said}`, SOURCE))),
  run() {
    const numbers = TELLERS.flatMap(({ said, modelsOf }) => {
      const levels = TRUTHS.flatMap((id) => {
        const truth = vancomycin.models.find((each) => each.id === id)!;
        const twin = { models: modelsOf(truth) };
        return Array.from({ length: PATIENTS }, (_, i) => {
          const random = randomStream(2026, id, i);
          return foretoldInTurn(twin, courseUnder(truth, random), LEAST, random.fork('twin'));
        }).flat();
      });
      return TIMES.map((_, n) =>
        nextLevelNumbers(
          `${about(n)}${said}`,
          levels.filter(({ before }) => before === n),
        ),
      );
    });
    return Object.assign({}, ...numbers);
  },
});
