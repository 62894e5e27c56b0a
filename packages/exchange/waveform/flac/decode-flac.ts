import { BitReader, BitsEnd } from '../bit-reader.ts';

/** Samples of a FLAC stream. */
export interface FlacStream {
  readonly channels: readonly Int32Array[];
  readonly bits: number;
  /** Why the rest could not be read; null where the stream is whole. */
  readonly damage: string | null;
}

/** Most samples over all channels that one byte may stand for: a flat line of long blocks; more is a bomb. */
const MOST_PER_BYTE = 400;
/** And over the whole stream, 512 MiB. */
const MOST_SAMPLES = 2 ** 27;

/**
 * Decodes a native FLAC stream (RFC 9639); each frame's CRC-16 is checked, the MD5 is not.
 * `most` samples a channel are read at the most. Null where the bytes are no FLAC.
 */
export function decodeFlac(bytes: Uint8Array, most: number): FlacStream | null {
  const at = afterMetadata(bytes);
  if (at === null) return null;
  const { start, channelCount, bits } = at;
  const limit = Math.min(most, Math.floor(Math.min(MOST_PER_BYTE * bytes.length, MOST_SAMPLES) / channelCount));
  const blocks: Int32Array[][] = Array.from({ length: channelCount }, () => []);
  let count = 0;
  let damage: string | null = null;
  const reader = new BitReader(bytes, start);
  try {
    while (reader.left >= 16 && count < limit) {
      const frameStart = reader.at >> 3;
      const frame = readFrame(reader, channelCount, bits);
      if (typeof frame === 'string') {
        damage = `frame at byte ${frameStart}: ${frame}`;
        break;
      }
      reader.align();
      const told = crc16(bytes, frameStart, reader.at >> 3);
      if (reader.bits(16) !== told) {
        damage = `frame at byte ${frameStart}: its checksum does not fit`;
        break;
      }
      for (const [channel, samples] of frame.entries()) blocks[channel]!.push(samples);
      count += frame[0]!.length;
    }
    if (damage === null && count >= limit && limit < most) damage = 'it unpacks to more than its size allows';
  } catch (error) {
    if (!(error instanceof BitsEnd)) throw error;
    damage = 'it ends within a frame';
  }
  return { channels: blocks.map((parts) => joined(parts, Math.min(count, limit))), bits, damage };
}

function joined(parts: readonly Int32Array[], length: number): Int32Array {
  const all = new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(at + part.length > length ? part.subarray(0, length - at) : part, at);
    at += part.length;
  }
  return all;
}

/** Steps over the metadata and reads STREAMINFO. */
function afterMetadata(bytes: Uint8Array): { start: number; channelCount: number; bits: number } | null {
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== 'fLaC') return null;
  let info: { channelCount: number; bits: number } | null = null;
  for (let at = 4; at + 4 <= bytes.length; ) {
    const last = bytes[at]! >= 128;
    const length = (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    if (at + 4 + length > bytes.length) return null;
    if ((bytes[at]! & 0x7f) === 0 && length >= 18) {
      const reader = new BitReader(bytes, at + 14);
      reader.bits(20);
      info = { channelCount: reader.bits(3) + 1, bits: reader.bits(5) + 1 };
    }
    at += 4 + length;
    if (last) return info === null ? null : { start: at, ...info };
  }
  return null;
}

const BLOCK_SIZES = [0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];
const SAMPLE_BITS = [0, 8, 12, 0, 16, 20, 24, 32];

/** One frame's channels, or what is wrong with it. */
function readFrame(reader: BitReader, channelCount: number, streamBits: number): Int32Array[] | string {
  if (reader.bits(15) !== 0x7ffc) return 'no frame begins here';
  reader.bits(1);
  const sizeCode = reader.bits(4);
  const rateCode = reader.bits(4);
  const assignment = reader.bits(4);
  const bitsCode = reader.bits(3);
  reader.bits(1);
  for (let more = leadingOnes(reader.bits(8)); more > 1; more--) reader.bits(8);
  const size = sizeCode === 6 ? reader.bits(8) + 1 : sizeCode === 7 ? reader.bits(16) + 1 : BLOCK_SIZES[sizeCode]!;
  if (rateCode === 12) reader.bits(8);
  else if (rateCode === 13 || rateCode === 14) reader.bits(16);
  else if (rateCode === 15) return 'its sample rate is not valid';
  reader.bits(8);
  const bits = bitsCode === 0 ? streamBits : SAMPLE_BITS[bitsCode]!;
  if (size === 0 || bits === 0) return 'its block size or sample size is reserved';
  const channels = assignment < 8 ? assignment + 1 : 2;
  if (channels !== channelCount || assignment > 10) return 'its channels are not those of the stream';
  const side = assignment === 8 || assignment === 10 ? 1 : assignment === 9 ? 0 : -1;
  const decoded: Float64Array[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const samples = readSubframe(reader, size, bits + (channel === side ? 1 : 0));
    if (typeof samples === 'string') return samples;
    decoded.push(samples);
  }
  const [first, second] = decoded as [Float64Array, Float64Array];
  if (assignment === 8) for (let i = 0; i < size; i++) second[i] = first[i]! - second[i]!;
  if (assignment === 9) for (let i = 0; i < size; i++) first[i] = first[i]! + second[i]!;
  if (assignment === 10) {
    for (let i = 0; i < size; i++) {
      const difference = second[i]!;
      const sum = first[i]! * 2 + (difference & 1);
      first[i] = (sum + difference) / 2;
      second[i] = (sum - difference) / 2;
    }
  }
  return decoded.map((samples) => Int32Array.from(samples));
}

/** Ones before the first zero of a byte. */
function leadingOnes(byte: number): number {
  return Math.clz32(~(byte << 24));
}

function readSubframe(reader: BitReader, size: number, sampleBits: number): Float64Array | string {
  if (reader.bits(1) !== 0) return 'a subframe does not begin with 0';
  const type = reader.bits(6);
  const wasted = reader.bits(1) === 1 ? reader.unary() + 1 : 0;
  const bits = sampleBits - wasted;
  if (bits < 1) return 'a subframe wastes all its bits';
  const samples = new Float64Array(size);
  const order = type >= 32 ? type - 31 : type >= 8 && type <= 12 ? type - 8 : 0;
  if (order > size) return 'its predictor is longer than the block';
  if (type === 0) samples.fill(reader.signed(bits));
  else if (type === 1) for (let i = 0; i < size; i++) samples[i] = reader.signed(bits);
  else if (type >= 32 || (type >= 8 && type <= 12)) {
    for (let i = 0; i < order; i++) samples[i] = reader.signed(bits);
    let coefficients = FIXED[order]!;
    let shift = 0;
    if (type >= 32) {
      const precision = reader.bits(4) + 1;
      if (precision === 16) return 'the precision of its predictor is not valid';
      shift = reader.signed(5);
      if (shift < 0) return 'the shift of its predictor is negative';
      coefficients = Array.from({ length: order }, () => reader.signed(precision));
    }
    const wrong = readResidual(reader, samples, order);
    if (wrong !== null) return wrong;
    const scale = 2 ** shift;
    for (let i = order; i < size; i++) {
      let sum = 0;
      for (let k = 0; k < order; k++) sum += coefficients[k]! * samples[i - 1 - k]!;
      samples[i] = samples[i]! + Math.floor(sum / scale);
    }
  } else return 'a kind of subframe is reserved';
  if (wasted > 0) for (let i = 0; i < size; i++) samples[i] = samples[i]! * 2 ** wasted;
  return samples;
}

/** Fixed predictors of order 0 to 4 (RFC 9639, section 9.2.5). */
const FIXED: readonly (readonly number[])[] = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

/** Rice-coded residuals into `samples` from `order` on; what is wrong, or null. */
function readResidual(reader: BitReader, samples: Float64Array, order: number): string | null {
  const method = reader.bits(2);
  if (method > 1) return 'the coding of its residual is reserved';
  const width = method === 0 ? 4 : 5;
  const partitions = 2 ** reader.bits(4);
  const length = samples.length / partitions;
  if (!Number.isInteger(length) || length < order) return 'its residual is cut into parts that do not fit';
  let i = order;
  for (let part = 1; part <= partitions; part++) {
    const end = part * length;
    const parameter = reader.bits(width);
    if (parameter === 2 ** width - 1) {
      const raw = reader.bits(5);
      for (; i < end; i++) samples[i] = raw === 0 ? 0 : reader.signed(raw);
      continue;
    }
    const scale = 2 ** parameter;
    for (; i < end; i++) {
      const folded = reader.unary() * scale + reader.bits(parameter);
      samples[i] = folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
    }
  }
  return null;
}

const CRC16 = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x8005 : crc << 1;
  return crc;
});

function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let i = start; i < end; i++) crc = ((crc << 8) & 0xffff) ^ CRC16[(crc >> 8) ^ bytes[i]!]!;
  return crc;
}
