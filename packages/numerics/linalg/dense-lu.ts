/** LU factors of an n × n matrix with row pivoting, refilled and refactored in place. Golub, Van Loan, Matrix Computations, 3.4. */
export class DenseLu {
  readonly n: number;
  /** Row by row: the matrix before `factor`, both factors after it. */
  readonly a: Float64Array;
  readonly #swaps: Int32Array;

  constructor(n: number) {
    this.n = n;
    this.a = new Float64Array(n * n);
    this.#swaps = new Int32Array(n);
  }

  /** False where a pivot is zero or not finite: then there are no factors. */
  factor(): boolean {
    const { n, a } = this;
    const swaps = this.#swaps;
    for (let k = 0; k < n; k++) {
      let best = k;
      let size = Math.abs(a[k * n + k]);
      for (let i = k + 1; i < n; i++) {
        const candidate = Math.abs(a[i * n + k]);
        if (candidate > size) {
          size = candidate;
          best = i;
        }
      }
      if (!(size > 0 && size < Number.POSITIVE_INFINITY)) return false;
      swaps[k] = best;
      const top = k * n;
      if (best !== k) {
        const other = best * n;
        for (let j = 0; j < n; j++) {
          const held = a[top + j];
          a[top + j] = a[other + j];
          a[other + j] = held;
        }
      }
      const inverse = 1 / a[top + k];
      a[top + k] = inverse;
      for (let i = k + 1; i < n; i++) {
        const row = i * n;
        const factor = a[row + k];
        if (factor === 0) continue;
        const multiple = factor * inverse;
        a[row + k] = multiple;
        for (let j = k + 1; j < n; j++) a[row + j] -= multiple * a[top + j];
      }
    }
    return true;
  }

  /** Overwrites b by the solution of the factored matrix with right-hand side b. */
  solve(b: Float64Array): void {
    const { n, a } = this;
    const swaps = this.#swaps;
    for (let k = 0; k < n; k++) {
      const from = swaps[k];
      if (from === k) continue;
      const held = b[k];
      b[k] = b[from];
      b[from] = held;
    }
    for (let i = 1; i < n; i++) {
      const row = i * n;
      let sum = b[i];
      for (let j = 0; j < i; j++) sum -= a[row + j] * b[j];
      b[i] = sum;
    }
    for (let i = n - 1; i >= 0; i--) {
      const row = i * n;
      let sum = b[i];
      for (let j = i + 1; j < n; j++) sum -= a[row + j] * b[j];
      b[i] = sum * a[row + i];
    }
  }
}
