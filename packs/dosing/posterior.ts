import { type ConditionalMode, conditionalMode, jointObjective } from '@gemel/inference/population/conditional-mode';
import { type EtaPrior, etaPrior, type PopulationValues } from '@gemel/inference/population/population';
import { paretoSmooth } from '@gemel/inference/smc/pareto-smoothing';
import { studentProposal } from '@gemel/inference/smc/proposal';
import { cholesky, choleskyInverse } from '@gemel/numerics/linalg/cholesky';
import type { RandomStream } from '@gemel/numerics/random/stream';
import type { ModelSubject } from './subject.ts';

/** Degrees of freedom of the proposal: tails that a posterior of a few levels does not outreach. */
const DEGREES = 6;

/** Random effects of one patient under one model, given the levels. */
export interface EffectPosterior {
  /** Mode; null where the objective has no value at η = 0. */
  readonly mode: Float64Array;
  /** draws × effects. */
  readonly draws: Float64Array;
  readonly count: number;
  /** Normalised. */
  readonly weights: Float64Array;
  /** Pareto shape of the weights: above 0.7 they are not to be trusted. */
  readonly k: number;
  /** Log of the density of the levels under the model, up to a constant that all models share. */
  readonly logEvidence: number;
}

/** Mode of the random effects, with what it was found by. Of several, that of the lowest objective. */
export interface EffectMode {
  readonly found: ConditionalMode;
  readonly values: PopulationValues;
  readonly prior: EtaPrior;
}

/** @throws where the model's covariance is not positive definite */
export function effectMode({ model, effects, subject }: ModelSubject): EffectMode {
  const { proportional = 0, additive = 0 } = model.sigma;
  const values: PopulationValues = {
    theta: new Float64Array(0),
    omega: effects.covariance,
    sigma: { proportional, additive },
  };
  const prior = etaPrior(values);
  if (prior === null) throw new Error(`${model.id}: omega is not positive definite`);
  return { found: conditionalMode(subject, values, prior), values, prior };
}

/**
 * Posterior of the random effects: mode, Student t about it with the curvature there, importance weights smoothed by a
 * generalised Pareto distribution (Vehtari and others 2024, J Mach Learn Res 25:72). Null where the model gives the levels no density.
 */
export function effectPosterior(given: ModelSubject, count: number, random: RandomStream): EffectPosterior | null {
  const { effects, subject } = given;
  const q = effects.names.length;
  const { found, values, prior } = effectMode(given);
  if (found.status === 'no-value') return null;
  const factor = cholesky(found.information, q);
  if (factor.status !== 'ok') return null;
  const spread = cholesky(choleskyInverse(factor.lower, q), q);
  if (spread.status !== 'ok') return null;
  const proposal = studentProposal({ dimension: q, mean: found.eta, lower: spread.lower }, DEGREES);
  const draws = proposal.draw(count, random);
  const made = proposal.logDensity(draws, count);
  const f = new Float64Array(subject.observed.length);
  const logWeights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const eta = draws.subarray(i * q, (i + 1) * q);
    const ok = subject.predict(values.theta, eta, f);
    const objective = ok ? jointObjective(subject, values, prior, eta, f, null) : Infinity;
    logWeights[i] = -0.5 * objective - made[i];
  }
  const { weights, k } = paretoSmooth(logWeights);
  const top = Math.max(...logWeights);
  if (top === -Infinity) return null;
  let sum = 0;
  for (const each of logWeights) sum += Math.exp(each - top);
  const constant = -0.5 * (prior.logDeterminant + q * Math.log(2 * Math.PI));
  return { mode: found.eta, draws, count, weights, k, logEvidence: top + Math.log(sum / count) + constant };
}
