import type { RandomStream } from '@gemel/numerics';
import { solveLower } from '@gemel/numerics/linalg/cholesky';
import { covarianceRoot, lowerFactor } from '@gemel/numerics/linalg/lower-factor';
import { symmetricEigen } from '@gemel/numerics/linalg/symmetric-eigen';
import type { EnsembleState } from './ensemble-kalman.ts';
import { type Observation, presentComponents } from './observation.ts';
import { type Robust, robustWeights } from './robust.ts';
import type { FilterStatus } from './status.ts';

/** Mean, and deviations from it (members × size), of members × size numbers. */
export interface Deviations {
  readonly mean: Float64Array;
  readonly deviations: Float64Array;
}

export function deviationsOf(ensemble: Float64Array, members: number, size: number): Deviations {
  const mean = new Float64Array(size);
  for (let m = 0; m < members; m++) for (let i = 0; i < size; i++) mean[i] += ensemble[m * size + i];
  for (let i = 0; i < size; i++) mean[i] /= members;
  const deviations = new Float64Array(members * size);
  for (let m = 0; m < members; m++)
    for (let i = 0; i < size; i++) deviations[m * size + i] = ensemble[m * size + i] - mean[i];
  return { mean, deviations };
}

/** An ensemble's forecast of an observation in units of its error (whitened); or why there is none. */
export interface WhitenedForecast {
  readonly size: number;
  readonly state: Deviations;
  /** members × size, divided by the error's root. */
  readonly predicted: Float64Array;
  /** values − predicted mean, divided by the error's root. */
  readonly innovation: Float64Array;
  /** Precision weights, already in `predicted` and `innovation`; all 1 unless robust. */
  readonly weights: Float64Array;
}

/** Forecast of the present components; a status where the update cannot go on. */
export function whitenedForecast(
  { ensemble, members, dimension }: EnsembleState,
  observation: Observation,
  robust?: Robust,
): WhitenedForecast | FilterStatus {
  if (!ensemble.every(Number.isFinite)) return 'forecast-not-finite';
  const state = deviationsOf(ensemble, members, dimension);
  if (collapsed(state, members, dimension)) return 'ensemble-collapsed';
  const { operator, values } = presentComponents(observation);
  const { size } = operator;
  if (size === 0) return 'no-observation';
  const root = covarianceRoot(operator.covariance, size);
  if (!root) return 'covariance-not-positive';
  for (let i = 0; i < size; i++) if (!(root[i * size + i] > 0)) return 'covariance-not-positive';
  const y = deviationsOf(operator.observe(ensemble, members), members, size);
  const difference = values.map((v, i) => v - y.mean[i]);
  if (!difference.every(Number.isFinite) || !y.deviations.every(Number.isFinite)) return 'observation-not-finite';
  let weights: Float64Array | null = new Float64Array(size).fill(1);
  if (robust) {
    const covariance = new Float64Array(size * size);
    for (let m = 0; m < members; m++)
      for (let i = 0; i < size; i++)
        for (let j = 0; j < size; j++)
          covariance[i * size + j] += (y.deviations[m * size + i] * y.deviations[m * size + j]) / (members - 1);
    weights = robustWeights(difference, covariance, root, robust);
    if (!weights) return 'covariance-not-positive';
  }
  const kept = weights;
  const whiten = (v: Float64Array) => solveLower(root, size, v).map((e, i) => e * Math.sqrt(kept[i]));
  const predicted = new Float64Array(members * size);
  for (let m = 0; m < members; m++) predicted.set(whiten(y.deviations.subarray(m * size, (m + 1) * size)), m * size);
  return { size, state, predicted, innovation: whiten(difference), weights };
}

/** Whether every coordinate agrees over members to rounding. */
function collapsed({ mean, deviations }: Deviations, members: number, dimension: number): boolean {
  for (let i = 0; i < dimension; i++) {
    for (let m = 0; m < members; m++)
      if (Math.abs(deviations[m * dimension + i]) > 1e-14 * Math.abs(mean[i])) return false;
  }
  return true;
}

/** The analysis in the space of members. */
export interface EnsembleWeights {
  /** Added to the mean: Σ weights[m] · deviation of member m. */
  readonly mean: Float64Array;
  /** members × members symmetric; new deviation of member m: Σ transform[m, l] · deviation of member l. */
  readonly transform: Float64Array;
  /** Inverse of `transform`. */
  readonly inverse: Float64Array;
}

/**
 * Ensemble transform with the symmetric root: Hunt, Kostelich, Szunyogh, Physica D 230 (2007) 112, equations 21–24.
 * `predicted` (members × size) and `innovation` are in units of the error.
 */
export function ensembleWeights(
  predicted: Float64Array,
  innovation: Float64Array,
  members: number,
): EnsembleWeights | null {
  const size = innovation.length;
  const information = new Float64Array(members * members);
  for (let a = 0; a < members; a++) {
    for (let b = 0; b <= a; b++) {
      let s = 0;
      for (let i = 0; i < size; i++) s += predicted[a * size + i] * predicted[b * size + i];
      information[a * members + b] = s;
      information[b * members + a] = s;
    }
  }
  const { status, values, vectors } = symmetricEigen(information, members);
  if (status !== 'ok') return null;
  const pull = new Float64Array(members);
  for (let a = 0; a < members; a++) for (let i = 0; i < size; i++) pull[a] += predicted[a * size + i] * innovation[i];
  const mean = new Float64Array(members);
  const transform = new Float64Array(members * members);
  const inverse = new Float64Array(members * members);
  for (let k = 0; k < members; k++) {
    const scale = members - 1 + Math.max(0, values[k]);
    const root = Math.sqrt((members - 1) / scale);
    let along = 0;
    for (let a = 0; a < members; a++) along += vectors[a * members + k] * pull[a];
    for (let a = 0; a < members; a++) {
      const v = vectors[a * members + k];
      mean[a] += (v * along) / scale;
      for (let b = 0; b < members; b++) {
        transform[a * members + b] += v * root * vectors[b * members + k];
        inverse[a * members + b] += (v / root) * vectors[b * members + k];
      }
    }
  }
  return { mean, transform, inverse };
}

/** out[m] = Σ matrix[m, l] · rows[l] for members × members and members × size. */
export function mixMembers(matrix: Float64Array, rows: Float64Array, members: number, size: number): Float64Array {
  const out = new Float64Array(members * size);
  for (let m = 0; m < members; m++)
    for (let l = 0; l < members; l++) {
      const w = matrix[m * members + l];
      for (let i = 0; i < size; i++) out[m * size + i] += w * rows[l * size + i];
    }
  return out;
}

/**
 * A random orthogonal members × members matrix that leaves the vector of ones, and so every mean, where it is; uniform
 * among such. Sakov and Oke, Mon. Weather Rev. 136 (2008) 1042, section 4.
 */
export function meanPreservingRotation(members: number, random: RandomStream): Float64Array {
  const n = members - 1;
  const z = Float64Array.from({ length: n * n }, () => random.normal());
  // Q = L⁻¹ Z is orthogonal, and uniform because L has a positive diagonal.
  const lower = lowerFactor(z, n, n);
  const q = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const column = solveLower(
      lower,
      n,
      Float64Array.from({ length: n }, (_, i) => z[i * n + j]),
    );
    for (let i = 0; i < n; i++) q[i * n + j] = column[i];
  }
  // The reflection that takes the last unit vector to the direction of ones; its other columns span the rest.
  const v = new Float64Array(members).fill(-1 / Math.sqrt(members));
  v[n] += 1;
  const scale = 2 / v.reduce((s, x) => s + x * x, 0);
  const reflection = (i: number, j: number) => (i === j ? 1 : 0) - scale * v[i] * v[j];
  const rotation = new Float64Array(members * members).fill(1 / members);
  const half = new Float64Array(members * n);
  for (let i = 0; i < members; i++)
    for (let j = 0; j < n; j++) for (let k = 0; k < n; k++) half[i * n + j] += reflection(i, k) * q[k * n + j];
  for (let i = 0; i < members; i++)
    for (let l = 0; l < members; l++)
      for (let j = 0; j < n; j++) rotation[i * members + l] += half[i * n + j] * reflection(l, j);
  return rotation;
}

/** How deviations are widened after an analysis. */
export interface Widening {
  /** Multiplies deviations from the mean; absent: 1. */
  readonly inflation?: number;
  /**
   * Relaxation to the prior spread, 0 to 1: deviations × (1 + α (σ prior − σ posterior)/σ posterior) per coordinate
   * (Whitaker and Hamill, Mon. Weather Rev. 140 (2012) 3078, equation 2); absent: 0.
   */
  readonly relaxation?: number;
  /** Rotates members at random about their mean; needed by square-root filters of strongly nonlinear models. */
  readonly rotate?: boolean;
}

/** Puts an ensemble together from its mean and deviations, widened and rotated. */
export function widenedEnsemble(
  mean: Float64Array,
  deviations: Float64Array,
  prior: Float64Array,
  members: number,
  options: Widening,
  random: RandomStream,
): EnsembleState {
  const dimension = mean.length;
  const { inflation = 1, relaxation = 0 } = options;
  const turned = options.rotate
    ? mixMembers(meanPreservingRotation(members, random), deviations, members, dimension)
    : deviations;
  const ensemble = new Float64Array(members * dimension);
  for (let i = 0; i < dimension; i++) {
    let factor = inflation;
    if (relaxation > 0) {
      let before = 0;
      let after = 0;
      for (let m = 0; m < members; m++) {
        before += prior[m * dimension + i] ** 2;
        after += deviations[m * dimension + i] ** 2;
      }
      if (after > 0) factor *= 1 + relaxation * (Math.sqrt(before / after) - 1);
    }
    for (let m = 0; m < members; m++) ensemble[m * dimension + i] = mean[i] + factor * turned[m * dimension + i];
  }
  return { members, dimension, ensemble };
}
