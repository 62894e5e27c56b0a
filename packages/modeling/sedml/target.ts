import { SaxesParser, type SaxesTagNS } from 'saxes';
import { escapeXml, parseXml } from '../sbml/xml.ts';
import { sedmlErrors } from './errors.data.ts';

/** One step of a path: an element by local name, with attributes it must have. */
interface Step {
  readonly name: string;
  /** Whether elements may lie between this one and the step before. */
  readonly anywhere: boolean;
  readonly having: readonly (readonly [attribute: string, value: string])[];
}

/** A path to an element of a model file, or to an attribute of it. */
export interface Target {
  readonly path: string;
  readonly steps: readonly Step[];
  readonly attribute: string | null;
}

/** The part of XPath that model files need: `/p:a/p:b[@id='x']/@value`, also `//p:b[@id='x']`. Prefixes are not looked at. */
const STEP = /(\/\/?)(?:[\w.-]+:)?([\w.-]+|\*)((?:\[[^\]]*\])*)/y;
const HAVING = /\[\s*@(?:[\w.-]+:)?([\w.-]+)\s*=\s*(?:'([^']*)'|"([^"]*)")\s*\]/y;
const ATTRIBUTE = /\/@(?:[\w.-]+:)?([\w.-]+)$/;

/** @throws sedml-target */
export function readTarget(path: string): Target {
  const wrong = () =>
    sedmlErrors.error('sedml-target', `“${path}” is not a path that is read here.`, { element: path });
  const text = path.trim();
  const attribute = ATTRIBUTE.exec(text);
  const elements = attribute === null ? text : text.slice(0, attribute.index);
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  for (let end = 0; end < elements.length; end = STEP.lastIndex) {
    STEP.lastIndex = end;
    const step = STEP.exec(elements);
    if (step === null) throw wrong();
    steps.push({ name: step[2], anywhere: step[1] === '//', having: havingOf(step[3], wrong) });
  }
  if (steps.length === 0) throw wrong();
  return { path: text, steps, attribute: attribute?.[1] ?? null };
}

function havingOf(text: string, wrong: () => Error): Step['having'] {
  const having: [string, string][] = [];
  for (let end = 0; end < text.length; end = HAVING.lastIndex) {
    HAVING.lastIndex = end;
    const found = HAVING.exec(text);
    if (found === null) throw wrong();
    having.push([found[1], found[2] ?? found[3]]);
  }
  return having;
}

/** An element as far as a path asks. */
export interface Named {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Whether the last of a chain of elements, outermost first, is what the target names. */
export function matches(chain: readonly Named[], { steps }: Target): boolean {
  const fits = (c: number, s: number): boolean => {
    if (s < 0) return c < 0;
    if (c < 0) return false;
    const { name, having } = steps[s];
    const element = chain[c];
    if (name !== '*' && name !== element.name) return false;
    if (!having.every(([attribute, value]) => element.attributes.get(attribute) === value)) return false;
    if (!steps[s].anywhere) return fits(c - 1, s - 1);
    if (s === 0) return true;
    for (let above = c - 1; above >= 0; above--) if (fits(above, s - 1)) return true;
    return false;
  };
  return fits(chain.length - 1, steps.length - 1);
}

/** An attribute of a model file given another value. */
export interface AttributeChange {
  readonly target: string;
  readonly value: string;
}

/**
 * The document with attributes changed, all else as it was, to the letter.
 * @throws sedml-target; errors of the XML reader
 */
export function changeAttributes(text: string, changes: readonly AttributeChange[], file?: string): string {
  if (changes.length === 0) return text;
  // What is not well-formed, or too deep, is refused with its own codes.
  parseXml(text.startsWith('\ufeff') ? text.slice(1) : text, file);
  let changed = text;
  for (const change of changes) changed = changeOne(changed, change, file);
  return changed;
}

function changeOne(text: string, { target, value }: AttributeChange, file: string | undefined): string {
  const path = readTarget(target);
  const where = { ...(file === undefined ? {} : { file }), element: target };
  if (path.attribute === null) throw sedmlErrors.error('sedml-target', `“${target}” names no attribute.`, where);
  const found = tagsOf(text, path);
  if (found.length !== 1) {
    throw sedmlErrors.error('sedml-target', `“${target}” fits ${found.length} elements, not one.`, where);
  }
  const [start, end] = found[0];
  return text.slice(0, start) + withAttribute(text.slice(start, end), path.attribute, value) + text.slice(end);
}

/** Where the opening tags that a target fits begin and end. */
function tagsOf(text: string, target: Target): readonly (readonly [start: number, end: number])[] {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const chain: Named[] = [];
  const found: [number, number][] = [];
  let start = 0;
  const begins = text.startsWith('\ufeff') ? 1 : 0;
  parser.on('opentagstart', () => {
    start = text.lastIndexOf('<', parser.position + begins - 1);
  });
  parser.on('opentag', (tag: SaxesTagNS) => {
    const attributes = new Map(Object.values(tag.attributes).map(({ local, value }) => [local, value]));
    chain.push({ name: tag.local, attributes });
    if (matches(chain, target)) found.push([start, parser.position + begins]);
  });
  parser.on('closetag', () => void chain.pop());
  parser.write(text.slice(begins)).close();
  return found;
}

const TAG_ATTRIBUTE = /\s+([\w.:-]+)\s*=\s*(?:"[^"]*"|'[^']*')/y;

/** An opening tag with an attribute set. */
function withAttribute(tag: string, attribute: string, value: string): string {
  const name = /^<[^\s/>]+/.exec(tag)![0];
  const written = ` ${attribute}="${escapeXml(value)}"`;
  let end = name.length;
  for (;;) {
    TAG_ATTRIBUTE.lastIndex = end;
    const found = TAG_ATTRIBUTE.exec(tag);
    if (found === null) return name + written + tag.slice(name.length);
    if (found[1] === attribute) return tag.slice(0, end) + written + tag.slice(TAG_ATTRIBUTE.lastIndex);
    end = TAG_ATTRIBUTE.lastIndex;
  }
}
