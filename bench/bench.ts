/** One line of a benchmark's table. */
export interface BenchRow {
  readonly name: string;
  /** null: could not be run here; `note` says why. */
  readonly value: number | null;
  readonly unit: string;
  /** This row's speed over that of the row the table is about; above 1 is faster. */
  readonly ratio?: number;
  /** Holds when the value is not above it. */
  readonly atMost?: number;
  readonly note?: string;
}

/** A benchmark: one file `bench/<noun>.bench.ts` with this as its default export; peers run in the same call. */
export interface Bench {
  readonly id: string;
  readonly title: string;
  run(): Promise<readonly BenchRow[]>;
}
