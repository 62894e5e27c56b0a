import { type Arithmetic, polynomial } from './arithmetic.ts';
import { type Doubled, product, quickSum, sum } from './doubled.ts';

/** ln 2 in two parts, the first short enough that an exponent times it is exact. */
const LN2 = {
  double: [0.6931471804855391, 7.440617110012397e-11],
  single: [0.693145751953125, 1.428606765330187e-6],
} as const;
/** (ln((1+s)/(1−s)) − 2s) / s³ as a polynomial in s², s ≤ (√2 − 1)/(√2 + 1). */
const ATANH = {
  double: [
    0.6666666666666666, 0.4000000000000088, 0.28571428570803614, 0.22222222391713917, 0.18181795640132906,
    0.15386239702814658, 0.13268773138656886, 0.13086626147840102,
  ],
  single: [0.6666668503957586, 0.3998878056602198, 0.2957994939197279],
} as const;
/** What comes after 2s + 2s³/3, over s⁵. */
const ATANH_TAIL = {
  double: [
    0.4, 0.28571428571429364, 0.22222222221656232, 0.18181818335314404, 0.15384594970895457, 0.13334804238225348,
    0.11706248540922339, 0.1172305102809818,
  ],
  single: [0.4, 0.28571428571429364, 0.22222222221656232, 0.18181818335314404],
} as const;
const TWO_THIRDS = {
  double: [0.6666666666666666, 3.700743415417188e-17],
  single: [0.6666666865348816, -1.9868215e-8],
} as const;
/** log₁₀ e in two parts. */
const LOG10_E = {
  double: [Math.LOG10E, 1.098319650216765e-17],
  single: [0.4342944920063019, -1.010305e-8],
} as const;
const SMALLEST_NORMAL = { double: 2 ** -1022, single: 2 ** -126 } as const;
const DIGITS = { double: 54, single: 25 } as const;

/** x = 2^k (1 + f), √½ ≤ 1 + f < √2, for x positive and finite. */
function reduce<V, M>(m: Arithmetic<V, M>, x: V): { readonly k: V; readonly f: V } {
  const c = m.constant.bind(m);
  const digits = DIGITS[m.precision];
  const tiny = m.lt(x, c(SMALLEST_NORMAL[m.precision]));
  const normal = m.select(tiny, m.mul(x, c(2 ** digits)), x);
  const exponent = m.exponent(normal);
  const significand = m.significand(normal);
  const upper = m.lt(c(Math.SQRT2), significand);
  const shifted = m.sub(exponent, m.select(tiny, c(digits), c(0)));
  const k = m.add(shifted, m.select(upper, c(1), c(0)));
  const f = m.sub(m.select(upper, m.mul(significand, c(0.5)), significand), c(1));
  return { k, f };
}

/** What ln gives where x is 0, negative, infinite or not a number, else `value`. */
function bounded<V, M>(m: Arithmetic<V, M>, x: V, value: V): V {
  const c = m.constant.bind(m);
  const above = m.select(m.lt(x, c(Number.POSITIVE_INFINITY)), value, x);
  const zero = m.select(m.eq(x, c(0)), c(Number.NEGATIVE_INFINITY), above);
  return m.select(m.lt(x, c(0)), c(Number.NaN), zero);
}

/** ln x. */
export function ln<V, M>(m: Arithmetic<V, M>, x: V): V {
  const c = m.constant.bind(m);
  const [ln2High, ln2Low] = LN2[m.precision];
  const { k, f } = reduce(m, x);
  const s = m.div(f, m.add(c(2), f));
  const z = m.mul(s, s);
  const half = m.mul(c(0.5), m.mul(f, f));
  const r = m.mul(z, polynomial(m, z, ATANH[m.precision]));
  const small = m.add(m.mul(s, m.add(half, r)), m.mul(k, c(ln2Low)));
  const value = m.add(m.mul(k, c(ln2High)), m.sub(f, m.sub(half, small)));
  return bounded(m, x, value);
}

/** ln x of a positive finite number to some 68 binary digits (31 in single precision). */
export function lnDoubled<V, M>(m: Arithmetic<V, M>, x: V): Doubled<V> {
  const c = m.constant.bind(m);
  const { k, f } = reduce(m, x);
  // s = f / (2 + f) with its remainder, so that 2s, s³ … are known to twice the digits.
  const base = quickSum(m, c(2), f);
  const quotient = m.div(f, base.high);
  const back = product(m, quotient, base.high);
  const rest = m.sub(m.sub(m.sub(f, back.high), back.low), m.mul(quotient, base.low));
  const correction = m.div(rest, base.high);
  const square = product(m, quotient, quotient);
  const squareLow = m.add(square.low, m.mul(m.mul(c(2), quotient), correction));
  const cube = product(m, square.high, quotient);
  const cubeLow = m.add(cube.low, m.add(m.mul(squareLow, quotient), m.mul(square.high, correction)));
  const [thirdHigh, thirdLow] = TWO_THIRDS[m.precision];
  const third = product(m, cube.high, c(thirdHigh));
  const thirdRest = m.add(third.low, m.add(m.mul(cubeLow, c(thirdHigh)), m.mul(cube.high, c(thirdLow))));
  const tail = m.mul(
    m.mul(m.mul(square.high, square.high), quotient),
    polynomial(m, square.high, ATANH_TAIL[m.precision]),
  );
  const [ln2High, ln2Low] = LN2[m.precision];
  const first = sum(m, m.mul(k, c(ln2High)), m.mul(c(2), quotient));
  const second = sum(m, first.high, third.high);
  const low = m.add(
    m.add(m.add(first.low, second.low), m.mul(c(2), correction)),
    m.add(m.add(thirdRest, tail), m.mul(k, c(ln2Low))),
  );
  return quickSum(m, second.high, low);
}

/** log₁₀ x; exact at powers of ten. */
export function log10<V, M>(m: Arithmetic<V, M>, x: V): V {
  const natural = lnDoubled(m, x);
  const [high, low] = LOG10_E[m.precision];
  const main = product(m, natural.high, m.constant(high));
  const rest = m.add(main.low, m.add(m.mul(natural.low, m.constant(high)), m.mul(natural.high, m.constant(low))));
  return bounded(m, x, m.add(main.high, rest));
}

/** ln(1 + x) without cancellation. */
export function log1p<V, M>(m: Arithmetic<V, M>, x: V): V {
  const c = m.constant.bind(m);
  const u = m.add(c(1), x);
  const lost = m.sub(x, m.sub(u, c(1)));
  const value = m.add(ln(m, u), m.div(lost, u));
  const special = m.or(m.le(u, c(0)), m.not(m.lt(u, c(Number.POSITIVE_INFINITY))));
  const small = m.lt(m.abs(x), c(m.precision === 'double' ? 2 ** -54 : 2 ** -25));
  return m.select(small, x, m.select(special, ln(m, u), value));
}
