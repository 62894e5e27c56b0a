import type { Input } from '../model/model.ts';
import type { InputSeries } from './simulation.ts';

/**
 * Values of the inputs as time goes on. Between two edges (times at which a value is given) each input is one straight
 * line, so that within a step nothing jumps.
 */
export class InputValues {
  /** Time of the next edge after the last `begin`. */
  next = Number.POSITIVE_INFINITY;
  /** Whether any input moves before the next edge. */
  moving = false;
  readonly #inputs: readonly Input[];
  readonly #series: readonly (InputSeries | undefined)[];
  /** Per input, values given up to now. */
  readonly #given: Int32Array;
  readonly #from: Float64Array;
  readonly #value: Float64Array;
  readonly #slope: Float64Array;

  constructor(inputs: readonly Input[], series: readonly (InputSeries | undefined)[]) {
    this.#inputs = inputs;
    this.#series = series;
    this.#given = new Int32Array(inputs.length);
    this.#from = new Float64Array(inputs.length);
    this.#value = Float64Array.from(inputs, (input) => input.fallback);
    this.#slope = new Float64Array(inputs.length);
  }

  /** Goes on from t, which is not before that of the last call. */
  begin(t: number): void {
    this.next = Number.POSITIVE_INFINITY;
    this.moving = false;
    for (let i = 0; i < this.#inputs.length; i++) {
      const series = this.#series[i];
      if (series === undefined) continue;
      const { times, values } = series;
      let given = this.#given[i];
      while (given < times.length && times[given] <= t) given++;
      this.#given[i] = given;
      const last = given === times.length;
      if (!last && times[given] < this.next) this.next = times[given];
      if (given === 0) continue;
      const from = times[given - 1];
      const linear = this.#inputs[i].interpolation === 'linear' && !last;
      const slope = linear ? (values[given] - values[given - 1]) / (times[given] - from) : 0;
      this.#from[i] = from;
      this.#value[i] = values[given - 1];
      this.#slope[i] = slope;
      if (slope !== 0) this.moving = true;
    }
  }

  /** Values at t, between the last `begin` and the next edge. */
  read(t: number, u: Float64Array): void {
    for (let i = 0; i < u.length; i++) u[i] = this.#value[i] + this.#slope[i] * (t - this.#from[i]);
  }
}
