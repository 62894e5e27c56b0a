import type { Arithmetic } from './arithmetic.ts';

const view = new DataView(new ArrayBuffer(8));

/** Numbers themselves, every operation rounded to the precision: runs a kernel step by step. */
export function numberArithmetic(precision: 'double' | 'single'): Arithmetic<number, boolean> {
  const round = precision === 'double' ? (x: number) => x : Math.fround;
  const exponent = (x: number) => {
    view.setFloat64(0, x);
    return ((view.getUint32(0) >>> 20) & 0x7ff) - 1023;
  };
  const powerOfTwo = (k: number) => {
    view.setUint32(0, ((k + 1023) & 0x7ff) << 20);
    view.setUint32(4, 0);
    return view.getFloat64(0);
  };
  return {
    precision,
    constant: round,
    add: (a, b) => round(a + b),
    sub: (a, b) => round(a - b),
    mul: (a, b) => round(a * b),
    div: (a, b) => round(a / b),
    neg: (a) => -a,
    abs: Math.abs,
    sqrt: (a) => round(Math.sqrt(a)),
    floor: Math.floor,
    lt: (a, b) => a < b,
    le: (a, b) => a <= b,
    eq: (a, b) => a === b,
    and: (a, b) => a && b,
    or: (a, b) => a || b,
    not: (a) => !a,
    select: (condition, a, b) => (condition ? a : b),
    powerOfTwo,
    exponent,
    significand: (x) => x / powerOfTwo(exponent(x)),
    lookup: (table, i) => round(table[i]),
  };
}
