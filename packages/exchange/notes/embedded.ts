import type { Decoded, Provenance, RawTime } from '@gemel/core';
import { parseZone } from '../device/zone.ts';
import type { DoorOptions } from '../door.ts';
import { readDateTime } from '../fhir/datetime.ts';
import { decodeGroup, groupsOf, type NotePlace } from './items.ts';
import { readNote } from './read-note.ts';
import { type NoteRules, noteRules } from './rules.ts';

/** A text shorter than this is an answer (`positive`), not a note. */
const SHORTEST = 40;
/** Longest text in a resource that is read, in characters. */
const LONGEST = 5_000_000;

interface Embedded {
  readonly text: string;
  readonly time: RawTime | null;
  readonly subject: string | undefined;
  readonly provenance: Provenance;
}

/**
 * Passes on what a door gives and adds, after each element that holds text, what is read out of it: the words of HL7 v2 OBX and of
 * FHIR Observations, attachments in plain text of DocumentReference and DiagnosticReport, conclusions, and the narrative of the sections
 * of a Composition, as FHIR has them or C-CDA became them. Its byte offsets are those of the element; the characters are of the text.
 */
export function* withNotes(
  decoded: Iterable<Decoded>,
  options: DoorOptions,
  rules: NoteRules = noteRules,
): Generator<Decoded, void, void> {
  for (const element of decoded) {
    yield element;
    for (const { text, time, subject, provenance } of textsIn(element, options)) {
      if (subject === undefined) continue;
      const place: NotePlace = { options, subject, time, provenance, bytesHold: false };
      const localTime = time === null ? {} : { localTime: time.start + (time.offset ?? 0) * 60_000 };
      const { findings } = readNote(text, {
        rules,
        ...localTime,
        ...(options.dates !== undefined && { dates: options.dates }),
      });
      for (const group of groupsOf(findings)) yield decodeGroup(group, place);
    }
  }
}

function* textsIn(element: Decoded, options: DoorOptions): Generator<Embedded, void, void> {
  for (const item of element.items) {
    if (item.kind !== 'observation' || item.value.kind !== 'text' || item.value.text.length < SHORTEST) continue;
    const { time, subject } = item;
    // The item's own identifier is of the words, not of what is read out of them.
    const { sourceId, ...provenance } = item.provenance;
    yield { text: item.value.text, time, subject, provenance };
  }
  const resource = resourceOf(element);
  if (resource === null) return;
  const { sourceId, ...provenance } = element.provenance;
  const time = timeOf(resource, options);
  for (const { path, text } of resourceTexts(resource)) {
    if (text.length < SHORTEST || text.length > LONGEST) continue;
    yield {
      text,
      time,
      subject: element.subject ?? options.subject,
      provenance: { ...provenance, element: `${provenance.element}.${path}` },
    };
  }
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : isObject(value) ? [value] : [];
}

/** The resource an element keeps: by itself (FHIR), or beside what was left of its source (C-CDA). */
function resourceOf({ kept }: Decoded): Json | null {
  if (!isObject(kept)) return null;
  const resource = isObject(kept.resource) ? kept.resource : kept;
  return typeof resource.resourceType === 'string' ? resource : null;
}

function* resourceTexts(resource: Json): Generator<{ readonly path: string; readonly text: string }, void, void> {
  const { resourceType } = resource;
  if (resourceType === 'DocumentReference') {
    for (const [i, { attachment }] of objects(resource.content).entries())
      yield* attached(attachment, `content[${i}].attachment`);
  } else if (resourceType === 'DiagnosticReport') {
    if (typeof resource.conclusion === 'string') yield { path: 'conclusion', text: resource.conclusion };
    for (const [i, form] of objects(resource.presentedForm).entries()) yield* attached(form, `presentedForm[${i}]`);
  } else if (resourceType === 'Composition') yield* sectionTexts(resource.section, 'section', 0);
}

function* sectionTexts(
  sections: unknown,
  path: string,
  depth: number,
): Generator<{ readonly path: string; readonly text: string }, void, void> {
  if (depth > 8) return;
  for (const [i, section] of objects(sections).entries()) {
    const div = isObject(section.text) ? section.text.div : undefined;
    // Under its title, so that it is read as the section it is.
    const title = typeof section.title === 'string' ? `${section.title}:\n` : '';
    if (typeof div === 'string') yield { path: `${path}[${i}].text`, text: title + plainText(div) };
    yield* sectionTexts(section.section, `${path}[${i}].section`, depth + 1);
  }
}

function* attached(
  attachment: unknown,
  path: string,
): Generator<{ readonly path: string; readonly text: string }, void, void> {
  if (!isObject(attachment) || typeof attachment.data !== 'string') return;
  const type = typeof attachment.contentType === 'string' ? attachment.contentType : '';
  if (!/^text\/(plain|html)\b/i.test(type) || attachment.data.length > 2 * LONGEST) return;
  let binary: string;
  try {
    binary = atob(attachment.data.replaceAll(/\s/g, ''));
  } catch {
    return;
  }
  const text = new TextDecoder().decode(Uint8Array.from(binary, (letter) => letter.charCodeAt(0)));
  yield { path, text: /html/i.test(type) ? plainText(text) : text };
}

const BLOCKS = /^\/?(p|div|br|li|tr|h\d|table|ul|ol|thead|tbody|caption)\b/i;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** XHTML as lines of text: blocks on lines of their own, cells apart by bars. */
export function plainText(html: string): string {
  let text = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    const to = open < 0 ? html.length : open;
    text += html.slice(at, to).replaceAll(/\s+/g, ' ');
    if (open < 0) break;
    const close = html.indexOf('>', open);
    if (close < 0) break;
    const tag = html.slice(open + 1, Math.min(close, open + 12));
    if (/^\/t[dh]\b/i.test(tag)) text += ' | ';
    else if (BLOCKS.test(tag)) text += '\n';
    at = close + 1;
  }
  return text
    .replaceAll(/&(#\d{1,6}|#x[0-9a-f]{1,5}|\w{2,6});/gi, (whole, name: string) => {
      if (name.startsWith('#'))
        return String.fromCodePoint(
          Number(name[1] === 'x' || name[1] === 'X' ? `0${name.slice(1)}` : name.slice(1)) || 32,
        );
      return ENTITIES[name.toLowerCase()] ?? whole;
    })
    .replaceAll(/\n\s*\n+/g, '\n')
    .trim();
}

/** When a resource says that it holds, or was written. */
function timeOf(resource: Json, options: DoorOptions): RawTime | null {
  const zone = options.zone === undefined ? null : parseZone(options.zone);
  const startOf = (period: unknown) => (isObject(period) ? period.start : undefined);
  const { context, effectiveDateTime, effectivePeriod, date, issued } = resource;
  // Of a document: when what it tells of took place, else when it was made.
  const told = isObject(context) ? startOf(context.period) : undefined;
  for (const each of [effectiveDateTime, startOf(effectivePeriod), told, date, issued]) {
    if (typeof each !== 'string') continue;
    const read = readDateTime(each, zone);
    if (read.kind === 'point') return { start: read.at, offset: read.offset };
    if (read.kind === 'span') return { start: read.start, end: read.end, offset: read.offset };
  }
  return null;
}
