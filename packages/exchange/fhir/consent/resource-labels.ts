import type { Json } from '../context.ts';
import { isObject } from '../datatype.ts';

/** Security labels of a resource (`meta.security`), `system|code`, sorted, each once. */
export function securityLabels(resource: Json): readonly string[] {
  const { meta } = resource;
  return isObject(meta) ? sorted(keysOf(meta.security)) : [];
}

/**
 * By what a consent or a policy may tell a resource apart: its security labels, categories and codes, `system|code`, sorted, each
 * once. Codes of its components count too.
 */
export function resourceLabels(resource: Json): readonly string[] {
  const components = Array.isArray(resource.component) ? resource.component.filter(isObject) : [];
  const coded = [resource, ...components].flatMap((holder) => [
    ...conceptKeys(holder.category),
    ...conceptKeys(holder.code),
    ...conceptKeys(holder.medicationCodeableConcept),
    ...conceptKeys(holder.vaccineCode),
  ]);
  return sorted([...securityLabels(resource), ...coded]);
}

function conceptKeys(value: unknown): readonly string[] {
  const concepts = Array.isArray(value) ? value : [value];
  return concepts.flatMap((concept) => (isObject(concept) ? keysOf(concept.coding) : []));
}

function keysOf(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) =>
    isObject(item) && typeof item.system === 'string' && typeof item.code === 'string'
      ? [`${item.system}|${item.code}`]
      : [],
  );
}

function sorted(keys: readonly string[]): readonly string[] {
  return [...new Set(keys)].sort();
}
