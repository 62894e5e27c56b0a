import { BitReader, BitsEnd } from '../bit-reader.ts';
import { HuffmanReader, type HuffmanTable } from './huffman.ts';
import type { Section } from './section.ts';

/** The data of section 5 (the reference beat) or 6 (the rhythm), one array a lead. */
export interface LeadData {
  /** Nanovolts of one stored unit. */
  readonly nanovolts: number;
  /** Microseconds between samples. */
  readonly interval: number;
  readonly bimodal: boolean;
  readonly leads: readonly Int32Array[];
  /** Leads, from 0, whose data end early or are no codes. */
  readonly damaged: readonly number[];
}

/**
 * Reads section 5 or 6: `counts` samples of each lead, coded by `tables` (raw 16-bit numbers where there are none), as values or
 * first or second differences. Null where the section is too short for its own table.
 */
export function readLeadData(
  { data }: Section,
  counts: readonly number[],
  tables: readonly HuffmanTable[] | null,
): LeadData | null {
  if (data.byteLength < 6 + 2 * counts.length) return null;
  const differences = data.getUint8(4);
  const leads: Int32Array[] = [];
  const damaged: number[] = [];
  let at = 6 + 2 * counts.length;
  for (const [lead, count] of counts.entries()) {
    const length = data.getUint16(6 + 2 * lead, true);
    const there = Math.max(0, Math.min(length, data.byteLength - at));
    const bytes = new Uint8Array(data.buffer, data.byteOffset + Math.min(at, data.byteLength), there);
    at += length;
    const values = tables === null ? plainValues(bytes, count) : codedValues(bytes, count, tables);
    if (values.length < count || there < length) damaged.push(lead);
    leads.push(integrated(values, differences));
  }
  return {
    nanovolts: data.getUint16(0, true),
    interval: data.getUint16(2, true),
    bimodal: data.getUint8(5) === 1,
    leads,
    damaged,
  };
}

function plainValues(bytes: Uint8Array, count: number): Int32Array {
  const values = new Int32Array(Math.min(count, Math.floor(bytes.length / 2)));
  for (let i = 0; i < values.length; i++) values[i] = ((bytes[2 * i]! | (bytes[2 * i + 1]! << 8)) << 16) >> 16;
  return values;
}

function codedValues(bytes: Uint8Array, count: number, tables: readonly HuffmanTable[]): Int32Array {
  // A value takes at least one bit: a count beyond that is not there, whatever section 3 says.
  const values = new Int32Array(Math.min(count, bytes.length * 8));
  const bits = new BitReader(bytes);
  const reader = new HuffmanReader(tables);
  let i = 0;
  try {
    for (; i < values.length; i++) {
      const value = reader.next(bits);
      if (value === null) break;
      values[i] = value;
    }
  } catch (error) {
    if (!(error instanceof BitsEnd)) throw error;
  }
  return values.subarray(0, i);
}

/** Values from their first (1) or second (2) differences; the first one or two stand as they are (EN 1064, 5.8.4). */
function integrated(values: Int32Array, differences: number): Int32Array {
  for (let i = differences; i < values.length && differences > 0; i++) {
    values[i] = differences === 1 ? values[i - 1]! + values[i]! : 2 * values[i - 1]! - values[i - 2]! + values[i]!;
  }
  return values;
}

/** Section 2: `null` for the default table, or the tables of the record; what is wrong as text. */
export function readTables({ data }: Section): readonly HuffmanTable[] | null | string {
  if (data.byteLength < 2) return 'it is empty';
  const count = data.getUint16(0, true);
  if (count === 19_999) return null;
  const tables: HuffmanTable[] = [];
  let at = 2;
  for (let table = 0; table < count; table++) {
    if (at + 2 > data.byteLength) return `it ends within table ${table + 1}`;
    const codes = data.getUint16(at, true);
    at += 2;
    if (at + 9 * codes > data.byteLength) return `it ends within table ${table + 1}`;
    tables.push(
      Array.from({ length: codes }, (_, i) => ({
        prefixBits: data.getUint8(at + 9 * i),
        totalBits: data.getUint8(at + 9 * i + 1),
        isValue: data.getUint8(at + 9 * i + 2) !== 0,
        value: data.getInt16(at + 9 * i + 3, true),
        code: data.getUint32(at + 9 * i + 5, true),
      })),
    );
    at += 9 * codes;
  }
  const wrong = tables.some((codes) =>
    codes.some(
      ({ prefixBits, totalBits }) =>
        prefixBits < 1 || prefixBits > 32 || totalBits < prefixBits || totalBits - prefixBits > 32,
    ),
  );
  return wrong ? 'a code has no bits, or too many' : tables;
}
