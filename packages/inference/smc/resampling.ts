import type { RandomStream } from '@gemel/numerics';

/**
 * Systematic resampling (Kitagawa 1996): `count` ancestors, ascending, each index expected count · weight times and
 * drawn within one of that.
 */
export function systematicResample(weights: Float64Array, count: number, random: RandomStream): Int32Array {
  const ancestors = new Int32Array(count);
  const u = random.uniform();
  let cumulative = weights[0];
  let i = 0;
  for (let c = 0; c < count; c++) {
    const target = (c + u) / count;
    while (cumulative < target && i < weights.length - 1) cumulative += weights[++i];
    ancestors[c] = i;
  }
  return ancestors;
}
