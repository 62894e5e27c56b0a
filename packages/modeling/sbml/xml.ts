import type { Where } from '@gemel/core/error';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { sbmlErrors } from './errors.data.ts';

/** One element of a document, without its prefixes. Comments and processing instructions are not kept. */
export interface XmlElement {
  /** Local name. */
  readonly name: string;
  /** Namespace; empty for none. */
  readonly namespace: string;
  /** By local name; by `{namespace}name` where the attribute has a namespace of its own. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Text between the children, joined. */
  readonly text: readonly string[];
  /** 1-based line and column of the end of its opening tag. */
  readonly line: number;
  readonly column: number;
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A decimal number as XML Schema and MathML write it, no spaces around; NaN of any other text. */
export function decimal(text: string): number {
  return DECIMAL.test(text) ? Number(text) : Number.NaN;
}

/** Bounds on a document; beyond them it is refused. */
export interface XmlLimits {
  /** Characters. */
  readonly size: number;
  readonly depth: number;
  readonly elements: number;
}

export const XML_LIMITS: XmlLimits = { size: 64e6, depth: 1000, elements: 1e6 };

/**
 * The document's root element.
 * @throws xml-malformed, xml-doctype, xml-too-large, each naming line and column
 */
export function parseXml(text: string, file?: string, limits: XmlLimits = XML_LIMITS): XmlElement {
  if (text.length > limits.size) {
    throw sbmlErrors.error('xml-too-large', `The document has more than ${limits.size} characters.`, {
      ...(file === undefined ? {} : { file }),
    });
  }
  const parser = new SaxesParser({ xmlns: true });
  const stack: Growing[] = [];
  let root: Growing | null = null;
  let elements = 0;
  const here = (): Where => ({ ...(file === undefined ? {} : { file }), line: parser.line });
  const at = () => `line ${parser.line}, column ${parser.column}`;

  parser.on('error', (error) => {
    const reason = error.message.replace(/^(undefined:)?\d+:\d+: /, '').replace(/\.$/, '');
    throw sbmlErrors.error('xml-malformed', `Not well-formed at ${at()}: ${reason}.`, here());
  });
  parser.on('doctype', (doctype) => {
    if (!doctype.includes('[')) return;
    throw sbmlErrors.error('xml-doctype', `The document type at ${at()} declares entities of its own.`, here());
  });
  parser.on('opentag', (tag: SaxesTagNS) => {
    elements++;
    if (stack.length >= limits.depth || elements > limits.elements) {
      const bound = stack.length >= limits.depth ? `${limits.depth} levels` : `${limits.elements} elements`;
      throw sbmlErrors.error('xml-too-large', `More than ${bound} at ${at()}.`, here());
    }
    const element: Growing = {
      name: tag.local,
      namespace: tag.uri,
      attributes: attributesOf(tag),
      children: [],
      text: [],
      line: parser.line,
      column: parser.column,
    };
    stack.at(-1)?.children.push(element);
    root ??= element;
    stack.push(element);
  });
  parser.on('text', (part) => void stack.at(-1)?.text.push(part));
  parser.on('cdata', (part) => void stack.at(-1)?.text.push(part));
  parser.on('closetag', () => void stack.pop());
  parser.write(text).close();
  return root!;
}

interface Growing extends XmlElement {
  readonly children: XmlElement[];
  readonly text: string[];
}

function attributesOf(tag: SaxesTagNS): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const { prefix, local, uri, value } of Object.values(tag.attributes)) {
    if (prefix === 'xmlns' || local === 'xmlns') continue;
    attributes.set(prefix === '' ? local : `{${uri}}${local}`, value);
  }
  return attributes;
}

/** Text of the element itself, without surrounding space. */
export function textOf(element: XmlElement): string {
  return element.text.join('').trim();
}

/** The first child of this name in the element's own namespace. */
export function childOf(element: XmlElement, name: string, namespace = element.namespace): XmlElement | null {
  return element.children.find((child) => child.name === name && child.namespace === namespace) ?? null;
}

/** Text or attribute value as it must be written in a document. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']|[^\x20-\x7e]/gu, (character) => ESCAPES[character] ?? `&#${character.codePointAt(0)!};`);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
