import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexedDraws } from '../random/philox.ts';
import { compileFlow } from './compile.ts';
import { exponential, fixed, gammaDuration, logNormalOf } from './duration.ts';
import { type Flow, type Step, serve } from './flow.ts';
import { meanEstimate } from './replicate.ts';
import { restore, snapshot } from './snapshot.ts';
import { World, type WorldOptions } from './world.ts';

const draws = (replication: number) => (name: string) => indexedDraws(7, replication, name);

function world(flow: Flow, replication = 0, options: WorldOptions = {}): World {
  return new World(compileFlow(flow), draws(replication), options);
}

/** Customers at these times through one route. */
function line(times: readonly number[], steps: readonly Step[], rest: Partial<Flow> = {}): Flow {
  return {
    resources: { desk: { capacity: 1 } },
    sources: { people: { arrivals: { kind: 'times', times }, route: 'way' } },
    routes: { way: steps },
    ...rest,
  };
}

/** What happened, as `time what serial step`. */
function story(flow: Flow, until = 1000): readonly string[] {
  const told: string[] = [];
  world(flow, 0, {
    onHappening: (time, what, serial, _, step) => {
      told.push(`${time} ${what} ${serial} ${step}`);
    },
  }).run(until);
  return told;
}

describe('a world', () => {
  it('W1 serves in order of arrival, one after the other', () => {
    expect(story(line([0, 1, 2], serve('talk', 'desk', 5)))).toEqual([
      '0 arrive 0 talk',
      '0 start 0 talk',
      '1 arrive 1 talk',
      '1 wait 1 talk',
      '2 arrive 2 talk',
      '2 wait 2 talk',
      '5 end 0 talk',
      '5 leave 0 leave',
      '5 start 1 talk',
      '10 end 1 talk',
      '10 leave 1 leave',
      '10 start 2 talk',
      '15 end 2 talk',
      '15 leave 2 leave',
    ]);
  });

  it('W2 serves smaller priorities first, equals in order; lifo the last, least the least', () => {
    const started = (flow: Flow) =>
      story(flow)
        .filter((each) => each.includes('start'))
        .map((each) => each.split(' ')[2]);
    const urgent = serve('talk', 'desk', 5, { priority: (who) => (who.serial === 3 ? 0 : 1) });
    expect(started(line([0, 1, 2, 3], urgent))).toEqual(['0', '3', '1', '2']);
    const plain = serve('talk', 'desk', 5);
    expect(started(line([0, 1, 2, 3], plain, { resources: { desk: { capacity: 1, discipline: 'lifo' } } }))).toEqual([
      '0',
      '3',
      '2',
      '1',
    ]);
    const least = { least: (who: { serial: number }) => (who.serial === 2 ? -1 : who.serial) };
    expect(started(line([0, 1, 2, 3], plain, { resources: { desk: { capacity: 1, discipline: least } } }))).toEqual([
      '0',
      '2',
      '1',
      '3',
    ]);
  });

  it('W3 lets an urgent one interrupt, and the interrupted one finish what was left, begin again, or go elsewhere', () => {
    const flow = (interrupted: 'resume' | 'restart' | { go: string }): Flow => ({
      resources: { desk: { capacity: 1, preemptive: true } },
      sources: { people: { arrivals: { kind: 'times', times: [0, 4] }, route: 'way' } },
      routes: {
        way: serve('talk', 'desk', (who) => (who.serial === 0 ? 10 : 3), {
          priority: (who) => (who.serial === 0 ? 5 : 1),
          preempt: true,
          interrupted,
        }),
        away: [{ kind: 'hold', name: 'sulk', time: 1 }],
      },
    });
    const of = (interrupted: 'resume' | 'restart' | { go: string }) =>
      story(flow(interrupted)).filter((each) => / (interrupt|end) /.test(each));
    expect(of('resume')).toEqual(['4 interrupt 0 talk', '7 end 1 talk', '13 end 0 talk']);
    expect(of('restart')).toEqual(['4 interrupt 0 talk', '7 end 1 talk', '17 end 0 talk']);
    expect(of({ go: 'away' })).toEqual(['4 interrupt 0 talk', '5 end 0 sulk', '7 end 1 talk']);
  });

  it('W4 lets go who waits longer than patience, and turns away who finds no room', () => {
    const flow: Flow = {
      resources: { desk: { capacity: 1 } },
      sources: { people: { arrivals: { kind: 'times', times: [0, 1, 2, 3] }, route: 'way' } },
      routes: { way: serve('talk', 'desk', 10, { patience: 4, impatient: 'gone', room: 2, full: 'gone' }), gone: [] },
    };
    const end = world(flow);
    end.run(100);
    expect([end.allocation.gaveUp[0], end.allocation.foundFull[0], end.allocation.waits[0].count]).toEqual([2, 1, 1]);
    expect(story(flow).filter((each) => /impatient|full/.test(each))).toEqual([
      '3 full 3 talk',
      '5 impatient 1 talk',
      '6 impatient 2 talk',
    ]);
  });

  it('W5 follows the capacity by the clock: those served are finished, or interrupted where so asked', () => {
    const shift = { times: [0, 5, 12], values: [1, 0, 1], period: 24 };
    const flow = (onFall: 'finish' | 'interrupt') =>
      line([0, 1], serve('talk', 'desk', 8), { resources: { desk: { capacity: shift, onFall, preemptive: true } } });
    expect(story(flow('finish')).filter((each) => each.includes('end'))).toEqual(['8 end 0 talk', '20 end 1 talk']);
    expect(story(flow('interrupt')).filter((each) => each.includes('end'))).toEqual(['15 end 0 talk', '23 end 1 talk']);
    const busy = world(flow('finish'));
    busy.run(24);
    expect(busy.allocation.offered[0].mean(24)).toBeCloseTo(17 / 24, 12);
  });

  it('W6 takes several resources at once, the first alternative that can be had, and lets smaller requests pass where not strict', () => {
    const flow = (strict: boolean): Flow => ({
      resources: { bed: { capacity: 2, strict }, nurse: { capacity: 1 } },
      sources: { people: { arrivals: { kind: 'times', times: [0, 1, 2] }, route: 'way' } },
      routes: {
        way: [{ kind: 'branch', name: 'kind', to: (who) => ['small', 'large', 'small again'][who.serial] }],
        small: serve('small', 'bed', 10),
        large: serve('large', [{ bed: 2, nurse: 1 }], 1),
        'small again': serve('small again', 'bed', 1),
      },
    });
    const ends = (strict: boolean) => story(flow(strict)).filter((each) => each.includes('end'));
    expect(ends(true)).toEqual(['10 end 0 small', '11 end 1 large', '12 end 2 small again']);
    expect(ends(false)).toEqual(['3 end 2 small again', '10 end 0 small', '11 end 1 large']);
    const either = line([0, 1, 2], serve('lie', [{ first: 1 }, { second: 1 }], 10), {
      resources: { first: { capacity: 1 }, second: { capacity: 1 } },
    });
    expect(story(either).filter((each) => each.includes('end'))).toEqual([
      '10 end 0 lie',
      '11 end 1 lie',
      '20 end 2 lie',
    ]);
  });

  it('W7 asks again who may not yet, whenever something is given back', () => {
    const flow: Flow = {
      resources: { bay: { capacity: 2, strict: false } },
      sources: { people: { arrivals: { kind: 'times', times: [0, 1, 2] }, route: 'way' } },
      variables: { sex: -1 },
      attributes: ['sex'],
      routes: {
        way: [
          { kind: 'do', name: 'sex', act: (who) => who.set('sex', who.serial === 1 ? 1 : 0) },
          {
            kind: 'seize',
            name: 'bed',
            wants: [{ bay: 1 }],
            may: (who, w) => w.busy('bay') === 0 || w.get('sex') === who.get('sex'),
          },
          { kind: 'do', name: 'in', act: (who, w) => w.set('sex', who.get('sex')) },
          { kind: 'hold', name: 'stay', time: 10 },
          { kind: 'release', of: 'bed' },
        ],
      },
    };
    expect(story(flow).filter((each) => /start/.test(each))).toEqual([
      '0 start 0 stay',
      '2 start 2 stay',
      '12 start 1 stay',
    ]);
  });

  it('W8 gathers groups, by size or by time, and lets them go on each for itself', () => {
    const flow = line(
      [0, 1, 2],
      [
        { kind: 'gather', name: 'bus', size: 2, atMost: 5 },
        { kind: 'hold', name: 'ride', time: 10 },
        { kind: 'scatter', name: 'stop' },
        { kind: 'hold', name: 'walk', time: 1 },
      ],
    );
    expect(story(flow).filter((each) => /leave/.test(each))).toEqual([
      '12 leave 0 leave',
      '12 leave 1 leave',
      '18 leave 2 leave',
    ]);
  });

  it('W9 forks into routes and goes on when all have come back; waits until a condition holds', () => {
    const flow: Flow = {
      ...line([0], []),
      variables: { open: 0 },
      events: [
        {
          at: 20,
          name: 'open',
          act: (w) => {
            w.set('open', 1);
            w.signal('gate');
          },
        },
      ],
      routes: {
        way: [
          { kind: 'fork', name: 'tests', routes: ['blood', 'scan'] },
          { kind: 'hold', name: 'read', time: 1 },
          { kind: 'until', name: 'gate', holds: (_, w) => w.get('open') === 1 },
        ],
        blood: [{ kind: 'hold', name: 'blood', time: 4 }],
        scan: [{ kind: 'hold', name: 'scan', time: 7 }],
      },
    };
    expect(story(flow).filter((each) => /end|leave/.test(each))).toEqual([
      '4 end 0 blood',
      '4 leave 0 leave',
      '7 end 0 scan',
      '7 leave 0 leave',
      '8 end 0 read',
      '20 leave 0 leave',
    ]);
  });

  it('W10 brings parties and stops a world that fills without end, naming where they wait', () => {
    const parties = line([1], serve('talk', 'desk', 1), {
      sources: { people: { arrivals: { kind: 'times', times: [1] }, route: 'way', batch: 3 } },
    });
    expect(story(parties).filter((each) => /leave/.test(each))).toEqual([
      '2 leave 0 leave',
      '3 leave 1 leave',
      '4 leave 2 leave',
    ]);
    const flood = world(
      { ...parties, sources: { people: { arrivals: { kind: 'poisson', rate: 2 }, route: 'way' } } },
      0,
      { mostPresent: 50 },
    );
    expect(flood.run(1e6)).toMatchObject({ status: 'overflow', present: 51, longest: 'desk' });
  });

  it('W11 ends where time no longer passes', () => {
    const round = line(
      [0],
      [
        { kind: 'hold', name: 'wait', time: 1e-300 },
        { kind: 'go', route: 'way' },
      ],
    );
    expect(
      world({ ...round, sources: { people: { arrivals: { kind: 'times', times: [1] }, route: 'way' } } }).run(10),
    ).toMatchObject({ status: 'stuck', time: 1 });
  });

  it.each([
    ['a route that leads to itself', { way: [{ kind: 'go', route: 'way' }] }, 'way / go'],
    [
      'steps that take no time',
      {
        way: [
          { kind: 'hold', name: 'nothing', time: 0 },
          { kind: 'branch', name: 'again', to: { way: 1 } },
        ],
      },
      'way / nothing',
    ],
    ['a customer that divides without end', { way: [{ kind: 'fork', name: 'part', routes: ['way'] }] }, 'way / part'],
  ] as const)('W11 ends where nobody waits: %s', (_what, routes, at) => {
    const round = world({
      resources: {},
      sources: { people: { arrivals: { kind: 'times', times: [1] }, route: 'way' } },
      routes,
    });
    expect(round.run(10)).toEqual({ status: 'stuck', time: 1, at });
    expect(round.run(10)).toEqual({ status: 'stuck', time: 1, at });
  });

  it('S1 goes on from a snapshot as if it had not been put down', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 300, noNaN: true }),
        fc.integer({ min: 0, max: 1000 }),
        (cut, replication) => {
          const whole = world(everything, replication);
          whole.run(400);
          const before = world(everything, replication);
          before.run(cut);
          const columns = structuredClone(snapshot(before));
          const after = world(everything, replication);
          restore(after, columns);
          after.run(400);
          expect(snapshot(after)).toEqual(snapshot(whole));
        },
      ),
      { numRuns: 40, examples: [[18.2589353116127, 400]] },
    );
  });

  it('S2 has every unit either free or in use, and every customer somewhere, whatever happens', () => {
    const it = world(everything, 3);
    for (let t = 1; t < 400; t++) {
      it.run(t);
      it.allocation.use.forEach((use, r) => {
        expect(use.value + it.allocation.free[r]).toBe(it.allocation.capacities[r]);
      });
      expect(Math.min(it.allocation.free[0], it.allocation.free[2])).toBeGreaterThanOrEqual(0);
      const waiting = it.lines.length.reduce((sum, n) => sum + n, 0);
      expect(waiting).toBeLessThanOrEqual(it.present);
    }
    expect(it.came[0]).toBeGreaterThan(100);
    expect(it.stays[0].count).toBeGreaterThan(50);
  });

  it('R1 gives the same customer the same numbers in every scenario', () => {
    const starts = (nurses: number) => {
      const times = new Map<string, number>();
      world(
        { ...everything, resources: { ...everything.resources, nurse: { capacity: nurses, preemptive: true } } },
        5,
        {
          onHappening: (time, what, serial, source) => {
            if (what === 'arrive') times.set(`${source} ${serial}`, time);
          },
        },
      ).run(400);
      return times;
    };
    expect(starts(4)).toEqual(starts(2));
  });

  it('R2 leaves cells untouched by a change that cannot matter to them', () => {
    const two = (capacity: number): Flow => ({
      resources: { a: { capacity: 1 }, b: { capacity } },
      sources: {
        left: { arrivals: { kind: 'poisson', rate: 0.8 }, route: 'left' },
        right: { arrivals: { kind: 'poisson', rate: 0.8 }, route: 'right' },
      },
      routes: { left: serve('a', 'a', exponential(1)), right: serve('b', 'b', exponential(1)) },
    });
    const [one, other] = [world(two(1)), world(two(3))];
    one.run(1000);
    other.run(1000);
    expect(other.allocation.waits[0].row()).toEqual(one.allocation.waits[0].row());
    expect(other.allocation.waits[1].mean).toBeLessThan(one.allocation.waits[1].mean);
  });

  it('I1 starts with those who are there: what is left of an exponential stay is as long as a new one', () => {
    const ward: Flow = {
      resources: { bed: { capacity: 40 } },
      sources: { there: { arrivals: { kind: 'times', times: [] }, route: 'way' } },
      routes: { way: serve('stay', 'bed', exponential(5)) },
    };
    const left: number[] = [];
    for (let replication = 0; replication < 200; replication++) {
      const it = world(ward, replication);
      for (let serial = 0; serial < 30; serial++) {
        it.inject({
          source: 'there',
          serial,
          born: -serial,
          route: 'way',
          step: 'stay',
          elapsed: serial,
          holds: { stay: 0 },
        });
      }
      expect(it.allocation.use[0].value).toBe(30);
      it.run(4);
      left.push(it.present);
    }
    // Binomial with 30 and e^(−4/5): the mean of 200 within four standard errors.
    const p = Math.exp(-0.8);
    expect(Math.abs(meanEstimate(left).mean - 30 * p)).toBeLessThan(4 * Math.sqrt((30 * p * (1 - p)) / 200));
  });

  it('I2 starts with those who wait, in the order in which they came', () => {
    const flow = line([], serve('talk', 'desk', 5));
    const it = world(flow);
    it.inject({ source: 'people', serial: 0, born: -3, route: 'way', step: 'talk', elapsed: 3, holds: { talk: 0 } });
    it.inject({ source: 'people', serial: 1, born: -2, route: 'way', step: 'talk', elapsed: 2 });
    it.run(100);
    expect([it.allocation.waits[0].mean, it.stays[0].mean, it.stays[0].most]).toEqual([4, 7, 9]);
  });

  it.each([
    ['a route that is not there', { routes: { way: [{ kind: 'go', route: 'nowhere' }] } }, /nowhere/],
    ['a resource that is not there', { routes: { way: serve('talk', 'chair', 1) } }, /chair/],
    [
      'probabilities above one',
      { routes: { way: [{ kind: 'branch', name: 'b', to: { way: 1.2 } }] } },
      /1\.2 is no probability/,
    ],
    ['a release of what nothing takes', { routes: { way: [{ kind: 'release', of: 'talk' }] } }, /talk/],
    ['a negative time', { routes: { way: serve('talk', 'desk', -1) } }, /way \/ talk.*-1/],
    ['a capacity that is none', { resources: { desk: { capacity: Number.NaN } } }, /capacity of desk/],
    [
      'arrivals out of order',
      { sources: { people: { arrivals: { kind: 'times', times: [2, 1] }, route: 'way' } } },
      /arrival 1 at 1/,
    ],
    [
      'a rate above its bound',
      { sources: { people: { arrivals: { kind: 'poisson', rate: 3, most: 2 }, route: 'way' } } },
      /reaches 3/,
    ],
    [
      'patience without a route for the impatient',
      { routes: { way: serve('talk', 'desk', 1, { patience: 1 }) } },
      /impatient/,
    ],
    [
      'two steps that take under one name',
      { routes: { way: [...serve('talk', 'desk', 1), ...serve('talk', 'desk', 1)] } },
      /could mean either/,
    ],
  ] as const)('B1 refuses %s and names it', (_, wrong, message) => {
    expect(() => compileFlow({ ...line([0], serve('talk', 'desk', 1)), ...(wrong as Partial<Flow>) })).toThrow(message);
  });

  it('B2 refuses to let a customer leave with what it holds', () => {
    const keeps = line([0], [{ kind: 'seize', name: 'talk', wants: [{ desk: 1 }] }]);
    expect(() => world(keeps).run(10)).toThrow(/still holds what “talk” took/);
  });
});

/** A flow with every kind of step. */
const everything: Flow = {
  resources: {
    nurse: { capacity: 2, preemptive: true },
    bed: { capacity: { times: [0, 30, 60], values: [4, 2, 5], period: 90 }, strict: false },
    scanner: { capacity: 1, discipline: 'random' },
  },
  attributes: ['acuity'],
  variables: { open: 0 },
  sources: {
    walking: {
      arrivals: { kind: 'poisson', rate: { times: [0, 50], values: [0.5, 0.9], period: 100 } },
      route: 'way',
      set: (who) => who.set('acuity', who.draw(0) < 0.3 ? 0 : 1),
    },
    bus: {
      arrivals: { kind: 'renewal', between: gammaDuration(3, 10) },
      route: 'way',
      batch: (u) => 1 + Math.floor(3 * u),
    },
  },
  events: [10, 110, 210, 310].map((at) => ({
    at,
    name: 'gate',
    act: (w) => {
      w.set('open', 1 - w.get('open'));
      w.signal('gate');
    },
  })),
  routes: {
    way: [
      ...serve('triage', 'nurse', exponential(1), {
        priority: (who) => who.get('acuity'),
        preempt: true,
        patience: exponential(20),
        impatient: 'gone',
      }),
      { kind: 'branch', name: 'sort', to: { tests: 0.4, gone: 0.1 } },
      ...serve('bed', [{ bed: 1 }, { scanner: 1, bed: 2 }], logNormalOf(5, 9)),
      { kind: 'branch', name: 'again', to: { way: 0.2 } },
      { kind: 'tally', name: 'stay', value: (who, w) => w.now - who.born },
    ],
    tests: [
      { kind: 'fork', name: 'both', routes: ['blood', 'scan'] },
      { kind: 'gather', name: 'round', size: 3, atMost: 12 },
      { kind: 'hold', name: 'talk', time: 2 },
      { kind: 'scatter', name: 'end of round' },
      { kind: 'until', name: 'gate', holds: (_, w) => w.get('open') === 1 },
    ],
    blood: [{ kind: 'hold', name: 'blood', time: fixed(3) }],
    scan: serve('scan', 'scanner', exponential(1.5), { room: 5, full: 'gone' }),
    gone: [],
  },
};
