import type { PersonAction, Scenario, Trace } from '@gemel/core';
import { describe, expect, it } from 'vitest';
import { tank, tankToy } from './fixtures/tank.ts';
import { proposed } from './fixtures/toy.ts';
import { inflow, minute, type TestWorld, testWorld, volume, volumes } from './fixtures/world.ts';
import type { Hub } from './hub.ts';
import type { Pack } from './pack.ts';

const any = tank as Pack<unknown>;

async function ready(part: Partial<Pack<unknown>> = {}): Promise<TestWorld> {
  const world = testWorld({ packs: [{ ...any, ...part }] });
  await world.take(volumes(-100, 0));
  await world.hub.calibrate('tank|1', 'tank');
  return world;
}

const arm = (id: string, ...amounts: number[]): Scenario => ({
  id,
  title: id,
  controls: amounts.map((amount) => proposed(tankToy, 'tank|1', amount, minute(1))),
});

async function forecast(hub: Hub, scenario?: Scenario) {
  const made = await hub.forecast('tank|1', 'tank', scenario);
  if (made.kind !== 'forecast') throw new Error('withheld');
  return made;
}

const plans = (trace: Trace) => trace.advice.plans.map((plan) => plan.scenario.id);

describe('forecast', () => {
  it('F1 is one object of distributions on the grid of the belief, named by a hash', async () => {
    const { hub } = await ready();
    const made = await forecast(hub);
    const volume = made.quantities.volume!;
    const lowest = made.quantities.lowest!;
    if (volume.kind !== 'trajectory' || lowest.kind !== 'scalar') throw new Error('kind');
    expect(made.horizon).toEqual({ from: minute(0), to: minute(60) });
    expect(volume.times).toHaveLength(13);
    expect(volume.quantiles.map((row) => row.length)).toEqual(Array(11).fill(13));
    for (let t = 0; t < 13; t++) {
      const column = volume.quantiles.map((row) => row[t]!);
      expect(column).toEqual([...column].sort((a, b) => a - b));
    }
    expect(volume.events.trouble![12]).toBeGreaterThan(0);
    expect(lowest.mean).toBeLessThan(volume.mean[0]!);
    expect(made.members).toBe(100);
    expect(made.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('F2 is the same from the same, whoever makes it; another seed, other numbers', async () => {
    const [a, b] = [await forecast((await ready()).hub), await forecast((await ready()).hub)];
    expect(a).toEqual(b);
    const world = testWorld({ seed: 2 });
    await world.take(volumes(-100, 0));
    await world.hub.calibrate('tank|1', 'tank');
    expect((await forecast(world.hub)).hash).not.toBe(a.hash);
  });

  it('F3 is kept while nothing it rests on changed, and moves on with the data and the clock', async () => {
    const world = await ready();
    const first = await forecast(world.hub);
    world.now = minute(4);
    expect(await forecast(world.hub)).toBe(first);
    world.now = minute(12);
    const moved = await forecast(world.hub);
    expect(moved.horizon.from).toBe(minute(10));
    await world.take(volumes(5, 10));
    const fresh = await forecast(world.hub);
    expect(fresh.basis.lastObservation).toBe(minute(10));
    expect(await world.store.read({ kinds: ['forecast'] })).toHaveLength(3);
  });

  it('F4 the arms of a what-if differ by what is done and not by luck', async () => {
    const { hub } = await ready();
    const answer = await hub.whatIf('tank|1', 'tank', [arm('none'), arm('same'), arm('two', 2), arm('four', 4)]);
    if ('kind' in answer) throw new Error('withheld');
    expect(answer.plans[1]!.forecast.quantities).toEqual(answer.plans[0]!.forecast.quantities);
    expect(answer.differences[1]!.every((d) => d.median === 0 && d.low === 0 && d.high === 0)).toBe(true);
    const lowest = answer.differences.map((d) => d.find(({ name }) => name === 'lowest')!);
    expect(lowest[2]!.low).toBeGreaterThanOrEqual(0);
    expect(lowest[3]!.median).toBeGreaterThanOrEqual(lowest[2]!.median);
    const share = answer.plans.map((plan) => plan.probabilityBest);
    expect(share.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(share[0]).toBe(share[1]);
    expect(answer.differences[3]!.find(({ name }) => name === 'thrift')!.median).toBe(-4);
  });

  it('F5 limits run on every scenario, whoever made it', async () => {
    const { hub } = await ready();
    const answer = await hub.whatIf('tank|1', 'tank', [arm('none'), arm('much', 50)]);
    if ('kind' in answer) throw new Error('withheld');
    const [, much] = answer.plans;
    expect(much!.scenario.controls.map((c) => [c.value.value, c.status])).toEqual([[5, 'proposed']]);
    expect(much!.limits.map((l) => l.verdict)).toEqual(['clipped', 'within']);
    const plain = await forecast(hub, arm('much', 5));
    expect((await forecast(hub, arm('much', 50))).quantities).toEqual(plain.quantities);
  });

  it('F6 is withheld with every reason: not calibrated, too little, not applicable', async () => {
    const world = testWorld();
    await expect(world.hub.forecast('tank|1', 'tank')).rejects.toMatchObject({ code: 'runtime-subject-unknown' });
    await world.take(volumes(-5, 0));
    const codes = async (service: 'forecast' | 'calibrate') => {
      const answer = await world.hub[service]('tank|1', 'tank');
      return 'kind' in answer && answer.kind === 'withheld' ? answer.missing.map((m) => m.code) : 'given';
    };
    expect(await codes('forecast')).toEqual(['not-calibrated']);
    expect(await codes('calibrate')).toEqual(['too-few']);
    const broken = { kind: 'boolean', value: true } as const;
    const time = { start: minute(0), offset: null };
    const provenance = { source: 'x', element: 'x' };
    await world.take([
      { kind: 'fact', subject: 'tank|1', fact: 'broken', codings: [], value: broken, time, provenance },
    ]);
    expect(await codes('forecast')).toEqual(['broken']);
    await expect(world.hub.forecast('tank|1', 'nothing')).rejects.toMatchObject({ code: 'runtime-pack-unknown' });
  });

  it('F7 refuses numbers that are none', async () => {
    const { hub } = await ready({
      quantities: any.quantities.map((q) => ({ ...q, evaluate: (paths) => q.evaluate(paths).map(() => Number.NaN) })),
    });
    await expect(hub.forecast('tank|1', 'tank')).rejects.toMatchObject({ code: 'runtime-not-finite' });
  });

  it('F8 what the pack widens in the paths is in the quantities and said', async () => {
    const outOfRange: Pack<unknown>['outOfRange'] = (paths) => {
      paths.values.volume!.forEach((value, i, all) => {
        all[i] = value + 100;
      });
      return [{ code: 'far', message: 'Beyond what was validated.', from: paths.times[0]!, to: paths.times.at(-1)! }];
    };
    const made = await forecast((await ready({ outOfRange })).hub);
    const plain = await forecast((await ready()).hub);
    expect(made.outOfRange.map((o) => o.code)).toEqual(['far']);
    const mean = (f: typeof made) => (f.quantities.lowest!.kind === 'scalar' ? f.quantities.lowest!.mean : 0);
    expect(mean(made) - mean(plain)).toBeCloseTo(100, 9);
  });

  it('F9 calibration can be cancelled between its steps and reports how far it is', async () => {
    const world = testWorld();
    await world.take(volumes(-100, 0));
    const stop = new AbortController();
    const seen: number[] = [];
    const work = world.hub.calibrate('tank|1', 'tank', {
      signal: stop.signal,
      onProgress: (progress) => {
        seen.push(progress.fraction);
        if (seen.length === 3) stop.abort();
      },
    });
    await expect(work).rejects.toMatchObject({ code: 'runtime-cancelled' });
    expect(seen).toHaveLength(3);
    expect(await world.hub.calibrated('tank|1', 'tank')).toBe(false);
  });
});

describe('decide', () => {
  it('D1 weighs what the pack proposes, best first, and leaves a whole trace', async () => {
    const world = await ready();
    const trace = await world.hub.advise('tank|1', 'tank');
    expect(trace.advice.kind).toBe('advise');
    expect(new Set(plans(trace))).toEqual(new Set(['give-0', 'give-2', 'give-4', 'give-8']));
    const totals = trace.advice.plans.map((plan) => plan.total);
    expect(totals).toEqual([...totals].sort((a, b) => b - a));
    const eight = trace.advice.plans.find((plan) => plan.scenario.id === 'give-8')!;
    expect(eight.scenario.controls[0]!.value.value).toBe(5);
    for (const plan of trace.advice.plans) {
      const total = plan.rewards.reduce((sum, term) => sum + term.weight * term.mean, 0);
      expect(plan.total).toBeCloseTo(total, 9);
    }
    expect(trace.inputs).toEqual([
      expect.objectContaining({ name: 'volume', trueAt: minute(0), ageMinutes: 0, grade: 'good' }),
    ]);
    expect(trace.posterior.map((p) => p.parameter)).toEqual(['leak', 'start']);
    expect(trace.posterior[0]!.shrinkage).toBeLessThan(0.8);
    expect(trace.posterior[0]!.low).toBeLessThan(0.01);
    expect(trace.posterior[0]!.high).toBeGreaterThan(0.01);
    expect(trace.words.at(-1)).toBe('Research use. Not for clinical use.');
    expect(trace).toMatchObject({ engine: 'test', level: 'model', action: null, outcome: null });
    expect(await world.hub.trace(trace.id)).toEqual(JSON.parse(JSON.stringify(trace)));
  });

  it('D2 lets no plan out that a limit forbids, nor one that was not weighed, nor one that was altered', async () => {
    const decide: Pack<unknown>['decide'] = (situation, weighed) => {
      const first = weighed[0]!;
      const altered = { ...first, total: 1e9, allowed: true };
      const invented = { ...first, scenario: { ...first.scenario, id: 'invented' } };
      const expires = minute(15);
      const { now } = situation;
      return {
        kind: 'advise',
        statement: `at ${now}`,
        reasons: [],
        advisories: [],
        plans: [invented, altered, ...weighed],
        expires,
      };
    };
    const limits: Pack<unknown>['limits'] = [
      ...any.limits,
      {
        name: 'no-four',
        title: 'Never four',
        apply: (controls) => {
          const verdict = controls.some((c) => c.value.value === 4) ? 'forbidden' : 'within';
          return { verdict: { limit: 'no-four', title: 'Never four', verdict, message: 'x' }, controls };
        },
      },
    ];
    const { hub } = await ready({ decide, limits });
    const trace = await hub.advise('tank|1', 'tank');
    expect(plans(trace)).toEqual(['give-0', 'give-2', 'give-8']);
    expect(trace.advice.plans.every((plan) => plan.allowed && plan.total < 1e9)).toBe(true);
    expect(trace.advice.reasons.map((r) => r.code)).toEqual(['plan-not-weighed', 'plan-forbidden']);
  });

  it('D3 abstains when nothing it decided on is left', async () => {
    const decide: Pack<unknown>['decide'] = (_, weighed) => ({
      kind: 'advise',
      statement: 'x',
      reasons: [],
      advisories: [],
      plans: [{ ...weighed[0]!, scenario: { ...weighed[0]!.scenario, id: 'invented' } }],
      expires: minute(15),
    });
    const trace = await (await ready({ decide })).hub.advise('tank|1', 'tank');
    expect(trace.advice).toMatchObject({ kind: 'abstain', code: 'plan-not-weighed', plans: [] });
  });

  it('D4 abstains with reasons when stale, not calibrated or not applicable, and says its advisories all the same', async () => {
    const world = testWorld();
    await world.take([volume(-50, 1), volume(-45, 1), volume(-40, 1)]);
    const advise = () => world.hub.advise('tank|1', 'tank');
    expect((await advise()).advice).toMatchObject({ kind: 'abstain', code: 'stale' });
    world.now = minute(-30);
    const before = await advise();
    expect(before.advice).toMatchObject({ kind: 'abstain', code: 'not-calibrated' });
    expect(before.advice.advisories.map((a) => a.code)).toEqual(['low']);
    await world.hub.calibrate('tank|1', 'tank');
    expect((await advise()).advice.kind).toBe('advise');
    const broken = { kind: 'boolean', value: true } as const;
    const time = { start: minute(-60), offset: null };
    const provenance = { source: 'x', element: 'x' };
    await world.take([
      { kind: 'fact', subject: 'tank|1', fact: 'broken', codings: [], value: broken, time, provenance },
    ]);
    const refused = await advise();
    expect(refused.advice).toMatchObject({ kind: 'abstain', code: 'not-applicable' });
    expect(refused.advice.reasons[0]!.statement).toBe('It is broken.');
    for (const trace of await world.hub.traces('tank|1')) {
      expect(await world.hub.replay(trace.id)).toEqual({ equal: true, differences: [] });
    }
  });

  it('D5 stops a pack that proposes without end', async () => {
    let n = 0;
    const { hub } = await ready({ propose: () => [arm(`p${n++}`)] });
    await expect(hub.advise('tank|1', 'tank')).rejects.toMatchObject({ code: 'runtime-propose-endless' });
  });

  it('D6 limits that work against each other forbid', async () => {
    const opposed = (name: string, value: number): Pack<unknown>['limits'][number] => ({
      name,
      title: name,
      apply: (controls) => ({
        verdict: { limit: name, title: name, verdict: 'clipped', message: 'x' },
        controls: controls.map((c) => ({ ...c, value: { ...c.value, value } })),
      }),
    });
    const { hub } = await ready({ limits: [opposed('up', 2), opposed('down', 1)] });
    expect((await hub.advise('tank|1', 'tank')).advice).toMatchObject({ kind: 'abstain' });
  });
});

describe('release', () => {
  const agree = (part: Partial<PersonAction> = {}): PersonAction => ({
    kind: 'agree',
    person: 'Dr A',
    at: minute(1),
    reason: 'It fits.',
    ...part,
  });

  it('R1 agreeing needs a reason, gives the plan, and marks nothing as given', async () => {
    const world = await ready();
    const { id } = await world.hub.advise('tank|1', 'tank');
    await expect(world.hub.act(id, agree({ reason: '  ' }))).rejects.toMatchObject({ code: 'release-reason-missing' });
    const { trace, plan } = await world.hub.act(id, agree(), 'give-2');
    expect(plan!.scenario.id).toBe('give-2');
    expect(plan!.scenario.controls.every((c) => c.status === 'proposed')).toBe(true);
    expect(trace.action).toEqual(agree());
    expect((await world.hub.history('tank|1', 'tank')).controls).toEqual([]);
    expect(
      (await world.store.read({ kinds: ['release'] })).map((e) => (e.payload as { scenario: string }).scenario),
    ).toEqual(['give-2']);
    await expect(world.hub.act(id, agree())).rejects.toMatchObject({ code: 'release-already-acted' });
  });

  it('R2 refuses an unknown plan, an unknown trace, and agreeing to an abstention', async () => {
    const world = await ready();
    const { id } = await world.hub.advise('tank|1', 'tank');
    await expect(world.hub.act(id, agree(), 'never')).rejects.toMatchObject({ code: 'release-plan-unknown' });
    await expect(world.hub.act('none', agree())).rejects.toMatchObject({ code: 'runtime-trace-unknown' });
    world.now = minute(45);
    const abstained = await world.hub.advise('tank|1', 'tank');
    await expect(world.hub.act(abstained.id, agree())).rejects.toMatchObject({ code: 'release-nothing-proposed' });
  });

  it('R3 refuses after expiry, but takes a rejection at any time', async () => {
    const world = await ready();
    const { id } = await world.hub.advise('tank|1', 'tank');
    world.now = minute(16);
    await expect(world.hub.act(id, agree())).rejects.toMatchObject({ code: 'release-expired' });
    const { plan, trace } = await world.hub.act(id, agree({ kind: 'reject', reason: 'Too late.' }));
    expect([plan, trace.action!.kind]).toEqual([null, 'reject']);
    expect(await world.store.read({ kinds: ['release'] })).toEqual([]);
  });

  it.each([
    ['a late observation', [volume(-22, 4)]],
    ['a correction', [volume(-20, 4, { provenance: { source: 'x', element: 'x', sourceId: 'v' } })]],
    ['a control given since', [inflow(1, 1)]],
    ['a control given before and told late', [inflow(-3, 1)]],
    [
      'a merge',
      [{ kind: 'merge', subject: 'tank|1', from: 'tank|9', provenance: { source: 'x', element: 'x' } } as const],
    ],
  ])('R4 refuses when the inputs changed since: %s', async (_, items) => {
    const world = testWorld();
    await world.take([
      ...volumes(-100, -25),
      volume(-20, 5, { provenance: { source: 'x', element: 'x', sourceId: 'v' } }),
      ...volumes(-15, 0),
    ]);
    await world.hub.calibrate('tank|1', 'tank');
    const { id } = await world.hub.advise('tank|1', 'tank');
    world.now = minute(2);
    await world.take(items);
    await expect(world.hub.act(id, agree())).rejects.toMatchObject({ code: 'release-inputs-changed' });
  });

  it('R5 a new observation from after the advice does not undo it, unless a limit now speaks against it', async () => {
    const world = await ready();
    const first = await world.hub.advise('tank|1', 'tank');
    const second = await world.hub.advise('tank|1', 'tank');
    world.now = minute(2);
    await world.take([volume(1, 3)]);
    expect((await world.hub.act(first.id, agree(), 'give-2')).plan).not.toBeNull();
    await world.take([volume(2, 60)]);
    await expect(world.hub.act(second.id, agree(), 'give-2')).rejects.toMatchObject({ code: 'release-limits-changed' });
  });

  it('R6 a person’s own controls pass the limits like any other', async () => {
    const world = await ready();
    const { id } = await world.hub.advise('tank|1', 'tank');
    const change = (controls: PersonAction['controls']) =>
      agree({ kind: 'change', ...(controls === undefined ? {} : { controls }) });
    await expect(world.hub.act(id, change(undefined))).rejects.toMatchObject({ code: 'release-controls-missing' });
    const own = proposed(tankToy, 'tank|1', 20_000, minute(2));
    const inMillilitres = { ...own, value: { value: 20_000, unit: 'mL' } };
    await expect(world.hub.act(id, change([{ ...own, control: 'fire' }]))).rejects.toMatchObject({
      code: 'release-controls-missing',
    });
    const { plan } = await world.hub.act(id, change([inMillilitres]));
    expect(plan!.scenario.controls.map((c) => c.value)).toEqual([{ value: 5, unit: 'L' }]);
    expect(plan!.limits.map((l) => l.verdict)).toEqual(['clipped', 'within']);
    expect(plan!.forecast.scenario).toEqual(plan!.scenario);
  });

  it('R7 a person’s change that a limit forbids is refused', async () => {
    const world = await ready();
    await world.take([volume(1, 60)]);
    world.now = minute(1);
    await world.hub.calibrate('tank|1', 'tank');
    const { id } = await world.hub.advise('tank|1', 'tank');
    const controls = [proposed(tankToy, 'tank|1', 1, minute(2))];
    await expect(world.hub.act(id, agree({ kind: 'change', controls }))).rejects.toMatchObject({
      code: 'release-forbidden',
    });
  });
});
