import type { RandomStream } from '@gemel/numerics';
import { cholesky } from '@gemel/numerics/linalg/cholesky';
import { inferenceErrors } from '../errors.data.ts';
import type { InferenceProblem } from '../problem.ts';
import { errorVariance, etaPrior, type PopulationValues, type Subject } from './population.ts';

/** A subject's observations beside data sets of the same design drawn from a model. */
export interface SimulatedSubject {
  readonly id: string;
  readonly observed: Float64Array;
  /** 1 where the value lies below the limit that stands in `observed`. */
  readonly censored?: Uint8Array;
  /** replicates × observations, residual error included; NaN where the model gave no prediction. */
  readonly simulated: Float64Array;
  /** Predictions without random effects (PRED). */
  readonly typical: Float64Array;
}

export interface PopulationSimulation {
  readonly replicates: number;
  readonly subjects: readonly SimulatedSubject[];
  readonly problems: readonly InferenceProblem[];
}

/**
 * Draws every subject's observations `replicates` times: random effects from Ω (and those of each occasion), then a normal
 * residual error of the model's variance. Doses, times, covariates and occasions are the subject's own. A subject's draws
 * depend on the stream and its id alone, so that neither the order of subjects nor the number of others matters, and fewer
 * replicates are the first of more.
 * @throws inference-shape where a covariance is not positive definite, or `replicates` no positive whole number
 */
export function simulatePopulation(
  subjects: readonly Subject[],
  values: PopulationValues,
  replicates: number,
  random: RandomStream,
): PopulationSimulation {
  if (!Number.isInteger(replicates) || replicates < 1) {
    throw inferenceErrors.error('inference-shape', `${replicates} replicates cannot be drawn.`, 'replicates');
  }
  const roots = new Map<number, Float64Array>();
  const problems: InferenceProblem[] = [];
  const drawn = subjects.map((subject) => {
    const occasions = subject.occasions ?? 0;
    if (!roots.has(occasions)) roots.set(occasions, etaRoot(values, occasions));
    const one = simulateSubject(subject, values, roots.get(occasions)!, replicates, random.fork('subject', subject.id));
    const missing = one.simulated.reduce((count, y) => count + (Number.isFinite(y) ? 0 : 1), 0);
    if (missing > 0) {
      problems.push(
        inferenceErrors.problem(
          'inference-simulation-not-finite',
          `${missing} of ${one.simulated.length} simulated values of subject ${subject.id} are not finite.`,
          subject.id,
        ),
      );
    }
    return one;
  });
  return { replicates, subjects: drawn, problems };
}

function etaRoot(values: PopulationValues, occasions: number): Float64Array {
  const prior = etaPrior(values, occasions);
  const factor = prior && cholesky(prior.covariance, prior.dimension);
  if (factor?.status === 'ok') return factor.lower;
  throw inferenceErrors.error('inference-shape', 'The covariance of random effects is not positive definite.', 'omega');
}

function simulateSubject(
  subject: Subject,
  { theta, sigma }: PopulationValues,
  lower: Float64Array,
  replicates: number,
  random: RandomStream,
): SimulatedSubject {
  const n = subject.observed.length;
  const q = Math.sqrt(lower.length);
  const simulated = new Float64Array(replicates * n);
  const eta = new Float64Array(q);
  const z = new Float64Array(q);
  const f = new Float64Array(n);
  const typical = new Float64Array(n);
  if (!subject.predict(theta, eta, typical)) typical.fill(Number.NaN);
  for (let r = 0; r < replicates; r++) {
    for (let k = 0; k < q; k++) z[k] = random.normal();
    for (let k = 0; k < q; k++) {
      eta[k] = 0;
      for (let l = 0; l <= k; l++) eta[k] += lower[k * q + l] * z[l];
    }
    if (!subject.predict(theta, eta, f)) f.fill(Number.NaN);
    for (let i = 0; i < n; i++) {
      const y = f[i] + Math.sqrt(errorVariance(subject, sigma, i, f[i])) * random.normal();
      simulated[r * n + i] = Number.isFinite(y) ? y : Number.NaN;
    }
  }
  const { id, observed, censored } = subject;
  return { id, observed, ...(censored && { censored }), simulated, typical };
}
