import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { indexedDraws, philox4x32, randomStream } from './philox.ts';
import type { RandomStream } from './stream.ts';

const draws = (stream: RandomStream, n: number) => Array.from({ length: n }, () => stream.uint32());

/** Known answers for philox4x32, 10 rounds, from the authors' Random123 1.14.0, tests/kat_vectors. */
test.each([
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
])('Philox4x32-10 gives the known answer for counter %j, key %j', (counter, [k0, k1], expected) => {
  const words = Uint32Array.from(counter);
  philox4x32(words, k0!, k1!);
  expect([...words]).toEqual(expected);
});

describe('streams', () => {
  const part = fc.oneof(fc.string({ maxLength: 6 }), fc.double({ noNaN: true }));

  test('the same seed and path give the same numbers', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.array(part, { maxLength: 4 }), (seed, path) => {
        expect(draws(randomStream(seed, ...path), 9)).toEqual(draws(randomStream(seed, ...path), 9));
        expect(draws(randomStream(seed).fork(...path), 3)).toEqual(draws(randomStream(seed, ...path), 3));
      }),
    );
  });

  test('different paths, and differently cut ones, give different numbers', () => {
    const paths: (string | number)[][] = [
      [],
      ['a'],
      ['b'],
      ['a', 'b'],
      ['ab'],
      ['b', 'a'],
      ['a', ''],
      [1],
      [1, 0],
      ['1'],
      [-1],
      [0, 1],
      [0.5],
    ];
    const first = paths.map((path) => draws(randomStream(1, ...path), 2).join());
    expect(new Set(first).size).toBe(paths.length);
  });

  test('forking leaves the parent untouched, whatever it has drawn', () => {
    const parent = randomStream(3, 'p');
    const before = draws(parent.fork('c'), 4);
    const head = draws(parent, 5);
    expect(draws(parent.fork('c'), 4)).toEqual(before);
    expect([...head, ...draws(parent, 5)]).toEqual(draws(randomStream(3, 'p'), 10));
  });

  test('forks are uncorrelated with their parent and with each other', () => {
    const n = 20_000;
    const root = randomStream(42);
    const series = [root.fork(0), root.fork(1), root.fork('0'), root].map((s) =>
      Float64Array.from({ length: n }, () => s.normal()),
    );
    for (let i = 0; i < series.length; i++) {
      for (let j = 0; j < i; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += series[i]![k]! * series[j]![k]!;
        expect(Math.abs(sum / n)).toBeLessThan(4 / Math.sqrt(n));
      }
    }
  });
});

describe('moments', () => {
  const n = 200_000;

  test('uniform: on the open interval, even over 64 bins (chi-square below its 0.9999 quantile), no lag-1 correlation', () => {
    const random = randomStream(5, 'uniform');
    const bins = new Float64Array(64);
    let lag = 0;
    let outside = 0;
    let last = 0.5;
    for (let i = 0; i < n; i++) {
      const u = random.uniform();
      if (!(u > 0 && u < 1)) outside++;
      bins[Math.floor(u * 64)]!++;
      lag += (u - 0.5) * (last - 0.5);
      last = u;
    }
    const chi = bins.reduce((sum, count) => sum + (count - n / 64) ** 2 / (n / 64), 0);
    expect(outside).toBe(0);
    expect(chi).toBeLessThan(115.3);
    expect(Math.abs(lag / n)).toBeLessThan(4 / 12 / Math.sqrt(n));
  });

  test('normal: mean 0, variance 1, skewness 0, kurtosis 3, within four standard errors', () => {
    const random = randomStream(5, 'normal');
    const sums = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const z = random.normal();
      for (let k = 0; k < 4; k++) sums[k]! += z ** (k + 1) / n;
    }
    const error = (variance: number) => 4 * Math.sqrt(variance / n);
    expect(Math.abs(sums[0]!)).toBeLessThan(error(1));
    expect(Math.abs(sums[1]! - 1)).toBeLessThan(error(2));
    expect(Math.abs(sums[2]!)).toBeLessThan(error(15));
    expect(Math.abs(sums[3]! - 3)).toBeLessThan(error(96));
  });
});

test('a number looked up is the same whatever was looked up before', () => {
  const lookups = fc.array(fc.tuple(fc.nat({ max: 600 }), fc.nat({ max: 11 })), { minLength: 1, maxLength: 400 });
  fc.assert(
    fc.property(fc.double({ noNaN: true }), lookups, (seed, list) => {
      const draws = indexedDraws(seed, 'site');
      for (const [i, j] of list) expect(draws.uniform(i, j)).toBe(indexedDraws(seed, 'site').uniform(i, j));
    }),
  );
  // In a row, of two columns in turn, and at the end of what can be asked for.
  const draws = indexedDraws(1, 'site');
  for (let i = 0; i < 300; i++) for (const j of [0, 2 ** 32 - 1]) draws.uniform(i, j);
  expect(draws.uniform(299, 0)).toBe(indexedDraws(1, 'site').uniform(299, 0));
  for (const i of [2 ** 32 - 3, 2 ** 32 - 2, 2 ** 32 - 1]) {
    expect(draws.uniform(i, 5)).toBe(indexedDraws(1, 'site').uniform(i, 5));
  }
});
