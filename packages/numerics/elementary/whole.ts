import type { Arithmetic } from './arithmetic.ts';
import { product } from './doubled.ts';

/** 0! … 170!, each rounded once. */
const FACTORIALS: readonly number[] = (() => {
  const values: number[] = [];
  let exact = 1n;
  for (let n = 0n; n <= 170n; n++) {
    if (n > 0n) exact *= n;
    values.push(Number(exact));
  }
  return values;
})();

/** n! of a whole n ≥ 0, ∞ above 170; NaN of other numbers. */
export function factorial<V, M>(m: Arithmetic<V, M>, n: V): V {
  const c = m.constant.bind(m);
  const defined = m.and(m.eq(m.floor(n), n), m.le(c(0), n));
  const inside = m.and(defined, m.le(n, c(170)));
  const value = m.lookup(FACTORIALS, m.select(inside, n, c(0)));
  return m.select(inside, value, m.select(defined, c(Number.POSITIVE_INFINITY), c(Number.NaN)));
}

/**
 * x − y·q, q the whole part of x / y: exact, with the sign of x. NaN where y is 0, x infinite, or |x / y| too large for
 * whole numbers to be exact (2^53, or 2^24 in single precision).
 */
export function rem<V, M>(m: Arithmetic<V, M>, x: V, y: V): V {
  const c = m.constant.bind(m);
  const [large, down] = m.precision === 'double' ? [2 ** 900, 2 ** -100] : [2 ** 90, 2 ** -40];
  const far = m.lt(c(large), m.abs(x));
  const scale = m.select(far, c(down), c(1));
  const size = m.mul(m.abs(x), scale);
  const by = m.mul(m.abs(y), scale);
  const quotient = m.floor(m.div(size, by));
  const back = product(m, quotient, by);
  const first = m.sub(m.sub(size, back.high), back.low);
  const second = m.select(m.lt(first, c(0)), m.add(first, by), first);
  const third = m.select(m.le(by, second), m.sub(second, by), second);
  const usual = m.select(m.lt(size, by), size, third);
  const inside = m.or(m.lt(quotient, c(m.precision === 'double' ? 2 ** 53 : 2 ** 24)), m.lt(size, by));
  const unscaled = m.mul(usual, m.select(far, c(1 / down), c(1)));
  const value = m.select(m.and(inside, m.lt(c(0), by)), unscaled, c(Number.NaN));
  const zero = m.and(m.eq(x, c(0)), m.lt(c(0), by));
  return m.select(zero, x, m.select(m.lt(x, c(0)), m.neg(value), value));
}
