import type { RandomStream } from '@gemel/numerics';
import { dot } from '@gemel/numerics/linalg/matrix';
import { type DifferentiableLogDensity, startingGradient } from '../differentiable-log-density.ts';
import { drawMomentum, type Metric, velocity } from './metric.ts';

/** What the next transition needs. */
export interface NutsState {
  readonly point: Float64Array;
  readonly logDensity: number;
  readonly gradient: Float64Array;
}

export interface NutsInfo {
  /** Mean Metropolis acceptance over the trajectory; what the step size is adapted to. */
  readonly acceptance: number;
  readonly depth: number;
  /** Gradient evaluations. */
  readonly leapfrogs: number;
  /** The energy error exceeded 1,000: the trajectory left the region where the integrator is accurate. */
  readonly divergent: boolean;
  /** Hamiltonian of the draw. */
  readonly energy: number;
}

export interface NutsSettings {
  readonly stepSize: number;
  readonly metric: Metric;
  readonly maxDepth: number;
}

/** Energy error at which a trajectory is called divergent. */
const DIVERGENT = 1000;

/** Starts at `point`. @throws inference-density-not-finite, inference-shape */
export function init(target: DifferentiableLogDensity, point: Float64Array): NutsState {
  const { value, gradient } = startingGradient(target, point);
  return { point: Float64Array.from(point), logDensity: value, gradient };
}

/** A point in phase space; `sharp` is its velocity. */
interface Phase {
  readonly state: NutsState;
  readonly momentum: Float64Array;
  readonly sharp: Float64Array;
}

/** One end of a piece of trajectory, as the U-turn criterion sees it. */
interface End {
  readonly momentum: Float64Array;
  readonly sharp: Float64Array;
}

/** A piece of trajectory; `near` is its end towards the start. */
interface Tree {
  readonly valid: boolean;
  readonly near: End;
  readonly far: Phase;
  /** Sum of the momenta. */
  readonly rho: Float64Array;
  readonly logWeight: number;
  readonly proposal: NutsState;
  readonly proposalEnergy: number;
}

/** Counts over one transition. */
interface Tally {
  leapfrogs: number;
  acceptance: number;
  divergent: boolean;
}

/**
 * One transition of the no-U-turn sampler with multinomial sampling along the trajectory and the generalised criterion
 * (Hoffman and Gelman, JMLR 15 (2014) 1593; Betancourt, arXiv:1701.02434, appendix A), checked also across the joint of
 * the two halves of every doubling, as Stan does since 2.21. Leaves the target invariant.
 */
export function step(
  target: DifferentiableLogDensity,
  state: NutsState,
  settings: NutsSettings,
  random: RandomStream,
): { readonly state: NutsState; readonly info: NutsInfo } {
  const { metric, maxDepth } = settings;
  const momentum = drawMomentum(metric, target.dimension, random);
  const start: Phase = { state, momentum, sharp: velocity(metric, momentum) };
  const h0 = energy(start);
  const tally: Tally = { leapfrogs: 0, acceptance: 0, divergent: false };
  let front = start;
  let back = start;
  let rho = momentum;
  let logWeight = 0;
  let sample = state;
  let sampleEnergy = h0;
  let depth = 0;
  while (depth < maxDepth) {
    const forward = random.uniform() < 0.5;
    const from = forward ? front : back;
    const tree = grow(target, from, depth, forward ? 1 : -1, h0, settings, random, tally);
    if (!tree.valid) break;
    depth++;
    if (Math.log(random.uniform()) < tree.logWeight - logWeight) {
      sample = tree.proposal;
      sampleEnergy = tree.proposalEnergy;
    }
    logWeight = logSum(logWeight, tree.logWeight);
    const other = forward ? back : front;
    const whole = sum(rho, tree.rho);
    const goesOn =
      straight(other.sharp, tree.far.sharp, whole) &&
      straight(other.sharp, tree.near.sharp, sum(rho, tree.near.momentum)) &&
      straight(from.sharp, tree.far.sharp, sum(tree.rho, from.momentum));
    if (forward) front = tree.far;
    else back = tree.far;
    rho = whole;
    if (!goesOn) break;
  }
  return {
    state: sample,
    info: {
      acceptance: tally.acceptance / Math.max(1, tally.leapfrogs),
      depth,
      leapfrogs: tally.leapfrogs,
      divergent: tally.divergent,
      energy: sampleEnergy,
    },
  };
}

/** 2^depth leapfrog steps in one direction. */
function grow(
  target: DifferentiableLogDensity,
  from: Phase,
  depth: number,
  direction: 1 | -1,
  h0: number,
  settings: NutsSettings,
  random: RandomStream,
  tally: Tally,
): Tree {
  if (depth === 0) {
    const next = leapfrog(target, from, direction * settings.stepSize, settings.metric);
    const h = energy(next);
    const error = Number.isNaN(h) ? Infinity : h - h0;
    tally.leapfrogs++;
    tally.acceptance += Math.min(1, Math.exp(-error));
    if (error > DIVERGENT) tally.divergent = true;
    return {
      valid: error <= DIVERGENT,
      near: next,
      far: next,
      rho: next.momentum,
      logWeight: -error,
      proposal: next.state,
      proposalEnergy: h,
    };
  }
  const first = grow(target, from, depth - 1, direction, h0, settings, random, tally);
  if (!first.valid) return first;
  const second = grow(target, first.far, depth - 1, direction, h0, settings, random, tally);
  if (!second.valid) return second;
  const logWeight = logSum(first.logWeight, second.logWeight);
  const rho = sum(first.rho, second.rho);
  const chosen = Math.log(random.uniform()) < second.logWeight - logWeight ? second : first;
  return {
    valid:
      straight(first.near.sharp, second.far.sharp, rho) &&
      straight(first.near.sharp, second.near.sharp, sum(first.rho, second.near.momentum)) &&
      straight(first.far.sharp, second.far.sharp, sum(second.rho, first.far.momentum)),
    near: first.near,
    far: second.far,
    rho,
    logWeight,
    proposal: chosen.proposal,
    proposalEnergy: chosen.proposalEnergy,
  };
}

function leapfrog(target: DifferentiableLogDensity, from: Phase, epsilon: number, metric: Metric): Phase {
  const half = from.momentum.map((p, i) => p + 0.5 * epsilon * from.state.gradient[i]);
  const v = velocity(metric, half);
  const point = from.state.point.map((x, i) => x + epsilon * v[i]);
  const gradient = new Float64Array(point.length);
  const logDensity = target.valueAndGradient(point, gradient);
  const momentum = half.map((p, i) => p + 0.5 * epsilon * gradient[i]);
  return { state: { point, logDensity, gradient }, momentum, sharp: velocity(metric, momentum) };
}

function energy(z: Phase): number {
  return 0.5 * dot(z.momentum, z.sharp) - z.state.logDensity;
}

/** Neither end has turned against the summed momentum. */
function straight(one: Float64Array, other: Float64Array, rho: Float64Array): boolean {
  return dot(one, rho) > 0 && dot(other, rho) > 0;
}

function sum(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((v, i) => v + b[i]);
}

function logSum(a: number, b: number): number {
  const top = Math.max(a, b);
  return top === -Infinity ? top : top + Math.log1p(Math.exp(Math.min(a, b) - top));
}

/** Step size above which a density that lets every step pass is called improper. */
export const LARGEST_STEP = 1e7;

/**
 * A step size whose single leapfrog step is accepted with a probability near 0.8, by doubling or halving (Hoffman and
 * Gelman, algorithm 4). Infinity where none is refused: the density is flat or rises without end; 0 where all are.
 */
export function reasonableStep(
  target: DifferentiableLogDensity,
  state: NutsState,
  metric: Metric,
  random: RandomStream,
  first = 1,
): number {
  const accepts = (epsilon: number) => {
    const momentum = drawMomentum(metric, target.dimension, random);
    const z: Phase = { state, momentum, sharp: velocity(metric, momentum) };
    return energy(z) - energy(leapfrog(target, z, epsilon, metric)) > Math.log(0.8);
  };
  let epsilon = first;
  const grows = accepts(epsilon);
  for (;;) {
    const next = grows ? epsilon * 2 : epsilon / 2;
    if (next > LARGEST_STEP) return Infinity;
    if (next < 1e-300) return 0;
    if (accepts(next) !== grows) return grows ? epsilon : next;
    epsilon = next;
  }
}
