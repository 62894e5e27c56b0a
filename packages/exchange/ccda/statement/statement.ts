import { concept, mappedCode, US_CORE } from '../datatype.ts';
import { type Conversion, Draft, type Reference } from '../draft.ts';
import type { Draftable } from '../json.ts';
import { resultStatus } from '../maps.data.ts';
import { identifiers } from '../party.ts';
import { timing } from '../time.ts';
import { all, one, type XmlElement } from '../xml.ts';
import { allergy, allergyConcern } from './allergy.ts';
import { careTeam } from './care-team.ts';
import { condition, problemConcern } from './condition.ts';
import { coverage, policy } from './coverage.ts';
import { deviceOrganizer, supply } from './device.ts';
import { encounter } from './encounter.ts';
import { familyHistory } from './family-history.ts';
import { immunization, isImmunization } from './immunization.ts';
import { administration, dispense, medication } from './medication.ts';
import { externalDocument, media, note } from './note.ts';
import { categoryOf, observation, pregnancy } from './observation.ts';
import { resultOrganizer, vitalSigns } from './organizer.ts';
import { goal, request } from './plan.ts';
import { procedure } from './procedure.ts';
import {
  category,
  codeOf,
  isReference,
  isTemplate,
  narrativeOf,
  type SectionOf,
  STATEMENTS,
  status,
} from './shared.ts';

const PREGNANCY = '2.16.840.1.113883.10.20.15.3.8';
/** Sections of problems by their LOINC code, for entries without templates. */
const PROBLEM_SECTIONS = new Set([
  '11450-4',
  '11348-0',
  '46241-6',
  '11535-2',
  '10219-4',
  '10218-6',
  '29308-4',
  '75310-3',
]);

/** A clinical statement → the resources it becomes, by its template, else by its section, else by its class and mood. */
export function statement(conversion: Conversion, element: XmlElement, section: SectionOf): Reference[] {
  if (element.use !== null) return [];
  const made = convert(conversion, element, section);
  return [...made, ...within(conversion, element, section), ...documents(conversion, element)];
}

/** Statements below one that were not part of what it became, each by itself. */
function within(conversion: Conversion, element: XmlElement, section: SectionOf): Reference[] {
  return element.children.flatMap((link) => {
    if (STATEMENTS.has(link.name)) return [];
    if (link.name !== 'entryRelationship' && link.name !== 'component') return [];
    return link.children.flatMap((inner) => {
      if (!STATEMENTS.has(inner.name) || isReference(inner)) return [];
      // One that was taken may still hold others.
      return inner.use === null ? statement(conversion, inner, section) : within(conversion, inner, section);
    });
  });
}

function documents(conversion: Conversion, element: XmlElement): Reference[] {
  return all(element, 'reference').flatMap((link) => {
    const external = one(link, 'externalDocument');
    if (external === undefined || external.use !== null) return [];
    const made = externalDocument(conversion, external);
    link.use ??= external.use;
    return [made];
  });
}

function convert(conversion: Conversion, element: XmlElement, section: SectionOf): Reference[] {
  switch (element.name) {
    case 'act':
      return act(conversion, element, section);
    case 'observation':
      return observed(conversion, element, section);
    case 'substanceAdministration':
      return substance(conversion, element, section);
    case 'supply':
      return supplied(conversion, element);
    case 'procedure':
      return [isPlanned(element) ? request(conversion, element) : procedure(conversion, element)];
    case 'encounter':
      return [isPlanned(element) ? request(conversion, element) : encounter(conversion, element, section)];
    case 'organizer':
      return organizer(conversion, element, section);
    case 'observationMedia':
      return [media(conversion, element)];
    default:
      return [];
  }
}

function isPlanned(element: XmlElement): boolean {
  const mood = element.attributes.moodCode;
  return mood !== undefined && mood !== 'EVN';
}

function act(conversion: Conversion, element: XmlElement, section: SectionOf): Reference[] {
  const holds = (...endings: string[]) =>
    all(element, 'entryRelationship').some((link) => link.children.some((inner) => isTemplate(inner, ...endings)));
  if (isReference(element)) return [];
  if (isTemplate(element, '30') || holds('7')) return allergyConcern(conversion, element);
  if (isTemplate(element, '202') || codeOf(element) === '34109-9') return [note(conversion, element)];
  if (isTemplate(element, '60')) return coverage(conversion, element);
  if (isTemplate(element, '61')) return [policy(conversion, element)];
  if (isTemplate(element, '132', '136')) return concernOf(conversion, element, section);
  if (isTemplate(element, '3', '33', '34', '51', '65', '80') || (holds('4') && !isTemplate(element, '131', '146'))) {
    return problemConcern(conversion, element, section);
  }
  if (codeOf(element) === 'CONC' && PROBLEM_SECTIONS.has(section.code ?? ''))
    return problemConcern(conversion, element, section);
  if (codeOf(element) === 'CONC' && section.code === '48765-2') return allergyConcern(conversion, element);
  if (isTemplate(element, '35', '36') || /^(10183-2|42346-7)$/.test(codeOf(element) ?? ''))
    return wrapper(conversion, element, section);
  if (isTemplate(element, '12')) return [procedure(conversion, element)];
  return [isPlanned(element) ? request(conversion, element) : procedure(conversion, element)];
}

/** An act that only holds others (discharge and admission medication). */
function wrapper(conversion: Conversion, element: XmlElement, section: SectionOf): Reference[] {
  const made = within(conversion, element, section);
  const first = conversion.made.find((each) => made.some(({ reference }) => reference === `${each.type}/${each.id}`));
  if (first === undefined) return [];
  for (const part of [element, ...element.children])
    if (part.use === null && part.name !== 'entryRelationship') first.draft.use(part);
  for (const link of all(element, 'entryRelationship')) first.draft.use(link);
  return made;
}

/** Health or risk concern: its problems as conditions of that category; where it holds none, the concern itself in words. */
function concernOf(conversion: Conversion, element: XmlElement, section: SectionOf): Reference[] {
  const problems = all(element, 'entryRelationship').some((link) =>
    link.children.some((inner) => isTemplate(inner, '4')),
  );
  if (problems) return problemConcern(conversion, element, section, 'health-concern');
  return [condition(conversion, element, section, { kind: 'health-concern' })];
}

function observed(conversion: Conversion, element: XmlElement, section: SectionOf): Reference[] {
  if (isTemplate(element, '121') || element.attributes.moodCode === 'GOL') return [goal(conversion, element)];
  if (isTemplate(element, '44')) return [request(conversion, element)];
  if (isTemplate(element, '7')) return [allergy(conversion, element)];
  if (isTemplate(element, '4')) return [condition(conversion, element, section)];
  if (isTemplate(element, PREGNANCY)) return [pregnancy(conversion, element, section)];
  if (isTemplate(element, '200') || codeOf(element) === '76689-9') return birthSex(conversion, element, section);
  if (isPlanned(element) && element.attributes.moodCode !== 'DEF' && codeOf(element) !== '86645-9')
    return [request(conversion, element)];
  return [observation(conversion, element, section)];
}

const BIRTH_SEX: Readonly<Record<string, string>> = { F: 'F', M: 'M', UNK: 'UNK' };

/** Birth sex is an extension of the Patient; without a Patient, an observation. */
function birthSex(conversion: Conversion, element: XmlElement, section: SectionOf): Reference[] {
  const person = conversion.made.find(({ type }) => type === 'Patient');
  const value = one(element, 'value');
  if (person === undefined || (value?.attributes.code === undefined && value?.attributes.nullFlavor !== 'UNK')) {
    return [observation(conversion, element, section)];
  }
  const { draft } = person;
  const code = value?.attributes.nullFlavor === 'UNK' ? 'UNK' : mappedCode(draft, value, BIRTH_SEX);
  draft.use(element);
  draft.use(value);
  for (const name of ['id', 'code', 'statusCode', 'effectiveTime', 'text']) draft.useAll(one(element, name));
  const list = (person.resource.extension as Draftable[] | undefined) ?? [];
  const url = `${US_CORE}us-core-birthsex`;
  if (code !== undefined && !list.some((each) => each.url === url)) {
    person.resource.extension = [...list, { url, valueCode: code }];
  }
  return [];
}

function substance(conversion: Conversion, element: XmlElement, section: SectionOf): Reference[] {
  if (isImmunization(element) && !isPlanned(element)) return [immunization(conversion, element, section)];
  const parent = element.parent?.parent;
  if (!isPlanned(element) && (parent?.name === 'procedure' || ADMINISTERED.has(section.code ?? ''))) {
    return [administration(conversion, element)];
  }
  return [medication(conversion, element)];
}

/** Sections of what was given on the spot: medications administered, anaesthesia. */
const ADMINISTERED = new Set(['29549-3', '59774-0', '10213-7']);

function supplied(conversion: Conversion, element: XmlElement): Reference[] {
  const drugLike = one(one(one(element, 'product'), 'manufacturedProduct'), 'manufacturedMaterial') !== undefined;
  if (isTemplate(element, '18') || (drugLike && element.attributes.moodCode === 'EVN' && !isTemplate(element, '50'))) {
    return [dispense(conversion, element)];
  }
  return supply(conversion, element);
}

function organizer(conversion: Conversion, element: XmlElement, section: SectionOf): Reference[] {
  if (isTemplate(element, '26') || (section.code === '8716-3' && !isTemplate(element, '1')))
    return vitalSigns(conversion, element, section);
  if (isTemplate(element, '1') || element.attributes.classCode === 'BATTERY')
    return resultOrganizer(conversion, element, section);
  if (isTemplate(element, '45')) return [familyHistory(conversion, element)];
  if (isTemplate(element, '500')) return [careTeam(conversion, element)];
  if (isTemplate(element, '311')) return deviceOrganizer(conversion, element);
  return [panel(conversion, element, section)];
}

/** Any other organizer of observations → an Observation with its members. */
function panel(conversion: Conversion, element: XmlElement, section: SectionOf): Reference {
  const draft = new Draft(conversion, 'Observation', element);
  const members = all(element, 'component').flatMap((link) => {
    const inner = one(link, 'observation');
    if (inner === undefined) return [];
    draft.use(link);
    return statement(conversion, inner, section);
  });
  const kind = categoryOf(section, element);
  return draft.add({
    text: narrativeOf(draft, element),
    identifier: identifiers(draft, element),
    status: status(draft, element, resultStatus, 'final'),
    category: kind === undefined ? [] : [category(kind)],
    code: concept(draft, one(element, 'code')) ?? { text: 'group of observations' },
    subject: conversion.patient,
    ...timing(draft, one(element, 'effectiveTime'), 'effective'),
    hasMember: members.filter(({ reference }) => reference?.startsWith('Observation/')),
  });
}
