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
  // Views of arrays kept for good: one point goes through them without another being made.
  const [own, byOwn, x, byX] = [free, free, bound, bound].map((n) => new Float64Array(n));
  let [u0, x0] = [0, 0];
  const parts = transforms.map((transform) => {
    const [u1, x1] = [u0 + transform.unconstrained, x0 + transform.constrained];
    const part = {
      transform,
      u: own.subarray(u0, u1),
      byU: byOwn.subarray(u0, u1),
      x: x.subarray(x0, x1),
      byX: byX.subarray(x0, x1),
    };
    [u0, x0] = [u1, x1];
    return part;
  });
  /** Writes the value of u into x. */
  const forward = (u: Float64Array): number => {
    own.set(u);
    let log = 0;
    for (const part of parts) log += part.transform.forward(part.u, part.x);
    return log;
  };
  const batch: LogDensity = {
    dimension: free,
    evaluate(points, count) {
      const values = new Float64Array(count * bound);
      const logs = new Float64Array(count);
      for (let c = 0; c < count; c++) {
        logs[c] = forward(points.subarray(c * free, (c + 1) * free));
        values.set(x, c * bound);
      }
      return target.evaluate(values, count).map((f, c) => f + logs[c]);
    },
  };
  const valueAndGradient =
    'valueAndGradient' in target
      ? (u: Float64Array, gradient: Float64Array) => {
          const log = forward(u);
          const f = target.valueAndGradient(x, byX);
          for (const part of parts) part.transform.pullback(part.u, part.x, part.byX, part.byU);
          gradient.set(byOwn);
          return f + log;
        }
      : withDifferences(batch).valueAndGradient;
  return {
    ...batch,
    valueAndGradient,
    constrain(u) {
      forward(u);
      return x.slice();
    },
    unconstrain(value) {
      x.set(value);
      for (const part of parts) part.u.set(part.transform.inverse(part.x));
      return own.slice();
    },
  };
}
