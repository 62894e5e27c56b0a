import type { RandomStream } from '@gemel/numerics';
import { covarianceRoot } from '@gemel/numerics/linalg/lower-factor';
import { multiplyVector } from '@gemel/numerics/linalg/matrix';
import { centralDifferences } from './observation.ts';

/** How a state moves from one time to another; times may lie any distance apart. */
export interface Transition {
  readonly dimension: number;
  /** members × dimension at `from` → the same at `to`, free of noise; a new array. */
  advance(ensemble: Float64Array, members: number, from: number, to: number): Float64Array;
  /** dimension × dimension derivative of `advance` at one state; absent: central differences. */
  jacobian?(state: Float64Array, from: number, to: number): Float64Array;
  /** Covariance of the normal noise that the span adds, dimension × dimension; absent: none. */
  noise?(from: number, to: number): Float64Array;
}

/** x(to) = F x(from) + offset + noise, each a function of both times. */
export function linearTransition(
  dimension: number,
  parts: {
    readonly matrix: (from: number, to: number) => Float64Array;
    readonly offset?: (from: number, to: number) => Float64Array;
    readonly noise?: (from: number, to: number) => Float64Array;
  },
): Transition {
  const { matrix, offset, noise } = parts;
  return {
    dimension,
    ...(noise && { noise }),
    jacobian: (_, from, to) => matrix(from, to),
    advance(ensemble, members, from, to) {
      const f = matrix(from, to);
      const b = offset?.(from, to);
      const out = new Float64Array(members * dimension);
      for (let m = 0; m < members; m++) {
        const x = multiplyVector(f, ensemble.subarray(m * dimension, (m + 1) * dimension), dimension, dimension);
        if (b) for (let i = 0; i < dimension; i++) x[i] += b[i];
        out.set(x, m * dimension);
      }
      return out;
    },
  };
}

/** dimension × dimension derivative of the transition at a state. */
export function transitionMatrix(transition: Transition, state: Float64Array, from: number, to: number): Float64Array {
  return (
    transition.jacobian?.(state, from, to) ??
    centralDifferences(state, state.length, (e, m) => transition.advance(e, m, from, to))
  );
}

/** `advance`, then a draw of the noise for each member; null where the noise covariance is not positive semidefinite. */
export function advanceWithNoise(
  transition: Transition,
  ensemble: Float64Array,
  members: number,
  from: number,
  to: number,
  random: RandomStream,
): Float64Array | null {
  const n = transition.dimension;
  const next = to === from ? Float64Array.from(ensemble) : transition.advance(ensemble, members, from, to);
  if (!transition.noise || to === from) return next;
  const root = covarianceRoot(transition.noise(from, to), n);
  if (!root) return null;
  const z = new Float64Array(n);
  for (let m = 0; m < members; m++) {
    for (let i = 0; i < n; i++) z[i] = random.normal();
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) next[m * n + i] += root[i * n + j] * z[j];
  }
  return next;
}
