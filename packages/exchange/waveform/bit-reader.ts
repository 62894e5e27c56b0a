/** Bits of a byte array, most significant first. Reading past the end throws `BitsEnd`. */
export class BitReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  /** Position in bits. */
  at: number;

  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = bytes;
    this.#end = bytes.length * 8;
    this.at = start * 8;
  }

  get left(): number {
    return this.#end - this.at;
  }

  /** An unsigned number of 0 to 32 bits. */
  bits(count: number): number {
    if (this.at + count > this.#end) throw new BitsEnd();
    let value = 0;
    let left = count;
    while (left > 0) {
      const within = this.at & 7;
      const take = Math.min(8 - within, left);
      const part = (this.#bytes[this.at >> 3]! >> (8 - within - take)) & ((1 << take) - 1);
      value = value * 2 ** take + part;
      this.at += take;
      left -= take;
    }
    return value;
  }

  /** A two's complement number of 1 to 33 bits. */
  signed(count: number): number {
    if (count > 32) {
      const high = this.signed(count - 32);
      return high * 2 ** 32 + this.bits(32);
    }
    const value = this.bits(count);
    return value >= 2 ** (count - 1) ? value - 2 ** count : value;
  }

  /** Zeros before the next one, which is read too. */
  unary(): number {
    let zeros = 0;
    while (this.at < this.#end) {
      const within = this.at & 7;
      const rest = (this.#bytes[this.at >> 3]! << within) & 0xff;
      if (rest === 0) {
        zeros += 8 - within;
        this.at += 8 - within;
        continue;
      }
      const leading = Math.clz32(rest) - 24;
      this.at += leading + 1;
      return zeros + leading;
    }
    throw new BitsEnd();
  }

  align(): void {
    this.at = (this.at + 7) & ~7;
  }
}

/** The bytes end before what was read does. */
export class BitsEnd extends Error {}
