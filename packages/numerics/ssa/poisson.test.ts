import { expect, test } from 'vitest';
import { randomStream } from '../random/philox.ts';
import { poisson } from './poisson.ts';

test.each([0.01, 0.7, 3, 9.9, 10, 11.5, 30, 250])('a Poisson number of mean %d has its distribution', (mean) => {
  const n = 40_000;
  const random = randomStream(3, mean);
  const width = Math.max(1, Math.floor(Math.sqrt(mean) / 2));
  const from = Math.max(0, Math.floor(mean - 3 * Math.sqrt(mean)));
  const bins = Math.ceil((6 * Math.sqrt(mean)) / width) + 1;
  const bin = (k: number) => Math.min(Math.max(Math.floor((k - from) / width), 0), bins - 1);
  const seen = new Float64Array(bins);
  const expected = new Float64Array(bins);
  for (let i = 0; i < n; i++) seen[bin(poisson(mean, random))]++;
  let logarithm = -mean;
  for (let k = 0; k < mean + 20 * Math.sqrt(mean) + 20; k++) {
    expected[bin(k)] += n * Math.exp(logarithm);
    logarithm += Math.log(mean / (k + 1));
  }
  let chi = 0;
  let freedom = -1;
  for (let b = 0; b < bins; b++) {
    if (expected[b] < 5) continue;
    chi += (seen[b] - expected[b]) ** 2 / expected[b];
    freedom++;
  }
  expect(chi).toBeLessThan(freedom + 4 * Math.sqrt(2 * Math.max(freedom, 1)) + 8);
});

test.each([1e5, 1e9, 1e14])(
  'of a large mean %d the mean and the variance are right within four standard errors',
  (mean) => {
    const n = 20_000;
    const random = randomStream(3, mean);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const z = (poisson(mean, random) - mean) / Math.sqrt(mean);
      sum += z / n;
      squares += (z * z) / n;
    }
    expect(Math.abs(sum)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(squares - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  },
);

test('of mean 0 nothing happens', () => {
  expect(poisson(0, randomStream(1))).toBe(0);
});
