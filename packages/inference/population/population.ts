import { cholesky, choleskyInverse } from '@gemel/numerics/linalg/cholesky';
import type { Kink } from './kinks.ts';

/** One subject as inference sees it: numbers, and a function that predicts them. */
export interface Subject {
  readonly id: string;
  readonly observed: Float64Array;
  /** 1 where the value lies below the limit of quantification, which then stands in `observed`; absent: none does. */
  readonly censored?: Uint8Array;
  /** How many times the residual error's variance each observation's is: of those in doubt; absent: once. */
  readonly varianceFactors?: Float64Array;
  /** Occasions with random effects of their own; absent: 0. */
  readonly occasions?: number;
  /** Where the prediction is not smooth; absent: it is. */
  readonly kinks?: readonly Kink[];
  /**
   * How fixed effects shift random effects, random effects × fixed effects: the prediction depends on θ and η through
   * η + design · link(θ) alone. NaN in the column of a fixed effect that acts otherwise. Absent: all do.
   */
  readonly design?: Float64Array;
  /**
   * Writes the prediction of every observation into `out`; false where there is none.
   * `eta`: random effects of the subject, then those of each occasion in turn.
   */
  predict(theta: Float64Array, eta: Float64Array, out: Float64Array): boolean;
}

/** Variances of the residual error: `additive + proportional · f²`; zero where there is no such part. */
export interface ResidualError {
  readonly proportional: number;
  readonly additive: number;
}

/** Population values at which objectives are evaluated. */
export interface PopulationValues {
  readonly theta: Float64Array;
  /** Covariance of the random effects, row-major, positive definite. */
  readonly omega: Float64Array;
  /** Covariance of the random effects of one occasion; absent: none. */
  readonly occasionOmega?: Float64Array;
  readonly sigma: ResidualError;
}

/** The covariance of all random effects of one subject, ready for use. */
export interface EtaPrior {
  readonly dimension: number;
  readonly covariance: Float64Array;
  readonly precision: Float64Array;
  readonly logDeterminant: number;
}

/** Block-diagonal covariance of a subject's random effects with those of its occasions; null where not positive definite. */
export function etaPrior(values: PopulationValues, occasions = 0): EtaPrior | null {
  const between = Math.sqrt(values.omega.length);
  const within = Math.sqrt(values.occasionOmega?.length ?? 0);
  const dimension = between + occasions * within;
  const covariance = new Float64Array(dimension * dimension);
  const place = (block: Float64Array, size: number, from: number) => {
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) covariance[(from + i) * dimension + from + j] = block[i * size + j];
  };
  place(values.omega, between, 0);
  if (values.occasionOmega)
    for (let o = 0; o < occasions; o++) place(values.occasionOmega, within, between + o * within);
  const factor = cholesky(covariance, dimension);
  if (factor.status !== 'ok') return null;
  const precision = choleskyInverse(factor.lower, dimension);
  return { dimension, covariance, precision, logDeterminant: factor.logDeterminant };
}

/**
 * Variance of an observation predicted as f. Where nothing is there and the error is proportional alone, that of f = 1, as
 * control streams customarily write: such an observation then adds a constant.
 */
export function residualVariance(sigma: ResidualError, f: number): number {
  return sigma.additive + sigma.proportional * (f === 0 && sigma.additive === 0 ? 1 : f * f);
}

/** Variance of observation `i` of a subject predicted as f, its factor included. */
export function errorVariance({ varianceFactors }: Subject, sigma: ResidualError, i: number, f: number): number {
  return (varianceFactors?.[i] ?? 1) * residualVariance(sigma, f);
}

/** Predictions f and their derivatives by the random effects. */
export interface Linearization {
  readonly f: Float64Array;
  /** observations × dimension. */
  readonly g: Float64Array;
  /** Predictions with each random effect in turn a step larger, dimension × observations. */
  readonly up: Float64Array;
}

/** Central differences of step h; null where a prediction is not finite. */
export function linearize(
  subject: Subject,
  theta: Float64Array,
  eta: Float64Array,
  h: number,
  at?: Float64Array,
): Linearization | null {
  const n = subject.observed.length;
  const q = eta.length;
  const f = at ?? new Float64Array(n);
  if (!at && !subject.predict(theta, eta, f)) return null;
  const g = new Float64Array(n * q);
  const moved = Float64Array.from(eta);
  const above = new Float64Array(n * q);
  const down = new Float64Array(n);
  for (let k = 0; k < q; k++) {
    const up = above.subarray(k * n, k * n + n);
    moved[k] = eta[k] + h;
    if (!subject.predict(theta, moved, up)) return null;
    moved[k] = eta[k] - h;
    if (!subject.predict(theta, moved, down)) return null;
    moved[k] = eta[k];
    for (let i = 0; i < n; i++) g[i * q + k] = (up[i] - down[i]) / (2 * h);
  }
  return { f, g, up: above };
}
