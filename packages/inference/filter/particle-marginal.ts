import type { RandomStream } from '@gemel/numerics';
import { cholesky } from '@gemel/numerics/linalg/cholesky';
import { identity } from '@gemel/numerics/linalg/matrix';
import type { ChainDraw } from '../mcmc/draws.ts';

/** What the chain walks over: an unbiased estimate of the likelihood, and the prior. Coordinates are unconstrained. */
export interface EstimatedPosterior {
  readonly dimension: number;
  /** Log of an unbiased estimate of p(data | parameters): the summed `logEvidence` of a particle filter without jitter. */
  logLikelihood(parameters: Float64Array, random: RandomStream): number;
  /** log p(parameters) up to a constant; −Infinity outside. */
  logPrior(parameters: Float64Array): number;
}

export interface ParticleMarginalState {
  readonly parameters: Float64Array;
  readonly logPosterior: number;
  /** Running mean and covariance of the chain while it adapts, and how many states they are of. */
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
  readonly visits: number;
  /** Log of the factor on the proposal's scale. */
  readonly logScale: number;
}

export interface ParticleMarginalInfo {
  /** `posterior-not-finite`: the estimate at the chain's own start was not finite, and nothing has been accepted yet. */
  readonly status: 'ok' | 'posterior-not-finite';
  readonly accepted: boolean;
  /** min(1, ratio) of the proposal. */
  readonly acceptance: number;
}

/** Starts the chain; `scales` are first guesses of posterior standard deviations. */
export function init(
  posterior: EstimatedPosterior,
  parameters: Float64Array,
  scales: Float64Array,
  random: RandomStream,
): ParticleMarginalState {
  const n = posterior.dimension;
  const covariance = identity(n);
  for (let i = 0; i < n; i++) covariance[i * n + i] = scales[i] ** 2;
  const logPosterior = estimate(posterior, parameters, random);
  return { parameters, logPosterior, mean: Float64Array.from(parameters), covariance, visits: 1, logScale: 0 };
}

/**
 * One step of particle marginal Metropolis–Hastings: Andrieu, Doucet, Holenstein, J. R. Stat. Soc. B 72 (2010) 269. The
 * estimate at the current point is kept until a proposal is accepted, which makes the chain exact for any number of
 * particles. While `adapt` is true (warm-up only) covariance and scale follow the chain towards an acceptance of 0.234
 * (Haario, Saksman, Tamminen, Bernoulli 7 (2001) 223; Atchadé and Rosenthal, Bernoulli 11 (2005) 815).
 */
export function step(
  posterior: EstimatedPosterior,
  state: ParticleMarginalState,
  random: RandomStream,
  adapt: boolean,
): { readonly state: ParticleMarginalState; readonly info: ParticleMarginalInfo } {
  const n = posterior.dimension;
  const factor = cholesky(state.covariance, n);
  const scale = (2.38 / Math.sqrt(n)) * Math.exp(state.logScale);
  const proposal = Float64Array.from(state.parameters);
  const z = Float64Array.from({ length: n }, () => random.normal());
  for (let i = 0; i < n; i++) {
    if (factor.status === 'ok') for (let j = 0; j <= i; j++) proposal[i] += scale * factor.lower[i * n + j] * z[j];
    else proposal[i] += scale * Math.sqrt(Math.max(0, state.covariance[i * n + i])) * z[i];
  }
  const logPosterior = estimate(posterior, proposal, random.fork('likelihood'));
  const lost = state.logPosterior === -Infinity;
  const acceptance = lost
    ? logPosterior > -Infinity
      ? 1
      : 0
    : Math.min(1, Math.exp(logPosterior - state.logPosterior));
  const accepted = random.uniform() < acceptance;
  const moved = accepted ? { parameters: proposal, logPosterior } : {};
  const next: ParticleMarginalState = { ...state, ...moved };
  const info: ParticleMarginalInfo = {
    status: lost && !accepted ? 'posterior-not-finite' : 'ok',
    accepted,
    acceptance,
  };
  return { state: adapt ? adapted(next, acceptance) : next, info };
}

function estimate(posterior: EstimatedPosterior, parameters: Float64Array, random: RandomStream): number {
  const prior = posterior.logPrior(parameters);
  if (!(prior > -Infinity)) return -Infinity;
  const l = prior + posterior.logLikelihood(parameters, random);
  // An infinite estimate could never be left again: it counts as none, like NaN.
  return Number.isFinite(l) ? l : -Infinity;
}

/** Moments with the last visit in; the first guesses count as many visits as there are coordinates, times 10. */
function adapted(state: ParticleMarginalState, acceptance: number): ParticleMarginalState {
  const n = state.parameters.length;
  const visits = state.visits + 1;
  const gain = 1 / (visits + 10 * n);
  const mean = Float64Array.from(state.mean);
  const covariance = Float64Array.from(state.covariance);
  const away = state.parameters.map((x, i) => x - state.mean[i]);
  for (let i = 0; i < n; i++) {
    mean[i] += gain * away[i];
    for (let j = 0; j < n; j++) covariance[i * n + j] += gain * (away[i] * away[j] - covariance[i * n + j]);
  }
  const logScale = state.logScale + (acceptance - 0.234) / Math.sqrt(visits);
  return { ...state, mean, covariance, visits, logScale };
}

/** One chain as a generator; a function of the posterior, the start and the stream alone. */
export function* particleMarginalChain(
  posterior: EstimatedPosterior,
  start: Float64Array,
  scales: Float64Array,
  random: RandomStream,
  options: { readonly warmUp?: number; readonly draws?: number } = {},
): Generator<ChainDraw<ParticleMarginalInfo>, void, undefined> {
  const { warmUp = 500, draws = 1000 } = options;
  let state = init(posterior, start, scales, random.fork('start'));
  for (let t = 0; t < warmUp + draws; t++) {
    const next = step(posterior, state, random.fork('step', t), t < warmUp);
    state = next.state;
    const phase = t < warmUp ? 'warm-up' : 'sampling';
    yield { phase, point: state.parameters, logDensity: state.logPosterior, info: next.info };
  }
}
