import type { View } from './compile.ts';
import { type Row, rowObject } from './rows.ts';

export const VIEW_FORMATS = ['csv', 'json', 'ndjson'] as const;
export type ViewFormat = (typeof VIEW_FORMATS)[number];

/** The text of a table, piece by piece: what comes before all rows, each row, and what comes after. */
export interface TableText {
  begin(): string;
  row(row: Row): string;
  end(): string;
}

/**
 * CSV (RFC 4180, lines ended by LF): a header, nothing for null, `""` for an empty text, and JSON for lists and elements; or a JSON
 * array of objects; or an object a line.
 */
export function tableText(view: View, format: ViewFormat): TableText {
  if (format === 'csv') {
    return {
      begin: () => `${view.columns.map(({ name }) => name).join(',')}\n`,
      row: (row) => `${row.map(cell).join(',')}\n`,
      end: () => '',
    };
  }
  const text = (row: Row) => JSON.stringify(rowObject(view, row));
  if (format === 'ndjson') return { begin: () => '', row: (row) => `${text(row)}\n`, end: () => '' };
  let count = 0;
  return {
    begin: () => '[',
    row: (row) => `${count++ === 0 ? '\n' : ',\n'}${text(row)}`,
    end: () => `${count === 0 ? '' : '\n'}]\n`,
  };
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
