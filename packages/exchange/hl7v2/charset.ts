/** How the bytes of a message become text, and back. */
export interface Charset {
  /** Name as HL7 table 0211 gives it. */
  readonly name: string;
  /** Throws TypeError on bytes the character set does not have. */
  decode(bytes: Uint8Array): string;
  /** null where a character is not in the character set. */
  encode(text: string): Uint8Array | null;
}

const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

export const UTF8: Charset = {
  name: 'UNICODE UTF-8',
  decode: (bytes) => utf8Decoder.decode(bytes),
  encode: (text) => (text.isWellFormed() ? utf8Encoder.encode(text) : null),
};

export const ASCII: Charset = singleByte(
  'ASCII',
  Array.from({ length: 256 }, (_, byte) => (byte < 128 ? String.fromCharCode(byte) : '')),
);

/** Parts of ISO 8859 that HL7 table 0211 has. */
const PARTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15];

const known = new Map<string, Charset>([
  ['ASCII', ASCII],
  ['UNICODE UTF-8', UTF8],
]);

/** Other spellings that senders use; nothing is taken for what it is not. */
const SPELLINGS: Readonly<Record<string, string>> = {
  'US-ASCII': 'ASCII',
  'ISO IR6': 'ASCII',
  'UTF-8': 'UNICODE UTF-8',
  UTF8: 'UNICODE UTF-8',
  'UNICODE UTF8': 'UNICODE UTF-8',
};

/** By MSH-18 as it was written: every message of a sender says the same. */
const written = new Map<string, Charset | null>();
const MOST_WRITTEN = 256;

/** The character set of MSH-18; null where it is none that this door reads. */
export function charsetNamed(name: string): Charset | null {
  let charset = written.get(name);
  if (charset === undefined) {
    charset = readName(name);
    if (written.size < MOST_WRITTEN) written.set(name, charset);
  }
  return charset;
}

function readName(name: string): Charset | null {
  const wanted = name.trim().toUpperCase();
  const iso = /^(?:ISO[ _-]?)?8859[/-](\d{1,2})$/.exec(wanted);
  const key = iso ? `8859/${Number(iso[1])}` : (SPELLINGS[wanted] ?? wanted);
  const found = known.get(key);
  if (found !== undefined) return found;
  const part = Number(/^8859\/(\d+)$/.exec(key)?.[1]);
  if (!PARTS.includes(part)) return null;
  const made = singleByte(key, tableOf(part));
  known.set(key, made);
  return made;
}

/** What each byte stands for in a part of ISO 8859; empty where it stands for nothing. */
function tableOf(part: number): readonly string[] {
  // The platform's decoders of parts 1 and 9 are those of Windows, which has other characters at 0x80 to 0x9F.
  const turkish: Readonly<Record<number, string>> = {
    208: 'Ğ',
    221: 'İ',
    222: 'Ş',
    240: 'ğ',
    253: 'ı',
    254: 'ş',
  };
  const decoder = part === 1 || part === 9 ? null : new TextDecoder(`iso-8859-${part}`, { fatal: true });
  return Array.from({ length: 256 }, (_, byte) => {
    if (decoder === null) return (part === 9 ? turkish[byte] : undefined) ?? String.fromCharCode(byte);
    try {
      return decoder.decode(Uint8Array.of(byte));
    } catch {
      return '';
    }
  });
}

function singleByte(name: string, table: readonly string[]): Charset {
  const bytes = new Map<string, number>();
  for (const [byte, character] of table.entries()) if (character !== '') bytes.set(character, byte);
  return {
    name,
    decode(source) {
      let text = '';
      for (const byte of source) {
        const character = table[byte]!;
        if (character === '') throw new TypeError(`byte 0x${byte.toString(16)} is not in ${name}`);
        text += character;
      }
      return text;
    },
    encode(text) {
      const out = new Uint8Array(text.length);
      for (let i = 0; i < text.length; i++) {
        const byte = bytes.get(text[i]!);
        if (byte === undefined) return null;
        out[i] = byte;
      }
      return out;
    },
  };
}
