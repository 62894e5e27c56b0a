import { finish, instant, isQuantity, MINUTE, type Observation } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import { describe, expect, it } from 'vitest';
import { tankDynamics } from './fixtures/tank.ts';
import { readingDensity } from './fixtures/toy.ts';
import { minute } from './fixtures/world.ts';
import type { History } from './pack.ts';
import { particleAssimilator } from './particle.ts';

const LEAK = 0.02;
const SENSOR = 0.3;
const readings: readonly [minutes: number, litres: number][] = [
  [0, 9.2],
  [10, 8.4],
  [20, 6.1],
  [50, 4.2],
];

function reading(minutes: number, litres: number): Observation {
  return {
    kind: 'observation',
    id: `r${minutes}`,
    subject: 'tank|1',
    code: { codings: [] },
    signal: 'volume',
    value: { value: litres, unit: 'L' },
    trueAt: minute(minutes),
    knownAt: minute(minutes),
    offset: 0,
    grade: 'good',
    marks: [],
    provenance: { source: 'x', element: 'x' },
  };
}

const observations = readings.map(([minutes, litres]) => reading(minutes, litres));
const history: History = { subject: 'tank|1', observations, controls: [], facts: [], knownAt: minute(60) };

/** A tank of known leak and normal start is linear and Gaussian, so that the Kalman filter is exact. */
const filter = (count: number) =>
  particleAssimilator({
    dynamics: tankDynamics,
    count,
    draw: (random) => Float64Array.of(LEAK, 10 + 2 * random.normal()),
    logLikelihood: (observation, member) => readingDensity(observation, member.state.volume, SENSOR),
  });

/** The variance of the error of each reading as a multiple of the sensor's. */
function kalman(factor = 1): { readonly mean: number; readonly sd: number } {
  let [mean, variance, now] = [10, 4, 0];
  const carry = (to: number) => {
    for (; now < to; now++) {
      mean *= Math.exp(-LEAK);
      variance = variance * Math.exp(-2 * LEAK) + 0.02 ** 2;
    }
  };
  for (const [minutes, litres] of readings) {
    carry(minutes);
    const gain = variance / (variance + factor * SENSOR ** 2);
    mean += gain * (litres - mean);
    variance *= 1 - gain;
  }
  carry(60);
  return { mean, sd: Math.sqrt(variance) };
}

function momentsOf(belief: {
  readonly members: readonly { readonly state: { readonly volume: number } }[];
  readonly weights: Float64Array;
}) {
  const mean = belief.members.reduce((sum, m, i) => sum + belief.weights[i]! * m.state.volume, 0);
  const variance = belief.members.reduce((sum, m, i) => sum + belief.weights[i]! * (m.state.volume - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(variance) };
}

describe('particle assimilator', () => {
  const exact = kalman();

  it('K1 gives the exact posterior of a linear Gaussian tank, at once', () => {
    const belief = finish(filter(4_000).start(history, minute(60), randomStream(3)));
    const { mean, sd } = momentsOf(belief);
    expect(belief.at).toBe(minute(60));
    expect(Math.abs(mean - exact.mean)).toBeLessThan(0.15 * exact.sd);
    expect(sd / exact.sd).toBeGreaterThan(0.9);
    expect(sd / exact.sd).toBeLessThan(1.1);
  });

  it('K2 gives it reading by reading too', () => {
    const own = filter(4_000);
    let belief = finish(own.start({ ...history, observations: [] }, minute(0), randomStream(4)));
    for (const fresh of observations)
      belief = own.update(belief, history, [fresh], fresh.trueAt, randomStream(5).fork(fresh.id));
    belief = own.update(belief, history, [], minute(60), randomStream(6));
    const { mean, sd } = momentsOf(belief);
    expect(Math.abs(mean - exact.mean)).toBeLessThan(0.15 * exact.sd);
    expect(sd / exact.sd).toBeGreaterThan(0.88);
    expect(sd / exact.sd).toBeLessThan(1.12);
  });

  it('K4 gives the posterior of a sensor of twice the error where all readings are uncertain', () => {
    const doubted = observations.map((each): Observation => ({ ...each, grade: 'uncertain' }));
    const belief = finish(filter(4_000).start({ ...history, observations: doubted }, minute(60), randomStream(3)));
    const { mean, sd } = momentsOf(belief);
    const wide = kalman(4);
    expect(Math.abs(mean - wide.mean)).toBeLessThan(0.15 * wide.sd);
    expect(sd / wide.sd).toBeGreaterThan(0.9);
    expect(sd / wide.sd).toBeLessThan(1.1);
  });

  it('K3 counts a reading nobody can explain instead of losing everyone', () => {
    const own = filter(50);
    const before = finish(own.start(history, minute(60), randomStream(7)));
    const impossible = { ...reading(61, 1e9), value: { value: 1e200, unit: 'L' } };
    expect(isQuantity(impossible.value)).toBe(true);
    const after = own.update(before, history, [impossible], minute(61), randomStream(8));
    expect(after.weights).toEqual(before.weights);
    expect(after.diagnostics.warnings.map((w) => w.code)).toEqual(['observation-unexplained']);
    expect(tankDynamics.time(after.members[0]!.state)).toBe(instant(minute(60) + MINUTE));
  });
});
