import { call, type Expression, type SymbolNode, TIME } from '../expression/expression.ts';
import { fold } from '../expression/fold.ts';
import { minus, negative, ONE, over, plus, times, ZERO } from './arithmetic.ts';

/**
 * How an expression changes with time, from how its symbols do; null where it holds an operator other than arithmetic and
 * choice. Operands that do not change may stand under any operator.
 */
export function timeDerivative(
  expression: Expression,
  rateOf: (node: SymbolNode) => Expression | null,
): Expression | null {
  return fold<Expression | null>(
    [expression],
    (node) => {
      if (node.kind === 'number') return ZERO;
      return node.name === TIME ? ONE : rateOf(node);
    },
    (node, rates) => {
      const [a, b] = node.operands as readonly [Expression, Expression];
      const [da, db, dc] = rates;
      if (rates.some((rate) => rate === null)) return null;
      if (rates.every((rate) => rate === ZERO) && node.operator !== 'delay') return ZERO;
      switch (node.operator) {
        case 'add':
          return plus(da!, db!);
        case 'sub':
          return minus(da!, db!);
        case 'neg':
          return negative(da!);
        case 'mul':
          return plus(times(da!, b), times(a, db!));
        case 'div':
          return over(minus(da!, times(over(a, b), db!)), b);
        case 'select':
          return call('select', a, db!, dc!);
        default:
          return null;
      }
    },
  )[0]!;
}
