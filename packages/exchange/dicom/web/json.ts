import { dicomCharset } from '../charset.ts';
import { DataSet, newElement, numbersOf, stringsOf } from '../dataset.ts';
import { type DataElement, isVr, type Tag, TEXT, type Vr, WORD } from '../element.ts';
import { dicomwebErrors } from './errors.data.ts';

/** An element of the DICOM JSON model (PS3.18, annex F). */
export interface JsonElement {
  readonly vr: string;
  readonly Value?: readonly unknown[];
  readonly InlineBinary?: string;
  readonly BulkDataURI?: string;
}

/** A data set of the DICOM JSON model: elements by tag, eight hexadecimal digits. */
export type JsonDataSet = Readonly<Record<string, JsonElement>>;

export interface JsonOptions {
  /** Address of a value that is left out: `7FE00010`, or `00400555.0.00090010` within a sequence. Without it nothing is left out. */
  readonly bulk?: (path: string, element: DataElement) => string | null;
}

const UTF8 = dicomCharset(['ISO_IR 192']);
const CHARSET = 0x00080005;
const MOST_DEEP = 64;
/** Parts of a person's name, in their order. */
const NAME_PARTS = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;

export const tagKey = (tag: Tag): string => tag.toString(16).toUpperCase().padStart(8, '0');

/** A data set in JSON. Texts are as read by its character set, which is then said to be UTF-8; group lengths are left out. */
export function toJson(dataSet: DataSet, options: JsonOptions = {}, path = ''): JsonDataSet {
  const out: Record<string, JsonElement> = {};
  for (const element of [...dataSet.elements.values()].sort((a, b) => a.tag - b.tag)) {
    if (element.tag % 0x10000 === 0) continue;
    const key = tagKey(element.tag);
    out[key] = jsonElement(element, dataSet, options, `${path}${key}`);
  }
  return out;
}

function jsonElement(element: DataElement, { charset }: DataSet, options: JsonOptions, path: string): JsonElement {
  const { tag, vr, value, items, fragments } = element;
  if (tag === CHARSET) return { vr, Value: ['ISO_IR 192'] };
  if (items !== undefined) {
    const made = items.map((item, i) => toJson(item, options, `${path}.${i}.`));
    return made.length === 0 ? { vr: 'SQ' } : { vr: 'SQ', Value: made };
  }
  const values = valuesOf(element, charset);
  if (values === null) {
    const uri = options.bulk?.(path, element) ?? null;
    if (uri !== null) return { vr, BulkDataURI: uri };
    if (fragments !== undefined || value.length === 0) return { vr };
    return { vr, InlineBinary: base64(value) };
  }
  return values.length === 0 ? { vr } : { vr, Value: values };
}

/** Values as JSON; null where the representation is of bytes. */
function valuesOf(element: DataElement, charset: DataSet['charset']): readonly unknown[] | null {
  const { vr, value } = element;
  if (vr === 'DS' || vr === 'IS') {
    const numbers = numbersOf(element);
    return stringsOf(element, charset).map((text, i) => (Number.isFinite(numbers[i]) ? numbers[i] : text || null));
  }
  if (TEXT[vr] !== undefined) {
    const strings = stringsOf(element, charset);
    if (vr !== 'PN') return strings.map((text) => text || null);
    return strings.map((name) => {
      const parts = name.split('=').map((part, i) => [NAME_PARTS[i], part] as const);
      const said = parts.filter(([kind, part]) => kind !== undefined && part !== '');
      return said.length === 0 ? null : Object.fromEntries(said);
    });
  }
  if (vr === 'AT') return numbersOf(element).map(tagKey);
  if (vr === 'SV' || vr === 'UV') return bigNumbers(value, vr);
  if (WORD[vr] !== undefined && vr[0] !== 'O') return numbersOf(element).map(jsonNumber);
  return null;
}

/** JSON has no name for what is no number: PS3.18, F.2.3.1 writes it as text. */
const jsonNumber = (value: number) =>
  Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';

function bigNumbers(value: Uint8Array, vr: 'SV' | 'UV'): readonly (number | string)[] {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  return Array.from({ length: Math.floor(value.length / 8) }, (_, i) => {
    const number = vr === 'SV' ? view.getBigInt64(8 * i, true) : view.getBigUint64(8 * i, true);
    return Number.isSafeInteger(Number(number)) ? Number(number) : String(number);
  });
}

/**
 * The data set that JSON stands for, its texts in UTF-8. `bulk` gives the bytes of values that are only referred to.
 * @throws dicomweb-json
 */
export function fromJson(json: unknown, bulk?: (uri: string) => Uint8Array | null, path = '', depth = 0): DataSet {
  const wrong = (why: string) =>
    dicomwebErrors.error('dicomweb-json', `${path || 'the data set'} ${why}`, { element: path });
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrong('is no object');
  if (depth > MOST_DEEP) throw wrong('lies too deep');
  const elements: DataElement[] = [];
  for (const [key, value] of Object.entries(json)) {
    const place = `${path}${key}`;
    if (!/^[0-9A-F]{8}$/i.test(key))
      throw dicomwebErrors.error('dicomweb-json', `“${place}” is no tag`, { element: place });
    const tag = Number.parseInt(key, 16);
    if (tag % 0x10000 === 0) continue;
    elements.push(tag === CHARSET ? charsetElement() : elementOf(tag, value, place, depth, bulk));
  }
  const outspoken = elements.some(({ value, vr }) => TEXT[vr]?.charset === true && value.some((byte) => byte > 0x7f));
  if (outspoken && path === '' && !elements.some(({ tag }) => tag === CHARSET)) elements.push(charsetElement());
  return new DataSet(
    elements.sort((a, b) => a.tag - b.tag),
    UTF8,
  );
}

const charsetElement = () => newElement(CHARSET, 'CS', 'ISO_IR 192');

function elementOf(
  tag: Tag,
  json: unknown,
  path: string,
  depth: number,
  bulk: ((uri: string) => Uint8Array | null) | undefined,
): DataElement {
  const wrong = (why: string) => dicomwebErrors.error('dicomweb-json', `${path} ${why}`, { element: path });
  if (typeof json !== 'object' || json === null) throw wrong('is no object');
  const { vr, Value, InlineBinary, BulkDataURI } = json as Partial<JsonElement>;
  if (typeof vr !== 'string' || !isVr(vr)) throw wrong(`has the value representation “${String(vr)}”`);
  const forms = [Value, InlineBinary, BulkDataURI].filter((form) => form !== undefined);
  if (forms.length > 1) throw wrong('has values in several forms');
  if (InlineBinary !== undefined) {
    const bytes = typeof InlineBinary === 'string' ? fromBase64(InlineBinary) : null;
    if (bytes === null) throw wrong('is no base 64');
    return newElement(tag, vr, bytes);
  }
  if (BulkDataURI !== undefined) {
    const bytes = typeof BulkDataURI === 'string' ? bulk?.(BulkDataURI) : null;
    if (bytes === null || bytes === undefined) throw wrong('refers to a value that is not there');
    return newElement(tag, vr, bytes);
  }
  if (Value !== undefined && !Array.isArray(Value)) throw wrong('has a Value that is no array');
  const values: readonly unknown[] = Value ?? [];
  if (vr === 'SQ') {
    const items = values.map((item, i) => fromJson(item ?? {}, bulk, `${path}.${i}.`, depth + 1));
    return newElement(tag, 'SQ', items);
  }
  try {
    return valueElement(tag, vr, values, wrong);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'dicom-encode') throw wrong(cause.message);
    throw cause;
  }
}

function valueElement(tag: Tag, vr: Vr, values: readonly unknown[], wrong: (why: string) => Error): DataElement {
  if (TEXT[vr] !== undefined) {
    const texts = values.map((value) => {
      if (value === null) return '';
      if (vr === 'PN') return personName(value, wrong);
      if ((vr === 'DS' || vr === 'IS') && typeof value === 'number') return decimalText(value, vr);
      if (typeof value !== 'string') throw wrong('has a value that is no text');
      return value;
    });
    if (TEXT[vr]!.several && texts.some((text) => text.includes('\\'))) throw wrong('has a backslash in a value');
    return newElement(tag, vr, texts, UTF8);
  }
  if (vr === 'AT') {
    const tags = values.map((value) => (typeof value === 'string' && /^[0-9A-F]{8}$/i.test(value) ? value : null));
    if (tags.includes(null)) throw wrong('has a value that is no tag');
    return newElement(
      tag,
      vr,
      tags.map((value) => Number.parseInt(value!, 16)),
    );
  }
  if (vr === 'SV' || vr === 'UV') return bigElement(tag, vr, values, wrong);
  if (WORD[vr] === undefined || vr[0] === 'O') {
    if (values.length > 0) throw wrong('has values where bytes are asked for');
    return newElement(tag, vr, new Uint8Array(0));
  }
  const named: Readonly<Record<string, number>> = { NaN: Number.NaN, inf: Infinity, '-inf': -Infinity };
  const numbers = values.map((value) => (typeof value === 'string' ? (named[value] ?? Number(value || 'x')) : value));
  const fits = (value: unknown, i: number) =>
    typeof value === 'number' &&
    (!Number.isNaN(value) || values[i] === 'NaN') &&
    (vr[0] === 'F' || Number.isInteger(value));
  if (!numbers.every(fits)) throw wrong('has a value that is no number of its kind');
  return newElement(tag, vr, numbers as number[]);
}

function bigElement(tag: Tag, vr: 'SV' | 'UV', values: readonly unknown[], wrong: (why: string) => Error): DataElement {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) {
    const whole =
      typeof value === 'number' ? Number.isInteger(value) : typeof value === 'string' && /^-?\d{1,20}$/.test(value);
    if (!whole) throw wrong('has a value that is no whole number');
    const number = BigInt(value as number | string);
    const fits = vr === 'SV' ? BigInt.asIntN(64, number) : BigInt.asUintN(64, number);
    if (fits !== number) throw wrong(`has the value ${number}, which does not fit`);
    if (vr === 'SV') view.setBigInt64(8 * i, number, true);
    else view.setBigUint64(8 * i, number, true);
  }
  return newElement(tag, vr, bytes);
}

function personName(value: unknown, wrong: (why: string) => Error): string {
  if (typeof value !== 'object' || value === null) throw wrong('has a name that is no object');
  const parts = NAME_PARTS.map((kind) => (value as Record<string, unknown>)[kind] ?? '');
  if (!parts.every((part) => typeof part === 'string' && !part.includes('=')))
    throw wrong('has a name that is no text');
  return parts.join('=').replace(/=+$/, '');
}

/** At most 16 characters for DS, whole for IS. */
function decimalText(value: number, vr: 'DS' | 'IS'): string {
  const text = String(value);
  if (vr === 'IS' || text.length <= 16) return text;
  for (let digits = 15; digits > 0; digits--) {
    const short = Number(value.toPrecision(digits)).toString();
    if (short.length <= 16) return short;
  }
  return value.toExponential(8);
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}
