/** A growing run of bytes in WebAssembly's encodings (core specification 5.2). */
export class Bytes {
  #bytes = new Uint8Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  raw(...values: readonly number[]): this {
    this.#room(values.length);
    for (const value of values) this.#bytes[this.#length++] = value;
    return this;
  }

  append(other: Bytes): this {
    this.#room(other.length);
    this.#bytes.set(other.#bytes.subarray(0, other.length), this.#length);
    this.#length += other.length;
    return this;
  }

  /** LEB128 of a whole number from 0 to 2^32 − 1. */
  unsigned(value: number): this {
    let rest = value;
    while (rest > 127) {
      this.raw((rest & 127) | 128);
      rest = Math.floor(rest / 128);
    }
    return this.raw(rest);
  }

  /** Signed LEB128 of a 32-bit whole number. */
  signed(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 127;
      rest >>= 7;
      if ((rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)) return this.raw(low);
      this.raw(low | 128);
    }
  }

  /** Signed LEB128 of a 64-bit whole number. */
  signedLong(value: bigint): this {
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(rest & 127n);
      rest >>= 7n;
      if ((rest === 0n && (low & 64) === 0) || (rest === -1n && (low & 64) !== 0)) return this.raw(low);
      this.raw(low | 128);
    }
  }

  float64(value: number): this {
    this.#room(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value, true);
    this.#length += 8;
    return this;
  }

  float32(value: number): this {
    this.#room(4);
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  /** Length in bytes, then the bytes. */
  sized(other: Bytes): this {
    return this.unsigned(other.length).append(other);
  }

  name(text: string): this {
    const encoded = new TextEncoder().encode(text);
    return this.unsigned(encoded.length).raw(...encoded);
  }

  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
