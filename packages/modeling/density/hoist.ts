import { call, type Expression, symbol } from '../expression/expression.ts';
import { fold } from '../expression/fold.ts';
import type { IndexSets } from './sets.ts';

/** What costs about as much to work out again as to hand on. */
const CHEAP: ReadonlySet<string> = new Set([
  ...['add', 'sub', 'mul', 'div', 'neg', 'abs', 'min', 'max', 'select', 'floor', 'ceil'],
  ...['lt', 'le', 'gt', 'ge', 'eq', 'ne', 'and', 'or', 'not'],
]);

/** An expression, whose members it is of, and whether it depends on parameters. */
export interface Part {
  readonly expression: Expression;
  readonly set: string;
  readonly varies: boolean;
}

/**
 * The expression of a set's members with its costly parts that are of a coarser set, or of data alone, replaced by names:
 * `named` is told of each and gives the name. So a logarithm of one number is not taken for every sample.
 */
export function hoisted(
  expression: Expression,
  set: string,
  sets: IndexSets,
  known: (name: string) => { readonly set: string; readonly varies: boolean },
  named: (part: Part) => string,
): Expression {
  const [root] = fold<Part & { readonly costly: boolean }>(
    [expression],
    (leaf) =>
      leaf.kind === 'number'
        ? { expression: leaf, set: sets.one, varies: false, costly: false }
        : { expression: leaf, ...known(leaf.name), costly: false },
    ({ operator }, operands) => {
      const own = sets.joined(operands.map((operand) => operand.set)) ?? set;
      const varies = operands.some((operand) => operand.varies);
      const kept = operands.map((operand) =>
        operand.costly && (operand.set !== own || operand.varies !== varies)
          ? symbol(named(operand))
          : operand.expression,
      );
      const costly = !CHEAP.has(operator) || operands.some((operand) => operand.costly);
      return { expression: call(operator, ...kept), set: own, varies, costly };
    },
  );
  return root.expression;
}
