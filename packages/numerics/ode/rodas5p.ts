import { type ShiftedLu, shiftedLu } from '../linalg/shifted-lu.ts';
import { Jacobian } from './jacobian.ts';
import { A, C, GAMMA, H, STAGE_TIMES, TIME_WEIGHTS } from './rodas5p.data.ts';
import type { OdeSystem, Solver, Stepper, StepRecord, StepStatus } from './solver.ts';
import {
  type AdaptiveSteps,
  absoluteTolerances,
  allFinite,
  firstStep,
  liftToZero,
  negativity,
  type StepControl,
  scaledNorm,
  shortestStep,
} from './step-control.ts';

const STAGES = 8;
const A_ROWS = A.map((row) => Float64Array.from(row));
const C_ROWS = C.map((row) => Float64Array.from(row));
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
  readonly #lu: ShiftedLu;
  readonly #adaptive: AdaptiveSteps | undefined;
  readonly #absolute: Float64Array;
  readonly #relative: number;
  readonly #positive: readonly number[];
  readonly #longest: number;
  readonly #most: number;
  readonly #k: readonly Float64Array[];
  /** f at the start of the step. */
  readonly #slope: Float64Array;
  /** ∂f/∂t there. */
  readonly #drift: Float64Array;
  readonly #f: Float64Array;
  #stage: Float64Array;
  /** H·k of the last step, once asked for. */
  readonly #dense: readonly Float64Array[];
  #denseDone = false;
  #before: Float64Array;
  /** Whether slope, drift and Jacobian are those at (t, y). */
  #fresh = false;
  #lastError = 1;
  #lastStep = 0;
  #h = 0;

  constructor(system: OdeSystem, t: number, y: Float64Array, control: StepControl) {
    const n = system.dimension;
    const vector = () => new Float64Array(n);
    this.#system = system;
    this.#jacobian = new Jacobian(system);
    this.#lu = shiftedLu(n, this.#jacobian.pattern);
    this.#adaptive = control.kind === 'adaptive' ? control : undefined;
    this.#absolute = control.kind === 'adaptive' ? absoluteTolerances(control, n) : vector().fill(1e-8);
    this.#relative = control.kind === 'adaptive' ? control.relative : 1e-8;
    this.#positive = system.positive ?? [];
    this.#longest = control.kind === 'adaptive' ? (control.longest ?? Number.POSITIVE_INFINITY) : control.step;
    this.#most = control.kind === 'adaptive' ? (control.mostSteps ?? 1_000_000) : Number.POSITIVE_INFINITY;
    this.#k = Array.from({ length: STAGES }, vector);
    this.#slope = vector();
    this.#drift = vector();
    this.#f = vector();
    this.#stage = vector();
    this.#dense = H_ROWS.map(vector);
    this.#before = vector();
    this.t = t;
    this.previous = t;
    this.y = y.slice();
    this.next = control.kind === 'fixed' ? control.step : (control.first ?? Number.NaN);
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
    const adaptive = this.#adaptive;
    if (!this.#fresh) {
      const status = this.#refresh(limit);
      if (status !== 'stepped') return status;
    }
    let singular = 0;
    let afterRejection = false;
    for (;;) {
      if (counts.accepted + counts.rejected >= this.#most) return 'too-many-steps';
      const wanted = Math.min(this.next, this.#longest);
      const lands = this.t + wanted * (1 + 1e-12) >= limit;
      const h = lands ? limit - this.t : wanted;
      if (!(h > shortestStep(this.t))) return singular > 0 ? 'singular' : 'step-too-small';
      if (!this.#lu.factor(1 / (h * GAMMA), this.#jacobian.values)) {
        counts.rejected++;
        singular++;
        if (adaptive === undefined || singular > 20) return 'singular';
        this.next = h / 2;
        continue;
      }
      this.#stages(h);
      const trial = this.#stage;
      const finite = allFinite(trial);
      if (adaptive !== undefined) {
        let error = Number.POSITIVE_INFINITY;
        if (finite) {
          error = scaledNorm(this.#k[STAGES - 1], this.#relative, this.#absolute, this.y, trial);
          const fall = negativity(trial, this.#positive, this.#absolute);
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
    const bounded = Math.max(error, 1e-6);
    let factor = 0.9 * bounded ** -0.2;
    if (this.#lastStep > 0) {
      factor = Math.min(factor, 0.9 * (h / this.#lastStep) * (this.#lastError / (bounded * bounded)) ** 0.2);
    }
    this.#lastStep = h;
    this.#lastError = Math.max(error, 1e-2);
    return Math.max(0.2, Math.min(factor, afterRejection ? 1 : 6));
  }

  /** f, ∂f/∂t and ∂f/∂y at (t, y). */
  #refresh(limit: number): StepStatus {
    const { t, y } = this;
    const slope = this.#slope;
    const n = y.length;
    this.#rhs(t, y, slope);
    if (!allFinite(slope) || !allFinite(y)) return 'not-finite';
    if (this.#adaptive !== undefined && Number.isNaN(this.next)) {
      const rhs = (at: number, state: Float64Array, dy: Float64Array) => this.#rhs(at, state, dy);
      const found = firstStep(this.#adaptive, rhs, t, y, slope, this.#longest);
      this.next = Math.max(found, 16 * shortestStep(t));
    }
    const h = Math.min(this.next, this.#longest, limit - t);
    const tolerances = this.#f;
    for (let i = 0; i < n; i++) tolerances[i] = this.#absolute[i] + this.#relative * Math.abs(y[i]);
    this.#jacobian.evaluate(t, y, slope, tolerances, h);
    this.counts.evaluations += this.#jacobian.cost;
    const drift = this.#drift;
    if (this.#system.autonomous === true) drift.fill(0);
    else {
      const ahead = t + Math.min(1.5e-8 * Math.max(Math.abs(t), h), h);
      if (ahead > t) {
        const inverse = 1 / (ahead - t);
        this.#rhs(ahead, y, drift);
        for (let i = 0; i < n; i++) drift[i] = (drift[i] - slope[i]) * inverse;
      } else drift.fill(0);
    }
    this.#fresh = true;
    return 'stepped';
  }

  /** All stages of a step of length h; its end is left in `stage`. */
  #stages(h: number): void {
    const k = this.#k;
    const f = this.#f;
    const stage = this.#stage;
    const { t, y } = this;
    const n = y.length;
    const drift = this.#drift;
    const inverse = 1 / h;
    const moving = this.#system.autonomous !== true;
    for (let s = 0; s < STAGES; s++) {
      const b = k[s];
      if (s === 0) {
        const slope = this.#slope;
        for (let i = 0; i < n; i++) b[i] = slope[i];
      } else {
        if (s < 6) combine(k, A_ROWS[s], s, 1, y, stage);
        else {
          const last = k[s - 1];
          for (let i = 0; i < n; i++) stage[i] += last[i];
        }
        this.#rhs(t + STAGE_TIMES[s] * h, stage, f);
        combine(k, C_ROWS[s], s, inverse, f, b);
      }
      const weight = h * TIME_WEIGHTS[s];
      if (moving && weight !== 0) for (let i = 0; i < n; i++) b[i] += weight * drift[i];
      this.#lu.solve(b);
    }
    const last = k[STAGES - 1];
    for (let i = 0; i < n; i++) stage[i] += last[i];
  }

  #accept(t: number, h: number): void {
    this.counts.accepted++;
    liftToZero(this.#stage, this.#positive);
    const free = this.#before;
    this.#before = this.y;
    this.y = this.#stage;
    this.#stage = free;
    this.previous = this.t;
    this.t = t;
    this.#h = h;
    this.#fresh = false;
    this.#denseDone = false;
  }

  #densify(): void {
    if (this.#denseDone) return;
    for (const [r, row] of H_ROWS.entries()) {
      const out = this.#dense[r].fill(0);
      for (let s = 0; s < STAGES; s++) {
        const weight = row[s];
        const stage = this.#k[s];
        for (let i = 0; i < out.length; i++) out[i] += weight * stage[i];
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
    const { previous: from, t: to } = this;
    const next = this.y.slice();
    const positive = this.#positive;
    if (from === to) return { from, to, interpolate: (_t, out) => out.set(next) };
    this.#densify();
    const h = this.#h;
    const y = this.#before.slice();
    const dense = this.#dense.map((row) => row.slice());
    return {
      from,
      to,
      interpolate(t, out) {
        between((t - from) / h, y, next, dense, out);
        liftToZero(out, positive);
      },
    };
  }

  restart(t: number, y: Float64Array, first?: number): void {
    this.y.set(y);
    this.t = t;
    this.previous = t;
    this.#fresh = false;
    if (this.#adaptive === undefined) return;
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

/** out = base + scale · Σ_{s < count} weights[s] · k[s], for counts of 1 to 7; written out, since it is most of a small step. */
function combine(
  k: readonly Float64Array[],
  weights: Float64Array,
  count: number,
  scale: number,
  base: Float64Array,
  out: Float64Array,
): void {
  const k0 = k[0];
  const k1 = k[1];
  const k2 = k[2];
  const k3 = k[3];
  const k4 = k[4];
  const k5 = k[5];
  const k6 = k[6];
  const n = out.length;
  const a = scale * weights[0];
  const b = count > 1 ? scale * weights[1] : 0;
  const c = count > 2 ? scale * weights[2] : 0;
  const d = count > 3 ? scale * weights[3] : 0;
  const e = count > 4 ? scale * weights[4] : 0;
  const f = count > 5 ? scale * weights[5] : 0;
  const g = count > 6 ? scale * weights[6] : 0;
  if (count === 1) for (let i = 0; i < n; i++) out[i] = base[i] + a * k0[i];
  else if (count === 2) for (let i = 0; i < n; i++) out[i] = base[i] + a * k0[i] + b * k1[i];
  else if (count === 3) for (let i = 0; i < n; i++) out[i] = base[i] + a * k0[i] + b * k1[i] + c * k2[i];
  else if (count === 4) for (let i = 0; i < n; i++) out[i] = base[i] + a * k0[i] + b * k1[i] + c * k2[i] + d * k3[i];
  else if (count === 5) {
    for (let i = 0; i < n; i++) out[i] = base[i] + a * k0[i] + b * k1[i] + c * k2[i] + d * k3[i] + e * k4[i];
  } else if (count === 6) {
    for (let i = 0; i < n; i++) {
      out[i] = base[i] + a * k0[i] + b * k1[i] + c * k2[i] + d * k3[i] + e * k4[i] + f * k5[i];
    }
  } else {
    for (let i = 0; i < n; i++) {
      out[i] = base[i] + a * k0[i] + b * k1[i] + c * k2[i] + d * k3[i] + e * k4[i] + f * k5[i] + g * k6[i];
    }
  }
}
