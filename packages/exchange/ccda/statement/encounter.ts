import { absent, type Coding, clean, concept, fixed, V3 } from '../datatype.ts';
import { type Conversion, Draft, type Reference } from '../draft.ts';
import { encounterParticipants, encounterPlace } from '../header.ts';
import { compact, type Draftable } from '../json.ts';
import { encounterClasses, encounterClassOfCpt, encounterStatus } from '../maps.data.ts';
import { location, organization, participant } from '../participant.ts';
import { identifiers } from '../party.ts';
import { type Interval, interval } from '../time.ts';
import { all, at, one, type XmlElement } from '../xml.ts';
import { problemConcern } from './condition.ts';
import { below, codeOf, isTemplate, narrativeOf, negated, reasons, references, type SectionOf } from './shared.ts';

const ACT = `${V3}ActCode`;
const CPT = 'http://www.ama-assn.org/go/cpt';

/** Encounter activity, or the encompassing encounter of the header → Encounter. */
export function encounter(conversion: Conversion, element: XmlElement, section: SectionOf): Reference {
  const draft = new Draft(conversion, 'Encounter', element);
  const inHeader = element.name === 'encompassingEncounter';
  const code = one(element, 'code');
  const type = concept(draft, code);
  const when = interval(draft, one(element, 'effectiveTime'));
  const disposition = one(element, 'sdtc:dischargeDispositionCode') ?? one(element, 'dischargeDispositionCode');
  const reason = reasons(draft, element);
  const reference = draft.add({
    text: narrativeOf(draft, element),
    identifier: identifiers(draft, element),
    status: negated(element) ? 'cancelled' : statusOf(draft, element, when),
    class: classOf(type?.coding ?? []),
    type: typesOf(type),
    subject: conversion.patient,
    participant: inHeader ? encounterParticipants(draft, element) : participantsOf(draft, element),
    period: compact({ start: when.start ?? when.point, end: when.end }),
    reasonCode: reason,
    diagnosis: diagnosesOf(draft, element, section),
    hospitalization: compact({ dischargeDisposition: concept(draft, disposition) }),
    location: locationsOf(draft, element, inHeader),
    serviceProvider: inHeader
      ? organization(conversion, at(element, 'location', 'healthCareFacility', 'serviceProviderOrganization'))
      : undefined,
  });
  references(draft, element, (found) => {
    const causes = found.filter(
      ({ type: kind }) => kind === 'Condition' || kind === 'Procedure' || kind === 'Observation',
    );
    if (causes.length > 0) draft.made!.resource.reasonReference = causes.map((each) => ({ reference: each.reference }));
  });
  return reference;
}

/** By the map: finished where it was a point or has an end, in progress where it only began; other codes by their own meaning. */
function statusOf(draft: Draft, element: XmlElement, when: Interval): string {
  const code = draft.use(one(element, 'statusCode'))?.attributes.code;
  if (code !== undefined && code !== 'completed' && code !== 'active') {
    return Object.hasOwn(encounterStatus, code) ? encounterStatus[code]! : 'unknown';
  }
  if (when.point !== undefined || when.end !== undefined) return 'finished';
  if (when.start !== undefined) return code === 'completed' ? 'finished' : 'in-progress';
  return code === undefined ? 'unknown' : encounterStatus[code]!;
}

/** Class by the v3 ActCode among the codes, else by the CPT code; R4 asks for one, so the reason why there is none otherwise. */
function classOf(codings: readonly Coding[]): Draftable {
  const own = codings.find(
    (each) => each.system === ACT && each.code !== undefined && Object.hasOwn(encounterClasses, each.code),
  );
  if (own?.code !== undefined) return { system: ACT, code: own.code, display: encounterClasses[own.code]! };
  for (const { system, code } of codings) {
    const number = system === CPT ? Number(code) : Number.NaN;
    const row = encounterClassOfCpt.find(([first, last]) => number >= first && number <= last);
    if (row !== undefined) return { system: ACT, code: row[2], display: row[3] };
  }
  return { extension: [absent('UNK')] };
}

function typesOf(type: { coding?: Coding[]; text?: string } | undefined): Draftable[] {
  if (type === undefined) return [];
  const rest = (type.coding ?? []).filter(
    (each) => each.system !== ACT || !Object.hasOwn(encounterClasses, each.code ?? ''),
  );
  const made = compact({ coding: rest, text: type.text });
  return made === undefined ? [] : [made];
}

function participantsOf(draft: Draft, element: XmlElement): Draftable[] {
  return all(element, 'performer').flatMap((each) => {
    draft.use(each);
    const individual = participant(draft.conversion, one(each, 'assignedEntity'), ['Practitioner', 'PractitionerRole']);
    if (individual === undefined) return [];
    const type = concept(draft, one(each, 'sdtc:functionCode'));
    return [{ type: [type ?? fixed(`${V3}ParticipationType`, clean(each.attributes.typeCode) ?? 'PRF')], individual }];
  });
}

function locationsOf(draft: Draft, element: XmlElement, inHeader: boolean): Draftable[] {
  if (inHeader) {
    const place = encounterPlace(draft, element);
    return place === undefined ? [] : [{ location: place }];
  }
  return all(element, 'participant').flatMap((each) => {
    if (each.attributes.typeCode !== 'LOC') return [];
    draft.use(each);
    const place = location(draft.conversion, one(each, 'participantRole'));
    return place === undefined ? [] : [{ location: place }];
  });
}

/** Encounter diagnoses: conditions of that category. */
function diagnosesOf(draft: Draft, element: XmlElement, section: SectionOf): Draftable[] {
  return below(element).flatMap(({ link, statement }) => {
    if (statement.name !== 'act' || !(codeOf(statement) === '29308-4' || isTemplate(statement, '80'))) return [];
    draft.use(link);
    return problemConcern(draft.conversion, statement, section, 'encounter-diagnosis').map((condition) => ({
      condition,
    }));
  });
}
