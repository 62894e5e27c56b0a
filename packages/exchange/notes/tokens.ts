/** Kinds of token. */
export const WORD = 1;
export const NUMBER = 2;
export const MARK = 3;
/** What stands in place of something removed for privacy: `[**Name**]`, `**NAME[AAA]`, `___`. */
export const REMOVED = 4;

/** A text cut into words, numbers and marks; arrays by token, offsets in UTF-16 code units. */
export interface Tokens {
  readonly text: string;
  readonly count: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly kind: Uint8Array;
  /** Lower case; points of abbreviations left out (`p.o.` is `po`); numbers and marks as they stand. */
  readonly word: readonly string[];
  /** 0-based line. */
  readonly line: Int32Array;
}

const isDigit = (code: number) => code >= 48 && code <= 57;
const isSpace = (code: number) => code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff;

function isLetter(code: number): boolean {
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
  if (code === 0xb5 || code === 0x3bc) return true;
  if (code < 0xc0 || code === 0xd7 || code === 0xf7) return false;
  const letter = String.fromCharCode(code);
  return letter.toLowerCase() !== letter.toUpperCase();
}

/** Longest thing removed for privacy that is looked for, so that an open bracket costs no search of the whole text. */
const LONGEST_REMOVED = 120;

/** One pass over the text, each character looked at a bounded number of times. */
export function tokenize(text: string): Tokens {
  let capacity = Math.max(64, text.length >> 2);
  let start = new Int32Array(capacity);
  let end = new Int32Array(capacity);
  let line = new Int32Array(capacity);
  let kind = new Uint8Array(capacity);
  const word: string[] = [];
  let lines = 0;
  let at = 0;
  const push = (to: number, what: number, said: string) => {
    const n = word.length;
    if (n === capacity) {
      capacity *= 2;
      start = grown(start, capacity);
      end = grown(end, capacity);
      line = grown(line, capacity);
      const kinds = new Uint8Array(capacity);
      kinds.set(kind);
      kind = kinds;
    }
    start[n] = at;
    end[n] = to;
    line[n] = lines;
    kind[n] = what;
    word.push(said);
    at = to;
  };
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) {
      if (code === 10 || text.charCodeAt(at + 1) !== 10) lines++;
      at++;
    } else if (isSpace(code)) at++;
    else if (isLetter(code)) {
      const to = wordEnd(text, at);
      push(to, WORD, spelling(text, at, to));
    } else if (
      isDigit(code) ||
      (code === 46 && isDigit(text.charCodeAt(at + 1)) && !isLetter(text.charCodeAt(at - 1)))
    ) {
      const to = numberEnd(text, at);
      push(to, NUMBER, text.slice(at, to));
    } else {
      const removed = removedEnd(text, at, code);
      if (removed > at) push(removed, REMOVED, '');
      else push(at + 1, MARK, text[at]!);
    }
  }
  return { text, count: word.length, start, end, kind, word, line };
}

function grown(array: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(capacity);
  larger.set(array);
  return larger;
}

/** Letters with apostrophes between them; or single letters each with a point (`q.i.d.`). */
function wordEnd(text: string, from: number): number {
  let to = from + 1;
  if (text.charCodeAt(to) === 46 && isLetter(text.charCodeAt(to + 1)) && !isLetter(text.charCodeAt(to + 2))) {
    while (text.charCodeAt(to) === 46 && isLetter(text.charCodeAt(to + 1)) && !isLetter(text.charCodeAt(to + 2)))
      to += 2;
    return text.charCodeAt(to) === 46 ? to + 1 : to;
  }
  while (to < text.length) {
    const code = text.charCodeAt(to);
    if (isLetter(code)) to++;
    else if ((code === 39 || code === 0x2019) && isLetter(text.charCodeAt(to + 1))) to += 2;
    else break;
  }
  return to;
}

function spelling(text: string, from: number, to: number): string {
  const plain = text.slice(from, to).toLowerCase();
  if (plain.includes('.')) return plain.replaceAll('.', '');
  return plain.includes('\u2019') ? plain.replaceAll('\u2019', "'") : plain.replaceAll('\u03bc', '\u00b5');
}

/** Digits with commas between groups of three, and a decimal part. */
function numberEnd(text: string, from: number): number {
  let to = from;
  while (isDigit(text.charCodeAt(to))) to++;
  while (to - from <= 15 && text.charCodeAt(to) === 44 && groupOfThree(text, to + 1)) to += 4;
  if (text.charCodeAt(to) === 46 && isDigit(text.charCodeAt(to + 1))) {
    to++;
    while (isDigit(text.charCodeAt(to))) to++;
  }
  return to;
}

function groupOfThree(text: string, at: number): boolean {
  return [0, 1, 2].every((i) => isDigit(text.charCodeAt(at + i))) && !isDigit(text.charCodeAt(at + 3));
}

function removedEnd(text: string, at: number, code: number): number {
  if (code === 91 && text.startsWith('**', at + 1)) {
    const close = text.slice(at, at + LONGEST_REMOVED).indexOf('**]');
    return close < 0 ? at : at + close + 3;
  }
  if (code === 42 && text.charCodeAt(at + 1) === 42 && isLetter(text.charCodeAt(at + 2))) {
    let to = at + 2;
    while (isLetter(text.charCodeAt(to)) || text.charCodeAt(to) === 45) to++;
    if (text.charCodeAt(to) !== 91) return to;
    const close = text.slice(to, to + LONGEST_REMOVED).indexOf(']');
    return close < 0 ? to : to + close + 1;
  }
  if (code === 95 && text.startsWith('__', at + 1)) {
    let to = at;
    while (to - at < LONGEST_REMOVED && text.charCodeAt(to) === 95) to++;
    return to;
  }
  return at;
}

/** The number a token says; NaN for other tokens. */
export function numberOf(tokens: Tokens, i: number): number {
  return tokens.kind[i] === NUMBER ? Number(tokens.word[i]!.replaceAll(',', '')) : Number.NaN;
}

/** Whether nothing stands between a token and the one before it. */
export function joined(tokens: Tokens, i: number): boolean {
  return i > 0 && tokens.start[i] === tokens.end[i - 1];
}

/** Whether a stretch of tokens is part of something longer written in one piece (`k488T`, `rr116x`), such as an identifier. */
export function glued(tokens: Tokens, from: number, to: number): boolean {
  const solid = (i: number) => tokens.kind[i] === WORD || tokens.kind[i] === NUMBER;
  return (joined(tokens, from) && solid(from - 1)) || (to < tokens.count && joined(tokens, to) && solid(to));
}

/** Whether a token is written with a capital letter first. */
export function capital(tokens: Tokens, i: number): boolean {
  const code = tokens.text.charCodeAt(tokens.start[i]!);
  return code >= 65 && code <= 90;
}
