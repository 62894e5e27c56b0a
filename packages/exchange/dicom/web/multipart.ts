import { concat } from '../../bytes.ts';
import { dicomwebErrors } from './errors.data.ts';

/** One part of a multipart body. */
export interface Part {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Most parts a body may have, and bytes of the headers of one. */
const MOST_PARTS = 100_000;
const LONGEST_HEADERS = 8192;

/** A media type with its parameters, names in lower case, values without quotes; null where it is none (RFC 9110, 8.3.1). */
export function mediaType(
  text: string,
): { readonly type: string; readonly parameters: Readonly<Record<string, string>> } | null {
  const start = /^\s*([!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+)/.exec(text);
  if (start === null) return null;
  const parameters: Record<string, string> = {};
  const rest = /\s*;\s*([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/y;
  rest.lastIndex = start[0].length;
  for (let found = rest.exec(text); found !== null; found = rest.exec(text))
    parameters[found[1]!.toLowerCase()] ??= found[2]?.replaceAll(/\\(.)/g, '$1') ?? found[3]!;
  return { type: start[1]!.toLowerCase(), parameters };
}

/**
 * The parts of a multipart body (RFC 2046, 5.1), which share its bytes.
 * @throws dicomweb-multipart
 */
export function readMultipart(body: Uint8Array, boundary: string): readonly Part[] {
  const wrong = (why: string, byte: number) => dicomwebErrors.error('dicomweb-multipart', `the body ${why}`, { byte });
  if (!/^[\x20-\x7e]{1,70}$/.test(boundary) || boundary.endsWith(' ')) throw wrong('names no usable boundary', 0);
  const delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
  const parts: Part[] = [];
  // The first delimiter may stand at the very beginning.
  let at = startsWith(body, delimiter.subarray(2), 0) ? delimiter.length - 2 : find(body, delimiter, 0);
  if (at < 0) throw wrong('does not hold its boundary', 0);
  if (!startsWith(body, delimiter.subarray(2), 0)) at += delimiter.length;
  for (;;) {
    if (body[at] === 0x2d && body[at + 1] === 0x2d) return parts;
    while (body[at] === 0x20 || body[at] === 0x09) at++;
    if (body[at] !== 0x0d || body[at + 1] !== 0x0a) throw wrong('has something behind a boundary', at);
    if (parts.length === MOST_PARTS) throw wrong(`has over ${MOST_PARTS} parts`, at);
    const head = headersAt(body, at + 2);
    if (head === null) throw wrong('has headers that are none, or too long', at);
    // What ends the headers also begins the delimiter of an empty part.
    const end = find(body, delimiter, head.end - 2);
    if (end < 0) throw wrong('ends within a part', body.length);
    parts.push({ headers: head.headers, body: body.subarray(head.end, Math.max(head.end, end)) });
    at = end + delimiter.length;
  }
}

function headersAt(
  body: Uint8Array,
  start: number,
): { readonly headers: Readonly<Record<string, string>>; readonly end: number } | null {
  const text = String.fromCharCode(...body.subarray(start, start + LONGEST_HEADERS));
  if (text.startsWith('\r\n')) return { headers: {}, end: start + 2 };
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const headers: Record<string, string> = {};
  for (const line of text
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) return null;
    headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { headers, end: start + end + 4 };
}

function startsWith(bytes: Uint8Array, wanted: Uint8Array, at: number): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

function find(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(wanted[0]!, from); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1))
    if (startsWith(bytes, wanted, at)) return at;
  return -1;
}

/** A body of parts. The boundary must not occur in any of them: one of 16 random bytes does not. */
export function writeMultipart(parts: readonly Part[], boundary: string): Uint8Array {
  const text = new TextEncoder();
  const pieces = parts.flatMap(({ headers, body }) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return [text.encode(`\r\n--${boundary}\r\n${lines.join('')}\r\n`), body];
  });
  return concat([...pieces, text.encode(`\r\n--${boundary}--\r\n`)]);
}
