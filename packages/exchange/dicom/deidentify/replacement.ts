import type { DicomCharset } from '../charset.ts';
import { newElement, stringsOf } from '../dataset.ts';
import { type DataElement, TEXT, WORD } from '../element.ts';
import { DESCRIPTOR_WORDS } from './descriptors.data.ts';

/** A keyed hash of a text: at least 16 bytes, which nobody without the key can tell. */
export type KeyedHash = (text: string) => Uint8Array;

/** Standing for a text that was removed. */
export const DUMMY_TEXT = 'REMOVED';

/** Days in which dates of patients are moved back. */
const MOST_DAYS = 3650;

/** A value of the representation that says nothing; empty bytes and zeros where it is not made of text. */
export function dummyOf({ tag, vr, value }: DataElement): DataElement {
  const text: Partial<Record<string, string>> = { DA: '19000101', DT: '19000101000000', TM: '000000', AS: '000D' };
  if (vr === 'IS' || vr === 'DS') return newElement(tag, vr, '0');
  if (TEXT[vr] !== undefined) return newElement(tag, vr, text[vr] ?? DUMMY_TEXT);
  return newElement(tag, vr, new Uint8Array(WORD[vr] === undefined ? Math.min(value.length, 2) : value.length));
}

/** UIDs by the same keyed hash, as 2.25 and a UUID of version 8 (PS3.5, B.2; RFC 9562); those of DICOM itself stay. */
export function mappedUids({ tag, vr, value }: DataElement, charset: DicomCharset, keyed: KeyedHash): DataElement {
  const uids = stringsOf({ tag, vr: 'UI', value, byteStart: -1, byteEnd: -1 }, charset);
  return newElement(
    tag,
    vr,
    uids.map((uid) => mappedUid(uid, keyed)),
  );
}

/** The same for one UID; an empty one stays empty. */
export function mappedUid(uid: string, keyed: KeyedHash): string {
  if (uid === '' || uid.startsWith('1.2.840.10008.')) return uid;
  const bytes = keyed(`uid|${uid}`).slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return `2.25.${bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)}`;
}

/** A name for a patient that the key alone leads back to. */
export function pseudonymOf(patient: string, keyed: KeyedHash): string {
  return [...keyed(`patient|${patient}`).slice(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Days by which the dates of a patient are moved: 1 to 3650 back. */
export function shiftOf(patient: string, keyed: KeyedHash): number {
  const [a, b, c, d] = keyed(`days|${patient}`) as unknown as [number, number, number, number];
  return -1 - ((((a << 24) | (b << 16) | (c << 8) | d) >>> 0) % MOST_DAYS);
}

/** Dates moved by whole days, times of day as they were; a date that is not whole, or is none, becomes empty. */
export function shifted({ tag, vr, value }: DataElement, charset: DicomCharset, days: number): DataElement {
  const moved = stringsOf({ tag, vr, value, byteStart: -1, byteEnd: -1 }, charset).map((text) => {
    const parts = /^(\d{4})\.?(\d{2})\.?(\d{2})(.*)$/.exec(text);
    if (parts === null || (vr === 'DA' && parts[4] !== '') || !/^(\d{2,6}(\.\d{1,6})?)?([+-]\d{4})?$/.test(parts[4]!))
      return '';
    const at = Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]));
    const iso = new Date(at + days * 86_400_000).toISOString();
    return Number.isNaN(at) ? '' : `${iso.slice(0, 10).replaceAll('-', '')}${parts[4]}`;
  });
  return newElement(tag, vr, moved);
}

/** A text with the words left out that are neither of anatomy and acquisition nor short numbers. */
export function cleaned(element: DataElement, charset: DicomCharset): DataElement {
  if (TEXT[element.vr] === undefined) return dummyOf(element);
  const values = stringsOf(element, charset).map((text) =>
    text
      .split(/[^\p{L}\p{N}.+-]+/u)
      .filter((word) => DESCRIPTOR_WORDS.has(word.toLowerCase()) || /^\d{1,2}(\.\d{1,2})?(mm|cm|s|ms|t)?$/i.test(word))
      .join(' '),
  );
  return newElement(element.tag, element.vr, values);
}
