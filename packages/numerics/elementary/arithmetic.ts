/**
 * The operations elementary functions are built from: each is rounded alike (or exact) by every engine, in scalars and in
 * vector lanes. A function written once over them runs as JavaScript, as WebAssembly in any number of lanes, or on a GPU:
 * V is a value there, M a condition.
 */
export interface Arithmetic<V, M> {
  /** Numbers of 53 or of 24 binary digits. */
  readonly precision: 'double' | 'single';
  constant(value: number): V;
  add(a: V, b: V): V;
  sub(a: V, b: V): V;
  mul(a: V, b: V): V;
  div(a: V, b: V): V;
  neg(a: V): V;
  abs(a: V): V;
  sqrt(a: V): V;
  floor(a: V): V;
  lt(a: V, b: V): M;
  le(a: V, b: V): M;
  eq(a: V, b: V): M;
  and(a: M, b: M): M;
  or(a: M, b: M): M;
  not(a: M): M;
  select(condition: M, a: V, b: V): V;
  /** 2^k for a whole k whose power is a normal number; anything where it is not. */
  powerOfTwo(k: V): V;
  /** ⌊log₂ x⌋ and x / 2^⌊log₂ x⌋ of a positive normal number; anything of others. */
  exponent(x: V): V;
  significand(x: V): V;
  /** Entry ⌊i⌋ of a table for 0 ≤ i < its length; anything beyond. */
  lookup(table: readonly number[], i: V): V;
}

/** A function of one or two numbers over any arithmetic. */
export type Kernel = <V, M>(m: Arithmetic<V, M>, ...x: V[]) => V;

/** c₀ + c₁x + c₂x² + …, by Estrin's scheme: halves side by side, for processors that do several operations at once. */
export function polynomial<V, M>(m: Arithmetic<V, M>, x: V, coefficients: readonly number[]): V {
  const { length } = coefficients;
  if (length === 1) return m.constant(coefficients[0]);
  const pairs: V[] = [];
  for (let i = 0; i < length; i += 2) {
    const c = m.constant(coefficients[i]);
    pairs.push(i + 1 < length ? m.add(c, m.mul(x, m.constant(coefficients[i + 1]))) : c);
  }
  let power = x;
  let level = pairs;
  while (level.length > 1) {
    power = m.mul(power, power);
    const next: V[] = [];
    for (let i = 0; i < level.length; i += 2) {
      next.push(i + 1 < level.length ? m.add(level[i], m.mul(power, level[i + 1])) : level[i]);
    }
    level = next;
  }
  return level[0];
}

/** a where it is not below b, else b; a where b is not a number. */
export function atLeast<V, M>(m: Arithmetic<V, M>, a: V, b: V): V {
  return m.select(m.lt(a, b), b, a);
}

/** a where it is not above b, else b; a where b is not a number. */
export function atMost<V, M>(m: Arithmetic<V, M>, a: V, b: V): V {
  return m.select(m.lt(b, a), b, a);
}
