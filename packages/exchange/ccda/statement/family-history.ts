import { concept, conceptOrUnknown, mappedCode, quantity, text } from '../datatype.ts';
import { type Conversion, Draft, type Reference } from '../draft.ts';
import { compact, type Draftable } from '../json.ts';
import { gender } from '../maps.data.ts';
import { humanName, identifier, identifiers } from '../party.ts';
import { authored, dateTime, interval } from '../time.ts';
import { all, at, one, type XmlElement } from '../xml.ts';
import { below, codeOf, isTemplate, narrativeOf, negated, notes, take } from './shared.ts';

/** Family history organizer → FamilyMemberHistory with a condition for each observation. */
export function familyHistory(conversion: Conversion, element: XmlElement): Reference {
  const draft = new Draft(conversion, 'FamilyMemberHistory', element);
  const related = at(element, 'subject', 'relatedSubject');
  draft.use(one(element, 'subject'));
  draft.use(related);
  const person = draft.use(one(related, 'subject'));
  const sex = one(person, 'administrativeGenderCode');
  const found = mappedCode(draft, sex, gender);
  const kin = concept(draft, one(related, 'code'));
  const name = humanName(draft, one(person, 'name'));
  const death = dateTime(draft, one(person, 'sdtc:deceasedTime'));
  const dead = draft.use(one(person, 'sdtc:deceasedInd'))?.attributes.value;
  const born = dateTime(draft, one(person, 'birthTime'))?.slice(0, 10);
  const facts = below(element).filter(({ statement }) => statement.name === 'observation');
  const conditions = facts.map((each) => conditionOf(draft, each));
  const deaths = conditions.some((each) => each.fatal);
  const deathAge = conditions.find((each) => each.deathAge !== undefined)?.deathAge;
  const said = one(element, 'statusCode');
  draft.use(said);
  draft.use(one(element, 'code'));
  return draft.add({
    text: narrativeOf(draft, element),
    identifier: [...identifiers(draft, element), ...all(person, 'sdtc:id').map((id) => identifier(draft, id))],
    status:
      said?.attributes.code === 'nullified'
        ? 'entered-in-error'
        : said?.attributes.code === 'active'
          ? 'partial'
          : 'completed',
    patient: conversion.patient,
    date: dateTime(draft, one(element, 'effectiveTime')) ?? authored(draft, element),
    name: name === undefined ? undefined : [name.given, name.family, name.text].flat().filter(Boolean).join(' '),
    relationship: kin ?? { text: 'family member' },
    sex:
      found === undefined
        ? undefined
        : { coding: [{ system: 'http://hl7.org/fhir/administrative-gender', code: found }] },
    bornDate: born,
    ...deceased(death, deathAge, dead === 'true' || deaths ? true : dead === 'false' ? false : undefined),
    note: notes(draft, element),
    condition: conditions.map((each) => each.content),
  });
}

function deceased(time: string | undefined, age: Draftable | undefined, dead: boolean | undefined): Draftable {
  if (time !== undefined) return { deceasedDate: time.slice(0, 10) };
  if (age !== undefined) return { deceasedAge: age };
  return dead === undefined ? {} : { deceasedBoolean: dead };
}

interface Finding {
  readonly content: Draftable;
  readonly fatal: boolean;
  readonly deathAge?: Draftable;
}

function conditionOf(draft: Draft, each: { link: XmlElement; statement: XmlElement }): Finding {
  const { statement } = each;
  const value = take(draft, each);
  const when = interval(draft, one(statement, 'effectiveTime'));
  let age: Draftable | undefined;
  let fatal = false;
  for (const inner of below(statement)) {
    if (
      isTemplate(inner.statement, '31') ||
      codeOf(inner.statement) === '445518008' ||
      codeOf(inner.statement) === '397659008'
    ) {
      age ??= quantity(draft, take(draft, inner));
    } else if (isTemplate(inner.statement, '47') || inner.link.attributes.typeCode === 'CAUS') {
      draft.use(take(draft, inner));
      fatal = true;
    }
  }
  const onset = when.start ?? when.point;
  const made = concept(draft, value) ?? wordsOf(draft, value);
  const content = {
    code: negated(statement) ? { text: `Not present: ${label(made)}` } : (made ?? conceptOrUnknown(draft, value)),
    contributedToDeath: fatal ? true : undefined,
    onsetAge: fatal ? undefined : age,
    onsetString: age === undefined || fatal ? onset : undefined,
    note: notes(draft, statement),
  };
  for (const id of all(statement, 'id')) draft.use(id);
  return {
    content: compact(content) ?? { code: { text: 'unknown' } },
    fatal,
    ...(fatal && age !== undefined ? { deathAge: age } : {}),
  };
}

function wordsOf(draft: Draft, value: XmlElement | undefined): Draftable | undefined {
  const words = text(draft, value);
  return words === undefined ? undefined : { text: words };
}

function label(made: Draftable | undefined): string {
  const coding = made?.coding as { display?: string; code?: string }[] | undefined;
  return (made?.text as string | undefined) ?? coding?.[0]?.display ?? coding?.[0]?.code ?? 'unknown';
}
