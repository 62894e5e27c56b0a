import { randomStream } from '@gemel/numerics';
import { describe, expect, it } from 'vitest';
import type { StateSpace } from '../state-space.ts';
import * as bootstrap from './bootstrap.ts';
import { squareRootUpdate, stochasticUpdate } from './ensemble-kalman.ts';

function moments(ensemble: Float64Array, members: number, dimension: number) {
  const mean = new Float64Array(dimension);
  const covariance = new Float64Array(dimension * dimension);
  for (let m = 0; m < members; m++)
    for (let i = 0; i < dimension; i++) mean[i] += ensemble[m * dimension + i] / members;
  for (let m = 0; m < members; m++) {
    for (let i = 0; i < dimension; i++) {
      for (let j = 0; j < dimension; j++) {
        covariance[i * dimension + j] +=
          ((ensemble[m * dimension + i] - mean[i]) * (ensemble[m * dimension + j] - mean[j])) / (members - 1);
      }
    }
  }
  return { mean, covariance };
}

/** Correlated normal ensemble, and its prediction of the first coordinate plus half the second. */
function ensembleOf(members: number, seed: number) {
  const random = randomStream(seed, 'ensemble');
  const ensemble = new Float64Array(members * 3);
  for (let m = 0; m < members; m++) {
    const a = random.normal();
    const b = random.normal();
    ensemble.set([5 + 2 * a, -1 + a + b, 3 * random.normal()], 3 * m);
  }
  const predicted = Float64Array.from({ length: members }, (_, m) => ensemble[3 * m] + 0.5 * ensemble[3 * m + 1]);
  return { state: { members, dimension: 3, ensemble }, predicted };
}

/** Kalman update by hand for H = (1, ½, 0). */
function kalman(mean: Float64Array, p: Float64Array, value: number, variance: number) {
  const h = [1, 0.5, 0];
  const ph = [0, 1, 2].map((i) => h.reduce((s, hj, j) => s + p[3 * i + j] * hj, 0));
  const s = h.reduce((sum, hi, i) => sum + hi * ph[i], variance);
  const innovation = value - h.reduce((sum, hi, i) => sum + hi * mean[i], 0);
  return {
    mean: mean.map((m, i) => m + (ph[i] / s) * innovation),
    covariance: p.map((v, at) => v - (ph[Math.floor(at / 3)] * ph[at % 3]) / s),
  };
}

describe('ensemble Kalman updates', () => {
  it('the square-root update equals the Kalman update of the ensemble moments at any size', () => {
    const { state, predicted } = ensembleOf(12, 1);
    const before = moments(state.ensemble, 12, 3);
    const exact = kalman(before.mean, before.covariance, 9, 0.7);
    const { state: next, info } = squareRootUpdate(state, { value: 9, variance: 0.7, predicted });
    const after = moments(next.ensemble, 12, 3);
    exact.mean.forEach((v, i) => {
      expect(after.mean[i]).toBeCloseTo(v, 10);
    });
    exact.covariance.forEach((v, i) => {
      expect(after.covariance[i]).toBeCloseTo(v, 10);
    });
    next.ensemble.forEach((_, at) => {
      const m = Math.floor(at / 3);
      expect(info.predicted[m]).toBeCloseTo(next.ensemble[3 * m] + 0.5 * next.ensemble[3 * m + 1], 10);
    });
  });

  it('the stochastic update tends to the Kalman filter as the ensemble grows', () => {
    const { state, predicted } = ensembleOf(40000, 2);
    const exact = kalman(Float64Array.of(5, -1, 0), Float64Array.of(4, 2, 0, 2, 2, 0, 0, 0, 9), 9, 0.7);
    const { state: next } = stochasticUpdate(state, { value: 9, variance: 0.7, predicted }, randomStream(3));
    const after = moments(next.ensemble, 40000, 3);
    exact.mean.forEach((v, i) => {
      expect(Math.abs(after.mean[i] - v)).toBeLessThan(0.06);
    });
    exact.covariance.forEach((v, i) => {
      expect(Math.abs(after.covariance[i] - v)).toBeLessThan(i === 8 ? 0.3 : 0.06);
    });
  });

  it('an exact observation is met exactly, and a tapered coordinate stays', () => {
    const { state, predicted } = ensembleOf(30, 4);
    const { info, state: next } = squareRootUpdate(
      state,
      { value: 2, variance: 0, predicted },
      { taper: Float64Array.of(1, 1, 0) },
    );
    for (const p of info.predicted) expect(p).toBeCloseTo(2, 10);
    for (let m = 0; m < 30; m++) expect(next.ensemble[3 * m + 2]).toBeCloseTo(state.ensemble[3 * m + 2], 12);
  });

  it('inflation widens the prior by its factor', () => {
    const { state, predicted } = ensembleOf(50, 5);
    const wide = squareRootUpdate(state, { value: 0, variance: 1e12, predicted }, { inflation: 1.5 }).state;
    const ratio = moments(wide.ensemble, 50, 3).covariance[0] / moments(state.ensemble, 50, 3).covariance[0];
    expect(ratio).toBeCloseTo(2.25, 6);
  });
});

describe('bootstrap filter', () => {
  it('tracks the Kalman filter of a linear-Gaussian random walk, evidence included', () => {
    const model: StateSpace<number> = {
      dimension: 1,
      init: (members, random) => Float64Array.from({ length: members }, () => random.normal()),
      advance: (x, _, random) => x.map((v) => 0.9 * v + 0.5 * random.normal()),
      logLikelihood: (x, _, y) => x.map((v) => -0.5 * ((y - v) / 0.6) ** 2 - Math.log(0.6 * Math.sqrt(2 * Math.PI))),
    };
    const observations = [0.4, 1.1, 0.2, -0.7, -1.4, -0.3, 0.8, 1.9];
    let mean = 0;
    let variance = 1;
    let logEvidence = 0;
    const random = randomStream(9, 'bootstrap');
    let state = bootstrap.init(model, 20000, random.fork('init'));
    let estimated = 0;
    observations.forEach((y, t) => {
      mean *= 0.9;
      variance = 0.81 * variance + 0.25;
      const s = variance + 0.36;
      logEvidence += -0.5 * ((y - mean) ** 2 / s) - 0.5 * Math.log(2 * Math.PI * s);
      mean += (variance / s) * (y - mean);
      variance -= variance ** 2 / s;
      const next = bootstrap.step(model, state, y, random.fork('step', t));
      state = next.state;
      estimated += next.info.logEvidence;
      const filtered = state.particles.reduce((sum, x, i) => sum + x * Math.exp(state.logWeights[i]), 0);
      expect(Math.abs(filtered - mean)).toBeLessThan(0.03);
    });
    expect(Math.abs(estimated - logEvidence)).toBeLessThan(0.1);
  });
});
