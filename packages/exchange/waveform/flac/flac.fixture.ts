/** How the blocks of a test stream are coded. */
export type Coding = 'verbatim' | 'constant' | 'fixed' | 'lpc' | 'mid-side' | 'left-side' | 'side-right';

/** Writes bits, most significant first. */
class BitWriter {
  readonly bytes: number[] = [];
  #filled = 0;

  put(value: number, count: number): void {
    for (let k = count - 1; k >= 0; k--) {
      if (this.#filled === 0) this.bytes.push(0);
      const bit = Math.floor(value / 2 ** k) & 1;
      this.bytes[this.bytes.length - 1]! |= bit << (7 - this.#filled);
      this.#filled = (this.#filled + 1) % 8;
    }
  }

  signed(value: number, count: number): void {
    this.put(value < 0 ? value + 2 ** count : value, count);
  }

  align(): void {
    this.#filled = 0;
  }
}

function crc(bytes: readonly number[], width: 8 | 16, polynomial: number): number {
  const top = 2 ** (width - 1);
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit++)
      value = ((value & top ? (value << 1) ^ polynomial : value << 1) & (2 * top - 1)) >>> 0;
  }
  return value;
}

/** A FLAC stream of blocks of one size, written straight from RFC 9639 for the tests. Constant blocks hold their first value. */
export function encodeFlac(channels: readonly Int32Array[], bits: 8 | 16 | 24, coding: Coding, block = 64): Uint8Array {
  const head = new BitWriter();
  for (const letter of 'fLaC') head.put(letter.charCodeAt(0), 8);
  head.put(1, 1);
  head.put(0, 7);
  head.put(34, 24);
  head.put(block, 16);
  head.put(block, 16);
  head.put(0, 48);
  head.put(96_000, 20);
  head.put(channels.length - 1, 3);
  head.put(bits - 1, 5);
  head.put(channels[0]!.length, 36);
  for (let k = 0; k < 16; k++) head.put(0, 8);
  const all = [...head.bytes];
  const stereo = channels.length === 2 && coding.includes('side');
  for (let start = 0, frame = 0; start < channels[0]!.length; start += block, frame++) {
    const parts = channels.map((samples) => [...samples.subarray(start, start + block)]);
    const out = new BitWriter();
    out.put(0x7ffc, 15);
    out.put(0, 1);
    out.put(7, 4);
    out.put(0, 4);
    out.put(
      stereo ? { 'left-side': 8, 'side-right': 9, 'mid-side': 10 }[coding as 'mid-side'] : channels.length - 1,
      4,
    );
    out.put({ 8: 1, 16: 4, 24: 6 }[bits], 3);
    out.put(0, 1);
    out.put(frame & 0x7f, 8);
    out.put(parts[0]!.length - 1, 16);
    out.put(crc(out.bytes, 8, 0x07), 8);
    const [left = [], right = []] = parts;
    const side = left.map((value, i) => value - (right[i] ?? 0));
    const mid = left.map((value, i) => Math.floor((value + (right[i] ?? 0)) / 2));
    const sent = !stereo
      ? parts
      : coding === 'left-side'
        ? [left, side]
        : coding === 'side-right'
          ? [side, right]
          : [mid, side];
    for (const samples of sent) subframe(out, samples, samples === side ? bits + 1 : bits, stereo ? 'fixed' : coding);
    out.align();
    out.put(crc(out.bytes, 16, 0x8005), 16);
    all.push(...out.bytes);
  }
  return Uint8Array.from(all);
}

function subframe(out: BitWriter, samples: readonly number[], bits: number, coding: Coding): void {
  const order = Math.min(2, samples.length);
  out.put(0, 1);
  if (coding === 'constant' || coding === 'verbatim') {
    out.put(coding === 'constant' ? 0 : 1, 6);
    out.put(0, 1);
    for (const value of coding === 'constant' ? samples.slice(0, 1) : samples) out.signed(value, bits);
    return;
  }
  out.put(coding === 'lpc' ? 31 + order : 8 + order, 6);
  out.put(0, 1);
  for (const value of samples.slice(0, order)) out.signed(value, bits);
  if (coding === 'lpc') {
    // Twice the fixed predictor, halved again by the shift.
    out.put(4, 4);
    out.signed(1, 5);
    for (const coefficient of order === 2 ? [4, -2] : [2]) out.signed(coefficient, 5);
  }
  const residual = samples.slice(order).map((value, i) => {
    const before = samples[order + i - 1]!;
    return order === 2 ? value - 2 * before + samples[order + i - 2]! : value - before;
  });
  const folded = residual.map((value) => (value < 0 ? -2 * value - 1 : 2 * value));
  const most = Math.max(1, ...folded);
  const parameter = Math.max(0, Math.ceil(Math.log2(most)) - 3);
  out.put(1, 2);
  out.put(0, 4);
  if (parameter > 20) {
    out.put(31, 5);
    out.put(bits + 3, 5);
    for (const value of residual) out.signed(value, bits + 3);
    return;
  }
  out.put(parameter, 5);
  for (const value of folded) {
    for (let zeros = Math.floor(value / 2 ** parameter); zeros > 0; zeros--) out.put(0, 1);
    out.put(1, 1);
    out.put(value % 2 ** parameter, parameter);
  }
}
