import type { Problem } from '@gemel/core';
import type { Zone } from '../device/zone.ts';
import type { DoorOptions } from '../door.ts';
import { type CcdaCode, ccdaErrors } from './errors.data.ts';
import { idOf, uuid } from './identity.ts';
import { compact, type Draftable, same } from './json.ts';
import { all, pathOf, type XmlDocument, type XmlElement } from './xml.ts';

export type Reference = { reference?: string; display?: string; identifier?: Draftable; extension?: unknown[] };

/** A resource made of the document. */
export interface Made {
  readonly type: string;
  readonly id: string;
  /** Grows where another statement says more of the same thing. */
  readonly resource: Draftable;
  readonly draft: Draft;
  /** Where R4 would not take it; such a resource does not leave. */
  faults: readonly string[];
}

/** What is being made of one document. */
export class Conversion {
  readonly xml: XmlDocument;
  readonly options: DoorOptions;
  readonly zone: Zone | null;
  readonly made: Made[] = [];
  /** Elements of narrative by their ID; several where an ID is given twice. */
  readonly narrative = new Map<string, XmlElement[]>();
  /** Whose the record is. */
  patient: Reference = { display: 'patient of the document' };
  /** Whether the source names the person. */
  named = false;
  /** The encounter that the document as a whole belongs to. */
  encounter: Reference | undefined;
  /** What sections said of themselves; the Composition holds it. */
  readonly sections = new Set<Draft>();
  composition: Made | null = null;
  /** Codes noted at an element, so that each is said once however often it is read. */
  readonly noted = new Map<XmlElement, Set<CcdaCode>>();
  /** Every draft, also of what came to nothing. */
  readonly drafts: Draft[] = [];
  /** Why nothing was read, where that is so. */
  refusal: Draft | null = null;
  readonly #byTypeAndId = new Map<string, Made>();
  readonly #byKey = new Map<string, Made[]>();
  readonly #later: (() => void)[] = [];

  constructor(xml: XmlDocument, options: DoorOptions, zone: Zone | null) {
    this.xml = xml;
    this.options = options;
    this.zone = zone;
  }

  /** Adds a resource; one that says nothing different of what is there already is joined with it. */
  add(draft: Draft, content: Draftable): Reference {
    const resource = compact({ resourceType: draft.type, ...content }) ?? { resourceType: draft.type };
    const keys = draft.keys;
    const own = keys[0] ?? `${this.options.name} ${pathOf(draft.element)}`;
    for (const attempt of [0, 1]) {
      const id = attempt === 0 ? idFor(own) : idOf(`${own} ${JSON.stringify(resource)}`);
      const there = this.#byTypeAndId.get(`${draft.type}/${id}`);
      if (there === undefined) return this.#put(draft, id, resource, keys);
      if (join(there.resource, resource)) {
        draft.made = there;
        for (const key of keys) this.#name(key, there);
        return { reference: `${there.type}/${there.id}` };
      }
      if (!LOOSE.has(draft.type)) {
        draft.note('ccda-id-repeated', `another ${draft.type} with other content has the id ${own}`, draft.element);
      }
    }
    return this.#put(draft, idOf(`${own} ${pathOf(draft.element)} ${this.made.length}`), resource, keys);
  }

  #put(draft: Draft, id: string, resource: Draftable, keys: readonly string[]): Reference {
    const made: Made = { type: draft.type, id, resource, draft, faults: [] };
    this.made.push(made);
    if (made.type === 'Composition') this.composition ??= made;
    draft.made = made;
    this.#byTypeAndId.set(`${made.type}/${id}`, made);
    for (const key of keys) this.#name(key, made);
    return { reference: `${made.type}/${id}` };
  }

  #name(key: string, made: Made): void {
    const list = this.#byKey.get(key);
    if (list === undefined) this.#byKey.set(key, [made]);
    else if (list.length < MOST_OF_ONE_ID && !list.includes(made)) list.push(made);
  }

  /** Resources made of statements with one of these ids. */
  withIds(element: XmlElement | undefined): readonly Made[] {
    return keysOf(element).flatMap((key) => this.#byKey.get(key) ?? []);
  }

  /** To be done once every statement has been read, when references forward can be followed. */
  later(work: () => void): void {
    this.#later.push(work);
  }

  finish(): void {
    for (const work of this.#later) work();
  }
}

/** A resource in the making: what it reads of the document is marked as read by it. */
export class Draft {
  readonly conversion: Conversion;
  readonly type: string;
  readonly element: XmlElement;
  readonly problems: Problem[] = [];
  keys: readonly string[];
  made: Made | null = null;
  /** Elements of the source that parts of the resource came from: `component[1]`. */
  readonly parts = new Map<string, XmlElement>();
  /** The act around the element, whose author speaks for it where it names none. */
  around: XmlElement | undefined;

  constructor(conversion: Conversion, type: string, element: XmlElement, keys: readonly string[] = keysOf(element)) {
    this.conversion = conversion;
    this.type = type;
    this.element = element;
    this.keys = keys;
    conversion.drafts.push(this);
    this.use(element);
  }

  /** Marks an element as read. */
  use(element: XmlElement | undefined): XmlElement | undefined {
    if (element !== undefined && (element.use === null || element.use.fate === 'kept')) {
      element.use = { fate: 'mapped', by: this };
    }
    return element;
  }

  /** Marks elements on the way down to something read. */
  useAll(element: XmlElement | undefined): void {
    if (element === undefined) return;
    this.use(element);
    for (const child of element.children) this.useAll(child);
  }

  /** Says why an element could not be taken, and keeps it. */
  keep(element: XmlElement, code: CcdaCode, message: string): void {
    if (element.use?.fate !== 'refused') element.use = { fate: 'kept', by: this, code };
    this.note(code, message, element);
  }

  /** Says what is wrong with an element, which is left out. */
  refuse(element: XmlElement, code: CcdaCode, message: string): void {
    element.use = { fate: 'refused', by: this, code };
    this.note(code, message, element);
  }

  note(code: CcdaCode, message: string, element: XmlElement): void {
    const { options, xml, noted } = this.conversion;
    const codes = noted.get(element) ?? new Set();
    if (codes.has(code)) return;
    noted.set(element, codes.add(code));
    // The account of the elements has every code; a list as long as the document helps nobody.
    if (noted.size > MOST_PROBLEMS) return;
    this.problems.push(
      ccdaErrors.problem(code, `${message}.`, {
        file: options.name,
        element: pathOf(element),
        byte: xml.bytes.byteAt(element.start),
      }),
    );
  }

  add(content: Draftable): Reference {
    return this.conversion.add(this, content);
  }
}

const MOST_PROBLEMS = 10_000;

/** `root|extension` of each id of an element that tells it apart. */
export function keysOf(element: XmlElement | undefined): readonly string[] {
  return all(element, 'id').flatMap(({ attributes }) => {
    const { root, extension } = attributes;
    if (root === undefined || root.trim() === '') return [];
    if (extension === undefined && KINDS_OF_ID.has(root)) return [];
    return [`${root.trim().toLowerCase()}|${extension?.trim() ?? ''}`];
  });
}

/** Roots that name a kind of identifier; alone they identify nobody. */
const KINDS_OF_ID = new Set(['2.16.840.1.113883.4.1', '2.16.840.1.113883.4.6', '2.16.840.1.113883.4.873']);

function idFor(key: string): string {
  const [root, extension] = key.split('|') as [string, string | undefined];
  return (extension === '' ? uuid(root) : undefined) ?? idOf(key);
}

/** Kinds whose id names a person or a place, of whom different sections say different things. */
const LOOSE = new Set(['Practitioner', 'PractitionerRole', 'Organization', 'Location', 'RelatedPerson', 'Device']);
/** Lists of things that add up, so that two statements of one thing may each hold some. */
const ADDING_UP = new Set(
  'identifier category address telecom name note extension qualification participant diagnosis performer reaction component hasMember result location reasonCode reasonReference specimen evidence entry type specialty code'.split(
    ' ',
  ),
);

/** Statements of one id that are kept in mind, and items of one list that are joined: more is no record but a mistake. */
const MOST_OF_ONE_ID = 64;
const LONGEST_LIST = 256;

/** Joins two resources where nothing in them disagrees. */
function join(there: Draftable, more: Draftable): boolean {
  for (const [name, value] of Object.entries(more)) {
    if (there[name] === undefined || same(there[name], value)) continue;
    const mine = there[name];
    if (Array.isArray(value) && Array.isArray(mine) && ADDING_UP.has(name)) {
      if (value.length + mine.length <= LONGEST_LIST) continue;
      return false;
    }
    if (isConcept(value) && isConcept(there[name]) && shareCoding(value, there[name])) continue;
    return false;
  }
  for (const [name, value] of Object.entries(more)) {
    const mine = there[name];
    if (mine === undefined) there[name] = value;
    else if (Array.isArray(mine) && Array.isArray(value)) {
      for (const item of value) if (!mine.some((other) => same(other, item))) mine.push(item);
    }
  }
  return true;
}

type Concept = { readonly coding: readonly { readonly system?: string; readonly code?: string }[] };

function isConcept(value: unknown): value is Concept {
  return typeof value === 'object' && value !== null && Array.isArray((value as { coding?: unknown }).coding);
}

function shareCoding(a: Concept, b: Concept): boolean {
  return a.coding.some((x) => x.code !== undefined && b.coding.some((y) => x.system === y.system && x.code === y.code));
}
