import { QUANTILE_LEVELS } from '@gemel/core';

/** Weighted values sorted once and asked often: quantiles linear between the midpoints of the cumulative weights. */
export interface Sorted {
  readonly values: Float64Array;
  /** Midpoints of the cumulative normalised weights, ascending. */
  readonly middles: Float64Array;
}

/** `weights` normalised; null means equal. */
export function sortWeighted(values: Float64Array, weights: Float64Array | null): Sorted {
  const n = values.length;
  if (weights === null) {
    const sorted = values.slice().sort();
    return { values: sorted, middles: Float64Array.from({ length: n }, (_, i) => (i + 0.5) / n) };
  }
  const order = new Uint32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) if (weights[i]! > 0) order[count++] = i;
  const kept = order.subarray(0, count).sort((a, b) => values[a]! - values[b]! || a - b);
  const sorted = new Float64Array(count);
  const middles = new Float64Array(count);
  let before = 0;
  for (let i = 0; i < count; i++) {
    const w = weights[kept[i]!]!;
    sorted[i] = values[kept[i]!]!;
    middles[i] = before + w / 2;
    before += w;
  }
  return { values: sorted, middles };
}

export function quantileOf({ values, middles }: Sorted, p: number): number {
  const n = values.length;
  if (p <= middles[0]!) return values[0]!;
  if (p >= middles[n - 1]!) return values[n - 1]!;
  let low = 0;
  let high = n - 1;
  while (high - low > 1) {
    const mid = (low + high) >> 1;
    if (middles[mid]! <= p) low = mid;
    else high = mid;
  }
  const share = (p - middles[low]!) / (middles[high]! - middles[low]!);
  return values[low]! + (values[high]! - values[low]!) * share;
}

/** Weights that add up to 1, and null in place of equal ones, which sort much faster. */
export function normalised(weights: Float64Array): Float64Array | null {
  let sum = 0;
  let equal = true;
  for (const weight of weights) {
    sum += weight;
    if (weight !== weights[0]) equal = false;
  }
  return equal ? null : weights.map((weight) => weight / sum);
}

export interface Moments {
  readonly mean: number;
  readonly sd: number;
}

export function moments(values: Float64Array, weights: Float64Array | null): Moments {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (weights === null ? 1 / n : weights[i]!) * values[i]!;
  let variance = 0;
  for (let i = 0; i < n; i++) variance += (weights === null ? 1 / n : weights[i]!) * (values[i]! - mean) ** 2;
  return { mean, sd: Math.sqrt(variance) };
}

export function quantileTable(sorted: Sorted): number[] {
  return QUANTILE_LEVELS.map((level) => quantileOf(sorted, level));
}

/** Weight of the values for which the event holds; with both bounds it is what lies strictly between `above` and `below`. */
export function eventProbability(
  values: Float64Array,
  weights: Float64Array | null,
  event: { readonly below?: number; readonly above?: number },
): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (event.below !== undefined && !(value < event.below)) continue;
    if (event.above !== undefined && !(value > event.above)) continue;
    count++;
    if (weights !== null) sum += weights[i]!;
  }
  return weights === null ? count / values.length : Math.min(1, sum);
}
