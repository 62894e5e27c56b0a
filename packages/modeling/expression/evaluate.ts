import { type Expression, TIME } from './expression.ts';
import { fold } from './fold.ts';
import { multiplied, numberPower, operations } from './operations.ts';

/**
 * The expression's value by plain interpretation: the reference that compiled programs are held against. Units are not
 * looked at. A power whose exponent is a whole number up to 8, without names, is worked out by products, as programs do.
 * @throws RangeError for a name without a value, for delay and for rateOf
 */
export function evaluate(expression: Expression, values: Readonly<Record<string, number>>, time = Number.NaN): number {
  return fold<Known>(
    [expression],
    (node) => {
      if (node.kind === 'number') return { value: node.value, fixed: true };
      if (node.name === TIME) return { value: time, fixed: false };
      if (!Object.hasOwn(values, node.name)) throw new RangeError(`No value for ${node.name}.`);
      return { value: values[node.name], fixed: false };
    },
    ({ operator }, operands) => {
      if (operator === 'delay' || operator === 'rateOf') throw new RangeError(`${operator} needs a running model.`);
      const [a, b, c] = operands.map((operand) => operand.value);
      const fixed = operands.every((operand) => operand.fixed);
      if (operator === 'pow' && operands[1].fixed && multiplied(b)) return { value: numberPower(a, b), fixed };
      return { value: operations[operator](a, b, c), fixed };
    },
  )[0].value;
}

interface Known {
  readonly value: number;
  /** Whether it holds no name. */
  readonly fixed: boolean;
}
