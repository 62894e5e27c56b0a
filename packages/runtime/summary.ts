import { QUANTILE_LEVELS } from '@gemel/core';

/** Weighted values sorted once and asked often: quantiles linear between the midpoints of the cumulative weights. */
export interface Sorted {
  readonly values: Float64Array;
  /** Midpoints of the cumulative normalised weights, ascending. */
  readonly middles: Float64Array;
}

/** `weights` normalised; null means equal. Values without weight are left out. */
export function sortWeighted(values: Float64Array, weights: Float64Array | null): Sorted {
  return new Sorter(weights, values.length).sort(values);
}

/** Moves per value after which a column is so unlike the last that sorting it from scratch is faster. */
const MOVES = 12;

/**
 * Sorts many columns of the same members. Neighbouring times of a forecast rank the members nearly alike, so that the order of
 * one column is a good start for the next. Equal values stand in the order of their members: the result never depends on the start.
 */
export class Sorter {
  readonly #weights: Float64Array | null;
  readonly #order: Uint32Array;
  #begun = false;

  constructor(weights: Float64Array | null, members: number) {
    this.#weights = weights;
    const all = Uint32Array.from({ length: members }, (_, m) => m);
    this.#order = weights === null ? all : all.filter((m) => weights[m]! > 0);
  }

  sort(column: Float64Array): Sorted {
    const order = this.#order;
    if (!this.#begun || !nearlySorted(order, column)) order.sort((a, b) => column[a]! - column[b]! || a - b);
    this.#begun = true;
    const n = order.length;
    const values = new Float64Array(n);
    const middles = new Float64Array(n);
    let before = 0;
    for (let i = 0; i < n; i++) {
      values[i] = column[order[i]!]!;
      if (this.#weights === null) middles[i] = (i + 0.5) / n;
      else {
        const w = this.#weights[order[i]!]!;
        middles[i] = before + w / 2;
        before += w;
      }
    }
    return { values, middles };
  }
}

/** Insertion sort, given up when it moves too much; says whether it came to its end. */
function nearlySorted(order: Uint32Array, column: Float64Array): boolean {
  let budget = MOVES * order.length;
  for (let i = 1; i < order.length; i++) {
    const member = order[i]!;
    const value = column[member]!;
    let j = i - 1;
    for (; j >= 0; j--) {
      const other = order[j]!;
      const above = column[other]!;
      if (above < value || (above === value && other < member)) break;
      order[j + 1] = other;
    }
    order[j + 1] = member;
    budget -= i - 1 - j;
    if (budget < 0) return false;
  }
  return true;
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
