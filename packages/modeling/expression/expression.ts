/**
 * Arithmetic and choice of the model language. Truth is 1 and 0; any number other than 0 counts as true.
 * `select(c, a, b)` is a where c holds, else b. `delay(x, τ)` is x a time τ ago, `rateOf(x)` its present rate of change;
 * both are known only of a running model, so no program contains them: see Model.
 */
export type Operator =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'neg'
  | 'pow'
  | 'exp'
  | 'ln'
  | 'log10'
  | 'sqrt'
  | 'abs'
  | 'floor'
  | 'ceil'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'min'
  | 'max'
  | 'rem'
  | 'factorial'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'eq'
  | 'ne'
  | 'and'
  | 'or'
  | 'not'
  | 'select'
  | 'delay'
  | 'rateOf';

export interface NumberNode {
  readonly kind: 'number';
  readonly value: number;
  /** UCUM unit as written; absent: a bare number, dimensionless unless it is 0. */
  readonly unit?: string;
}

export interface SymbolNode {
  readonly kind: 'symbol';
  readonly name: string;
}

export interface CallNode {
  readonly kind: 'call';
  readonly operator: Operator;
  readonly operands: readonly Expression[];
}

/** An equation's side. Immutable and freely shared: a sub-expression met twice may be one object. */
export type Expression = NumberNode | SymbolNode | CallNode;

/** Operands each operator takes. `min`, `max`, `and`, `or`, `eq` … of more are nested by whoever reads them. */
export const OPERANDS: Readonly<Record<Operator, number>> = {
  add: 2,
  sub: 2,
  mul: 2,
  div: 2,
  neg: 1,
  pow: 2,
  exp: 1,
  ln: 1,
  log10: 1,
  sqrt: 1,
  abs: 1,
  floor: 1,
  ceil: 1,
  sin: 1,
  cos: 1,
  tan: 1,
  asin: 1,
  acos: 1,
  atan: 1,
  sinh: 1,
  cosh: 1,
  tanh: 1,
  asinh: 1,
  acosh: 1,
  atanh: 1,
  min: 2,
  max: 2,
  rem: 2,
  factorial: 1,
  lt: 2,
  le: 2,
  gt: 2,
  ge: 2,
  eq: 2,
  ne: 2,
  and: 2,
  or: 2,
  not: 1,
  select: 3,
  delay: 2,
  rateOf: 1,
};

/** Name of time in every expression. */
export const TIME = 'time';

export function number(value: number, unit?: string): NumberNode {
  return unit === undefined ? { kind: 'number', value } : { kind: 'number', value, unit };
}

export function symbol(name: string): SymbolNode {
  return { kind: 'symbol', name };
}

/** @throws RangeError where the count of operands is not the operator's */
export function call(operator: Operator, ...operands: readonly Expression[]): CallNode {
  if (operands.length !== OPERANDS[operator]) {
    throw new RangeError(`${operator} takes ${OPERANDS[operator]} operands, not ${operands.length}.`);
  }
  return { kind: 'call', operator, operands };
}
