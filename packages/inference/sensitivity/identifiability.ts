import { gram } from '@gemel/numerics/linalg/matrix';
import { symmetricEigen } from '@gemel/numerics/linalg/symmetric-eigen';
import type { DifferentiableLogDensity } from '../differentiable-log-density.ts';
import { inferenceErrors } from '../errors.data.ts';
import type { InferenceProblem } from '../problem.ts';

/** A direction in parameter space and how well the data tell along it. */
export interface ParameterDirection {
  /** Eigenvalue of the scaled information. */
  readonly information: number;
  /**
   * `sloppy`: less than a millionth of the best direction's information; `none`: none at all; `rising`: a negative one, so
   * that the point is no maximum.
   */
  readonly kind: 'stiff' | 'sloppy' | 'none' | 'rising';
  /** Unit vector over the scaled parameters. */
  readonly loadings: Float64Array;
  /** Parameters that carry it (squared loading of 0.05 or more), largest first: `−0.71 clearance`. */
  readonly parts: readonly string[];
}

export interface Identifiability {
  /** By ascending information. */
  readonly directions: readonly ParameterDirection[];
  /** √ of the diagonal of the inverse information, in the parameters' units; Infinity along directions without any. */
  readonly standardErrors: Float64Array;
  /** Largest over smallest eigenvalue; Infinity where that is not positive. */
  readonly condition: number;
  readonly problems: readonly InferenceProblem[];
}

/** Shares of the largest eigenvalue below which a direction is sloppy, or lost in rounding. */
const SLOPPY = 1e-6;
const NONE = 1e-13;

/** Expected information JᵀJ of residuals of unit variance. @param jacobian residuals × dimension */
export function fisherInformation(jacobian: Float64Array, residuals: number, dimension: number): Float64Array {
  if (jacobian.length !== residuals * dimension) {
    throw inferenceErrors.error(
      'inference-shape',
      `${jacobian.length} numbers are no ${residuals} × ${dimension} table.`,
    );
  }
  return gram(jacobian, residuals, dimension);
}

/** Observed information, the negative Hessian of the log density, by central differences of its gradient. */
export function observedInformation(
  target: DifferentiableLogDensity,
  point: Float64Array,
  step = Math.cbrt(Number.EPSILON),
): Float64Array {
  const n = target.dimension;
  const rows = new Float64Array(n * n);
  const up = new Float64Array(n);
  const down = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const h = step * Math.max(1, Math.abs(point[i]));
    const high = point[i] + h;
    const low = point[i] - h;
    target.valueAndGradient(
      point.map((x, k) => (k === i ? high : x)),
      up,
    );
    target.valueAndGradient(
      point.map((x, k) => (k === i ? low : x)),
      down,
    );
    for (let j = 0; j < n; j++) rows[i * n + j] = (down[j] - up[j]) / (high - low);
  }
  const bad = rows.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) {
    throw inferenceErrors.error(
      'inference-density-not-finite',
      'The gradient around the point is not finite, so that it has no information there.',
      `parameter ${Math.floor(bad / n)}`,
    );
  }
  return rows.map((v, k) => (v + rows[(k % n) * n + Math.floor(k / n)]) / 2);
}

/**
 * What the data say about combinations of parameters: eigenvectors of the information, the weakest first, named by the
 * parameters they mix (Gutenkunst et al., PLoS Comput. Biol. 3 (2007) e189). A local answer, at the point where the
 * information was taken; a profile says how far it holds.
 * @param information dimension × dimension, symmetric
 * @param scales one typical size for each parameter, so that unlike units compare; 1 for logarithms
 */
export function identifiability(
  information: Float64Array,
  scales: Float64Array,
  names: readonly string[] = Array.from(scales, (_, i) => `x[${i}]`),
): Identifiability {
  const n = scales.length;
  if (information.length !== n * n || names.length !== n || !scales.every((s) => s > 0 && Number.isFinite(s))) {
    throw inferenceErrors.error(
      'inference-shape',
      `Needed: an information of ${n} × ${n}, ${n} names and ${n} positive scales.`,
    );
  }
  const bad = information.findIndex((v) => !Number.isFinite(v));
  if (bad >= 0) {
    const name = names[Math.floor(bad / n)];
    throw inferenceErrors.error(
      'inference-density-not-finite',
      `The information of ${name} is ${information[bad]}.`,
      name,
    );
  }
  const { values, vectors } = symmetricEigen(
    information.map((v, k) => v * scales[Math.floor(k / n)] * scales[k % n]),
    n,
  );
  const largest = values[n - 1];
  const size = Math.max(largest, -values[0]);
  const directions = Array.from(values, (value, k): ParameterDirection => {
    const loadings = Float64Array.from({ length: n }, (_, i) => vectors[i * n + k]);
    const kind = kindOf(value, size);
    const parts = [...loadings.keys()]
      .filter((i) => loadings[i] ** 2 >= 0.05)
      .sort((a, b) => Math.abs(loadings[b]) - Math.abs(loadings[a]))
      .map((i) => `${loadings[i] < 0 ? '−' : '+'}${Math.abs(loadings[i]).toFixed(2)} ${names[i]}`);
    return { information: value, kind, loadings, parts };
  });
  const standardErrors = scales.map((scale, i) => {
    let variance = 0;
    for (const d of directions) {
      const share = d.loadings[i] ** 2;
      if (d.kind === 'none' || d.kind === 'rising') variance += share > 1e-12 ? Infinity : 0;
      else variance += share / d.information;
    }
    return scale * Math.sqrt(variance);
  });
  const problems = directions
    .filter((d) => d.kind !== 'stiff')
    .map((d) => {
      const parts = d.parts.join(' ');
      if (d.kind === 'none') {
        return inferenceErrors.problem(
          'inference-unidentifiable-parameter',
          `The data say nothing about ${parts}.`,
          parts,
        );
      }
      if (d.kind === 'rising') {
        return inferenceErrors.problem(
          'inference-no-convergence',
          `The log density rises on both sides along ${parts}: the point is no maximum.`,
          parts,
        );
      }
      const times = (largest / d.information).toExponential(1);
      return inferenceErrors.problem(
        'inference-sloppy-direction',
        `The data tell ${times} times less about ${parts} than about the best-known combination.`,
        parts,
      );
    });
  return { directions, standardErrors, condition: values[0] > 0 ? largest / values[0] : Infinity, problems };
}

function kindOf(information: number, size: number): ParameterDirection['kind'] {
  // Smaller negative numbers are what differences of a gradient leave of a flat direction.
  if (information < -SLOPPY * size) return 'rising';
  if (!(information > NONE * size)) return 'none';
  return information < SLOPPY * size ? 'sloppy' : 'stiff';
}
