import type { Values } from '../program/compiled-model.ts';
import type { StochasticModel } from './stochastic-model.ts';

/** Looks within a span for triggers that are not sure to turn once only. */
const LOOKS = 16;
const MOST_HALVINGS = 200;

/** Puts the state as it stands at t, flows and inputs included, into the values. */
export type MoveTo = (t: number) => Values;

/** Finds when triggers turn while states flow in straight lines. */
export class Crossings {
  readonly #model: StochasticModel;
  readonly #before: Float64Array;
  readonly #after: Float64Array;
  readonly #triggers: Float64Array;

  constructor(model: StochasticModel) {
    this.#model = model;
    this.#before = new Float64Array(model.compiled.switches);
    this.#after = new Float64Array(model.compiled.switches);
    this.#triggers = new Float64Array(model.compiled.model.events.length);
  }

  /** The earliest time in (from, to] at which a trigger is not as it `was`; NaN where none turns. */
  next(from: number, to: number, was: Float64Array, moveTo: MoveTo): number {
    const looks = this.#model.turnsOnce ? 1 : LOOKS;
    let start = from;
    for (let look = 1; look <= looks; look++) {
      const end = look === looks ? to : from + ((to - from) * look) / looks;
      while (start < end) {
        const turn = this.#switch(start, end, moveTo);
        if (Number.isNaN(turn)) break;
        if (turn > start && this.#turned(turn, was, moveTo)) return turn;
        const past = after(turn);
        if (past <= to && this.#turned(past, was, moveTo)) return past;
        start = past;
      }
      start = end;
    }
    return Number.NaN;
  }

  #turned(t: number, was: Float64Array, moveTo: MoveTo): boolean {
    this.#model.compiled.triggers(moveTo(t), this.#triggers);
    for (let e = 0; e < was.length; e++) if ((this.#triggers[e] !== 0) !== (was[e] !== 0)) return true;
    return false;
  }

  /** Earliest time at which a comparison's sides change order or meet; `from` itself where they leave one another there. */
  #switch(from: number, to: number, moveTo: MoveTo): number {
    const { compiled } = this.#model;
    compiled.switchValues(moveTo(from), this.#before);
    compiled.switchValues(moveTo(to), this.#after);
    let earliest = Number.NaN;
    let until = to;
    for (let k = 0; k < this.#before.length; k++) {
      const a = this.#before[k];
      const b = this.#after[k];
      if (a === 0 && b !== 0) return from;
      if (!(a * b <= 0) || a === b) continue;
      const root = this.#root(k, from, until, a, b, moveTo);
      if (Number.isNaN(root)) continue;
      earliest = root;
      until = root;
    }
    return earliest;
  }

  /** First number at which switch k no longer has the sign of a. */
  #root(k: number, from: number, to: number, a: number, b: number, moveTo: MoveTo): number {
    const { compiled } = this.#model;
    const values = this.#after;
    const passed = (t: number) => {
      compiled.switchValues(moveTo(t), values);
      return !(values[k] * a > 0);
    };
    if (!passed(to)) return Number.NaN;
    let low = from;
    let high = to;
    const guess = from + ((to - from) * a) / (a - b);
    const margin = 4 * 2 ** -52 * Math.max(Math.abs(from), Math.abs(to));
    for (const t of [guess - margin, guess + margin]) {
      if (!(t > low && t < high)) continue;
      if (passed(t)) high = t;
      else low = t;
    }
    for (let i = 0; i < MOST_HALVINGS; i++) {
      const middle = low + (high - low) / 2;
      if (!(middle > low && middle < high)) break;
      if (passed(middle)) high = middle;
      else low = middle;
    }
    return high;
  }
}

/** A little later: by one unit in the last place of a number of this size. */
function after(t: number): number {
  return t + Math.max(Math.abs(t), 2 ** -1000) * 2 ** -52;
}
