import { type RandomStream, randomStream } from '@gemel/numerics';
import { cholesky, choleskySolve } from '@gemel/numerics/linalg/cholesky';
import { conformalQuantile } from '../conformal/conformal-rank.ts';
import { jackknifePlus } from '../conformal/jackknife-plus.ts';

const TRIALS = 600;
const POINTS = 60;
const LEVEL = 0.9;
/** Few coefficients; almost as many as points, where least squares is least stable. */
const DIMENSIONS = [5, 57] as const;

/** Standard normal features, a response of signal 10 and noise 1. */
function point(d: number, random: RandomStream): readonly [x: Float64Array, y: number] {
  const x = Float64Array.from({ length: d }, () => random.normal());
  return [x, x.reduce((sum, v) => sum + v * Math.sqrt(10 / d), 0) + random.normal()];
}

/** Whether jackknife+ and the plain jackknife hold one new point, least squares fitted without each point by downdating. */
function trial(d: number, random: RandomStream): readonly [plus: boolean, plain: boolean] {
  const points = Array.from({ length: POINTS }, () => point(d, random));
  const gram = new Float64Array(d * d);
  const right = new Float64Array(d);
  for (const [x, y] of points) {
    for (let i = 0; i < d; i++) {
      right[i] += x[i] * y;
      for (let j = 0; j < d; j++) gram[i * d + j] += x[i] * x[j];
    }
  }
  const factor = cholesky(gram, d);
  if (factor.status !== 'ok') throw new Error('features are not independent');
  const fitted = choleskySolve(factor.lower, d, right);
  const [x, y] = point(d, random);
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
  const residuals = new Float64Array(POINTS);
  const predictions = new Float64Array(POINTS);
  points.forEach(([own, response], i) => {
    const lever = choleskySolve(factor.lower, d, own);
    const left = (response - dot(own, fitted)) / (1 - dot(own, lever));
    residuals[i] = Math.abs(left);
    predictions[i] = dot(x, fitted) - dot(x, lever) * left;
  });
  const { low, high } = jackknifePlus({ residuals, predictions }, LEVEL);
  return [y >= low && y <= high, Math.abs(y - dot(x, fitted)) <= conformalQuantile(residuals, LEVEL).score];
}

const name = (method: string, d: number) => `${method}: coverage at ${LEVEL}, ${d} coefficients from ${POINTS} points`;
const error = 3.5 * Math.sqrt((LEVEL * (1 - LEVEL)) / TRIALS);

export default {
  id: 'barber2021',
  title: 'Jackknife+ of least squares, stable and not',
  citation:
    'Barber, Candès, Ramdas, Tibshirani. Predictive inference with the jackknife+. Ann Stat, 2021. doi 10.1214/20-AOS1965',
  data: [],
  slow: false,
  rows: [
    { name: name('jackknife+', 5), source: 'section 7.1: near the level', unit: '', expected: LEVEL, tolerance: error },
    {
      name: name('jackknife+', 57),
      source: 'theorem 1: at least 2·level − 1; section 7.1: near the level',
      unit: '',
      expected: null,
      atLeast: LEVEL - error,
    },
    {
      name: name('jackknife', 57),
      source: 'section 7.1: below the level where least squares is unstable',
      unit: '',
      expected: null,
      atMost: LEVEL,
    },
  ],
  run() {
    const found: Record<string, number> = {};
    for (const d of DIMENSIONS) {
      let [plus, plain] = [0, 0];
      for (let t = 0; t < TRIALS; t++) {
        const [a, b] = trial(d, randomStream(2021, d, t));
        if (a) plus++;
        if (b) plain++;
      }
      found[name('jackknife+', d)] = plus / TRIALS;
      if (d === 57) found[name('jackknife', d)] = plain / TRIALS;
    }
    return found;
  },
};
