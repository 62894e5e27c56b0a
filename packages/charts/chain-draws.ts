import { colour, type ThemeColour } from './theme.ts';

/** Draws of one parameter: chains × length, chain by chain. */
export interface ChainDraws {
  readonly name: string;
  readonly unit?: string;
  readonly chains: number;
  readonly length: number;
  readonly values: ArrayLike<number>;
  /** Independent draws that these are worth; chance is reckoned by them where it is drawn. */
  readonly effective?: number;
}

/** Chains that are told apart by colour; more are drawn as one crowd. */
export const FEW_CHAINS = 8;

const COLOURS = ['--gm-arm-1', '--gm-arm-2', '--gm-arm-3', '--gm-arm-4'] as const satisfies readonly ThemeColour[];

/** The colour of a chain; they come round again after four. */
export function chainColour(chain: number): string {
  return colour(COLOURS[chain % COLOURS.length]);
}

/** The draws of one chain. */
export function chainOf({ values, length }: ChainDraws, chain: number): number[] {
  return Array.from({ length }, (_, t) => values[chain * length + t]);
}

/** Finite, and not so large that its distance from another overflows. */
export function drawable(value: number): boolean {
  return Math.abs(value) < 1e150;
}

/** The values that can be drawn, ascending. */
export function sortedFinite(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).filter(drawable).sort();
}

/** The p-quantile of ascending values, linear between them; NaN for none. */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = (sorted.length - 1) * p;
  const i = Math.floor(at);
  return i + 1 < sorted.length ? sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]) : sorted[sorted.length - 1];
}

/** A range around values with some room; never empty, nor so narrow that rounding shows. */
export function roomyRange(low: number, high: number, room = 0.04): readonly [low: number, high: number] {
  if (!drawable(low) || !drawable(high)) return [0, 1];
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > 1e-9 * size && high - low > 1e-150) return [low - room * (high - low), high + room * (high - low)];
  const span = size > 1e-150 ? 0.1 * size : 1;
  return [low - span / 2, high + span / 2];
}

/** Counts of values in equal bins over [low, high], the ends in the outer bins. */
export function binCounts(values: Iterable<number>, [low, high]: readonly [number, number], bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const v of values) {
    if (!(v >= low && v <= high)) continue;
    counts[Math.min(bins - 1, Math.floor(((v - low) / (high - low)) * bins))]++;
  }
  return counts;
}

/** `name (unit)`. */
export function parameterTitle({ name, unit }: Pick<ChainDraws, 'name' | 'unit'>): string {
  return unit === undefined || unit === '' || unit === '1' ? name : `${name} (${unit})`;
}
