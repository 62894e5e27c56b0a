import { concat } from '../bytes.ts';
import { dicomErrors } from './errors.data.ts';
import type { DicomFile } from './parse.ts';

/** How the pixels of an image are stored (PS3.3, C.7.6.3). */
export interface PixelDescription {
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  /** 1 for grey and palette, 3 for colour. */
  readonly samples: 1 | 3;
  readonly photometric: string;
  /** Samples of colour one plane after another. */
  readonly planar: boolean;
  /** Bits of a cell; floats are of 32 or 64. */
  readonly allocated: 1 | 8 | 16 | 32 | 64;
  readonly stored: number;
  readonly highBit: number;
  readonly signed: boolean;
  readonly float: boolean;
}

/** Photometric interpretations that are read, with their samples. */
const PHOTOMETRIC: Readonly<Record<string, 1 | 3>> = {
  MONOCHROME1: 1,
  MONOCHROME2: 1,
  'PALETTE COLOR': 1,
  RGB: 3,
  YBR_FULL: 3,
  YBR_FULL_422: 3,
  YBR_PARTIAL_422: 3,
  YBR_ICT: 3,
  YBR_RCT: 3,
};

/** Most pixels a frame may have, and most samples an object: what is beyond is refused before anything is made for it. */
const MOST_PIXELS = 2 ** 28;
const MOST_SAMPLES = 2 ** 31;

/**
 * What the data set says of its pixels.
 * @throws dicom-pixels where it has none, or the description is not whole or not of a kind that is read; dicom-too-large
 */
export function pixelDescription(file: DicomFile): PixelDescription {
  const { dataSet, name } = file;
  const fail = (keyword: string, message: string) =>
    dicomErrors.error('dicom-pixels', `${name}: ${message}`, { file: name, element: keyword });
  const float = ['FloatPixelData', 'DoubleFloatPixelData'].find((keyword) => dataSet.get(keyword) !== undefined);
  if (float === undefined && dataSet.get('PixelData') === undefined) throw fail('PixelData', 'has no pixels');
  const whole = (keyword: string, least: number, most: number, silent?: number): number => {
    const value = dataSet.number(keyword) ?? silent;
    if (value === undefined) throw fail(keyword, `${keyword} is missing`);
    if (!Number.isInteger(value) || value < least || value > most) throw fail(keyword, `${keyword} is ${value}`);
    return value;
  };
  const rows = whole('Rows', 1, 65_535);
  const columns = whole('Columns', 1, 65_535);
  const frames = whole('NumberOfFrames', 1, 2 ** 31 - 1, 1);
  const photometric = dataSet.text('PhotometricInterpretation');
  const samples = PHOTOMETRIC[photometric ?? ''];
  if (photometric === null || samples === undefined) {
    throw fail('PhotometricInterpretation', `photometric interpretation ${photometric ?? 'missing'} is not read`);
  }
  if (whole('SamplesPerPixel', 1, 4, 1) !== samples) {
    throw fail(
      'SamplesPerPixel',
      `${photometric} has ${samples} samples a pixel, not ${dataSet.number('SamplesPerPixel')}`,
    );
  }
  if (rows * columns > MOST_PIXELS || rows * columns * samples * frames > MOST_SAMPLES) {
    const message = `${name}: ${columns}×${rows}, ${frames} frames, is more than is read at once`;
    throw dicomErrors.error('dicom-too-large', message, { file: name, element: 'NumberOfFrames' });
  }
  const shape = { rows, columns, frames, samples, photometric, planar: false };
  if (float !== undefined) {
    const allocated = float === 'FloatPixelData' ? 32 : 64;
    return { ...shape, allocated, stored: allocated, highBit: allocated - 1, signed: true, float: true };
  }
  const allocated = whole('BitsAllocated', 1, 64);
  if (![1, 8, 16, 32, 64].includes(allocated)) throw fail('BitsAllocated', `${allocated} bits allocated are not read`);
  if (allocated === 64) throw fail('BitsAllocated', 'whole numbers of 64 bits are not read');
  const stored = whole('BitsStored', 1, allocated, allocated);
  const highBit = whole('HighBit', stored - 1, allocated - 1, stored - 1);
  const signed = whole('PixelRepresentation', 0, 1, 0) === 1;
  const planar = samples === 3 && whole('PlanarConfiguration', 0, 1, 0) === 1;
  return { ...shape, planar, allocated: allocated as 1 | 8 | 16 | 32, stored, highBit, signed, float: false };
}

/** Bits of one frame as it is stored without compression. */
function frameBits({ rows, columns, samples, allocated, photometric }: PixelDescription): number {
  // 4:2:2 stores two samples of light and one each of both colours for two pixels.
  const cells = photometric === 'YBR_FULL_422' || photometric === 'YBR_PARTIAL_422' ? 2 : samples;
  return rows * columns * cells * allocated;
}

/**
 * The stored bytes of each frame: a stretch of native pixels, or the fragments that make a compressed one. Frames of single
 * bits need not begin on a byte: theirs come with the bits before their first (`skip`).
 * @throws dicom-pixels where fewer bytes are there than the description asks for, or fragments cannot be told apart
 */
export function frameSources(
  file: DicomFile,
  description: PixelDescription,
): (frame: number) => { readonly bytes: Uint8Array; readonly skip: number } {
  const { dataSet, name, syntax } = file;
  const element = dataSet.get('PixelData') ?? dataSet.get('FloatPixelData') ?? dataSet.get('DoubleFloatPixelData');
  const fail = (message: string) =>
    dicomErrors.error('dicom-pixels', `${name}: ${message}`, {
      file: name,
      element: 'PixelData',
      ...(element === undefined ? {} : { byte: element.byteStart }),
    });
  if (element === undefined) throw fail('has no pixels');
  const { frames } = description;
  if (element.fragments === undefined) {
    if (syntax.pixels !== 'native') throw fail(`the pixels are not encapsulated, as ${syntax.name} asks for`);
    const bits = frameBits(description);
    if (element.value.length * 8 < bits * frames) {
      throw fail(`${element.value.length} bytes of pixels where ${Math.ceil((bits * frames) / 8)} are described`);
    }
    return (frame) => {
      const start = Math.floor((bits * frame) / 8);
      return { bytes: element.value.subarray(start, Math.ceil((bits * (frame + 1)) / 8)), skip: (bits * frame) % 8 };
    };
  }
  const groups = fragmentsByFrame(file, element.fragments, frames);
  if (groups === null)
    throw fail(`${element.fragments.length - 1} fragments cannot be told apart into ${frames} frames`);
  return (frame) => {
    const parts = groups[frame]!;
    return { bytes: parts.length === 1 ? parts[0]! : concat(parts), skip: 0 };
  };
}

/** Fragments of each frame: by the offset tables (PS3.5, A.4; C.7.6.3.1.8), by number, or by how codestreams begin. */
function fragmentsByFrame(
  file: DicomFile,
  all: readonly Uint8Array[],
  frames: number,
): readonly (readonly Uint8Array[])[] | null {
  const [table = new Uint8Array(0), ...fragments] = all;
  if (fragments.length < frames) return null;
  if (frames === 1) return [fragments];
  if (fragments.length === frames) return fragments.map((fragment) => [fragment]);
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const basic = Array.from({ length: Math.floor(table.length / 4) }, (_, i) => view.getUint32(4 * i, true));
  const offsets = basic.length > 0 ? basic : file.dataSet.numbers('ExtendedOffsetTable');
  const starts: number[] = [];
  if (offsets.length === frames) {
    const wanted = new Map(offsets.map((offset, frame) => [offset, frame]));
    let at = 0;
    for (const [index, fragment] of fragments.entries()) {
      if (wanted.has(at)) starts.push(index);
      at += 8 + fragment.length;
    }
  } else {
    for (const [index, fragment] of fragments.entries()) if (beginsCodestream(fragment)) starts.push(index);
  }
  if (starts.length !== frames || starts[0] !== 0) return null;
  return starts.map((start, frame) => fragments.slice(start, starts[frame + 1] ?? fragments.length));
}

/** SOI of JPEG and JPEG-LS, SOC and SIZ of JPEG 2000. */
function beginsCodestream(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && (bytes[1] === 0xd8 || (bytes[1] === 0x4f && bytes[2] === 0xff && bytes[3] === 0x51));
}
