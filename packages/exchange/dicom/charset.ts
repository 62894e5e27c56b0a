import { charsetNamed } from '../hl7v2/charset.ts';

/** How the bytes of text elements become text: the defined terms of Specific Character Set (0008,0005), first one first. */
export interface DicomCharset {
  readonly terms: readonly string[];
  /** Defined terms that are not known; their text is read as ASCII with U+FFFD elsewhere. */
  readonly unknown: readonly string[];
  decode(bytes: Uint8Array): string;
  /** null where the text has characters that this reader does not write in the set (only ISO 8859 parts and UTF-8 are). */
  encode(text: string): Uint8Array | null;
}

/** One coded set of PS3.3, C.12.1.1.2: a decoder of the bytes between two escapes. */
type Decode = (bytes: Uint8Array) => string;

const ascii: Decode = (bytes) => {
  let text = '';
  for (const byte of bytes) text += byte < 0x80 ? String.fromCharCode(byte) : '\uFFFD';
  return text;
};

function platform(label: string, prepare: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes): Decode {
  let decoder: TextDecoder | undefined;
  return (bytes) => {
    decoder ??= new TextDecoder(label, { ignoreBOM: true });
    return decoder.decode(prepare(bytes));
  };
}

function part(number: number): Decode {
  let table: readonly string[] | undefined;
  return (bytes) => {
    table ??= Array.from({ length: 256 }, (_, byte) => {
      try {
        return charsetNamed(`8859/${number}`)!.decode(Uint8Array.of(byte));
      } catch {
        return '\uFFFD';
      }
    });
    let text = '';
    for (const byte of bytes) text += table[byte]!;
    return text;
  };
}

/** JIS X 0201: ASCII below, half-width katakana above. 0x5C stays the delimiter that DICOM makes of it. */
const jis201: Decode = (bytes) => {
  let text = '';
  for (const byte of bytes) {
    const katakana = byte >= 0xa1 && byte <= 0xdf;
    text += katakana ? String.fromCharCode(0xff61 + byte - 0xa1) : byte < 0x80 ? String.fromCharCode(byte) : '\uFFFD';
  }
  return text;
};

/** Two-byte sets in the lower half, as the EUC form that the platform reads. */
const high = (bytes: Uint8Array) => bytes.map((byte) => (byte > 0x20 && byte < 0x7f ? byte | 0x80 : byte));
const jis212 = (bytes: Uint8Array) => {
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i += 2) out.push(0x8f, bytes[i]! | 0x80, (bytes[i + 1] ?? 0x21) | 0x80);
  return Uint8Array.from(out);
};

/** Sets without code extension, by their number after `ISO_IR` or `ISO 2022 IR`. */
const SETS: Readonly<Record<string, Decode>> = {
  '6': ascii,
  '100': part(1),
  '101': part(2),
  '109': part(3),
  '110': part(4),
  '144': part(5),
  '127': part(6),
  '126': part(7),
  '138': part(8),
  '148': part(9),
  '203': part(15),
  '13': jis201,
  '166': platform('windows-874'),
  '192': platform('utf-8'),
  '149': platform('euc-kr'),
  '58': platform('gbk'),
  '87': platform('euc-jp', high),
  '159': platform('euc-jp', jis212),
};
const WHOLE: Readonly<Record<string, Decode>> = { GB18030: platform('gb18030'), GBK: platform('gbk') };

/** Escape sequences of PS3.3, tables C.12-3 and C.12-4: which half they change, and to what. */
const ESCAPES: readonly (readonly [sequence: string, half: 'low' | 'high', set: string, wide: boolean])[] = [
  ['(B', 'low', '6', false],
  ['(J', 'low', '13', false],
  [')I', 'high', '13', false],
  ['-A', 'high', '100', false],
  ['-B', 'high', '101', false],
  ['-C', 'high', '109', false],
  ['-D', 'high', '110', false],
  ['-L', 'high', '144', false],
  ['-G', 'high', '127', false],
  ['-F', 'high', '126', false],
  ['-H', 'high', '138', false],
  ['-M', 'high', '148', false],
  ['-b', 'high', '203', false],
  ['-T', 'high', '166', false],
  ['$B', 'low', '87', true],
  ['$(D', 'low', '159', true],
  ['$)C', 'high', '149', true],
  ['$)A', 'high', '58', true],
];

const ESC = 0x1b;
/** What ends the reach of an escape: line ends, tab, form feed, and the delimiters `\\`, `^`, `=` outside two-byte sets. */
const RESETS = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x5c, 0x5e, 0x3d]);

function setOf(term: string): { readonly decode: Decode; readonly set: string | null } | null {
  const whole = WHOLE[term];
  if (whole !== undefined) return { decode: whole, set: null };
  const number = /^(?:ISO[_ ]IR|ISO[ _]2022[_ ]IR)[ _](\d+)$/.exec(term)?.[1];
  const decode = number === undefined ? undefined : SETS[number];
  return decode === undefined ? null : { decode, set: number! };
}

function extended(first: string | null, firstDecode: Decode): Decode {
  return (bytes) => {
    let text = '';
    let low: { decode: Decode; wide: boolean } | null = null;
    let above: Decode | null = null;
    let start = 0;
    const flush = (end: number) => {
      if (end <= start) return;
      const run = bytes.subarray(start, end);
      text += low?.wide ? low.decode(run) : (above ?? (low === null ? firstDecode : low.decode))(run);
    };
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!;
      if (byte === ESC) {
        flush(i);
        const found = ESCAPES.find(([sequence]) =>
          [...sequence].every((letter, k) => bytes[i + 1 + k] === letter.charCodeAt(0)),
        );
        if (found === undefined) {
          start = i;
          continue;
        }
        const [sequence, half, set, wide] = found;
        const decode = SETS[set]!;
        if (half === 'high') above = decode;
        else low = set === '6' ? null : { decode, wide };
        if (half === 'low' && set === '6' && first === '13') low = { decode: ascii, wide: false };
        i += sequence.length;
        start = i + 1;
      } else if (RESETS.has(byte) && !low?.wide) {
        flush(i);
        text += String.fromCharCode(byte);
        start = i + 1;
        low = null;
        above = null;
      } else if (low?.wide && (byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0x0c)) {
        flush(i);
        text += String.fromCharCode(byte);
        start = i + 1;
        low = null;
      }
    }
    flush(bytes.length);
    return text;
  };
}

const made = new Map<string, DicomCharset>();

/** The character set of the values of (0008,0005); none means ASCII. */
export function dicomCharset(terms: readonly string[]): DicomCharset {
  const key = terms.join('\\');
  const known = made.get(key);
  if (known !== undefined) return known;
  const named = terms.map((term) => term.trim().toUpperCase()).map((term) => (term === '' ? 'ISO_IR 6' : term));
  const first = setOf(named[0] ?? 'ISO_IR 6');
  const unknown = named.filter((term) => setOf(term) === null);
  const plain = first?.decode ?? ascii;
  const escapes = named.length > 1 || (named[0]?.includes('2022') ?? false);
  const whole = first !== null && (first.set === null || first.set === '192');
  const charset: DicomCharset = {
    terms,
    unknown,
    decode: escapes && !whole ? extended(first?.set ?? null, plain) : plain,
    encode(text) {
      if (first?.set === '192') return text.isWellFormed() ? new TextEncoder().encode(text) : null;
      if (/^[\x20-\x7e\r\n\t\f]*$/.test(text)) return new TextEncoder().encode(text);
      const number = PARTS[first?.set ?? ''];
      return number === undefined ? null : charsetNamed(`8859/${number}`)!.encode(text);
    },
  };
  // A hostile sender could name ever new sets; only a few are worth keeping.
  if (made.size < 64) made.set(key, charset);
  return charset;
}

const PARTS: Readonly<Record<string, number>> = {
  '100': 1,
  '101': 2,
  '109': 3,
  '110': 4,
  '144': 5,
  '127': 6,
  '126': 7,
  '138': 8,
  '148': 9,
  '203': 15,
};
