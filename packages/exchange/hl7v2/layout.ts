import { type Delimiters, readDelimiters } from './delimiters.ts';
import { isSegmentStart, skipBreaks } from './message.ts';

/** A message in a file, or an envelope segment around messages. */
export type Span =
  | { readonly kind: 'message'; readonly start: number; readonly end: number }
  | {
      readonly kind: 'envelope';
      readonly id: 'FHS' | 'BHS' | 'BTS' | 'FTS';
      readonly start: number;
      readonly end: number;
      readonly delimiters: Delimiters | null;
    }
  /** Bytes that stand in no message. */
  | { readonly kind: 'stray'; readonly start: number; readonly end: number };

const ENVELOPES = new Set(['FHS', 'BHS', 'BTS', 'FTS']);

/** How a source is divided: messages one after another, bare, in batches (chapter 2.10.3) or framed as on the wire (MLLP). */
export function* layOut(bytes: Uint8Array): Generator<Span, void, void> {
  const end = bytes.length;
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let delimiters: Delimiters | null = null;
  for (at = skipFrame(bytes, at, end); at < end; at = skipFrame(bytes, at, end)) {
    const id = nameAt(bytes, at, end);
    if (id === 'MSH') {
      const to = messageEnd(bytes, at, end);
      yield { kind: 'message', start: at, end: to };
      at = to;
    } else if (ENVELOPES.has(id)) {
      const to = lineEnd(bytes, at, end);
      const read: Delimiters | string | null =
        id === 'FHS' || id === 'BHS' ? readDelimiters(bytes, at, to) : delimiters;
      delimiters = typeof read === 'string' ? null : read;
      yield { kind: 'envelope', id: id as 'FHS', start: at, end: to, delimiters };
      at = to;
    } else {
      const to = strayEnd(bytes, at, end);
      yield { kind: 'stray', start: at, end: to };
      at = to;
    }
  }
}

/** Blanks, line breaks and the bytes that frame messages on the wire. */
function skipFrame(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && bytes[i]! <= 0x20) i++;
  return i;
}

function nameAt(bytes: Uint8Array, at: number, end: number): string {
  return at + 4 <= end ? String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!) : '';
}

function lineEnd(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && bytes[i] !== 0x0d && bytes[i] !== 0x0a && bytes[i] !== 0x1c) i++;
  return i;
}

/** A message ends where another message or an envelope begins, at the end of its frame, or with the source. */
function messageEnd(bytes: Uint8Array, at: number, end: number): number {
  const field = bytes[at + 3]!;
  for (let i = at + 3; i < end; i++) {
    const byte = bytes[i];
    if (byte === 0x1c) return i;
    if (byte !== 0x0d && byte !== 0x0a) continue;
    const next = skipBreaks(bytes, i, end);
    const id = nameAt(bytes, next, end);
    const starts =
      id === 'MSH' ? bytes[next + 3]! > 0x20 : ENVELOPES.has(id) && isSegmentStart(bytes, next, end, field);
    if (starts || next >= end) return i;
    i = next - 1;
  }
  return end;
}

function strayEnd(bytes: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end; i++) {
    if (bytes[i] !== 0x0d && bytes[i] !== 0x0a && bytes[i] !== 0x0b) continue;
    const next = skipFrame(bytes, i, end);
    const id = nameAt(bytes, next, end);
    if (id === 'MSH' || ENVELOPES.has(id)) return i;
    i = Math.max(i, next - 1);
  }
  return end;
}
