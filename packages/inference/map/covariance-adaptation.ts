import type { RandomStream } from '@gemel/numerics';
import { symmetricEigen } from '@gemel/numerics/linalg/symmetric-eigen';
import { inferenceErrors } from '../errors.data.ts';
import type { LogDensity } from '../log-density.ts';
import type { InferenceProblem } from '../problem.ts';

/** What the next generation needs. */
export interface CovarianceAdaptationState {
  readonly generation: number;
  readonly population: number;
  readonly mean: Float64Array;
  readonly sigma: number;
  /** dimension × dimension. */
  readonly covariance: Float64Array;
  readonly covariancePath: Float64Array;
  readonly sigmaPath: Float64Array;
  /** Best point of all generations. */
  readonly best: { readonly point: Float64Array; readonly logDensity: number };
}

export interface CovarianceAdaptationInfo {
  /** Best and median log density of the generation. */
  readonly best: number;
  readonly median: number;
  readonly sigma: number;
  /** Longest over shortest axis of the sampling ellipsoid. */
  readonly axisRatio: number;
  readonly evaluations: number;
}

/** Strategy parameters of Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772, table 1 (positive weights). */
function strategy(n: number, population: number) {
  const parents = Math.floor(population / 2);
  const raw = Float64Array.from({ length: parents }, (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1));
  const sum = raw.reduce((s, w) => s + w, 0);
  const weights = raw.map((w) => w / sum);
  const effective = 1 / weights.reduce((s, w) => s + w * w, 0);
  const cSigma = (effective + 2) / (n + effective + 5);
  const c1 = 2 / ((n + 1.3) ** 2 + effective);
  return {
    parents,
    weights,
    effective,
    cSigma,
    damping: 1 + 2 * Math.max(0, Math.sqrt((effective - 1) / (n + 1)) - 1) + cSigma,
    cCovariance: (4 + effective / n) / (n + 4 + (2 * effective) / n),
    c1,
    cMu: Math.min(1 - c1, (2 * (0.25 + effective + 1 / effective - 2)) / ((n + 2) ** 2 + effective)),
    expectedNorm: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

/** Default population: 4 + ⌊3 ln n⌋. */
export function defaultPopulation(dimension: number): number {
  return 4 + Math.floor(3 * Math.log(dimension));
}

/** Starts around `mean` with step size `sigma` in every coordinate. */
export function init(
  target: LogDensity,
  mean: Float64Array,
  sigma: number,
  population = defaultPopulation(target.dimension),
): CovarianceAdaptationState {
  const n = target.dimension;
  if (mean.length !== n || !(sigma > 0) || population < 4) {
    throw inferenceErrors.error(
      'inference-shape',
      `Needed: a mean of ${n} coordinates, a positive step size and a population of at least 4.`,
    );
  }
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) covariance[i * n + i] = 1;
  return {
    generation: 0,
    population,
    mean: Float64Array.from(mean),
    sigma,
    covariance,
    covariancePath: new Float64Array(n),
    sigmaPath: new Float64Array(n),
    best: { point: Float64Array.from(mean), logDensity: -Infinity },
  };
}

/**
 * One generation of the covariance matrix adaptation evolution strategy (Hansen, arXiv:1604.00772, figure 6), the whole
 * population in one batch. A point outside the support ranks last.
 */
export function step(
  target: LogDensity,
  state: CovarianceAdaptationState,
  random: RandomStream,
): { readonly state: CovarianceAdaptationState; readonly info: CovarianceAdaptationInfo } {
  const n = target.dimension;
  const { population, mean, sigma } = state;
  const c = strategy(n, population);
  const { values, vectors } = symmetricEigen(state.covariance, n);
  const axes = values.map((v) => Math.sqrt(Math.max(v, 1e-300)));
  const directions = new Float64Array(population * n);
  const points = new Float64Array(population * n);
  for (let k = 0; k < population; k++) {
    const z = axes.map((d) => d * random.normal());
    for (let i = 0; i < n; i++) {
      let y = 0;
      for (let j = 0; j < n; j++) y += vectors[i * n + j] * z[j];
      directions[k * n + i] = y;
      points[k * n + i] = mean[i] + sigma * y;
    }
  }
  const f = target.evaluate(points, population).map((v) => (Number.isNaN(v) ? -Infinity : v));
  const order = [...f.keys()].sort((a, b) => f[b] - f[a] || a - b);
  const move = new Float64Array(n);
  for (let k = 0; k < c.parents; k++)
    for (let i = 0; i < n; i++) move[i] += c.weights[k] * directions[order[k] * n + i];
  const white = whitened(move, vectors, axes, n);
  const keep = Math.sqrt(c.cSigma * (2 - c.cSigma) * c.effective);
  const sigmaPath = state.sigmaPath.map((p, i) => (1 - c.cSigma) * p + keep * white[i]);
  const length = Math.sqrt(sigmaPath.reduce((s, p) => s + p * p, 0));
  const unbiased = length / Math.sqrt(1 - (1 - c.cSigma) ** (2 * (state.generation + 1)));
  const heaviside = unbiased < (1.4 + 2 / (n + 1)) * c.expectedNorm ? 1 : 0;
  const rise = heaviside * Math.sqrt(c.cCovariance * (2 - c.cCovariance) * c.effective);
  const path = state.covariancePath.map((p, i) => (1 - c.cCovariance) * p + rise * move[i]);
  const lost = (1 - heaviside) * c.cCovariance * (2 - c.cCovariance);
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rank = 0;
      for (let k = 0; k < c.parents; k++)
        rank += c.weights[k] * directions[order[k] * n + i] * directions[order[k] * n + j];
      const v =
        (1 + c.c1 * lost - c.c1 - c.cMu) * state.covariance[i * n + j] + c.c1 * path[i] * path[j] + c.cMu * rank;
      covariance[i * n + j] = v;
      covariance[j * n + i] = v;
    }
  }
  const top = order[0];
  return {
    state: {
      generation: state.generation + 1,
      population,
      mean: mean.map((m, i) => m + sigma * move[i]),
      sigma: sigma * Math.exp(Math.min(1, (c.cSigma / c.damping) * (length / c.expectedNorm - 1))),
      covariance,
      covariancePath: path,
      sigmaPath,
      best:
        f[top] > state.best.logDensity
          ? { point: points.slice(top * n, (top + 1) * n), logDensity: f[top] }
          : state.best,
    },
    info: {
      best: f[top],
      median: f[order[Math.floor(population / 2)]],
      sigma,
      axisRatio: axes[n - 1] / axes[0],
      evaluations: population,
    },
  };
}

/** How many times farther out than the start an evolution is called an escape. */
const FAR = 1e8;

/** Where an evolution with restarts ended. */
export interface Evolution {
  readonly status: 'converged' | 'no-convergence';
  readonly point: Float64Array;
  readonly logDensity: number;
  /** Best log density of each run, the population doubling from one to the next. */
  readonly runs: readonly number[];
  readonly evaluations: number;
  readonly problems: readonly InferenceProblem[];
}

export interface EvolutionOptions {
  readonly population?: number;
  readonly restarts?: number;
  readonly evaluations?: number;
  /** Spread of the log densities of a generation, and of the step sizes relative to the start, at which a run ends. */
  readonly tolerance?: number;
}

/**
 * Covariance matrix adaptation with restarts of doubled population (IPOP: Auger and Hansen, CEC 2005, 1769), each run
 * beginning at its own place around `mean`. The best point of all runs is kept. A run that leaves for ever farther places,
 * or sees one value everywhere, is reported as improper and ends the search.
 * @throws inference-density-not-finite where no point of any run had a density
 */
export function evolve(
  target: LogDensity,
  mean: Float64Array,
  sigma: number,
  random: RandomStream,
  options: EvolutionOptions = {},
): Evolution {
  const n = target.dimension;
  const { population = defaultPopulation(n), restarts = 2, evaluations: budget = 1e5, tolerance = 1e-12 } = options;
  let best = { point: Float64Array.from(mean), logDensity: -Infinity };
  const runs: number[] = [];
  let spent = 0;
  let ended = false;
  let improper = '';
  const away = FAR * (1 + Math.hypot(...mean) + sigma);
  for (let run = 0; run <= restarts && spent < budget && improper === ''; run++) {
    const stream = random.fork('run', run);
    const start = run === 0 ? mean : mean.map((m) => m + sigma * stream.normal());
    let state = init(target, start, sigma, population * 2 ** run);
    let runEnded = false;
    let level = true;
    for (let quiet = 0; spent < budget && !runEnded && improper === ''; ) {
      const next = step(target, state, stream.fork('generation', state.generation));
      state = next.state;
      spent += next.info.evaluations;
      const flat = next.info.best - next.info.median <= tolerance * Math.max(1, Math.abs(next.info.best));
      quiet = flat ? quiet + 1 : 0;
      level &&= next.info.median === state.best.logDensity && Number.isFinite(next.info.median);
      if (state.best.logDensity === Infinity)
        improper = `The log density is infinite at ${state.best.point.join(', ')}.`;
      else if (Math.hypot(...state.mean) >= away)
        improper = `The log density still rises, ${Math.hypot(...state.mean).toExponential(2)} away.`;
      runEnded = quiet >= 10 || next.info.sigma < tolerance * sigma || next.info.axisRatio > 1e14;
    }
    if (level && runEnded) improper = `The log density is ${state.best.logDensity} wherever the evolution looked.`;
    runs.push(state.best.logDensity);
    if (state.best.logDensity > best.logDensity) {
      best = { point: Float64Array.from(state.best.point), logDensity: state.best.logDensity };
      ended = runEnded;
    }
  }
  if (best.logDensity === -Infinity) {
    throw inferenceErrors.error('inference-density-not-finite', `None of ${spent} points has a finite log density.`);
  }
  const converged = ended && improper === '';
  const problem =
    improper === ''
      ? inferenceErrors.problem('inference-no-convergence', `The evolution was stopped after ${spent} evaluations.`)
      : inferenceErrors.problem('inference-improper-posterior', improper);
  return {
    status: converged ? 'converged' : 'no-convergence',
    ...best,
    runs,
    evaluations: spent,
    problems: converged ? [] : [problem],
  };
}

/** C^(−½) y. */
function whitened(y: Float64Array, vectors: Float64Array, axes: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    let along = 0;
    for (let i = 0; i < n; i++) along += vectors[i * n + j] * y[i];
    along /= axes[j];
    for (let i = 0; i < n; i++) out[i] += vectors[i * n + j] * along;
  }
  return out;
}
