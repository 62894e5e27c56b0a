import { gzipSync } from 'fflate';
import { niftiErrors } from './errors.data.ts';
import { DATATYPES, type StoredKind } from './header.data.ts';
import { putFields } from './header.ts';
import { type Affine, quaternOf } from './orientation.ts';
import type { Stored } from './read.ts';

/** What is written to a NIfTI file. */
export interface NiftiContent {
  /** One to four axes, the first fastest. */
  readonly shape: readonly number[];
  readonly stored: Stored;
  readonly slope?: number;
  readonly intercept?: number;
  /** Voxel index → millimetres, RAS+. */
  readonly affine: Affine;
  /** Seconds between the steps of the fourth axis. */
  readonly seconds?: number;
  readonly description?: string;
  readonly version?: 1 | 2;
}

const KINDS = new Map<unknown, StoredKind>([
  [Uint8Array, 'u8'],
  [Int8Array, 'i8'],
  [Uint16Array, 'u16'],
  [Int16Array, 'i16'],
  [Uint32Array, 'u32'],
  [Int32Array, 'i32'],
  [Float32Array, 'f32'],
  [Float64Array, 'f64'],
]);

/**
 * One .nii file: the sform, and the qform too where axes are at right angles. NIfTI-1 unless an axis is longer than it can
 * say, or version 2 is asked for.
 * @throws nifti-header where shape and values differ, nifti-orientation where the affine is not finite
 */
export function writeNifti(content: NiftiContent): Uint8Array<ArrayBuffer> {
  const { shape, stored, affine, slope = 1, intercept = 0, seconds, description = '' } = content;
  const count = shape.reduce((product, size) => product * size, 1);
  if (shape.length < 1 || shape.length > 4 || count !== stored.length)
    throw niftiErrors.error('nifti-header', `${shape.join(' × ')} voxels and ${stored.length} values`);
  if (!affine.every(Number.isFinite)) throw niftiErrors.error('nifti-orientation', 'the affine is not finite');
  const version = content.version ?? (shape.some((size) => size > 32_767) ? 2 : 1);
  const kind = KINDS.get(stored.constructor)!;
  const [datatype, { bits }] = [...DATATYPES].find(([, entry]) => entry.kind === kind)!;
  const voxOffset = version === 1 ? 352 : 544;
  const bytes = new Uint8Array(voxOffset + stored.byteLength);
  const rotation = quaternOf(affine);
  const steps = [0, 1, 2].map((column) => Math.hypot(affine[column]!, affine[4 + column]!, affine[8 + column]!));
  const sizes = (fill: number, values: readonly number[]) => [...values, ...Array(8 - values.length).fill(fill)];
  putFields(bytes, version, {
    dim: sizes(1, [shape.length, ...shape]),
    datatype,
    bitpix: bits,
    pixdim: sizes(0, [rotation?.qfac ?? 1, ...steps, seconds ?? 0]),
    voxOffset,
    sclSlope: slope,
    sclInter: intercept,
    // Millimetres, and seconds where there are any.
    xyztUnits: 2 | (seconds === undefined ? 0 : 8),
    descrip: description,
    qformCode: rotation === null ? 0 : 1,
    sformCode: 1,
    quatern: rotation?.quatern ?? [0, 0, 0],
    qoffset: [affine[3]!, affine[7]!, affine[11]!],
    srow: [...affine],
  });
  bytes.set(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength), voxOffset);
  return bytes;
}

/** The same compressed (.nii.gz); the same content gives the same bytes. */
export function packNifti(content: NiftiContent): Uint8Array {
  return gzipSync(writeNifti(content), { level: 6, mtime: 0 });
}
