import type { RandomStream } from '@gemel/numerics';
import { dot } from '@gemel/numerics/linalg/matrix';
import { type DifferentiableLogDensity, startingGradient } from '../differentiable-log-density.ts';
import { drawMomentum, type Metric, velocity } from './metric.ts';
import { type NutsState, NutsWorkspace, Phase, type Tree } from './nuts-workspace.ts';

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

export type { NutsState };

/** Energy error at which a trajectory is called divergent. */
const DIVERGENT = 1000;

/** Starts at `point`. @throws inference-density-not-finite, inference-shape */
export function init(target: DifferentiableLogDensity, point: Float64Array): NutsState {
  const { value, gradient } = startingGradient(target, point);
  return { point: Float64Array.from(point), logDensity: value, gradient };
}

/**
 * One transition of the no-U-turn sampler with multinomial sampling along the trajectory and the generalised criterion
 * (Hoffman and Gelman, JMLR 15 (2014) 1593; Betancourt, arXiv:1701.02434, appendix A), checked also across the joint of
 * the two halves of every doubling, as Stan does since 2.21. Leaves the target invariant.
 * @param work of the target's dimension and at least `maxDepth`; what it held is of no account
 */
export function step(
  target: DifferentiableLogDensity,
  state: NutsState,
  settings: NutsSettings,
  random: RandomStream,
  work = new NutsWorkspace(target.dimension, settings.maxDepth),
): { readonly state: NutsState; readonly info: NutsInfo } {
  const { metric, maxDepth } = settings;
  const { front, back, rho, fromMomentum, fromSharp, tree, sample } = work;
  drawMomentum(metric, target.dimension, random, work.momentum);
  velocity(metric, work.momentum, work.sharp);
  front.start(state, work.momentum, work.sharp);
  back.start(state, work.momentum, work.sharp);
  rho.set(work.momentum);
  const h0 = energy(front);
  work.leapfrogs = 0;
  work.acceptance = 0;
  work.divergent = false;
  let logWeight = 0;
  let moved = false;
  let depth = 0;
  while (depth < maxDepth) {
    const forward = random.uniform() < 0.5;
    const [from, other] = forward ? [front, back] : [back, front];
    fromMomentum.set(from.momentum);
    fromSharp.set(from.sharp);
    if (!grow(target, from, depth, forward ? 1 : -1, h0, settings, random, work, tree)) break;
    depth++;
    if (Math.log(random.uniform()) < tree.logWeight - logWeight) {
      sample.exchangeProposal(tree);
      moved = true;
    }
    logWeight = logSum(logWeight, tree.logWeight);
    const goesOn =
      straight(other.sharp, tree.farSharp, rho, tree.rho) &&
      straight(other.sharp, tree.nearSharp, rho, tree.nearMomentum) &&
      straight(fromSharp, tree.farSharp, tree.rho, fromMomentum);
    for (let i = 0; i < rho.length; i++) rho[i] += tree.rho[i];
    if (!goesOn) break;
  }
  const next = moved
    ? { point: sample.point.slice(), logDensity: sample.logDensity, gradient: sample.gradient.slice() }
    : state;
  return {
    state: next,
    info: {
      acceptance: work.acceptance / Math.max(1, work.leapfrogs),
      depth,
      leapfrogs: work.leapfrogs,
      divergent: work.divergent,
      energy: moved ? sample.energy : h0,
    },
  };
}

/** Moves `z` by 2^depth leapfrog steps in one direction, into `out`; false where it turned or diverged: `out` then has no meaning. */
function grow(
  target: DifferentiableLogDensity,
  z: Phase,
  depth: number,
  direction: 1 | -1,
  h0: number,
  settings: NutsSettings,
  random: RandomStream,
  work: NutsWorkspace,
  out: Tree,
): boolean {
  if (depth === 0) {
    leapfrog(target, z, direction * settings.stepSize, settings.metric);
    const h = energy(z);
    // A density of +Infinity is none: from there no trajectory could go on.
    const error = h > -Infinity ? h - h0 : Infinity;
    work.leapfrogs++;
    work.acceptance += Math.min(1, Math.exp(-error));
    if (error > DIVERGENT) work.divergent = true;
    out.leaf(z, -error, h);
    return error <= DIVERGENT;
  }
  const first = work.firsts[depth - 1];
  if (!grow(target, z, depth - 1, direction, h0, settings, random, work, first)) return false;
  const second = work.seconds[depth - 1];
  if (!grow(target, z, depth - 1, direction, h0, settings, random, work, second)) return false;
  const logWeight = logSum(first.logWeight, second.logWeight);
  const chosen = Math.log(random.uniform()) < second.logWeight - logWeight ? second : first;
  const turned = !(
    straight(first.nearSharp, second.farSharp, first.rho, second.rho) &&
    straight(first.nearSharp, second.nearSharp, first.rho, second.nearMomentum) &&
    straight(first.farSharp, second.farSharp, second.rho, first.farMomentum)
  );
  if (turned) return false;
  for (let i = 0; i < out.rho.length; i++) out.rho[i] = first.rho[i] + second.rho[i];
  out.exchangeNear(first);
  out.exchangeFar(second);
  out.exchangeProposal(chosen);
  out.logWeight = logWeight;
  return true;
}

/** One leapfrog step of `z` in place. */
function leapfrog(target: DifferentiableLogDensity, z: Phase, epsilon: number, metric: Metric): void {
  const { point, momentum, gradient, sharp } = z;
  const half = 0.5 * epsilon;
  for (let i = 0; i < point.length; i++) momentum[i] += half * gradient[i];
  velocity(metric, momentum, sharp);
  for (let i = 0; i < point.length; i++) point[i] += epsilon * sharp[i];
  z.logDensity = target.valueAndGradient(point, gradient);
  for (let i = 0; i < point.length; i++) momentum[i] += half * gradient[i];
  velocity(metric, momentum, sharp);
}

function energy(z: Phase): number {
  return 0.5 * dot(z.momentum, z.sharp) - z.logDensity;
}

/** Neither end has turned against the summed momentum, which is that of two parts. */
function straight(one: Float64Array, other: Float64Array, part: Float64Array, rest: Float64Array): boolean {
  let along = 0;
  let alongOther = 0;
  for (let i = 0; i < one.length; i++) {
    const rho = part[i] + rest[i];
    along += one[i] * rho;
    alongOther += other[i] * rho;
  }
  return along > 0 && alongOther > 0;
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
  const z = new Phase(target.dimension);
  const accepts = (epsilon: number) => {
    const momentum = drawMomentum(metric, target.dimension, random);
    z.start(state, momentum, velocity(metric, momentum));
    const before = energy(z);
    leapfrog(target, z, epsilon, metric);
    return before - energy(z) > Math.log(0.8);
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
