import { describe, expect, it } from 'vitest';
import { indexedDraws, randomStream } from '../random/philox.ts';
import { compileFlow } from './compile.ts';
import { exponential } from './duration.ts';
import { type Flow, serve } from './flow.ts';
import { erlangB, mg1, mmc, trafficRates } from './queueing.ts';
import { meanEstimate, replicateToPrecision, warmUpEnd } from './replicate.ts';
import { selectByRinott, selectSequentially } from './select-best.ts';
import { World } from './world.ts';

/** Replications of an equilibrium: mean of a figure, and whether the closed form lies in its 99.9 % interval. */
function agrees(flow: Flow, figure: (world: World) => number, expected: number, warm = 1000, length = 20_000): void {
  const compiled = compileFlow(flow);
  const values: number[] = [];
  for (let replication = 0; replication < 20; replication++) {
    const world = new World(compiled, (name) => indexedDraws(11, replication, name));
    world.run(warm);
    world.resetStatistics();
    world.run(warm + length);
    values.push(figure(world));
  }
  const { mean, half } = meanEstimate(values, 0.999);
  expect(Math.abs(mean - expected)).toBeLessThan(half);
  expect(half / Math.abs(expected)).toBeLessThan(0.15);
}

describe('queues in equilibrium', () => {
  const mm = (servers: number, rate: number, mean: number, rest: object = {}): Flow => ({
    resources: { desk: { capacity: servers } },
    sources: { people: { arrivals: { kind: 'poisson', rate }, route: 'way' } },
    routes: { way: serve('talk', 'desk', exponential(mean), rest), gone: [] },
  });

  it('M/M/4 and M/D/1 wait as long as Erlang, Pollaczek and Khinchine say', () => {
    agrees(mm(4, 0.25, 10), (w) => w.allocation.waits[0].mean, mmc(0.25, 0.1, 4).wait);
    const fixedService = { ...mm(1, 0.7, 1), routes: { way: serve('talk', 'desk', 1) } };
    agrees(fixedService, (w) => w.allocation.waits[0].mean, mg1(0.7, 1, 0).wait);
  });

  it('loses as many as Erlang says where there is no room', () => {
    const loss = mm(3, 0.5, 4, { room: 0, full: 'gone' });
    agrees(loss, (w) => w.allocation.foundFull[0] / w.came[0], erlangB(3, 2));
  });

  it('M/M/1 with an urgent class that interrupts: A. Cobham; H. White, L. S. Christie (1958)', () => {
    const flow: Flow = {
      resources: { desk: { capacity: 1, preemptive: true } },
      sources: {
        urgent: { arrivals: { kind: 'poisson', rate: 0.3 }, route: 'urgent' },
        others: { arrivals: { kind: 'poisson', rate: 0.4 }, route: 'others' },
      },
      routes: {
        urgent: serve('urgent', 'desk', exponential(1), { priority: 0, preempt: true }),
        others: serve('others', 'desk', exponential(1), { priority: 1 }),
      },
    };
    agrees(flow, (w) => w.stays[0].mean, 1 / (1 - 0.3));
    agrees(flow, (w) => w.stays[1].mean, 1 / ((1 - 0.3) * (1 - 0.7)));
  });

  it('a Jackson network is in each node as if alone', () => {
    const [a, b] = trafficRates(
      [0.5, 0.1],
      [
        [0, 0.4],
        [0.25, 0],
      ],
    );
    expect([a, b]).toEqual([expect.closeTo(0.525 / 0.9, 12), expect.closeTo(0.3 / 0.9, 12)]);
    const flow: Flow = {
      resources: { a: { capacity: 1 }, b: { capacity: 2 } },
      sources: {
        a: { arrivals: { kind: 'poisson', rate: 0.5 }, route: 'a' },
        b: { arrivals: { kind: 'poisson', rate: 0.1 }, route: 'b' },
      },
      routes: {
        a: [...serve('a', 'a', exponential(1)), { kind: 'branch', name: 'from a', to: { b: 0.4 } }],
        b: [...serve('b', 'b', exponential(3)), { kind: 'branch', name: 'from b', to: { a: 0.25 } }],
      },
    };
    agrees(flow, (w) => w.allocation.queue[0].mean(w.now), mmc(a, 1, 1).waiting);
    agrees(flow, (w) => w.allocation.queue[1].mean(w.now), mmc(b, 1 / 3, 2).waiting);
  });

  it('refuses a queue that grows for ever', () => {
    expect(() => mmc(1, 0.2, 5)).toThrow(/grows for ever/);
    expect(() => trafficRates([1], [[1]])).toThrow(/never leave/);
  });
});

describe('replications', () => {
  it('run until every output is precise enough, or say that they are not', async () => {
    const rows = (from: number, to: number) => {
      const out = new Float64Array(2 * (to - from));
      for (let r = from; r < to; r++) out.set([10 + randomStream(1, r).normal(), 5], 2 * (r - from));
      return out;
    };
    const enough = await replicateToPrecision(2, rows, { relative: 0.02, most: 1000 });
    expect(enough.reached).toBe(true);
    expect(enough.estimates[0].half).toBeLessThanOrEqual(0.02 * enough.estimates[0].mean);
    expect(await replicateToPrecision(2, rows, { relative: 1e-6, most: 50 })).toMatchObject({
      reached: false,
      replications: 50,
    });
  });

  it('find the end of a warm-up, and none where the series is too short to tell', () => {
    const random = randomStream(3);
    const settled = Float64Array.from({ length: 2000 }, (_, i) => 10 * Math.exp(-i / 40) + random.normal());
    const end = warmUpEnd(settled)!;
    expect(end).toBeGreaterThan(40);
    expect(end).toBeLessThan(400);
    expect(warmUpEnd(Float64Array.from({ length: 400 }, (_, i) => i))).toBeNull();
  });
});

describe('the choice of the best', () => {
  /** Best by exactly the difference that matters, all others alike: the hardest case. */
  const slippage = (trial: number) => (system: number, from: number, to: number) =>
    Float64Array.from(
      { length: to - from },
      (_, i) => (system === 2 ? 1 : 0) + 2 * randomStream(trial, system, from + i).normal(),
    );

  it('is right at least as often as promised', async () => {
    const request = { systems: 4, first: 10, probability: 0.9, indifference: 1 };
    let sequential = 0;
    let rinott = 0;
    let few = 0;
    let many = 0;
    for (let trial = 0; trial < 60; trial++) {
      const a = await selectSequentially(request, slippage(trial));
      const b = await selectByRinott(request, slippage(trial));
      if (a.best === 2) sequential++;
      if (b.best === 2) rinott++;
      few += a.replications.reduce((sum, n) => sum + n, 0);
      many += b.replications.reduce((sum, n) => sum + n, 0);
    }
    // 0.9 less three standard errors of 60 trials.
    expect(Math.min(sequential, rinott)).toBeGreaterThan(60 * 0.9 - 3 * Math.sqrt(60 * 0.09));
    expect(few).toBeLessThan(many);
  });

  it('refuses what cannot be promised', async () => {
    const request = { systems: 4, first: 10, probability: 0.2, indifference: 1 };
    await expect(selectByRinott(request, slippage(0))).rejects.toThrow(/between 1\/4 and 1/);
    await expect(selectSequentially({ ...request, probability: 0.9, indifference: 0 }, slippage(0))).rejects.toThrow(
      /matters/,
    );
  });
});
