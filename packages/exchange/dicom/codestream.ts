import { dicomErrors } from './errors.data.ts';
import type { PixelDescription } from './pixels.ts';

/** What the head of a JPEG 2000 or JPEG-LS codestream claims. */
export interface CodestreamHead {
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
  /** Bits of a sample. */
  readonly precision: number;
  readonly signed: boolean;
  /** JPEG 2000: the colour components were transformed, and decoding undoes it. */
  readonly transformed: boolean;
}

/**
 * Reads the head of a codestream and holds it against the data set, before a codec sees it.
 * @throws dicom-codec
 */
export function checkCodestream(
  bytes: Uint8Array,
  coding: 'jpeg-ls' | 'jpeg2000' | 'htj2k',
  { rows, columns, samples, allocated }: PixelDescription,
): CodestreamHead {
  const head = coding === 'jpeg-ls' ? jpegLsHead(bytes) : jpeg2000Head(bytes);
  if (head === null) throw dicomErrors.error('dicom-codec', `the frame does not begin as ${coding} does`, { byte: 0 });
  if (head.rows !== rows || head.columns !== columns || head.samples !== samples) {
    const says = `${head.columns}×${head.rows} of ${head.samples} where the data set says ${columns}×${rows} of ${samples}`;
    throw dicomErrors.error('dicom-codec', `the frame is ${says}`, { byte: 0 });
  }
  if (head.precision > allocated || head.precision > 16) {
    const says = `${head.precision} bits a sample where ${Math.min(allocated, 16)} are the most`;
    throw dicomErrors.error('dicom-codec', `the frame has ${says}`, { byte: 0 });
  }
  return head;
}

/** SOF55 (ITU-T T.87, C.2.2). */
function jpegLsHead(bytes: Uint8Array): CodestreamHead | null {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  let at = 2;
  while (at + 12 < bytes.length && bytes[at] === 0xff) {
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    if (bytes[at + 1] === 0xf7) {
      return {
        precision: bytes[at + 4]!,
        rows: (bytes[at + 5]! << 8) | bytes[at + 6]!,
        columns: (bytes[at + 7]! << 8) | bytes[at + 8]!,
        samples: bytes[at + 9]!,
        signed: false,
        transformed: false,
      };
    }
    if (length < 2) return null;
    at += 2 + length;
  }
  return null;
}

/** Start of the codestream: at once, or in the box that holds it (ISO/IEC 15444-1, annexes A and I). */
function codestreamStart(bytes: Uint8Array): number | null {
  if (bytes[0] === 0xff && bytes[1] === 0x4f) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 8 <= bytes.length) {
    const length = view.getUint32(at, false);
    if (view.getUint32(at + 4, false) === 0x6a703263) return at + 8;
    if (length < 8) return null;
    at += length;
  }
  return null;
}

/** SIZ (A.5.1), and the transform of components in COD (A.6.1). */
function jpeg2000Head(bytes: Uint8Array): CodestreamHead | null {
  const start = codestreamStart(bytes);
  if (start === null || start + 43 > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  if (view.getUint32(0, false) !== 0xff4fff51) return null;
  const samples = view.getUint16(40, false);
  if (42 + 3 * samples > view.byteLength || samples === 0) return null;
  const depths = Array.from({ length: samples }, (_, i) => view.getUint8(42 + 3 * i));
  if (depths.some((depth) => depth !== depths[0])) return null;
  for (let i = 0; i < samples; i++) if (view.getUint16(43 + 3 * i, false) !== 0x0101) return null;
  let at = 42 + 3 * samples;
  let transformed = false;
  while (at + 10 < view.byteLength) {
    const marker = view.getUint16(at, false);
    if (marker === 0xff52) transformed = view.getUint8(at + 8) === 1;
    if (marker === 0xff52 || marker === 0xff90) break;
    at += 2 + view.getUint16(at + 2, false);
  }
  return {
    columns: view.getUint32(8, false) - view.getUint32(16, false),
    rows: view.getUint32(12, false) - view.getUint32(20, false),
    samples,
    precision: (depths[0]! & 0x7f) + 1,
    signed: depths[0]! > 0x7f,
    transformed,
  };
}
