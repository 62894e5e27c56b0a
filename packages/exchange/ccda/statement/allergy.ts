import { type Concept, concept, EXTENSION, fixed, mappedCode, SNOMED, text } from '../datatype.ts';
import { type Conversion, Draft, type Reference } from '../draft.ts';
import type { Draftable } from '../json.ts';
import {
  allergyCategory,
  allergyType,
  clinicalStatus,
  concernStatus,
  criticality,
  noKnownAllergy,
  noKnownSubstance,
  severity,
} from '../maps.data.ts';
import { author, informant } from '../participant.ts';
import { identifiers } from '../party.ts';
import { authored, dateTime, interval } from '../time.ts';
import { all, at, one, type XmlElement } from '../xml.ts';
import { below, coded, codeOf, isTemplate, narrativeOf, negated, notes, take, WRITERS } from './shared.ts';

const CLINICAL = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical';
const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification';

/** Allergy concern act → an AllergyIntolerance for each observation in it. */
export function allergyConcern(conversion: Conversion, act: XmlElement): Reference[] {
  return below(act).flatMap(({ link, statement }) => {
    if (statement.name !== 'observation') return [];
    return [allergy(conversion, statement, act, link)];
  });
}

/** Allergy intolerance observation → AllergyIntolerance. */
export function allergy(conversion: Conversion, element: XmlElement, act?: XmlElement, link?: XmlElement): Reference {
  const draft = new Draft(conversion, 'AllergyIntolerance', element);
  draft.around = act;
  for (const each of [act, link]) if (each !== undefined && each.use === null) draft.use(each);
  for (const name of ['code', 'statusCode']) draft.use(one(element, name));
  const kind = one(element, 'value');
  const finding = concept(draft, kind)?.coding?.[0]?.code ?? '';
  const { start, end, point } = interval(draft, one(element, 'effectiveTime'));
  const participant = all(element, 'participant').find((each) => each.attributes.typeCode !== 'LOC');
  const substance = substanceOf(draft, participant);
  const none = negated(element);
  const state =
    coded(draft, element, '33999-4', clinicalStatus) ??
    (act === undefined ? undefined : mappedCode(draft, one(act, 'statusCode'), concernStatus));
  const concern = act === undefined ? {} : interval(draft, one(act, 'effectiveTime'));
  const content: Draftable = {
    text: narrativeOf(draft, element),
    extension: end === undefined ? [] : [{ url: `${EXTENSION}allergyintolerance-abatement`, valueDateTime: end }],
    identifier: identifiers(draft, element),
    clinicalStatus: fixed(CLINICAL, allergyState(state)),
    verificationStatus: fixed(VERIFICATION, 'confirmed', 'Confirmed'),
    type: allergyType[finding],
    category: allergyCategory[finding] === undefined ? [] : [allergyCategory[finding]],
    criticality: coded(draft, element, '82606-5', criticality),
    ...(none ? negatedCode(finding, substance) : { code: substance ?? concept(draft, kind) ?? { text: 'unknown' } }),
    patient: conversion.patient,
    onsetDateTime: start ?? point,
    asserter: informant(draft, element),
    recordedDate: authored(draft, element) ?? (act === undefined ? undefined : authored(draft, act)) ?? concern.start,
    recorder: author(draft, element, WRITERS) ?? (act === undefined ? undefined : author(draft, act, WRITERS)),
    reaction: reactions(draft, element),
    note: [...notes(draft, element), ...(act === undefined ? [] : notes(draft, act))],
  };
  return draft.add(content);
}

function allergyState(state: string | undefined): string {
  return state === 'inactive' || state === 'resolved' || state === 'remission'
    ? state === 'remission'
      ? 'inactive'
      : state
    : 'active';
}

function substanceOf(draft: Draft, participant: XmlElement | undefined): Concept | undefined {
  if (participant === undefined) return undefined;
  draft.use(participant);
  const role = draft.use(one(participant, 'participantRole'));
  const entity = draft.use(one(role, 'playingEntity') ?? one(role, 'playingDevice'));
  const made = concept(draft, one(entity, 'code'));
  const name = text(draft, one(entity, 'name'));
  return made ?? (name === undefined ? undefined : { text: name });
}

/** No known allergy: of a kind, to a substance, or at all. */
function negatedCode(finding: string, substance: Concept | undefined): Draftable {
  const code = substance?.coding?.find((each) => each.system === SNOMED)?.code ?? '';
  const known =
    substance === undefined || code === '105590001' || code === '260769002' ? noKnownAllergy[finding] : undefined;
  const found = known ?? noKnownSubstance[code] ?? (substance === undefined ? noKnownAllergy['419199007'] : undefined);
  if (found !== undefined) return { code: fixed(SNOMED, found[0], found[1]) };
  const label = substance?.coding?.[0]?.display ?? substance?.text ?? substance?.coding?.[0]?.code ?? 'the substance';
  const risk = {
    url: 'exposureRisk',
    valueCodeableConcept: fixed(RISKS, 'no-known-reaction-risk', 'No Known Reaction Risk'),
  };
  return {
    code: { text: `No known allergy to ${label}` },
    extension: [
      {
        url: `${EXTENSION}allergyintolerance-substanceExposureRisk`,
        extension: [{ url: 'substance', valueCodeableConcept: substance }, risk],
      },
    ],
  };
}

const RISKS = 'http://terminology.hl7.org/CodeSystem/allerg-intol-substance-exp-risk';

/** Reactions, each with its severity; a severity of the allergy as a whole counts for those that have none. */
function reactions(draft: Draft, element: XmlElement): Draftable[] {
  const whole = severityOf(draft, element);
  const list = below(element).flatMap((each): Draftable[] => {
    const { link, statement } = each;
    if (statement.name !== 'observation' || !(link.attributes.typeCode === 'MFST' || isTemplate(statement, '9')))
      return [];
    const value = one(statement, 'value');
    take(draft, each);
    const sign = concept(draft, value) ?? valueText(draft, value, statement);
    const onset = one(statement, 'effectiveTime');
    return [
      {
        manifestation: [sign ?? { text: 'unknown' }],
        onset: dateTime(draft, onset) ?? dateTime(draft, one(onset, 'low')),
        severity: severityOf(draft, statement) ?? whole,
      },
    ];
  });
  if (list.length === 0 && whole !== undefined) return [{ manifestation: [{ text: 'unknown' }], severity: whole }];
  return list;
}

function valueText(draft: Draft, value: XmlElement | undefined, statement: XmlElement): Concept | undefined {
  const words =
    text(draft, value) ?? text(draft, one(statement, 'text')) ?? text(draft, at(statement, 'code', 'originalText'));
  return words === undefined ? undefined : { text: words };
}

function severityOf(draft: Draft, element: XmlElement): string | undefined {
  for (const each of below(element)) {
    if (codeOf(each.statement) !== 'SEV' && !isTemplate(each.statement, '8')) continue;
    const found = mappedCode(draft, take(draft, each), severity);
    if (found !== undefined) return found;
  }
  return undefined;
}
