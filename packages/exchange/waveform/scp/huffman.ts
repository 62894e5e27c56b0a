import type { BitReader } from '../bit-reader.ts';

/** One code structure of a table (section 2 of SCP-ECG, EN 1064). */
export interface HuffmanCode {
  readonly prefixBits: number;
  /** More than the prefix where the value itself follows, in two's complement. */
  readonly totalBits: number;
  /** False: `value` is the number, from 1, of the table to go on with. */
  readonly isValue: boolean;
  readonly value: number;
  /** The prefix, its first bit the least significant. */
  readonly code: number;
}

export type HuffmanTable = readonly HuffmanCode[];

const code = (prefixBits: number, value: number, base: number, totalBits = prefixBits): HuffmanCode => ({
  prefixBits,
  totalBits,
  isValue: true,
  value,
  code: base,
});

/** The default table: one 0, then ever longer prefixes for ±1 … ±8, then values of 8 and of 16 bits (EN 1064, annex C.4). */
export const DEFAULT_TABLE: HuffmanTable = [
  code(1, 0, 0),
  ...Array.from({ length: 8 }, (_, i) => {
    const bits = i + 3;
    const ones = 2 ** (i + 1) - 1;
    return [code(bits, i + 1, ones), code(bits, -(i + 1), ones + 2 ** (bits - 1))];
  }).flat(),
  code(10, 0, 511, 18),
  code(10, 0, 1023, 26),
];

/** Looks codes up by their bits. */
export class HuffmanReader {
  readonly #tables: readonly Lookup[];
  #current = 0;

  constructor(tables: readonly HuffmanTable[]) {
    this.#tables = tables.map((table) => new Lookup(table));
  }

  /** The next value; null where the bits are no code. @throws BitsEnd */
  next(bits: BitReader): number | null {
    // Tables may be switched more than once before a value, but not without end.
    for (let switches = 0; switches <= this.#tables.length; switches++) {
      const found = this.#tables[this.#current]?.read(bits) ?? null;
      if (found === null) return null;
      if (found.isValue) {
        return found.totalBits > found.prefixBits ? bits.signed(found.totalBits - found.prefixBits) : found.value;
      }
      this.#current = found.value - 1;
    }
    return null;
  }
}

class Lookup {
  readonly #byBits = new Map<number, HuffmanCode>();
  readonly #longest: number;

  constructor(table: HuffmanTable) {
    for (const each of table) this.#byBits.set(each.prefixBits * 2 ** 33 + each.code, each);
    this.#longest = Math.max(0, ...table.map(({ prefixBits }) => prefixBits));
  }

  read(bits: BitReader): HuffmanCode | null {
    let prefix = 0;
    for (let length = 1; length <= this.#longest; length++) {
      prefix += bits.bits(1) * 2 ** (length - 1);
      const found = this.#byBits.get(length * 2 ** 33 + prefix);
      if (found !== undefined) return found;
    }
    return null;
  }
}

/** Codes values by the default table; null where one has more than 16 bits. */
export function huffmanBytes(values: ArrayLike<number>): Uint8Array | null {
  const bytes: number[] = [];
  let [byte, filled] = [0, 0];
  const put = (value: number, count: number) => {
    for (let k = count - 1; k >= 0; k--) {
      byte = (byte << 1) | ((value >> k) & 1);
      if (++filled === 8) {
        bytes.push(byte);
        [byte, filled] = [0, 0];
      }
    }
  };
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const size = Math.abs(value);
    if (value === 0) put(0, 1);
    else if (size <= 8) {
      put(2 ** (size + 1) - 2, size + 1);
      put(value < 0 ? 1 : 0, 1);
    } else if (value >= -128 && value <= 127) {
      put(0b1111111110, 10);
      put(value & 0xff, 8);
    } else if (value >= -32_768 && value <= 32_767) {
      put(0b1111111111, 10);
      put(value & 0xffff, 16);
    } else return null;
  }
  if (filled > 0) bytes.push(byte << (8 - filled));
  return Uint8Array.from(bytes);
}
