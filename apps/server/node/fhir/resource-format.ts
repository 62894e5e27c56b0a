import { compartmentOf, INDEX_VERSION, indexRows } from '@gemel/exchange/fhir/search/extract';
import { SOURCE_PREFIX } from '@gemel/runtime/log';
import type { Resource, ResourceFormat } from '@gemel/store/resource-contract';

/** FHIR R4 as the resource store is told of it. */
export const fhirFormat: ResourceFormat = {
  version: INDEX_VERSION,
  rows: indexRows,
  stamped: (resource, version, at) => ({
    ...resource,
    meta: {
      ...(resource.meta as object | undefined),
      versionId: String(version),
      lastUpdated: new Date(at).toISOString(),
    },
  }),
};

/** Who resources of nobody belong to in the log: no twin is made of it, and it cannot be erased as a patient is. */
export const OF_NOBODY = `${SOURCE_PREFIX}fhir`;

/**
 * Whose a resource is, as the log names subjects: `Patient/1`, the name under which the door admits it too. A group is of none of
 * its members: it would be erased with the first of them.
 */
export function subjectOf(resource: Resource): string {
  return resource.resourceType === 'Group' ? OF_NOBODY : (compartmentOf(resource)[0] ?? OF_NOBODY);
}
