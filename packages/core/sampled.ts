import type { Distribution } from './distribution.ts';
import { coreErrors } from './errors.data.ts';

/**
 * The distribution of weighted samples (weights default to equal; they need not sum to one).
 * `quantile(p)` is the smallest sample whose cumulative weight reaches p: the exact inverse of `cdf`, always a sample.
 * The sd is that of the weighted samples themselves (divisor: the sum of weights). No density: `core-no-density`.
 * @throws core-distribution-parameter for no samples, samples that are not finite, negative weights or all weights 0
 */
export function sampled(values: ArrayLike<number>, weights?: ArrayLike<number>): Distribution {
  const n = values.length;
  if (n === 0) throw refuse('A sampled distribution needs at least one sample.');
  if (weights !== undefined && weights.length !== n) throw refuse(`${n} samples come with ${weights.length} weights.`);
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const sorted = new Float64Array(n);
  const cumulative = new Float64Array(n);
  let total = 0;
  let sum = 0;
  order.forEach((from, i) => {
    const value = values[from]!;
    const weight = weights?.[from] ?? 1;
    if (!Number.isFinite(value)) throw refuse(`Sample ${from} is ${value}.`);
    if (!(weight >= 0 && Number.isFinite(weight))) throw refuse(`Weight ${from} is ${weight}.`);
    sorted[i] = value;
    total += weight;
    sum += weight * value;
    cumulative[i] = total;
  });
  if (!(total > 0)) throw refuse('All weights of a sampled distribution are 0.');
  const mean = sum / total;
  let squares = 0;
  sorted.forEach((value, i) => {
    squares += (cumulative[i]! - (i > 0 ? cumulative[i - 1]! : 0)) * (value - mean) ** 2;
  });

  /** Weight of the samples ≤ x, or < x. */
  const mass = (x: number, inclusive: boolean) => {
    const count = firstIndex(n, (i) => (inclusive ? sorted[i]! > x : sorted[i]! >= x));
    return count === 0 ? 0 : cumulative[count - 1]! / total;
  };
  const quantile = (p: number) => {
    if (!(p >= 0 && p <= 1)) throw refuse(`The probability ${p} is not between 0 and 1.`);
    // The sums of weights carry rounding; a level that is met to within it is met.
    const level = p * total * (1 - 4 * Number.EPSILON);
    return sorted[
      Math.min(
        n - 1,
        firstIndex(n, (i) => cumulative[i]! >= level && cumulative[i]! > 0),
      )
    ]!;
  };
  return {
    mean,
    sd: Math.sqrt(squares / total),
    median: quantile(0.5),
    quantile,
    interval: (level) => [quantile((1 - level) / 2), quantile((1 + level) / 2)],
    cdf: (x) => mass(x, true),
    logDensity: () => {
      throw coreErrors.error('core-no-density', 'A sampled distribution has no density.');
    },
    probability: (event) => {
      if ('below' in event) return mass(event.below, false);
      if ('above' in event) return 1 - mass(event.above, true);
      return Math.max(0, mass(event.to, true) - mass(event.from, false));
    },
    sample: (random) => quantile(random.uniform()),
  };
}

/** Smallest index in [0, n) where the predicate holds, n where it never does; false before true. */
function firstIndex(n: number, holds: (i: number) => boolean): number {
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function refuse(message: string): Error {
  return coreErrors.error('core-distribution-parameter', message);
}
