import { readText, sliceDecoder } from './text.ts';

/** One element of a JSON source with its place in the bytes. */
export interface JsonRow {
  /** Path in the source: `[3]`, `entries[3]`, or `line 4` for one object a line. */
  readonly path: string;
  /** Name of the array it stands in; empty for the outermost. */
  readonly list: string;
  /** Parsed value; undefined where it is not valid JSON or was cut off. */
  readonly value: unknown;
  readonly fault: 'invalid' | 'truncated' | null;
  readonly line: number;
  readonly byteStart: number | undefined;
  readonly byteEnd: number | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;

const opens = (byte: number) => byte === 0x7b || byte === 0x5b;
const closes = (byte: number) => byte === 0x7d || byte === 0x5d;

/**
 * Walks the elements of an array of records, of an object of such arrays (`{entries: […], treatments: […]}`), or of one
 * record a line, without needing the whole to be valid: a cut-off or broken element spoils itself alone. An object without
 * arrays is one record; with `lists` false every object is. Never throws.
 */
export function* jsonRows(bytes: Uint8Array, lists = true): Generator<JsonRow, void, void> {
  const text = readText(bytes);
  const slice = sliceDecoder(text);
  const data = text.bytes;
  let at = text.start;
  let line = 1;

  const blank = () => {
    while (at < data.length && (data[at]! <= 0x20 || data[at] === COMMA)) {
      if (data[at] === 0x0a) line++;
      at++;
    }
  };
  /** Steps over one value; true when it was whole. */
  const step = (): boolean => {
    let depth = 0;
    let inString = false;
    while (at < data.length) {
      const byte = data[at]!;
      if (byte === 0x0a) line++;
      if (inString) {
        if (byte === BACKSLASH) at++;
        else if (byte === QUOTE) {
          inString = false;
          if (depth === 0) {
            at++;
            return true;
          }
        }
      } else if (byte === QUOTE) inString = true;
      else if (opens(byte)) depth++;
      else if (closes(byte)) {
        if (depth === 0) return true;
        if (--depth === 0) {
          at++;
          return true;
        }
      } else if (depth === 0 && (byte === COMMA || byte <= 0x20)) return true;
      at++;
    }
    return depth === 0 && !inString;
  };
  const row = (path: string, list: string): JsonRow => {
    const start = at;
    const first = line;
    const whole = step();
    const end = Math.min(at, data.length);
    let value: unknown;
    let fault: JsonRow['fault'] = whole ? null : 'truncated';
    if (whole) {
      try {
        value = JSON.parse(slice(start, end));
      } catch {
        fault = 'invalid';
      }
    }
    const offsets = text.offsetsHold
      ? { byteStart: start, byteEnd: end }
      : { byteStart: undefined, byteEnd: undefined };
    return { path, list, value, fault, line: first, ...offsets };
  };
  /** The elements of one array, and how it ended: closed, inside an element that said so, or between two. */
  function* elements(list: string): Generator<JsonRow, 'closed' | 'inside' | 'between', void> {
    at++;
    let told = false;
    for (let i = 0; ; i++) {
      blank();
      if (at >= data.length) return told ? 'inside' : 'between';
      if (closes(data[at]!)) {
        at++;
        return 'closed';
      }
      const before = at;
      const element = row(`${list}[${i}]`, list);
      told = element.fault === 'truncated';
      yield element;
      if (at === before) at++;
    }
  }

  blank();
  if (at >= data.length) return;
  if (data[at] === 0x5b) {
    if ((yield* elements('')) === 'between') yield cutOff('', data.length);
    return;
  }
  if (data[at] !== 0x7b) return;
  if (onePerLine(data, at)) {
    for (;;) {
      blank();
      if (at >= data.length) return;
      const before = at;
      yield row(`line ${line}`, '');
      if (at === before) at++;
    }
  }
  const whole = at;
  const wholeLine = line;
  if (!lists) {
    yield row('', '');
    return;
  }
  at++;
  let found = 0;
  for (;;) {
    blank();
    if (at >= data.length) {
      yield cutOff('', data.length);
      return;
    }
    if (data[at] === 0x7d) break;
    const keyStart = at;
    if (data[at] !== QUOTE || !step()) {
      at = whole;
      line = wholeLine;
      yield row('', '');
      return;
    }
    const key = keyText(slice(keyStart, at));
    while (at < data.length && (data[at]! <= 0x20 || data[at] === COLON)) {
      if (data[at] === 0x0a) line++;
      at++;
    }
    if (data[at] === 0x5b && nextIsObject(data, at + 1)) {
      found++;
      const ended = yield* elements(key);
      if (ended === 'between') yield cutOff(key, data.length);
      if (ended !== 'closed') return;
    } else {
      const before = at;
      const whole = step();
      if (!whole || at === before) {
        yield cutOff(key, data.length);
        return;
      }
    }
  }
  if (found === 0) {
    at = whole;
    line = wholeLine;
    yield row('', '');
  }

  function cutOff(list: string, end: number): JsonRow {
    const offsets = text.offsetsHold ? { byteStart: end, byteEnd: end } : { byteStart: undefined, byteEnd: undefined };
    return { path: list, list, value: undefined, fault: 'truncated', line, ...offsets };
  }
}

function keyText(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

function nextIsObject(data: Uint8Array, from: number): boolean {
  let at = from;
  while (at < data.length && data[at]! <= 0x20) at++;
  return data[at] === 0x7b || data[at] === 0x5d;
}

/** True where the first object ends on its own line and another begins after it. */
function onePerLine(data: Uint8Array, from: number): boolean {
  const end = data.indexOf(0x0a, from);
  if (end < 0) return false;
  let at = end + 1;
  while (at < data.length && data[at]! <= 0x20) at++;
  let last = end - 1;
  while (last > from && data[last]! <= 0x20) last--;
  return data[last] === 0x7d && data[at] === 0x7b;
}
