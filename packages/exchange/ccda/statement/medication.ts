import { type Concept, clean, concept, fixed, quantity, quantityOrRange, text, V3 } from '../datatype.ts';
import { type Conversion, Draft, type Reference } from '../draft.ts';
import { compact, type Draftable } from '../json.ts';
import { intent, medicationStatus } from '../maps.data.ts';
import { author, organization, performers } from '../participant.ts';
import { identifiers } from '../party.ts';
import { authored, dateTime, interval } from '../time.ts';
import { all, at, one, type XmlElement } from '../xml.ts';
import { dosageTiming } from './dosage-timing.ts';
import { below, codeOf, isTemplate, narrativeOf, negated, notes, reasons, status, take, WRITERS } from './shared.ts';

/** Medication activity and planned medication → MedicationRequest, as the map has it for both moods. */
export function medication(conversion: Conversion, element: XmlElement): Reference {
  const draft = new Draft(conversion, 'MedicationRequest', element);
  const mood = element.attributes.moodCode ?? 'EVN';
  const content: Draftable = {
    text: narrativeOf(draft, element),
    identifier: identifiers(draft, element),
    status: status(draft, element, medicationStatus, 'unknown'),
    intent: intentOf(mood),
    doNotPerform: negated(element) ? true : undefined,
    ...drug(draft, one(element, 'consumable'), element),
    subject: conversion.patient,
    authoredOn: authored(draft, element),
    requester: author(draft, element, [...WRITERS, 'Organization', 'Device', 'RelatedPerson']),
    performer: performers(draft, element, [...WRITERS, 'Organization'])[0],
    reasonCode: reasons(draft, element),
    dosageInstruction: [dosage(draft, element)],
    dispenseRequest: supplyOrder(draft, element),
    note: notes(draft, element),
  };
  draft.use(one(element, 'code'));
  return draft.add(content);
}

/** The map: INT is an order, EVN a plan; the planned moods by their own meaning. */
export function intentOf(mood: string): string {
  return mood === 'INT' || mood === 'RQO' ? 'order' : mood === 'EVN' ? 'plan' : (intent[mood] ?? 'plan');
}

/** The drug, as a concept, or as a Medication where a maker, a form or a vehicle is named. */
export function drug(draft: Draft, holder: XmlElement | undefined, element: XmlElement): Draftable {
  draft.use(holder);
  const product = draft.use(one(holder, 'manufacturedProduct'));
  const material = draft.use(one(product, 'manufacturedMaterial') ?? one(product, 'manufacturedLabeledDrug'));
  const name = text(draft, one(material, 'name'));
  const made = concept(draft, one(material, 'code'));
  const code: Concept = made ?? { text: name ?? 'unknown' };
  if (made !== undefined && name !== undefined) code.text ??= name;
  const maker = organization(draft.conversion, one(product, 'manufacturerOrganization'));
  const form = concept(draft, one(element, 'administrationUnitCode'));
  const vehicles = vehiclesOf(draft, element);
  const lot = text(draft, one(material, 'lotNumberText'));
  if (maker === undefined && form === undefined && vehicles.length === 0 && lot === undefined) {
    return { medicationCodeableConcept: code };
  }
  const medicine = new Draft(draft.conversion, 'Medication', product ?? element, [
    `${JSON.stringify([code, maker, form, vehicles, lot])}|`,
  ]);
  const reference = medicine.add({
    code,
    manufacturer: maker,
    form,
    ingredient: vehicles.map((item) => ({ itemCodeableConcept: item, isActive: false })),
    batch: lot === undefined ? undefined : { lotNumber: lot },
  });
  const display = code.text ?? code.coding?.[0]?.display;
  return { medicationReference: { ...reference, display } };
}

function vehiclesOf(draft: Draft, element: XmlElement): Concept[] {
  return all(element, 'participant').flatMap((each) => {
    if (each.attributes.typeCode !== 'CSM') return [];
    const role = one(each, 'participantRole');
    const entity = one(role, 'playingEntity');
    const made = concept(draft, one(entity, 'code')) ?? wordsOf(draft, entity);
    if (made === undefined) return [];
    for (const part of [each, role, entity, one(role, 'code'), one(entity, 'name')]) draft.use(part);
    return [made];
  });
}

function wordsOf(draft: Draft, entity: XmlElement | undefined): Concept | undefined {
  const name = text(draft, one(entity, 'name'));
  return name === undefined ? undefined : { text: name };
}

/** How it is to be taken. */
export function dosage(draft: Draft, element: XmlElement): Draftable | undefined {
  const dose = one(element, 'doseQuantity');
  const rate = one(element, 'rateQuantity');
  const most = draft.use(one(element, 'maxDoseQuantity'));
  const needed = preconditions(draft, element);
  const site = all(element, 'approachSiteCode');
  const instructions = instructionsOf(draft, element);
  return compact({
    text: sig(draft, element),
    additionalInstruction: instructions.concepts,
    patientInstruction: instructions.words,
    timing: dosageTiming(
      draft,
      all(element, 'effectiveTime'),
      one(element, 'repeatNumber'),
      element.attributes.moodCode,
    ),
    asNeededCodeableConcept: needed.why,
    asNeededBoolean: needed.why === undefined && needed.any ? true : undefined,
    site: concept(draft, site[0]),
    route: concept(draft, one(element, 'routeCode')),
    doseAndRate: [compact({ ...amount(draft, dose, 'dose'), ...amount(draft, rate, 'rate') })],
    maxDosePerPeriod: ratio(draft, most),
  });
}

function amount(draft: Draft, element: XmlElement | undefined, stem: string): Draftable {
  if (element === undefined) return {};
  const found = quantityOrRange(draft, element);
  if (found === undefined) return {};
  // A dose has no comparator in FHIR: an open end is an open range.
  if ('range' in found) return { [`${stem}Range`]: found.range };
  const { comparator, ...plain } = found.quantity;
  if (comparator === undefined) return { [`${stem}Quantity`]: plain };
  return { [`${stem}Range`]: comparator.startsWith('<') ? { high: plain } : { low: plain } };
}

export function ratio(draft: Draft, element: XmlElement | undefined): Draftable | undefined {
  const numerator = quantity(draft, one(element, 'numerator'));
  const denominator = quantity(draft, one(element, 'denominator'));
  return numerator === undefined || denominator === undefined ? undefined : { numerator, denominator };
}

/** Free text sig (LOINC 76662-6), else nothing. */
function sig(draft: Draft, element: XmlElement): string | undefined {
  for (const each of below(element)) {
    if (codeOf(each.statement) !== '76662-6' && !isTemplate(each.statement, '147')) continue;
    const found = text(draft, one(each.statement, 'text'));
    if (found === undefined) continue;
    take(draft, each);
    draft.useAll(one(each.statement, 'consumable'));
    return found;
  }
  return undefined;
}

function instructionsOf(draft: Draft, element: XmlElement): { words?: string; concepts: Concept[] } {
  const words: string[] = [];
  const concepts: Concept[] = [];
  for (const each of below(element)) {
    if (!isTemplate(each.statement, '20')) continue;
    const made = concept(draft, one(each.statement, 'code'));
    const said = text(draft, one(each.statement, 'text'));
    take(draft, each);
    if (made?.coding !== undefined) concepts.push(made);
    if (said !== undefined) words.push(said);
    else if (made?.text !== undefined) words.push(made.text);
  }
  return { ...(words.length === 0 ? {} : { words: words.join('\n') }), concepts };
}

function preconditions(draft: Draft, element: XmlElement): { any: boolean; why?: Concept } {
  const list = all(element, 'precondition');
  for (const each of list) {
    draft.use(each);
    const criterion = draft.use(one(each, 'criterion'));
    draft.use(one(criterion, 'code'));
    const why = concept(draft, one(criterion, 'value')) ?? wordsIn(draft, one(criterion, 'text'));
    if (why !== undefined) return { any: true, why };
  }
  return { any: list.length > 0 };
}

function wordsIn(draft: Draft, element: XmlElement | undefined): Concept | undefined {
  const said = text(draft, element);
  return said === undefined ? undefined : { text: said };
}

/** Supply order below → dispenseRequest; HL7 counts all dispenses, FHIR those after the first. */
function supplyOrder(draft: Draft, element: XmlElement): Draftable | undefined {
  for (const each of below(element)) {
    const { statement } = each;
    if (statement.name !== 'supply' || statement.attributes.moodCode === 'EVN') continue;
    const quantityElement = one(statement, 'quantity');
    const when = interval(draft, one(statement, 'effectiveTime'));
    const repeats = draft.use(one(statement, 'repeatNumber'))?.attributes.value;
    const count = repeats !== undefined && /^\d+$/.test(repeats) ? Number(repeats) : undefined;
    const amountGiven = quantity(draft, quantityElement);
    take(draft, each);
    const product = one(statement, 'product');
    if (product !== undefined && sameDrug(product, element)) draft.useAll(product);
    return compact({
      validityPeriod: compact({ start: when.start, end: when.end ?? when.point }),
      numberOfRepeatsAllowed: count === undefined || count < 1 ? undefined : count - 1,
      quantity: amountGiven,
    });
  }
  return undefined;
}

function sameDrug(product: XmlElement, element: XmlElement): boolean {
  const codeIn = (holder: XmlElement | undefined) =>
    at(holder, 'manufacturedProduct', 'manufacturedMaterial', 'code')?.attributes.code;
  return codeIn(product) === codeIn(one(element, 'consumable'));
}

/** Dispense → MedicationDispense. */
export function dispense(conversion: Conversion, element: XmlElement): Reference {
  const draft = new Draft(conversion, 'MedicationDispense', element);
  const when = interval(draft, one(element, 'effectiveTime'));
  const makers = performers(draft, element, [...WRITERS, 'Organization']);
  const states = {
    completed: 'completed',
    aborted: 'stopped',
    active: 'in-progress',
    held: 'on-hold',
    cancelled: 'cancelled',
  };
  const repeats = one(element, 'repeatNumber');
  return draft.add({
    text: narrativeOf(draft, element),
    identifier: identifiers(draft, element),
    status: status(draft, element, states, 'unknown'),
    ...drug(draft, one(element, 'product'), element),
    subject: conversion.patient,
    performer: makers.map((actor) => ({ actor })),
    type: repeats?.attributes.value === undefined ? undefined : fillNumber(draft, repeats),
    quantity: quantity(draft, one(element, 'quantity')),
    whenHandedOver: when.point ?? when.start ?? when.end,
    note: notes(draft, element),
  });
}

function fillNumber(draft: Draft, element: XmlElement): Concept {
  draft.use(element);
  const number = Number(element.attributes.value);
  return number === 0
    ? fixed(`${V3}ActCode`, 'FF', 'First Fill')
    : { ...fixed(`${V3}ActCode`, 'RF', 'Refill'), text: `fill ${clean(element.attributes.value)}` };
}

/** A drug given once, at a moment: MedicationAdministration, where a procedure or encounter holds it. */
export function administration(conversion: Conversion, element: XmlElement): Reference {
  const draft = new Draft(conversion, 'MedicationAdministration', element);
  const first = one(element, 'effectiveTime');
  const when = interval(draft, first);
  const none = negated(element);
  const states = {
    completed: 'completed',
    active: 'in-progress',
    aborted: 'stopped',
    held: 'on-hold',
    suspended: 'on-hold',
  };
  const dose = quantity(draft, one(element, 'doseQuantity'));
  const rate = quantity(draft, one(element, 'rateQuantity'));
  const effective = when.point ?? when.start ?? dateTime(draft, one(first, 'high'));
  return draft.add({
    text: narrativeOf(draft, element),
    identifier: identifiers(draft, element),
    status: none ? 'not-done' : status(draft, element, states, 'unknown'),
    ...drug(draft, one(element, 'consumable'), element),
    subject: conversion.patient,
    ...(when.start !== undefined && when.end !== undefined
      ? { effectivePeriod: { start: when.start, end: when.end } }
      : { effectiveDateTime: effective }),
    performer: performers(draft, element, WRITERS).map((actor) => ({ actor })),
    reasonCode: reasons(draft, element),
    dosage: compact({
      text: sig(draft, element),
      site: concept(draft, one(element, 'approachSiteCode')),
      route: concept(draft, one(element, 'routeCode')),
      dose,
      rateQuantity: rate,
    }),
    note: notes(draft, element),
  });
}
