import type { Operator } from '../expression/expression.ts';

/**
 * A straight-line computation in single assignment: value i is made by instruction i from values before it. No two
 * instructions are alike, and none is unused. Every backend does the same operations in this order, which is what makes
 * them bit-identical.
 */
export interface Program {
  /** Arrays it reads, in the order in which a compiled function takes them, with their lengths. */
  readonly arguments: readonly { readonly name: string; readonly length: number }[];
  readonly instructions: readonly Instruction[];
  /** Arrays it writes, in order, each entry the number of a value. */
  readonly results: readonly { readonly name: string; readonly values: readonly number[] }[];
}

export type Instruction =
  | { readonly kind: 'constant'; readonly value: number }
  /** Entry `index` of argument `argument`. */
  | { readonly kind: 'read'; readonly argument: number; readonly index: number }
  | {
      readonly kind: 'operation';
      readonly operator: Exclude<Operator, 'delay' | 'rateOf'>;
      readonly operands: readonly number[];
    };
