import { concat } from '../bytes.ts';
import { DataSet, newElement } from './dataset.ts';
import { nameOfTag, tagText } from './dictionary.ts';
import { type DataElement, ITEM, LONG_VRS, SEQUENCE_END, UNDEFINED_LENGTH } from './element.ts';
import { dicomErrors } from './errors.data.ts';
import { EXPLICIT_LITTLE, TRANSFER_SYNTAXES } from './uids.data.ts';

/** UID of this implementation: 2.25 and the name-based UUID of `gemel.example.org` (PS3.5, B.2). */
export const IMPLEMENTATION = '2.25.93528868385270224771459435121519797392';
export const IMPLEMENTATION_NAME = 'GEMEL_0_1';
const MOST_SHORT = 0xfffe;

export interface WriteOptions {
  /** The syntax that encapsulated pixels are in; Explicit VR Little Endian where not given. */
  readonly transferSyntax?: string;
  /** Further elements of group 0002, such as the source's application entity. */
  readonly meta?: DataSet;
}

/**
 * A data set as a file (PS3.10) in explicit little endian. Group lengths, which are retired, are left out; everything else
 * comes back from `parseDicom` the same.
 * @throws dicom-encode where the data set lacks its SOP class or instance, or its pixels are not in the syntax
 */
export function writeDicom(dataSet: DataSet, options: WriteOptions = {}): Uint8Array {
  const uid = options.transferSyntax ?? EXPLICIT_LITTLE;
  const syntax = TRANSFER_SYNTAXES[uid];
  if (syntax === undefined || !syntax.explicit || syntax.bigEndian || syntax.deflated) {
    throw dicomErrors.error('dicom-encode', `data sets are not written in ${syntax?.name ?? uid}`);
  }
  const packed = [...dataSet.elements.values()].some(({ fragments }) => fragments !== undefined);
  if (packed !== (syntax.pixels !== 'native') && (packed || dataSet.get('PixelData') !== undefined)) {
    const message = `the pixels are ${packed ? '' : 'not '}encapsulated, which does not go with ${syntax.name}`;
    throw dicomErrors.error('dicom-encode', message, { element: 'PixelData' });
  }
  const need = (keyword: string) => {
    const value = dataSet.text(keyword);
    if (value === null) throw dicomErrors.error('dicom-encode', `the data set has no ${keyword}`, { element: keyword });
    return value;
  };
  const meta = (options.meta ?? new DataSet([]))
    .without('FileMetaInformationGroupLength')
    .with(
      newElement('FileMetaInformationVersion', 'OB', Uint8Array.of(0, 1)),
      newElement('MediaStorageSOPClassUID', 'UI', need('SOPClassUID')),
      newElement('MediaStorageSOPInstanceUID', 'UI', need('SOPInstanceUID')),
      newElement('TransferSyntaxUID', 'UI', uid),
      newElement('ImplementationClassUID', 'UI', IMPLEMENTATION),
      newElement('ImplementationVersionName', 'SH', IMPLEMENTATION_NAME),
    );
  const group = encodeDataSet(meta);
  const length = encodeDataSet(new DataSet([newElement('FileMetaInformationGroupLength', 'UL', group.length)]), {
    groupLengths: true,
  });
  const head = new Uint8Array(132);
  head.set([0x44, 0x49, 0x43, 0x4d], 128);
  return concat([head, length, group, encodeDataSet(dataSet)]);
}

export interface EncodeOptions {
  /** Explicit little endian unless false. */
  readonly explicit?: boolean;
  /** Group lengths stay, as file meta information and commands need. */
  readonly groupLengths?: boolean;
}

/** The elements alone, little endian, in order of tags. */
export function encodeDataSet(dataSet: DataSet, options: EncodeOptions = {}): Uint8Array {
  const parts: Uint8Array[] = [];
  const elements = [...dataSet.elements.values()].sort((a, b) => a.tag - b.tag);
  for (const element of elements) {
    if (element.tag % 0x10000 === 0 && !options.groupLengths) continue;
    encodeElement(element, options.explicit !== false, parts);
  }
  return concat(parts);
}

function encodeElement(element: DataElement, explicit: boolean, parts: Uint8Array[]): void {
  const { tag, items, fragments } = element;
  if (items !== undefined) {
    const inside = items.flatMap((item) => {
      const bytes = encodeDataSet(item, { explicit });
      return [itemHeader(ITEM, bytes.length), bytes];
    });
    const length = inside.reduce((sum, part) => sum + part.length, 0);
    parts.push(header(element, length, explicit), ...inside);
    return;
  }
  if (fragments !== undefined) {
    parts.push(header(element, UNDEFINED_LENGTH, explicit));
    for (const fragment of fragments) {
      parts.push(itemHeader(ITEM, fragment.length + (fragment.length % 2)), ...even(fragment));
    }
    parts.push(itemHeader(SEQUENCE_END, 0));
    return;
  }
  const value = even(element.value, element.vr === 'UI' || element.vr === 'OB' || element.vr === 'UN' ? 0 : 0x20);
  const length = value.reduce((sum, part) => sum + part.length, 0);
  if (length >= UNDEFINED_LENGTH) {
    throw dicomErrors.error('dicom-encode', `${nameOfTag(tag)} ${tagText(tag)} is too long`, {
      element: nameOfTag(tag),
    });
  }
  parts.push(header(element, length, explicit), ...value);
}

/** Values of odd length, which DICOM does not allow, get one byte of padding. */
function even(bytes: Uint8Array, filler = 0): Uint8Array[] {
  return bytes.length % 2 === 0 ? [bytes] : [bytes, Uint8Array.of(filler)];
}

function itemHeader(tag: number, length: number): Uint8Array {
  const out = new Uint8Array(8);
  const view = new DataView(out.buffer);
  putTag(view, tag);
  view.setUint32(4, length, true);
  return out;
}

function header({ tag, vr }: DataElement, length: number, explicit: boolean): Uint8Array {
  if (!explicit) return itemHeader(tag, length);
  // PS3.5, 6.2.2: what is too long for a short length is written as UN.
  const written = !LONG_VRS.has(vr) && length > MOST_SHORT ? 'UN' : vr;
  const long = LONG_VRS.has(written);
  const out = new Uint8Array(long ? 12 : 8);
  const view = new DataView(out.buffer);
  putTag(view, tag);
  out[4] = written.charCodeAt(0);
  out[5] = written.charCodeAt(1);
  if (long) view.setUint32(8, length, true);
  else view.setUint16(6, length, true);
  return out;
}

function putTag(view: DataView, tag: number): void {
  view.setUint16(0, Math.floor(tag / 0x10000), true);
  view.setUint16(2, tag % 0x10000, true);
}
