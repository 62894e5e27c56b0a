import type { RandomStream } from '@gemel/numerics';
import { cholesky } from '@gemel/numerics/linalg/cholesky';
import { jointObjective } from './conditional-mode.ts';
import { patternOf } from './covariance-pattern.ts';
import { populationProblems } from './errors.data.ts';
import type { ThetaDomain } from './maximum-likelihood.ts';
import { type FixedEffects, fittedMeans, fixedEffects, type Link, linked, meansOf, unlinked } from './mean-design.ts';
import type { PopulationNames } from './parameters.ts';
import { type EtaPrior, etaPrior, type PopulationValues, type Subject } from './population.ts';
import {
  type Acceptance,
  type ChainDraw,
  moves,
  nextChains,
  proposalOf,
  type SubjectChains,
  startChains,
} from './saem-kernels.ts';
import { otherScore, othersAfter, type Score, sigmaAfter, sigmaScore } from './saem-scores.ts';
import {
  annealed,
  annealedSigma,
  fittedCovariances,
  type Statistics,
  statisticsOf,
  towards,
} from './saem-statistics.ts';

export interface SaemProblem {
  readonly subjects: readonly Subject[];
  readonly domains: readonly ThetaDomain[];
  /** Scale on which each fixed effect adds to random effects; absent: the log of positive ones, else identity. */
  readonly links?: readonly Link[];
  /** Whether covariances beside variances are estimated; absent: those that are zero at the start stay so. */
  readonly covariances?: boolean;
  /** Iterations before averaging; 300 where absent. The first half anneals the variances. */
  readonly exploration?: number;
  /** Iterations of averaging, with steps 1/k; 200 where absent. */
  readonly smoothing?: number;
  /** Markov chains of each subject; absent: as many as make 50 chains in all. */
  readonly chains?: number;
  readonly names?: PopulationNames;
}

/** What the next step needs. */
export interface SaemState {
  readonly iteration: number;
  readonly values: PopulationValues;
  readonly chains: readonly SubjectChains[];
  readonly statistics: Statistics | null;
  /** Means over the exploration after annealing, where averaging starts from. */
  readonly tail: SaemTail | null;
  readonly setup: SaemSetup;
}

interface SaemTail {
  readonly count: number;
  readonly statistics: Statistics;
  readonly trail: Float64Array;
}

export type SaemPhase = 'burn-in' | 'annealing' | 'exploration' | 'smoothing' | 'done';

export interface SaemInfo {
  readonly iteration: number;
  readonly iterations: number;
  readonly phase: SaemPhase;
  /** Weight of the newest draws. */
  readonly gain: number;
  /** Part of the moves accepted, by kernel. */
  readonly acceptance: Acceptance;
  /** −2 log density of the observations given the drawn random effects, mean over chains. */
  readonly objective: number;
  /** Fixed effects on their linked scales, then logs of variances: what is watched for drift. */
  readonly trail: Float64Array;
}

/** What does not change from step to step. */
interface SaemSetup {
  /** Where the subjects with observations stand, by their ids, so that sums do not depend on the order of the data set. */
  readonly order: readonly number[];
  readonly streams: readonly (readonly (string | number)[])[];
  readonly effects: FixedEffects;
  readonly count: number;
  /** Entries of the covariances that are estimated: 1, else 0. */
  readonly omegaPattern: Uint8Array;
  readonly occasionPattern: Uint8Array;
  readonly exploration: number;
  readonly smoothing: number;
}

/** Averaging begins as if so many iterations had been averaged, so that its first draws do not undo the tail's mean. */
const HEAD_START = 10;
/** Modes are searched in so many iterations at the start, and in every so-manieth later. */
const SEARCHED = 20;
/** Iterations at the start that draw only. */
const BURN_IN = 5;
/** Chains in all below which a subject gets more than one. */
const ENOUGH_CHAINS = 50;

/**
 * Starts every chain at η = 0.
 * @throws population-no-observations, population-covariance, population-no-value, population-not-identifiable
 */
export function init(problem: SaemProblem, values: PopulationValues): SaemState {
  const { domains, names, covariances = false, exploration = 300, smoothing = 200 } = problem;
  const seen = new Map<string, number>();
  const informative = problem.subjects.flatMap(({ observed }, at) => (observed.length > 0 ? [at] : []));
  if (informative.length === 0) {
    throw populationProblems.error('population-no-observations', 'No subject has an observation.');
  }
  const ordered = informative
    .map((at) => {
      const { id } = problem.subjects[at];
      const turn = seen.get(id) ?? 0;
      seen.set(id, turn + 1);
      return { at, id, turn };
    })
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.turn - b.turn));
  const subjects = ordered.map(({ at }) => problem.subjects[at]);
  const count = problem.chains ?? Math.max(1, Math.ceil(ENOUGH_CHAINS / subjects.length));
  const setup: SaemSetup = {
    order: ordered.map(({ at }) => at),
    streams: ordered.map(({ id, turn }) => [id, turn]),
    effects: fixedEffects(subjects, domains, problem.links, names?.theta),
    count,
    omegaPattern: patternOf(values.omega, covariances, names?.etas, 'random effects'),
    occasionPattern: patternOf(values.occasionOmega, covariances, names?.occasions, 'random effects of occasions'),
    exploration,
    smoothing,
  };
  const chains = subjects.map((subject): SubjectChains => {
    const prior = etaPrior(values, subject.occasions ?? 0);
    if (prior === null) {
      throw populationProblems.error('population-covariance', 'omega is not positive definite.', 'omega');
    }
    const eta = new Float64Array(prior.dimension);
    const f = new Float64Array(subject.observed.length);
    const objective = subject.predict(values.theta, eta, f)
      ? jointObjective(subject, values, prior, eta, f, null)
      : Infinity;
    if (!Number.isFinite(objective)) {
      const message = `Subject ${subject.id} has no finite likelihood at the start.`;
      throw populationProblems.error('population-no-value', message, subject.id);
    }
    return startChains(prior, count);
  });
  return { iteration: 0, values, chains, statistics: null, tail: null, setup };
}

/**
 * One iteration of SAEM (Delyon, Lavielle and Moulines 1999, doi 10.1214/aos/1018031103; Kuhn and Lavielle 2005, doi
 * 10.1016/j.csda.2004.07.002): moves of every chain, averages of the sufficient statistics with weight 1, then 1/k, and the maximum they
 * give. Fixed effects that are no means, and combined residual errors, take a scoring step instead, whose mean is zero at
 * the maximum of the likelihood. The same `random` gives the same answer in whatever order the subjects stand.
 */
export function step(
  problem: SaemProblem,
  state: SaemState,
  random: RandomStream,
): { readonly state: SaemState; readonly info: SaemInfo } {
  const { setup } = state;
  const values = startOf(state);
  const { effects, count, exploration, smoothing } = setup;
  const subjects = setup.order.map((at) => problem.subjects[at]);
  const iteration = state.iteration + 1;
  const iterations = exploration + smoothing;
  const phase = phaseOf(iteration, setup);
  const gain = iteration <= exploration ? 1 : 1 / (iteration - exploration + HEAD_START);
  const point = values.theta.map((each, k) => linked(effects.links[k], each));
  const acceptance: Acceptance = { prior: 0, mode: 0, component: 0, block: 0 };
  if (phase === 'done') {
    const trail = trailOf(values, effects);
    return {
      state,
      info: { iteration: state.iteration, iterations, phase, gain: 0, acceptance, objective: NaN, trail },
    };
  }
  const priorOf = priors(values);
  let objective = 0;
  const draws: ChainDraw[][] = [];
  const moved: SubjectChains[] = [];
  subjects.forEach((subject, s) => {
    const { prior, lower } = priorOf(subject);
    const d = prior.dimension;
    const own = random.fork('saem', ...setup.streams[s], iteration);
    const due = iteration <= SEARCHED || iteration % SEARCHED === 0;
    const chains = due
      ? { ...state.chains[s], proposal: proposalOf(subject, values, prior, state.chains[s]) }
      : state.chains[s];
    moved.push(chains);
    const shape = shapeOf(chains.covariance, d) ?? lower;
    draws.push(
      Array.from({ length: count }, (_, c) => {
        return moves(subject, values, prior, lower, shape, chains.etas.subarray(c * d, c * d + d), chains, own.fork(c));
      }),
    );
    for (const draw of draws[s]) {
      objective += draw.objective / count;
      const share = 1 / (count * subjects.length);
      acceptance.prior += share * draw.acceptance.prior;
      acceptance.mode += share * draw.acceptance.mode;
      acceptance.component += share * draw.acceptance.component;
      acceptance.block += share * draw.acceptance.block;
    }
  });

  const chainsAt = (shift: (s: number) => Float64Array): readonly SubjectChains[] =>
    moved.map((chains, s) => nextChains(chains, draws[s], shift(s), iteration));
  const info = (at: PopulationValues): SaemInfo => {
    return { iteration, iterations, phase, gain, acceptance, objective, trail: trailOf(at, effects) };
  };
  if (phase === 'burn-in') {
    const chains = chainsAt((s) => new Float64Array(draws[s][0].eta.length));
    return { state: { ...state, iteration, chains }, info: info(values) };
  }

  const pairs = subjects.flatMap((subject, s) => draws[s].map((draw) => [subject, draw] as const));
  const means = subjects.map((subject, s) => meansOf(subject, effects, point, draws[s][0].eta.length));
  const sigmaNow = over(count, sigmaScore(pairs, values.sigma));
  const othersNow = over(count, otherScore(pairs, values, point, effects));
  const fresh = statisticsOf(values, draws, means, { sigma: sigmaNow.information, others: othersNow.information });
  const before = iteration === exploration + 1 ? (state.tail?.statistics ?? state.statistics) : state.statistics;
  const statistics = before === null ? fresh : towards(before, fresh, gain);

  const fitted = fittedMeans(subjects, effects, statistics.individual, (each) => priorOf(each).prior, point) ?? point;
  const nextMeans = subjects.map((subject, s) => meansOf(subject, effects, fitted, means[s].length));
  let { omega, occasionOmega } = fittedCovariances(
    statistics,
    nextMeans,
    values,
    setup.omegaPattern,
    setup.occasionPattern,
  );
  let sigma = sigmaAfter(values.sigma, statistics, sigmaNow.slope, gain);
  if (phase === 'annealing') {
    omega = annealed(values.omega, omega);
    occasionOmega = occasionOmega && annealed(values.occasionOmega!, occasionOmega);
    sigma = annealedSigma(values.sigma, sigma);
  }
  const score = { slope: othersNow.slope, information: statistics.otherInformation };
  const next = othersAfter(pairs, values, fitted, effects, score, gain);
  const theta = values.theta.map((each, k) => (next[k] === point[k] ? each : unlinked(effects.links[k], next[k])));
  const found: PopulationValues = { theta, omega, ...(occasionOmega && { occasionOmega }), sigma };
  const chains = chainsAt((s) => means[s].map((each, k) => each - nextMeans[s][k]));
  const tail = phase === 'exploration' ? lengthened(state.tail, statistics, trailOf(found, effects)) : state.tail;
  return { state: { ...state, iteration, values: found, chains, statistics, tail }, info: info(found) };
}

function lengthened(tail: SaemTail | null, statistics: Statistics, trail: Float64Array): SaemTail {
  if (tail === null) return { count: 1, statistics, trail };
  const count = tail.count + 1;
  return {
    count,
    statistics: towards(tail.statistics, statistics, 1 / count),
    trail: tail.trail.map((each, k) => each + (trail[k] - each) / count),
  };
}

/** The values an iteration starts from: where averaging begins, those that scoring steps reached on the mean. */
function startOf({ iteration, values, tail, setup }: SaemState): PopulationValues {
  if (iteration !== setup.exploration || tail === null) return values;
  const { effects } = setup;
  const theta = Float64Array.from(values.theta);
  for (const k of effects.others) theta[k] = unlinked(effects.links[k], tail.trail[k]);
  const { proportional, additive } = values.sigma;
  if (proportional === 0 || additive === 0) return { ...values, theta };
  const [a, b] = tail.trail.slice(-2).map(Math.exp);
  return { ...values, theta, sigma: { proportional: a, additive: b } };
}

/** Priors by number of occasions, with their Cholesky factors. */
function priors(
  values: PopulationValues,
): (subject: Subject) => { readonly prior: EtaPrior; readonly lower: Float64Array } {
  const known = new Map<number, { readonly prior: EtaPrior; readonly lower: Float64Array }>();
  return ({ occasions = 0 }) => {
    let found = known.get(occasions);
    if (found === undefined) {
      const prior = etaPrior(values, occasions)!;
      const factor = cholesky(prior.covariance, prior.dimension);
      found = { prior, lower: factor.status === 'ok' ? factor.lower : new Float64Array(prior.covariance.length) };
      known.set(occasions, found);
    }
    return found;
  };
}

/** Cholesky factor of a running covariance, a little wider along each random effect; null where there is none. */
function shapeOf(covariance: Float64Array, d: number): Float64Array | null {
  const wider = covariance.map((each, at) => (at % (d + 1) === 0 ? each * 1.0001 : each));
  const factor = cholesky(wider, d);
  return factor.status === 'ok' ? factor.lower : null;
}

function phaseOf(iteration: number, { exploration, smoothing }: SaemSetup): SaemPhase {
  if (iteration > exploration + smoothing) return 'done';
  if (iteration > exploration) return 'smoothing';
  if (iteration <= Math.min(BURN_IN, exploration / 2)) return 'burn-in';
  return iteration <= exploration / 2 ? 'annealing' : 'exploration';
}

function trailOf({ theta, omega, occasionOmega, sigma }: PopulationValues, { links }: FixedEffects): Float64Array {
  const logs = (covariance: Float64Array | undefined) => {
    const n = Math.sqrt(covariance?.length ?? 0);
    return Array.from({ length: n }, (_, i) => Math.log(covariance![i * n + i]));
  };
  const residual = [sigma.proportional, sigma.additive].filter((each) => each > 0).map(Math.log);
  return Float64Array.of(
    ...theta.map((each, k) => linked(links[k], each)),
    ...logs(omega),
    ...logs(occasionOmega),
    ...residual,
  );
}

/** The mean over chains. */
function over(count: number, { slope, information }: Score): Score {
  return { slope: slope.map((each) => each / count), information: information.map((each) => each / count) };
}
