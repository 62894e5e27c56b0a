import type { RawValue } from '@gemel/core/raw';
import type { RecordedFact, Recording } from '../recording.ts';
import type { Section } from './section.ts';

/** What section 1 says: whose the record is, when it was made, with what. */
export interface PatientSection {
  readonly subject: string | null;
  readonly facts: readonly RecordedFact[];
  readonly start: Recording['start'];
  readonly device: string | null;
  /** Tags not read into the above, as text or as numbers of their bytes. */
  readonly rest: Readonly<Record<string, string | readonly number[]>>;
  /** Set where a tag reaches beyond the section. */
  readonly damage: number | null;
}

const latin = new TextDecoder('latin1');
/** Tags whose content is text (EN 1064, table 3). */
const TEXTS: Readonly<Record<number, string>> = {
  3: 'secondLastName',
  10: 'drugs',
  13: 'diagnosis',
  16: 'acquiringInstitution',
  17: 'analyzingInstitution',
  20: 'referringPhysician',
  21: 'confirmingPhysician',
  22: 'technician',
  23: 'room',
  30: 'remark',
  35: 'medicalHistory',
};

/** Reads the tags of section 1 (EN 1064, 5.4). */
export function readPatient({ data, byte }: Section): PatientSection {
  const tags = new Map<number, { readonly bytes: Uint8Array; readonly at: number }>();
  const rest: Record<string, string | readonly number[]> = {};
  const texts: Record<string, string[]> = {};
  let damage: number | null = null;
  let at = 0;
  while (at + 3 <= data.byteLength) {
    const tag = data.getUint8(at);
    if (tag === 255) break;
    const length = data.getUint16(at + 1, true);
    if (at + 3 + length > data.byteLength) {
      damage = byte + at;
      break;
    }
    const bytes = new Uint8Array(data.buffer, data.byteOffset + at + 3, length);
    const name = TEXTS[tag];
    if (name !== undefined) texts[name] = [...(texts[name] ?? []), text(bytes)];
    else if (READ.has(tag)) tags.set(tag, { bytes, at: byte + at });
    else rest[`tag ${tag}`] = [...bytes.subarray(0, 256)];
    at += 3 + length;
  }
  for (const [name, all] of Object.entries(texts)) rest[name] = all.filter((each) => each !== '').join('\n');
  const words = (tag: number) => text(tags.get(tag)?.bytes ?? new Uint8Array(0));
  const facts: RecordedFact[] = [];
  const fact = (name: string, value: string, tag: number) => {
    const place = tags.get(tag);
    const raw: RawValue = { kind: 'text', text: value };
    facts.push({ fact: name, value: raw, place: { element: `section 1 tag ${tag}`, byteStart: place?.at ?? byte } });
  };
  const name = [words(1), words(0)].filter((part) => part !== '').join(' ');
  if (name !== '') fact('name', name, tags.has(0) ? 0 : 1);
  const birth = dateOf(tags.get(5)?.bytes);
  if (birth !== null) fact('birthDate', birth, 5);
  const sex = tags.get(8)?.bytes[0];
  if (sex === 1 || sex === 2) fact('sex', sex === 1 ? 'male' : 'female', 8);
  const id = words(2);
  const device = tags.get(14)?.bytes;
  return {
    subject: id === '' ? null : id,
    facts,
    start: startOf(tags.get(25)?.bytes, tags.get(26)?.bytes, tags.get(34)?.bytes),
    device: device === undefined || device.length < 35 ? null : deviceOf(device),
    rest,
    damage,
  };
}

const READ: ReadonlySet<number> = new Set([0, 1, 2, 5, 8, 14, 25, 26, 34]);

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return latin.decode(end < 0 ? bytes : bytes.subarray(0, end)).trim();
}

function dateOf(bytes: Uint8Array | undefined): string | null {
  if (bytes === undefined || bytes.length < 4) return null;
  const [low, high, month, day] = bytes as unknown as [number, number, number, number];
  const at = new Date(Date.UTC(low | (high << 8), month - 1, day));
  const year = low | (high << 8);
  const holds = year >= 1000 && year <= 9999 && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  return holds ? at.toISOString().slice(0, 10) : null;
}

/** Tags 25 and 26 in local time, tag 34 the zone in minutes, 0x7fff where unknown. */
function startOf(date?: Uint8Array, time?: Uint8Array, zone?: Uint8Array): Recording['start'] {
  const day = dateOf(date);
  if (day === null || time === undefined || time.length < 3) return null;
  const [hours, minutes, seconds] = time as unknown as [number, number, number];
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  const local = Date.parse(`${day}T00:00:00Z`) + (hours * 3600 + minutes * 60 + seconds) * 1000;
  const offset = zone === undefined || zone.length < 2 ? 0x7fff : ((zone[0]! | (zone[1]! << 8)) << 16) >> 16;
  return { local, offset: Math.abs(offset) > 18 * 60 ? null : offset };
}

/** Institution, department, device number and the model's text of tag 14 (EN 1064, table 4). */
function deviceOf(bytes: Uint8Array): string {
  const number = (at: number) => bytes[at]! | (bytes[at + 1]! << 8);
  const model = text(bytes.subarray(8, 14));
  return `${model === '' ? 'SCP-ECG' : model} ${number(0)}/${number(2)}/${number(4)}`;
}
