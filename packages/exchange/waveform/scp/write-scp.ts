import { NO_SAMPLE, type Waveform } from '@gemel/core/waveform';
import { waveformErrors } from '../errors.data.ts';
import { huffmanBytes } from './huffman.ts';
import { SCP_LEADS } from './leads.data.ts';
import { crcCcitt, SECTION_HEADER } from './section.ts';

/** What an SCP-ECG record is written from. */
export interface ScpContent {
  readonly subject: string;
  readonly name?: { readonly first: string; readonly last: string };
  readonly sex?: 'male' | 'female';
  /** Local time, milliseconds as if UTC, whole seconds; offset east of UTC in minutes where known. */
  readonly start: { readonly local: number; readonly offset: number | null };
  /** Leads in µV of one rate and calibration, one run each from the start, gain 1000 / whole nanovolts, baseline 0. */
  readonly signals: readonly Waveform[];
  /** Huffman codes of the default table, or plain 16-bit numbers. */
  readonly huffman: boolean;
  /** 0: values; 1, 2: first or second differences. */
  readonly differences: 0 | 1 | 2;
  /** Subtracts this beat around each of the samples (from 0) at which its `fiducial` (from 0) lies. */
  readonly referenceBeat?: {
    readonly leads: readonly Int32Array[];
    readonly fiducial: number;
    readonly beats: readonly number[];
  };
}

/** Writes a record. @throws waveform-encode */
export function writeScp(content: ScpContent): Uint8Array {
  const fail = (message: string): never => {
    throw waveformErrors.error('waveform-encode', message);
  };
  const { signals, huffman, differences, referenceBeat } = content;
  const first = signals[0] ?? fail('SCP-ECG needs a lead');
  const nanovolts = Math.round(1000 / first.gain);
  const interval = Math.round(1e6 / first.frequency);
  for (const { name, unit, frequency, gain, baseline, runs } of signals) {
    const same = frequency === first.frequency && gain === first.gain && baseline === 0 && unit === 'uV';
    const exact = Math.abs(1000 / gain - nanovolts) < 1e-9 && Math.abs(1e6 / frequency - interval) < 1e-6;
    const fits = within(nanovolts, 1, 65_535) && within(interval, 1, 65_535);
    if (!same || !exact || !fits || runs.length !== 1 || runs[0]!.after !== 0) fail(`${name} does not fit SCP-ECG`);
  }
  const leads = signals.map(({ runs }) => Int32Array.from(runs[0]!.samples));
  const sections = new Map<number, Uint8Array>();
  sections.set(1, patientTags(content));
  if (huffman)
    sections.set(
      2,
      bytesOf((put) => put(19_999, 2)),
    );
  sections.set(3, leadSection(signals, leads, referenceBeat !== undefined, fail));
  if (referenceBeat !== undefined) {
    const { fiducial, beats } = referenceBeat;
    const length = referenceBeat.leads[0]?.length ?? 0;
    const milliseconds = (length * interval) / 1000;
    if (!Number.isInteger(milliseconds)) fail('a reference beat lasts whole milliseconds');
    sections.set(4, qrsSection(milliseconds, fiducial, beats, length, leads[0]!.length));
    sections.set(5, dataSection(referenceBeat.leads, nanovolts, interval, huffman, differences, fail));
    for (const [lead, samples] of leads.entries()) {
      for (const beat of beats) {
        referenceBeat.leads[lead]!.forEach((value, k) => {
          const at = beat - fiducial + k;
          if (at >= 0 && at < samples.length) samples[at] = samples[at]! - value;
        });
      }
    }
  }
  sections.set(6, dataSection(leads, nanovolts, interval, huffman, differences, fail));
  return assembled(sections);
}

type Put = (value: number, size: number) => void;

function bytesOf(write: (put: Put) => void): Uint8Array {
  const bytes: number[] = [];
  write((value, size) => {
    for (let k = 0; k < size; k++) bytes.push(Math.floor(value / 2 ** (8 * k)) & 0xff);
  });
  return Uint8Array.from(bytes);
}

function within(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

function patientTags({ subject, name, sex, start }: ScpContent): Uint8Array {
  const at = new Date(start.local);
  return bytesOf((put) => {
    const tag = (id: number, bytes: readonly number[]) => {
      put(id, 1);
      put(bytes.length, 2);
      for (const byte of bytes) put(byte, 1);
    };
    const text = (id: number, words: string) =>
      tag(id, [...Array.from(words, (letter) => letter.charCodeAt(0) & 0xff), 0]);
    if (name !== undefined) {
      text(0, name.last);
      text(1, name.first);
    }
    text(2, subject);
    if (sex !== undefined) tag(8, [sex === 'male' ? 1 : 2]);
    const year = at.getUTCFullYear();
    tag(25, [year & 0xff, year >> 8, at.getUTCMonth() + 1, at.getUTCDate()]);
    tag(26, [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()]);
    const offset = start.offset ?? 0x7fff;
    tag(34, [offset & 0xff, (offset >> 8) & 0xff, 0, 0, 0]);
    put(255, 1);
    put(0, 2);
  });
}

function leadSection(
  signals: readonly Waveform[],
  leads: readonly Int32Array[],
  subtracted: boolean,
  fail: (message: string) => never,
): Uint8Array {
  if (signals.length > 255) fail(`SCP-ECG holds at most 255 leads, not ${signals.length}`);
  return bytesOf((put) => {
    put(signals.length, 1);
    put((subtracted ? 1 : 0) | 4 | (Math.min(31, signals.length) << 3), 1);
    for (const [i, { name }] of signals.entries()) {
      const id = [...SCP_LEADS].find(([, known]) => known === name)?.[0] ?? fail(`SCP-ECG has no lead “${name}”`);
      put(1, 4);
      put(leads[i]!.length, 4);
      put(id, 1);
    }
  });
}

function qrsSection(
  milliseconds: number,
  fiducial: number,
  beats: readonly number[],
  length: number,
  samples: number,
): Uint8Array {
  return bytesOf((put) => {
    put(milliseconds, 2);
    put(fiducial + 1, 2);
    put(beats.length, 2);
    for (const beat of beats) {
      put(0, 2);
      put(Math.max(1, beat - fiducial + 1), 4);
      put(beat + 1, 4);
      put(Math.min(samples, beat - fiducial + length), 4);
    }
    for (const beat of beats) {
      put(Math.max(1, beat - fiducial + 1), 4);
      put(Math.min(samples, beat - fiducial + length), 4);
    }
  });
}

function dataSection(
  leads: readonly Int32Array[],
  nanovolts: number,
  interval: number,
  huffman: boolean,
  differences: 0 | 1 | 2,
  fail: (message: string) => never,
): Uint8Array {
  const coded = leads.map((samples) => {
    const values = Int32Array.from(samples, (value, i) => {
      if (value === NO_SAMPLE || value < -32_768 || value > 32_767) fail(`${value} does not fit SCP-ECG`);
      if (differences === 0 || i < differences) return value;
      return differences === 1 ? value - samples[i - 1]! : value - 2 * samples[i - 1]! + samples[i - 2]!;
    });
    if (huffman) return huffmanBytes(values) ?? fail('a difference has more than 16 bits');
    if (values.some((value) => value < -32_768 || value > 32_767)) fail('a difference has more than 16 bits');
    return new Uint8Array(Int16Array.from(values).buffer);
  });
  if (coded.some(({ length }) => length > 65_535)) fail('a lead takes more than 65,535 bytes');
  const head = bytesOf((put) => {
    put(nanovolts, 2);
    put(interval, 2);
    put(differences, 1);
    put(0, 1);
    for (const { length } of coded) put(length, 2);
  });
  const all = new Uint8Array(head.length + coded.reduce((sum, { length }) => sum + length, 0));
  all.set(head);
  let at = head.length;
  for (const bytes of coded) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return all;
}

/** Section 0 points to sections 0 to 11; every section has an even length. */
function assembled(sections: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const NAMED = 12;
  const lengths = Array.from({ length: NAMED }, (_, id) => {
    const data = sections.get(id)?.length;
    return id === 0 ? SECTION_HEADER + 10 * NAMED : data === undefined ? 0 : SECTION_HEADER + data + (data & 1);
  });
  const record = new Uint8Array(6 + lengths.reduce((sum, each) => sum + each, 0));
  const view = new DataView(record.buffer);
  let at = 6;
  for (const [id, length] of lengths.entries()) {
    view.setUint16(6 + SECTION_HEADER + 10 * id, id, true);
    if (length === 0) continue;
    view.setUint32(6 + SECTION_HEADER + 10 * id + 2, length, true);
    view.setUint32(6 + SECTION_HEADER + 10 * id + 6, at + 1, true);
    view.setUint16(at + 2, id, true);
    view.setUint32(at + 4, length, true);
    view.setUint8(at + 8, 20);
    view.setUint8(at + 9, 20);
    if (id === 0) record.set(new TextEncoder().encode('SCPECG'), at + 10);
    else record.set(sections.get(id)!, at + SECTION_HEADER);
    at += length;
  }
  for (const id of lengths.keys()) {
    if (lengths[id] === 0) continue;
    const start = id === 0 ? 6 : view.getUint32(6 + SECTION_HEADER + 10 * id + 6, true) - 1;
    view.setUint16(start, crcCcitt(record.subarray(start + 2, start + lengths[id]!)), true);
  }
  view.setUint32(2, record.length, true);
  view.setUint16(0, crcCcitt(record.subarray(2)), true);
  return record;
}
