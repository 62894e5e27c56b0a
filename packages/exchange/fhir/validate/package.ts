import { Gunzip } from 'fflate';
import { concat } from '../../bytes.ts';
import { validateErrors } from './errors.data.ts';
import { isJson, type Json } from './invariant/node.ts';
import { JsonFault, readJson } from './json-text.ts';

/** Most bytes that a package may unpack to. */
const LARGEST = 2 ** 30;
const BLOCK = 512;

/** Types of resources that the validator can use. */
const USABLE = new Set(['StructureDefinition', 'ValueSet', 'CodeSystem', 'SearchParameter']);

/** Whether a file of a package holds definitions, by its name; examples and index files do not. */
export function isDefinitionFile(path: string): boolean {
  return (
    /(^|\/)[^/.][^/]*\.json$/.test(path) &&
    !/(^|\/)(package\.json|\.index\.json|examples?\/|openapi\/|other\/)/.test(path)
  );
}

/** The definitions of a FHIR package, given as its .tgz. @throws fhir-package-unreadable */
export function packageDefinitions(bytes: Uint8Array, file: string): readonly Json[] {
  const out: Json[] = [];
  for (const { path, content } of tarFiles(gunzipped(bytes, file), file)) {
    if (!isDefinitionFile(path)) continue;
    const resource = usable(new TextDecoder().decode(content));
    if (resource !== null) out.push(resource);
  }
  if (out.length === 0) throw validateErrors.error('fhir-package-unreadable', `${file} holds no definitions`, { file });
  return out;
}

/** The definition in a file of a package; null for what is none, of which packages hold a lot. */
export function usable(text: string): Json | null {
  try {
    const { value } = readJson(text);
    return isJson(value) && USABLE.has(String(value.resourceType)) ? value : null;
  } catch (error) {
    if (error instanceof JsonFault) return null;
    throw error;
  }
}

/** The definitions in a file a user names: one, or a Bundle of them. @throws fhir-definition-unusable */
export function definitionsIn(text: string, file: string): readonly Json[] {
  let value: unknown;
  try {
    ({ value } = readJson(text));
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const where = { file, line: error.line };
    throw validateErrors.error('fhir-definition-unusable', `${file}: ${error.message}`, where, undefined, error);
  }
  const given =
    isJson(value) && value.resourceType === 'Bundle' && Array.isArray(value.entry)
      ? value.entry.map((each) => (isJson(each) ? each.resource : undefined))
      : [value];
  const found = given
    .filter(isJson)
    .filter(({ resourceType, url }) => USABLE.has(String(resourceType)) && typeof url === 'string');
  if (found.length === 0)
    throw validateErrors.error('fhir-definition-unusable', `${file} holds no definition`, { file });
  return found;
}

function gunzipped(bytes: Uint8Array, file: string): Uint8Array {
  const pieces: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  try {
    const stream = new Gunzip((piece, last) => {
      size += piece.length;
      if (size > LARGEST) throw new Error(`it unpacks to more than ${LARGEST} bytes`);
      pieces.push(piece);
      ended ||= last;
    });
    stream.push(bytes, true);
  } catch (cause) {
    throw validateErrors.error(
      'fhir-package-unreadable',
      `${file}: ${(cause as Error).message}`,
      { file },
      undefined,
      cause,
    );
  }
  if (!ended) throw validateErrors.error('fhir-package-unreadable', `${file} is cut off`, { file });
  return concat(pieces);
}

function* tarFiles(tar: Uint8Array, file: string): Generator<{ readonly path: string; readonly content: Uint8Array }> {
  const text = (from: number, length: number) => {
    const bytes = tar.subarray(from, from + length);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  };
  let longer: string | undefined;
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12).trim() || '0', 8);
    const start = at + BLOCK;
    if (!Number.isFinite(size) || start + size > tar.length)
      throw validateErrors.error('fhir-package-unreadable', `${file} is no tar file, or cut off`, { file, byte: at });
    const kind = String.fromCharCode(tar[at + 156]!);
    const content = tar.subarray(start, start + size);
    const prefix = text(at + 345, 155);
    // A name longer than the header holds stands in an entry of its own before the file.
    if (kind === 'L') longer = text(start, size);
    else if (kind === 'x') longer = /(?:^|\n)\d+ path=([^\n]+)\n/.exec(new TextDecoder().decode(content))?.[1];
    else {
      if (kind === '0' || kind === '\0')
        yield { path: longer ?? (prefix === '' ? text(at, 100) : `${prefix}/${text(at, 100)}`), content };
      longer = undefined;
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}
