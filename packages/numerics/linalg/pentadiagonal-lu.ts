import { STABLE } from './band-lu.ts';

/**
 * LU factors, without exchange of rows, of matrices whose entries lie within two places of the diagonal. What a value waits for
 * is only the product with the one before it: that takes half the time of a loop over any band. Golub, Van Loan, Matrix
 * Computations, 4.3.
 */
export class PentadiagonalLu {
  readonly n: number;
  readonly width = 2;
  readonly stride = 5;
  /** Row by row, 5 numbers each with the diagonal's in the middle; zeros outside the matrix. Overwritten by both factors. */
  readonly a: Float64Array;
  readonly #x: Float64Array;

  constructor(n: number) {
    this.n = n;
    this.a = new Float64Array(5 * n);
    this.#x = new Float64Array(n);
  }

  /** False where a pivot is too small or not finite: then there are no factors. */
  factor(): boolean {
    const { a } = this;
    let largest = 0;
    // Of the last row and the one before it: the reciprocal of the pivot, and the entries after it over the pivot.
    let r1 = 0;
    let r2 = 0;
    let near1 = 0;
    let far1 = 0;
    let near2 = 0;
    let far2 = 0;
    for (let row = 0; row < a.length; row += 5) {
      const lower2 = a[row];
      const lower1 = a[row + 1] - lower2 * near2;
      const reciprocal = 1 / (a[row + 2] - lower2 * far2 - lower1 * near1);
      const size = Math.max(Math.abs(lower2 * r2), Math.abs(lower1 * r1));
      if (!(size <= largest)) largest = size;
      if (!(largest <= 1 / STABLE && reciprocal !== 0 && Math.abs(reciprocal) < Number.POSITIVE_INFINITY)) return false;
      near2 = near1;
      far2 = far1;
      near1 = (a[row + 3] - lower1 * far1) * reciprocal;
      far1 = a[row + 4] * reciprocal;
      r2 = r1;
      r1 = reciprocal;
      a[row] = lower2 * reciprocal;
      a[row + 1] = lower1 * reciprocal;
      a[row + 2] = reciprocal;
      a[row + 3] = near1;
      a[row + 4] = far1;
    }
    return true;
  }

  /** Solves the factored matrix's equations; entry `order[k]` of b is for row k. Overwrites b by the solution in the same order. */
  solve(b: Float64Array, order: Int32Array): void {
    const { n, a } = this;
    const x = this.#x;
    let last = 0;
    let before = 0;
    for (let k = 0, row = 0; k < n; k++, row += 5) {
      const value = b[order[k]] * a[row + 2] - a[row] * before - a[row + 1] * last;
      before = last;
      last = value;
      x[k] = value;
    }
    last = 0;
    before = 0;
    for (let k = n - 1, row = 5 * n - 5; k >= 0; k--, row -= 5) {
      const value = x[k] - a[row + 4] * before - a[row + 3] * last;
      before = last;
      last = value;
      b[order[k]] = value;
    }
  }
}
