import type { RandomStream } from '@gemel/numerics';
import { logNormalCdf, normalQuantile } from '@gemel/numerics/special/normal';
import { conditionalMode, jointObjective } from './conditional-mode.ts';
import { distanceFrom, drawAbout, logTail, type ModeProposal, modeProposal } from './mode-proposal.ts';
import { type EtaPrior, errorVariance, type PopulationValues, type Subject } from './population.ts';

/** Markov chains of one subject's random effects. */
export interface SubjectChains {
  /** chains × random effects. */
  readonly etas: Float64Array;
  /** Logs of the step sizes: of each random effect in standard deviations of the prior, and of all together in those of `covariance`. */
  readonly strides: Float64Array;
  /** Running mean and covariance of the draws: what moves of all random effects together are shaped by. */
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  /** About the conditional mode of an earlier iteration; null where there was none. */
  readonly proposal: ModeProposal | null;
}

/** Chains at η = 0 that move by the prior until they know better. */
export function startChains(prior: EtaPrior, count: number): SubjectChains {
  const d = prior.dimension;
  return {
    etas: new Float64Array(count * d),
    strides: new Float64Array(d + 1).fill(-0.7),
    mean: new Float64Array(d),
    covariance: prior.covariance,
    proposal: null,
  };
}

/** The chains after one iteration of draws, moved by `shift`; strides and shape follow the draws ever more slowly. */
export function nextChains(
  chains: SubjectChains,
  draws: readonly ChainDraw[],
  shift: Float64Array,
  iteration: number,
): SubjectChains {
  const d = shift.length;
  const share = 1 / draws.length;
  const etas = new Float64Array(draws.length * d);
  const strides = Float64Array.from(chains.strides);
  const mean = Float64Array.from(chains.mean);
  const covariance = Float64Array.from(chains.covariance);
  const gain = Math.max(FORGETTING, 1 / (iteration + 1));
  draws.forEach(({ eta, taken }, c) => {
    for (let k = 0; k <= d; k++) strides[k] += (taken[k] / SWEEPS - WANTED) * share * iteration ** -0.5;
    for (let i = 0; i < d; i++) {
      etas[c * d + i] = eta[i] + shift[i];
      mean[i] += gain * share * (eta[i] - chains.mean[i]);
      for (let j = 0; j < d; j++) {
        const square = (eta[i] - chains.mean[i]) * (eta[j] - chains.mean[j]);
        covariance[i * d + j] += gain * share * (square - chains.covariance[i * d + j]);
      }
    }
  });
  for (let i = 0; i < d; i++) mean[i] += shift[i];
  const proposal = chains.proposal && {
    ...chains.proposal,
    mean: chains.proposal.mean.map((each, k) => each + shift[k]),
  };
  return { etas, strides: strides.map((each) => Math.min(2, Math.max(-8, each))), mean, covariance, proposal };
}

/** A fresh proposal about the conditional mode, searched from where the last one stood. */
export function proposalOf(
  subject: Subject,
  values: PopulationValues,
  prior: EtaPrior,
  { proposal }: SubjectChains,
): ModeProposal | null {
  const found = conditionalMode(subject, values, prior, {
    modes: 'nearest',
    tolerance: 1e-3,
    mostSteps: 20,
    ...(proposal && { start: proposal.mean }),
  });
  return modeProposal(found);
}

/** Weight of one iteration in the running covariance, late in the run. */
const FORGETTING = 0.02;

/** How often moves were accepted. */
export interface Acceptance {
  prior: number;
  mode: number;
  component: number;
  block: number;
}

/** One chain's state after its moves. */
export interface ChainDraw {
  readonly eta: Float64Array;
  readonly f: Float64Array;
  /** Observations, with a draw in place of each that lies below a limit. */
  readonly y: Float64Array;
  /** Factors of the variances of observations, as the subject has them. */
  readonly factors?: Float64Array | undefined;
  /** −2 log density of the observations; Infinity where there is none. */
  readonly objective: number;
  readonly acceptance: Acceptance;
  /** Accepted moves of each stride, of as many as `SWEEPS`. */
  readonly taken: Float64Array;
}

/** Moves of each kind in one iteration. */
const SWEEPS = 2;
/** Acceptance that strides are adapted to. */
const WANTED = 0.4;

const NO_PRIOR: EtaPrior = {
  dimension: 0,
  covariance: new Float64Array(0),
  precision: new Float64Array(0),
  logDeterminant: 0,
};

/**
 * Metropolis–Hastings moves of one chain (Kuhn and Lavielle 2005, section 3.1): proposals from the prior and about
 * the conditional mode (Karimi, Lavielle and Moulines 2020, doi 10.1016/j.csda.2019.07.001), random walks of one random effect at a time, and of all together along the covariance of the subject's own draws (Haario, Saksman and Tamminen 2001, doi
 * 10.2307/3318737). `lower` and `shape` are the Cholesky factors of the two covariances.
 */
export function moves(
  subject: Subject,
  values: PopulationValues,
  prior: EtaPrior,
  lower: Float64Array,
  shape: Float64Array,
  start: Float64Array,
  { strides, proposal }: SubjectChains,
  random: RandomStream,
): ChainDraw {
  const d = prior.dimension;
  const n = subject.observed.length;
  const acceptance: Acceptance = { prior: 0, mode: 0, component: 0, block: 0 };
  const taken = new Float64Array(d + 1);
  let eta = Float64Array.from(start);
  let f = new Float64Array(n);
  let trial = new Float64Array(d);
  let trialF = new Float64Array(n);
  const dataObjective = (at: Float64Array, out: Float64Array) =>
    subject.predict(values.theta, at, out) ? jointObjective(subject, values, NO_PRIOR, at, out, null) : Infinity;
  let data = dataObjective(eta, f);
  let own = quadratic(prior, eta);
  /** Accepts or not, by what the target gains, with the prior's part where `weighed`, and by `correction` of the proposal. */
  const decide = (weighed: boolean, correction = 0): boolean => {
    const moved = dataObjective(trial, trialF);
    const movedOwn = quadratic(prior, trial);
    const fall = data - moved + (weighed ? own - movedOwn : 0);
    // A state without a density takes anything that has one.
    if (!(moved < Infinity) || !(data === Infinity || Math.log(random.uniform()) < 0.5 * fall + correction))
      return false;
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
  const spread = (into: Float64Array, factor: Float64Array, length: number, from?: Float64Array) => {
    for (let i = 0; i < d; i++) {
      let sum = 0;
      for (let j = 0; j <= i; j++) sum += factor[i * d + j] * normal[j];
      into[i] = length * sum + (from ? from[i] : 0);
    }
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    draw();
    spread(trial, lower, 1);
    if (decide(false)) acceptance.prior += 1 / SWEEPS;
  }
  for (let sweep = 0; sweep < SWEEPS && proposal !== null; sweep++) {
    const to = logTail(d, drawAbout(proposal, random, trial));
    if (decide(true, logTail(d, distanceFrom(proposal, eta)) - to)) acceptance.mode += 1 / SWEEPS;
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
    spread(trial, shape, Math.exp(strides[d]), eta);
    if (!decide(true)) continue;
    taken[d]++;
    acceptance.block += 1 / SWEEPS;
  }
  const y = subject.observed.map((limit, i) =>
    subject.censored?.[i]
      ? below(limit, f[i], Math.sqrt(errorVariance(subject, values.sigma, i, f[i])), random)
      : limit,
  );
  return { eta, f, y, factors: subject.varianceFactors, objective: data, acceptance, taken };
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
