import type { Decoded, RawTime } from '@gemel/core';
import { fileEntry, sourceOf } from '../device/cgm/item.ts';
import { describeBytes, headText, readText, sliceDecoder } from '../device/text.ts';
import { parseZone } from '../device/zone.ts';
import type { Door, DoorOptions, FieldLoss } from '../door.ts';
import { exchangeErrors } from '../errors.data.ts';
import { readHeader } from './header.ts';
import { decodeGroup, groupsOf, type NotePlace } from './items.ts';
import { type NoteReading, readNote } from './read-note.ts';
import { noteResources } from './resources.ts';
import { type NoteRules, noteRules } from './rules.ts';

/** Words that heads of clinical notes have, for files whose name says nothing. */
const CLINICAL =
  /\b(chief complaint|history of present illness|hpi|past medical history|physical exam|vital signs|vitals|assessment|medications|allergies|impression|discharge)\s*:/gi;

/** The door of clinical notes in plain text, with rules of the user's own where given. */
export function noteDoor(rules: NoteRules = noteRules): Door {
  return {
    id: 'note',
    title: 'Clinical notes in plain text',
    sniff(head, name) {
      const seems = describeBytes(head);
      if (seems !== 'plain text' && !seems.startsWith('a table')) return 0;
      if (/\.(txt|text|note)$/i.test(name)) return 0.2;
      return (headText(head).match(CLINICAL)?.length ?? 0) >= 2 ? 0.3 : 0;
    },
    *decode(bytes, options) {
      const opened = open(bytes, options, rules);
      if (opened.refused !== null) {
        yield opened.refused;
        return;
      }
      yield* opened.remarks;
      const { reading, place } = opened;
      for (const group of groupsOf(reading.findings)) yield decodeGroup(group, place);
      const { subject, provenance } = place;
      yield { type: 'note', subject, fate: 'kept', items: [], problems: [], provenance, kept: { text: opened.text } };
    },
    *resources(bytes, options) {
      const opened = open(bytes, options, rules);
      if (opened.refused === null)
        yield* noteResources(opened.text, opened.reading.findings, opened.place.subject, opened.place.time);
    },
    *fields(bytes, options) {
      const opened = open(bytes, options, rules);
      if (opened.refused === null) yield* fieldsOf(opened, bytes);
      else
        yield {
          element: 'note',
          byteStart: 0,
          byteEnd: bytes.length,
          fate: 'refused',
          to: [],
          left: [],
          codes: opened.refused.problems.map(({ code }) => code),
        };
    },
  };
}

/** Clinical notes by the rules that are shipped. */
export const plainNoteDoor: Door = noteDoor();

interface Opened {
  readonly refused: null;
  readonly text: string;
  readonly reading: NoteReading;
  readonly place: NotePlace;
  readonly remarks: readonly Decoded[];
}

function open(bytes: Uint8Array, options: DoorOptions, rules: NoteRules): Opened | { readonly refused: Decoded } {
  const where = { file: options.name };
  const refuse = (code: 'exchange-empty' | 'exchange-not-this-format', message: string) => ({
    refused: fileEntry('refused', options, [exchangeErrors.problem(code, message, where)], bytes),
  });
  if (bytes.every((byte) => byte <= 0x20)) return refuse('exchange-empty', `${options.name}: the source is empty.`);
  const source = readText(bytes);
  const text = sliceDecoder(source)(source.start, source.bytes.length);
  if (text.includes('\0'))
    return refuse('exchange-not-this-format', `${options.name} is no text: it seems to be ${describeBytes(bytes)}.`);
  const remarks: Decoded[] = [];
  if (source.encoding === 'windows-1252') {
    const message = `${options.name} is not UTF-8 and was read as Windows-1252.`;
    remarks.push(fileEntry('kept', options, [exchangeErrors.problem('exchange-encoding', message, where)], bytes));
  }
  const zone = options.zone === undefined ? null : parseZone(options.zone);
  if (options.zone !== undefined && zone === null) {
    const message = `"${options.zone}" is no zone; none is used.`;
    remarks.push(fileEntry('kept', options, [exchangeErrors.problem('exchange-zone-unknown', message, where)], bytes));
  }
  const header = readHeader(text, options, zone);
  if (header.subject === null) return { refused: fileEntry('refused', options, header.problems, bytes) };
  if (header.problems.length > 0) remarks.push(fileEntry('kept', options, header.problems, bytes));
  const singleByte = source.encoding === 'windows-1252';
  const { dates } = options;
  const reading = shifted(
    readNote(text, {
      rules,
      singleByte,
      ...(header.localTime !== null && { localTime: header.localTime }),
      ...(dates !== undefined && { dates }),
    }),
    source.start,
  );
  const provenance = {
    ...sourceOf(options),
    element: 'note',
    ...(source.offsetsHold && { byteStart: 0, byteEnd: bytes.length }),
  };
  const time: RawTime | null = header.time;
  return {
    refused: null,
    text,
    reading,
    remarks,
    place: { options, subject: header.subject, time, provenance, bytesHold: source.offsetsHold },
  };
}

/** Byte offsets behind a byte order mark. */
function shifted(reading: NoteReading, by: number): NoteReading {
  if (by === 0) return reading;
  const findings = reading.findings.map((finding) => ({
    ...finding,
    span: { ...finding.span, byteStart: finding.span.byteStart + by, byteEnd: finding.span.byteEnd + by },
  }));
  return { ...reading, findings };
}

const TARGETS = {
  measure: 'Observation',
  drug: 'MedicationStatement',
  allergy: 'AllergyIntolerance',
  problem: 'Condition',
} as const;

/** Which bytes became something, in the order of the text; what lies between them stays text. Together they are all bytes of the note. */
function* fieldsOf({ reading, place }: Opened, bytes: Uint8Array): Generator<FieldLoss, void, void> {
  let at = 0;
  const text = (to: number): FieldLoss => ({
    element: 'note.text',
    byteStart: at,
    byteEnd: to,
    fate: 'kept',
    to: [],
    left: [],
    codes: [],
  });
  for (const group of groupsOf(reading.findings)) {
    const [finding] = group;
    const { byteStart, byteEnd } = finding.span;
    const from = Math.max(byteStart, at);
    if (byteEnd <= from) continue;
    if (from > at) yield text(from);
    const { fate, items, problems } = decodeGroup(group, place);
    const codes = problems.map(({ code }) => code);
    const to = items.length > 0 ? [TARGETS[finding.kind]] : [];
    yield { element: `note.${finding.kind}`, byteStart: from, byteEnd, fate, to, left: [], codes };
    at = byteEnd;
  }
  if (at < bytes.length) yield text(bytes.length);
}
