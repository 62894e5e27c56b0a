import { call, type Expression, number, type Operator } from '../expression/expression.ts';
import { fold } from '../expression/fold.ts';

/** Expressions put together with what is neutral left out. Numbers are not folded: files are taken as written. */

export function isNumber(expression: Expression, value: number): boolean {
  return expression.kind === 'number' && expression.value === value;
}

export const ZERO = number(0);
export const ONE = number(1);
export const NOT_A_NUMBER = number(Number.NaN);

export function plus(a: Expression, b: Expression): Expression {
  if (isNumber(a, 0)) return b;
  return isNumber(b, 0) ? a : call('add', a, b);
}

export function minus(a: Expression, b: Expression): Expression {
  if (isNumber(b, 0)) return a;
  return isNumber(a, 0) ? negative(b) : call('sub', a, b);
}

export function negative(a: Expression): Expression {
  if (a.kind === 'number') return number(a.value === 0 ? 0 : -a.value);
  return a.kind === 'call' && a.operator === 'neg' ? a.operands[0]! : call('neg', a);
}

export function times(a: Expression, b: Expression): Expression {
  if (isNumber(a, 1)) return b;
  if (isNumber(b, 1)) return a;
  return isNumber(a, 0) || isNumber(b, 0) ? ZERO : call('mul', a, b);
}

export function over(a: Expression, b: Expression): Expression {
  if (isNumber(a, 0)) return ZERO;
  return isNumber(b, 1) ? a : call('div', a, b);
}

/** Operands joined pairwise, so that a long sum is not a deep one. */
export function joined(operator: Operator, operands: readonly Expression[], neutral: Expression): Expression {
  if (operands.length === 0) return neutral;
  if (operands.length > 32) {
    const middle = operands.length >> 1;
    return call(
      operator,
      joined(operator, operands.slice(0, middle), neutral),
      joined(operator, operands.slice(middle), neutral),
    );
  }
  return operands.reduce((left, right) => call(operator, left, right));
}

/** Nodes of the expression written out as a tree, and its depth. */
export function extent(expression: Expression): { readonly size: number; readonly depth: number } {
  return fold<{ readonly size: number; readonly depth: number }>(
    [expression],
    () => ({ size: 1, depth: 1 }),
    (_node, operands) => ({
      size: operands.reduce((sum, { size }) => sum + size, 1),
      depth: operands.reduce((most, { depth }) => Math.max(most, depth), 0) + 1,
    }),
  )[0]!;
}
