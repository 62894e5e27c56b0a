import type { Problem } from '@gemel/core';
import type { DoorOptions } from '../door.ts';
import { exchangeErrors } from '../errors.data.ts';
import type { Json, ProblemCode } from './context.ts';
import { isObject } from './datatype.ts';
import type { EntrySpan } from './layout.ts';
import { Scanner } from './scan.ts';

/** R4 resources nest far less than this; deeper is an attack or an accident. */
const DEEPEST_READ = 200;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** An entry parsed, or why it cannot be. */
export type Opened =
  | { readonly value: Json; readonly text: string }
  | { readonly code: ProblemCode; readonly message: string };

/** Parses one entry's bytes strictly: UTF-8, valid JSON, an object, no name twice in one object, sanely nested. */
export function openEntry(bytes: Uint8Array, span: EntrySpan): Opened {
  if (span.broken !== null) {
    const { reason, at } = span.broken;
    if (reason === 'cut')
      return { code: 'exchange-truncated', message: `the source ends at byte ${at}, within the entry` };
    if (reason === 'depth') return { code: 'fhir-too-deep', message: `nested beyond any sense at byte ${at}` };
    const what = reason === 'string' ? 'a text has no closing quote' : 'brackets or separators do not match';
    return { code: 'exchange-json-invalid', message: `${what} at byte ${at}` };
  }
  if (span.deepest > DEEPEST_READ) {
    return { code: 'fhir-too-deep', message: `nested ${span.deepest} levels deep, where ${DEEPEST_READ} are read` };
  }
  let text: string;
  try {
    text = decoder.decode(bytes.subarray(span.start, span.end));
  } catch {
    return { code: 'fhir-not-utf8', message: 'the bytes are not UTF-8' };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { code: 'exchange-json-invalid', message: (error as Error).message };
  }
  if (!isObject(value)) return { code: 'fhir-wrong-type', message: 'the entry is not an object' };
  if (countNames(value) !== span.names) {
    const name = nameGivenTwice(bytes.subarray(0, span.end), span.start);
    return { code: 'fhir-name-twice', message: `"${name}" is given twice in one object` };
  }
  return { value, text };
}

/** A problem of an entry as a whole. */
export function problemOf(span: EntrySpan, options: DoorOptions, code: ProblemCode, message: string): Problem {
  const line = span.line === undefined ? {} : { line: span.line };
  return exchangeErrors.problem(code, message, { file: options.name, element: span.path, ...line, byte: span.start });
}

/** Names of members in a value and everything in it. */
function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countNames(item);
    return count;
  }
  for (const name of Object.keys(value)) count += 1 + countNames((value as Json)[name]);
  return count;
}

/** The first name that one object has twice. Called only for JSON known to be valid and shallow. */
function nameGivenTwice(bytes: Uint8Array, start: number): string {
  let found = '';
  const scanner = new Scanner(bytes, start);
  const step = (): boolean => {
    const first = scanner.next();
    if (first === 0x7b) {
      const seen = new Set<string>();
      return scanner.members((name) => {
        if (seen.has(name)) found ||= name;
        seen.add(name);
        return step();
      });
    }
    if (first !== 0x5b) return scanner.skip();
    scanner.at++;
    for (let byte = scanner.next(); byte !== 0x5d && byte !== -1; byte = scanner.next()) {
      if (byte === 0x2c) scanner.at++;
      else if (!step()) return false;
    }
    scanner.at++;
    return true;
  };
  step();
  return found;
}
