import { defineValidation, type ValidationRow } from '@gemel/core/validation';
import { physicalValues } from '@gemel/core/waveform';
import { hrvStatistics, rrIntervals, rrStatistics } from '@gemel/numerics/signal/beat-intervals';
import { detectBeats } from '@gemel/numerics/signal/detect-beats';
import { hrvSpectrum } from '@gemel/numerics/signal/lomb-scargle';
import { matchBeats } from '@gemel/numerics/signal/match-beats';
import { BREATHING_RATE_HZ, beatSizes, breathingRate, modulation } from '@gemel/numerics/signal/respiration';
import type { Neighbours, RecordedSignal, Recording } from '../waveform/recording.ts';
import { BEAT_LETTERS } from '../waveform/wfdb/annotation-codes.data.ts';
import { readWfdbRecord } from '../waveform/wfdb/read-record.ts';

/** Files of each record, its header first. */
const RECORDS: Readonly<Record<string, readonly string[]>> = {
  '100': ['100.hea', '100.dat', '100.atr'],
  '03700181': ['03700181.hea', '03700181.dat', '03700181.sqrs', '03700181.gqrsh', '03700181.gqrsl'],
  '3000003_0003': ['3000003_0003.hea', '3000003_0003.dat'],
  a103l: ['a103l.hea', 'a103l.mat'],
  s0010_re: ['s0010_re.hea', 's0010_re.dat', 's0010_re.xyz'],
  v102s: ['v102s.hea', 'v102s.dat'],
};
/** ANSI/AAMI EC57. */
const WINDOW = 0.15;
/** Records without reference beats: what the detector finds in these leads is only reported. */
const OTHERS = [
  ['a103l', 'II'],
  ['a103l', 'V'],
  ['v102s', 'II'],
  ['v102s', 'V'],
  ['3000003_0003', 'II'],
  ['3000003_0003', 'V'],
] as const;
const DETECTORS = ['sqrs', 'gqrsh', 'gqrsl'] as const;

const reported = (name: string, unit: string, source?: string): ValidationRow => ({
  name,
  unit,
  expected: null,
  ...(source === undefined ? {} : { source }),
});
const exact = (name: string, unit: string, expected: number, tolerance: number): ValidationRow => ({
  name,
  unit,
  expected,
  tolerance,
  source: 'reference beats (100.atr)',
});

export default defineValidation({
  id: 'moody2001',
  title: 'Beats and beat intervals of record 100 and of other ECG records',
  citation:
    'Moody, Mark. The impact of the MIT-BIH Arrhythmia Database. IEEE Eng Med Biol 20:45–50, 2001, doi:10.1109/51.932724',
  data: Object.values(RECORDS)
    .flat()
    .map((name) => `wfdb/${name}`),
  slow: false,
  rows: [
    { name: 'signals whose checksum does not fit', source: 'headers of six records', unit: '', expected: 0 },
    { name: 'reference beats of 100', source: '100.atr', unit: '', expected: 2273 },
    { name: 'sensitivity, 100 MLII', source: '100.atr, within 150 ms', unit: '', expected: null, atLeast: 0.999 },
    {
      name: 'positive predictivity, 100 MLII',
      source: '100.atr, within 150 ms',
      unit: '',
      expected: null,
      atLeast: 0.999,
    },
    { name: 'sensitivity, 100 V5', source: '100.atr, within 150 ms', unit: '', expected: null, atLeast: 0.999 },
    {
      name: 'positive predictivity, 100 V5',
      source: '100.atr, within 150 ms',
      unit: '',
      expected: null,
      atLeast: 0.999,
    },
    exact('all beats: mean RR', 'ms', 794.593603, 1e-6),
    exact('all beats: standard deviation (n − 1)', 'ms', 48.846146, 1e-6),
    exact('all beats: successive differences', 'ms', 63.231788, 1e-6),
    exact('normal beats: intervals', '', 2204, 0),
    exact('normal beats: mean NN', 'ms', 795.0116, 5e-5),
    exact('normal beats: SDNN', 'ms', 35.9609, 5e-5),
    exact('normal beats: RMSSD', 'ms', 27.4805, 5e-5),
    reported('normal beats: low-frequency power', 'ms²', 'five-minute segments, Lomb–Scargle'),
    reported('normal beats: high-frequency power', 'ms²', 'five-minute segments, Lomb–Scargle'),
    ...DETECTORS.map((detector) =>
      reported(`agreement with ${detector}, 03700181 MCL1`, '', `03700181.${detector}, a detector's own beats`),
    ),
    {
      name: 'breathing from ECG against impedance, 03700181',
      source: 'median over minutes',
      unit: '/min',
      expected: null,
      atMost: 0.5,
    },
    {
      name: 'beats of s0010_re: most over leads less fewest',
      source: '15 leads of one heart',
      unit: '',
      expected: 0,
      tolerance: 0,
    },
    ...OTHERS.map(([record, lead]) => reported(`beats found, ${record} ${lead}`, '', 'no reference beats')),
  ],
  run({ read }) {
    const recordings = new Map(Object.entries(RECORDS).map(([name, files]) => [name, recordingOf(files, read)]));
    const of = (record: string) => recordings.get(record)!;
    const beatsOf = (record: string, lead: string) => secondsOf(signalOf(of(record), lead));
    const reference = of('100').marks[0]!.marks.filter(({ code }) => BEAT_LETTERS.has(code));
    const times = reference.map(({ after }) => after);
    const normal = reference.map(({ code }) => code === 'N');
    const [limb, chest] = ['MLII', 'V5'].map((lead) => matchBeats(times, beatsOf('100', lead), WINDOW));
    const all = rrStatistics(times);
    const hrv = hrvStatistics(times, normal);
    const between = normal.slice(1).map((each, i) => each && normal[i]!);
    const spectrum = hrvSpectrum(times.slice(1), rrIntervals(times), between);
    const own = beatsOf('03700181', 'MCL1');
    const agreement = DETECTORS.map((detector) => {
      const list = of('03700181').marks.find(({ name }) => name === detector)!;
      const theirs = list.marks.filter(({ code }) => BEAT_LETTERS.has(code)).map(({ after }) => after);
      const { found, missed, extra } = matchBeats(theirs, own, WINDOW);
      return [`agreement with ${detector}, 03700181 MCL1`, (2 * found) / (2 * found + missed + extra)] as const;
    });
    const counts = of('s0010_re').signals.map((signal) => secondsOf(signal).length);
    return {
      'signals whose checksum does not fit': [...recordings.values()]
        .flatMap(({ problems }) => problems)
        .filter(({ code }) => code === 'waveform-checksum').length,
      'reference beats of 100': reference.length,
      'sensitivity, 100 MLII': limb!.sensitivity,
      'positive predictivity, 100 MLII': limb!.predictivity,
      'sensitivity, 100 V5': chest!.sensitivity,
      'positive predictivity, 100 V5': chest!.predictivity,
      'all beats: mean RR': all.mean,
      'all beats: standard deviation (n − 1)': all.standardDeviation,
      'all beats: successive differences': all.successiveDifference,
      'normal beats: intervals': hrv.count,
      'normal beats: mean NN': hrv.meanNN,
      'normal beats: SDNN': hrv.sdnn,
      'normal beats: RMSSD': hrv.rmssd,
      'normal beats: low-frequency power': spectrum.low,
      'normal beats: high-frequency power': spectrum.high,
      ...Object.fromEntries(agreement),
      'breathing from ECG against impedance, 03700181': breathingApart(of('03700181')),
      'beats of s0010_re: most over leads less fewest': Math.max(...counts) - Math.min(...counts),
      ...Object.fromEntries(
        OTHERS.map(([record, lead]) => [`beats found, ${record} ${lead}`, beatsOf(record, lead).length]),
      ),
    };
  },
});

function recordingOf(files: readonly string[], read: (path: string) => Uint8Array): Recording {
  const neighbours: Neighbours = { names: files, read: (name) => (files.includes(name) ? read(`wfdb/${name}`) : null) };
  return readWfdbRecord(read(`wfdb/${files[0]!}`), files[0]!, neighbours);
}

function signalOf(recording: Recording, name: string): RecordedSignal {
  return recording.signals.find((signal) => signal.name === name)!;
}

/** Seconds at which the detector finds beats in the first run. */
function secondsOf(signal: RecordedSignal): number[] {
  const places = detectBeats(physicalValues(signal, signal.runs[0]!.samples), signal.frequency);
  return Array.from(places, (place) => place / signal.frequency);
}

/** Median over minutes of the difference between the breathing rate from the sizes of beats and that of the impedance. */
function breathingApart(recording: Recording): number {
  const chest = signalOf(recording, 'RESP');
  const ecg = signalOf(recording, 'MCL1');
  const [breaths, values] = [chest, ecg].map((signal) => physicalValues(signal, signal.runs[0]!.samples));
  const places = detectBeats(values!, ecg.frequency);
  const apart: number[] = [];
  for (let minute = 0; (minute + 1) * 60 * chest.frequency <= breaths!.length; minute++) {
    const part = breaths!.subarray(minute * 60 * chest.frequency, (minute + 1) * 60 * chest.frequency);
    const [from, to] = [minute * 60 * ecg.frequency, (minute + 1) * 60 * ecg.frequency];
    const own = places.filter((place) => place >= from && place < to);
    const derived = modulation(
      Array.from(own, (place) => place / ecg.frequency),
      beatSizes(values!, ecg.frequency, own),
    );
    apart.push(Math.abs(breathingRate(part, chest.frequency).rate - breathingRate(derived, BREATHING_RATE_HZ).rate));
  }
  return apart.sort((a, b) => a - b)[Math.floor(apart.length / 2)] ?? Number.NaN;
}
