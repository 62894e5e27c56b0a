import type { OdeSystem } from '@gemel/numerics/ode/solver';
import type { CompiledModel, Values } from '../program/compiled-model.ts';
import { delayDepth } from './delay-depth.ts';
import { DelayHistory } from './delay-history.ts';
import type { InputValues } from './input-values.ts';
import { UnknownSolver } from './unknowns.ts';

/** Why a model could not be evaluated where it was last asked. */
export type EvaluationFault =
  | { readonly kind: 'singular'; readonly unknown: number }
  | { readonly kind: 'lag'; readonly term: number; readonly lag: number };

/**
 * A compiled model at a point: `at` works out inputs, delayed values and unknowns, after which every function of the model
 * may be asked with `values`. As an OdeSystem it adds what infusions bring.
 */
export class Evaluation {
  readonly model: CompiledModel;
  readonly values: { t: number; y: Float64Array } & Omit<Values, 't' | 'y'>;
  readonly system: OdeSystem;
  readonly inputs: InputValues;
  readonly history: DelayHistory | null;
  /** What infusions bring per time, by state; read where `infusing`. */
  readonly infusion: Float64Array;
  infusing = false;
  /** No step reaches beyond: there, what jumps has its value from before. */
  limit = Number.POSITIVE_INFINITY;
  fault: EvaluationFault | null = null;
  /** States whose rate is the number 0. */
  readonly #resting: readonly number[];
  /** Those of them that are no finite number: solvers see 0 in their place. */
  readonly #held: number[] = [];
  readonly #heldValues: Float64Array;
  readonly #full: Float64Array;
  /** At zero these do not fall: Shampine, Thompson, Kierzenka, Byrne, Appl Math Comput 2005;170:556, doi:10.1016/j.amc.2004.12.011. */
  readonly #positive: readonly number[];
  readonly #unknowns: UnknownSolver | null;
  readonly #lags: Float64Array;
  readonly #now: Float64Array;
  /** The model as it was before the start. */
  readonly #past: { t: number } & Values;
  #given: readonly { readonly state: number; readonly value: number }[] = [];
  /** The unknowns at the start. */
  readonly #begun: Float64Array;
  readonly #ended: Float64Array;
  readonly #guessY: Float64Array;
  /** The unknowns at the last place gone on from. */
  readonly #anchor: Float64Array;
  /** Delay terms within delay terms, at most. */
  readonly #depth: number;

  constructor(model: CompiledModel, p: Float64Array, inputs: InputValues, start: number) {
    const { states, unknowns, inputs: named } = model.model;
    const n = states.length;
    const vector = (length: number) => new Float64Array(length);
    this.model = model;
    this.inputs = inputs;
    this.values = {
      t: start,
      y: vector(n),
      p,
      u: vector(named.length),
      w: vector(unknowns.length),
      delayed: vector(model.delays),
    };
    this.infusion = vector(n);
    this.#heldValues = vector(n);
    this.#full = vector(n);
    this.#unknowns = unknowns.length > 0 ? new UnknownSolver(model) : null;
    this.history = model.delays > 0 ? new DelayHistory(start, model.delays) : null;
    this.#lags = vector(model.delays);
    this.#now = vector(model.delays);
    this.#ended = vector(model.delays);
    this.#guessY = vector(n);
    this.#begun = vector(unknowns.length);
    this.#anchor = vector(unknowns.length);
    this.#depth = model.delays > 0 ? delayDepth(model.model) : 0;
    this.#past = {
      t: start,
      y: vector(n),
      p,
      u: vector(named.length),
      w: vector(unknowns.length),
      delayed: vector(model.delays),
    };
    this.#resting = states.flatMap(({ rate }, i) => (rate.kind === 'number' && rate.value === 0 ? [i] : []));
    const positive = states.flatMap((state, i) => (state.positive ? [i] : []));
    this.#positive = positive;
    // With unknowns, ∂rates/∂y alone is not how the rates answer to y.
    const exact = unknowns.length === 0;
    const { pattern } = model.jacobian;
    this.system = {
      dimension: n,
      rhs: (t, y, dy) => this.#rhs(t, y, dy),
      get autonomous() {
        return model.autonomous && !inputs.moving;
      },
      ...(exact && {
        jacobian: {
          starts: pattern.starts,
          rowIndices: pattern.rowIndices,
          values: (t: number, y: Float64Array, out: Float64Array) => {
            this.at(t, y);
            model.jacobian.values(this.values, out);
          },
        },
      }),
      ...(positive.length > 0 && { positive }),
    };
    inputs.begin(start);
    inputs.read(start, this.values.u);
  }

  /** The unknowns' values become the place from which they are sought. */
  anchor(): void {
    this.#anchor.set(this.values.w);
  }

  /** Takes what is given and the unknowns at the start for those of all time before it. */
  remember(given: readonly { readonly state: number; readonly value: number }[]): void {
    this.#given = given;
    this.#begun.set(this.values.w);
    this.#past.u.set(this.values.u);
  }

  /** Goes on from t: inputs are read from there. */
  begin(t: number): void {
    this.inputs.begin(t);
    this.inputs.read(t, this.values.u);
  }

  /** Goes on from y at t: searches for the unknowns begin from theirs, and what is delayed may have jumped. */
  settle(t: number, y: Float64Array): void {
    if (this.#unknowns !== null) {
      this.at(t, y);
      this.anchor();
    }
    if (this.history !== null) this.historyAt(t, y, this.#ended);
  }

  /**
   * The state as solvers may have it: a state whose rate is the number 0 and whose value is not finite is set aside and
   * given as 0.
   */
  setAside(y: Float64Array): void {
    this.#held.length = 0;
    for (const i of this.#resting) {
      if (Number.isFinite(y[i])) continue;
      this.#held.push(i);
      this.#heldValues[i] = y[i];
      y[i] = 0;
    }
  }

  /** Whether states are set aside. */
  get holds(): boolean {
    return this.#held.length > 0;
  }

  /** Puts what was set aside back into y, for good. */
  putBack(y: Float64Array): void {
    for (const i of this.#held) y[i] = this.#heldValues[i];
    this.#held.length = 0;
  }

  /** Makes `values` those at (t, y), y as solvers have it; false, with `fault`, where that cannot be. */
  at(t: number, y: Float64Array): boolean {
    const v = this.values;
    v.t = t;
    v.y = y;
    if (this.#held.length > 0) {
      this.#full.set(y);
      for (const i of this.#held) this.#full[i] = this.#heldValues[i];
      v.y = this.#full;
    }
    if (this.inputs.moving) this.inputs.read(t, v.u);
    if (this.history !== null && !this.#delayed(t)) return false;
    if (this.#unknowns !== null && !this.#solve()) return false;
    return true;
  }

  /** Values of the delay terms' histories at (t, y). */
  historyAt(t: number, y: Float64Array, out: Float64Array): void {
    this.at(t, y);
    this.model.history(this.values, out);
  }

  /** Takes a step into the history; `state` gives the state at a time inside it. */
  keep(to: number, state: (t: number) => Float64Array): void {
    this.history!.add(to, (t, out) => this.historyAt(t, state(t), out));
    this.historyAt(to, state(to), this.#ended);
  }

  /** Shortest lag at present that is not zero; Infinity without. */
  shortestLag(): number {
    let shortest = Number.POSITIVE_INFINITY;
    for (let k = 0; k < this.#lags.length; k++) {
      if (this.#lags[k] > 0 && this.#lags[k] < shortest) shortest = this.#lags[k];
    }
    return shortest;
  }

  get lags(): Float64Array {
    return this.#lags;
  }

  #rhs(t: number, y: Float64Array, dy: Float64Array): void {
    if (!this.at(t, y)) {
      dy.fill(Number.NaN);
      return;
    }
    this.model.rates(this.values, dy);
    if (this.infusing) for (let i = 0; i < dy.length; i++) dy[i] += this.infusion[i];
    for (const i of this.#positive) if (y[i] <= 0 && dy[i] < 0) dy[i] = 0;
  }

  #solve(): boolean {
    const solver = this.#unknowns!;
    // From the same place all step long, so that the answer rests on t and y alone, not on what was asked before.
    this.values.w.set(this.#anchor);
    if (solver.solve(this.values)) return true;
    // What failed is no place to start from: once more from the guess.
    const { values, model } = this;
    model.initial(values.t, values.p, values.u, this.#guessY, values.w);
    if (solver.solve(this.values)) return true;
    this.fault = { kind: 'singular', unknown: solver.concerned };
    return false;
  }

  #delayed(t: number): boolean {
    const history = this.history!;
    const v = this.values;
    const left = t >= this.limit;
    this.model.lags(v, this.#lags);
    let present = false;
    for (let k = 0; k < this.#lags.length; k++) {
      const lag = this.#lags[k];
      if (!(lag >= 0)) {
        this.fault = { kind: 'lag', term: k, lag };
        return false;
      }
      const when = t - lag;
      if (when > history.end || lag === 0) present = true;
      else v.delayed[k] = this.#earlier(k, when, left);
    }
    if (!present) return true;
    // Within the present step: between the step's start and now, as if straight.
    for (let pass = 0; pass < this.#lags.length; pass++) {
      this.model.history(v, this.#now);
      for (let k = 0; k < this.#lags.length; k++) {
        const when = t - this.#lags[k];
        if (this.#lags[k] === 0 || t === history.end) v.delayed[k] = this.#now[k];
        else if (when > history.end) {
          const share = (when - history.end) / (t - history.end);
          v.delayed[k] = this.#ended[k] + share * (this.#now[k] - this.#ended[k]);
        }
      }
    }
    return true;
  }

  #earlier(k: number, when: number, left: boolean): number {
    const history = this.history!;
    const known = when >= history.start && history.end > history.start ? history.at(k, when, left) : null;
    if (known !== null) return known;
    this.#before(when, this.#now, 0);
    return this.#now[k];
  }

  /** Histories before the start, where states have their initial values as of then: a delayed term inside a delayed term asks further back. */
  #before(t: number, out: Float64Array, depth: number): void {
    const past = this.#past;
    const { model } = this;
    if (depth < this.#depth) {
      const lags = new Float64Array(model.delays);
      const deeper = new Float64Array(model.delays);
      this.#goBack(t);
      model.lags(past, lags);
      const delayed = lags.map((lag, k) => {
        this.#before(t - lag, deeper, depth + 1);
        return deeper[k];
      });
      past.delayed.set(delayed);
    }
    this.#goBack(t);
    model.history(past, out);
  }

  #goBack(t: number): void {
    const past = this.#past;
    past.t = t;
    this.model.initial(t, past.p, past.u, past.y, past.w);
    for (const { state, value } of this.#given) past.y[state] = value;
    past.w.set(this.#begun);
  }
}
