import { randomStream } from '@gemel/numerics';
import { normalQuantile } from '@gemel/numerics/special/normal';
import { momentsOf } from '../diagnose/convergence.ts';
import { standardNormalTests } from '../diagnose/standard-normal.ts';
import { predictionErrors } from '../population/prediction-errors.ts';
import type { SimulatedSubject } from '../population/simulation.ts';

const FILE = 'reference/theoph.csv';
const GUIDE = 'user guide of npde 3.0, section 5.1 (K = 100 simulations)';
const FIRST = 'user guide of npde 1.2, output of the example (K = 100 simulations)';

/** Prediction distribution errors and discrepancies of the 120 observations, in hundredths: theophylline.npde of npde 1.2. */
const PUBLISHED_PDE = [
  55, 98, 99, 70, 60, 75, 95, 78, 96, 99, 16, 99, 75, 38, 6, 21, 39, 54, 39, 29, 73, 71, 61, 19, 56, 31, 42, 69, 50, 31,
  16, 92, 99, 58, 14, 34, 42, 62, 79, 35, 12, 91, 99, 5, 5, 15, 60, 64, 36, 55, 7, 51, 93, 42, 11, 20, 24, 58, 70, 44,
  5, 50, 57, 40, 45, 50, 28, 32, 44, 66, 48, 1, 91, 39, 15, 33, 16, 59, 32, 63, 99, 85, 2, 43, 57, 99, 17, 94, 97, 8,
  18, 52, 44, 49, 95, 73, 65, 67, 73, 52, 81, 52, 25, 12, 24, 35, 44, 42, 57, 74, 6, 69, 85, 61, 63, 47, 12, 44, 59, 13,
];
const PUBLISHED_PD = [
  55, 85, 99, 98, 93, 96, 97, 99, 99, 99, 16, 90, 71, 64, 33, 43, 48, 43, 26, 31, 73, 76, 68, 43, 51, 34, 30, 60, 39,
  26, 16, 35, 78, 63, 48, 57, 50, 65, 59, 47, 12, 40, 80, 35, 37, 30, 49, 50, 38, 50, 7, 22, 40, 28, 16, 19, 20, 30, 31,
  34, 5, 6, 16, 17, 32, 33, 29, 19, 30, 36, 48, 21, 53, 46, 27, 30, 19, 38, 21, 41, 99, 99, 97, 77, 64, 80, 70, 81, 76,
  67, 18, 16, 18, 17, 72, 76, 76, 82, 79, 78, 81, 77, 66, 21, 12, 12, 8, 8, 9, 20, 6, 15, 43, 64, 71, 65, 49, 64, 64,
  31,
];

interface Person {
  readonly id: string;
  readonly dose: number;
  readonly times: Float64Array;
  readonly observed: Float64Array;
}

/** Rows of subject, weight, dose, time, concentration; those at time 0 are not looked at. */
function peopleOf(text: string): readonly Person[] {
  const rows = text
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(',').map((field) => Number(field.replaceAll('"', ''))))
    .filter(([, , , time]) => time > 0);
  return [...new Set(rows.map(([id]) => id))]
    .sort((a, b) => a - b)
    .map((id) => {
      const own = rows.filter((each) => each[0] === id);
      return {
        id: String(id),
        dose: own[0][2],
        times: Float64Array.from(own, ([, , , time]) => time),
        observed: Float64Array.from(own, ([, , , , y]) => y),
      };
    });
}

/** NONMEM's fit: KA 1.51, V 0.46, K 0.0873, variances 0.443, 0.0145, 0.0182, covariance of V and K 0.0162; SD 0.258 + 0.0881 f. */
function simulate(people: readonly Person[], replicates: number, seed: number): readonly SimulatedSubject[] {
  const v1 = Math.sqrt(0.0145);
  const v2 = 0.0162 / v1;
  const k2 = Math.sqrt(0.0182 - v2 * v2);
  return people.map(({ id, dose, times, observed }) => {
    const random = randomStream(seed, 'theophylline', id);
    const n = times.length;
    const simulated = new Float64Array(replicates * n);
    for (let r = 0; r < replicates; r++) {
      const [a, b, c] = [random.normal(), random.normal(), random.normal()];
      const ka = 1.51 * Math.exp(Math.sqrt(0.443) * a);
      const v = 0.46 * Math.exp(v1 * b);
      const k = 0.0873 * Math.exp(v2 * b + k2 * c);
      for (let i = 0; i < n; i++) {
        const f = ((dose * ka) / (v * (ka - k))) * (Math.exp(-k * times[i]) - Math.exp(-ka * times[i]));
        simulated[r * n + i] = f + (0.258 + 0.0881 * f) * random.normal();
      }
    }
    return { id, observed, simulated, typical: new Float64Array(n) };
  });
}

const NAMES = ['mean', 'variance', 'skewness', 'kurtosis'] as const;
const GUIDED = { mean: 0.0668, variance: 1.074, skewness: 0.511, kurtosis: 0.2912 };
const exact = (name: string, expected: number, tolerance: number) => ({
  name,
  source: FIRST,
  unit: '',
  expected,
  tolerance,
});

export default {
  id: 'comets2008',
  title: 'Normalised prediction distribution errors of theophylline',
  citation:
    'Comets, Brendel, Mentré. Computing normalised prediction distribution errors to evaluate nonlinear mixed-effect models: the npde add-on package for R. Comput Methods Programs Biomed, 2008. doi 10.1016/j.cmpb.2007.12.002; example of the package',
  data: [FILE],
  slow: false,
  rows: [
    exact('published errors: mean', 0.05641, 5e-6),
    exact('published errors: variance', 1.024, 5e-4),
    exact('published errors: skewness', 0.4065, 5e-5),
    exact('published errors: kurtosis', 0.0888, 5e-5),
    exact('published errors: probability of the variance', 0.823, 5e-4),
    exact('published errors: probability of normality', 0.00509, 5e-6),
    exact('published errors: global probability', 0.0153, 5e-5),
    ...NAMES.map((name) => ({
      name: `published ${name}, in SDs of 200 runs of 100 simulations`,
      source: GUIDE,
      unit: '',
      expected: 0,
      tolerance: 3,
    })),
    {
      name: 'discrepancies beside the published: root mean square in binomial SEs of 100 simulations',
      source: FIRST,
      unit: '',
      expected: null,
      atLeast: 0.6,
      atMost: 1.4,
    },
    {
      name: 'correlation of errors with the published',
      source: FIRST,
      unit: '',
      expected: null,
      atLeast: 0.9,
    },
    {
      name: 'probability of normality, 2000 simulations',
      source: 'user guide of npde 3.0, section 5.1: still significant at 1000 or 2000',
      unit: '',
      expected: null,
      atMost: 0.05,
    },
  ],
  run({ read }: { read(path: string): Uint8Array }) {
    const people = peopleOf(new TextDecoder().decode(read(FILE)));
    const published = standardNormalTests(Float64Array.from(PUBLISHED_PDE, (p) => normalQuantile(p / 100)));
    const runs = Array.from(
      { length: 200 },
      (_, k) => predictionErrors(simulate(people, 100, k), randomStream(k)).tests,
    );
    const many = predictionErrors(simulate(people, 2000, 2008), randomStream(2008));
    const own = many.subjects.flatMap(({ npde }) => [...npde]);
    const pd = many.subjects.flatMap((subject) => [...subject.pd]);
    const squares = pd.reduce((sum, p, i) => sum + (p - PUBLISHED_PD[i] / 100) ** 2 / ((p * (1 - p)) / 100), 0);
    return {
      'published errors: mean': published.mean,
      'published errors: variance': published.variance,
      'published errors: skewness': published.skewness,
      'published errors: kurtosis': published.kurtosis,
      'published errors: probability of the variance': published.spread.probability,
      'published errors: probability of normality': published.normality.probability,
      'published errors: global probability': published.global.probability,
      ...Object.fromEntries(
        NAMES.map((name) => {
          const { mean, sd } = momentsOf(Float64Array.from(runs, (tests) => tests[name]));
          return [`published ${name}, in SDs of 200 runs of 100 simulations`, (GUIDED[name] - mean) / sd];
        }),
      ),
      'discrepancies beside the published: root mean square in binomial SEs of 100 simulations': Math.sqrt(
        squares / pd.length,
      ),
      'correlation of errors with the published': correlation(
        own,
        PUBLISHED_PDE.map((p) => normalQuantile(p / 100)),
      ),
      'probability of normality, 2000 simulations': many.tests.normality.probability,
    };
  },
};

function correlation(x: readonly number[], y: readonly number[]): number {
  const [a, b] = [momentsOf(Float64Array.from(x)), momentsOf(Float64Array.from(y))];
  return x.reduce((sum, v, i) => sum + (v - a.mean) * (y[i] - b.mean), 0) / ((x.length - 1) * a.sd * b.sd);
}
