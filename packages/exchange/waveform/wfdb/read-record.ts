import { CodedError, type Problem } from '@gemel/core/error';
import type { WaveformMark, WaveformRun } from '@gemel/core/waveform';
import { waveformErrors } from '../errors.data.ts';
import {
  type MarkList,
  MOST_SAMPLES,
  type Neighbours,
  type RecordedSignal,
  type Recording,
  type Remarks,
  remarks,
} from '../recording.ts';
import { letterOf, readAnnotations } from './annotation.ts';
import { readHeader, type SignalSpec, type WfdbHeader } from './header.ts';
import { readSegment } from './signal-file.ts';

/** Headers of segments and null segments take at most so many. */
const MOST_SEGMENTS = 10_000;

/**
 * Reads a WFDB record by its header: single or of several segments, with fixed or variable layout, and the annotation files
 * beside it. Signals whose file is missing or not readable are refused one by one; where none can be read, the record is.
 * @throws waveform-header, waveform-file-missing, waveform-format-unread
 */
export function readWfdbRecord(bytes: Uint8Array, file: string, neighbours: Neighbours): Recording {
  const remark = remarks(file);
  const header = readHeader(bytes, file);
  remark.problems.push(...header.problems);
  const gathered = new Gathered(header, file, remark);
  if (header.segments.length > 0) readSegments(header, file, neighbours, remark, gathered);
  else gathered.add(header, file, 0, neighbours, MOST_SAMPLES);
  const { signals, refused } = gathered;
  if (signals.length === 0 && refused.length > 0) throw refused[0]!.problem;
  const stem = file.replace(/\.hea$/i, '');
  const { baseDate, baseTime } = header;
  return {
    subject: null,
    facts: [],
    start: baseDate === null || baseTime === null ? null : { local: baseDate + baseTime, offset: null },
    signals,
    marks: annotationFiles(stem, header, neighbours).map((name) => markList(name, header, neighbours)),
    refused,
    header: {
      record: header.record,
      comments: header.comments,
      ...(baseTime === null || baseDate !== null ? {} : { timeOfDay: new Date(baseTime).toISOString().slice(11, 23) }),
      ...(header.segments.length === 0
        ? {}
        : { segments: header.segments.map(({ name, frames }) => ({ name, frames })) }),
    },
    problems: remark.problems,
  };
}

/** Names of the files a record is made of, beside its header. Headers that cannot be read name none. */
export function wfdbFiles(bytes: Uint8Array, file: string, neighbours: Neighbours): string[] {
  const names = new Set<string>();
  const visit = (content: Uint8Array, name: string) => {
    try {
      const header = readHeader(content, name);
      for (const { file: data } of header.signals) if (data !== '~') names.add(data);
      for (const { name: segment } of header.segments.slice(0, MOST_SEGMENTS)) {
        const next = `${segment}.hea`;
        if (segment === '~' || names.has(next)) continue;
        names.add(next);
        const inner = neighbours.read(next);
        if (inner !== null) visit(inner, next);
      }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
    }
  };
  visit(bytes, file);
  const stem = file.replace(/\.hea$/i, '');
  const header = names.size === 0 ? null : { signals: [...names].map((data) => ({ file: data })) };
  for (const name of annotationFiles(stem, header, neighbours)) names.add(name);
  names.delete(file);
  return [...names].filter((name) => neighbours.names.includes(name));
}

/** Signals put together over segments: one for each name with one calibration and rate. */
class Gathered {
  readonly refused: { type: 'signal'; place: RecordedSignal['place']; problem: CodedError }[] = [];
  readonly #signals = new Map<
    string,
    { readonly spec: SignalSpec; readonly file: string; readonly runs: WaveformRun[] }
  >();
  readonly #header: WfdbHeader;
  readonly #file: string;
  readonly #remark: Remarks;
  samples = 0;

  constructor(header: WfdbHeader, file: string, remark: Remarks) {
    this.#header = header;
    this.#file = file;
    this.#remark = remark;
  }

  /** Reads a segment that begins `frame` frames into the record. */
  add(segment: WfdbHeader, file: string, frame: number, neighbours: Neighbours, most: number): void {
    const met = new Map<string, number>();
    for (const [index, { spec, samples, problem }] of readSegment(
      segment,
      file,
      neighbours,
      this.#remark,
      most,
    ).entries()) {
      const nth = met.get(spec.name) ?? 0;
      met.set(spec.name, nth + 1);
      if (problem !== null) {
        this.refused.push({ type: 'signal', place: placeOf(spec, file, index), problem });
        continue;
      }
      if (samples === null || (samples.length === 0 && (spec.file === '~' || spec.format === 0))) continue;
      this.samples += samples.length;
      const { name, gain, baseline, unit, samplesPerFrame } = spec;
      const key = [name, nth, gain, baseline, unit, samplesPerFrame].join('|');
      const signal = this.#signals.get(key) ?? { spec, file, runs: [] };
      this.#signals.set(key, signal);
      signal.runs.push({ after: frame / this.#header.frequency, samples });
    }
  }

  get signals(): RecordedSignal[] {
    return [...this.#signals.values()].map(({ spec, file, runs }, index) => {
      const frequency = this.#header.frequency * spec.samplesPerFrame;
      const place = placeOf(spec, file, index);
      const problems: Problem[] = spec.calibrated
        ? []
        : [
            waveformErrors.problem('waveform-uncalibrated', `${file}: ${spec.name} has no gain`, {
              file: this.#file,
              line: spec.line,
              element: place.element,
            }),
          ];
      return {
        name: spec.name,
        unit: spec.unit,
        frequency,
        gain: spec.gain,
        baseline: spec.baseline,
        runs: joinedRuns(runs, frequency),
        place,
        problems,
      };
    });
  }
}

function placeOf(spec: SignalSpec, file: string, index: number): RecordedSignal['place'] {
  const { line, byteStart, byteEnd } = spec;
  return { element: `${file} signal ${index} (${spec.name}) in ${spec.file}`, line, byteStart, byteEnd };
}

/** Runs that follow on without a gap become one. */
function joinedRuns(runs: readonly WaveformRun[], frequency: number): WaveformRun[] {
  const joined: { after: number; parts: Int32Array[]; length: number }[] = [];
  for (const { after, samples } of runs) {
    const last = joined.at(-1);
    if (last !== undefined && Math.abs(last.after + last.length / frequency - after) < 0.5 / frequency) {
      last.parts.push(samples);
      last.length += samples.length;
    } else joined.push({ after, parts: [samples], length: samples.length });
  }
  return joined.map(({ after, parts, length }) => {
    if (parts.length === 1) return { after, samples: parts[0]! };
    const samples = new Int32Array(length);
    let at = 0;
    for (const part of parts) {
      samples.set(part, at);
      at += part.length;
    }
    return { after, samples };
  });
}

function readSegments(
  header: WfdbHeader,
  file: string,
  neighbours: Neighbours,
  remark: Remarks,
  gathered: Gathered,
): void {
  let frame = 0;
  const seen = new Set<string>();
  const segments = header.segments.slice(0, MOST_SEGMENTS);
  if (segments.length < header.segments.length) {
    remark.note('waveform-too-long', `${file} has ${header.segments.length} segments; ${MOST_SEGMENTS} were read`);
  }
  for (const [index, { name, frames, line }] of segments.entries()) {
    const begin = frame;
    frame += frames;
    // A first segment without length describes the layout; "~" stands for nothing recorded.
    if (name === '~' || (index === 0 && frames === 0)) continue;
    const inner = `${name}.hea`;
    if (seen.has(name)) {
      const problem = waveformErrors.error('waveform-header', `${file} lists the segment ${name} twice`, {
        file,
        line,
      });
      gathered.refused.push({ type: 'signal', place: { element: `segment ${name}`, line }, problem });
      continue;
    }
    seen.add(name);
    const content = neighbours.read(inner);
    if (content === null) {
      const message = `${file} needs ${inner}, which is not beside it`;
      const problem = waveformErrors.error('waveform-file-missing', message, { file, line });
      gathered.refused.push({ type: 'signal', place: { element: `segment ${name}`, line }, problem });
      continue;
    }
    try {
      const segment = readHeader(content, inner);
      remark.problems.push(...segment.problems);
      if (segment.segments.length > 0) {
        throw waveformErrors.error('waveform-header', `${inner}: a segment consists of segments`, { file: inner });
      }
      if (segment.frequency !== header.frequency) {
        const message = `${inner} has ${segment.frequency} frames a second, ${file} has ${header.frequency}`;
        throw waveformErrors.error('waveform-header', message, { file: inner });
      }
      const left = MOST_SAMPLES - gathered.samples;
      gathered.add({ ...segment, frames: segment.frames ?? frames }, inner, begin, neighbours, left);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      gathered.refused.push({ type: 'signal', place: { element: `segment ${name}`, line }, problem: error });
    }
  }
  if (header.frames !== null && header.frames !== frame && segments.length === header.segments.length) {
    remark.note('waveform-header', `${file}: its segments have ${frame} frames, the record ${header.frames}`);
  }
}

/** Kinds of files that lie beside records and hold no annotations. */
const NO_ANNOTATIONS = /^(hea|dat|mat|edf|bdf|rec|txt|csv|tsv|json|xml|zip|gz|pdf|html?|md|png|jpe?g|breath|alh)$/i;

/** Neighbours of the record's name that are no signal files: `100.atr`, `100.qrs`. */
function annotationFiles(
  stem: string,
  header: { readonly signals: readonly { readonly file: string }[] } | null,
  neighbours: Neighbours,
): string[] {
  const data = new Set(header?.signals.map(({ file }) => file));
  return neighbours.names
    .filter((name) => {
      if (!name.startsWith(`${stem}.`) || data.has(name)) return false;
      const extension = name.slice(stem.length + 1);
      return /^\w+$/.test(extension) && !NO_ANNOTATIONS.test(extension);
    })
    .sort();
}

function markList(name: string, header: WfdbHeader, neighbours: Neighbours): MarkList {
  const bytes = neighbours.read(name) ?? new Uint8Array(0);
  const file = readAnnotations(bytes);
  const frequency = file.frequency ?? header.frequency;
  const marks = file.annotations.map(
    ({ tick, code, subtype, channel, number, text }): WaveformMark => ({
      after: tick / frequency,
      code: letterOf(file, code),
      ...(subtype === 0 ? {} : { subtype }),
      ...(channel === 0 ? {} : { channel }),
      ...(number === 0 ? {} : { number }),
      ...(text === '' ? {} : { text }),
    }),
  );
  const problems: Problem[] = [];
  if (file.damage !== null) {
    const where = { file: name, byte: file.damage.byte };
    problems.push(waveformErrors.problem('waveform-annotations', `${name}: ${file.damage.message}`, where));
  }
  const place = { element: name, byteStart: 0, byteEnd: bytes.length };
  return { name: name.slice(name.lastIndexOf('.') + 1), place, marks, problems };
}
