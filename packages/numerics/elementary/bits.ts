/** 2^k for k in −1022 … 1023, at index k + 1022. */
const POWERS = Float64Array.from({ length: 2046 }, (_, i) => 2 ** (i - 1022));
const bits = new DataView(new ArrayBuffer(8));

/** 2^k for a whole k in −1022 … 1023; NaN of other numbers. */
export function powerOfTwo(k: number): number {
  const power = POWERS[k + 1022];
  return power === undefined ? Number.NaN : power;
}

/** ⌊log₂ x⌋ of a positive normal number. */
export function exponent(x: number): number {
  bits.setFloat64(0, x);
  return (bits.getInt32(0) >>> 20) - 1023;
}

/** x / 2^⌊log₂ x⌋ of a positive normal number. */
export function significand(x: number): number {
  bits.setFloat64(0, x);
  bits.setInt32(0, (bits.getInt32(0) & 0x000fffff) | 0x3ff00000);
  return bits.getFloat64(0);
}
