import type { Instant, Work } from '@gemel/core';
import {
  adaptiveImportance,
  type Gaussian,
  laplaceFromJacobian,
  levenbergMarquardt,
  reliableShape,
  studentProposal,
  systematicResample,
  tempering,
} from '@gemel/inference';
import type { RandomStream } from '@gemel/numerics/random/stream';
import type { Member } from '@gemel/runtime/dynamics';
import type { Assimilator, Belief, Diagnostics, History } from '@gemel/runtime/pack';
import { ageInYears } from './applicability.ts';
import { assimilate } from './assimilate.ts';
import { DISTURBANCES, type Disturbances, sampledCoordinates } from './calibrate-coordinates.ts';
import { CalibrationLikelihood, type Discrepancy } from './calibrate-likelihood.ts';
import { drawMembers } from './calibrate-members.ts';
import { actedControls, type CalibrationWindow, calibrationWindow } from './calibrate-window.ts';
import { dynamics, type GlucoseState } from './dynamics.ts';
import { glucoseErrors } from './errors.data.ts';
import { type AgeGroup, ageGroup } from './population.ts';
import { priors } from './priors.ts';
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
/** Draws of one round of importance sampling, and rounds at most. */
const ROUND = 500;
const ROUNDS = 14;
/** Effective draws at which the rounds end, if k̂ is good. */
const ENOUGH = 250;
const RELINEARISE = 4;
const STEPS = 6;

interface Sample {
  readonly points: Float64Array;
  readonly weights: Float64Array;
  readonly k: number;
  readonly ess: number;
  readonly method: string;
}

/**
 * Calibrates from the prior: mode by Levenberg–Marquardt with the discrepancy relinearised on the way, Laplace
 * approximation there, adaptive importance sampling from it until k̂ is reliable and the effective sample large enough;
 * where it does not become so, Metropolis moves on what there is. Members are equally weighted draws, each with a draw of
 * the disturbances given its parameters, standing at `at`.
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
  const sample = yield* explore(likelihood, mode.discrepancy, mode.gaussian, random.fork('explore'));
  yield { fraction: 0.95, message: 'Drawing the members' };
  const count = options.members ?? MEMBERS;
  const ancestors = systematicResample(sample.weights, count, random.fork('members'));
  const drawn = drawMembers(
    likelihood,
    mode.discrepancy,
    sample.points,
    ancestors,
    random.fork('disturbances'),
    options.sensor ?? SENSOR,
  );
  const controls = actedControls(history, drawn[0].state.at, at);
  const members = drawn.map(
    (member, i): Member<GlucoseState> => ({
      parameters: member.parameters,
      state: dynamics.advance(member.state, member.parameters, controls, at, random.fork('rest', i)),
    }),
  );
  return {
    at,
    knownAt: history.knownAt,
    members,
    weights: new Float64Array(count).fill(1 / count),
    diagnostics: diagnose(problem, sample, mode),
    modelHash: '',
    seed: 0,
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
  readonly gaussian: Gaussian;
  readonly cost: number;
}

/** Mode and Laplace approximation; the discrepancy is linearised anew where the last search ended. */
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
      const laplace = laplaceFromJacobian(state.point, jacobian, problem.residuals);
      if (laplace.status !== 'ok') throw new RangeError('The Gauss–Newton precision is not positive definite.');
      return { discrepancy, gaussian: laplace.gaussian, cost: state.cost };
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

/** Adaptive importance sampling, then Metropolis moves where its weights stay unreliable. */
function* explore(
  likelihood: CalibrationLikelihood,
  discrepancy: Discrepancy,
  start: Gaussian,
  random: RandomStream,
): Work<Sample> {
  const target = likelihood.logDensity(discrepancy);
  let state = adaptiveImportance.init(start);
  let info: adaptiveImportance.AdaptiveImportanceInfo | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const next = adaptiveImportance.step(target, state, ROUND, random.fork('round', round));
    state = next.state;
    info = next.info;
    yield { fraction: 0.22 + (0.7 * round) / ROUNDS, message: 'Sampling the posterior' };
    if (info.k < reliableShape(state.count) && info.ess >= ENOUGH) break;
  }
  const { weights, k, ess } = info!;
  if (k < reliableShape(state.count)) {
    return { points: state.points, weights, k, ess, method: 'adaptive importance sampling' };
  }
  const count = MEMBERS;
  const ancestors = systematicResample(weights, count, random.fork('resample'));
  const { dimension } = target;
  const points = new Float64Array(count * dimension);
  ancestors.forEach((a, i) => {
    points.set(state.points.subarray(a * dimension, (a + 1) * dimension), i * dimension);
  });
  const base = studentProposal(state.next, 10);
  let moved: tempering.TemperingState = {
    points,
    count,
    logBase: base.logDensity(points, count),
    logTarget: target.evaluate(points, count),
    beta: 1,
    stride: 0.4,
  };
  for (let round = 0; round < 4; round++) {
    moved = tempering.step(base, target, moved, random.fork('move', round), 3).state;
    yield { fraction: 0.92, message: 'Moving the sample' };
  }
  return {
    points: moved.points,
    weights: new Float64Array(count).fill(1 / count),
    k,
    ess,
    method: 'adaptive importance sampling, then Metropolis moves',
  };
}

function diagnose(problem: CalibrationProblem, sample: Sample, mode: Mode): Diagnostics {
  const { window, likelihood } = problem;
  const warnings = [...problem.warnings];
  const limit = reliableShape(ROUND * ROUNDS);
  if (!(sample.k < limit)) {
    warnings.push({
      code: 'importance-unreliable',
      message: `The tail shape of the importance weights is ${sample.k.toFixed(2)}, above ${limit.toFixed(2)}; the sample was moved further.`,
    });
  }
  const ignored = mode.discrepancy.ignored.reduce((sum, v) => sum + v, 0);
  return {
    method: sample.method,
    ess: sample.ess,
    warnings,
    numbers: {
      'importance-k': sample.k,
      'readings-used': window.readings.length - ignored,
      'readings-ignored': ignored,
      'paths-simulated': likelihood.simulated,
      'misfit-at-mode': mode.cost,
    },
  };
}

/** How the pack turns history into belief: calibration first, then one correction per observation. */
export const assimilator = {
  start: (history, at, random) => calibrate(history, at, random),
  update: assimilate,
} satisfies Assimilator<GlucoseState>;

/** Priors and assimilator, as the pack takes them. */
export const calibration = { parameters: priors, assimilator };
