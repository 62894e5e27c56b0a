import { compileFlow } from '../des/compile.ts';
import { logNormalOf, weibull } from '../des/duration.ts';
import { type Flow, serve } from '../des/flow.ts';
import { occupancyAfter } from '../des/occupancy.ts';
import { meanEstimate } from '../des/replicate.ts';
import { World } from '../des/world.ts';
import { indexedDraws } from '../random/philox.ts';

const REPLICATIONS = 4000;
const HOURS = [4, 8, 24];
/** Two wards' worth of patients, in for 0 to 12 days; more come by day than by night. Hours. */
const SHORT = weibull(1.3, 60);
const LONG = logNormalOf(140, 9000);
const RATE = { times: [0, 8, 20], values: [0.3, 1.4, 0.5], period: 24 };
const THERE = Array.from({ length: 48 }, (_, i) => ({ elapsed: 6 * i, stay: i % 3 === 0 ? SHORT : LONG }));

const flow: Flow = {
  resources: { bed: { capacity: 500 } },
  sources: {
    new: { arrivals: { kind: 'poisson', rate: RATE }, route: 'short' },
    there: { arrivals: { kind: 'times', times: [] }, route: 'short' },
  },
  routes: { short: serve('short stay', 'bed', SHORT), long: serve('long stay', 'bed', LONG) },
};

const off = (hours: number) => `${hours} h: simulated mean less exact, in half widths of the 99 % interval`;
const ratio = (hours: number) => `${hours} h: simulated variance over exact`;

export default {
  id: 'eick1993',
  title: 'A census of patients with known elapsed stays: beds in use later, exactly and by simulation from this minute',
  citation:
    'S. G. Eick, W. A. Massey, W. Whitt, Operations Research 41 (1993) 731, theorem 1, and the binomial of those now there',
  data: [],
  slow: false,
  rows: HOURS.flatMap((hours) => [
    { name: `${hours} h: exact mean`, source: 'reported', unit: '', expected: null },
    { name: `${hours} h: exact variance`, source: 'reported', unit: '', expected: null },
    { name: off(hours), source: 'the interval holds the closed form', unit: '', expected: 0, tolerance: 1 },
    // 2.6 standard errors of a variance of 4,000 counts.
    { name: ratio(hours), source: 'the closed form', unit: '', expected: 1, tolerance: 0.058 },
  ]),
  run() {
    const values: Record<string, number> = {};
    const compiled = compileFlow(flow);
    const counts = HOURS.map(() => new Float64Array(REPLICATIONS));
    for (let replication = 0; replication < REPLICATIONS; replication++) {
      const world = new World(compiled, (name) => indexedDraws(9, replication, name));
      THERE.forEach(({ elapsed, stay }, serial) => {
        const route = stay === SHORT ? 'short' : 'long';
        const step = `${route} stay`;
        world.inject({ source: 'there', serial, born: -elapsed, route, step, elapsed, holds: { [step]: 0 } });
      });
      HOURS.forEach((hours, i) => {
        world.run(hours);
        counts[i][replication] = world.allocation.use[0].value;
      });
    }
    HOURS.forEach((hours, i) => {
      const exact = occupancyAfter(hours, THERE, [{ rate: RATE, stay: SHORT }]);
      const { mean, half, sd } = meanEstimate(counts[i], 0.99);
      values[`${hours} h: exact mean`] = exact.mean;
      values[`${hours} h: exact variance`] = exact.variance;
      values[off(hours)] = (mean - exact.mean) / half;
      values[ratio(hours)] = sd ** 2 / exact.variance;
    });
    return values;
  },
};
