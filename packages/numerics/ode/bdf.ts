import { advance, ERRORS, HIGHEST_ORDER, interpolateDifferences, rescale } from './backward-differences.ts';
import { BdfNewton } from './bdf-newton.ts';
import { type ImplicitControl, implicitControl, keptStep, lengthToTry } from './implicit.ts';
import { rodas5p } from './rodas5p.ts';
import type { OdeSystem, Solver, Stepper, StepRecord, StepStatus } from './solver.ts';
import { allFinite, liftToZero, negativity, type StepControl, shortestStep } from './step-control.ts';

/** Newton iterations before a step is given up. */
const MOST_ITERATIONS = 4;
/** A step of the same order less than so many times longer does not save what new factors cost. */
const WORTHWHILE = 1.8;

/**
 * Numerical differentiation formulas of orders 1 to 5 in backward differences, with a quasi-constant step: order and step
 * chosen together, Newton's method on a Jacobian and factors kept as long as it converges. Shampine, Reichelt, SIAM J. Sci.
 * Comput. 1997;18:1, doi:10.1137/S1064827594276424. Fixed steps advance with the highest order, their first states by Rodas5P.
 */
export function bdfOfOrder(highest: number): Solver {
  return {
    name: highest === HIGHEST_ORDER ? 'BDF' : `BDF${highest}`,
    order: highest,
    stiff: true,
    start: (system, t, y, control) => new BdfStepper(system, t, y, control, highest),
  };
}

export const bdf = bdfOfOrder(HIGHEST_ORDER);

export class BdfStepper implements Stepper {
  t: number;
  /** The difference of order 0. */
  readonly y: Float64Array;
  previous: number;
  next: number;
  readonly counts = { accepted: 0, rejected: 0, evaluations: 0, jacobians: 0, factorisations: 0 };
  order = 1;
  readonly #highest: number;
  readonly #system: OdeSystem;
  readonly #newton: BdfNewton;
  readonly #asked: StepControl;
  readonly #control: ImplicitControl;
  readonly #positive: readonly number[];
  /** Backward differences of order 0 and on, in steps of `h`. */
  readonly #differences: Float64Array[];
  /** Those differences as they stood at the end of the last step, once put by, its length and order: the interpolant. */
  readonly #keptDifferences: Float64Array[];
  #kept = true;
  readonly #table = new Float64Array((HIGHEST_ORDER + 1) ** 2);
  #keptStep = 0;
  #keptOrder = 1;
  readonly #slope: Float64Array;
  #h = 0;
  /** Steps taken since order or length changed. */
  #equal = 0;
  #begun = false;
  #starter: Stepper | undefined;

  constructor(system: OdeSystem, t: number, y: Float64Array, control: StepControl, highest: number) {
    const n = system.dimension;
    const vector = () => new Float64Array(n);
    this.#highest = highest;
    this.#system = system;
    this.#asked = control;
    this.#control = implicitControl(control, n, 1e-13);
    this.#positive = system.positive ?? [];
    this.#differences = Array.from({ length: HIGHEST_ORDER + 3 }, vector);
    this.#keptDifferences = Array.from({ length: HIGHEST_ORDER + 1 }, vector);
    const { relative, absolute } = this.#control;
    const iterations = control.kind === 'adaptive' ? MOST_ITERATIONS : 3 * MOST_ITERATIONS;
    this.#newton = new BdfNewton(system, relative, absolute, iterations, this.counts);
    this.#slope = vector();
    this.t = t;
    this.previous = t;
    this.y = this.#differences[0];
    this.y.set(y);
    this.next = this.#control.first;
  }

  /** A bound on h·|λ| in the last step, λ the eigenvalue of ∂f/∂y (as last asked for) of largest size. */
  get strain(): number {
    return this.#keptStep * this.#newton.jacobianNorm;
  }

  #rhs(t: number, y: Float64Array, dy: Float64Array): void {
    this.counts.evaluations++;
    this.#system.rhs(t, y, dy);
  }

  step(limit: number): StepStatus {
    if (!this.#begun) {
      const status = this.#begin();
      if (status !== 'stepped') return status;
    }
    const { adaptive, absolute, longest, most } = this.#control;
    if (adaptive === undefined) return this.#fixedStep(limit);
    const { counts } = this;
    let singular = 0;
    let failures = 0;
    for (;;) {
      if (counts.accepted + counts.rejected >= most) return 'too-many-steps';
      if (this.next !== this.#h) this.#rescale(this.next);
      const wanted = Math.min(this.#h, longest);
      const lands = this.t + wanted * (1 + 1e-12) >= limit;
      const h = lands ? limit - this.t : wanted;
      if (!(h > shortestStep(this.t))) return singular > 0 ? 'singular' : 'step-too-small';
      if (Math.abs(h - this.#h) > 1e-13 * h) this.#rescale(h);
      const to = lands ? limit : this.t + h;
      const iterations = this.#newton.solve(this.#differences, this.order, to, h);
      if (iterations <= 0) {
        counts.rejected++;
        if (iterations < 0 && ++singular > 20) return 'singular';
        this.next = h * (failures++ > 0 ? 0.25 : 0.5);
        continue;
      }
      const { order } = this;
      const fall = negativity(this.#newton.trial, this.#positive, absolute);
      const error = Math.max(Math.abs(ERRORS[order]) * this.#newton.norm(this.#newton.correction), fall > 1 ? fall : 0);
      const safety = (0.9 * (2 * MOST_ITERATIONS + 1)) / (2 * MOST_ITERATIONS + iterations);
      if (!(error <= 1)) {
        counts.rejected++;
        failures++;
        if (failures > 3 && order > 1) this.#dropTo(1);
        this.next = h * Math.max(0.2, safety * error ** (-1 / (order + 1)));
        continue;
      }
      counts.accepted++;
      this.#equal++;
      this.#newton.grow();
      this.#advance(to);
      const asked = this.#h;
      if (this.#equal > order) this.#choose(error, safety);
      // A step cut short to end at the limit says nothing against the length tried before it.
      if (lands && this.next === asked && wanted > h) this.next = Math.min(wanted, 10 * h);
      return 'stepped';
    }
  }

  #begin(): StepStatus {
    const { t, y } = this;
    this.#rhs(t, y, this.#slope);
    if (!allFinite(this.#slope) || !allFinite(y)) return 'not-finite';
    this.next = lengthToTry(this.#control, this.next, (at, state, dy) => this.#rhs(at, state, dy), t, y, this.#slope);
    this.order = 1;
    this.#h = this.next;
    this.#equal = 0;
    this.#newton.forget();
    for (let k = 1; k < this.#differences.length; k++) this.#differences[k].fill(0);
    for (let i = 0; i < y.length; i++) this.#differences[1][i] = this.#h * this.#slope[i];
    this.#begun = true;
    return 'stepped';
  }

  /** Differences at the new point, from the correction to the predicted one. */
  #advance(to: number): void {
    const { order } = this;
    const differences = this.#differences;
    advance(differences, order, this.#newton.correction);
    liftToZero(differences[0], this.#positive);
    this.previous = this.t;
    this.t = to;
    this.#keptStep = this.#h;
    this.#keptOrder = order;
    this.#kept = false;
  }

  /** Puts the last step's polynomial by, before differences change or when it is asked for. */
  #keep(): void {
    if (this.#kept) return;
    for (let k = 0; k <= this.#keptOrder; k++) this.#keptDifferences[k].set(this.#differences[k]);
    this.#kept = true;
  }

  /** Order and length of the next step, from the errors the orders below and above would have made. */
  #choose(error: number, safety: number): void {
    const { order } = this;
    const factor = (size: number, k: number) => (size === 0 ? 10 : size ** (-1 / (k + 1)));
    let best = factor(error, order);
    let change = 0;
    if (order > 1) {
      const lower = factor(Math.abs(ERRORS[order - 1]) * this.#newton.norm(this.#differences[order]), order - 1);
      if (lower > best) {
        best = lower;
        change = -1;
      }
    }
    if (order < this.#highest) {
      const higher = factor(Math.abs(ERRORS[order + 1]) * this.#newton.norm(this.#differences[order + 2]), order + 1);
      if (higher > best) {
        best = higher;
        change = 1;
      }
    }
    const growth = Math.min(10, safety * best);
    if (change === 0 && growth > 0.9 && growth < WORTHWHILE) return;
    this.order += change;
    this.next = this.#h * growth;
    this.#equal = 0;
  }

  #dropTo(order: number): void {
    this.order = order;
    this.#equal = 0;
  }

  /** The same history in steps of another length. */
  #rescale(h: number): void {
    this.#keep();
    rescale(this.#differences, this.order, h / this.#h, this.#table);
    this.#h = h;
    this.next = h;
    this.#equal = 0;
  }

  /** Fixed steps: the first states by Rodas5P, then the formula of the highest order. */
  #fixedStep(limit: number): StepStatus {
    const h = this.#control.longest;
    const { counts } = this;
    const rest = limit - this.t;
    if (!(rest > shortestStep(this.t))) return 'step-too-small';
    // A remainder breaks the even spacing: the first states have to be made anew after it.
    if (rest < h * (1 - 1e-12)) return this.#startingStep(limit, rest);
    const to = rest <= h * (1 + 1e-12) ? limit : this.t + h;
    if (this.#equal < this.#highest) return this.#startingStep(to, h);
    this.#starter = undefined;
    this.order = this.#highest;
    this.#h = h;
    const iterations = this.#newton.solve(this.#differences, this.order, to, h);
    if (iterations < 0) return 'singular';
    if (iterations === 0) return 'not-finite';
    counts.accepted++;
    this.#newton.grow();
    this.#advance(to);
    return 'stepped';
  }

  #startingStep(to: number, h: number): StepStatus {
    const differences = this.#differences;
    this.#starter ??= rodas5p.start(this.#system, this.t, this.y, this.#asked);
    const starter = this.#starter;
    const before = starter.counts.evaluations;
    const status = starter.step(to);
    this.counts.evaluations += starter.counts.evaluations - before;
    if (status !== 'stepped') return status;
    this.counts.accepted++;
    this.#equal = Math.abs(h - this.#control.longest) <= 1e-9 * h ? this.#equal + 1 : 0;
    // Each new state moves every difference on by one.
    const known = Math.min(this.#equal, this.#highest);
    const held = new Float64Array(known + 1);
    for (let i = 0; i < this.y.length; i++) {
      held[0] = starter.y[i];
      for (let k = 1; k <= known; k++) held[k] = held[k - 1] - (k === 1 ? this.y[i] : differences[k - 1][i]);
      for (let k = 0; k <= known; k++) differences[k][i] = held[k];
    }
    this.previous = this.t;
    this.t = to;
    return 'stepped';
  }

  interpolate(t: number, out: Float64Array): void {
    if (t === this.t || this.previous === this.t) {
      out.set(this.y);
      return;
    }
    if (this.#starter !== undefined) {
      this.#starter.interpolate(t, out);
      return;
    }
    this.#keep();
    interpolateDifferences(t, this.t, this.#keptStep, this.#keptOrder, this.#keptDifferences, out);
    liftToZero(out, this.#positive);
  }

  record(): StepRecord {
    if (this.#starter !== undefined) return this.#starter.record();
    const { previous: from, t: to } = this;
    const [h, order] = [this.#keptStep, this.#keptOrder];
    this.#keep();
    const kept = this.#keptDifferences.slice(0, order + 1).map((difference) => difference.slice());
    return keptStep(from, to, this.y.slice(), this.#positive, (t, out) =>
      interpolateDifferences(t, to, h, order, kept, out),
    );
  }

  restart(t: number, y: Float64Array, first?: number): void {
    this.y.set(y);
    this.t = t;
    this.previous = t;
    this.#begun = false;
    this.#starter = undefined;
    if (this.#control.adaptive !== undefined) this.next = first ?? Number.NaN;
  }
}
