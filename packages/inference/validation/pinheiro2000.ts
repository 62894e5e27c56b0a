import * as alternatingLinear from '../population/alternating-linear.ts';
import type { Subject } from '../population/population.ts';
import { rowsBySubject } from '../population/subject-table.fixture.ts';

const FILE = 'reference/theoph.csv';
const row = (name: string, expected: number) => ({
  name,
  source: 'maximum likelihood, random effects of lKa and lCl independent',
  unit: '',
  expected,
  tolerance: 0.001,
});

/** Rows of subject, weight, dose, time, concentration; one compartment with first-order absorption on log parameters. */
function subjectsOf(text: string): readonly Subject[] {
  return rowsBySubject(text).map(([id, own]) => {
    return {
      id: String(id),
      observed: Float64Array.from(own, ([, , , , y]) => y),
      predict: (theta, eta, out) => {
        const ke = Math.exp(theta[0]);
        const ka = Math.exp(theta[1] + eta[0]);
        const cl = Math.exp(theta[2] + eta[1]);
        own.forEach(([, , dose, time], i) => {
          out[i] = ((dose * ke * ka) / (cl * (ka - ke))) * (Math.exp(-ke * time) - Math.exp(-ka * time));
        });
        return true;
      },
    };
  });
}

export default {
  id: 'pinheiro2000',
  title: 'Theophylline: maximum likelihood of a nonlinear mixed-effects model',
  citation:
    'Pinheiro, Bates. Mixed-Effects Models in S and S-PLUS. Springer, 2000. doi 10.1007/b98882; figures of the nlme package',
  data: [FILE],
  slow: false,
  rows: [row('lKe', -2.454645), row('lKa', 0.465502), row('lCl', -3.227198), row('σ', 0.70923)],
  run({ read }: { read(path: string): Uint8Array }) {
    const subjects = subjectsOf(new TextDecoder().decode(read(FILE)));
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
    const [lKe, lKa, lCl] = state.values.theta;
    return { lKe, lKa, lCl, σ: Math.sqrt(state.values.sigma.additive) };
  },
};
