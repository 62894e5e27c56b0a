/** 2^k for k in −1074 … 1023, at index k + 1074. */
const POWER_OF_TWO = Float64Array.from({ length: 2098 }, (_, i) => 2 ** (i - 1074));

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/**
 * e^x, built only from the IEEE operations that every engine rounds alike, so that results are bit-equal everywhere
 * (`Math.exp` may differ between engines). x is held within [−708, 709]; relative error below 4e-16.
 * Argument reduction x = k·ln 2 + r, |r| ≤ ln 2 / 2, then the Taylor polynomial of degree 13 in r.
 */
export function exp(x: number): number {
  const held = x > 709 ? 709 : x < -708 ? -708 : x;
  const k = Math.floor(held * Math.LOG2E + 0.5);
  const r = held - k * LN2_HIGH - k * LN2_LOW;
  const r2 = r * r;
  const low = 1 + r + r2 * (1 / 2 + r * (1 / 6)) + r2 * r2 * (1 / 24 + r * (1 / 120) + r2 * (1 / 720 + r * (1 / 5040)));
  const r4 = r2 * r2;
  const high =
    r4 *
    r4 *
    (1 / 40320 +
      r * (1 / 362880) +
      r2 * (1 / 3628800 + r * (1 / 39916800)) +
      r4 * (1 / 479001600 + r * (1 / 6227020800)));
  return (low + high) * POWER_OF_TWO[k + 1074];
}
