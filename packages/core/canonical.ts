import { coreErrors } from './errors.data.ts';

/**
 * One text for one value, for hashing: keys in code-unit order, no spaces, numbers as ECMAScript prints them, absent
 * (`undefined`) properties left out. Equal to RFC 8785 (JSON Canonicalization Scheme) for plain data.
 * Typed arrays are written as arrays of numbers. −0 is written as 0.
 * @throws core-canonical-value for what JSON cannot hold (NaN, infinities, functions, bigints, cycles)
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$', []);
}

function write(value: unknown, path: string, above: readonly unknown[]): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refuse(`the number ${value}`, path);
    return JSON.stringify(value);
  }
  if (typeof value !== 'object') throw refuse(`a value of type ${typeof value}`, path);
  if (above.includes(value)) throw refuse('a cycle', path);
  const within = [...above, value];
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return write(Array.from(value as Float64Array), path, above);
  }
  if (Array.isArray(value)) {
    return `[${value.map((item, i) => write(item, `${path}[${i}]`, within)).join(',')}]`;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw refuse(`an instance of ${value.constructor?.name ?? 'a class'}`, path);
  }
  const record = value as Record<string, unknown>;
  const parts = Object.keys(record)
    .filter((key) => record[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${write(record[key], `${path}.${key}`, within)}`);
  return `{${parts.join(',')}}`;
}

function refuse(what: string, path: string): Error {
  return coreErrors.error('core-canonical-value', `${what} at ${path} has no canonical form.`, { element: path });
}
