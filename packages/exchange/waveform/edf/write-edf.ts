import { NO_SAMPLE, type Waveform, type WaveformMark } from '@gemel/core/waveform';
import { waveformErrors } from '../errors.data.ts';
import { writeAnnotationLists } from './annotation-list.ts';

/** What an EDF+ or BDF+ file is written from. */
export interface EdfContent {
  /** EDF+ holds 16 bits a sample, BDF+ 24. */
  readonly kind: 'EDF+' | 'BDF+';
  /** `code sex dd-MMM-yyyy name`, X where unknown, without spaces within. */
  readonly patient: string;
  readonly recording: string;
  /** Local time, milliseconds as if UTC, whole seconds. */
  readonly start: number;
  /** Seconds of a data record; every run of every signal fills whole records, and all begin and end together. */
  readonly recordSeconds: number;
  readonly signals: readonly Waveform[];
  readonly marks: readonly WaveformMark[];
}

/**
 * Writes EDF+ or BDF+, discontinuous where the runs have gaps.
 * @throws waveform-encode where a number, name or run does not fit the format
 */
export function writeEdf(content: EdfContent): Uint8Array {
  const { kind, recordSeconds, signals, marks } = content;
  const fail = (message: string): never => {
    throw waveformErrors.error('waveform-encode', message);
  };
  const sampleBytes = kind === 'EDF+' ? 2 : 3;
  const low = -(2 ** (8 * sampleBytes - 1));
  const perRecord = signals.map(({ name, frequency }) => {
    const samples = Math.round(frequency * recordSeconds);
    const exact = Math.abs(samples - frequency * recordSeconds) < 1e-6 && samples > 0;
    return exact ? samples : fail(`${name}: ${recordSeconds} s hold no whole number of its samples`);
  });
  const begins = recordBegins(signals, perRecord, recordSeconds, fail);
  const gaps = begins.some((begin, i) => i > 0 && Math.abs(begins[i - 1]! + recordSeconds - begin) > 1e-6);
  const shares: WaveformMark[][] = begins.map(() => []);
  for (const mark of marks)
    shares[
      Math.max(
        0,
        begins.findLastIndex((begin) => begin <= mark.after),
      )
    ]?.push(mark);
  const lists = begins.map((begin, i) => writeAnnotationLists(begin, shares[i]!));
  const listSamples = Math.max(8, Math.ceil(Math.max(0, ...lists.map(({ length }) => length)) / sampleBytes));
  const recordBytes = (perRecord.reduce((sum, each) => sum + each, 0) + listSamples) * sampleBytes;
  const headerBytes = 256 * (signals.length + 2);
  const bytes = new Uint8Array(headerBytes + begins.length * recordBytes);
  bytes.set(headerText(content, perRecord, listSamples, begins.length, gaps, fail));
  if (kind === 'BDF+') bytes[0] = 0xff;
  const view = new DataView(bytes.buffer);
  for (let record = 0, at = headerBytes; record < begins.length; record++) {
    for (const [i, signal] of signals.entries()) {
      const samples = samplesOf(signal, record * perRecord[i]!, perRecord[i]!);
      for (const value of samples) {
        if (value === NO_SAMPLE || value < low || value > -low - 1)
          fail(`${signal.name}: ${value} does not fit ${kind}`);
        view.setInt16(at, sampleBytes === 2 ? value : value & 0xffff, true);
        if (sampleBytes === 3) view.setInt8(at + 2, value >> 16);
        at += sampleBytes;
      }
    }
    bytes.set(lists[record]!, at);
    at += listSamples * sampleBytes;
  }
  return bytes;
}

/** The samples of one record, counted over all runs. */
function samplesOf({ runs }: Waveform, from: number, count: number): Int32Array {
  let before = 0;
  for (const { samples } of runs) {
    if (from < before + samples.length) return samples.subarray(from - before, from - before + count);
    before += samples.length;
  }
  return new Int32Array(count);
}

function recordBegins(
  signals: readonly Waveform[],
  perRecord: readonly number[],
  recordSeconds: number,
  fail: (message: string) => never,
): number[] {
  const of = (signal: Waveform, i: number) =>
    signal.runs.flatMap(({ after, samples }) => {
      const records = samples.length / perRecord[i]!;
      if (!Number.isInteger(records)) return fail(`${signal.name}: a run does not fill whole records`);
      return Array.from({ length: records }, (_, k) => after + k * recordSeconds);
    });
  const first = signals[0] === undefined ? [] : of(signals[0], 0);
  for (const [i, signal] of signals.entries()) {
    const own = of(signal, i);
    if (own.length !== first.length || own.some((begin, k) => Math.abs(begin - first[k]!) > 1e-6)) {
      fail(`${signal.name} does not run beside the other signals`);
    }
  }
  return first;
}

function headerText(
  content: EdfContent,
  perRecord: readonly number[],
  listSamples: number,
  records: number,
  gaps: boolean,
  fail: (message: string) => never,
): Uint8Array {
  const { kind, signals, patient, recording, start, recordSeconds } = content;
  const pad = (text: string, length: number) =>
    text.length > length || !/^[\x20-\x7e\xb5]*$/.test(text)
      ? fail(`“${text}” does not fit ${length} letters`)
      : text.padEnd(length);
  const number = (value: number) => eightLetters(value) ?? fail(`${value} cannot be written in 8 letters`);
  const two = (value: number) => String(value).padStart(2, '0');
  const at = new Date(start);
  const date = `${two(at.getUTCDate())}.${two(at.getUTCMonth() + 1)}.${two(at.getUTCFullYear() % 100)}`;
  const time = `${two(at.getUTCHours())}.${two(at.getUTCMinutes())}.${two(at.getUTCSeconds())}`;
  const month = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'][at.getUTCMonth()]!;
  const startDate = `Startdate ${two(at.getUTCDate())}-${month}-${at.getUTCFullYear()}`;
  const edge = kind === 'EDF+' ? 32_768 : 8_388_608;
  const ranges = signals.map((signal) => rangeOf(signal, edge) ?? fail(`the range of ${signal.name} has no 8 letters`));
  const labels = `${kind.slice(0, 3)} Annotations`;
  const columns: readonly (readonly [number, (signal: Waveform, i: number) => string, string])[] = [
    [16, ({ name }) => name, labels],
    [80, () => '', ''],
    [8, ({ unit }) => unit, ''],
    [8, (_, i) => ranges[i]!.low.physical, '-1'],
    [8, (_, i) => ranges[i]!.high.physical, '1'],
    [8, (_, i) => String(ranges[i]!.low.digital), String(-edge)],
    [8, (_, i) => String(ranges[i]!.high.digital), String(edge - 1)],
    [80, () => '', ''],
    [8, (_, i) => String(perRecord[i]!), String(listSamples)],
    [32, () => '', ''],
  ];
  const text = [
    kind === 'EDF+' ? pad('0', 8) : ' BIOSEMI',
    pad(patient, 80),
    pad(`${startDate} ${recording}`, 80),
    pad(date, 8),
    pad(time, 8),
    pad(String(256 * (signals.length + 2)), 8),
    pad(`${kind}${gaps ? 'D' : 'C'}`, 44),
    pad(String(records), 8),
    pad(number(recordSeconds), 8),
    pad(String(signals.length + 1), 4),
    ...columns.flatMap(([width, of, last]) => [
      ...signals.map((signal, i) => pad(of(signal, i), width)),
      pad(last, width),
    ]),
  ].join('');
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** A number as up to 8 letters that mean it to 12 places; null where there are none. */
function eightLetters(value: number): string | null {
  for (let digits = 8; digits > 0; digits--) {
    const text = String(Number(value.toPrecision(digits)));
    if (text.length > 8 || text.includes('e')) continue;
    return Math.abs(Number(text) - value) <= 1e-12 * Math.abs(value) ? text : null;
  }
  return null;
}

/** Ends of a signal's range, as far out as both of their values can be written, beyond all samples. */
function rangeOf({ gain, baseline, runs }: Waveform, edge: number) {
  let [least, most] = [0, 0];
  for (const { samples } of runs) {
    for (const value of samples) {
      if (value === NO_SAMPLE) continue;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  // Near the edge first, then nearer to the samples, where numbers are shorter.
  const end = (from: number, to: number) => {
    for (let share = 1; Math.abs(from * share) >= Math.max(1, Math.abs(to)); share /= 2) {
      const first = Math.trunc(from * share);
      for (let k = 0; k < 1024 && Math.abs(first) - k >= Math.abs(to); k++) {
        const digital = first - Math.sign(first) * k;
        const physical = eightLetters((digital - baseline) / gain);
        if (physical !== null) return { digital, physical };
      }
    }
    return null;
  };
  const low = end(-edge, least);
  const high = end(edge - 1, most);
  return low === null || high === null ? null : { low, high };
}
