/** Where in a source a problem lies; every part that is known is given. */
export interface Where {
  readonly file?: string;
  /** Path of the element in the source's own terms: `Bundle.entry[12].resource`, `PID-3`, `row`. */
  readonly element?: string;
  readonly field?: string;
  /** 1-based line. */
  readonly line?: number;
  /** 0-based byte offset. */
  readonly byte?: number;
}

/** One documented error: what it means and what the reader can do about it. */
export interface ErrorEntry {
  readonly meaning: string;
  readonly remedy: string;
}

export type ErrorTable = Readonly<Record<string, ErrorEntry>>;

/** A problem as data: what is stored, sent and shown. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly where: Where;
  readonly remedy: string;
}

/**
 * An error with a documented code, the place it concerns and a remedy.
 * Codes are kebab-case, begin with their package's prefix and never change their meaning.
 */
export class CodedError extends Error implements Problem {
  readonly code: string;
  readonly where: Where;
  readonly remedy: string;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.name = 'CodedError';
    this.code = problem.code;
    this.where = problem.where;
    this.remedy = problem.remedy;
  }

  toJSON(): Problem {
    return { code: this.code, message: this.message, where: this.where, remedy: this.remedy };
  }
}

/** The makers of problems for one package's error table; an unlisted code does not compile. */
export interface ErrorMaker<T extends ErrorTable> {
  readonly table: T;
  problem(code: keyof T & string, message: string, where?: Where, remedy?: string): Problem;
  error(code: keyof T & string, message: string, where?: Where, remedy?: string, cause?: unknown): CodedError;
}

/** Declares a package's error codes. Each is documented in docs/errors.md, tested both ways. */
export function defineErrors<const T extends ErrorTable>(table: T): ErrorMaker<T> {
  const problem = (code: keyof T & string, message: string, where: Where = {}, remedy?: string): Problem => ({
    code,
    message,
    where,
    remedy: remedy ?? table[code]!.remedy,
  });
  return {
    table,
    problem,
    error: (code, message, where, remedy, cause) =>
      new CodedError(problem(code, message, where, remedy), cause === undefined ? undefined : { cause }),
  };
}
