import { randomStream } from '@gemel/numerics/random/philox';
import { describe, expect, test } from 'vitest';
import { parse } from '../expression/parse.ts';
import { simulate } from '../simulate/simulate.ts';
import { CHUNK, chunkMoments, combineMoments, stochasticSummary } from './moments.ts';
import { type StochasticMethod, type StochasticRequest, StochasticRuns } from './runs.ts';
import { type ReactionSketch, reactionModel } from './stochastic.fixture.ts';

const times = (end: number, count = end) => Float64Array.from({ length: count + 1 }, (_, i) => (end * i) / count);

const birthDeath: ReactionSketch = {
  parameters: { birth: 0.1, death: 0.11 },
  counts: { X: 100 },
  reactions: { Birth: [{ X: 1 }, { X: 2 }, 'birth * X'], Death: [{ X: 1 }, {}, 'death * X'] },
};

/** Twelve species hand a molecule on: more reactions than are worked out together. */
const chain: ReactionSketch = {
  counts: Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`S${i}`, i === 0 ? 1000 : 0])),
  definitions: { S0half: 'S0 / 2' },
  reactions: Object.fromEntries(
    Array.from({ length: 11 }, (_, i) => [
      `R${i}`,
      [{ [`S${i}`]: 1 }, { [`S${i + 1}`]: 1 }, i === 0 ? '2 * S0half' : `S${i}`],
    ]),
  ),
};

function run(sketch: ReactionSketch, request: Omit<StochasticRequest, 'times'> & { times?: Float64Array }, seed = 1) {
  const runs = new StochasticRuns(reactionModel(sketch), { times: times(10), ...request });
  const values = new Float64Array(runs.names.length * runs.times.length);
  const outcome = runs.run(randomStream(seed), values);
  return { outcome, series: (i: number) => [...values.subarray(i * runs.times.length, (i + 1) * runs.times.length)] };
}

describe.each(['ssa', 'direct', 'composition-rejection', 'tau-leap'] as StochasticMethod[])('%s', (method) => {
  test('birth and death: mean 100 e^(−0.01 t) and its variance, within four standard errors', () => {
    const runs = 1000;
    const { mean, sd } = stochasticSummary(
      reactionModel(birthDeath),
      { times: Float64Array.of(0, 10), method },
      runs,
      randomStream(1),
    );
    const growth = Math.exp(-0.1);
    const spread = Math.sqrt(100 * (0.21 / -0.01) * growth * (growth - 1));
    const biased = method === 'tau-leap' ? 0.1 : 0;
    expect(Math.abs(mean[1] - 100 * growth)).toBeLessThan((4 + 10 * biased) * (spread / Math.sqrt(runs)));
    expect(Math.abs(sd[1] / spread - 1)).toBeLessThan(4 / Math.sqrt(2 * runs) + biased);
    expect([mean[0], sd[0]]).toEqual([100, 0]);
  });

  test('a chain of twelve keeps its molecules; a definition stands for what it is defined as', () => {
    const { outcome, series } = run(chain, { method, outputs: [...Object.keys(chain.counts!), 'S0half'] });
    expect(outcome.status).toBe('complete');
    for (const i of [0, 5, 10]) {
      let sum = 0;
      for (let s = 0; s < 12; s++) sum += series(s)[i];
      expect(sum).toBe(1000);
      expect(series(12)[i]).toBe(series(0)[i] / 2);
    }
    // Poisson steps: at time 3 those that left S0 number 1000 (1 − e⁻³).
    expect(Math.abs(series(0)[3] - 1000 * Math.exp(-3))).toBeLessThan(5 * Math.sqrt(1000 * Math.exp(-3)));
  });
});

test('many reactions: rates of mass action and others keep the equilibrium of a ring', () => {
  const n = 10;
  // Leaves place i at rate i + 1, written in three ways; at rest a place holds in proportion to 1/(i + 1).
  const rate = (i: number) => [`k * ${i + 1} * S${i} / 2`, `S${i} * ${i + 1} * (1 + 0 * S${i})`, `leave${i}`][i % 3];
  const ring: ReactionSketch = {
    parameters: { k: 2 },
    counts: Object.fromEntries(Array.from({ length: n }, (_, i) => [`S${i}`, 100])),
    definitions: Object.fromEntries(Array.from({ length: n }, (_, i) => [`leave${i}`, `S${i} * (k + ${i - 1})`])),
    reactions: Object.fromEntries(
      Array.from({ length: n }, (_, i) => [`R${i}`, [{ [`S${i}`]: 1 }, { [`S${(i + 1) % n}`]: 1 }, rate(i)]]),
    ),
  };
  const runs = 60;
  const { mean } = stochasticSummary(reactionModel(ring), { times: Float64Array.of(0, 20) }, runs, randomStream(3));
  const whole = Array.from({ length: n }, (_, i) => 1 / (i + 1)).reduce((a, b) => a + b);
  for (let i = 0; i < n; i++) {
    const share = 1 / (i + 1) / whole;
    const error = Math.sqrt((1000 * share * (1 - share)) / runs);
    expect(Math.abs(mean[2 * i + 1] - 1000 * share)).toBeLessThan(4.5 * error);
  }
});

test('runs are the same for any number of workers, and different from one another', () => {
  const requested = new StochasticRuns(reactionModel(birthDeath), { times: times(5) });
  const random = randomStream(3);
  const whole = stochasticSummary(reactionModel(birthDeath), { times: times(5) }, 250, random);
  const parts = [2, 0, 1].map((c) => [c, chunkMoments(requested, random, c, 250)] as const).sort(([a], [b]) => a - b);
  const joined = parts.map(([, moments]) => moments).reduce(combineMoments);
  expect(joined.mean).toEqual(whole.mean);
  expect(joined.runs).toBe(250);
  expect(parts[2][1].runs).toBe(250 - 2 * CHUNK);
  expect(whole.sd[5]).toBeGreaterThan(0);
});

test('combined moments are those of all runs together', () => {
  const requested = new StochasticRuns(reactionModel(birthDeath), { times: times(5) });
  const random = randomStream(3);
  const values = new Float64Array(6);
  const ends: number[] = [];
  for (let r = 0; r < 150; r++) {
    requested.run(random.fork('run', r), values);
    ends.push(values[5]);
  }
  const mean = ends.reduce((a, b) => a + b) / 150;
  const sd = Math.sqrt(ends.reduce((a, b) => a + (b - mean) ** 2, 0) / 149);
  const summary = stochasticSummary(reactionModel(birthDeath), { times: times(5) }, 150, random);
  expect(summary.mean[5]).toBeCloseTo(mean, 10);
  expect(summary.sd[5]).toBeCloseTo(sd, 10);
});

describe('events', () => {
  test('a trigger on time turns exactly then, and the path goes on from what it sets', () => {
    const { series } = run(
      { ...birthDeath, events: { Reset: { when: 'time >= 4.5', set: { X: '1000' }, initially: false } } },
      { times: Float64Array.of(0, 4.4999999, 4.5, 5) },
    );
    const [start, before, at, later] = series(0);
    expect(start).toBe(100);
    expect(before).toBeLessThan(200);
    expect(at).toBe(1000);
    expect(Math.abs(later - 1000)).toBeLessThan(60);
  });

  test('a strict trigger on time turns just after', () => {
    const { series } = run(
      {
        counts: { X: 0 },
        reactions: { None: [{}, {}, '0'] },
        events: { E: { when: 'time > 2', set: { X: 'X + 1' } } },
      },
      { times: Float64Array.of(0, 2, 2.001, 4) },
    );
    expect(series(0)).toEqual([0, 0, 1, 1]);
  });

  test('a trigger on a count is seen at the jump that turns it', () => {
    const sketch: ReactionSketch = {
      counts: { X: 0, N: 0 },
      reactions: { Birth: [{}, { X: 1 }, '5'] },
      events: { Full: { when: 'X >= 3', set: { X: '0', N: 'N + 1' } } },
    };
    const { series, outcome } = run(sketch, { times: times(20, 200) });
    expect(Math.max(...series(0))).toBe(2);
    expect(outcome.jumps).toBe(3 * series(1)[200] + series(0)[200]);
    expect(outcome.events).toBe(series(1)[200]);
    const leaping = run(sketch, { times: times(20, 200), method: 'tau-leap' });
    expect(Math.max(...leaping.series(0))).toBeLessThanOrEqual(2);
  });

  test('a delayed event comes that much later, with the values of its trigger', () => {
    const { series } = run(
      {
        counts: { X: 0 },
        reactions: { None: [{}, {}, '0'] },
        states: { clock: [0, '1'] },
        events: { Late: { when: 'clock >= 1.25', set: { X: 'clock' }, after: '2' } },
      },
      { times: Float64Array.of(0, 3, 3.249, 3.25, 4) },
    );
    expect(series(0)).toEqual([0, 0, 0, 1.25, 1.25]);
    expect(series(1)).toEqual([0, 3, 3.249, 3.25, 4]);
  });

  test('a flow that an event sets back turns the trigger again each time', () => {
    const { series, outcome } = run(
      {
        counts: { X: 0 },
        reactions: { None: [{}, {}, '0'] },
        states: { clock: [0, '1'] },
        events: { Tick: { when: 'clock >= 0.5', set: { X: 'X + 1', clock: '-0.5' } } },
      },
      { times: times(50) },
    );
    expect(series(0)).toEqual(Array.from({ length: 51 }, (_, i) => i));
    expect(outcome.events).toBe(50);
  });

  test('a trigger that turns again as soon as time goes on ends the run, named', () => {
    const { outcome } = run(
      {
        counts: { N: 0 },
        reactions: { None: [{}, {}, '0'] },
        states: { x: [-1, '1'] },
        events: { Chatter: { when: 'x > 0', set: { x: '0', N: 'N + 1' } } },
      },
      { times: Float64Array.of(0, 2) },
    );
    expect(outcome).toMatchObject({ status: 'endless-events', element: 'Chatter', recorded: 1 });
  });

  test('a flow answers to counts', () => {
    const { series } = run(
      { counts: { X: 3 }, reactions: { Off: [{ X: 1 }, {}, 'X'] }, states: { area: [0, 'X'] } },
      { times: times(40, 4e4) },
    );
    const area = series(0).reduce((sum, x) => sum + x * 1e-3, 0);
    expect(series(0)[4e4]).toBe(0);
    expect(Math.abs(series(1)[4e4] - area)).toBeLessThan(4e-3);
  });

  test('a trigger that turns twice between looks is not missed', () => {
    const { series } = run(
      {
        counts: { N: 0 },
        reactions: { None: [{}, {}, '0'] },
        events: { Wave: { when: 'sin(time) > 0.9', set: { N: 'N + 1' } } },
      },
      { times: Float64Array.of(0, 12) },
    );
    expect(series(0)[1]).toBe(2);
  });
});

describe('random numbers', () => {
  const drawing = (draw: { family: 'normal' | 'exponential'; arguments: string[] }): ReactionSketch => ({
    counts: { X: 0 },
    parameters: { sd: 2 },
    states: { clock: [0, '1'] },
    events: { Tick: { when: 'clock >= 0.5', set: { X: 'draw', clock: '-0.5' } } },
    draws: [{ input: 'draw', family: draw.family, arguments: draw.arguments.map((text) => parse(text)) }],
  });

  test('are drawn afresh at each event, with arguments worked out then', () => {
    const { mean, sd } = stochasticSummary(
      reactionModel(drawing({ family: 'normal', arguments: ['3', 'sd'] })),
      { times: times(4), parameters: { sd: 0.5 }, outputs: ['X'] },
      2000,
      randomStream(5),
    );
    for (const i of [1, 2, 3, 4]) {
      expect(Math.abs(mean[i] - 3)).toBeLessThan((4 * 0.5) / Math.sqrt(2000));
      expect(Math.abs(sd[i] / 0.5 - 1)).toBeLessThan(4 / Math.sqrt(4000));
    }
  });

  test('are refused where differential equations alone are solved', () => {
    const model = reactionModel(drawing({ family: 'normal', arguments: ['0', '1'] }));
    expect(() => simulate(model, { times: times(1) })).toThrow(
      expect.objectContaining({ code: 'simulation-random-numbers', where: { element: 'draw' } }),
    );
  });

  test('outside their domain are refused by name', () => {
    expect(() => run(drawing({ family: 'exponential', arguments: ['-1'] }), {})).toThrow(
      expect.objectContaining({ code: 'stochastic-draw', where: { element: 'draw' } }),
    );
  });
});

describe('a reversible reaction', () => {
  test('whose rate is a difference becomes two', () => {
    const sketch: ReactionSketch = {
      counts: { A: 100, B: 0 },
      parameters: { k: 2 },
      reactions: { Swap: [{ A: 1 }, { B: 1 }, 'k * (A - 3 * B)'] },
      reversible: ['Swap'],
    };
    const { mean } = stochasticSummary(reactionModel(sketch), { times: Float64Array.of(0, 5) }, 400, randomStream(2));
    expect(Math.abs(mean[1] - 75)).toBeLessThan((4 * Math.sqrt(100 * 0.75 * 0.25)) / 20);
  });

  test('whose rate turns negative ends the run, named', () => {
    const { outcome, series } = run(
      { counts: { A: 101, B: 0 }, reactions: { Swap: [{ A: 1 }, { B: 1 }, '2 * (A - B)'] } },
      {},
    );
    expect(outcome).toMatchObject({ status: 'negative-rate', element: 'Swap', jumps: 51 });
    expect(series(0)[0]).toBe(101);
    expect(series(0)[10]).toBeNaN();
  });

  test('that takes what is not there ends the run, named', () => {
    const { outcome, series } = run({ counts: { A: 2 }, reactions: { Off: [{ A: 1 }, {}, '3'] } }, {});
    expect(outcome).toMatchObject({ status: 'negative-count', element: 'A' });
    expect(series(0)[10]).toBeNaN();
  });
});

describe('refused by name:', () => {
  const refusals: [string, ReactionSketch, string, string][] = [
    ['nothing that happens by chance', { states: { x: [1, '-x'] } }, 'stochastic-no-reactions', 'sketch'],
    [
      'a rate that changes with time',
      { counts: { X: 1 }, reactions: { R: [{ X: 1 }, {}, 'X * time'] } },
      'stochastic-moving-rate',
      'R',
    ],
    [
      'a rate that changes with a flowing state',
      { counts: { X: 1 }, states: { f: [1, '1'] }, definitions: { d: 'f' }, reactions: { R: [{ X: 1 }, {}, 'd'] } },
      'stochastic-moving-rate',
      'R',
    ],
    [
      'a flow that changes by itself',
      { counts: { X: 1 }, states: { f: [1, '-f'] }, reactions: { R: [{ X: 1 }, {}, 'X'] } },
      'stochastic-unsupported',
      'f',
    ],
    [
      'a random number outside assignments',
      {
        counts: { X: 1 },
        reactions: { R: [{ X: 1 }, {}, 'X'] },
        definitions: { d: 'draw' },
        draws: [{ input: 'draw', family: 'normal', arguments: [parse('0'), parse('1')] }],
      },
      'stochastic-unsupported',
      'draw',
    ],
  ];
  test.each(refusals)('%s', (_what, sketch, code, element) => {
    expect(() => run(sketch, {})).toThrow(expect.objectContaining({ code, where: { element } }));
  });

  test('a state that flows besides its reactions', () => {
    const mixed = reactionModel(birthDeath);
    const [x] = mixed.model.states;
    const model = { ...mixed.model, states: [{ ...x, rate: parse('birth * X - death * X + 1') }] };
    const rates = (v: { y: Float64Array }, dy: Float64Array) => {
      dy[0] = 0.1 * v.y[0] - 0.11 * v.y[0] + 1;
    };
    expect(() => new StochasticRuns({ ...mixed, model, rates }, { times: times(1) })).toThrow(
      expect.objectContaining({ code: 'stochastic-mixed-state', where: { element: 'X' } }),
    );
  });

  test('more reactions than allowed', () => {
    expect(run(birthDeath, { mostJumps: 10 }).outcome).toMatchObject({ status: 'too-many-jumps', jumps: 10 });
  });

  test('a number of runs that is none, an unknown method, an epsilon out of range', () => {
    const refused = expect.objectContaining({ code: 'stochastic-request' });
    const model = reactionModel(birthDeath);
    expect(() => stochasticSummary(model, { times: times(1) }, 0, randomStream(1))).toThrow(refused);
    expect(() => run(birthDeath, { method: 'none' as StochasticMethod })).toThrow(refused);
    expect(() => run(birthDeath, { method: 'tau-leap', epsilon: 2 })).toThrow(refused);
  });
});

test('an input in a rate takes the values it is given in steps', () => {
  const sketch: ReactionSketch = {
    inputs: { drive: 0 },
    counts: { X: 0 },
    reactions: { Birth: [{}, { X: 1 }, 'drive'] },
  };
  const inputs = { drive: { times: Float64Array.of(2, 4), values: Float64Array.of(1e4, 0) } };
  const { series } = run(sketch, { inputs, times: Float64Array.of(0, 2, 3, 4, 9) });
  const [, two, three, four, nine] = series(0);
  expect(two).toBe(0);
  expect(Math.abs(three - 1e4)).toBeLessThan(500);
  expect(Math.abs(four - 2e4)).toBeLessThan(700);
  expect(nine).toBe(four);
});
