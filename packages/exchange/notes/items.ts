import type { Problem, Where } from '@gemel/core/error';
import type { Provenance } from '@gemel/core/observation';
import type { Decoded, RawFact, RawTime } from '@gemel/core/raw';
import { instant } from '@gemel/core/time';
import type { Element } from '../device/cgm/item.ts';
import { BLOOD_PRESSURE } from '../device/measures.data.ts';
import { type Part, type Reading, readingItems } from '../device/reading.ts';
import type { DoorOptions } from '../door.ts';
import { exchangeErrors } from '../errors.data.ts';
import { type NoteCode, noteErrors } from './errors.data.ts';
import type { Finding, MeasureFinding } from './finding.ts';

/** What findings of one text share. */
export interface NotePlace {
  readonly options: DoorOptions;
  readonly subject: string;
  /** When the text was written; null where nothing says. */
  readonly time: RawTime | null;
  /** Provenance of the text as a whole. */
  readonly provenance: Provenance;
  /** Whether byte offsets of findings count from the beginning of the source. */
  readonly bytesHold: boolean;
}

/** A finding, or two that were measured together, as one element of the source. */
export type Group = readonly [Finding, ...Finding[]];

/** Findings in groups: the pressures of one reading together, all else alone. */
export function groupsOf(findings: readonly Finding[]): readonly Group[] {
  const groups: Group[] = [];
  for (let i = 0; i < findings.length; i++) {
    const finding = findings[i]!;
    const next = findings[i + 1];
    const pair =
      isMeasure(finding, 'sbp') &&
      next !== undefined &&
      isMeasure(next, 'dbp') &&
      next.span.charStart === finding.span.charStart;
    groups.push(pair ? [finding, next] : [finding]);
    if (pair) i++;
  }
  return groups;
}

function isMeasure(finding: Finding, id: string): finding is MeasureFinding {
  return finding.kind === 'measure' && finding.measure.id === id;
}

/** The reading a group of measures is; null where no value of the patient at a known time follows, with the reasons. */
export function readingOf(
  group: Group,
  time: RawTime | null,
): { readonly reading: Reading | null; readonly codes: readonly (readonly [NoteCode, string])[] } {
  const [first] = group;
  if (first.kind !== 'measure') return { reading: null, codes: [] };
  const { measure, assertion } = first;
  const codes: (readonly [NoteCode, string])[] = [];
  const when = timeOf(first, time);
  if (first.copiedFrom !== null) codes.push(['note-copied', 'stands word for word earlier']);
  if (measure.unit === null)
    codes.push(
      measure.strange === undefined
        ? ['note-unit-missing', 'has no unit']
        : ['note-unit-unexpected', `has the unit “${measure.strange}”`],
    );
  if (measure.impossible === true) codes.push(['note-value-implausible', `cannot be ${measure.value} ${measure.unit}`]);
  if (
    assertion.experiencer !== 'patient' ||
    assertion.temporality === 'hypothetical' ||
    (assertion.temporality === 'historical' && first.time?.start == null)
  )
    codes.push(['note-axis', saidOf(first)]);
  if (when === null) codes.push(['note-time-missing', 'has no time']);
  if (codes.length > 0 || when === null) return { reading: null, codes };
  const parts = group.map((each): Part => {
    const { value, unit, comparator } = (each as MeasureFinding).measure;
    return { codings: each.codings, value: { value, unit: unit!, ...(comparator !== undefined && { comparator }) } };
  });
  if (measure.by === 'convention') codes.push(['note-unit-convention', `is taken in ${measure.unit}`]);
  const [only] = parts;
  const what = parts.length > 1 ? { codings: BLOOD_PRESSURE, parts } : { codings: only!.codings, value: only!.value };
  return { reading: { ...what, time: when }, codes };
}

/** The time of a value: the day its sentence names, else that of the note. */
function timeOf(finding: Finding, note: RawTime | null): RawTime | null {
  const { time } = finding;
  if (time === null || time.kind !== 'point') return note;
  if (time.start === null || note === null) return null;
  const shift = (note.offset ?? 0) * 60_000;
  const start = instant(time.start - shift);
  const today = time.end !== null && time.start <= note.start + shift && note.start + shift < time.end;
  if (today) return note;
  return {
    start,
    offset: note.offset,
    ...(time.end !== null && time.end > time.start && { end: instant(time.end - shift) }),
  };
}

function saidOf({ assertion }: Finding): string {
  const said = [
    assertion.negated && 'negated',
    assertion.uncertain && 'uncertain',
    assertion.temporality !== 'recent' && assertion.temporality,
    assertion.experiencer !== 'patient' && 'about someone else',
  ];
  return `is ${said.filter(Boolean).join(', ')} (“${assertion.because.join('”, “')}”)`;
}

/** What becomes of a group: items with the place they were read at, or the finding kept with its reasons. */
export function decodeGroup(group: Group, place: NotePlace): Decoded {
  const [finding] = group;
  const { options, subject } = place;
  const element = elementOf(finding, place);
  const where = element.where;
  if (finding.kind === 'measure') {
    const { reading, codes } = readingOf(group, place.time);
    const problems = codes.map(([code, what]) => noteErrors.problem(code, `“${finding.text}” ${what}.`, where));
    if (reading === null) return keptFinding(group, element, problems);
    const marks = [...problems, ...dayMark(reading.time, place, where)];
    const made = readingItems(reading, element, options, marks);
    const { provenance } = element;
    return {
      type: 'measure',
      fate: made.items.length > 0 ? 'mapped' : 'refused',
      items: made.items,
      problems: [...marks, ...made.problems],
      provenance,
    };
  }
  const fact = factOf(finding);
  const problems: Problem[] = [];
  if (finding.copiedFrom !== null)
    problems.push(noteErrors.problem('note-copied', `“${finding.text}” stands word for word earlier.`, where));
  else if (fact === null)
    problems.push(noteErrors.problem('note-axis', `“${finding.text}” ${saidOf(finding)}.`, where));
  else if (place.time === null)
    problems.push(noteErrors.problem('note-time-missing', `“${finding.text}” has no time.`, where));
  if (finding.time?.ambiguous === true)
    problems.push(
      exchangeErrors.problem('exchange-date-ambiguous', `“${finding.time.text}” could be either way round.`, where),
    );
  if (finding.copiedFrom !== null || fact === null || place.time === null) return keptFinding(group, element, problems);
  if (finding.kind !== 'problem')
    problems.push(noteErrors.problem('note-unconfirmed', `“${finding.text}” is known only from words.`, where));
  const text = finding.kind === 'problem' ? finding.text : finding.text.replaceAll(/\s+/g, ' ');
  const item: RawFact = {
    kind: 'fact',
    fact,
    subject,
    codings: finding.codings,
    value: { kind: 'coded', codings: finding.codings, text },
    time: onsetOf(finding, place.time),
    provenance: element.provenance,
  };
  return { type: finding.kind, fate: 'mapped', items: [item], problems, provenance: element.provenance };
}

function elementOf(finding: Finding, place: NotePlace): Element {
  const { span, section, rule, confidence } = finding;
  const { provenance } = place;
  const { charStart, charEnd, byteStart, byteEnd } = span;
  const element = `${provenance.element}.${section}`;
  return {
    subject: place.subject,
    where: { file: provenance.source, element, ...(place.bytesHold ? { byte: byteStart } : {}) },
    provenance: {
      ...provenance,
      element,
      ...(place.bytesHold && { byteStart, byteEnd }),
      derived: { from: 'text', charStart, charEnd, rule, confidence },
    },
  };
}

function keptFinding(group: Group, { provenance, subject }: Element, problems: readonly Problem[]): Decoded {
  return { type: group[0].kind, subject, fate: 'kept', items: [], problems, provenance, kept: { findings: group } };
}

function dayMark(time: RawTime, place: NotePlace, where: Where): readonly Problem[] {
  if (time.end === undefined) return [];
  return [noteErrors.problem('note-time-day', `${place.provenance.source}: only the day is known.`, where)];
}

/** Name of the fact a finding is; null where it is none of the patient's. */
function factOf(finding: Finding): string | null {
  const { assertion } = finding;
  const { experiencer, negated, uncertain, temporality } = assertion;
  if (finding.kind === 'problem') {
    if (temporality === 'hypothetical' || experiencer === 'other') return null;
    if (experiencer === 'family') return negated ? null : 'family-history';
    if (negated) return 'condition.absent';
    if (uncertain) return 'condition.possible';
    return temporality === 'historical' ? 'condition.past' : 'condition';
  }
  if (experiencer !== 'patient') return null;
  if (finding.kind === 'allergy') return finding.none ? 'allergy.none' : negated ? null : 'allergy';
  if (finding.kind !== 'drug') return null;
  const { status } = finding.drug;
  if (status === 'not-taken') return 'medication.absent';
  if (status === 'stopped' || status === 'held') return 'medication.stopped';
  return status === 'planned' ? 'medication.planned' : 'medication';
}

/** Since when: what the sentence says, else the time of the note. */
function onsetOf({ time }: Finding, note: RawTime): RawTime {
  const start = time?.start == null ? note.start : instant(time.start - (note.offset ?? 0) * 60_000);
  return { start, offset: note.offset };
}
