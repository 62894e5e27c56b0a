import { populationObjective } from '../population/objective.ts';
import type { Subject } from '../population/population.ts';
import { rowsBySubject } from '../population/subject-table.fixture.ts';

const FILE = 'reference/wang2007.csv';
const row = (approximation: string, expected: number) => ({
  name: `−2 log likelihood by ${approximation}`,
  source: 'at fixed population values',
  unit: '',
  expected,
  tolerance: 0.001,
});

/** Rows of id, time, observation by subject: Y = 10·e^{−KE·t}, KE = θ·e^η. */
function subjectsOf(text: string): readonly Subject[] {
  return rowsBySubject(text).map(([id, own]) => {
    return {
      id: String(id),
      observed: Float64Array.from(own, ([, , y]) => y),
      predict: (theta, eta, out) => {
        own.forEach(([, time], i) => {
          out[i] = 10 * Math.exp(-theta[0] * Math.exp(eta[0]) * time);
        });
        return true;
      },
    };
  });
}

export default {
  id: 'wang2007',
  title: 'Population likelihood at fixed values by three approximations',
  citation:
    'Wang. Derivation of various NONMEM estimation methods. J Pharmacokinet Pharmacodyn, 2007. doi 10.1007/s10928-007-9060-6',
  data: [FILE],
  slow: false,
  rows: [row('FO', 39.213), row('FOCE', 39.207), row('FOCEI', 39.458)],
  run({ read }: { read(path: string): Uint8Array }) {
    const subjects = subjectsOf(new TextDecoder().decode(read(FILE)));
    const values = {
      theta: Float64Array.of(0.5),
      omega: Float64Array.of(0.04),
      sigma: { proportional: 0.1, additive: 0 },
    };
    return Object.fromEntries(
      (['fo', 'foce', 'focei'] as const).map((approximation) => [
        `−2 log likelihood by ${approximation.toUpperCase()}`,
        populationObjective(approximation, subjects, values).value,
      ]),
    );
  },
};
