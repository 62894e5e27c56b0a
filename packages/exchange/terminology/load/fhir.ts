import type { LoadStep, ReleaseFormat } from '../release.ts';
import { isJson, type Json, loadResource } from '../resource.ts';
import { Reading } from './rows.ts';

const JSON_FILE = /\.(json|ndjson|jsonl)$/i;
/** Files of a FHIR package that hold no resource. */
const NOT_RESOURCES = /(^|\/)(package\.json|package-lock\.json|\.index\.json)$|(^|\/)(other|openapi)\//;
const OF_TERMINOLOGY: ReadonlySet<unknown> = new Set(['CodeSystem', 'ValueSet', 'ConceptMap']);

/** FHIR R4 resources of terminology: alone, in Bundles, one a line, or in packages. */
export const fhirFormat: ReleaseFormat = {
  id: 'fhir-r4',
  title: 'FHIR CodeSystem, ValueSet and ConceptMap resources (JSON) or a package of them (.tgz)',
  knows: ({ paths }) => paths.some((path) => JSON_FILE.test(path) && !NOT_RESOURCES.test(path)),
  *load(files, writer, report) {
    const reading = new Reading(files, report);
    for (const path of files.paths) {
      if (!JSON_FILE.test(path) || NOT_RESOURCES.test(path)) continue;
      for (const resource of resourcesIn(reading, path)) loadResource(resource, writer, path, report);
      yield { path, bytes: reading.bytes } satisfies LoadStep;
    }
  },
};

function* resourcesIn(reading: Reading, path: string): Generator<Json, void, void> {
  const decoder = new TextDecoder('utf-8');
  let text = '';
  for (const bytes of reading.files.read(path)) {
    reading.bytes += bytes.length;
    text += decoder.decode(bytes, { stream: true });
  }
  text += decoder.decode();
  const byLine = !/\.json$/i.test(path);
  for (const [i, part] of (byLine ? text.split('\n') : [text]).entries()) {
    if (part.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(part.replace(/^\uFEFF/, ''));
    } catch (error) {
      const line = byLine ? { line: i + 1 } : {};
      reading.problem('terminology-resource', `${path}: ${(error as Error).message}`, { file: path, ...line });
      continue;
    }
    if (!isJson(value)) continue;
    const entries = value.resourceType === 'Bundle' && Array.isArray(value.entry) ? value.entry : [{ resource: value }];
    for (const entry of entries) {
      if (isJson(entry) && isJson(entry.resource) && OF_TERMINOLOGY.has(entry.resource.resourceType))
        yield entry.resource;
    }
  }
}
