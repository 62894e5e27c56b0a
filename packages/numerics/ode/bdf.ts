import { type ShiftedLu, shiftedLu } from '../linalg/shifted-lu.ts';
import {
  ALPHAS,
  advance,
  ERRORS,
  GAMMAS,
  HIGHEST_ORDER,
  interpolateDifferences,
  rescale,
} from './backward-differences.ts';
import { Jacobian } from './jacobian.ts';
import { rodas5p } from './rodas5p.ts';
import type { OdeSystem, Solver, Stepper, StepRecord, StepStatus } from './solver.ts';
import {
  type AdaptiveSteps,
  absoluteTolerances,
  allFinite,
  firstStep,
  liftToZero,
  negativity,
  type StepControl,
  shortestStep,
} from './step-control.ts';

/** Newton iterations before a step is given up. */
const MOST_ITERATIONS = 4;
/** Error that Newton's iterations may leave, over that allowed to the step: after the first, foreseen, and after more, seen. */
const FIRST_LEFT = 0.02;
const LEFT = 0.05;
/** How much of the rate of convergence last seen the next iteration still counts on. */
const RATE_MEMORY = 0.3;
/** Steps after which new factors take a new Jacobian too. */
const JACOBIAN_AGE = 20;
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
  readonly y: Float64Array;
  previous: number;
  next: number;
  readonly counts = { accepted: 0, rejected: 0, evaluations: 0, jacobians: 0, factorisations: 0 };
  order = 1;
  readonly #highest: number;
  readonly #system: OdeSystem;
  readonly #jacobian: Jacobian;
  readonly #lu: ShiftedLu;
  readonly #adaptive: AdaptiveSteps | undefined;
  readonly #control: StepControl;
  readonly #absolute: Float64Array;
  readonly #relative: number;
  readonly #positive: readonly number[];
  readonly #longest: number;
  readonly #most: number;
  /** Backward differences of order 0 and on, in steps of `h`. */
  readonly #differences: Float64Array[];
  /** Those differences as they stood at the end of the last step, its length and order: the interpolant. */
  readonly #kept: Float64Array[];
  readonly #table = new Float64Array((HIGHEST_ORDER + 1) ** 2);
  #keptStep = 0;
  #keptOrder = 1;
  readonly #predicted: Float64Array;
  readonly #psi: Float64Array;
  readonly #correction: Float64Array;
  readonly #trial: Float64Array;
  readonly #slope: Float64Array;
  readonly #residual: Float64Array;
  readonly #weights: Float64Array;
  #h = 0;
  /** Steps taken since order or length changed. */
  #equal = 0;
  #begun = false;
  #jacobianAge = 0;
  #shift = Number.NaN;
  /** By what an iteration of Newton's method reduces the error, as last seen with these factors; 1 where not yet. */
  #rate = 1;
  #starter: Stepper | undefined;

  constructor(system: OdeSystem, t: number, y: Float64Array, control: StepControl, highest: number) {
    const n = system.dimension;
    const vector = () => new Float64Array(n);
    this.#highest = highest;
    this.#system = system;
    this.#jacobian = new Jacobian(system);
    this.#lu = shiftedLu(n, this.#jacobian.pattern);
    this.#control = control;
    this.#adaptive = control.kind === 'adaptive' ? control : undefined;
    this.#absolute = control.kind === 'adaptive' ? absoluteTolerances(control, n) : vector().fill(1e-13);
    this.#relative = control.kind === 'adaptive' ? control.relative : 1e-13;
    this.#positive = system.positive ?? [];
    this.#longest = control.kind === 'adaptive' ? (control.longest ?? Number.POSITIVE_INFINITY) : control.step;
    this.#most = control.kind === 'adaptive' ? (control.mostSteps ?? 1_000_000) : Number.POSITIVE_INFINITY;
    this.#differences = Array.from({ length: HIGHEST_ORDER + 3 }, vector);
    this.#kept = Array.from({ length: HIGHEST_ORDER + 1 }, vector);
    this.#predicted = vector();
    this.#psi = vector();
    this.#correction = vector();
    this.#trial = vector();
    this.#slope = vector();
    this.#residual = vector();
    this.#weights = vector();
    this.t = t;
    this.previous = t;
    this.y = y.slice();
    this.next = control.kind === 'fixed' ? control.step : (control.first ?? Number.NaN);
  }

  /** A bound on h·|λ| in the last step, λ the eigenvalue of ∂f/∂y (as last asked for) of largest size. */
  get strain(): number {
    return this.#keptStep * this.#jacobian.norm;
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
    if (this.#adaptive === undefined) return this.#fixedStep(limit);
    const { counts } = this;
    let singular = 0;
    let failures = 0;
    for (;;) {
      if (counts.accepted + counts.rejected >= this.#most) return 'too-many-steps';
      if (this.next !== this.#h) this.#rescale(this.next);
      const wanted = Math.min(this.#h, this.#longest);
      const lands = this.t + wanted * (1 + 1e-12) >= limit;
      const h = lands ? limit - this.t : wanted;
      if (!(h > shortestStep(this.t))) return singular > 0 ? 'singular' : 'step-too-small';
      if (Math.abs(h - this.#h) > 1e-13 * h) this.#rescale(h);
      const to = lands ? limit : this.t + h;
      const iterations = this.#solve(to, h);
      if (iterations <= 0) {
        counts.rejected++;
        if (iterations < 0 && ++singular > 20) return 'singular';
        this.next = h * (failures++ > 0 ? 0.25 : 0.5);
        continue;
      }
      const { order } = this;
      const fall = negativity(this.#trial, this.#positive, this.#absolute);
      const error = Math.max(Math.abs(ERRORS[order]) * this.#norm(this.#correction), fall > 1 ? fall : 0);
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
      this.#jacobianAge++;
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
    if (this.#adaptive !== undefined && Number.isNaN(this.next)) {
      const rhs = (at: number, state: Float64Array, dy: Float64Array) => this.#rhs(at, state, dy);
      const found = firstStep(this.#adaptive, rhs, t, y, this.#slope, this.#longest);
      this.next = Math.max(found, 16 * shortestStep(t));
    }
    this.order = 1;
    this.#h = this.next;
    this.#equal = 0;
    this.#jacobianAge = -1;
    this.#shift = Number.NaN;
    for (const difference of this.#differences) difference.fill(0);
    this.#differences[0].set(y);
    for (let i = 0; i < y.length; i++) this.#differences[1][i] = this.#h * this.#slope[i];
    this.#begun = true;
    return 'stepped';
  }

  /** Newton's method for the end of a step. Iterations taken; 0 where it did not converge, −1 where its matrix is singular. */
  #solve(to: number, h: number): number {
    const { order } = this;
    const n = this.y.length;
    const differences = this.#differences;
    const predicted = this.#predicted;
    const psi = this.#psi;
    const weights = this.#weights;
    predicted.set(differences[0]);
    psi.fill(0);
    for (let k = 1; k <= order; k++) {
      const difference = differences[k];
      const weight = GAMMAS[k];
      for (let i = 0; i < n; i++) {
        predicted[i] += difference[i];
        psi[i] += weight * difference[i];
      }
    }
    for (let i = 0; i < n; i++) weights[i] = this.#absolute[i] + this.#relative * Math.abs(predicted[i]);
    const shift = ALPHAS[order] / h;
    for (;;) {
      const stale = shift !== this.#shift && this.#jacobianAge > JACOBIAN_AGE;
      if (this.#jacobianAge < 0 || stale) this.#renewJacobian(to, h);
      const current = this.#jacobianAge === 0;
      if (shift !== this.#shift) {
        this.counts.factorisations++;
        this.#rate = 1;
        this.#shift = this.#lu.factor(shift, this.#jacobian.values) ? shift : Number.NaN;
        if (Number.isNaN(this.#shift)) {
          if (current) return -1;
          this.#jacobianAge = -1;
          continue;
        }
      }
      const iterations = this.#iterate(to, h, shift);
      if (iterations > 0 || current) return iterations;
      this.#jacobianAge = -1;
    }
  }

  #renewJacobian(to: number, h: number): void {
    this.#rhs(to, this.#predicted, this.#slope);
    this.#jacobian.evaluate(to, this.#predicted, this.#slope, this.#weights, h);
    this.counts.evaluations += this.#jacobian.cost;
    this.counts.jacobians++;
    this.#jacobianAge = 0;
    this.#shift = Number.NaN;
  }

  #iterate(to: number, h: number, shift: number): number {
    const n = this.y.length;
    const trial = this.#trial;
    const correction = this.#correction.fill(0);
    const psi = this.#psi;
    const residual = this.#residual;
    const f = this.#slope;
    trial.set(this.#predicted);
    const inverse = 1 / h;
    let last = Number.NaN;
    const most = this.#adaptive === undefined ? 3 * MOST_ITERATIONS : MOST_ITERATIONS;
    for (let iteration = 1; iteration <= most; iteration++) {
      this.#rhs(to, trial, f);
      for (let i = 0; i < n; i++) residual[i] = f[i] - inverse * psi[i] - shift * correction[i];
      this.#lu.solve(residual);
      const size = this.#norm(residual);
      if (!Number.isFinite(size)) return 0;
      for (let i = 0; i < n; i++) {
        correction[i] += residual[i];
        trial[i] = this.#predicted[i] + correction[i];
      }
      if (size === 0) return iteration;
      if (iteration > 1) {
        if (size > 0.9 * last) return 0;
        this.#rate = Math.max(RATE_MEMORY * this.#rate, size / last);
      }
      // With factors kept, what one iteration leaves is foreseen from how the last ones converged.
      const left = ((size * this.#rate) / (1 - this.#rate)) * Math.abs(ERRORS[this.order]);
      if (left <= (iteration === 1 ? FIRST_LEFT : LEFT)) return iteration;
      if (iteration > 1 && left * this.#rate ** (most - iteration) > LEFT) return 0;
      last = size;
    }
    return 0;
  }

  /** Root mean square over the error allowed to each component. */
  #norm(v: Float64Array): number {
    const weights = this.#weights;
    let sum = 0;
    for (let i = 0; i < v.length; i++) {
      const scaled = v[i] / weights[i];
      sum += scaled * scaled;
    }
    return Math.sqrt(sum / v.length);
  }

  /** Differences at the new point, from the correction to the predicted one. */
  #advance(to: number): void {
    const { order } = this;
    const differences = this.#differences;
    advance(differences, order, this.#correction);
    if (liftToZero(differences[0], this.#positive)) this.#jacobianAge = Math.max(this.#jacobianAge, 1);
    this.y.set(differences[0]);
    this.previous = this.t;
    this.t = to;
    for (let k = 0; k <= order; k++) this.#kept[k].set(differences[k]);
    this.#keptStep = this.#h;
    this.#keptOrder = order;
  }

  /** Order and length of the next step, from the errors the orders below and above would have made. */
  #choose(error: number, safety: number): void {
    const { order } = this;
    const factor = (size: number, k: number) => (size === 0 ? 10 : size ** (-1 / (k + 1)));
    let best = factor(error, order);
    let change = 0;
    if (order > 1) {
      const lower = factor(Math.abs(ERRORS[order - 1]) * this.#norm(this.#differences[order]), order - 1);
      if (lower > best) {
        best = lower;
        change = -1;
      }
    }
    if (order < this.#highest) {
      const higher = factor(Math.abs(ERRORS[order + 1]) * this.#norm(this.#differences[order + 2]), order + 1);
      if (higher > best) {
        best = higher;
        change = 1;
      }
    }
    const growth = Math.min(10, safety * best);
    // New factors cost more than a slightly longer step saves.
    if (change === 0 && growth > 0.9 && growth < 1.2) return;
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
    rescale(this.#differences, this.order, h / this.#h, this.#table);
    this.#h = h;
    this.next = h;
    this.#equal = 0;
  }

  /** Fixed steps: the first states by Rodas5P, then the formula of the highest order. */
  #fixedStep(limit: number): StepStatus {
    const h = this.#longest;
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
    const iterations = this.#solve(to, h);
    if (iterations < 0) return 'singular';
    if (iterations === 0) return 'not-finite';
    counts.accepted++;
    this.#jacobianAge++;
    this.#advance(to);
    return 'stepped';
  }

  #startingStep(to: number, h: number): StepStatus {
    const differences = this.#differences;
    this.#starter ??= rodas5p.start(this.#system, this.t, this.y, this.#control);
    const starter = this.#starter;
    const before = starter.counts.evaluations;
    const status = starter.step(to);
    this.counts.evaluations += starter.counts.evaluations - before;
    if (status !== 'stepped') return status;
    this.counts.accepted++;
    this.#equal = Math.abs(h - this.#longest) <= 1e-9 * h ? this.#equal + 1 : 0;
    // Each new state moves every difference on by one.
    const known = Math.min(this.#equal, this.#highest);
    const held = new Float64Array(known + 1);
    for (let i = 0; i < this.y.length; i++) {
      held[0] = starter.y[i];
      for (let k = 1; k <= known; k++) held[k] = held[k - 1] - (k === 1 ? this.y[i] : differences[k - 1][i]);
      for (let k = 0; k <= known; k++) differences[k][i] = held[k];
    }
    this.y.set(starter.y);
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
    interpolateDifferences(t, this.t, this.#keptStep, this.#keptOrder, this.#kept, out);
    liftToZero(out, this.#positive);
  }

  record(): StepRecord {
    if (this.#starter !== undefined) return this.#starter.record();
    const { previous: from, t: to } = this;
    const [h, order, positive] = [this.#keptStep, this.#keptOrder, this.#positive];
    const next = this.y.slice();
    if (from === to) return { from, to, interpolate: (_t, out) => out.set(next) };
    const kept = this.#kept.slice(0, order + 1).map((difference) => difference.slice());
    return {
      from,
      to,
      interpolate(t, out) {
        interpolateDifferences(t, to, h, order, kept, out);
        liftToZero(out, positive);
      },
    };
  }

  restart(t: number, y: Float64Array, first?: number): void {
    this.y.set(y);
    this.t = t;
    this.previous = t;
    this.#begun = false;
    this.#starter = undefined;
    if (this.#adaptive !== undefined) this.next = first ?? Number.NaN;
  }
}
