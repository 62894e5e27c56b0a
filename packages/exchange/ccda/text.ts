/** From characters of a text to bytes of the source it was read from. */
export interface ByteIndex {
  /** Byte at which character `at` begins. */
  byteAt(at: number): number;
}

const STRIDE = 4096;

/** The text of a source, by its byte order mark, else by the encoding it states, else UTF-8. */
export function openText(source: Uint8Array): { text: string; bytes: ByteIndex; remark: string | null } {
  if ((source[0] === 0xff && source[1] === 0xfe) || (source[0] === 0xfe && source[1] === 0xff)) {
    const text = new TextDecoder(source[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(source);
    return { text, bytes: { byteAt: (at) => 2 + 2 * at }, remark: null };
  }
  const head = new TextDecoder('latin1').decode(source.subarray(0, 200));
  const stated = /^(?:\xEF\xBB\xBF)?\s*<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1]?.toLowerCase();
  if (stated !== undefined && /^(iso-8859-1|iso-8859-15|windows-1252|latin-?1|us-ascii|ascii)$/.test(stated)) {
    const text = new TextDecoder(stated === 'iso-8859-15' ? stated : 'windows-1252').decode(source);
    return { text, bytes: { byteAt: (at) => at }, remark: null };
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(source);
    return { text, bytes: utf8Index(text, source.length), remark: null };
  } catch {
    const text = new TextDecoder('windows-1252').decode(source);
    const name = stated === undefined ? 'UTF-8' : `"${stated}"`;
    return { text, bytes: { byteAt: (at) => at }, remark: `the bytes are not ${name}; they were read as Windows-1252` };
  }
}

/** Bytes before every 4096th character; between them it is counted. */
function utf8Index(text: string, length: number): ByteIndex {
  if (text.length === length) return { byteAt: (at) => at };
  const marks: number[] = [];
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    if (i % STRIDE === 0) marks.push(bytes);
    bytes += width(text.charCodeAt(i));
  }
  return {
    byteAt(at) {
      const whole = Math.min(Math.floor(at / STRIDE), marks.length - 1);
      let sum = marks[whole]!;
      for (let i = whole * STRIDE; i < at; i++) sum += width(text.charCodeAt(i));
      return sum;
    },
  };
}

/** Bytes of UTF-8 that a UTF-16 unit stands for; each half of a surrogate pair stands for two. */
function width(unit: number): number {
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  return unit >= 0xd800 && unit < 0xe000 ? 2 : 3;
}
