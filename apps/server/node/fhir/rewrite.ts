import { isObject } from '@gemel/exchange/fhir/datatype';
import type { Resource } from '@gemel/store/resource-contract';

/** Where a text stands: a reference may be changed, other texts only where they are a name given in the same transaction. */
type Change = (text: string, isReference: boolean) => string;

/** A copy of the resource with its references changed; parts that stay the same are shared. */
export function withReferences(resource: Resource, change: Change): Resource {
  return changed(resource, change) as Resource;
}

function changed(value: unknown, change: Change): unknown {
  if (Array.isArray(value)) {
    let copy: unknown[] | null = null;
    for (let i = 0; i < value.length; i++) {
      const next = typeof value[i] === 'string' ? change(value[i], false) : changed(value[i], change);
      if (next !== value[i]) {
        copy ??= [...value];
        copy[i] = next;
      }
    }
    return copy ?? value;
  }
  if (!isObject(value)) return value;
  let copy: Record<string, unknown> | null = null;
  for (const key in value) {
    const one = value[key];
    const next = typeof one === 'string' ? change(one, key === 'reference') : changed(one, change);
    if (next !== one) {
      copy ??= { ...value };
      copy[key] = next;
    }
  }
  return copy ?? value;
}

const CONDITIONAL = /^([A-Z][A-Za-z]+)\?/;

/** The resource as it will be once its conditional references are led to what they mean: for checks of all else. */
export function asIfResolved(resource: Resource): Resource {
  return withReferences(resource, (text, isReference) => {
    const type = isReference ? CONDITIONAL.exec(text)?.[1] : undefined;
    return type === undefined ? text : `${type}/1`;
  });
}

/** Conditional references of a resource: `Patient?identifier=urn:mrn|1`. */
export function conditionalReferences(resource: Resource): readonly string[] {
  const found = new Set<string>();
  withReferences(resource, (text, isReference) => {
    if (isReference && CONDITIONAL.test(text)) found.add(text);
    return text;
  });
  return [...found];
}

/** A resource whose references to this server stand as type and id alone, as they are indexed. */
export function withoutBase(resource: Resource, base: string): Resource {
  const before = `${base}/`;
  return withReferences(resource, (text, isReference) =>
    isReference && text.startsWith(before) ? text.slice(before.length) : text,
  );
}
