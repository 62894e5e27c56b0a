import { ASCII, type Charset, charsetNamed, UTF8 } from './charset.ts';
import { type Delimiters, readDelimiters, unescaped } from './delimiters.ts';

/** One value as text; null is HL7's `""`: what was there is to be deleted. */
export type Value = string | null;

/** A component with its sub-components and the bytes it stands in. */
export interface Component {
  readonly start: number;
  readonly end: number;
  readonly parts: readonly Value[];
}

/** One repetition of a field. */
export interface Repetition {
  readonly start: number;
  readonly end: number;
  readonly components: readonly Component[];
}

/** What is wrong with a message as a whole: which segment and field, and which byte. */
export interface Fault {
  readonly code:
    | 'hl7v2-delimiters'
    | 'hl7v2-charset-unread'
    | 'hl7v2-version'
    | 'hl7v2-header-missing'
    | 'hl7v2-too-long';
  readonly message: string;
  readonly segment: string;
  readonly field: number;
  readonly byte: number;
}

/** Segments of one message that are read; more are no message. */
const MOST_SEGMENTS = 100_000;

/** One segment. Fields are found when the message is parsed; their components when they are asked for. */
export class Segment {
  readonly message: Message;
  readonly id: string;
  /** Bytes from the name to the end of the line, without the line end. */
  readonly start: number;
  readonly end: number;
  /** Place among the segments of the message, from 0. */
  readonly index: number;
  /** Number of the last field that is there, empty or not. */
  readonly count: number;
  /** The first line break within it, which belongs to a field; −1 where there is none. */
  readonly breakAt: number;
  /** Where each field begins: `starts[n]` for field n + 1. */
  readonly #starts: readonly number[];
  readonly #header: boolean;
  readonly #read: (readonly Repetition[] | undefined)[] = [];

  constructor(message: Message, start: number, end: number, index: number) {
    this.message = message;
    this.start = start;
    this.end = end;
    this.index = index;
    const { bytes } = message;
    const { field } = message.delimiters;
    this.id = nameOf(bytes[start]!, bytes[start + 1]!, bytes[start + 2]!);
    this.#header = isHeader(this.id);
    const starts: number[] = [];
    if (this.#header && start + 3 < end) starts.push(start + 3);
    let breakAt = -1;
    for (let at = start + 3; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === field) starts.push(at + 1);
      else if ((byte === 0x0d || byte === 0x0a) && breakAt < 0) breakAt = at;
    }
    this.#starts = starts;
    this.count = starts.length;
    this.breakAt = breakAt;
  }

  /** First byte of field n, counted from 1. */
  fieldStart(n: number): number {
    return this.#starts[n - 1] ?? this.end;
  }

  /** Byte after the last of field n. */
  fieldEnd(n: number): number {
    if (n === 1 && this.#header) return Math.min(this.start + 4, this.end);
    return n >= this.count ? this.end : this.#starts[n]! - 1;
  }

  /** Whether field n holds anything. */
  has(n: number): boolean {
    return n >= 1 && n <= this.count && this.fieldEnd(n) > this.#starts[n - 1]!;
  }

  /** The repetitions of field n; empty where it is empty. */
  field(n: number): readonly Repetition[] {
    const known = this.#read[n];
    if (known !== undefined) return known;
    const read = this.has(n) ? this.#readField(n) : NONE;
    this.#read[n] = read;
    return read;
  }

  /** Text of one component (its first sub-component) of the first repetition; '' where there is none, or it is `""`. */
  text(n: number, component = 1): string {
    return this.field(n)[0]?.components[component - 1]?.parts[0] ?? '';
  }

  /** The bytes as they stand, as text. */
  raw(): string {
    return this.message.charset.decode(this.message.bytes.subarray(this.start, this.end));
  }

  #readField(n: number): readonly Repetition[] {
    const { bytes, charset, roles } = this.message;
    const start = this.fieldStart(n);
    const end = this.fieldEnd(n);
    if (this.#header && n <= 2) {
      const parts = [charset.decode(bytes.subarray(start, end))];
      return [{ start, end, components: [{ start, end, parts }] }];
    }
    // A list made with its first entry takes the room of one, a list made empty that of many.
    let repetitions: Repetition[] | null = null;
    let components: Component[] | null = null;
    let parts: Value[] | null = null;
    let ofRepetition = start;
    let ofComponent = start;
    let ofPart = start;
    let escapes = false;
    for (let at = start; ; at++) {
      const role = at < end ? roles[bytes[at]!]! : END;
      if (role === 0) continue;
      if (role === ESCAPE) {
        escapes = true;
        continue;
      }
      const value = this.#valueOf(ofPart, at, escapes);
      if (parts === null) parts = [value];
      else parts.push(value);
      ofPart = at + 1;
      escapes = false;
      if (role === SUBCOMPONENT) continue;
      const component: Component = { start: ofComponent, end: at, parts };
      if (components === null) components = [component];
      else components.push(component);
      parts = null;
      ofComponent = at + 1;
      if (role === COMPONENT) continue;
      const repetition: Repetition = { start: ofRepetition, end: at, components };
      if (repetitions === null) repetitions = [repetition];
      else repetitions.push(repetition);
      components = null;
      ofRepetition = at + 1;
      if (role === END) return repetitions;
    }
  }

  #valueOf(start: number, end: number, escapes: boolean): Value {
    if (start === end) return '';
    const { message } = this;
    const { bytes, ascii } = message;
    if (end - start === 2 && bytes[start] === 0x22 && bytes[start + 1] === 0x22) return null;
    if (ascii !== null && !escapes) return ascii.slice(start - message.start, end - message.start);
    return unescaped(bytes, start, end, message.delimiters, message.charset);
  }
}

/** What a byte within a field is there for: 0 for its text; END stands after its last byte. */
const SUBCOMPONENT = 1;
const COMPONENT = 2;
const REPETITION = 3;
const ESCAPE = 4;
const END = 5;
const NONE: readonly Repetition[] = [];

/** By the delimiters; senders differ in few. */
const divisions = new Map<string, Uint8Array>();
const MOST_DIVISIONS = 64;

/** By byte what it is there for; what a message has no delimiter for is no byte. */
function rolesOf({ component, repetition, escape: mark, subcomponent }: Delimiters): Uint8Array {
  const key = `${component} ${repetition} ${mark} ${subcomponent}`;
  let roles = divisions.get(key);
  if (roles === undefined) {
    roles = new Uint8Array(256);
    roles[mark] = ESCAPE;
    roles[repetition] = REPETITION;
    roles[component] = COMPONENT;
    roles[subcomponent] = SUBCOMPONENT;
    roles[0] = 0;
    if (divisions.size < MOST_DIVISIONS) divisions.set(key, roles);
  }
  return roles;
}

/** Names of segments by their three bytes: the same text each time, which is compared at once. */
const names = new Map<number, string>();
const MOST_NAMES = 1024;

function nameOf(a: number, b: number, c: number): string {
  const key = (a << 16) | (b << 8) | c;
  let name = names.get(key);
  if (name === undefined) {
    name = String.fromCharCode(a, b, c);
    if (names.size < MOST_NAMES) names.set(key, name);
  }
  return name;
}

/** Header segments: their first field is the field separator itself, their second the other delimiters. */
export function isHeader(id: string): boolean {
  return id === 'MSH' || id === 'FHS' || id === 'BHS';
}

/** One message: its bytes, how they are divided, and its segments. */
export class Message {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly delimiters: Delimiters;
  /** By byte what it divides within a field. */
  readonly roles: Uint8Array;
  charset: Charset;
  /** Whether bytes beyond ASCII stand under a character set that the message does not name or that has none. */
  readonly guessed: 'utf-8' | 'windows-1252' | null;
  readonly segments: readonly Segment[];
  /** The whole message as text, a character for each byte; null where any lies beyond ASCII. */
  readonly ascii: string | null;

  constructor(bytes: Uint8Array, start: number, end: number, delimiters: Delimiters) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.delimiters = delimiters;
    this.roles = rolesOf(delimiters);
    const beyond = beyondAscii(bytes, start, end);
    this.ascii = beyond ? null : plain.decode(bytes.subarray(start, end));
    // Never throws, which reading the header's own statement must not.
    this.charset = WINDOWS_1252;
    const segments: Segment[] = [];
    for (let at = start; at < end && segments.length < MOST_SEGMENTS; ) {
      const next = segmentEnd(bytes, at, end, delimiters.field);
      segments.push(new Segment(this, at, trimmedEnd(bytes, at, next), segments.length));
      at = skipBreaks(bytes, next, end);
    }
    this.segments = segments;
    const named = charsetNamed(this.header.text(18));
    this.guessed = beyond ? this.#charsetOfBytes(named) : null;
    if (this.charset === WINDOWS_1252 && this.guessed === null) this.charset = named ?? UTF8;
  }

  get header(): Segment {
    return this.segments[0]!;
  }

  /** `ADT`, `A01` of MSH-9; '' where absent. */
  get code(): string {
    return this.header.text(9, 1);
  }
  get event(): string {
    return this.header.text(9, 2);
  }
  get controlId(): string {
    return this.header.text(10).trim();
  }
  get version(): string {
    return this.header.text(12).trim();
  }

  #charsetOfBytes(named: Charset | null): 'utf-8' | 'windows-1252' | null {
    const { bytes, start, end } = this;
    if (named !== null && named !== ASCII && isIn(named, bytes.subarray(start, end))) {
      this.charset = named;
      return null;
    }
    if (!isIn(UTF8, bytes.subarray(start, end))) return 'windows-1252';
    this.charset = UTF8;
    return 'utf-8';
  }
}

const plain = new TextDecoder('latin1');
const windows = new TextDecoder('windows-1252');
const WINDOWS_1252: Charset = { name: 'windows-1252', decode: (bytes) => windows.decode(bytes), encode: () => null };

function isIn(charset: Charset, bytes: Uint8Array): boolean {
  try {
    charset.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function beyondAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i]! > 127) return true;
  return false;
}

/** Versions that are read (2.3 to 2.9 and their revisions). */
const VERSION = /^2\.[3-9](\.\d)?$/;

/** Parses the message whose MSH begins at `start` and whose last byte is before `end`. Never throws. */
export function parseMessage(bytes: Uint8Array, start: number, end: number): Message | Fault {
  const delimiters = readDelimiters(bytes, start, end);
  if (typeof delimiters === 'string') return fault('hl7v2-delimiters', delimiters, start + 3, 2);
  const message = new Message(bytes, start, end, delimiters);
  const { header } = message;
  if (message.segments.length === MOST_SEGMENTS) {
    return fault('hl7v2-too-long', `the message has more than ${MOST_SEGMENTS} segments`, start, 0);
  }
  const missing = [9, 12].find((n) => header.text(n) === '');
  if (missing !== undefined) {
    const what = missing === 9 ? 'its type (MSH-9)' : 'its version (MSH-12)';
    return fault('hl7v2-header-missing', `the message does not state ${what}`, header.fieldStart(missing), missing);
  }
  if (!VERSION.test(message.version)) {
    const text = `version "${message.version.slice(0, 20)}" is not one of 2.3 to 2.9`;
    return fault('hl7v2-version', text, header.fieldStart(12), 12);
  }
  for (const { components } of header.field(18)) {
    const name = components[0]?.parts[0] ?? '';
    if (name === '' || charsetNamed(name) !== null) continue;
    const text = `the character set "${name.slice(0, 40)}" is not read`;
    return fault('hl7v2-charset-unread', text, header.fieldStart(18), 18);
  }
  return message;
}

function fault(code: Fault['code'], message: string, byte: number, field: number): Fault {
  return { code, message, segment: 'MSH', field, byte };
}

/** Where the segment that begins at `at` ends: at a line break that another segment, or nothing, follows. */
function segmentEnd(bytes: Uint8Array, at: number, end: number, field: number): number {
  for (let i = at + 3; i < end; i++) {
    const byte = bytes[i];
    if (byte !== 0x0d && byte !== 0x0a) continue;
    const next = skipBreaks(bytes, i, end);
    if (next >= end || isSegmentStart(bytes, next, end, field)) return i;
    i = next - 1;
  }
  return end;
}

function trimmedEnd(bytes: Uint8Array, start: number, end: number): number {
  let to = end;
  while (to > start + 3 && (bytes[to - 1] === 0x0d || bytes[to - 1] === 0x0a)) to--;
  return to;
}

/** The next byte that is neither a line break nor, at the begin of a line, a blank. */
export function skipBreaks(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && bytes[i]! <= 0x20 && bytes[i] !== 0x0b && bytes[i] !== 0x1c) i++;
  return i;
}

/** Three letters or digits, then a field separator or the end of the line. */
export function isSegmentStart(bytes: Uint8Array, at: number, end: number, field: number): boolean {
  if (at + 3 > end || !isUpper(bytes[at]!)) return false;
  if (!isUpperOrDigit(bytes[at + 1]!) || !isUpperOrDigit(bytes[at + 2]!)) return false;
  const after = bytes[at + 3];
  return at + 3 === end || after === field || after === 0x0d || after === 0x0a;
}

function isUpper(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}

function isUpperOrDigit(byte: number): boolean {
  return isUpper(byte) || (byte >= 0x30 && byte <= 0x39);
}
