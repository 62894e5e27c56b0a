/** Kind of a header field: signed (i), unsigned (u), floating (f) of that many bits, or bytes of text. */
export type FieldKind = 'i8' | 'u8' | 'i16' | 'i32' | 'i64' | 'f32' | 'f64' | 'text';

/** Name, how many, and place and kind in NIfTI-1 (348 bytes) and in NIfTI-2 (540 bytes). */
export type HeaderField = readonly [
  name: string,
  count: number,
  at1: number,
  kind1: FieldKind,
  at2: number,
  kind2: FieldKind,
];

/** The fields both versions have (nifti1.h, nifti2.h of the NIfTI Data Format Working Group). */
export const HEADER_FIELDS: readonly HeaderField[] = [
  ['dimInfo', 1, 39, 'u8', 524, 'u8'],
  ['dim', 8, 40, 'i16', 16, 'i64'],
  ['intentParameters', 3, 56, 'f32', 80, 'f64'],
  ['intentCode', 1, 68, 'i16', 504, 'i32'],
  ['datatype', 1, 70, 'i16', 12, 'i16'],
  ['bitpix', 1, 72, 'i16', 14, 'i16'],
  ['sliceStart', 1, 74, 'i16', 224, 'i64'],
  ['pixdim', 8, 76, 'f32', 104, 'f64'],
  ['voxOffset', 1, 108, 'f32', 168, 'i64'],
  ['sclSlope', 1, 112, 'f32', 176, 'f64'],
  ['sclInter', 1, 116, 'f32', 184, 'f64'],
  ['sliceEnd', 1, 120, 'i16', 232, 'i64'],
  ['sliceCode', 1, 122, 'u8', 496, 'i32'],
  ['xyztUnits', 1, 123, 'u8', 500, 'i32'],
  ['calMax', 1, 124, 'f32', 192, 'f64'],
  ['calMin', 1, 128, 'f32', 200, 'f64'],
  ['sliceDuration', 1, 132, 'f32', 208, 'f64'],
  ['toffset', 1, 136, 'f32', 216, 'f64'],
  ['descrip', 80, 148, 'text', 240, 'text'],
  ['auxFile', 24, 228, 'text', 320, 'text'],
  ['qformCode', 1, 252, 'i16', 344, 'i32'],
  ['sformCode', 1, 254, 'i16', 348, 'i32'],
  ['quatern', 3, 256, 'f32', 352, 'f64'],
  ['qoffset', 3, 268, 'f32', 376, 'f64'],
  ['srow', 12, 280, 'f32', 400, 'f64'],
  ['intentName', 16, 328, 'text', 508, 'text'],
];

/** Signatures: the last four bytes of a NIfTI-1 header, bytes 4 to 12 of a NIfTI-2 header. */
export const MAGIC = { one: 'n+1\0', onePair: 'ni1\0', two: 'n+2\0\r\n\x1a\n', twoPair: 'ni2\0\r\n\x1a\n' } as const;

export type StoredKind = 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'u64' | 'i64' | 'f32' | 'f64';

/** The datatypes that are read, by code: kind and bits of a value. */
export const DATATYPES: ReadonlyMap<number, { readonly kind: StoredKind; readonly bits: number }> = new Map([
  [2, { kind: 'u8', bits: 8 }],
  [4, { kind: 'i16', bits: 16 }],
  [8, { kind: 'i32', bits: 32 }],
  [16, { kind: 'f32', bits: 32 }],
  [64, { kind: 'f64', bits: 64 }],
  [256, { kind: 'i8', bits: 8 }],
  [512, { kind: 'u16', bits: 16 }],
  [768, { kind: 'u32', bits: 32 }],
  [1024, { kind: 'i64', bits: 64 }],
  [1280, { kind: 'u64', bits: 64 }],
]);

/** Datatypes the format defines and that are not read. */
export const DATATYPES_UNREAD: ReadonlyMap<number, string> = new Map([
  [0, 'unknown'],
  [1, 'binary'],
  [32, 'complex64'],
  [128, 'RGB24'],
  [1536, 'float128'],
  [1792, 'complex128'],
  [2048, 'complex256'],
  [2304, 'RGBA32'],
]);

/** Millimetres in a unit of length, by the low three bits of xyzt_units; 0 states none. */
export const LENGTHS: ReadonlyMap<number, number> = new Map([
  [1, 1000],
  [2, 1],
  [3, 0.001],
]);

/** What the fourth axis counts, by bits 3 to 5 of xyzt_units: UCUM unit, and how many of it one step is. */
export const FOURTH_UNITS: ReadonlyMap<number, { readonly unit: string; readonly factor: number }> = new Map([
  [8, { unit: 's', factor: 1 }],
  [16, { unit: 's', factor: 1e-3 }],
  [24, { unit: 's', factor: 1e-6 }],
  [32, { unit: 'Hz', factor: 1 }],
  [40, { unit: '[ppm]', factor: 1 }],
  [48, { unit: 'rad/s', factor: 1 }],
]);
