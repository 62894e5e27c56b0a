import { type Charset, UTF8 } from './charset.ts';

/** The characters that a message is divided by, as byte values; MSH-1 and MSH-2 state them. */
export interface Delimiters {
  readonly field: number;
  readonly component: number;
  readonly repetition: number;
  readonly escape: number;
  readonly subcomponent: number;
  /** Version 2.7 and later; 0 where there is none. */
  readonly truncation: number;
}

export const STANDARD: Delimiters = {
  field: 0x7c,
  component: 0x5e,
  repetition: 0x7e,
  escape: 0x5c,
  subcomponent: 0x26,
  truncation: 0,
};

/**
 * Delimiters from the first bytes of a header segment (MSH, FHS, BHS), which begins at `at`; or what is wrong with them.
 * A header may leave out the last of them: escape, sub-component, truncation.
 */
export function readDelimiters(bytes: Uint8Array, at: number, end: number): Delimiters | string {
  const field = bytes[at + 3];
  if (field === undefined || at + 4 > end || !isDelimiter(field)) return 'there is no field separator after the name';
  const given: number[] = [];
  let i = at + 4;
  while (i < end && bytes[i] !== field && bytes[i]! > 0x20) given.push(bytes[i++]!);
  if (given.length < 1) return 'MSH-2 names no component separator';
  if (given.length > 5) return `MSH-2 has ${given.length} characters, where 4 or 5 belong`;
  const all = [field, ...given];
  if (!given.every(isDelimiter) || new Set(all).size !== all.length) {
    return 'MSH-2 names a character twice, or a letter or digit';
  }
  const [component, repetition = 0, mark = 0, subcomponent = 0, truncation = 0] = given as [number, ...number[]];
  return { field, component, repetition, escape: mark, subcomponent, truncation };
}

function isDelimiter(byte: number): boolean {
  const letter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
  return byte > 0x20 && byte < 0x7f && !letter && !(byte >= 0x30 && byte <= 0x39);
}

/**
 * Text of the bytes from `start` to `end`, escape sequences resolved (chapter 2.7): delimiters, `\X..\` in the character
 * set, line breaks of formatted text as newlines, highlighting left out. Local (`\Z..\`) and unknown sequences, and
 * those that change the character set (`\C..\`, `\M..\`), stay as written.
 */
export function unescaped(
  bytes: Uint8Array,
  start: number,
  end: number,
  delimiters: Delimiters,
  charset: Charset,
): string {
  const mark = delimiters.escape;
  let first = start;
  while (first < end && (bytes[first] !== mark || mark === 0)) first++;
  if (first === end) return textOf(bytes, start, end, charset);
  let text = '';
  let from = start;
  for (let at = first; at < end; at++) {
    if (bytes[at] !== mark) continue;
    let close = at + 1;
    while (close < end && bytes[close] !== mark && close - at < LONGEST) close++;
    if (bytes[close] !== mark || close >= end) continue;
    const meaning = meaningOf(textOf(bytes, at + 1, close, charset), delimiters, charset);
    if (meaning === null) continue;
    text += textOf(bytes, from, at, charset) + meaning;
    from = close + 1;
    at = close;
  }
  return text + textOf(bytes, from, end, charset);
}

/** Bytes an escape sequence may have. */
const LONGEST = 4096;

function meaningOf(sequence: string, delimiters: Delimiters, charset: Charset): string | null {
  switch (sequence) {
    case 'F':
      return String.fromCharCode(delimiters.field);
    case 'S':
      return String.fromCharCode(delimiters.component);
    case 'R':
      return delimiters.repetition === 0 ? null : String.fromCharCode(delimiters.repetition);
    case 'E':
      return String.fromCharCode(delimiters.escape);
    case 'T':
      return delimiters.subcomponent === 0 ? null : String.fromCharCode(delimiters.subcomponent);
    case 'P':
      return delimiters.truncation === 0 ? null : String.fromCharCode(delimiters.truncation);
    case 'H':
    case 'N':
      return '';
  }
  const hex = /^X((?:[0-9A-Fa-f]{2})+)$/.exec(sequence)?.[1];
  if (hex !== undefined) {
    const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
      Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
    );
    try {
      return charset.decode(bytes);
    } catch {
      return null;
    }
  }
  const format = /^\.(br|sp|sk|fi|nf|in|ti|ce)\s*([+-]?\d{1,3})?$/.exec(sequence);
  if (format === null) return null;
  const count = Math.min(Math.abs(Number(format[2] ?? 1)), 100);
  if (format[1] === 'sk') return ' '.repeat(count);
  if (format[1] === 'sp') return '\n'.repeat(Math.max(1, count));
  return format[1] === 'br' || format[1] === 'ce' ? '\n' : '';
}

const plain = new TextDecoder('latin1');

function textOf(bytes: Uint8Array, start: number, end: number, charset: Charset): string {
  if (end - start < 24) {
    // Short runs of ASCII are the rule, and calling a decoder costs more than they do.
    let text = '';
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if (byte > 127) return charset.decode(bytes.subarray(start, end));
      text += String.fromCharCode(byte);
    }
    return text;
  }
  if (charset === UTF8) return charset.decode(bytes.subarray(start, end));
  for (let i = start; i < end; i++) if (bytes[i]! > 127) return charset.decode(bytes.subarray(start, end));
  return plain.decode(bytes.subarray(start, end));
}

/** Text as it stands between the delimiters of a message. Delimiters and control characters are escaped; `""` alone too. */
export function escaped(text: string, delimiters: Delimiters): string {
  const { field, component, repetition, escape: mark, subcomponent, truncation } = delimiters;
  const e = String.fromCharCode(mark);
  if (text === '""') return `${e}X2222${e}`;
  let out = '';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code === field) out += `${e}F${e}`;
    else if (code === component) out += `${e}S${e}`;
    else if (code === repetition) out += `${e}R${e}`;
    else if (code === mark) out += `${e}E${e}`;
    else if (code === subcomponent) out += `${e}T${e}`;
    else if (code === truncation && truncation !== 0) out += `${e}P${e}`;
    else if (code < 0x20) out += `${e}X${code.toString(16).toUpperCase().padStart(2, '0')}${e}`;
    else out += character;
  }
  return out;
}
