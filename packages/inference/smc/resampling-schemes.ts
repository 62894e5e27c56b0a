import type { RandomStream } from '@gemel/numerics';
import { systematicResample } from './resampling.ts';

/** `count` ancestors, ascending, each index expected count · weight times; weights add up to 1. */
export type ResamplingScheme = (weights: Float64Array, count: number, random: RandomStream) => Int32Array;

/** One uniform in each of `count` equal strata. Kitagawa, J. Comput. Graph. Stat. 5 (1996) 1. */
export const stratifiedResample: ResamplingScheme = (weights, count, random) =>
  ancestorsAt(weights, count, (c) => (c + random.uniform()) / count);

/** Independent draws, made in order from the spacings of exponentials. Gordon, Salmond, Smith, IEE Proc. F 140 (1993) 107. */
export const multinomialResample: ResamplingScheme = (weights, count, random) => {
  const sums = new Float64Array(count + 1);
  let sum = 0;
  for (let c = 0; c <= count; c++) {
    sum -= Math.log(random.uniform());
    sums[c] = sum;
  }
  return ancestorsAt(weights, count, (c) => sums[c] / sum);
};

/** Whole shares first, the rest by multinomial draws. Liu and Chen, J. Am. Stat. Assoc. 93 (1998) 1032. */
export const residualResample: ResamplingScheme = (weights, count, random) => {
  const whole = weights.map((w) => Math.floor(w * count));
  const left = count - whole.reduce((a, b) => a + b, 0);
  const rest = weights.map((w, i) => (left > 0 ? (w * count - whole[i]) / left : 0));
  if (left > 0) for (const a of multinomialResample(rest, left, random)) whole[a]++;
  const ancestors = new Int32Array(count);
  let at = 0;
  whole.forEach((n, i) => {
    ancestors.fill(i, at, at + n);
    at += n;
  });
  return ancestors;
};

export const resamplingSchemes = {
  systematic: systematicResample,
  stratified: stratifiedResample,
  residual: residualResample,
  multinomial: multinomialResample,
} as const satisfies Record<string, ResamplingScheme>;

/** Ancestors at ascending points of the cumulative weights. */
function ancestorsAt(weights: Float64Array, count: number, target: (c: number) => number): Int32Array {
  const ancestors = new Int32Array(count);
  let cumulative = weights[0];
  let i = 0;
  for (let c = 0; c < count; c++) {
    const t = target(c);
    while (cumulative < t && i < weights.length - 1) cumulative += weights[++i];
    ancestors[c] = i;
  }
  return ancestors;
}
