import type { Problem } from '@gemel/core';
import { isObject } from '../datatype.ts';
import { viewErrors } from './errors.data.ts';
import { parseExact } from './exact.ts';
import { resourceKey } from './keys.ts';

/** A resource with where it stands, or why there is none. */
export type Given =
  | { readonly resource: unknown; readonly source: string; readonly entries?: ReadonlyMap<string, string> }
  | { readonly problem: Problem };

/** The resources of one JSON document: a resource, or the entries of a Bundle, whose references by fullUrl are known. */
export function* documentResources(
  text: string,
  exact: boolean,
  file: string,
  line?: number,
): Generator<Given, void, void> {
  const where = line === undefined ? { file } : { file, line };
  const source = line === undefined ? file : `${file}:${line}`;
  const refused = (message: string): Given => ({
    problem: viewErrors.problem('view-input', `${source} ${message}.`, where),
  });
  let value: unknown;
  try {
    value = exact ? parseExact(text) : JSON.parse(text);
  } catch {
    yield refused('is not valid JSON');
    return;
  }
  if (!isObject(value) || typeof value.resourceType !== 'string') {
    yield refused('is no resource: it has no resourceType');
    return;
  }
  if (value.resourceType !== 'Bundle') {
    yield { resource: value, source: `${source} ${resourceKey(value) ?? value.resourceType}` };
    return;
  }
  // A view may be over Bundles themselves.
  yield { resource: value, source: `${source} ${resourceKey(value) ?? 'Bundle'}` };
  const listed: readonly unknown[] = Array.isArray(value.entry) ? value.entry : [];
  const entries = new Map<string, string>();
  for (const entry of listed) {
    if (!isObject(entry) || typeof entry.fullUrl !== 'string') continue;
    const key = resourceKey(entry.resource);
    if (key !== null) entries.set(entry.fullUrl, key);
  }
  for (const [i, entry] of listed.entries()) {
    const resource = isObject(entry) ? entry.resource : undefined;
    if (resource === undefined) continue;
    const place = `Bundle.entry[${i}]`;
    if (isObject(resource) && typeof resource.resourceType === 'string') {
      yield { resource, source: `${source} ${place} ${resourceKey(resource) ?? resource.resourceType}`, entries };
    } else {
      const message = `${source} ${place}.resource is no resource: it has no resourceType.`;
      yield { problem: viewErrors.problem('view-input', message, { ...where, element: `${place}.resource` }) };
    }
  }
}

/**
 * The resources of a text that comes line by line, in memory one at a time where each line is a document (NDJSON); a document over
 * several lines, such as a Bundle, is held whole. `.ndjson` and `.jsonl` in the name make every line a document, however broken.
 */
export async function* streamedResources(
  lines: AsyncIterable<string>,
  exact: boolean,
  file: string,
): AsyncGenerator<Given, void, void> {
  const always = /\.(ndjson|jsonl)$/i.test(file);
  let whole: string[] | null = null;
  let number = 0;
  let any = false;
  for await (const given of lines) {
    number++;
    const line = number === 1 ? given.replace(/^\uFEFF/, '') : given;
    if (whole !== null) whole.push(line);
    else if (line.trim() !== '') {
      if (!any && !always && !isDocument(line)) whole = [line];
      else yield* documentResources(line, exact, file, number);
      any = true;
    }
  }
  if (whole !== null) yield* documentResources(whole.join('\n'), exact, file);
  else if (!any) yield { problem: viewErrors.problem('view-input', `${file} is empty.`, { file }) };
}

function isDocument(line: string): boolean {
  try {
    return isObject(JSON.parse(line));
  } catch {
    return false;
  }
}
