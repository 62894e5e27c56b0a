import { absent, type Concept, concept, conceptOrUnknown, EXTENSION } from '../datatype.ts';
import { type Conversion, Draft, type Reference } from '../draft.ts';
import type { Draftable } from '../json.ts';
import { procedureStatus } from '../maps.data.ts';
import { author, location, performers } from '../participant.ts';
import { identifiers } from '../party.ts';
import { timing } from '../time.ts';
import { all, one, type XmlElement } from '../xml.ts';
import { device } from './device.ts';
import { narrativeOf, negated, notes, reasons, references, status, WRITERS } from './shared.ts';

/** Procedure activity (procedure or act), and other acts that took place → Procedure. */
export function procedure(conversion: Conversion, element: XmlElement): Reference {
  const draft = new Draft(conversion, 'Procedure', element);
  const first = one(element, 'effectiveTime');
  const when = timing(draft, first, 'performed');
  // What was not done left no device; it stays with the source.
  const devices = negated(element) ? [] : all(element, 'participant').flatMap((each) => device(draft, each));
  const content: Draftable = {
    text: narrativeOf(draft, element),
    identifier: identifiers(draft, element),
    status: negated(element) ? 'not-done' : status(draft, element, procedureStatus, 'unknown'),
    code: conceptOrUnknown(draft, one(element, 'code')),
    subject: conversion.patient,
    ...when,
    _performedDateTime:
      Object.keys(when).length > 0 ? undefined : { extension: [absent(first?.attributes.nullFlavor)] },
    recorder: author(draft, element, WRITERS),
    performer: performers(draft, element, [...WRITERS, 'Organization']).map((actor) => ({ actor })),
    location: placeOf(draft, element),
    reasonCode: reasons(draft, element),
    bodySite: all(element, 'targetSiteCode').map((site) => concept(draft, site)),
    focalDevice: devices.map((manipulated) => ({ manipulated })),
    extension: all(element, 'methodCode').map((method) => extensionOf('procedure-method', concept(draft, method))),
    note: notes(draft, element),
  };
  const reference = draft.add(content);
  references(draft, element, (found) => {
    const causes = found.filter(({ type }) => REASONS.has(type)).map(({ reference }) => ({ reference }));
    if (causes.length > 0) draft.made!.resource.reasonReference = causes;
  });
  return reference;
}

const REASONS = new Set(['Condition', 'Observation', 'Procedure', 'DiagnosticReport', 'DocumentReference']);

function extensionOf(name: string, value: Concept | undefined): Draftable | undefined {
  return value === undefined ? undefined : { url: `${EXTENSION}${name}`, valueCodeableConcept: value };
}

/** Where it was: the service delivery location. */
export function placeOf(draft: Draft, element: XmlElement): Reference | undefined {
  for (const each of all(element, 'participant')) {
    if (each.attributes.typeCode !== 'LOC') continue;
    const found = location(draft.conversion, one(each, 'participantRole'));
    draft.use(each);
    if (found !== undefined) return found;
  }
  return undefined;
}
