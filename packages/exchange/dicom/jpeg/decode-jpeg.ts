import { dicomErrors } from '../errors.data.ts';
import { type HuffmanTable, huffmanTable, ScanBits } from './bits.ts';
import { decodeDctScan, finishDct } from './dct.ts';
import { decodeLosslessScan, finishLossless } from './lossless.ts';

/** One component of a frame, and what decoding needs of it. */
export interface JpegComponent {
  readonly id: number;
  /** Sampling factors. */
  readonly h: number;
  readonly v: number;
  readonly quantization: number;
  /** Samples of its own grid. */
  readonly width: number;
  readonly height: number;
  /** Blocks a row and a column, to whole units of interleaving. */
  readonly blocksWide: number;
  readonly blocksHigh: number;
  /** Dequantized later: 64 coefficients a block; for lossless frames the samples. */
  readonly data: Int16Array | Int32Array | Uint16Array;
}

export interface JpegFrame {
  readonly lossless: boolean;
  readonly precision: number;
  readonly width: number;
  readonly height: number;
  readonly hMost: number;
  readonly vMost: number;
  readonly components: readonly JpegComponent[];
}

export interface JpegScan {
  readonly bits: ScanBits;
  readonly components: readonly {
    readonly component: JpegComponent;
    readonly dc: HuffmanTable;
    readonly ac: HuffmanTable | undefined;
  }[];
  readonly restart: number;
  /** Predictor of lossless scans, 1 to 7. */
  readonly predictor: number;
  readonly pointTransform: number;
}

/** Samples as the frame codes them, interleaved by pixel; colours not converted. */
export interface JpegImage {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly precision: number;
  readonly lossless: boolean;
  /** Colour transform of an Adobe marker: 0 none, 1 YCbCr; null without one. */
  readonly adobe: number | null;
  readonly values: Uint8Array | Uint16Array;
}

/** What the data set says the frame is. */
export interface ExpectedSize {
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
}

const fail = (message: string, byte: number) => dicomErrors.error('dicom-codec', message, { byte });

/** Marker codes (T.81, table B.1). */
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DRI = 0xdd;
const DHT = 0xc4;
const ADOBE = 0xee;
const UNREAD_FRAMES: Readonly<Record<number, string>> = {
  194: 'progressive',
  197: 'hierarchical',
  198: 'hierarchical',
  199: 'hierarchical',
  201: 'arithmetic-coded',
  202: 'arithmetic-coded',
  203: 'arithmetic-coded',
  205: 'arithmetic-coded',
  206: 'arithmetic-coded',
  207: 'arithmetic-coded',
};

/**
 * Decodes JPEG with Huffman coding: baseline, extended sequential of 8 or 12 bits, and lossless of 2 to 16 bits (ITU-T T.81).
 * Nothing is made before the frame header agrees with `expected`.
 * @throws dicom-codec
 */
export function decodeJpeg(bytes: Uint8Array, expected: ExpectedSize): JpegImage {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw fail('the frame does not begin as JPEG does', 0);
  const quantization: (Uint16Array | undefined)[] = [];
  const dc: (HuffmanTable | undefined)[] = [];
  const ac: (HuffmanTable | undefined)[] = [];
  let frame: JpegFrame | null = null;
  let restart = 0;
  let adobe: number | null = null;
  let scanned = 0;
  let at = 2;
  for (;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    if (at + 1 >= bytes.length || bytes[at] !== 0xff) {
      if (frame !== null && scanned >= frame.components.length) break;
      throw fail('a marker is missing', at);
    }
    const marker = bytes[at + 1]!;
    if (marker === EOI) break;
    const start = at + 4;
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) throw fail('a marker segment ends too early', at);
    if (marker === DQT) readQuantization(bytes, start, end, quantization);
    else if (marker === DHT) readHuffman(bytes, start, end, dc, ac);
    else if (marker === DRI) restart = (bytes[start]! << 8) | bytes[start + 1]!;
    else if (marker === ADOBE && end - start >= 12 && bytes[start] === 0x41) adobe = bytes[start + 11]!;
    else if (marker === 0xc0 || marker === 0xc1 || marker === 0xc3) {
      if (frame !== null) throw fail('the image has two frames', at);
      frame = readFrame(bytes, start, end, marker === 0xc3, expected);
    } else if (UNREAD_FRAMES[marker] !== undefined) {
      throw fail(`${UNREAD_FRAMES[marker]} JPEG is not read`, at);
    } else if (marker === SOS) {
      if (frame === null) throw fail('a scan comes before its frame', at);
      const scan = readScan(bytes, start, end, frame, dc, ac, restart);
      scanned += scan.components.length;
      if (scanned > frame.components.length) throw fail('the image has more scans than components', at);
      if (frame.lossless) decodeLosslessScan(frame, scan);
      else decodeDctScan(frame, scan);
      scan.bits.finish();
      at = nextMarker(bytes, scan.bits.at);
      continue;
    }
    at = end;
  }
  if (frame === null || scanned < frame.components.length) throw fail('the image is not whole', at);
  const { width, height, precision, lossless } = frame;
  const values = lossless ? finishLossless(frame) : finishDct(frame, quantization, bytes.length);
  return { width, height, components: frame.components.length, precision, lossless, adobe, values };
}

function nextMarker(bytes: Uint8Array, from: number): number {
  let at = from;
  while (
    at + 1 < bytes.length &&
    !(
      bytes[at] === 0xff &&
      bytes[at + 1]! >= 0xc0 &&
      !(bytes[at + 1]! >= 0xd0 && bytes[at + 1]! <= 0xd7) &&
      bytes[at + 1] !== 0xff
    )
  )
    at++;
  return at;
}

function readQuantization(bytes: Uint8Array, start: number, end: number, into: (Uint16Array | undefined)[]): void {
  let at = start;
  while (at < end) {
    const wide = bytes[at]! >> 4;
    const id = bytes[at]! & 15;
    if (wide > 1 || id > 3 || at + 1 + 64 * (1 + wide) > end) throw fail('a quantization table is not whole', at);
    const table = new Uint16Array(64);
    for (let i = 0; i < 64; i++) {
      table[i] = wide === 1 ? (bytes[at + 1 + 2 * i]! << 8) | bytes[at + 2 + 2 * i]! : bytes[at + 1 + i]!;
    }
    into[id] = table;
    at += 1 + 64 * (1 + wide);
  }
}

function readHuffman(
  bytes: Uint8Array,
  start: number,
  end: number,
  dc: (HuffmanTable | undefined)[],
  ac: (HuffmanTable | undefined)[],
): void {
  let at = start;
  while (at < end) {
    const kind = bytes[at]! >> 4;
    const id = bytes[at]! & 15;
    const counts = bytes.subarray(at + 1, at + 17);
    const size = counts.reduce((sum, count) => sum + count, 0);
    if (kind > 1 || id > 3 || counts.length < 16 || size > 256 || at + 17 + size > end) {
      throw fail('a Huffman table is not whole', at);
    }
    (kind === 0 ? dc : ac)[id] = huffmanTable(counts, bytes.subarray(at + 17, at + 17 + size), at);
    at += 17 + size;
  }
}

function readFrame(
  bytes: Uint8Array,
  start: number,
  end: number,
  lossless: boolean,
  expected: ExpectedSize,
): JpegFrame {
  const precision = bytes[start]!;
  const height = (bytes[start + 1]! << 8) | bytes[start + 2]!;
  const width = (bytes[start + 3]! << 8) | bytes[start + 4]!;
  const count = bytes[start + 5]!;
  if (end - start < 6 + 3 * count) throw fail('the frame header is not whole', start);
  if (height !== expected.rows || width !== expected.columns || count !== expected.samples) {
    const says = `${width}×${height} of ${count} where the data set says ${expected.columns}×${expected.rows} of ${expected.samples}`;
    throw fail(`the frame is ${says}`, start);
  }
  if (lossless ? precision < 2 || precision > 16 : precision !== 8 && precision !== 12) {
    throw fail(`the frame has ${precision} bits a sample`, start);
  }
  const raw = Array.from({ length: count }, (_, i) => {
    const at = start + 6 + 3 * i;
    return { id: bytes[at]!, h: bytes[at + 1]! >> 4, v: bytes[at + 1]! & 15, quantization: bytes[at + 2]! };
  });
  if (raw.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) throw fail('a sampling factor is not 1 to 4', start);
  if (lossless && raw.some(({ h, v }) => h !== raw[0]!.h || v !== raw[0]!.v)) {
    throw fail('lossless components of different sizes are not read', start);
  }
  const hMost = Math.max(...raw.map(({ h }) => h));
  const vMost = Math.max(...raw.map(({ v }) => v));
  const components = raw.map((component): JpegComponent => {
    const own = {
      width: Math.ceil((width * component.h) / hMost),
      height: Math.ceil((height * component.v) / vMost),
      blocksWide: Math.ceil(width / 8 / hMost) * component.h,
      blocksHigh: Math.ceil(height / 8 / vMost) * component.v,
    };
    const data = lossless ? new Uint16Array(width * height) : new Int16Array(own.blocksWide * own.blocksHigh * 64);
    return { ...component, ...own, data };
  });
  return { lossless, precision, width, height, hMost, vMost, components };
}

function readScan(
  bytes: Uint8Array,
  start: number,
  end: number,
  frame: JpegFrame,
  dc: readonly (HuffmanTable | undefined)[],
  ac: readonly (HuffmanTable | undefined)[],
  restart: number,
): JpegScan {
  const count = bytes[start]!;
  if (count < 1 || count > 4 || end - start < 4 + 2 * count) throw fail('a scan header is not whole', start);
  const components = Array.from({ length: count }, (_, i) => {
    const id = bytes[start + 1 + 2 * i]!;
    const tables = bytes[start + 2 + 2 * i]!;
    const component = frame.components.find((each) => each.id === id);
    const own = { dc: dc[tables >> 4], ac: ac[tables & 15] };
    if (component === undefined) throw fail('a scan names a component that the frame lacks', start);
    if (own.dc === undefined || (!frame.lossless && own.ac === undefined))
      throw fail('a scan lacks a Huffman table', start);
    return { component, dc: own.dc, ac: own.ac };
  });
  const at = start + 1 + 2 * count;
  const predictor = bytes[at]!;
  const pointTransform = bytes[at + 2]! & 15;
  if (frame.lossless && (predictor < 1 || predictor > 7 || pointTransform >= frame.precision)) {
    throw fail(`predictor ${predictor} with point transform ${pointTransform} is not lossless JPEG`, at);
  }
  return { bits: new ScanBits(bytes, end), components, restart, predictor, pointTransform };
}
