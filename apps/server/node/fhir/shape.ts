import { isObject } from '@gemel/exchange/fhir/datatype';
import { summaryTable } from '@gemel/exchange/fhir/search/parameters.data';
import type { Summary } from '@gemel/exchange/fhir/search/query';
import type { Resource } from '@gemel/store/resource-contract';

const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

/** The part of a resource that is asked for, marked as a part; elements that it cannot be without are always there. */
export function shaped(resource: Resource, summary: Summary, elements: readonly string[]): Resource {
  const [shown, always] = summaryTable[String(resource.resourceType)] ?? ['', ''];
  if (summary === 'false' || summary === 'count') {
    return elements.length === 0 ? resource : part(resource, [...elements, ...always.split(' ')]);
  }
  if (summary === 'data') return part(resource, null, ['text']);
  return part(resource, summary === 'true' ? shown.split(' ') : ['text', ...always.split(' ')]);
}

function part(resource: Resource, wanted: readonly string[] | null, unwanted: readonly string[] = []): Resource {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(resource)) {
    const name = key.startsWith('_') ? key.slice(1) : key;
    const known = name === 'resourceType' || name === 'id' || name === 'meta';
    if (known || (wanted === null ? !unwanted.includes(name) : wanted.some((each) => is(name, each))))
      kept[key] = value;
  }
  const meta = isObject(kept.meta) ? kept.meta : {};
  return { ...kept, meta: { ...meta, tag: [...(Array.isArray(meta.tag) ? meta.tag : []), SUBSETTED] } } as Resource;
}

/** `value[x]` and `value` mean `valueQuantity` too. */
function is(name: string, wanted: string): boolean {
  const stem = wanted.endsWith('[x]') ? wanted.slice(0, -3) : null;
  return name === wanted || (stem !== null && name.startsWith(stem) && /^[A-Z]/.test(name.slice(stem.length)));
}
