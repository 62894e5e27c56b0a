import { BandLu } from './band-lu.ts';
import { type BandOrder, bandOrder } from './band-order.ts';
import { DenseLu } from './dense-lu.ts';
import { PentadiagonalLu } from './pentadiagonal-lu.ts';
import { SparseLu } from './sparse-lu.ts';
import { minimumDegree, type SparseColumns } from './sparse-ordering.ts';

/** Sparse factors are taken where they need this many times fewer multiplications than dense ones. */
const SPARSE_OVERHEAD = 3;

/** Matrices smaller than this are not looked at for bands. */
const LEAST_BANDED = 20;

/** Factors of σ·I − J for a J of one pattern: what implicit solvers need. */
export interface ShiftedLu {
  readonly kind: 'dense' | 'band' | 'sparse';
  /** `values` are J's entries in the order of its pattern. False where the matrix is singular or not finite. */
  factor(shift: number, values: Float64Array): boolean;
  /** Overwrites b by (σ·I − J)⁻¹ b. */
  solve(b: Float64Array): void;
}

/** Dense, banded or sparse, by the work that the pattern's fill makes. */
export function shiftedLu(n: number, pattern: SparseColumns): ShiftedLu {
  if (n < 4) return denseShifted(n, pattern);
  const band = n < LEAST_BANDED ? null : bandOrder(n, pattern);
  return band === null ? sparseShifted(n, pattern) : bandShifted(n, pattern, band);
}

function sparseShifted(n: number, pattern: SparseColumns): ShiftedLu {
  const full = transposedWithDiagonal(n, pattern);
  const ordering = minimumDegree(n, full);
  const dense = (n * (n - 1) * (n + 1)) / 3;
  if (SPARSE_OVERHEAD * (ordering.work + full.rowIndices.length) > dense) return denseShifted(n, pattern);
  const lu = new SparseLu(n, full, ordering);
  const values = new Float64Array(full.rowIndices.length);
  const { places, diagonal } = full;
  return {
    kind: 'sparse',
    factor(shift, entries) {
      values.fill(0);
      for (let p = 0; p < entries.length; p++) values[places[p]] = -entries[p];
      for (let j = 0; j < n; j++) values[diagonal[j]] += shift;
      return lu.factor(values);
    },
    // The transposed matrix is factored, since solving with its transpose is what takes less time.
    solve: (b) => lu.solveTransposed(b),
  };
}

/** Rows and columns in the order given; where exchanges of rows turn out to be needed, as a sparse matrix. */
function bandShifted(n: number, pattern: SparseColumns, { order, width }: BandOrder): ShiftedLu {
  const { starts, rowIndices } = pattern;
  const lu = width <= 2 ? new PentadiagonalLu(n) : new BandLu(n, width);
  const { a, stride } = lu;
  const positions = new Int32Array(n);
  for (let k = 0; k < n; k++) positions[order[k]] = k;
  const place = (i: number, j: number) => positions[i] * stride + lu.width + positions[j] - positions[i];
  const places = new Int32Array(rowIndices.length);
  for (let j = 0; j < n; j++) for (let p = starts[j]; p < starts[j + 1]; p++) places[p] = place(rowIndices[p], j);
  let pivoting: ShiftedLu | undefined;
  let banded = true;
  return {
    kind: 'band',
    factor(shift, entries) {
      a.fill(0);
      for (let p = 0; p < entries.length; p++) a[places[p]] = -entries[p];
      for (let at = lu.width; at < a.length; at += stride) a[at] += shift;
      banded = lu.factor();
      if (banded) return true;
      pivoting ??= sparseShifted(n, pattern);
      return pivoting.factor(shift, entries);
    },
    solve(b) {
      if (banded) lu.solve(b, order);
      else pivoting!.solve(b);
    },
  };
}

function denseShifted(n: number, { starts, rowIndices }: SparseColumns): ShiftedLu {
  const lu = new DenseLu(n);
  const places = new Int32Array(rowIndices.length);
  for (let j = 0; j < n; j++) for (let p = starts[j]; p < starts[j + 1]; p++) places[p] = rowIndices[p] * n + j;
  return {
    kind: 'dense',
    factor(shift, entries) {
      const { a } = lu;
      a.fill(0);
      for (let p = 0; p < entries.length; p++) a[places[p]] = -entries[p];
      for (let i = 0; i < a.length; i += n + 1) a[i] += shift;
      return lu.factor();
    },
    solve: (b) => lu.solve(b),
  };
}

/** The transposed pattern with every diagonal place in it; where each entry and each diagonal entry then stands. */
function transposedWithDiagonal(n: number, { starts, rowIndices }: SparseColumns) {
  const rows: number[][] = Array.from({ length: n }, () => []);
  for (let j = 0; j < n; j++) for (let p = starts[j]; p < starts[j + 1]; p++) rows[rowIndices[p]].push(j);
  for (const [i, row] of rows.entries()) if (!row.includes(i)) row.push(i);
  const turned = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) turned[i + 1] = turned[i] + rows[i].length;
  const diagonal = Int32Array.from(rows, (row, i) => turned[i] + row.indexOf(i));
  const places = new Int32Array(rowIndices.length);
  const next = turned.slice();
  // Columns come in ascending order, as they were put into the rows.
  for (let j = 0; j < n; j++) for (let p = starts[j]; p < starts[j + 1]; p++) places[p] = next[rowIndices[p]]++;
  return { starts: turned, rowIndices: Int32Array.from(rows.flat()), places, diagonal };
}
