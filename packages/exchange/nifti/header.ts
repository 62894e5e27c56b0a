import { niftiErrors } from './errors.data.ts';
import { DATATYPES, DATATYPES_UNREAD, type FieldKind, HEADER_FIELDS, MAGIC, type StoredKind } from './header.data.ts';

/** A NIfTI header, either version; numbers as they stand in the file. */
export interface NiftiHeader {
  readonly version: 1 | 2;
  readonly littleEndian: boolean;
  /** Bytes of the header itself, without extensions. */
  readonly length: 348 | 540;
  /** Sizes of the axes: 1 to 7 of them. */
  readonly shape: readonly number[];
  readonly kind: StoredKind;
  /** Bytes of one value. */
  readonly width: number;
  /** Where the values begin. */
  readonly voxOffset: number;
  readonly pixdim: readonly number[];
  readonly sclSlope: number;
  readonly sclInter: number;
  readonly xyztUnits: number;
  readonly qformCode: number;
  readonly sformCode: number;
  readonly quatern: readonly number[];
  readonly qoffset: readonly number[];
  /** Three rows of four. */
  readonly srow: readonly number[];
  /** Everything else the header says, by the names of header.data.ts. */
  readonly other: Readonly<Record<string, number | string | readonly number[]>>;
}

const OWN = new Set(
  'dim datatype bitpix pixdim voxOffset sclSlope sclInter xyztUnits qformCode sformCode quatern qoffset srow'.split(
    ' ',
  ),
);

/** True for the first bytes of a NIfTI file that is not compressed, a pair's header included. */
export function looksLikeNifti(head: Uint8Array): boolean {
  return versionOf(head) !== null;
}

function versionOf(head: Uint8Array): { version: 1 | 2; littleEndian: boolean; pair: boolean } | null {
  if (head.length < 348) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  for (const littleEndian of [true, false]) {
    const size = view.getInt32(0, littleEndian);
    const magic = size === 348 ? latin(head, 344, 4) : size === 540 ? latin(head, 4, 8) : '';
    if (magic === MAGIC.one || magic === MAGIC.onePair)
      return { version: 1, littleEndian, pair: magic === MAGIC.onePair };
    if (magic === MAGIC.two || magic === MAGIC.twoPair)
      return { version: 2, littleEndian, pair: magic === MAGIC.twoPair };
  }
  return null;
}

function latin(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

/**
 * Reads the header of one file (.nii, already unpacked).
 * @throws nifti-not-nifti, nifti-pair, nifti-header, nifti-datatype, nifti-size
 */
export function readHeader(bytes: Uint8Array, file: string): NiftiHeader {
  const found = versionOf(bytes);
  if (found === null) throw niftiErrors.error('nifti-not-nifti', `${file} has no NIfTI signature`, { file, byte: 0 });
  if (found.pair) throw niftiErrors.error('nifti-pair', `${file} holds a header without its image`, { file });
  const { version, littleEndian } = found;
  const length = version === 1 ? 348 : 540;
  if (bytes.length < length)
    throw niftiErrors.error('nifti-size', `${file} ends within its header`, { file, byte: bytes.length });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: Record<string, number | string | readonly number[]> = {};
  for (const [name, count, at1, kind1, at2, kind2] of HEADER_FIELDS) {
    const [at, kind] = version === 1 ? ([at1, kind1] as const) : ([at2, kind2] as const);
    if (kind === 'text') {
      fields[name] = new TextDecoder().decode(bytes.subarray(at, at + count)).replace(/\0[\s\S]*$/, '');
    } else {
      const values = Array.from({ length: count }, (_, i) => getNumber(view, at + i * WIDTH[kind], kind, littleEndian));
      fields[name] = count === 1 ? values[0]! : values;
    }
  }
  const wrong = (message: string, field: string) =>
    niftiErrors.error('nifti-header', `${file}: ${message}`, { file, field });
  const dim = fields.dim as readonly number[];
  const axes = dim[0]!;
  if (!(axes >= 1 && axes <= 7)) throw wrong(`it has ${axes} axes`, 'dim[0]');
  const shape = dim.slice(1, axes + 1);
  const bad = shape.findIndex((size) => !(Number.isSafeInteger(size) && size >= 1));
  if (bad >= 0) throw wrong(`axis ${bad + 1} has ${shape[bad]} voxels`, `dim[${bad + 1}]`);
  const datatype = fields.datatype as number;
  const stored = DATATYPES.get(datatype);
  if (stored === undefined) {
    const what = DATATYPES_UNREAD.get(datatype) ?? 'none of the format';
    throw niftiErrors.error('nifti-datatype', `${file}: datatype ${datatype} is ${what}`, { file, field: 'datatype' });
  }
  if (fields.bitpix !== stored.bits)
    throw wrong(`bitpix is ${fields.bitpix}, datatype ${datatype} has ${stored.bits} bits`, 'bitpix');
  const voxOffset = fields.voxOffset as number;
  if (!(Number.isSafeInteger(voxOffset) && voxOffset >= length + 4))
    throw wrong(`the values begin at byte ${voxOffset}`, 'vox_offset');
  return {
    version,
    littleEndian,
    length,
    shape,
    kind: stored.kind,
    width: stored.bits / 8,
    voxOffset,
    pixdim: fields.pixdim as readonly number[],
    sclSlope: fields.sclSlope as number,
    sclInter: fields.sclInter as number,
    xyztUnits: fields.xyztUnits as number,
    qformCode: fields.qformCode as number,
    sformCode: fields.sformCode as number,
    quatern: fields.quatern as readonly number[],
    qoffset: fields.qoffset as readonly number[],
    srow: fields.srow as readonly number[],
    other: Object.fromEntries(Object.entries(fields).filter(([name]) => !OWN.has(name))),
  };
}

/** Writes fields into a header of `bytes`, little-endian; text is cut to its room. */
export function putFields(
  bytes: Uint8Array,
  version: 1 | 2,
  fields: Readonly<Record<string, number | string | readonly number[]>>,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setInt32(0, version === 1 ? 348 : 540, true);
  bytes.set(new TextEncoder().encode(version === 1 ? MAGIC.one : MAGIC.two), version === 1 ? 344 : 4);
  for (const [name, count, at1, kind1, at2, kind2] of HEADER_FIELDS) {
    const value = fields[name];
    if (value === undefined) continue;
    const [at, kind] = version === 1 ? ([at1, kind1] as const) : ([at2, kind2] as const);
    if (kind === 'text') {
      bytes.set(new TextEncoder().encode(String(value)).subarray(0, count - 1), at);
    } else {
      const values = typeof value === 'object' ? value : [Number(value)];
      for (const [i, each] of values.entries()) putNumber(view, at + i * WIDTH[kind], kind, each);
    }
  }
}

const WIDTH: Readonly<Record<Exclude<FieldKind, 'text'>, number>> = {
  i8: 1,
  u8: 1,
  i16: 2,
  i32: 4,
  i64: 8,
  f32: 4,
  f64: 8,
};

function getNumber(view: DataView, at: number, kind: Exclude<FieldKind, 'text'>, little: boolean): number {
  switch (kind) {
    case 'i8':
      return view.getInt8(at);
    case 'u8':
      return view.getUint8(at);
    case 'i16':
      return view.getInt16(at, little);
    case 'i32':
      return view.getInt32(at, little);
    case 'i64':
      return Number(view.getBigInt64(at, little));
    case 'f32':
      return view.getFloat32(at, little);
    case 'f64':
      return view.getFloat64(at, little);
  }
}

function putNumber(view: DataView, at: number, kind: Exclude<FieldKind, 'text'>, value: number): void {
  if (kind === 'i8') view.setInt8(at, value);
  else if (kind === 'u8') view.setUint8(at, value);
  else if (kind === 'i16') view.setInt16(at, value, true);
  else if (kind === 'i32') view.setInt32(at, value, true);
  else if (kind === 'i64') view.setBigInt64(at, BigInt(value), true);
  else if (kind === 'f32') view.setFloat32(at, value, true);
  else view.setFloat64(at, value, true);
}
