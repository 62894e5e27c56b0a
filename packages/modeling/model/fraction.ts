/** An exact rational number in lowest terms; `below` is positive. */
export interface Fraction {
  readonly above: bigint;
  readonly below: bigint;
}

export const ZERO: Fraction = { above: 0n, below: 1n };

/** The decimal that the double is written as: 0.1 is one tenth. @throws RangeError for infinity and NaN */
export function fraction(value: number): Fraction {
  const [, sign, whole, part = '', power = '0'] = /^(-?)(\d+)\.?(\d*)(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  if (whole === undefined) throw new RangeError(`${value} is no fraction.`);
  const places = part.length - Number(power);
  const above = BigInt(whole + part) * (sign === '-' ? -1n : 1n);
  return places > 0 ? reduced(above, 10n ** BigInt(places)) : reduced(above * 10n ** BigInt(-places), 1n);
}

export function times(a: Fraction, b: Fraction): Fraction {
  return reduced(a.above * b.above, a.below * b.below);
}

/** a − b·c */
export function minusProduct(a: Fraction, b: Fraction, c: Fraction): Fraction {
  const product = times(b, c);
  return reduced(a.above * product.below - product.above * a.below, a.below * product.below);
}

export function plus(a: Fraction, b: Fraction): Fraction {
  return reduced(a.above * b.below + b.above * a.below, a.below * b.below);
}

/** @throws RangeError where b is zero */
export function over(a: Fraction, b: Fraction): Fraction {
  return reduced(a.above * b.below, a.below * b.above);
}

export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

function reduced(above: bigint, below: bigint): Fraction {
  if (below === 0n) throw new RangeError('Division by zero.');
  const common = gcd(above, below);
  const sign = below < 0n ? -1n : 1n;
  return { above: (sign * above) / common, below: (sign * below) / common };
}
