import { randomStream } from '@gemel/numerics';
import { describe, expect, it } from 'vitest';
import {
  convergence,
  errorOfMean,
  errorOfQuantile,
  errorOfSd,
  potentialScaleReduction,
  rankNormalised,
  splitChains,
} from './convergence.ts';
import { compareDensities, leaveOneOut, stack, widelyApplicable } from './leave-one-out.ts';
import { calibrateBySimulation } from './simulation-calibration.ts';
import { summarise, summaryTable } from './summary.ts';

const independent = (seed: number, chains: number, length: number) => {
  const random = randomStream(seed);
  return Float64Array.from({ length: chains * length }, () => random.normal());
};

describe('convergence', () => {
  it('splits chains, leaving out the middle of an odd length', () => {
    expect([...splitChains(Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 2)]).toEqual([1, 2, 4, 5, 6, 7, 9, 10]);
  });

  it('gives normal scores of the ranks, ties at their mean', () => {
    const z = rankNormalised(Float64Array.of(5, -100, 5, 1e9));
    expect(z[0]).toBe(z[2]);
    expect(z[0]).toBeCloseTo(0, 12);
    // (1 − 3/8) / (4 + 1/4) = 0.1470588; Φ⁻¹ = −1.0491314.
    expect(z[1]).toBeCloseTo(-1.0491314, 6);
    expect(z[3]).toBeCloseTo(1.0491314, 6);
  });

  it('R-hat by hand: chains (1, 2, 3) and (3, 4, 5)', () => {
    // W = 1, B/n = var(2, 4) = 2: √(2/3 + 2).
    expect(potentialScaleReduction(Float64Array.of(1, 2, 3, 3, 4, 5), 2)).toBeCloseTo(Math.sqrt(8 / 3), 12);
  });

  it('of independent draws is 1, and they count fully', () => {
    const c = convergence(independent(1, 4, 1000), 4);
    expect(c.rHat).toBeLessThan(1.005);
    expect(c.essBulk).toBeGreaterThan(3400);
    expect(c.essTail).toBeGreaterThan(3200);
  });

  it('sees a chain elsewhere, a chain of other width, and a drift', () => {
    const shifted = independent(2, 4, 500).map((v, k) => v + (k < 500 ? 0.5 : 0));
    const wide = independent(3, 4, 500).map((v, k) => v * (k < 500 ? 2 : 1));
    const drift = independent(4, 4, 500).map((v, k) => v + (k % 500) / 500);
    for (const values of [shifted, wide, drift]) expect(convergence(values, 4).rHat).toBeGreaterThan(1.01);
  });

  it('effective draws of an autoregression are those of its closed form', () => {
    const random = randomStream(5);
    const rho = 0.8;
    const chains = 4;
    const length = 5000;
    const values = new Float64Array(chains * length);
    for (let c = 0; c < chains; c++) {
      let x = random.normal() / Math.sqrt(1 - rho * rho);
      for (let t = 0; t < length; t++) {
        values[c * length + t] = x;
        x = rho * x + random.normal();
      }
    }
    const expected = (chains * length * (1 - rho)) / (1 + rho);
    expect(Math.abs(convergence(values, chains).essBulk / expected - 1)).toBeLessThan(0.15);
  });

  it('standard errors of mean, SD and quantile are the spread over repetitions', () => {
    const repeats = 150;
    const estimates = { mean: [] as number[], sd: [] as number[], quantile: [] as number[] };
    const claimed = { mean: 0, sd: 0, quantile: 0 };
    for (let r = 0; r < repeats; r++) {
      const values = independent(100 + r, 2, 400);
      const mean = values.reduce((s, v) => s + v / 800, 0);
      estimates.mean.push(mean);
      estimates.sd.push(Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2 / 799, 0)));
      estimates.quantile.push(Float64Array.from(values).sort()[719]);
      claimed.mean += errorOfMean(values, 2) / repeats;
      claimed.sd += errorOfSd(values, 2) / repeats;
      claimed.quantile += errorOfQuantile(values, 2, 0.9) / repeats;
    }
    for (const key of ['mean', 'sd', 'quantile'] as const) {
      const average = estimates[key].reduce((s, v) => s + v / repeats, 0);
      const spread = Math.sqrt(estimates[key].reduce((s, v) => s + (v - average) ** 2 / (repeats - 1), 0));
      // The SD of 150 estimates is known to 6 %.
      expect(Math.abs(claimed[key] / spread - 1)).toBeLessThan(0.2);
    }
  });
});

describe('summary', () => {
  const draws = (values: Float64Array, chains: number, dimension: number) => ({
    dimension,
    chains,
    length: values.length / chains / dimension,
    values,
    logDensity: new Float64Array(values.length / dimension),
  });

  it('names constant, unmixed, few and infinite draws', () => {
    const random = randomStream(6);
    const length = 1000;
    const values = new Float64Array(4 * length * 5);
    for (let k = 0; k < 4 * length; k++) {
      const chain = Math.floor(k / length);
      values.set([random.normal(), 7, chain + random.normal(), random.normal(), random.normal()], k * 5);
    }
    values[4] = Infinity;
    let slow = 0;
    for (let k = 0; k < 4 * length; k++) {
      slow = 0.97 * slow + random.normal();
      values[k * 5 + 3] = slow;
    }
    const summary = summarise(draws(values, 4, 5), ['fine', 'constant', 'unmixed', 'slow', 'infinite']);
    const found = summary.problems.map((p) => `${p.where.element} ${p.code}`);
    expect(found).toContain('constant inference-zero-variance');
    expect(found).toContain('unmixed inference-chains-not-mixed');
    expect(found).toContain('slow inference-few-effective-draws');
    expect(found).toContain('infinite inference-draws-not-finite');
    expect(found.filter((f) => f.startsWith('fine'))).toEqual([]);
    const lines = summaryTable(summary).split('\n');
    expect(lines[0]).toContain('ESS bulk');
    const kinds = new Set(summary.problems.map((p) => p.code));
    expect(lines.slice(6).map((line) => line.split(':')[0])).toEqual([...kinds]);
    for (const { message, where } of summary.problems) {
      expect(lines.some((line) => line.includes(message) || line.includes(` ${where.element}`))).toBe(true);
    }
    expect(new Set(lines.slice(0, 6).map((l) => l.length)).size).toBe(1);
  });

  it('refuses names of another number', () => {
    expect(() => summarise(draws(new Float64Array(8), 2, 2), ['one'])).toThrow(
      expect.objectContaining({ code: 'inference-shape' }),
    );
  });
});

describe('leave-one-out', () => {
  // y ~ N(θ, 1), flat prior: the posterior is N(ȳ, 1/n), the exact leave-one-out density N(ȳ₋ᵢ, 1 + 1/(n − 1)).
  const random = randomStream(11);
  const n = 40;
  const y = Array.from({ length: n }, () => 3 + random.normal());
  const mean = y.reduce((s, v) => s + v / n, 0);
  const log = (x: number, m: number, variance: number) =>
    -0.5 * Math.log(2 * Math.PI * variance) - (x - m) ** 2 / (2 * variance);
  const table = (data: readonly number[], shift = 0) => {
    const average = data.reduce((s, v) => s + v / data.length, 0);
    const likelihood = new Float64Array(4000 * data.length);
    const stream = randomStream(12);
    for (let s = 0; s < 4000; s++) {
      const theta = average + shift + stream.normal() / Math.sqrt(data.length);
      data.forEach((v, i) => {
        likelihood[s * data.length + i] = log(v, theta, 1);
      });
    }
    return likelihood;
  };
  const exact = y.reduce((s, v) => s + log(v, (n * mean - v) / (n - 1), 1 + 1 / (n - 1)), 0);

  it('agrees with the exact one, and so does its number of parameters', () => {
    const loo = leaveOneOut(table(y), n);
    expect(Math.abs(loo.elpd - exact)).toBeLessThan(0.02);
    const whole = y.reduce((s, v) => s + log(v, mean, 1 + 1 / n), 0);
    expect(Math.abs(loo.parameters - (whole - exact))).toBeLessThan(0.02);
    expect(loo.problems).toEqual([]);
    const waic = widelyApplicable(table(y), n);
    expect(Math.abs(waic.elpd - exact)).toBeLessThan(0.05);
    const worse = leaveOneOut(table(y, 0.6), n);
    const { difference, error } = compareDensities(loo, worse);
    expect(difference).toBeGreaterThan(3);
    expect(error).toBeGreaterThan(0);
  });

  it('names an outlier that the weights cannot leave out, and tables without shape', () => {
    const few = [...y.slice(0, 30), 40];
    expect(leaveOneOut(table(few), 31).problems.map((p) => p.code)).toEqual(['inference-importance-weights']);
    expect(leaveOneOut(table(few), 31).problems[0].message).toContain(': 30.');
    expect(() => leaveOneOut(new Float64Array(7), 3)).toThrow(expect.objectContaining({ code: 'inference-shape' }));
    expect(() => leaveOneOut(new Float64Array(6).fill(Number.NaN), 3)).toThrow(
      expect.objectContaining({ code: 'inference-draws-not-finite' }),
    );
  });

  it('stacking takes the better model, and mixes two that are each right for a share', () => {
    const good = Float64Array.of(-1, -1, -1);
    const bad = Float64Array.of(-2, -3, -2);
    expect(stack([good, bad]).weights[0]).toBeGreaterThan(0.9999);
    // Densities 1 and ε swapped on a quarter of the data: the best weight is close to the share.
    const a = Float64Array.from({ length: 40 }, (_, i) => (i < 30 ? 0 : -20));
    const b = Float64Array.from({ length: 40 }, (_, i) => (i < 30 ? -20 : 0));
    const { weights, gap } = stack([a, b]);
    expect(weights[0]).toBeCloseTo(0.75, 5);
    expect(gap).toBeLessThan(1e-8);
    const never = Float64Array.of(-Infinity, -1, -1);
    expect(stack([good, never]).weights[0]).toBeGreaterThan(0.9);
    expect(() => stack([never, never])).toThrow(expect.objectContaining({ code: 'inference-draws-not-finite' }));
    expect(() => stack([good, Float64Array.of(-1, Number.NaN, -1)])).toThrow(
      expect.objectContaining({ code: 'inference-draws-not-finite' }),
    );
  });
});

describe('simulation-based calibration', () => {
  // θ ~ N(0, 1), y | θ ~ N(θ, 1): the posterior is N(y/2, 1/2).
  const replicate = (wrong: number) => (random: ReturnType<typeof randomStream>) => {
    const truth = Float64Array.of(random.normal());
    const y = truth[0] + random.normal();
    const draws = Float64Array.from({ length: 63 }, () => y / 2 + wrong * Math.SQRT1_2 * random.normal());
    return { truth, draws };
  };

  it('accepts the exact posterior and names one that is too narrow', () => {
    const right = calibrateBySimulation(replicate(1), 800, randomStream(21), { names: ['theta'] });
    expect(right.problems).toEqual([]);
    expect(right.rows[0].probability).toBeGreaterThan(1e-3);
    const narrow = calibrateBySimulation(replicate(0.8), 800, randomStream(21), { names: ['theta'] });
    expect(narrow.problems.map((p) => [p.code, p.where.element])).toEqual([['inference-not-calibrated', 'theta']]);
    expect(narrow.rows[0].central90).toBeLessThan(0.88);
    const lost = () => ({ truth: Float64Array.of(0), draws: new Float64Array(63).fill(Number.NaN) });
    expect(() => calibrateBySimulation(lost, 10, randomStream(21))).toThrow(
      expect.objectContaining({ code: 'inference-draws-not-finite' }),
    );
  });
});
