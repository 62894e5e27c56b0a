import { describe, expect, test } from 'vitest';
import { randomStream } from '../random/philox.ts';
import { DenseLu } from './dense-lu.ts';
import { shiftedLu } from './shifted-lu.ts';
import { SparseLu } from './sparse-lu.ts';
import { minimumDegree, type SparseColumns } from './sparse-ordering.ts';

interface Sparse extends SparseColumns {
  readonly n: number;
  readonly values: Float64Array;
}

/** From the rows of each column. */
function sparse(columns: readonly ReadonlyMap<number, number>[]): Sparse {
  const starts = new Int32Array(columns.length + 1);
  const rows: number[] = [];
  const values: number[] = [];
  for (const [j, column] of columns.entries()) {
    for (const [i, value] of [...column].sort(([a], [b]) => a - b)) {
      rows.push(i);
      values.push(value);
    }
    starts[j + 1] = rows.length;
  }
  return { n: columns.length, starts, rowIndices: Int32Array.from(rows), values: Float64Array.from(values) };
}

function random(n: number, share: number, seed: number): Sparse {
  const stream = randomStream(seed, 'matrix');
  return sparse(
    Array.from({ length: n }, (_, j) => {
      const column = new Map([[j, stream.uniform() - 0.5]]);
      for (let i = 0; i < n; i++) if (stream.uniform() < share) column.set(i, stream.uniform() - 0.5);
      // A permutation inside keeps it regular, though not on its diagonal.
      column.set((j * 7 + 3) % n, 2 + stream.uniform());
      return column;
    }),
  );
}

function product({ n, starts, rowIndices, values }: Sparse, x: Float64Array): Float64Array {
  const out = new Float64Array(n);
  for (let j = 0; j < n; j++) for (let p = starts[j]; p < starts[j + 1]; p++) out[rowIndices[p]] += values[p] * x[j];
  return out;
}

function transposedProduct({ n, starts, rowIndices, values }: Sparse, x: Float64Array): Float64Array {
  const out = new Float64Array(n);
  for (let j = 0; j < n; j++) for (let p = starts[j]; p < starts[j + 1]; p++) out[j] += values[p] * x[rowIndices[p]];
  return out;
}

const worst = (a: Float64Array, b: Float64Array) => a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);

describe('sparse LU', () => {
  test.each([1, 2, 5, 30, 101])('solves %i equations with pivots off the diagonal', (n) => {
    const matrix = random(n, 3 / n, n);
    const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i + 1));
    const lu = new SparseLu(n, matrix);
    expect(lu.factor(matrix.values)).toBe(true);
    const b = product(matrix, x);
    lu.solve(b);
    expect(worst(b, x)).toBeLessThan(1e-11);
    const c = transposedProduct(matrix, x);
    lu.solveTransposed(c);
    expect(worst(c, x)).toBeLessThan(1e-11);
  });

  test('solves again with other numbers in the same places, also where old pivots vanish', () => {
    const first = random(40, 0.08, 3);
    const lu = new SparseLu(40, first);
    expect(lu.factor(first.values)).toBe(true);
    const x = Float64Array.from({ length: 40 }, (_, i) => i - 20);
    for (let round = 0; round < 5; round++) {
      const stream = randomStream(round, 'values');
      const values = first.values.map((v) => (stream.uniform() < 0.1 ? 0 : v * (stream.uniform() + 0.5)));
      const matrix = { ...first, values };
      const dense = new DenseLu(40);
      for (let j = 0; j < 40; j++) {
        for (let p = matrix.starts[j]; p < matrix.starts[j + 1]; p++)
          dense.a[matrix.rowIndices[p] * 40 + j] = values[p];
      }
      const b = product(matrix, x);
      const c = b.slice();
      const regular = dense.factor();
      expect(lu.factor(values)).toBe(regular);
      if (!regular) continue;
      dense.solve(c);
      lu.solve(b);
      expect(worst(b, c) / 40).toBeLessThan(1e-9);
    }
  });

  test('says of a singular or unbounded matrix that it has no factors, and recovers', () => {
    const columns = [
      new Map([
        [0, 1],
        [1, 2],
      ]),
      new Map([
        [0, 2],
        [1, 4],
      ]),
    ];
    const matrix = sparse(columns);
    const lu = new SparseLu(2, matrix);
    expect(lu.factor(matrix.values)).toBe(false);
    expect(lu.factor(Float64Array.of(1, Number.NaN, 2, 4))).toBe(false);
    expect(lu.factor(Float64Array.of(1, 2, 2, 5))).toBe(true);
    const b = Float64Array.of(5, 12);
    lu.solve(b);
    expect(b).toEqual(Float64Array.of(1, 2));
  });

  test('orders for little fill: none for a chain in any order or a star, little for a grid', () => {
    const shuffled = (i: number) => (i * 37) % 100;
    const chain = sparse(
      Array.from({ length: 100 }, (_, j) => {
        const k = (j * 73) % 100; // the inverse of shuffled
        return new Map([k - 1, k, k + 1].filter((i) => i >= 0 && i < 100).map((i) => [shuffled(i), i === k ? 4 : -1]));
      }),
    );
    const chainLu = new SparseLu(100, chain);
    expect(chainLu.factor(chain.values)).toBe(true);
    expect(chainLu.fill).toBe(298);
    const star = sparse(
      Array.from({ length: 50 }, (_, j) =>
        j === 0
          ? new Map(Array.from({ length: 50 }, (_, i) => [i, i === 0 ? 100 : 1]))
          : new Map([
              [0, 1],
              [j, 3],
            ]),
      ),
    );
    const starLu = new SparseLu(50, star);
    expect(starLu.factor(star.values)).toBe(true);
    expect(starLu.fill).toBe(148);
    const side = 30;
    const grid = sparse(
      Array.from({ length: side * side }, (_, j) => {
        const column = new Map([[j, 4]]);
        if (j % side > 0) column.set(j - 1, -1);
        if (j % side < side - 1) column.set(j + 1, -1);
        if (j >= side) column.set(j - side, -1);
        if (j < side * (side - 1)) column.set(j + side, -1);
        return column;
      }),
    );
    const { order } = minimumDegree(side * side, grid);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: side * side }, (_, i) => i));
    const gridLu = new SparseLu(side * side, grid);
    expect(gridLu.factor(grid.values)).toBe(true);
    // In its natural order it has 2 · 30 · 900 entries.
    expect(gridLu.fill).toBeLessThan(23_000);
  });
});

test('dense LU solves with pivoting and refuses the singular', () => {
  const lu = new DenseLu(3);
  lu.a.set([0, 2, 1, 1, 1, 1, 4, 0, 1]);
  expect(lu.factor()).toBe(true);
  const b = Float64Array.of(7, 6, 7);
  lu.solve(b);
  expect(worst(b, Float64Array.of(1, 2, 3))).toBeLessThan(1e-14);
  lu.a.set([1, 2, 3, 2, 4, 6, 1, 1, 1]);
  expect(lu.factor()).toBe(false);
});

/** Entries within `width` of the diagonal at the places `at` gives them. */
function banded(n: number, width: number, at: (i: number) => number) {
  const columns = Array.from({ length: n }, () => new Map<number, number>());
  for (let j = 0; j < n; j++) {
    for (let i = Math.max(0, j - width); i <= Math.min(n - 1, j + width); i++) {
      columns[at(j)].set(at(i), Math.sin(3 * i + 5 * j) - (i === j ? 2 * width : 0));
    }
  }
  return sparse(columns);
}

describe.each([1, 2, 3, 5])('a band of %i beside the diagonal', (width) => {
  const n = 41;
  test.each([
    ['as given', (i: number) => i],
    ['hidden by the order of its rows', (i: number) => (i * 17) % n],
  ])('%s is solved as such', (_, at) => {
    const j = banded(n, width, at);
    const lu = shiftedLu(n, j);
    expect(lu.kind).toBe('band');
    const x = Float64Array.from({ length: n }, (_, i) => Math.cos(i));
    for (const shift of [0.5, 30]) {
      expect(lu.factor(shift, j.values)).toBe(true);
      const b = product(j, x).map((value, i) => shift * x[i] - value);
      lu.solve(b);
      expect(worst(b, x)).toBeLessThan(1e-12);
    }
  });

  test('with a pivot of zero is solved by exchange of rows, and refused where it is singular', () => {
    const j = banded(n, width, (i) => i);
    const lu = shiftedLu(n, j);
    const x = Float64Array.from({ length: n }, (_, i) => Math.cos(i));
    // The first pivot is the shift less the first entry.
    const b = product(j, x).map((value, i) => j.values[0] * x[i] - value);
    expect(lu.factor(j.values[0], j.values)).toBe(true);
    lu.solve(b);
    expect(worst(b, x)).toBeLessThan(1e-10);
    expect(lu.factor(0, new Float64Array(j.values.length))).toBe(false);
    expect(lu.factor(Number.NaN, j.values)).toBe(false);
    expect(lu.factor(30, j.values)).toBe(true);
  });
});

test('what fills little of any band is left to sparse factors, what fills the matrix to dense ones', () => {
  expect(
    shiftedLu(
      41,
      banded(41, 40, (i) => i),
    ).kind,
  ).toBe('dense');
  const n = 64;
  const grid = Array.from({ length: n }, (_, j) => {
    const beside = [j - 8, j + 8, ...(j % 8 > 0 ? [j - 1] : []), ...(j % 8 < 7 ? [j + 1] : [])];
    return new Map([[j, -4], ...beside.filter((i) => i >= 0 && i < n).map((i) => [i, 1] as const)]);
  });
  expect(shiftedLu(n, sparse(grid)).kind).toBe('sparse');
});

test('σ·I − J is solved alike by dense and by sparse factors, also where J leaves out diagonal places', () => {
  for (const n of [3, 25, 60]) {
    const columns = Array.from({ length: n }, (_, j) => new Map([[(j + 1) % n, Math.sin(j)]]));
    columns[0].set(0, -3);
    const j = sparse(columns);
    const lu = shiftedLu(n, j);
    expect(lu.kind).toBe(n > 3 ? 'sparse' : 'dense');
    expect(lu.factor(2.5, j.values)).toBe(true);
    const x = Float64Array.from({ length: n }, (_, i) => Math.cos(i));
    const b = product(j, x).map((value, i) => 2.5 * x[i] - value);
    lu.solve(b);
    expect(worst(b, x)).toBeLessThan(1e-13);
  }
});
