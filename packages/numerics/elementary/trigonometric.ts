import { type Arithmetic, polynomial } from './arithmetic.ts';
import { type Doubled, quickSum } from './doubled.ts';

/** π/2 in parts; all but the last short enough that k times them is exact. */
const HALF_PI = {
  double: [1.570796251296997, 7.549789415861596e-8, 5.390302529957765e-15, 3.2820035428735005e-22],
  single: [1.5703125, 0.0004837512969970703, 7.549533620476723e-8, 2.563344e-12],
} as const;
/** (sin r − r) / r³ and (cos r − 1 + r²/2) / r⁴ as polynomials in r², |r| ≤ π/4. */
const SIN = {
  double: [
    -0.16666666666666666, 0.008333333333333331, -0.00019841269841265065, 2.7557319219339167e-6, -2.5052106232447578e-8,
    1.6058531618986147e-10, -7.586697117706918e-13,
  ],
  single: [-0.1666666466231438, 0.008332748270629749, -0.00019587890880412386],
} as const;
const COS = {
  double: [
    0.041666666666666664, -0.0013888888888888887, 2.4801587301584645e-5, -2.7557319221402824e-7, 2.087675579108042e-9,
    -1.1470460887609959e-11, 4.7458719020432915e-14,
  ],
  single: [0.04166666465950221, -0.0013888303, 2.4547942085071572e-5],
} as const;
/** Angles up to this are reduced with their full precision; beyond it the functions are NaN. */
export const LARGEST_ANGLE = { double: 2 ** 29, single: 2 ** 12 } as const;

/** x = k·π/2 + r, |r| ≤ π/4, and k modulo 4. */
function reduce<V, M>(m: Arithmetic<V, M>, x: V): { readonly quarter: V; readonly r: Doubled<V> } {
  const c = m.constant.bind(m);
  const [first, second, third, fourth] = HALF_PI[m.precision];
  const k = m.floor(m.add(m.mul(x, c(2 / Math.PI)), c(0.5)));
  const start = m.sub(m.sub(x, m.mul(k, c(first))), m.mul(k, c(second)));
  const step = m.mul(k, c(third));
  const near = m.sub(start, step);
  const low = m.sub(m.sub(m.sub(start, near), step), m.mul(k, c(fourth)));
  const quarter = m.sub(k, m.mul(c(4), m.floor(m.mul(k, c(0.25)))));
  const inside = m.le(m.abs(x), c(LARGEST_ANGLE[m.precision]));
  return { quarter, r: quickSum(m, m.select(inside, near, c(Number.NaN)), low) };
}

function sinReduced<V, M>(m: Arithmetic<V, M>, { high, low }: Doubled<V>): V {
  const z = m.mul(high, high);
  const cubic = m.mul(m.mul(z, high), polynomial(m, z, SIN[m.precision]));
  const cosine = m.sub(m.constant(1), m.mul(m.constant(0.5), z));
  return m.add(high, m.add(cubic, m.mul(low, cosine)));
}

function cosReduced<V, M>(m: Arithmetic<V, M>, { high, low }: Doubled<V>): V {
  const z = m.mul(high, high);
  const half = m.mul(m.constant(0.5), z);
  const start = m.sub(m.constant(1), half);
  const lost = m.sub(m.sub(m.constant(1), start), half);
  const tail = m.sub(m.mul(m.mul(z, z), polynomial(m, z, COS[m.precision])), m.mul(high, low));
  return m.add(start, m.add(lost, tail));
}

/** sin, of an angle in radians within ±LARGEST_ANGLE. */
export function sin<V, M>(m: Arithmetic<V, M>, x: V): V {
  const { quarter, r } = reduce(m, x);
  const even = m.or(m.eq(quarter, m.constant(0)), m.eq(quarter, m.constant(2)));
  const value = m.select(even, sinReduced(m, r), cosReduced(m, r));
  const signed = m.select(m.lt(m.constant(1.5), quarter), m.neg(value), value);
  return m.select(m.eq(x, m.constant(0)), x, signed);
}

/** cos, of an angle in radians within ±LARGEST_ANGLE. */
export function cos<V, M>(m: Arithmetic<V, M>, x: V): V {
  const { quarter, r } = reduce(m, x);
  const even = m.or(m.eq(quarter, m.constant(0)), m.eq(quarter, m.constant(2)));
  const value = m.select(even, cosReduced(m, r), sinReduced(m, r));
  const minus = m.or(m.eq(quarter, m.constant(1)), m.eq(quarter, m.constant(2)));
  return m.select(minus, m.neg(value), value);
}

/** tan, of an angle in radians within ±LARGEST_ANGLE. */
export function tan<V, M>(m: Arithmetic<V, M>, x: V): V {
  const { quarter, r } = reduce(m, x);
  const even = m.or(m.eq(quarter, m.constant(0)), m.eq(quarter, m.constant(2)));
  const sine = sinReduced(m, r);
  const cosine = cosReduced(m, r);
  const value = m.div(m.select(even, sine, m.neg(cosine)), m.select(even, cosine, sine));
  return m.select(m.eq(x, m.constant(0)), x, value);
}

/** (atan t − t) / t³ as a polynomial in t², |t| ≤ 7/16. */
const ATAN = {
  double: [
    -0.33333333333333326, 0.1999999999998777, -0.1428571428314864, 0.11111110900560475, -0.09090900195560148,
    0.07692087348767168, -0.06663239299107136, 0.05847724720645106, -0.05033942776485848, 0.03782521866106712,
    -0.017547235157290005,
  ],
  single: [-0.33333263023397497, 0.1998818626760261, -0.13968728822580526, 0.08277853172046752],
} as const;
/** Where |x| is at least `from`, atan |x| = high + low + atan((|x| − at) / (1 + at|x|)); the last as `at` goes to ∞. */
const PIECES = [
  { from: 7 / 16, at: 0.5, high: 0.4636476090008061, low: 2.2698777452961687e-17, single: 5.012158e-9 },
  { from: 11 / 16, at: 1, high: 0.7853981633974483, low: 3.061616997868383e-17, single: -2.1855694e-8 },
  { from: 19 / 16, at: 1.5, high: 0.982793723247329, low: 1.3903311031230998e-17, single: 0 },
] as const;
const RIGHT_ANGLE = {
  double: [Math.PI / 2, 6.123233995736766e-17],
  single: [1.5707963705062866, -4.371139e-8],
} as const;

/** atan, in radians. */
export function atan<V, M>(m: Arithmetic<V, M>, x: V): V {
  const c = m.constant.bind(m);
  const size = m.abs(x);
  let above = size;
  let below = c(1);
  let high = c(0);
  let low = c(0);
  for (const piece of PIECES) {
    const here = m.le(c(piece.from), size);
    const [first, second] = m.precision === 'double' ? [piece.high, piece.low] : singleParts(Math.atan(piece.at));
    above = m.select(here, m.sub(size, c(piece.at)), above);
    below = m.select(here, m.add(c(1), m.mul(c(piece.at), size)), below);
    high = m.select(here, c(first), high);
    low = m.select(here, c(second), low);
  }
  const far = m.le(c(39 / 16), size);
  const [first, second] = RIGHT_ANGLE[m.precision];
  const t = m.div(m.select(far, c(-1), above), m.select(far, size, below));
  const z = m.mul(t, t);
  const tail = m.add(m.mul(m.mul(z, t), polynomial(m, z, ATAN[m.precision])), m.select(far, c(second), low));
  const value = m.add(m.select(far, c(first), high), m.add(tail, t));
  return m.select(m.lt(x, c(0)), m.neg(value), m.select(m.eq(x, c(0)), x, value));
}

function singleParts(value: number): readonly [number, number] {
  const high = Math.fround(value);
  return [high, value - high];
}

/** (asin t − t) / t³ as a polynomial in t², |t| ≤ ½. */
const ASIN = {
  double: [
    0.16666666666666669, 0.07499999999998433, 0.04464285714635543, 0.030381944138531247, 0.02237217294214989,
    0.017352392720869973, 0.013971212973552933, 0.011479177415184906, 0.01032281435018578, 0.005457506718640358,
    0.01740087944269402, -0.014851887071247204, 0.028757851367421566,
  ],
  single: [0.16666672414795305, 0.07498855072600821, 0.04500138006991017, 0.026554542206161328, 0.038085023561092654],
} as const;

/** asin |x| for |x| ≤ ½, and else √((1 − |x|)/2) with its asin: what asin and acos are put together from. */
function asinParts<V, M>(m: Arithmetic<V, M>, x: V) {
  const c = m.constant.bind(m);
  const size = m.abs(x);
  const inner = m.le(size, c(0.5));
  const z = m.select(inner, m.mul(size, size), m.mul(c(0.5), m.sub(c(1), size)));
  const t = m.select(inner, size, m.sqrt(z));
  const tail = m.mul(m.mul(z, t), polynomial(m, z, ASIN[m.precision]));
  return { inner, t, tail };
}

/** asin, in radians. */
export function asin<V, M>(m: Arithmetic<V, M>, x: V): V {
  const c = m.constant.bind(m);
  const { inner, t, tail } = asinParts(m, x);
  const [high, low] = RIGHT_ANGLE[m.precision];
  const outer = m.sub(c(high), m.sub(m.mul(c(2), m.add(t, tail)), c(low)));
  const value = m.select(inner, m.add(t, tail), outer);
  return m.select(m.lt(x, c(0)), m.neg(value), m.select(m.eq(x, c(0)), x, value));
}

/** acos, in radians. */
export function acos<V, M>(m: Arithmetic<V, M>, x: V): V {
  const c = m.constant.bind(m);
  const { inner, t, tail } = asinParts(m, x);
  const [high, low] = RIGHT_ANGLE[m.precision];
  const negative = m.lt(x, c(0));
  const angle = m.add(t, tail);
  const turned = m.select(negative, m.neg(angle), angle);
  const middle = m.sub(c(high), m.sub(turned, c(low)));
  const twice = m.mul(c(2), angle);
  const end = m.select(negative, m.sub(c(2 * high), m.sub(twice, c(2 * low))), twice);
  return m.select(inner, middle, end);
}
