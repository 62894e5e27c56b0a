import { coreErrors } from './errors.data.ts';

/**
 * One text for one value, for hashing: keys in code-unit order, no spaces, numbers as ECMAScript prints them, absent
 * (`undefined`) properties left out. Equal to RFC 8785 (JSON Canonicalization Scheme) for plain data.
 * Typed arrays are written as arrays of numbers. −0 is written as 0.
 * @throws core-canonical-value for what JSON cannot hold (NaN, infinities, functions, bigints, cycles)
 */
export function canonicalJson(value: unknown): string {
  return write(value, []);
}

/** Where in the whole a value stands: the containers it is in, each with the key or index that leads on. */
type Way = { readonly container: object; key: string | number }[];

function write(value: unknown, way: Way): string {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refuse(`the number ${value}`, way);
    return String(value);
  }
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') throw refuse(`a value of type ${typeof value}`, way);
  for (const { container } of way) if (container === value) throw refuse('a cycle', way);
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    return writeList(value as ArrayLike<unknown> & object, way);
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw refuse(`an instance of ${value.constructor?.name ?? 'a class'}`, way);
  }
  const record = value as Record<string, unknown>;
  const step = { container: value, key: '' };
  way.push(step);
  const parts: string[] = [];
  for (const key of Object.keys(record).sort()) {
    if (record[key] === undefined) continue;
    step.key = key;
    parts.push(`${JSON.stringify(key)}:${write(record[key], way)}`);
  }
  way.pop();
  return `{${parts.join(',')}}`;
}

function writeList(list: ArrayLike<unknown> & object, way: Way): string {
  const step = { container: list, key: 0 };
  way.push(step);
  let text = '[';
  for (let i = 0; i < list.length; i++) {
    step.key = i;
    text += i === 0 ? write(list[i], way) : `,${write(list[i], way)}`;
  }
  way.pop();
  return `${text}]`;
}

function refuse(what: string, way: Way): Error {
  const path = way.reduce((text, { key }) => text + (typeof key === 'number' ? `[${key}]` : `.${key}`), '$');
  return coreErrors.error('core-canonical-value', `${what} at ${path} has no canonical form.`, { element: path });
}
