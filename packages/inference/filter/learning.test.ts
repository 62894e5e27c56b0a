import { randomStream } from '@gemel/numerics';
import { describe, expect, it } from 'vitest';
import * as fixedLag from './fixed-lag.ts';
import type { GaussianState } from './gaussian-state.ts';
import { guidedSpan } from './guide.ts';
import * as kalman from './kalman.ts';
import * as liuWest from './liu-west.ts';
import { coordinateObservation, type Observation } from './observation.ts';
import * as particle from './particle.ts';
import * as pmmh from './particle-marginal.ts';
import { mergeSensors } from './schedule.ts';
import { linearTransition } from './transition.ts';

const A = 0.8;
const Q = 0.3;
const first = coordinateObservation([0], 2, [0.2]);
const second = coordinateObservation([1, 0], 2, [0.4, 0.1]);
/** Two relaxing states, coupled, over any span. */
const transition = linearTransition(2, {
  matrix: (from, to) => Float64Array.of(A ** (to - from), 0.1 * (to - from), 0, A ** (to - from)),
  noise: (from, to) => Float64Array.of(Q, 0.1, 0.1, Q).map((v) => v * (to - from)),
});
const start = kalman.init(0, new Float64Array(2), Float64Array.of(1, 0, 0, 1)) as GaussianState;
const NAN = Number.NaN;
const merged = mergeSensors(
  [
    { operator: first, times: [3, 1, 2, 4, 5], values: Float64Array.of(0.5, 1.2, 0.9, NAN, -0.4) },
    { operator: second, times: [2.5, 5, NAN], values: Float64Array.of(-0.3, 0.6, 0.2, -0.1, 9, 9) },
  ],
  0.01,
);

describe('sensors of several rates', () => {
  it('come out in order of time, simultaneous ones as one, refused times counted', () => {
    expect(merged.refused).toBe(1);
    expect(merged.observations.map((o) => o.time)).toEqual([1, 2, 2.5, 3, 4, 5]);
    expect([...merged.observations[5].values]).toEqual([-0.4, 0.2, -0.1]);
    expect([...merged.observations[5].operator.covariance]).toEqual([0.2, 0, 0, 0, 0.4, 0, 0, 0, 0.1]);
    expect([...merged.observations[5].operator.observe(Float64Array.of(7, 8), 1)]).toEqual([7, 8, 7]);
  });

  it('a record with values too few is refused by its number', () => {
    const record = { operator: second, times: [1, 2], values: new Float64Array(3) };
    expect(() => mergeSensors([record])).toThrow(expect.objectContaining({ where: { element: 'sensor 0' } }));
  });

  it('one joint update is the same as one after the other', () => {
    const joint = kalman.filterSeries(start, merged.observations, (s, o) => kalman.step(transition, s, o));
    const apart = mergeSensors([
      { operator: first, times: [3, 1, 2, 4, 5], values: Float64Array.of(0.5, 1.2, 0.9, NAN, -0.4) },
      { operator: second, times: [2.5, 5.0000000001], values: Float64Array.of(-0.3, 0.6, 0.2, -0.1) },
    ]).observations;
    const serial = kalman.filterSeries(start, apart, (s, o) => kalman.step(transition, s, o));
    expect(serial.logLikelihood).toBeCloseTo(joint.logLikelihood, 8);
  });
});

describe('late observations', () => {
  const filter = (state: GaussianState, o: Observation) => kalman.step(transition, state, o).state;
  const inOrder = merged.observations.reduce(filter, start);

  it('any order of arrival within the lag gives the timely state, to the bit', () => {
    const random = randomStream(3);
    for (let trial = 0; trial < 50; trial++) {
      const order = merged.observations
        .map((o) => ({ o, key: random.uniform() }))
        .sort((a, b) => a.key - b.key)
        .map(({ o }) => o);
      let state = fixedLag.init<GaussianState, Observation>(start, 0, 100);
      let steps = 0;
      for (const o of order) {
        const next = fixedLag.step(filter, state, o);
        state = next.state;
        steps += next.info.steps;
        expect(next.info.status).toBe('ok');
      }
      expect(steps).toBeGreaterThanOrEqual(order.length);
      expect(fixedLag.latest(state)).toEqual(inOrder);
    }
  });

  it('what is older than the lag is refused by name and changes nothing', () => {
    let state = fixedLag.init<GaussianState, Observation>(start, 0, 1.5);
    for (const o of merged.observations) state = fixedLag.step(filter, state, o).state;
    expect(state.kept.map((k) => k.time)).toEqual([3, 4, 5]);
    const late = fixedLag.step(filter, state, merged.observations[0]);
    expect(late.info).toEqual({ status: 'too-late', steps: 0 });
    expect(fixedLag.latest(late.state)).toBe(fixedLag.latest(state));
    const notime = fixedLag.step(filter, state, { ...merged.observations[0], time: NAN });
    expect(notime.info.status).toBe('too-late');
  });
});

describe('the optimal guide', () => {
  const evidence = (guided: boolean, count: number, seed: number, freedom?: number) => {
    const random = randomStream(seed, 'guide');
    let from = 0;
    const options = freedom === undefined ? {} : { freedom };
    let state = particle.init(guidedSpan(transition, start, 0, 0), count, random);
    let sum = 0;
    merged.observations.forEach((o, t) => {
      const { propose, lookAhead, ...plain } = guidedSpan(transition, start, from, o.time, options);
      const model = guided ? { ...plain, propose, lookAhead } : plain;
      const next = particle.step(model, state, o, random.fork(t));
      expect(next.info.status).toBe('ok');
      state = next.state;
      sum += next.info.logEvidence;
      from = o.time;
    });
    return sum;
  };
  const exact = kalman.filterSeries(start, merged.observations, (s, o) => kalman.step(transition, s, o)).logLikelihood;
  const spread = (v: readonly number[]) => Math.sqrt(v.reduce((s, x) => s + (x - exact) ** 2, 0) / v.length);

  it('meets the exact evidence, closer than the bootstrap filter does', () => {
    expect(Math.abs(evidence(true, 5000, 1) - exact)).toBeLessThan(0.05);
    const seeds = Array.from({ length: 40 }, (_, i) => i);
    const guided = spread(seeds.map((s) => evidence(true, 100, s)));
    expect(1.5 * guided).toBeLessThan(spread(seeds.map((s) => evidence(false, 100, s))));
  });

  it('stays right under Student errors that the guide does not know', () => {
    expect(Math.abs(evidence(true, 5000, 2, 5) - evidence(false, 20000, 3, 5))).toBeLessThan(0.1);
  });
});

/** x' = a x + noise, seen with error: 60 values under a known a. */
function record(a: number, seed: number) {
  const random = randomStream(seed, 'record');
  let x = 0;
  return Array.from({ length: 60 }, () => {
    x = a * x + Math.sqrt(Q) * random.normal();
    return x + 0.4 * random.normal();
  });
}
const values = record(0.7, 5);
const normal = (x: number, variance: number) => -0.5 * ((x * x) / variance + Math.log(2 * Math.PI * variance));
function exactLogLikelihood(a: number, upTo: number) {
  let mean = 0;
  let variance = Q;
  let sum = 0;
  for (const y of values.slice(0, upTo)) {
    mean *= a;
    variance = a * a * variance + Q;
    sum += normal(y - mean, variance + 0.16);
    const gain = variance / (variance + 0.16);
    mean += gain * (y - mean);
    variance *= 1 - gain;
  }
  return sum;
}
/** Posterior moments of a under a standard normal prior, by quadrature. */
function reference(upTo: number) {
  const grid = Array.from({ length: 2001 }, (_, i) => -2 + i / 500);
  const w = grid.map((a) => Math.exp(exactLogLikelihood(a, upTo) + normal(a, 1)));
  const total = w.reduce((s, v) => s + v, 0);
  const mean = grid.reduce((s, a, i) => s + a * w[i], 0) / total;
  return { mean, sd: Math.sqrt(grid.reduce((s, a, i) => s + (a - mean) ** 2 * w[i], 0) / total) };
}

describe('parameters', () => {
  it('particle marginal Metropolis–Hastings has the exact posterior with few particles', () => {
    const exact = reference(30);
    const logLikelihood = ([a]: Float64Array, random: ReturnType<typeof randomStream>) => {
      const model = {
        dimension: 1,
        init: (count: number, draws: typeof random) =>
          Float64Array.from({ length: count }, () => Math.sqrt(Q) * draws.normal()),
        advance: (x: Float64Array, _: number, draws: typeof random) =>
          x.map((v) => a * v + Math.sqrt(Q) * draws.normal()),
        logLikelihood: (x: Float64Array, _: number, y: number) => x.map((v) => normal(y - v, 0.16)),
      };
      let state = particle.init(model, 30, random.fork('init'));
      let sum = 0;
      values.slice(0, 30).forEach((y, t) => {
        const next = particle.step(model, state, y, random.fork(t));
        state = next.state;
        sum += next.info.logEvidence;
      });
      return sum;
    };
    const posterior = { dimension: 1, logLikelihood, logPrior: ([a]: Float64Array) => normal(a, 1) };
    const random = randomStream(11, 'pmmh');
    let state = pmmh.init(posterior, Float64Array.of(0.2), Float64Array.of(0.3), random);
    const chain: number[] = [];
    let accepted = 0;
    for (let k = 0; k < 1800; k++) {
      const next = pmmh.step(posterior, state, random.fork(k), k < 400);
      state = next.state;
      if (k >= 400) {
        chain.push(state.parameters[0]);
        if (next.info.accepted) accepted++;
      }
    }
    const mean = chain.reduce((a, b) => a + b, 0) / chain.length;
    const sd = Math.sqrt(chain.reduce((s, a) => s + (a - mean) ** 2, 0) / chain.length);
    expect(accepted / 1400).toBeGreaterThan(0.1);
    expect(accepted / 1400).toBeLessThan(0.5);
    expect(Math.abs(mean - exact.mean)).toBeLessThan(0.2 * exact.sd);
    expect(Math.abs(sd / exact.sd - 1)).toBeLessThan(0.2);
  });

  it('a chain that starts where nothing is likely says so', () => {
    for (const value of [NAN, Infinity]) {
      const nowhere = { dimension: 1, logLikelihood: () => value, logPrior: () => 0 };
      const random = randomStream(12);
      const state = pmmh.init(nowhere, Float64Array.of(0), Float64Array.of(1), random);
      const { info } = pmmh.step(nowhere, state, random.fork(1), false);
      expect(info).toEqual({ status: 'posterior-not-finite', accepted: false, acceptance: 0 });
    }
  });

  it('Liu and West learn the parameter online, near its posterior', () => {
    const exact = reference(values.length);
    const model: liuWest.LearningStateSpace<number> = {
      dimension: 2,
      parameters: [1],
      init: (count, random) =>
        Float64Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? Math.sqrt(Q) : 1) * random.normal()),
      advance: (x, _, random) => x.map((v, i) => (i % 2 === 0 ? x[i + 1] * v + Math.sqrt(Q) * random.normal() : v)),
      logLikelihood: (x, count, y) => Float64Array.from({ length: count }, (_, m) => normal(y - x[2 * m], 0.16)),
    };
    const random = randomStream(13, 'learning');
    let state = particle.init(model, 10000, random);
    expect(() => liuWest.step(model, state, 0, random, { discount: 0.2 })).toThrow(/1\/3/);
    let mean = 0;
    values.forEach((y, t) => {
      const next = liuWest.step(model, state, y, random.fork(t), { discount: 0.98 });
      state = next.state;
      mean = next.info.mean[1];
    });
    const weight = state.logWeights.map(Math.exp);
    const variance = weight.reduce((s, w, m) => s + w * (state.particles[2 * m + 1] - mean) ** 2, 0);
    expect(Math.abs(mean - exact.mean)).toBeLessThan(0.5 * exact.sd);
    expect(Math.abs(Math.sqrt(variance) / exact.sd - 1)).toBeLessThan(0.4);
    expect(mean).toBeGreaterThan(2 * exact.sd);
  });
});
