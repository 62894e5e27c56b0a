import { validUnit } from '@gemel/core/units';
import { r4Definitions } from '../fhir/validate/definitions.ts';
import { ValueSets } from '../fhir/validate/value-sets.ts';
import type { Draft } from './draft.ts';
import { withoutControls } from './escape.ts';
import { uuid } from './identity.ts';
import { compact, type Draftable } from './json.ts';
import { absentReason, type CodeTable } from './maps.data.ts';
import { systemNames, systems } from './oid.data.ts';
import { all, one, plainText, type XmlElement } from './xml.ts';

export const SNOMED = 'http://snomed.info/sct';
export const LOINC = 'http://loinc.org';
export const UCUM = 'http://unitsofmeasure.org';
export const V3 = 'http://terminology.hl7.org/CodeSystem/v3-';
export const US_CORE = 'http://hl7.org/fhir/us/core/StructureDefinition/';
export const EXTENSION = 'http://hl7.org/fhir/StructureDefinition/';

const uriOfOid = new Map(systems);

/** The FHIR system of an OID, a UUID or what else stands as a code system. */
export function systemOf(oid: string): string {
  const text = oid.trim().replace(/^urn:oid:/i, '');
  const known = uriOfOid.get(text);
  if (known !== undefined) return known;
  const id = uuid(text);
  if (id !== undefined) return `urn:uuid:${id}`;
  return /^\d+(\.\d+)+$/.test(text) ? `urn:oid:${text}` : text.replace(/\s+/g, '');
}

export interface Coding extends Draftable {
  system?: string;
  code?: string;
  display?: string;
}
export interface Concept extends Draftable {
  coding?: Coding[];
  text?: string;
}

/** An extension that says why there is no value. */
export function absent(flavor: string | undefined): Draftable {
  return { url: `${EXTENSION}data-absent-reason`, valueCode: absentReason[flavor ?? 'UNK'] ?? 'unknown' };
}

/** Text of an attribute or element as FHIR takes a string: not blank, no control characters. */
export function clean(text: string | undefined): string | undefined {
  const tidy = text === undefined ? undefined : withoutControls(text.toWellFormed()).trim();
  return tidy === undefined || tidy === '' ? undefined : tidy;
}

/** Text of ST or ED, references into the narrative followed. */
export function text(draft: Draft, element: XmlElement | undefined): string | undefined {
  if (element === undefined) return undefined;
  draft.use(element);
  const own = clean(plainText(element));
  const reference = one(element, 'reference');
  if (reference === undefined) return own;
  const value = reference.attributes.value?.trim();
  const target = value === undefined ? undefined : narrativeAt(draft, value, element);
  if (target === undefined) {
    // A link out of the document stays what it is; one within it that leads nowhere is at fault.
    if (value !== undefined && /[:/]/.test(value)) return own;
    if (value !== undefined && own === undefined) {
      draft.refuse(reference, 'ccda-reference-unresolved', `"${value}" is no ID of the document`);
    } else draft.use(reference);
    return own;
  }
  draft.use(reference);
  return own ?? clean(plainText(target));
}

/** The narrative that `#id` names, the nearest where several have the ID. */
export function narrativeAt(draft: Draft, value: string, from: XmlElement): XmlElement | undefined {
  const found = draft.conversion.narrative.get(value.replace(/^#/, ''));
  if (found === undefined || found.length === 1) return found?.[0];
  const section = sectionOf(from);
  return found.find((element) => sectionOf(element) === section) ?? found[0];
}

function sectionOf(element: XmlElement): XmlElement | null {
  let at: XmlElement | null = element;
  while (at !== null && at.name !== 'section') at = at.parent;
  return at;
}

/** One coding from the attributes of CD, CE, CV or CS. */
export function coding(element: XmlElement | undefined): Coding | undefined {
  const { code, codeSystem, codeSystemName, codeSystemVersion, displayName } = element?.attributes ?? {};
  const tidy = clean(code)?.replace(/\s+/g, ' ');
  if (tidy === undefined) return undefined;
  const system =
    codeSystem !== undefined && codeSystem.trim() !== ''
      ? systemOf(codeSystem)
      : systemNames[codeSystemName?.trim().toLowerCase() ?? ''];
  return compact({
    system,
    version: system === undefined ? undefined : clean(codeSystemVersion),
    code: tidy,
    display: clean(displayName),
  }) as Coding;
}

let terms: ValueSets | undefined;

/** Whether HL7's own code system, which is at hand as a whole, has no such code. */
function isUnknown({ system, code }: Coding): boolean {
  if (system === undefined || !system.startsWith(V3)) return false;
  terms ??= new ValueSets(r4Definitions);
  return terms.code(system, code!) === 'out';
}

/** CD with its translations and words; undefined where it says nothing but a null flavour. */
export function concept(draft: Draft, element: XmlElement | undefined): Concept | undefined {
  if (element === undefined) return undefined;
  draft.use(element);
  const codings: Coding[] = [];
  let words: string | undefined;
  const take = (from: XmlElement): void => {
    draft.use(from);
    const said = coding(from);
    const made = said !== undefined && isUnknown(said) ? undefined : said;
    if (said !== made) draft.note('ccda-code-unknown', `${said!.system} has no code "${said!.code}"`, from);
    if (made !== undefined && !codings.some((other) => other.system === made.system && other.code === made.code)) {
      codings.push(made);
    }
    words ??= text(draft, one(from, 'originalText'));
    if (made === undefined) words ??= clean(from.attributes.displayName) ?? said?.code;
    for (const translation of all(from, 'translation')) take(translation);
  };
  take(element);
  return compact({ coding: codings, text: words }) as Concept | undefined;
}

/** A concept where FHIR asks for one: null flavours become words. */
export function conceptOrUnknown(draft: Draft, element: XmlElement | undefined, words = 'unknown'): Concept {
  const made = concept(draft, element);
  if (made !== undefined) return made;
  return { coding: [nullCoding(element?.attributes.nullFlavor)], text: words };
}

const FLAVORS: CodeTable = {
  UNK: 'unknown',
  NI: 'NoInformation',
  NA: 'not applicable',
  OTH: 'other',
  ASKU: 'asked but unknown',
  NASK: 'not asked',
  MSK: 'masked',
  NAV: 'temporarily unavailable',
};

export function nullCoding(flavor: string | undefined): Coding {
  const code = FLAVORS[flavor ?? 'UNK'] === undefined ? 'UNK' : (flavor ?? 'UNK');
  return { system: `${V3}NullFlavor`, code, display: FLAVORS[code]! };
}

/** The code of an element, looked up; a code the table lacks is noted. */
export function mappedCode(draft: Draft, element: XmlElement | undefined, table: CodeTable): string | undefined {
  const code = element?.attributes.code?.trim();
  if (element === undefined) return undefined;
  draft.use(element);
  if (code === undefined || code === '') return undefined;
  const found = Object.hasOwn(table, code) ? table[code] : undefined;
  if (found === undefined) draft.keep(element, 'ccda-code-unmapped', `"${code}" has no counterpart`);
  return found;
}

/** A concept of one coding out of HL7's terminology. */
export function fixed(system: string, code: string, display?: string): Concept {
  return { coding: [{ system, code, ...(display === undefined ? {} : { display }) }] };
}

/** A decimal of HL7; undefined where it is none. */
export function decimal(text: string | undefined): number | undefined {
  const tidy = text?.trim();
  if (tidy === undefined || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(tidy)) return undefined;
  const value = Number(tidy);
  return Number.isFinite(value) ? value : undefined;
}

const unitsSeen = new Map<string, boolean>();

function isUcum(unit: string): boolean {
  if (unit.length > 64) return false;
  let known = unitsSeen.get(unit);
  if (known === undefined) {
    known = validUnit(unit);
    if (unitsSeen.size > 2000) unitsSeen.clear();
    unitsSeen.set(unit, known);
  }
  return known;
}

export interface Quantity extends Draftable {
  value?: number;
  comparator?: string;
  unit?: string;
  system?: string;
  code?: string;
}

/** PQ, REAL or INT: a number with its unit. A unit that is not UCUM stays words. */
export function quantity(draft: Draft, element: XmlElement | undefined): Quantity | undefined {
  if (element === undefined) return undefined;
  draft.use(element);
  const { value, unit } = element.attributes;
  const number = decimal(value);
  const words = clean(unit);
  if (number === undefined) {
    if (value !== undefined && value.trim() !== '') {
      draft.refuse(element, 'ccda-number-invalid', `"${value}" is no number`);
      return undefined;
    }
    return translated(draft, element);
  }
  for (const translation of all(element, 'translation'))
    draft.keep(translation, 'ccda-part-kept', 'the same in another unit');
  if (words === undefined) return { value: number };
  return isUcum(words) ? { value: number, unit: words, system: UCUM, code: words } : { value: number, unit: words };
}

/** A quantity that only a translation gives, in a unit outside UCUM. */
function translated(draft: Draft, element: XmlElement): Quantity | undefined {
  for (const translation of all(element, 'translation')) {
    const value = decimal(translation.attributes.value);
    if (value === undefined) continue;
    draft.use(translation);
    const code = clean(translation.attributes.code);
    const system = translation.attributes.codeSystem;
    const words = text(draft, one(translation, 'originalText')) ?? clean(translation.attributes.displayName) ?? code;
    const coded = code !== undefined && system !== undefined ? { system: systemOf(system), code } : {};
    return compact({ value, unit: words, ...coded }) as Quantity;
  }
  return undefined;
}

/** IVL_PQ as FHIR says it: a quantity with a comparator where one end is open, else a range. */
export function quantityOrRange(
  draft: Draft,
  element: XmlElement,
): { readonly quantity: Quantity } | { readonly range: Draftable } | undefined {
  const [low, high, centre] = [one(element, 'low'), one(element, 'high'), one(element, 'center')];
  draft.use(element);
  const [from, to] = [quantity(draft, low), quantity(draft, high)];
  const open = (bound: XmlElement | undefined) => bound?.attributes.inclusive === 'false';
  if (from?.value !== undefined && to?.value !== undefined) {
    if (from.value === 0 && to.value > 0 && !open(low))
      return { quantity: { ...to, comparator: open(high) ? '<' : '<=' } };
    return { range: { low: from, high: to } };
  }
  if (to?.value !== undefined) return { quantity: { ...to, comparator: open(high) ? '<' : '<=' } };
  if (from?.value !== undefined) return { quantity: { ...from, comparator: open(low) ? '>' : '>=' } };
  const point = quantity(draft, centre) ?? quantity(draft, element);
  return point === undefined ? undefined : { quantity: point };
}
