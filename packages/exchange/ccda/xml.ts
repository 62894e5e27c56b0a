import { SaxesParser } from 'saxes';
import { type XmlBounds, XmlGuard } from '../xml-guard.ts';
import { type ByteIndex, openText } from './text.ts';

/** What became of an element of the document so far; null until it is looked at. */
export interface Use {
  readonly fate: 'mapped' | 'kept' | 'refused';
  /** Whoever read it: a draft of a resource. */
  readonly by: object;
  readonly code?: string;
}

/** One element of a document. Names are local for HL7 version 3, `sdtc:name` for its extensions, `{uri}name` for others. */
export interface XmlElement {
  readonly name: string;
  /** By name without a prefix; `xsi:type` as `type` of its own, without prefix. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  /** Children and text in order. */
  readonly content: (XmlElement | string)[];
  readonly parent: XmlElement | null;
  /** Characters from `<` to after the end tag; for an element that was cut, to where reading ended. */
  readonly start: number;
  end: number;
  /** Whether its end was read. */
  closed: boolean;
  use: Use | null;
}

export interface XmlDocument {
  /** Several where a source is a row of fragments. */
  readonly roots: readonly XmlElement[];
  readonly text: string;
  readonly bytes: ByteIndex;
  /** Why reading ended early; null where it did not. */
  readonly broken: { readonly code: 'ccda-malformed' | 'ccda-too-large'; readonly message: string; at: number } | null;
  readonly remarks: readonly {
    readonly code: 'ccda-entity-unknown' | 'ccda-encoding';
    readonly message: string;
    at: number;
  }[];
}

/** Bounds on a document; beyond them it is refused. */
export interface XmlLimits extends XmlBounds {
  /** Bytes. */
  readonly size: number;
}

export const XML_LIMITS: XmlLimits = { size: 64e6, depth: 256, elements: 1e6 };

const V3 = 'urn:hl7-org:v3';
const SDTC = 'urn:hl7-org:sdtc';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
/** Prefixes as C-CDA writes them, for fragments that leave their declarations to the document around them. */
const USUAL: Readonly<Record<string, string>> = {
  '': V3,
  sdtc: SDTC,
  xsi: XSI,
  cda: V3,
  n1: V3,
  hl7: V3,
  voc: `${V3}/voc`,
};
const MOST_REMARKS = 20;

class Stop extends Error {}

/** Reads a document or a row of fragments. Nothing is loaded, no entity is defined; reading ends at the first break. */
export function readXml(source: Uint8Array, limits: XmlLimits = XML_LIMITS): XmlDocument | 'doctype' | 'too-large' {
  if (source.length > limits.size) return 'too-large';
  const { text, bytes, remark } = openText(source);
  // Fragments stand in a row; a declaration may only begin a document, so it is blanked out.
  const blanked = text.replace(/^\uFEFF?\s*<\?xml[^>]*\?>/, (found) => ' '.repeat(found.length));
  const parser = new SaxesParser({ fragment: true });
  const roots: XmlElement[] = [];
  const remarks: { code: 'ccda-entity-unknown' | 'ccda-encoding'; message: string; at: number }[] = [];
  if (remark !== null) remarks.push({ code: 'ccda-encoding', message: remark, at: 0 });
  let broken: XmlDocument['broken'] = null;
  let doctype = false;
  let current: XmlElement | null = null;
  let prefixes = USUAL;
  const outer: (readonly [XmlElement, Readonly<Record<string, string>>])[] = [];
  let start = 0;
  const stop = (code: 'ccda-malformed' | 'ccda-too-large', message: string): never => {
    broken = { code, message, at: Math.min(parser.position, text.length) };
    throw new Stop();
  };
  const remarkOn = (message: string) => {
    if (remarks.length < MOST_REMARKS) remarks.push({ code: 'ccda-entity-unknown', message, at: parser.position });
  };
  const resolve = (name: string, attribute: boolean): string => {
    const colon = name.indexOf(':');
    if (colon < 0 && attribute) return name;
    const prefix = colon < 0 ? '' : name.slice(0, colon);
    const local = colon < 0 ? name : name.slice(colon + 1);
    const uri = prefixes[prefix];
    if (uri === V3 || uri === '') return local;
    if (uri === SDTC) return `sdtc:${local}`;
    if (uri === XSI) return `xsi:${local}`;
    if (uri === undefined) {
      remarkOn(`the prefix "${prefix}" is not declared`);
      return name;
    }
    return `{${uri}}${local}`;
  };

  const guard = new XmlGuard(parser, limits, (reason, message) => {
    if (reason === 'entity') return remarkOn(message);
    if (reason !== 'doctype') return stop(reason === 'malformed' ? 'ccda-malformed' : 'ccda-too-large', message);
    doctype = true;
    throw new Stop();
  });
  parser.on('opentagstart', () => {
    start = blanked.lastIndexOf('<', parser.position - 1);
  });
  parser.on('opentag', (tag) => {
    guard.open();
    const given = tag.attributes as Record<string, string>;
    const names = Object.keys(given);
    let declared: Record<string, string> | null = null;
    for (const name of names) {
      if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
      declared ??= { ...prefixes };
      declared[name.slice(6)] = given[name]!;
    }
    const before = prefixes;
    if (declared !== null) prefixes = declared;
    const attributes: Record<string, string> = {};
    for (const name of names) {
      if (name !== 'xmlns' && !name.startsWith('xmlns:')) attributes[resolve(name, true)] = given[name]!;
    }
    const element: XmlElement = {
      name: resolve(tag.name, false),
      attributes,
      children: [],
      content: [],
      parent: current,
      start,
      end: start,
      closed: false,
      use: null,
    };
    if (declared !== null) outer.push([element, before]);
    if (current === null) roots.push(element);
    else {
      current.children.push(element);
      current.content.push(element);
    }
    current = element;
  });
  const addText = (part: string) => {
    if (current !== null) current.content.push(part);
    else if (part.trim() !== '') stop('ccda-malformed', 'text outside any element');
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const element = current!;
    element.end = parser.position;
    element.closed = true;
    guard.close();
    const scope = outer.at(-1);
    if (scope?.[0] === element) {
      prefixes = scope[1];
      outer.pop();
    }
    current = element.parent;
  });
  try {
    parser.write(blanked).close();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
  if (doctype) return 'doctype';
  if (broken !== null) closeOpen(current, broken);
  return { roots, text, bytes, broken, remarks };
}

/** Elements around statements; one of them that is cut still holds whole statements. */
const AROUND = new Set(['ClinicalDocument', 'component', 'structuredBody', 'section']);

/** Ends what was open where reading stopped. A statement that was cut is dropped: half of it could mean another thing. */
function closeOpen(open: XmlElement | null, broken: NonNullable<XmlDocument['broken']>): void {
  let dropped: XmlElement | null = null;
  for (let element = open; element !== null; element = element.parent) {
    element.end = broken.at;
    if (!AROUND.has(element.name)) dropped = element;
  }
  if (dropped?.parent) {
    dropped.parent.children.pop();
    dropped.parent.content.pop();
  }
}

/** The first child of this name. */
export function one(element: XmlElement | undefined, name: string): XmlElement | undefined {
  if (element === undefined) return undefined;
  for (const child of element.children) if (child.name === name) return child;
  return undefined;
}

export function all(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element === undefined ? [] : element.children.filter((child) => child.name === name);
}

/** The first element at a path of names. */
export function at(element: XmlElement | undefined, ...names: readonly string[]): XmlElement | undefined {
  let found = element;
  for (const name of names) found = one(found, name);
  return found;
}

/** All text in an element and below, white space run together. */
export function plainText(element: XmlElement): string {
  const parts: string[] = [];
  collect(element, parts);
  return parts.join('').replace(/\s+/g, ' ').trim();
}

const BLOCKS = new Set(['br', 'paragraph', 'item', 'tr', 'td', 'th', 'caption', 'list', 'table']);

function collect(element: XmlElement, parts: string[]): void {
  for (const item of element.content) {
    if (typeof item === 'string') parts.push(item);
    else {
      if (BLOCKS.has(item.name)) parts.push(' ');
      collect(item, parts);
    }
  }
}

/** Where an element stands: `/ClinicalDocument/component[1]/structuredBody/component[2]/section`. */
export function pathOf(element: XmlElement): string {
  const steps: string[] = [];
  for (let at: XmlElement | null = element; at !== null; at = at.parent) steps.push(stepOf(at));
  return `/${steps.reverse().join('/')}`;
}

/** Steps to the children of an element, counted once: a section may have very many. */
const stepsOf = new WeakMap<XmlElement, ReadonlyMap<XmlElement, string>>();

function stepOf(element: XmlElement): string {
  const { parent } = element;
  if (parent === null) return element.name;
  let steps = stepsOf.get(parent);
  if (steps === undefined) {
    const counts = new Map<string, number>();
    for (const { name } of parent.children) counts.set(name, (counts.get(name) ?? 0) + 1);
    const seen = new Map<string, number>();
    const made = new Map<XmlElement, string>();
    for (const child of parent.children) {
      const index = (seen.get(child.name) ?? 0) + 1;
      seen.set(child.name, index);
      made.set(child, counts.get(child.name)! > 1 ? `${child.name}[${index}]` : child.name);
    }
    steps = made;
    stepsOf.set(parent, steps);
  }
  return steps.get(element) ?? element.name;
}
