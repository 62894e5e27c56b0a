import type { RandomStream } from '@gemel/numerics/random/stream';
import type { SbmlModel } from '../sbml/read.ts';
import { nameOf, type SuiteSettings, type SuiteTable } from '../sbml/semantic-suite.ts';
import type { StochasticRuns } from './runs.ts';
import { assertComplete } from './runs.ts';

/** What one column of a stochastic case expects: mean or standard deviation of a variable or of its logarithm. */
export interface SuiteColumn {
  readonly label: string;
  readonly variable: string;
  readonly logarithm: boolean;
  readonly mean: Float64Array;
  /** null where the variable has none (Cauchy): `mean` is then the median. */
  readonly sd: Float64Array | null;
}

export interface SuiteRanges {
  readonly mean: readonly [number, number];
  readonly sd: readonly [number, number];
}

/** One test of the suite: Z_t of a mean or Y_t of a standard deviation, and whether it is in the case's range. */
export interface SuiteTest {
  readonly kind: 'mean' | 'sd';
  readonly label: string;
  readonly time: number;
  readonly value: number;
  readonly passes: boolean;
}

export function suiteColumns({ columns }: SuiteTable): readonly SuiteColumn[] {
  return [...columns].flatMap(([head, mean]) => {
    const label = /^(.*)-mean$/.exec(head)?.[1];
    if (label === undefined) return [];
    const inner = /^ln\((.*)\)$/.exec(label)?.[1];
    const sd = columns.get(`${label}-sd`) ?? null;
    return [{ label, variable: inner ?? label, logarithm: inner !== undefined, mean, sd }];
  });
}

/** meanRange and sdRange of a settings file. */
export function suiteRanges(settings: string): SuiteRanges {
  const range = (key: string): readonly [number, number] => {
    const found = new RegExp(`^${key}:\\s*\\(\\s*([-\\d.]+)\\s*,\\s*([-\\d.]+)\\s*\\)`, 'm').exec(settings);
    if (found === null) throw new RangeError(`The settings have no ${key}.`);
    return [Number(found[1]), Number(found[2])];
  };
  return { mean: range('meanRange'), sd: range('sdRange') };
}

/** Names of the model to ask for, one per column. */
export function suiteNames(columns: readonly SuiteColumn[], sbml: SbmlModel, settings: SuiteSettings): string[] {
  return columns.map(({ variable }) => nameOf(variable, sbml, settings));
}

/**
 * The tests of one case over n runs: Z_t = √n (X_t − µ_t)/σ_t and Y_t = √(n/2) (S_t²/σ_t² − 1), by Evans, Gillespie, Wilkinson
 * (2008). Where σ_t is 0 mean and spread must be exact; the logarithm of a start at 0 is not tested. A column without σ is of a
 * Cauchy variable: its median is tested, whose standard error is π `cauchyScale`/(2 √n).
 */
export function suiteTests(
  runs: StochasticRuns,
  columns: readonly SuiteColumn[],
  ranges: SuiteRanges,
  n: number,
  random: RandomStream,
  cauchyScale: number,
): readonly SuiteTest[] {
  const { times } = runs;
  const count = times.length;
  const values = new Float64Array(columns.length * count);
  const mean = new Float64Array(values.length);
  const squares = new Float64Array(values.length);
  const kept = columns.map(({ sd }) => (sd === null ? Array.from({ length: count }, () => new Float64Array(n)) : null));
  for (let r = 0; r < n; r++) {
    assertComplete(runs.run(random.fork('run', r), values));
    for (const [c, { logarithm }] of columns.entries()) {
      for (let i = 0; i < count; i++) {
        const k = c * count + i;
        const value = logarithm ? Math.log(values[k]) : values[k];
        if (kept[c] !== null) kept[c][i][r] = value;
        const apart = value - mean[k];
        mean[k] += apart / (r + 1);
        squares[k] += apart * (value - mean[k]);
      }
    }
  }
  return columns.flatMap(({ label, logarithm, mean: expected, sd }, c) =>
    Array.from(times, (time, i): SuiteTest[] => {
      const k = c * count + i;
      if (logarithm && i === 0) return [];
      const test = (kind: 'mean' | 'sd', value: number): SuiteTest => {
        const [low, high] = ranges[kind];
        return { kind, label, time, value, passes: value > low && value < high };
      };
      if (sd === null) {
        if (i === 0) return [];
        const median = kept[c]![i].sort()[Math.floor(n / 2)];
        return [test('mean', ((median - expected[i]) * 2 * Math.sqrt(n)) / (Math.PI * cauchyScale))];
      }
      const spread = squares[k] / (n - 1);
      if (sd[i] === 0) {
        const exact = mean[k] === expected[i] && spread === 0;
        return [test('mean', exact ? 0 : Number.POSITIVE_INFINITY)];
      }
      return [
        test('mean', (Math.sqrt(n) * (mean[k] - expected[i])) / sd[i]),
        test('sd', Math.sqrt(n / 2) * (spread / sd[i] ** 2 - 1)),
      ];
    }).flat(),
  );
}
