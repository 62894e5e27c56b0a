import { randomStream } from '@gemel/numerics';
import { cholesky, solveLower } from '@gemel/numerics/linalg/cholesky';
import { gram, multiplyVector, transpose } from '@gemel/numerics/linalg/matrix';
import { symmetricEigen } from '@gemel/numerics/linalg/symmetric-eigen';
import { describe, expect, it } from 'vitest';
import { effectiveDraws } from '../diagnose/effective-draws.ts';
import { differentiable } from '../differentiable-log-density.ts';
import type { LogDensity } from '../log-density.ts';
import { constrained } from './constrained.ts';
import { coordinate, type Draws, gatherDraws, mapDraws } from './draws.ts';
import * as ensemble from './ensemble.ts';
import { drawMomentum, estimateMetric, type MetricKind, noMoments, velocity, withDraw } from './metric.ts';
import * as nuts from './nuts.ts';
import { energyFraction, metricWindows, nutsChain, sampleNuts } from './nuts-chains.ts';
import { NutsWorkspace } from './nuts-workspace.ts';
import { sliceChain } from './slice.ts';
import { stretchMove } from './stretch.ts';
import { choleskyCorrelation, simplex } from './transform.ts';

/** N(mean, Σ) by its precision. */
function normal(mean: Float64Array, precision: Float64Array) {
  const n = mean.length;
  return differentiable(n, (x, g) => {
    const d = x.map((v, i) => v - mean[i]);
    const pd = multiplyVector(precision, d, n, n);
    let f = 0;
    for (let i = 0; i < n; i++) {
      g[i] = -pd[i];
      f -= 0.5 * pd[i] * d[i];
    }
    return f;
  });
}

/** Mean and SD of one coordinate in units of their Monte-Carlo errors. */
function deviations(draws: Draws, index: number, mean: number, sd: number) {
  const values = coordinate(draws, index);
  const square = values.map((v) => (v - mean) ** 2);
  const average = (v: Float64Array) => v.reduce((s, x) => s + x / v.length, 0);
  const spread = average(square.map((v) => (v - sd * sd) ** 2));
  return {
    mean: (average(values) - mean) / (sd / Math.sqrt(effectiveDraws(values, draws.chains))),
    square: (average(square) - sd * sd) / Math.sqrt(spread / effectiveDraws(square, draws.chains)),
  };
}

const correlated = normal(Float64Array.of(1, -2, 0), Float64Array.of(2, 1.2, 0, 1.2, 1, 0, 0, 0, 1e-2));

describe('metric', () => {
  const random = randomStream(8);
  const n = 5;
  // Strongly correlated draws of unequal scale.
  const points = Array.from({ length: 400 }, () => {
    const common = 10 * random.normal();
    return Float64Array.from({ length: n }, (_, i) => (i + 1) * (random.normal() + (i < 3 ? common : 0)));
  });
  const moments = (kind: MetricKind) => points.reduce(withDraw, noMoments(n, kind));

  it.each(['diagonal', 'dense', 'low-rank'] as const)(
    '%s: momenta have the inverse covariance of velocities',
    (kind) => {
      const metric = estimateMetric(moments(kind), kind);
      expect(metric.kind).toBe(kind);
      // The covariance of Σ p with p ~ N(0, Σ⁻¹) is Σ: compared column by column with Σ e.
      const draws = 40000;
      const v = new Float64Array(draws * n);
      for (let k = 0; k < draws; k++) v.set(velocity(metric, drawMomentum(metric, n, random)), k * n);
      const covariance = gram(v, draws, n).map((s) => s / draws);
      for (let j = 0; j < n; j++) {
        const column = velocity(
          metric,
          Float64Array.from({ length: n }, (_, i) => (i === j ? 1 : 0)),
        );
        for (let i = 0; i < n; i++) {
          const scale = Math.sqrt(covariance[i * n + i] * covariance[j * n + j]);
          expect(Math.abs(covariance[i * n + j] - column[i]) / scale).toBeLessThan(0.03);
        }
      }
    },
  );

  it('of low rank whitens what the diagonal one leaves ill-conditioned', () => {
    const dense = estimateMetric(moments('dense'), 'dense');
    if (dense.kind !== 'dense') throw new Error('expected a dense metric');
    // Eigenvalue ratio of L⁻¹ Σ L⁻ᵀ with Σ the dense metric and L Lᵀ the other one.
    const condition = (kind: MetricKind) => {
      const metric = estimateMetric(moments(kind), kind);
      const columns = Array.from({ length: n }, (_, j) =>
        velocity(
          metric,
          Float64Array.from({ length: n }, (_, i) => (i === j ? 1 : 0)),
        ),
      );
      const factor = cholesky(
        Float64Array.from({ length: n * n }, (_, k) => columns[k % n][Math.floor(k / n)]),
        n,
      );
      if (factor.status !== 'ok') throw new Error('expected a factor');
      const half = (a: Float64Array) => {
        const out = new Float64Array(n * n);
        for (let j = 0; j < n; j++) out.set(solveLower(factor.lower, n, a.slice(j * n, (j + 1) * n)), j * n);
        return out;
      };
      const { values } = symmetricEigen(half(transpose(half(dense.covariance), n, n)), n);
      return values[n - 1] / values[0];
    };
    expect(condition('dense')).toBeCloseTo(1, 8);
    expect(condition('low-rank')).toBeLessThan(6);
    expect(condition('diagonal')).toBeGreaterThan(50);
  });
});

describe('NUTS', () => {
  it('windows double and fill the warm-up', () => {
    expect(metricWindows(1000)).toEqual({ first: 75, ends: [100, 150, 250, 450, 950] });
    expect(metricWindows(100)).toEqual({ first: 15, ends: [90] });
    expect(metricWindows(10).ends).toEqual([]);
  });

  it.each(['diagonal', 'dense', 'low-rank'] as const)('%s: a correlated normal within Monte-Carlo error', (metric) => {
    const result = sampleNuts(correlated, 4, randomStream(2, metric), { warmUp: 400, draws: 1000, metric });
    // Σ = [[1, −1.2], [−1.2, 2]] / 0.56 and 100.
    const sds = [Math.sqrt(1 / 0.56), Math.sqrt(2 / 0.56), 10];
    [1, -2, 0].forEach((mean, i) => {
      const d = deviations(result.draws, i, mean, sds[i]);
      expect(Math.abs(d.mean)).toBeLessThan(3.5);
      expect(Math.abs(d.square)).toBeLessThan(3.5);
    });
    expect(result.problems).toEqual([]);
    expect(effectiveDraws(coordinate(result.draws, 2), 4)).toBeGreaterThan(1000);
  });

  it('draws are a function of the stream; one chain alone is the same chain', () => {
    const options = { warmUp: 60, draws: 40 };
    const both = sampleNuts(correlated, 2, randomStream(5), options);
    const again = sampleNuts(correlated, 2, randomStream(5), options);
    expect([...again.draws.values]).toEqual([...both.draws.values]);
    const alone = [...nutsChain(correlated, randomStream(5).fork('chain', 1), options)].filter(
      (d) => d.phase === 'sampling',
    );
    expect(alone.flatMap((d) => [...d.point])).toEqual([...both.draws.values.slice(40 * 3)]);
  });

  it('takes one gradient for each leapfrog step; arrays of transitions before leave no trace', () => {
    let calls = 0;
    const counted = differentiable(3, (x, g) => {
      calls++;
      return correlated.valueAndGradient(x, g);
    });
    const metric = { kind: 'diagonal', variances: new Float64Array(3).fill(1) } as const;
    const settings = { stepSize: 0.1, metric, maxDepth: 8 };
    const work = new NutsWorkspace(3, 8);
    let state = nuts.init(correlated, new Float64Array(3));
    for (let t = 0; t < 50; t++) {
      calls = 0;
      const next = nuts.step(counted, state, settings, randomStream(4, t), work);
      expect(calls).toBe(next.info.leapfrogs);
      expect(next).toEqual(nuts.step(correlated, state, settings, randomStream(4, t)));
      state = next.state;
    }
  });

  it('keeps the energy on a normal to the order of the step', () => {
    const state = nuts.init(correlated, new Float64Array(3));
    const metric = { kind: 'diagonal', variances: new Float64Array(3).fill(1) } as const;
    const small = nuts.step(correlated, state, { stepSize: 1e-3, metric, maxDepth: 5 }, randomStream(1));
    expect(small.info.leapfrogs).toBe(31);
    expect(small.info.acceptance).toBeGreaterThan(0.999);
  });

  it('samples a Dirichlet on the simplex and an LKJ correlation', () => {
    const a = [1, 2, 5];
    const dirichlet = differentiable(3, (x, g) => {
      let f = 0;
      for (let i = 0; i < 3; i++) {
        f += (a[i] - 1) * Math.log(x[i]);
        g[i] = (a[i] - 1) / x[i];
      }
      return f;
    });
    const onSimplex = constrained(dirichlet, [simplex(3)]);
    const s = sampleNuts(onSimplex, 2, randomStream(9), { warmUp: 300, draws: 1500 });
    const x = mapDraws(s.draws, 3, onSimplex.constrain);
    a.forEach((ai, i) => {
      const d = deviations(x, i, ai / 8, Math.sqrt((ai * (8 - ai)) / (64 * 9)));
      expect(Math.abs(d.mean)).toBeLessThan(3.5);
      expect(Math.abs(d.square)).toBeLessThan(3.5);
    });
    // LKJ(η) of 3 × 3 as a density of the factor: Π L_ii^(k − i + 2η − 2); r₂₁ has SD 1/√(2η + k − 1).
    const eta = 2;
    const lkj = differentiable(9, (l, g) => {
      g.fill(0);
      let f = 0;
      for (let i = 1; i < 3; i++) {
        const power = 3 - (i + 1) + 2 * eta - 2;
        f += power * Math.log(l[4 * i]);
        g[4 * i] = power / l[4 * i];
      }
      return f;
    });
    const onFactor = constrained(lkj, [choleskyCorrelation(3)]);
    const c = sampleNuts(onFactor, 2, randomStream(10), { warmUp: 300, draws: 1500 });
    const r = mapDraws(c.draws, 2, (u) => {
      const l = onFactor.constrain(u);
      return Float64Array.of(l[3], l[3] * l[6] + l[4] * l[7]);
    });
    for (const i of [0, 1]) {
      const d = deviations(r, i, 0, 1 / Math.sqrt(2 * eta + 2));
      expect(Math.abs(d.mean)).toBeLessThan(3.5);
      expect(Math.abs(d.square)).toBeLessThan(3.5);
    }
  });

  it('reports divergences in a funnel, cut trees and slow energy', () => {
    // Neal's funnel: v ~ N(0, 3), x | v ~ N(0, e^(v/2)) for nine x.
    const funnel = differentiable(10, (x, g) => {
      const v = x[0];
      let squares = 0;
      for (let i = 1; i < 10; i++) {
        squares += x[i] * x[i];
        g[i] = -x[i] * Math.exp(-v);
      }
      g[0] = -v / 9 - 4.5 + 0.5 * squares * Math.exp(-v);
      return -(v * v) / 18 - 4.5 * v - 0.5 * squares * Math.exp(-v);
    });
    const result = sampleNuts(funnel, 2, randomStream(3), { warmUp: 200, draws: 400, maxDepth: 6 });
    const codes = result.problems.map((p) => p.code);
    expect(result.divergences).toBeGreaterThan(0);
    expect(codes).toContain('inference-divergent-transitions');
    expect(codes).toContain('inference-tree-depth');
    expect(result.energyFractions.every((f) => f > 0 && f < 1.5)).toBe(true);
    const slow = Array.from({ length: 200 }, (_, t) => Math.sin(t / 20));
    expect(energyFraction(slow)).toBeLessThan(0.3);
  });

  const byFirst = (f: (x: number) => readonly [value: number, slope: number]) =>
    differentiable(2, (x, g) => {
      const [value, slope] = f(x[0]);
      g[0] = slope;
      g[1] = -x[1];
      return value - 0.5 * x[1] ** 2;
    });
  const sumOnly = differentiable(2, (x, g) => {
    g[0] = -100 * (x[0] + x[1] - 1);
    g[1] = g[0];
    return -50 * (x[0] + x[1] - 1) ** 2;
  });

  it.each([
    ['level along one parameter', byFirst(() => [0, 0])],
    ['rising along one', byFirst((x) => [x, 1])],
    ['level along a sum', sumOnly],
  ])('names a density that is improper only far out: %s', (_, target) => {
    expect(() => sampleNuts(target, 1, randomStream(11), { warmUp: 300, draws: 10, metric: 'dense' })).toThrow(
      expect.objectContaining({ code: 'inference-improper-posterior' }),
    );
  });

  it.each([
    ['a normal of SD 1e9', byFirst((x) => [-0.5 * (x / 1e9) ** 2, -x / 1e18])],
    [
      'a normal of SD 1e9 without a gradient far out',
      byFirst((x) => [-0.5 * (x / 1e9) ** 2, Math.abs(x) < 1e10 ? -x / 1e18 : Number.NaN]),
    ],
    ['a Cauchy', byFirst((x) => [-Math.log1p(x * x), (-2 * x) / (1 + x * x)])],
  ])('does not call improper what is only wide: %s', (_, target) => {
    const { draws } = sampleNuts(target, 1, randomStream(12), { warmUp: 300, draws: 10 });
    expect(draws.values.every(Number.isFinite)).toBe(true);
  });

  it('does not enter a place of infinite density, and reports it', () => {
    const pole = differentiable(1, (x, g) => {
      g[0] = -x[0];
      return Math.abs(x[0]) < 0.1 ? Infinity : -0.5 * x[0] ** 2;
    });
    const result = sampleNuts(pole, 2, randomStream(4), { warmUp: 100, draws: 100 });
    expect(result.problems.map((p) => p.code)).toContain('inference-divergent-transitions');
    expect(result.draws.logDensity.every(Number.isFinite)).toBe(true);
    expect(result.adaptations.every((a) => a.stepSize > 0)).toBe(true);
  });

  it('names improper densities and places without one', () => {
    const flat = differentiable(2, (_, g) => {
      g.fill(0);
      return 0;
    });
    const nowhere = differentiable(2, () => Number.NaN);
    const run = (target: typeof flat) => () => sampleNuts(target, 1, randomStream(1), { warmUp: 20, draws: 5 });
    expect(run(flat)).toThrow(expect.objectContaining({ code: 'inference-improper-posterior' }));
    expect(run(nowhere)).toThrow(expect.objectContaining({ code: 'inference-density-not-finite' }));
  });
});

describe('sampling without gradients', () => {
  // A gamma(3, 2) and a normal of SD 5, the first seen directly: −Infinity below 0.
  const target: LogDensity = {
    dimension: 2,
    evaluate: (p, count) =>
      Float64Array.from({ length: count }, (_, c) => {
        const x = p[2 * c];
        return x <= 0 ? -Infinity : 2 * Math.log(x) - 2 * x - p[2 * c + 1] ** 2 / 50;
      }),
  };

  it('slice: a gamma and a normal within Monte-Carlo error', () => {
    const chains = [0, 1].map((c) =>
      [...sliceChain(target, Float64Array.of(1, 0), randomStream(6, c), { warmUp: 200, draws: 3000 })].filter(
        (d) => d.phase === 'sampling',
      ),
    );
    const draws = gatherDraws(2, chains);
    for (const [i, mean, sd] of [
      [0, 1.5, Math.sqrt(3) / 2],
      [1, 0, 5],
    ]) {
      const d = deviations(draws, i, mean, sd);
      expect(Math.abs(d.mean)).toBeLessThan(3.5);
      expect(Math.abs(d.square)).toBeLessThan(3.5);
    }
    expect(() => sliceChain(target, Float64Array.of(-1, 0), randomStream(1)).next()).toThrow(
      expect.objectContaining({ code: 'inference-density-not-finite' }),
    );
  });

  it('stretch: the same, in an ensemble of 40', () => {
    const random = randomStream(7);
    const count = 40;
    const base: LogDensity = { dimension: 2, evaluate: (_, c) => new Float64Array(c) };
    const moves = [stretchMove()];
    const points = Float64Array.from({ length: 2 * count }, (_, k) => (k % 2 === 0 ? 1 + random.uniform() : 1));
    for (let c = 0; c < count; c++) points[2 * c + 1] = random.normal();
    let state = ensemble.init(base, target, points, moves);
    const rounds = 2200;
    const kept = Array.from({ length: count }, () => [] as { point: Float64Array; logDensity: number }[]);
    for (let t = 0; t < rounds; t++) {
      state = ensemble.sweep(base, target, state, moves, 0, 1, random.fork('sweep', t), false).state;
      if (t < 200) continue;
      for (let c = 0; c < count; c++) {
        kept[c].push({ point: state.points.slice(2 * c, 2 * c + 2), logDensity: state.logTarget[c] });
      }
    }
    const draws = gatherDraws(2, kept);
    for (const [i, mean, sd] of [
      [0, 1.5, Math.sqrt(3) / 2],
      [1, 0, 5],
    ]) {
      const d = deviations(draws, i, mean, sd);
      expect(Math.abs(d.mean)).toBeLessThan(3.5);
      expect(Math.abs(d.square)).toBeLessThan(3.5);
    }
  });
});
