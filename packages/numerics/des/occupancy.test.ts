import { describe, expect, it } from 'vitest';
import { indexedDraws } from '../random/philox.ts';
import { compileFlow } from './compile.ts';
import { exponential, fixed, logNormalOf, weibull } from './duration.ts';
import type { Flow } from './flow.ts';
import { occupancyAfter, occupancyQuantile } from './occupancy.ts';
import { meanEstimate } from './replicate.ts';
import { World } from './world.ts';

describe('who is there later', () => {
  it('agrees with the equilibrium of M/G/∞ and with exponential stays', () => {
    const { mean, variance } = occupancyAfter(1000, [], [{ rate: 3, stay: weibull(1.5, 4) }]);
    expect(mean).toBeCloseTo(3 * weibull(1.5, 4).mean, 9);
    expect(variance).toBeCloseTo(mean, 12);
    const soon = occupancyAfter(2, [{ elapsed: 9, stay: exponential(4) }], [{ rate: 1.5, stay: exponential(4) }]);
    expect(soon.mean).toBeCloseTo(Math.exp(-0.5) + 6 * (1 - Math.exp(-0.5)), 12);
  });

  it('has probabilities with that mean and variance, and quantiles', () => {
    const present = Array.from({ length: 40 }, (_, i) => ({ elapsed: i / 2, stay: logNormalOf(6, 30) }));
    const later = occupancyAfter(3, present, [
      { rate: { times: [0, 1], values: [8, 2], period: 2 }, stay: logNormalOf(6, 30) },
    ]);
    const sums = later.probabilities.reduce(([s, m, q], p, n) => [s + p, m + n * p, q + n * n * p], [0, 0, 0]);
    expect(sums[0]).toBeCloseTo(1, 10);
    expect(sums[1]).toBeCloseTo(later.mean, 8);
    expect(sums[2] - sums[1] ** 2).toBeCloseTo(later.variance, 6);
    expect(occupancyQuantile(later, 0.05)).toBeLessThan(later.mean);
    expect(occupancyQuantile(later, 0.95)).toBeGreaterThan(later.mean);
  });

  it('is what a world with those who are there comes to', () => {
    const stay = weibull(1.6, 5);
    const rate = { times: [0, 2], values: [3, 6], period: 4 };
    const flow: Flow = {
      resources: {},
      sources: {
        new: { arrivals: { kind: 'poisson', rate }, route: 'way' },
        there: { arrivals: { kind: 'times', times: [] }, route: 'way' },
      },
      routes: { way: [{ kind: 'hold', name: 'stay', time: stay }] },
    };
    const elapsed = Array.from({ length: 25 }, (_, i) => 0.3 * i);
    const exact = occupancyAfter(
      3,
      elapsed.map((e) => ({ elapsed: e, stay })),
      [{ rate, stay }],
    );
    const compiled = compileFlow(flow);
    const counts = Array.from({ length: 2000 }, (_, replication) => {
      const world = new World(compiled, (name) => indexedDraws(5, replication, name));
      elapsed.forEach((e, serial) => {
        world.inject({ source: 'there', serial, born: -e, route: 'way', step: 'stay', elapsed: e });
      });
      world.run(3);
      return world.present;
    });
    const { mean, half, sd } = meanEstimate(counts, 0.999);
    expect(Math.abs(mean - exact.mean)).toBeLessThan(half);
    // The standard error of a variance of n normal numbers is σ² √(2 / (n − 1)).
    expect(Math.abs(sd ** 2 / exact.variance - 1)).toBeLessThan(3.3 * Math.sqrt(2 / 1999));
  });

  it('refuses a time gone by, and a stay longer than any', () => {
    expect(() => occupancyAfter(-1, [], [])).toThrow(/-1/);
    expect(() => occupancyAfter(1, [{ elapsed: 4, stay: fixed(3) }], [])).toThrow(/as long as 4/);
  });
});
