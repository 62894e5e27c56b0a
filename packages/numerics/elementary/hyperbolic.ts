import type { Arithmetic } from './arithmetic.ts';
import { expm1, halfExp } from './exponential.ts';
import { ln, log1p } from './logarithm.ts';

/** From here on e^−x is nothing beside e^x. */
const FAR = { double: 22, single: 10 } as const;
/** From here on 1 is nothing beside x². */
const LARGE = { double: 2 ** 28, single: 2 ** 13 } as const;

/** The value of an odd function from that of |x|. */
function odd<V, M>(m: Arithmetic<V, M>, x: V, value: V): V {
  return m.select(m.lt(x, m.constant(0)), m.neg(value), m.select(m.eq(x, m.constant(0)), x, value));
}

/** sinh x. */
export function sinh<V, M>(m: Arithmetic<V, M>, x: V): V {
  const c = m.constant.bind(m);
  const size = m.abs(x);
  const t = expm1(m, size);
  const near = m.mul(c(0.5), m.add(t, m.div(t, m.add(t, c(1)))));
  return odd(m, x, m.select(m.lt(size, c(FAR[m.precision])), near, halfExp(m, size)));
}

/** cosh x. */
export function cosh<V, M>(m: Arithmetic<V, M>, x: V): V {
  const half = halfExp(m, m.abs(x));
  return m.add(half, m.div(m.constant(0.25), half));
}

/** tanh x. */
export function tanh<V, M>(m: Arithmetic<V, M>, x: V): V {
  const c = m.constant.bind(m);
  const size = m.abs(x);
  const t = expm1(m, m.mul(c(2), size));
  const near = m.sub(c(1), m.div(c(2), m.add(t, c(2))));
  const small = m.div(t, m.add(t, c(2)));
  const value = m.select(m.lt(size, c(0.55)), small, near);
  return odd(m, x, m.select(m.lt(c(FAR[m.precision]), size), c(1), value));
}

/** asinh x. */
export function asinh<V, M>(m: Arithmetic<V, M>, x: V): V {
  const c = m.constant.bind(m);
  const size = m.abs(x);
  const square = m.mul(size, size);
  const near = log1p(m, m.add(size, m.div(square, m.add(c(1), m.sqrt(m.add(c(1), square))))));
  const far = m.add(ln(m, size), c(Math.LN2));
  return odd(m, x, m.select(m.lt(size, c(LARGE[m.precision])), near, far));
}

/** acosh x; NaN below 1. */
export function acosh<V, M>(m: Arithmetic<V, M>, x: V): V {
  const c = m.constant.bind(m);
  const t = m.sub(x, c(1));
  const near = log1p(m, m.add(t, m.sqrt(m.add(m.mul(c(2), t), m.mul(t, t)))));
  const far = m.add(ln(m, x), c(Math.LN2));
  return m.select(m.lt(x, c(LARGE[m.precision])), m.select(m.lt(x, c(1)), c(Number.NaN), near), far);
}

/** atanh x; NaN beyond ±1. */
export function atanh<V, M>(m: Arithmetic<V, M>, x: V): V {
  const c = m.constant.bind(m);
  const size = m.abs(x);
  const twice = m.add(size, size);
  const near = m.add(twice, m.div(m.mul(twice, size), m.sub(c(1), size)));
  const far = m.div(twice, m.sub(c(1), size));
  return odd(m, x, m.mul(c(0.5), log1p(m, m.select(m.lt(size, c(0.5)), near, far))));
}
