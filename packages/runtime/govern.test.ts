import { coding, type Decoded, GEMEL, HOUR, type Instant, instant } from '@gemel/core';
import { memory } from '@gemel/store';
import { describe, expect, it } from 'vitest';
import { createHub } from './create-hub.ts';
import { queue } from './fixtures/queue.ts';
import { tank, tankToy } from './fixtures/tank.ts';
import { toyPack } from './fixtures/toy.ts';
import { element, inflow, minute, sha256, type TestWorld, testWorld, volume, volumes } from './fixtures/world.ts';
import type { Pack } from './pack.ts';
import { crpsOfQuantiles, type ForecastNote, type Score } from './score.ts';

const agree = { kind: 'agree', person: 'A', at: minute(0), reason: 'Fits.' } as const;

async function calibrated(options: Parameters<typeof testWorld>[0] = {}): Promise<TestWorld> {
  const world = testWorld(options);
  await world.take(volumes(-100, 0));
  await world.hub.calibrate('tank|1', 'tank');
  return world;
}

/** Values arrive one by one as they become true; a standing forecast is made after each. */
async function stream(world: TestWorld, from: number, to: number): Promise<void> {
  for (let t = from; t <= to; t += 5) {
    world.now = minute(t);
    await world.take(volumes(t, t));
    await world.hub.forecast('tank|1', 'tank');
  }
}

describe('level', () => {
  const level = (world: TestWorld) => world.hub.level('tank|1', 'tank');

  it('L1 a record imported in one go is a model, however fresh its last value', async () => {
    expect(await level(await calibrated())).toBe('model');
  });

  it('L2 values that arrive by themselves make a shadow, until they cease', async () => {
    const world = await calibrated();
    await stream(world, 5, 5);
    expect(await level(world)).toBe('model');
    await stream(world, 10, 10);
    expect(await level(world)).toBe('shadow');
    world.now = instant(minute(10) + 25 * HOUR);
    expect(await level(world)).toBe('model');
  });

  it('L3 a history imported in pieces long after it was true is no flow', async () => {
    const world = testWorld();
    world.now = minute(600);
    for (let t = 0; t < 50; t += 5) {
      await world.take(volumes(t, t));
      world.now = instant(world.now + 1_000);
    }
    expect(await level(world)).toBe('model');
  });

  it('L4 a released plan that is then given makes a twin; released alone, or given without release, does not', async () => {
    const world = await calibrated();
    await stream(world, 5, 15);
    await world.take([inflow(14, 1)]);
    const { id } = await world.hub.advise('tank|1', 'tank');
    expect(await level(world)).toBe('shadow');
    await world.hub.act(id, agree, 'give-2');
    expect(await level(world)).toBe('shadow');
    world.now = minute(17);
    await world.take([inflow(16, 2)]);
    expect(await level(world)).toBe('twin');
  });
});

describe('ledger', () => {
  it('G1 scores each value against the forecast made that long before it was known, and against no other', async () => {
    const world = await calibrated();
    await world.hub.forecast('tank|1', 'tank');
    await stream(world, 5, 60);
    const notes = new Map((await world.store.read({ kinds: ['forecast'] })).map((e) => [e.id, e]));
    const scores = await world.store.read({ kinds: ['score'] });
    expect(scores).toHaveLength(10 + 7);
    const values = await world.hub.history('tank|1', 'tank');
    for (const { payload } of scores) {
      const score = payload as Score;
      const note = notes.get(score.forecast)!.payload as ForecastNote;
      const observation = (await world.store.get(score.observation))!;
      expect(note.seq).toBeLessThan(observation.seq);
      expect(note.madeAt).toBeLessThan(observation.knownAt);
      expect(score.at - note.from).toBe(score.leadMinutes * 60_000);
      expect(score.low90).toBeLessThan(score.low50);
      expect(score.median).toBeGreaterThan(score.low50);
      const seen = values.observations.find((o) => o.id === score.observation)!;
      expect(seen.value).toEqual({ value: score.observed, unit: 'L' });
      const lead = note.leads.find((l) => l.leadMinutes === score.leadMinutes)!;
      const quantiles = lead.quantiles.map((row) => row[lead.times.indexOf(score.at)]!);
      expect(score.crps).toBeCloseTo(crpsOfQuantiles(lead.levels, quantiles, score.observed), 12);
    }
    const ledger = (await world.hub.ledger('tank|1', 'tank'))!;
    expect(ledger).toMatchObject({ quantity: 'volume', unit: 'L' });
    for (const lead of ledger.byLead) {
      const own = scores.map((e) => e.payload as Score).filter((s) => s.leadMinutes === lead.leadMinutes);
      expect(lead.count).toBe(own.length);
      const errors = own.map((s) => s.median - s.observed);
      expect(lead.bias).toBeCloseTo(errors.reduce((a, b) => a + b, 0) / own.length, 12);
      expect(lead.rmse).toBeCloseTo(Math.sqrt(errors.reduce((a, b) => a + b * b, 0) / own.length), 12);
      expect(lead.coverage90).toBe(
        own.filter((s) => s.observed >= s.low90 && s.observed <= s.high90).length / own.length,
      );
    }
  });

  it('G2 a corrected value is scored again and the score of the wrong one no longer counts', async () => {
    const world = await calibrated();
    await world.hub.forecast('tank|1', 'tank');
    world.now = minute(15);
    const says = (litres: number) => volume(15, litres, { provenance: { source: 'x', element: 'x', sourceId: 'v' } });
    await world.take([says(9)]);
    const lead = async () => (await world.hub.ledger('tank|1', 'tank'))!.byLead[0]!;
    const wrong = await lead();
    await world.take([says(3.2)]);
    const right = await lead();
    expect([wrong.count, right.count]).toEqual([1, 1]);
    expect(right.rmse).toBeLessThan(wrong.rmse);
    expect(await world.store.read({ kinds: ['score'] })).toHaveLength(2);
  });

  it('G3 says nothing before the first score, and nothing of values implausible', async () => {
    const world = await calibrated();
    await world.hub.forecast('tank|1', 'tank');
    world.now = minute(15);
    await world.take([volume(15, 500)]);
    expect(await world.hub.ledger('tank|1', 'tank')).toBeNull();
  });

  it('G4 gives past forecasts beside what was observed', async () => {
    const world = await calibrated();
    await world.hub.forecast('tank|1', 'tank');
    await stream(world, 5, 40);
    const past = await world.hub.pastForecasts('tank|1', 'tank', 15, minute(15), minute(50));
    expect(past.map((p) => (p.at - minute(0)) / 60_000)).toEqual([15, 20, 25, 30, 35, 40, 45, 50]);
    expect(past.map((p) => p.observed !== null)).toEqual([true, true, true, true, true, true, false, false]);
    expect(past.every((p) => p.low < p.median && p.median < p.high)).toBe(true);
  });

  it('G5 a trace shows what was observed afterwards', async () => {
    const world = await calibrated();
    const { id } = await world.hub.advise('tank|1', 'tank');
    expect((await world.hub.trace(id))!.outcome).toBeNull();
    await stream(world, 5, 20);
    const { outcome } = (await world.hub.trace(id))!;
    expect(outcome!.observed.map((o) => o.at)).toEqual([5, 10, 15, 20].map(minute));
    expect(outcome!.at).toBe(minute(20));
    expect(outcome!.coverage90).toBeLessThanOrEqual(1);
  });
});

describe('replay', () => {
  it('Y1 replays bit for bit after anything has come in since, on another hub over the same store', async () => {
    const store = memory();
    const world = await calibrated({ store });
    await stream(world, 5, 20);
    const advised = [await world.hub.advise('tank|1', 'tank')];
    await world.take([volume(-33, 1), inflow(-20, 3)]);
    advised.push(await world.hub.advise('tank|1', 'tank'));
    await world.hub.calibrate('tank|1', 'tank');
    await stream(world, 25, 30);
    advised.push(await world.hub.advise('tank|1', 'tank'));
    await world.hub.act(advised[2]!.id, { ...agree, at: world.now });
    await world.take([inflow(31, 2)]);
    const again = testWorld({ store, clock: () => minute(9_999) });
    for (const { id } of advised) expect(await again.hub.replay(id)).toEqual({ equal: true, differences: [] });
  });

  it('Y2 says what differs: version, seed, and then the numbers', async () => {
    const store = memory();
    const world = await calibrated({ store });
    const { id } = await world.hub.advise('tank|1', 'tank');
    const otherSeed = await testWorld({ store, seed: 2, engine: 'other' }).hub.replay(id);
    expect(otherSeed.equal).toBe(false);
    expect(otherSeed.differences).toEqual(
      expect.arrayContaining([
        'seed: was 1, is 2',
        'engine: was test, is other',
        expect.stringMatching(/^advice\.plans\.0\./),
      ]),
    );
    const better: Pack<unknown> = {
      ...(tank as Pack<unknown>),
      version: '2',
      rewards: tank.rewards.map((r) => ({ ...r, weight: r.weight * 2 })),
    };
    const changed = await testWorld({ store, packs: [better] }).hub.replay(id);
    expect(changed.differences).toEqual(
      expect.arrayContaining(['pack version: was 1, is 2', expect.stringMatching(/^model hash: was /)]),
    );
    const gone = await testWorld({ store, packs: [queue] }).hub.replay(id);
    expect(gone).toEqual({ equal: false, differences: ['pack: tank is not loaded'] });
  });

  it('Y3 finds a single changed number', async () => {
    const store = memory();
    const world = await calibrated({ store });
    const { id } = await world.hub.advise('tank|1', 'tank');
    const altered = (from: string, to: string) => ({
      ...store,
      get: async (name: string) => {
        const entry = await store.get(name);
        if (entry?.kind !== 'trace') return entry;
        const text = JSON.stringify(entry.payload);
        expect(text).toContain(from);
        return { ...entry, payload: JSON.parse(text.replace(from, to)) };
      },
    });
    const trace = (await world.hub.trace(id))!;
    const { total, forecast } = trace.advice.plans[0]!;
    const mean = forecast.quantities.lowest!.kind === 'scalar' ? forecast.quantities.lowest!.mean : 0;
    for (const [name, value] of [
      ['total', total],
      ['mean', mean],
    ] as const) {
      const lying = altered(`"${name}":${value}`, `"${name}":${value + 1e-9}`);
      const { equal, differences } = await testWorld({ store: lying }).hub.replay(id);
      expect(equal).toBe(false);
      expect(differences).toEqual([expect.stringMatching(new RegExp(`^advice\\.plans\\.0\\..*${name}: was`))]);
    }
  });
});

describe('composition', () => {
  const LEVEL = coding(GEMEL, 'shared.level');
  const upper: Pack<unknown> = { ...(tank as Pack<unknown>), publishes: [{ code: LEVEL, quantity: 'volume' }] };
  const basin: Pack<unknown> = {
    ...(toyPack({ ...tankToy, id: 'basin' }) as Pack<unknown>),
    consumes: [{ code: LEVEL, control: 'inflow' }],
  };

  async function both(packs: readonly Pack<unknown>[]): Promise<TestWorld> {
    const world = testWorld({ packs });
    await world.take(volumes(-100, 0));
    for (const pack of packs) await world.hub.calibrate('tank|1', pack.id);
    return world;
  }
  const end = async (world: TestWorld) => {
    const made = await world.hub.forecast('tank|1', 'basin');
    if (made.kind !== 'forecast') throw new Error('withheld');
    const { volume: q } = made.quantities;
    return q!.kind === 'trajectory' ? q!.quantiles.map((row) => row.at(-1)!) : [];
  };

  it('M1 a consumer is driven by what a publisher forecasts, in whatever order the packs are given', async () => {
    const alone = await end(await both([basin]));
    const driven = await end(await both([upper, basin]));
    expect(driven[5]!).toBeGreaterThan(alone[5]! + 5);
    expect(await end(await both([basin, upper]))).toEqual(driven);
  });

  it('M2 the publisher’s uncertainty passes on', async () => {
    const spread = (q: readonly number[]) => q[9]! - q[1]!;
    const vague: Pack<unknown> = {
      ...upper,
      outOfRange: (paths) => {
        const steps = paths.times.length;
        paths.values.volume!.forEach((value, i, all) => {
          all[i] = value * (Math.floor(i / steps) % 2 === 0 ? 0.2 : 1.8);
        });
        return [];
      },
    };
    expect(spread(await end(await both([vague, basin])))).toBeGreaterThan(
      3 * spread(await end(await both([upper, basin]))),
    );
  });

  it('M3 a twin that is driven replays bit for bit', async () => {
    const world = await both([upper, basin]);
    const { id } = await world.hub.advise('tank|1', 'basin');
    await world.take([volume(1, 8)]);
    expect(await world.hub.replay(id)).toEqual({ equal: true, differences: [] });
  });

  it('M4 refuses a circle, two packs of one id, and one name for two things', () => {
    const options = { store: memory(), clock: (): Instant => minute(0), seed: 1, sha256, engine: 'x' };
    const circle = [
      { ...upper, consumes: [{ code: coding(GEMEL, 'back'), control: 'inflow' }] },
      { ...basin, publishes: [{ code: coding(GEMEL, 'back'), quantity: 'volume' }] },
    ];
    const refused = (packs: readonly Pack<unknown>[]) => {
      try {
        createHub({ ...options, packs });
      } catch (error) {
        return error;
      }
      return null;
    };
    expect(refused(circle)).toMatchObject({
      code: 'runtime-pack-cycle',
      message: expect.stringContaining('tank → basin → tank'),
    });
    expect(refused([{ ...upper, consumes: [{ code: LEVEL, control: 'inflow' }] }])).toMatchObject({
      code: 'runtime-pack-cycle',
    });
    expect(refused([upper, upper])).toMatchObject({ code: 'runtime-pack-twice' });
    const [inflow] = upper.controls;
    const elsewhere = { ...upper, id: 'elsewhere', controls: [{ ...inflow, codings: [coding(GEMEL, 'rain')] }] };
    expect(refused([upper, elsewhere])).toMatchObject({
      code: 'runtime-name-ambiguous',
      message: expect.stringContaining('tank and elsewhere'),
    });
  });
});

describe('hub', () => {
  it('H1 tells its listeners what happened, and packs what concerns them', async () => {
    const world = testWorld({ packs: [tank, queue] });
    const heard: string[] = [];
    const stop = world.hub.watch((event) => heard.push(`${event.kind} ${event.subject}`));
    await world.take(volumes(-100, 0));
    expect(await world.hub.packsOf('tank|1')).toEqual(['tank']);
    await world.hub.calibrate('tank|1', 'tank');
    await world.hub.forecast('tank|1', 'tank');
    await world.hub.forecast('tank|1', 'tank');
    const { id } = await world.hub.advise('tank|1', 'tank');
    await world.hub.act(id, agree);
    stop();
    await world.take(volumes(1, 1));
    expect(heard).toEqual(['admitted', 'calibrated', 'forecast', 'trace', 'action'].map((kind) => `${kind} tank|1`));
  });

  it('H2 keeps elements without a subject, listed under no twin', async () => {
    const world = testWorld();
    const kept: Decoded = { ...element([]), fate: 'kept', kept: { resourceType: 'Organization' } };
    const source = { name: 'x', sha256: 'abc', format: 'x', bytes: 1 };
    const { account, subjects } = await world.hub.admit([kept], source);
    expect([account.kept, subjects, await world.hub.subjects()]).toEqual([1, [], []]);
    expect((await world.store.read({ kinds: ['kept'] }))[0]!.payload).toMatchObject({
      element: { resourceType: 'Organization' },
    });
  });

  it('H3 withholds from a pack what it did not declare to need', async () => {
    const modest: Pack<unknown> = { ...(tank as Pack<unknown>), needs: { ...tank.needs, controls: [], facts: [] } };
    const world = testWorld({ packs: [modest] });
    const fact = {
      kind: 'fact',
      subject: 'tank|1',
      fact: 'broken',
      codings: [],
      value: { kind: 'boolean', value: false },
    } as const;
    const rest = { time: { start: minute(-5), offset: null }, provenance: { source: 'x', element: 'x' } };
    await world.take([...volumes(-10, 0), inflow(-5, 1), { ...fact, ...rest }]);
    const { observations, controls, facts } = await world.hub.history('tank|1', 'tank');
    expect([observations.length, controls.length, facts.length]).toEqual([3, 0, 0]);
    expect(await world.hub.facts('tank|1')).toHaveLength(1);
  });

  it('H4 gives each pack a reading in its own name and unit, and sets aside what it holds implausible', async () => {
    const own = toyPack({ ...tankToy, id: 'millilitres' }) as Pack<unknown>;
    const small: Pack<unknown> = {
      ...own,
      observes: [{ ...own.observes[0]!, signal: 'volume', unit: 'mL', plausible: [0, 8_000] }],
    };
    const world = testWorld({ packs: [tank, small] });
    await world.take([volume(-1, 7), volume(0, 9)]);
    const seen = await world.hub.history('tank|1', 'millilitres');
    expect(seen.observations.map((o) => o.value)).toEqual([{ value: 7000, unit: 'mL' }]);
    expect(seen.setAside!.map((o) => o.value)).toEqual([{ value: 9000, unit: 'mL' }]);
    expect((await world.hub.history('tank|1', 'tank')).observations).toHaveLength(2);
  });

  it('H5 says what was known then', async () => {
    const world = testWorld();
    await world.take(volumes(-10, 0));
    world.now = minute(60);
    await world.take([volume(-5, 1, { provenance: { source: 'x', element: 'x', sourceId: 'v' } })]);
    const count = async (at?: Instant) => (await world.hub.history('tank|1', 'tank', at)).observations.length;
    expect([await count(minute(-1)), await count(minute(0)), await count(minute(59)), await count()]).toEqual([
      0, 3, 3, 4,
    ]);
  });
});
