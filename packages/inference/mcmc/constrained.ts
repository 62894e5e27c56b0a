import { type DifferentiableLogDensity, withDifferences } from '../differentiable-log-density.ts';
import { inferenceErrors } from '../errors.data.ts';
import type { LogDensity } from '../log-density.ts';
import type { Transform } from './transform.ts';

/** A density over constrained parameters, seen through free coordinates. */
export interface Constrained extends DifferentiableLogDensity {
  /** The constrained value of one point of free coordinates. */
  constrain(u: Float64Array): Float64Array;
  /** The free coordinates of one constrained value. @throws inference-shape outside the support */
  unconstrain(x: Float64Array): Float64Array;
}

/**
 * The log density of the free coordinates: that of the constrained value plus the log Jacobian. The transforms apply to
 * consecutive parts of the value. Without a gradient of the target, differences are taken by the free coordinates.
 */
export function constrained(
  target: LogDensity | DifferentiableLogDensity,
  transforms: readonly Transform[],
): Constrained {
  const free = transforms.reduce((s, t) => s + t.unconstrained, 0);
  const bound = transforms.reduce((s, t) => s + t.constrained, 0);
  if (bound !== target.dimension) {
    throw inferenceErrors.error(
      'inference-shape',
      `The transforms give ${bound} numbers; the density takes ${target.dimension}.`,
    );
  }
  const parts = transforms.map((transform, k) => {
    const before = transforms.slice(0, k);
    const u = before.reduce((s, t) => s + t.unconstrained, 0);
    const x = before.reduce((s, t) => s + t.constrained, 0);
    return {
      transform,
      ofU: (a: Float64Array) => a.subarray(u, u + transform.unconstrained),
      ofX: (a: Float64Array) => a.subarray(x, x + transform.constrained),
    };
  });
  const forward = (u: Float64Array, x: Float64Array) =>
    parts.reduce((log, p) => log + p.transform.forward(p.ofU(u), p.ofX(x)), 0);
  const batch: LogDensity = {
    dimension: free,
    evaluate(points, count) {
      const x = new Float64Array(count * bound);
      const logs = new Float64Array(count);
      for (let c = 0; c < count; c++) {
        logs[c] = forward(points.subarray(c * free, (c + 1) * free), x.subarray(c * bound, (c + 1) * bound));
      }
      return target.evaluate(x, count).map((f, c) => f + logs[c]);
    },
  };
  const x = new Float64Array(bound);
  const byX = new Float64Array(bound);
  const valueAndGradient =
    'valueAndGradient' in target
      ? (u: Float64Array, gradient: Float64Array) => {
          const log = forward(u, x);
          const f = target.valueAndGradient(x, byX);
          for (const p of parts) p.transform.pullback(p.ofU(u), p.ofX(x), p.ofX(byX), p.ofU(gradient));
          return f + log;
        }
      : withDifferences(batch).valueAndGradient;
  return {
    ...batch,
    valueAndGradient,
    constrain(u) {
      const value = new Float64Array(bound);
      forward(u, value);
      return value;
    },
    unconstrain(value) {
      const u = new Float64Array(free);
      for (const p of parts) p.ofU(u).set(p.transform.inverse(p.ofX(value)));
      return u;
    },
  };
}
