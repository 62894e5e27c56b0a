import type { RandomStream } from '@gemel/numerics';
import type { DifferentiableLogDensity } from '../differentiable-log-density.ts';
import { inferenceErrors } from '../errors.data.ts';
import type { InferenceProblem } from '../problem.ts';
import { type ChainDraw, type Draws, gatherDraws } from './draws.ts';
import * as dualAveraging from './dual-averaging.ts';
import { watchForEndlessness } from './endless.ts';
import { estimateMetric, type Metric, type MetricKind, noMoments, unitMetric, withDraw } from './metric.ts';
import * as nuts from './nuts.ts';
import { NutsWorkspace } from './nuts-workspace.ts';

export interface NutsOptions {
  readonly warmUp?: number;
  readonly draws?: number;
  readonly metric?: MetricKind;
  /** Mean acceptance that the step size is adapted to. */
  readonly acceptance?: number;
  readonly maxDepth?: number;
  /** Where a chain begins; else uniform on (−2, 2) in every coordinate, up to 100 tries. */
  readonly start?: Float64Array;
}

export interface NutsDrawInfo extends nuts.NutsInfo {
  readonly stepSize: number;
}

/** How a chain ended its warm-up; sent along with the draws of a worker. */
export interface NutsAdaptation {
  readonly stepSize: number;
  readonly metric: Metric;
}

/** Iterations at which the metric is set anew: windows that double, between a fast start and a fast end. */
export function metricWindows(warmUp: number): { readonly first: number; readonly ends: readonly number[] } {
  if (warmUp < 20) return { first: warmUp, ends: [] };
  const short = warmUp < 150;
  const first = short ? Math.floor(0.15 * warmUp) : 75;
  const last = warmUp - (short ? Math.floor(0.1 * warmUp) : 50);
  const ends: number[] = [];
  for (let at = first, width = short ? last - first : 25; at < last; width *= 2) {
    // A window that would leave too little for the next, doubled one is extended to the end.
    at = at + 3 * width > last ? last : at + width;
    ends.push(at);
  }
  return { first, ends };
}

/**
 * One chain as a generator: warm-up with dual averaging of the step size and windows for the metric (Stan reference
 * manual, section "Automatic parameter tuning"), then draws with both fixed. A function of the target, the options and
 * the stream alone, so that chains can run anywhere in any order.
 * @throws inference-density-not-finite, inference-improper-posterior, inference-shape
 */
export function* nutsChain(
  target: DifferentiableLogDensity,
  random: RandomStream,
  options: NutsOptions = {},
): Generator<ChainDraw<NutsDrawInfo>, NutsAdaptation, undefined> {
  const { warmUp = 1000, draws = 1000, metric: kind = 'diagonal', acceptance = 0.8, maxDepth = 10 } = options;
  let state = options.start ? nuts.init(target, options.start) : start(target, random.fork('start'));
  const watch = watchForEndlessness(target, state.point);
  let metric = unitMetric(target.dimension);
  let stepSize = checkedStep(target, state, metric, random, 1);
  let adaptation = dualAveraging.init(stepSize);
  let moments = noMoments(target.dimension, kind);
  const windows = metricWindows(warmUp);
  const work = new NutsWorkspace(target.dimension, maxDepth);
  for (let t = 0; t < warmUp; t++) {
    const next = nuts.step(target, state, { stepSize, metric, maxDepth }, random, work);
    state = next.state;
    watch(state.point);
    yield draw('warm-up', state, next.info, stepSize);
    adaptation = dualAveraging.step(adaptation, next.info.acceptance, acceptance);
    stepSize = Math.exp(adaptation.logStep);
    const lastWindow = windows.ends.at(-1) ?? 0;
    if (t >= windows.first && t < lastWindow) moments = withDraw(moments, state.point);
    if (windows.ends.includes(t + 1)) {
      metric = estimateMetric(moments, kind);
      moments = noMoments(target.dimension, kind);
      stepSize = checkedStep(target, state, metric, random, stepSize);
      adaptation = dualAveraging.init(stepSize);
    }
  }
  if (warmUp > 0) stepSize = Math.exp(adaptation.logAverage);
  for (let t = 0; t < draws; t++) {
    const next = nuts.step(target, state, { stepSize, metric, maxDepth }, random, work);
    state = next.state;
    watch(state.point);
    yield draw('sampling', state, next.info, stepSize);
  }
  return { stepSize, metric };
}

function draw(
  phase: ChainDraw<unknown>['phase'],
  state: nuts.NutsState,
  info: nuts.NutsInfo,
  stepSize: number,
): ChainDraw<NutsDrawInfo> {
  return { phase, point: state.point, logDensity: state.logDensity, info: { ...info, stepSize } };
}

function start(target: DifferentiableLogDensity, random: RandomStream): nuts.NutsState {
  const gradient = new Float64Array(target.dimension);
  for (let attempt = 0; attempt < 100; attempt++) {
    const point = Float64Array.from({ length: target.dimension }, () => 4 * random.uniform() - 2);
    const logDensity = target.valueAndGradient(point, gradient);
    if (Number.isFinite(logDensity) && gradient.every(Number.isFinite)) return { point, logDensity, gradient };
  }
  throw inferenceErrors.error(
    'inference-density-not-finite',
    'None of 100 starts in (−2, 2) has a finite log density and gradient.',
  );
}

function checkedStep(
  target: DifferentiableLogDensity,
  state: nuts.NutsState,
  metric: Metric,
  random: RandomStream,
  first: number,
): number {
  const found = nuts.reasonableStep(target, state, metric, random, first);
  if (found === Infinity) {
    throw inferenceErrors.error(
      'inference-improper-posterior',
      `Steps of ${nuts.LARGEST_STEP} standard deviations are not refused: the density does not fall off.`,
    );
  }
  if (found === 0) {
    throw inferenceErrors.error(
      'inference-density-not-finite',
      'No step, however small, is accepted at the start: the gradient does not belong to the density there.',
    );
  }
  return found;
}

/** Draws, what the sampler says about them, and what is wrong. */
export interface NutsResult {
  readonly draws: Draws;
  /** chains × length. */
  readonly info: readonly (readonly NutsDrawInfo[])[];
  readonly adaptations: readonly NutsAdaptation[];
  readonly divergences: number;
  /** Gradient evaluations, warm-up included. */
  readonly gradients: number;
  /** Energy Bayesian fraction of missing information of each chain. */
  readonly energyFractions: readonly number[];
  readonly problems: readonly InferenceProblem[];
}

/** Chains one after the other, chain c from the stream forked by its number. */
export function sampleNuts(
  target: DifferentiableLogDensity,
  chains: number,
  random: RandomStream,
  options: NutsOptions = {},
): NutsResult {
  const parts = Array.from({ length: chains }, (_, c) => runChain(nutsChain(target, random.fork('chain', c), options)));
  return nutsResult(target.dimension, parts, options.maxDepth ?? 10);
}

/** What one chain hands back, as plain data. */
export interface NutsChainResult {
  readonly kept: readonly ChainDraw<NutsDrawInfo>[];
  readonly adaptation: NutsAdaptation;
  readonly gradients: number;
}

/** A chain to its end. */
export function runChain(chain: Generator<ChainDraw<NutsDrawInfo>, NutsAdaptation, undefined>): NutsChainResult {
  const kept: ChainDraw<NutsDrawInfo>[] = [];
  let gradients = 0;
  for (;;) {
    const next = chain.next();
    if (next.done) return { kept, adaptation: next.value, gradients };
    gradients += next.value.info.leapfrogs;
    if (next.value.phase === 'sampling') kept.push(next.value);
  }
}

/** Chains, run wherever, put together and judged. */
export function nutsResult(dimension: number, parts: readonly NutsChainResult[], maxDepth: number): NutsResult {
  const info = parts.map((p) => p.kept.map((d) => d.info));
  const all = info.flat();
  const divergences = all.filter((i) => i.divergent).length;
  const deep = all.filter((i) => i.depth >= maxDepth).length;
  const energyFractions = info.map((chain) => energyFraction(chain.map((i) => i.energy)));
  const problems: InferenceProblem[] = [];
  if (divergences > 0) {
    problems.push(
      inferenceErrors.problem(
        'inference-divergent-transitions',
        `${divergences} of ${all.length} transitions diverged; the draws miss part of the posterior.`,
      ),
    );
  }
  if (deep > 0) {
    problems.push(
      inferenceErrors.problem(
        'inference-tree-depth',
        `${deep} of ${all.length} trajectories were cut at 2^${maxDepth} steps before they turned.`,
      ),
    );
  }
  energyFractions.forEach((fraction, c) => {
    if (fraction < 0.3) {
      problems.push(
        inferenceErrors.problem(
          'inference-low-energy-fraction',
          `The energy of chain ${c} mixes slowly: E-BFMI ${fraction.toFixed(2)}, wanted 0.3.`,
          `chain ${c}`,
        ),
      );
    }
  });
  return {
    draws: gatherDraws(
      dimension,
      parts.map((p) => p.kept),
    ),
    info,
    adaptations: parts.map((p) => p.adaptation),
    divergences,
    gradients: parts.reduce((s, p) => s + p.gradients, 0),
    energyFractions,
    problems,
  };
}

/** E-BFMI: mean squared energy change over energy variance (Betancourt, arXiv:1604.00695, equation 1); below 0.3 is poor. */
export function energyFraction(energies: readonly number[]): number {
  const mean = energies.reduce((s, e) => s + e / energies.length, 0);
  let change = 0;
  let variance = 0;
  energies.forEach((e, t) => {
    if (t > 0) change += (e - energies[t - 1]) ** 2;
    variance += (e - mean) ** 2;
  });
  return change / variance;
}
