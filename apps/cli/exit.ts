/** Exit codes of `gemel`; they never change their meaning. */
export const EXIT = {
  /** Done. */
  ok: 0,
  /** A defect of the program itself. */
  internal: 1,
  /** The command line cannot be understood, or names what is not there. */
  usage: 2,
  /** A source could not be read, or was refused as a whole. */
  input: 3,
  /** The twin withheld a service or abstained, and said why; whatever could be written was written. */
  withheld: 4,
  /** A check did not hold: a replay differs, an evidence row fails, the doctor found something. */
  failed: 5,
  /** Stopped by Ctrl-C; what was acknowledged is kept. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
