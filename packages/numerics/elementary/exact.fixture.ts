/** Elementary functions in fixed point with 1,300 binary places: the reference of the tests. */
const PLACES = 1300n;
const ONE = 1n << PLACES;

/** A double as a whole number of 2^−1300. */
export function fixed(x: number): bigint {
  if (x === 0) return 0n;
  const exponent = Math.max(-1022, Math.floor(Math.log2(Math.abs(x)))) - 52;
  const scaled = exponent < -1000 ? x * 2 ** 1000 * 2 ** (-exponent - 1000) : x / 2 ** exponent;
  if (!Number.isInteger(scaled)) return fixed(x * 2 ** 60) >> 60n;
  const shift = PLACES + BigInt(exponent);
  return shift >= 0n ? BigInt(scaled) << shift : BigInt(scaled) >> -shift;
}

const mul = (a: bigint, b: bigint) => (a * b) >> PLACES;
const div = (a: bigint, b: bigint) => (a << PLACES) / b;

function sqrt(a: bigint): bigint {
  if (a === 0n) return 0n;
  const n = a << PLACES;
  let x = 1n << (BigInt(n.toString(2).length + 1) / 2n);
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

function exp(x: bigint): bigint {
  const k = x / LN2;
  // 2^40 times smaller, then squared 40 times.
  let term = ONE;
  let total = ONE;
  const small = (x - k * LN2) >> 40n;
  for (let n = 1n; term !== 0n; n++) {
    term = mul(term, small) / n;
    total += term;
  }
  for (let i = 0; i < 40; i++) total = mul(total, total);
  return k >= 0n ? total << k : total >> -k;
}

function atanhSeries(s: bigint): bigint {
  const square = mul(s, s);
  let power = s;
  let total = 0n;
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    total += power / n;
    power = mul(power, square);
  }
  return total;
}

const LN2 = 2n * atanhSeries(ONE / 3n);

function ln(x: bigint): bigint {
  const k = BigInt(x.toString(2).length) - 1n - PLACES;
  let reduced = k >= 0n ? x >> k : x << -k;
  // Sixteen square roots bring it near 1.
  for (let i = 0; i < 16; i++) reduced = sqrt(reduced);
  return k * LN2 + (atanhSeries(div(reduced - ONE, reduced + ONE)) << 17n);
}

function atan(x: bigint): bigint {
  if (x < 0n) return -atan(-x);
  let reduced = x;
  for (let i = 0; i < 12; i++) reduced = div(reduced, ONE + sqrt(ONE + mul(reduced, reduced)));
  const square = mul(reduced, reduced);
  let power = reduced;
  let total = 0n;
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    total += power / n;
    power = -mul(power, square);
  }
  return total << 12n;
}

const PI = 4n * atan(ONE);

function sine(x: bigint): bigint {
  const turns = x / (2n * PI);
  const small = (x - turns * 2n * PI) / 3n ** 20n;
  const square = mul(small, small);
  let term = small;
  let total = 0n;
  for (let n = 1n; term !== 0n && term !== -1n; n += 2n) {
    total += term;
    term = -mul(term, square) / ((n + 1n) * (n + 2n));
  }
  for (let i = 0; i < 20; i++) total = 3n * total - 4n * mul(mul(total, total), total);
  return total;
}
const cosine = (x: bigint) => sine(x + PI / 2n);
const asin = (x: bigint) => atan(div(x, sqrt(ONE - mul(x, x))));

/** Functions of one number, by name. */
export const exact: Readonly<Record<string, (x: bigint) => bigint>> = {
  exp,
  expm1: (x) => exp(x) - ONE,
  ln,
  log1p: (x) => ln(ONE + x),
  log10: (x) => div(ln(x), ln(10n * ONE)),
  sin: sine,
  cos: cosine,
  tan: (x) => div(sine(x), cosine(x)),
  asin,
  acos: (x) => PI / 2n - asin(x),
  atan,
  sinh: (x) => (exp(x) - exp(-x)) / 2n,
  cosh: (x) => (exp(x) + exp(-x)) / 2n,
  tanh: (x) => div(exp(2n * x) - ONE, exp(2n * x) + ONE),
  asinh: (x) => (x < 0n ? -1n : 1n) * ln((x < 0n ? -x : x) + sqrt(ONE + mul(x, x))),
  acosh: (x) => ln(x + sqrt(mul(x, x) - ONE)),
  atanh: (x) => ln(div(ONE + x, ONE - x)) / 2n,
};

/** x^y of a positive x. */
export function exactPower(x: number, y: number): bigint {
  return exp(mul(fixed(y), ln(fixed(x))));
}

/** |value − reference| in last places of the reference, of numbers with `digits` binary digits. */
export function lastPlaces(value: number, reference: bigint, digits = 53): number {
  const size = reference < 0n ? -reference : reference;
  const exponent = BigInt(size.toString(2).length) - BigInt(digits);
  const least = PLACES - (digits === 53 ? 1074n : 149n);
  const place = exponent > least ? exponent : least;
  const apart = fixed(value) - reference;
  return Number(((apart < 0n ? -apart : apart) * 1000n) >> place) / 1000;
}
