import { readText, type SourceText, sliceDecoder } from './text.ts';

/** One row of a delimited text file with its place in the bytes. */
export interface CsvRow {
  readonly cells: readonly string[];
  /** 1-based line on which the row begins. */
  readonly line: number;
  /** Byte range without the line end; undefined where the file had to be recoded. */
  readonly byteStart: number | undefined;
  readonly byteEnd: number | undefined;
  /** False for a last row without a line end. */
  readonly closed: boolean;
  /** True where a quoted cell was never closed: the file ends inside it. */
  readonly openQuote: boolean;
}

export type Delimiter = ',' | ';' | '\t' | '|';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/**
 * Splits delimited text (RFC 4180, and its usual cousins: any of `, ; tab |`, LF, CRLF or CR, byte order mark, UTF-16)
 * into rows with byte offsets. Blank lines are stepped over. A quote that never closes ends with the file.
 */
export function* csvRows(bytes: Uint8Array, delimiter: Delimiter): Generator<CsvRow, void, void> {
  const text = readText(bytes);
  const slice = sliceDecoder(text);
  const data = text.bytes;
  const cut = delimiter.charCodeAt(0);
  let at = text.start;
  let line = 1;
  while (at < data.length) {
    const start = at;
    const firstLine = line;
    const cells: string[] = [];
    let cellStart = at;
    let quoted = false;
    let quoteSeen = false;
    let closed = false;
    let end = data.length;
    while (at < data.length) {
      const byte = data[at]!;
      if (byte === QUOTE) {
        // A quote opens only at the start of a cell: an inch mark inside free text is text.
        if (quoted) {
          if (data[at + 1] === QUOTE) at++;
          else quoted = false;
        } else if (at === cellStart) {
          quoted = true;
          quoteSeen = true;
        }
      } else if (!quoted && byte === cut) {
        cells.push(cellText(slice(cellStart, at), quoteSeen));
        cellStart = at + 1;
        quoteSeen = false;
      } else if (byte === LF || byte === CR) {
        const wide = byte === CR && data[at + 1] === LF;
        line++;
        if (!quoted) {
          end = at;
          at += wide ? 2 : 1;
          closed = true;
          break;
        }
        if (wide) at++;
      }
      at++;
    }
    cells.push(cellText(slice(cellStart, end), quoteSeen));
    if (cells.length === 1 && cells[0] === '' && !quoted) continue;
    yield {
      cells,
      line: firstLine,
      byteStart: text.offsetsHold ? start : undefined,
      byteEnd: text.offsetsHold ? end : undefined,
      closed,
      openQuote: quoted,
    };
  }
}

function cellText(raw: string, quoted: boolean): string {
  const text = raw.trim();
  if (!quoted) return text;
  const body = text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text.slice(1);
  return body.replaceAll('""', '"').trim();
}

/** The delimiter that splits the first lines most evenly; null where none occurs. */
export function sniffDelimiter(bytes: Uint8Array): Delimiter | null {
  let best: Delimiter | null = null;
  let most = 1;
  for (const delimiter of [',', ';', '\t', '|'] as const) {
    let width = 0;
    let count = 0;
    for (const row of csvRows(bytes.subarray(0, 16_384), delimiter)) {
      width = Math.max(width, row.cells.length);
      if (++count === 4) break;
    }
    if (width > most) {
      most = width;
      best = delimiter;
    }
  }
  return best;
}

/**
 * A number as tables write it: `5.6`, `5,6`, `1,234.5`, `1.234,5`, `-3`, ` 120 `. Null where it is not a number.
 * A single comma is a decimal comma.
 */
export function parseNumber(text: string): number | null {
  let plain = text.replaceAll(/[\s\u00a0']/g, '');
  if (plain.includes(',')) {
    plain =
      plain.lastIndexOf(',') > plain.lastIndexOf('.')
        ? plain.replaceAll('.', '').replace(',', '.')
        : plain.replaceAll(',', '');
  }
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : null;
}

export type { SourceText };
