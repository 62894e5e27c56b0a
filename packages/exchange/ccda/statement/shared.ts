import { type Concept, clean, concept, fixed, LOINC, mappedCode, text } from '../datatype.ts';
import type { Draft } from '../draft.ts';
import { escapeXml } from '../escape.ts';
import type { Draftable } from '../json.ts';
import type { CodeTable } from '../maps.data.ts';
import { author, type ParticipantKind } from '../participant.ts';
import { dateTime } from '../time.ts';
import { all, at, one, type XmlElement } from '../xml.ts';

/** The section a statement stands in. */
export interface SectionOf {
  /** LOINC code of the section; undefined where it has none. */
  readonly code: string | undefined;
  readonly element: XmlElement | undefined;
}

/** Who may write, ask for or do what a statement says. */
export const WRITERS: readonly ParticipantKind[] = ['Practitioner', 'PractitionerRole', 'Patient'];
const TEMPLATE = '2.16.840.1.113883.10.20.22.4.';

/** Whether an element carries one of these entry templates of C-CDA, by the last part of their OID. */
export function isTemplate(element: XmlElement, ...endings: readonly string[]): boolean {
  let own = templatesOf.get(element);
  if (own === undefined) {
    const roots = all(element, 'templateId').flatMap(({ attributes }) => attributes.root?.trim() ?? []);
    own = roots.map((root) => (root.startsWith(TEMPLATE) ? root.slice(TEMPLATE.length) : root));
    templatesOf.set(element, own);
  }
  return own.length > 0 && endings.some((ending) => own.includes(ending));
}

/** Template ids and statements below an element, asked for again and again while it is read. */
const templatesOf = new WeakMap<XmlElement, readonly string[]>();
const belowOf = new WeakMap<XmlElement, readonly Below[]>();

interface Below {
  readonly link: XmlElement;
  readonly statement: XmlElement;
}

/** Statements below an element, with the link that leads to each. */
export function below(element: XmlElement): readonly Below[] {
  let found = belowOf.get(element);
  if (found === undefined) {
    found = element.children.flatMap((link) => {
      if (link.name !== 'entryRelationship' && link.name !== 'component' && link.name !== 'entry') return [];
      return link.children.filter(({ name }) => STATEMENTS.has(name)).map((statement) => ({ link, statement }));
    });
    belowOf.set(element, found);
  }
  return found;
}

export const STATEMENTS: ReadonlySet<string> = new Set([
  'act',
  'observation',
  'substanceAdministration',
  'supply',
  'procedure',
  'encounter',
  'organizer',
  'observationMedia',
]);

/** Code of a statement, LOINC or whatever, as written. */
export function codeOf(element: XmlElement): string | undefined {
  return one(element, 'code')?.attributes.code?.trim();
}

/** Marks a statement of one value as read, and its value. */
export function take(
  draft: Draft,
  { link, statement }: { link: XmlElement; statement: XmlElement },
): XmlElement | undefined {
  draft.use(link);
  draft.use(statement);
  for (const name of ['id', 'code', 'statusCode', 'effectiveTime', 'text']) {
    for (const each of all(statement, name)) draft.useAll(each);
  }
  return one(statement, 'value');
}

/** A value looked up in a table, from the statement below that carries this code. */
export function coded(draft: Draft, element: XmlElement, code: string, table: CodeTable): string | undefined {
  for (const each of below(element)) {
    if (codeOf(each.statement) !== code) continue;
    const found = mappedCode(draft, take(draft, each), table);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Comments (LOINC 48767-8) as annotations. */
export function notes(draft: Draft, element: XmlElement): Draftable[] {
  return below(element).flatMap((each) => {
    if (codeOf(each.statement) !== '48767-8' && !isTemplate(each.statement, '64')) return [];
    const words = text(draft, one(each.statement, 'text'));
    if (words === undefined) return [];
    take(draft, each);
    const writer = author(draft, each.statement, ['Practitioner', 'Organization']);
    const time = dateTime(draft, at(each.statement, 'author', 'time'));
    return [{ authorReference: writer, time, text: words }];
  });
}

/** Indications below: concepts of why. */
export function reasons(draft: Draft, element: XmlElement): Concept[] {
  return below(element).flatMap((each) => {
    if (each.link.attributes.typeCode !== 'RSON' || each.statement.name !== 'observation') return [];
    const value = concept(draft, one(each.statement, 'value'));
    if (value === undefined) return [];
    take(draft, each);
    return [value];
  });
}

/** The words that a statement points to in the narrative, as the resource's own. */
export function narrativeOf(draft: Draft, element: XmlElement): Draftable | undefined {
  const holder = one(element, 'text');
  if (holder?.attributes.representation === 'B64') return undefined;
  const words = text(draft, holder);
  if (words === undefined) return undefined;
  const div = `<div xmlns="http://www.w3.org/1999/xhtml">${escapeXml(words)}</div>`;
  return { status: 'additional', div };
}

/** statusCode looked up; the default where it is missing or null. */
export function status(draft: Draft, element: XmlElement, table: CodeTable, otherwise: string): string {
  return mappedCode(draft, one(element, 'statusCode'), table) ?? otherwise;
}

export function negated(element: XmlElement): boolean {
  return element.attributes.negationInd === 'true' || element.attributes.negationInd === '1';
}

export function category(code: string, display?: string): Concept {
  return fixed('http://terminology.hl7.org/CodeSystem/observation-category', code, display);
}

export function isLoinc(made: Concept | undefined, code: string): boolean {
  return made?.coding?.some((each) => each.system === LOINC && each.code === code) ?? false;
}

/** Links to other statements of the document by their ids (entry reference acts), once all are read. */
export function references(
  draft: Draft,
  element: XmlElement,
  found: (references: { reference: string; type: string }[]) => void,
): void {
  const acts = below(element).filter(({ statement }) => isReference(statement));
  if (acts.length === 0) return;
  for (const { link, statement } of acts) {
    draft.use(link);
    draft.useAll(statement);
  }
  draft.conversion.later(() => {
    const list = acts.flatMap(({ statement }) => {
      const made = draft.conversion.withIds(statement);
      if (made.length === 0) draft.keep(statement, 'ccda-reference-unresolved', 'no entry of the document has the id');
      return made.map(({ type, id }) => ({ reference: `${type}/${id}`, type }));
    });
    if (list.length > 0) found(list);
  });
}

/** An act that only points at another entry: the template, or one with an id and no code of its own. */
export function isReference(statement: XmlElement): boolean {
  return statement.name === 'act' && isTemplate(statement, '122');
}

export function words(element: XmlElement | undefined, name: string): string | undefined {
  return clean(element?.attributes[name]);
}
