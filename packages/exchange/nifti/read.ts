import type { Problem } from '@gemel/core/error';
import { niftiErrors } from './errors.data.ts';
import { FOURTH_UNITS } from './header.data.ts';
import { type NiftiHeader, readHeader } from './header.ts';
import { type Orientation, orientationOf } from './orientation.ts';
import { isGzip, unpack } from './unpack.ts';

/** Values as they stand in the file, before slope and intercept; 64-bit whole numbers as float64. */
export type Stored =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

export interface NiftiImage {
  readonly header: NiftiHeader;
  readonly orientation: Orientation;
  /** First axis fastest. */
  readonly stored: Stored;
  /** value = slope · stored + intercept. */
  readonly slope: number;
  readonly intercept: number;
  /** Step of the fourth axis in a UCUM unit; null where there is none or its unit is not stated. */
  readonly fourth: { readonly step: number; readonly unit: string } | null;
  /** Header extensions, by code. */
  readonly extensions: readonly { readonly code: number; readonly bytes: Uint8Array }[];
  readonly problems: readonly Problem[];
}

/** Bytes of the largest image that is read, unpacked. */
export const MOST_BYTES = 2 ** 31;

/**
 * Reads a .nii or .nii.gz file.
 * @throws CodedError of nifti/errors.data.ts where the image cannot be used
 */
export function readNifti(bytes: Uint8Array, file: string, most = MOST_BYTES): NiftiImage {
  const plain = isGzip(bytes) ? unpack(bytes, file, most) : bytes;
  const header = readHeader(plain, file);
  const orientation = orientationOf(header, file);
  const problems: Problem[] = [...orientation.problems];
  const count = header.shape.reduce((product, size) => product * size, 1);
  const needed = header.voxOffset + count * header.width;
  if (!(needed <= most)) throw niftiErrors.error('nifti-too-large', `${file} states ${count} values`, { file });
  if (plain.length < needed) {
    const message = `${file} has ${plain.length} bytes, its header states ${needed}`;
    throw niftiErrors.error('nifti-size', message, { file, byte: plain.length });
  }
  if (plain.length > needed) {
    const message = `${file} has ${plain.length - needed} bytes behind its values`;
    problems.push(niftiErrors.problem('nifti-size', message, { file, byte: needed }, 'They were left unread.'));
  }
  const { slope, intercept } = scaleOf(header, file);
  const stored = valuesOf(plain, header, count);
  const inexact = /64$/.test(header.kind) && header.kind[0] !== 'f' ? stored.findIndex(beyondExact) : -1;
  if (inexact >= 0) {
    const message = `${file}: value ${inexact} is beyond 2^53`;
    throw niftiErrors.error('nifti-value-inexact', message, { file, byte: header.voxOffset + 8 * inexact });
  }
  return {
    header,
    orientation,
    stored,
    slope,
    intercept,
    fourth: fourthOf(header, file, problems),
    extensions: extensionsOf(plain, header, file, problems),
    problems,
  };
}

const beyondExact = (value: number) => Math.abs(value) > Number.MAX_SAFE_INTEGER;

/** nifti1.h, "DATA SCALING": a slope of 0 states none; nor does one that is no number, as older software left it. */
function scaleOf({ sclSlope, sclInter }: NiftiHeader, file: string): { slope: number; intercept: number } {
  if (sclSlope === 0 || Number.isNaN(sclSlope)) return { slope: 1, intercept: 0 };
  if (!Number.isFinite(sclSlope) || !Number.isFinite(sclInter))
    throw niftiErrors.error('nifti-scale', `${file}: ${sclSlope} · value + ${sclInter}`, { file, field: 'scl_slope' });
  return { slope: sclSlope, intercept: sclInter };
}

function fourthOf({ shape, pixdim, xyztUnits }: NiftiHeader, file: string, problems: Problem[]): NiftiImage['fourth'] {
  const steps = shape[3] ?? 1;
  const code = xyztUnits & 0x38;
  if (steps <= 1 || code === 0) return null;
  const found = FOURTH_UNITS.get(code);
  const step = pixdim[4]!;
  if (found === undefined || !(Number.isFinite(step) && step > 0)) {
    const message = `${file}: the fourth axis has unit ${code} and step ${step}`;
    problems.push(niftiErrors.problem('nifti-unit-unknown', message, { file, field: 'xyzt_units' }));
    return null;
  }
  return { step: step * found.factor, unit: found.unit };
}

const ARRAYS = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

/** The values in the order of this machine, of which every one that runs JavaScript today is little-endian. */
function valuesOf(bytes: Uint8Array, { kind, width, voxOffset, littleEndian }: NiftiHeader, count: number): Stored {
  const own = bytes.slice(voxOffset, voxOffset + count * width);
  if (!littleEndian && width > 1) swap(own, width);
  if (kind === 'i64') return Float64Array.from(new BigInt64Array(own.buffer), Number);
  if (kind === 'u64') return Float64Array.from(new BigUint64Array(own.buffer), Number);
  return new ARRAYS[kind](own.buffer);
}

function swap(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) {
    for (let low = at, high = at + width - 1; low < high; low++, high--) {
      const value = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = value;
    }
  }
}

/** Header extensions: four bytes of which the first says whether any follow, then length, code and content of each. */
function extensionsOf(
  bytes: Uint8Array,
  { length, voxOffset, littleEndian }: NiftiHeader,
  file: string,
  problems: Problem[],
): NiftiImage['extensions'] {
  const found: { code: number; bytes: Uint8Array }[] = [];
  if (bytes[length] === 0) return found;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = length + 4; at + 8 <= voxOffset; ) {
    const size = view.getInt32(at, littleEndian);
    if (size < 8 || at + size > voxOffset) {
      problems.push(
        niftiErrors.problem('nifti-extension', `${file}: an extension of ${size} bytes`, { file, byte: at }),
      );
      break;
    }
    found.push({ code: view.getInt32(at + 4, littleEndian), bytes: bytes.slice(at + 8, at + size) });
    at += size;
  }
  return found;
}
