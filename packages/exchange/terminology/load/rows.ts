import type { Problem, Where } from '@gemel/core/error';
import { terminologyErrors } from '../errors.data.ts';
import type { LoadStep, ReleaseFiles } from '../release.ts';

export type Report = (problem: Problem) => void;

/** A row of a table of a release. */
export interface Row {
  readonly cells: readonly string[];
  /** 1-based. */
  readonly line: number;
}

/** Longest row read; longer is an attack or no text. */
const LONGEST_ROW = 4 * 1024 * 1024;

/** What all loaders share: where they are, and whom they tell. */
export class Reading {
  readonly files: ReleaseFiles;
  readonly report: Report;
  bytes = 0;

  constructor(files: ReleaseFiles, report: Report) {
    this.files = files;
    this.report = report;
  }

  /** The path that ends so, the shortest where several do. */
  path(end: RegExp): string | null {
    return this.paths(end).sort((a, b) => a.length - b.length)[0] ?? null;
  }

  paths(end: RegExp): string[] {
    return this.files.paths.filter((path) => end.test(path));
  }

  problem(code: keyof typeof terminologyErrors.table & string, message: string, where: Where): void {
    this.report(terminologyErrors.problem(code, message, where));
  }

  /** The lines of a file, without their ends. */
  *lines(
    path: string,
  ): Generator<{ readonly text: string; readonly line: number; readonly chunk: boolean }, void, void> {
    const decoder = new TextDecoder('utf-8');
    let rest = '';
    let line = 0;
    for (const bytes of this.files.read(path)) {
      this.bytes += bytes.length;
      const parts = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = parts.pop()!;
      let first = true;
      for (const part of parts) {
        line++;
        yield { text: part.endsWith('\r') ? part.slice(0, -1) : part, line, chunk: first };
        first = false;
      }
      if (rest.length <= LONGEST_ROW) continue;
      const message = `${path}: line ${line + 1} is longer than ${LONGEST_ROW} characters`;
      throw terminologyErrors.error('terminology-not-a-release', message, { file: path, line: line + 1 });
    }
    rest += decoder.decode();
    if (rest !== '') yield { text: rest, line: line + 1, chunk: true };
  }

  /** The rows of a file whose cells a character parts. */
  *parted(path: string, separator: '\t' | '|', width: number): Generator<Row | LoadStep, void, void> {
    for (const { text, line, chunk } of this.lines(path)) {
      if (chunk) yield { path, bytes: this.bytes };
      if (text === '') continue;
      const cells = text.split(separator);
      if (this.#fits(cells, width, path, line)) yield { cells, line };
    }
  }

  /** The rows of a CSV file (RFC 4180) below its header; cells in the order of the columns asked, which must all be there. */
  *csv(
    path: string,
    columns: readonly string[],
    optional: readonly string[] = [],
  ): Generator<Row | LoadStep, void, void> {
    let places: readonly number[] | null = null;
    let open = '';
    let openedAt = 0;
    for (const { text, line, chunk } of this.lines(path)) {
      if (chunk) yield { path, bytes: this.bytes };
      if (open === '') openedAt = line;
      const whole = open === '' ? text : `${open}\n${text}`;
      // A quoted cell may hold line ends: the row goes on while its quotes do not pair.
      if (quotes(whole) % 2 === 1 && whole.length < LONGEST_ROW) {
        open = whole;
        continue;
      }
      open = '';
      if (whole === '') continue;
      const cells = csvCells(whole);
      if (places === null) {
        places = this.#places(cells, columns, optional, path);
        continue;
      }
      if (this.#fits(cells, Math.max(...places) + 1, path, openedAt)) {
        yield { cells: places.map((place) => (place < 0 ? '' : cells[place]!)), line: openedAt };
      }
    }
    if (open !== '') {
      const where = { file: path, line: openedAt };
      this.problem(
        'terminology-row',
        `${path}: the file ends inside the quoted cell that line ${openedAt} opens`,
        where,
      );
    }
  }

  #places(header: readonly string[], columns: readonly string[], optional: readonly string[], path: string): number[] {
    const named = header.map((cell) =>
      cell
        .replace(/^\uFEFF/, '')
        .trim()
        .toLowerCase(),
    );
    const place = (name: string) => named.indexOf(name.toLowerCase());
    const missing = columns.filter((name) => place(name) < 0);
    if (missing.length === 0) return [...columns, ...optional].map(place);
    const message = `${path} has no column ${missing.join(', ')}`;
    throw terminologyErrors.error('terminology-column-missing', message, { file: path, line: 1 });
  }

  #fits(cells: readonly string[], width: number, path: string, line: number): boolean {
    if (cells.length >= width) return true;
    const message = `${path}: line ${line} has ${cells.length} cells, where ${width} are needed`;
    this.problem('terminology-row', message, { file: path, line });
    return false;
  }
}

export function isRow(one: Row | LoadStep): one is Row {
  return 'cells' in one;
}

function quotes(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) count++;
  return count;
}

function csvCells(text: string): string[] {
  if (!text.includes('"')) return text.split(',');
  const cells: string[] = [];
  let at = 0;
  while (at <= text.length) {
    if (text[at] === '"') {
      let cell = '';
      let end = at + 1;
      for (;;) {
        const quote = text.indexOf('"', end);
        if (quote < 0) {
          cell += text.slice(end);
          end = text.length;
          break;
        }
        cell += text.slice(end, quote);
        end = quote + 1;
        if (text[end] !== '"') break;
        cell += '"';
        end++;
      }
      const next = text.indexOf(',', end);
      cells.push(cell);
      at = next < 0 ? text.length + 1 : next + 1;
    } else {
      const next = text.indexOf(',', at);
      cells.push(text.slice(at, next < 0 ? text.length : next));
      at = next < 0 ? text.length + 1 : next + 1;
    }
  }
  return cells;
}
