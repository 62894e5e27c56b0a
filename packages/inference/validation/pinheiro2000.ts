import * as alternatingLinear from '../population/alternating-linear.ts';
import { populationObjective } from '../population/objective.ts';
import { populationParameters } from '../population/parameters.ts';
import * as standardErrors from '../population/standard-errors.ts';
import { oralSubjects, theophylline } from '../population/theophylline.fixture.ts';

const FILE = 'reference/theoph.csv';
const row = (name: string, expected: number) => ({
  name,
  source: 'maximum likelihood, random effects of lKa and lCl independent',
  unit: '',
  expected,
  tolerance: 0.001,
});
/** To 2 %: nlme gives the expected information of the linear mixed model it ends at, we the observed one. */
const error = (name: string, expected: number) => ({
  name: `error of ${name}`,
  source:
    'summary() of fm3Theo.nlme, as printed to base 10 in EXOZIPPy, src/exozippy/components/pharmacokinetics/README.md; times √(n/(n − 3)) as there',
  unit: '',
  expected,
  tolerance: Number((0.02 * expected).toPrecision(2)),
});

export default {
  id: 'pinheiro2000',
  title: 'Theophylline: maximum likelihood of a nonlinear mixed-effects model',
  citation:
    'Pinheiro, Bates. Mixed-Effects Models in S and S-PLUS. Springer, 2000. doi 10.1007/b98882; figures of the nlme package',
  data: [FILE],
  slow: false,
  rows: [
    row('lKe', -2.454645),
    row('lKa', 0.465502),
    row('lCl', -3.227198),
    row('σ', 0.70923),
    error('lKe', 0.052499),
    error('lKa', 0.198644),
    error('lCl', 0.060005),
  ],
  run({ read }: { read(path: string): Uint8Array }) {
    const subjects = oralSubjects(
      theophylline(read(FILE)),
      () => Float64Array.of(Number.NaN, 1, 0, 0, 0, 1),
      ({ dose }, theta, eta) => {
        const ke = Math.exp(theta[0]);
        return { dose, ka: Math.exp(theta[1] + eta[0]), volume: Math.exp(theta[2] + eta[1]) / ke, ke };
      },
    );
    let state = alternatingLinear.init({
      theta: Float64Array.of(-2.5, 0.5, -3),
      omega: Float64Array.of(0.5, 0, 0, 0.1),
      sigma: { proportional: 0, additive: 1 },
    });
    for (let turn = 0; turn < 50; turn++) {
      const next = alternatingLinear.step({ subjects }, state);
      state = next.state;
      if (next.info.status === 'no-value' || next.info.change < 1e-6) break;
    }
    const { values, modes } = state;
    const domains = ['real', 'real', 'real'] as const;
    const task: standardErrors.StandardErrorProblem = {
      parameters: populationParameters(values, { domains }),
      domains,
      values,
      // The fit's likelihood is that of the linear model, close to this one.
      atMaximum: false,
      likelihood: (at) =>
        Float64Array.from(
          populationObjective('focei', subjects, at, { starts: modes }).individuals,
          ({ value }) => value,
        ),
    };
    let measured = standardErrors.init(task);
    for (let done = false; !done; ) {
      const next = standardErrors.step(task, measured);
      measured = next.state;
      done = next.info.done;
    }
    const n = subjects.reduce((sum, { observed }) => sum + observed.length, 0);
    const errors = standardErrors
      .result(task, measured)
      .rows.map((each) => (each.error ?? Number.NaN) * Math.sqrt(n / (n - 3)));
    const [lKe, lKa, lCl] = values.theta;
    return {
      lKe,
      lKa,
      lCl,
      σ: Math.sqrt(values.sigma.additive),
      'error of lKe': errors[0],
      'error of lKa': errors[1],
      'error of lCl': errors[2],
    };
  },
};
