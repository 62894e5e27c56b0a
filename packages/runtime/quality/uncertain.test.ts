import type { Forecast } from '@gemel/core';
import { expect, it } from 'vitest';
import { minute, testWorld, volume, volumes } from '../fixtures/world.ts';

/** Median and spread of the volume in half an hour, when the last reading came with this status. */
async function foretold(status: string) {
  const world = testWorld();
  await world.take(volumes(-120, -5));
  await world.hub.calibrate('tank|1', 'tank');
  await world.take([volume(0, 4.6, { status })]);
  const forecast = (await world.hub.forecast('tank|1', 'tank')) as Forecast;
  const trajectory = forecast.quantities.volume!;
  if (trajectory.kind !== 'trajectory') throw new Error('no trajectory');
  const at = trajectory.times.indexOf(minute(30));
  return trajectory.quantiles[trajectory.levels.indexOf(0.5)]![at]!;
}

it('U1 a forecast after an uncertain value lies between those with the value and without it', async () => {
  const [withValue, doubted, without] = await Promise.all(['final', 'preliminary', 'cancelled'].map(foretold));
  expect(doubted!).toBeLessThan(withValue! - 0.02);
  expect(doubted!).toBeGreaterThan(without! + 0.02);
});
