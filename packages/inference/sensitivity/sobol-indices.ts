import type { RandomStream } from '@gemel/numerics';
import { latinHypercube, SOBOL_DIMENSIONS, sobolPoints } from '@gemel/numerics/random/low-discrepancy';
import { momentsOf } from '../diagnose/convergence.ts';
import { inferenceErrors } from '../errors.data.ts';
import type { InferenceProblem } from '../problem.ts';
import type { UncertainInputs } from './inputs.ts';

/** Variance-based sensitivity of one input. */
export interface SobolIndex {
  readonly name: string;
  /** Share of the output's variance by this input alone. */
  readonly first: number;
  /** Share that remains when all the other inputs are known: with every interaction. */
  readonly total: number;
  /** Bootstrap standard errors; conservative for a low-discrepancy design. */
  readonly errorOfFirst: number;
  readonly errorOfTotal: number;
}

export interface SobolIndices {
  readonly mean: number;
  readonly variance: number;
  readonly indices: readonly SobolIndex[];
  readonly evaluations: number;
  readonly problems: readonly InferenceProblem[];
}

/** SD of the output, as a share of its mean, that is rounding alone. */
const ROUNDING = 1e-14;

/** Bootstrap repetitions. */
const REPETITIONS = 100;

/**
 * First-order and total Sobol' indices of a scalar output over independent inputs, from count (dimension + 2) runs of the
 * model: Saltelli et al., Comput. Phys. Commun. 181 (2010) 259, table 2, (b) for the first order and (f), Jansen's, for
 * the total. The design is a scrambled Sobol' sequence of 2 · dimension coordinates up to 16 inputs, beyond that a Latin
 * hypercube. Rows with an output that is not finite are left out and counted; indices are NaN where no output varies.
 * @param count rows; a power of two is best
 */
export function sobolIndices(
  inputs: UncertainInputs,
  output: (points: Float64Array, count: number) => Float64Array,
  count: number,
  random: RandomStream,
): SobolIndices {
  const n = inputs.quantiles.length;
  const design =
    2 * n <= SOBOL_DIMENSIONS ? sobolPoints(2 * n, count, random) : latinHypercube(2 * n, count, random.fork('design'));
  // Blocks of rows: A, B, and A with column i of B for every i.
  const points = new Float64Array((n + 2) * count * n);
  for (let block = 0; block < n + 2; block++) {
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < n; i++) {
        const fromB = block === 1 || block === i + 2;
        points[(block * count + k) * n + i] = inputs.quantiles[i](design[k * 2 * n + (fromB ? n + i : i)]);
      }
    }
  }
  const f = output(points, (n + 2) * count);
  const at = (block: number, k: number) => f[block * count + k];
  const rows = Array.from({ length: count }, (_, k) => k).filter((k) => {
    for (let block = 0; block < n + 2; block++) if (!Number.isFinite(at(block, k))) return false;
    return true;
  });
  const problems: InferenceProblem[] = [];
  if (rows.length < count) {
    problems.push(
      inferenceErrors.problem(
        'inference-output-not-finite',
        `${count - rows.length} of ${count} rows of the design have an output that is not finite; they are left out.`,
      ),
    );
  }
  const own = Float64Array.from(rows.flatMap((k) => [at(0, k), at(1, k)]));
  const { mean, sd } = rows.length > 0 ? momentsOf(own) : { mean: Number.NaN, sd: Number.NaN };
  const still = sd <= ROUNDING * Math.abs(mean);
  const variance = still ? 0 : sd * sd;
  if (still) {
    problems.push(inferenceErrors.problem('inference-zero-variance', `Every output is ${mean}: nothing to explain.`));
  }
  const estimate = (chosen: readonly number[], i: number) => {
    let first = 0;
    let total = 0;
    let centre = 0;
    let squares = 0;
    for (const k of chosen) centre += (at(0, k) + at(1, k)) / (2 * chosen.length);
    for (const k of chosen) {
      squares += ((at(0, k) - centre) ** 2 + (at(1, k) - centre) ** 2) / (2 * chosen.length);
      first += ((at(1, k) - centre) * (at(i + 2, k) - at(0, k))) / chosen.length;
      total += (at(0, k) - at(i + 2, k)) ** 2 / (2 * chosen.length);
    }
    return still ? { first: Number.NaN, total: Number.NaN } : { first: first / squares, total: total / squares };
  };
  const bootstrap = random.fork('bootstrap');
  const samples = Array.from({ length: REPETITIONS }, () =>
    rows.map(() => rows[Math.floor(bootstrap.uniform() * rows.length)]),
  );
  const indices = inputs.quantiles.map((_, i): SobolIndex => {
    const { first, total } = estimate(rows, i);
    const repeated = samples.map((chosen) => estimate(chosen, i));
    return {
      name: inputs.names?.[i] ?? `x[${i}]`,
      first,
      total,
      errorOfFirst: momentsOf(Float64Array.from(repeated, (r) => r.first)).sd,
      errorOfTotal: momentsOf(Float64Array.from(repeated, (r) => r.total)).sd,
    };
  });
  return { mean, variance, indices, evaluations: (n + 2) * count, problems };
}
