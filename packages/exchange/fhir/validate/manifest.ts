import { isError } from './issue.ts';
import type { Validator } from './validate.ts';

/** A stand-alone resource with the verdict of HL7's reference validator. */
export interface VerdictCase {
  readonly name: string;
  readonly file: string;
  readonly module: string;
  readonly valid: boolean;
}

export interface Verdicts {
  /** Names of invalid resources that were judged to be invalid, and of those that were not. */
  readonly found: readonly string[];
  readonly missed: readonly string[];
  /** Names of valid resources with an error. */
  readonly refused: readonly string[];
  readonly valid: number;
}

/** Modules whose verdicts need a terminology server. */
const TERMINOLOGY = /^tx/;

/** Judges the cases; those of terminology only count where they are valid. */
export function verdictsOf(
  cases: readonly VerdictCase[],
  read: (file: string) => Uint8Array,
  validator: Validator,
): Verdicts {
  const found: string[] = [];
  const missed: string[] = [];
  const refused: string[] = [];
  for (const { name, file, module, valid } of cases) {
    const bad = validator.text(read(file)).some(isError);
    if (valid && bad) refused.push(name);
    else if (!valid && !TERMINOLOGY.test(module)) (bad ? found : missed).push(name);
  }
  return { found, missed, refused, valid: cases.filter((each) => each.valid).length };
}
