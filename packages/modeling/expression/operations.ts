import { elementary } from '@gemel/numerics/elementary/elementary';
import type { Operator } from './expression.ts';

/** Operators that a program may hold. */
export type ProgramOperator = Exclude<Operator, 'delay' | 'rateOf'>;

/**
 * What each operator means, on doubles: the one reference for interpreter, constant folding and every backend.
 * Truth is any number other than 0 (NaN included). `rem` takes the sign of its first operand. `factorial` is of whole
 * numbers from 0 on, NaN elsewhere. `min` and `max` of NaN are NaN.
 */
export const operations = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  neg: (a) => -a,
  ...elementary,
  sqrt: (a) => Math.sqrt(a),
  abs: (a) => Math.abs(a),
  floor: (a) => Math.floor(a),
  ceil: (a) => Math.ceil(a),
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  lt: (a, b) => truth(a < b),
  le: (a, b) => truth(a <= b),
  gt: (a, b) => truth(a > b),
  ge: (a, b) => truth(a >= b),
  eq: (a, b) => truth(a === b),
  ne: (a, b) => truth(a !== b),
  and: (a, b) => truth(a !== 0 && b !== 0),
  or: (a, b) => truth(a !== 0 || b !== 0),
  not: (a) => truth(a === 0),
  select: (a, b, c) => (a !== 0 ? b : c),
} satisfies Record<ProgramOperator, (a: number, b: number, c: number) => number> as Readonly<
  Record<ProgramOperator, (a: number, b: number, c: number) => number>
>;

/** Operators whose value is always 0 or 1. */
export const TRUTHS: ReadonlySet<Operator> = new Set(['lt', 'le', 'gt', 'ge', 'eq', 'ne', 'and', 'or', 'not']);

/** A power with one of these constant exponents is worked out by multiplication: see integerPower. */
export const MOST_MULTIPLIED = 8;

/**
 * x^n for a whole n, |n| ≤ MOST_MULTIPLIED, from products alone (a power is nowhere cheaper, and equally exact within 3 ulp):
 * x⁰ = 1, xⁿ = x^⌊n/2⌋ · x^⌈n/2⌉, x⁻ⁿ = 1/xⁿ. Generic, so that numbers and programs take the same products.
 */
export function integerPower<V>(x: V, n: number, one: () => V, mul: (a: V, b: V) => V, div: (a: V, b: V) => V): V {
  if (n === 0) return one();
  if (n < 0) return div(one(), integerPower(x, -n, one, mul, div));
  if (n === 1) return x;
  const low = Math.floor(n / 2);
  return mul(integerPower(x, low, one, mul, div), integerPower(x, n - low, one, mul, div));
}

/** integerPower of a number. */
export function numberPower(x: number, n: number): number {
  return integerPower(
    x,
    n,
    () => 1,
    (a, b) => a * b,
    (a, b) => a / b,
  );
}

/** Whether x^n is worked out by integerPower. */
export function multiplied(n: number): boolean {
  return Number.isInteger(n) && Math.abs(n) <= MOST_MULTIPLIED;
}

function truth(holds: boolean): number {
  return holds ? 1 : 0;
}
