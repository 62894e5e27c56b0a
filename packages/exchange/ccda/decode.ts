import type { Decoded, Problem, Provenance, RawItem } from '@gemel/core';
import { headText } from '../device/text.ts';
import { parseZone, type Zone } from '../device/zone.ts';
import type { Door, DoorOptions } from '../door.ts';
import { decodeResources } from '../fhir/decode.ts';
import { fileProblem } from '../fhir/source.ts';
import { elementFates, madeBy, remainders } from './account.ts';
import { asFhir } from './as-fhir.ts';
import { convert, isClinical } from './convert.ts';
import type { Conversion, Made } from './draft.ts';
import { type CcdaCode, ccdaErrors } from './errors.data.ts';
import { pathOf, readXml, type XmlElement } from './xml.ts';

/** C-CDA R2.1 and other CDA R2 documents, or sections and entries of one. One `Decoded` for each resource they become. */
export const ccdaDoor: Door = {
  id: 'ccda',
  title: 'C-CDA documents (HL7 CDA R2)',
  sniff(head) {
    const text = headText(head);
    const root = /^\uFEFF?\s*(?:<\?[^>]*\?>\s*|<!--[\s\S]*?-->\s*)*<(?:[\w-]+:)?([A-Za-z]+)[\s>/]/.exec(text)?.[1];
    if (root === 'ClinicalDocument') return 0.98;
    const fragment = root !== undefined && FRAGMENTS.test(root) && INSIDE.test(text);
    return fragment
      ? /templateId|urn:hl7-org:v3/.test(text)
        ? 0.9
        : 0.6
      : /<(?:[\w-]+:)?ClinicalDocument[\s>]/.test(text)
        ? 0.7
        : 0;
  },
  *decode(bytes, options) {
    const opened = open(bytes, options);
    if ('refused' in opened) {
      yield opened.refused;
      return;
    }
    yield* opened.remarks;
    yield* decodeConversion(opened.conversion);
    const { broken } = opened.conversion.xml;
    if (broken !== null) yield brokenFile(opened.conversion, options, bytes.length);
  },
  *resources(bytes, options) {
    const opened = open(bytes, options);
    if ('refused' in opened) return;
    for (const made of inOrder(opened.conversion)) if (made.faults.length === 0) yield asFhir(resourceOf(made));
  },
  *fields(bytes, options) {
    const opened = open(bytes, options);
    if (!('refused' in opened)) yield* elementFates(opened.conversion);
  },
};

const FRAGMENTS =
  /^(component|structuredBody|section|entry|entryRelationship|recordTarget|patientRole|documentationOf|componentOf|encompassingEncounter|author|custodian|participant|relatedDocument|act|observation|substanceAdministration|supply|procedure|encounter|organizer|observationMedia)$/;

/** Elements by which a fragment without template ids is known. */
const INSIDE =
  /templateId|urn:hl7-org:v3|<(?:\w+:)?(?:patientRole|serviceEvent|structuredBody|section|statusCode|assignedAuthor)[\s>]/;

type Opened = { readonly conversion: Conversion; readonly remarks: readonly Decoded[] } | { readonly refused: Decoded };

function open(bytes: Uint8Array, options: DoorOptions): Opened {
  const remarks: Decoded[] = [];
  let zone: Zone | null = null;
  if (options.zone !== undefined) {
    zone = parseZone(options.zone);
    if (zone === null)
      remarks.push(fileProblem(options, 'exchange-zone-unknown', `"${options.zone}" is no zone; none is used`, 'kept'));
  }
  if (bytes.every((byte) => byte <= 0x20)) {
    return { refused: fileProblem(options, 'exchange-empty', 'the source is empty', 'refused') };
  }
  const xml = readXml(bytes);
  if (xml === 'doctype') return { refused: whole(options, 'ccda-doctype', 'the document has a DOCTYPE', 'refused') };
  if (xml === 'too-large') return { refused: whole(options, 'ccda-too-large', 'more than 64 MB', 'refused') };
  if (!isClinical(xml)) {
    const [root] = xml.roots;
    const { broken } = xml;
    if (broken !== null && root === undefined)
      return { refused: whole(options, 'ccda-malformed', broken.message, 'refused', broken.at) };
    const what = root === undefined ? 'no XML element' : `an element ${root.name}`;
    return { refused: whole(options, 'ccda-not-ccda', `the source begins with ${what}`, 'refused') };
  }
  for (const { code, message, at } of xml.remarks)
    remarks.push(whole(options, code, message, 'kept', xml.bytes.byteAt(at)));
  const conversion = convert(xml, options, zone);
  if (!conversion.named && options.subject === undefined) {
    remarks.push(
      whole(options, 'ccda-patient-missing', 'no patient is named, so that nothing becomes an observation', 'kept'),
    );
  }
  if (conversion.refusal !== null) {
    const file = whole(options, 'ccda-patients-several', 'several patients are named', 'refused');
    return { refused: { ...file, problems: conversion.refusal.problems } };
  }
  return { conversion, remarks };
}

/** What is to be said of the source as a whole. */
function whole(
  options: DoorOptions,
  code: CcdaCode,
  message: string,
  fate: 'kept' | 'refused',
  byte?: number,
): Decoded {
  const where = { file: options.name, ...(byte === undefined ? {} : { byte }) };
  const sha256 = options.sha256 === undefined ? {} : { sha256: options.sha256 };
  return {
    type: 'file',
    fate,
    items: [],
    problems: [ccdaErrors.problem(code, `${options.name}: ${message}.`, where)],
    provenance: { source: options.name, element: 'file', ...sha256 },
  };
}

function brokenFile({ xml }: Conversion, options: DoorOptions, length: number): Decoded {
  const { code, message, at } = xml.broken!;
  const byte = xml.bytes.byteAt(at);
  const cut = code === 'ccda-malformed' && /unclosed|end of|unexpected end/i.test(message) && byte >= length - 1;
  if (cut)
    return fileProblem(
      options,
      'exchange-truncated',
      `the document ends at byte ${length} before it is closed`,
      'refused',
    );
  return whole(options, code, `${message} at byte ${byte}; nothing after it was read`, 'refused', byte);
}

function resourceOf({ type, id, resource }: Made): { resourceType: string; id: string } {
  return { resourceType: type, id, ...resource };
}

/** The Composition first, as a document has it; then as they were made. */
function inOrder({ made }: Conversion): readonly Made[] {
  return [...made.filter(({ type }) => type === 'Composition'), ...made.filter(({ type }) => type !== 'Composition')];
}

/** Remarks of the FHIR door that say nothing of a document: most of its resources are a record, not measurements. */
const QUIET = new Set([
  'fhir-fact-undated',
  'fhir-status-unused',
  'fhir-period-open',
  'fhir-time-missing',
  'fhir-form-unread',
  'fhir-date-partial',
  'fhir-subject-other',
]);

function* decodeConversion(conversion: Conversion): Generator<Decoded, void, void> {
  const { options, xml } = conversion;
  const list = inOrder(conversion);
  const subject = subjectKey(conversion);
  const left = remainders(conversion);
  const problems = new Map<Made | null, Problem[]>();
  for (const draft of conversion.drafts) {
    if (draft.problems.length === 0) continue;
    const made = madeBy(conversion, draft);
    problems.set(made, [...(problems.get(made) ?? []), ...draft.problems]);
  }
  const sound = list.filter(({ faults }) => faults.length === 0);
  const read = byFhir(sound, conversion);
  for (const made of list) {
    const rest = left.get(made) ?? [];
    const place = provenance(conversion, made.draft.element, `${made.type}/${made.id}`);
    const decoded = read.get(made);
    const items = (decoded?.items ?? []).map((item) => owned(item, made, place, conversion, subject));
    // What the FHIR door takes no item from is kept whole, with its reason.
    const fate = items.length > 0 ? 'mapped' : made.faults.length > 0 ? 'refused' : 'kept';
    const own = [
      ...(problems.get(made) ?? []),
      ...(decoded?.problems ?? []).map((each) => placed(each, place, options)),
    ];
    const parts =
      rest.length === 0
        ? {}
        : { xml: Object.fromEntries(rest.map((each) => [pathOf(each), source(conversion, each)])) };
    const resource = items.length === 0 && made.faults.length === 0 ? { resource: resourceOf(made) } : {};
    const kept =
      Object.keys(parts).length + Object.keys(resource).length === 0 ? {} : { kept: { ...resource, ...parts } };
    const whose = subject === undefined ? {} : { subject };
    yield { type: made.type, ...whose, fate, items, problems: own, provenance: place, ...kept };
  }
  const stray = problems.get(null) ?? [];
  if (stray.length > 0) {
    yield {
      type: 'file',
      fate: 'kept',
      items: [],
      problems: stray,
      provenance: { source: options.name, element: 'file' },
    };
  }
  for (const element of left.get(null) ?? []) {
    const whose = subject === undefined ? {} : { subject };
    const place = provenance(conversion, element);
    const kept = { xml: { [pathOf(element)]: xml.text.slice(element.start, element.end) } };
    yield { type: element.name, ...whose, fate: 'kept', items: [], problems: [], provenance: place, kept };
  }
}

function source({ xml }: Conversion, element: XmlElement): string {
  return xml.text.slice(element.start, element.end);
}

function provenance({ xml, options }: Conversion, element: XmlElement, sourceId?: string): Provenance {
  const byteStart = xml.bytes.byteAt(element.start);
  return {
    source: options.name,
    ...(options.sha256 === undefined ? {} : { sha256: options.sha256 }),
    element: pathOf(element),
    byteStart,
    byteEnd: xml.bytes.byteAt(element.end),
    ...(sourceId === undefined ? {} : { sourceId }),
  };
}

/** `system|value` of the patient, the same in every document of the place; else the resource. */
function subjectKey({ made, patient, options }: Conversion): string | undefined {
  const person = made.find(({ type }) => type === 'Patient');
  const list = (person?.resource.identifier as { system?: string; value?: string }[] | undefined) ?? [];
  const first = list.find(({ system, value }) => system !== undefined && value !== undefined);
  if (first !== undefined) return `${first.system}|${first.value}`;
  return person === undefined ? options.subject : patient.reference;
}

/** Items of the resources by the FHIR door, so that a value means the same whatever it came by. */
function byFhir(list: readonly Made[], { options, named }: Conversion): ReadonlyMap<Made, Decoded> {
  const { name, subject } = options;
  const quiet = (code: string) => QUIET.has(code) || (code === 'fhir-subject-missing' && !named);
  const found = new Map<Made, Decoded>();
  const given = { name, ...(subject === undefined ? {} : { subject }) };
  let index = 0;
  for (const decoded of decodeResources(list.map(resourceOf), given)) {
    const made = list[index++]!;
    if (decoded === null) continue;
    found.set(made, { ...decoded, problems: decoded.problems.filter(({ code }) => !quiet(code)) });
  }
  return found;
}

/** The item with the person it is about and the bytes it came from; a part of a resource may stand in an element of its own. */
function owned(
  item: RawItem,
  made: Made,
  place: Provenance,
  conversion: Conversion,
  subject: string | undefined,
): RawItem {
  const { element, sourceId, device } = item.provenance;
  const part = /\.resource\.(.+)$/.exec(element)?.[1];
  const own = part === undefined ? undefined : made.draft.parts.get(part);
  const at = own === undefined ? place : provenance(conversion, own);
  return {
    ...item,
    subject: subject ?? item.subject,
    provenance: {
      ...at,
      ...(part === undefined || own !== undefined ? {} : { element: `${place.element}#${part}` }),
      ...(sourceId === undefined ? {} : { sourceId }),
      ...(device === undefined ? {} : { device }),
    },
  };
}

/** A problem of the FHIR door at the place in the document. */
function placed(problem: Problem, place: Provenance, options: DoorOptions): Problem {
  const { field } = problem.where;
  const byte = place.byteStart === undefined ? {} : { byte: place.byteStart };
  return {
    ...problem,
    where: { file: options.name, element: place.element, ...(field === undefined ? {} : { field }), ...byte },
  };
}
