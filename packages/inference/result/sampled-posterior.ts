import { inferenceErrors } from '../errors.data.ts';
import { type ChainDraw, type Draws, gatherDraws, mapDraws } from '../mcmc/draws.ts';
import type { EnsembleSample } from '../mcmc/ensemble-sample.ts';
import type { NutsResult } from '../mcmc/nuts-chains.ts';
import type { InferenceProblem } from '../problem.ts';
import type { AdaptiveImportanceInfo, AdaptiveImportanceState } from '../smc/adaptive-importance.ts';
import { reliableShape } from '../smc/pareto-smoothing.ts';
import type { TemperedSample } from '../smc/tempered-sample.ts';
import { Posterior, type PosteriorOptions, type SamplerStatistics } from './posterior.ts';

/** What the draws are called, and what they are shown as. */
export interface Naming {
  readonly names: readonly string[];
  /** From a sampled point to the values named, such as `constrain` of a `Constrained` density. */
  readonly map?: (point: Float64Array) => Float64Array;
}

/** The posterior of NUTS chains, with divergences, tree depth, energy, acceptance and step size of every draw. */
export function nutsPosterior(result: NutsResult, naming: Naming, options?: PosteriorOptions): Posterior {
  const infos = result.info.flat();
  const of = (value: (info: (typeof infos)[number]) => number) => Float64Array.from(infos, value);
  const parts = {
    method: 'no-U-turn sampler',
    names: naming.names,
    draws: named(result.draws, naming),
    statistics: {
      logDensity: result.draws.logDensity,
      divergent: of((i) => Number(i.divergent)),
      depth: of((i) => i.depth),
      energy: of((i) => i.energy),
      acceptance: of((i) => i.acceptance),
      stepSize: of((i) => i.stepSize),
    },
    facts: { divergences: result.divergences, gradients: result.gradients },
    problems: [...alone(result.draws.chains), ...result.problems],
  };
  return new Posterior(parts, options);
}

/**
 * The posterior of chains drawn one draw at a time, such as slice sampling or particle marginal Metropolis–Hastings; warm-up
 * draws are left out. Numbers and yes-or-no answers of the info become statistics.
 */
export function chainsPosterior<Info extends object>(
  method: string,
  chains: readonly (readonly ChainDraw<Info>[])[],
  naming: Naming,
  options?: PosteriorOptions,
): Posterior {
  const kept = chains.map((chain) => chain.filter((draw) => draw.phase === 'sampling'));
  const uneven = kept.findIndex((chain) => chain.length !== kept[0].length);
  if (kept.length === 0 || uneven >= 0) {
    const message = kept.length === 0 ? 'No chain was given.' : `Chain ${uneven} has another length than chain 0.`;
    throw inferenceErrors.error('inference-shape', message, uneven < 0 ? undefined : `chain ${uneven}`);
  }
  const draws = gatherDraws(kept[0][0]?.point.length ?? 0, kept);
  const infos = kept.flat().map((draw) => draw.info as Readonly<Record<string, unknown>>);
  const fields = Object.keys(infos[0] ?? {}).filter((name) => /number|boolean/.test(typeof infos[0][name]));
  const statistics: Record<string, Float64Array> = { logDensity: draws.logDensity };
  for (const name of fields) statistics[name] = Float64Array.from(infos, (info) => Number(info[name]));
  const problems = [...alone(kept.length), ...standing(statistics.acceptance)];
  return new Posterior({ method, names: naming.names, draws: named(draws, naming), statistics, problems }, options);
}

/** The posterior of walkers: each is a chain, and they are compared in a few groups, being many and short. */
export function ensemblePosterior(sample: EnsembleSample, naming: Naming, options?: PosteriorOptions): Posterior {
  return walkers('ensemble of walkers', sample, naming, { acceptance: sample.acceptance }, [], options);
}

/** The posterior of tempered particles, with the log evidence. */
export function temperedPosterior(sample: TemperedSample, naming: Naming, options?: PosteriorOptions): Posterior {
  const { temperatures, logEvidence, acceptance } = sample;
  const facts = { logEvidence, temperatures: temperatures.length, acceptance };
  const count = sample.kept[0]?.count ?? 0;
  const fewest = Math.min(...temperatures.map((t) => t.ess));
  const problems: InferenceProblem[] = [];
  if (fewest < COLLAPSED * count) {
    const message = `At one temperature ${fewest.toFixed(0)} of ${count} particles were left effective.`;
    problems.push(inferenceErrors.problem('inference-collapsed-weights', message));
  }
  return walkers('tempered sequential Monte Carlo', sample, naming, facts, problems, options);
}

/** The posterior of importance sampling, weighted. */
export function importancePosterior(
  state: AdaptiveImportanceState,
  info: AdaptiveImportanceInfo,
  naming: Naming,
  options?: PosteriorOptions,
): Posterior {
  const { dimension, count, points, logTarget } = state;
  const draws: Draws = { dimension, chains: 1, length: count, values: points, logDensity: logTarget };
  const reliable = reliableShape(count);
  const problems: InferenceProblem[] = [];
  if (!(info.k < reliable)) {
    const message = `The tail of the weights has the shape ${info.k.toFixed(2)}, wanted below ${reliable.toFixed(2)}.`;
    problems.push(inferenceErrors.problem('inference-collapsed-weights', message));
  }
  const parts = {
    method: 'adaptive importance sampling',
    names: naming.names,
    draws: named(draws, naming),
    statistics: { logDensity: logTarget },
    weights: info.weights,
    facts: { k: info.k },
    problems,
  };
  return new Posterior(parts, options);
}

/** Share of particles effective after a step, wanted one half, at which they have collapsed. */
const COLLAPSED = 0.1;
/** Mean acceptance below which chains do not move. */
const STANDING = 0.01;

function named(draws: Draws, { names, map }: Naming): Draws {
  return map === undefined ? draws : mapDraws(draws, names.length, map);
}

function alone(chains: number): readonly InferenceProblem[] {
  if (chains > 1) return [];
  return [inferenceErrors.problem('inference-single-chain', 'All draws are of one chain.')];
}

function standing(acceptances: Float64Array | undefined): readonly InferenceProblem[] {
  if (acceptances === undefined) return [];
  const mean = acceptances.reduce((sum, a) => sum + a / acceptances.length, 0);
  if (mean >= STANDING) return [];
  const message = `The mean acceptance is ${(100 * mean).toPrecision(2)} %.`;
  return [inferenceErrors.problem('inference-not-moving', message)];
}

function walkers(
  method: string,
  { kept, acceptance }: EnsembleSample,
  naming: Naming,
  facts: Readonly<Record<string, number>>,
  problems: readonly InferenceProblem[],
  options?: PosteriorOptions,
): Posterior {
  const sampled = walkerDraws(kept);
  const statistics: SamplerStatistics = { logDensity: sampled.logDensity };
  const parts = {
    method,
    names: naming.names,
    draws: named(sampled, naming),
    statistics,
    facts,
    problems: [...problems, ...standing(Float64Array.of(acceptance))],
  };
  return new Posterior(parts, { superchains: superchains(sampled.chains), ...options });
}

/** Groups in which so many walkers are compared: four, or the nearest number below that divides them. */
export function superchains(walkerCount: number): number {
  return [4, 3, 2].find((groups) => walkerCount % groups === 0) ?? 1;
}

/** Walkers as chains. */
function walkerDraws(kept: EnsembleSample['kept']): Draws {
  const chains = kept[0]?.count ?? 0;
  const dimension = chains === 0 ? 0 : kept[0].points.length / chains;
  const length = kept.length;
  const values = new Float64Array(chains * length * dimension);
  const logDensity = new Float64Array(chains * length);
  kept.forEach(({ points, logTarget }, t) => {
    for (let c = 0; c < chains; c++) {
      values.set(points.subarray(c * dimension, (c + 1) * dimension), (c * length + t) * dimension);
      logDensity[c * length + t] = logTarget[c];
    }
  });
  return { dimension, chains, length, values, logDensity };
}
