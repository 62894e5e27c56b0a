/** Derivatives in which the kinks still felt may jump: a lag moves a jump one derivative up. */
const HIGHEST = 4;

/** Times at which a delayed jump comes back as a kink, ever smoother: places where steps are to end. */
export class BreakingPoints {
  #points: { readonly time: number; readonly derivative: number }[] = [];

  /** Infinity without. */
  get next(): number {
    return this.#points.length === 0 ? Number.POSITIVE_INFINITY : this.#points[0].time;
  }

  /** Takes those up to t away and adds what they, and a jump at t, bring a lag later. */
  pass(t: number, jump: boolean, lags: Float64Array): void {
    let derivative = jump ? 0 : HIGHEST;
    let passed = 0;
    while (passed < this.#points.length && this.#points[passed].time <= t) {
      derivative = Math.min(derivative, this.#points[passed].derivative);
      passed++;
    }
    this.#points.splice(0, passed);
    if (derivative >= HIGHEST) return;
    for (const lag of lags) if (lag > 0) this.#add(t + lag, derivative + 1);
  }

  #add(time: number, derivative: number): void {
    let i = this.#points.length;
    while (i > 0 && this.#points[i - 1].time > time) i--;
    if (i > 0 && this.#points[i - 1].time === time) {
      if (derivative < this.#points[i - 1].derivative) this.#points[i - 1] = { time, derivative };
      return;
    }
    this.#points.splice(i, 0, { time, derivative });
  }
}
