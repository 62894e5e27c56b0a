/** One number a study is held to. */
export interface ValidationRow {
  readonly name: string;
  /** Where the expected number stands: table, figure, file. */
  readonly source?: string;
  readonly unit: string;
  /** The expected number; null where the number is only reported or bounded. */
  readonly expected: number | null;
  /** Greatest absolute difference from `expected`, in `unit`. */
  readonly tolerance?: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What a study may use from outside: data files, named relative to the data folder. */
export interface ValidationInputs {
  read(path: string): Uint8Array;
  /** Keeps one of the study's `lists`; absent where nothing is kept. */
  list?(name: string, text: string): void;
}

/** A published number as a file: `validation/<author><year>.ts`, run by `npm run evidence`. */
export interface Validation {
  /** Author and year: `dallaman2007`. */
  readonly id: string;
  readonly title: string;
  readonly citation: string;
  /** Data files it reads, relative to the data folder; empty when it needs none. */
  readonly data: readonly string[];
  /** Takes over a minute: run only by `npm run evidence -- --full`, its rows kept otherwise. */
  readonly slow: boolean;
  readonly rows: readonly ValidationRow[];
  /** File names of what is too long for rows, such as the cases that differ: kept as `evidence/lists/<id>-<name>`. */
  readonly lists?: readonly string[];
  /** Computes every row by name, and nothing else; no clock, no dice of its own. */
  run(inputs: ValidationInputs): ValidationNumbers | Promise<ValidationNumbers>;
}

export type ValidationNumbers = Readonly<Record<string, number>>;

/** What became of one row. `reported` rows have nothing to be held to. */
export type RowVerdict = 'passes' | 'FAILS' | 'reported';

export function defineValidation(validation: Validation): Validation {
  return validation;
}

/** Holds a computed number against its row; a number that is not finite fails. */
export function judgeRow(row: ValidationRow, value: number): RowVerdict {
  if (!Number.isFinite(value)) return 'FAILS';
  if (row.expected === null && row.atLeast === undefined && row.atMost === undefined) return 'reported';
  if (row.expected !== null && !(Math.abs(value - row.expected) <= (row.tolerance ?? 0))) return 'FAILS';
  if (row.atLeast !== undefined && !(value >= row.atLeast)) return 'FAILS';
  if (row.atMost !== undefined && !(value <= row.atMost)) return 'FAILS';
  return 'passes';
}
