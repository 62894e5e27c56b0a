/** Bytes of a text file made readable: UTF-8 bytes, whether offsets still are those of the file, and what was assumed. */
export interface SourceText {
  readonly bytes: Uint8Array;
  /** False where the file had to be recoded, so that byte offsets no longer point into it. */
  readonly offsetsHold: boolean;
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
  /** Length of the byte order mark to step over. */
  readonly start: number;
}

/** Reads the byte order mark and recodes UTF-16; bytes that are not UTF-8 are read as Windows-1252. */
export function readText(bytes: Uint8Array): SourceText {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return { bytes, offsetsHold: true, encoding: validUtf8(bytes) ? 'utf-8' : 'windows-1252', start: 3 };
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    const encoding = bytes[0] === 0xff ? 'utf-16le' : 'utf-16be';
    const recoded = new TextEncoder().encode(new TextDecoder(encoding).decode(bytes));
    return { bytes: recoded, offsetsHold: false, encoding, start: 0 };
  }
  return { bytes, offsetsHold: true, encoding: validUtf8(bytes) ? 'utf-8' : 'windows-1252', start: 0 };
}

const strict = new TextDecoder('utf-8', { fatal: true });
const decoders = {
  'utf-8': new TextDecoder('utf-8', { ignoreBOM: true }),
  'windows-1252': new TextDecoder('windows-1252', { ignoreBOM: true }),
};
/** A text that is not longer, and ASCII, is decoded once and then cut. */
const SHORT = 65_536;

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! > 0x7f) return false;
  return true;
}

function validUtf8(bytes: Uint8Array): boolean {
  if (isAscii(bytes)) return true;
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The decoder for slices of a source text. */
export function sliceDecoder(text: SourceText): (start: number, end: number) => string {
  const decoder = decoders[text.encoding === 'windows-1252' ? 'windows-1252' : 'utf-8'];
  if (text.bytes.length <= SHORT && isAscii(text.bytes)) {
    const whole = decoder.decode(text.bytes);
    return (start, end) => whole.slice(start, end);
  }
  return (start, end) => decoder.decode(text.bytes.subarray(start, end));
}

/** What the first bytes seem to be, in words, for "this is not what its name says". */
export function describeBytes(head: Uint8Array): string {
  const is = (...magic: number[]) => magic.every((byte, i) => head[i] === byte);
  if (head.length === 0) return 'an empty file';
  if (is(0x50, 0x4b, 0x03, 0x04)) return 'a ZIP archive (or an Excel workbook)';
  if (is(0x25, 0x50, 0x44, 0x46)) return 'a PDF document';
  if (is(0x1f, 0x8b)) return 'a gzip archive';
  if (is(0x89, 0x50, 0x4e, 0x47)) return 'a PNG image';
  if (is(0xff, 0xd8, 0xff)) return 'a JPEG image';
  if (is(0xd0, 0xcf, 0x11, 0xe0)) return 'an old Excel or Word file';
  if (is(0x53, 0x51, 0x4c, 0x69, 0x74, 0x65)) return 'an SQLite database';
  const utf16 = is(0xff, 0xfe) || is(0xfe, 0xff);
  if (!utf16 && head.subarray(0, 4096).includes(0)) return 'a binary file';
  const text = headText(head).trimStart();
  if (text === '') return 'a file of blanks';
  if (/^<!doctype html|^<html/i.test(text)) return 'an HTML page';
  if (text.startsWith('<')) return 'an XML document';
  if (/^MSH\|/.test(text)) return 'an HL7 version 2 message';
  if (/^[{[]/.test(text)) {
    if (/"resourceType"\s*:/.test(text)) return 'FHIR in JSON';
    if (/"type"\s*:\s*"(cbg|smbg|bolus|basal|wizard|upload|pumpSettings|deviceEvent)"/.test(text))
      return 'Tidepool data in JSON';
    if (/"(sgv|mbg|eventType|dateString)"\s*:/.test(text)) return 'Nightscout data in JSON';
    return 'a JSON file';
  }
  const first = text.split(/\r?\n/, 3).join('\n');
  if (/Event Type.*Event Subtype/s.test(first) || /Transmitter Time/.test(first)) return 'a Dexcom Clarity export';
  if (/Record Type/i.test(first) && /(Historic|Scan) Glucose/i.test(first)) return 'a LibreView export';
  if (/[,;\t]/.test(first)) return 'a table in text (CSV)';
  return 'plain text';
}

/** First bytes as text, never throwing; good enough to recognise a format by. */
export function headText(head: Uint8Array): string {
  const text = readText(head.subarray(0, 65_536));
  return sliceDecoder(text)(text.start, text.bytes.length);
}
