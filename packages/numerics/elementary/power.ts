import { type Arithmetic, atLeast, atMost } from './arithmetic.ts';
import { product, quickSum } from './doubled.ts';
import { expReduced } from './exponential.ts';
import { lnDoubled } from './logarithm.ts';

const LN2 = {
  double: [0.6931471804855391, 7.440617110012397e-11],
  single: [0.693145751953125, 1.428606765330187e-6],
} as const;
/** Beyond these x^y overflows, or is 0. */
const RANGE = { double: 750, single: 105 } as const;

/**
 * x^y: e^(y ln|x|) with ln|x| and the product to twice the digits. x^0 = 1 and 1^y = 1 for any number; NaN where x is
 * negative and y not whole; zeros and infinities as IEEE 754 (2019) 9.2.1.
 */
export function pow<V, M>(m: Arithmetic<V, M>, x: V, y: V): V {
  const c = m.constant.bind(m);
  const infinity = c(Number.POSITIVE_INFINITY);
  const size = m.abs(x);
  const natural = lnDoubled(m, size);
  const longest = m.precision === 'double' ? 2 ** 64 : 2 ** 32;
  const held = atLeast(m, atMost(m, y, c(longest)), c(-longest));
  const main = product(m, held, natural.high);
  const low = m.add(main.low, m.mul(held, natural.low));
  const most = RANGE[m.precision];
  const over = m.lt(c(most), main.high);
  const under = m.lt(main.high, c(-most));
  const high = atLeast(m, atMost(m, main.high, c(most)), c(-most));
  const k = m.floor(m.add(m.mul(high, c(Math.LOG2E)), c(0.5)));
  const [ln2High, ln2Low] = LN2[m.precision];
  // k times the first part has few enough digits to be exact, and so is the difference.
  const start = m.sub(high, m.mul(k, c(ln2High)));
  const r = quickSum(m, start, m.sub(m.select(m.or(over, under), c(0), low), m.mul(k, c(ln2Low))));
  const value = expReduced(m, r);
  // In two factors: the result may be subnormal, and 2^k alone too large.
  const k1 = m.floor(m.mul(k, c(0.5)));
  const scaled = m.mul(m.mul(value, m.powerOfTwo(k1)), m.powerOfTwo(m.sub(k, k1)));
  const finite = m.select(over, infinity, m.select(under, c(0), scaled));

  const positive = m.lt(c(0), y);
  const ofZero = m.select(positive, c(0), infinity);
  const ofInfinity = m.select(positive, infinity, c(0));
  const atEnds = m.select(m.eq(size, c(0)), ofZero, m.select(m.eq(size, infinity), ofInfinity, finite));
  const whole = m.eq(m.floor(y), y);
  const half = m.mul(y, c(0.5));
  const odd = m.and(whole, m.not(m.eq(m.floor(half), half)));
  const negative = m.lt(m.select(m.eq(x, c(0)), m.div(c(1), x), x), c(0));
  const signed = m.select(m.and(negative, odd), m.neg(atEnds), atEnds);
  const below = m.and(m.lt(x, c(0)), m.lt(size, infinity));
  const real = m.select(m.and(below, m.not(whole)), c(Number.NaN), signed);
  const nan = m.select(m.and(m.eq(x, x), m.eq(y, y)), real, m.add(x, y));
  const one = m.or(m.eq(y, c(0)), m.or(m.eq(x, c(1)), m.and(m.eq(size, c(1)), m.eq(m.abs(y), infinity))));
  return m.select(one, c(1), nan);
}
