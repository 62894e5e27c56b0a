import { type Instant, instant } from '@gemel/core/time';

/** How the values of one step become one: `last` and `first` by time, `sum` of amounts. */
export const AGGREGATIONS = ['mean', 'median', 'min', 'max', 'first', 'last', 'sum'] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

export interface Sample {
  readonly at: Instant;
  readonly value: number;
}

export interface ResampleOptions {
  /** Length of a step, ms. */
  readonly step: number;
  readonly aggregate: Aggregation;
  /** Longest stretch between two values that is bridged by a straight line, ms; nothing is where not given. Sums are never bridged. */
  readonly bridge?: number;
  /** An instant at which a step begins; the epoch where not given, so that grids of several series fall together. */
  readonly origin?: Instant;
}

/** One step of the grid, from `at` on, its end excluded. */
export interface GridStep {
  readonly at: Instant;
  /** Null in a gap. */
  readonly value: number | null;
  /** Values that fell into the step. */
  readonly count: number;
  readonly from: 'values' | 'bridge' | 'gap';
}

/** Steps that a series may have: five years of minutes. */
export const MOST_STEPS = 2_629_800;

/**
 * A series on a regular grid, from the step of its first value to that of its last: each step with what its values come to, a step
 * without values bridged from the value before to the value after, taken at the middle of the step, or a gap. Samples in any order.
 * @throws RangeError for a step that is not positive and finite, or more than `MOST_STEPS` of them
 */
export function resample(samples: readonly Sample[], options: ResampleOptions): readonly GridStep[] {
  const { step, aggregate, bridge = 0, origin = instant(0) } = options;
  if (!(step > 0 && Number.isFinite(step))) throw new RangeError(`a step of ${step} ms`);
  const sorted = samples.filter(({ value }) => Number.isFinite(value)).sort((a, b) => a.at - b.at);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  const indexOf = (at: number) => Math.floor((at - origin) / step);
  const [begin, end] = [indexOf(first.at), indexOf(last.at)];
  if (end - begin >= MOST_STEPS) throw new RangeError(`${end - begin + 1} steps; at most ${MOST_STEPS}`);
  const grid: GridStep[] = [];
  let next = 0;
  for (let index = begin; index <= end; index++) {
    const at = instant(origin + index * step);
    const start = next;
    while (next < sorted.length && indexOf(sorted[next]!.at) === index) next++;
    const values = sorted.slice(start, next).map(({ value }) => value);
    if (values.length > 0) {
      grid.push({ at, value: aggregated(values, aggregate), count: values.length, from: 'values' });
      continue;
    }
    const [before, after] = [sorted[start - 1]!, sorted[start]!];
    const width = after.at - before.at;
    const bridged = aggregate !== 'sum' && width <= bridge;
    const share = (at + step / 2 - before.at) / width;
    const value = bridged ? before.value + share * (after.value - before.value) : null;
    grid.push({ at, value, count: 0, from: bridged ? 'bridge' : 'gap' });
  }
  return grid;
}

/** One value of several, which stand in order of time. */
function aggregated(values: readonly number[], by: Aggregation): number {
  switch (by) {
    case 'mean':
      return sum(values) / values.length;
    case 'median': {
      const sorted = values.toSorted((a, b) => a - b);
      const middle = sorted.length >> 1;
      return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
    }
    case 'min':
      return values.reduce((a, b) => Math.min(a, b));
    case 'max':
      return values.reduce((a, b) => Math.max(a, b));
    case 'first':
      return values[0]!;
    case 'last':
      return values.at(-1)!;
    case 'sum':
      return sum(values);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
