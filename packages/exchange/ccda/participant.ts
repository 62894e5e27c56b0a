import { clean, concept, text } from './datatype.ts';
import { type Conversion, Draft, keysOf, type Reference } from './draft.ts';
import { compact } from './json.ts';
import { address, addresses, humanName, humanNames, identifiers, nameText, telecoms } from './party.ts';
import { all, at, one, plainText, type XmlElement } from './xml.ts';

/** Kinds of resource a participant may become; the first is taken for one of whom only an id is known. */
export type ParticipantKind =
  | 'Practitioner'
  | 'PractitionerRole'
  | 'Organization'
  | 'RelatedPerson'
  | 'Device'
  | 'Patient';

const PERSONS = ['assignedPerson', 'associatedPerson', 'relatedPerson', 'guardianPerson', 'informationRecipient'];
const ORGANIZATIONS = [
  'representedOrganization',
  'scopingOrganization',
  'receivedOrganization',
  'representedCustodianOrganization',
  'wholeOrganization',
];

function first(element: XmlElement | undefined, names: readonly string[]): XmlElement | undefined {
  for (const name of names) {
    const found = one(element, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Key of a participant: its own ids, else all it says, since the same words mean the same person. */
function draftOf(conversion: Conversion, type: string, element: XmlElement): Draft {
  const keys = keysOf(element);
  return new Draft(conversion, type, element, keys.length > 0 ? keys : [`${type} ${said(element)}|`]);
}

/** Everything an element says, for telling it apart from another. */
function said(element: XmlElement): string {
  const own = Object.entries(element.attributes).map(([name, value]) => `${name}=${value}`);
  const inner = element.content.map((item) => (typeof item === 'string' ? item.trim() : `${item.name}(${said(item)})`));
  return [...own, ...inner].join(',');
}

/** An organization; undefined where nothing but its kind is said. */
export function organization(conversion: Conversion, element: XmlElement | undefined): Reference | undefined {
  if (element === undefined) return undefined;
  const draft = draftOf(conversion, 'Organization', element);
  const names = all(element, 'name').flatMap((name) => nameText(draft, name) ?? []);
  const content = compact({
    identifier: identifiers(draft, element),
    active: true,
    type: [concept(draft, one(element, 'standardIndustryClassCode'))],
    name: names[0],
    alias: names.slice(1),
    telecom: telecoms(draft, element),
    address: addresses(draft, element),
    partOf: organization(conversion, at(use(draft, element, 'asOrganizationPartOf'), 'wholeOrganization')),
  });
  if (content === undefined || (names.length === 0 && content.identifier === undefined)) return undefined;
  const reference = draft.add(content);
  return { ...reference, ...(names[0] === undefined ? {} : { display: names[0] }) };
}

function use(draft: Draft, element: XmlElement, name: string): XmlElement | undefined {
  return draft.use(one(element, name));
}

/**
 * Whoever an author, performer, informant or participant is: Device, RelatedPerson, Practitioner (with a PractitionerRole
 * where there is an organization or a code), or Organization; undefined where nobody is named or the kind has no place there.
 */
export function participant(
  conversion: Conversion,
  entity: XmlElement | undefined,
  allowed: readonly ParticipantKind[],
): Reference | undefined {
  if (entity === undefined) return undefined;
  const device = one(entity, 'assignedAuthoringDevice') ?? one(entity, 'playingDevice');
  const person = first(entity, PERSONS);
  const outer = first(entity, ORGANIZATIONS);
  if (isPatient(conversion, entity)) {
    if (!allowed.includes('Patient')) return undefined;
    new Draft(conversion, 'Patient', entity).made = conversion.made.find(({ type }) => type === 'Patient') ?? null;
    return conversion.patient;
  }
  if (device !== undefined && allowed.includes('Device')) return software(conversion, entity, device);
  const related = entity.name === 'relatedEntity' || at(entity, 'relatedPerson') !== undefined;
  if (related) return allowed.includes('RelatedPerson') ? relatedPerson(conversion, entity, person) : undefined;
  const idOnly = entity.children.every((child) => child.name === 'id' || child.name === 'templateId');
  if (idOnly) {
    const known = conversion
      .withIds(entity)
      .filter((made) => (allowed as readonly string[]).includes(made.type))
      .sort((a, b) => allowed.indexOf(a.type as ParticipantKind) - allowed.indexOf(b.type as ParticipantKind))[0];
    if (known !== undefined) {
      const draft = new Draft(conversion, known.type, entity);
      draft.made = known;
      draft.useAll(entity);
      const name = (known.resource.name as { [part: string]: unknown }[] | undefined)?.[0];
      const said = nameLabel(name);
      return { reference: `${known.type}/${known.id}`, ...(said === undefined ? {} : { display: said }) };
    }
  }
  const named =
    person !== undefined || (idOnly && keysOf(entity).length > 0) || (outer === undefined && device === undefined);
  if (!named)
    return allowed.includes('Organization')
      ? organization(conversion, markedOrganization(conversion, entity, outer))
      : undefined;
  if (!allowed.includes('Practitioner')) {
    return allowed.includes('Organization') ? organization(conversion, outer) : undefined;
  }
  return practitioner(conversion, entity, person, outer, allowed);
}

function markedOrganization(
  conversion: Conversion,
  entity: XmlElement,
  outer: XmlElement | undefined,
): XmlElement | undefined {
  new Draft(conversion, 'Organization', entity);
  return outer;
}

/** Whether a participant is the patient: it carries one of the patient's ids. */
function isPatient(conversion: Conversion, entity: XmlElement): boolean {
  return conversion.withIds(entity).some(({ type }) => type === 'Patient');
}

function practitioner(
  conversion: Conversion,
  entity: XmlElement,
  person: XmlElement | undefined,
  outer: XmlElement | undefined,
  allowed: readonly ParticipantKind[],
): Reference | undefined {
  const draft = draftOf(conversion, 'Practitioner', entity);
  draft.use(person);
  const names = humanNames(draft, person);
  const content = compact({
    identifier: identifiers(draft, entity),
    name: names,
    telecom: telecoms(draft, entity),
    address: addresses(draft, entity),
  });
  const code = concept(draft, one(entity, 'code'));
  const place = organization(conversion, outer);
  if (content === undefined) return place !== undefined && allowed.includes('Organization') ? place : undefined;
  const who = draft.add(content);
  const label = nameLabel(names[0]);
  const display = label === undefined ? {} : { display: label };
  if (!allowed.includes('PractitionerRole') || (code === undefined && place === undefined))
    return { ...who, ...display };
  const role = new Draft(conversion, 'PractitionerRole', entity, [
    `${who.reference} ${JSON.stringify([code, place])}|`,
  ]);
  const made = role.add({ practitioner: { ...who, ...display }, organization: place, code: [code] });
  return { ...made, ...display };
}

function nameLabel(name: { [part: string]: unknown } | undefined): string | undefined {
  if (name === undefined) return undefined;
  const words = [name.prefix, name.given, name.family, name.suffix].flat().filter((word) => typeof word === 'string');
  return clean(words.join(' ')) ?? (name.text as string | undefined);
}

function relatedPerson(
  conversion: Conversion,
  entity: XmlElement,
  person: XmlElement | undefined,
): Reference | undefined {
  const draft = draftOf(conversion, 'RelatedPerson', entity);
  draft.use(person);
  const names = humanNames(draft, person);
  const content = compact({
    identifier: identifiers(draft, entity),
    relationship: [concept(draft, one(entity, 'code'))],
    name: names,
    telecom: telecoms(draft, entity),
    address: addresses(draft, entity),
  });
  if (content === undefined) return undefined;
  const label = nameLabel(names[0]);
  return {
    ...draft.add({ ...content, patient: conversion.patient }),
    ...(label === undefined ? {} : { display: label }),
  };
}

function software(conversion: Conversion, entity: XmlElement, device: XmlElement): Reference {
  const draft = draftOf(conversion, 'Device', entity);
  draft.use(device);
  const model = text(draft, one(device, 'manufacturerModelName'));
  const program = text(draft, one(device, 'softwareName'));
  const named = [
    model === undefined ? undefined : { name: model, type: 'model-name' },
    program === undefined ? undefined : { name: program, type: 'other' },
  ];
  const owner = organization(conversion, first(entity, ORGANIZATIONS));
  const reference = draft.add({
    identifier: identifiers(draft, entity),
    deviceName: named,
    type: concept(draft, one(device, 'code')) ?? concept(draft, one(entity, 'code')),
    owner,
  });
  draft.useAll(one(entity, 'addr'));
  for (const each of all(entity, 'telecom')) draft.use(each);
  return { ...reference, ...(model === undefined ? {} : { display: model }) };
}

/** A place: service delivery location, or where an encounter was. */
export function location(conversion: Conversion, role: XmlElement | undefined): Reference | undefined {
  if (role === undefined) return undefined;
  const draft = draftOf(conversion, 'Location', role);
  const place = first(role, ['playingEntity', 'location']);
  draft.use(place);
  const name = nameText(draft, one(place, 'name')) ?? text(draft, one(place, 'desc'));
  const content = compact({
    identifier: identifiers(draft, role),
    name,
    type: [concept(draft, one(role, 'code')), concept(draft, one(place, 'code'))],
    telecom: telecoms(draft, role),
    address: address(draft, one(role, 'addr')) ?? address(draft, one(place, 'addr')),
    managingOrganization: organization(conversion, first(role, ['serviceProviderOrganization', 'scopingOrganization'])),
  });
  if (content === undefined) return undefined;
  return { ...draft.add({ status: 'active', ...content }), ...(name === undefined ? {} : { display: name }) };
}

/** A person of whom no more than the name is taken, as words. */
export function personName(draft: Draft, person: XmlElement | undefined): string | undefined {
  if (person === undefined) return undefined;
  draft.use(person);
  const name = humanName(draft, one(person, 'name'));
  return nameLabel(name) ?? clean(plainText(person));
}

/** The last author of a statement, who stands for what it says now. */
export function author(draft: Draft, element: XmlElement, allowed: readonly ParticipantKind[]): Reference | undefined {
  const found = all(element, 'author').map((each) => {
    draft.use(each);
    draft.use(one(each, 'time'));
    return participant(draft.conversion, one(each, 'assignedAuthor'), allowed);
  });
  return found.filter((each) => each !== undefined).at(-1);
}

/** Performers of a statement. */
export function performers(draft: Draft, element: XmlElement, allowed: readonly ParticipantKind[]): Reference[] {
  return all(element, 'performer').flatMap((each) => {
    draft.use(each);
    const found = participant(draft.conversion, one(each, 'assignedEntity'), allowed);
    return found === undefined ? [] : [found];
  });
}

/** The informant of a statement: who said so. */
export function informant(draft: Draft, element: XmlElement): Reference | undefined {
  for (const each of all(element, 'informant')) {
    const entity = one(each, 'assignedEntity') ?? one(each, 'relatedEntity');
    const found = participant(draft.conversion, entity, [
      'Practitioner',
      'PractitionerRole',
      'RelatedPerson',
      'Patient',
    ]);
    if (found === undefined) continue;
    draft.use(each);
    return found;
  }
  return undefined;
}
