import type { Instant } from '@gemel/core';
import { openResources } from '@gemel/store/node/open-resources';
import type { Resource, ResourceStore, ResourceVersion } from '@gemel/store/resource-contract';
import type { Governance } from '../../access.ts';
import type { World } from '../world.ts';
import { BulkExport } from './bulk-export.ts';
import { EXPORTS } from './bulk-routes.ts';
import { capabilityStatement } from './capability.ts';
import { codeSets } from './code-sets.ts';
import { FhirAccess } from './fhir-access.ts';
import { fhirFormat } from './resource-format.ts';
import { FhirService } from './service.ts';
import { TwinFeed } from './twin-feed.ts';

export interface FhirOptions {
  readonly world: World;
  /** Default: the world's own. */
  readonly governance?: Governance;
  /** How those get a token who ask; absent where nobody logs in. */
  readonly security?: (base: string) => Resource;
  /** Told of what failed after an answer was given. */
  readonly failed: (error: unknown) => void;
}

/** The FHIR server over a world. */
export interface Fhir {
  readonly service: FhirService;
  readonly bulk: BulkExport;
  readonly resources: ResourceStore;
  /** Resolves when what was written by now is data of the twins. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Opens resources over the world's log, and takes up what a crash left undone; null where the log's store keeps no resources. */
export async function openFhir({ world, governance, security, failed }: FhirOptions): Promise<Fhir | null> {
  const clock = (): Instant => world.clock();
  const resources = await openResources(world.store, fhirFormat);
  if (resources === null) return null;
  const feed = new TwinFeed(resources, world.hub, failed);
  const written = (versions: readonly ResourceVersion[]) => {
    if (versions.length > 0) void feed.follow();
  };
  const access = new FhirAccess(governance ?? world.governance, clock);
  const surroundings = { resources, access, codes: codeSets(world.terminology), clock };
  const service = new FhirService({
    ...surroundings,
    written,
    capability: (base) =>
      capabilityStatement(base, {
        date: '2026-01-01',
        version: '0.1.0',
        operations: EXPORTS.map(([, operation]) => operation),
        ...(security === undefined ? {} : { security: security(base) }),
      }),
  });
  void feed.follow();
  return {
    service,
    bulk: new BulkExport(surroundings),
    resources,
    settled: () => feed.follow(),
    close: () => feed.stop(),
  };
}
