/** One documented problem: what it means and what the reader can do about it. */
export interface InferenceEntry {
  readonly meaning: string;
  readonly remedy: string;
}

/** A problem as data, in the shape of @gemel/core's `Problem`: part of a result, or thrown as an `InferenceError`. */
export interface InferenceProblem {
  readonly code: string;
  readonly message: string;
  /** `element` names the parameter, chain or function concerned. */
  readonly where: { readonly element?: string };
  readonly remedy: string;
}

/** Input from which no result can be made. */
export class InferenceError extends Error implements InferenceProblem {
  readonly code: string;
  readonly where: { readonly element?: string };
  readonly remedy: string;

  constructor(problem: InferenceProblem) {
    super(problem.message);
    this.name = 'InferenceError';
    this.code = problem.code;
    this.where = problem.where;
    this.remedy = problem.remedy;
  }

  toJSON(): InferenceProblem {
    return { code: this.code, message: this.message, where: this.where, remedy: this.remedy };
  }
}

/** Problems as lines of text, those of one code together: the first in full, the others by what they concern, the remedy once. */
export function problemLines(problems: readonly InferenceProblem[]): readonly string[] {
  const codes = [...new Set(problems.map((p) => p.code))];
  return codes.map((code) => {
    const [first, ...others] = problems.filter((p) => p.code === code);
    const named = others.map((p) => p.where.element ?? p.message);
    const more = others.length === 0 ? '' : ` So also ${named.join(', ')}.`;
    return `${code}: ${first.message}${more} ${first.remedy}`;
  });
}

/** The makers of problems for the table; an unlisted code does not compile. */
export interface InferenceProblems<T> {
  readonly table: T;
  problem(code: keyof T & string, message: string, element?: string): InferenceProblem;
  error(code: keyof T & string, message: string, element?: string): InferenceError;
}

/** Declares a table of problems. */
export function inferenceProblems<const T extends Readonly<Record<string, InferenceEntry>>>(
  table: T,
): InferenceProblems<T> {
  const problem = (code: keyof T & string, message: string, element?: string): InferenceProblem => ({
    code,
    message,
    where: element === undefined ? {} : { element },
    remedy: table[code].remedy,
  });
  return { table, problem, error: (code, message, element) => new InferenceError(problem(code, message, element)) };
}
