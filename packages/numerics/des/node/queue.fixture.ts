import { indexedDraws } from '../../random/philox.ts';
import { compileFlow } from '../compile.ts';
import { exponential } from '../duration.ts';
import { serve } from '../flow.ts';
import { World } from '../world.ts';
import type { Replicate } from './replication-pool.ts';

/** Mean wait and customers served of an M/M/c queue over 500 units of time; throws at replication `bad`. */
export default function queue({ servers, bad }: { readonly servers: number; readonly bad?: number }): Replicate {
  const flow = compileFlow({
    resources: { desk: { capacity: servers } },
    sources: { people: { arrivals: { kind: 'poisson', rate: 1 }, route: 'way' } },
    routes: { way: serve('talk', 'desk', exponential(1.5)) },
  });
  return (replication) => {
    if (replication === bad) throw new RangeError(`replication ${replication} cannot be run`);
    const world = new World(flow, (name) => indexedDraws(3, replication, name));
    world.run(500);
    return [world.allocation.waits[0].mean, world.stays[0].count];
  };
}
