import { randomStream } from '@gemel/numerics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogDensity } from '../log-density.ts';
import { differentialMove } from '../mcmc/moves.ts';
import * as adaptiveImportance from './adaptive-importance.ts';
import { fitGeneralisedPareto, generalisedParetoQuantile, paretoSmooth, reliableShape } from './pareto-smoothing.ts';
import { gaussianProposal, mixtureProposal, studentProposal, widened } from './proposal.ts';
import { systematicResample } from './resampling.ts';
import * as tempering from './tempering.ts';
import { effectiveSampleSize, normaliseLogWeights, weightedMoments, weightedQuantile } from './weights.ts';

describe('weights', () => {
  it('add up to 1, and a point outside the support weighs nothing', () => {
    const w = normaliseLogWeights(Float64Array.of(-1000, -1001, -Infinity, Number.NaN));
    expect(w[0] + w[1]).toBeCloseTo(1, 14);
    expect(w[0] / w[1]).toBeCloseTo(Math.E, 12);
    expect([w[2], w[3]]).toEqual([0, 0]);
    expect([...normaliseLogWeights(Float64Array.of(-Infinity, -Infinity))]).toEqual([0, 0]);
  });

  it('effective sample size is n for equal weights and 1 for a single one', () => {
    expect(effectiveSampleSize(new Float64Array(8).fill(1 / 8))).toBeCloseTo(8, 12);
    expect(effectiveSampleSize(Float64Array.of(0, 1, 0))).toBe(1);
  });

  it('weighted quantiles of equal weights lie between the midpoints', () => {
    const w = new Float64Array(4).fill(0.25);
    expect(weightedQuantile([4, 1, 3, 2], w, 0.5)).toBeCloseTo(2.5, 12);
    expect(weightedQuantile([4, 1, 3, 2], w, 0.01)).toBe(1);
    expect(weightedQuantile([4, 1, 3, 2], w, 0.99)).toBe(4);
    expect(weightedQuantile([4, 1, 3, 2], Float64Array.of(0, 1, 0, 0), 0.9)).toBe(1);
  });
});

describe('systematic resampling', () => {
  it('gives each index within one of its expected count', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 }),
        fc.nat(),
        (raw, seed) => {
          const total = raw.reduce((a, b) => a + b, 0);
          const weights = Float64Array.from(raw, (w) => w / total);
          const counts = new Int32Array(weights.length);
          for (const a of systematicResample(weights, 50, randomStream(seed))) counts[a]++;
          return counts.every((c, i) => Math.abs(c - 50 * weights[i]) < 1 + 1e-9);
        },
      ),
    );
  });

  it('is unbiased: mean counts over many seeds are count × weight', () => {
    const weights = Float64Array.of(0.03, 0.27, 0.5, 0.2);
    const mean = new Float64Array(4);
    const repeats = 20000;
    for (let r = 0; r < repeats; r++) {
      for (const a of systematicResample(weights, 7, randomStream(r, 'resample'))) mean[a] += 1 / repeats;
    }
    // A count varies by less than 1, so its mean over 20,000 seeds has an SD below 0.0036.
    for (let i = 0; i < 4; i++) expect(Math.abs(mean[i] - 7 * weights[i])).toBeLessThan(0.015);
  });
});

describe('Pareto smoothing', () => {
  it.each([0.2, 0.5, 0.9])('recovers the shape %f of generalised Pareto draws', (k) => {
    const n = 4000;
    const random = randomStream(11, 'pareto', k);
    const x = Float64Array.from({ length: n }, () => generalisedParetoQuantile(random.uniform(), k, 2)).sort();
    // The maximum-likelihood SD of k̂ is (1 + k)/√n (Smith 1987): 0.03 at most here.
    const fit = fitGeneralisedPareto(x);
    expect(Math.abs(fit.k - k)).toBeLessThan(0.09);
    expect(Math.abs(fit.sigma - 2)).toBeLessThan(0.2);
  });

  it('sees the tail of weights: k̂ of ratios with known Pareto tails', () => {
    const random = randomStream(12, 'ratios');
    for (const k of [0.3, 0.7]) {
      const logWeights = Float64Array.from({ length: 20000 }, () => -k * Math.log(random.uniform()));
      expect(Math.abs(paretoSmooth(logWeights).k - k)).toBeLessThan(0.15);
    }
  });

  it('leaves equal weights alone and refuses too few', () => {
    const equal = paretoSmooth(new Float64Array(100));
    expect(equal.weights.every((w) => Math.abs(w - 0.01) < 1e-15)).toBe(true);
    expect(equal.ess).toBeCloseTo(100, 9);
    expect(paretoSmooth(new Float64Array(10)).k).toBe(Infinity);
    expect(paretoSmooth(new Float64Array(100).fill(-Infinity))).toMatchObject({ k: Infinity, ess: 0 });
  });

  it('says how large k̂ may be', () => {
    expect(reliableShape(100)).toBeCloseTo(0.5, 12);
    expect(reliableShape(1e6)).toBe(0.7);
  });

  it('importance sampling with it estimates a known mean', () => {
    const gaussian = { dimension: 3, mean: new Float64Array(3), lower: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1) };
    const proposal = studentProposal(gaussian, 5);
    const points = proposal.draw(8000, randomStream(5));
    const logQ = proposal.logDensity(points, 8000);
    // Target: N(0.5, 0.8²) in every coordinate.
    const target = { dimension: 3, mean: new Float64Array(3).fill(0.5), lower: gaussian.lower.map((v) => 0.8 * v) };
    const logP = gaussianProposal(target).logDensity(points, 8000);
    const { weights, k, ess } = paretoSmooth(logP.map((v, i) => v - logQ[i]));
    expect(k).toBeLessThan(0.5);
    expect(ess).toBeGreaterThan(1000);
    const { mean, covariance } = weightedMoments(points, weights, 3);
    for (let i = 0; i < 3; i++) {
      expect(Math.abs(mean[i] - 0.5)).toBeLessThan(0.06);
      expect(Math.abs(covariance[i * 3 + i] - 0.64)).toBeLessThan(0.08);
    }
  });
});

describe('proposals', () => {
  const gaussian = { dimension: 2, mean: Float64Array.of(1, -1), lower: Float64Array.of(0.5, 0, 0.3, 0.8) };

  it.each([
    ['gaussian', gaussianProposal(gaussian)],
    ['student', studentProposal(gaussian, 4)],
    ['mixture', mixtureProposal([gaussianProposal(gaussian), studentProposal(widened(gaussian, 2), 4)], [0.7, 0.3])],
  ])('the density of the %s integrates to 1', (_, proposal) => {
    const h = 0.1;
    const points: number[] = [];
    for (let x = -40; x < 40; x += h) for (let y = -40; y < 40; y += h) points.push(x, y);
    const logs = proposal.logDensity(Float64Array.from(points), points.length / 2);
    expect(logs.reduce((s, l) => s + Math.exp(l) * h * h, 0)).toBeCloseTo(1, 3);
  });

  it('the mixture draws its shares', () => {
    const far = { ...gaussian, mean: Float64Array.of(100, 100) };
    const mixture = mixtureProposal([gaussianProposal(gaussian), gaussianProposal(far)], [0.25, 0.75]);
    const points = mixture.draw(40, randomStream(3));
    expect(Array.from({ length: 40 }, (_, i) => points[2 * i]).filter((x) => x > 50).length).toBe(30);
  });
});

describe('adaptive importance sampling', () => {
  it('finds a target far from its base, and says so by k̂', () => {
    // Twelve coordinates of mean 1.5 and SD 0.4, the second bent around the first: y | x ~ N(x², 0.4²).
    const d = 12;
    const target: LogDensity = {
      dimension: d,
      evaluate: (p, count) =>
        Float64Array.from({ length: count }, (_, c) => {
          let s = 0;
          for (let i = 0; i < d; i++) {
            const centre = i === 1 ? p[c * d] ** 2 : 1.5;
            s -= 0.5 * ((p[c * d + i] - centre) / 0.4) ** 2;
          }
          return s;
        }),
    };
    const lower = new Float64Array(d * d);
    for (let i = 0; i < d; i++) lower[i * d + i] = 1;
    let state = adaptiveImportance.init({ dimension: d, mean: new Float64Array(d), lower });
    const random = randomStream(31, 'adaptive');
    const shapes: number[] = [];
    let weights = new Float64Array(0);
    for (let round = 0; round < 12; round++) {
      const next = adaptiveImportance.step(target, state, 500, random.fork(round));
      state = next.state;
      weights = next.info.weights as Float64Array<ArrayBuffer>;
      shapes.push(next.info.k);
    }
    expect(shapes[0]).toBeGreaterThan(1);
    expect(shapes[11]).toBeLessThan(0.7);
    expect(effectiveSampleSize(weights)).toBeGreaterThan(500);
    const { mean, covariance } = weightedMoments(state.points, weights, d);
    // E y = 1.5² + 0.4², var y = 0.4² + 4·1.5²·0.4² + 2·0.4⁴.
    expect(Math.abs(mean[0] - 1.5)).toBeLessThan(0.06);
    expect(Math.abs(mean[1] - 2.41)).toBeLessThan(0.2);
    expect(Math.abs(covariance[d + 1] / 1.6512 - 1)).toBeLessThan(0.3);
    expect(Math.abs(covariance[d * d - 1] / 0.16 - 1)).toBeLessThan(0.2);
  });
});

describe('tempering', () => {
  // x ~ N(2, 0.1²), y | x ~ N(x², 0.1²): E y = 4.01, var y = 0.01 + 4·4·0.01 + 2·0.1⁴.
  const target: LogDensity = {
    dimension: 2,
    evaluate: (p, count) =>
      Float64Array.from({ length: count }, (_, c) => {
        const [x, y] = [p[2 * c], p[2 * c + 1]];
        return -0.5 * ((x - 2) / 0.1) ** 2 - 0.5 * ((y - x * x) / 0.1) ** 2;
      }),
  };
  const base: LogDensity = {
    dimension: 2,
    evaluate: (p, count) => Float64Array.from({ length: count }, (_, c) => -0.5 * (p[2 * c] ** 2 + p[2 * c + 1] ** 2)),
  };

  it('carries a standard normal to a narrow, curved target with known moments', () => {
    const random = randomStream(21, 'tempering');
    const draws = Float64Array.from({ length: 2000 }, () => random.normal());
    const moves = [differentialMove('both', [0, 1]), differentialMove('first', [0])];
    let state = tempering.init(base, target, draws, moves);
    let steps = 0;
    for (; state.beta < 1 || steps < 15; steps++) {
      const next = tempering.step(base, target, state, moves, random.fork('step', steps), 2);
      expect(next.state.beta).toBeGreaterThanOrEqual(state.beta);
      state = next.state;
      if (steps > 60) throw new Error('tempering does not arrive');
    }
    const { mean, covariance } = weightedMoments(state.chains.points, new Float64Array(1000).fill(1e-3), 2);
    expect(Math.abs(mean[0] - 2)).toBeLessThan(0.02);
    expect(Math.abs(mean[1] - 4.01)).toBeLessThan(0.08);
    expect(Math.abs(covariance[3] / 0.1702 - 1)).toBeLessThan(0.25);
  });
});
