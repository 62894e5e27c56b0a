import { Gunzip } from 'fflate';
import { concat } from '../bytes.ts';
import { niftiErrors } from './errors.data.ts';

/** Bytes handed to the decompressor at once: what they can unpack to is bounded before the next are looked at. */
const PIECE = 16_384;

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/**
 * A gzip file unpacked, to `most` bytes.
 * @throws nifti-gzip where it is damaged or cut short, nifti-too-large
 */
export function unpack(bytes: Uint8Array, file: string, most: number): Uint8Array<ArrayBuffer> {
  // Ten bytes of header, two of nothing, eight of checksum and length.
  if (bytes.length < 20) throw niftiErrors.error('nifti-gzip', `${file} ends within its header`, { file });
  const parts: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  // Where the last of the members that make up the file begins in what is unpacked.
  let member = 0;
  const gunzip = new Gunzip((part, final) => {
    parts.push(part);
    length += part.length;
    ended = final;
  });
  gunzip.onmember = () => {
    member = length;
  };
  try {
    for (let at = 0; at < bytes.length && length <= most; at += PIECE)
      gunzip.push(bytes.subarray(at, at + PIECE), at + PIECE >= bytes.length);
  } catch (cause) {
    throw niftiErrors.error('nifti-gzip', `${file} cannot be unpacked`, { file, byte: length }, undefined, cause);
  }
  if (length > most) throw niftiErrors.error('nifti-too-large', `${file} unpacks to over ${most} bytes`, { file });
  if (!ended) throw niftiErrors.error('nifti-gzip', `${file} ends before it is unpacked`, { file, byte: bytes.length });
  const whole = concat(parts);
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8, 8);
  const last = whole.subarray(member);
  if (trailer.getUint32(4, true) !== last.length >>> 0 || trailer.getUint32(0, true) !== crc32(last))
    throw niftiErrors.error('nifti-gzip', `${file} does not add up to its checksum`, { file, byte: bytes.length - 8 });
  return whole;
}

/** Of RFC 1952, section 8. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = CRC[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** The first bytes of a gzip file unpacked, as many as its first piece gives; empty where it is none. */
export function unpackHead(head: Uint8Array): Uint8Array {
  let first: Uint8Array = new Uint8Array(0);
  try {
    const gunzip = new Gunzip((part) => {
      if (first.length === 0) first = part;
    });
    gunzip.push(head.subarray(0, PIECE), false);
  } catch {
    return first;
  }
  return first;
}
