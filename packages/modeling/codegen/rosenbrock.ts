import { GAMMA, H } from '@gemel/numerics/ode/rodas5p.data';
import type { OdeSystem, Solver, Stepper, StepRecord, StepStatus } from '@gemel/numerics/ode/solver';
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
} from '@gemel/numerics/ode/step-control';
import type { ModelPrograms } from '../program/model-programs.ts';
import { type RosenbrockFunctions, rosenbrockFunctions, STAGES } from './rosenbrock-functions.ts';

/** States above which the unrolled code no longer pays. */
export const MOST_UNROLLED = 60;

/** What a model's rates are worked out with; read at every step, so that the caller may change them between steps. */
export interface RosenbrockContext {
  readonly p: Float64Array;
  readonly u: Float64Array;
}

/**
 * Rodas5P written out for one model: analytic Jacobian, sparse factorisation and stages as straight-line code. As a solver it
 * takes of its system the positive components alone: rates are the model's, with the context's parameters and inputs.
 * Steinebach, BIT Numer. Math. 2023;63:27, doi:10.1007/s10543-023-00967-x.
 * @throws RangeError for a model with unknowns or delays, or more than MOST_UNROLLED states
 */
export function rosenbrock(programs: ModelPrograms, context: RosenbrockContext): Solver {
  const { model, delays } = programs;
  const n = model.states.length;
  if (model.unknowns.length > 0 || delays > 0 || n > MOST_UNROLLED) {
    throw new RangeError(`No unrolled step for ${n} states, ${model.unknowns.length} unknowns, ${delays} delays.`);
  }
  const autonomous = !programs.rates.instructions.some((i) => i.kind === 'read' && i.argument === 0);
  const functions = rosenbrockFunctions(programs, autonomous);
  return {
    name: 'Rodas5P, unrolled',
    order: 5,
    stiff: true,
    start: (system, t, y, control) =>
      new UnrolledStepper(functions, context, autonomous, n, programs, system, t, y, control),
  };
}

const H_ROWS = H.map((row) => Float64Array.from(row));
const NONE = new Float64Array(0);

class UnrolledStepper implements Stepper {
  t: number;
  y: Float64Array;
  previous: number;
  next: number;
  readonly counts = { accepted: 0, rejected: 0, evaluations: 0 };
  readonly #functions: RosenbrockFunctions;
  readonly #context: RosenbrockContext;
  readonly #autonomous: boolean;
  readonly #adaptive: AdaptiveSteps | undefined;
  readonly #absolute: Float64Array;
  readonly #relative: number;
  readonly #longest: number;
  readonly #most: number;
  readonly #positive: readonly number[];
  readonly #time = new Float64Array(1);
  readonly #shift = new Float64Array(1);
  /** t and h. */
  readonly #step = new Float64Array(2);
  readonly #slope: Float64Array;
  readonly #drift: Float64Array;
  readonly #jacobian: Float64Array;
  readonly #lu: Float64Array;
  readonly #k: readonly Float64Array[];
  #trial: Float64Array;
  #before: Float64Array;
  #fresh = false;
  #lastError = 1;
  #lastStep = 0;
  #h = 0;

  constructor(
    functions: RosenbrockFunctions,
    context: RosenbrockContext,
    autonomous: boolean,
    n: number,
    programs: ModelPrograms,
    system: OdeSystem,
    t: number,
    y: Float64Array,
    control: StepControl,
  ) {
    const vector = () => new Float64Array(n);
    const adaptive = control.kind === 'adaptive' ? control : undefined;
    this.#functions = functions;
    this.#context = context;
    this.#autonomous = autonomous;
    this.#adaptive = adaptive;
    this.#absolute = adaptive ? absoluteTolerances(adaptive, n) : vector().fill(1e-8);
    this.#relative = adaptive?.relative ?? 1e-8;
    this.#longest = control.kind === 'adaptive' ? (control.longest ?? Number.POSITIVE_INFINITY) : control.step;
    this.#most = adaptive?.mostSteps ?? (adaptive ? 1_000_000 : Number.POSITIVE_INFINITY);
    this.#positive = system.positive ?? [];
    this.#slope = vector();
    this.#drift = vector();
    this.#jacobian = new Float64Array(programs.pattern.rowIndices.length);
    this.#lu = new Float64Array(functions.factors);
    this.#k = Array.from({ length: STAGES }, vector);
    this.#trial = vector();
    this.#before = vector();
    this.t = t;
    this.previous = t;
    this.y = y.slice();
    this.next = control.kind === 'fixed' ? control.step : (control.first ?? Number.NaN);
  }

  step(limit: number): StepStatus {
    if (!this.#fresh && !this.#refresh()) return 'not-finite';
    const { counts } = this;
    const adaptive = this.#adaptive;
    let singular = 0;
    let rejected = false;
    for (;;) {
      if (counts.accepted + counts.rejected >= this.#most) return 'too-many-steps';
      const wanted = Math.min(this.next, this.#longest);
      const lands = this.t + wanted * (1 + 1e-12) >= limit;
      const h = lands ? limit - this.t : wanted;
      if (!(h > shortestStep(this.t))) return singular > 0 ? 'singular' : 'step-too-small';
      if (!this.#factor(h)) {
        counts.rejected++;
        singular++;
        if (adaptive === undefined || singular > 20) return 'singular';
        this.next = h / 2;
        continue;
      }
      this.#stages(h);
      const error = this.#error();
      if (adaptive === undefined ? !Number.isFinite(error) : !(error <= 1)) {
        if (adaptive === undefined) return 'not-finite';
        counts.rejected++;
        this.next = h * (Number.isFinite(error) ? Math.max(0.2, Math.min(0.9, 0.9 * error ** -0.2)) : 0.2);
        rejected = true;
        continue;
      }
      if (adaptive !== undefined) {
        const grown = h * this.#growth(error, h, rejected);
        this.next = lands ? Math.max(grown, Math.min(this.next, 5 * h)) : grown;
      }
      this.#accept(lands ? limit : this.t + h, h);
      return 'stepped';
    }
  }

  #rates(t: number, y: Float64Array, out: Float64Array): void {
    this.counts.evaluations++;
    this.#time[0] = t;
    this.#functions.rates(this.#time, y, this.#context.p, this.#context.u, NONE, NONE, out);
  }

  /** f, ∂f/∂t and ∂f/∂y at (t, y). */
  #refresh(): boolean {
    const { t, y } = this;
    this.#rates(t, y, this.#slope);
    if (!allFinite(this.#slope) || !allFinite(y)) return false;
    if (this.#adaptive !== undefined && Number.isNaN(this.next)) {
      const rates = (at: number, state: Float64Array, out: Float64Array) => this.#rates(at, state, out);
      const found = firstStep(this.#adaptive, rates, t, y, this.#slope, this.#longest);
      this.next = Math.max(found, 16 * shortestStep(t));
    }
    this.#time[0] = t;
    this.#functions.jacobian(this.#time, y, this.#context.p, this.#context.u, NONE, NONE, this.#jacobian);
    if (!this.#autonomous) {
      const ahead = t + Math.max(1.5e-8 * Math.abs(t), 1.5e-8 * Math.min(this.next, this.#longest));
      this.#rates(ahead, y, this.#drift);
      for (let i = 0; i < y.length; i++) this.#drift[i] = (this.#drift[i] - this.#slope[i]) / (ahead - t);
    }
    this.#fresh = true;
    return true;
  }

  /** Whether all pivots are numbers other than zero. */
  #factor(h: number): boolean {
    this.#shift[0] = 1 / (h * GAMMA);
    this.#functions.factor(this.#jacobian, this.#shift, this.#lu);
    for (const place of this.#functions.pivots) if (!Number.isFinite(this.#lu[place])) return false;
    return true;
  }

  #stages(h: number): void {
    const [k1, k2, k3, k4, k5, k6, k7, k8] = this.#k;
    const { p, u } = this.#context;
    const [first, second, third, fourth, fifth, sixth, seventh, eighth] = this.#functions.stages;
    const { y } = this;
    const step = this.#step;
    const drift = this.#drift;
    const lu = this.#lu;
    step[0] = this.t;
    step[1] = h;
    k1.set(this.#slope);
    first(step, y, p, u, drift, lu, k1);
    second(step, y, p, u, drift, lu, k1, k2);
    third(step, y, p, u, drift, lu, k1, k2, k3);
    fourth(step, y, p, u, drift, lu, k1, k2, k3, k4);
    fifth(step, y, p, u, drift, lu, k1, k2, k3, k4, k5);
    sixth(step, y, p, u, drift, lu, k1, k2, k3, k4, k5, k6);
    seventh(step, y, p, u, drift, lu, k1, k2, k3, k4, k5, k6, k7);
    eighth(step, y, p, u, drift, lu, k1, k2, k3, k4, k5, k6, k7, k8);
    this.#functions.end(y, k1, k2, k3, k4, k5, k6, k7, k8, this.#trial);
    this.counts.evaluations += STAGES - 1;
  }

  /** Error over tolerance; not finite where the trial is not. */
  #error(): number {
    const trial = this.#trial;
    if (!allFinite(trial)) return Number.NaN;
    const error = scaledNorm(this.#k[STAGES - 1], this.#relative, this.#absolute, this.y, trial);
    const fall = negativity(trial, this.#positive, this.#absolute);
    return fall > 1 ? Math.max(error, fall) : error;
  }

  /** Predictive control of the step: Gustafsson 1994, in Hairer, Wanner, Solving ODEs II, IV.8 (8.25). */
  #growth(error: number, h: number, rejected: boolean): number {
    const bounded = Math.max(error, 1e-6);
    let factor = 0.9 * bounded ** -0.2;
    if (this.#lastStep > 0) {
      factor = Math.min(factor, 0.9 * (h / this.#lastStep) * (this.#lastError / (bounded * bounded)) ** 0.2);
    }
    this.#lastStep = h;
    this.#lastError = Math.max(error, 1e-2);
    return Math.max(0.2, Math.min(factor, rejected ? 1 : 6));
  }

  #accept(t: number, h: number): void {
    this.counts.accepted++;
    liftToZero(this.#trial, this.#positive);
    const free = this.#before;
    this.#before = this.y;
    this.y = this.#trial;
    this.#trial = free;
    this.previous = this.t;
    this.t = t;
    this.#h = h;
    this.#fresh = false;
  }

  interpolate(t: number, out: Float64Array): void {
    this.record().interpolate(t, out);
  }

  record(): StepRecord {
    const { previous: from, t: to } = this;
    const next = this.y.slice();
    const positive = this.#positive;
    if (from === to) return { from, to, interpolate: (_t, out) => out.set(next) };
    const before = this.#before.slice();
    const h = this.#h;
    const [first, second, third] = H_ROWS.map((row) =>
      before.map((_, i) => this.#k.reduce((sum, k, s) => sum + row[s] * k[i], 0)),
    );
    return {
      from,
      to,
      interpolate(t, out) {
        if (t === to) out.set(next);
        else {
          const theta = (t - from) / h;
          const rest = 1 - theta;
          for (let i = 0; i < out.length; i++) {
            const bend = first[i] + theta * (second[i] + theta * third[i]);
            out[i] = rest * before[i] + theta * (next[i] + rest * bend);
          }
        }
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
