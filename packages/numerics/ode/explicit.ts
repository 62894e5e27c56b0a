import { type ExplicitMethod, interpolateStep } from './method.ts';
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
  stepFactor,
} from './step-control.ts';

/** A solver made of an explicit tableau. Adaptive steps need its error estimate: RangeError otherwise. */
export function explicitSolver<M extends ExplicitMethod>(method: M): M & Solver {
  return {
    ...method,
    stiff: false,
    start(system: OdeSystem, t: number, y: Float64Array, control: StepControl): ExplicitStepper {
      if (control.kind === 'adaptive' && method.error === undefined) {
        throw new RangeError(`${method.name} has no error estimate: give it fixed steps.`);
      }
      return new ExplicitStepper(method, system, t, y, control);
    },
  };
}

/** Steps of any explicit Runge–Kutta method, fixed or adaptive. */
export class ExplicitStepper implements Stepper {
  t: number;
  y: Float64Array;
  previous: number;
  next = Number.NaN;
  readonly counts = { accepted: 0, rejected: 0, evaluations: 0 };
  readonly #method: ExplicitMethod;
  readonly #system: OdeSystem;
  readonly #adaptive: AdaptiveSteps | undefined;
  readonly #absolute: Float64Array;
  readonly #positive: readonly number[];
  readonly #longest: number;
  readonly #most: number;
  /** Stages, then those only the interpolant needs. */
  readonly #k: Float64Array[];
  readonly #stage: Float64Array;
  readonly #error: Float64Array;
  /** f at the last step's end. */
  #slope: Float64Array;
  #before: Float64Array;
  #trial: Float64Array;
  #lastError = 1;
  /** Length of the last step, which t − previous only rounds. */
  #h = 0;
  #begun = false;
  #extrasDone = false;

  constructor(method: ExplicitMethod, system: OdeSystem, t: number, y: Float64Array, control: StepControl) {
    const n = system.dimension;
    const vector = () => new Float64Array(n);
    this.#method = method;
    this.#system = system;
    this.#adaptive = control.kind === 'adaptive' ? control : undefined;
    this.#absolute = control.kind === 'adaptive' ? absoluteTolerances(control, n) : new Float64Array(0);
    this.#positive = system.positive ?? [];
    this.#longest = control.kind === 'adaptive' ? (control.longest ?? Number.POSITIVE_INFINITY) : control.step;
    this.#most = control.kind === 'adaptive' ? (control.mostSteps ?? 1_000_000) : Number.POSITIVE_INFINITY;
    this.#k = Array.from({ length: method.c.length + (method.extra?.c.length ?? 0) }, vector);
    this.#stage = vector();
    this.#error = vector();
    this.#slope = vector();
    this.#before = vector();
    this.#trial = vector();
    this.t = t;
    this.previous = t;
    this.y = y.slice();
    this.next = control.kind === 'fixed' ? control.step : (control.first ?? Number.NaN);
  }

  #rhs(t: number, y: Float64Array, dy: Float64Array): void {
    this.counts.evaluations++;
    this.#system.rhs(t, y, dy);
  }

  step(limit: number): StepStatus {
    const { counts } = this;
    const order = this.#method.order;
    const adaptive = this.#adaptive;
    const slope = this.#slope;
    if (!this.#begun) {
      this.#rhs(this.t, this.y, slope);
      if (!allFinite(slope) || !allFinite(this.y)) return 'not-finite';
      this.#begun = true;
    }
    if (adaptive !== undefined && Number.isNaN(this.next)) {
      const rhs = (t: number, y: Float64Array, dy: Float64Array) => this.#rhs(t, y, dy);
      const found = firstStep(adaptive, rhs, this.t, this.y, slope, this.#longest);
      this.next = Math.max(found, 16 * shortestStep(this.t));
    }
    for (;;) {
      if (counts.accepted + counts.rejected >= this.#most) return 'too-many-steps';
      const wanted = Math.min(this.next, this.#longest);
      // A remainder of rounding size is not worth a step of its own.
      const lands = this.t + wanted * (1 + 1e-12) >= limit;
      const h = lands ? limit - this.t : wanted;
      if (!(h > shortestStep(this.t))) return 'step-too-small';
      this.#k[0].set(slope);
      this.#stages(h);
      const finite = allFinite(this.#trial);
      if (adaptive !== undefined) {
        const error = finite ? this.#errorOf(adaptive, h) : Number.POSITIVE_INFINITY;
        if (!(error <= 1)) {
          counts.rejected++;
          this.next = h * (Number.isFinite(error) ? Math.min(0.9, stepFactor(error, 1, order)) : 0.2);
          continue;
        }
        const grown = h * stepFactor(error, this.#lastError, order);
        this.next = lands ? Math.max(grown, Math.min(this.next, 5 * h)) : grown;
        this.#lastError = Math.max(error, 1e-4);
      } else if (!finite) return 'not-finite';
      this.#h = h;
      this.#accept(lands ? limit : this.t + h);
      return 'stepped';
    }
  }

  /** Stages of a step of length h and its end, in `trial`. */
  #stages(h: number): void {
    const { a, b, c } = this.#method;
    for (let s = 1; s < c.length; s++) this.#stageOf(s, a[s], c[s], this.t, this.y, h);
    combine(this.#k, b, b.length, h, this.y, this.#trial);
  }

  #stageOf(s: number, row: readonly number[], c: number, t: number, y: Float64Array, h: number): void {
    combine(this.#k, row, row.length, h, y, this.#stage);
    this.#rhs(t + c * h, this.#stage, this.#k[s]);
  }

  #errorOf(control: AdaptiveSteps, h: number): number {
    const error = this.#error;
    const weights = this.#method.error!;
    error.fill(0);
    for (let s = 0; s < weights.length; s++) {
      const weight = weights[s];
      if (weight === 0) continue;
      const stage = this.#k[s];
      for (let i = 0; i < error.length; i++) error[i] += weight * stage[i];
    }
    for (let i = 0; i < error.length; i++) error[i] *= h;
    const norm = scaledNorm(error, control.relative, this.#absolute, this.y, this.#trial);
    const fall = negativity(this.#trial, this.#positive, this.#absolute);
    return fall > 1 ? Math.max(norm, fall) : norm;
  }

  #accept(t: number): void {
    this.counts.accepted++;
    const lifted = liftToZero(this.#trial, this.#positive);
    const free = this.#before;
    this.#before = this.y;
    this.y = this.#trial;
    this.#trial = free;
    this.previous = this.t;
    this.t = t;
    this.#extrasDone = false;
    const last = this.#method.c.length - 1;
    if (this.#method.firstSameAsLast && !lifted) this.#slope.set(this.#k[last]);
    else this.#rhs(t, this.y, this.#slope);
  }

  #extras(): void {
    const { extra } = this.#method;
    if (extra === undefined || this.#extrasDone || this.previous === this.t) return;
    const h = this.#h;
    for (let s = 0; s < extra.c.length; s++) {
      this.#stageOf(this.#method.c.length + s, extra.a[s], extra.c[s], this.previous, this.#before, h);
    }
    this.#extrasDone = true;
  }

  /**
   * Estimate of h·|λ| in the last step over what the method is stable for, λ the eigenvalue of ∂f/∂y of largest size: from the
   * two stages at its end, their difference measured by tolerances. Hairer, Wanner, Solving Ordinary Differential Equations II, IV.2 (2.26).
   */
  get strain(): number {
    const { a, c, realStability } = this.#method;
    const last = c.length - 1;
    if (realStability === undefined || c[last] !== 1 || c[last - 1] !== 1) return Number.NaN;
    const apart = this.#error.fill(0);
    for (let s = 0; s < last; s++) {
      const weight = (a[last][s] ?? 0) - (a[last - 1][s] ?? 0);
      const stage = this.#k[s];
      for (let i = 0; i < apart.length; i++) apart[i] += weight * stage[i];
    }
    const [f, g] = [this.#k[last], this.#k[last - 1]];
    let change = 0;
    let distance = 0;
    const relative = this.#adaptive?.relative ?? 1;
    for (let i = 0; i < apart.length; i++) {
      const scale = 1 / ((this.#absolute[i] ?? 0) + relative * Math.abs(this.y[i]) + Number.MIN_VALUE);
      change += ((f[i] - g[i]) * scale) ** 2;
      distance += (apart[i] * scale) ** 2;
    }
    return distance === 0 ? 0 : Math.sqrt(change / distance) / realStability;
  }

  interpolate(t: number, out: Float64Array): void {
    if (t === this.t || this.previous === this.t) {
      out.set(this.y);
      return;
    }
    this.#extras();
    const h = this.#h;
    const theta = (t - this.previous) / h;
    interpolateStep(this.#method, theta, h, this.#before, this.y, this.#k, this.#slope, out);
    liftToZero(out, this.#positive);
  }

  record(): StepRecord {
    this.#extras();
    const { previous: from, t: to } = this;
    const h = from === to ? 0 : this.#h;
    const y = this.#before.slice();
    const next = this.y.slice();
    const k = this.#k.map((stage) => stage.slice());
    const slope = this.#slope.slice();
    const method = this.#method;
    const positive = this.#positive;
    return {
      from,
      to,
      interpolate(t, out) {
        if (h === 0) {
          out.set(next);
          return;
        }
        interpolateStep(method, (t - from) / h, h, y, next, k, slope, out);
        liftToZero(out, positive);
      },
    };
  }

  restart(t: number, y: Float64Array, first?: number): void {
    this.y.set(y);
    this.t = t;
    this.previous = t;
    this.#begun = false;
    if (this.#adaptive === undefined) return;
    this.next = first ?? Number.NaN;
    if (first === undefined) this.#lastError = 1;
  }
}

/** out = y + h · Σ weights[s] · k[s], the sum taken first. */
function combine(
  k: readonly Float64Array[],
  weights: readonly number[],
  count: number,
  h: number,
  y: Float64Array,
  out: Float64Array,
): void {
  const n = y.length;
  out.fill(0);
  for (let s = 0; s < count; s++) {
    const weight = weights[s];
    if (weight === 0) continue;
    const stage = k[s];
    for (let i = 0; i < n; i++) out[i] += weight * stage[i];
  }
  for (let i = 0; i < n; i++) out[i] = y[i] + h * out[i];
}
