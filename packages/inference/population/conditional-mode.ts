import { cholesky, choleskySolve } from '@gemel/numerics/linalg/cholesky';
import { logNormalCdf } from '@gemel/numerics/special/normal';
import {
  type EtaPrior,
  type Linearization,
  linearize,
  type PopulationValues,
  residualVariance,
  type Subject,
} from './population.ts';

export interface ModeOptions {
  /** Whether the residual variance follows the prediction at the mode, rather than that at η = 0. Absent: it does. */
  readonly interaction?: boolean;
  /** Where the search begins; absent: η = 0. */
  readonly start?: Float64Array;
  /** Step of central differences by η; 1e-4 where absent, larger for predictions that are less exact. */
  readonly differenceStep?: number;
  /** The search ends once no random effect moves by more; 1e-8 where absent. */
  readonly tolerance?: number;
  readonly mostSteps?: number;
}

/**
 * `slow`: the step limit was reached. `stalled`: no step descends, yet the slope is not zero, as where a modelled duration
 * meets a time of observation and the objective has a kink. `no-value`: the objective is not finite at the start.
 */
export type ModeStatus = 'converged' | 'slow' | 'stalled' | 'no-value';

export interface ConditionalMode {
  readonly status: ModeStatus;
  readonly eta: Float64Array;
  /** Σ [log R + (y − f)²/R] + ηᵀΩ⁻¹η at the mode: −2 log of the joint density without its constants. */
  readonly objective: number;
  /** Half the expected second derivative of the objective, dimension × dimension. */
  readonly information: Float64Array;
  readonly linearization: Linearization | null;
  readonly steps: number;
}

/** Steps below this are Newton's: far from the mode the expected second derivative leads more surely to the nearest one. */
const NEAR = 0.1;
/** A search that ends while a step still promises this much has stalled. */
const SLOPE = 1e-6;

/**
 * Empirical-Bayes estimate of a subject's random effects: the mode of their posterior at given population values, by Newton's method, or
 * Fisher scoring where that does not descend. Censored observations count by the chance that they lie below the limit (Beal 2001, method M3,
 * doi 10.1023/A:1012299115260).
 */
export function conditionalMode(
  subject: Subject,
  values: PopulationValues,
  prior: EtaPrior,
  options: ModeOptions = {},
): ConditionalMode {
  const { interaction = true, differenceStep = 1e-4, tolerance = 1e-8, mostSteps = 200 } = options;
  const n = subject.observed.length;
  const q = prior.dimension;
  let eta = options.start ? Float64Array.from(options.start) : new Float64Array(q);
  const none = (steps: number): ConditionalMode => {
    return { status: 'no-value', eta, objective: Infinity, information: prior.precision, linearization: null, steps };
  };
  let variance: Float64Array | null = null;
  if (!interaction) {
    const typical = new Float64Array(n);
    if (!subject.predict(values.theta, new Float64Array(q), typical)) return none(0);
    variance = typical.map((f) => residualVariance(values.sigma, f));
  }
  let f: Float64Array = new Float64Array(n);
  if (!subject.predict(values.theta, eta, f)) return none(0);
  let objective = jointObjective(subject, values, prior, eta, f, variance);
  if (!Number.isFinite(objective)) return none(0);
  let status: ModeStatus = 'slow';
  let trialF = new Float64Array(n);
  let damping = 0;
  let moved = Infinity;
  for (let steps = 0; ; steps++) {
    const linear = linearize(subject, values.theta, eta, differenceStep, f);
    if (linear === null) return none(steps);
    const curvature =
      status === 'converged' || moved > NEAR ? null : curvatures(subject, values.theta, eta, linear, differenceStep);
    const { gradient, information, second } = derivatives(subject, values, prior, eta, linear, variance, curvature);
    if (status === 'converged' || steps === mostSteps) {
      if (status === 'converged' && promise(information, gradient, q) > SLOPE) status = 'stalled';
      return { status, eta, objective, information, linearization: linear, steps };
    }
    // Newton near the mode where the objective is convex, else Fisher scoring, damped until it falls.
    const newton = second && cholesky(second, q);
    let direct = newton?.status === 'ok' ? choleskySolve(newton.lower, q, gradient) : null;
    let accepted = false;
    for (let tries = 0; tries < 40 && !accepted; tries++) {
      const delta = direct ?? dampedStep(information, gradient, q, damping);
      let largest = 0;
      const trial = new Float64Array(q);
      for (let k = 0; k < q; k++) {
        trial[k] = eta[k] - delta[k];
        largest = Math.max(largest, Math.abs(delta[k]));
      }
      const ok = subject.predict(values.theta, trial, trialF);
      const value = ok ? jointObjective(subject, values, prior, trial, trialF, variance) : Infinity;
      if (largest < tolerance) {
        status = 'converged';
        if (!(value < objective)) break;
      }
      // Differences within rounding do not count against a step.
      if (value <= objective + 1e-13 * Math.abs(objective)) {
        accepted = true;
        moved = largest;
        eta = trial;
        [f, trialF] = [trialF, f as Float64Array<ArrayBuffer>];
        objective = value;
        damping = damping < 1e-3 ? 0 : damping / 5;
      } else if (direct) direct = null;
      else damping = damping === 0 ? 1e-2 : damping * 4;
    }
    if (!accepted) status = 'converged';
  }
}

/** −2 log of the joint density of observations and random effects, without constants; Infinity where it has none. */
export function jointObjective(
  subject: Subject,
  values: PopulationValues,
  prior: EtaPrior,
  eta: Float64Array,
  f: Float64Array,
  variance: Float64Array | null,
): number {
  let sum = 0;
  for (let i = 0; i < f.length; i++) {
    const r = variance ? variance[i] : residualVariance(values.sigma, f[i]);
    if (!(r > 0)) return Infinity;
    const residual = subject.observed[i] - f[i];
    sum += subject.censored?.[i] ? -2 * logNormalCdf(residual / Math.sqrt(r)) : Math.log(r) + (residual * residual) / r;
  }
  const q = prior.dimension;
  for (let i = 0; i < q; i++) for (let j = 0; j < q; j++) sum += eta[i] * prior.precision[i * q + j] * eta[j];
  return Number.isNaN(sum) ? Infinity : sum;
}

/** Half the gradient of the joint objective, half its expected second derivative, and with curvatures half the observed one. */
function derivatives(
  subject: Subject,
  { sigma }: PopulationValues,
  prior: EtaPrior,
  eta: Float64Array,
  { f, g }: Linearization,
  variance: Float64Array | null,
  curvature: Float64Array | null,
): { gradient: Float64Array; information: Float64Array; second: Float64Array | null } {
  const q = prior.dimension;
  const size = (q * (q + 1)) / 2;
  const exact = curvature && Float64Array.from(prior.precision);
  const information = Float64Array.from(prior.precision);
  const gradient = new Float64Array(q);
  for (let i = 0; i < q; i++) for (let j = 0; j < q; j++) gradient[i] += prior.precision[i * q + j] * eta[j];
  for (let o = 0; o < f.length; o++) {
    const r = variance ? variance[o] : residualVariance(sigma, f[o]);
    // dR/df over R.
    const slope = variance ? 0 : (2 * sigma.proportional * f[o]) / r;
    const residual = subject.observed[o] - f[o];
    let first: number;
    let second: number;
    let observed: number;
    if (subject.censored?.[o]) {
      const root = Math.sqrt(r);
      const u = residual / root;
      const ratio = Math.exp(-0.5 * u * u - logNormalCdf(u)) / Math.sqrt(2 * Math.PI);
      const du = -1 / root - 0.5 * u * slope;
      first = -ratio * du;
      second = Math.max(0, ratio * (ratio + u)) * du * du;
      observed = second;
    } else {
      first = 0.5 * slope * (1 - (residual * residual) / r) - residual / r;
      second = 1 / r + 0.5 * slope * slope;
      const square = (residual * residual) / r;
      const bend = variance ? 0 : (2 * sigma.proportional) / r - slope * slope;
      observed = 0.5 * bend * (1 - square) + slope * (2 * (residual / r) + 0.5 * slope * square) + 1 / r;
    }
    for (let i = 0; i < q; i++) {
      const gi = g[o * q + i];
      if (gi === 0) continue;
      gradient[i] += first * gi;
      for (let j = 0; j <= i; j++) information[i * q + j] += second * gi * g[o * q + j];
    }
    if (exact) {
      for (let i = 0, at = o * size; i < q; i++)
        for (let j = 0; j <= i; j++, at++)
          exact[i * q + j] += observed * g[o * q + i] * g[o * q + j] + first * curvature[at];
    }
  }
  for (let i = 0; i < q; i++) for (let j = 0; j < i; j++) information[j * q + i] = information[i * q + j];
  return { gradient, information, second: exact };
}

/** Second derivatives of the predictions, observations × lower triangle, to first order in h; null where not finite. */
function curvatures(
  subject: Subject,
  theta: Float64Array,
  eta: Float64Array,
  { f, g, up }: Linearization,
  h: number,
): Float64Array | null {
  const n = f.length;
  const q = eta.length;
  const size = (q * (q + 1)) / 2;
  const out = new Float64Array(n * size);
  const moved = Float64Array.from(eta);
  const both = new Float64Array(n);
  for (let i = 0, at = 0; i < q; i++) {
    for (let j = 0; j <= i; j++, at++) {
      if (i === j) {
        // The point below is 2 h g from the one above.
        for (let o = 0; o < n; o++) {
          const above = up[i * n + o];
          out[o * size + at] = (2 * (above - f[o]) - 2 * h * g[o * q + i]) / (h * h);
        }
        continue;
      }
      moved[i] = eta[i] + h;
      moved[j] = eta[j] + h;
      if (!subject.predict(theta, moved, both)) return null;
      moved[i] = eta[i];
      moved[j] = eta[j];
      for (let o = 0; o < n; o++) out[o * size + at] = (both[o] - up[i * n + o] - up[j * n + o] + f[o]) / (h * h);
    }
  }
  return out;
}

/** What a full step would gain if the objective were smooth. */
function promise(information: Float64Array, gradient: Float64Array, q: number): number {
  const step = dampedStep(information, gradient, q, 0);
  let gain = 0;
  for (let k = 0; k < q; k++) gain += step[k] * gradient[k];
  return gain;
}

function dampedStep(information: Float64Array, gradient: Float64Array, q: number, damping: number): Float64Array {
  const a = Float64Array.from(information);
  for (let i = 0; i < q; i++) a[i * q + i] *= 1 + damping;
  const factor = cholesky(a, q);
  if (factor.status === 'ok') return choleskySolve(factor.lower, q, gradient);
  return gradient.map((each, i) => each / (a[i * q + i] || 1));
}
