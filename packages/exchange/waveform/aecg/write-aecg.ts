import { MINUTE } from '@gemel/core/time';
import { NO_SAMPLE, type Waveform, type WaveformMark } from '@gemel/core/waveform';
import { waveformErrors } from '../errors.data.ts';

/** What an annotated ECG is written from. */
export interface AecgContent {
  /** OID or UUID of the document. */
  readonly id: string;
  readonly subject: { readonly root: string; readonly extension: string };
  readonly sex?: 'male' | 'female';
  /** Local time as if UTC, ms; offset east of UTC in minutes. */
  readonly start: { readonly local: number; readonly offset: number | null };
  /** Signals that begin and are sampled together become one series; one run each. */
  readonly signals: readonly Waveform[];
  readonly marks: readonly WaveformMark[];
}

const LEADS = new Set(['I', 'II', 'III', 'AVR', 'AVL', 'AVF', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6']);

/** Writes an annotated ECG. @throws waveform-encode */
export function writeAecg(content: AecgContent): string {
  const fail = (message: string): never => {
    throw waveformErrors.error('waveform-encode', message);
  };
  const { id, subject, sex, start, signals, marks } = content;
  const stamp = (after: number) => stampText(start, after);
  const groups = new Map<string, Waveform[]>();
  for (const signal of signals) {
    if (signal.runs.length !== 1) fail(`${signal.name} has gaps between its samples`);
    const key = `${signal.frequency}|${signal.runs[0]!.after}`;
    groups.set(key, [...(groups.get(key) ?? []), signal]);
  }
  const series = [...groups.values()].map((group, index) => {
    const { frequency, runs } = group[0]!;
    const { after, samples } = runs[0]!;
    const axis = sequence(
      'TIME_ABSOLUTE',
      `<value xsi:type="GLIST_TS"><head value="${stamp(after)}"/><increment value="${1 / frequency}" unit="s"/></value>`,
    );
    const leads = group.map((signal) => {
      const values = signal.runs[0]!.samples;
      if (values.includes(NO_SAMPLE)) fail(`${signal.name} lacks samples`);
      const scale = 1 / signal.gain;
      const origin = -signal.baseline / signal.gain;
      const unit = escaped(signal.unit);
      const value = `<origin value="${origin}" unit="${unit}"/><scale value="${scale}" unit="${unit}"/><digits>${values.join(' ')}</digits>`;
      const code = LEADS.has(signal.name.toUpperCase()) ? `MDC_ECG_LEAD_${signal.name}` : signal.name;
      return sequence(code, `<value xsi:type="SLIST_PQ">${value}</value>`);
    });
    const annotations =
      index > 0 || marks.length === 0
        ? ''
        : `<subjectOf><annotationSet>${marks.map((mark) => annotation(mark, stamp)).join('')}</annotationSet></subjectOf>`;
    const time = `<effectiveTime><low value="${stamp(after)}"/><high value="${stamp(after + samples.length / frequency)}"/></effectiveTime>`;
    return `<component><series><id root="${escaped(id)}.${index + 1}"/><code code="RHYTHM" codeSystem="2.16.840.1.113883.5.4"/>${time}<component><sequenceSet>${axis}${leads.join('')}</sequenceSet></component>${annotations}</series></component>`;
  });
  const gender =
    sex === undefined
      ? ''
      : `<administrativeGenderCode code="${sex === 'male' ? 'M' : 'F'}" codeSystem="2.16.840.1.113883.5.1"/>`;
  const person = `<subjectDemographicPerson>${gender}</subjectDemographicPerson>`;
  const trial = `<trialSubject><id root="${escaped(subject.root)}" extension="${escaped(subject.extension)}"/>${person}</trialSubject>`;
  const context = `<componentOf><timepointEvent><componentOf><subjectAssignment><subject>${trial}</subject></subjectAssignment></componentOf></timepointEvent></componentOf>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<AnnotatedECG xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><id root="${escaped(id)}"/><code code="93000" codeSystem="2.16.840.1.113883.6.12"/>${context}${series.join('')}</AnnotatedECG>\n`;
}

function sequence(code: string, value: string): string {
  const system = code.startsWith('TIME_') ? '2.16.840.1.113883.5.4' : '2.16.840.1.113883.6.24';
  return `<component><sequence><code code="${escaped(code)}" codeSystem="${system}"/>${value}</sequence></component>`;
}

function annotation({ after, duration, code, text }: WaveformMark, stamp: (after: number) => string): string {
  const high = duration === undefined ? '' : `<high value="${stamp(after + duration)}"/>`;
  const boundary = `<boundary><code code="TIME_ABSOLUTE"/><value xsi:type="IVL_TS"><low value="${stamp(after)}"/>${high}</value></boundary>`;
  const value = text === undefined ? '' : `<value xsi:type="ST">${escaped(text)}</value>`;
  return `<component><annotation><code code="${escaped(code)}"/>${value}<support><supportingROI><component>${boundary}</component></supportingROI></support></annotation></component>`;
}

/** HL7's time stamp to the microsecond. */
function stampText({ local, offset }: AecgContent['start'], after: number): string {
  const micro = Math.round(local * 1000 + after * 1e6);
  const whole = new Date(Math.floor(micro / 1e6) * 1000).toISOString().replace(/[-:T]|\.\d+Z/g, '');
  const rest = String(micro - Math.floor(micro / 1e6) * 1e6).padStart(6, '0');
  if (offset === null) return `${whole}.${rest}`;
  const size = Math.abs(offset);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${whole}.${rest}${offset < 0 ? '-' : '+'}${two(Math.floor((size * MINUTE) / 3_600_000))}${two(size % 60)}`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter]!);
}
