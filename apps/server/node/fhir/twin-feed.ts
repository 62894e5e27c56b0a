import { CodedError, type Decoded } from '@gemel/core';
import { decodeResources, fhirDoor } from '@gemel/exchange/fhir/decode';
import type { Hub } from '@gemel/runtime';
import type { Resource, ResourceStore, ResourceVersion } from '@gemel/store/resource-contract';
import { sha256 } from '../world.ts';

/** Versions that are admitted at once. */
const TOGETHER = 500;
const FOLLOWER = 'twins';
const SOURCE = { name: 'fhir', format: 'fhir-r4' } as const;

/**
 * Makes what is written over REST data of the twins, through the same door as a file: each version once, in the order of the log.
 * How far it came is kept, so that what a crash left undone is done at the next start.
 */
export class TwinFeed {
  readonly #resources: ResourceStore;
  readonly #hub: Hub;
  readonly #failed: (error: unknown) => void;
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = false;

  constructor(resources: ResourceStore, hub: Hub, failed: (error: unknown) => void) {
    this.#resources = resources;
    this.#hub = hub;
    this.#failed = failed;
  }

  /** Admits what is new; resolves when all that was there by now is admitted, or admitting failed. */
  follow(): Promise<void> {
    if (this.#running !== null) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#run();
    return this.#running;
  }

  /** Lets what is under way end and takes up nothing more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      do {
        this.#again = false;
        let position = await this.#resources.position(FOLLOWER);
        while (!this.#stopped) {
          const versions = await this.#resources.changes(position, TOGETHER);
          if (versions.length === 0) break;
          await this.#admit(versions);
          position = versions.at(-1)!.seq;
          await this.#resources.setPosition(FOLLOWER, position);
        }
      } while (this.#again && !this.#stopped);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#running = null;
    }
  }

  async #admit(versions: readonly ResourceVersion[]): Promise<void> {
    const text = JSON.stringify(versions.map(({ seq, resource }) => [seq, resource]));
    const source = { ...SOURCE, sha256: sha256(text), bytes: text.length };
    try {
      await this.#hub.admit(decoded(versions), source);
    } catch (error) {
      // Of somebody erased meanwhile nothing is to be admitted; the others are, one by one.
      if (!(error instanceof CodedError && error.code === 'store-erased')) throw error;
      if (versions.length > 1) for (const version of versions) await this.#admit([version]);
    }
  }
}

function* decoded(versions: readonly ResourceVersion[]): Generator<Decoded, void, void> {
  let together: Resource[] = [];
  function* flush(): Generator<Decoded, void, void> {
    for (const one of decodeResources(together, SOURCE)) if (one !== null) yield one;
    together = [];
  }
  for (const { type, id, subject, resource } of versions) {
    if (resource !== null) {
      together.push(resource);
      continue;
    }
    yield* flush();
    const bundle = {
      resourceType: 'Bundle',
      type: 'history',
      entry: [{ request: { method: 'DELETE', url: `${type}/${id}` } }],
    };
    yield* fhirDoor.decode(new TextEncoder().encode(JSON.stringify(bundle)), { ...SOURCE, subject });
  }
  yield* flush();
}
