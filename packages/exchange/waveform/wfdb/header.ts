import type { Problem } from '@gemel/core/error';
import { waveformErrors } from '../errors.data.ts';

/** One signal line of a WFDB header. */
export interface SignalSpec {
  readonly file: string;
  readonly format: number;
  readonly samplesPerFrame: number;
  /** Frames by which the signal lags in its file. */
  readonly skew: number;
  /** Bytes before the first sample of the file. */
  readonly byteOffset: number;
  /** Stored numbers per physical unit; 200 where the signal is not calibrated. */
  readonly gain: number;
  readonly calibrated: boolean;
  readonly baseline: number;
  readonly unit: string;
  readonly resolution: number;
  readonly adcZero: number;
  readonly initialValue: number;
  /** 16-bit sum of the stored numbers; null where the header states none. */
  readonly checksum: number | null;
  readonly name: string;
  /** 1-based line and bytes of the specification. */
  readonly line: number;
  readonly byteStart: number;
  readonly byteEnd: number;
}

export interface SegmentSpec {
  readonly name: string;
  /** Frames. */
  readonly frames: number;
  readonly line: number;
}

/** A WFDB header (`.hea`): header(5) of the WFDB Applications Guide, Moody & Silva, PhysioNet. */
export interface WfdbHeader {
  readonly record: string;
  /** Frames per second. */
  readonly frequency: number;
  readonly counterFrequency: number;
  readonly baseCounter: number;
  /** Frames of the record; null where the header leaves it to the signal files. */
  readonly frames: number | null;
  /** Milliseconds since midnight; null where absent. */
  readonly baseTime: number | null;
  /** Midnight of the base date, milliseconds as if local time were UTC; null where absent. */
  readonly baseDate: number | null;
  readonly signals: readonly SignalSpec[];
  /** Empty for a record of one segment. */
  readonly segments: readonly SegmentSpec[];
  readonly comments: readonly string[];
  readonly problems: readonly Problem[];
}

/** WFDB's gain of signals without one (`WFDB_DEFGAIN`, header(5)). */
const DEFAULT_GAIN = 200;
const DEFAULT_FREQUENCY = 250;
/** A header never comes near these; what claims more is no header. */
const MOST_LINES = 100_000;
const MOST_SIGNALS = 4096;

interface Line {
  readonly text: string;
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** Lines of a header with their bytes; headers are ASCII, comments may be UTF-8. */
function linesOf(bytes: Uint8Array): Line[] {
  const decoder = new TextDecoder('utf-8');
  const lines: Line[] = [];
  let start = 0;
  for (let i = 0; i <= bytes.length && lines.length < MOST_LINES; i++) {
    if (i < bytes.length && bytes[i] !== 10) continue;
    const end = i > start && bytes[i - 1] === 13 ? i - 1 : i;
    lines.push({ text: decoder.decode(bytes.subarray(start, end)).trim(), number: lines.length + 1, start, end });
    start = i + 1;
  }
  return lines;
}

const RECORD =
  /^([\w-]+)(?:\/(\d+))?\s+(\d+)(?:\s+([\d.eE+-]+)(?:\/(-?[\d.eE+-]+)(?:\((-?[\d.eE+-]+)\))?)?)?(?:\s+(\d+))?(?:\s+(\d{1,2}(?::\d{1,2}){0,2}(?:\.\d+)?))?(?:\s+(\d{1,2}\/\d{1,2}\/\d{4}))?\s*$/;
const SIGNAL =
  /^(\S+)\s+(\d+)(?:x(\d+))?(?::(\d+))?(?:\+(\d+))?(?:\s+(\S+))?(?:\s+(\S+))?(?:\s+(\S+))?(?:\s+(\S+))?(?:\s+(\S+))?(?:\s+(\S+))?(?:\s+(.*))?$/;
const GAIN = /^(-?[\d.]+(?:[eE][+-]?\d+)?)(?:\((-?\d+)\))?(?:\/(\S+))?$/;

/** Whether bytes look like the header of a WFDB record. */
export function looksLikeHeader(head: Uint8Array): boolean {
  const first = linesOf(head.subarray(0, 16_384)).find(({ text }) => text !== '' && !text.startsWith('#'));
  return first !== undefined && RECORD.test(first.text);
}

/** Reads a header. @throws waveform-header */
export function readHeader(bytes: Uint8Array, file: string): WfdbHeader {
  const fail = (line: Line | undefined, message: string): never => {
    throw waveformErrors.error('waveform-header', `${file}: ${message}`, {
      file,
      ...(line === undefined ? {} : { line: line.number, byte: line.start }),
    });
  };
  const problems: Problem[] = [];
  const comments: string[] = [];
  const content: Line[] = [];
  for (const line of linesOf(bytes)) {
    if (line.text.startsWith('#')) comments.push(line.text.slice(1).trim());
    else if (line.text !== '') content.push(line);
  }
  const first = content[0];
  const match = first === undefined ? null : RECORD.exec(first.text);
  if (first === undefined || match === null) return fail(first, 'the first line is no record line');
  const [, record, segmentCount, signalCount, fs, counter, base, frames, time, date] = match;
  const frequency = fs === undefined ? DEFAULT_FREQUENCY : Number(fs);
  if (!(frequency > 0 && Number.isFinite(frequency))) return fail(first, `${fs} is no sampling frequency`);
  const counterFrequency = counter === undefined ? frequency : Number(counter);
  const rest = content.slice(1);
  const segments: SegmentSpec[] = [];
  const signals: SignalSpec[] = [];
  const declared = Number(signalCount);
  if (segmentCount !== undefined) {
    if (rest.length < Number(segmentCount))
      return fail(first, `${segmentCount} segments are announced, ${rest.length} follow`);
    for (const line of rest.slice(0, Number(segmentCount))) {
      const parts = /^([\w-]+|~)\s+(\d+)$/.exec(line.text);
      if (parts === null) return fail(line, `“${line.text.slice(0, 40)}” is no segment`);
      segments.push({ name: parts[1]!, frames: Number(parts[2]), line: line.number });
    }
  } else {
    if (declared > MOST_SIGNALS) return fail(first, `${declared} signals are announced`);
    if (rest.length < declared) return fail(first, `${declared} signals are announced, ${rest.length} are described`);
    for (const line of rest.slice(0, declared)) signals.push(signalOf(line, signals.length, fail));
  }
  const beyond = rest[segmentCount === undefined ? declared : Number(segmentCount)];
  if (beyond !== undefined) {
    problems.push(
      waveformErrors.problem(
        'waveform-header',
        `${file}: lines after the last one announced are left out`,
        {
          file,
          line: beyond.number,
          byte: beyond.start,
        },
        'Check the number of signals or segments in the first line.',
      ),
    );
  }
  return {
    record: record!,
    frequency,
    counterFrequency: counterFrequency > 0 ? counterFrequency : frequency,
    baseCounter: base === undefined ? 0 : Number(base),
    frames: frames === undefined || Number(frames) === 0 ? null : Number(frames),
    baseTime: time === undefined ? null : (timeOf(time) ?? fail(first, `${time} is no time of day`)),
    baseDate: date === undefined ? null : (dateOf(date) ?? fail(first, `${date} is no date`)),
    signals,
    segments,
    comments,
    problems,
  };
}

function signalOf(line: Line, index: number, fail: (line: Line, message: string) => never): SignalSpec {
  const parts = SIGNAL.exec(line.text);
  if (parts === null) return fail(line, `“${line.text.slice(0, 40)}” is no signal specification`);
  const [, file, format, perFrame, skew, offset, gainText, resolution, zero, initial, checksum, , name] = parts;
  const gained = gainText === undefined ? null : GAIN.exec(gainText);
  if (gainText !== undefined && gained === null) return fail(line, `“${gainText}” is no gain`);
  const whole = (text: string | undefined, otherwise: number): number => {
    if (text === undefined) return otherwise;
    const value = Number(text);
    return Number.isInteger(value) ? value : fail(line, `“${text}” is no whole number`);
  };
  const gain = gained === null ? 0 : Number(gained[1]);
  const adcZero = whole(zero, 0);
  return {
    file: file!,
    format: Number(format),
    samplesPerFrame: Math.max(1, whole(perFrame, 1)),
    skew: whole(skew, 0),
    byteOffset: whole(offset, 0),
    gain: gain === 0 || !Number.isFinite(gain) ? DEFAULT_GAIN : gain,
    calibrated: gain !== 0 && Number.isFinite(gain),
    baseline: whole(gained?.[2], adcZero),
    unit: gained?.[3] ?? 'mV',
    resolution: whole(resolution, 0),
    adcZero,
    initialValue: whole(initial, adcZero),
    checksum: checksum === undefined ? null : whole(checksum, 0),
    name: name?.trim() || `record signal ${index}`,
    line: line.number,
    byteStart: line.start,
    byteEnd: line.end,
  };
}

/** Milliseconds of `[HH:[MM:]]SS[.sss]`; null where out of range. */
function timeOf(text: string): number | null {
  const parts = text.split(':').map(Number);
  while (parts.length < 3) parts.unshift(0);
  const [hours, minutes, seconds] = parts as [number, number, number];
  if (hours > 23 || minutes > 59 || !(seconds < 60)) return null;
  return Math.round((hours * 3600 + minutes * 60 + seconds) * 1000);
}

/** Midnight of `DD/MM/YYYY`, as if UTC; null where there is no such day. */
function dateOf(text: string): number | null {
  const [day, month, year] = text.split('/').map(Number) as [number, number, number];
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day ? at.getTime() : null;
}
