import type { Stepper } from './solver.ts';

/** Functions of the state whose changes of sign are sought. */
export interface Switching {
  readonly count: number;
  /** Writes the `count` values at (t, y) into `out`. */
  values(t: number, y: Float64Array, out: Float64Array): void;
}

export type Sign = -1 | 0 | 1;

/** Function `index` had the sign `from` and has the sign `to`; zero is a sign of its own. */
export interface SignChange {
  readonly index: number;
  readonly from: Sign;
  readonly to: Sign;
}

/** The first change of sign in a step: all functions that changed by time t, and the state at t. */
export interface Root {
  readonly t: number;
  readonly y: Float64Array;
  readonly changed: readonly SignChange[];
}

/** Equal parts in which a step is looked through for functions that change sign twice in it. */
const PARTS = 4;
/** So many changes of one function in a row, so close on average (as a share of the whole span), are chatter. */
const CHATTER_COUNT = 500;
const CHATTER_SPACING = 1e-7;

/**
 * Finds changes of sign in the steps of a stepper, on its dense output: call `start` where the integration starts and after
 * every `restart` of the stepper, then `find` after each step. The time given is the first floating-point number (to
 * about 4 units in its last place) at which the new sign holds, so that what is then true stays true. A function that is
 * zero at the start changes when it leaves zero. A step is looked at in quarters; where a function keeps its sign over a
 * quarter but turns back from zero, also at the vertex of the parabola through three of its values.
 */
export class RootFinder {
  readonly #switching: Switching;
  readonly #span: number;
  readonly #y: Float64Array;
  /** Values where the signs were last taken, at the ends of the quarters, and between. */
  readonly #values: readonly Float64Array[];
  readonly #middle: Float64Array;
  readonly #counts: Int32Array;
  readonly #since: Float64Array;
  #chatters = false;

  /** `span` is the length of the whole integration: what is chatter is measured by it. */
  constructor(switching: Switching, dimension: number, span: number) {
    const values = () => new Float64Array(switching.count);
    this.#switching = switching;
    this.#span = span;
    this.#y = new Float64Array(dimension);
    this.#values = Array.from({ length: PARTS + 1 }, values);
    this.#middle = values();
    this.#counts = new Int32Array(switching.count);
    this.#since = values();
  }

  /** Whether some function changes sign again and again without time going on. */
  get chatters(): boolean {
    return this.#chatters;
  }

  /** Takes the signs as they are at (t, y). */
  start(t: number, y: Float64Array): void {
    this.#switching.values(t, y, this.#values[0]);
  }

  /** The first change of sign in the stepper's last step; where there is none, the signs of its end are taken on. */
  find(stepper: Stepper): Root | undefined {
    if (this.#switching.count === 0) return undefined;
    const { previous, t } = stepper;
    const width = (t - previous) / PARTS;
    const values = this.#values;
    const time = (part: number) => (part === PARTS ? t : previous + width * part);
    for (let part = 1; part <= PARTS; part++) this.#valuesAt(stepper, time(part), values[part]);
    for (let part = 1; part <= PARTS; part++) {
      const right = values[part];
      if (changed(values[part - 1], right, 0) >= 0) {
        this.#middle.set(right);
        return this.#first(stepper, values[part - 1], time(part - 1), time(part));
      }
      const turn = this.#turn(stepper, part, time(part - 1), width);
      if (turn !== undefined) return this.#first(stepper, values[part - 1], time(part - 1), turn);
    }
    values[0].set(values[PARTS]);
    return undefined;
  }

  #valuesAt(stepper: Stepper, t: number, out: Float64Array): void {
    stepper.interpolate(t, this.#y);
    this.#switching.values(t, this.#y, out);
  }

  /**
   * Where, inside quarter `part`, a function has another sign than at both its ends: looked for at the vertices of the
   * parabolas through the two ends and the next value before or after. `middle` then holds the values there.
   */
  #turn(stepper: Stepper, part: number, from: number, width: number): number | undefined {
    const left = this.#values[part - 1];
    const right = this.#values[part];
    for (const outer of [part - 2, part + 1]) {
      if (outer < 0 || outer > PARTS) continue;
      for (let i = 0; i < left.length; i++) {
        const a = left[i];
        const b = right[i];
        const far = this.#values[outer][i];
        if (!(a * b > 0 && b * far > 0)) continue;
        const bend = outer < part ? far - 2 * a + b : far - 2 * b + a;
        const slope = outer < part ? (b - far) / 2 : (4 * b - 3 * a - far) / 2;
        const vertex = -slope / bend;
        if (!(bend * a > 0 && vertex > 0 && vertex < 1)) continue;
        // Far from zero even at the vertex: not worth an evaluation.
        if ((a - (slope * slope) / (2 * bend)) / a > 0.1) continue;
        const t = from + vertex * width;
        this.#valuesAt(stepper, t, this.#middle);
        if (changed(left, this.#middle, 0) >= 0) return t;
      }
    }
    return undefined;
  }

  /** The first change in (from, to], given that there is one between the values `left` and those in `middle`, at `to`. */
  #first(stepper: Stepper, left: Float64Array, from: number, to: number): Root {
    let end = to;
    const right = this.#middle;
    for (let i = changed(left, right, 0); i >= 0; i = changed(left, right, i + 1)) {
      end = this.#locate(stepper, i, left[i], right[i], from, end);
      this.#valuesAt(stepper, end, right);
    }
    const changes: SignChange[] = [];
    for (let i = changed(left, right, 0); i >= 0; i = changed(left, right, i + 1)) {
      changes.push({ index: i, from: signOf(left[i]), to: signOf(right[i]) });
      this.#count(i, end);
    }
    this.#values[0].set(right);
    return { t: end, y: this.#y.slice(), changed: changes };
  }

  /**
   * The first time in (from, to] at which function i has another sign than at `from`, it having one at `to`: regula falsi
   * in the Illinois form, with a bisection wherever three steps have not halved the bracket.
   */
  #locate(stepper: Stepper, i: number, atFrom: number, atTo: number, from: number, to: number): number {
    const sign = signOf(atFrom);
    const values = new Float64Array(this.#middle.length);
    const width = to - from;
    let a = from;
    let b = to;
    let fa = atFrom;
    let fb = atTo;
    let side = 0;
    let checked = width;
    for (let n = 1; n <= 400; n++) {
      const tolerance = Math.max(4.5e-16 * Math.max(Math.abs(a), Math.abs(b)), 1e-16 * width);
      if (b - a <= tolerance) break;
      const slow = n % 3 === 0 && b - a > checked / 2;
      if (n % 3 === 0) checked = b - a;
      let t = fa * fb < 0 && !slow ? (a * fb - b * fa) / (fb - fa) : a + (b - a) / 2;
      // What leaves zero mostly does so at once; and a root found lies on the bracket's edge, where only its other side tells.
      if (n === 1 && sign === 0) t = a + tolerance;
      t = Math.min(Math.max(t, a + tolerance / 2), b - tolerance / 2);
      if (!(t > a && t < b)) break;
      this.#valuesAt(stepper, t, values);
      const value = values[i];
      if (signOf(value) === sign) {
        a = t;
        fa = value;
        if (side === -1) fb /= 2;
        side = -1;
      } else {
        b = t;
        fb = value;
        if (side === 1) fa /= 2;
        side = 1;
      }
    }
    if (fb !== 0) return b;
    // Straight through zero: one change, told where the new side is reached, not two.
    const past = b + Math.max(4.5e-16 * Math.abs(b), 1e-16 * width);
    if (past >= to) return b;
    this.#valuesAt(stepper, past, values);
    return signOf(values[i]) === -sign ? past : b;
  }

  #count(i: number, t: number): void {
    if (this.#counts[i] === 0) this.#since[i] = t;
    this.#counts[i]++;
    if (this.#counts[i] < CHATTER_COUNT) return;
    if (t - this.#since[i] <= CHATTER_COUNT * CHATTER_SPACING * this.#span) this.#chatters = true;
    this.#counts[i] = 0;
  }
}

/** The first index, from `after` on, at which two vectors have different signs; −1 where none has. */
function changed(left: Float64Array, right: Float64Array, after: number): number {
  for (let i = after; i < left.length; i++) if (signOf(left[i]) !== signOf(right[i])) return i;
  return -1;
}

/** NaN counts as zero: a function that has no value has no side. */
function signOf(value: number): Sign {
  return value > 0 ? 1 : value < 0 ? -1 : 0;
}
