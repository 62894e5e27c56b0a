import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexedDraws } from '@gemel/numerics';
import { compileFlow } from '@gemel/numerics/des/compile';
import type { Schedule } from '@gemel/numerics/des/flow';
import type { Replicate } from '@gemel/numerics/des/node/replication-pool';
import { World } from '@gemel/numerics/des/world';
import { hourlyRates, OPEN, treatmentCentre } from '@gemel/numerics/validation/treatment-centre';

/** Arrival rates of the treatment centre; null where the outside data is absent. */
export function centreRates(): Schedule | null {
  const folder = process.env.GEMEL_DATA ?? new URL('../../shared/data', import.meta.url).pathname;
  const path = join(folder, 'reference/treatment-centre/ed_arrivals.csv');
  return existsSync(path) ? hourlyRates(readFileSync(path, 'utf8')) : null;
}

/** One day of the treatment centre: patients who left. */
export default function centre(rates: Schedule): Replicate {
  const flow = compileFlow(treatmentCentre({ rates, treatment: 'program' }));
  return (replication) => {
    const world = new World(flow, (name) => indexedDraws(1, replication, name));
    world.run(OPEN);
    return [world.stays[0].count];
  };
}
