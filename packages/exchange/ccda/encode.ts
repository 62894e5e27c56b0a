import type { Problem } from '@gemel/core';
import type { Instant } from '@gemel/core/time';
import type * as fhir from '@medplum/fhirtypes';
import { writeDateTime } from '../fhir/datetime.ts';
import { code, madeUuid } from './encode/datatypes.ts';
import { encounterEntry, procedureEntry } from './encode/events.ts';
import { header } from './encode/header.ts';
import { immunizationEntry, medicationEntry } from './encode/medications.ts';
import { birthSexEntry, observationEntry, panelEntry, resultEntry, vitalsEntry } from './encode/observations.ts';
import { allergyEntry, conditionEntry, type Entry } from './encode/problems.ts';
import { type SectionKind, sectionKinds } from './encode/sections.data.ts';
import { Writer } from './encode/writer.ts';
import { tag, templates, words } from './encode/xml-writer.ts';
import { ccdaErrors } from './errors.data.ts';

/** What a document says of itself. */
export interface CcdOptions {
  /** Root of the document's id: a UUID or OID. Made of the content where it is left out. */
  readonly id?: string;
  /** When the document was made. */
  readonly at: Instant;
  /** Offset from UTC in minutes that its own time is written with. */
  readonly offset?: number;
  readonly title?: string;
  /** Name of the organization that keeps the document. */
  readonly custodian: string;
  /** Name of the software that wrote it. */
  readonly software: string;
}

export interface EncodedCcd {
  /** The document: XML in UTF-8. */
  readonly document: string;
  /** Resources and values that have no place in it. */
  readonly problems: readonly Problem[];
}

type Of<T extends fhir.Resource['resourceType']> = Extract<fhir.Resource, { resourceType: T }>;

/**
 * A Continuity of Care Document (C-CDA R2.1) of one patient's record, with narrative and entries. What it writes reads back
 * the same through the door; resources it has no entry for are named in `problems`.
 * @throws ccda-encode-patient
 */
export function encodeCcd(resources: readonly fhir.Resource[], options: CcdOptions): EncodedCcd {
  const patients = resources.filter((each) => each.resourceType === 'Patient');
  const [patient] = patients;
  if (patient === undefined || patients.length > 1) {
    throw ccdaErrors.error('ccda-encode-patient', `${patients.length} patients were given, where one belongs.`);
  }
  const writer = new Writer(resources, patient);
  const at = writeDateTime(options.at, options.offset ?? null);
  const sections = sectionsOf(writer, resources).map((each) => tag('component', {}, each));
  const namespaces = {
    xmlns: 'urn:hl7-org:v3',
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    'xmlns:sdtc': 'urn:hl7-org:sdtc',
  };
  const root = tag(
    'ClinicalDocument',
    namespaces,
    header(writer, {
      id: options.id ?? madeUuid(JSON.stringify([resources, at])),
      at,
      title: options.title ?? 'Continuity of Care Document',
      custodian: options.custodian,
      software: options.software,
      span: spanOf(resources),
    }),
    tag('component', {}, tag('structuredBody', {}, sections)),
  );
  for (const each of resources) {
    if (writer.written.has(each) || each.resourceType === 'Composition' || each.resourceType === 'Provenance') continue;
    const name = `${each.resourceType}/${each.id ?? ''}`;
    writer.problem('ccda-encode-resource', `${name} has no entry in the document`, name);
  }
  return { document: `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`, problems: writer.problems };
}

function sectionsOf(writer: Writer, resources: readonly fhir.Resource[]): string[] {
  const of = <T extends fhir.Resource['resourceType']>(type: T) =>
    resources.filter((each): each is Of<T> => each.resourceType === type);
  const entries = <T extends fhir.Resource>(list: readonly T[], write: (one: T) => Entry): Entry[] =>
    list.map((each) => {
      writer.written.add(each);
      return write(each);
    });
  const byKind = new Map<Kind, fhir.Observation[]>();
  for (const each of of('Observation')) byKind.set(kindOf(each), [...(byKind.get(kindOf(each)) ?? []), each]);
  const kind = (name: Kind) => byKind.get(name) ?? [];
  // Encounters come first: their diagnoses stand in them, not among the problems.
  const encounters = entries(of('Encounter'), (each) => encounterEntry(writer, each));
  const results = grouped(
    of('DiagnosticReport'),
    ({ result }) => result,
    writer,
    (report, members) => resultEntry(writer, report, members),
  );
  const lone = (each: fhir.Observation, template: readonly [string, string?]) =>
    observationEntry(writer, each, template);
  const others = (name: Kind, template: readonly [string, string?]) =>
    observed(writer, kind(name), (each) => lone(each, template));
  const sex = birthSexEntry(writer, writer.patient);
  const birthSex = sex === undefined ? [] : [sex];
  const conditions = of('Condition').filter((each) => !writer.written.has(each));
  const { allergies, medications, problems, procedures, social, vitals, immunizations, ...more } = sectionKinds;
  const written: readonly (readonly [SectionKind, readonly Entry[]])[] = [
    [allergies, entries(of('AllergyIntolerance'), (each) => allergyEntry(writer, each))],
    [medications, entries(of('MedicationRequest'), (each) => medicationEntry(writer, each))],
    [
      problems,
      entries(
        conditions.filter((each) => !isConcern(each)),
        (each) => conditionEntry(writer, each, false),
      ),
    ],
    [
      procedures,
      [
        ...entries(of('Procedure'), (each) => procedureEntry(writer, each)),
        ...others('procedure', ['4.13', '2014-06-09']),
      ],
    ],
    [more.results, [...results, ...observed(writer, kind('laboratory'), (each) => resultEntry(writer, each, [each]))]],
    [social, [...birthSex, ...observed(writer, kind('social'), (each) => lone(each, socialTemplate(each)))]],
    [vitals, vitalsOf(writer, kind('vital'))],
    [immunizations, entries(of('Immunization'), (each) => immunizationEntry(writer, each))],
    [more.encounters, encounters],
    [more.functional, others('survey', ['4.69'])],
    [more.examination, others('exam', ['4.74', '2015-08-01'])],
    [more.assessments, others('other', ['4.74', '2015-08-01'])],
    [more.concerns, entries(conditions.filter(isConcern), (each) => conditionEntry(writer, each, true))],
  ];
  return written
    .filter(([{ required }, list]) => required || list.length > 0)
    .map(([what, list]) => section(what, list));
}

type Kind = 'vital' | 'social' | 'survey' | 'laboratory' | 'procedure' | 'exam' | 'other';

const KINDS: Readonly<Record<string, Kind>> = {
  'vital-signs': 'vital',
  'social-history': 'social',
  survey: 'survey',
  laboratory: 'laboratory',
  procedure: 'procedure',
  exam: 'exam',
};

/** Which section an observation belongs in: one whose category it is given when it is read there. */
function kindOf(resource: fhir.Observation): Kind {
  const codes = (resource.category ?? []).flatMap(({ coding }) => coding ?? []).map((each) => each.code ?? '');
  return codes.map((each) => KINDS[each]).find((each) => each !== undefined) ?? 'other';
}

function isConcern({ category }: fhir.Condition): boolean {
  return category?.some(({ coding }) => coding?.some((each) => each.code === 'health-concern')) === true;
}

function socialTemplate({ code: what }: fhir.Observation): readonly [string, string] {
  return what?.coding?.some((each) => each.code === '72166-2') ? ['4.78', '2014-06-09'] : ['4.38', '2015-08-01'];
}

/** Holders of observations, each with those it refers to. */
function grouped<T extends fhir.Resource>(
  holders: readonly T[],
  members: (holder: T) => readonly fhir.Reference[] | undefined,
  writer: Writer,
  write: (holder: T, members: readonly fhir.Observation[]) => Entry,
): Entry[] {
  return holders.map((holder) => {
    writer.written.add(holder);
    const inside = (members(holder) ?? []).flatMap((each) => writer.find<fhir.Observation>(each, 'Observation') ?? []);
    return write(holder, inside);
  });
}

/** Groups, then what no group or report holds. */
function observed(writer: Writer, list: readonly fhir.Observation[], write: (one: fhir.Observation) => Entry): Entry[] {
  const panels = list.filter((each) => (each.hasMember ?? []).length > 0 && !writer.written.has(each));
  const made = grouped(
    panels,
    ({ hasMember }) => hasMember,
    writer,
    (panel, members) => panelEntry(writer, panel, members),
  );
  return [...made, ...list.filter((each) => !writer.written.has(each)).map(write)];
}

function vitalsOf(writer: Writer, list: readonly fhir.Observation[]): Entry[] {
  const panels = list.filter((each) => (each.hasMember ?? []).length > 0);
  const made = grouped(
    panels,
    ({ hasMember }) => hasMember,
    writer,
    (panel, members) => vitalsEntry(writer, panel, members),
  );
  return [
    ...made,
    ...list.filter((each) => !writer.written.has(each)).map((each) => vitalsEntry(writer, each, [each])),
  ];
}

function section({ template, loinc, title, columns }: SectionKind, list: readonly Entry[]): string {
  const [ending, release] = template;
  const head = [
    templates(release === '' ? [ending] : template),
    code('code', loinc, '2.16.840.1.113883.6.1', title),
    tag('title', {}, words(title)),
  ].flat();
  if (list.length === 0) return tag('section', { nullFlavor: 'NI' }, head, tag('text', {}, 'No information'));
  const names = tag(
    'thead',
    {},
    tag(
      'tr',
      {},
      columns.map((column) => tag('th', {}, words(column))),
    ),
  );
  const table = tag(
    'table',
    {},
    names,
    tag(
      'tbody',
      {},
      list.map(({ row }) => row),
    ),
  );
  return tag(
    'section',
    {},
    head,
    tag('text', {}, table),
    list.map(({ entry }) => entry),
  );
}

const TIMES = /"(?:effectiveDateTime|performedDateTime|occurrenceDateTime|start|end|authoredOn)":"(\d{4}-\d{2}-\d{2})/g;

/** The first and last day that the record speaks of: the service the document is about. */
function spanOf(resources: readonly fhir.Resource[]): { start?: string; end?: string } {
  const days = [...JSON.stringify(resources).matchAll(TIMES)].map((each) => each[1]!).sort();
  const [start, end] = [days[0], days.at(-1)];
  return start === undefined || end === undefined ? {} : { start, end };
}
