import { CodedError } from '@gemel/core/error';
import { NO_SAMPLE } from '@gemel/core/waveform';
import { waveformErrors } from '../errors.data.ts';
import { decodeFlac } from '../flac/decode-flac.ts';
import type { Neighbours, Remarks } from '../recording.ts';
import type { SignalSpec, WfdbHeader } from './header.ts';
import { accumulate, sampleFormat } from './sample-format.ts';

/** The samples of one signal of a segment, frame by frame; null where its file cannot be read. */
export interface SegmentSignal {
  readonly spec: SignalSpec;
  readonly samples: Int32Array | null;
  /** Why there are none. */
  readonly problem: CodedError | null;
}

const FLAC_BITS: Readonly<Record<number, number>> = { 508: 8, 516: 16, 524: 24 };

/** Reads every signal of a header of one segment; `most` samples over all of them. */
export function readSegment(
  header: WfdbHeader,
  file: string,
  neighbours: Neighbours,
  remark: Remarks,
  most: number,
): SegmentSignal[] {
  const groups = new Map<string, SignalSpec[]>();
  for (const spec of header.signals) groups.set(spec.file, [...(groups.get(spec.file) ?? []), spec]);
  const found = new Map<SignalSpec, SegmentSignal>();
  for (const [name, specs] of groups) {
    try {
      const samples = readGroup(name, specs, header, file, neighbours, remark, most);
      for (const [i, spec] of specs.entries()) found.set(spec, { spec, samples: samples[i]!, problem: null });
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      for (const spec of specs) found.set(spec, { spec, samples: null, problem: error });
    }
  }
  return header.signals.map((spec) => found.get(spec)!);
}

/** The signals that share a file, in the order of their specifications. */
function readGroup(
  name: string,
  specs: readonly SignalSpec[],
  header: WfdbHeader,
  file: string,
  neighbours: Neighbours,
  remark: Remarks,
  most: number,
): Int32Array[] {
  const first = specs[0]!;
  const where = { file, line: first.line, byte: first.byteStart };
  const id = first.format;
  // Null signals stand for nothing recorded.
  if (name === '~' || id === 0) return specs.map(() => new Int32Array(0));
  if (specs.some((spec) => spec.format !== id || spec.byteOffset !== first.byteOffset)) {
    throw waveformErrors.error('waveform-header', `${file}: the signals of ${name} differ in format or offset`, where);
  }
  const format = sampleFormat(id);
  if (format === null && FLAC_BITS[id] === undefined) {
    throw waveformErrors.error('waveform-format-unread', `${file}: ${name} has WFDB format ${id}`, where);
  }
  const bytes = neighbours.read(name);
  if (bytes === null) {
    throw waveformErrors.error('waveform-file-missing', `${file} needs ${name}, which is not beside it`, where);
  }
  const perFrame = specs.reduce((sum, spec) => sum + spec.samplesPerFrame, 0);
  const longestSkew = Math.max(...specs.map(({ skew }) => skew));
  const wanted = header.frames === null ? Number.POSITIVE_INFINITY : header.frames + longestSkew;
  const limit = Math.floor(most / perFrame);
  let there: number;
  let signals: Int32Array[];
  if (format === null) {
    const flac = fromFlac(bytes, specs, Math.min(wanted, limit), name, file, remark);
    signals = flac.signals;
    there = flac.frames;
  } else {
    const data = bytes.subarray(Math.min(first.byteOffset, bytes.length));
    there = Math.floor(format.samplesIn(data.length) / perFrame);
    const frames = Math.min(there, wanted, limit);
    signals = deinterleaved(format.unpack(data, frames * perFrame), specs, frames);
    if (format.id === 8) for (const [i, samples] of signals.entries()) accumulate(samples, specs[i]!.initialValue);
  }
  if (there > limit && wanted > limit) {
    remark.note('waveform-too-long', `${name} holds more than ${limit} frames; the first ${limit} were read`, where);
  } else if (header.frames !== null && there < header.frames) {
    const message = `${name} holds ${there} of the ${header.frames} frames that ${file} announces`;
    remark.note('exchange-truncated', message, where);
  }
  const whole = header.frames === null || there >= header.frames;
  const invalid = format === null ? -(2 ** (FLAC_BITS[id]! - 1)) : format.invalid;
  return specs.map((spec, i) => finished(signals[i]!, spec, invalid, header.frames, whole, file, remark));
}

function fromFlac(
  bytes: Uint8Array,
  specs: readonly SignalSpec[],
  frames: number,
  name: string,
  file: string,
  remark: Remarks,
): { readonly signals: Int32Array[]; readonly frames: number } {
  const first = specs[0]!;
  const where = { file, line: first.line, byte: first.byteStart };
  const perFrame = first.samplesPerFrame;
  if (specs.some((spec) => spec.samplesPerFrame !== perFrame)) {
    throw waveformErrors.error('waveform-header', `${file}: the signals of ${name} differ in samples per frame`, where);
  }
  // In a compressed file the offset counts samples of a channel, not bytes.
  const flac = decodeFlac(bytes, frames * perFrame + first.byteOffset);
  if (flac === null || flac.channels.length !== specs.length || flac.bits > FLAC_BITS[first.format]!) {
    const says = flac === null ? 'is no FLAC' : `has ${flac.channels.length} channels of ${flac.bits} bits`;
    throw waveformErrors.error('waveform-format-unread', `${file}: ${name} ${says}`, where);
  }
  if (flac.damage !== null) remark.note('exchange-truncated', `${name}: ${flac.damage}`, where);
  const signals = flac.channels.map((samples) => samples.subarray(first.byteOffset));
  return { signals, frames: Math.floor(signals[0]!.length / perFrame) };
}

function deinterleaved(all: Int32Array, specs: readonly SignalSpec[], frames: number): Int32Array[] {
  const perFrame = specs.reduce((sum, spec) => sum + spec.samplesPerFrame, 0);
  let offset = 0;
  return specs.map(({ samplesPerFrame }) => {
    const samples = new Int32Array(frames * samplesPerFrame);
    for (let k = 0; k < samplesPerFrame; k++) {
      for (let i = k, at = offset + k; i < samples.length; i += samplesPerFrame, at += perFrame) samples[i] = all[at]!;
    }
    offset += samplesPerFrame;
    return samples;
  });
}

/** Checks the sum, brings the signal forward by its skew, cuts it to the record and marks what is no sample. */
function finished(
  samples: Int32Array,
  spec: SignalSpec,
  invalid: number | null,
  frames: number | null,
  whole: boolean,
  file: string,
  remark: Remarks,
): Int32Array {
  const advance = spec.skew * spec.samplesPerFrame;
  const length = frames === null ? Number.POSITIVE_INFINITY : frames * spec.samplesPerFrame;
  if (whole && spec.checksum !== null) {
    // Writers sum either what the file holds or what the skew leaves; both are taken for right.
    const kept = advance === 0 ? [] : [sumOf(samples.subarray(advance, advance + length), invalid)];
    const sums = [sumOf(samples.subarray(0, Math.min(length, samples.length)), invalid), ...kept];
    const wanted = spec.checksum & 0xffff;
    if (!sums.some(({ plain, library }) => plain === wanted || library === wanted)) {
      const message = `${file}: the samples of ${spec.name} sum to ${(sums[0]!.plain << 16) >> 16}, the header says ${spec.checksum}`;
      remark.note('waveform-checksum', message, { file, line: spec.line, byte: spec.byteStart });
    }
  }
  const cut = samples.subarray(Math.min(advance, samples.length), Math.min(advance + length, samples.length));
  if (invalid !== null && invalid !== NO_SAMPLE) {
    for (let i = 0; i < cut.length; i++) if (cut[i] === invalid) cut[i] = NO_SAMPLE;
  }
  return cut;
}

/** Sums modulo 2¹⁶: of the numbers as they are, and as the WFDB library takes them, with −32768 for what is no sample. */
function sumOf(samples: Int32Array, invalid: number | null): { readonly plain: number; readonly library: number } {
  let sum = 0;
  let missing = 0;
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i]!;
    sum = (sum + value) | 0;
    if (value === invalid) missing++;
  }
  const library = sum + missing * (-32_768 - (invalid ?? 0));
  return { plain: sum & 0xffff, library: ((library % 65_536) + 65_536) % 65_536 };
}
