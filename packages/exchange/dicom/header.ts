import type { DataSet } from './dataset.ts';
import { stringsOf } from './dataset.ts';
import { nameOfTag, tagText } from './dictionary.ts';
import { type DataElement, TEXT, WORD } from './element.ts';

/** Binary values longer than this stay in the file; their place and size are kept. */
const MOST_BYTES = 1024;

/** A data set as plain JSON by keyword (tags where private), for what is kept. Long binary values are named by place and size. */
export function keptHeader(dataSet: DataSet): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const element of dataSet.elements.values()) out[nameOfTag(element.tag)] = keptValue(element, dataSet);
  return out;
}

/** What differs from another data set: the header of one slice beside that of the first. */
export function headerDifference(dataSet: DataSet, from: DataSet): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const element of dataSet.elements.values()) {
    const other = from.elements.get(element.tag);
    const value = keptValue(element, dataSet);
    if (other === undefined || JSON.stringify(keptValue(other, from)) !== JSON.stringify(value)) {
      out[nameOfTag(element.tag)] = value;
    }
  }
  for (const { tag } of from.elements.values()) if (!dataSet.elements.has(tag)) out[nameOfTag(tag)] = null;
  return out;
}

function keptValue(element: DataElement, dataSet: DataSet): unknown {
  const { vr, value, items, fragments, byteStart } = element;
  if (items !== undefined) return items.map(keptHeader);
  if (fragments !== undefined) {
    const bytes = fragments.reduce((sum, fragment) => sum + fragment.length, 0);
    return { fragments: fragments.length, bytes, at: byteStart };
  }
  if (TEXT[vr] !== undefined) return one(stringsOf(element, dataSet.charset));
  if (value.length > MOST_BYTES) return { bytes: value.length, at: byteStart };
  if (vr === 'AT') return one(dataSet.numbers(element.tag).map(tagText));
  if (WORD[vr] !== undefined && vr !== 'OW') return one(dataSet.numbers(element.tag).map(json));
  return { hex: Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('') };
}

/** JSON has no numbers that are not finite. */
function json(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function one<T>(values: readonly T[]): T | readonly T[] | null {
  return values.length === 0 ? null : values.length === 1 ? values[0]! : values;
}
