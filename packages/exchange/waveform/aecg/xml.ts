import { SaxesParser } from 'saxes';
import { XmlGuard } from '../../xml-guard.ts';
import { waveformErrors } from '../errors.data.ts';

/** One element, by local name; attributes by local name too. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Text of the element itself. */
  readonly text: string;
  /** 1-based line of its start tag. */
  readonly line: number;
}

/** A document beyond these is refused: bytes, depth, elements. */
export const XML_LIMITS = { size: 128e6, depth: 64, elements: 1e6 } as const;

type Growing = { -readonly [K in keyof XmlElement]: XmlElement[K] } & {
  children: Growing[];
  attributes: Record<string, string>;
  parts: string[];
};

/** Reads a document in the encoding it declares, else UTF-8; declarations of document types are refused, nothing is loaded. @throws waveform-xml */
export function readXml(bytes: Uint8Array, file: string): XmlElement {
  const fail = (message: string, line?: number): never => {
    throw waveformErrors.error('waveform-xml', `${file}: ${message}`, {
      file,
      ...(line === undefined ? {} : { line }),
    });
  };
  if (bytes.length > XML_LIMITS.size) fail(`more than ${XML_LIMITS.size} bytes`);
  const parser = new SaxesParser({ xmlns: true });
  const stack: Growing[] = [];
  let root: Growing | null = null;
  const guard = new XmlGuard(parser, XML_LIMITS, (_, message) => fail(message, parser.line));
  parser.on('opentag', ({ local, attributes }) => {
    guard.open();
    const own: Record<string, string> = {};
    for (const each of Object.values(attributes)) if (each.prefix !== 'xmlns') own[each.local] = each.value;
    const element: Growing = { name: local, attributes: own, children: [], text: '', line: parser.line, parts: [] };
    stack.at(-1)?.children.push(element);
    root ??= element;
    stack.push(element);
  });
  const text = (part: string) => void stack.at(-1)?.parts.push(part);
  parser.on('text', text);
  parser.on('cdata', text);
  parser.on('closetag', () => {
    guard.close();
    const element = stack.pop();
    if (element !== undefined) element.text = element.parts.join('').trim();
  });
  const decoder = decoderOf(bytes) ?? fail('its encoding is unknown');
  const STEP = 1 << 20;
  for (let at = 0; at < bytes.length; at += STEP) {
    parser.write(decoder.decode(bytes.subarray(at, at + STEP), { stream: at + STEP < bytes.length }));
  }
  parser.close();
  return root ?? fail('it is empty');
}

function decoderOf(bytes: Uint8Array): TextDecoder | null {
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
  const declared = /^[^<]*<\?xml[^>]*encoding=["']([\w-]+)["']/.exec(head)?.[1];
  try {
    return new TextDecoder(utf16 ?? declared ?? 'utf-8');
  } catch {
    return null;
  }
}

/** The first element at a path of names below; null where there is none. */
export function at(element: XmlElement | null, ...path: readonly string[]): XmlElement | null {
  let found = element;
  for (const name of path) found = found?.children.find((child) => child.name === name) ?? null;
  return found;
}

/** All elements at a path of names below, over every branch. */
export function all(element: XmlElement, ...path: readonly string[]): XmlElement[] {
  let found: XmlElement[] = [element];
  for (const name of path) found = found.flatMap(({ children }) => children.filter((child) => child.name === name));
  return found;
}
