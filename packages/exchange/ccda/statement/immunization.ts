import { absent, concept, fixed, quantity, text } from '../datatype.ts';
import { type Conversion, Draft, type Reference } from '../draft.ts';
import type { Draftable } from '../json.ts';
import { immunizationStatus } from '../maps.data.ts';
import { organization, performers } from '../participant.ts';
import { identifiers } from '../party.ts';
import { authored, interval } from '../time.ts';
import { all, one, type XmlElement } from '../xml.ts';
import { observation } from './observation.ts';
import { below, isTemplate, narrativeOf, negated, notes, type SectionOf, status, take } from './shared.ts';

/** Immunization activity that took place, or did not → Immunization. */
export function immunization(conversion: Conversion, element: XmlElement, section: SectionOf): Reference {
  const draft = new Draft(conversion, 'Immunization', element);
  const consumable = draft.use(one(element, 'consumable'));
  const product = draft.use(one(consumable, 'manufacturedProduct'));
  const material = draft.use(one(product, 'manufacturedMaterial'));
  const first = one(element, 'effectiveTime');
  const when = interval(draft, first);
  const time = when.point ?? when.start ?? when.end;
  const none = negated(element);
  const repeat = one(element, 'repeatNumber')?.attributes.value?.trim();
  const dose = repeat !== undefined && /^[1-9]\d*$/.test(repeat) ? Number(repeat) : undefined;
  if (dose !== undefined) draft.use(one(element, 'repeatNumber'));
  draft.use(one(element, 'code'));
  const why = reasons(draft, element, none);
  const name = text(draft, one(material, 'name'));
  const said = status(draft, element, immunizationStatus, 'completed');
  const doseQuantity = one(element, 'doseQuantity');
  const content: Draftable = {
    text: narrativeOf(draft, element),
    identifier: identifiers(draft, element),
    status: none ? 'not-done' : said,
    statusReason: why.refusal,
    vaccineCode: concept(draft, one(material, 'code')) ?? { text: name ?? 'unknown' },
    patient: conversion.patient,
    occurrenceDateTime: time,
    _occurrenceDateTime: time === undefined ? { extension: [absent(first?.attributes.nullFlavor)] } : undefined,
    recorded: authored(draft, element),
    manufacturer: organization(conversion, one(product, 'manufacturerOrganization')),
    lotNumber: text(draft, one(material, 'lotNumberText')),
    site: concept(draft, one(element, 'approachSiteCode')),
    route: concept(draft, one(element, 'routeCode')),
    doseQuantity: quantity(draft, doseQuantity),
    performer: performers(draft, element, ['Practitioner', 'PractitionerRole', 'Organization']).map((actor) => ({
      function: fixed('http://terminology.hl7.org/CodeSystem/v2-0443', 'AP', 'Administering Provider'),
      actor,
    })),
    note: notes(draft, element),
    reasonCode: why.indications,
    reaction: reactions(draft, element, section),
    protocolApplied: dose === undefined ? [] : [{ doseNumberPositiveInt: dose }],
  };
  return draft.add(content);
}

/** Why it was not given, and what it was given for. */
function reasons(draft: Draft, element: XmlElement, none: boolean): { refusal?: Draftable; indications: Draftable[] } {
  let refusal: Draftable | undefined;
  const indications: Draftable[] = [];
  for (const each of below(element)) {
    const { link, statement } = each;
    if (link.attributes.typeCode !== 'RSON' || statement.name !== 'observation') continue;
    const value = one(statement, 'value');
    const code = one(statement, 'code');
    if (isTemplate(statement, '53') || (none && value === undefined)) {
      refusal ??= concept(draft, code);
      take(draft, each);
    } else {
      const made = concept(draft, value);
      if (made !== undefined) indications.push(made);
      take(draft, each);
    }
  }
  return { ...(refusal === undefined ? {} : { refusal }), indications };
}

function reactions(draft: Draft, element: XmlElement, section: SectionOf): Draftable[] {
  return below(element).flatMap(({ link, statement }) => {
    if (statement.name !== 'observation' || !(link.attributes.typeCode === 'MFST' || isTemplate(statement, '9')))
      return [];
    draft.use(link);
    const when = interval(draft, one(statement, 'effectiveTime'));
    const detail = observation(draft.conversion, statement, section, { category: undefined });
    return [{ date: when.point ?? when.start, detail }];
  });
}

/** Whether a substance administration is about a vaccine: by its template, or by the code system of what is given. */
export function isImmunization(element: XmlElement): boolean {
  if (isTemplate(element, '52', '120')) return true;
  const product = one(one(element, 'consumable'), 'manufacturedProduct');
  return all(product, 'templateId').some(({ attributes }) => attributes.root === '2.16.840.1.113883.10.20.22.4.54');
}
