import { absent, type Concept, concept, EXTENSION, fixed, mappedCode, quantity, SNOMED, text } from '../datatype.ts';
import { type Conversion, Draft, type Reference } from '../draft.ts';
import type { Draftable } from '../json.ts';
import { clinicalStatus, concernStatus, problemCategory, severity } from '../maps.data.ts';
import { author, informant } from '../participant.ts';
import { identifiers } from '../party.ts';
import { authored, dateTime, interval } from '../time.ts';
import { all, one, type XmlElement } from '../xml.ts';
import {
  below,
  coded,
  codeOf,
  isTemplate,
  narrativeOf,
  negated,
  notes,
  references,
  type SectionOf,
  take,
  WRITERS,
} from './shared.ts';

const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/condition-category';
const US_CATEGORY = 'http://hl7.org/fhir/us/core/CodeSystem/condition-category';
const OVER = new Set(['inactive', 'remission', 'resolved']);
/** Observations of a concern that are no problems: they stand beside it. */
const PROBLEMS = ['4', '147'];

/** Problem concern act → a Condition for each problem observation in it. */
export function problemConcern(
  conversion: Conversion,
  act: XmlElement,
  section: SectionOf,
  kind?: string,
): Reference[] {
  const inside = below(act).filter(({ statement }) => statement.name === 'observation');
  const problems = inside.filter(({ statement }) => isTemplate(statement, ...PROBLEMS));
  const taken = problems.length > 0 ? problems : inside.filter(({ link }) => link.attributes.typeCode === 'SUBJ');
  return taken.map(({ link, statement }) =>
    condition(conversion, statement, section, { act, link, ...(kind === undefined ? {} : { kind }) }),
  );
}

/** Problem observation → Condition. `kind` is the category where the section does not say it. */
export function condition(
  conversion: Conversion,
  element: XmlElement,
  section: SectionOf,
  { act, link, kind }: { act?: XmlElement; link?: XmlElement; kind?: string } = {},
): Reference {
  const draft = new Draft(conversion, 'Condition', element);
  draft.around = act;
  for (const each of [act, link]) if (each !== undefined && each.use === null) draft.use(each);
  for (const name of ['statusCode']) draft.use(one(element, name));
  const value = one(element, 'value');
  const when = interval(draft, one(element, 'effectiveTime'));
  const concern = act === undefined ? {} : interval(draft, one(act, 'effectiveTime'));
  const none = negated(element);
  const over = when.end !== undefined || when.endFlavor === 'UNK';
  const said =
    coded(draft, element, '33999-4', clinicalStatus) ??
    (act === undefined ? undefined : mappedCode(draft, one(act, 'statusCode'), concernStatus));
  const state = over
    ? said !== undefined && OVER.has(said)
      ? said
      : said === undefined
        ? 'resolved'
        : 'inactive'
    : (said ?? 'active');
  const onset = when.start ?? when.point;
  const content: Draftable = {
    text: narrativeOf(draft, element),
    extension: diagnosed(draft, element),
    identifier: identifiers(draft, element),
    clinicalStatus: fixed(CLINICAL, state),
    verificationStatus: fixed(VERIFICATION, none ? 'refuted' : 'confirmed'),
    category: [
      categoryOf(kind ?? problemCategory[section.code ?? ''] ?? 'problem-list-item'),
      concept(draft, one(element, 'code')),
    ],
    severity: severityConcept(draft, element),
    code: problemCode(draft, value, element),
    bodySite: all(element, 'targetSiteCode').map((site) => concept(draft, site)),
    subject: conversion.patient,
    onsetDateTime: onset,
    onsetAge: onset === undefined ? onsetAge(draft, element) : undefined,
    abatementDateTime: when.end,
    _abatementDateTime: when.end === undefined && when.endFlavor === 'UNK' ? { extension: [absent('UNK')] } : undefined,
    asserter: informant(draft, element),
    recordedDate: authored(draft, element) ?? (act === undefined ? undefined : authored(draft, act)) ?? concern.start,
    recorder: author(draft, element, WRITERS) ?? (act === undefined ? undefined : author(draft, act, WRITERS)),
    note: [...notes(draft, element), ...(act === undefined ? [] : notes(draft, act))],
  };
  const reference = draft.add(content);
  for (const holder of [element, act]) {
    if (holder === undefined) continue;
    references(draft, holder, (found) => {
      const resource = draft.made!.resource;
      const others = found
        .filter((each) => each.reference !== reference.reference)
        .map((each) => ({ reference: each.reference }));
      const list = (resource.evidence as Draftable[] | undefined) ?? [];
      if (others.length > 0) resource.evidence = [...list, { detail: others }];
    });
  }
  return reference;
}

function categoryOf(code: string): Concept {
  return fixed(code === 'health-concern' ? US_CATEGORY : CATEGORY, code);
}

/** What the problem is: its code, or words. */
function problemCode(draft: Draft, value: XmlElement | undefined, element: XmlElement): Concept {
  const made = concept(draft, value);
  if (made !== undefined) return made;
  const words = text(draft, value) ?? text(draft, one(element, 'text'));
  return words === undefined ? { text: 'unknown' } : { text: words };
}

function diagnosed(draft: Draft, element: XmlElement): Draftable[] {
  return below(element).flatMap((each) => {
    if (codeOf(each.statement) !== '77975-1') return [];
    take(draft, each);
    const when = one(each.statement, 'effectiveTime');
    const time = dateTime(draft, when) ?? dateTime(draft, one(when, 'low'));
    return time === undefined ? [] : [{ url: `${EXTENSION}condition-assertedDate`, valueDateTime: time }];
  });
}

function onsetAge(draft: Draft, element: XmlElement): Draftable | undefined {
  for (const each of below(element)) {
    if (codeOf(each.statement) !== '445518008' && !isTemplate(each.statement, '31')) continue;
    return quantity(draft, take(draft, each));
  }
  return undefined;
}

const SEVERITIES: Readonly<Record<string, readonly [string, string]>> = {
  mild: ['255604002', 'Mild'],
  moderate: ['6736007', 'Moderate'],
  severe: ['24484000', 'Severe'],
};

function severityConcept(draft: Draft, element: XmlElement): Concept | undefined {
  for (const each of below(element)) {
    if (codeOf(each.statement) !== 'SEV' && !isTemplate(each.statement, '8')) continue;
    const grade = mappedCode(draft, take(draft, each), severity);
    if (grade !== undefined) return fixed(SNOMED, ...SEVERITIES[grade]!);
  }
  return undefined;
}
