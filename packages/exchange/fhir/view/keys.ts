import { util } from 'fhirpath';
import type { PathFunctions } from '../path/expression.ts';

/** Where the keys of a Bundle's entries by fullUrl travel among the variables; no expression can name it. */
export const ENTRY_KEYS = Symbol('entry keys');

interface Asked {
  readonly vars: { readonly [ENTRY_KEYS]?: ReadonlyMap<string, string> };
}

/** `Type/id`; null for a resource without an id. */
export function resourceKey(resource: unknown): string | null {
  const { resourceType, id } = (resource ?? {}) as { resourceType?: unknown; id?: unknown };
  return typeof resourceType === 'string' && typeof id === 'string' ? `${resourceType}/${id}` : null;
}

/**
 * The key of the resource that a reference leads to: `Type/id` for a relative reference or a fullUrl of the same Bundle, its
 * version left out. An absolute address is a key of its own, since it need not be the resource of that id given here; an
 * unknown urn:uuid too. A contained resource has none, nor has a reference by identifier alone.
 */
export function referenceKey(
  reference: unknown,
  type: string | null,
  entries?: ReadonlyMap<string, string>,
): string | null {
  const { reference: text, type: stated } = (reference ?? {}) as { reference?: unknown; type?: unknown };
  if (typeof text !== 'string' || text === '' || text.startsWith('#')) return null;
  const plain = text.replace(/\/_history\/[^/]+$/, '');
  const key = entries?.get(plain) ?? plain;
  if (type === null) return key;
  const found = /(?:^|\/)([A-Z]\w*)\/[^/]+$/.exec(key)?.[1] ?? stated;
  return found === type ? key : null;
}

/** The functions that SQL on FHIR adds to FHIRPath, and join(), which in a view gives an empty text for nothing. */
export const viewFunctions: PathFunctions = {
  arities: { getResourceKey: [0, 0], getReferenceKey: [0, 1] },
  table: {
    getResourceKey: {
      arity: { 0: [] },
      internalStructures: true,
      fn: (nodes: readonly unknown[]) =>
        nodes.map((node) => resourceKey(util.valData(node))).filter((key) => key !== null),
    },
    join: {
      arity: { 0: [], 1: ['String'] },
      fn(values: readonly unknown[], separator = '') {
        const texts = values.filter((value) => value !== null && value !== undefined);
        const strange = texts.find((value) => typeof value !== 'string');
        if (strange !== undefined) throw new Error(`join() takes texts, and ${JSON.stringify(strange)} is none`);
        return texts.join(separator);
      },
    },
    getReferenceKey: {
      arity: { 0: [], 1: ['TypeSpecifier'] },
      internalStructures: true,
      fn(this: Asked, nodes: readonly unknown[], type?: { readonly name: string }) {
        const entries = this.vars[ENTRY_KEYS];
        return nodes
          .map((node) => referenceKey(util.valData(node), type?.name ?? null, entries))
          .filter((key) => key !== null);
      },
    },
  },
};
