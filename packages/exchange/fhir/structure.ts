import { validateResource } from './validate/validate.ts';

/**
 * Where a resource departs from R4's structure: unknown elements, cardinality, types, codes of required bindings, types of
 * referenced resources. Invariants, terminology and profiles are left to {@link validateResource}. An empty list means none was found.
 */
export function structureFaults(resource: unknown): readonly string[] {
  return validateResource(resource, { structureOnly: true })
    .filter(({ severity }) => severity === 'error' || severity === 'fatal')
    .map(({ expression, text }) => `${expression}: ${text}`);
}
