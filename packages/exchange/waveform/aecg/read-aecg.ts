import type { Problem } from '@gemel/core/error';
import { MINUTE } from '@gemel/core/time';
import { NO_SAMPLE, type WaveformMark } from '@gemel/core/waveform';
import { waveformErrors } from '../errors.data.ts';
import { type RecordedFact, type RecordedSignal, type Recording, type Remarks, remarks } from '../recording.ts';
import { all, at, readXml, type XmlElement } from './xml.ts';

/** A time stamp of HL7 version 3: milliseconds as if local time were UTC, and the offset in minutes where it is written. */
interface Stamp {
  readonly local: number;
  readonly offset: number | null;
}

/** A series with its time axis placed on the clock. */
interface Axis {
  readonly start: Stamp;
  /** Seconds between samples. */
  readonly step: number;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, ms: 1e-3, us: 1e-6 };

/** Whether bytes look like an annotated ECG. */
export function looksLikeAecg(head: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(head.subarray(0, 4096));
  return /<(\w+:)?AnnotatedECG[\s>]/.test(text);
}

/**
 * Reads an HL7 annotated ECG (ANSI/HL7 V3 ECG R1): the rhythm of each series, its annotations with their regions; derived
 * series (representative beats) are kept as they are. Document types are refused.
 * @throws waveform-xml, waveform-header
 */
export function readAecg(bytes: Uint8Array, file: string): Recording {
  const root = readXml(bytes, file);
  const remark = remarks(file);
  if (root.name !== 'AnnotatedECG') {
    throw waveformErrors.error('waveform-header', `${file}: its root is ${root.name}, not AnnotatedECG`, { file });
  }
  const sets = all(root, 'component', 'series').flatMap((series) =>
    all(series, 'component', 'sequenceSet').map((set) => ({ series, set, axis: axisOf(series, set, remark) })),
  );
  const timed = sets.flatMap(({ axis, ...rest }) => (axis === null ? [] : [{ ...rest, axis }]));
  if (timed.length === 0) throw waveformErrors.error('waveform-header', `${file}: no series has a time axis`, { file });
  const start = timed.reduce(
    (first, { axis }) => (utc(axis.start) < utc(first) ? axis.start : first),
    timed[0]!.axis.start,
  );
  const after = (stamp: Stamp) => Math.max(0, (utc(stamp) - utc(start)) / 1000);
  const signals: RecordedSignal[] = [];
  const refused: { type: 'signal'; place: RecordedSignal['place']; problem: Problem }[] = [];
  for (const [index, { set, axis }] of timed.entries()) {
    for (const sequence of all(set, 'component', 'sequence')) {
      const code = at(sequence, 'code')?.attributes.code ?? '';
      if (code.startsWith('TIME_')) continue;
      const place = { element: `series ${index} sequence ${code}`, line: sequence.line };
      const signal = signalOf(sequence, code, axis, after(axis.start), place, file);
      if ('problem' in signal) refused.push({ type: 'signal', place, problem: signal.problem });
      else signals.push(signal);
    }
  }
  const marks = timed.flatMap(({ series, axis }) =>
    all(series, 'subjectOf', 'annotationSet').flatMap((set) => marksOf(set, axis, after, remark)),
  );
  const derived = all(root, 'component', 'series', 'derivation', 'derivedSeries');
  const subject = subjectOf(root);
  return {
    ...subject,
    start,
    signals,
    marks:
      marks.length === 0 ? [] : [{ name: 'annotations', place: { element: 'annotationSet' }, marks, problems: [] }],
    refused,
    header: {
      id: at(root, 'id')?.attributes.root ?? null,
      code: at(root, 'code')?.attributes.code ?? null,
      series: all(root, 'component', 'series').map((series) => at(series, 'code')?.attributes.code ?? null),
      ...(derived.length === 0 ? {} : { derivedSeries: derived.map(plain) }),
    },
    problems: remark.problems,
  };
}

function utc({ local, offset }: Stamp): number {
  return local - (offset ?? 0) * MINUTE;
}

/** The time axis of a sequence set: absolute, or relative to the start of its series. */
function axisOf(series: XmlElement, set: XmlElement, remark: Remarks): Axis | null {
  for (const sequence of all(set, 'component', 'sequence')) {
    const code = at(sequence, 'code')?.attributes.code;
    if (code !== 'TIME_ABSOLUTE' && code !== 'TIME_RELATIVE') continue;
    const value = at(sequence, 'value');
    const head = at(value, 'head')?.attributes;
    const increment = at(value, 'increment')?.attributes;
    const step = Number(increment?.value) * (SECONDS[increment?.unit ?? ''] ?? Number.NaN);
    const begins = stampOf(
      at(series, 'effectiveTime', 'low')?.attributes.value ?? at(series, 'effectiveTime')?.attributes.value,
    );
    const shift = Number(head?.value ?? 0) * (SECONDS[head?.unit ?? 's'] ?? Number.NaN) * 1000;
    const stamp =
      code === 'TIME_ABSOLUTE'
        ? stampOf(head?.value)
        : begins === null || !Number.isFinite(shift)
          ? null
          : { ...begins, local: begins.local + shift };
    if (stamp !== null && step > 0 && Number.isFinite(step)) return { start: stamp, step };
    remark.note('waveform-element', 'the time axis of a series cannot be read; its signals are left out', {
      line: sequence.line,
    });
    return null;
  }
  remark.note('waveform-element', 'a set of sequences has no time axis; its signals are left out', { line: set.line });
  return null;
}

function signalOf(
  sequence: XmlElement,
  code: string,
  axis: Axis,
  after: number,
  place: RecordedSignal['place'],
  file: string,
): RecordedSignal | { readonly problem: Problem } {
  const value = at(sequence, 'value');
  const origin = at(value, 'origin')?.attributes;
  const scale = at(value, 'scale')?.attributes;
  const size = Number(scale?.value);
  const zero = Number(origin?.value ?? 0);
  const where = { file, line: sequence.line, element: code };
  const unit = scale?.unit;
  if (
    unit === undefined ||
    !Number.isFinite(size) ||
    size === 0 ||
    !Number.isFinite(zero) ||
    (origin?.unit ?? unit) !== unit
  ) {
    const message = `${file}: ${code} has no scale, or origin and scale differ in unit`;
    return { problem: waveformErrors.problem('waveform-element', message, where) };
  }
  const words = at(value, 'digits')?.text ?? '';
  const { samples, odd } = digits(words);
  const problems =
    odd === 0
      ? []
      : [
          waveformErrors.problem(
            'waveform-element',
            `${file}: ${odd} of ${samples.length} digits of ${code} are no whole numbers`,
            where,
          ),
        ];
  return {
    name: code.replace(/^MDC_ECG_LEAD_/, ''),
    unit,
    frequency: 1 / axis.step,
    gain: 1 / size,
    baseline: -zero / size,
    runs: [{ after, samples }],
    place,
    problems,
  };
}

/** Whole numbers between blanks; what is none becomes "no sample". */
function digits(text: string): { readonly samples: Int32Array; readonly odd: number } {
  const words = text === '' ? [] : text.split(/\s+/);
  let odd = 0;
  const samples = Int32Array.from(words, (word) => {
    const value = Number(word);
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) return value;
    odd++;
    return NO_SAMPLE;
  });
  return { samples, odd };
}

/** Annotations with a region of time become marks; nested ones too. */
function marksOf(element: XmlElement, axis: Axis, after: (stamp: Stamp) => number, remark: Remarks): WaveformMark[] {
  return all(element, 'component', 'annotation').flatMap((annotation) => {
    const inner = marksOf(annotation, axis, after, remark);
    const code = at(annotation, 'code')?.attributes.code ?? '';
    const value = at(annotation, 'value');
    const text =
      value?.attributes.code ??
      (value?.text || [value?.attributes.value, value?.attributes.unit].filter(Boolean).join(' '));
    const boundary = all(annotation, 'support', 'supportingROI', 'component', 'boundary').find((each) =>
      at(each, 'code')?.attributes.code?.startsWith('TIME_'),
    );
    if (boundary === undefined) return inner;
    const times = at(boundary, 'value');
    const low = timeOf(at(times, 'low')?.attributes ?? times?.attributes, axis, after);
    const high = timeOf(at(times, 'high')?.attributes, axis, after);
    if (low === null) {
      remark.note('waveform-annotations', `the region of ${code} has no time that can be read`, {
        line: boundary.line,
      });
      return inner;
    }
    const duration = high === null || high < low ? {} : { duration: high - low };
    return [{ after: low, ...duration, code, ...(text ? { text } : {}) }, ...inner];
  });
}

function timeOf(
  given: Readonly<Record<string, string>> | undefined,
  axis: Axis,
  after: (stamp: Stamp) => number,
): number | null {
  if (given?.value === undefined) return null;
  const scale = given.unit === undefined ? undefined : SECONDS[given.unit];
  if (scale !== undefined) {
    const seconds = Number(given.value) * scale;
    return Number.isFinite(seconds) ? after(axis.start) + seconds : null;
  }
  const stamp = stampOf(given.value);
  return stamp === null ? null : after(stamp);
}

/** `YYYYMMDD[HH[MM[SS[.fff]]]][±ZZZZ]` (HL7 version 3, TS); null of anything else. */
function stampOf(text: string | undefined): Stamp | null {
  const parts =
    /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d+))?)?)?)?(?:([+-])(\d{2}):?(\d{2}))?$/.exec(
      text ?? '',
    );
  if (parts === null) return null;
  const [, year, month, day, hours = '0', minutes = '0', seconds = '0', fraction = '0', sign, zoneHours, zoneMinutes] =
    parts;
  const whole = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hours), Number(minutes), Number(seconds));
  const back = new Date(whole);
  const holds =
    back.getUTCMonth() === Number(month) - 1 &&
    back.getUTCDate() === Number(day) &&
    back.getUTCHours() === Number(hours);
  if (!holds || Number(minutes) > 59 || Number(seconds) > 59) return null;
  const offset = sign === undefined ? null : (sign === '-' ? -1 : 1) * (Number(zoneHours) * 60 + Number(zoneMinutes));
  return { local: whole + Number(`0.${fraction}`) * 1000, offset };
}

/** The trial subject, who may be known by an identifier, initials, sex and birth time only. */
function subjectOf(root: XmlElement): { readonly subject: string | null; readonly facts: readonly RecordedFact[] } {
  const subject = at(
    root,
    'componentOf',
    'timepointEvent',
    'componentOf',
    'subjectAssignment',
    'subject',
    'trialSubject',
  );
  const id = at(subject, 'id')?.attributes;
  const person = at(subject, 'subjectDemographicPerson');
  const facts: RecordedFact[] = [];
  const fact = (name: string, value: string | undefined, element: XmlElement | null) => {
    if (!value || element === null) return;
    facts.push({
      fact: name,
      value: { kind: 'text', text: value },
      place: { element: `trialSubject ${element.name}`, line: element.line },
    });
  };
  const name = at(person, 'name');
  fact('name', name === null ? undefined : name.text || name.children.map(({ text }) => text).join(' '), name);
  const gender = at(person, 'administrativeGenderCode');
  const code = gender?.attributes.code;
  fact('sex', code === 'M' ? 'male' : code === 'F' ? 'female' : undefined, gender);
  const birth = at(person, 'birthTime');
  fact(
    'birthDate',
    /^(\d{4})(\d{2})(\d{2})/
      .exec(birth?.attributes.value ?? '')
      ?.slice(1)
      .join('-'),
    birth,
  );
  const key =
    id?.extension === undefined ? id?.root : id.root === undefined ? id.extension : `${id.root}|${id.extension}`;
  return { subject: key ?? null, facts };
}

/** An element as plain data, to be kept as it is. */
function plain({ name, attributes, children, text }: XmlElement): unknown {
  return {
    name,
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
    ...(text === '' ? {} : { text }),
    ...(children.length === 0 ? {} : { children: children.map(plain) }),
  };
}
