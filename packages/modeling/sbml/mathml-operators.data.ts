import type { Operator } from '../expression/expression.ts';

/** MathML elements that are one operator each, of a fixed number of operands. */
export const DIRECT: Readonly<Record<string, Operator>> = {
  divide: 'div',
  power: 'pow',
  exp: 'exp',
  ln: 'ln',
  abs: 'abs',
  floor: 'floor',
  ceiling: 'ceil',
  factorial: 'factorial',
  not: 'not',
  rem: 'rem',
  neq: 'ne',
  sin: 'sin',
  cos: 'cos',
  tan: 'tan',
  arcsin: 'asin',
  arccos: 'acos',
  arctan: 'atan',
  sinh: 'sinh',
  cosh: 'cosh',
  tanh: 'tanh',
  arcsinh: 'asinh',
  arccosh: 'acosh',
  arctanh: 'atanh',
};

/** 1 / f(x). */
export const RECIPROCAL: Readonly<Record<string, Operator>> = {
  sec: 'cos',
  csc: 'sin',
  cot: 'tan',
  sech: 'cosh',
  csch: 'sinh',
  coth: 'tanh',
};

/** f(1 / x). */
export const OF_RECIPROCAL: Readonly<Record<string, Operator>> = {
  arcsec: 'acos',
  arccsc: 'asin',
  arccot: 'atan',
  arcsech: 'acosh',
  arccsch: 'asinh',
  arccoth: 'atanh',
};

/** Comparisons of neighbours, all of which hold. */
export const CHAINED: Readonly<Record<string, Operator>> = { lt: 'lt', leq: 'le', gt: 'gt', geq: 'ge', eq: 'eq' };

export const CONSTANTS: Readonly<Record<string, number>> = {
  pi: Math.PI,
  exponentiale: Math.E,
  infinity: Number.POSITIVE_INFINITY,
  notanumber: Number.NaN,
  true: 1,
  false: 0,
};

/** Elements that only Level 3 Version 2 has. */
export const FROM_L3V2: ReadonlySet<string> = new Set(['max', 'min', 'rem', 'quotient', 'implies']);

/** The number of Level 3: SBML Level 3 Version 2 Core, section 3.4.6. */
export const AVOGADRO = 6.02214179e23;

export const SYMBOLS = 'http://www.sbml.org/sbml/symbols/';
