import { CodedError, type Problem } from '@gemel/core/error';
import type { Provenance } from '@gemel/core/observation';
import type { Decoded, RawFact, RawObservation, RawTime } from '@gemel/core/raw';
import { type Instant, instant, MINUTE } from '@gemel/core/time';
import { sampleCount } from '@gemel/core/waveform';
import { parseZone } from '../device/zone.ts';
import type { DoorOptions } from '../door.ts';
import { exchangeErrors } from '../errors.data.ts';
import { waveformErrors } from './errors.data.ts';
import { leadCodings } from './leads.data.ts';
import type { Place, RecordedSignal, Recording } from './recording.ts';

/**
 * What a door gives for a recording: one element for each signal (mapped, its samples beside it), each list of annotations and
 * the header (kept as is), each fact of the subject (mapped), and what could not be read (refused). `read` may throw coded
 * errors, which refuse the file.
 */
export function* recordingEntries(
  bytes: Uint8Array,
  options: DoorOptions,
  read: () => Recording,
): Generator<Decoded, void, void> {
  const whole: Provenance = provenanceOf({ element: 'file', byteStart: 0, byteEnd: bytes.length }, options);
  const refuse = (problem: Problem): Decoded => ({
    type: 'file',
    fate: 'refused',
    items: [],
    problems: [problem],
    provenance: whole,
  });
  if (bytes.length === 0) {
    yield refuse(exchangeErrors.problem('exchange-empty', `${options.name} is empty`, { file: options.name }));
    return;
  }
  let recording: Recording;
  try {
    recording = read();
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    yield refuse(error.toJSON());
    return;
  }
  const began = startOf(recording, options);
  const subject = options.subject ?? recording.subject;
  const missing =
    'problem' in began
      ? began.problem
      : subject === null
        ? exchangeErrors.problem('exchange-subject-missing', `${options.name} names no person`, { file: options.name })
        : null;
  if ('problem' in began || subject === null) {
    yield refuse(missing!);
    return;
  }
  if (recording.problems.length > 0) {
    yield { type: 'file', fate: 'kept', items: [], problems: recording.problems, provenance: whole };
  }
  yield* elementsOf(recording, subject, began, options);
}

interface Began {
  readonly at: Instant;
  readonly offset: number | null;
}

function* elementsOf(
  recording: Recording,
  subject: string,
  began: Began,
  options: DoorOptions,
): Generator<Decoded, void, void> {
  const time: RawTime = { start: began.at, offset: began.offset };
  const device = recording.device === undefined ? {} : { device: recording.device };
  const header = provenanceOf({ element: 'header' }, options);
  yield { type: 'header', subject, fate: 'kept', items: [], problems: [], provenance: header, kept: recording.header };
  for (const { fact, value, place } of recording.facts) {
    const provenance = provenanceOf(place, options);
    const item: RawFact = { kind: 'fact', subject, fact, codings: [], value, time, provenance };
    yield { type: 'subject', fate: 'mapped', items: [item], problems: [], provenance };
  }
  for (const [index, signal] of recording.signals.entries()) {
    yield signalElement(signal, index, subject, began, { ...provenanceOf(signal.place, options), ...device }, options);
  }
  for (const { name, place, marks, problems } of recording.marks) {
    const kept = { annotator: name, start: began.at, marks };
    const provenance = provenanceOf(place, options);
    yield { type: 'annotations', subject, fate: 'kept', items: [], problems, provenance, kept };
  }
  for (const { type, place, problem } of recording.refused) {
    const provenance = provenanceOf(place, options);
    const plain = problem instanceof CodedError ? problem.toJSON() : problem;
    yield { type, subject, fate: 'refused', items: [], problems: [plain], provenance };
  }
}

function signalElement(
  signal: RecordedSignal,
  index: number,
  subject: string,
  began: Began,
  provenance: Provenance,
  options: DoorOptions,
): Decoded {
  const { name, unit, frequency, gain, baseline, runs, problems } = signal;
  const count = sampleCount(signal);
  const ref = `${options.sha256 ?? options.name}/${index}`;
  const last = runs.at(-1);
  const seconds = last === undefined ? 0 : last.after + last.samples.length / frequency;
  const item: RawObservation = {
    kind: 'observation',
    subject,
    codings: [...(signal.codings ?? []), ...leadCodings(name)],
    text: name,
    value: { kind: 'series', ref, unit, count, frequency },
    time: { start: began.at, end: instant(began.at + Math.round(seconds * 1000)), offset: began.offset },
    marks: problems,
    provenance,
  };
  const waveform = { ref, start: began.at, signal: { name, unit, frequency, gain, baseline, runs } };
  return { type: 'signal', fate: 'mapped', items: [item], problems, provenance, waveform };
}

function provenanceOf(place: Place, options: DoorOptions): Provenance {
  return { source: options.name, ...(options.sha256 === undefined ? {} : { sha256: options.sha256 }), ...place };
}

/** When the recording began: what was given, else what it says, placed in its own or the given zone. */
function startOf(recording: Recording, options: DoorOptions): Began | { readonly problem: Problem } {
  const where = { file: options.name };
  if (options.start !== undefined) return { at: options.start, offset: null };
  if (recording.start === null) {
    const message = `${options.name} does not say when it was recorded`;
    return { problem: waveformErrors.problem('waveform-start-missing', message, where) };
  }
  const { local, offset } = recording.start;
  if (offset !== null) return { at: instant(local - offset * MINUTE), offset };
  if (options.zone === undefined) {
    const message = `${options.name} gives its local time without a zone`;
    return { problem: exchangeErrors.problem('exchange-zone-missing', message, where) };
  }
  const meaning = parseZone(options.zone)?.meaning(local);
  if (meaning === undefined) {
    return { problem: exchangeErrors.problem('exchange-zone-unknown', `“${options.zone}” is no zone`, where) };
  }
  if (meaning.kind === 'once') return { at: instant(local - meaning.offset * MINUTE), offset: meaning.offset };
  const code = meaning.kind === 'twice' ? 'exchange-local-time-twice' : 'exchange-local-time-never';
  const message = `${options.name} begins in the hour of a change of the clocks`;
  return {
    problem: exchangeErrors.problem(code, message, where, 'Add --start with date, time and offset.'),
  };
}
