import type { Remarks } from '../recording.ts';

/** One section of an SCP-ECG record. */
export interface Section {
  readonly id: number;
  /** Its bytes after the section header. */
  readonly data: DataView;
  /** Byte of the record at which `data` begins. */
  readonly byte: number;
}

/** Bytes before a section's data. */
export const SECTION_HEADER = 16;

/** CRC-CCITT as SCP-ECG uses it: polynomial 0x1021 from 0xffff (EN 1064, 5.2.7). */
export function crcCcitt(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

/** Whether bytes begin as an SCP-ECG record does: its size, then section 0 with its name. */
export function looksLikeScp(head: Uint8Array): boolean {
  return (
    head.length >= 22 && head[8] === 0 && head[9] === 0 && String.fromCharCode(...head.subarray(16, 22)) === 'SCPECG'
  );
}

/** Sections by number, as section 0 points to them; pointers that lead out of the record are noted and left out. */
export function readSections(bytes: Uint8Array, file: string, remark: Remarks): Map<number, Section> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sections = new Map<number, Section>();
  const size = view.getUint32(2, true);
  if (size > bytes.length)
    remark.note('exchange-truncated', `${file} has ${bytes.length} of ${size} bytes`, { byte: bytes.length });
  if (size <= bytes.length && size > 2 && crcCcitt(bytes.subarray(2, size)) !== view.getUint16(0, true)) {
    remark.note('waveform-checksum', `${file}: the record does not fit its checksum`, { byte: 0 });
  }
  const length = Math.min(view.getUint32(10, true), bytes.length - 6);
  for (let at = 6 + SECTION_HEADER; at + 10 <= 6 + length; at += 10) {
    const id = view.getUint16(at, true);
    const long = view.getUint32(at + 2, true);
    const start = view.getUint32(at + 6, true) - 1;
    if (long <= SECTION_HEADER || id === 0) continue;
    if (start < 6 || start + SECTION_HEADER > bytes.length || view.getUint16(start + 2, true) !== id) {
      remark.note('waveform-header', `${file}: there is no section ${id} where section 0 says`, { byte: at });
      continue;
    }
    const end = Math.min(start + long, bytes.length);
    if (end < start + long)
      remark.note('exchange-truncated', `${file}: section ${id} ends beyond the record`, { byte: start });
    else if (crcCcitt(bytes.subarray(start + 2, end)) !== view.getUint16(start, true)) {
      remark.note('waveform-checksum', `${file}: section ${id} does not fit its checksum`, { byte: start });
    }
    const from = start + SECTION_HEADER;
    sections.set(id, { id, data: new DataView(bytes.buffer, bytes.byteOffset + from, end - from), byte: from });
  }
  return sections;
}
