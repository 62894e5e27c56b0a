import { type Concept, concept, conceptOrUnknown, text } from '../datatype.ts';
import { type Conversion, Draft, type Reference } from '../draft.ts';
import type { Draftable } from '../json.ts';
import { goalStatus, requestStatus } from '../maps.data.ts';
import { author, performers } from '../participant.ts';
import { identifiers } from '../party.ts';
import { authored, interval, timing } from '../time.ts';
import { all, one, type XmlElement } from '../xml.ts';
import { intentOf } from './medication.ts';
import { readValue } from './observation.ts';
import { placeOf } from './procedure.ts';
import {
  below,
  codeOf,
  isTemplate,
  narrativeOf,
  negated,
  notes,
  reasons,
  references,
  status,
  take,
  WRITERS,
} from './shared.ts';

/** Planned procedure, observation, act or encounter, instruction, referral → ServiceRequest. */
export function request(conversion: Conversion, element: XmlElement): Reference {
  const draft = new Draft(conversion, 'ServiceRequest', element);
  const mood = element.attributes.moodCode ?? 'INT';
  const code = one(element, 'code');
  const place = placeOf(draft, element);
  const instruction = isTemplate(element, '20') ? text(draft, one(element, 'text')) : undefined;
  const reference = draft.add({
    text: narrativeOf(draft, element),
    identifier: identifiers(draft, element),
    status: status(draft, element, requestStatus, 'unknown'),
    intent: intentOf(mood),
    priority: priorityOf(draft, element),
    doNotPerform: negated(element) ? true : undefined,
    code: concept(draft, code) ?? wordsFor(draft, element) ?? conceptOrUnknown(draft, code),
    subject: conversion.patient,
    ...timing(draft, one(element, 'effectiveTime'), 'occurrence'),
    authoredOn: authored(draft, element),
    requester: author(draft, element, [...WRITERS, 'Organization', 'Device', 'RelatedPerson']),
    performer: performers(draft, element, [...WRITERS, 'Organization']),
    locationReference: place === undefined ? [] : [place],
    reasonCode: reasons(draft, element),
    bodySite: all(element, 'targetSiteCode').map((site) => concept(draft, site)),
    note: notes(draft, element),
    patientInstruction: instruction,
  });
  references(draft, element, (found) => {
    const causes = found.filter(({ type }) => REASONS.has(type)).map((each) => ({ reference: each.reference }));
    if (causes.length > 0) draft.made!.resource.reasonReference = causes;
  });
  return reference;
}

const REASONS = new Set(['Condition', 'Observation', 'DiagnosticReport', 'DocumentReference']);
const PRIORITIES: Readonly<Record<string, string>> = { R: 'routine', UR: 'urgent', S: 'stat', A: 'asap', EM: 'stat' };

function priorityOf(draft: Draft, element: XmlElement): string | undefined {
  const code = one(element, 'priorityCode');
  const found = PRIORITIES[code?.attributes.code ?? ''];
  if (found !== undefined) draft.use(code);
  return found;
}

function wordsFor(draft: Draft, element: XmlElement): Concept | undefined {
  const words = text(draft, one(element, 'text'));
  return words === undefined ? undefined : { text: words };
}

/** Goal observation → Goal. */
export function goal(conversion: Conversion, element: XmlElement): Reference {
  const draft = new Draft(conversion, 'Goal', element);
  const when = interval(draft, one(element, 'effectiveTime'));
  const measure = concept(draft, one(element, 'code'));
  const words = text(draft, one(element, 'text'));
  const held = one(element, 'value');
  const kind = held === undefined ? {} : targetOf(readValue(draft, all(element, 'value')).content);
  const start = when.start ?? when.point;
  const reference = draft.add({
    text: narrativeOf(draft, element),
    identifier: identifiers(draft, element),
    lifecycleStatus: status(draft, element, goalStatus, 'active'),
    achievementStatus: achievement(draft, element),
    priority: priority(draft, element),
    description: words === undefined ? (measure ?? { text: 'unknown' }) : { text: words, coding: measure?.coding },
    subject: conversion.patient,
    startDate: start?.slice(0, 10),
    target: [
      Object.keys(kind).length === 0 && when.end === undefined
        ? undefined
        : { measure: Object.keys(kind).length === 0 ? undefined : measure, ...kind, dueDate: when.end?.slice(0, 10) },
    ],
    expressedBy: author(draft, element, [...WRITERS, 'RelatedPerson']),
    note: notes(draft, element),
  });
  references(draft, element, (found) => {
    const list = found.filter(({ type }) => ADDRESSED.has(type)).map((each) => ({ reference: each.reference }));
    if (list.length > 0) draft.made!.resource.addresses = list;
  });
  return reference;
}

const ADDRESSED = new Set([
  'Condition',
  'Observation',
  'MedicationStatement',
  'NutritionOrder',
  'ServiceRequest',
  'RiskAssessment',
]);

/** detail[x] of a target out of value[x]; kinds that a goal does not take are left to the words. */
function targetOf(content: Draftable): Draftable {
  for (const kind of ['Quantity', 'Range', 'CodeableConcept', 'String', 'Boolean', 'Integer', 'Ratio']) {
    const value = content[`value${kind}`];
    if (value !== undefined) return { [`detail${kind}`]: value };
  }
  return {};
}

function priority(draft: Draft, element: XmlElement): Concept | undefined {
  for (const each of below(element)) {
    if (!isTemplate(each.statement, '143') && codeOf(each.statement) !== '225773000') continue;
    const made = concept(draft, one(each.statement, 'value'));
    take(draft, each);
    if (made !== undefined) return made;
  }
  return undefined;
}

function achievement(draft: Draft, element: XmlElement): Concept | undefined {
  for (const each of below(element)) {
    if (!isTemplate(each.statement, '110')) continue;
    const value = take(draft, each);
    const made = concept(draft, value);
    if (made !== undefined) return made;
  }
  return undefined;
}
