import { type ImplicitControl, implicitControl, keptStep, lengthToTry } from './implicit.ts';
import { Jacobian } from './jacobian.ts';
import { H } from './rodas5p.data.ts';
import { GeneralStages, type Rodas5PStages, type Rodas5PStep, STAGES } from './rodas5p-stages.ts';
import type { OdeSystem, Solver, Stepper, StepRecord, StepStatus } from './solver.ts';
import { allFinite, liftToZero, negativity, type StepControl, shortestStep } from './step-control.ts';

/** Errors below 0.01 count as that in the control of the step after. */
const MOST_ROOT = 0.01 ** -0.2;
const H_ROWS = H.map((row) => Float64Array.from(row));

/**
 * Rodas5P: an L-stable, stiffly accurate Rosenbrock method of order 5 with an embedded method of order 4 and an interpolant of
 * order 4. One Jacobian and one factorisation a step. Steinebach, BIT Numer. Math. 2023;63:27, doi:10.1007/s10543-023-00967-x.
 */
export const rodas5p = {
  name: 'Rodas5P',
  order: 5,
  stiff: true,
  start: (system, t, y, control) => new Rodas5PStepper(system, t, y, control),
} as const satisfies Solver;

export class Rodas5PStepper implements Stepper {
  t: number;
  y: Float64Array;
  previous: number;
  next: number;
  readonly counts = { accepted: 0, rejected: 0, evaluations: 0 };
  readonly #system: OdeSystem;
  readonly #jacobian: Jacobian;
  readonly #stages: Rodas5PStages;
  readonly #control: ImplicitControl;
  readonly #positive: readonly number[];
  readonly #tolerances: Float64Array;
  /** The step to be tried, or tried last. */
  readonly #step: { -readonly [Part in keyof Rodas5PStep]: Rodas5PStep[Part] };
  /** H·k of the last step, once asked for. */
  readonly #dense: readonly Float64Array[];
  #denseDone = false;
  #before: Float64Array;
  /** Whether what is known of f is that at (t, y). */
  #fresh = false;
  /** Whether ∂f/∂t last written may differ from zero. */
  #drifts = false;
  /** Error of the last step to the power −1/5. */
  #lastRoot = 1;
  #lastStep = 0;
  #h = 0;

  /** `stages` of a system with a Jacobian of its own; absent, those for any system. */
  constructor(system: OdeSystem, t: number, y: Float64Array, control: StepControl, stages?: Rodas5PStages) {
    const n = system.dimension;
    const vector = () => new Float64Array(n);
    this.#system = system;
    this.#jacobian = new Jacobian(system);
    this.#stages = stages ?? new GeneralStages(system, this.#jacobian.pattern);
    this.#control = implicitControl(control, n, 1e-8);
    this.#positive = system.positive ?? [];
    this.#tolerances = vector();
    this.#dense = H_ROWS.map(vector);
    this.#before = vector();
    this.t = t;
    this.previous = t;
    this.y = y.slice();
    this.next = this.#control.first;
    this.#step = {
      t,
      h: Number.NaN,
      y: this.y,
      slope: vector(),
      drift: vector(),
      jacobian: this.#jacobian.values,
      relative: this.#control.relative,
      absolute: this.#control.absolute,
      end: vector(),
    };
  }

  /** A bound on h·|λ| in the last step, λ the eigenvalue of ∂f/∂y of largest size. */
  get strain(): number {
    return this.#h * this.#jacobian.norm;
  }

  #rhs(t: number, y: Float64Array, dy: Float64Array): void {
    this.counts.evaluations++;
    this.#system.rhs(t, y, dy);
  }

  step(limit: number): StepStatus {
    const { counts } = this;
    const { adaptive, absolute, longest, most } = this.#control;
    if (!this.#fresh) {
      const status = this.#refresh(limit);
      if (status !== 'stepped') return status;
    }
    const stages = this.#stages;
    const step = this.#step;
    let singular = 0;
    let afterRejection = false;
    for (;;) {
      if (counts.accepted + counts.rejected >= most) return 'too-many-steps';
      const wanted = Math.min(this.next, longest);
      const lands = this.t + wanted * (1 + 1e-12) >= limit;
      const h = lands ? limit - this.t : wanted;
      if (!(h > shortestStep(this.t))) return singular > 0 ? 'singular' : 'step-too-small';
      step.h = h;
      let error = stages.attempt(step);
      if (stages.singular) {
        counts.rejected++;
        singular++;
        if (adaptive === undefined || singular > 20) return 'singular';
        this.next = h / 2;
        continue;
      }
      counts.evaluations += STAGES - 1;
      const finite = allFinite(step.end);
      if (!finite && stages.whole && !this.#startFinite()) return 'not-finite';
      if (adaptive !== undefined) {
        if (!finite) error = Number.POSITIVE_INFINITY;
        else if (this.#positive.length > 0) {
          const fall = negativity(step.end, this.#positive, absolute);
          if (fall > 1) error = Math.max(error, fall);
        }
        if (!(error <= 1)) {
          counts.rejected++;
          this.next = h * (Number.isFinite(error) ? Math.max(0.2, Math.min(0.9, 0.9 * error ** -0.2)) : 0.2);
          afterRejection = true;
          continue;
        }
        const grown = h * this.#factor(error, h, afterRejection);
        this.next = lands ? Math.max(grown, Math.min(this.next, 5 * h)) : grown;
      } else if (!finite) return 'not-finite';
      this.#accept(lands ? limit : this.t + h, h);
      return 'stepped';
    }
  }

  /** Predictive control of the step: Gustafsson 1994, in Hairer, Wanner, Solving ODEs II, IV.8 (8.25). */
  #factor(error: number, h: number, afterRejection: boolean): number {
    const root = Math.max(error, 1e-6) ** -0.2;
    let factor = 0.9 * root;
    if (this.#lastStep > 0) factor = Math.min(factor, 0.9 * (h / this.#lastStep) * (root / this.#lastRoot) * root);
    this.#lastStep = h;
    this.#lastRoot = Math.min(root, MOST_ROOT);
    return Math.max(0.2, Math.min(factor, afterRejection ? 1 : 6));
  }

  /** Whether f and y are finite where the step begins. */
  #startFinite(): boolean {
    const { t, y } = this;
    const { slope } = this.#step;
    this.#rhs(t, y, slope);
    return allFinite(slope) && allFinite(y);
  }

  /** What the stages read of f at (t, y), and the length to try. */
  #refresh(limit: number): StepStatus {
    const { t, y } = this;
    const step = this.#step;
    const { slope, drift } = step;
    const n = y.length;
    const { whole } = this.#stages;
    const autonomous = this.#system.autonomous === true;
    step.t = t;
    step.y = y;
    if (whole && autonomous && !Number.isNaN(this.next)) this.counts.evaluations++;
    else {
      if (!this.#startFinite()) return 'not-finite';
      this.next = lengthToTry(this.#control, this.next, (at, state, dy) => this.#rhs(at, state, dy), t, y, slope);
    }
    const { absolute, relative, longest } = this.#control;
    const h = Math.min(this.next, longest, limit - t);
    if (!whole) {
      const tolerances = this.#tolerances;
      if (this.#jacobian.cost > 0) {
        for (let i = 0; i < n; i++) tolerances[i] = absolute[i] + relative * Math.abs(y[i]);
      }
      this.#jacobian.evaluate(t, y, slope, tolerances, h);
      this.counts.evaluations += this.#jacobian.cost;
    }
    if (autonomous) {
      if (this.#drifts) drift.fill(0);
    } else {
      const ahead = t + Math.min(1.5e-8 * Math.max(Math.abs(t), h), h);
      if (ahead > t) {
        const inverse = 1 / (ahead - t);
        this.#rhs(ahead, y, drift);
        for (let i = 0; i < n; i++) drift[i] = (drift[i] - slope[i]) * inverse;
      } else drift.fill(0);
    }
    this.#drifts = !autonomous;
    this.#fresh = true;
    return 'stepped';
  }

  #accept(t: number, h: number): void {
    this.counts.accepted++;
    const step = this.#step;
    liftToZero(step.end, this.#positive);
    const free = this.#before;
    this.#before = this.y;
    this.y = step.end;
    step.end = free;
    this.previous = this.t;
    this.t = t;
    this.#h = h;
    this.#fresh = false;
    this.#denseDone = false;
  }

  #densify(): void {
    if (this.#denseDone) return;
    const { k } = this.#stages;
    for (const [r, row] of H_ROWS.entries()) {
      const out = this.#dense[r].fill(0);
      for (let s = 0; s < STAGES; s++) {
        const weight = row[s];
        for (let i = 0, p = s * out.length; i < out.length; i++, p++) out[i] += weight * k[p];
      }
    }
    this.#denseDone = true;
  }

  interpolate(t: number, out: Float64Array): void {
    if (t === this.t || this.previous === this.t) {
      out.set(this.y);
      return;
    }
    this.#densify();
    between((t - this.previous) / this.#h, this.#before, this.y, this.#dense, out);
    liftToZero(out, this.#positive);
  }

  record(): StepRecord {
    this.#densify();
    const { previous: from, t: to } = this;
    const h = this.#h;
    const y = this.#before.slice();
    const next = this.y.slice();
    const dense = this.#dense.map((row) => row.slice());
    return keptStep(from, to, next, this.#positive, (t, out) => between((t - from) / h, y, next, dense, out));
  }

  restart(t: number, y: Float64Array, first?: number): void {
    this.y.set(y);
    this.t = t;
    this.previous = t;
    this.#fresh = false;
    if (this.#control.adaptive === undefined) return;
    this.next = first ?? Number.NaN;
    this.#lastStep = 0;
  }
}

function between(
  theta: number,
  y: Float64Array,
  next: Float64Array,
  dense: readonly Float64Array[],
  out: Float64Array,
): void {
  const [first, second, third] = dense;
  const rest = 1 - theta;
  for (let i = 0; i < out.length; i++) {
    out[i] = rest * y[i] + theta * (next[i] + rest * (first[i] + theta * (second[i] + theta * third[i])));
  }
}
