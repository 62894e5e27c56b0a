import { saemStudy } from '../population/saem-study.fixture.ts';
import { oralSubjects, theophylline } from '../population/theophylline.fixture.ts';

const FILE = 'reference/theoph.csv';
const SOURCE = 'nlmixr2est, README: theo_sd, est = "saem"';
const number = (name: string, expected: number, tolerance: number) => ({
  name,
  source: SOURCE,
  unit: '',
  expected,
  tolerance: Number(tolerance.toPrecision(2)),
});

export default {
  id: 'fidler2019',
  title: 'Theophylline by SAEM: estimates, errors and shrinkage of nlmixr2',
  citation:
    'Fidler, Wilkins, Hooijmaijers, Post, Schoemaker, Trame, Xiong, Wang. Nonlinear mixed-effects model development and simulation using nlmixr and related R open-source packages. CPT: Pharmacometrics and Systems Pharmacology, 2019. doi 10.1002/psp4.12445; the fit printed in the README of nlmixr2est',
  data: [FILE],
  slow: false,
  rows: [
    // Three Monte-Carlo standard deviations of a run of 300 and 100 iterations, from ten seeds of the plain algorithm, and half the last digit.
    number('log ka', 0.464, 3 * 0.0076 + 0.0005),
    number('log CL', 1.01, 3 * 0.0035 + 0.005),
    number('log V', 3.46, 3 * 0.0036 + 0.005),
    number('a', 0.696, 3 * 0.0017 + 0.0005),
    number('variation of ka, %', 71.1, 3 * 0.88 + 0.05),
    number('variation of CL, %', 27.4, 3 * 0.42 + 0.05),
    number('variation of V, %', 13.1, 3 * 0.34 + 0.05),
    // The expected information of the linear model there, the observed one here.
    number('error of log ka', 0.195, 0.0195),
    number('error of log CL', 0.085, 0.0085),
    number('error of log V', 0.0447, 0.00447),
    ...(['ka', 'CL', 'V'] as const).map((name) => ({
      name: `shrinkage of ${name}, %`,
      source: `${SOURCE}: ${{ ka: -0.09, CL: 4.8, V: 8.77 }[name]}, moving with ω`,
      unit: '',
      expected: null,
    })),
  ],
  run({ read }: { read(path: string): Uint8Array }) {
    const subjects = oralSubjects(
      theophylline(read(FILE)),
      () => Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      ({ dose, weight }, theta, eta) => {
        const [ka, clearance, volume] = [0, 1, 2].map((k) => theta[k] * Math.exp(eta[k]));
        return { dose: dose * weight, ka, volume, ke: clearance / volume };
      },
    );
    const { values, errors, shrinkage } = saemStudy(
      { subjects, domains: ['positive', 'positive', 'positive'], exploration: 300, smoothing: 300 },
      {
        theta: Float64Array.from([0.45, 1, 3.45], Math.exp),
        omega: Float64Array.of(0.6, 0, 0, 0, 0.3, 0, 0, 0, 0.1),
        sigma: { proportional: 0, additive: 0.49 },
      },
    );
    const numbers: Record<string, number> = { a: Math.sqrt(values.sigma.additive) };
    for (const [k, name] of ['ka', 'CL', 'V'].entries()) {
      const { estimate, error } = errors.rows[k];
      numbers[`log ${name}`] = Math.log(estimate);
      numbers[`error of log ${name}`] = (error ?? Number.NaN) / estimate;
      numbers[`variation of ${name}, %`] = 100 * Math.sqrt(Math.expm1(values.omega[k * 4]));
      numbers[`shrinkage of ${name}, %`] = 100 * shrinkage.etas[k];
    }
    return numbers;
  },
};
