import { randomStream } from '@gemel/numerics';
import { describe, expect, it } from 'vitest';
import { resamplingSchemes } from '../smc/resampling-schemes.ts';
import type { GuidedStateSpace } from './particle.ts';
import * as particle from './particle.ts';

const A = 0.9;
const Q = 0.25;
const R = 0.09;
const normal = (x: number, variance: number) => -0.5 * ((x * x) / variance + Math.log(2 * Math.PI * variance));
const bootstrap: GuidedStateSpace<number> = {
  dimension: 1,
  init: (members, random) => Float64Array.from({ length: members }, () => random.normal()),
  advance: (x, _, random) => x.map((v) => A * v + Math.sqrt(Q) * random.normal()),
  logLikelihood: (x, _, y) => x.map((v) => normal(y - v, R)),
};
/** The best possible: exact predictive weights and the exact conditional. */
const guided: GuidedStateSpace<number> = {
  ...bootstrap,
  lookAhead: (x, _, y) => x.map((v) => normal(y - A * v, Q + R)),
  propose(x, _, y, random) {
    const variance = 1 / (1 / Q + 1 / R);
    const logRatio = new Float64Array(x.length);
    const ensemble = x.map((v, m) => {
      const mean = variance * ((A * v) / Q + y / R);
      const z = mean + Math.sqrt(variance) * random.normal();
      logRatio[m] = normal(z - A * v, Q) - normal(z - mean, variance);
      return z;
    });
    return { ensemble, logRatio };
  },
};
const values = [0.4, 1.1, 0.2, -0.7, 0.9, -0.3, 0.8, 1.9];

function kalman() {
  let mean = 0;
  let variance = 1;
  let logEvidence = 0;
  for (const y of values) {
    mean *= A;
    variance = A * A * variance + Q;
    logEvidence += normal(y - mean, variance + R);
    const gain = variance / (variance + R);
    mean += gain * (y - mean);
    variance *= 1 - gain;
  }
  return { mean, logEvidence };
}

function run(model: GuidedStateSpace<number>, count: number, seed: number, options: particle.ParticleOptions = {}) {
  const random = randomStream(seed, 'particle');
  let state = particle.init(model, count, random);
  let logEvidence = 0;
  let mean = 0;
  let ess = count;
  values.forEach((y, t) => {
    const next = particle.step(model, state, y, random.fork(t), options);
    state = next.state;
    logEvidence += next.info.logEvidence;
    mean = next.info.mean[0];
    ess = Math.min(ess, next.info.ess);
    expect(next.info.status).toBe('ok');
  });
  return { logEvidence, mean, ess };
}

describe('particle filters', () => {
  const exact = kalman();

  it.each(Object.keys(resamplingSchemes) as (keyof typeof resamplingSchemes)[])(
    'with %s resampling meets the Kalman filter, evidence included',
    (resampling) => {
      for (const threshold of [0.5, 1]) {
        const found = run(bootstrap, 20000, 4, { resampling, threshold });
        expect(Math.abs(found.mean - exact.mean)).toBeLessThan(0.02);
        expect(Math.abs(found.logEvidence - exact.logEvidence)).toBeLessThan(0.1);
      }
    },
  );

  it('the evidence is unbiased, and a guide makes its error many times less', () => {
    const ratios = (model: GuidedStateSpace<number>) =>
      Array.from({ length: 225 }, (_, seed) => Math.exp(run(model, 100, seed).logEvidence - exact.logEvidence));
    const mean = (v: readonly number[]) => v.reduce((a, b) => a + b, 0) / v.length;
    const sd = (v: readonly number[]) => Math.sqrt(mean(v.map((x) => (x - mean(v)) ** 2)));
    const plain = ratios(bootstrap);
    const best = ratios(guided);
    expect(Math.abs(mean(plain) - 1)).toBeLessThan((4 * sd(plain)) / 15);
    expect(Math.abs(mean(best) - 1)).toBeLessThan((4 * sd(best)) / 15);
    expect(sd(best)).toBeLessThan(sd(plain) / 2);
    expect(run(guided, 100, 1).ess).toBeCloseTo(100, 6);
  });

  it('every scheme draws each index count · weight times on average', () => {
    const weights = Float64Array.of(0.05, 0.5, 0, 0.15, 0.3);
    for (const [name, scheme] of Object.entries(resamplingSchemes)) {
      const random = randomStream(8, name);
      const drawn = new Float64Array(5);
      let misfits = 0;
      for (let r = 0; r < 4000; r++) {
        const ancestors = scheme(weights, 7, random);
        for (const index of ancestors) drawn[index]++;
        if (ancestors.length !== 7 || ancestors.some((index, c) => index < ancestors[c - 1])) misfits++;
      }
      expect(misfits).toBe(0);
      for (let i = 0; i < 5; i++) expect(Math.abs(drawn[i] / 4000 - 7 * weights[i])).toBeLessThan(0.1);
    }
  });

  it('jitter tells duplicates apart and keeps the mean', () => {
    const random = randomStream(9);
    const still = { ...bootstrap, advance: (x: Float64Array) => Float64Array.from(x) };
    const first = particle.init(still, 2000, random);
    const { state, info } = particle.step(still, first, 1, random, { threshold: 1, jitter: 1 });
    expect(info.resampled).toBe(true);
    expect(new Set(state.particles).size).toBe(2000);
    expect(state.particles.reduce((a, b) => a + b, 0) / 2000).toBeCloseTo(info.mean[0], 1);
    const alone = particle.step(still, first, 1e4, random, { jitter: 1 });
    expect(alone.info.ess).toBeLessThan(1.01);
    expect(new Set(alone.state.particles).size).toBe(2000);
  });

  it('collapse and loss are named, and some lost particles do not spoil the rest', () => {
    const random = randomStream(10);
    const state = particle.init(bootstrap, 100, random);
    const impossible = { ...bootstrap, logLikelihood: (x: Float64Array) => x.map(() => -Infinity) };
    const collapsed = particle.step(impossible, state, 0, random);
    expect(collapsed.info.status).toBe('particles-collapsed');
    expect(collapsed.state.logWeights).toEqual(state.logWeights);
    const broken = { ...bootstrap, advance: (x: Float64Array) => x.map(() => Number.NaN) };
    expect(particle.step(broken, state, 0, random).info.status).toBe('forecast-not-finite');
    const half = { ...bootstrap, advance: (x: Float64Array) => x.map((v) => (v > 0 ? Number.NaN : v)) };
    const { info, state: kept } = particle.step(half, state, -0.5, random);
    expect(info.status).toBe('ok');
    expect(info.lost).toBeGreaterThan(0);
    expect(info.mean[0]).toBeLessThan(0);
    expect(kept.particles.every(Number.isFinite)).toBe(true);
  });
});
