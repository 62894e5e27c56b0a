import { DAY, instant, type RawItem, type RawMerge } from '@gemel/core';
import { memory, type Store, type StoredSnapshot } from '@gemel/store';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { snapshotBelief } from './belief.ts';
import { network } from './fixtures/network.ts';
import { queue } from './fixtures/queue.ts';
import { tank, tankDynamics } from './fixtures/tank.ts';
import { inflow, minute, sha256, type TestWorld, testWorld, volume, volumes } from './fixtures/world.ts';
import type { Belief, Pack } from './pack.ts';

const later = minute(300);
const id = (name: string) => ({ source: 'test.json', element: 'row', sourceId: name });

/** A tank calibrated on an hour, with the clock five hours on: everything that comes then is folded. */
async function calibrated(options: Parameters<typeof testWorld>[0] = {}): Promise<TestWorld> {
  const world = testWorld(options);
  await world.take(volumes(-60, 0));
  await world.hub.calibrate('tank|1', 'tank');
  world.now = later;
  return world;
}

// biome-ignore lint/suspicious/noExplicitAny: beliefs of any state
const bytes = (belief: Belief<any> | null, pack: Pack<any> = tank) => {
  expect(belief).not.toBeNull();
  return sha256(snapshotBelief(belief!, pack.dynamics));
};

/** The belief of another hub on the same store, folded afresh. */
async function afresh(store: Store): Promise<string> {
  const none: Store = { ...store, getSnapshot: async () => null, putSnapshot: async () => {} };
  const world = testWorld({ store: none });
  world.now = later;
  return bytes(await world.hub.belief('tank|1', 'tank'));
}

const belief = async (world: TestWorld) => bytes(await world.hub.belief('tank|1', 'tank'));

describe('fold', () => {
  it('F1 carries the calibration over what came since, to the last observation', async () => {
    const world = await calibrated();
    const before = await belief(world);
    await world.take(volumes(5, 60));
    const folded = await world.hub.belief('tank|1', 'tank');
    expect(folded!.at).toBe(minute(60));
    expect(bytes(folded)).not.toBe(before);
    expect(bytes(folded)).toBe(await afresh(world.store));
  });

  it('F2 a late observation folds everything since again: as if it had come in time', async () => {
    const inTime = await calibrated();
    const late = await calibrated();
    const all = volumes(5, 200);
    for (const raw of all) await inTime.take([raw]);
    for (const raw of all.filter((r) => r.time.start !== minute(50))) await late.take([raw]);
    await belief(late);
    const without = await belief(late);
    await late.take(volumes(50, 50));
    expect(await belief(late)).not.toBe(without);
    expect(await belief(late)).toBe(await belief(inTime));
  });

  it('F3 a correction, a withdrawal and a late control each fold again, to the same as afresh', async () => {
    const world = await calibrated();
    await world.take(volumes(5, 100).map((raw, i) => ({ ...raw, provenance: id(`v${i}`) })));
    const seen = [await belief(world)];
    const changes: RawItem[] = [
      volume(25, 9, { provenance: id('v4') }),
      { kind: 'retraction', subject: 'tank|1', target: 'v10', provenance: id('x') },
      inflow(33, 3, { provenance: id('c') }),
      inflow(33, 1, { provenance: id('c') }),
      { kind: 'retraction', subject: 'tank|1', target: 'c', provenance: id('y') },
    ];
    for (const change of changes) {
      await world.take([change]);
      seen.push(await belief(world));
      expect(seen.at(-1)).toBe(await afresh(world.store));
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen[5]).toBe(seen[2]);
  });

  it('F4 a merge folds in the other identifier, and undoing it gives back what was believed before, bit for bit', async () => {
    const world = await calibrated();
    await world.take(volumes(5, 100));
    await world.take([volume(52, 7, { subject: 'tank|2' }), inflow(20, 2, { subject: 'tank|2' })]);
    const apart = await belief(world);
    const merge: RawMerge = { kind: 'merge', subject: 'tank|1', from: 'tank|2', provenance: id('m') };
    await world.take([merge]);
    const together = await belief(world);
    expect(together).not.toBe(apart);
    expect(together).toBe(await afresh(world.store));
    await world.take([{ kind: 'retraction', subject: 'tank|1', target: 'm', provenance: id('m2') }]);
    expect(await belief(world)).toBe(apart);
  });

  it('F5 the first value of a fact reaches back, so learning it folds everything again', async () => {
    const told: string[] = [];
    const listening: Pack<unknown> = {
      ...(tank as Pack<unknown>),
      assimilator: {
        ...(tank as Pack<unknown>).assimilator,
        update(old, history, fresh, at, random) {
          told.push(`${(at - minute(0)) / 60_000}:${history.facts.length}`);
          return (tank as Pack<unknown>).assimilator.update(old, history, fresh, at, random);
        },
      },
    };
    const world = await calibrated({ packs: [listening] });
    await world.take(volumes(5, 15));
    await belief(world);
    const fact = { kind: 'fact', subject: 'tank|1', fact: 'broken', codings: [], provenance: id('f') } as const;
    const value = { kind: 'boolean', value: false } as const;
    await world.take([{ ...fact, value, time: { start: minute(12), offset: null } }]);
    await belief(world);
    await world.take([
      {
        ...fact,
        value: { kind: 'boolean', value: true },
        provenance: id('g'),
        time: { start: minute(14), offset: null },
      },
    ]);
    await belief(world);
    expect(told).toEqual(['5:0', '10:0', '15:0', '5:1', '10:1', '15:1', '15:2']);
  });

  it('F6 what the pack declared not to need changes nothing and folds nothing', async () => {
    const world = await calibrated({ packs: [tank, queue] });
    await world.take(volumes(5, 60));
    const before = await belief(world);
    await world.take([
      volume(20, 3, { codings: queue.observes[0]!.codings, value: { kind: 'quantity', value: 3, unit: '1' } }),
    ]);
    expect(await belief(world)).toBe(before);
    expect((await world.hub.history('tank|1', 'queue')).observations).toHaveLength(1);
  });

  it('F7 what is graded poor is not assimilated', async () => {
    const world = await calibrated();
    await world.take(volumes(5, 60));
    const before = await belief(world);
    await world.take([volume(61, 500), volume(400, 5)]);
    expect(await belief(world)).toBe(before);
  });

  it('F8 says so when something from before the calibration changed since', async () => {
    const world = await calibrated();
    await world.take(volumes(5, 10));
    const codes = async () => (await world.hub.belief('tank|1', 'tank'))!.diagnostics.warnings.map((w) => w.code);
    expect(await codes()).toEqual([]);
    await world.take([volume(-7, 9)]);
    expect(await codes()).toEqual(['calibration-outdated']);
    await world.hub.calibrate('tank|1', 'tank');
    expect(await codes()).toEqual([]);
  });

  it('F9 after a restart goes on from a stored belief that still holds, and from an older one when late data spoil it', async () => {
    const store = memory();
    const world = await calibrated({ store });
    for (let t = 5; t <= 245; t += 5) await world.take(volumes(t, t));
    await belief(world);
    const asked: (StoredSnapshot | null)[] = [];
    const counting: Store = {
      ...store,
      async getSnapshot(...args) {
        const found = await store.getSnapshot(...args);
        asked.push(found);
        return found;
      },
    };
    const restart = () => {
      asked.length = 0;
      const again = testWorld({ store: counting });
      again.now = later;
      return again;
    };
    expect(await belief(restart())).toBe(await afresh(store));
    expect(asked.map((s) => s?.trueAt)).toEqual([minute(180)]);
    await store.append([]);
    await world.take([volume(182, 1)]);
    expect(await belief(restart())).toBe(await afresh(store));
    expect(asked.map((s) => s?.trueAt)).toEqual([minute(180)]);
    await world.take([volume(90, 2)]);
    expect(await belief(restart())).toBe(await afresh(store));
    expect(asked.map((s) => s?.trueAt ?? null)).toEqual([minute(180), null]);
  });

  it('F10 believes at an earlier instant what a fold that far gives', async () => {
    const world = await calibrated();
    await world.take(volumes(5, 50));
    const then = bytes(await world.hub.belief('tank|1', 'tank'));
    await world.take(volumes(55, 100));
    const back = await world.hub.belief('tank|1', 'tank', minute(52));
    expect(back!.at).toBe(minute(50));
    expect(bytes(back)).toBe(then);
    expect(await world.hub.belief('tank|1', 'tank', instant(minute(0) - DAY))).toBeNull();
  });

  it('F11 does not fold a belief of another model', async () => {
    const store = memory();
    const world = await calibrated({ store });
    expect(await world.hub.calibrated('tank|1', 'tank')).toBe(true);
    const changed = testWorld({ store, packs: [{ ...tank, version: '2' }] });
    changed.now = later;
    expect(await changed.hub.belief('tank|1', 'tank')).toBeNull();
    expect(await changed.hub.calibrated('tank|1', 'tank')).toBe(false);
  });

  it('F14 values that arrive while a calibration runs are folded onto it', async () => {
    const world = testWorld({ breathe: () => new Promise((resolve) => setTimeout(resolve)) });
    await world.take(volumes(-60, 0));
    world.now = later;
    let arriving: Promise<unknown> | null = null;
    await world.hub.calibrate('tank|1', 'tank', {
      onProgress: () => {
        arriving ??= world.take(volumes(5, 30));
      },
    });
    await arriving;
    const folded = await world.hub.belief('tank|1', 'tank');
    expect(folded!.at).toBe(minute(30));
    expect(folded!.diagnostics.warnings).toEqual([]);
    expect(bytes(folded)).toBe(await afresh(world.store));
  });

  it('F12 two hubs on one store keep up with each other', async () => {
    const store = memory();
    const one = await calibrated({ store });
    const two = testWorld({ store });
    two.now = later;
    expect(await belief(two)).toBe(await belief(one));
    await two.take(volumes(5, 20));
    expect(await belief(one)).toBe(await belief(two));
    await one.take(volumes(10, 40));
    expect(await belief(two)).toBe(await belief(one));
  });

  it('F13 gives coded errors for weights that vanish and for a belief that cannot be read', async () => {
    const hopeless: Pack<unknown> = {
      ...(tank as Pack<unknown>),
      assimilator: {
        ...(tank as Pack<unknown>).assimilator,
        update: (old, history, fresh, at, random) => {
          const next = (tank as Pack<unknown>).assimilator.update(old, history, fresh, at, random);
          return { ...next, weights: next.weights.map(() => 0) };
        },
      },
    };
    const world = await calibrated({ packs: [hopeless] });
    await world.take(volumes(5, 5));
    await expect(world.hub.belief('tank|1', 'tank')).rejects.toMatchObject({ code: 'runtime-weights-zero' });
    expect(await world.hub.calibrate('tank|1', 'tank')).toHaveProperty('members');
    expect((await world.hub.belief('tank|1', 'tank'))!.at).toBe(minute(5));
    const sound = await (await calibrated()).hub.belief('tank|1', 'tank');
    const { restoreBelief } = await import('./belief.ts');
    const whole = snapshotBelief(sound as Belief<never>, tankDynamics as never);
    expect(bytes(restoreBelief(whole, tankDynamics))).toBe(bytes(sound));
    for (const cut of [0, 3, 50, whole.length - 1]) {
      expect(() => restoreBelief(whole.slice(0, cut), tankDynamics)).toThrow(
        expect.objectContaining({ code: 'runtime-snapshot-invalid' }),
      );
    }
  });
});

describe.each([
  ['tank', tank],
  ['queue', queue],
  ['network', network],
] as const)('fold of %s', (_, toy) => {
  const pack = toy as Pack<unknown>;
  const binding = pack.observes[0]!;
  const control = pack.controls[0]!;
  const items: RawItem[] = [];
  let expected = '';

  const start = async () => {
    const world = testWorld({ packs: [pack] });
    const readings = volumes(-60, 0).map((raw, i) => reading(-60 + 5 * i, 4 + (i % 3), raw.provenance.element));
    await world.take(readings);
    await world.hub.calibrate('tank|1', pack.id);
    world.now = later;
    return world;
  };
  const reading = (at: number, value: number, name: string) =>
    volume(at, 0, {
      codings: binding.codings,
      value: { kind: 'quantity', value, unit: binding.unit },
      provenance: { source: 'test.json', element: name },
    });

  beforeAll(async () => {
    for (let t = 5; t <= 75; t += 5) items.push(reading(t, 3 + (t % 4), `r${t}`));
    // Two readings at one instant, and control inputs at and between instants of observation.
    items.push(reading(30, 9, 'twice'));
    for (const at of [10, 33, 60]) {
      const value = { kind: 'quantity', value: 2, unit: control.unit } as const;
      items.push(inflow(at, 2, { codings: control.codings, value }));
    }
    const world = await start();
    await world.take(items);
    expected = bytes(await world.hub.belief('tank|1', pack.id), pack);
  });

  it('O1 gives the same belief, bit for bit, whatever the order of arrival and however often it was asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(items, { minLength: items.length, maxLength: items.length }),
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: items.length, maxLength: items.length }),
        async (shuffled, sizes) => {
          const world = await start();
          let i = 0;
          for (const size of sizes) {
            if (i >= shuffled.length) break;
            await world.take(shuffled.slice(i, i + size));
            i += size;
            if (size % 2 === 0) await world.hub.belief('tank|1', pack.id);
          }
          expect(bytes(await world.hub.belief('tank|1', pack.id), pack)).toBe(expected);
        },
      ),
      { numRuns: 20 },
    );
  });
});
