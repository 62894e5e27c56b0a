import type { Arithmetic } from './arithmetic.ts';

/** A number as a sum of two, the second at most half a last place of the first: twice the digits. Dekker, Numer. Math. 1971;18:224. */
export interface Doubled<V> {
  readonly high: V;
  readonly low: V;
}

/** a + b exactly, |a| ≥ |b| or a = 0. */
export function quickSum<V, M>(m: Arithmetic<V, M>, a: V, b: V): Doubled<V> {
  const high = m.add(a, b);
  return { high, low: m.sub(b, m.sub(high, a)) };
}

/** a + b exactly. Knuth's two-sum. */
export function sum<V, M>(m: Arithmetic<V, M>, a: V, b: V): Doubled<V> {
  const high = m.add(a, b);
  const part = m.sub(high, a);
  return { high, low: m.add(m.sub(a, m.sub(high, part)), m.sub(b, part)) };
}

/** The leading half of x's digits, and the rest. Veltkamp's splitting; |x| below 2^970 (2^100 in single precision). */
function split<V, M>(m: Arithmetic<V, M>, x: V): Doubled<V> {
  const scaled = m.mul(m.constant(m.precision === 'double' ? 134217729 : 4097), x);
  const high = m.sub(scaled, m.sub(scaled, x));
  return { high, low: m.sub(x, high) };
}

/** a · b exactly, where nothing overflows or underflows. */
export function product<V, M>(m: Arithmetic<V, M>, a: V, b: V): Doubled<V> {
  const high = m.mul(a, b);
  const x = split(m, a);
  const y = split(m, b);
  const cross = m.add(m.add(m.sub(m.mul(x.high, y.high), high), m.mul(x.high, y.low)), m.mul(x.low, y.high));
  return { high, low: m.add(cross, m.mul(x.low, y.low)) };
}
