import type { Decoded, Fate } from '@gemel/core';
import { describeBytes, readText } from '../device/text.ts';
import { parseZone, type Zone } from '../device/zone.ts';
import type { DoorOptions } from '../door.ts';
import { exchangeErrors } from '../errors.data.ts';
import type { ProblemCode } from './context.ts';

/** A source whose bytes can be scanned. */
export interface OpenSource {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly zone: Zone | null;
  readonly problems: readonly Decoded[];
}

/** The bytes ready to be scanned, or the refusal that names what the source seems to be. */
export function openSource(bytes: Uint8Array, options: DoorOptions): OpenSource | { readonly refused: Decoded } {
  const problems: Decoded[] = [];
  const zone = options.zone === undefined ? null : parseZone(options.zone);
  if (options.zone !== undefined && zone === null) {
    problems.push(fileProblem(options, 'exchange-zone-unknown', `"${options.zone}" is no zone; none is used`, 'kept'));
  }
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const data = wide ? readText(bytes).bytes : bytes;
  if (wide) {
    const message = 'the source is UTF-16, where FHIR asks for UTF-8; byte offsets are those of its UTF-8 form';
    problems.push(fileProblem(options, 'fhir-not-utf8', message, 'kept'));
  }
  let start = data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? 3 : 0;
  while (start < data.length && data[start]! <= 0x20) start++;
  if (start === data.length)
    return { refused: fileProblem(options, 'exchange-empty', 'the source is empty', 'refused') };
  if (data[start] === 0x7b) return { bytes: data, start, zone, problems };
  if (isFhirXml(data)) {
    const message = 'the source is FHIR in XML; this door reads FHIR in JSON';
    return { refused: fileProblem(options, 'fhir-xml', message, 'refused') };
  }
  const seems: Readonly<Record<number, string>> = {
    91: 'is a JSON array, where FHIR has an object',
    47: 'begins with a comment, which JSON does not have',
  };
  const message = `the source ${seems[data[start]!] ?? `seems to be ${describeBytes(data.subarray(0, 65_536))}`}`;
  return { refused: fileProblem(options, 'fhir-not-json', message, 'refused') };
}

/** What is to be said of a source as a whole: `kept` for a remark, `refused` where it stands for content that is lost. */
export function fileProblem(options: DoorOptions, code: ProblemCode, message: string, fate: Fate): Decoded {
  const problem = exchangeErrors.problem(code, `${options.name}: ${message}.`, { file: options.name });
  const sha256 = options.sha256 === undefined ? {} : { sha256: options.sha256 };
  const provenance = { source: options.name, element: 'file', ...sha256 };
  return { type: 'file', fate, items: [], problems: [problem], provenance };
}

const OPEN_BRACE = 0x7b;
const OPEN_TAG = 0x3c;

/** What the first bytes hold: one JSON document, one a line, FHIR XML, or nothing of FHIR. */
export function sniffForm(head: Uint8Array): 'json' | 'lines' | 'xml' | null {
  const begin = head.find((byte) => byte > 0x20);
  // The first byte of a byte order mark, or of the mark of another encoding.
  const mark = begin === 0xef || begin === 0xfe || begin === 0xff;
  if (begin !== OPEN_BRACE && begin !== OPEN_TAG && !mark) return null;
  if (isFhirXml(head)) return 'xml';
  const text = new TextDecoder().decode(readText(head.subarray(0, 65_536)).bytes);
  const begins = /^\uFEFF?\s*\{/.test(text);
  if (!begins || !/"resourceType"\s*:\s*"[A-Z]/.test(text)) return null;
  const feed = text.trimStart().indexOf('\n');
  if (feed < 0) return 'json';
  const [first, rest] = [text.trimStart().slice(0, feed), text.trimStart().slice(feed)];
  return /\}\s*$/.test(first) && /^\s*(\{|$)/.test(rest) && isResourceText(first) ? 'lines' : 'json';
}

function isResourceText(text: string): boolean {
  try {
    return typeof JSON.parse(text).resourceType === 'string';
  } catch {
    return false;
  }
}

function isFhirXml(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes.subarray(0, 4096)).trimStart();
  return text.startsWith('<') && text.includes('http://hl7.org/fhir"');
}
