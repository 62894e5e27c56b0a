import type { Problem } from '@gemel/core/error';
import type { DataSet } from './dataset.ts';

/** Group and element as one number: 0x00100020. */
export type Tag = number;

/** Value representations of DICOM PS3.5, table 6.2-1. */
export type Vr =
  | 'AE'
  | 'AS'
  | 'AT'
  | 'CS'
  | 'DA'
  | 'DS'
  | 'DT'
  | 'FD'
  | 'FL'
  | 'IS'
  | 'LO'
  | 'LT'
  | 'OB'
  | 'OD'
  | 'OF'
  | 'OL'
  | 'OV'
  | 'OW'
  | 'PN'
  | 'SH'
  | 'SL'
  | 'SQ'
  | 'SS'
  | 'ST'
  | 'SV'
  | 'TM'
  | 'UC'
  | 'UI'
  | 'UL'
  | 'UN'
  | 'UR'
  | 'US'
  | 'UT'
  | 'UV';

/** Bytes of one element in the source; of a deflated data set, in what it inflates to. Made elements have -1. */
export interface Span {
  /** First byte of its header. */
  readonly byteStart: number;
  /** Behind its last byte, delimiters included. */
  readonly byteEnd: number;
}

/** One data element. `value` is little endian whatever the source was; empty for sequences and encapsulated pixels. */
export interface DataElement extends Span {
  readonly tag: Tag;
  readonly vr: Vr;
  readonly value: Uint8Array;
  /** Items of a sequence. */
  readonly items?: readonly DataSet[];
  /** Encapsulated pixel data: the fragments in order, the basic offset table first (empty where there is none). */
  readonly fragments?: readonly Uint8Array[];
}

/** An element that could not be read whole; its bytes are where `byteStart` and `byteEnd` say. */
export interface RefusedElement extends Span {
  readonly tag: Tag;
  /** `ReferencedSeriesSequence[0].SeriesInstanceUID`. */
  readonly path: string;
  readonly problem: Problem;
}

/** Representations whose length stands in four bytes after two reserved ones, in explicit form. */
export const LONG_VRS: ReadonlySet<string> = new Set([
  'OB',
  'OD',
  'OF',
  'OL',
  'OV',
  'OW',
  'SQ',
  'SV',
  'UC',
  'UN',
  'UR',
  'UT',
  'UV',
]);

/** Bytes a number of each representation takes; what is not here is not made of numbers. */
export const WORD: Readonly<Partial<Record<Vr, 2 | 4 | 8>>> = {
  AT: 2,
  FD: 8,
  FL: 4,
  OD: 8,
  OF: 4,
  OL: 4,
  OV: 8,
  OW: 2,
  SL: 4,
  SS: 2,
  SV: 8,
  UL: 4,
  US: 2,
  UV: 8,
};

/** Representations of text, with how values in them are told apart. */
export const TEXT: Readonly<Partial<Record<Vr, { readonly charset: boolean; readonly several: boolean }>>> = {
  AE: { charset: false, several: true },
  AS: { charset: false, several: true },
  CS: { charset: false, several: true },
  DA: { charset: false, several: true },
  DS: { charset: false, several: true },
  DT: { charset: false, several: true },
  IS: { charset: false, several: true },
  LO: { charset: true, several: true },
  LT: { charset: true, several: false },
  PN: { charset: true, several: true },
  SH: { charset: true, several: true },
  ST: { charset: true, several: false },
  TM: { charset: false, several: true },
  UC: { charset: true, several: true },
  UI: { charset: false, several: true },
  UR: { charset: false, several: false },
  UT: { charset: true, several: false },
};

const ALL = new Set<string>([...Object.keys(WORD), ...Object.keys(TEXT), 'OB', 'SQ', 'UN']);

export function isVr(text: string): text is Vr {
  return ALL.has(text);
}

/** Tags of items and delimiters. */
export const ITEM = 0xfffee000;
export const ITEM_END = 0xfffee00d;
export const SEQUENCE_END = 0xfffee0dd;
export const PIXEL_DATA = 0x7fe00010;
export const UNDEFINED_LENGTH = 0xffffffff;
