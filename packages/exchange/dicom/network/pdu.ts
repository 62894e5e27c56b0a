import { concat } from '../../bytes.ts';
import { IMPLEMENTATION, IMPLEMENTATION_NAME } from '../write.ts';
import { dimseErrors } from './errors.data.ts';

/** A presentation context: an abstract syntax with the transfer syntaxes it may be sent in (PS3.8, 9.3.2.2). */
export interface ProposedContext {
  /** Odd, 1 to 255. */
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/** What became of one (PS3.8, table 9-18): 0 accepted, 3 abstract syntax and 4 transfer syntaxes not supported. */
export interface AnsweredContext {
  readonly id: number;
  readonly result: number;
  readonly transferSyntax: string;
}

interface Titles {
  readonly called: string;
  readonly calling: string;
}

/** What an association consists of (PS3.8, chapter 9). */
export type Pdu =
  | (Titles & {
      readonly kind: 'associate-rq';
      readonly applicationContext: string;
      /** Bit 0 is version 1. */
      readonly protocol: number;
      readonly contexts: readonly ProposedContext[];
      /** Bytes of the longest P-DATA-TF taken, without its header; 0 is any. */
      readonly longest: number;
    })
  | (Titles & {
      readonly kind: 'associate-ac';
      readonly contexts: readonly AnsweredContext[];
      readonly longest: number;
    })
  | { readonly kind: 'associate-rj'; readonly result: number; readonly source: number; readonly reason: number }
  | { readonly kind: 'data'; readonly values: readonly DataValue[] }
  | { readonly kind: 'release-rq' }
  | { readonly kind: 'release-rp' }
  | { readonly kind: 'abort'; readonly source: number; readonly reason: number };

/** A fragment of a command or data set. */
export interface DataValue {
  readonly context: number;
  readonly command: boolean;
  readonly last: boolean;
  readonly bytes: Uint8Array;
}

export const APPLICATION_CONTEXT = '1.2.840.10008.3.1.1.1';
const TYPES = {
  'associate-rq': 1,
  'associate-ac': 2,
  'associate-rj': 3,
  data: 4,
  'release-rq': 5,
  'release-rp': 6,
  abort: 7,
} as const;
/** Bytes of the longest PDU that is no P-DATA-TF. */
const LONGEST_CONTROL = 2 ** 20;
/** Bytes of header before a PDU's own. */
const HEADER = 6;

/** Takes PDUs out of a stream of bytes. */
export class PduReader {
  readonly #longest: number;
  #waiting: Uint8Array[] = [];
  #size = 0;

  /** `longest`: bytes of the longest P-DATA-TF, without its header. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** The PDUs that are whole with these bytes. @throws dimse-pdu */
  push(bytes: Uint8Array): readonly Pdu[] {
    this.#waiting.push(bytes);
    this.#size += bytes.length;
    const found: Pdu[] = [];
    while (this.#size >= HEADER) {
      const head = this.#peek(HEADER);
      const type = head[0]!;
      const length = new DataView(head.buffer, head.byteOffset).getUint32(2);
      if (type < 1 || type > 7) throw wrong(`type ${type}`);
      if (length > (type === TYPES.data ? this.#longest : LONGEST_CONTROL)) throw wrong(`${length} bytes in one`);
      if (this.#size < HEADER + length) break;
      found.push(decodePdu(this.#take(HEADER + length)));
    }
    return found;
  }

  #peek(length: number): Uint8Array {
    if (this.#waiting[0]!.length < length) this.#waiting = [concat(this.#waiting)];
    return this.#waiting[0]!;
  }

  #take(length: number): Uint8Array {
    const whole =
      this.#waiting.length === 1 || this.#waiting[0]!.length >= length ? this.#waiting[0]! : concat(this.#waiting);
    const rest = this.#waiting[0] === whole ? this.#waiting.slice(1) : [];
    this.#waiting = whole.length > length ? [whole.subarray(length), ...rest] : rest;
    this.#size -= length;
    return whole.subarray(0, length);
  }
}

const wrong = (what: string) => dimseErrors.error('dimse-pdu', `a PDU has ${what}`);

/** One whole PDU. @throws dimse-pdu */
export function decodePdu(bytes: Uint8Array): Pdu {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const need = (length: number) => {
    if (bytes.length < length) throw wrong(`${bytes.length} bytes, ${length} are needed`);
  };
  need(HEADER);
  switch (bytes[0]) {
    case TYPES['associate-rq']: {
      need(74);
      const items = itemsOf(bytes, 74, bytes.length);
      return {
        kind: 'associate-rq',
        protocol: view.getUint16(6),
        called: text(bytes, 10, 26),
        calling: text(bytes, 26, 42),
        applicationContext: uidOf(items.find(({ type }) => type === 0x10)?.bytes),
        contexts: items.filter(({ type }) => type === 0x20).map(({ bytes: item }) => proposed(item)),
        longest: longestOf(items),
      };
    }
    case TYPES['associate-ac']: {
      need(74);
      const items = itemsOf(bytes, 74, bytes.length);
      return {
        kind: 'associate-ac',
        called: text(bytes, 10, 26),
        calling: text(bytes, 26, 42),
        contexts: items.filter(({ type }) => type === 0x21).map(({ bytes: item }) => answered(item)),
        longest: longestOf(items),
      };
    }
    case TYPES['associate-rj']:
      need(10);
      return { kind: 'associate-rj', result: bytes[7]!, source: bytes[8]!, reason: bytes[9]! };
    case TYPES.data:
      return { kind: 'data', values: dataValues(bytes, view) };
    case TYPES['release-rq']:
      return { kind: 'release-rq' };
    case TYPES['release-rp']:
      return { kind: 'release-rp' };
    case TYPES.abort:
      need(10);
      return { kind: 'abort', source: bytes[8]!, reason: bytes[9]! };
    default:
      throw wrong(`type ${bytes[0]}`);
  }
}

interface Item {
  readonly type: number;
  readonly bytes: Uint8Array;
}

function itemsOf(bytes: Uint8Array, start: number, end: number): readonly Item[] {
  const items: Item[] = [];
  for (let at = start; at < end; ) {
    const content = at + 4;
    const length = content <= end ? bytes[at + 2]! * 256 + bytes[at + 3]! : 0;
    if (content + length > end) throw wrong('an item that is longer than itself');
    items.push({ type: bytes[at]!, bytes: bytes.subarray(content, content + length) });
    at = content + length;
  }
  return items;
}

const text = (bytes: Uint8Array, from = 0, to = bytes.length) =>
  String.fromCharCode(...bytes.subarray(from, to))
    .replace(/[\0 ]+$/, '')
    .trimStart();

function uidOf(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return '';
  if (bytes.length > 65) throw wrong('a UID that is too long');
  return text(bytes);
}

function proposed(item: Uint8Array): ProposedContext {
  if (item.length < 4) throw wrong('a context without an id');
  const inner = itemsOf(item, 4, item.length);
  return {
    id: item[0]!,
    abstractSyntax: uidOf(inner.find(({ type }) => type === 0x30)?.bytes),
    transferSyntaxes: inner.filter(({ type }) => type === 0x40).map(({ bytes }) => uidOf(bytes)),
  };
}

function answered(item: Uint8Array): AnsweredContext {
  if (item.length < 4) throw wrong('a context without an id');
  const inner = itemsOf(item, 4, item.length);
  return { id: item[0]!, result: item[2]!, transferSyntax: uidOf(inner.find(({ type }) => type === 0x40)?.bytes) };
}

function longestOf(items: readonly Item[]): number {
  const user = items.find(({ type }) => type === 0x50)?.bytes;
  const length =
    user === undefined ? undefined : itemsOf(user, 0, user.length).find(({ type }) => type === 0x51)?.bytes;
  return length?.length === 4 ? new DataView(length.buffer, length.byteOffset).getUint32(0) : 0;
}

function dataValues(bytes: Uint8Array, view: DataView): readonly DataValue[] {
  const values: DataValue[] = [];
  for (let at = HEADER; at < bytes.length; ) {
    if (at + 6 > bytes.length) throw wrong('a data value without a header');
    const length = view.getUint32(at);
    const end = at + 4 + length;
    if (length < 2 || end > bytes.length) throw wrong(`a data value of ${length} bytes`);
    const control = bytes[at + 5]!;
    values.push({
      context: bytes[at + 4]!,
      command: (control & 1) === 1,
      last: (control & 2) === 2,
      bytes: bytes.subarray(at + 6, end),
    });
    at = end;
  }
  return values;
}

/** The bytes of a PDU. */
export function encodePdu(pdu: Pdu): Uint8Array {
  switch (pdu.kind) {
    case 'associate-rq':
    case 'associate-ac': {
      const asks = pdu.kind === 'associate-rq';
      const head = new Uint8Array(68);
      head[1] = asks ? pdu.protocol : 1;
      head.set(padded(pdu.called), 4);
      head.set(padded(pdu.calling), 20);
      const contexts = asks
        ? pdu.contexts.map(({ id, abstractSyntax, transferSyntaxes }) =>
            item(
              0x20,
              Uint8Array.of(id, 0, 0, 0),
              item(0x30, latin(abstractSyntax)),
              ...transferSyntaxes.map((uid) => item(0x40, latin(uid))),
            ),
          )
        : pdu.contexts.map(({ id, result, transferSyntax }) =>
            item(0x21, Uint8Array.of(id, 0, result, 0), item(0x40, latin(transferSyntax))),
          );
      const longest = new Uint8Array(4);
      new DataView(longest.buffer).setUint32(0, pdu.longest);
      const user = item(
        0x50,
        item(0x51, longest),
        item(0x52, latin(IMPLEMENTATION)),
        item(0x55, latin(IMPLEMENTATION_NAME)),
      );
      const application = item(0x10, latin(asks ? pdu.applicationContext : APPLICATION_CONTEXT));
      return framed(TYPES[pdu.kind], [head, application, ...contexts, user]);
    }
    case 'associate-rj':
      return framed(TYPES[pdu.kind], [Uint8Array.of(0, pdu.result, pdu.source, pdu.reason)]);
    case 'abort':
      return framed(TYPES[pdu.kind], [Uint8Array.of(0, 0, pdu.source, pdu.reason)]);
    case 'data':
      return framed(
        TYPES.data,
        pdu.values.flatMap(({ context, command, last, bytes }) => {
          const head = new Uint8Array(6);
          new DataView(head.buffer).setUint32(0, bytes.length + 2);
          head[4] = context;
          head[5] = (command ? 1 : 0) | (last ? 2 : 0);
          return [head, bytes];
        }),
      );
    default:
      return framed(TYPES[pdu.kind], [new Uint8Array(4)]);
  }
}

function framed(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const head = new Uint8Array(HEADER);
  head[0] = type;
  new DataView(head.buffer).setUint32(
    2,
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  return concat([head, ...parts]);
}

function item(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return concat([Uint8Array.of(type, 0, length >> 8, length & 0xff), ...parts]);
}

const latin = (value: string) => Uint8Array.from(value, (letter) => letter.charCodeAt(0));

/** An application entity title in its 16 bytes. @throws dimse-title */
function padded(title: string): Uint8Array {
  if (!/^[\x20-\x5b\x5d-\x7e]{1,16}$/.test(title) || title.trim() === '')
    throw dimseErrors.error('dimse-title', `“${title}” is no application entity title`, { field: 'title' });
  return latin(title.padEnd(16));
}

/** A command or data set as P-DATA-TF PDUs, each of at most `longest` bytes without its header (0: any). */
export function* dataPdus(
  context: number,
  command: boolean,
  bytes: Uint8Array,
  longest: number,
): Generator<Uint8Array, void, void> {
  // A peer that takes less than anything fits into gets the least that makes sense.
  const piece = Math.max(64, Math.min(longest === 0 ? 2 ** 18 : longest, 2 ** 18) - 6);
  for (let at = 0; at === 0 || at < bytes.length; at += piece) {
    const part = bytes.subarray(at, at + piece);
    yield encodePdu({ kind: 'data', values: [{ context, command, last: at + piece >= bytes.length, bytes: part }] });
  }
}
