import { minimumDegree, type Ordering, type SparseColumns } from './sparse-ordering.ts';

/** A diagonal entry this share of its column's largest is taken as pivot, to keep the order of little fill. */
const DIAGONAL = 0.1;
/** A stored pivot that falls below this share of its column's largest is no longer trusted. */
const STABLE = 1e-6;

/**
 * LU factors of sparse matrices of one pattern: ordered once for little fill; pivots and the places of fill found at the
 * first factorisation, then kept, so that the next only computes numbers. Where a kept pivot has become too small, pivots
 * are found anew. Gilbert, Peierls, SIAM J. Sci. Stat. Comput. 1988;9:862; Davis, Palamadai Natarajan, ACM TOMS 2010;37:36.
 */
export class SparseLu {
  readonly n: number;
  readonly #pattern: SparseColumns;
  readonly #order: Int32Array;
  /** Position of each row among the pivots. */
  readonly #positions: Int32Array;
  readonly #x: Float64Array;
  readonly #inverse: Float64Array;
  #known = false;
  /** Strict lower factor (unit diagonal) and strict upper factor by columns, rows in pivot positions. */
  #lowerStarts = new Int32Array(1);
  #lowerRows = new Int32Array(0);
  #lower = new Float64Array(0);
  #upperStarts = new Int32Array(1);
  #upperRows = new Int32Array(0);
  #upper = new Float64Array(0);
  /** Pivot position of each entry of the matrix. */
  readonly #places: Int32Array;

  constructor(n: number, pattern: SparseColumns, ordering: Ordering = minimumDegree(n, pattern)) {
    this.n = n;
    this.#pattern = pattern;
    this.#order = ordering.order;
    this.#positions = new Int32Array(n);
    this.#places = new Int32Array(pattern.rowIndices.length);
    this.#x = new Float64Array(n);
    this.#inverse = new Float64Array(n);
  }

  /** Entries of both factors, the diagonal once. */
  get fill(): number {
    return this.#lowerRows.length + this.#upperRows.length + this.n;
  }

  /** False where the matrix of these entries (in the pattern's order) is singular or not finite: then there are no factors. */
  factor(values: Float64Array): boolean {
    if (this.#known && this.#refactor(values)) return true;
    this.#known = this.#findPivots(values);
    return this.#known;
  }

  /** Numbers only, on known pivots and places; false where a pivot is no longer good. */
  #refactor(values: Float64Array): boolean {
    const { starts } = this.#pattern;
    const x = this.#x;
    const places = this.#places;
    const order = this.#order;
    const lowerStarts = this.#lowerStarts;
    const lowerRows = this.#lowerRows;
    const lower = this.#lower;
    const upperStarts = this.#upperStarts;
    const upperRows = this.#upperRows;
    const upper = this.#upper;
    const inverse = this.#inverse;
    for (let k = 0; k < order.length; k++) {
      const column = order[k];
      for (let p = starts[column], end = starts[column + 1]; p < end; p++) x[places[p]] = values[p];
      for (let u = upperStarts[k], last = upperStarts[k + 1]; u < last; u++) {
        const row = upperRows[u];
        const factor = x[row];
        x[row] = 0;
        upper[u] = factor;
        if (factor === 0) continue;
        for (let p = lowerStarts[row], end = lowerStarts[row + 1]; p < end; p++) x[lowerRows[p]] -= lower[p] * factor;
      }
      const pivot = x[k];
      x[k] = 0;
      const reciprocal = 1 / pivot;
      let largest = 0;
      for (let p = lowerStarts[k], end = lowerStarts[k + 1]; p < end; p++) {
        const row = lowerRows[p];
        const multiple = x[row] * reciprocal;
        x[row] = 0;
        lower[p] = multiple;
        const size = Math.abs(multiple);
        if (!(size <= largest)) largest = size;
      }
      if (!(largest <= 1 / STABLE && pivot !== 0 && Math.abs(pivot) < Number.POSITIVE_INFINITY)) {
        x.fill(0);
        return false;
      }
      inverse[k] = reciprocal;
    }
    return true;
  }

  /** Left-looking factorisation with pivots near the diagonal wherever they are large enough. */
  #findPivots(values: Float64Array): boolean {
    const { n } = this;
    const { starts, rowIndices } = this.#pattern;
    const positions = this.#positions.fill(-1);
    const x = this.#x;
    const lowerRows: number[] = [];
    const lower: number[] = [];
    const lowerStarts = new Int32Array(n + 1);
    const upperRows: number[] = [];
    const upper: number[] = [];
    const upperStarts = new Int32Array(n + 1);
    const search = new Search(n);
    for (let k = 0; k < n; k++) {
      const column = this.#order[k];
      // Rows that become non-zero, those of pivots before those that depend on them.
      const rows = search.reach(k, rowIndices, starts[column], starts[column + 1], positions, lowerStarts, lowerRows);
      for (let p = starts[column]; p < starts[column + 1]; p++) x[rowIndices[p]] = values[p];
      let best = -1;
      let size = 0;
      for (const row of rows) {
        const position = positions[row];
        const value = x[row];
        if (position < 0) {
          if (!(Math.abs(value) <= size)) {
            size = Math.abs(value);
            best = row;
          }
          continue;
        }
        upperRows.push(position);
        upper.push(value);
        for (let p = lowerStarts[position]; p < lowerStarts[position + 1]; p++) x[lowerRows[p]] -= lower[p] * value;
      }
      if (positions[column] < 0 && size > 0 && Math.abs(x[column]) >= DIAGONAL * size) best = column;
      const pivot = best < 0 ? 0 : x[best];
      if (pivot === 0 || !Number.isFinite(pivot)) {
        x.fill(0);
        return false;
      }
      positions[best] = k;
      this.#inverse[k] = 1 / pivot;
      for (const row of rows) {
        if (positions[row] < 0) {
          lowerRows.push(row);
          lower.push(x[row] / pivot);
        }
        x[row] = 0;
      }
      lowerStarts[k + 1] = lowerRows.length;
      upperStarts[k + 1] = upperRows.length;
    }
    this.#lowerStarts = lowerStarts;
    this.#lowerRows = Int32Array.from(lowerRows, (row) => positions[row]);
    this.#lower = Float64Array.from(lower);
    this.#upperStarts = upperStarts;
    this.#upperRows = Int32Array.from(upperRows);
    this.#upper = Float64Array.from(upper);
    for (let p = 0; p < rowIndices.length; p++) this.#places[p] = positions[rowIndices[p]];
    return true;
  }

  /** Overwrites b by the solution of the factored matrix with right-hand side b. */
  solve(b: Float64Array): void {
    const { n } = this;
    const x = this.#x;
    const positions = this.#positions;
    const order = this.#order;
    const lowerStarts = this.#lowerStarts;
    const lowerRows = this.#lowerRows;
    const lower = this.#lower;
    const upperStarts = this.#upperStarts;
    const upperRows = this.#upperRows;
    const upper = this.#upper;
    const inverse = this.#inverse;
    for (let i = 0; i < n; i++) x[positions[i]] = b[i];
    for (let k = 0; k < n; k++) {
      const value = x[k];
      for (let p = lowerStarts[k], end = lowerStarts[k + 1]; p < end; p++) x[lowerRows[p]] -= lower[p] * value;
    }
    for (let k = n - 1; k >= 0; k--) {
      const value = x[k] * inverse[k];
      x[k] = 0;
      b[order[k]] = value;
      for (let p = upperStarts[k], end = upperStarts[k + 1]; p < end; p++) x[upperRows[p]] -= upper[p] * value;
    }
  }

  /** Overwrites b by the solution of the transposed matrix: it only gathers, and so takes less time than `solve`. */
  solveTransposed(b: Float64Array): void {
    const { n } = this;
    const x = this.#x;
    const positions = this.#positions;
    const order = this.#order;
    const lowerStarts = this.#lowerStarts;
    const lowerRows = this.#lowerRows;
    const lower = this.#lower;
    const upperStarts = this.#upperStarts;
    const upperRows = this.#upperRows;
    const upper = this.#upper;
    const inverse = this.#inverse;
    for (let k = 0, p = 0; k < n; k++) {
      let sum = b[order[k]];
      for (const end = upperStarts[k + 1]; p < end; p++) sum -= upper[p] * x[upperRows[p]];
      x[k] = sum * inverse[k];
    }
    for (let k = n - 1, p = lowerStarts[n] - 1; k >= 0; k--) {
      let sum = x[k];
      for (const end = lowerStarts[k]; p >= end; p--) sum -= lower[p] * x[lowerRows[p]];
      x[k] = sum;
    }
    for (let i = 0; i < n; i++) b[i] = x[positions[i]];
    x.fill(0);
  }
}

/** Depth-first search for the rows that the solution of a sparse triangular system reaches. */
class Search {
  readonly #marks: Int32Array;
  readonly #stack: Int32Array;
  readonly #cursor: Int32Array;
  readonly #found: Int32Array;

  constructor(n: number) {
    this.#marks = new Int32Array(n).fill(-1);
    this.#stack = new Int32Array(n);
    this.#cursor = new Int32Array(n);
    this.#found = new Int32Array(n);
  }

  /** Rows reached from rowIndices[from … to − 1] in topological order. */
  reach(
    stamp: number,
    rowIndices: Int32Array,
    from: number,
    to: number,
    positions: Int32Array,
    lowerStarts: Int32Array,
    lowerRows: readonly number[],
  ): Int32Array {
    const marks = this.#marks;
    const stack = this.#stack;
    const cursor = this.#cursor;
    const found = this.#found;
    let top = found.length;
    for (let p = from; p < to; p++) {
      if (marks[rowIndices[p]] === stamp) continue;
      let depth = 0;
      stack[0] = rowIndices[p];
      marks[rowIndices[p]] = stamp;
      cursor[0] = positions[stack[0]] < 0 ? 0 : lowerStarts[positions[stack[0]]];
      while (depth >= 0) {
        const row = stack[depth];
        const position = positions[row];
        const end = position < 0 ? 0 : lowerStarts[position + 1];
        if (position >= 0 && cursor[depth] < end) {
          const next = lowerRows[cursor[depth]++];
          if (marks[next] === stamp) continue;
          marks[next] = stamp;
          depth++;
          stack[depth] = next;
          cursor[depth] = positions[next] < 0 ? 0 : lowerStarts[positions[next]];
          continue;
        }
        found[--top] = row;
        depth--;
      }
    }
    return found.subarray(top);
  }
}
