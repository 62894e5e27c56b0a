import { randomStream } from '@gemel/numerics';
import { describe, expect, it } from 'vitest';
import { asDifferentiable, differentiable, withDifferences } from '../differentiable-log-density.ts';
import type { LogDensity } from '../log-density.ts';
import * as covarianceAdaptation from './covariance-adaptation.ts';
import * as limitedMemoryBfgs from './limited-memory-bfgs.ts';
import { strongWolfe } from './line-search.ts';
import { drawStarts, multiStart } from './multi-start.ts';
import { profile, THRESHOLD_95 } from './profile.ts';

/** −Σ 100 (x₂ − x₁²)² + (1 − x₁)², chained. */
const rosenbrock = (n: number) =>
  differentiable(n, (x, g) => {
    g.fill(0);
    let f = 0;
    for (let i = 0; i + 1 < n; i++) {
      const a = x[i + 1] - x[i] * x[i];
      const b = 1 - x[i];
      f -= 100 * a * a + b * b;
      g[i] += 400 * a * x[i] + 2 * b;
      g[i + 1] -= 200 * a;
    }
    return f;
  });

/** Two normals of SD 1 at ±4 in the first coordinate, the second `lower` below the first. */
const twoModes = (lower: number): LogDensity => ({
  dimension: 2,
  evaluate: (p, count) =>
    Float64Array.from({ length: count }, (_, c) => {
      const x = p[2 * c];
      const y = p[2 * c + 1];
      return Math.log(Math.exp(-0.5 * (x - 4) ** 2) + Math.exp(-0.5 * (x + 4) ** 2 - lower)) - 0.5 * y * y;
    }),
});

describe('gradient by differences', () => {
  it('agrees with the analytic one to 1e-7', () => {
    const exact = rosenbrock(4);
    const x = Float64Array.of(0.3, -1.2, 2, 0.1);
    const a = new Float64Array(4);
    const b = new Float64Array(4);
    expect(withDifferences({ dimension: 4, evaluate: exact.evaluate }).valueAndGradient(x, b)).toBe(
      exact.valueAndGradient(x, a),
    );
    a.forEach((v, i) => {
      expect(Math.abs(v - b[i])).toBeLessThan(1e-7 * Math.max(1, Math.abs(v)));
    });
  });

  it('takes the side that has a value at the edge of the support', () => {
    const edge: LogDensity = {
      dimension: 1,
      evaluate: (p, c) => Float64Array.from({ length: c }, (_, i) => (p[i] < 0 ? -Infinity : -3 * p[i])),
    };
    const g = new Float64Array(1);
    withDifferences(edge).valueAndGradient(Float64Array.of(0), g);
    expect(g[0]).toBeCloseTo(-3, 8);
  });
});

describe('strong Wolfe line search', () => {
  it('meets both conditions, also from far too short and too long first steps', () => {
    const f = (alpha: number) => ({ alpha, value: (alpha - 3) ** 4 - alpha, slope: 4 * (alpha - 3) ** 3 - 1 });
    for (const first of [1e-4, 1, 300]) {
      const { status, point } = strongWolfe(f, f(0), first, Infinity);
      expect(status).toBe('ok');
      expect(point.value).toBeLessThanOrEqual(f(0).value + 1e-4 * point.alpha * f(0).slope);
      expect(Math.abs(point.slope)).toBeLessThanOrEqual(0.9 * Math.abs(f(0).slope));
    }
  });
});

describe('limited-memory BFGS', () => {
  it('finds the end of the Rosenbrock valley in 20 dimensions to 1e-6', () => {
    const end = limitedMemoryBfgs.maximise(rosenbrock(20), new Float64Array(20).fill(-1));
    expect(end.status).toBe('converged');
    for (const x of end.point) expect(Math.abs(x - 1)).toBeLessThan(1e-5);
  });

  it('ends on the face of the box where the constrained mode lies', () => {
    // −½ (x − c)ᵀ A (x − c) with A = [[2, 1], [1, 2]], c = (2, 2): with x₁ ≤ 1 the other is 2 + ½.
    const target = differentiable(2, (x, g) => {
      const a = x[0] - 2;
      const b = x[1] - 2;
      g[0] = -(2 * a + b);
      g[1] = -(a + 2 * b);
      return -(a * a + a * b + b * b);
    });
    const bounds = { lower: Float64Array.of(-5, -5), upper: Float64Array.of(1, 9) };
    const end = limitedMemoryBfgs.maximise(target, Float64Array.of(-4, -4), { bounds });
    expect(end.status).toBe('converged');
    expect(end.point[0]).toBe(1);
    expect(end.point[1]).toBeCloseTo(2.5, 6);
  });

  it('gives the bounded Rosenbrock minimum of Hock and Schittkowski, problem 2', () => {
    const bounds = { lower: Float64Array.of(-Infinity, 1.5), upper: Float64Array.of(Infinity, Infinity) };
    const end = limitedMemoryBfgs.maximise(rosenbrock(2), Float64Array.of(-2, 1), { bounds });
    const root = Math.sqrt(598 / 1200);
    // Either the global solution x₁ = 2a cos(arccos(1/b)/3) of the collection or the local one on the same face.
    const b = 400 * root ** 3;
    const best = 2 * root * Math.cos(Math.acos(1 / b) / 3);
    expect(end.status).toBe('converged');
    expect(end.point[1]).toBe(1.5);
    const local = 2 * root * Math.cos((Math.acos(1 / b) + 2 * Math.PI) / 3);
    expect(Math.min(Math.abs(end.point[0] - best), Math.abs(end.point[0] - local))).toBeLessThan(1e-6);
  });

  it('names a start without a density', () => {
    const target = differentiable(1, () => Number.NaN);
    expect(() => limitedMemoryBfgs.maximise(target, new Float64Array(1))).toThrow(
      expect.objectContaining({ code: 'inference-density-not-finite' }),
    );
    expect(() => limitedMemoryBfgs.maximise(rosenbrock(3), new Float64Array(2))).toThrow(
      expect.objectContaining({ code: 'inference-shape' }),
    );
  });

  it('says that an improper density has no mode', () => {
    const slope = differentiable(1, (x, g) => {
      g[0] = 1;
      return x[0];
    });
    const end = limitedMemoryBfgs.maximise(slope, new Float64Array(1), { iterations: 50 });
    expect(end.status).toBe('no-convergence');
    expect(end.problems.map((p) => p.code)).toEqual(['inference-improper-posterior']);
    const short = limitedMemoryBfgs.maximise(rosenbrock(20), new Float64Array(20).fill(-1), { iterations: 3 });
    expect(short.problems.map((p) => p.code)).toEqual(['inference-no-convergence']);
  });
});

describe('covariance matrix adaptation', () => {
  it('solves the rotated ellipsoid of condition 1e6 to 1e-10', () => {
    const n = 6;
    const target: LogDensity = {
      dimension: n,
      evaluate: (p, count) =>
        Float64Array.from({ length: count }, (_, c) => {
          let s = 0;
          for (let i = 0; i < n; i++) {
            const y = p[c * n + i] + 0.5 * p[c * n + ((i + 1) % n)] - 1;
            s -= 10 ** ((6 * i) / (n - 1)) * y * y;
          }
          return s;
        }),
    };
    const end = covarianceAdaptation.evolve(target, new Float64Array(n), 1, randomStream(1), { restarts: 0 });
    expect(end.status).toBe('converged');
    expect(end.logDensity).toBeGreaterThan(-1e-10);
    for (const x of end.point) expect(x).toBeCloseTo(2 / 3, 4);
  });

  it('finds the global mode of Rastrigin by restarts, and the same one again', () => {
    const n = 3;
    const target: LogDensity = {
      dimension: n,
      evaluate: (p, count) =>
        Float64Array.from({ length: count }, (_, c) => {
          let s = 0;
          for (let i = 0; i < n; i++) s -= p[c * n + i] ** 2 - 10 * Math.cos(2 * Math.PI * p[c * n + i]) + 10;
          return s;
        }),
    };
    const run = () =>
      covarianceAdaptation.evolve(target, new Float64Array(n).fill(3), 3, randomStream(4), { restarts: 4 });
    const end = run();
    expect(end.logDensity).toBeGreaterThan(-1e-8);
    expect([...run().point]).toEqual([...end.point]);
  });

  it.each([
    ['rises without end', (x: number) => x],
    ['is level', () => -3],
    ['is infinite somewhere', (x: number) => (x < 0 ? Infinity : -x)],
  ])('says that a density is improper which %s', (_, f) => {
    const target: LogDensity = {
      dimension: 2,
      evaluate: (p, c) => Float64Array.from({ length: c }, (_, k) => f(p[2 * k])),
    };
    const end = covarianceAdaptation.evolve(target, new Float64Array(2), 1, randomStream(2));
    expect(end.status).toBe('no-convergence');
    expect(end.problems.map((p) => p.code)).toEqual(['inference-improper-posterior']);
  });

  it('names a density without any finite value', () => {
    const nowhere: LogDensity = { dimension: 2, evaluate: (_, c) => new Float64Array(c).fill(Number.NaN) };
    const run = () =>
      covarianceAdaptation.evolve(nowhere, new Float64Array(2), 1, randomStream(1), { evaluations: 100 });
    expect(run).toThrow(expect.objectContaining({ code: 'inference-density-not-finite' }));
  });
});

describe('multi-start', () => {
  const starts = drawStarts(12, randomStream(5), (r) => Float64Array.of(6 * r.normal(), r.normal()));

  it('finds both modes and names them', () => {
    const found = multiStart(asDifferentiable(twoModes(2)), starts);
    expect(found.modes.map((m) => Math.round(m.point[0]))).toEqual([4, -4]);
    expect(found.modes[0].logDensity - found.modes[1].logDensity).toBeCloseTo(2, 6);
    expect(found.modes.flatMap((m) => m.starts).sort((a, b) => a - b)).toEqual(starts.map((_, i) => i));
    expect(found.problems.map((p) => p.code)).toEqual(['inference-disconnected-modes']);
  });

  it('does not call a mode of negligible mass comparable', () => {
    const found = multiStart(asDifferentiable(twoModes(12)), starts);
    expect(found.modes.length).toBe(2);
    expect(found.problems).toEqual([]);
  });

  it('takes a ridge for one mode', () => {
    const ridge = differentiable(2, (x, g) => {
      const s = x[0] + x[1] - 1;
      g[0] = -s;
      g[1] = -s;
      return -0.5 * s * s;
    });
    expect(multiStart(ridge, starts).modes.length).toBe(1);
  });

  it('names a density that rises without end', () => {
    const slope = differentiable(1, (x, g) => {
      g[0] = 1;
      return x[0];
    });
    const found = multiStart(slope, [Float64Array.of(0), Float64Array.of(1)]);
    expect(found.modes).toEqual([]);
    expect(found.problems.map((p) => p.code)).toEqual(['inference-improper-posterior']);
  });

  it('keeps going past starts without a density, and says which', () => {
    const half = differentiable(1, (x, g) => {
      g[0] = 1 / x[0] - 1;
      return x[0] > 0 ? Math.log(x[0]) - x[0] : -Infinity;
    });
    const found = multiStart(half, [Float64Array.of(-1), Float64Array.of(2)]);
    expect(found.failed.map((f) => [f.start, f.problem.code])).toEqual([[0, 'inference-density-not-finite']]);
    expect(found.modes[0].point[0]).toBeCloseTo(1, 5);
    expect(() => multiStart(half, [Float64Array.of(-1)])).toThrow(
      expect.objectContaining({ code: 'inference-density-not-finite' }),
    );
  });
});

describe('profile likelihood', () => {
  it('of a correlated normal is the marginal interval', () => {
    // Covariance [[4, 1.2], [1.2, 1]]: the profile of x₁ is normal with SD 2.
    const det = 4 - 1.44;
    const target = differentiable(2, (x, g) => {
      g[0] = -(x[0] - 1.2 * x[1]) / det;
      g[1] = -(-1.2 * x[0] + 4 * x[1]) / det;
      return 0.5 * (x[0] * g[0] + x[1] * g[1]);
    });
    const p = profile(target, Float64Array.of(0, 0), 0, { step: 0.3 });
    expect(p.status).toBe('closed');
    expect(p.problems).toEqual([]);
    expect(p.upper).toBeCloseTo(2 * Math.sqrt(2 * THRESHOLD_95), 3);
    expect(p.lower).toBeCloseTo(-p.upper, 3);
  });

  it.each([1e-5, 1, 1e5])('of a normal of SD %d around 0 needs no step to be given', (sd) => {
    const target = differentiable(1, (x, g) => {
      g[0] = -x[0] / sd ** 2;
      return -0.5 * (x[0] / sd) ** 2;
    });
    const p = profile(target, Float64Array.of(0), 0);
    expect(p.status).toBe('closed');
    expect(p.upper / sd).toBeCloseTo(Math.sqrt(2 * THRESHOLD_95), 3);
  });

  it('of an exponential rate is skewed as the closed form', () => {
    // n log r − r S with n = 5, S = 10: the ends solve 5 log(r/½) − 10 (r − ½) = −1.9207.
    const target = differentiable(1, (x, g) => {
      g[0] = 5 / x[0] - 10;
      return x[0] > 0 ? 5 * Math.log(x[0]) - 10 * x[0] : -Infinity;
    });
    const { lower, upper } = profile(target, Float64Array.of(0.5), 0, { tolerance: 1e-6 });
    for (const r of [lower, upper]) expect(5 * Math.log(2 * r) - 10 * (r - 0.5)).toBeCloseTo(-THRESHOLD_95, 5);
  });

  it('names a parameter that only acts through a sum', () => {
    const target = differentiable(2, (x, g) => {
      const s = x[0] + x[1] - 1;
      g[0] = -s;
      g[1] = -s;
      return -0.5 * s * s;
    });
    const p = profile(target, Float64Array.of(0.5, 0.5), 1, { name: 'clearance' });
    expect(p.status).toBe('flat');
    expect(p.lower).toBe(-Infinity);
    expect(p.problems.map((q) => [q.code, q.where.element])).toEqual([
      ['inference-unidentifiable-parameter', 'clearance'],
    ]);
  });

  it('gives no interval around a point without a density', () => {
    const nowhere = differentiable(2, () => Number.NaN);
    expect(() => profile(nowhere, new Float64Array(2), 0)).toThrow(
      expect.objectContaining({ code: 'inference-density-not-finite' }),
    );
  });

  it('is open on one side for a saturating parameter', () => {
    // The response 1 − exp(−k) hardly tells large k apart.
    const target = differentiable(1, (x, g) => {
      const r = (1 - Math.exp(-x[0]) - 0.9) / 0.1;
      g[0] = (-r * Math.exp(-x[0])) / 0.1;
      return -0.5 * r * r;
    });
    const p = profile(target, Float64Array.of(Math.log(10)), 0);
    expect(p.status).toBe('open-above');
    expect(p.lower).toBeCloseTo(-Math.log(0.1 + 0.1 * Math.sqrt(2 * THRESHOLD_95)), 3);
  });
});
