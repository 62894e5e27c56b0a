import { dicomErrors } from '../errors.data.ts';

/** Bits looked up at once; longer codes are rare. */
const FAST = 9;

/** A Huffman table (ITU-T T.81, annexes C and F.2.2.3). */
export interface HuffmanTable {
  /** By the next 9 bits: length × 256 + symbol, 0 where the code is longer. */
  readonly fast: Uint16Array;
  /** Greatest code of each length, -1 where there is none; index of the first symbol of that length less its least code. */
  readonly greatest: Int32Array;
  readonly offset: Int32Array;
  readonly symbols: Uint8Array;
}

/** Counts of codes of 1 to 16 bits, and their symbols in order. */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array, byte: number): HuffmanTable {
  const fast = new Uint16Array(1 << FAST);
  const greatest = new Int32Array(17).fill(-1);
  const offset = new Int32Array(17);
  let code = 0;
  let k = 0;
  for (let length = 1; length <= 16; length++) {
    const count = counts[length - 1]!;
    offset[length] = k - code;
    if (code + count > 1 << length)
      throw dicomErrors.error('dicom-codec', 'a Huffman table has too many codes', { byte });
    for (let i = 0; i < count; i++, code++, k++) {
      if (length <= FAST) {
        fast.fill(length * 256 + symbols[k]!, code << (FAST - length), (code + 1) << (FAST - length));
      }
    }
    if (count > 0) greatest[length] = code - 1;
    code <<= 1;
  }
  return { fast, greatest, offset, symbols };
}

/** Reads the entropy-coded bits of a scan, with stuffed zeros taken out; stops before a marker. */
export class ScanBits {
  readonly bytes: Uint8Array;
  at: number;
  buffer = 0;
  count = 0;
  /** Bits made up behind the end of the segment. */
  beyond = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** At least `need` bits (up to 16) in the buffer. Behind the end there are zeros, which `beyond` counts. */
  fill(need: number): void {
    while (this.count < need) {
      let byte = 0;
      if (this.at < this.bytes.length) {
        byte = this.bytes[this.at]!;
        if (byte !== 0xff) this.at++;
        else if (this.bytes[this.at + 1] === 0) this.at += 2;
        else {
          byte = 0;
          this.beyond += 8;
        }
      } else this.beyond += 8;
      this.buffer = ((this.buffer & 0xffff) << 8) | byte;
      this.count += 8;
    }
    if (this.beyond > 64) throw dicomErrors.error('dicom-codec', 'the scan ends too early', { byte: this.at });
  }

  bits(size: number): number {
    if (size === 0) return 0;
    this.fill(size);
    this.count -= size;
    return (this.buffer >>> this.count) & ((1 << size) - 1);
  }

  symbol(table: HuffmanTable): number {
    this.fill(16);
    const next = (this.buffer >>> (this.count - 16)) & 0xffff;
    const hit = table.fast[next >>> (16 - FAST)]!;
    if (hit !== 0) {
      this.count -= hit >>> 8;
      return hit & 0xff;
    }
    for (let length = FAST + 1; length <= 16; length++) {
      const code = next >>> (16 - length);
      if (code <= table.greatest[length]!) {
        this.count -= length;
        return table.symbols[code + table.offset[length]!]!;
      }
    }
    throw dicomErrors.error('dicom-codec', 'the scan has a code that its table lacks', { byte: this.at });
  }

  /** A difference or coefficient of `size` bits (T.81, F.2.2.1). */
  signed(size: number): number {
    if (size === 0) return 0;
    const value = this.bits(size);
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  /** @throws dicom-codec where bits were used that are not there */
  finish(): void {
    if (this.count < this.beyond) throw dicomErrors.error('dicom-codec', 'the scan ends too early', { byte: this.at });
  }

  /** To behind the next restart marker, the bits of this interval left. */
  restart(): void {
    this.finish();
    this.buffer = 0;
    this.count = 0;
    this.beyond = 0;
    let at = this.at;
    while (
      at + 1 < this.bytes.length &&
      !(this.bytes[at] === 0xff && this.bytes[at + 1]! >= 0xd0 && this.bytes[at + 1]! <= 0xd7)
    ) {
      if (this.bytes[at] === 0xff && this.bytes[at + 1] !== 0 && this.bytes[at + 1] !== 0xff) {
        throw dicomErrors.error('dicom-codec', 'a restart marker is missing', { byte: at });
      }
      at++;
    }
    this.at = at + 2;
  }
}
