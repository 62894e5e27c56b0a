import { randomStream } from '@gemel/numerics';
import { describe, expect, it } from 'vitest';
import { squareRootUpdate } from './ensemble-kalman.ts';

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

  it('an exact observation is met exactly', () => {
    const { state, predicted } = ensembleOf(30, 4);
    const { info } = squareRootUpdate(state, { value: 2, variance: 0, predicted });
    for (const p of info.predicted) expect(p).toBeCloseTo(2, 10);
  });
});
