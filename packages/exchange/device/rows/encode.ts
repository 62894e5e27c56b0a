import { LOINC } from '@gemel/core/concept';
import type { RawItem } from '@gemel/core/raw';
import { writeDateTime } from '../../fhir/datetime.ts';

/** One message of values: whose they are, which device measured them, and the rows as JSON. */
export interface RowsMessage {
  readonly subject: string;
  readonly device: string;
  readonly rows: number;
  readonly payload: Uint8Array;
}

/**
 * The numbers among the items as messages that `rowsDoor` reads, at most `most` values in each, by subject and device. What such
 * a row cannot say (words, codes, bounds, series, what was given) is left out; `unsaid` counts it.
 */
export function encodeRows(
  items: readonly RawItem[],
  device: string,
  most = 500,
): { readonly messages: readonly RowsMessage[]; readonly unsaid: number } {
  const groups = new Map<string, { readonly subject: string; readonly device: string; readonly rows: object[] }>();
  let unsaid = 0;
  for (const item of items) {
    const row = rowOf(item);
    if (row === null) {
      unsaid++;
      continue;
    }
    const own = item.provenance.device ?? device;
    const key = JSON.stringify([item.subject, own]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { subject: item.subject, device: own, rows: [row] });
    else group.rows.push(row);
  }
  const messages: RowsMessage[] = [];
  for (const { subject, device: name, rows } of groups.values()) {
    for (let at = 0; at < rows.length; at += most) {
      const part = rows.slice(at, at + most);
      const payload = new TextEncoder().encode(JSON.stringify(part));
      messages.push({ subject, device: name, rows: part.length, payload });
    }
  }
  return { messages, unsaid };
}

function rowOf(item: RawItem): object | null {
  if (item.kind !== 'observation' || item.value.kind !== 'quantity') return null;
  const { value, unit, comparator } = item.value;
  const coding = item.codings[0];
  if (coding === undefined || unit === '' || comparator !== undefined || item.time.end !== undefined) return null;
  const { system, code } = coding;
  const { sourceId } = item.provenance;
  return {
    time: writeDateTime(item.time.start, item.time.offset),
    code: system === LOINC && /^\d{1,7}-\d$/.test(code) ? code : `${system}|${code}`,
    value,
    unit,
    ...(sourceId !== undefined && { id: sourceId }),
  };
}
