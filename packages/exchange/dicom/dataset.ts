import { type DicomCharset, dicomCharset } from './charset.ts';
import { tagOfKeyword } from './dictionary.ts';
import { type DataElement, type Tag, TEXT, type Vr, WORD } from './element.ts';
import { dicomErrors } from './errors.data.ts';

/** A tag, or the keyword the registry has for it (`PatientID`). */
export type TagName = Tag | string;

/** A value to make an element of: text, numbers, bytes or items, as its representation asks for. */
export type NewValue = string | readonly string[] | number | readonly number[] | Uint8Array | readonly DataSet[];

const CHARSET = 0x00080005;
const NOTHING = new Uint8Array(0);

/** @throws TypeError for a keyword that the registry does not have */
export function tagOf(name: TagName): Tag {
  if (typeof name === 'number') return name;
  const tag = tagOfKeyword(name);
  if (tag === null) throw new TypeError(`${name} is no keyword of DICOM PS3.6`);
  return tag;
}

/** Elements by tag, in the order of the source. Absent and empty elements read alike: null, or no values. */
export class DataSet {
  readonly elements: ReadonlyMap<Tag, DataElement>;
  readonly charset: DicomCharset;
  /** Where it lies in the source; -1 for one that was made. */
  readonly byteStart: number;
  readonly byteEnd: number;

  /** `inherited` is the character set of the enclosing data set, used where this one names none. */
  constructor(elements: Iterable<DataElement>, inherited?: DicomCharset, byteStart = -1, byteEnd = -1) {
    const map = new Map<Tag, DataElement>();
    for (const element of elements) map.set(element.tag, element);
    this.elements = map;
    const own = map.get(CHARSET);
    this.charset = own === undefined ? (inherited ?? dicomCharset([])) : charsetOf(own);
    this.byteStart = byteStart;
    this.byteEnd = byteEnd;
  }

  get(name: TagName): DataElement | undefined {
    return this.elements.get(tagOf(name));
  }

  /** All values of a text element, without padding; none where it is absent, empty or no text. */
  strings(name: TagName): string[] {
    const element = this.get(name);
    return element === undefined ? [] : stringsOf(element, this.charset);
  }

  /** The first value of a text element; null where there is none. */
  text(name: TagName): string | null {
    return this.strings(name)[0] || null;
  }

  /** All values of an element of numbers, binary or text; NaN for text that is none. */
  numbers(name: TagName): number[] {
    const element = this.get(name);
    return element === undefined ? [] : numbersOf(element);
  }

  /** The first of them; null where there is none. */
  number(name: TagName): number | null {
    return this.numbers(name)[0] ?? null;
  }

  /** The bytes of an element, little endian. */
  bytes(name: TagName): Uint8Array | null {
    return this.get(name)?.value ?? null;
  }

  sequence(name: TagName): readonly DataSet[] {
    return this.get(name)?.items ?? [];
  }

  /** The first item of a sequence; null where there is none. */
  item(name: TagName): DataSet | null {
    return this.sequence(name)[0] ?? null;
  }

  /** A private element: the block of `group` that `creator` reserved, and the element's last two digits in it. */
  private(group: number, creator: string, offset: number): DataElement | undefined {
    for (let block = 0x10; block <= 0xff; block++) {
      const reserves = this.elements.get(group * 0x10000 + block);
      if (reserves === undefined) continue;
      if (stringsOf(reserves, this.charset)[0] !== creator) continue;
      return this.elements.get(group * 0x10000 + block * 0x100 + offset);
    }
    return undefined;
  }

  /** The same with elements put in or replaced, in order of tags. */
  with(...elements: readonly DataElement[]): DataSet {
    const map = new Map(this.elements);
    for (const element of elements) map.set(element.tag, element);
    const sorted = [...map.values()].sort((a, b) => a.tag - b.tag);
    return new DataSet(sorted, this.charset, this.byteStart, this.byteEnd);
  }

  /** The same without some elements. */
  without(...names: readonly TagName[]): DataSet {
    const gone = new Set(names.map(tagOf));
    const kept = [...this.elements.values()].filter(({ tag }) => !gone.has(tag));
    return new DataSet(kept, this.charset, this.byteStart, this.byteEnd);
  }
}

function charsetOf(element: DataElement): DicomCharset {
  return dicomCharset(latin(element.value).replace(/\0+$/, '').split('\\'));
}

function latin(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Values of a text element, without padding. */
export function stringsOf(element: DataElement, charset: DicomCharset): string[] {
  const kind = TEXT[element.vr];
  if (kind === undefined || element.value.length === 0) return [];
  const whole = kind.charset ? charset.decode(element.value) : latin(element.value);
  const values = kind.several ? whole.split('\\') : [whole];
  // Leading blanks mean something only in long texts.
  const trim = kind.several
    ? (text: string) => text.replace(/[\0 ]+$/, '').trimStart()
    : (text: string) => text.replace(/[\0 ]+$/, '');
  const trimmed = values.map(trim);
  return trimmed.length === 1 && trimmed[0] === '' ? [] : trimmed;
}

/** Values of an element of numbers; a last value that is cut short is left out. */
export function numbersOf({ vr, value }: DataElement): number[] {
  if (vr === 'DS' || vr === 'IS') {
    const text = latin(value).replace(/[\0 ]+$/, '');
    return text === '' ? [] : text.split('\\').map((each) => decimal(each, vr));
  }
  const form = NUMBERS[vr];
  if (form === undefined) return vr === 'OB' || vr === 'UN' ? [...value] : [];
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const size = vr === 'AT' ? 4 : WORD[vr]!;
  const out: number[] = [];
  for (let at = 0; at + size <= value.length; at += size) out.push(form.get(view, at));
  return out;
}

/** PS3.5, 6.2: a fixed or floating point number, or an integer, with blanks around it. */
function decimal(text: string, vr: 'DS' | 'IS'): number {
  const trimmed = text.trim();
  const form = vr === 'IS' ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
  return form.test(trimmed) ? Number(trimmed) : Number.NaN;
}

interface NumberForm {
  get(view: DataView, at: number): number;
  put(view: DataView, at: number, value: number): void;
}

const uint16: NumberForm = {
  get: (view, at) => view.getUint16(at, true),
  put: (view, at, x) => view.setUint16(at, x, true),
};
const uint32: NumberForm = {
  get: (view, at) => view.getUint32(at, true),
  put: (view, at, x) => view.setUint32(at, x, true),
};
const float32: NumberForm = {
  get: (view, at) => view.getFloat32(at, true),
  put: (view, at, x) => view.setFloat32(at, x, true),
};
const float64: NumberForm = {
  get: (view, at) => view.getFloat64(at, true),
  put: (view, at, x) => view.setFloat64(at, x, true),
};
const uint64: NumberForm = {
  get: (view, at) => Number(view.getBigUint64(at, true)),
  put: (view, at, x) => view.setBigUint64(at, BigInt(Math.trunc(x)), true),
};

const NUMBERS: Readonly<Partial<Record<Vr, NumberForm>>> = {
  US: uint16,
  OW: uint16,
  SS: { get: (view, at) => view.getInt16(at, true), put: (view, at, x) => view.setInt16(at, x, true) },
  UL: uint32,
  OL: uint32,
  SL: { get: (view, at) => view.getInt32(at, true), put: (view, at, x) => view.setInt32(at, x, true) },
  FL: float32,
  OF: float32,
  FD: float64,
  OD: float64,
  UV: uint64,
  OV: uint64,
  SV: {
    get: (view, at) => Number(view.getBigInt64(at, true)),
    put: (view, at, x) => view.setBigInt64(at, BigInt(Math.trunc(x)), true),
  },
  AT: {
    get: (view, at) => view.getUint16(at, true) * 0x10000 + view.getUint16(at + 2, true),
    put: (view, at, x) => {
      view.setUint16(at, Math.floor(x / 0x10000), true);
      view.setUint16(at + 2, x % 0x10000, true);
    },
  },
};

/** Makes an element. @throws dicom-encode where the value has no form in the representation, or text none in the character set */
export function newElement(
  name: TagName,
  vr: Vr,
  value: NewValue,
  charset: DicomCharset = dicomCharset([]),
): DataElement {
  const tag = tagOf(name);
  const spot = { tag, vr, byteStart: -1, byteEnd: -1 };
  if (value instanceof Uint8Array) return { ...spot, value };
  const values: readonly (string | number | DataSet)[] =
    typeof value === 'string' || typeof value === 'number' ? [value] : value;
  if (vr === 'SQ') {
    if (!values.every((each) => each instanceof DataSet)) throw unfit(name, vr, 'a sequence is made of data sets');
    return { ...spot, value: NOTHING, items: values };
  }
  const kind = TEXT[vr];
  if (kind !== undefined) {
    const text = values.map((each) => String(each)).join('\\');
    const bytes = kind.charset ? charset.encode(text) : dicomCharset([]).encode(text);
    if (bytes === null) throw unfit(name, vr, `“${text}” is not in the character set`);
    return { ...spot, value: padded(bytes, vr === 'UI' ? 0 : 0x20) };
  }
  const form = NUMBERS[vr];
  if (form === undefined || !values.every((each) => typeof each === 'number')) throw unfit(name, vr, 'give bytes');
  const size = vr === 'AT' ? 4 : WORD[vr]!;
  const out = new Uint8Array(values.length * size);
  const view = new DataView(out.buffer);
  for (const [i, each] of values.entries()) {
    if (form === uint64 || vr === 'SV') {
      if (!Number.isSafeInteger(each)) throw unfit(name, vr, `${each} does not fit`);
    }
    form.put(view, i * size, each);
    const rounds = form === float32 || form === float64;
    if (!rounds && form.get(view, i * size) !== each) throw unfit(name, vr, `${each} does not fit`);
  }
  return { ...spot, value: out };
}

function unfit(name: TagName, vr: Vr, why: string) {
  return dicomErrors.error('dicom-encode', `${name} cannot be written as ${vr}: ${why}`, { element: String(name) });
}

function padded(bytes: Uint8Array, filler: number): Uint8Array {
  if (bytes.length % 2 === 0) return bytes;
  const out = new Uint8Array(bytes.length + 1).fill(filler);
  out.set(bytes);
  return out;
}
