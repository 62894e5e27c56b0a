import { describe, expect, it } from 'vitest';
import { minute, testWorld, volumes } from './fixtures/world.ts';

describe('hub', () => {
  it('goes the whole loop: admit, calibrate, forecast, advise, agree, score, replay', async () => {
    const world = testWorld();
    const { hub } = world;
    world.now = minute(0);
    const { account } = await world.take(volumes(-100, 0));
    expect(account).toMatchObject({ entries: 21, mapped: 21, kept: 0, duplicates: 0, refused: 0 });
    expect(await hub.subjects()).toEqual(['tank|1']);
    expect(await hub.packsOf('tank|1')).toEqual(['tank']);
    const belief = await hub.calibrate('tank|1', 'tank');
    expect('members' in belief && belief.at).toBe(minute(0));
    const forecast = await hub.forecast('tank|1', 'tank');
    expect(forecast.kind).toBe('forecast');
    const trace = await hub.advise('tank|1', 'tank');
    expect(trace.advice.kind).toBe('advise');
    world.now = minute(1);
    expect(await hub.released(trace.id)).toBeNull();
    const { plan } = await hub.act(trace.id, { kind: 'agree', person: 'A', at: world.now, reason: 'sensible' });
    expect(plan?.scenario.id).toBe(trace.advice.plans[0]!.scenario.id);
    expect(await hub.released(trace.id)).toMatchObject({ trace: { action: { reason: 'sensible' } }, plan });
    for (let t = 5; t <= 60; t += 5) {
      world.now = minute(t);
      await world.take(volumes(t, t));
      await hub.forecast('tank|1', 'tank');
    }
    const ledger = await hub.ledger('tank|1', 'tank');
    expect(ledger?.byLead.map((lead) => lead.count)).toEqual([10, 7]);
    expect(await hub.replay(trace.id)).toEqual({ equal: true, differences: [] });
  });
});
