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
  /** Those of equal weights, the same for every column. */
  readonly #middles: Float64Array;
  readonly #bins: Uint32Array;
  #begun = false;

  constructor(weights: Float64Array | null, members: number) {
    this.#weights = weights;
    this.#order = new Uint32Array(weights === null ? 0 : members);
    this.#middles = new Float64Array(weights === null ? members : 0);
    this.#bins = new Uint32Array(weights === null ? members + 1 : 0);
    if (weights === null) for (let i = 0; i < members; i++) this.#middles[i] = (i + 0.5) / members;
    else this.#order = this.#order.map((_, m) => m).filter((m) => weights[m]! > 0);
  }

  sort(column: Float64Array): Sorted {
    const weights = this.#weights;
    // Without weights nothing hangs on who has a value.
    if (weights === null) return { values: ascending(column, this.#bins), middles: this.#middles };
    const order = this.#order;
    if (!this.#begun || !nearlySorted(order, column)) order.sort((a, b) => column[a]! - column[b]! || a - b);
    this.#begun = true;
    const n = order.length;
    const values = new Float64Array(n);
    const middles = new Float64Array(n);
    let before = 0;
    for (let i = 0; i < n; i++) {
      const m = order[i]!;
      values[i] = column[m]!;
      middles[i] = before + weights[m]! / 2;
      before += weights[m]!;
    }
    return { values, middles };
  }
}

/**
 * The values in ascending order. Each goes to one of as many even bins as there are values, whose order is then mended by
 * insertion: four times as fast as comparing alone, unless nearly all lie in few bins; then the engine's sort takes over.
 */
function ascending(column: Float64Array, bins: Uint32Array): Float64Array {
  const n = column.length;
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n; i++) {
    const value = column[i]!;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  const scale = (n - 1) / (greatest - least);
  if (!(scale > 0 && scale < Number.POSITIVE_INFINITY)) return column.slice().sort();
  bins.fill(0);
  for (let i = 0; i < n; i++) bins[(((column[i]! - least) * scale) >>> 0) + 1]!++;
  for (let i = 1; i < n; i++) bins[i]! += bins[i - 1]!;
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) values[bins[((column[i]! - least) * scale) >>> 0]!++] = column[i]!;
  let budget = MOVES * n;
  for (let i = 1; i < n; i++) {
    const value = values[i]!;
    let j = i - 1;
    for (; j >= 0 && values[j]! > value; j--) values[j + 1] = values[j]!;
    values[j + 1] = value;
    budget -= i - 1 - j;
    if (budget < 0) return values.sort();
  }
  return values;
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
  return valueAt(values, placeOf(middles, p));
}

/** Between which two middles a level lies, and how far on the way from one to the other. */
interface Place {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

function placeOf(middles: Float64Array, p: number): Place {
  const n = middles.length;
  if (p <= middles[0]!) return { low: 0, high: 0, share: 0 };
  if (p >= middles[n - 1]!) return { low: n - 1, high: n - 1, share: 0 };
  let low = 0;
  let high = n - 1;
  while (high - low > 1) {
    const mid = (low + high) >> 1;
    if (middles[mid]! <= p) low = mid;
    else high = mid;
  }
  return { low, high, share: (p - middles[low]!) / (middles[high]! - middles[low]!) };
}

function valueAt(values: Float64Array, { low, high, share }: Place): number {
  return low === high ? values[low]! : values[low]! + (values[high]! - values[low]!) * share;
}

/** The quantiles of many columns at the same levels: where weights are equal, a level has the same place in each. */
export class Quantiles {
  readonly #levels: readonly number[];
  #middles: Float64Array | null = null;
  #places: readonly Place[] = [];

  constructor(levels: readonly number[]) {
    this.#levels = levels;
  }

  of({ values, middles }: Sorted): number[] {
    if (middles !== this.#middles) {
      this.#middles = middles;
      this.#places = this.#levels.map((level) => placeOf(middles, level));
    }
    return this.#places.map((place) => valueAt(values, place));
  }
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

export function meanOf(values: Float64Array, weights: Float64Array | null): number {
  const equal = 1 / values.length;
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += (weights === null ? equal : weights[i]!) * values[i]!;
  return mean;
}

export function moments(values: Float64Array, weights: Float64Array | null): Moments {
  const n = values.length;
  const mean = meanOf(values, weights);
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
  const { below = Number.POSITIVE_INFINITY, above = Number.NEGATIVE_INFINITY } = event;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value < below && value > above)) continue;
    count++;
    if (weights !== null) sum += weights[i]!;
  }
  return weights === null ? count / values.length : Math.min(1, sum);
}
