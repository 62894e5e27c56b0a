import type { EnsembleFilterOptions } from '../filter/ensemble-filter.ts';
import {
  analysisError,
  ensembleEstimator,
  sakov2008 as experiment,
  filterCycle,
  ring,
} from '../filter/lorenz.fixture.ts';

const SEEDS = 4;

const ROWS: readonly {
  readonly name: string;
  readonly peer: number;
  readonly members: number;
  readonly options: EnsembleFilterOptions;
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
    options: { analysis: { local: ring }, inflation: 1.04, rotate: true },
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
        const filter = ensembleEstimator(experiment, members, filterCycle(experiment, options));
        for (let seed = 1; seed <= SEEDS; seed++) total += analysisError(experiment, seed, filter);
        return [name, total / SEEDS];
      }),
    );
  },
};
