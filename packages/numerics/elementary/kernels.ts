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
