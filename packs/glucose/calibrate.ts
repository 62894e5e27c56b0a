import type { Instant, Work } from '@gemel/core';
import { effectiveDraws } from '@gemel/inference/diagnose/effective-draws';
import type { LogDensity } from '@gemel/inference/log-density';
import * as levenbergMarquardt from '@gemel/inference/map/levenberg-marquardt';
import * as ensembleChains from '@gemel/inference/mcmc/ensemble';
import { differentialMove, directionMove, type InformedDirections } from '@gemel/inference/mcmc/moves';
import type { Posterior } from '@gemel/inference/result/posterior';
import * as tempering from '@gemel/inference/smc/tempering';
import { gram, multiplyTransposed } from '@gemel/numerics/linalg/matrix';
import { symmetricEigen } from '@gemel/numerics/linalg/symmetric-eigen';
import type { RandomStream } from '@gemel/numerics/random/stream';
import type { Member } from '@gemel/runtime/dynamics';
import type { Assimilator, Belief, Diagnostics, History } from '@gemel/runtime/pack';
import { ageInYears } from './applicability.ts';
import { assimilate } from './assimilate.ts';
import { predictiveCheck } from './calibrate-check.ts';
import { DISTURBANCES, type Disturbances, sampledCoordinates } from './calibrate-coordinates.ts';
import { CalibrationLikelihood, type Discrepancy } from './calibrate-likelihood.ts';
import { drawMembers } from './calibrate-members.ts';
import { calibrationPosterior, ENOUGH } from './calibrate-posterior.ts';
import { actedControls, type CalibrationWindow, calibrationWindow } from './calibrate-window.ts';
import { dynamics, type GlucoseState } from './dynamics.ts';
import { glucoseErrors } from './errors.data.ts';
import { type AgeGroup, ageGroup, populationPrior, toSampling, VARIED } from './population.ts';
import { PERSONAL, priors } from './priors.ts';
import { SENSOR, type SensorModel } from './sensor.ts';
import { settings } from './settings.ts';

/** What a calibration assumes; the defaults are the pack's. */
export interface CalibrationOptions {
  readonly disturbances?: Disturbances;
  readonly sensor?: SensorModel;
  /** Members of the belief. */
  readonly members?: number;
}

export const MEMBERS = 200;
/**
 * Chains, rounds of all moves at each temperature, and moves after tempering: those that only bring the chains to rest and
 * those that are kept. Half the chains are copies after each temperature; with one round a sampler's own noise was a third of
 * a posterior SD in the mean of Vmx, with two rounds of twice the chains it is a fifth.
 */
const CHAINS = 300;
const ROUNDS = 2;
const SETTLING = 6;
const KEPT = 44;
/** Informed directions moved together, and the curvature (of prior curvature 1) from which one is informed. */
const TOGETHER = 7;
const INFORMED = 0.5;
const RELINEARISE = 4;
const STEPS = 6;

/**
 * Calibrates from the prior. The mode, by Levenberg–Marquardt with the discrepancy relinearised on the way, gives the
 * directions the record informs (some eight of twenty-five). Sequential Monte Carlo carries chains from the prior to the
 * posterior, moving along informed and uninformed directions and, for gut absorption, by differential evolution: its
 * posterior is curved with several modes, which Laplace or importance sampling from it would miss. Members are equally
 * weighted draws, each with a draw of the disturbances given its parameters, standing at `at`.
 * @throws glucose-calibration-empty
 */
export function* calibrate(
  history: History,
  at: Instant,
  random: RandomStream,
  options: CalibrationOptions = {},
): Work<Belief<GlucoseState>> {
  const problem = calibrationProblem(history, at, options);
  const { likelihood } = problem;
  yield { fraction: 0.02, message: 'Finding the most probable parameters' };
  const mode = yield* findMode(likelihood);
  const sample = yield* explore(likelihood, mode, random.fork('explore'));
  yield { fraction: 0.95, message: 'Drawing the members' };
  const count = options.members ?? MEMBERS;
  // From as many chains as there are, one draw each where there are enough: draws of one chain resemble each other.
  const { chains, length } = sample;
  const chosen = Int32Array.from(
    { length: count },
    (_, i) => (i % length) * chains + Math.floor(((i + 0.5) * chains) / count),
  );
  const sensor = options.sensor ?? SENSOR;
  const { discrepancy } = mode;
  const predictions = new Float64Array(count * likelihood.window.readings.length);
  const drawn = drawMembers(
    likelihood,
    discrepancy,
    sample.points,
    chosen,
    random.fork('disturbances'),
    sensor,
    predictions,
  );
  const controls = actedControls(history, drawn[0].state.at, at);
  const members = drawn.map(
    (member, i): Member<GlucoseState> => ({
      parameters: member.parameters,
      state: dynamics.advance(member.state, member.parameters, controls, at, random.fork('rest', i)),
    }),
  );
  const { temperatures, acceptance } = sample;
  const posterior = calibrationPosterior(sample, likelihood.coordinates, problem.group, { temperatures, acceptance });
  return {
    at,
    knownAt: history.knownAt,
    members,
    weights: new Float64Array(count).fill(1 / count),
    diagnostics: diagnose(problem, sample, mode, members, posterior),
    modelHash: '',
    seed: 0,
    posterior,
    check: predictiveCheck(problem.window, predictions, discrepancy.ignored, sensor, random.fork('check')),
  };
}

interface CalibrationProblem {
  readonly window: CalibrationWindow;
  readonly group: AgeGroup;
  readonly likelihood: CalibrationLikelihood;
  readonly warnings: Diagnostics['warnings'];
}

/** Prior and likelihood of a subject's record up to `at`. */
export function calibrationProblem(history: History, at: Instant, options: CalibrationOptions): CalibrationProblem {
  const window = calibrationWindow(history, at);
  if (window === null) {
    throw glucoseErrors.error(
      'glucose-calibration-empty',
      `No sensor glucose with basal insulin lies in the ${history.subject} record before ${new Date(at).toISOString()}.`,
    );
  }
  const warnings: { code: string; message: string }[] = [];
  const years = ageInYears(history.facts, at);
  if (years === null) {
    warnings.push({ code: 'age-unknown', message: 'The age is not recorded; the prior is that of adults.' });
  }
  const { weight } = settings(history, at);
  if (weight === null) {
    warnings.push({ code: 'weight-unknown', message: 'Body weight is not recorded; it was estimated with the rest.' });
  }
  const group = years === null ? 'adult' : ageGroup(years);
  const coordinates = sampledCoordinates(group, weight, options.disturbances ?? DISTURBANCES);
  const likelihood = new CalibrationLikelihood(
    window,
    coordinates,
    options.disturbances ?? DISTURBANCES,
    options.sensor ?? SENSOR,
  );
  return { window, group, likelihood, warnings };
}

interface Mode {
  readonly discrepancy: Discrepancy;
  readonly directions: InformedDirections;
  readonly cost: number;
}

/** Draws of the posterior, sweep by sweep. */
interface Sample {
  readonly chains: number;
  /** Kept sweeps. */
  readonly length: number;
  /** length × chains × dimension. */
  readonly points: Float64Array;
  /** Effective draws of the least mixed coordinate. */
  readonly ess: number;
  readonly temperatures: number;
  readonly acceptance: number;
}

/** Mode and directions informed there; the discrepancy is linearised anew where the last search ended. */
function* findMode(likelihood: CalibrationLikelihood): Work<Mode> {
  let point = new Float64Array(likelihood.coordinates.dimension);
  let discrepancy = requireLinear(likelihood, point);
  for (let round = 0; ; round++) {
    const problem = likelihood.leastSquares(discrepancy);
    let state = levenbergMarquardt.init(problem, point);
    for (let s = 0; s < STEPS; s++) {
      const next = levenbergMarquardt.step(problem, state, 1e-2);
      state = next.state;
      yield {
        fraction: 0.02 + (0.2 * (round + s / STEPS)) / RELINEARISE,
        message: 'Finding the most probable parameters',
      };
      if (next.info.accepted && next.info.decrease < 0.1) break;
    }
    point = Float64Array.from(state.point);
    if (round === RELINEARISE - 1) {
      const jacobian = levenbergMarquardt.differenceJacobian(problem, state.point, state.residual, 1e-2);
      return { discrepancy, directions: informed(jacobian, problem.residuals, state.point), cost: state.cost };
    }
    discrepancy = likelihood.linearise(state.point) ?? discrepancy;
  }
}

function requireLinear(likelihood: CalibrationLikelihood, point: Float64Array): Discrepancy {
  const discrepancy = likelihood.linearise(point);
  if (discrepancy === null) {
    throw glucoseErrors.error(
      'glucose-calibration-weight',
      'The recorded body weight fits no patient of the population.',
    );
  }
  return discrepancy;
}

/** Eigenvectors of the likelihood's Gauss–Newton curvature in the whitened coordinates. */
function informed(jacobian: Float64Array, residuals: number, mode: Float64Array): InformedDirections {
  const n = mode.length;
  const curvature = gram(jacobian, residuals, n);
  for (let i = 0; i < n; i++) curvature[i * n + i] -= 1;
  const { values, vectors } = symmetricEigen(curvature, n);
  return {
    vectors,
    informations: values.map((v) => Math.max(0, v)),
    mode: multiplyTransposed(vectors, mode, n, n),
  };
}

/** Chains from the prior to the posterior, and their sample there. */
function* explore(likelihood: CalibrationLikelihood, mode: Mode, random: RandomStream): Work<Sample> {
  const target = likelihood.logDensity(mode.discrepancy);
  const { dimension, absorption } = likelihood.coordinates;
  const base: LogDensity = { dimension, evaluate: standardNormal };
  const moves = [
    directionMove('informed', mode.directions, (information) => information >= INFORMED, TOGETHER),
    differentialMove('absorption', absorption),
    directionMove('uninformed', mode.directions, (information) => information < INFORMED),
  ];
  let state = tempering.init(base, target, priorDraws(likelihood, random.fork('prior')), moves);
  let temperatures = 0;
  while (state.beta < 1) {
    state = tempering.step(base, target, state, moves, random.fork('temper', temperatures), ROUNDS).state;
    temperatures++;
    yield { fraction: 0.2 + 0.25 * state.beta, message: 'Tempering the prior to the posterior' };
  }
  let { chains } = state;
  const points = new Float64Array(KEPT * CHAINS * dimension);
  let acceptance = 0;
  for (let s = 0; s < SETTLING + KEPT; s++) {
    const settling = s < SETTLING;
    const next = ensembleChains.sweep(
      base,
      target,
      chains,
      moves,
      [0, 1, 2, 1][s % 4],
      1,
      random.fork('sweep', s),
      settling,
    );
    chains = next.state;
    acceptance += next.info.acceptance / (SETTLING + KEPT);
    if (!settling) points.set(chains.points, (s - SETTLING) * CHAINS * dimension);
    yield { fraction: 0.45 + (0.5 * s) / (SETTLING + KEPT), message: 'Sampling the posterior' };
  }
  const along = new Float64Array(KEPT * CHAINS);
  let ess = Number.POSITIVE_INFINITY;
  for (let j = 0; j < dimension; j++) {
    for (let c = 0; c < CHAINS; c++) {
      for (let s = 0; s < KEPT; s++) along[c * KEPT + s] = points[(s * CHAINS + c) * dimension + j];
    }
    ess = Math.min(ess, effectiveDraws(along, CHAINS));
  }
  return { chains: CHAINS, length: KEPT, points, ess, temperatures, acceptance };
}

/** log density of the standard normal up to a constant. */
function standardNormal(points: Float64Array, count: number): Float64Array {
  const n = points.length / count;
  return Float64Array.from({ length: count }, (_, c) => {
    let sum = 0;
    for (let i = c * n; i < (c + 1) * n; i++) sum += points[i] * points[i];
    return -0.5 * sum;
  });
}

/** Draws of the prior within its support: CHAINS × dimension. */
function priorDraws(likelihood: CalibrationLikelihood, random: RandomStream): Float64Array {
  const { coordinates } = likelihood;
  const n = coordinates.dimension;
  const points = new Float64Array(CHAINS * n);
  for (let c = 0; c < CHAINS; c++) {
    do {
      for (let i = 0; i < n; i++) points[c * n + i] = random.normal();
    } while (coordinates.parameters(points, c * n) === null);
  }
  return points;
}

function diagnose(
  problem: CalibrationProblem,
  sample: Sample,
  mode: Mode,
  members: readonly Member<GlucoseState>[],
  posterior: Posterior,
): Diagnostics {
  const { window, likelihood, group } = problem;
  const warnings: Diagnostics['warnings'][number][] = [...problem.warnings, ...posterior.problems];
  if (sample.ess < ENOUGH) {
    warnings.push({
      code: 'sample-coarse',
      message: `The least mixed coordinate has ${Math.round(sample.ess)} effective draws; ${ENOUGH} are wanted.`,
    });
  }
  const narrowing = posteriorOverPrior(members, group);
  const ignored = mode.discrepancy.ignored.reduce((sum, v) => sum + v, 0);
  return {
    method: posterior.method,
    ess: sample.ess,
    warnings,
    parameters: posterior.toJSON().rows,
    numbers: {
      'readings-used': window.readings.length - ignored,
      'readings-ignored': ignored,
      'meals-missing': window.unrecorded.length,
      'events-unexplained': mode.discrepancy.events,
      'paths-simulated': likelihood.simulated,
      'misfit-at-mode': mode.cost,
      'directions-informed': mode.directions.informations.filter((v) => v >= INFORMED).length,
      temperatures: sample.temperatures,
      acceptance: sample.acceptance,
      ...Object.fromEntries(PERSONAL.map((name) => [`posterior-over-prior-${name}`, narrowing[name]])),
    },
  };
}

/** Posterior SD over prior SD of every sampled parameter, on the sampling scale. */
function posteriorOverPrior(members: readonly Member<GlucoseState>[], group: AgeGroup): Record<string, number> {
  const { sd } = populationPrior(group);
  const sampled = members.map(({ parameters }) => toSampling(parameters));
  return Object.fromEntries(
    VARIED.map((name, j) => {
      const mean = sampled.reduce((sum, z) => sum + z[j], 0) / sampled.length;
      const variance = sampled.reduce((sum, z) => sum + (z[j] - mean) ** 2, 0) / (sampled.length - 1);
      return [name, Math.sqrt(variance) / sd[j]];
    }),
  );
}

/** How the pack turns history into belief: calibration first, then one correction per observation. */
export const assimilator = {
  start: (history, at, random) => calibrate(history, at, random),
  update: assimilate,
} satisfies Assimilator<GlucoseState>;

/** Priors and assimilator, as the pack takes them. */
export const calibration = { parameters: priors, assimilator };
