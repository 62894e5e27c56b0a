import { NO_SAMPLE } from '@gemel/core/waveform';

/** How a WFDB signal file packs its samples: signal(5) of the WFDB Applications Guide. */
export interface SampleFormat {
  readonly id: number;
  /** Bits of a stored number. */
  readonly bits: number;
  /** Whole samples in so many bytes. */
  samplesIn(bytes: number): number;
  /** Bytes that so many samples take. */
  bytesFor(samples: number): number;
  /** Unpacks `count` samples; the caller has checked that they are there. NO_SAMPLE is not put in: see `invalid`. */
  unpack(bytes: Uint8Array, count: number): Int32Array;
  pack(samples: Int32Array): Uint8Array;
  /** The number that means "no sample"; null where the format has none. */
  readonly invalid: number | null;
}

type Get = (view: DataView, at: number) => number;
type Put = (view: DataView, at: number, value: number) => void;

/** Formats of one whole number of bytes a sample. */
function plain(id: number, size: number, invalid: number | null, get: Get, put: Put): SampleFormat {
  return {
    id,
    bits: 8 * size,
    samplesIn: (bytes) => Math.floor(bytes / size),
    bytesFor: (samples) => samples * size,
    unpack(bytes, count) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const samples = new Int32Array(count);
      for (let i = 0; i < count; i++) samples[i] = get(view, i * size);
      return samples;
    },
    pack(samples) {
      const bytes = new Uint8Array(samples.length * size);
      const view = new DataView(bytes.buffer);
      for (let i = 0; i < samples.length; i++) put(view, i * size, samples[i]!);
      return bytes;
    },
    invalid,
  };
}

/** Two 12-bit samples in three bytes. */
const packed212: SampleFormat = {
  id: 212,
  bits: 12,
  samplesIn: (bytes) => Math.floor(bytes / 3) * 2 + (bytes % 3 === 2 ? 1 : 0),
  bytesFor: (samples) => Math.floor(samples / 2) * 3 + (samples % 2) * 2,
  unpack(bytes, count) {
    const samples = new Int32Array(count);
    for (let i = 0, at = 0; i < count; i += 2, at += 3) {
      const middle = bytes[at + 1]!;
      samples[i] = ((bytes[at]! | ((middle & 0x0f) << 8)) << 20) >> 20;
      if (i + 1 < count) samples[i + 1] = ((bytes[at + 2]! | ((middle & 0xf0) << 4)) << 20) >> 20;
    }
    return samples;
  },
  pack(samples) {
    const bytes = new Uint8Array(this.bytesFor(samples.length));
    for (let i = 0, at = 0; i < samples.length; i += 2, at += 3) {
      const first = samples[i]!;
      const second = samples[i + 1] ?? 0;
      bytes[at] = first & 0xff;
      bytes[at + 1] = ((first >> 8) & 0x0f) | ((second >> 4) & 0xf0);
      if (i + 1 < samples.length) bytes[at + 2] = second & 0xff;
    }
    return bytes;
  },
  invalid: -2048,
};

/** Three 10-bit samples in four bytes; a rest of one or two samples takes two or four. */
function packed310(id: 310 | 311): SampleFormat {
  return {
    id,
    bits: 10,
    samplesIn: (bytes) => Math.floor(bytes / 4) * 3 + (bytes % 4 >= 2 ? 1 : 0),
    bytesFor: (samples) => Math.floor(samples / 3) * 4 + (samples % 3) * 2,
    unpack(bytes, count) {
      const samples = new Int32Array(count);
      const word = (at: number) => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
      for (let i = 0, at = 0; i < count; i += 3, at += 4) {
        const low = word(at);
        const high = word(at + 2);
        const both = low | (high << 16);
        const three =
          id === 310
            ? [low >> 1, high >> 1, ((low >> 11) & 0x1f) | ((high >> 6) & 0x3e0)]
            : [both, both >> 10, both >> 20];
        for (let k = 0; k < 3 && i + k < count; k++) samples[i + k] = (three[k]! << 22) >> 22;
      }
      return samples;
    },
    pack(samples) {
      const bytes = new Uint8Array(this.bytesFor(samples.length));
      for (let i = 0, at = 0; i < samples.length; i += 3, at += 4) {
        const [a, b, c] = [0, 1, 2].map((k) => (samples[i + k] ?? 0) & 0x3ff) as [number, number, number];
        const low = id === 310 ? (a << 1) | ((c & 0x1f) << 11) : (a | (b << 10)) & 0xffff;
        const high = id === 310 ? (b << 1) | ((c >> 5) << 11) : (b >> 6) | (c << 4);
        const four = [low & 0xff, low >> 8, high & 0xff, high >> 8];
        for (let k = 0; k < 4 && at + k < bytes.length; k++) bytes[at + k] = four[k]!;
      }
      return bytes;
    },
    invalid: -512,
  };
}

const FORMATS: readonly SampleFormat[] = [
  plain(
    8,
    1,
    null,
    (view, at) => view.getInt8(at),
    (view, at, value) => view.setInt8(at, value),
  ),
  plain(
    16,
    2,
    -32_768,
    (view, at) => view.getInt16(at, true),
    (view, at, value) => view.setInt16(at, value, true),
  ),
  plain(
    24,
    3,
    -8_388_608,
    (view, at) => view.getUint16(at, true) | (view.getInt8(at + 2) << 16),
    (view, at, value) => {
      view.setUint16(at, value & 0xffff, true);
      view.setInt8(at + 2, value >> 16);
    },
  ),
  plain(
    32,
    4,
    NO_SAMPLE,
    (view, at) => view.getInt32(at, true),
    (view, at, value) => view.setInt32(at, value, true),
  ),
  plain(
    61,
    2,
    -32_768,
    (view, at) => view.getInt16(at),
    (view, at, value) => view.setInt16(at, value),
  ),
  plain(
    80,
    1,
    -128,
    (view, at) => view.getUint8(at) - 128,
    (view, at, value) => view.setUint8(at, value + 128),
  ),
  plain(
    160,
    2,
    -32_768,
    (view, at) => view.getUint16(at, true) - 32_768,
    (view, at, value) => view.setUint16(at, value + 32_768, true),
  ),
  packed212,
  packed310(310),
  packed310(311),
];

/** The format of this number; null where WFDB has none or it is not packed by sample (0, 508, 516, 524). */
export function sampleFormat(id: number): SampleFormat | null {
  return FORMATS.find((format) => format.id === id) ?? null;
}

/** Format 8 holds differences: sums them up in place, from the initial value. */
export function accumulate(differences: Int32Array, initial: number): void {
  let value = initial;
  for (let i = 0; i < differences.length; i++) {
    value = (value + differences[i]!) | 0;
    differences[i] = value;
  }
}
