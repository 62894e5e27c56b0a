import { call, type Expression, number, type Operator } from './expression.ts';
import { operations } from './operations.ts';

/**
 * Constructors that fold constants and drop what changes no bit of the value: x·1, x/1, x − 0, −(−x), x¹ and a condition that
 * is constant. Numbers with a unit are left as they are. x + 0 and x·0 stay: they are not x and 0 for −0, ∞ and NaN.
 */
export function add(a: Expression, b: Expression): Expression {
  if (isNumber(b, -0)) return a;
  return isNumber(a, -0) ? b : made('add', a, b);
}

export function sub(a: Expression, b: Expression): Expression {
  return isNumber(b, 0) ? a : made('sub', a, b);
}

export function mul(a: Expression, b: Expression): Expression {
  if (isNumber(b, 1)) return a;
  return isNumber(a, 1) ? b : made('mul', a, b);
}

export function div(a: Expression, b: Expression): Expression {
  return isNumber(b, 1) ? a : made('div', a, b);
}

export function neg(a: Expression): Expression {
  return a.kind === 'call' && a.operator === 'neg' ? a.operands[0] : made('neg', a);
}

export function pow(a: Expression, b: Expression): Expression {
  return isNumber(b, 1) ? a : made('pow', a, b);
}

export function select(condition: Expression, yes: Expression, no: Expression): Expression {
  if (isPlain(condition)) return condition.value !== 0 ? yes : no;
  return yes === no ? yes : made('select', condition, yes, no);
}

/** Any other operator, on constants worked out. */
export function apply(operator: Exclude<Operator, 'delay' | 'rateOf'>, ...operands: readonly Expression[]): Expression {
  return made(operator, ...operands);
}

/** The terms' sum from the left; 0 of none. */
export function sum(terms: readonly Expression[]): Expression {
  return terms.length === 0 ? number(0) : terms.reduce(add);
}

function made(operator: Exclude<Operator, 'delay' | 'rateOf'>, ...operands: readonly Expression[]): Expression {
  if (!operands.every(isPlain)) return call(operator, ...operands);
  const [a, b, c] = operands.map(({ value }) => value);
  return number(operations[operator](a, b, c));
}

function isPlain(node: Expression): node is Expression & { readonly kind: 'number' } {
  return node.kind === 'number' && node.unit === undefined;
}

function isNumber(node: Expression, value: number): boolean {
  return isPlain(node) && Object.is(node.value, value);
}
