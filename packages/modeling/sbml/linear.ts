import type { Expression } from '../expression/expression.ts';
import { fold } from '../expression/fold.ts';
import { minus, negative, ONE, over, plus, times, ZERO } from './arithmetic.ts';

/** factor · name + rest, neither of which names it. */
export interface Linear {
  readonly factor: Expression;
  readonly rest: Expression;
}

/** The expression as a straight line in one name; null where it is not seen to be one. */
export function linearIn(expression: Expression, name: string): Linear | null {
  return fold<Linear | null>(
    [expression],
    (node) =>
      node.kind === 'symbol' && node.name === name ? { factor: ONE, rest: ZERO } : { factor: ZERO, rest: node },
    (node, operands) => {
      const [a, b] = operands;
      if (operands.some((operand) => operand === null)) return null;
      if (operands.every((operand) => operand!.factor === ZERO)) return { factor: ZERO, rest: node };
      switch (node.operator) {
        case 'add':
          return { factor: plus(a!.factor, b!.factor), rest: plus(a!.rest, b!.rest) };
        case 'sub':
          return { factor: minus(a!.factor, b!.factor), rest: minus(a!.rest, b!.rest) };
        case 'neg':
          return { factor: negative(a!.factor), rest: negative(a!.rest) };
        case 'mul': {
          const [line, scale] = a!.factor === ZERO ? [b!, a!] : [a!, b!];
          if (scale.factor !== ZERO) return null;
          return { factor: times(line.factor, scale.rest), rest: times(line.rest, scale.rest) };
        }
        case 'div':
          if (b!.factor !== ZERO) return null;
          return { factor: over(a!.factor, b!.rest), rest: over(a!.rest, b!.rest) };
        default:
          return null;
      }
    },
  )[0]!;
}
