import { describe, expect, it } from 'vitest';
import { latinHypercube, SOBOL_DIMENSIONS, sobolPoints } from './low-discrepancy.ts';
import { randomStream } from './philox.ts';
import { sobolDirections } from './sobol-directions.data.ts';

describe("Sobol' sequence", () => {
  it('begins as published in three dimensions', () => {
    expect([...sobolPoints(3, 10)]).toEqual(
      [
        [0, 0, 0],
        [0.5, 0.5, 0.5],
        [0.75, 0.25, 0.25],
        [0.25, 0.75, 0.75],
        [0.375, 0.375, 0.625],
        [0.875, 0.875, 0.125],
        [0.625, 0.125, 0.875],
        [0.125, 0.625, 0.375],
        [0.1875, 0.3125, 0.9375],
        [0.6875, 0.8125, 0.4375],
      ].flat(),
    );
  });

  it('its polynomials are primitive: x has the order 2^degree − 1', () => {
    for (const { a, m } of sobolDirections) {
      const degree = m.length;
      const polynomial = (1 << degree) | (a << 1) | 1;
      let power = 1;
      let order = 0;
      do {
        power <<= 1;
        if (power >> degree) power ^= polynomial;
        order++;
      } while (power !== 1 && order < 2 ** degree);
      expect(order).toBe(2 ** degree - 1);
      m.forEach((mk, k) => {
        expect(mk % 2 === 1 && mk < 2 ** (k + 1)).toBe(true);
      });
    }
  });

  it.each([
    ['plain', undefined],
    ['scrambled', randomStream(1)],
  ])('%s: every coordinate has one of 2^10 points in each of 2^10 cells', (_, random) => {
    const points = sobolPoints(SOBOL_DIMENSIONS, 1024, random);
    for (let d = 0; d < SOBOL_DIMENSIONS; d++) {
      const cells = new Set<number>();
      for (let k = 0; k < 1024; k++) cells.add(Math.floor(points[k * SOBOL_DIMENSIONS + d] * 1024));
      expect(cells.size).toBe(1024);
    }
  });

  it('scrambled points are uniform over seeds and as even as the plain ones', () => {
    // The mean of a product over 2^10 points: error far below 1/√1024 = 0.03.
    const integral = (points: Float64Array) => {
      let sum = 0;
      for (let k = 0; k < 1024; k++) sum += (4 * points[3 * k] * points[3 * k + 1] * points[3 * k + 2] * 2) / 1024;
      return sum;
    };
    let first = 0;
    for (let seed = 0; seed < 200; seed++) {
      const points = sobolPoints(3, 1024, randomStream(seed));
      expect(Math.abs(integral(points) - 1)).toBeLessThan(0.01);
      first += points[0] / 200;
    }
    // The mean of 200 uniform numbers has an SD of 0.02.
    expect(Math.abs(first - 0.5)).toBeLessThan(0.07);
    expect([...sobolPoints(3, 8, randomStream(4))]).toEqual([...sobolPoints(3, 8, randomStream(4))]);
  });

  it('refuses dimensions it has no numbers for', () => {
    expect(() => sobolPoints(SOBOL_DIMENSIONS + 1, 4)).toThrow(RangeError);
    expect(() => sobolPoints(0, 4)).toThrow(RangeError);
    expect(() => sobolPoints(1, -1)).toThrow(RangeError);
  });
});

it('a Latin hypercube has one point in every cell of every coordinate', () => {
  const points = latinHypercube(40, 50, randomStream(2));
  for (let d = 0; d < 40; d++) {
    const cells = new Set(Array.from({ length: 50 }, (_, k) => Math.floor(points[k * 40 + d] * 50)));
    expect(cells.size).toBe(50);
  }
});
