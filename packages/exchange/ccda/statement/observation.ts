import {
  type Concept,
  clean,
  concept,
  conceptOrUnknown,
  decimal,
  fixed,
  LOINC,
  nullCoding,
  quantity,
  quantityOrRange,
  text,
} from '../datatype.ts';
import { type Conversion, Draft, type Reference } from '../draft.ts';
import { compact, type Draftable } from '../json.ts';
import { absentReason, resultStatus, vitalSigns } from '../maps.data.ts';
import { author, performers } from '../participant.ts';
import { identifiers } from '../party.ts';
import { authored, dateTime, interval, period, timing } from '../time.ts';
import { all, one, plainText, type XmlElement } from '../xml.ts';
import { ratio } from './medication.ts';
import {
  category,
  codeOf,
  isTemplate,
  narrativeOf,
  negated,
  notes,
  type SectionOf,
  status,
  WRITERS,
} from './shared.ts';
import { specimen } from './specimen.ts';

/** What a caller knows of an observation beyond its words. */
export interface ObservationOptions {
  /** Category code; undefined for none. */
  readonly category: string | undefined;
  /** Time of what holds it, where it has none of its own. */
  readonly time?: Draftable;
  readonly code?: Concept;
  readonly members?: readonly Reference[];
  readonly specimen?: Reference | undefined;
  readonly components?: readonly Draftable[];
}

/** Category of observations in a section, by its LOINC code. */
const CATEGORIES: Readonly<Record<string, string>> = {
  '30954-2': 'laboratory',
  '8716-3': 'vital-signs',
  '29762-2': 'social-history',
  '47420-5': 'survey',
  '10190-7': 'survey',
  '47519-4': 'procedure',
  '29545-1': 'exam',
  '10210-3': 'exam',
};

export function categoryOf(section: SectionOf, element: XmlElement): string | undefined {
  if (isTemplate(element, '69', '86')) return 'survey';
  if (isTemplate(element, '38', '78', '85', '109', '111')) return 'social-history';
  if (isTemplate(element, '2')) return vitalSigns.has(codeOf(element) ?? '') ? 'vital-signs' : 'laboratory';
  if (isTemplate(element, '27')) return 'vital-signs';
  return CATEGORIES[section.code ?? ''];
}

/** Any observation → Observation. */
export function observation(
  conversion: Conversion,
  element: XmlElement,
  section: SectionOf,
  options: ObservationOptions = { category: categoryOf(section, element) },
): Reference {
  const draft = new Draft(conversion, 'Observation', element);
  return draft.add(observationContent(draft, element, section, options));
}

export function observationContent(
  draft: Draft,
  element: XmlElement,
  _section: SectionOf,
  options: ObservationOptions,
): Draftable {
  const { conversion } = draft;
  const none = negated(element);
  const own = timing(draft, one(element, 'effectiveTime'), 'effective');
  const value = none ? negatedValue(draft, element) : readValue(draft, all(element, 'value'));
  const makers = performers(draft, element, [...WRITERS, 'Organization', 'RelatedPerson']);
  const writer = author(draft, element, [...WRITERS, 'Organization', 'RelatedPerson']);
  const comments = notes(draft, element);
  const said = status(draft, element, resultStatus, 'final');
  const method = all(element, 'methodCode');
  const site = all(element, 'targetSiteCode');
  return {
    text: narrativeOf(draft, element),
    identifier: identifiers(draft, element),
    status: none ? 'cancelled' : said,
    category: options.category === undefined ? [] : [category(options.category)],
    code: options.code ?? codeConcept(draft, element),
    subject: conversion.patient,
    ...(Object.keys(own).length > 0 ? own : (options.time ?? {})),
    performer: makers.length > 0 ? makers : writer === undefined ? [] : [writer],
    ...value.content,
    interpretation: all(element, 'interpretationCode').map((each) => concept(draft, each)),
    note: [...comments, ...value.notes],
    bodySite: concept(draft, site[0]),
    method: concept(draft, method[0]),
    specimen: specimen(draft, element) ?? options.specimen,
    referenceRange: referenceRanges(draft, element),
    hasMember: options.members,
    component: options.components,
  };
}

/** What was observed; a code that only says ASSERTION leaves it to the value. */
function codeConcept(draft: Draft, element: XmlElement): Concept {
  const code = one(element, 'code');
  const made = concept(draft, code);
  return made ?? conceptOrUnknown(draft, code);
}

interface ReadValue {
  readonly content: Draftable;
  readonly notes: readonly Draftable[];
}

/** value[x] by xsi:type. Further values are kept: FHIR has one. */
export function readValue(draft: Draft, values: readonly XmlElement[]): ReadValue {
  const [first, ...more] = values;
  for (const each of more) draft.keep(each, 'ccda-part-kept', 'FHIR takes one value');
  if (first === undefined) return { content: {}, notes: [] };
  draft.use(first);
  const made = valueContent(draft, first);
  if (made !== undefined && Object.keys(made).length > 0) return { content: made, notes: [] };
  const { nullFlavor } = first.attributes;
  if (first.use?.fate === 'refused') return { content: { dataAbsentReason: reason('INV') }, notes: wordsOf(first) };
  if (nullFlavor === undefined) return { content: { dataAbsentReason: reason('UNK') }, notes: wordsOf(first) };
  return { content: { dataAbsentReason: reason(nullFlavor) }, notes: wordsOf(first) };
}

/** What a value says though it could not be read as one. */
function wordsOf(element: XmlElement): Draftable[] {
  const said = clean([element.attributes.value, element.attributes.unit, plainText(element)].filter(Boolean).join(' '));
  return said === undefined ? [] : [{ text: `Value in the source: ${said}` }];
}

export function reason(flavor: string): Concept {
  return fixed('http://terminology.hl7.org/CodeSystem/data-absent-reason', absentReason[flavor] ?? 'unknown');
}

function valueContent(draft: Draft, element: XmlElement): Draftable | undefined {
  const type = (element.attributes['xsi:type'] ?? guessType(element)).replace(/^.*:/, '');
  switch (type) {
    case 'PQ':
    case 'REAL':
    case 'MO': {
      const found = quantity(draft, element);
      return found === undefined ? undefined : { valueQuantity: found };
    }
    case 'INT': {
      const number = decimal(element.attributes.value);
      if (number === undefined && element.attributes.value !== undefined) {
        draft.refuse(element, 'ccda-number-invalid', `"${element.attributes.value}" is no number`);
      }
      if (number === undefined) return undefined;
      return Number.isInteger(number) ? { valueInteger: number } : { valueQuantity: { value: number } };
    }
    case 'IVL_PQ':
    case 'IVL_REAL':
    case 'IVL_INT': {
      const found = quantityOrRange(draft, element);
      if (found === undefined) return undefined;
      return 'range' in found ? { valueRange: found.range } : { valueQuantity: found.quantity };
    }
    case 'CD':
    case 'CE':
    case 'CV':
    case 'CO':
    case 'CS': {
      const made = concept(draft, element);
      return made === undefined ? unknownCode(element) : { valueCodeableConcept: made };
    }
    case 'ST':
    case 'ED':
    case 'SC': {
      if (element.attributes.representation === 'B64') return undefined;
      const words = text(draft, element);
      return words === undefined ? undefined : { valueString: words };
    }
    case 'BL': {
      const { value } = element.attributes;
      return value === 'true' || value === 'false' ? { valueBoolean: value === 'true' } : undefined;
    }
    case 'TS': {
      const time = dateTime(draft, element);
      return time === undefined ? undefined : { valueDateTime: time };
    }
    case 'IVL_TS': {
      const found = period(draft, element);
      return found === undefined ? undefined : { valuePeriod: found };
    }
    case 'RTO':
    case 'RTO_PQ_PQ':
    case 'RTO_QTY_QTY': {
      const found = ratio(draft, element);
      return found === undefined ? undefined : { valueRatio: found };
    }
    default:
      draft.keep(element, 'ccda-type-unread', `values of type "${type}" are not read`);
      return undefined;
  }
}

/** The type of a value that does not name it, by what it holds. */
function guessType(element: XmlElement): string {
  const { attributes } = element;
  if (attributes.code !== undefined) return 'CD';
  if (one(element, 'low') !== undefined || one(element, 'high') !== undefined) return 'IVL_PQ';
  if (attributes.unit !== undefined) return 'PQ';
  if (attributes.value !== undefined && decimal(attributes.value) !== undefined) return 'REAL';
  if (one(element, 'translation') !== undefined || one(element, 'originalText') !== undefined) return 'CD';
  return 'ST';
}

/** "Unknown" is itself an answer; other null flavours are reasons. */
function unknownCode(element: XmlElement): Draftable | undefined {
  return element.attributes.nullFlavor === 'UNK'
    ? { valueCodeableConcept: { coding: [nullCoding('UNK')] } }
    : undefined;
}

/** A negated finding is not one: the value goes into words. */
function negatedValue(draft: Draft, element: XmlElement): ReadValue {
  const value = one(element, 'value');
  draft.use(value);
  draft.note('ccda-negated', 'the observation is negated', element);
  const made = concept(draft, value);
  const label = made?.text ?? made?.coding?.[0]?.display ?? made?.coding?.[0]?.code ?? text(draft, value);
  const said = [label, value?.attributes.value, value?.attributes.unit].filter(Boolean).join(' ');
  return {
    content: { dataAbsentReason: reason('NA') },
    notes: [{ text: said === '' ? 'Negated in the source' : `Negated in the source: ${said}` }],
  };
}

/** Normal ranges; others are kept, since FHIR means the normal one unless a type says otherwise. */
function referenceRanges(draft: Draft, element: XmlElement): Draftable[] {
  return all(element, 'referenceRange').flatMap((each) => {
    const range = one(each, 'observationRange');
    const meaning = one(range, 'interpretationCode')?.attributes.code;
    if (range === undefined || (meaning !== undefined && meaning !== 'N')) return [];
    draft.use(each);
    draft.use(range);
    draft.use(one(range, 'interpretationCode'));
    const value = one(range, 'value');
    const bounded = value !== undefined && (one(value, 'low') !== undefined || one(value, 'high') !== undefined);
    draft.use(bounded ? value : undefined);
    const low = bounded ? quantity(draft, one(value, 'low')) : undefined;
    const high = bounded ? quantity(draft, one(value, 'high')) : undefined;
    const words = text(draft, one(range, 'text')) ?? (bounded ? undefined : text(draft, value));
    const made = compact({ low, high, text: words });
    return made === undefined ? [] : [made];
  });
}

/** Pregnancy observation: the code that FHIR has for it, and the expected date of delivery as a component. */
export function pregnancy(conversion: Conversion, element: XmlElement, section: SectionOf): Reference {
  const draft = new Draft(conversion, 'Observation', element);
  draft.use(one(element, 'code'));
  const components: Draftable[] = [];
  for (const link of all(element, 'entryRelationship')) {
    const inner = one(link, 'observation');
    if (inner === undefined) continue;
    const code = concept(draft, one(inner, 'code'));
    const { content } = readValue(draft, all(inner, 'value'));
    if (code === undefined || Object.keys(content).length === 0) continue;
    draft.use(link);
    draft.use(inner);
    for (const each of inner.children) if (each.name !== 'author') draft.useAll(each);
    components.push({ code, ...content });
  }
  const when = interval(draft, one(element, 'effectiveTime'));
  const time = when.point ?? when.start ?? when.end ?? authored(draft, element);
  const asserted = codeOf(element) === 'ASSERTION' || codeOf(element) === undefined;
  const content = observationContent(draft, element, section, {
    category: 'social-history',
    components,
    ...(asserted ? { code: fixed(LOINC, '82810-3', 'Pregnancy status') } : {}),
  });
  const { effectivePeriod: _, ...rest } = content;
  return draft.add({ ...rest, effectiveDateTime: time });
}
