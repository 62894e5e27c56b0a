import { inferenceErrors } from './errors.data.ts';
import type { LogDensity } from './log-density.ts';

/** A log density over ℝⁿ with its gradient. */
export interface DifferentiableLogDensity extends LogDensity {
  /**
   * The log density at one point; writes its gradient (`dimension` numbers) into `gradient`. Outside the support
   * −Infinity or NaN is returned and the gradient has no meaning.
   */
  valueAndGradient(point: Float64Array, gradient: Float64Array): number;
}

/** A log density given by its value and gradient at one point. */
export function differentiable(
  dimension: number,
  valueAndGradient: DifferentiableLogDensity['valueAndGradient'],
): DifferentiableLogDensity {
  const unused = new Float64Array(dimension);
  return {
    dimension,
    valueAndGradient,
    evaluate: (points, count) =>
      Float64Array.from({ length: count }, (_, c) =>
        valueAndGradient(points.subarray(c * dimension, (c + 1) * dimension), unused),
      ),
  };
}

/** Relative step at which truncation and rounding errors of central differences balance. */
const STEP = Math.cbrt(Number.EPSILON);

/**
 * The gradient by central differences, one batch of 2 n + 1 points; relative error about 1e-10 for a smooth density.
 * Next to the edge of the support the difference is taken on the side that has a value.
 */
export function withDifferences(target: LogDensity, step = STEP): DifferentiableLogDensity {
  const n = target.dimension;
  const points = new Float64Array((2 * n + 1) * n);
  return {
    dimension: n,
    evaluate: (p, count) => target.evaluate(p, count),
    valueAndGradient(point, gradient) {
      for (let c = 0; c <= 2 * n; c++) points.set(point, c * n);
      for (let i = 0; i < n; i++) {
        const h = step * Math.max(1, Math.abs(point[i]));
        points[(2 * i + 1) * n + i] = point[i] + h;
        points[(2 * i + 2) * n + i] = point[i] - h;
      }
      const f = target.evaluate(points, 2 * n + 1);
      for (let i = 0; i < n; i++) {
        const up = Number.isFinite(f[2 * i + 1]) ? 2 * i + 1 : 0;
        const down = Number.isFinite(f[2 * i + 2]) ? 2 * i + 2 : 0;
        gradient[i] = (f[up] - f[down]) / (points[up * n + i] - points[down * n + i]);
      }
      return f[0];
    },
  };
}

/** The target itself where it has a gradient, else its differences. */
export function asDifferentiable(target: LogDensity | DifferentiableLogDensity): DifferentiableLogDensity {
  return 'valueAndGradient' in target ? target : withDifferences(target);
}

/** Value and gradient at a place where a method has to start. @throws inference-density-not-finite, inference-shape */
export function startingGradient(
  target: DifferentiableLogDensity,
  point: Float64Array,
): { readonly value: number; readonly gradient: Float64Array } {
  if (point.length !== target.dimension) {
    throw inferenceErrors.error(
      'inference-shape',
      `A start of ${point.length} coordinates was given to a density of ${target.dimension}.`,
    );
  }
  const gradient = new Float64Array(target.dimension);
  const value = target.valueAndGradient(point, gradient);
  if (!Number.isFinite(value)) {
    throw inferenceErrors.error('inference-density-not-finite', `The log density at the start is ${value}.`);
  }
  const bad = gradient.findIndex((g) => !Number.isFinite(g));
  if (bad >= 0) {
    throw inferenceErrors.error(
      'inference-density-not-finite',
      `The derivative by parameter ${bad} at the start is ${gradient[bad]}.`,
      `parameter ${bad}`,
    );
  }
  return { value, gradient };
}
