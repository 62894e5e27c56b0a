import type { CallNode, Expression, NumberNode, SymbolNode } from './expression.ts';
import { fold } from './fold.ts';
import { INFIX, STRENGTH } from './notation.data.ts';

const SIGNS = new Map<string, { readonly sign: string; readonly strength: number }>(
  Object.entries(INFIX).map(([sign, { operator, strength }]) => [operator, { sign, strength }]),
);

interface Printed {
  readonly text: string;
  readonly strength: number;
}

/** The expression in infix notation, with the fewest brackets; parse reads it back as the same tree. */
export function print(expression: Expression): string {
  return printAll([expression])[0];
}

/** As print, for several. */
export function printAll(expressions: readonly Expression[]): readonly string[] {
  return fold<Printed>(expressions, leaf, combine).map(({ text }) => text);
}

function leaf(node: NumberNode | SymbolNode): Printed {
  if (node.kind === 'symbol') return { text: node.name, strength: STRENGTH.atom };
  const unit = node.unit === undefined ? '' : ` [${node.unit}]`;
  const isNegative = node.value < 0 || Object.is(node.value, -0);
  const text = `${isNegative ? '-' : ''}${numeral(Math.abs(node.value))}${unit}`;
  return { text, strength: isNegative ? STRENGTH.sign : STRENGTH.atom };
}

function numeral(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return value === Number.POSITIVE_INFINITY ? 'inf' : String(value);
}

function combine(node: CallNode, operands: readonly Printed[]): Printed {
  const [a, b, c] = operands;
  const infix = SIGNS.get(node.operator);
  if (infix) {
    const { sign, strength } = infix;
    const isComparison = strength === STRENGTH.comparison;
    const isPower = node.operator === 'pow';
    const left = within(a, isComparison || isPower ? strength + 1 : strength);
    const right = within(b, isPower ? STRENGTH.sign : strength + 1);
    const space = strength >= STRENGTH.product ? '' : ' ';
    return { text: left + space + sign + space + right, strength };
  }
  if (node.operator === 'neg') {
    const isPlainNumber = node.operands[0].kind === 'number';
    return { text: `-${isPlainNumber ? `(${a.text})` : within(a, STRENGTH.power)}`, strength: STRENGTH.sign };
  }
  if (node.operator === 'not') return { text: `not ${within(a, STRENGTH.not)}`, strength: STRENGTH.not };
  if (node.operator === 'select') {
    return { text: `${within(a, STRENGTH.or)} ? ${b.text} : ${c.text}`, strength: STRENGTH.choice };
  }
  return { text: `${node.operator}(${operands.map(({ text }) => text).join(', ')})`, strength: STRENGTH.atom };
}

function within({ text, strength }: Printed, least: number): string {
  return strength >= least ? text : `(${text})`;
}
