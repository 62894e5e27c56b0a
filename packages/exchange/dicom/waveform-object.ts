import type { Problem } from '@gemel/core/error';
import { NO_SAMPLE, type WaveformMark } from '@gemel/core/waveform';
import { waveformErrors } from '../waveform/errors.data.ts';
import type { MarkList, RecordedSignal, Recording } from '../waveform/recording.ts';
import { codedEntry } from './codes.ts';
import type { DataSet } from './dataset.ts';
import type { DicomFile } from './parse.ts';
import { takenAt } from './time.ts';

/** Sample interpretations that are read (PS3.3, C.10.9.1.5): bytes, and how a stored number is read. */
const SAMPLES: Readonly<Record<string, readonly [bytes: number, read: (view: DataView, at: number) => number]>> = {
  SB: [1, (view, at) => view.getInt8(at)],
  UB: [1, (view, at) => view.getUint8(at)],
  SS: [2, (view, at) => view.getInt16(at, true)],
  US: [2, (view, at) => view.getUint16(at, true)],
  SL: [4, (view, at) => view.getInt32(at, true)],
  UL: [4, (view, at) => view.getUint32(at, true)],
};

/** The signals of a waveform object (ECG, haemodynamic, respiratory) as a recording; what cannot be read is refused by channel. */
export function waveformRecording(file: DicomFile): Omit<Recording, 'subject' | 'facts' | 'header'> {
  const { dataSet } = file;
  const signals: RecordedSignal[] = [];
  const refused: Recording['refused'][number][] = [];
  for (const [g, group] of dataSet.sequence('WaveformSequence').entries()) {
    for (const [c, channel] of group.sequence('ChannelDefinitionSequence').entries()) {
      const read = readChannel(file, group, g, channel, c);
      if ('samples' in read) refused.push({ type: 'signal', place: read.place, problem: read.samples });
      else signals.push(read);
    }
  }
  const taken = takenAt(dataSet);
  const marks = annotations(file);
  return {
    start: taken === null || taken.dateOnly ? null : { local: taken.local, offset: taken.offset },
    signals,
    marks: marks === null ? [] : [marks],
    refused,
    problems: [],
  };
}

function readChannel(
  file: DicomFile,
  group: DataSet,
  g: number,
  channel: DataSet,
  c: number,
): RecordedSignal | { readonly place: RecordedSignal['place']; readonly samples: Problem } {
  const element = `WaveformSequence[${g}].ChannelDefinitionSequence[${c}]`;
  const data = group.get('WaveformData');
  const spot = file.inflated || data === undefined ? channel : data;
  const place = { element, ...(file.inflated ? {} : { byteStart: spot.byteStart, byteEnd: spot.byteEnd }) };
  const fail = (code: 'waveform-header' | 'waveform-format-unread' | 'waveform-uncalibrated', says: string) => ({
    place,
    samples: waveformErrors.problem(code, `${file.name}: ${element} ${says}`, { file: file.name, element }),
  });
  const kind = group.text('WaveformSampleInterpretation') ?? '';
  const form = SAMPLES[kind];
  if (form === undefined) return fail('waveform-format-unread', `has samples of kind ${kind || 'missing'}`);
  const [size, read] = form;
  const channels = group.number('NumberOfWaveformChannels') ?? 0;
  const count = group.number('NumberOfWaveformSamples') ?? 0;
  const frequency = group.number('SamplingFrequency') ?? Number.NaN;
  if (!(frequency > 0)) return fail('waveform-header', 'has no sampling frequency');
  if (data === undefined || channels <= c || data.value.length < channels * count * size) {
    return fail('waveform-header', `has fewer bytes than its ${count} samples of ${channels} channels take`);
  }
  const sensitivity =
    (channel.number('ChannelSensitivity') ?? Number.NaN) * (channel.number('ChannelSensitivityCorrectionFactor') ?? 1);
  const unit = channel.item('ChannelSensitivityUnitsSequence')?.text('CodeValue') ?? null;
  if (!Number.isFinite(sensitivity) || sensitivity === 0 || unit === null)
    return fail('waveform-uncalibrated', 'has no sensitivity or unit');
  const shift = channel.number('ChannelBaseline') ?? 0;
  if (!Number.isFinite(shift)) return fail('waveform-uncalibrated', 'has an offset that is no number');
  const padding = group.get('WaveformPaddingValue')?.value;
  const missing =
    padding === undefined || padding.length < size
      ? null
      : read(new DataView(padding.buffer, padding.byteOffset, padding.byteLength), 0);
  const view = new DataView(data.value.buffer, data.value.byteOffset, data.value.byteLength);
  const samples = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const stored = read(view, (i * channels + c) * size);
    samples[i] = stored === missing ? NO_SAMPLE : stored;
  }
  const source = codedEntry(channel.item('ChannelSourceSequence'), file.dataSet);
  const name = channel.text('ChannelLabel') ?? source?.text.replace(/^Lead\s+/i, '') ?? `channel ${c + 1}`;
  const skew = (channel.number('ChannelTimeSkew') ?? 0) + (channel.number('ChannelSampleSkew') ?? 0) / frequency;
  const after = Math.max(
    0,
    (group.number('MultiplexGroupTimeOffset') ?? 0) / 1000 + (Number.isFinite(skew) ? skew : 0),
  );
  return {
    name,
    unit,
    frequency,
    gain: 1 / sensitivity,
    baseline: shift === 0 ? 0 : -shift / sensitivity,
    runs: [{ after, samples }],
    place,
    problems: [],
  };
}

/** Annotations of moments and stretches (PS3.3, C.10.10). */
function annotations(file: DicomFile): MarkList | null {
  const { dataSet } = file;
  const found = dataSet.get('WaveformAnnotationSequence');
  if (found === undefined) return null;
  const groups = dataSet.sequence('WaveformSequence');
  const marks: WaveformMark[] = [];
  for (const item of found.items ?? []) {
    const concept = codedEntry(item.item('ConceptNameCodeSequence'), dataSet);
    const said = codedEntry(item.item('ConceptCodeSequence'), dataSet)?.text ?? item.text('UnformattedTextValue');
    const value = item.number('NumericValue');
    const unit = item.item('MeasurementUnitsCodeSequence')?.text('CodeValue') ?? '';
    const words = [said, value === null ? null : `${value} ${unit}`.trim()].filter((word) => word !== null).join(' ');
    const [g = 1] = item.numbers('ReferencedWaveformChannels');
    const frequency = groups[g - 1]?.number('SamplingFrequency') ?? 0;
    const positions = item.numbers('ReferencedSamplePositions');
    const offsets = item.numbers('ReferencedTimeOffsets').map((ms) => ms / 1000);
    const times = positions.length > 0 && frequency > 0 ? positions.map((at) => (at - 1) / frequency) : offsets;
    const segment = item.text('TemporalRangeType') === 'SEGMENT' && times.length === 2;
    const mark = {
      code: concept?.source ?? '',
      ...(words === '' ? {} : { text: [concept?.text, words].filter(Boolean).join(': ') }),
    };
    if (segment) marks.push({ ...mark, after: times[0]!, duration: times[1]! - times[0]! });
    else for (const after of times.length > 0 ? times : [0]) marks.push({ ...mark, after });
  }
  const place = { element: 'WaveformAnnotationSequence', byteStart: found.byteStart, byteEnd: found.byteEnd };
  return { name: 'annotations', place, marks: marks.filter(({ after }) => Number.isFinite(after)), problems: [] };
}
