import type { RandomStream } from '@gemel/numerics';
import { identity } from '@gemel/numerics/linalg/matrix';
import * as ensembleFilter from '../filter/ensemble-filter.ts';
import { deviationsOf } from '../filter/ensemble-space.ts';
import * as iterated from '../filter/iterated-smoother.ts';
import { analysisError, type Estimator, sakov2012 as experiment } from '../filter/lorenz.fixture.ts';
import { type Observation, observationLogLikelihood } from '../filter/observation.ts';
import * as particle from '../filter/particle.ts';

const { transition, mean, variance, interval } = experiment;
const start = { dimension: 3, mean, lower: identity(3).map((v) => v * Math.sqrt(variance)) };
const SEEDS = 10;

type EnsembleStep = (
  state: ensembleFilter.TimedEnsemble,
  observation: Observation,
  random: RandomStream,
) => ensembleFilter.TimedEnsemble;

function ensemble(members: number, step: EnsembleStep): (random: RandomStream) => Estimator {
  return (random) => {
    let state = ensembleFilter.init(0, start, members, random);
    return (observation, _, draws) => {
      state = step(state, observation, draws);
      return deviationsOf(state.ensemble, members, 3).mean;
    };
  };
}

const analysed =
  (options: ensembleFilter.EnsembleFilterOptions): EnsembleStep =>
  (state, observation, random) =>
    ensembleFilter.step(transition, state, observation, random, options).state;

/** The model has no noise, so that particles resampled from one parent are told apart by jitter. */
function particles(random: RandomStream): Estimator {
  let time = 0;
  const model = {
    dimension: 3,
    init: (count: number, draws: RandomStream) => ensembleFilter.init(0, start, count, draws).ensemble,
    advance: (x: Float64Array, count: number) => transition.advance(x, count, time, time + interval),
    logLikelihood: (x: Float64Array, count: number, observation: Observation) =>
      observationLogLikelihood(observation, x, count),
  };
  let state = particle.init(model, 800, random);
  return (observation, _, draws) => {
    const next = particle.step(model, state, observation, draws, { threshold: 0.2, jitter: 0.9 });
    time = observation.time;
    state = next.state;
    return next.info.mean;
  };
}

const ROWS = [
  {
    name: 'square-root ensemble Kalman filter, 10 members, inflation 1.02, rotated',
    peer: 0.6,
    atMost: 0.63,
    filter: ensemble(10, analysed({ analysis: 'square-root', inflation: 1.02, rotate: true })),
  },
  {
    name: 'stochastic ensemble Kalman filter, 10 members, inflation 1.04',
    peer: 0.65,
    atMost: 0.68,
    filter: ensemble(10, analysed({ analysis: 'stochastic', inflation: 1.04 })),
  },
  {
    name: 'iterated ensemble Kalman smoother, 10 members, inflation 1.02, rotated',
    peer: 0.31,
    atMost: 0.34,
    filter: ensemble(
      10,
      (state, observation, random) =>
        iterated.step(transition, state, [observation], random, { inflation: 1.02, rotate: true }).state,
    ),
  },
  { name: 'particle filter, 800 particles, jitter 0.9', peer: 0.28, atMost: 0.3, filter: particles },
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
