import { type Coding, coding, GEMEL, LOINC, UCUM } from '@gemel/core/concept';
import type { Problem } from '@gemel/core/error';
import type { Decoded, RawObservation } from '@gemel/core/raw';
import { type Instant, instant } from '@gemel/core/time';
import { physicalValues, type Waveform, type WaveformMark } from '@gemel/core/waveform';
import { hrvStatistics, rrIntervals, rrStatistics } from '@gemel/numerics/signal/beat-intervals';
import { detectBeats } from '@gemel/numerics/signal/detect-beats';
import { detectPulses } from '@gemel/numerics/signal/detect-pulses';
import { hrvSpectrum } from '@gemel/numerics/signal/lomb-scargle';
import { BREATHING_RATE_HZ, beatSizes, breathingRate, modulation } from '@gemel/numerics/signal/respiration';
import { judgeStretch } from '@gemel/numerics/signal/signal-quality';
import { waveformErrors } from './errors.data.ts';
import { type SignalKind, signalKind } from './signal-kinds.data.ts';
import { BEAT_LETTERS } from './wfdb/annotation-codes.data.ts';

/** Codes of what is derived. HRV names are only for intervals between normal beats. */
const CODES = {
  heartRate: [coding(LOINC, '8867-4', 'Heart rate')],
  pulseRate: [coding(LOINC, '8889-8', 'Heart rate by Pulse oximetry')],
  breathingRate: [coding(LOINC, '9279-1', 'Respiratory rate')],
  meanRR: [coding(LOINC, '8637-1', 'R-R interval by EKG')],
  deviationRR: [coding(GEMEL, 'rr-standard-deviation', 'Standard deviation of the intervals between all beats')],
  successiveRR: [coding(GEMEL, 'rr-successive-difference', 'Root mean square of successive differences, all beats')],
  meanNN: [coding(GEMEL, 'hrv-mean-nn', 'Mean interval between normal beats')],
  sdnn: [coding(LOINC, '80404-7', 'R-R interval.standard deviation (Heart rate variability)')],
  rmssd: [coding(GEMEL, 'hrv-rmssd', 'RMSSD')],
  low: [coding(GEMEL, 'hrv-lf', 'Low-frequency power, 0.04 to 0.15 Hz')],
  high: [coding(GEMEL, 'hrv-hf', 'High-frequency power, 0.15 to 0.4 Hz')],
} satisfies Readonly<Record<string, readonly Coding[]>>;

/** Seconds that one rate is given for. */
const MINUTE = 60;
/** Seconds that are judged at once. */
const STRETCH = 10;
/** Fewest normal beats that HRV is given for: about five minutes. */
const FEWEST_NORMAL = 200;
/** Seconds around a beat within which its size is taken: the QRS of an ECG, a pulse from its foot to its end. */
const REACH = { ecg: 0.06, ppg: 0.3 } as const;
/** A rate is wanted of this many samples a second at least. */
const LEAST_FREQUENCY = 50;

/**
 * Passes on what a door gives and adds, after each signal, what is derived from it: heart, pulse or breathing rate of each minute
 * and the intervals between all beats; after annotations that name beats, HRV of the normal ones. Derived items say which
 * detector they come from, carry the marks of the stretch they were taken from, and so are graded below what was clean. The ECG
 * lead that is used is the one with the most clean stretches.
 */
export function* withDerived(decoded: Iterable<Decoded>): Generator<Decoded, void, void> {
  const leads: Measured[] = [];
  for (const element of decoded) {
    yield element;
    const { waveform, items } = element;
    const [item] = items;
    if (waveform !== undefined && item?.kind === 'observation') {
      const kind = signalKind(waveform.signal.name);
      if (kind === null || waveform.signal.frequency < (kind === 'breathing' ? 2 : LEAST_FREQUENCY)) continue;
      const measured = measure(waveform.signal, waveform.start, kind, item);
      if (kind === 'ecg') leads.push(measured);
      else yield* derivedElement(measured, measured.rates);
    }
    if (element.type === 'annotations') yield* fromAnnotations(element);
  }
  const best = leads.reduce<Measured | null>((a, b) => (a === null || b.clean > a.clean ? b : a), null);
  if (best !== null) yield* derivedElement(best, [...best.rates, ...best.intervals]);
}

interface Measured {
  readonly source: RawObservation;
  readonly rates: readonly RawObservation[];
  readonly intervals: readonly RawObservation[];
  /** Part of the stretches that are clean. */
  readonly clean: number;
}

function* derivedElement({ source }: Measured, items: readonly RawObservation[]): Generator<Decoded, void, void> {
  if (items.length === 0) return;
  yield { type: 'derived', fate: 'mapped', items, problems: [], provenance: source.provenance };
}

const DETECTORS: Readonly<Record<SignalKind, string>> = {
  ecg: 'Gemel beat detector (Hamilton 2002)',
  ppg: 'Gemel pulse detector (Elgendi 2013)',
  breathing: 'Gemel breath counter (Schäfer 2008)',
};

function measure(signal: Waveform, start: Instant, kind: SignalKind, source: RawObservation): Measured {
  const rates: RawObservation[] = [];
  const all: number[] = [];
  let [good, judged] = [0, 0];
  const item = makerOf(source, start, DETECTORS[kind]);
  for (const run of signal.runs) {
    const values = physicalValues(signal, run.samples);
    const rate = signal.frequency;
    const places =
      kind === 'ecg' ? detectBeats(values, rate) : kind === 'ppg' ? detectPulses(values, rate) : new Int32Array(0);
    for (const place of places) all.push(run.after + place / rate);
    const width = Math.round(MINUTE * rate);
    for (let from = 0; from + width <= values.length; from += width) {
      const part = values.subarray(from, from + width);
      const beats = places.filter((place) => place >= from && place < from + width).map((place) => place - from);
      const span = [run.after + from / rate, run.after + (from + width) / rate] as const;
      if (kind === 'breathing') {
        const { rate: breaths, variation } = breathingRate(part, rate);
        const marks = variation > 0.25 ? [quality(source, 'the breaths differ in length')] : [];
        if (breaths > 0) rates.push(item(CODES.breathingRate, breaths, '/min', span, marks));
        continue;
      }
      const { bad, stretches } = judge(part, rate, beats, kind, source);
      judged += stretches;
      good += stretches - bad.count;
      if (beats.length >= 2) {
        const mean = rrStatistics(Array.from(beats, (beat) => beat / rate)).mean;
        const codes = kind === 'ecg' ? CODES.heartRate : CODES.pulseRate;
        rates.push(item(codes, 60_000 / mean, '/min', span, bad.marks));
      }
      if (beats.length >= 10) {
        const sizes = beatSizes(part, rate, beats, REACH[kind]);
        const seconds = Array.from(beats, (beat) => beat / rate);
        const breaths = breathingRate(modulation(seconds, sizes), BREATHING_RATE_HZ);
        const told = quality(source, 'the breathing was derived from the sizes of heart beats');
        if (breaths.rate > 0) rates.push(item(CODES.breathingRate, breaths.rate, '/min', span, [told, ...bad.marks]));
      }
    }
  }
  const clean = judged === 0 ? 0 : good / judged;
  const marks = clean >= 0.8 ? [] : [quality(source, `only ${Math.round(100 * clean)} % of the recording is clean`)];
  const intervals = all.length < 3 || kind !== 'ecg' ? [] : allBeats(all, item, marks);
  return { source, rates, intervals, clean };
}

type Maker = (
  codes: readonly Coding[],
  value: number,
  unit: string,
  span: readonly [number, number],
  marks: readonly Problem[],
) => RawObservation;

/** Observations of a span of seconds of the recording, placed at the signal they come from. */
function makerOf(
  source: Pick<RawObservation, 'subject' | 'provenance' | 'time'>,
  start: Instant,
  detector: string,
): Maker {
  return (codings, value, unit, [from, to], marks) => ({
    kind: 'observation',
    subject: source.subject,
    codings,
    value: { kind: 'quantity', value, unit, unitSystem: UCUM },
    time: {
      start: instant(start + Math.round(from * 1000)),
      end: instant(start + Math.round(to * 1000)),
      offset: source.time.offset,
    },
    status: 'final',
    marks,
    provenance: {
      ...source.provenance,
      element: `${source.provenance.element}, ${from.toFixed(3)} s to ${to.toFixed(3)} s`,
      device: detector,
    },
  });
}

function allBeats(times: readonly number[], item: Maker, marks: readonly Problem[]): RawObservation[] {
  const { mean, standardDeviation, successiveDifference } = rrStatistics(times);
  const span = [times[0]!, times.at(-1)!] as const;
  return [
    item(CODES.meanRR, mean, 'ms', span, marks),
    item(CODES.deviationRR, standardDeviation, 'ms', span, marks),
    item(CODES.successiveRR, successiveDifference, 'ms', span, marks),
  ];
}

/** The stretches of a minute that are not clean, as one mark with their reasons. */
function judge(part: Float64Array, rate: number, beats: Int32Array, kind: 'ecg' | 'ppg', source: RawObservation) {
  const width = Math.round(STRETCH * rate);
  const reasons = new Set<string>();
  let count = 0;
  let stretches = 0;
  for (let from = 0; from + width <= part.length; from += width) {
    const own = beats.filter((beat) => beat >= from && beat < from + width).map((beat) => beat - from);
    const judged = judgeStretch(part.subarray(from, from + width), rate, own, kind);
    stretches++;
    if (judged.good) continue;
    count++;
    for (const reason of judged.reasons) reasons.add(reason);
  }
  const words = `${count} of ${stretches} stretches of ${STRETCH} s are not clean: ${[...reasons].join('; ')}`;
  return { bad: { count, marks: count === 0 ? [] : [quality(source, words)] }, stretches };
}

function quality({ provenance }: Pick<RawObservation, 'provenance'>, message: string): Problem {
  return waveformErrors.problem('waveform-quality', message, { file: provenance.source, element: provenance.element });
}

/** HRV of the normal beats that annotations name. Marks of detectors, which call every beat normal, give intervals only. */
function* fromAnnotations(element: Decoded): Generator<Decoded, void, void> {
  const { annotator, start, marks } = element.kept as {
    annotator: string;
    start: Instant;
    marks: readonly WaveformMark[];
  };
  const beats = marks.filter(({ code }) => BEAT_LETTERS.has(code));
  if (beats.length < 3 || element.subject === undefined) return;
  const times = beats.map(({ after }) => after);
  const source = { subject: element.subject, provenance: element.provenance, time: { start, offset: null } };
  const item = makerOf(source, start, `annotator ${annotator}`);
  const items = allBeats(times, item, []);
  const normal = beats.map(({ code }) => code === 'N');
  // Whoever told beats apart found more than one kind; a detector that marks all as normal did not look.
  const toldApart = new Set(beats.map(({ code }) => code)).size > 1;
  const hrv = hrvStatistics(times, normal);
  if (toldApart && hrv.count >= FEWEST_NORMAL) {
    const span = [times[0]!, times.at(-1)!] as const;
    const between = normal.slice(1).map((each, i) => each && normal[i]!);
    const spectrum = hrvSpectrum(times.slice(1), rrIntervals(times), between);
    items.push(
      item(CODES.meanNN, hrv.meanNN, 'ms', span, []),
      item(CODES.sdnn, hrv.sdnn, 'ms', span, []),
      item(CODES.rmssd, hrv.rmssd, 'ms', span, []),
    );
    if (spectrum.segments > 0) {
      items.push(item(CODES.low, spectrum.low, 'ms2', span, []), item(CODES.high, spectrum.high, 'ms2', span, []));
    }
  }
  yield { type: 'derived', fate: 'mapped', items, problems: [], provenance: element.provenance };
}
