import { randomStream } from '@gemel/numerics';
import { describe, expect, it } from 'vitest';
import { effectiveDraws } from '../diagnose/effective-draws.ts';
import type { LogDensity } from '../log-density.ts';
import { weightedMoments } from '../smc/weights.ts';
import * as ensemble from './ensemble.ts';
import { differentialMove, directionMove, type InformedDirections } from './moves.ts';
import { sliceChain } from './slice.ts';

const base: LogDensity = {
  dimension: 3,
  evaluate: (p, count) =>
    Float64Array.from({ length: count }, (_, c) => -0.5 * (p[3 * c] ** 2 + p[3 * c + 1] ** 2 + p[3 * c + 2] ** 2)),
};
/** Standard normal prior, and one observation y = x₀ + x₁ = 2 with SD ½: mean 16/9 · (½, ½, 0) along (1, 1, 0)/√2. */
const target: LogDensity = {
  dimension: 3,
  evaluate: (p, count) => base.evaluate(p, count).map((l, c) => l - 0.5 * ((p[3 * c] + p[3 * c + 1] - 2) / 0.5) ** 2),
};
const r = Math.SQRT1_2;
const directions: InformedDirections = {
  vectors: Float64Array.of(r, r, 0, r, -r, 0, 0, 0, 1),
  informations: Float64Array.of(8, 0, 0),
  mode: Float64Array.of((16 / 9) * r, 0, 0),
};

/** Pooled sample of 40 chains and its mean and covariance. */
function sample(moves: readonly ensemble.EnsembleMove[], beta: number, sweeps = 4000) {
  const random = randomStream(3, 'chains');
  let state = ensemble.init(
    base,
    target,
    Float64Array.from({ length: 120 }, () => random.normal()),
    moves,
  );
  const kept: Float64Array[] = [];
  let acceptance = 0;
  for (let s = 0; s < sweeps; s++) {
    const next = ensemble.sweep(base, target, state, moves, s % moves.length, beta, random.fork(s), s < sweeps / 10);
    state = next.state;
    acceptance += next.info.acceptance / sweeps;
    if (s >= sweeps / 10) kept.push(state.points);
  }
  const points = new Float64Array(kept.length * 120);
  kept.forEach((p, i) => {
    points.set(p, i * 120);
  });
  const count = points.length / 3;
  return { ...weightedMoments(points, new Float64Array(count).fill(1 / count), 3), acceptance };
}

/** Exact moments at β: precision I + 4β (1,1,0)(1,1,0)ᵀ. */
function exact(beta: number) {
  const along = 1 / (1 + 8 * beta);
  return { mean: 8 * beta * along, variance: (1 + along) / 2, covariance: (along - 1) / 2 };
}

describe('ensemble moves leave the tempered posterior invariant', () => {
  it.each([
    ['differential evolution', [differentialMove('all', [0, 1, 2])], 1],
    ['differential evolution by blocks', [differentialMove('a', [0, 1]), differentialMove('b', [2])], 0.3],
    [
      'directions',
      [directionMove('informed', directions, (i) => i > 0.5), directionMove('rest', directions, (i) => i <= 0.5)],
      1,
    ],
    ['directions, tempered', [directionMove('all', directions, () => true, 2)], 0.3],
  ] as const)('%s', (_, moves, beta) => {
    const { mean, covariance, acceptance } = sample(moves, beta);
    const { mean: m, variance, covariance: c } = exact(beta);
    expect(acceptance).toBeGreaterThan(0.15);
    expect(Math.abs(mean[0] - m)).toBeLessThan(0.03);
    expect(Math.abs(mean[1] - m)).toBeLessThan(0.03);
    expect(Math.abs(mean[2])).toBeLessThan(0.03);
    expect(Math.abs(covariance[0] / variance - 1)).toBeLessThan(0.06);
    expect(Math.abs(covariance[1] - c)).toBeLessThan(0.04);
    expect(Math.abs(covariance[8] - 1)).toBeLessThan(0.06);
  });

  it('the linearised posterior is accepted always: the move is reversible with respect to it', () => {
    expect(sample([directionMove('all', directions, () => true)], 1, 200).acceptance).toBeCloseTo(1, 9);
    expect(sample([directionMove('all', directions, () => true)], 0.4, 200).acceptance).toBeCloseTo(1, 9);
  });
});

describe('chains that cannot be right', () => {
  it('an odd count, or fewer than four, is refused', () => {
    for (const count of [5, 2]) {
      const points = new Float64Array(3 * count);
      expect(() => ensemble.init(base, target, points, [differentialMove('all', [0, 1, 2])])).toThrow(
        expect.objectContaining({ code: 'inference-shape' }),
      );
    }
  });

  it.each([
    ['flat', () => 0],
    ['too heavy a tail', (x: number) => -0.5 * Math.log1p(Math.abs(x))],
  ])('a slice that widens without end is an improper density: %s', (_, f) => {
    const density: LogDensity = {
      dimension: 1,
      evaluate: (p, c) => Float64Array.from({ length: c }, (_, k) => f(p[k])),
    };
    expect(() => [...sliceChain(density, new Float64Array(1), randomStream(4))]).toThrow(
      expect.objectContaining({ code: 'inference-improper-posterior' }),
    );
  });

  it('a place of infinite density is named by the slice that finds it', () => {
    const density: LogDensity = {
      dimension: 1,
      evaluate: (p, c) => Float64Array.from({ length: c }, (_, k) => (p[k] < 0 ? Infinity : -p[k])),
    };
    expect(() => [...sliceChain(density, Float64Array.of(1), randomStream(4))]).toThrow(
      expect.objectContaining({ code: 'inference-density-not-finite', where: { element: 'parameter 0' } }),
    );
  });
});

describe('effective draws', () => {
  it('are all of independent draws and count/τ of an autoregression', () => {
    const random = randomStream(8, 'draws');
    const independent = Float64Array.from({ length: 20 * 500 }, () => random.normal());
    expect(Math.abs(effectiveDraws(independent, 20) / 10000 - 1)).toBeLessThan(0.1);
    const correlated = new Float64Array(20 * 500);
    for (let c = 0; c < 20; c++) {
      let x = random.normal();
      for (let t = 0; t < 500; t++) {
        correlated[c * 500 + t] = x;
        x = 0.8 * x + 0.6 * random.normal();
      }
    }
    // τ = (1 + 0.8)/(1 − 0.8) = 9.
    expect(Math.abs((effectiveDraws(correlated, 20) * 9) / 10000 - 1)).toBeLessThan(0.2);
  });

  it('pairs of autocorrelations that rise again are taken at the least before them', () => {
    // Pairs 815/728, 10/273 and 431/2184, the next below 0: the third counts as the second.
    const one = Float64Array.of(0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 1, 0, 1, 1);
    expect(effectiveDraws(one, 1)).toBeCloseTo(14 / (-1 + 2 * (815 / 728 + (2 * 10) / 273)), 10);
    // Pairs 1217/840 and −55/168: the first of the second, 17/420, still counts once.
    const few = Float64Array.of(0, 0, 0, 0, 0, 1, 1, 1);
    expect(effectiveDraws(few, 1)).toBeCloseTo(8 / (-1 + (2 * 1217) / 840 + 17 / 420), 10);
  });

  it('of chains stuck in different places are few', () => {
    const stuck = Float64Array.from({ length: 400 }, (_, i) => Math.floor(i / 100) + 0.01 * Math.sin(i));
    expect(effectiveDraws(stuck, 4)).toBeLessThan(8);
  });
});
