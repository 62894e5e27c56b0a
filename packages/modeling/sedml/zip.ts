import { Inflate, type ZipOptions, zipSync } from 'fflate';
import { sedmlErrors } from './errors.data.ts';

/** Bounds on an archive; beyond them it is refused before it is unpacked further. */
export interface ArchiveLimits {
  /** Bytes of the archive, of one file in it unpacked, of all together. */
  readonly archive: number;
  readonly file: number;
  readonly total: number;
  readonly files: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = { archive: 64e6, file: 64e6, total: 256e6, files: 1000 };

/** Bytes handed to the decompressor at once: what they can unpack to is bounded before the next are looked at. */
const PIECE = 16_384;
const END_LENGTH = 22;
const MOST_COMMENT = 65_535;

/** A file of the archive as its directory describes it. */
interface Listed {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly offset: number;
}

/** Files as a zip archive. The same files give the same bytes: no times are written. */
export function writeZip(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const options: ZipOptions = { level: 6, mtime: new Date(1980, 0, 1) };
  return zipSync(Object.fromEntries([...files].map(([name, bytes]) => [name, [bytes, options]])));
}

/**
 * The files of a zip archive by name, folders left out.
 * @throws omex-not-zip, omex-too-large, omex-path, omex-unsupported, omex-damaged
 */
export function readZip(
  bytes: Uint8Array,
  file: string,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Map<string, Uint8Array> {
  const where = { file };
  if (bytes.length > limits.archive) {
    throw sedmlErrors.error('omex-too-large', `The archive has ${bytes.length} bytes, over ${limits.archive}.`, where);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const listed = directory(view, file, limits);
  const files = new Map<string, Uint8Array>();
  let total = 0;
  for (const entry of listed) {
    const { name } = entry;
    if (name.endsWith('/')) continue;
    const path = safePath(name, file);
    if (files.has(path))
      throw sedmlErrors.error('omex-path', `“${name}” stands in the archive twice.`, { file, element: name });
    const content = unpack(view, entry, file, Math.min(limits.file, limits.total - total));
    total += content.length;
    files.set(path, content);
  }
  return files;
}

/** A file's name with steps like `./` left out. @throws omex-path */
export function safePath(name: string, file: string): string {
  const steps = name.split('/').filter((step) => step !== '.' && step !== '');
  const wrong = name.startsWith('/') || steps.includes('..') || !/^[^\\:\p{Cc}]+$/u.test(name) || steps.length === 0;
  if (!wrong) return steps.join('/');
  throw sedmlErrors.error('omex-path', `“${name}” is not a name within the archive.`, { file, element: name });
}

function directory(view: DataView, file: string, limits: ArchiveLimits): readonly Listed[] {
  const where = { file };
  const end = findEnd(view);
  if (end < 0) throw sedmlErrors.error('omex-not-zip', 'The file has no end of a zip directory.', where);
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count) {
    throw sedmlErrors.error('omex-unsupported', 'The archive spans several disks.', where);
  }
  if (count === 0xffff || size === 0xffffffff || start === 0xffffffff) {
    throw sedmlErrors.error('omex-unsupported', 'The archive is of the kind zip64.', where);
  }
  if (count > limits.files) {
    throw sedmlErrors.error('omex-too-large', `The archive holds ${count} files, over ${limits.files}.`, where);
  }
  const damaged = () => sedmlErrors.error('omex-not-zip', 'The directory of the archive is damaged.', where);
  if (start + size > end) throw damaged();
  const entries: Listed[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) throw damaged();
    const length = view.getUint16(at + 28, true);
    const next = at + 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw damaged();
    entries.push({
      name: textOf(view, at + 46, length),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      unpacked: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    });
    at = next;
  }
  return entries;
}

function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - END_LENGTH - MOST_COMMENT);
  for (let at = view.byteLength - END_LENGTH; at >= first; at--) {
    if (
      view.getUint32(at, true) === 0x06054b50 &&
      at + END_LENGTH + view.getUint16(at + 20, true) === view.byteLength
    ) {
      return at;
    }
  }
  return -1;
}

function textOf(view: DataView, at: number, length: number): string {
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, length));
}

function unpack(view: DataView, entry: Listed, file: string, most: number): Uint8Array {
  const { name, flags, method, packed, unpacked, offset, crc } = entry;
  const where = { file, element: name };
  const damaged = (why: string) => sedmlErrors.error('omex-damaged', `“${name}” ${why}.`, where);
  if ((flags & 1) !== 0) throw sedmlErrors.error('omex-unsupported', `“${name}” is encrypted.`, where);
  if (method !== 0 && method !== 8) {
    throw sedmlErrors.error('omex-unsupported', `“${name}” is compressed by method ${method}.`, where);
  }
  const tooLarge = () =>
    sedmlErrors.error('omex-too-large', `“${name}” unpacks to more than the ${most} bytes left to it.`, where);
  if (unpacked > most) throw tooLarge();
  if (offset + 30 > view.byteLength || view.getUint32(offset, true) !== 0x04034b50)
    throw damaged('is not where it should be');
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packed > view.byteLength) throw damaged('is cut short');
  const source = new Uint8Array(view.buffer, view.byteOffset + start, packed);
  const content = method === 0 ? source.slice() : inflated(source, unpacked, () => damaged('cannot be unpacked'));
  if (content.length !== unpacked) throw damaged(`unpacks to ${content.length} bytes in place of ${unpacked}`);
  if (crc32(content) !== crc) throw damaged('does not have its checksum');
  return content;
}

/** Unpacks no more than one byte past the length given, however much the source would give. */
function inflated(source: Uint8Array, length: number, damaged: () => Error): Uint8Array {
  const content = new Uint8Array(length);
  let filled = 0;
  let over = false;
  let ended = false;
  const inflate = new Inflate((chunk, final) => {
    ended ||= final;
    if (filled + chunk.length > length) over = true;
    else content.set(chunk, filled);
    filled += chunk.length;
  });
  try {
    for (let at = 0; at < source.length && !over; at += PIECE) {
      inflate.push(source.subarray(at, at + PIECE), at + PIECE >= source.length);
    }
  } catch {
    throw damaged();
  }
  if (over || !ended) throw damaged();
  return content.subarray(0, filled);
}

let crcTable: Uint32Array | undefined;

/** CRC-32 of ISO 3309, as zip uses it. */
function crc32(bytes: Uint8Array): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = (c & 1) !== 0 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c;
  });
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
