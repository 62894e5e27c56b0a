import type { RandomStream } from '@gemel/numerics';
import { gammaQ } from '@gemel/numerics/special/incomplete-gamma';
import { inferenceErrors } from '../errors.data.ts';
import type { InferenceProblem } from '../problem.ts';
import { type RankUniformity, rankUniformity } from './rank-uniformity.ts';

/** A truth drawn from the prior, and draws of the posterior given data simulated from it. */
export interface Replicate {
  readonly truth: Float64Array;
  /** count × dimension, nearly independent of one another. */
  readonly draws: Float64Array;
}

export interface CalibrationRow extends RankUniformity {
  readonly name: string;
  /** Probability of a χ² as large under uniform ranks. */
  readonly probability: number;
}

export interface SimulationCalibration {
  readonly rows: readonly CalibrationRow[];
  readonly problems: readonly InferenceProblem[];
}

/** Probability below which ranks are called not uniform, over all parameters together. */
const SIGNIFICANT = 1e-3;

/**
 * Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari, Gelman, arXiv:1804.06788): over `replicates` truths
 * from the prior, the rank of each truth among its posterior draws is uniform if, and nearly only if, the inference is
 * right. Ranks are spread at random within their cell, so that the bins need not divide the number of draws.
 * @throws inference-shape, inference-draws-not-finite
 */
export function calibrateBySimulation(
  replicate: (random: RandomStream) => Replicate,
  replicates: number,
  random: RandomStream,
  options: { readonly names?: readonly string[]; readonly bins?: number } = {},
): SimulationCalibration {
  const ranks: Float64Array[] = [];
  for (let r = 0; r < replicates; r++) {
    const { truth, draws } = replicate(random.fork('replicate', r));
    const n = truth.length;
    const count = draws.length / n;
    const spread = random.fork('rank', r);
    if (r === 0) for (let i = 0; i < n; i++) ranks.push(new Float64Array(replicates));
    if (!Number.isInteger(count) || count < 1 || n !== ranks.length) {
      throw inferenceErrors.error('inference-shape', `Replicate ${r} gives no draws × ${ranks.length} table.`);
    }
    for (const [what, values] of Object.entries({ truth, draws })) {
      const bad = values.findIndex((v) => !Number.isFinite(v));
      if (bad < 0) continue;
      const name = options.names?.[bad % n] ?? `x[${bad % n}]`;
      throw inferenceErrors.error(
        'inference-draws-not-finite',
        `Replicate ${r}: a value of the ${what} is ${values[bad]}.`,
        name,
      );
    }
    for (let i = 0; i < n; i++) {
      let below = 0;
      for (let k = 0; k < count; k++) below += draws[k * n + i] < truth[i] ? 1 : 0;
      ranks[i][r] = (below + spread.uniform()) / (count + 1);
    }
  }
  const problems: InferenceProblem[] = [];
  const rows = ranks.map((values, i) => {
    const name = options.names?.[i] ?? `x[${i}]`;
    const uniformity = rankUniformity(values, options.bins);
    const probability = gammaQ((uniformity.histogram.length - 1) / 2, uniformity.chiSquare / 2);
    if (probability < SIGNIFICANT / ranks.length) {
      problems.push(
        inferenceErrors.problem(
          'inference-not-calibrated',
          `The ranks of ${name} are not uniform: χ² ${uniformity.chiSquare.toFixed(1)}, probability ${probability.toExponential(1)}, mean ${uniformity.mean.toFixed(3)}, central 90 % hold ${(100 * uniformity.central90).toFixed(1)} %.`,
          name,
        ),
      );
    }
    return { name, ...uniformity, probability };
  });
  return { rows, problems };
}
