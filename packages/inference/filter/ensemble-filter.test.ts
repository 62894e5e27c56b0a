import { randomStream } from '@gemel/numerics';
import { identity, multiply, transpose } from '@gemel/numerics/linalg/matrix';
import { describe, expect, it } from 'vitest';
import * as ensembleFilter from './ensemble-filter.ts';
import { deviationsOf, meanPreservingRotation } from './ensemble-space.ts';
import { covarianceOf, type GaussianState } from './gaussian-state.ts';
import * as iterated from './iterated-smoother.ts';
import * as kalman from './kalman.ts';
import { gaspariCohn } from './localisation.ts';
import {
  analysisError,
  type EnsembleCycle,
  ensembleEstimator,
  filterCycle,
  lorenz96,
  sakov2012,
} from './lorenz.fixture.ts';
import { coordinateObservation, functionObservation, linearObservation, type Observation } from './observation.ts';
import { linearTransition } from './transition.ts';

const start = kalman.init(
  0,
  Float64Array.of(1, -2, 0.5),
  Float64Array.of(4, 1, 0, 1, 2, 0.3, 0, 0.3, 1),
) as GaussianState;
const operator = linearObservation(Float64Array.of(1, 0.5, 0, 0, 1, -1), 2, 3, Float64Array.of(0.5, 0.2, 0.2, 0.9));
const observation: Observation = { time: 0, operator, values: Float64Array.of(2.5, -1) };
const turning = linearTransition(3, { matrix: () => Float64Array.of(0.9, 0.3, 0, -0.3, 0.9, 0.1, 0, 0, 0.8) });

function moments({ ensemble, members, dimension }: ensembleFilter.TimedEnsemble) {
  const { mean, deviations } = deviationsOf(ensemble, members, dimension);
  const covariance = multiply(transpose(deviations, members, dimension), deviations, dimension, members, dimension);
  return { mean, covariance: covariance.map((v) => v / (members - 1)) };
}

/** The Kalman state of an ensemble's own moments. */
function momentsAsState(ensemble: ensembleFilter.TimedEnsemble): GaussianState {
  const { mean, covariance } = moments(ensemble);
  return kalman.init(ensemble.time, mean, covariance) as GaussianState;
}

const near = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number) => {
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThanOrEqual(tolerance);
};
const everywhere = { local: { distance: () => 0, halfWidth: 1 } } as const;
const diagonal: Observation = {
  time: 1,
  operator: coordinateObservation([0, 2], 3, [0.5, 0.8]),
  values: Float64Array.of(2, 1),
};

describe('ensemble filters', () => {
  const random = randomStream(5, 'ensemble');
  const ensemble = ensembleFilter.init(0, start, 12, random);

  it('the transform has exactly the Kalman moments of its ensemble, rotated or not', () => {
    const exact = kalman.step(turning, momentsAsState(ensemble), observation).state;
    for (const rotate of [false, true]) {
      const { state, info } = ensembleFilter.step(turning, ensemble, observation, random, {
        analysis: 'square-root',
        rotate,
      });
      expect(info.status).toBe('ok');
      near(moments(state).mean, exact.mean, 1e-10);
      near(moments(state).covariance, covarianceOf(exact), 1e-10);
    }
  });

  it('localisation that reaches everywhere alike is the transform, and none is reached past its support', () => {
    const whole = ensembleFilter.step(turning, ensemble, diagonal, random, { analysis: 'square-root' });
    const local = ensembleFilter.step(turning, ensemble, diagonal, random, { analysis: everywhere });
    near(local.state.ensemble, whole.state.ensemble, 1e-10);
    const far = { local: { distance: (i: number, k: number) => Math.abs(i - 2 * k), halfWidth: 0.5 } };
    const { state, info } = ensembleFilter.step(turning, ensemble, diagonal, random, { analysis: far });
    for (let m = 0; m < 12; m++) {
      expect(state.ensemble[3 * m + 1]).toBe(info.forecast.ensemble[3 * m + 1]);
      expect(state.ensemble[3 * m]).not.toBe(info.forecast.ensemble[3 * m]);
    }
  });

  it('the stochastic analysis tends to the Kalman filter', () => {
    const many = ensembleFilter.init(0, start, 20000, random.fork('many'));
    const exact = kalman.step(turning, momentsAsState(many), observation).state;
    const { state } = ensembleFilter.step(turning, many, observation, random, { analysis: 'stochastic' });
    near(moments(state).mean, exact.mean, 1e-10);
    near(moments(state).covariance, covarianceOf(exact), 0.05);
  });

  it('missing components are as if never asked for', () => {
    const part = { ...observation, values: Float64Array.of(Number.NaN, -1) };
    const exact = kalman.step(turning, momentsAsState(ensemble), part).state;
    const { state } = ensembleFilter.step(turning, ensemble, part, random, { analysis: 'square-root' });
    near(moments(state).covariance, covarianceOf(exact), 1e-10);
    const none = { ...observation, values: new Float64Array(2).fill(Number.NaN) };
    const kept = ensembleFilter.step(turning, ensemble, none, random, { analysis: 'square-root' });
    expect(kept.info.status).toBe('no-observation');
    expect(kept.state.ensemble).toEqual(ensemble.ensemble);
  });

  it('a rotation is orthogonal, keeps the ones, and is no identity', () => {
    const r = meanPreservingRotation(7, random);
    near(multiply(r, transpose(r, 7, 7), 7, 7, 7), identity(7), 1e-12);
    near(multiply(r, new Float64Array(7).fill(1), 7, 7, 1), new Float64Array(7).fill(1), 1e-12);
    expect(Math.abs(r[0])).toBeLessThan(0.999);
  });

  it('full relaxation gives back the prior spread, inflation multiplies', () => {
    const relaxed = ensembleFilter.step(turning, ensemble, observation, random, {
      analysis: 'square-root',
      relaxation: 1,
    });
    const before = moments(ensemble).covariance;
    near(
      [0, 4, 8].map((i) => moments(relaxed.state).covariance[i] / before[i]),
      [1, 1, 1],
      1e-10,
    );
    const plain = ensembleFilter.step(turning, ensemble, observation, random, { analysis: 'square-root' });
    const wide = ensembleFilter.step(turning, ensemble, observation, random, {
      analysis: 'square-root',
      inflation: 1.5,
    });
    expect(wide.info.spread / plain.info.spread).toBeCloseTo(1.5, 10);
  });

  it('Gaspari–Cohn: 1 at 0, 5/24 at the half-width, 0 from twice on, falling', () => {
    expect(gaspariCohn(0, 3)).toBe(1);
    expect(gaspariCohn(3, 3)).toBeCloseTo(5 / 24, 12);
    expect(gaspariCohn(3.0000001, 3)).toBeCloseTo(5 / 24, 6);
    expect(gaspariCohn(6, 3)).toBe(0);
    for (let d = 0.1; d < 6; d += 0.1) expect(gaspariCohn(d, 3)).toBeLessThanOrEqual(gaspariCohn(d - 0.1, 3));
  });

  it('a robust analysis gives an outlier less pull', () => {
    const outlier = { ...observation, values: Float64Array.of(200, -1) };
    const pull = (robust?: { kind: 'student'; freedom: number }) =>
      ensembleFilter.step(turning, ensemble, outlier, random, { analysis: 'square-root', ...(robust && { robust }) });
    const plain = moments(pull().state).mean[0];
    const robust = pull({ kind: 'student', freedom: 4 });
    expect(plain).toBeGreaterThan(100);
    expect(moments(robust.state).mean[0]).toBeLessThan(10);
    expect(robust.info.weights[0]).toBeLessThan(0.01);
  });

  it.each([
    [
      'ensemble-collapsed',
      { ...ensemble, ensemble: new Float64Array(36).fill(2) },
      observation,
      'square-root',
      turning,
    ],
    [
      'forecast-not-finite',
      ensemble,
      diagonal,
      'stochastic',
      linearTransition(3, { matrix: () => new Float64Array(9).fill(Infinity) }),
    ],
    ['time-reversed', { ...ensemble, time: 3 }, observation, 'square-root', turning],
    ['correlated-errors', ensemble, observation, everywhere, turning],
    [
      'covariance-not-positive',
      ensemble,
      { ...diagonal, operator: coordinateObservation([0, 2], 3, [0, 1]) },
      'square-root',
      turning,
    ],
    [
      'observation-not-finite',
      ensemble,
      {
        time: 0,
        operator: functionObservation(1, 3, () => [Number.NaN], Float64Array.of(1)),
        values: Float64Array.of(1),
      },
      'square-root',
      turning,
    ],
  ] as const)('%s is named', (status, state, seen, analysis, transition) => {
    const result = ensembleFilter.step(transition, state, seen, random, { analysis });
    expect(result.info.status).toBe(status);
    expect(result.state.ensemble.every(Number.isFinite)).toBe(true);
  });
});

describe('iterated ensemble smoother', () => {
  it('a linear model: smoothed start and filtered end have the Kalman moments in one step and a check', () => {
    const random = randomStream(6);
    const ensemble = ensembleFilter.init(0, start, 9, random);
    const window = [1, 2].map((time) => ({ ...observation, time }));
    const run = kalman.filterSeries(momentsAsState(ensemble), window, (s, o) => kalman.step(turning, s, o));
    const { state, info } = iterated.step(turning, ensemble, window, random);
    expect(info).toMatchObject({ status: 'ok', converged: true, iterations: 2 });
    near(moments(state).mean, run.states[2].mean, 1e-9);
    near(moments(state).covariance, covarianceOf(run.states[2]), 1e-9);
    expect(info.smoothed.time).toBe(0);
  });

  it('a window without any value is carried to its end, not widened', () => {
    const ensemble = ensembleFilter.init(0, start, 9, randomStream(7));
    const none = [1, 2].map((time) => ({ ...observation, time, values: new Float64Array(2).fill(Number.NaN) }));
    const { state, info } = iterated.step(turning, ensemble, none, randomStream(8), { inflation: 2 });
    expect(info.status).toBe('no-observation');
    expect(state.time).toBe(2);
    near(state.ensemble, turning.advance(turning.advance(ensemble.ensemble, 9, 0, 1), 9, 1, 2), 0);
  });

  it('iteration beats one analysis on Lorenz-63', () => {
    const short = { ...sakov2012, cycles: 200 };
    const options = { inflation: 1.02, rotate: true };
    const iterate: EnsembleCycle = (state, seen, draws) =>
      iterated.step(short.transition, state, [seen], draws, options).state;
    const score = (cycle: EnsembleCycle) => analysisError(short, 3, ensembleEstimator(short, 10, cycle));
    const iterative = score(iterate);
    const single = score(filterCycle(short, { analysis: 'square-root', ...options }));
    expect(iterative).toBeLessThan(0.4);
    expect(single).toBeLessThan(0.8);
    expect(iterative).toBeLessThan(single);
  });

  it('Lorenz-96 is still where all coordinates are the forcing', () => {
    const rest = new Float64Array(40).fill(8);
    expect(lorenz96.advance(rest, 1, 0, 1)).toEqual(rest);
  });
});
