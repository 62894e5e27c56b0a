import { compileFlow } from '../des/compile.ts';
import { exponential } from '../des/duration.ts';
import { serve } from '../des/flow.ts';
import { mmc } from '../des/queueing.ts';
import { meanEstimate } from '../des/replicate.ts';
import { World } from '../des/world.ts';
import { indexedDraws } from '../random/philox.ts';

const CASES = [
  {
    name: 'M/M/4, λ 0.25, μ 0.1',
    rate: 0.25,
    mean: 10,
    servers: 4,
    waits: 0.319857,
    wait: 2.132378,
    waiting: 0.533095,
  },
  {
    name: 'M/M/6, between arrivals 3, service 10',
    rate: 1 / 3,
    mean: 10,
    servers: 6,
    waits: null,
    wait: 0.555812,
    waiting: null,
  },
];
const REPLICATIONS = 40;

/** Mean wait in equilibrium by simulation, and its distance from `exact` in units of half its 99 % interval. */
function simulated(
  rate: number,
  mean: number,
  servers: number,
  exact: number,
): { readonly wait: number; readonly off: number } {
  const flow = compileFlow({
    resources: { desk: { capacity: servers } },
    sources: { people: { arrivals: { kind: 'poisson', rate }, route: 'way' } },
    routes: { way: serve('talk', 'desk', exponential(mean)) },
  });
  const waits: number[] = [];
  for (let replication = 0; replication < REPLICATIONS; replication++) {
    const world = new World(flow, (name) => indexedDraws(1, replication, name));
    world.run(2000);
    world.resetStatistics();
    world.run(102_000);
    waits.push(world.allocation.waits[0].mean);
  }
  const estimate = meanEstimate(waits, 0.99);
  return { wait: estimate.mean, off: (estimate.mean - exact) / estimate.half };
}

export default {
  id: 'erlang1917',
  title: 'Queues of many servers in equilibrium: closed form and simulation',
  citation: 'A. K. Erlang, P.O. Elect. Eng. J. 10 (1917) 189; L. Kleinrock, Queueing Systems I, Wiley 1975, 3.5',
  data: [],
  slow: false,
  rows: CASES.flatMap(({ name, waits, wait, waiting }) => [
    ...(waits === null
      ? []
      : [{ name: `${name}: probability of waiting`, source: 'Erlang C', unit: '', expected: waits, tolerance: 5e-7 }]),
    { name: `${name}: mean wait`, source: 'Erlang C', unit: '', expected: wait, tolerance: 5e-7 },
    ...(waiting === null
      ? []
      : [{ name: `${name}: mean number waiting`, source: 'Little', unit: '', expected: waiting, tolerance: 5e-7 }]),
    {
      name: `${name}: mean wait of ${REPLICATIONS} simulated replications`,
      source: 'reported',
      unit: '',
      expected: null,
    },
    {
      name: `${name}: simulated less exact, in half widths of the 99 % interval`,
      source: 'the interval holds the closed form',
      unit: '',
      expected: 0,
      tolerance: 1,
    },
  ]),
  run() {
    const values: Record<string, number> = {};
    for (const { name, rate, mean, servers, waits, wait, waiting } of CASES) {
      const exact = mmc(rate, 1 / mean, servers);
      const { wait: seen, off } = simulated(rate, mean, servers, wait);
      if (waits !== null) values[`${name}: probability of waiting`] = exact.waits;
      values[`${name}: mean wait`] = exact.wait;
      if (waiting !== null) values[`${name}: mean number waiting`] = exact.waiting;
      values[`${name}: mean wait of ${REPLICATIONS} simulated replications`] = seen;
      values[`${name}: simulated less exact, in half widths of the 99 % interval`] = off;
    }
    return values;
  },
};
