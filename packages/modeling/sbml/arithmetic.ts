import { call, type Expression, number, type Operator } from '../expression/expression.ts';
import { fold } from '../expression/fold.ts';

/**
 * Expressions put together with what is neutral left out: only ZERO and ONE themselves are neutral, a number of a file
 * stays where it was written.
 */
export const ZERO = number(0);
export const ONE = number(1);
export const NOT_A_NUMBER = number(Number.NaN);

export function plus(a: Expression, b: Expression): Expression {
  if (a === ZERO) return b;
  if (b === ZERO) return a;
  return b.kind === 'call' && b.operator === 'neg' ? call('sub', a, b.operands[0]!) : call('add', a, b);
}

export function minus(a: Expression, b: Expression): Expression {
  if (b === ZERO) return a;
  return a === ZERO ? negative(b) : call('sub', a, b);
}

export function negative(a: Expression): Expression {
  if (a === ZERO) return ZERO;
  if (a.kind === 'number') return number(-a.value, a.unit);
  return a.kind === 'call' && a.operator === 'neg' ? a.operands[0]! : call('neg', a);
}

export function times(a: Expression, b: Expression): Expression {
  if (a === ONE) return b;
  if (b === ONE) return a;
  return a === ZERO || b === ZERO ? ZERO : call('mul', a, b);
}

export function over(a: Expression, b: Expression): Expression {
  if (a === ZERO) return ZERO;
  return b === ONE ? a : call('div', a, b);
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
