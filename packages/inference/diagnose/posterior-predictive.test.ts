import { randomStream } from '@gemel/numerics';
import { describe, expect, test } from 'vitest';
import { forecastUniformity } from './forecast-calibration.ts';
import { densityOverlay, leaveOneOutTransform, posteriorPredictiveCheck } from './posterior-predictive.ts';

const DRAWS = 2000;
/** Normal data of known SD 1 with a flat prior of the mean: posterior N(ȳ, 1/n). */
function normal(n: number, seed: number) {
  const random = randomStream(seed, 'normal');
  const observed = Float64Array.from({ length: n }, () => 2 + random.normal());
  const mean = observed.reduce((sum, y) => sum + y / n, 0);
  const replicated = new Float64Array(DRAWS * n);
  const logLikelihood = new Float64Array(DRAWS * n);
  for (let s = 0; s < DRAWS; s++) {
    const mu = mean + random.normal() / Math.sqrt(n);
    for (let i = 0; i < n; i++) {
      replicated[s * n + i] = mu + random.normal();
      logLikelihood[s * n + i] = -0.5 * (observed[i] - mu) ** 2;
    }
  }
  return { observed, replicated, logLikelihood, mean };
}

describe('posterior predictive checks', () => {
  test('the mean of the data lies in the middle, and the error is that of a share', () => {
    const { rows, problems } = posteriorPredictiveCheck(normal(30, 1));
    expect(problems).toEqual([]);
    const [mean] = rows;
    expect(mean.error).toBeCloseTo(Math.sqrt(0.25 / DRAWS), 2);
    expect(Math.abs(mean.atLeast - 0.5)).toBeLessThan(4 * mean.error);
    expect(mean.atLeast + mean.atMost).toBeCloseTo(1, 12);
  });

  test('draws that depend on one another have a larger error', () => {
    const { observed, replicated } = normal(5, 2);
    const repeated = replicated.map((_, at) => replicated[Math.floor(at / 50) * 5 + (at % 5)]);
    const error = (data: Float64Array) => posteriorPredictiveCheck({ observed, replicated: data }).rows[1].error;
    expect(error(repeated)).toBeGreaterThan(2 * error(replicated));
  });

  test('a quantity that the model never replicates is named', () => {
    const { observed, replicated } = normal(30, 3);
    const outlier = observed.map((y, i) => (i === 4 ? y - 30 : y));
    const { rows, problems } = posteriorPredictiveCheck({ observed: outlier, replicated });
    const least = rows.find(({ name }) => name === 'least')!;
    expect(least.atMost).toBe(0);
    expect(least.atLeast).toBe(1);
    expect(least.error).toBeGreaterThan(0);
    expect(least.error).toBeLessThan(1e-3);
    expect(problems.map(({ where }) => where.element)).toContain('least');
    expect(problems[0].code).toBe('inference-posterior-predictive');
  });

  test('a quantity may depend on the parameters of its draw', () => {
    const { observed, replicated } = normal(10, 4);
    const [row] = posteriorPredictiveCheck({ observed, replicated }, [{ name: 'draw', of: (_, s) => s }]).rows;
    expect(row).toMatchObject({ observed: (DRAWS - 1) / 2, atLeast: 1, atMost: 1 });
  });

  test('ties count on both sides', () => {
    const data = { observed: Float64Array.of(1, 1), replicated: Float64Array.of(1, 1, 0, 0, 1, 1, 2, 2) };
    const [row] = posteriorPredictiveCheck(data).rows;
    expect([row.atLeast, row.atMost]).toEqual([0.75, 0.75]);
  });

  test('bad input is told', () => {
    const observed = Float64Array.of(1, 2);
    const wrong = expect.objectContaining({ code: 'inference-shape' });
    expect(() => posteriorPredictiveCheck({ observed, replicated: Float64Array.of(1, 2, 3) })).toThrow(wrong);
    expect(() => posteriorPredictiveCheck({ observed, replicated: Float64Array.of(1, 2) })).toThrow(wrong);
    expect(() => posteriorPredictiveCheck({ observed: Float64Array.of(), replicated: Float64Array.of() })).toThrow(
      wrong,
    );
    const { rows, problems } = posteriorPredictiveCheck({ observed, replicated: Float64Array.of(1, Number.NaN, 2, 1) });
    expect(problems.map(({ code }) => code)).toContain('inference-output-not-finite');
    expect(rows[0].atLeast).toBeNaN();
  });
});

describe('leave-one-out transforms', () => {
  test('are those of the model fitted without the observation', () => {
    const n = 20;
    const data = normal(n, 5);
    const { values, problems } = leaveOneOutTransform(data, data.logLikelihood);
    expect(problems).toEqual([]);
    values.forEach((p, i) => {
      // Without i the predictive distribution is N(ȳ₋ᵢ, 1 + 1/(n − 1)).
      const mean = (data.mean * n - data.observed[i]) / (n - 1);
      const z = (data.observed[i] - mean) / Math.sqrt(1 + 1 / (n - 1));
      // Logistic approximation of the normal distribution function, good to 2e-4.
      const exact = 1 / (1 + Math.exp(-z * (1.5976 + 0.07056 * z * z)));
      expect(Math.abs(p - exact)).toBeLessThan(0.05);
    });
    expect(forecastUniformity(values, 4).shape).toBe('flat');
  });

  test('an observation whose weights cannot be believed is named', () => {
    const data = normal(10, 6);
    const logLikelihood = data.logLikelihood.map((v, at) => (at % 10 === 3 ? 40 * v * Math.abs(v) : v));
    const { problems } = leaveOneOutTransform(data, logLikelihood);
    expect(problems.map(({ code, where }) => [code, where.element])).toContainEqual([
      'inference-importance-weights',
      'observation 3',
    ]);
    expect(() => leaveOneOutTransform(data, data.logLikelihood.subarray(10))).toThrow('log likelihoods for');
    const infinite = data.logLikelihood.map((v, at) => (at === 12 ? -Infinity : v));
    expect(() => leaveOneOutTransform(data, infinite)).toThrow('draw 1 is -Infinity');
  });
});

describe('a density overlay', () => {
  test('densities integrate to one over the grid', () => {
    const { x, observed, replicated } = densityOverlay(normal(40, 7), 8, 400);
    const area = (d: Float64Array) => d.reduce((sum, v) => sum + v, 0) * (x[1] - x[0]);
    expect(replicated.length).toBe(8);
    for (const each of [observed, ...replicated]) expect(area(each)).toBeCloseTo(1, 2);
  });

  test('data that do not vary have none', () => {
    const data = { observed: Float64Array.of(1, 1), replicated: Float64Array.of(1, 2, 1, 2) };
    expect(() => densityOverlay(data)).toThrow(expect.objectContaining({ code: 'inference-zero-variance' }));
  });
});
