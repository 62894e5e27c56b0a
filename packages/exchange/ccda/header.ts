import { clean, concept, EXTENSION, fixed, mappedCode, US_CORE, V3 } from './datatype.ts';
import { type Conversion, Draft, type Reference } from './draft.ts';
import { compact, type Draftable } from './json.ts';
import { ethnicityCategories, gender, raceCategories } from './maps.data.ts';
import { location, organization, participant } from './participant.ts';
import { address, addresses, humanName, humanNames, identifiers, telecoms } from './party.ts';
import { dateOnly, dateTime } from './time.ts';
import { all, at, one, type XmlElement } from './xml.ts';

/** recordTarget → Patient; the reference by which the rest of the document means the person. */
export function patient(conversion: Conversion, target: XmlElement): Reference | undefined {
  const role = one(target, 'patientRole');
  if (role === undefined) return undefined;
  const draft = new Draft(conversion, 'Patient', role);
  draft.use(target);
  const person = draft.use(one(role, 'patient'));
  const birth = one(person, 'birthTime');
  const exactBirth = dateTime(draft, birth);
  const deathTime = dateTime(draft, one(person, 'sdtc:deceasedTime'));
  const dead = draft.use(one(person, 'sdtc:deceasedInd'))?.attributes.value;
  const genderCode = one(person, 'administrativeGenderCode');
  const content = {
    extension: extensions(draft, person, exactBirth?.includes('T') ? exactBirth : undefined),
    identifier: identifiers(draft, role),
    active: undefined,
    name: humanNames(draft, person),
    telecom: telecoms(draft, role),
    gender:
      mappedCode(draft, genderCode, gender) ??
      (genderCode?.attributes.nullFlavor === undefined ? undefined : 'unknown'),
    birthDate: dateOnly(draft, birth),
    deceasedDateTime: deathTime,
    deceasedBoolean: deathTime !== undefined || (dead !== 'true' && dead !== 'false') ? undefined : dead === 'true',
    address: addresses(draft, role),
    maritalStatus: concept(draft, one(person, 'maritalStatusCode')),
    multipleBirthBoolean: booleanOf(draft, one(person, 'sdtc:multipleBirthInd')),
    contact: all(person, 'guardian').map((each) => guardian(draft, each)),
    communication: all(person, 'languageCommunication').map((each) => language(draft, each)),
    managingOrganization: organization(conversion, one(role, 'providerOrganization')),
  };
  return draft.add(content);
}

function booleanOf(draft: Draft, element: XmlElement | undefined): boolean | undefined {
  const value = draft.use(element)?.attributes.value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

function extensions(draft: Draft, person: XmlElement | undefined, birthTime: string | undefined): Draftable[] {
  const religion = concept(draft, one(person, 'religiousAffiliationCode'));
  const birthplace = draft.use(one(person, 'birthplace'));
  const place = draft.use(one(birthplace, 'place'));
  const where = address(draft, one(place, 'addr'));
  const list: (Draftable | undefined)[] = [
    category(draft, 'us-core-race', [...all(person, 'raceCode'), ...all(person, 'sdtc:raceCode')], raceCategories),
    category(
      draft,
      'us-core-ethnicity',
      [...all(person, 'ethnicGroupCode'), ...all(person, 'sdtc:ethnicGroupCode')],
      ethnicityCategories,
    ),
    religion === undefined ? undefined : { url: `${EXTENSION}patient-religion`, valueCodeableConcept: religion },
    where === undefined ? undefined : { url: `${EXTENSION}patient-birthPlace`, valueAddress: where },
    birthTime === undefined ? undefined : { url: `${EXTENSION}patient-birthTime`, valueDateTime: birthTime },
  ];
  return list.filter((each) => each !== undefined);
}

/** Race or ethnicity by US Core: OMB categories, details, and the words of all. */
function category(
  draft: Draft,
  name: string,
  elements: readonly XmlElement[],
  categories: ReadonlySet<string>,
): Draftable | undefined {
  const parts: Draftable[] = [];
  const words: string[] = [];
  for (const element of elements) {
    const made = concept(draft, element);
    const flavor = element.attributes.nullFlavor;
    if (made === undefined && (flavor === 'UNK' || flavor === 'ASKU')) {
      parts.push({ url: 'ombCategory', valueCoding: { system: `${V3}NullFlavor`, code: flavor } });
      words.push(flavor === 'UNK' ? 'Unknown' : 'Asked but no answer');
    }
    for (const coding of made?.coding ?? []) {
      parts.push({ url: categories.has(coding.code ?? '') ? 'ombCategory' : 'detailed', valueCoding: coding });
      if (coding.display !== undefined) words.push(coding.display);
    }
    if (made?.text !== undefined) words.push(made.text);
  }
  if (parts.length === 0 && words.length === 0) return undefined;
  const said = [...new Set(words)].join(', ');
  const text = said === '' ? parts.map((part) => (part.valueCoding as { code: string }).code).join(', ') : said;
  return { url: `${US_CORE}${name}`, extension: [...parts, { url: 'text', valueString: text }] };
}

function guardian(draft: Draft, element: XmlElement): Draftable | undefined {
  draft.use(element);
  const person = draft.use(one(element, 'guardianPerson'));
  const relation = draft.use(one(person, 'sdtc:asPatientRelationship'));
  const made = compact({
    name: humanName(draft, one(person, 'name')),
    telecom: telecoms(draft, element),
    address: address(draft, one(element, 'addr')),
    organization: organization(draft.conversion, one(element, 'guardianOrganization')),
  });
  const kinds = [concept(draft, one(element, 'code')), concept(draft, one(relation, 'code'))];
  if (made === undefined) return undefined;
  return { relationship: [fixed(`${V3}RoleCode`, 'GUARD', 'guardian'), ...kinds], ...made };
}

function language(draft: Draft, element: XmlElement): Draftable | undefined {
  draft.use(element);
  const code = draft.use(one(element, 'languageCode'));
  const tag = clean(code?.attributes.code);
  const level = concept(draft, one(element, 'proficiencyLevelCode'))?.coding?.[0];
  const mode = concept(draft, one(element, 'modeCode'))?.coding?.[0];
  if (tag === undefined) return undefined;
  const parts = [
    level === undefined ? undefined : { url: 'level', valueCoding: level },
    mode === undefined ? undefined : { url: 'type', valueCoding: mode },
  ].filter((each) => each !== undefined);
  return {
    extension: parts.length === 0 ? [] : [{ url: `${EXTENSION}patient-proficiency`, extension: parts }],
    language: { coding: [{ system: 'urn:ietf:bcp:47', code: tag.replace(/\s+/g, '-') }] },
    preferred: booleanOf(draft, one(element, 'preferenceInd')),
  };
}

/** Persons beside the patient in the header (support persons, covered parties): RelatedPerson, unless they are payers. */
export function headerParticipants(conversion: Conversion, root: XmlElement): void {
  for (const element of all(root, 'participant')) {
    const entity = one(element, 'associatedEntity');
    if (entity === undefined || entity.attributes.classCode === 'PAYOR') continue;
    const person = one(entity, 'associatedPerson');
    if (person === undefined) continue;
    const draft = new Draft(conversion, 'RelatedPerson', entity);
    draft.use(element);
    draft.use(person);
    const relation = draft.use(one(person, 'sdtc:asPatientRelationship'));
    const start = draft.use(one(element, 'time'));
    const from = dateTime(draft, start) ?? dateTime(draft, one(start, 'low'));
    const to = dateTime(draft, one(start, 'high'));
    draft.add({
      identifier: identifiers(draft, entity),
      patient: conversion.patient,
      relationship: [concept(draft, one(entity, 'code')), concept(draft, one(relation, 'code')), roleOf(entity)],
      name: humanNames(draft, person),
      telecom: telecoms(draft, entity),
      address: addresses(draft, entity),
      period: compact({ start: from, end: to }),
    });
  }
}

function roleOf(entity: XmlElement): Draftable | undefined {
  const { classCode } = entity.attributes;
  return classCode === undefined ? undefined : fixed(`${V3}RoleClass`, classCode);
}

/** The encounter that the document belongs to, from componentOf. */
export function encompassing(root: XmlElement): XmlElement | undefined {
  return at(root, 'componentOf', 'encompassingEncounter');
}

export function encounterPlace(draft: Draft, element: XmlElement): Reference | undefined {
  const holder = draft.use(one(element, 'location'));
  const facility = one(holder, 'healthCareFacility');
  return location(draft.conversion, facility);
}

/** Participants of the encounter in the header, with what each did. */
export function encounterParticipants(draft: Draft, element: XmlElement): Draftable[] {
  const responsible = draft.use(one(element, 'responsibleParty'));
  const entities = [...all(element, 'encounterParticipant'), ...(responsible === undefined ? [] : [responsible])];
  return entities.flatMap((each) => {
    draft.use(each);
    const individual = participant(draft.conversion, one(each, 'assignedEntity'), ['Practitioner', 'PractitionerRole']);
    if (individual === undefined) return [];
    const code = each.attributes.typeCode;
    const type = code === undefined ? [] : [fixed(`${V3}ParticipationType`, code)];
    return [{ type, individual }];
  });
}
