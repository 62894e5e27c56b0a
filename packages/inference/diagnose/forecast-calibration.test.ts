import { randomStream } from '@gemel/numerics';
import { normalCdf, normalQuantile } from '@gemel/numerics/special/normal';
import { describe, expect, test } from 'vitest';
import { crpsDecomposition, forecastUniformity, intervalScore, reliability } from './forecast-calibration.ts';
import { crpsNormal, crpsWeighted } from './scores.ts';

const draws = (count: number, of: (z: number) => number) => {
  const random = randomStream(1998, 'observations');
  return Float64Array.from({ length: count }, () => of(random.normal()));
};

describe('uniformity of transforms', () => {
  test.each([
    ['flat', 1, 0],
    ['too narrow', 1.6, 0],
    ['too wide', 0.6, 0],
    ['too low', 1, 0.6],
    ['too high', 1, -0.6],
  ] as const)('forecasts that are %s are called so', (shape, sd, bias) => {
    const found = forecastUniformity(draws(600, (z) => normalCdf(bias + sd * z)));
    expect(found.shape).toBe(shape);
    expect(found.problems.map(({ code }) => code)).toEqual(
      shape === 'flat' ? [] : ['inference-forecast-not-calibrated'],
    );
  });

  test('the distance is the greatest between the step function and the diagonal', () => {
    const { distance, histogram } = forecastUniformity([0.1, 0.2, 0.9], 2);
    expect(distance).toBeCloseTo(2 / 3 - 0.2, 12);
    expect([...histogram]).toEqual([2, 1]);
  });

  test('its probability is that of Kolmogorov’s distribution', () => {
    // A grid moved up by d has the distance d + 1/(2n); 1.3581 is the 5 % point of the limit.
    const n = 10_000;
    const root = Math.sqrt(n);
    const wanted = 1.3581 / (root + 0.12 + 0.11 / root);
    const grid = Float64Array.from({ length: n }, (_, i) => Math.min(1, (i + 0.5) / n + wanted - 0.5 / n));
    expect(forecastUniformity(grid).distanceProbability).toBeCloseTo(0.05, 4);
  });

  test('ties and single values have a number; none, and what is no share, are refused', () => {
    expect(forecastUniformity([0.5, 0.5, 0.5, 0.5]).count).toBe(4);
    for (const values of [[], [Number.NaN], [1.2]]) {
      expect(() => forecastUniformity(values)).toThrow(expect.objectContaining({ code: 'inference-shape' }));
    }
  });
});

describe('reliability', () => {
  const observed = draws(800, (z) => z);
  const of = (level: number, sd: number) => {
    const half = sd * normalQuantile(0.5 + level / 2);
    return { level, low: observed.map(() => -half), high: observed.map(() => half) };
  };

  test('right forecasts hold their level; narrow ones are named', () => {
    const right = reliability([of(0.5, 1), of(0.9, 1)], observed);
    expect(right.problems).toEqual([]);
    for (const { level, coverage, coverageLow, coverageHigh } of right.rows) {
      expect(Math.abs(coverage - level)).toBeLessThan(3.5 * Math.sqrt((level * (1 - level)) / 800));
      expect(coverageLow).toBeLessThan(coverage);
      expect(coverageHigh).toBeGreaterThan(coverage);
    }
    const narrow = reliability([of(0.5, 1), of(0.9, 0.7)], observed);
    expect(narrow.problems.map(({ where }) => where.element)).toEqual(['level 0.9']);
    expect(narrow.rows[1].score.score).toBeGreaterThan(right.rows[1].score.score);
  });

  test('the exact interval of 0 of 10 ends at 1 − 0.025^(1/10)', () => {
    const level = { level: 0.5, low: new Float64Array(10).fill(5), high: new Float64Array(10).fill(6) };
    const [row] = reliability([level], new Float64Array(10)).rows;
    expect([row.coverage, row.coverageLow]).toEqual([0, 0]);
    expect(row.coverageHigh).toBeCloseTo(1 - 0.025 ** 0.1, 12);
  });

  test('the score is width and price of a miss', () => {
    expect(intervalScore(0.8, 1, 3, 2)).toEqual({ score: 2, width: 2, below: 0, above: 0 });
    const missed = intervalScore(0.8, 1, 3, 0.5);
    expect(missed.below).toBeCloseTo(5, 12);
    expect(missed.score).toBeCloseTo(7, 12);
    expect(intervalScore(0.8, 1, 3, 3.1).above).toBeCloseTo(1, 12);
    expect(() => reliability([of(0.5, 1)], [1])).toThrow(expect.objectContaining({ code: 'inference-shape' }));
    expect(() => reliability([{ level: 0.5, low: [], high: [] }], [])).toThrow(
      expect.objectContaining({ code: 'inference-shape' }),
    );
  });
});

describe('the decomposition of the CRPS', () => {
  const members = 20;
  const table = (count: number, of: (k: number, z: number) => number, size = members) => {
    const random = randomStream(2000, 'members');
    return Float64Array.from({ length: count * size }, (_, at) => of(Math.floor(at / size), random.normal()));
  };
  const observed = draws(500, (z) => z);
  const equal = new Float64Array(members).fill(1 / members);

  test('adds up to the mean CRPS of the members', () => {
    const forecasts = table(500, (k, z) => 0.8 * observed[k] + 0.3 + 0.7 * z);
    const { crps, reliability: reliable, resolution, uncertainty } = crpsDecomposition(forecasts, observed);
    const mean = observed.reduce(
      (sum, y, k) => sum + crpsWeighted(forecasts.subarray(k * members, (k + 1) * members), equal, y) / 500,
      0,
    );
    expect(crps).toBeCloseTo(mean, 10);
    expect(reliable - resolution + uncertainty).toBeCloseTo(crps, 10);
    expect(resolution).toBeGreaterThan(0.1);
  });

  test('the uncertainty is the CRPS of the climate; the climate as forecast has no resolution', () => {
    const climate = table(500, (_, z) => z, 400);
    const { uncertainty, resolution, reliability: reliable } = crpsDecomposition(climate, observed);
    const mean = observed.reduce((sum, y) => sum + crpsNormal(0, 1, y, normalCdf) / 500, 0);
    expect(Math.abs(uncertainty - mean)).toBeLessThan(0.01);
    expect(Math.abs(resolution)).toBeLessThan(0.02);
    expect(reliable).toBeLessThan(0.02);
  });

  test('a bias costs reliability', () => {
    const biased = crpsDecomposition(
      table(500, (_, z) => z + 1),
      observed,
    );
    expect(biased.reliability).toBeGreaterThan(0.2);
    // Members that are all the same, and one member, keep their numbers.
    const flat = crpsDecomposition(
      table(500, () => 0),
      observed,
    );
    expect(flat.crps).toBeCloseTo(
      observed.reduce((sum, y) => sum + Math.abs(y) / 500, 0),
      10,
    );
    expect(Number.isFinite(flat.reliability)).toBe(true);
    expect(crpsDecomposition(Float64Array.of(1), [3])).toMatchObject({ crps: 2, uncertainty: 0 });
    expect(() => crpsDecomposition(Float64Array.of(1, 2, 3), [1, 2])).toThrow(
      expect.objectContaining({ code: 'inference-shape' }),
    );
    expect(() => crpsDecomposition(Float64Array.of(), [])).toThrow(
      expect.objectContaining({ code: 'inference-shape' }),
    );
  });
});
