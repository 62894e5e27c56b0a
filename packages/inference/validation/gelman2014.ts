import { type RandomStream, randomStream } from '@gemel/numerics';
import { betaQuantile } from '@gemel/numerics/special/incomplete-beta';
import { gammaQuantile } from '@gemel/numerics/special/incomplete-gamma';
import { momentsOf } from '../diagnose/convergence.ts';
import { posteriorPredictiveCheck } from '../diagnose/posterior-predictive.ts';

/** Newcomb's 66 measurements of the speed of light, as deviations from 24,800 ns (Stigler 1977, table 5). */
const LIGHT = Float64Array.of(
  ...[28, 26, 33, 24, 34, -44, 27, 16, 40, -2, 29, 22, 24, 21, 25, 30, 23, 29, 31, 19, 24, 20],
  ...[36, 32, 36, 28, 25, 21, 28, 29, 37, 25, 28, 26, 30, 32, 36, 26, 30, 22, 36, 23, 27, 27],
  ...[28, 27, 31, 27, 26, 33, 26, 32, 32, 24, 39, 28, 24, 25, 32, 25, 29, 27, 28, 29, 16, 23],
);
/** Twenty binary trials in order. */
const TRIALS = Float64Array.of(1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0);

const DRAWS = 10_000;
/** Of a share over as many draws as here and there. */
const error = (p: number, others: number) => 3 * Math.sqrt(p * (1 - p) * (1 / DRAWS + 1 / others));
const switches = (y: Float64Array) => y.reduce((count, v, i) => count + (i > 0 && v !== y[i - 1] ? 1 : 0), 0);

/** Replicates of n values for each draw of the parameters. */
function replicates(n: number, random: RandomStream, draw: (random: RandomStream) => () => number): Float64Array {
  const out = new Float64Array(DRAWS * n);
  for (let s = 0; s < DRAWS; s++) {
    const next = draw(random);
    for (let i = 0; i < n; i++) out[s * n + i] = next();
  }
  return out;
}

/** Shares of sequences of 20 trials with at most three switches, over the posterior beta(8, 14): summed over runs of ones. */
function exactAtMostThree(): number {
  const n = TRIALS.length;
  const choose = (a: number, b: number): number =>
    b < 0 || b > a ? 0 : b === 0 ? 1 : (choose(a, b - 1) * (a - b + 1)) / b;
  const sequences = (ones: number, changes: number): number => {
    const zeros = n - ones;
    if (ones === 0 || zeros === 0) return changes === 0 ? 1 : 0;
    const half = Math.floor((changes + 1) / 2);
    if (changes % 2 === 1) return 2 * choose(ones - 1, half - 1) * choose(zeros - 1, half - 1);
    return choose(ones - 1, half) * choose(zeros - 1, half - 1) + choose(ones - 1, half - 1) * choose(zeros - 1, half);
  };
  let total = 0;
  for (let ones = 0; ones <= n; ones++) {
    // Probability of one such sequence: B(8 + ones, 14 + zeros)/B(8, 14).
    let each = 1;
    for (let i = 0; i < ones; i++) each *= (8 + i) / (22 + i);
    for (let i = 0; i < n - ones; i++) each *= (14 + i) / (22 + ones + i);
    for (let changes = 0; changes <= 3; changes++) total += each * sequences(ones, changes);
  }
  return total;
}

export default {
  id: 'gelman2014',
  title: 'Posterior predictive p-values of two examples',
  citation:
    'Gelman, Carlin, Stern, Dunson, Vehtari, Rubin. Bayesian Data Analysis, 3rd edition. CRC Press, 2014, sections 6.1 and 6.3; data of Stigler, Ann Stat, 1977',
  data: [],
  slow: false,
  rows: [
    {
      name: 'trials: at most 3 switches',
      source: 'section 6.3',
      unit: '',
      expected: 0.028,
      tolerance: error(0.028, 10_000),
    },
    {
      name: 'trials: the same by enumeration, less the check',
      source: 'closed form',
      unit: '',
      expected: 0,
      tolerance: error(0.0286, Infinity),
    },
    { name: 'light: mean of the data', source: 'section 3.2', unit: 'ns', expected: 26.2, tolerance: 0.05 },
    { name: 'light: SD of the data', source: 'section 3.2', unit: 'ns', expected: 10.8, tolerance: 0.06 },
    {
      name: 'light: least as small as −44',
      source: 'section 6.3, figure 6.3',
      unit: '',
      expected: 0,
      tolerance: 0.001,
    },
    {
      name: 'light: variance',
      source: 'closed form: F with 65 and 65 degrees of freedom beyond 1',
      unit: '',
      expected: 0.5,
      tolerance: error(0.5, Infinity),
    },
    {
      name: 'light: distance of the mean from its parameter',
      source: 'closed form: both are the same given the parameters',
      unit: '',
      expected: 0.5,
      tolerance: error(0.5, Infinity),
    },
  ],
  run() {
    const trials = posteriorPredictiveCheck(
      {
        observed: TRIALS,
        replicated: replicates(TRIALS.length, randomStream(6, 'trials'), (random) => {
          const theta = betaQuantile(8, 14, random.uniform());
          return () => (random.uniform() < theta ? 1 : 0);
        }),
      },
      [{ name: 'switches', of: switches }],
    ).rows[0];
    const n = LIGHT.length;
    const { mean, sd } = momentsOf(LIGHT);
    const locations: number[] = [];
    const replicated = replicates(n, randomStream(6, 'light'), (random) => {
      // Prior 1/σ²: (n − 1)s²/σ² is χ² with n − 1 degrees of freedom.
      const sigma = sd * Math.sqrt((n - 1) / (2 * gammaQuantile((n - 1) / 2, random.uniform())));
      const mu = mean + (sigma / Math.sqrt(n)) * random.normal();
      locations.push(mu);
      return () => mu + sigma * random.normal();
    });
    const [least, variance, distance] = posteriorPredictiveCheck({ observed: LIGHT, replicated }, [
      { name: 'least', of: (y) => Math.min(...y) },
      { name: 'variance', of: (y) => momentsOf(y).sd ** 2 },
      { name: 'distance', of: (y, draw) => Math.abs(momentsOf(y).mean - locations[draw]) },
    ]).rows;
    return {
      'trials: at most 3 switches': trials.atMost,
      'trials: the same by enumeration, less the check': exactAtMostThree() - trials.atMost,
      'light: mean of the data': mean,
      'light: SD of the data': sd,
      'light: least as small as −44': least.atMost,
      'light: variance': variance.atLeast,
      'light: distance of the mean from its parameter': distance.atLeast,
    };
  },
};
