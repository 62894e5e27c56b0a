import { type RandomStream, randomStream } from '@gemel/numerics';
import { identity } from '@gemel/numerics/linalg/matrix';
import * as ensembleFilter from './ensemble-filter.ts';
import { deviationsOf } from './ensemble-space.ts';
import type { Localisation } from './localisation.ts';
import { coordinateObservation, type Observation, observationLogLikelihood } from './observation.ts';
import * as particle from './particle.ts';
import type { Transition } from './transition.ts';

/** Writes the time derivative of the state x to dx. */
type Tendency = (x: Float64Array, dx: Float64Array) => void;

/** Fixed classical Runge–Kutta steps of about `dt`, a whole number of them over every span. */
function rungeKutta(dimension: number, dt: number, tendency: Tendency): Transition {
  return {
    dimension,
    advance(ensemble, members, from, to) {
      const x = Float64Array.from(ensemble);
      const steps = Math.max(1, Math.round((to - from) / dt));
      const h = (to - from) / steps;
      const y = new Float64Array(dimension);
      const k = new Float64Array(dimension);
      const sum = new Float64Array(dimension);
      const own = new Float64Array(dimension);
      for (let m = 0; m < members; m++) {
        own.set(x.subarray(m * dimension, (m + 1) * dimension));
        for (let s = 0; s < steps; s++) {
          tendency(own, k);
          for (let i = 0; i < dimension; i++) {
            sum[i] = k[i];
            y[i] = own[i] + 0.5 * h * k[i];
          }
          tendency(y, k);
          for (let i = 0; i < dimension; i++) {
            sum[i] += 2 * k[i];
            y[i] = own[i] + 0.5 * h * k[i];
          }
          tendency(y, k);
          for (let i = 0; i < dimension; i++) {
            sum[i] += 2 * k[i];
            y[i] = own[i] + h * k[i];
          }
          tendency(y, k);
          for (let i = 0; i < dimension; i++) own[i] += (h / 6) * (sum[i] + k[i]);
        }
        x.set(own, m * dimension);
      }
      return x;
    },
  };
}

/** E. N. Lorenz, J. Atmos. Sci. 20 (1963) 130: σ = 10, ρ = 28, β = 8/3; steps of 0.01. */
export const lorenz63 = rungeKutta(3, 0.01, (x, dx) => {
  dx[0] = 10 * (x[1] - x[0]);
  dx[1] = x[0] * (28 - x[2]) - x[1];
  dx[2] = x[0] * x[1] - (8 / 3) * x[2];
});

/** E. N. Lorenz, Proc. ECMWF Seminar on Predictability (1996): 40 variables on a ring, forcing 8; steps of 0.05. */
export const lorenz96 = rungeKutta(40, 0.05, (x, dx) => {
  for (let i = 0; i < 40; i++) dx[i] = (x[(i + 1) % 40] - x[(i + 38) % 40]) * x[(i + 39) % 40] - x[i] + 8;
});

/** An experiment on a truth that is known: what is drawn at the start, and how often it is seen. */
export interface TwinExperiment {
  readonly transition: Transition;
  readonly mean: Float64Array;
  /** Of every coordinate at the start, of truth and members alike. */
  readonly variance: number;
  /** Of every observed coordinate; all are observed. */
  readonly errorVariance: number;
  readonly interval: number;
  readonly cycles: number;
  /** Cycles left out of the score. */
  readonly spinUp: number;
}

/** Sakov, Oliver, Bertino, Mon. Weather Rev. 140 (2012) 1988, Table 1; start and spin-up (16 time units) of DAPPER. */
export const sakov2012: TwinExperiment = {
  transition: lorenz63,
  mean: Float64Array.of(1.509, -1.531, 25.46),
  variance: 2,
  errorVariance: 2,
  interval: 0.25,
  cycles: 1000,
  spinUp: 64,
};

/** Sakov and Oke, Tellus A 60 (2008) 361: 40 variables observed every 0.05 with unit error; start and spin-up of DAPPER. */
export const sakov2008: TwinExperiment = {
  transition: lorenz96,
  mean: Float64Array.from({ length: 40 }, (_, i) => (i === 0 ? 1 : 0)),
  variance: 0.001,
  errorVariance: 1,
  interval: 0.05,
  cycles: 1000,
  spinUp: 400,
};

/** A filter as the experiment sees it: takes in an observation and gives its mean. */
export type Estimator = (observation: Observation, cycle: number, random: RandomStream) => ArrayLike<number>;

/** Time mean after spin-up of the root mean square error over coordinates of the estimates. */
export function analysisError(
  experiment: TwinExperiment,
  seed: number,
  start: (random: RandomStream) => Estimator,
): number {
  const { transition, mean, variance, interval } = experiment;
  const n = transition.dimension;
  const random = randomStream(seed, 'twin');
  const draws = random.fork('truth');
  const operator = coordinateObservation([...mean.keys()], n, new Float64Array(n).fill(experiment.errorVariance));
  let truth = mean.map((x) => x + Math.sqrt(variance) * draws.normal());
  const estimate = start(random.fork('filter'));
  let total = 0;
  for (let k = 1; k <= experiment.cycles; k++) {
    const time = k * interval;
    truth = Float64Array.from(transition.advance(truth, 1, (k - 1) * interval, time));
    const values = truth.map((x) => x + Math.sqrt(experiment.errorVariance) * draws.normal());
    const x = estimate({ time, operator, values }, k, random.fork('filter', k));
    if (k <= experiment.spinUp) continue;
    let square = 0;
    for (let i = 0; i < n; i++) square += (x[i] - truth[i]) ** 2 / n;
    total += Math.sqrt(square);
  }
  return total / (experiment.cycles - experiment.spinUp);
}

/** Distance round the ring of Lorenz-96; DAPPER's radius 4 is where the taper is about exp(−½): a half-width of √(10/3) of it. */
export const ring: Localisation = {
  distance: (i, k) => Math.min(Math.abs(i - k), 40 - Math.abs(i - k)),
  halfWidth: 4 * Math.sqrt(10 / 3),
};

/** One cycle of an ensemble. */
export type EnsembleCycle = (
  state: ensembleFilter.TimedEnsemble,
  observation: Observation,
  random: RandomStream,
) => ensembleFilter.TimedEnsemble;

/** The cycle of an ensemble filter. */
export function filterCycle(
  { transition }: TwinExperiment,
  options: ensembleFilter.EnsembleFilterOptions,
): EnsembleCycle {
  return (state, observation, random) => ensembleFilter.step(transition, state, observation, random, options).state;
}

/** The mean of an ensemble drawn from the experiment's start. */
export function ensembleEstimator(experiment: TwinExperiment, members: number, cycle: EnsembleCycle) {
  const n = experiment.transition.dimension;
  return (random: RandomStream): Estimator => {
    let state = ensembleFilter.init(0, startOf(experiment), members, random);
    return (observation, _, draws) => {
      state = cycle(state, observation, draws);
      return deviationsOf(state.ensemble, members, n).mean;
    };
  };
}

/** The mean of 800 particles; the model has no noise, so that those resampled from one parent are told apart by jitter. */
export function particleEstimator(experiment: TwinExperiment) {
  const { transition, interval } = experiment;
  const n = transition.dimension;
  return (random: RandomStream): Estimator => {
    let time = 0;
    const model = {
      dimension: n,
      init: (count: number, draws: RandomStream) => ensembleFilter.init(0, startOf(experiment), count, draws).ensemble,
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
  };
}

function startOf({ mean, variance }: TwinExperiment) {
  const n = mean.length;
  return { dimension: n, mean, lower: identity(n).map((v) => v * Math.sqrt(variance)) };
}
