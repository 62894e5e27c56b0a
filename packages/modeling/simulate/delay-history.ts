/** Points kept per step: a polynomial of degree 7, exact for every interpolant of the solvers. */
const NODES = 8;
const PLACES = Float64Array.from({ length: NODES }, (_, j) => (1 - Math.cos((j * Math.PI) / (NODES - 1))) / 2);
const WEIGHTS = Float64Array.from(
  { length: NODES },
  (_, j) => (j % 2 === 0 ? 1 : -1) * (j === 0 || j === NODES - 1 ? 0.5 : 1),
);

/**
 * What is delayed, over the steps taken: each step is kept as values at Chebyshev points of the second kind and read by the
 * barycentric formula (Berrut, Trefethen, SIAM Rev 2004;46:501, doi:10.1137/S0036144502417715, eq. 4.2).
 */
export class DelayHistory {
  readonly start: number;
  /** Time to which the history reaches. */
  end: number;
  readonly #terms: number;
  #steps = 0;
  #ends = new Float64Array(64);
  #values: Float64Array;
  #last = 0;

  constructor(start: number, terms: number) {
    this.start = start;
    this.end = start;
    this.#terms = terms;
    this.#values = new Float64Array(64 * NODES * terms);
  }

  /** Takes a step that begins at `end` in: `at` writes the delayed values at a time into its argument. */
  add(to: number, at: (t: number, out: Float64Array) => void): void {
    const size = NODES * this.#terms;
    if (this.#steps === this.#ends.length) {
      this.#ends = grown(this.#ends);
      this.#values = grown(this.#values);
    }
    const from = this.end;
    for (let j = 0; j < NODES; j++) {
      const t = j === NODES - 1 ? to : from + (to - from) * PLACES[j];
      const begin = this.#steps * size + j * this.#terms;
      at(t, this.#values.subarray(begin, begin + this.#terms));
    }
    this.#ends[this.#steps++] = to;
    this.end = to;
  }

  /**
   * Term k at t in [start, end]. Where two steps meet (to rounding) the earlier is read if `left`, so that a jump lies on
   * the side from which t is approached; null where that is the time before the start.
   */
  at(k: number, t: number, left: boolean): number | null {
    const slack = 1e-13 * Math.max(Math.abs(t), this.end - this.start);
    const sought = left ? t - slack : t + slack;
    if (left && sought <= this.start) return null;
    let i = this.#last;
    const inside = i < this.#steps && sought <= this.#ends[i] && (i === 0 || sought > this.#ends[i - 1]);
    if (!inside) {
      let low = 0;
      let high = this.#steps - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.#ends[middle] < sought) low = middle + 1;
        else high = middle;
      }
      i = low;
      this.#last = i;
    }
    const from = i === 0 ? this.start : this.#ends[i - 1];
    const theta = Math.min(1, Math.max(0, (t - from) / (this.#ends[i] - from)));
    const base = i * NODES * this.#terms + k;
    let above = 0;
    let below = 0;
    for (let j = 0; j < NODES; j++) {
      const away = theta - PLACES[j];
      const value = this.#values[base + j * this.#terms];
      if (away === 0) return value;
      const weight = WEIGHTS[j] / away;
      above += weight * value;
      below += weight;
    }
    return above / below;
  }
}

function grown(values: Float64Array): Float64Array<ArrayBuffer> {
  const more = new Float64Array(2 * values.length);
  more.set(values);
  return more;
}
