import type { Problem } from '@gemel/core/error';
import { Inflate } from 'fflate';
import { concat } from '../bytes.ts';
import { DataSet } from './dataset.ts';
import { isVr, type RefusedElement } from './element.ts';
import { readDataSet, type Source } from './elements.ts';
import { dicomErrors } from './errors.data.ts';
import { EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, TRANSFER_SYNTAXES, type TransferSyntax } from './uids.data.ts';

/** Most bytes a deflated data set may unpack to. */
const MOST_INFLATED = 2 ** 29;
/** Bytes inflated at once; deflate packs at most 1032 to 1, so that this bounds what is made before the cap is looked at. */
const INFLATE_STEP = 16_384;

/** A DICOM file taken apart: nothing decoded but its structure. */
export interface DicomFile {
  readonly name: string;
  /** File meta information, group 0002; empty where the file has none. */
  readonly meta: DataSet;
  readonly dataSet: DataSet;
  /** UID of the transfer syntax that the data set was read in. */
  readonly transferSyntax: string;
  readonly syntax: TransferSyntax;
  /** The bytes that spans of the data set point into: those of the file, or what its deflated part inflates to. */
  readonly bytes: Uint8Array;
  readonly inflated: boolean;
  /** Bytes of the file the data set takes; the meta information lies before. */
  readonly byteStart: number;
  readonly byteEnd: number;
  /** Elements that could not be read, each with its problem, which `problems` holds too. */
  readonly refused: readonly RefusedElement[];
  readonly problems: readonly Problem[];
  /** The file ends before its own structure does. */
  readonly truncated: boolean;
}

export interface ParseOptions {
  /** Most bytes a deflated data set may unpack to; 512 MiB where not given. */
  readonly mostInflated?: number;
}

/** Whether these first bytes are those of a DICOM file, with its preamble or without. */
export function looksLikeDicom(head: Uint8Array): 'certain' | 'likely' | 'no' {
  if (head.length >= 132 && magicAt(head, 128)) return 'certain';
  return guessStart(head) === null ? 'no' : 'likely';
}

/**
 * Takes a DICOM file (PS3.10, or a bare data set) apart. Elements that cannot be read are refused with tag and byte; the rest
 * is kept.
 * @throws dicom-not-dicom, dicom-syntax-unread, dicom-deflate, dicom-too-large
 */
export function parseDicom(bytes: Uint8Array, name: string, options: ParseOptions = {}): DicomFile {
  const problems: Problem[] = [];
  const refused: RefusedElement[] = [];
  const preamble = bytes.length >= 132 && magicAt(bytes, 128);
  const guess = preamble ? null : guessStart(bytes);
  if (!preamble && guess === null) {
    throw dicomErrors.error('dicom-not-dicom', `${name} is no DICOM file`, { file: name, byte: 0 });
  }
  let start = preamble ? 132 : 0;
  let meta = new DataSet([]);
  let uid = guess?.syntax ?? null;
  if (preamble || guess?.meta) {
    const end = metaEnd(bytes, start);
    meta = readDataSet({ file: name, bytes, problems, refused, count: 0 }, start, end, {
      explicit: true,
      bigEndian: false,
    });
    uid = meta.text(0x00020010);
    start = end;
  }
  if (uid === null) {
    uid = guessStart(bytes.subarray(start))?.syntax ?? IMPLICIT_LITTLE;
    const message = `${name} does not say its transfer syntax; read as ${TRANSFER_SYNTAXES[uid]!.name}`;
    problems.push(dicomErrors.problem('dicom-repaired', message, { file: name, element: 'TransferSyntaxUID' }));
  } else if (guess !== null) {
    const message = `${name} has no preamble`;
    problems.push(dicomErrors.problem('dicom-repaired', message, { file: name, byte: 0 }));
  }
  return takeApart(bytes, start, meta, uid, name, problems, refused, options);
}

function takeApart(
  bytes: Uint8Array,
  start: number,
  meta: DataSet,
  uid: string,
  name: string,
  problems: Problem[],
  refused: RefusedElement[],
  options: ParseOptions,
): DicomFile {
  const syntax = TRANSFER_SYNTAXES[uid];
  if (syntax === undefined) {
    const message = `${name} is in transfer syntax ${uid}, which is not read`;
    throw dicomErrors.error('dicom-syntax-unread', message, { file: name, element: 'TransferSyntaxUID' });
  }
  const content = syntax.deflated ? inflated(bytes, start, name, options.mostInflated ?? MOST_INFLATED) : bytes;
  const from = syntax.deflated ? 0 : start;
  const reading = { explicit: syntax.explicit, bigEndian: syntax.bigEndian === true };
  const seen = guessStart(content.subarray(from));
  if (seen !== null && !seen.meta && TRANSFER_SYNTAXES[seen.syntax]!.explicit !== reading.explicit) {
    reading.explicit = !reading.explicit;
    const message = `${name} says ${syntax.name}, but its elements are ${reading.explicit ? 'explicit' : 'implicit'}`;
    problems.push(dicomErrors.problem('dicom-repaired', message, { file: name, byte: start }));
  }
  const source: Source = { file: name, bytes: content, problems, refused, count: 0 };
  const dataSet = readDataSet(source, from, content.length, reading);
  if (dataSet.elements.size === 0 && refused.length === 0) {
    const message = `${name} ends before its first element`;
    problems.push(dicomErrors.problem('dicom-truncated', message, { file: name, byte: bytes.length }));
  }
  for (const term of dataSet.charset.unknown) {
    const message = `${name}: character set “${term}” is not known`;
    problems.push(dicomErrors.problem('dicom-charset', message, { file: name, element: 'SpecificCharacterSet' }));
  }
  return {
    name,
    meta,
    dataSet,
    transferSyntax: uid,
    syntax,
    bytes: content,
    inflated: syntax.deflated === true,
    byteStart: start,
    byteEnd: bytes.length,
    refused,
    problems,
    truncated: problems.some(({ code }) => code === 'dicom-truncated'),
  };
}

/** A bare data set in a known transfer syntax, as a network peer sends it. */
export function parseDataSet(
  bytes: Uint8Array,
  name: string,
  transferSyntax: string,
  options: ParseOptions = {},
): DicomFile {
  return takeApart(bytes, 0, new DataSet([]), transferSyntax, name, [], [], options);
}

function magicAt(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x44 && bytes[at + 1] === 0x49 && bytes[at + 2] === 0x43 && bytes[at + 3] === 0x4d;
}

/** How a data set begins that says nothing of itself: by its first element, of group 2 or 8. */
function guessStart(bytes: Uint8Array): { readonly meta: boolean; readonly syntax: string } | null {
  if (bytes.length < 8) return null;
  const little = bytes[0]! | (bytes[1]! << 8);
  const big = (bytes[0]! << 8) | bytes[1]!;
  const vr = String.fromCharCode(bytes[4]!, bytes[5]!);
  const element = bytes[2]! | (bytes[3]! << 8);
  if (little === 2 && element <= 0x0102 && isVr(vr)) return { meta: true, syntax: EXPLICIT_LITTLE };
  if (big === 8 && isVr(vr)) return { meta: false, syntax: EXPLICIT_BIG };
  if (little !== 8 || element > 0x0100) return null;
  if (isVr(vr)) return { meta: false, syntax: EXPLICIT_LITTLE };
  const length = (bytes[4]! | (bytes[5]! << 8) | (bytes[6]! << 16) | (bytes[7]! << 24)) >>> 0;
  // The first elements of group 8 are short: its length, a character set, an image type.
  return length <= 1024 && (element > 0 || length === 4) ? { meta: false, syntax: IMPLICIT_LITTLE } : null;
}

/** Behind the last element of group 2, whatever its group length claims. */
function metaEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at + 8 <= bytes.length && bytes[at] === 2 && bytes[at + 1] === 0) {
    const long = ['OB', 'OW', 'UN', 'UT', 'SQ', 'UC', 'UR'].includes(
      String.fromCharCode(bytes[at + 4]!, bytes[at + 5]!),
    );
    if (long && at + 12 > bytes.length) break;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, long ? 12 : 8);
    const end = at + (long ? 12 + view.getUint32(8, true) : 8 + view.getUint16(6, true));
    if (end > bytes.length) return bytes.length;
    at = end;
  }
  return at;
}

function inflated(bytes: Uint8Array, start: number, name: string, most: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  let finished = false;
  const inflate = new Inflate((part, final) => {
    size += part.length;
    if (size <= most) parts.push(part);
    finished ||= final;
  });
  const where = { file: name, byte: start };
  try {
    for (let at = start; at < bytes.length && size <= most && !finished; at += INFLATE_STEP) {
      inflate.push(bytes.subarray(at, at + INFLATE_STEP), at + INFLATE_STEP >= bytes.length);
    }
  } catch (cause) {
    throw dicomErrors.error('dicom-deflate', `${name} cannot be unpacked`, where, undefined, cause);
  }
  if (size > most) {
    throw dicomErrors.error('dicom-too-large', `${name} unpacks to more than ${most} bytes`, where);
  }
  return concat(parts);
}
