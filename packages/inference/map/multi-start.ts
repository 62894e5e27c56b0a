import type { RandomStream } from '@gemel/numerics';
import type { DifferentiableLogDensity } from '../differentiable-log-density.ts';
import { inferenceErrors } from '../errors.data.ts';
import { InferenceError, type InferenceProblem } from '../problem.ts';
import { type Ascent, type AscentOptions, maximise } from './limited-memory-bfgs.ts';

/** One mode and the ascents that ended in it. */
export interface Mode {
  readonly point: Float64Array;
  readonly logDensity: number;
  /** Indices of the starts, ascending. */
  readonly starts: readonly number[];
}

export interface MultiStart {
  /** Highest first. */
  readonly modes: readonly Mode[];
  /** Ascents that did not converge, and starts without a density, by index. */
  readonly failed: readonly { readonly start: number; readonly problem: InferenceProblem }[];
  readonly evaluations: number;
  readonly problems: readonly InferenceProblem[];
}

export interface MultiStartOptions extends AscentOptions {
  /** Dip of the log density along the straight line between two ends that still counts as one mode. */
  readonly dip?: number;
  /** Modes lower than the highest by more than this are not called comparable. */
  readonly comparable?: number;
}

/** Places looked at between two ends. */
const BETWEEN = 15;

/** `count` starts drawn by `draw`, each from its own stream, so that they do not depend on their number or order. */
export function drawStarts(
  count: number,
  random: RandomStream,
  draw: (random: RandomStream) => Float64Array,
): readonly Float64Array[] {
  return Array.from({ length: count }, (_, i) => draw(random.fork('start', i)));
}

/**
 * Ascents from every start, their ends gathered into modes: two ends belong to one mode when the log density along the
 * straight line between them falls below the lower end by no more than `dip`; a ridge is thus one mode, not many.
 * @throws inference-density-not-finite when no start has a finite density
 */
export function multiStart(
  target: DifferentiableLogDensity,
  starts: readonly Float64Array[],
  options: MultiStartOptions = {},
): MultiStart {
  const { dip = 1e-3, comparable = 7 } = options;
  const failed: { start: number; problem: InferenceProblem }[] = [];
  const ends: { start: number; ascent: Ascent }[] = [];
  let evaluations = 0;
  starts.forEach((point, start) => {
    try {
      const ascent = maximise(target, point, options);
      evaluations += ascent.evaluations;
      if (ascent.status === 'converged') ends.push({ start, ascent });
      else failed.push({ start, problem: ascent.problems[0] });
    } catch (error) {
      if (!(error instanceof InferenceError) || error.code !== 'inference-density-not-finite') throw error;
      failed.push({ start, problem: error.toJSON() });
    }
  });
  if (starts.length > 0 && failed.length === starts.length && ends.length === 0) {
    const reason = failed[0].problem;
    if (failed.every((f) => f.problem.code === 'inference-density-not-finite')) {
      throw inferenceErrors.error(
        'inference-density-not-finite',
        `None of ${starts.length} starts has a finite log density. The first: ${reason.message}`,
      );
    }
  }
  ends.sort((a, b) => b.ascent.logDensity - a.ascent.logDensity || a.start - b.start);
  const modes: { point: Float64Array; logDensity: number; starts: number[] }[] = [];
  for (const { start, ascent } of ends) {
    const mode = modes.find((m) => lowestBetween(target, m.point, ascent.point) >= ascent.logDensity - dip);
    if (mode) mode.starts.push(start);
    else modes.push({ point: ascent.point, logDensity: ascent.logDensity, starts: [start] });
    evaluations += BETWEEN * modes.length;
  }
  for (const mode of modes) mode.starts.sort((a, b) => a - b);
  const rivals = modes.filter((m) => m.logDensity >= modes[0].logDensity - comparable);
  const problems: InferenceProblem[] = [];
  if (rivals.length > 1) {
    const heights = rivals.map((m) => m.logDensity.toPrecision(6)).join(', ');
    problems.push(
      inferenceErrors.problem(
        'inference-disconnected-modes',
        `${rivals.length} separate modes have comparable log densities: ${heights}.`,
      ),
    );
  }
  const endless = failed.filter((f) => f.problem.code === 'inference-improper-posterior');
  if (endless.length > 0) {
    problems.push(
      inferenceErrors.problem(
        'inference-improper-posterior',
        `${endless.length} of ${starts.length} ascents rise without end: ${endless.map((f) => f.start).join(', ')}.`,
      ),
    );
  }
  const stopped = failed.filter((f) => !endless.includes(f));
  if (stopped.length > 0) {
    problems.push(
      inferenceErrors.problem(
        'inference-no-convergence',
        `${stopped.length} of ${starts.length} ascents did not reach a mode: ${stopped.map((f) => f.start).join(', ')}.`,
      ),
    );
  }
  return { modes, failed, evaluations, problems };
}

/** Lowest log density between two points, ends excluded; −Infinity where a place has none. */
function lowestBetween(target: DifferentiableLogDensity, a: Float64Array, b: Float64Array): number {
  const n = target.dimension;
  const points = new Float64Array(BETWEEN * n);
  for (let k = 0; k < BETWEEN; k++) {
    const t = (k + 1) / (BETWEEN + 1);
    for (let i = 0; i < n; i++) points[k * n + i] = (1 - t) * a[i] + t * b[i];
  }
  let lowest = Infinity;
  for (const v of target.evaluate(points, BETWEEN)) lowest = Math.min(lowest, Number.isNaN(v) ? -Infinity : v);
  return lowest;
}
