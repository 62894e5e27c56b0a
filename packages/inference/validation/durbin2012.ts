import { randomStream } from '@gemel/numerics';
import { cholesky, choleskySolve } from '@gemel/numerics/linalg/cholesky';
import { type GaussianState, gaussianState, smooth } from '../filter/gaussian-state.ts';
import * as kalman from '../filter/kalman.ts';
import { coordinateObservation } from '../filter/observation.ts';
import { linearTransition } from '../filter/transition.ts';
import * as unscented from '../filter/unscented.ts';

const STEPS = 80;
const Q = 1.4;
const R = 0.6;
const START = 3;
const level = linearTransition(1, {
  matrix: () => Float64Array.of(1),
  noise: (from, to) => Float64Array.of(Q * (to - from)),
});
const operator = coordinateObservation([0], 1, [R]);
const start = gaussianState(0, Float64Array.of(0.5), Float64Array.of(START)) as GaussianState;

/** Irregular times, every fifth value missing. */
const random = randomStream(2012, 'local level');
let time = 0;
const observations = Array.from({ length: STEPS }, (_, k) => {
  time += 0.1 + 2 * random.uniform();
  return { time, operator, values: Float64Array.of(k % 5 === 4 ? Number.NaN : 3 * random.normal()) };
});

/** Smoothed means and variances at all times and the log likelihood, by one solve over every value at once. */
function closedForm() {
  const seen = observations.filter(({ values }) => !Number.isNaN(values[0]));
  const n = seen.length;
  const joint = new Float64Array(n * n);
  const cross = (s: number, t: number) => START + Q * Math.min(s, t);
  seen.forEach((a, i) => {
    seen.forEach((b, j) => {
      joint[i * n + j] = cross(a.time, b.time) + (i === j ? R : 0);
    });
  });
  const factor = cholesky(joint, n);
  if (factor.status !== 'ok') throw new RangeError('the joint covariance of the closed form is not positive');
  const away = Float64Array.from(seen, ({ values }) => values[0] - 0.5);
  const solved = choleskySolve(factor.lower, n, away);
  const moments = observations.map(({ time: t }) => {
    const c = Float64Array.from(seen, (o) => cross(o.time, t));
    const inverse = choleskySolve(factor.lower, n, c);
    return {
      mean: 0.5 + c.reduce((s, v, i) => s + v * solved[i], 0),
      variance: START + Q * t - c.reduce((s, v, i) => s + v * inverse[i], 0),
    };
  });
  const square = away.reduce((s, v, i) => s + v * solved[i], 0);
  return { moments, logLikelihood: -0.5 * (square + factor.logDeterminant + n * Math.log(2 * Math.PI)) };
}

const METHODS = [
  { name: 'Kalman', step: kalman.step },
  { name: 'unscented Kalman', step: unscented.step },
] as const;
const rowNames = (name: string) => ({
  likelihood: `${name} filter: log likelihood, difference`,
  mean: `${name} smoother: mean, largest difference`,
  variance: `${name} smoother: variance, largest difference`,
});
const STEADY = 'steady variance of the level seen every unit of time';

export default {
  id: 'durbin2012',
  title: 'Local level model at irregular times with missing values: filter and smoother against the closed form',
  citation: 'Durbin, Koopman. Time Series Analysis by State Space Methods, 2nd ed., Oxford 2012, chapter 2',
  data: [],
  slow: false,
  rows: [
    ...METHODS.flatMap(({ name }) =>
      Object.values(rowNames(name)).map((row) => ({
        name: row,
        source: 'joint normal of all values, solved at once',
        unit: '1',
        expected: 0,
        tolerance: 1e-10,
      })),
    ),
    {
      name: STEADY,
      source: 'steady state: the root of P² + PQ − QR = 0',
      unit: '1',
      expected: (-Q + Math.sqrt(Q * Q + 4 * Q * R)) / 2,
      tolerance: 1e-12,
    },
  ],
  run(): Record<string, number> {
    const exact = closedForm();
    const numbers: Record<string, number> = {};
    for (const { name, step } of METHODS) {
      const rows = rowNames(name);
      const run = kalman.filterSeries(start, observations, (s, o) => step(level, s, o));
      const smoothed = smooth(run.states, run.infos);
      const most = (of: (k: number) => number) =>
        observations.reduce((largest, _, k) => Math.max(largest, Math.abs(of(k))), 0);
      numbers[rows.likelihood] = run.logLikelihood - exact.logLikelihood;
      numbers[rows.mean] = most((k) => smoothed[k + 1].mean[0] - exact.moments[k].mean);
      numbers[rows.variance] = most((k) => smoothed[k + 1].lower[0] ** 2 - exact.moments[k].variance);
    }
    let state = start;
    for (let t = 1; t <= 200; t++)
      state = kalman.step(level, state, { time: t, operator, values: Float64Array.of(1) }).state;
    numbers[STEADY] = state.lower[0] ** 2;
    return numbers;
  },
};
