import { betaQuantile } from '@gemel/numerics/special/incomplete-beta';
import { normalQuantile } from '@gemel/numerics/special/normal';
import { effectiveDraws } from './effective-draws.ts';
import { sampleQuantile } from './scores.ts';

/**
 * Convergence of one coordinate of many chains, after Vehtari, Gelman, Simpson, Carpenter, Bürkner, Bayesian Anal. 16
 * (2021) 667. Values are chains × length, chain-major; every chain is split in half, the middle draw of an odd length
 * left out. NaN where the values do not vary or are not finite.
 */
export interface Convergence {
  /** The larger of the rank-normalised R-hat and that of the folded draws; below 1.01 is wanted. */
  readonly rHat: number;
  /** Effective draws in the bulk: of the rank-normalised values. */
  readonly essBulk: number;
  /** Effective draws in the tails: the smaller of those for the 5 % and 95 % quantile. */
  readonly essTail: number;
}

/**
 * R-hat and effective draws of one coordinate.
 * @param superchains many short chains are compared as so many equal groups, which must divide them (nested R-hat:
 *   Margossian, Hoffman, Sountsov, Riou-Durand, Vehtari, Gelman, arXiv:2110.13017)
 */
export function convergence(values: Float64Array, chains: number, superchains = chains): Convergence {
  const split = splitChains(values, chains);
  if (!varies(split)) return { rHat: Number.NaN, essBulk: Number.NaN, essTail: Number.NaN };
  const median = sampleQuantile(split, 0.5);
  const folded = split.map((v) => Math.abs(v - median));
  const normal = rankNormalised(split);
  const halves = 2 * chains;
  const compared = (scores: Float64Array) =>
    potentialScaleReduction(grouped(scores, chains, superchains), 2 * superchains);
  return {
    rHat: Math.max(compared(normal), compared(rankNormalised(folded))),
    essBulk: effectiveDraws(normal, halves),
    essTail: Math.min(essQuantile(split, halves, 0.05), essQuantile(split, halves, 0.95)),
  };
}

/** Monte-Carlo standard error of the mean. */
export function errorOfMean(values: Float64Array, chains: number): number {
  const split = splitChains(values, chains);
  const { sd } = momentsOf(split);
  return sd / Math.sqrt(effectiveDraws(split, 2 * chains));
}

/** Monte-Carlo standard error of the SD, from the effective draws of the squared deviations. */
export function errorOfSd(values: Float64Array, chains: number): number {
  const split = splitChains(values, chains);
  const { mean } = momentsOf(split);
  const squares = split.map((v) => (v - mean) ** 2);
  const variance = momentsOf(squares).mean;
  const spread = squares.reduce((s, v) => s + (v - variance) ** 2 / squares.length, 0);
  return Math.sqrt(spread / effectiveDraws(squares, 2 * chains) / variance) / 2;
}

/** Monte-Carlo standard error of the p-quantile: half the width of its central 68 % interval (section 4.4). */
export function errorOfQuantile(values: Float64Array, chains: number, p: number): number {
  const split = splitChains(values, chains);
  const ess = essQuantile(split, 2 * chains, p);
  const sorted = Float64Array.from(split).sort();
  const at = (level: number) => betaQuantile(ess * p + 1, ess * (1 - p) + 1, level) * sorted.length;
  const low = Math.max(0, Math.floor(at(0.15865525393145707)) - 1);
  const high = Math.min(sorted.length - 1, Math.ceil(at(0.8413447460685429)) - 1);
  return (sorted[high] - sorted[low]) / 2;
}

/** Each chain as two: 2 chains × ⌊length / 2⌋. */
export function splitChains(values: Float64Array, chains: number): Float64Array {
  const length = values.length / chains;
  const half = Math.floor(length / 2);
  const split = new Float64Array(2 * chains * half);
  for (let c = 0; c < chains; c++) {
    split.set(values.subarray(c * length, c * length + half), 2 * c * half);
    split.set(values.subarray((c + 1) * length - half, (c + 1) * length), (2 * c + 1) * half);
  }
  return split;
}

/** Split chains with the first halves of each group behind one another, then its second halves. */
function grouped(split: Float64Array, chains: number, groups: number): Float64Array {
  if (groups === chains) return split;
  const half = split.length / (2 * chains);
  const size = chains / groups;
  const order = new Float64Array(split.length);
  for (let c = 0; c < chains; c++) {
    const group = Math.floor(c / size);
    for (const side of [0, 1]) {
      const from = (2 * c + side) * half;
      order.set(split.subarray(from, from + half), ((2 * group + side) * size + (c % size)) * half);
    }
  }
  return order;
}

/** Normal scores of the ranks, ties at their mean rank (equation 14). */
export function rankNormalised(values: Float64Array): Float64Array {
  const n = values.length;
  const sorted = Float64Array.from(values).sort();
  /** How many lie below `value`, or below and at it. */
  const count = (value: number, ties: boolean) => {
    let [low, high] = [0, n];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < value || (ties && sorted[middle] === value)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return values.map((v) => {
    const before = count(v, false);
    const to = before + 1 < n && sorted[before + 1] === v ? count(v, true) : before + 1;
    return normalQuantile(((before + to + 1) / 2 - 0.375) / (n + 0.25));
  });
}

/** √(pooled variance / within-chain variance) of chains as they are (equations 1 to 4). */
export function potentialScaleReduction(values: Float64Array, chains: number): number {
  const length = values.length / chains;
  const parts = Array.from({ length: chains }, (_, c) => momentsOf(values.subarray(c * length, (c + 1) * length)));
  const within = parts.reduce((s, p) => s + p.sd ** 2 / chains, 0);
  const between = momentsOf(Float64Array.from(parts, (p) => p.mean)).sd ** 2;
  return Math.sqrt((length - 1) / length + between / within);
}

function essQuantile(values: Float64Array, chains: number, p: number): number {
  const q = sampleQuantile(values, p);
  const below = values.map((v) => (v <= q ? 1 : 0));
  return varies(below) ? effectiveDraws(below, chains) : Number.NaN;
}

function varies(values: Float64Array): boolean {
  return values.every(Number.isFinite) && values.some((v) => v !== values[0]);
}

/** Mean and SD (n − 1). */
export function momentsOf(values: Float64Array): { readonly mean: number; readonly sd: number } {
  const n = values.length;
  let mean = 0;
  for (const v of values) mean += v / n;
  let squares = 0;
  for (const v of values) squares += (v - mean) ** 2;
  return { mean, sd: Math.sqrt(squares / (n - 1)) };
}
