/**
 * Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari, Gelman 2018): posterior probabilities of the
 * truths drawn from the prior are uniform on [0, 1] when the inference is right.
 */
export interface RankUniformity {
  readonly count: number;
  /** Counts in equal bins. */
  readonly histogram: Int32Array;
  /** Pearson's χ² against uniform, bins − 1 degrees of freedom. */
  readonly chiSquare: number;
  /** Mean of the ranks; 0.5 without bias, SD 1/√(12 count). */
  readonly mean: number;
  /** Share of ranks in the central 90 %. */
  readonly central90: number;
}

/** Summary of ranks in [0, 1]. */
export function rankUniformity(ranks: ArrayLike<number>, bins = 10): RankUniformity {
  const histogram = new Int32Array(bins);
  let mean = 0;
  let central = 0;
  for (let i = 0; i < ranks.length; i++) {
    histogram[Math.min(bins - 1, Math.max(0, Math.floor(ranks[i] * bins)))]++;
    mean += ranks[i] / ranks.length;
    if (ranks[i] >= 0.05 && ranks[i] <= 0.95) central += 1 / ranks.length;
  }
  const expected = ranks.length / bins;
  let chiSquare = 0;
  for (const h of histogram) chiSquare += (h - expected) ** 2 / expected;
  return { count: ranks.length, histogram, chiSquare, mean, central90: central };
}
