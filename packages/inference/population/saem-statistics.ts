import { cholesky } from '@gemel/numerics/linalg/cholesky';
import { type PopulationValues, type ResidualError, residualVariance } from './population.ts';
import type { ChainDraw } from './saem-kernels.ts';

/** Sufficient statistics of individual parameters φ = means + η and of residuals, means over chains. */
export interface Statistics {
  /** Of each subject, φ of the subject and of each occasion. */
  readonly individual: readonly Float64Array[];
  /** Sum over subjects of φφᵀ. */
  readonly between: Float64Array;
  /** The same over all occasions. */
  readonly within: Float64Array;
  /** Squared residuals over the variance that a residual error of variance 1 would have, summed. */
  readonly squares: number;
  readonly observations: number;
  /** Expected information about the logs of the residual variances, and about fixed effects that are no means. */
  readonly sigmaInformation: Float64Array;
  readonly otherInformation: Float64Array;
}

/** Statistics of one iteration's draws. `means` of each subject are added to its random effects. */
export function statisticsOf(
  values: PopulationValues,
  draws: readonly (readonly ChainDraw[])[],
  means: readonly Float64Array[],
  information: { readonly sigma: Float64Array; readonly others: Float64Array },
): Statistics {
  const q = Math.sqrt(values.omega.length);
  const w = Math.sqrt(values.occasionOmega?.length ?? 0);
  const between = new Float64Array(q * q);
  const within = new Float64Array(w * w);
  const shape = { proportional: values.sigma.proportional > 0 ? 1 : 0, additive: values.sigma.additive > 0 ? 1 : 0 };
  let squares = 0;
  let observations = 0;
  const individual = draws.map((chains, s) => {
    const share = 1 / chains.length;
    const mean = Float64Array.from(means[s]);
    for (const { eta, f, y, factors } of chains) {
      const phi = eta.map((each, k) => each + means[s][k]);
      for (let k = 0; k < phi.length; k++) mean[k] += share * eta[k];
      addSquare(between, phi, 0, q, share);
      for (let from = q; from < phi.length; from += w) addSquare(within, phi, from, w, share);
      for (let i = 0; i < f.length; i++) {
        squares += (share * (y[i] - f[i]) ** 2) / ((factors?.[i] ?? 1) * residualVariance(shape, f[i]));
      }
    }
    observations += chains[0].f.length;
    return mean;
  });
  return {
    individual,
    between,
    within,
    squares,
    observations,
    sigmaInformation: information.sigma,
    otherInformation: information.others,
  };
}

function addSquare(into: Float64Array, phi: Float64Array, from: number, n: number, share: number): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) into[i * n + j] += share * phi[from + i] * phi[from + j];
}

/** Moves every statistic by `gain` of the way to the new one. */
export function towards(old: Statistics, fresh: Statistics, gain: number): Statistics {
  const part = (a: number, b: number) => a + gain * (b - a);
  const parts = (a: Float64Array, b: Float64Array) => a.map((each, i) => part(each, b[i]));
  return {
    individual: old.individual.map((each, s) => parts(each, fresh.individual[s])),
    between: parts(old.between, fresh.between),
    within: parts(old.within, fresh.within),
    squares: part(old.squares, fresh.squares),
    observations: old.observations,
    sigmaInformation: parts(old.sigmaInformation, fresh.sigmaInformation),
    otherInformation: parts(old.otherInformation, fresh.otherInformation),
  };
}

/** The covariances that fit best about the means, of estimated entries alone; the old ones where they are not positive definite. */
export function fittedCovariances(
  { individual, between, within }: Statistics,
  means: readonly Float64Array[],
  old: PopulationValues,
  omegaPattern: Uint8Array,
  occasionPattern: Uint8Array,
): { readonly omega: Float64Array; readonly occasionOmega?: Float64Array } {
  const q = Math.sqrt(old.omega.length);
  const w = Math.sqrt(old.occasionOmega?.length ?? 0);
  const about = (raw: Float64Array, n: number, pattern: Uint8Array, froms: (d: number) => readonly number[]) => {
    const sum = Float64Array.from(raw);
    let count = 0;
    means.forEach((mean, s) => {
      for (const from of froms(mean.length)) {
        count++;
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            const [mi, mj] = [mean[from + i], mean[from + j]];
            sum[i * n + j] += mi * mj - mi * individual[s][from + j] - individual[s][from + i] * mj;
          }
        }
      }
    });
    return sum.map((each, at) => (pattern[at] ? each / count : 0));
  };
  const kept = (found: Float64Array, n: number, before: Float64Array) =>
    cholesky(found, n).status === 'ok' ? found : before;
  const omega = kept(
    about(between, q, omegaPattern, () => [0]),
    q,
    old.omega,
  );
  if (!old.occasionOmega) return { omega };
  const occasions = (d: number) => Array.from({ length: (d - q) / w }, (_, o) => q + o * w);
  return { omega, occasionOmega: kept(about(within, w, occasionPattern, occasions), w, old.occasionOmega) };
}

/** Share of a variance that annealing leaves it at least (Lavielle 2014, Mixed Effects Models for the Population Approach, section 9.3). */
const ANNEALING = 0.95;

/** The new covariance with no variance below 0.95 of the old one, its correlations kept. */
export function annealed(old: Float64Array, fresh: Float64Array): Float64Array {
  const n = Math.sqrt(old.length);
  const stretch = Array.from({ length: n }, (_, i) =>
    Math.sqrt(Math.max(1, (ANNEALING * old[i * n + i]) / fresh[i * n + i])),
  );
  return fresh.map((each, at) => each * stretch[Math.floor(at / n)] * stretch[at % n]);
}

/** Most that a residual variance may grow meanwhile: misfit of a poor start goes to the random effects, whose means then follow. */
const GROWTH = 1.1;

/** The new residual variances, no farther from the old ones than annealing lets them. */
export function annealedSigma(old: ResidualError, fresh: ResidualError): ResidualError {
  const within = (before: number, after: number) => Math.min(GROWTH * before, Math.max(ANNEALING * before, after));
  return {
    proportional: within(old.proportional, fresh.proportional),
    additive: within(old.additive, fresh.additive),
  };
}
