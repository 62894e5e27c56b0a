/** A number of a device, or one of the codes that stand in its place. */
export type DeviceNumber =
  | number
  | 'not-a-number'
  | 'not-at-this-resolution'
  | 'above-range'
  | 'below-range'
  | 'reserved';

/**
 * The 16-bit SFLOAT of IEEE 11073-20601 (mantissa of 12 bits, exponent of 4, both in two's complement): mantissa · 10^exponent,
 * correctly rounded. `shift` is added to the exponent, so that a change of unit by a power of ten costs no accuracy.
 */
export function readSfloat(bits: number, shift = 0): DeviceNumber {
  switch (bits & 0xffff) {
    case 0x07ff:
      return 'not-a-number';
    case 0x0800:
      return 'not-at-this-resolution';
    case 0x07fe:
      return 'above-range';
    case 0x0802:
      return 'below-range';
    case 0x0801:
      return 'reserved';
  }
  return decimal(((bits & 0x0fff) << 20) >> 20, ((bits & 0xf000) << 16) >> 28, shift);
}

/** The 32-bit FLOAT of IEEE 11073-20601: mantissa of 24 bits, exponent of 8. */
export function readFloat(bits: number, shift = 0): DeviceNumber {
  switch (bits >>> 0) {
    case 0x007fffff:
      return 'not-a-number';
    case 0x00800000:
      return 'not-at-this-resolution';
    case 0x007ffffe:
      return 'above-range';
    case 0x00800002:
      return 'below-range';
    case 0x00800001:
      return 'reserved';
  }
  return decimal((bits << 8) >> 8, bits >> 24, shift);
}

/** The bits of mantissa · 10^exponent; null where either does not fit, or the bits stand for a special value. */
export function sfloatBits(mantissa: number, exponent: number): number | null {
  if (!whole(mantissa, 2048) || !whole(exponent, 8)) return null;
  const bits = ((exponent & 0xf) << 12) | (mantissa & 0xfff);
  return typeof readSfloat(bits) === 'number' ? bits : null;
}

/** The bits of mantissa · 10^exponent as FLOAT; null where either does not fit, or the bits stand for a special value. */
export function floatBits(mantissa: number, exponent: number): number | null {
  if (!whole(mantissa, 1 << 23) || !whole(exponent, 128)) return null;
  const bits = (((exponent & 0xff) << 24) | (mantissa & 0xffffff)) >>> 0;
  return typeof readFloat(bits) === 'number' ? bits : null;
}

function whole(n: number, bound: number): boolean {
  return Number.isInteger(n) && n >= -bound && n < bound;
}

function decimal(mantissa: number, exponent: number, shift: number): number {
  return mantissa === 0 ? 0 : Number(`${mantissa}e${exponent + shift}`);
}
