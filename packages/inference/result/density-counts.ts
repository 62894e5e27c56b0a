import type { DifferentiableLogDensity } from '../differentiable-log-density.ts';
import { inferenceErrors } from '../errors.data.ts';
import type { LogDensity } from '../log-density.ts';
import type { InferenceProblem } from '../problem.ts';

/** How often a density was asked, and how often it had no finite answer. */
export interface DensityCounts {
  evaluations: number;
  /** NaN or +Infinity: the density failed. */
  failed: number;
  /** −Infinity: outside the support. */
  outside: number;
}

/** Share of the evaluations outside the support from which a sampler is named inefficient. */
const OUTSIDE = 0.5;

/** The same density, counted: `counts` is read when the sampler has ended. */
export function countedDensity<T extends LogDensity | DifferentiableLogDensity>(
  target: T,
): { readonly target: T; readonly counts: DensityCounts } {
  const counts: DensityCounts = { evaluations: 0, failed: 0, outside: 0 };
  const count = (value: number) => {
    counts.evaluations++;
    if (value === -Infinity) counts.outside++;
    else if (!Number.isFinite(value)) counts.failed++;
    return value;
  };
  const evaluate: LogDensity['evaluate'] = (points, n) => {
    const values = target.evaluate(points, n);
    values.forEach(count);
    return values;
  };
  if (!('valueAndGradient' in target)) return { target: { ...target, evaluate }, counts };
  const valueAndGradient: DifferentiableLogDensity['valueAndGradient'] = (point, gradient) =>
    count(target.valueAndGradient(point, gradient));
  return { target: { ...target, evaluate, valueAndGradient }, counts };
}

/** What the counts say is wrong. */
export function densityProblems(counts?: DensityCounts): readonly InferenceProblem[] {
  if (counts === undefined || counts.evaluations === 0) return [];
  const { evaluations, failed, outside } = counts;
  const percent = (n: number) => `${((100 * n) / evaluations).toPrecision(2)} %`;
  const problems: InferenceProblem[] = [];
  if (failed > 0) {
    const message = `${percent(failed)} of ${evaluations} evaluations of the log density were NaN or +Infinity.`;
    problems.push(inferenceErrors.problem('inference-density-share', message));
  }
  if (outside > OUTSIDE * evaluations) {
    const message = `${percent(outside)} of ${evaluations} evaluations lay outside the support of the density.`;
    problems.push(inferenceErrors.problem('inference-density-share', message));
  }
  return problems;
}
