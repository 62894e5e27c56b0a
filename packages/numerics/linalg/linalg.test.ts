import { describe, expect, it } from 'vitest';
import { randomStream } from '../random/philox.ts';
import { cholesky, choleskyInverse, choleskySolve } from './cholesky.ts';
import { gram, identity, multiply, multiplyTransposed, multiplyVector, transpose } from './matrix.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

function largestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((worst, v, i) => Math.max(worst, Math.abs(v - b[i])), 0);
}

function randomMatrix(rows: number, columns: number, seed: number): Float64Array {
  const random = randomStream(seed, 'matrix');
  return Float64Array.from({ length: rows * columns }, () => random.normal());
}

describe('dense products', () => {
  it('multiply a known 2 × 3 by 3 × 2', () => {
    const c = multiply(Float64Array.of(1, 2, 3, 4, 5, 6), Float64Array.of(7, 8, 9, 10, 11, 12), 2, 3, 2);
    expect([...c]).toEqual([58, 64, 139, 154]);
  });

  it('the gram matrix and the transposed product agree with the explicit transpose', () => {
    const a = randomMatrix(7, 4, 1);
    const x = randomMatrix(7, 1, 2);
    const t = transpose(a, 7, 4);
    expect(largestDifference(gram(a, 7, 4), multiply(t, a, 4, 7, 4))).toBeLessThan(1e-13);
    expect(largestDifference(multiplyTransposed(a, x, 7, 4), multiplyVector(t, x, 4, 7))).toBeLessThan(1e-13);
  });
});

describe('Cholesky', () => {
  it('factors a known matrix', () => {
    const result = cholesky(Float64Array.of(4, 12, -16, 12, 37, -43, -16, -43, 98), 3);
    expect(result.status).toBe('ok');
    if (result.status !== 'ok') return;
    expect([...result.lower]).toEqual([2, 0, 0, 6, 1, 0, -8, 5, 3]);
    expect(result.logDeterminant).toBeCloseTo(Math.log(36), 12);
  });

  it('solves and inverts a random positive definite matrix', () => {
    const a = gram(randomMatrix(20, 8, 3), 20, 8);
    const result = cholesky(a, 8);
    if (result.status !== 'ok') throw new Error('expected a factor');
    const b = randomMatrix(8, 1, 4);
    const x = choleskySolve(result.lower, 8, b);
    expect(largestDifference(multiplyVector(a, x, 8, 8), b)).toBeLessThan(1e-12);
    expect(largestDifference(multiply(a, choleskyInverse(result.lower, 8), 8, 8, 8), identity(8))).toBeLessThan(1e-12);
  });

  it('names the pivot of a matrix that is not positive definite', () => {
    expect(cholesky(Float64Array.of(1, 2, 2, 1), 2)).toEqual({ status: 'not-positive-definite', pivot: 1 });
    expect(cholesky(Float64Array.of(Number.NaN), 1).status).toBe('not-positive-definite');
  });
});

describe('symmetric eigenvalues', () => {
  it('of a known matrix', () => {
    const { values, status } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect(status).toBe('ok');
    expect(values[0]).toBeCloseTo(1, 14);
    expect(values[1]).toBeCloseTo(3, 14);
  });

  it('rebuild the matrix from orthonormal vectors', () => {
    const a = gram(randomMatrix(12, 9, 5), 12, 9);
    const { values, vectors } = symmetricEigen(a, 9);
    const scaled = Float64Array.from(vectors, (v, i) => v * values[i % 9]);
    expect(largestDifference(multiply(scaled, transpose(vectors, 9, 9), 9, 9, 9), a)).toBeLessThan(1e-11);
    expect(largestDifference(gram(vectors, 9, 9), identity(9))).toBeLessThan(1e-12);
  });
});
