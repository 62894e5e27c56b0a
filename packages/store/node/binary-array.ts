/** One-dimensional arrays in PostgreSQL's binary form: many rows are one parameter each, bytes are sent as bytes. */

const HEADER = 20;
const BYTEA = 17;
const INT8 = 20;
const TEXT = 25;
const FLOAT8 = 701;

/** As `bigint[]`. */
export function int8Array(values: readonly (number | null)[]): Buffer {
  return eightBytes(INT8, values, (array, value, at) => array.writeBigInt64BE(BigInt(value), at));
}

/** As `double precision[]`. */
export function float8Array(values: readonly (number | null)[]): Buffer {
  return eightBytes(FLOAT8, values, (array, value, at) => array.writeDoubleBE(value, at));
}

/** As `text[]`. */
export function textArray(values: readonly (string | null)[]): Buffer {
  return variable(
    TEXT,
    values.map((value) => (value === null ? null : Buffer.from(value))),
  );
}

/** As `bytea[]`. */
export function byteaArray(values: readonly (Uint8Array | null)[]): Buffer {
  return variable(BYTEA, values);
}

function eightBytes(
  type: number,
  values: readonly (number | null)[],
  write: (array: Buffer, value: number, at: number) => void,
): Buffer {
  const nulls = values.filter((value) => value === null).length;
  const array = header(type, values.length, nulls > 0, values.length * 12 - nulls * 8);
  let at = HEADER;
  for (const value of values) {
    array.writeInt32BE(value === null ? -1 : 8, at);
    at += 4;
    if (value === null) continue;
    write(array, value, at);
    at += 8;
  }
  return array;
}

function variable(type: number, values: readonly (Uint8Array | null)[]): Buffer {
  const size = values.reduce((sum, value) => sum + 4 + (value?.length ?? 0), 0);
  const array = header(type, values.length, values.includes(null), size);
  let at = HEADER;
  for (const value of values) {
    array.writeInt32BE(value?.length ?? -1, at);
    at += 4;
    if (value === null) continue;
    array.set(value, at);
    at += value.length;
  }
  return array;
}

/** Dimensions, whether there are nulls, type of the elements, their number, first index. */
function header(type: number, length: number, nulls: boolean, size: number): Buffer {
  const array = Buffer.allocUnsafe(HEADER + size);
  [1, nulls ? 1 : 0, type, length, 1].forEach((value, i) => {
    array.writeInt32BE(value, 4 * i);
  });
  return array;
}
