import type { Problem } from '@gemel/core/error';
import { type DicomCharset, dicomCharset } from './charset.ts';
import { DataSet } from './dataset.ts';
import { nameOfTag, registered, tagText } from './dictionary.ts';
import {
  type DataElement,
  ITEM,
  ITEM_END,
  isVr,
  LONG_VRS,
  PIXEL_DATA,
  type RefusedElement,
  SEQUENCE_END,
  type Tag,
  UNDEFINED_LENGTH,
  type Vr,
  WORD,
} from './element.ts';
import { dicomErrors } from './errors.data.ts';

/** Bytes being read, and what is wrong with them. */
export interface Source {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly problems: Problem[];
  readonly refused: RefusedElement[];
  /** Elements read so far. */
  count: number;
}

export interface Reading {
  readonly explicit: boolean;
  readonly bigEndian: boolean;
}

/** Sequences within sequences: objects of practice nest about ten deep. */
const MOST_DEEP = 64;
/** An object of ten thousand frames with its functional groups has about a million. */
const MOST_ELEMENTS = 2 ** 21;
/** Problems told one by one; beyond, a file is broken and further ones tell nothing new. */
const MOST_PROBLEMS = 1000;
const NOTHING = new Uint8Array(0);

/** The elements between two bytes of a source. Never throws on bad input: what cannot be read is refused. */
export function readDataSet(source: Source, start: number, end: number, reading: Reading): DataSet {
  return new Reader(source, reading).read(start, end);
}

/** Reverses the bytes of each word. */
function swapped(bytes: Uint8Array, word: number): Uint8Array {
  const out = bytes.slice();
  for (let at = 0; at + word <= out.length; at += word) out.subarray(at, at + word).reverse();
  return out;
}

interface Header {
  readonly tag: Tag;
  readonly vr: Vr | null;
  readonly length: number;
  readonly start: number;
  readonly content: number;
}

/** What is known of the enclosing data set while reading. */
interface Context {
  readonly elements: Map<Tag, DataElement>;
  readonly charset: DicomCharset;
  readonly signed: boolean;
  /** The encoding may change within: UN of undefined length is implicit little endian (PS3.5, 6.2.2). */
  readonly reading: Reading;
  readonly path: readonly string[];
}

class Reader {
  readonly source: Source;
  readonly view: DataView;
  readonly reading: Reading;

  constructor(source: Source, reading: Reading) {
    this.source = source;
    this.reading = reading;
    this.view = new DataView(source.bytes.buffer, source.bytes.byteOffset, source.bytes.byteLength);
  }

  read(start: number, end: number): DataSet {
    return this.dataSet(
      start,
      end,
      { charset: dicomCharset([]), signed: false, reading: this.reading, path: [] },
      false,
    ).dataSet;
  }

  /** Reads to `end`, or to the delimiter where `delimited`. `at` is behind what was read; null where reading had to stop. */
  dataSet(
    start: number,
    end: number,
    outer: Omit<Context, 'elements'>,
    delimited: boolean,
  ): { readonly dataSet: DataSet; readonly at: number | null } {
    const elements = new Map<Tag, DataElement>();
    let { charset, signed } = outer;
    const finish = (at: number | null) => ({
      dataSet: new DataSet(elements.values(), outer.charset, start, at ?? end),
      at,
    });
    let at = start;
    let last = -1;
    while (at < end) {
      const header = this.header(at, end, outer.reading);
      if (header === null) {
        if (this.onlyZeros(at, end)) break;
        this.refuse('dicom-truncated', 0, at, end, outer.path, 'ends within the header of an element');
        return finish(null);
      }
      if (header.tag === ITEM_END && delimited) return finish(header.content);
      if (header.tag === 0 && outer.path.length === 0 && elements.size > 0) {
        if (this.onlyZeros(at, end)) this.note('dicom-repaired', 'zeros follow the last element', at, outer.path);
        else this.refuse('dicom-element', 0, at, end, outer.path, 'goes on after its last group');
        break;
      }
      if (header.tag === ITEM_END || header.tag === SEQUENCE_END || header.tag === ITEM) {
        this.refuse('dicom-element', header.tag, at, header.content, outer.path, 'stands outside a sequence');
        at = header.content;
        continue;
      }
      if (++this.source.count > MOST_ELEMENTS) {
        this.refuse('dicom-too-large', header.tag, at, end, outer.path, `is beyond the ${MOST_ELEMENTS} elements read`);
        return finish(null);
      }
      const read = this.element(header, end, { elements, charset, signed, reading: outer.reading, path: outer.path });
      if (read.element !== null) {
        const { tag } = read.element;
        if (elements.has(tag)) {
          this.refuse('dicom-element', tag, at, read.element.byteEnd, outer.path, 'stands twice; the first was taken');
        } else {
          elements.set(tag, read.element);
          if (tag < last) this.note('dicom-repaired', `${nameOfTag(tag)} is out of order`, at, outer.path);
          last = tag;
        }
        if (tag === 0x00080005) charset = new DataSet([read.element]).charset;
        if (tag === 0x00280103) signed = read.element.value[0] === 1;
      }
      if (read.at === null) return finish(null);
      at = read.at;
    }
    if (delimited && at >= end) {
      this.refuse('dicom-truncated', ITEM_END, end, end, outer.path, 'is missing at the end of an item');
      return finish(null);
    }
    return finish(at);
  }

  /** Tag, representation and length; null where they do not fit before `end`. */
  header(at: number, end: number, reading: Reading): Header | null {
    if (at + 8 > end) return null;
    const little = !reading.bigEndian;
    const tag = this.view.getUint16(at, little) * 0x10000 + this.view.getUint16(at + 2, little);
    if (tag === ITEM || tag === ITEM_END || tag === SEQUENCE_END || !reading.explicit) {
      return { tag, vr: null, length: this.view.getUint32(at + 4, little), start: at, content: at + 8 };
    }
    const { bytes } = this.source;
    const letters = String.fromCharCode(bytes[at + 4]!, bytes[at + 5]!);
    // PS3.5, 7.1.2: representations to come have the long form.
    if (LONG_VRS.has(letters) || !isVr(letters)) {
      if (at + 12 > end) return null;
      const vr = isVr(letters) ? letters : null;
      return { tag, vr, length: this.view.getUint32(at + 8, little), start: at, content: at + 12 };
    }
    return { tag, vr: letters, length: this.view.getUint16(at + 6, little), start: at, content: at + 8 };
  }

  /** `at` is behind the element; null where nothing after it can be read. */
  element(
    header: Header,
    end: number,
    context: Context,
  ): { readonly element: DataElement | null; readonly at: number | null } {
    const { tag, length, start, content } = header;
    const vr = this.vrOf(header, context);
    const place = { tag, vr, byteStart: start };
    if (length === UNDEFINED_LENGTH) {
      if (vr === 'OB' || vr === 'OW') return this.fragments(place, content, end, context);
      if (vr !== 'SQ' && vr !== 'UN') {
        this.note('dicom-repaired', `${nameOfTag(tag)} has no length and was read as a sequence`, start, context.path);
      }
      const reading = header.vr === 'UN' ? { explicit: false, bigEndian: false } : context.reading;
      return this.sequence({ ...place, vr: 'SQ' }, content, end, true, { ...context, reading });
    }
    const behind = content + length;
    if (behind > end) {
      const whole = end === this.source.bytes.length;
      const says = `claims ${length} bytes where ${end - content} are left`;
      this.refuse(whole ? 'dicom-truncated' : 'dicom-length', tag, start, end, context.path, says);
      if (vr !== 'SQ') return { element: null, at: null };
      // Its items that are whole are kept.
      return { element: this.sequence(place, content, end, false, context).element, at: null };
    }
    if (vr === 'SQ') {
      const reading = header.vr === 'UN' ? { explicit: false, bigEndian: false } : context.reading;
      const read = this.sequence(place, content, behind, false, { ...context, reading });
      return { element: read.element, at: behind };
    }
    if (length % 2 === 1) this.note('dicom-odd-length', `${nameOfTag(tag)} has ${length} bytes`, start, context.path);
    const stored = this.source.bytes.subarray(content, behind);
    const word = context.reading.bigEndian && header.vr !== 'UN' ? this.wordOf(tag, vr, context) : 1;
    return { element: { ...place, value: word === 1 ? stored : swapped(stored, word), byteEnd: behind }, at: behind };
  }

  /** Bytes of a word in big endian; pixels are of the size they are allocated in (PS3.5, 7.3 and annex A.3). */
  wordOf(tag: Tag, vr: Vr, { elements }: Context): number {
    const allocated = tag === PIXEL_DATA ? (elements.get(0x00280100)?.value[0] ?? 0) : 0;
    return allocated === 16 || allocated === 32 || allocated === 64 ? allocated / 8 : (WORD[vr] ?? 1);
  }

  vrOf({ tag, vr, start }: Header, { signed, reading, path }: Context): Vr {
    if (vr !== null && vr !== 'UN') return vr;
    const group = Math.floor(tag / 0x10000);
    const low = tag % 0x10000;
    const known = vr !== null || !reading.explicit;
    if (!known) this.note('dicom-repaired', `${tagText(tag)} has a representation that is not known`, start, path);
    if (low === 0) return 'UL';
    if (group % 2 === 1) return low >= 0x10 && low <= 0xff ? 'LO' : 'UN';
    const vrs = registered(tag)?.vrs;
    if (vrs === undefined) return 'UN';
    if (vrs.length === 1) return vrs[0]!;
    if (vrs.includes('SS')) return signed ? 'SS' : 'US';
    return vrs.includes('OW') ? 'OW' : vrs[0]!;
  }

  sequence(
    place: { readonly tag: Tag; readonly vr: Vr; readonly byteStart: number },
    start: number,
    end: number,
    delimited: boolean,
    context: Context,
  ): { readonly element: DataElement | null; readonly at: number | null } {
    const items: DataSet[] = [];
    const { path } = context;
    const finish = (at: number | null, byteEnd: number) => ({
      element: { ...place, value: NOTHING, items, byteEnd },
      at,
    });
    if (path.length >= MOST_DEEP) {
      this.refuse('dicom-too-deep', place.tag, place.byteStart, end, path, `lies ${path.length} sequences deep`);
      return { element: null, at: delimited ? null : end };
    }
    let at = start;
    while (at < end) {
      const header = this.header(at, end, context.reading);
      if (header === null) {
        this.refuse('dicom-truncated', place.tag, at, end, path, 'ends within the header of an item');
        return finish(null, end);
      }
      if (header.tag === SEQUENCE_END && delimited) return finish(header.content, header.content);
      if (header.tag !== ITEM) {
        const found = tagText(header.tag);
        this.refuse('dicom-element', place.tag, at, end, path, `has ${found} where an item is to begin`);
        return finish(delimited ? null : end, end);
      }
      const open = header.length === UNDEFINED_LENGTH;
      const behind = open ? end : header.content + header.length;
      const inner = [...path, `${nameOfTag(place.tag)}[${items.length}]`];
      if (behind > end) {
        const code = end === this.source.bytes.length ? 'dicom-truncated' : 'dicom-length';
        const says = `has an item of ${header.length} bytes where ${end - header.content} are left`;
        this.refuse(code, place.tag, at, end, path, says);
      }
      const read = this.dataSet(header.content, Math.min(behind, end), { ...context, path: inner }, open);
      items.push(read.dataSet);
      if (behind > end || (open && read.at === null)) return finish(null, end);
      at = open ? read.at! : behind;
    }
    if (!delimited) return finish(end, end);
    this.refuse('dicom-truncated', place.tag, end, end, path, 'has no end');
    return finish(null, end);
  }

  /** Encapsulated pixel data (PS3.5, A.4): the offset table, then fragments. */
  fragments(
    place: { readonly tag: Tag; readonly vr: Vr; readonly byteStart: number },
    start: number,
    end: number,
    { reading, path }: Context,
  ): { readonly element: DataElement | null; readonly at: number | null } {
    const fragments: Uint8Array[] = [];
    let at = start;
    for (;;) {
      const header = this.header(at, end, reading);
      if (header?.tag === SEQUENCE_END) {
        const element = { ...place, value: NOTHING, fragments, byteEnd: header.content };
        return { element, at: header.content };
      }
      const behind = header === null ? end : header.content + header.length;
      if (header === null || header.tag !== ITEM || header.length === UNDEFINED_LENGTH || behind > end) {
        const element = { ...place, value: NOTHING, fragments, byteEnd: at };
        this.refuse('dicom-truncated', place.tag, at, end, path, `ends within fragment ${fragments.length}`);
        return { element, at: null };
      }
      fragments.push(this.source.bytes.subarray(header.content, behind));
      at = behind;
    }
  }

  onlyZeros(start: number, end: number): boolean {
    for (let at = start; at < end; at++) if (this.source.bytes[at] !== 0) return false;
    return true;
  }

  refuse(
    code: keyof typeof dicomErrors.table,
    tag: Tag,
    byteStart: number,
    byteEnd: number,
    path: readonly string[],
    says: string,
  ): void {
    const named = tag === 0 ? '' : nameOfTag(tag);
    const whole = [...path, named].filter((part) => part !== '').join('.');
    const { file, problems, refused } = this.source;
    const message = `${file}: ${whole || 'the data set'}${tag === 0 ? '' : ` ${tagText(tag)}`} ${says}`;
    const problem = dicomErrors.problem(code, message, { file, element: whole, byte: byteStart });
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
    if (refused.length < MOST_PROBLEMS) refused.push({ tag, path: whole, byteStart, byteEnd, problem });
  }

  note(code: 'dicom-repaired' | 'dicom-odd-length', says: string, byte: number, path: readonly string[]): void {
    const { file, problems } = this.source;
    if (problems.length >= MOST_PROBLEMS) return;
    problems.push(dicomErrors.problem(code, `${file}: ${says}`, { file, element: path.join('.'), byte }));
  }
}
