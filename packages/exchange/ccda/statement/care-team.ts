import { concept, text } from '../datatype.ts';
import { type Conversion, Draft, type Reference } from '../draft.ts';
import type { Draftable } from '../json.ts';
import { location, organization, participant } from '../participant.ts';
import { identifiers } from '../party.ts';
import { period } from '../time.ts';
import { all, one, type XmlElement } from '../xml.ts';
import { below, narrativeOf, notes } from './shared.ts';

const STATES: Readonly<Record<string, string>> = {
  active: 'active',
  completed: 'inactive',
  suspended: 'suspended',
  aborted: 'inactive',
  nullified: 'entered-in-error',
};

/** Care team organizer → CareTeam, a participant for each member act. */
export function careTeam(conversion: Conversion, element: XmlElement): Reference {
  const draft = new Draft(conversion, 'CareTeam', element);
  const code = draft.use(one(element, 'statusCode'))?.attributes.code;
  const members = below(element).flatMap(({ link, statement }) => {
    if (statement.name !== 'act' || all(statement, 'performer').length === 0) return [];
    draft.use(link);
    draft.use(statement);
    for (const name of ['id', 'code', 'statusCode', 'text'])
      for (const each of all(statement, name)) draft.useAll(each);
    return membersOf(draft, all(statement, 'performer'), period(draft, one(statement, 'effectiveTime')));
  });
  const place = all(element, 'participant').find((each) => each.attributes.typeCode === 'LOC');
  const at = place === undefined ? undefined : location(conversion, one(place, 'participantRole'));
  draft.use(place);
  const name = text(draft, one(one(element, 'code'), 'originalText'));
  return draft.add({
    text: narrativeOf(draft, element),
    identifier: identifiers(draft, element),
    status: STATES[code ?? ''] ?? 'active',
    category: [concept(draft, one(element, 'code'))],
    name,
    subject: conversion.patient,
    period: period(draft, one(element, 'effectiveTime')),
    participant: members,
    note: [...notes(draft, element), ...(at?.display === undefined ? [] : [{ text: `Location: ${at.display}` }])],
  });
}

/** Performers of the service event in the header: those who care for the person. */
export function headerCareTeam(conversion: Conversion, event: XmlElement): Reference | undefined {
  const performers = all(event, 'performer');
  if (performers.length === 0) return undefined;
  const draft = new Draft(conversion, 'CareTeam', event);
  const participants = membersOf(draft, performers, undefined);
  const when = period(draft, one(event, 'effectiveTime'));
  return draft.add({ status: 'active', subject: conversion.patient, period: when, participant: participants });
}

function membersOf(draft: Draft, performers: readonly XmlElement[], when: Draftable | undefined): Draftable[] {
  return performers.flatMap((each): Draftable[] => {
    draft.use(each);
    const entity = one(each, 'assignedEntity');
    const role = concept(draft, one(each, 'sdtc:functionCode') ?? one(each, 'functionCode'));
    const member =
      participant(draft.conversion, entity, ['Practitioner', 'Organization', 'RelatedPerson']) ??
      organization(draft.conversion, one(entity, 'representedOrganization'));
    const own = period(draft, one(each, 'time'));
    if (member === undefined && role === undefined) return [];
    return [{ role: [role], member, period: own ?? when }];
  });
}
