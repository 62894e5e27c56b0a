import { randomStream } from '@gemel/numerics';
import { describe, expect, it } from 'vitest';
import { differentiable } from '../differentiable-log-density.ts';
import { particleMarginalChain } from '../filter/particle-marginal.ts';
import type { LogDensity } from '../log-density.ts';
import { constrained } from '../mcmc/constrained.ts';
import { sampleEnsemble } from '../mcmc/ensemble-sample.ts';
import { differentialMove } from '../mcmc/moves.ts';
import { sampleNuts } from '../mcmc/nuts-chains.ts';
import { sliceChain } from '../mcmc/slice.ts';
import { stretchMove } from '../mcmc/stretch.ts';
import { positive, real } from '../mcmc/transform.ts';
import * as adaptiveImportance from '../smc/adaptive-importance.ts';
import { sampleTempered } from '../smc/tempered-sample.ts';
import { countedDensity } from './density-counts.ts';
import { Posterior } from './posterior.ts';
import {
  chainsPosterior,
  ensemblePosterior,
  importancePosterior,
  nutsPosterior,
  superchains,
  temperedPosterior,
} from './sampled-posterior.ts';

/** Independent normals of the given means and SDs; not normalised. */
const normal = (means: readonly number[], sds: readonly number[]) =>
  differentiable(means.length, (x, g) => {
    let f = 0;
    for (let i = 0; i < means.length; i++) {
      const z = (x[i] - means[i]) / sds[i];
      f -= 0.5 * z * z;
      g[i] = -z / sds[i];
    }
    return f;
  });

const MEANS = [1, -2];
const SDS = [0.5, 3];
const target = normal(MEANS, SDS);
const naming = { names: ['a', 'b'] };
const codes = (posterior: Posterior) => posterior.problems.map((p) => `${p.code} ${p.where.element ?? ''}`.trim());
const thrown = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return 'none';
};
const points = (count: number, sd: number, seed: number) => {
  const random = randomStream(seed);
  return Float64Array.from({ length: 2 * count }, () => sd * random.normal());
};
/** chains × length draws of one standard normal parameter, shifted by chain. */
const shifted = (shifts: readonly number[], length: number, spread = 1) => {
  const random = randomStream(5);
  const values = Float64Array.from(
    { length: shifts.length * length },
    (_, k) => shifts[Math.floor(k / length)] + spread * random.normal(),
  );
  return {
    dimension: 1,
    chains: shifts.length,
    length,
    values,
    logDensity: new Float64Array(values.length),
  };
};

/** Means and SDs within five Monte-Carlo errors, and none of them without an error. */
function agrees(posterior: Posterior): void {
  posterior.rows.forEach((row, i) => {
    expect(row.errorOfMean).toBeGreaterThan(0);
    expect(row.errorOfMean).toBeLessThan(SDS[i] / 5);
    expect(Math.abs(row.mean - MEANS[i])).toBeLessThan(5 * row.errorOfMean);
    expect(Math.abs(row.sd - SDS[i])).toBeLessThan(5 * row.errorOfSd);
    expect(row.q5).toBeLessThan(row.median);
    expect(row.median).toBeLessThan(row.q95);
  });
}

describe('one result object', () => {
  it('holds NUTS chains with their statistics, and prints a table', () => {
    const result = sampleNuts(target, 4, randomStream(1), { warmUp: 300, draws: 300 });
    const posterior = nutsPosterior(result, naming);
    agrees(posterior);
    expect(codes(posterior)).toEqual([]);
    expect(Object.keys(posterior.statistics)).toEqual([
      'logDensity',
      'divergent',
      'depth',
      'energy',
      'acceptance',
      'stepSize',
    ]);
    expect(posterior.statistics.energy).toHaveLength(1200);
    const b = posterior.parameter('b');
    expect(b).toMatchObject({ name: 'b', chains: 4, length: 300 });
    expect(b.values[301]).toBe(result.draws.values[2 * 301 + 1]);
    const lines = String(posterior).split('\n');
    expect(lines[0]).toBe(`no-U-turn sampler: 4 chains of 300 draws, divergences 0, gradients ${result.gradients}`);
    expect(lines[1]).toMatch(/mean +sd +5% +50% +95% +mcse mean +mcse sd +R-hat +ESS bulk +ESS tail/);
    expect(lines.slice(2).map((line) => line.split(' ')[0])).toEqual(['a', 'b']);
    expect(JSON.parse(JSON.stringify(posterior)).rows[0].mean).toBe(posterior.rows[0].mean);
  });

  it('maps draws from free coordinates to the values named', () => {
    const scale = constrained(
      differentiable(2, (x, g) => {
        g[0] = -x[0];
        g[1] = -1;
        return -0.5 * x[0] ** 2 - x[1];
      }),
      [real(), positive()],
    );
    const result = sampleNuts(scale, 4, randomStream(2), { warmUp: 300, draws: 400 });
    const posterior = nutsPosterior(result, { names: ['location', 'scale'], map: scale.constrain });
    const [, row] = posterior.rows;
    // An exponential of rate 1: median log 2.
    expect(Math.abs(row.mean - 1)).toBeLessThan(5 * row.errorOfMean);
    expect(row.median).toBeCloseTo(Math.LN2, 1);
    expect(posterior.parameter('scale').values.every((v) => v > 0)).toBe(true);
  });

  it('holds slice chains', () => {
    const chains = [0, 1, 2, 3].map((c) => [
      ...sliceChain(target, Float64Array.of(c, -c), randomStream(3, c), { warmUp: 100, draws: 300 }),
    ]);
    const posterior = chainsPosterior('slice sampling', chains, naming);
    agrees(posterior);
    expect(codes(posterior)).toEqual([]);
    expect(posterior.draws.length).toBe(300);
    expect(posterior.statistics.evaluations[0]).toBeGreaterThan(3);
  });

  it('holds the walkers of stretch moves, compared in four groups', () => {
    const moves = [stretchMove(), differentialMove('all', [0, 1])];
    const sample = sampleEnsemble(target, points(20, 4, 1), moves, randomStream(4), {
      warmUp: 200,
      draws: 1500,
    });
    const posterior = ensemblePosterior(sample, naming);
    agrees(posterior);
    expect(codes(posterior)).toEqual([]);
    expect([posterior.draws.chains, posterior.draws.length]).toEqual([20, 1500]);
    expect(posterior.facts.acceptance).toBeGreaterThan(0.3);
    expect(posterior.parameter('a').values[1500]).toBe(sample.kept[0].points[2]);
    expect([150, 9, 10, 7].map(superchains)).toEqual([3, 3, 2, 1]);
  });

  it('holds tempered particles, and their log evidence is the closed form', () => {
    const base = normal([0, 0], [4, 4]);
    const sample = sampleTempered(
      { ...base, evaluate: (p, n) => base.evaluate(p, n).map((f) => f - Math.log(2 * Math.PI * 16)) },
      target,
      points(200, 4, 2),
      [stretchMove(), differentialMove('all', [0, 1])],
      randomStream(5),
      { rounds: 2, draws: 60 },
    );
    const posterior = temperedPosterior(sample, naming);
    agrees(posterior);
    expect(codes(posterior)).toEqual([]);
    // ∫ e^{−½ Σ z²} = 2π · 0.5 · 3; the estimate's SD with 200 particles and two or three temperatures is about 0.1.
    expect(Math.abs(posterior.facts.logEvidence - Math.log(2 * Math.PI * 1.5))).toBeLessThan(0.4);
  });

  it('holds particle marginal chains', () => {
    const noisy = {
      dimension: 2,
      logPrior: () => 0,
      logLikelihood: (x: Float64Array, random: ReturnType<typeof randomStream>) =>
        target.evaluate(x, 1)[0] + 0.3 * random.normal() - 0.045,
    };
    const chains = [0, 1, 2, 3].map((c) => [
      ...particleMarginalChain(noisy, Float64Array.of(1, -2 + c), Float64Array.of(0.5, 3), randomStream(6, c), {
        warmUp: 500,
        draws: 2500,
      }),
    ]);
    const posterior = chainsPosterior('particle marginal Metropolis–Hastings', chains, naming);
    agrees(posterior);
    expect(posterior.statistics.accepted.every((v) => v === 0 || v === 1)).toBe(true);
  });

  it('holds weighted draws', () => {
    let state = adaptiveImportance.init({
      dimension: 2,
      mean: Float64Array.of(0, 0),
      lower: Float64Array.of(2, 0, 0, 4),
    });
    let info: adaptiveImportance.AdaptiveImportanceInfo;
    for (let round = 0; round < 3; round++) {
      ({ state, info } = adaptiveImportance.step(target, state, 1000, randomStream(7, round)));
    }
    const posterior = importancePosterior(state, info!, naming);
    agrees(posterior);
    expect(codes(posterior)).toEqual([]);
    expect(posterior.rows[0].rHat).toBeNaN();
    expect(posterior.toJSON().rows[0].rHat).toBeNull();
    expect(posterior.rows[0].essTail).toBeGreaterThan(100);
    expect(String(posterior)).toContain('3000 weighted draws');
  });
});

describe('problems in words', () => {
  const problem = (posterior: Posterior, code: string) => posterior.problems.find((p) => p.code === code);

  it('divergences, energy and tree depth come with the chains', () => {
    // A funnel (Neal 2003): x ~ N(0, e^{v/2}), v ~ N(0, 3).
    const funnel = differentiable(2, (x, g) => {
      const e = Math.exp(-x[1]);
      g[0] = -x[0] * e;
      g[1] = -x[1] / 9 - 0.5 + 0.5 * x[0] * x[0] * e;
      return -(x[1] ** 2) / 18 - 0.5 * x[1] - 0.5 * x[0] * x[0] * e;
    });
    const result = sampleNuts(funnel, 4, randomStream(8), { warmUp: 200, draws: 400, maxDepth: 3 });
    const posterior = nutsPosterior(result, { names: ['x', 'v'] });
    expect(result.divergences).toBeGreaterThan(0);
    expect(posterior.statistics.divergent.reduce((a, b) => a + b)).toBe(result.divergences);
    expect(problem(posterior, 'inference-divergent-transitions')?.message).toMatch(/^\d+ of 1600 transitions diverged/);
    expect(problem(posterior, 'inference-tree-depth')?.remedy).toContain('raise the greatest depth');
    expect(String(posterior)).toContain('inference-divergent-transitions:');
  });

  it('chains in separate modes are named with their places', () => {
    const posterior = new Posterior({ method: 'test', names: ['x'], draws: shifted([0, 8, 0, 8], 300) });
    expect(codes(posterior)).toEqual([
      'inference-disconnected-modes x',
      'inference-chains-not-mixed x',
      'inference-few-effective-draws x',
    ]);
    expect(posterior.problems[0].message).toMatch(
      /^The chains rest in separate places of x: chains 0, 2 near -?0\.\d+; chains 1, 3 near [78]\.\d+\.$/,
    );
  });

  it('chains that merely disagree are not called separate', () => {
    const posterior = new Posterior({ method: 'test', names: ['x'], draws: shifted([0, 0.5, 0, 0.5], 300) });
    expect(codes(posterior)).toContain('inference-chains-not-mixed x');
    expect(codes(posterior)).not.toContain('inference-disconnected-modes x');
  });

  it('one chain, few draws, no variance, and draws that are not finite', () => {
    const drawn = [...sliceChain(target, Float64Array.of(0, 0), randomStream(9), { warmUp: 10, draws: 20 })];
    expect(codes(chainsPosterior('slice sampling', [drawn], naming))).toContain('inference-single-chain');
    expect(codes(chainsPosterior('slice sampling', [drawn], naming))).toContain('inference-few-effective-draws a');
    const still = shifted([0, 0], 50, 0);
    expect(codes(new Posterior({ method: 'test', names: ['x'], draws: still }))).toEqual(['inference-zero-variance x']);
    const odd = shifted([0, 0], 50);
    odd.values[7] = Number.NaN;
    expect(codes(new Posterior({ method: 'test', names: ['x'], draws: odd }))).toEqual([
      'inference-draws-not-finite x',
    ]);
  });

  it('a parameter that the data do not narrow, on the scale of its prior', () => {
    const draws = shifted([0, 0, 0, 0], 500);
    const on = (sd: number) => new Posterior({ method: 'test', names: ['x'], draws }, { priors: { x: { sd } } });
    expect(codes(on(1))).toEqual(['inference-prior-only-parameter x']);
    expect(codes(on(2))).toEqual([]);
    expect(on(2).rows[0].overPrior).toBeCloseTo(0.5, 1);
    const exponent = { ...draws, values: draws.values.map(Math.exp) };
    const log = new Posterior(
      { method: 'test', names: ['x'], draws: exponent },
      { priors: { x: { sd: 1, scale: 'log' } } },
    );
    expect(log.rows[0].overPrior).toBeCloseTo(on(1).rows[0].overPrior!, 12);
  });

  it('a density that fails, or is mostly asked outside its support', () => {
    const half: LogDensity = {
      dimension: 1,
      evaluate: (p, n) =>
        Float64Array.from({ length: n }, (_, k) => (p[k] < 0 ? Number.NaN : p[k] < 8 ? -p[k] : -Infinity)),
    };
    const { target: counted, counts } = countedDensity(half);
    const chains = [0, 1, 2, 3].map((c) => [
      ...sliceChain(counted, Float64Array.of(1 + c), randomStream(10, c), { warmUp: 50, draws: 400 }),
    ]);
    const posterior = chainsPosterior('slice sampling', chains, { names: ['x'] }, { density: counts });
    expect(problem(posterior, 'inference-density-share')?.message).toMatch(
      new RegExp(`^[\\d.]+ % of ${counts.evaluations} evaluations of the log density were NaN or \\+Infinity\\.$`),
    );
    const told = { evaluations: 100, failed: 0, outside: 60 };
    const draws = shifted([0, 0, 0, 0], 500);
    expect(codes(new Posterior({ method: 'test', names: ['x'], draws }, { density: told }))).toEqual([
      'inference-density-share',
    ]);
  });

  it('counting leaves value and gradient as they are', () => {
    const { target: counted, counts } = countedDensity(target);
    const gradient = new Float64Array(2);
    expect(counted.valueAndGradient(Float64Array.of(0, 0), gradient)).toBe(target.evaluate(new Float64Array(2), 1)[0]);
    expect(gradient[0]).toBe(4);
    expect(counts.evaluations).toBe(1);
  });

  it('weights that collapse', () => {
    const far = normal([30, 30], [0.1, 0.1]);
    const base = { dimension: 2, mean: Float64Array.of(0, 0), lower: Float64Array.of(1, 0, 0, 1) };
    const { state, info } = adaptiveImportance.step(far, adaptiveImportance.init(base), 500, randomStream(11));
    const posterior = importancePosterior(state, info, naming);
    expect(codes(posterior).filter((c) => c === 'inference-collapsed-weights').length).toBeGreaterThan(0);
    expect(problem(posterior, 'inference-collapsed-weights')?.remedy).toContain('no interval');
  });

  it('chains that do not move', () => {
    const estimated = {
      dimension: 2,
      logPrior: () => 0,
      logLikelihood: (x: Float64Array) => -1e12 * (x[0] ** 2 + x[1] ** 2),
    };
    const chains = [0, 1].map((c) => [
      ...particleMarginalChain(estimated, new Float64Array(2), Float64Array.of(9, 9), randomStream(12, c), {
        warmUp: 0,
        draws: 100,
      }),
    ]);
    const found = codes(chainsPosterior('particle marginal Metropolis–Hastings', chains, naming));
    expect(found).toContain('inference-not-moving');
    expect(found).toContain('inference-zero-variance a');
  });
});

describe('bad input', () => {
  const draws = shifted([0, 0], 50);

  it('is refused by name', () => {
    const parts = { method: 'test', names: ['x'], draws };
    expect(thrown(() => new Posterior({ ...parts, names: ['x', 'y'] }))).toBe('inference-shape');
    expect(thrown(() => new Posterior({ ...parts, statistics: { energy: new Float64Array(3) } }))).toBe(
      'inference-shape',
    );
    expect(thrown(() => new Posterior({ ...parts, weights: new Float64Array(3) }))).toBe('inference-shape');
    expect(thrown(() => new Posterior(parts, { priors: { y: { sd: 1 } } }))).toBe('inference-shape');
    expect(thrown(() => new Posterior(parts, { superchains: 3 }))).toBe('inference-shape');
    expect(thrown(() => new Posterior({ ...parts, draws: shifted([0, 0], 3) }))).toBe('inference-shape');
    expect(thrown(() => new Posterior(parts).parameter('y'))).toBe('inference-shape');
    expect(thrown(() => chainsPosterior('none', [], { names: ['x'] }))).toBe('inference-shape');
    expect(thrown(() => sampleEnsemble(target, points(3, 1, 1), [stretchMove()], randomStream(1)))).toBe(
      'inference-shape',
    );
    expect(
      thrown(() => sampleEnsemble(target, points(4, 1, 1).fill(Number.NaN), [stretchMove()], randomStream(1))),
    ).toBe('inference-density-not-finite');
  });

  it('a target that the base never meets is refused', () => {
    const nowhere: LogDensity = { dimension: 2, evaluate: (_, n) => new Float64Array(n).fill(-Infinity) };
    expect(thrown(() => sampleTempered(target, nowhere, points(8, 1, 1), [stretchMove()], randomStream(1)))).toBe(
      'inference-density-not-finite',
    );
  });
});
