import { CodedError } from '@gemel/core/error';
import { inflateSync } from 'fflate';
import { checkCodestream } from './codestream.ts';
import { fullRangeRgb, partialRangeRgb, planesTogether, spread422 } from './colour.ts';
import { dicomErrors } from './errors.data.ts';
import { decodeJpeg } from './jpeg/decode-jpeg.ts';
import type { PixelDescription } from './pixels.ts';
import { decodeRle } from './rle.ts';
import type { TransferSyntax } from './uids.data.ts';
import type { VoxelArray } from './volume.ts';

/** One frame unpacked: stored values, not yet calibrated. */
export interface Frame {
  readonly rows: number;
  readonly columns: number;
  readonly samples: 1 | 3;
  /** Rows from the top, pixels from the left, red green blue side by side. */
  readonly values: VoxelArray;
}

/** What unpacks JPEG-LS and JPEG 2000: a codec outside this layer. Gives little-endian samples interleaved by pixel. */
export interface Codecs {
  decode(coding: 'jpeg-ls' | 'jpeg2000' | 'htj2k', bytes: Uint8Array): Uint8Array;
}

/** Whether frames so coded need `Codecs`. */
export function needsCodecs({ pixels }: TransferSyntax): boolean {
  return pixels === 'jpeg-ls' || pixels === 'jpeg2000' || pixels === 'htj2k';
}

export interface FrameSource {
  readonly bytes: Uint8Array;
  /** Bits of `bytes` before the first of the frame; only with pixels of one bit. */
  readonly skip: number;
}

/**
 * Unpacks one frame: decompressed, taken out of its cells with sign, colours as RGB. Palettes are left as they are.
 * `place` names file and frame in errors.
 * @throws dicom-codec, dicom-pixels, dicom-syntax-unread
 */
export function decodeFrame(
  source: FrameSource,
  description: PixelDescription,
  syntax: TransferSyntax,
  place: { readonly file: string; readonly frame: number },
  codecs?: Codecs,
): Frame {
  try {
    return unpack(source, description, syntax, codecs);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const where = { ...error.where, file: place.file, element: `PixelData frame ${place.frame}` };
    const message = `${place.file}, frame ${place.frame}: ${error.message}`;
    throw new CodedError({ code: error.code, message, remedy: error.remedy, where }, { cause: error });
  }
}

function unpack(source: FrameSource, description: PixelDescription, syntax: TransferSyntax, codecs?: Codecs): Frame {
  const { rows, columns, samples, allocated, photometric } = description;
  const frame = (values: VoxelArray): Frame => ({ rows, columns, samples, values });
  const size = rows * columns;
  switch (syntax.pixels) {
    case 'native':
    case 'deflated-frame': {
      const bytes = syntax.pixels === 'native' ? source.bytes : inflateFrame(source.bytes, description);
      if (allocated === 1) return frame(bitValues(bytes, source.skip, size));
      const halved = photometric === 'YBR_FULL_422' || photometric === 'YBR_PARTIAL_422';
      const cells = cellsOf(bytes, description, size * (halved ? 2 : samples));
      if (description.float) return frame(cells);
      const whole = stored(cells, description);
      const together = halved ? spread422(whole, columns) : description.planar ? planesTogether(whole, size) : whole;
      return frame(rgb(together, description));
    }
    case 'rle': {
      const bytes = decodeRle(source.bytes, size, samples, Math.ceil(allocated / 8));
      return frame(rgb(stored(cellsOf(bytes, description, size * samples), description), description));
    }
    case 'jpeg': {
      const image = decodeJpeg(source.bytes, description);
      const values = withSign(image.values, description, image.precision);
      const coded =
        photometric === 'RGB' && image.adobe === 1 ? { ...description, photometric: 'YBR_FULL' } : description;
      return frame(rgb(values, coded));
    }
    case 'jpeg-ls':
    case 'jpeg2000':
    case 'htj2k': {
      const head = checkCodestream(source.bytes, syntax.pixels, description);
      if (codecs === undefined) throw dicomErrors.error('dicom-syntax-unread', `${syntax.name} needs its codec`);
      const bytes = codecs.decode(syntax.pixels, source.bytes);
      const cells = head.precision > 8 ? 16 : 8;
      if (bytes.length !== size * samples * (cells / 8)) {
        throw dicomErrors.error('dicom-codec', `the frame unpacks to ${bytes.length} bytes`, { byte: 0 });
      }
      const plain: PixelDescription = { ...description, allocated: cells };
      if (head.signed) {
        const values = cellsOf(bytes, plain, size * samples);
        return frame(cells === 16 ? new Int16Array(values.buffer) : new Int8Array(values.buffer));
      }
      const values = withSign(cellsOf(bytes, plain, size * samples), description, head.precision);
      // The inverse transform of JPEG 2000 gives RGB, whatever the data set calls what was transformed.
      return frame(head.transformed ? values : rgb(values, description));
    }
    default:
      throw dicomErrors.error('dicom-syntax-unread', `pixels in ${syntax.name} are not read`);
  }
}

/** Frames deflated one by one: bounded by the size that the description gives. */
function inflateFrame(bytes: Uint8Array, { rows, columns, samples, allocated }: PixelDescription): Uint8Array {
  const out = new Uint8Array(Math.ceil((rows * columns * samples * allocated) / 8));
  try {
    const got = inflateSync(bytes, { out });
    if (got.length < out.length) throw dicomErrors.error('dicom-codec', `the frame unpacks to ${got.length} bytes`);
    return out;
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw dicomErrors.error('dicom-codec', 'the frame cannot be unpacked', { byte: 0 }, undefined, cause);
  }
}

/** Single bits, the lowest of a byte first (PS3.5, 8.1.1), as 0 and 1. */
function bitValues(bytes: Uint8Array, skip: number, size: number): Uint8Array {
  const out = new Uint8Array(size);
  for (let i = 0; i < size; i++) out[i] = (bytes[(i + skip) >> 3]! >> ((i + skip) & 7)) & 1;
  return out;
}

/** Cells as numbers, copied so that they are aligned and the source stays as it is. */
function cellsOf(bytes: Uint8Array, { allocated, float }: PixelDescription, count: number): VoxelArray {
  const own = bytes.slice(0, count * (allocated / 8));
  if (float) return allocated === 32 ? new Float32Array(own.buffer) : new Float64Array(own.buffer);
  if (allocated === 8) return own;
  return allocated === 16 ? new Uint16Array(own.buffer) : new Uint32Array(own.buffer);
}

/** Values out of their cells: bits above and below those stored cleared, negative ones restored. */
function stored(cells: VoxelArray, description: PixelDescription): VoxelArray {
  const { stored: bits, highBit, allocated, signed } = description;
  const low = highBit + 1 - bits;
  if (low > 0) for (let i = 0; i < cells.length; i++) cells[i] = cells[i]! >>> low;
  if (bits === allocated && low === 0) return signed ? signedView(cells) : cells;
  return withSign(cells, description, bits);
}

/** Masks to the bits stored and restores the sign: codestreams without signs hold the bits of two's complement. */
function withSign(cells: VoxelArray, { stored: bits, signed }: PixelDescription, precision: number): VoxelArray {
  const width = Math.min(bits, precision);
  const cell = cells.BYTES_PER_ELEMENT * 8;
  if (!signed) {
    if (width < cell) {
      const mask = 2 ** width - 1;
      for (let i = 0; i < cells.length; i++) cells[i] = (cells[i]! & mask) >>> 0;
    }
    return cells;
  }
  const values = signedView(cells);
  const shift = 32 - width;
  if (width < cell) for (let i = 0; i < values.length; i++) values[i] = (values[i]! << shift) >> shift;
  return values;
}

function signedView(cells: VoxelArray): VoxelArray {
  const { buffer, byteOffset, length } = cells;
  if (cells.BYTES_PER_ELEMENT === 1) return new Int8Array(buffer as ArrayBuffer, byteOffset, length);
  if (cells.BYTES_PER_ELEMENT === 2) return new Int16Array(buffer as ArrayBuffer, byteOffset, length);
  return new Int32Array(buffer as ArrayBuffer, byteOffset, length);
}

/** Colours as red, green and blue. */
function rgb(values: VoxelArray, { photometric, stored: bits }: PixelDescription): VoxelArray {
  if (photometric === 'YBR_FULL' || photometric === 'YBR_FULL_422' || photometric === 'YBR_ICT') {
    return fullRangeRgb(values, bits);
  }
  if (photometric === 'YBR_PARTIAL_422') return partialRangeRgb(values, bits);
  if (photometric === 'YBR_RCT') {
    throw dicomErrors.error('dicom-pixels', 'YBR_RCT is only what JPEG 2000 makes of colours');
  }
  return values;
}
