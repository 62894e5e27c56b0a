import { type ShiftedLu, shiftedLu } from '../linalg/shifted-lu.ts';
import { ALPHAS, ERRORS, predict } from './backward-differences.ts';
import { Jacobian } from './jacobian.ts';
import type { OdeSystem } from './solver.ts';

/** Error that the iterations may leave, over that allowed to the step: after the first, foreseen, and after more, seen. */
const FIRST_LEFT = 0.02;
const LEFT = 0.05;
/** How much of the rate of convergence last seen the next iteration still counts on. */
const RATE_MEMORY = 0.3;
/** Steps after which new factors take a new Jacobian too. */
const JACOBIAN_AGE = 20;

/**
 * Newton's method for the end of a step of the formulas in backward differences, on a Jacobian and factors kept as long as it
 * converges. Shampine, Reichelt, SIAM J. Sci. Comput. 1997;18:1, 2.3; Hindmarsh et al., ACM TOMS 2005;31:363, 2.1.
 */
export class BdfNewton {
  /** State at the end of the step, and its difference to what was predicted. */
  readonly trial: Float64Array;
  readonly correction: Float64Array;
  readonly #counts: { evaluations: number; jacobians: number; factorisations: number };
  readonly #system: OdeSystem;
  readonly #jacobian: Jacobian;
  readonly #lu: ShiftedLu;
  readonly #relative: number;
  readonly #absolute: Float64Array;
  readonly #most: number;
  readonly #predicted: Float64Array;
  readonly #psi: Float64Array;
  readonly #slope: Float64Array;
  readonly #residual: Float64Array;
  /** Reciprocals of the error allowed to each component. */
  readonly #weights: Float64Array;
  /** Steps since the Jacobian was taken; negative where there is none. */
  #age = -1;
  /** σ of the factors kept. */
  #shift = Number.NaN;
  /** By what an iteration reduces the error, as last seen with these factors; 1 where not yet. */
  #rate = 1;

  /** `most` iterations are taken before a step is given up. What is done is added to `counts`. */
  constructor(
    system: OdeSystem,
    relative: number,
    absolute: Float64Array,
    most: number,
    counts: { evaluations: number; jacobians: number; factorisations: number },
  ) {
    this.#counts = counts;
    const vector = () => new Float64Array(system.dimension);
    this.#system = system;
    this.#jacobian = new Jacobian(system);
    this.#lu = shiftedLu(system.dimension, this.#jacobian.pattern);
    this.#relative = relative;
    this.#absolute = absolute;
    this.#most = most;
    this.trial = vector();
    this.correction = vector();
    this.#predicted = vector();
    this.#psi = vector();
    this.#slope = vector();
    this.#residual = vector();
    this.#weights = vector();
  }

  /** A bound on the sizes of the eigenvalues of the Jacobian kept. */
  get jacobianNorm(): number {
    return this.#jacobian.norm;
  }

  /** Forgets the Jacobian: the solution goes on elsewhere. */
  forget(): void {
    this.#age = -1;
  }

  /** A step has been accepted. */
  grow(): void {
    this.#age++;
  }

  #rhs(t: number, y: Float64Array, dy: Float64Array): void {
    this.#counts.evaluations++;
    this.#system.rhs(t, y, dy);
  }

  /** Finds `trial` and `correction`. Iterations taken; 0 where they did not converge, −1 where their matrix is singular. */
  solve(differences: readonly Float64Array[], order: number, to: number, h: number): number {
    const predicted = this.#predicted;
    const weights = this.#weights;
    const absolute = this.#absolute;
    const relative = this.#relative;
    predict(differences, order, predicted, this.#psi);
    for (let i = 0; i < predicted.length; i++) {
      weights[i] = 1 / (absolute[i] + relative * Math.abs(predicted[i]));
    }
    const shift = ALPHAS[order] / h;
    for (;;) {
      const stale = shift !== this.#shift && this.#age > JACOBIAN_AGE;
      if (this.#age < 0 || stale) this.#renew(to, h);
      const current = this.#age === 0;
      if (shift !== this.#shift) {
        this.#counts.factorisations++;
        this.#rate = 1;
        this.#shift = this.#lu.factor(shift, this.#jacobian.values) ? shift : Number.NaN;
        if (Number.isNaN(this.#shift)) {
          if (current) return -1;
          this.#age = -1;
          continue;
        }
      }
      const iterations = this.#iterate(to, h, shift, Math.abs(ERRORS[order]));
      if (iterations > 0 || current) return iterations;
      this.#age = -1;
    }
  }

  #renew(to: number, h: number): void {
    if (this.#jacobian.cost > 0) this.#rhs(to, this.#predicted, this.#slope);
    const tolerances = this.#weights.map((weight) => 1 / weight);
    this.#jacobian.evaluate(to, this.#predicted, this.#slope, tolerances, h);
    this.#counts.evaluations += this.#jacobian.cost;
    this.#counts.jacobians++;
    this.#age = 0;
    this.#shift = Number.NaN;
  }

  #iterate(to: number, h: number, shift: number, share: number): number {
    const { trial, correction } = this;
    const n = trial.length;
    const predicted = this.#predicted;
    const psi = this.#psi;
    const residual = this.#residual;
    const f = this.#slope;
    const most = this.#most;
    const inverse = 1 / h;
    let last = Number.NaN;
    for (let iteration = 1; iteration <= most; iteration++) {
      const first = iteration === 1;
      this.#rhs(to, first ? predicted : trial, f);
      const change = first ? correction : residual;
      if (first) for (let i = 0; i < n; i++) change[i] = f[i] - inverse * psi[i];
      else for (let i = 0; i < n; i++) change[i] = f[i] - inverse * psi[i] - shift * correction[i];
      this.#lu.solve(change);
      const size = this.norm(change);
      if (!Number.isFinite(size)) return 0;
      if (!first) for (let i = 0; i < n; i++) correction[i] += change[i];
      for (let i = 0; i < n; i++) trial[i] = predicted[i] + correction[i];
      if (size === 0) return iteration;
      if (!first) {
        if (size > 0.9 * last) return 0;
        this.#rate = Math.max(RATE_MEMORY * this.#rate, size / last);
      }
      // With factors kept, what one iteration leaves is foreseen from how the last ones converged.
      const left = ((size * this.#rate) / (1 - this.#rate)) * share;
      if (left <= (first ? FIRST_LEFT : LEFT)) return iteration;
      if (!first && left * this.#rate ** (most - iteration) > LEFT) return 0;
      last = size;
    }
    return 0;
  }

  /** Root mean square over the error allowed to each component. */
  norm(v: Float64Array): number {
    const weights = this.#weights;
    const n = v.length;
    let even = 0;
    let odd = 0;
    for (let i = 1; i < n; i += 2) {
      const first = v[i - 1] * weights[i - 1];
      const second = v[i] * weights[i];
      even += first * first;
      odd += second * second;
    }
    if (n % 2 === 1) even += (v[n - 1] * weights[n - 1]) ** 2;
    return Math.sqrt((even + odd) / n);
  }
}
