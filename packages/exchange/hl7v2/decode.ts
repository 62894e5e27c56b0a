import { type Decoded, isMovement, type Problem, type Provenance, type RawItem } from '@gemel/core';
import { parseZone, type Zone } from '../device/zone.ts';
import type { Door, DoorOptions, FieldLoss } from '../door.ts';
import { exchangeErrors } from '../errors.data.ts';
import { decodeResources } from '../fhir/decode.ts';
import type { PatientLink } from './assemble.ts';
import { asFhir, asWritten, type Conversion, convertMessage, fieldFates, MAPPED_TYPES } from './convert.ts';
import { checkCounts } from './envelope.ts';
import { hl7v2Errors } from './errors.data.ts';
import { layOut, type Span } from './layout.ts';
import { type Fault, type Message, parseMessage, type Segment } from './message.ts';
import { readMovement } from './movement.ts';
import { WITH_ITEMS } from './purpose.ts';

/** HL7 v2 messages in ER7 ("pipes and hats"), alone, several, in batches or framed. One `Decoded` for each segment. */
export const hl7v2Door: Door = {
  id: 'hl7v2',
  title: 'HL7 v2 messages',
  sniff(head) {
    const start = head.findIndex((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf);
    if (start < 0 || start > 1024) return 0;
    const name = String.fromCharCode(...head.subarray(start, start + 3));
    const after = head[start + 3] ?? 0x41;
    const delimiter = after > 0x20 && after < 0x7f && !/[A-Za-z0-9]/.test(String.fromCharCode(after));
    return delimiter && /^(MSH|FHS|BHS)$/.test(name) ? 0.98 : 0;
  },
  *decode(bytes, options) {
    const zone = zoneOf(options);
    if (zone === undefined) {
      const message = `"${options.zone}" is no zone; none is used`;
      const problem = exchangeErrors.problem('exchange-zone-unknown', message, { file: options.name });
      yield wholeFile(options, 'kept', problem);
    }
    const spans = [...layOut(bytes)];
    if (spans.length === 0) {
      const problem = exchangeErrors.problem('exchange-empty', `${options.name}: the source is empty.`, {
        file: options.name,
      });
      yield wholeFile(options, 'refused', problem);
      return;
    }
    for (const span of spans) yield* decodeSpan(bytes, span, options, zone ?? null);
    for (const problem of checkCounts(bytes, spans, options.name)) yield wholeFile(options, 'kept', problem);
  },
  *resources(bytes, options) {
    for (const conversion of conversions(bytes, options)) {
      for (const { resource } of conversion.resources) yield asFhir(resource);
    }
  },
  *fields(bytes, options) {
    for (const span of layOut(bytes)) {
      if (span.kind !== 'message') {
        yield wholeField(
          span.kind === 'stray' ? 'stray' : span.id,
          span.start,
          span.end,
          span.kind === 'stray' ? ['hl7v2-not-hl7v2'] : [],
        );
        continue;
      }
      const message = parseMessage(bytes, span.start, span.end);
      if (!(message instanceof Object && 'segments' in message)) {
        yield wholeField(`${message.segment}-${message.field}`, span.start, span.end, [message.code]);
        continue;
      }
      if (!MAPPED_TYPES.has(message.code)) {
        for (const segment of message.segments) yield wholeField(segment.id, segment.start, segment.end, []);
        continue;
      }
      const { account } = convertMessage(message, options.name, zoneOf(options) ?? null);
      for (const { element, byteStart, byteEnd, fate, to, left, problems } of fieldFates(message, account)) {
        yield { element, byteStart, byteEnd, fate, to, left, codes: problems.map(({ code }) => code) };
      }
    }
  },
};

function wholeField(element: string, byteStart: number, byteEnd: number, codes: readonly string[]): FieldLoss {
  return { element, byteStart, byteEnd, fate: codes.length > 0 ? 'refused' : 'kept', to: [], left: [], codes };
}

function* conversions(bytes: Uint8Array, options: DoorOptions): Generator<Conversion, void, void> {
  for (const span of layOut(bytes)) {
    if (span.kind !== 'message') continue;
    const message = parseMessage(bytes, span.start, span.end);
    if ('segments' in message && MAPPED_TYPES.has(message.code))
      yield convertMessage(message, options.name, zoneOf(options) ?? null);
  }
}

/** null where none is given, undefined where what is given is none. */
function zoneOf(options: DoorOptions): Zone | null | undefined {
  return options.zone === undefined ? null : (parseZone(options.zone) ?? undefined);
}

function* decodeSpan(
  bytes: Uint8Array,
  span: Span,
  options: DoorOptions,
  zone: Zone | null,
): Generator<Decoded, void, void> {
  if (span.kind === 'stray') {
    const message = `${span.end - span.start} bytes that belong to no message`;
    const problem = hl7v2Errors.problem('hl7v2-not-hl7v2', message, { file: options.name, byte: span.start });
    yield {
      type: 'stray',
      fate: 'refused',
      items: [],
      problems: [problem],
      provenance: placeOf(span, 'stray', options),
    };
  } else if (span.kind === 'envelope') {
    const text = new TextDecoder().decode(bytes.subarray(span.start, span.end));
    yield {
      type: span.id,
      fate: 'kept',
      items: [],
      problems: [],
      provenance: placeOf(span, span.id, options),
      kept: { segment: text },
    };
  } else {
    const message = parseMessage(bytes, span.start, span.end);
    if ('segments' in message) yield* decodeMessage(message, options, zone);
    else yield refusal(message, span, options);
  }
}

/** A message that cannot be read at all, with segment and field. */
export function faultProblem({ code, message, segment, field, byte }: Fault, file: string): Problem {
  const where = { file, element: segment, ...(field > 0 ? { field: `${segment}-${field}` } : {}), byte };
  return hl7v2Errors.problem(code, message, where);
}

function refusal(fault: Fault, span: Span, options: DoorOptions): Decoded {
  const provenance = placeOf(span, 'MSH', options);
  return { type: 'message', fate: 'refused', items: [], problems: [faultProblem(fault, options.name)], provenance };
}

/** One `Decoded` for each segment of a message that was parsed. */
export function* decodeMessage(
  message: Message,
  options: DoorOptions,
  zone: Zone | null,
): Generator<Decoded, void, void> {
  const remarks = remarksOn(message, options);
  if (!MAPPED_TYPES.has(message.code)) {
    const text = `messages of type ${message.code || '(none)'} have no mapping`;
    const where = { file: options.name, element: 'MSH', field: 'MSH-9', byte: message.header.fieldStart(9) };
    const problems = [...remarks, hl7v2Errors.problem('hl7v2-message-unmapped', text, where)];
    const kept = { segments: message.segments.map((segment) => segment.raw()) };
    const provenance = placeOf({ start: message.start, end: message.end }, message.code || 'message', options);
    yield { type: message.code || 'message', fate: 'kept', items: [], problems, provenance, kept };
    return;
  }
  // A document is kept as a resource too, since no item says what it holds.
  const documents = message.code === 'MDM';
  const conversion = convertMessage(message, options.name, zone, documents ? 'resources' : 'items');
  const results = itemsOf(conversion, options);
  const parts = partsOf(conversion, message, options);
  let part = parts[0]!;
  const seen = new Map<string, number>();
  for (const segment of message.segments) {
    const occurrence = (seen.get(segment.id) ?? 0) + 1;
    seen.set(segment.id, occurrence);
    part = parts.find(({ from, to }) => segment.index >= from && segment.index < to) ?? part;
    const own = conversion.account.problemsOf(segment);
    const links = conversion.links.filter((link) => link.segment === segment);
    const made = results.get(segment.index);
    const element = `${message.code}.${segment.id}[${occurrence}]`;
    const provenance = placeOf({ start: segment.start, end: segment.end }, element, options);
    const moved = readMovement(message, segment, part.owner, zone, provenance);
    const items = [
      ...(made?.items ?? []).map((item) => within(item, provenance, segment, options)),
      ...(moved?.items ?? []),
      ...deletions(segment, conversion, provenance),
      ...links.map((link) => linkItem(link, provenance)),
    ];
    const problems = [
      ...(segment.index === 0 ? remarks : []),
      ...own,
      ...unsaid(made?.problems ?? [], own).map((problem) => at(problem, segment, options)),
      ...unsaid(moved?.problems ?? [], own),
    ];
    const refused = items.length === 0 && (made?.refused === true || (moved !== null && moved.problems.length > 0));
    const sourceId = made?.sourceId === undefined ? {} : { sourceId: made.sourceId };
    yield {
      type: segment.id,
      ...(part.owner === undefined ? {} : { subject: part.owner }),
      fate: items.length > 0 ? 'mapped' : refused ? 'refused' : 'kept',
      items,
      problems,
      provenance: { ...provenance, ...sourceId },
      ...(part.first === segment.index
        ? { kept: { text: textOf(message, part) } }
        : documents
          ? keptDocument(segment, conversion)
          : {}),
    };
  }
}

/** The document that a segment begins, with its texts and files. */
function keptDocument(segment: Segment, { resources }: Conversion): Pick<Decoded, 'kept'> {
  const made = resources.find((one) => one.segment === segment && one.resource.resourceType === 'DocumentReference');
  return made === undefined ? {} : { kept: { resource: asFhir(made.resource) } };
}

/** The segments about one patient: what stands before the first PID belongs to that patient too. */
interface Part {
  readonly from: number;
  readonly to: number;
  /** The segment whose entry keeps the text of the part: PID, else the header. */
  readonly first: number;
  readonly owner: string | undefined;
}

function partsOf({ patients, resources }: Conversion, message: Message, options: DoorOptions): readonly Part[] {
  const pids = message.segments.filter(({ id }) => id === 'PID');
  const end = message.segments.length;
  if (pids.length === 0) return [{ from: 0, to: end, first: 0, owner: options.subject }];
  return pids.map((pid, i) => {
    const made = resources.find(({ resource, segment }) => segment === pid && resource.resourceType === 'Patient');
    const identity = made === undefined ? undefined : patients.get(made.resource.id);
    return {
      from: i === 0 ? 0 : pid.index,
      to: pids[i + 1]?.index ?? end,
      first: pid.index,
      owner: identity?.key ?? options.subject,
    };
  });
}

/** The segments of a part as they were sent: whatever became nothing else is found there. */
function textOf({ bytes, charset, segments }: Message, { from, to }: Part): string {
  return charset.decode(bytes.subarray(segments[from]!.start, segments[to - 1]!.end));
}

interface Result {
  items: RawItem[];
  problems: Problem[];
  refused: boolean;
  sourceId: string | undefined;
}

/** Items of the resources by the FHIR door, so that a value means the same whatever it came by; by segment. */
function itemsOf(conversion: Conversion, options: DoorOptions): ReadonlyMap<number, Result> {
  const bySegment = new Map<number, Result>();
  const { zone, subject, name, sha256 } = options;
  const given: DoorOptions = {
    name,
    ...(zone !== undefined && { zone }),
    ...(subject !== undefined && { subject }),
    ...(sha256 !== undefined && { sha256 }),
  };
  const resources = conversion.resources.map(({ resource }) => (conversion.zoneless ? asWritten(resource) : resource));
  let index = 0;
  for (const decoded of decodeResources(resources, given, ({ resourceType }) =>
    WITH_ITEMS.has(resourceType as string),
  )) {
    const { segment, resource } = conversion.resources[index++]!;
    if (decoded === null) continue;
    let result = bySegment.get(segment.index);
    if (result === undefined) {
      result = { items: [], problems: [], refused: false, sourceId: undefined };
      bySegment.set(segment.index, result);
    }
    // A message tells what happens, an encounter how things stand: movements are taken from the message alone.
    const items = decoded.items.filter(
      (item) => item.kind !== 'merge' && !(item.kind === 'fact' && isMovement(item.fact)),
    );
    const whose = items.map((item) => named(item, conversion, options));
    result.items.push(...whose.filter((item) => item !== null));
    if (whose.includes(null)) {
      const message = 'PID names no identifier of the patient';
      result.problems.push(hl7v2Errors.problem('hl7v2-patient-missing', message, { field: 'PID-3' }));
      result.refused = true;
    }
    result.problems.push(...decoded.problems.filter(({ code }) => !QUIET.has(code)));
    if (decoded.fate === 'refused') result.refused = true;
    // What PID leaves out stays as it was: only other resources replace what they were.
    if (resource.resourceType !== 'Patient') result.sourceId ??= decoded.provenance.sourceId;
  }
  return bySegment;
}

/** Remarks of the FHIR door that say nothing of a message: patients are dated by it, and resources without items are plenty. */
const QUIET = new Set(['fhir-fact-undated', 'fhir-status-unused', 'fhir-period-open', 'fhir-time-missing']);

/** The item under the patient's own key; null where the message does not say who that is. */
function named(item: RawItem, { patients }: Conversion, options: DoorOptions): RawItem | null {
  const id = /^Patient\/(.*)$/.exec(item.subject)?.[1];
  if (id === undefined) return item;
  const subject = patients.get(id)?.key ?? options.subject;
  return subject === undefined ? null : { ...item, subject };
}

/** The item at its place in the message. */
function within(item: RawItem, place: Provenance, segment: Segment, options: DoorOptions): RawItem {
  const { element, sourceId, device } = item.provenance;
  const part = /resource\.(.+)$/.exec(element)?.[1];
  const provenance: Provenance = {
    ...place,
    ...(part === undefined ? {} : { element: `${place.element}.${part}` }),
    ...(sourceId === undefined ? {} : { sourceId }),
    ...(device === undefined ? {} : { device }),
  };
  if (!('marks' in item) || item.marks === undefined) return { ...item, provenance };
  return { ...item, provenance, marks: item.marks.map((mark) => at(mark, segment, options)) };
}

function at(problem: Problem, segment: Segment, options: DoorOptions): Problem {
  const { field } = problem.where;
  return {
    ...problem,
    where: { file: options.name, element: segment.id, ...(field === undefined ? {} : { field }), byte: segment.start },
  };
}

/** What the FHIR door says of an element that the account does not already say of its field. */
function unsaid(problems: readonly Problem[], ofFields: readonly Problem[]): readonly Problem[] {
  return problems.filter(({ code }) => !ofFields.some((said) => said.code === code));
}

/** Fields of PID that `""` deletes, and the facts that go with them. */
const DELETED: readonly (readonly [number, string])[] = [
  [5, 'name'],
  [7, 'birthDate'],
  [8, 'gender'],
  [29, 'deceased'],
  [30, 'deceased'],
];

function deletions(segment: Segment, { patients, resources }: Conversion, provenance: Provenance): readonly RawItem[] {
  if (segment.id !== 'PID') return [];
  const own = resources.find((made) => made.segment === segment && made.resource.resourceType === 'Patient');
  const whose = own === undefined ? undefined : patients.get(own.resource.id);
  if (whose === undefined) return [];
  return DELETED.filter(([field]) => segment.field(field)[0]?.components[0]?.parts[0] === null).map(([, part]) => ({
    kind: 'retraction',
    subject: whose.key,
    target: `Patient/${whose.id}#${part}`,
    provenance,
  }));
}

/** A merge, or a link and its undoing: the log's own records of who is one person, which a withdrawal takes back. */
function linkItem({ kind, from, into }: PatientLink, provenance: Provenance): RawItem {
  if (kind === 'merge') {
    const sourceId = `hl7v2-merge|${from.key}|${into.key}`;
    return { kind: 'merge', subject: into.key, from: from.key, provenance: { ...provenance, sourceId } };
  }
  const [first, second] = [from.key, into.key].sort() as [string, string];
  const sourceId = `hl7v2-link|${first}|${second}`;
  return kind === 'link'
    ? { kind: 'merge', subject: first, from: second, provenance: { ...provenance, sourceId } }
    : { kind: 'retraction', subject: first, target: sourceId, provenance };
}

/** What is to be said of a message as a whole. */
function remarksOn(message: Message, options: DoorOptions): readonly Problem[] {
  const problems: Problem[] = [];
  const file = options.name;
  if (message.guessed !== null) {
    const named = message.guessed === 'utf-8' ? 'UTF-8' : 'Windows-1252';
    const text = `characters beyond ASCII were read as ${named}`;
    problems.push(
      hl7v2Errors.problem('hl7v2-charset-missing', text, {
        file,
        element: 'MSH',
        field: 'MSH-18',
        byte: message.start,
      }),
    );
  }
  for (const segment of message.segments) {
    if (segment.breakAt < 0) continue;
    const text = `a line break stands within ${segment.id}; the line after it was read as part of the field`;
    problems.push(
      hl7v2Errors.problem('hl7v2-line-in-field', text, { file, element: segment.id, byte: segment.breakAt }),
    );
  }
  return problems;
}

function placeOf(
  span: { readonly start: number; readonly end: number },
  element: string,
  options: DoorOptions,
): Provenance {
  const sha256 = options.sha256 === undefined ? {} : { sha256: options.sha256 };
  return { source: options.name, ...sha256, element, byteStart: span.start, byteEnd: span.end };
}

function wholeFile(options: DoorOptions, fate: 'kept' | 'refused', problem: Problem): Decoded {
  const sha256 = options.sha256 === undefined ? {} : { sha256: options.sha256 };
  const provenance = { source: options.name, element: 'file', ...sha256 };
  return { type: 'file', fate, items: [], problems: [problem], provenance };
}
