import type { RandomStream } from '@gemel/numerics';
import { logNormalCdf, normalQuantile } from '@gemel/numerics/special/normal';
import { jointObjective } from './conditional-mode.ts';
import { type EtaPrior, type PopulationValues, residualVariance, type Subject } from './population.ts';

/** Markov chains of one subject's random effects. */
export interface SubjectChains {
  /** chains × random effects. */
  readonly etas: Float64Array;
  /** Logs of the step sizes, in standard deviations of the prior: one for each random effect, and one of all together. */
  readonly strides: Float64Array;
}

/** How often moves were accepted. */
export interface Acceptance {
  prior: number;
  component: number;
  block: number;
}

/** One chain's state after its moves. */
export interface ChainDraw {
  readonly eta: Float64Array;
  readonly f: Float64Array;
  /** Observations, with a draw in place of each that lies below a limit. */
  readonly y: Float64Array;
  /** −2 log density of the observations; Infinity where there is none. */
  readonly objective: number;
  readonly acceptance: Acceptance;
  /** Accepted moves of each stride, of as many as `SWEEPS`. */
  readonly taken: Float64Array;
}

/** Moves of each kind in one iteration. */
export const SWEEPS = 2;
/** Acceptance that strides are adapted to. */
export const WANTED = 0.4;

const NO_PRIOR: EtaPrior = {
  dimension: 0,
  covariance: new Float64Array(0),
  precision: new Float64Array(0),
  logDeterminant: 0,
};

/**
 * Metropolis–Hastings moves of one chain (Kuhn and Lavielle 2005, section 3.1): proposals from the prior, random walks of one random
 * effect at a time, and of all together along the prior's covariance. `lower` is the Cholesky factor of that covariance.
 */
export function moves(
  subject: Subject,
  values: PopulationValues,
  prior: EtaPrior,
  lower: Float64Array,
  start: Float64Array,
  strides: Float64Array,
  random: RandomStream,
): ChainDraw {
  const d = prior.dimension;
  const n = subject.observed.length;
  const acceptance: Acceptance = { prior: 0, component: 0, block: 0 };
  const taken = new Float64Array(d + 1);
  let eta = Float64Array.from(start);
  let f = new Float64Array(n);
  let trial = new Float64Array(d);
  let trialF = new Float64Array(n);
  const dataObjective = (at: Float64Array, out: Float64Array) =>
    subject.predict(values.theta, at, out) ? jointObjective(subject, values, NO_PRIOR, at, out, null) : Infinity;
  let data = dataObjective(eta, f);
  let own = quadratic(prior, eta);
  /** Accepts or not, by what the target gains beside the prior's part `weighed`. */
  const decide = (weighed: boolean): boolean => {
    const moved = dataObjective(trial, trialF);
    const movedOwn = quadratic(prior, trial);
    const fall = data - moved + (weighed ? own - movedOwn : 0);
    // A state without a density takes anything that has one.
    if (!(moved < Infinity) || !(data === Infinity || Math.log(random.uniform()) < 0.5 * fall)) return false;
    [eta, trial] = [trial, eta];
    [f, trialF] = [trialF, f];
    data = moved;
    own = movedOwn;
    return true;
  };
  const normal = new Float64Array(d);
  const draw = () => {
    for (let k = 0; k < d; k++) normal[k] = random.normal();
  };
  const spread = (into: Float64Array, length: number, from?: Float64Array) => {
    for (let i = 0; i < d; i++) {
      let sum = 0;
      for (let j = 0; j <= i; j++) sum += lower[i * d + j] * normal[j];
      into[i] = length * sum + (from ? from[i] : 0);
    }
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    draw();
    spread(trial, 1);
    if (decide(false)) acceptance.prior += 1 / SWEEPS;
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let k = 0; k < d; k++) {
      trial.set(eta);
      trial[k] += Math.exp(strides[k]) * Math.sqrt(prior.covariance[k * d + k]) * random.normal();
      if (!decide(true)) continue;
      taken[k]++;
      acceptance.component += 1 / (SWEEPS * d);
    }
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    draw();
    spread(trial, Math.exp(strides[d]), eta);
    if (!decide(true)) continue;
    taken[d]++;
    acceptance.block += 1 / SWEEPS;
  }
  const y = subject.observed.map((limit, i) =>
    subject.censored?.[i] ? below(limit, f[i], Math.sqrt(residualVariance(values.sigma, f[i])), random) : limit,
  );
  return { eta, f, y, objective: data, acceptance, taken };
}

function quadratic({ dimension: d, precision }: EtaPrior, eta: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) sum += eta[i] * precision[i * d + j] * eta[j];
  return sum;
}

/** A normal number that lies below a limit (Samson, Lavielle and Mentré 2006, doi 10.1016/j.csda.2006.05.007). */
function below(limit: number, mean: number, deviation: number, random: RandomStream): number {
  const z = (limit - mean) / deviation;
  const u = random.uniform();
  // Far in the tail the excess is exponential with rate |z|.
  const at = z < -30 ? z + Math.log(u) / -z : normalQuantile(u * Math.exp(logNormalCdf(z)));
  return mean + deviation * at;
}
