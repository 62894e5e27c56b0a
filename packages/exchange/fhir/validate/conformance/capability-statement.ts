import { isJson, type Json } from '../invariant/node.ts';
import { below } from '../issue.ts';
import type { Run, Scope } from '../run.ts';

const listed = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isJson) : []);

/** Search parameters of a CapabilityStatement have the type that their definitions give them. */
export function checkCapabilityStatement(run: Run, { resource, place }: Scope): void {
  listed(resource.rest).forEach((rest, i) => {
    const all = [
      ...listed(rest.searchParam).map((each, k) => ({ each, at: below(below(place, 'rest', i), 'searchParam', k) })),
      ...listed(rest.resource).flatMap((held, j) =>
        listed(held.searchParam).map((each, k) => ({
          each,
          at: below(below(below(place, 'rest', i), 'resource', j), 'searchParam', k),
        })),
      ),
    ];
    for (const { each, at } of all) {
      const definition =
        typeof each.definition === 'string' ? run.tables.definitions.search(each.definition) : undefined;
      if (definition !== undefined && typeof each.type === 'string' && each.type !== definition.type)
        run.report('conformance', at, `the type is ${each.type}, and that of ${definition.url} is ${definition.type}`);
    }
  });
}
