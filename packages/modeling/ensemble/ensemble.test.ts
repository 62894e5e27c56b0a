import type { CodedError } from '@gemel/core/error';
import { randomStream } from '@gemel/numerics';
import { describe, expect, test } from 'vitest';
import { parse } from '../expression/parse.ts';
import { defineModel } from '../model/define-model.ts';
import { type EnsembleOptions, ensemble } from './ensemble.ts';

/** Saturable elimination with an input, a choice that is dear on one side, and a state that updates count with. */
const model = defineModel({
  id: 'test',
  title: 'Ensemble',
  time: 'h',
  parameters: {
    Vmax: '3 : mg/h : largest rate : test',
    Km: '2 : mg/L : half of it : test',
    V: '10 : L : volume : test',
    day: '1 : h : period : test',
    half: '3 : h : half-life : test',
    least: '0.3 : mg/L : threshold : test',
    unit: '10 : mg : scale : test',
    none: '0 : mg/h : no input : test',
    rate: '2 : mg/h : rate of one step : test',
    twice: '2*V : L : follows V : test',
  },
  states: {
    x: '5 positive : mg : amount : test',
    y: 'unit*Vmax/rate : mg : second amount : test',
    n: '0 : 1 : intervals with input : test',
  },
  inputs: { drip: '0.25 step : mg/h : infusion : test' },
  definitions: {
    c: 'x/V : mg/L : concentration : test',
    wave: 'c > least ? exp(-c*V/unit) * (1 + tanh(sin(time/day)))^1.5: 0.5 : 1 : dear : test',
  },
  equations: { x: 'drip - Vmax*c/(Km + c)*wave', y: 'Vmax*c/(Km + c)*wave - y*ln(2)/half', n: '0' },
  outputs: ['c', 'y', 'n', 'drip'],
});

const design = {
  step: 0.25,
  substeps: parse('ceil(Vmax/rate)'),
  updates: { n: parse('drip > none ? n + 1: n') },
} as const;

const MEMBERS = 37;
const INTERVALS = 48;
const stream = randomStream(1, 'ensemble test');
const request = {
  members: MEMBERS,
  intervals: INTERVALS,
  every: 4,
  start: 2,
  parameters: { Vmax: Float64Array.from({ length: MEMBERS }, () => 0.5 + 6 * stream.uniform()), V: 12 },
  initial: { x: Float64Array.from({ length: MEMBERS }, () => 8 * stream.uniform()) },
  inputs: { drip: Float64Array.from({ length: MEMBERS * INTERVALS }, () => Math.max(0, stream.normal())) },
};
const run = (options: Partial<EnsembleOptions> = {}) => ensemble(model, { ...design, ...options }).run(request);

describe('double precision', () => {
  const javascript = run({ backend: 'javascript' });

  test.each([{}, { alike: parse('Vmax') }, { method: 'tsit5' as const }, { substeps: 3 }])(
    'WebAssembly in lanes gives the numbers of JavaScript, bit for bit (%o)',
    (options) => {
      const one = run({ ...options, backend: 'javascript' });
      const two = run({ ...options, backend: 'wasm-f64' });
      expect(two.trace).toEqual({ backend: 'wasm-f64', lanes: 2, statedError: null });
      expect(two.values).toEqual(one.values);
      expect(two.states).toEqual(one.states);
      expect(one.values.every(Number.isFinite)).toBe(true);
    },
  );

  test('a member run alone has the numbers it has among others', () => {
    const records = INTERVALS / 4;
    for (const m of [0, 17, MEMBERS - 1]) {
      const alone = ensemble(model, { ...design, backend: 'wasm-f64' }).run({
        ...request,
        members: 1,
        parameters: { Vmax: request.parameters.Vmax[m], V: 12 },
        initial: { x: request.initial.x[m] },
        inputs: { drip: request.inputs.drip.slice(m * INTERVALS, (m + 1) * INTERVALS) },
      });
      expect(alone.values).toEqual(javascript.values.slice(m * 4 * records, (m + 1) * 4 * records));
    }
  });

  test('updates are carried out where an interval begins, inputs held over it and recorded with it', () => {
    const records = INTERVALS / 4;
    for (let m = 0; m < MEMBERS; m++) {
      const own = request.inputs.drip.subarray(m * INTERVALS, (m + 1) * INTERVALS);
      const given = own.filter((x) => x > 0).length;
      expect(javascript.values[(m * 4 + 2) * records + records - 1]).toBe(given);
      expect(javascript.values[(m * 4 + 3) * records]).toBe(own[3]);
    }
    expect(javascript.times[0]).toBe(3);
  });
});

test.each([{}, { substeps: 3 }, { method: 'tsit5' as const }])(
  'a step that a parameter holds gives the numbers of that step, bit for bit (%o)',
  (options) => {
    const quarter = { ...request, parameters: { ...request.parameters, day: 0.25 } };
    for (const backend of ['javascript', 'wasm-f64'] as const) {
      const made = (step: number | string) => ensemble(model, { ...design, ...options, backend, step }).run(quarter);
      expect(made('day')).toEqual(made(0.25));
    }
  },
);

test('steps that are not positive, or differ between members, are refused', () => {
  const made = ensemble(model, { ...design, step: 'day' });
  for (const day of [0, Float64Array.from({ length: MEMBERS }, (_, m) => 1 + m)]) {
    expect(() => made.run({ ...request, parameters: { ...request.parameters, day } })).toThrow(
      expect.objectContaining({ code: 'ensemble-step' }),
    );
  }
});

test('single precision states its error, measured beside double precision', () => {
  const double = run({ backend: 'javascript' });
  const single = run({ backend: 'wasm-f32' });
  expect(single.trace.lanes).toBe(4);
  const { members, largest } = single.trace.statedError!;
  expect(members).toBe(4);
  expect(Math.max(...largest)).toBeGreaterThan(0);
  const worst = single.values.reduce((most, value, i) => Math.max(most, Math.abs(value - double.values[i])), 0);
  expect(worst).toBeLessThan(1e-4);
});

test.each(['rk4', 'tsit5'] as const)('%s: the error falls as its order says', (method) => {
  const decay = defineModel({
    id: 'decay',
    title: 'Decay',
    time: 'h',
    parameters: { k: '1 : /h : rate : test' },
    states: { x: '1 : 1 : amount : test' },
    equations: { x: '-k*x*(1 + sin(k*time))' },
  });
  const exact = Math.exp(-(2 + 1 - Math.cos(2)));
  const error = (intervals: number) => {
    const made = ensemble(decay, { step: 2 / intervals, method, backend: 'wasm-f64' });
    return Math.abs(made.run({ members: 1, intervals, every: intervals }).values[0] - exact);
  };
  const order = Math.log2(error(16) / error(32));
  expect(order).toBeGreaterThan((method === 'rk4' ? 4 : 5) - 0.3);
});

test('a default that follows a given parameter follows it', () => {
  const made = ensemble(model, { ...design, outputs: ['twice'], backend: 'javascript' });
  expect(made.run({ members: 1, intervals: 1, parameters: { V: 12 } }).values[0]).toBe(24);
});

test('bad input is refused by name', () => {
  const code = (act: () => unknown) => {
    try {
      act();
    } catch (error) {
      return `${(error as CodedError).code} ${(error as CodedError).message}`;
    }
    return 'nothing';
  };
  const made = ensemble(model, design);
  const plain = { members: 2, intervals: 4 };
  expect(code(() => made.run({ ...plain, parameters: { nope: 1 } }))).toMatch(/^ensemble-name .*"nope"/);
  expect(code(() => made.run({ ...plain, parameters: { V: Number.NaN } }))).toMatch(/^ensemble-value V\[0\]/);
  expect(code(() => made.run({ ...plain, initial: { x: new Float64Array(3) } }))).toMatch(/^ensemble-length x/);
  expect(code(() => made.run({ ...plain, inputs: { drip: new Float64Array(5) } }))).toMatch(/^ensemble-length drip/);
  expect(code(() => made.run({ ...plain, every: 3 }))).toMatch(/^ensemble-step/);
  expect(code(() => ensemble(model, { ...design, step: 0 }))).toMatch(/^ensemble-step/);
  expect(code(() => ensemble(model, { ...design, outputs: ['q'] }))).toMatch(/^ensemble-name/);
  const event = { id: 'e', trigger: parse('x > unit') };
  const eventful = { ...model, events: [{ ...event }] } as unknown as typeof model;
  expect(code(() => ensemble(eventful, design))).toMatch(/^ensemble-unsupported .*event e/);
});
