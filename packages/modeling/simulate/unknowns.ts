import type { CompiledModel, Values } from '../program/compiled-model.ts';

const MOST_ITERATIONS = 50;
const MOST_HALVINGS = 20;
/** An unknown that is the difference of numbers near 1 is known no better. */
const ROUNDING = 1e-14;

/**
 * Finds the unknowns that hold the constraints at zero, by Newton's method from where they stand, with steps halved while
 * the residual would grow.
 */
export class UnknownSolver {
  /** Index of the unknown whose column had no pivot, or that moved most when the search failed. */
  concerned = 0;
  readonly #model: CompiledModel;
  readonly #n: number;
  readonly #residual: Float64Array;
  readonly #matrix: Float64Array;
  readonly #move: Float64Array;
  readonly #before: Float64Array;

  constructor(model: CompiledModel) {
    const n = model.model.unknowns.length;
    this.#model = model;
    this.#n = n;
    this.#residual = new Float64Array(n);
    this.#matrix = new Float64Array(n * n);
    this.#move = new Float64Array(n);
    this.#before = new Float64Array(n);
  }

  /** Moves v.w to the solution; false where the matrix is singular or the search fails (v.w is then of no use). */
  solve(v: Values): boolean {
    const n = this.#n;
    const { w } = v;
    this.#model.constraints(v, this.#residual);
    let size = largest(this.#residual);
    if (size === 0) return true;
    for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
      if (!Number.isFinite(size)) return false;
      this.#model.constraintJacobian(v, this.#matrix);
      this.#move.set(this.#residual);
      if (!this.#eliminate()) return false;
      this.#before.set(w);
      let scale = 1;
      let next = Number.POSITIVE_INFINITY;
      for (let halving = 0; halving <= MOST_HALVINGS; halving++) {
        for (let i = 0; i < n; i++) w[i] = this.#before[i] - scale * this.#move[i];
        this.#model.constraints(v, this.#residual);
        next = largest(this.#residual);
        if (next <= size || this.#still(w, 1e-9, ROUNDING)) break;
        scale /= 2;
      }
      if (next === 0 || this.#still(w, 1e-13)) return Number.isFinite(next);
      // Rounding keeps the residual from falling on: this is as near as numbers go.
      if (!(next < size / 2) && this.#still(w, 1e-9, ROUNDING)) return Number.isFinite(next);
      size = next;
    }
    return false;
  }

  /** Whether the last full step changes no unknown by more than a share of it, or than `least`. */
  #still(w: Float64Array, share: number, least = 0): boolean {
    for (let i = 0; i < this.#n; i++) {
      if (!(Math.abs(this.#move[i]) <= least + share * Math.max(Math.abs(w[i]), Math.abs(this.#before[i])))) {
        this.concerned = i;
        return false;
      }
    }
    return true;
  }

  /** Gauss with row exchange; the solution replaces `move`. */
  #eliminate(): boolean {
    const n = this.#n;
    const a = this.#matrix;
    const b = this.#move;
    for (let column = 0; column < n; column++) {
      let pivot = column;
      for (let i = column + 1; i < n; i++) {
        if (Math.abs(a[i * n + column]) > Math.abs(a[pivot * n + column])) pivot = i;
      }
      const head = a[pivot * n + column];
      if (!(Math.abs(head) > Number.MIN_VALUE) || !Number.isFinite(head)) {
        this.concerned = column;
        return false;
      }
      if (pivot !== column) {
        for (let j = column; j < n; j++) {
          const held = a[column * n + j];
          a[column * n + j] = a[pivot * n + j];
          a[pivot * n + j] = held;
        }
        const held = b[column];
        b[column] = b[pivot];
        b[pivot] = held;
      }
      for (let i = column + 1; i < n; i++) {
        const factor = a[i * n + column] / head;
        if (factor === 0) continue;
        for (let j = column + 1; j < n; j++) a[i * n + j] -= factor * a[column * n + j];
        b[i] -= factor * b[column];
      }
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = b[i];
      for (let j = i + 1; j < n; j++) sum -= a[i * n + j] * b[j];
      b[i] = sum / a[i * n + i];
    }
    return true;
  }
}

function largest(values: Float64Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (!(size <= most)) most = size;
  }
  return most;
}
