import { symmetricEigen } from '@gemel/numerics/linalg/symmetric-eigen';
import * as maximumLikelihood from '../population/maximum-likelihood.ts';
import { type Approximation, populationObjective } from '../population/objective.ts';
import { populationParameters } from '../population/parameters.ts';
import { shrinkage } from '../population/shrinkage.ts';
import * as standardErrors from '../population/standard-errors.ts';
import { oralSubjects, theophylline } from '../population/theophylline.fixture.ts';

const FILE = 'reference/theoph.csv';
const NAMES = ['KA', 'V', 'K', 'ω² KA', 'ω KA V', 'ω² V', 'ω KA K', 'ω V K', 'ω² K', 'σ² proportional', 'σ² additive'];
/** R gives more digits than NONMEM's print, and agrees with it. */
const FO = [
  3.16946754, 38.2521346, 0.10501808, 1.19823325, 0.13747849, 0.03134899, 0.37015671, 0.04340042, 0.25068582,
  0.01207782, 0.05427434,
];
const FO_ERRORS = [
  0.641076544, 1.685217844, 0.023072024, 0.420617306, 0.082197497, 0.019812976, 0.340273208, 0.023052142, 0.289524327,
  0.003576926, 0.032078283,
];
const FOCEI = [1.4907, 32.447, 0.08729, 0.43472, 0.05692, 0.019399, -0.0064855, 0.012083, 0.020233, 0.017039, 0.082844];
const FOCEI_ERRORS = [0.301, 1.66, 0.00433, 0.222, 0.036, 0.00854, 0.022, 0.00763, 0.0201, 0.0118, 0.114];

const rounded = (x: number) => Number(x.toPrecision(2));
const estimate = (method: string, name: string, expected: number, error: number, source: string) => ({
  name: `${method}: ${name}`,
  source,
  unit: '',
  expected,
  // A thousandth of its standard error: what three significant digits of the search leave.
  tolerance: rounded(0.001 * error),
});
const sandwich = (method: string, name: string, expected: number, part: number, source: string) => ({
  name: `${method}: error of ${name}`,
  source,
  unit: '',
  expected,
  tolerance: rounded(part * expected),
});
const number = (name: string, expected: number, tolerance: number, source: string) => ({
  name,
  source,
  unit: '',
  expected,
  tolerance,
});

export default {
  id: 'kim2015',
  title: 'Theophylline by FO and FOCEI: estimates, sandwich errors and shrinkage of NONMEM 7.4.1',
  citation:
    'Kim, Yim, Bae. R-based reproduction of the estimation process hidden behind NONMEM. Translational and Clinical Pharmacology, 2015. doi 10.12793/tcp.2015.23.1.1; outputs of NONMEM and R in the R package nmw 0.1.6, inst/doc',
  data: [FILE],
  slow: false,
  rows: [
    number('FO: −2 log likelihood', 57.3210637, 1e-4, 'THEO-FO.OUT'),
    ...NAMES.map((name, i) => estimate('FO', name, FO[i], FO_ERRORS[i], 'nmw-vignette.Rout')),
    ...NAMES.map((name, i) =>
      sandwich('FO', name, FO_ERRORS[i], 0.005, 'nmw-vignette.Rout: $`Standard Error`, R⁻¹SR⁻¹'),
    ),
    number(
      'FO: condition number of the sandwich',
      18943,
      95,
      'nmw-vignette.Rout: $`Eigen Values`, 4.77232 / 0.00025193',
    ),
    number('FOCEI: −2 log likelihood', 92.83086905, 1e-4, 'THEO-FOCEI.OUT'),
    ...NAMES.map((name, i) =>
      estimate('FOCEI', name, FOCEI[i], 5 * FOCEI_ERRORS[i], 'THEO-FOCEI.OUT: 3.5 significant digits'),
    ),
    ...NAMES.map((name, i) =>
      sandwich('FOCEI', name, FOCEI_ERRORS[i], 0.05, 'THEO-FOCEI.OUT: differences of NONMEM’s own choice'),
    ),
    ...['KA', 'V', 'K'].map((name, i) =>
      number(`FOCEI: shrinkage of ${name}`, [1.3337, 1.618, 5.0232][i], 0.02, 'THEO-FOCEI.OUT: ETASHRINKSD(%)'),
    ),
  ],
  run({ read }: { read(path: string): Uint8Array }) {
    const identity = () => Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
    const subjects = oralSubjects(theophylline(read(FILE)), identity, (_, theta, eta) => {
      const [ka, volume, ke] = [0, 1, 2].map((k) => theta[k] * Math.exp(eta[k]));
      return { dose: 320, ka, volume, ke };
    });
    return { ...fitted('fo', 'FO', subjects), ...fitted('focei', 'FOCEI', subjects) };
  },
};

function fitted(approximation: Approximation, method: string, subjects: ReturnType<typeof oralSubjects>) {
  const domains = ['positive', 'positive', 'positive'] as const;
  const problem = { subjects, approximation, domains, covariances: true };
  let state = maximumLikelihood.init(problem, {
    theta: Float64Array.of(2, 50, 0.1),
    omega: Float64Array.of(0.2, 0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 0.1, 0.2),
    sigma: { proportional: 0.1, additive: 0.1 },
  });
  for (let k = 0; k < 100; k++) {
    const next = maximumLikelihood.step(problem, state);
    state = next.state;
    if (!next.info.accepted || next.info.gradient < 1e-4) break;
  }
  const { values, modes } = state;
  const errors: standardErrors.StandardErrorProblem = {
    parameters: populationParameters(values, { domains }),
    domains,
    values,
    atMaximum: true,
    likelihood: (at) =>
      Float64Array.from(
        populationObjective(approximation, subjects, at, { starts: modes }).individuals,
        ({ value }) => value,
      ),
  };
  let measured = standardErrors.init(errors);
  for (let done = false; !done; ) {
    const next = standardErrors.step(errors, measured);
    measured = next.state;
    done = next.info.done;
  }
  const { rows, robustCovariance } = standardErrors.result(errors, measured);
  const p = rows.length;
  const numbers: Record<string, number> = { [`${method}: −2 log likelihood`]: state.objective };
  rows.forEach(({ estimate: value, robust }, i) => {
    numbers[`${method}: ${NAMES[i]}`] = value;
    numbers[`${method}: error of ${NAMES[i]}`] = robust ?? Number.NaN;
  });
  if (approximation === 'fo') {
    const correlations = robustCovariance!.map(
      (each, at) => each / (rows[Math.floor(at / p)].robust! * rows[at % p].robust!),
    );
    const eigen = symmetricEigen(correlations, p).values;
    numbers['FO: condition number of the sandwich'] = eigen[p - 1] / eigen[0];
  } else {
    const { etas } = shrinkage(subjects, values, modes);
    for (const [i, name] of ['KA', 'V', 'K'].entries()) numbers[`FOCEI: shrinkage of ${name}`] = 100 * etas[i];
  }
  return numbers;
}
