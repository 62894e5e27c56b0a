import { randomStream } from '@gemel/numerics';
import { normalCdf, normalQuantile } from '@gemel/numerics/special/normal';
import { describe, expect, it } from 'vitest';
import { rankUniformity } from './rank-uniformity.ts';
import {
  coverage,
  crpsEnsemble,
  crpsNormal,
  crpsQuantiles,
  crpsWeighted,
  pinball,
  probabilityIntegralTransform,
  rootMeanSquare,
  sampleQuantile,
} from './scores.ts';

describe('continuous ranked probability score', () => {
  it('of a point forecast is its absolute error', () => {
    expect(crpsWeighted([3], [1], 5)).toBe(2);
    expect(crpsEnsemble([3, 3, 3], 5)).toBeCloseTo(2, 12);
  });

  it('of two members by hand', () => {
    // |1 − 2| and |4 − 2| average to 1.5; the fair spread term is |4 − 1| / 2.
    expect(crpsEnsemble([4, 1], 2)).toBeCloseTo(0, 12);
    expect(crpsWeighted([4, 1], [0.5, 0.5], 2)).toBeCloseTo(0.75, 12);
  });

  it('the fair ensemble score is unbiased for the normal closed form, also with few members', () => {
    const random = randomStream(2, 'crps');
    let sum = 0;
    const repeats = 20000;
    for (let r = 0; r < repeats; r++)
      sum += crpsEnsemble([random.normal(), random.normal(), random.normal()], 0.8) / repeats;
    expect(Math.abs(sum - crpsNormal(0, 1, 0.8, normalCdf))).toBeLessThan(0.02);
  });

  it('from dense quantiles tends to the closed form', () => {
    const levels = Array.from({ length: 999 }, (_, i) => (i + 1) / 1000);
    const quantiles = levels.map((p) => 10 + 2 * normalQuantile(p));
    expect(crpsQuantiles(levels, quantiles, 11)).toBeCloseTo(crpsNormal(10, 2, 11, normalCdf), 3);
  });

  it('quantile loss is asymmetric', () => {
    expect(pinball(0.9, 10, 12)).toBeCloseTo(1.8, 12);
    expect(pinball(0.9, 10, 8)).toBeCloseTo(0.2, 12);
  });
});

describe('other scores', () => {
  it('by hand', () => {
    expect(rootMeanSquare([3, 4])).toBeCloseTo(Math.sqrt(12.5), 12);
    expect(coverage([0, 0], [1, 1], [0.5, 2])).toBe(0.5);
    expect(probabilityIntegralTransform([1, 2, 3, 4], 3)).toBe(0.625);
    expect(sampleQuantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(sampleQuantile([1, 2, 3, 4], 1)).toBe(4);
  });
});

describe('rank uniformity', () => {
  it('accepts uniform ranks and sees a bias', () => {
    const random = randomStream(4, 'ranks');
    const uniform = Float64Array.from({ length: 2000 }, () => random.uniform());
    const fair = rankUniformity(uniform);
    // 99.9 % point of χ² with 9 degrees of freedom: 27.9.
    expect(fair.chiSquare).toBeLessThan(27.9);
    expect(Math.abs(fair.central90 - 0.9)).toBeLessThan(0.02);
    expect(rankUniformity(uniform.map((u) => u ** 1.3)).chiSquare).toBeGreaterThan(27.9);
  });
});
