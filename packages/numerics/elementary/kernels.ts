import type { Kernel } from './arithmetic.ts';
import { exp, expm1 } from './exponential.ts';
import { acosh, asinh, atanh, cosh, sinh, tanh } from './hyperbolic.ts';
import { ln, log1p, log10 } from './logarithm.ts';
import { pow } from './power.ts';
import { acos, asin, atan, cos, sin, tan } from './trigonometric.ts';
import { factorial, rem } from './whole.ts';

/** Every elementary function, over any arithmetic. */
export const kernels = {
  exp,
  expm1,
  ln,
  log1p,
  log10,
  pow,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  rem,
  factorial,
} satisfies Record<string, Kernel>;

/** Names of functions of two numbers; the others take one. */
export const OF_TWO: readonly string[] = ['pow', 'rem'];

/**
 * Largest error of each function in last places of the result, in double and in single precision, over the domain of
 * ordinary results (sin, cos and tan up to LARGEST_ANGLE); rem and factorial are exact or rounded once.
 */
export const LAST_PLACES: Readonly<Record<keyof typeof kernels, { readonly double: number; readonly single: number }>> =
  {
    exp: { double: 2, single: 2 },
    expm1: { double: 1.5, single: 2 },
    ln: { double: 1, single: 2 },
    log1p: { double: 1.5, single: 2 },
    log10: { double: 0.6, single: 1 },
    pow: { double: 1, single: 2 },
    sin: { double: 0.9, single: 2 },
    cos: { double: 0.9, single: 2 },
    tan: { double: 2.5, single: 4 },
    asin: { double: 2, single: 3 },
    acos: { double: 1.5, single: 3 },
    atan: { double: 1, single: 3 },
    sinh: { double: 2.5, single: 4 },
    cosh: { double: 2, single: 3 },
    tanh: { double: 3, single: 4 },
    asinh: { double: 2.5, single: 4 },
    acosh: { double: 2.5, single: 4 },
    atanh: { double: 2.5, single: 4 },
    rem: { double: 0, single: 0 },
    factorial: { double: 0.5, single: 0.5 },
  };
