import type { Problem } from '@gemel/core/error';
import type { WaveformMark, WaveformRun } from '@gemel/core/waveform';
import { waveformErrors } from '../errors.data.ts';
import { MOST_SAMPLES, type RecordedFact, type RecordedSignal, type Recording, remarks } from '../recording.ts';
import { readAnnotationLists } from './annotation-list.ts';
import { type EdfHeader, type EdfSignal, readEdfHeader } from './header.ts';

/** Reads EDF, EDF+ (continuous or not), BDF and BDF+. @throws waveform-header */
export function readEdf(bytes: Uint8Array, file: string): Recording {
  const header = readEdfHeader(bytes, file);
  const remark = remarks(file);
  const { signals, sampleBytes, headerBytes, recordSeconds } = header;
  const recordSamples = signals.reduce((sum, { samplesPerRecord }) => sum + samplesPerRecord, 0);
  const recordBytes = recordSamples * sampleBytes;
  const there = recordBytes === 0 ? 0 : Math.floor((bytes.length - headerBytes) / recordBytes);
  let records = header.records < 0 ? there : Math.min(there, header.records);
  if (header.records > there) {
    const message = `${file} holds ${there} of the ${header.records} records that it announces`;
    remark.note('exchange-truncated', message, { byte: bytes.length });
  }
  if (records * recordSamples > MOST_SAMPLES) {
    records = Math.floor(MOST_SAMPLES / recordSamples);
    remark.note('waveform-too-long', `${file}: the first ${records} records were read`);
  }
  const timed = recordTimes(bytes, header, records, file, remark.problems);
  // Records that follow on form one run.
  const runs: { begins: number; first: number; count: number }[] = [];
  for (let record = 0; record < records; record++) {
    const last = runs.at(-1);
    const begins = timed.begins[record]!;
    if (last !== undefined && Math.abs(last.begins + last.count * recordSeconds - begins) < 1e-6) last.count++;
    else runs.push({ begins, first: record, count: 1 });
  }
  const origin = Math.min(0, ...runs.slice(0, 1).map(({ begins }) => begins));
  let offset = 0;
  const recorded: RecordedSignal[] = [];
  const refused: { type: 'signal'; place: RecordedSignal['place']; problem: Problem }[] = [];
  for (const [index, signal] of signals.entries()) {
    const begin = offset;
    offset += signal.samplesPerRecord * sampleBytes;
    if (signal.annotations || signal.samplesPerRecord === 0) continue;
    const place = { element: `signal ${index} (${signal.label})` };
    const digital = signal.digitalMaximum - signal.digitalMinimum;
    const physical = signal.physicalMaximum - signal.physicalMinimum;
    if (!(digital > 0) || physical === 0 || !(recordSeconds > 0)) {
      const message = `${file}: the range of ${signal.label} is empty, or its records last no time`;
      refused.push({
        type: 'signal',
        place,
        problem: waveformErrors.problem('waveform-header', message, { file, ...place }),
      });
      continue;
    }
    const gain = digital / physical;
    recorded.push({
      name: signal.label,
      unit: signal.unit,
      frequency: signal.samplesPerRecord / recordSeconds,
      gain,
      baseline: signal.digitalMinimum - signal.physicalMinimum * gain,
      runs: runs.map(
        (run): WaveformRun => ({
          after: run.begins - origin,
          samples: runSamples(
            bytes,
            headerBytes + run.first * recordBytes + begin,
            recordBytes,
            run.count,
            signal,
            sampleBytes,
          ),
        }),
      ),
      place,
      problems: [],
    });
  }
  const id = subjectOf(header);
  return {
    subject: id.subject,
    facts: id.facts,
    start: header.start === null ? null : { local: header.start + Math.round(origin * 1000), offset: null },
    signals: recorded,
    marks:
      timed.marks.length === 0
        ? []
        : [
            {
              name: 'annotations',
              place: { element: 'annotations' },
              marks: timed.marks.map((mark) => ({ ...mark, after: mark.after - origin })),
              problems: [],
            },
          ],
    refused,
    header: {
      format: `${sampleBytes === 2 ? 'EDF' : 'BDF'}${header.plus === null ? '' : `+ ${header.plus}`}`,
      patient: header.patient,
      recording: header.recording,
      signals: signals
        .filter(({ annotations }) => !annotations)
        .map(({ label, transducer, prefilter }) => ({ label, transducer, prefilter })),
    },
    problems: remark.problems,
  };
}

/** One signal's samples of records in a row. */
function runSamples(
  bytes: Uint8Array,
  start: number,
  stride: number,
  records: number,
  { samplesPerRecord }: EdfSignal,
  sampleBytes: 2 | 3,
): Int32Array {
  const samples = new Int32Array(records * samplesPerRecord);
  let k = 0;
  for (let record = 0; record < records; record++) {
    let at = start + record * stride;
    for (let i = 0; i < samplesPerRecord; i++, at += sampleBytes) {
      samples[k++] =
        sampleBytes === 2
          ? ((bytes[at]! | (bytes[at + 1]! << 8)) << 16) >> 16
          : ((bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)) << 8) >> 8;
    }
  }
  return samples;
}

/** When each record begins, and the marks of all of them. */
function recordTimes(
  bytes: Uint8Array,
  header: EdfHeader,
  records: number,
  file: string,
  problems: Problem[],
): { readonly begins: readonly number[]; readonly marks: readonly WaveformMark[] } {
  const { signals, sampleBytes, headerBytes, recordSeconds, plus } = header;
  const recordBytes = signals.reduce((sum, { samplesPerRecord }) => sum + samplesPerRecord, 0) * sampleBytes;
  const lists: { readonly at: number; readonly length: number }[] = [];
  let offset = 0;
  for (const { samplesPerRecord, annotations } of signals) {
    const length = samplesPerRecord * sampleBytes;
    if (annotations) lists.push({ at: offset, length });
    offset += length;
  }
  const begins: number[] = [];
  const marks: WaveformMark[] = [];
  let damaged = 0;
  let firstDamage = 0;
  let last = 0;
  for (let record = 0; record < records; record++) {
    let begin: number | null = null;
    for (const [i, { at, length }] of lists.entries()) {
      const from = headerBytes + record * recordBytes + at;
      const read = readAnnotationLists(bytes.subarray(from, from + length));
      if (i === 0) begin = read.begins;
      for (const mark of read.marks) marks.push(mark);
      if (read.damage !== null && damaged++ === 0) firstDamage = from + read.damage;
    }
    const expected = record === 0 ? 0 : last + recordSeconds;
    // A record may not begin before the one ahead of it ends; where it says so, or says nothing, it follows on.
    const believed = begin !== null && (record === 0 || begin >= expected - 1e-6) && Math.abs(begin) < 1e9;
    if (plus === 'discontinuous' && !believed) {
      if (damaged++ === 0) firstDamage = headerBytes + record * recordBytes;
    }
    last = believed && begin !== null && (plus === 'discontinuous' || record === 0) ? begin : expected;
    begins.push(last);
  }
  if (damaged > 0) {
    const message = `${file}: annotations of ${damaged} records cannot be read to their end, or give no time`;
    problems.push(waveformErrors.problem('waveform-annotations', message, { file, byte: firstDamage }));
  }
  return { begins, marks };
}

/** The patient field: in EDF+ code, sex, birth date and name, X where unknown; in EDF any words. */
function subjectOf(header: EdfHeader): { readonly subject: string | null; readonly facts: readonly RecordedFact[] } {
  const place = { element: 'patient', byteStart: 8, byteEnd: 88 };
  if (header.plus === null) return { subject: null, facts: [] };
  const [code, sex, birth, name] = header.patient.split(/ +/);
  const known = (text: string | undefined): text is string => text !== undefined && text !== '' && text !== 'X';
  const text = (fact: string, value: string): RecordedFact => ({ fact, value: { kind: 'text', text: value }, place });
  const facts: RecordedFact[] = [];
  if (known(name)) facts.push(text('name', name.replaceAll('_', ' ')));
  if (sex === 'M' || sex === 'F') facts.push(text('sex', sex === 'M' ? 'male' : 'female'));
  const date = birth === undefined ? null : /^(\d{2})-([A-Z]{3})-(\d{4})$/.exec(birth);
  const month = date === null ? -1 : 'JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC'.indexOf(date[2]!);
  if (date !== null && month >= 0 && month % 3 === 0) {
    facts.push(text('birthDate', `${date[3]}-${String(month / 3 + 1).padStart(2, '0')}-${date[1]}`));
  }
  return { subject: known(code) ? code : null, facts };
}
