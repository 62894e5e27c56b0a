import { conditionalMode } from './conditional-mode.ts';
import * as maximumLikelihood from './maximum-likelihood.ts';
import { etaPrior, linearize, type PopulationValues, type Subject } from './population.ts';

/** Observations with additive error of one variance. */
export interface AlternatingProblem {
  readonly subjects: readonly Subject[];
  readonly covariances?: boolean;
  /** Step of central differences by random and fixed effects; 1e-4 where absent. */
  readonly differenceStep?: number;
}

export interface AlternatingState {
  readonly values: PopulationValues;
  readonly modes: readonly Float64Array[];
}

export interface AlternatingInfo {
  readonly status: 'stepped' | 'no-value';
  /** −2 log likelihood of the linear mixed model, without the constant n log 2π. */
  readonly objective: number;
  /** Largest change of a fixed effect, or of the log of a variance. */
  readonly change: number;
}

/** Starts at values with additive variance alone, all fixed effects over the reals. */
export function init(values: PopulationValues): AlternatingState {
  return { values, modes: [] };
}

/**
 * One turn of Lindstrom and Bates 1990 (doi 10.2307/2532087): the modes at the present values, the model made linear there in
 * fixed and random effects, and the maximum-likelihood fit of that linear mixed model.
 */
export function step(
  problem: AlternatingProblem,
  state: AlternatingState,
): { readonly state: AlternatingState; readonly info: AlternatingInfo } {
  const { values } = state;
  const h = problem.differenceStep ?? 1e-4;
  const failed = { state, info: { status: 'no-value' as const, objective: Infinity, change: Infinity } };
  const modes: Float64Array[] = [];
  const linear: Subject[] = [];
  for (let i = 0; i < problem.subjects.length; i++) {
    const subject = problem.subjects[i];
    const prior = etaPrior(values, subject.occasions ?? 0);
    if (prior === null) return failed;
    const mode = conditionalMode(subject, values, prior, { start: state.modes[i], differenceStep: h });
    if (mode.linearization === null) return failed;
    const tangent = linearSubject(subject, values.theta, mode.eta, mode.linearization, h);
    if (tangent === null) return failed;
    modes.push(mode.eta);
    linear.push(tangent);
  }
  const fit: maximumLikelihood.PopulationProblem = {
    subjects: linear,
    approximation: 'fo',
    domains: Array.from(values.theta, () => 'real' as const),
    covariances: problem.covariances,
  };
  let at = maximumLikelihood.init(fit, values);
  if (!Number.isFinite(at.objective)) return failed;
  for (let k = 0; k < 200; k++) {
    const next = maximumLikelihood.step(fit, at);
    at = next.state;
    if (!next.info.accepted || next.info.gradient < 1e-5) break;
  }
  return {
    state: { values: at.values, modes },
    info: { status: 'stepped', objective: at.objective, change: changeOf(values, at.values) },
  };
}

/** The subject with its model replaced by the tangent at (θ, η); null where a prediction is not finite. */
function linearSubject(
  subject: Subject,
  theta: Float64Array,
  eta: Float64Array,
  { f, g }: { readonly f: Float64Array; readonly g: Float64Array },
  h: number,
): Subject | null {
  const n = subject.observed.length;
  const p = theta.length;
  const q = eta.length;
  // The derivative by θ is that by the random effects of the same model with the two exchanged.
  const exchanged = linearize(
    { ...subject, predict: (_, moved, out) => subject.predict(moved, eta, out) },
    eta,
    theta,
    h,
    Float64Array.from(f),
  );
  if (exchanged === null) return null;
  const x = exchanged.g;
  const constant = f.map((each, i) => {
    let value = each;
    for (let k = 0; k < p; k++) value -= x[i * p + k] * theta[k];
    for (let k = 0; k < q; k++) value -= g[i * q + k] * eta[k];
    return value;
  });
  return {
    ...subject,
    predict: (fixed, random, out) => {
      for (let i = 0; i < n; i++) {
        let value = constant[i];
        for (let k = 0; k < p; k++) value += x[i * p + k] * fixed[k];
        for (let k = 0; k < q; k++) value += g[i * q + k] * random[k];
        out[i] = value;
      }
      return true;
    },
  };
}

function changeOf(before: PopulationValues, after: PopulationValues): number {
  let change = Math.abs(Math.log(after.sigma.additive / before.sigma.additive));
  for (let i = 0; i < before.theta.length; i++) change = Math.max(change, Math.abs(after.theta[i] - before.theta[i]));
  const n = Math.sqrt(before.omega.length);
  for (let i = 0; i < n; i++)
    change = Math.max(change, Math.abs(Math.log(after.omega[i * n + i] / before.omega[i * n + i])));
  return change;
}
