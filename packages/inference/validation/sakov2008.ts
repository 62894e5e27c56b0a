import { identity } from '@gemel/numerics/linalg/matrix';
import * as ensembleFilter from '../filter/ensemble-filter.ts';
import { deviationsOf } from '../filter/ensemble-space.ts';
import { analysisError, sakov2008 as experiment } from '../filter/lorenz.fixture.ts';

const { transition, mean, variance } = experiment;
const start = { dimension: 40, mean, lower: identity(40).map((v) => v * Math.sqrt(variance)) };
const SEEDS = 4;
const apart = (i: number, k: number) => Math.min(Math.abs(i - k), 40 - Math.abs(i - k));
/** DAPPER's radius 4 is the distance at which the taper is about exp(−½): a half-width of √(10/3) times it. */
const halfWidth = 4 * Math.sqrt(10 / 3);

const ROWS: readonly {
  readonly name: string;
  readonly peer: number;
  readonly members: number;
  readonly options: ensembleFilter.EnsembleFilterOptions;
}[] = [
  {
    name: 'square-root ensemble Kalman filter, 24 members, inflation 1.013, rotated',
    peer: 0.18,
    members: 24,
    options: { analysis: 'square-root', inflation: 1.013, rotate: true },
  },
  {
    name: 'stochastic ensemble Kalman filter, 40 members, inflation 1.06',
    peer: 0.22,
    members: 40,
    options: { analysis: 'stochastic', inflation: 1.06 },
  },
  {
    name: 'local ensemble transform Kalman filter, 7 members, inflation 1.04, rotated',
    peer: 0.22,
    members: 7,
    options: { analysis: { local: { distance: apart, halfWidth } }, inflation: 1.04, rotate: true },
  },
];

export default {
  id: 'sakov2008',
  title: 'Lorenz-96: root mean square error of the analysis after 20 time units of spin-up, mean of 4 seeds',
  citation:
    'Sakov, Oke. A deterministic formulation of the ensemble Kalman filter. Tellus A 60 (2008) 361, doi:10.1111/j.1600-0870.2007.00299.x; peer: Raanes, DAPPER, mods/Lorenz96/sakov2008.py',
  data: [],
  slow: false,
  rows: ROWS.map(({ name, peer }) => ({
    name,
    source: `Table 1 set-up; DAPPER ${peer.toFixed(2)}`,
    unit: '1',
    expected: peer,
    tolerance: 0.02,
  })),
  run(): Record<string, number> {
    return Object.fromEntries(
      ROWS.map(({ name, members, options }) => {
        let total = 0;
        for (let seed = 1; seed <= SEEDS; seed++) {
          total += analysisError(experiment, seed, (random) => {
            let state = ensembleFilter.init(0, start, members, random);
            return (observation, _, draws) => {
              state = ensembleFilter.step(transition, state, observation, draws, options).state;
              return deviationsOf(state.ensemble, members, 40).mean;
            };
          });
        }
        return [name, total / SEEDS];
      }),
    );
  },
};
