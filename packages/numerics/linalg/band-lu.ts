/** A pivot below this share of what it eliminates is not trusted. */
export const STABLE = 1e-6;

/**
 * LU factors, without exchange of rows, of n × n matrices whose entries lie within `width` of the diagonal, refilled and
 * refactored in place. Golub, Van Loan, Matrix Computations, 4.3.
 */
export class BandLu {
  readonly n: number;
  readonly width: number;
  /**
   * Row by row, `stride` numbers each with the diagonal's in the middle: the matrix before `factor` (0 where it has no
   * entries), both factors after it.
   */
  readonly a: Float64Array;
  readonly stride: number;
  readonly #inverse: Float64Array;
  /** What is solved for, between zeros. */
  readonly #x: Float64Array;

  constructor(n: number, width: number) {
    this.n = n;
    this.width = width;
    this.stride = 2 * this.width + 1;
    this.a = new Float64Array(n * this.stride);
    this.#inverse = new Float64Array(n);
    this.#x = new Float64Array(n + 2 * this.width);
  }

  /** False where a pivot is too small or not finite: then there are no factors. */
  factor(): boolean {
    const { n, width, stride, a } = this;
    const inverse = this.#inverse;
    let largest = 0;
    for (let k = 0, pivot = width; k < n; k++, pivot += stride) {
      const reciprocal = 1 / a[pivot];
      inverse[k] = reciprocal;
      const below = Math.min(width, n - 1 - k);
      for (let d = 1, at = pivot + stride - 1; d <= below; d++, at += stride - 1) {
        const multiple = a[at] * reciprocal;
        const size = Math.abs(multiple);
        if (!(size <= largest)) largest = size;
        a[at] = multiple;
        if (multiple === 0) continue;
        for (let q = 1; q <= width; q++) a[at + q] -= multiple * a[pivot + q];
      }
      if (!(largest <= 1 / STABLE && reciprocal !== 0 && Math.abs(reciprocal) < Number.POSITIVE_INFINITY)) return false;
    }
    return true;
  }

  /** Solves the factored matrix's equations; entry `order[k]` of b is for row k. Overwrites b by the solution in the same order. */
  solve(b: Float64Array, order: Int32Array): void {
    const { n, width, stride, a } = this;
    const inverse = this.#inverse;
    const x = this.#x;
    for (let k = 0, row = 0; k < n; k++, row += stride) {
      let sum = b[order[k]];
      for (let q = 0; q < width; q++) sum -= a[row + q] * x[k + q];
      x[k + width] = sum;
    }
    for (let k = n - 1, row = (n - 1) * stride + width; k >= 0; k--, row -= stride) {
      let sum = x[k + width];
      for (let q = width; q > 0; q--) sum -= a[row + q] * x[k + width + q];
      sum *= inverse[k];
      x[k + width] = sum;
      b[order[k]] = sum;
    }
  }
}
