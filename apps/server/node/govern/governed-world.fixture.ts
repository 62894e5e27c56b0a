import { createHash } from 'node:crypto';
import { type Decoded, type Instant, instant, type RawItem } from '@gemel/core';
import { openTerminologyFolder } from '@gemel/exchange/terminology/node/terminology-folder';
import { createHub } from '@gemel/runtime/create-hub';
import { tank } from '@gemel/runtime/fixtures/tank';
import { inflow, minute, volumes } from '@gemel/runtime/fixtures/world';
import { createGovernor, DEFAULT_SETTINGS } from '@gemel/runtime/govern/decide';
import { DEFAULT_POLICIES, openPolicies } from '@gemel/runtime/govern/node/cedar';
import { memory } from '@gemel/store';
import type { World } from '../world.ts';
import { createGovernance } from './governance.ts';
import { TWIN_USE } from './governor.ts';

/** A world in memory whose clock the test sets, of one subject, `tank|1`, with data enough to be calibrated on. */
export interface GovernedWorld extends World {
  now: Instant;
  /** What the record of accesses could not do. */
  readonly faults: readonly unknown[];
  take(items: readonly RawItem[]): Promise<void>;
}

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const governor = createGovernor(openPolicies([DEFAULT_POLICIES], sha256), DEFAULT_SETTINGS, sha256);

export async function governedWorld(): Promise<GovernedWorld> {
  const store = memory();
  let now = minute(0);
  const clock = () => now;
  const options = {
    store,
    packs: [tank],
    clock,
    seed: 1,
    sha256,
    engine: 'test',
    governs: { governor, use: TWIN_USE },
  };
  const hub = createHub(options);
  const faults: unknown[] = [];
  const governance = createGovernance({ hub, store, governor, clock, fault: (error) => faults.push(error) });
  const { terminology, close } = openTerminologyFolder('/nonexistent');
  const world: GovernedWorld = {
    hub,
    store,
    governance,
    clock,
    terminology,
    faults,
    get now() {
      return now;
    },
    set now(at) {
      now = instant(at);
    },
    async take(items) {
      const decoded = items.map(
        (item): Decoded => ({ type: 'item', fate: 'mapped', items: [item], problems: [], provenance: item.provenance }),
      );
      await hub.admit(decoded, { name: 'test', sha256: '', format: 'test', bytes: 0 });
    },
    async close() {
      close();
      await governance.flush();
      await store.close();
    },
  };
  await world.take([...volumes(-100, 0), inflow(-50, 1)]);
  return world;
}
