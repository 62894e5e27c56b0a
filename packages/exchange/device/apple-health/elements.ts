import { SaxesParser } from 'saxes';
import { XmlGuard } from '../../xml-guard.ts';

/** One element directly under HealthData, with what stands in it. Names as written; the format has no prefixes. */
export interface ExportElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly ExportElement[];
  /** 1-based line of its start tag. */
  readonly line: number;
  /** Bytes from `<` to after the end tag. */
  readonly byteStart: number;
  readonly byteEnd: number;
}

/** Why reading ended before the end of HealthData. */
export interface Ending {
  readonly reason: 'whole' | 'cut' | 'broken';
  readonly message: string;
  readonly line: number;
  /** Whether a chunk was not UTF-8 and was read as Windows-1252. */
  readonly recoded: boolean;
}

/** What an export may not go beyond: bytes read at once, depth, elements of one element of the top level. */
export const LIMITS = { chunk: 65_536, depth: 17, elements: 20_000 } as const;

interface Growing {
  name: string;
  attributes: Record<string, string>;
  children: Growing[];
  line: number;
  byteStart: number;
  byteEnd: number;
}

class Fault extends Error {}

/**
 * The elements under HealthData in order, read chunk by chunk: what is held at once is one chunk and one element, whatever
 * the size of the export. The document type with the format's own declarations is stepped over; one that declares entities
 * or names an outside part ends the reading, as does XML that is not well-formed. Entities of no standard name never expand.
 */
export function* exportElements(bytes: Uint8Array): Generator<ExportElement, Ending, void> {
  const parser = new SaxesParser({ position: true });
  const stack: Growing[] = [];
  let ready: ExportElement[] = [];
  let rooted = false;
  let closed = false;
  const offsets = new Offsets();
  const fail = (message: string): never => {
    throw new Fault(message);
  };
  const guard = new XmlGuard(parser, LIMITS, (_, message) => fail(message), true);
  let tagStart = 0;
  parser.on('opentagstart', (tag) => {
    if (stack.length === 0) tagStart = offsets.at(parser.position - tag.name.length - 2);
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (stack.length === 0) guard.reset();
    guard.open();
    if (!rooted) {
      if (name !== 'HealthData') fail(`the root is ${name.slice(0, 40)}, not HealthData`);
      rooted = true;
      return;
    }
    const byteStart = stack.length === 0 ? tagStart : 0;
    const element: Growing = {
      ...{ name, attributes: attributes as Record<string, string>, children: [] },
      ...{ line: parser.line, byteStart, byteEnd: 0 },
    };
    stack.at(-1)?.children.push(element);
    stack.push(element);
  });
  parser.on('closetag', () => {
    guard.close();
    const element = stack.pop();
    if (element === undefined) closed = true;
    else if (stack.length === 0) {
      element.byteEnd = offsets.at(parser.position);
      ready.push(element);
    }
  });
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let recoded = false;
  const ending = (reason: Ending['reason'], message: string): Ending => ({
    reason,
    message,
    line: parser.line,
    recoded,
  });
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (let at = start; at < bytes.length; ) {
    const end = characterEnd(bytes, Math.min(at + LIMITS.chunk, bytes.length));
    const chunk = bytes.subarray(at, end);
    let text: string;
    try {
      text = decoder.decode(chunk);
    } catch {
      text = new TextDecoder('windows-1252').decode(chunk);
      recoded = true;
    }
    offsets.next(text, at, end);
    let broken: string | null = null;
    try {
      parser.write(text);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      broken = error.message;
    }
    const whole = ready;
    ready = [];
    yield* whole;
    if (broken !== null) return ending('broken', broken);
    at = end;
  }
  return closed ? ending('whole', '') : ending('cut', 'the file ends before HealthData does');
}

/** Where a character of UTF-8 that begins before `end` ends: chunks are cut between characters. */
function characterEnd(bytes: Uint8Array, end: number): number {
  let at = end;
  while (at < bytes.length && (bytes[at]! & 0xc0) === 0x80 && at - end < 4) at++;
  return at;
}

/** From the parser's positions, in UTF-16 units, to bytes; asked for in rising order. */
class Offsets {
  private text = '';
  private first = 0;
  private from = 0;
  private wide = false;
  private counted = 0;
  private bytes = 0;
  /** The chunk before, where a tag's name may have begun. */
  private earlier: { text: string; first: number; from: number; wide: boolean } | null = null;

  next(text: string, from: number, end: number): void {
    if (this.text !== '') this.earlier = { text: this.text, first: this.first, from: this.from, wide: this.wide };
    this.first += this.text.length;
    this.text = text;
    this.from = from;
    this.wide = end - from !== text.length;
    this.counted = 0;
    this.bytes = from;
  }

  at(position: number): number {
    const local = position - this.first;
    if (local < 0) {
      if (this.earlier === null) return this.from;
      const { text, first, from, wide } = this.earlier;
      const within = Math.max(0, position - first);
      return wide ? from + utf8Length(text, 0, within) : from + within;
    }
    if (!this.wide) return this.from + local;
    if (local < this.counted) return this.from + utf8Length(this.text, 0, local);
    this.bytes += utf8Length(this.text, this.counted, local);
    this.counted = local;
    return this.bytes;
  }
}

function utf8Length(text: string, from: number, to: number): number {
  let bytes = 0;
  for (let i = from; i < to && i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each half of a surrogate pair counts two of its four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return bytes;
}
