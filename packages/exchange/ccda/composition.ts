import { absent, type Concept, coding, concept, EXTENSION, fixed, LOINC, text } from './datatype.ts';
import { type Conversion, Draft, type Reference } from './draft.ts';
import { compact, type Draftable } from './json.ts';
import { emptyReason } from './maps.data.ts';
import { xhtml } from './narrative.ts';
import { author, organization, type ParticipantKind, participant } from './participant.ts';
import { identifier } from './party.ts';
import { type SectionOf, STATEMENTS } from './statement/shared.ts';
import { statement } from './statement/statement.ts';
import { dateTime, period } from './time.ts';
import { all, at, one, type XmlElement } from './xml.ts';

const PEOPLE: readonly ParticipantKind[] = [
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Device',
  'RelatedPerson',
  'Patient',
];

/** Header and sections → Composition. A fragment has no header: what FHIR asks for is then marked as unknown. */
export function composition(
  conversion: Conversion,
  root: XmlElement,
  sections: readonly Draftable[],
  careTeam: Reference | undefined,
): Reference {
  const whole = root.name === 'ClinicalDocument';
  const draft = new Draft(conversion, 'Composition', root);
  const id = one(root, 'id');
  const made = whole ? concept(draft, one(root, 'code')) : undefined;
  const date = whole ? dateTime(draft, one(root, 'effectiveTime')) : undefined;
  const title = whole ? text(draft, one(root, 'title')) : undefined;
  const writers = whole ? authors(draft, root) : [];
  if (whole) {
    for (const name of ['realmCode', 'typeId', 'component']) draft.use(one(root, name));
    draft.use(at(root, 'component', 'structuredBody') ?? at(root, 'component', 'nonXMLBody'));
  }
  const secrecy = whole ? draft.use(one(root, 'confidentialityCode'))?.attributes.code : undefined;
  return draft.add({
    extension: whole ? beside(draft, root) : [],
    identifier: whole && id !== undefined ? identifier(draft, id) : undefined,
    status: 'final',
    type: made ?? { text: 'fragment of a clinical document' },
    subject: conversion.patient,
    encounter: conversion.encounter,
    date,
    _date: date === undefined ? { extension: [absent('UNK')] } : undefined,
    author: writers.length > 0 ? writers : [{ extension: [absent('UNK')] }],
    title: title ?? made?.text ?? made?.coding?.[0]?.display ?? 'Clinical document',
    confidentiality: secrecy !== undefined && CONFIDENTIAL.has(secrecy) ? secrecy : undefined,
    attester: whole ? attesters(draft, root) : [],
    custodian: whole ? custodian(draft, root) : undefined,
    relatesTo: whole ? replaced(draft, root) : [],
    event: whole ? events(draft, root, careTeam) : [],
    section: sections,
  });
}

const HEADER = 'http://hl7.org/fhir/us/ccda/StructureDefinition/';
const PARTIES: readonly (readonly [name: string, extension: string])[] = [
  ['dataEnterer', 'DataEntererExtension'],
  ['informant', 'InformantExtension'],
  ['informationRecipient', 'InformationRecipientExtension'],
];

/** Parties and version of the document, by the extensions of HL7's US realm header in FHIR. */
function beside(draft: Draft, root: XmlElement): Draftable[] {
  const found = PARTIES.flatMap(([name, url]) =>
    all(root, name).flatMap((each) => {
      const entity = one(each, 'assignedEntity') ?? one(each, 'relatedEntity') ?? one(each, 'intendedRecipient');
      const who = participant(draft.conversion, entity, PEOPLE);
      if (who === undefined) return [];
      draft.use(each);
      return [{ url: HEADER + url, valueReference: who }];
    }),
  );
  const version = draft.use(one(root, 'versionNumber'))?.attributes.value?.trim();
  if (version === undefined || version === '') return found;
  return [...found, { url: `${EXTENSION}composition-clinicaldocument-versionNumber`, valueString: version }];
}

const CONFIDENTIAL = new Set(['U', 'L', 'M', 'N', 'R', 'V']);

function authors(draft: Draft, root: XmlElement): Reference[] {
  return all(root, 'author').flatMap((each) => {
    draft.use(each);
    draft.use(one(each, 'time'));
    const found = participant(draft.conversion, one(each, 'assignedAuthor'), PEOPLE);
    return found === undefined ? [] : [found];
  });
}

function attesters(draft: Draft, root: XmlElement): Draftable[] {
  const kinds: readonly (readonly [string, string])[] = [
    ['legalAuthenticator', 'legal'],
    ['authenticator', 'professional'],
  ];
  return kinds.flatMap(([name, mode]) =>
    all(root, name).flatMap((each) => {
      draft.use(each);
      draft.useAll(one(each, 'signatureCode'));
      const party = participant(draft.conversion, one(each, 'assignedEntity'), [
        'Practitioner',
        'PractitionerRole',
        'Organization',
      ]);
      return party === undefined ? [] : [{ mode, time: dateTime(draft, one(each, 'time')), party }];
    }),
  );
}

function custodian(draft: Draft, root: XmlElement): Reference | undefined {
  const holder = draft.use(one(root, 'custodian'));
  const assigned = draft.use(one(holder, 'assignedCustodian'));
  return organization(draft.conversion, one(assigned, 'representedCustodianOrganization'));
}

const RELATIONS: Readonly<Record<string, string>> = { RPLC: 'replaces', APND: 'appends', XFRM: 'transforms' };

function replaced(draft: Draft, root: XmlElement): Draftable[] {
  return all(root, 'relatedDocument').flatMap((each) => {
    const parent = one(each, 'parentDocument');
    const code = RELATIONS[each.attributes.typeCode ?? ''];
    const id = one(parent, 'id');
    const target = id === undefined ? undefined : identifier(draft, id);
    if (code === undefined || target === undefined) return [];
    draft.use(each);
    draft.use(parent);
    return [{ code, targetIdentifier: target }];
  });
}

function events(draft: Draft, root: XmlElement, careTeam: Reference | undefined): Draftable[] {
  return all(root, 'documentationOf').flatMap((each) => {
    const event = draft.use(one(each, 'serviceEvent'));
    draft.use(each);
    const code = concept(draft, one(event, 'code'));
    const kind = event?.attributes.classCode;
    const made = compact({
      code: [
        code ?? (kind === undefined ? undefined : fixed('http://terminology.hl7.org/CodeSystem/v3-ActClass', kind)),
      ],
      period: period(draft, one(event, 'effectiveTime')),
      detail: careTeam === undefined ? [] : [careTeam],
    });
    return made === undefined ? [] : [made];
  });
}

/** A section with its narrative and what its entries became; the sections in it in turn. */
export function section(conversion: Conversion, element: XmlElement): Draftable | undefined {
  const draft = new Draft(conversion, 'Composition', element);
  conversion.sections.add(draft);
  const parent = element.parent;
  if (parent?.name === 'component') draft.use(parent);
  const code = one(element, 'code');
  const made = concept(draft, code);
  const where: SectionOf = { code: loincOf(made, code), element };
  const title = text(draft, one(element, 'title'));
  const words = one(element, 'text');
  const html = words === undefined ? undefined : xhtml(words);
  draft.useAll(words);
  for (const id of all(element, 'id')) draft.use(id);
  const entries = all(element, 'entry').flatMap((entry) => {
    const inside = entry.children.filter(({ name }) => STATEMENTS.has(name));
    const references = inside.flatMap((each) => statement(conversion, each, where));
    for (const each of inside) if (each.use === null) unknownStatement(draft, each);
    if (inside.some((each) => each.use?.fate === 'mapped')) draft.use(entry);
    return references;
  });
  const inner = all(element, 'component').flatMap((component) => {
    const found = one(component, 'section');
    const sub = found === undefined ? undefined : section(conversion, found);
    return sub === undefined ? [] : [sub];
  });
  const writer = author(draft, element, PEOPLE);
  const references = distinct(entries);
  const flavor = element.attributes.nullFlavor;
  const reason = flavor === undefined || references.length > 0 ? undefined : (emptyReason[flavor] ?? 'unavailable');
  const content = compact({
    title,
    code: made,
    author: [writer],
    text: html === undefined ? undefined : { status: 'additional', div: html },
    entry: references,
    emptyReason:
      reason === undefined ? undefined : fixed('http://terminology.hl7.org/CodeSystem/list-empty-reason', reason),
    section: inner,
  });
  // R4: a section holds words, entries or sections.
  return content === undefined || (html === undefined && references.length === 0 && inner.length === 0)
    ? undefined
    : content;
}

function unknownStatement(draft: Draft, element: XmlElement): void {
  if (element.attributes.nullFlavor !== undefined || element.name === 'regionOfInterest') return;
  draft.keep(element, 'ccda-statement-unknown', `an ${element.name} that is not understood`);
}

function loincOf(made: Concept | undefined, code: XmlElement | undefined): string | undefined {
  const loinc = made?.coding?.find((each) => each.system === LOINC)?.code;
  return loinc ?? coding(code)?.code;
}

function distinct(references: readonly Reference[]): Reference[] {
  const seen = new Set<string>();
  return references.flatMap(({ reference }) => {
    if (reference === undefined || seen.has(reference)) return [];
    seen.add(reference);
    return [{ reference }];
  });
}
