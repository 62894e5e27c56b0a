import type { PopulationValues } from '../population/population.ts';
import { accurateLikelihood, constantOf, saemStudy } from '../population/saem-study.fixture.ts';
import { oralSubjects, theophylline } from '../population/theophylline.fixture.ts';

const FILE = 'reference/theoph.csv';
const SAEMIX = 'saemix development repository, newCode/testMaud_stepwise.Rout';
const MONOLIX = 'saemix development repository, bootstrapSIR/mlx/theoCondDist';

/**
 * Name, estimate, its error in per cent, and the Monte-Carlo standard deviation of a run as long as theirs (300 and 100 iterations, five
 * chains a subject), from ten seeds of the plain algorithm. The additive error a is a standard deviation.
 */
const OF_SAEMIX = [
  ['ka', 1.573, 19.1, 0.0104],
  ['V', 31.524, 4.5, 0.103],
  ['CL', 1.587, 63.3, 0.0543],
  ['weight on CL', 0.008, 113.3, 0.0005],
  ['ω² ka', 0.385, 45, 0.0105],
  ['ω² V', 0.016, 58, 0.0017],
  ['ω² CL', 0.068, 49, 0.0031],
  ['a', 0.742, 7.7, 0.0025],
] as const;
/** Name, estimate, standard error of Monolix; ω and b are standard deviations. ω V is hardly told from 0, and V and b move with it. */
const OF_MONOLIX = [
  ['ka', 1.27976813, 0.26145049, 0.2],
  ['V', 37.25852874, 1.48349657, 0.5],
  ['CL', 3.24980542, 0.17386183, 0.2],
  ['ω ka', 0.64047922, 0.15572421, 0.2],
  ['ω CL', 0.17281781, 0.03966279, 0.2],
  ['b', 0.1967424, 0.01498444, 0.5],
] as const;
const number = (name: string, expected: number, tolerance: number, source: string) => ({
  name,
  source,
  unit: '',
  expected,
  tolerance: Number(tolerance.toPrecision(2)),
});

export default {
  id: 'comets2017',
  title: 'Theophylline by SAEM: saemix 3 and Monolix 5.1.1',
  citation:
    'Comets, Lavenu, Lavielle. Parameter estimation in nonlinear mixed effect models using saemix, an R implementation of the SAEM algorithm. Journal of Statistical Software, 2017. doi 10.18637/jss.v080.i03; fits printed in the package’s repository saemixdevelopment/saemixextension',
  data: [FILE],
  slow: false,
  rows: [
    // Three such deviations, and half a unit of the last digit printed.
    ...OF_SAEMIX.map(([name, value, , spread]) => number(`saemix: ${name}`, value, 3 * spread + 0.0005, SAEMIX)),
    // The expected information of the linear model there, the observed one here; the percentage moves with the estimate.
    ...OF_SAEMIX.map(([name, , percent]) =>
      number(`saemix: error of ${name}, %`, percent, 0.12 * percent, `${SAEMIX}: CV(%)`),
    ),
    number('saemix: −2 log likelihood', 344.6988, 0.15, `${SAEMIX}; importance sampling, its error not printed`),
    {
      name: 'saemix: −2 log likelihood, linear',
      source: `343.4026 about conditional means: ${SAEMIX}`,
      unit: '',
      expected: null,
    },
    number('Monolix: −2 log likelihood at its estimates', 380.483, 0.1, `${MONOLIX}/LogLikelihood: error 0.027`),
    {
      name: 'Monolix: −2 log likelihood at ours',
      source: `not above ${MONOLIX}/LogLikelihood: 380.483 ± 0.027`,
      unit: '',
      expected: null,
      atMost: 380.583,
    },
    ...OF_MONOLIX.map(([name, value, error, part]) =>
      number(`Monolix: ${name}`, value, part * error, `${MONOLIX}/populationParameters; ${part} standard errors`),
    ),
  ],
  run({ read }: { read(path: string): Uint8Array }) {
    // Both left out the reading at the time of the dose, and count the dose in mg.
    const courses = theophylline(read(FILE), 0.01);
    return { ...saemix(courses), ...monolix(courses) };
  },
};

function saemix(courses: ReturnType<typeof theophylline>) {
  const subjects = oralSubjects(
    courses,
    ({ weight }) => Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, weight),
    ({ dose, weight }, theta, eta) => {
      const volume = theta[1] * Math.exp(eta[1]);
      const clearance = theta[2] * Math.exp(theta[3] * weight + eta[2]);
      return { dose: dose * weight, ka: theta[0] * Math.exp(eta[0]), volume, ke: clearance / volume };
    },
  );
  const domains = ['positive', 'positive', 'positive', 'real'] as const;
  const study = saemStudy(
    { subjects, domains, exploration: 300, smoothing: 300 },
    {
      theta: Float64Array.of(1, 20, 0.5, -0.01),
      omega: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      sigma: { proportional: 0, additive: 1 },
    },
  );
  const deviation = Math.sqrt(study.values.sigma.additive);
  const numbers: Record<string, number> = {
    'saemix: −2 log likelihood': study.importance,
    'saemix: −2 log likelihood, linear': study.linear,
  };
  study.errors.rows.forEach(({ estimate, relative }, i) => {
    const [name] = OF_SAEMIX[i];
    numbers[`saemix: ${name}`] = name === 'a' ? deviation : estimate;
    // A standard deviation has half the relative error of its square.
    numbers[`saemix: error of ${name}, %`] = (relative ?? Number.NaN) * (name === 'a' ? 50 : 100);
  });
  return numbers;
}

function monolix(courses: ReturnType<typeof theophylline>) {
  const subjects = oralSubjects(
    courses,
    () => Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    ({ dose, weight }, theta, eta) => {
      const [ka, volume, clearance] = [0, 1, 2].map((k) => theta[k] * Math.exp(eta[k]));
      return { dose: dose * weight, ka, volume, ke: clearance / volume };
    },
    // Steady state as Monolix writes it: five doses before, 24 h apart.
    [24, 48, 72, 96, 120],
  );
  const problem = {
    subjects,
    domains: ['positive', 'positive', 'positive'] as const,
    exploration: 300,
    smoothing: 300,
  };
  const published: PopulationValues = {
    theta: Float64Array.of(1.27976813, 37.25852874, 3.24980542),
    omega: Float64Array.of(0.64047922 ** 2, 0, 0, 0, 0.05655273 ** 2, 0, 0, 0, 0.17281781 ** 2),
    sigma: { proportional: 0.1967424 ** 2, additive: 0 },
  };
  const { values, importance } = saemStudy(problem, {
    theta: Float64Array.of(1.2, 35, 3),
    omega: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    sigma: { proportional: 0.09, additive: 0 },
  });
  return {
    'Monolix: −2 log likelihood at its estimates': accurateLikelihood(problem, published).value + constantOf(problem),
    'Monolix: −2 log likelihood at ours': importance,
    'Monolix: ka': values.theta[0],
    'Monolix: V': values.theta[1],
    'Monolix: CL': values.theta[2],
    'Monolix: ω ka': Math.sqrt(values.omega[0]),
    'Monolix: ω CL': Math.sqrt(values.omega[8]),
    'Monolix: b': Math.sqrt(values.sigma.proportional),
  };
}
