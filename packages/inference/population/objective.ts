import { cholesky, solveLower } from '@gemel/numerics/linalg/cholesky';
import { type ConditionalMode, conditionalMode, type ModeOptions } from './conditional-mode.ts';
import {
  type EtaPrior,
  errorVariance,
  etaPrior,
  linearize,
  type PopulationValues,
  type Subject,
} from './population.ts';

/** First order; first-order conditional estimation; the same with interaction of η and ε. */
export type Approximation = 'fo' | 'foce' | 'focei';

export interface IndividualObjective {
  readonly id: string;
  /** The subject's part of −2 log likelihood. */
  readonly value: number;
  readonly eta: Float64Array;
  readonly status: ConditionalMode['status'] | 'not-positive-definite';
}

export interface PopulationObjective {
  /** −2 log likelihood without the constant n log 2π, as NONMEM prints it; Infinity where a subject has none. */
  readonly value: number;
  readonly individuals: readonly IndividualObjective[];
}

/**
 * −2 log of the marginal likelihood, each subject's integral over η approximated.
 * `fo`: the model linearised at η = 0. `foce`: linearised at the conditional mode, residual variances those at η = 0.
 * `focei`: Laplace at the mode with the expected second derivative, residual variances those at the mode.
 * Wang 2007, doi 10.1007/s10928-007-9060-6. Censored observations are defined under `focei` alone.
 * `starts`: where the search of each subject's mode begins.
 */
export function populationObjective(
  approximation: Approximation,
  subjects: readonly Subject[],
  values: PopulationValues,
  options: Omit<ModeOptions, 'interaction' | 'start'> & { readonly starts?: readonly Float64Array[] } = {},
): PopulationObjective {
  const priors = new Map<number, EtaPrior | null>();
  let total = 0;
  const individuals = subjects.map((subject, i) => {
    const occasions = subject.occasions ?? 0;
    if (!priors.has(occasions)) priors.set(occasions, etaPrior(values, occasions));
    const prior = priors.get(occasions)!;
    const { starts, ...search } = options;
    const one: IndividualObjective =
      prior === null
        ? { id: subject.id, value: Infinity, eta: new Float64Array(0), status: 'not-positive-definite' }
        : individualObjective(approximation, subject, values, prior, { ...search, start: starts?.[i] });
    total += one.value;
    return one;
  });
  return { value: total, individuals };
}

/** One subject's part of −2 log likelihood. */
export function individualObjective(
  approximation: Approximation,
  subject: Subject,
  values: PopulationValues,
  prior: EtaPrior,
  options: ModeOptions = {},
): IndividualObjective {
  const { id } = subject;
  const mode =
    approximation === 'fo'
      ? atZero(subject, values, prior, options)
      : conditionalMode(subject, values, prior, { ...options, interaction: approximation === 'focei' });
  const { eta, status, linearization } = mode;
  if (linearization === null) return { id, value: Infinity, eta, status };
  if (approximation === 'focei') {
    const factor = cholesky(mode.information, prior.dimension);
    if (factor.status !== 'ok') return { id, value: Infinity, eta, status: 'not-positive-definite' };
    return { id, value: mode.objective + prior.logDeterminant + factor.logDeterminant, eta, status };
  }
  if (subject.censored?.some((each) => each !== 0)) return { id, value: Infinity, eta, status: 'no-value' };
  const value = linearObjective(subject, values, prior, mode);
  return { id, value, eta, status: Number.isFinite(value) ? status : 'not-positive-definite' };
}

function atZero(subject: Subject, { theta }: PopulationValues, prior: EtaPrior, options: ModeOptions): ConditionalMode {
  const eta = new Float64Array(prior.dimension);
  const linearization = linearize(subject, theta, eta, options.differenceStep ?? 1e-4);
  const status = linearization === null ? 'no-value' : 'converged';
  return { status, eta, objective: 0, information: prior.precision, linearization, steps: 0, nearest: null };
}

/** log |C| + rᵀC⁻¹r with C = GΩGᵀ + R₀ and r = y − f + Gη of the model linearised at η. */
function linearObjective(subject: Subject, values: PopulationValues, prior: EtaPrior, mode: ConditionalMode): number {
  const n = subject.observed.length;
  if (n === 0) return 0;
  const q = prior.dimension;
  const { f, g } = mode.linearization!;
  const typical = new Float64Array(n);
  if (!subject.predict(values.theta, new Float64Array(q), typical)) return Infinity;
  const residual = new Float64Array(n);
  const spread = new Float64Array(n * q);
  for (let i = 0; i < n; i++) {
    residual[i] = subject.observed[i] - f[i];
    for (let k = 0; k < q; k++) {
      residual[i] += g[i * q + k] * mode.eta[k];
      for (let l = 0; l < q; l++) spread[i * q + k] += g[i * q + l] * prior.covariance[l * q + k];
    }
  }
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? errorVariance(subject, values.sigma, i, typical[i]) : 0;
      for (let k = 0; k < q; k++) sum += spread[i * q + k] * g[j * q + k];
      c[i * n + j] = sum;
    }
  }
  const factor = cholesky(c, n);
  if (factor.status !== 'ok') return Infinity;
  let value = factor.logDeterminant;
  for (const each of solveLower(factor.lower, n, residual)) value += each * each;
  return value;
}
