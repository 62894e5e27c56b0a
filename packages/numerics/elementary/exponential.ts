import { type Arithmetic, atLeast, atMost, polynomial } from './arithmetic.ts';
import { type Doubled, quickSum } from './doubled.ts';

/** ln 2 in two parts, the first short enough that k times it is exact. */
const LN2 = {
  double: [0.6931471803691238, 1.9082149292705877e-10],
  single: [0.693359375, -2.1219444e-4],
} as const;
/** Below the first e^x would not be a normal number; above the second it overflows. */
const RANGE = { double: [-708, 710], single: [-86.9, 89] } as const;
/** Above this e^x / 2 overflows. */
const HALF_RANGE = { double: 710.4759, single: 89.416 } as const;
/** Reciprocals of factorials from 1/2!. */
const TAYLOR_SINGLE = [1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040];

/** x = k·ln 2 + r, and e^r: the polynomial of exp.ts, so that results are its results. x is held in the range first. */
function reduce<V, M>(m: Arithmetic<V, M>, x: V, most: number): { readonly k: V; readonly value: V } {
  const c = m.constant.bind(m);
  const held = atLeast(m, atMost(m, x, c(most)), c(RANGE[m.precision][0]));
  const k = m.floor(m.add(m.mul(held, c(Math.LOG2E)), c(0.5)));
  const [ln2High, ln2Low] = LN2[m.precision];
  const r = m.sub(m.sub(held, m.mul(k, c(ln2High))), m.mul(k, c(ln2Low)));
  return { k, value: m.precision === 'double' ? expReducedDouble(m, r) : expReducedSingle(m, r) };
}

function expReducedDouble<V, M>(m: Arithmetic<V, M>, r: V): V {
  const c = m.constant.bind(m);
  const pair = (a: number, b: number) => m.add(c(1 / a), m.mul(r, c(1 / b)));
  const r2 = m.mul(r, r);
  const r4 = m.mul(r2, r2);
  const start = m.add(m.add(c(1), r), m.mul(r2, pair(2, 6)));
  const low = m.add(start, m.mul(r4, m.add(pair(24, 120), m.mul(r2, pair(720, 5040)))));
  const middle = m.add(pair(40320, 362880), m.mul(r2, pair(3628800, 39916800)));
  const inner = m.add(middle, m.mul(r4, pair(479001600, 6227020800)));
  return m.add(low, m.mul(m.mul(r4, r4), inner));
}

function expReducedSingle<V, M>(m: Arithmetic<V, M>, r: V): V {
  return m.add(m.constant(1), m.add(r, m.mul(m.mul(r, r), polynomial(m, r, TAYLOR_SINGLE))));
}

/** e^x: ∞ where it overflows, 0 where it would not be a normal number. Between, exp.ts's result. */
export function exp<V, M>(m: Arithmetic<V, M>, x: V): V {
  const [least, most] = RANGE[m.precision];
  const { k, value } = reduce(m, x, most);
  // Twice the value times half the power: 2^k alone overflows before e^x does.
  const result = m.mul(m.add(value, value), m.powerOfTwo(m.sub(k, m.constant(1))));
  return m.select(m.lt(x, m.constant(least)), m.constant(0), result);
}

/** e^x / 2 of x ≥ 0, for hyperbolic functions of large arguments. */
export function halfExp<V, M>(m: Arithmetic<V, M>, x: V): V {
  const { k, value } = reduce(m, x, HALF_RANGE[m.precision]);
  const quarter = m.mul(value, m.powerOfTwo(m.sub(k, m.constant(2))));
  return m.add(quarter, quarter);
}

/** (e^r − 1 − r − r²/2) / r³ on |r| ≤ ln 2 / 2. */
const EXPM1 = {
  double: [
    0.16666666666666666, 0.04166666666666667, 0.008333333333332645, 0.0013888888888883752, 0.00019841269844478505,
    2.4801587325533363e-5, 2.7557313127452905e-6, 2.7557273661348637e-7, 2.505716695715545e-8, 2.0914679376583935e-9,
    1.454367301765326e-10,
  ],
  single: [0.16666630825186785, 0.04166662187976372, 0.008357200148445668, 0.0013918713697253012],
} as const;

/** e^(r + low) on |r| ≤ ln 2 / 2, rounded once but for some hundredths of a last place. */
export function expReduced<V, M>(m: Arithmetic<V, M>, r: Doubled<V>): V {
  const { tail, half } = expTail(m, r);
  const start = quickSum(m, m.constant(1), r.high);
  return m.add(start.high, m.add(start.low, m.add(half, tail)));
}

/** e^(r + low) − 1 − r in two parts. */
function expTail<V, M>(m: Arithmetic<V, M>, r: Doubled<V>): { readonly half: V; readonly tail: V } {
  const r2 = m.mul(r.high, r.high);
  const cubic = m.mul(m.mul(r2, r.high), polynomial(m, r.high, EXPM1[m.precision]));
  return { half: m.mul(r2, m.constant(0.5)), tail: m.add(cubic, m.add(r.low, m.mul(r.low, r.high))) };
}

/** e^(r + low) − 1 on |r| ≤ ln 2 / 2, `low` far smaller. */
function expm1Reduced<V, M>(m: Arithmetic<V, M>, r: Doubled<V>): V {
  const { tail, half } = expTail(m, r);
  return m.add(r.high, m.add(half, tail));
}

/** e^x − 1 without cancellation. */
export function expm1<V, M>(m: Arithmetic<V, M>, x: V): V {
  const c = m.constant.bind(m);
  const held = atLeast(m, atMost(m, x, c(RANGE[m.precision][1])), c(m.precision === 'double' ? -40 : -20));
  const k = m.floor(m.add(m.mul(held, c(Math.LOG2E)), c(0.5)));
  const [ln2High, ln2Low] = LN2[m.precision];
  const start = m.sub(held, m.mul(k, c(ln2High)));
  const tail = m.mul(k, c(ln2Low));
  const high = m.sub(start, tail);
  const low = m.sub(m.sub(start, high), tail);
  const q = expm1Reduced(m, { high, low });
  const half = m.powerOfTwo(m.sub(k, c(1)));
  const scaled = m.mul(m.add(m.mul(half, q), m.sub(half, c(0.5))), c(2));
  const small = m.lt(m.abs(x), c(m.precision === 'double' ? 1e-290 : 1e-30));
  return m.select(small, x, scaled);
}
