import * as iterated from '../filter/iterated-smoother.ts';
import {
  analysisError,
  ensembleEstimator,
  sakov2012 as experiment,
  filterCycle,
  particleEstimator,
} from '../filter/lorenz.fixture.ts';

const SEEDS = 10;

const ROWS = [
  {
    name: 'square-root ensemble Kalman filter, 10 members, inflation 1.02, rotated',
    peer: 0.6,
    atMost: 0.63,
    filter: ensembleEstimator(
      experiment,
      10,
      filterCycle(experiment, { analysis: 'square-root', inflation: 1.02, rotate: true }),
    ),
  },
  {
    name: 'stochastic ensemble Kalman filter, 10 members, inflation 1.04',
    peer: 0.65,
    atMost: 0.68,
    filter: ensembleEstimator(experiment, 10, filterCycle(experiment, { analysis: 'stochastic', inflation: 1.04 })),
  },
  {
    name: 'iterated ensemble Kalman smoother, 10 members, inflation 1.02, rotated',
    peer: 0.31,
    atMost: 0.34,
    filter: ensembleEstimator(
      experiment,
      10,
      (state, observation, random) =>
        iterated.step(experiment.transition, state, [observation], random, { inflation: 1.02, rotate: true }).state,
    ),
  },
  {
    name: 'particle filter, 800 particles, jitter 0.9',
    peer: 0.28,
    atMost: 0.3,
    filter: particleEstimator(experiment),
  },
] as const;

export default {
  id: 'sakov2012',
  title: 'Lorenz-63: root mean square error of the analysis after 16 time units of spin-up, mean of 10 seeds',
  citation:
    'Sakov, Oliver, Bertino. An iterative EnKF for strongly nonlinear systems. Mon. Weather Rev. 140 (2012) 1988, doi:10.1175/MWR-D-11-00176.1; peer: Raanes, DAPPER, mods/Lorenz63/sakov2012.py',
  data: [],
  slow: false,
  rows: ROWS.map(({ name, peer, atMost }) => ({
    name,
    source: `Table 1 set-up; DAPPER ${peer.toFixed(2)}`,
    unit: '1',
    expected: null,
    atMost,
  })),
  run(): Record<string, number> {
    return Object.fromEntries(
      ROWS.map(({ name, filter }) => {
        let total = 0;
        for (let seed = 1; seed <= SEEDS; seed++) total += analysisError(experiment, seed, filter);
        return [name, total / SEEDS];
      }),
    );
  },
};
