import { expect, test } from 'vitest';
import type { CompiledModel } from '../program/compiled-model.ts';
import { compiled, times } from './models.fixture.ts';
import { simulate } from './simulate.ts';
import type { SimulationRequest } from './simulation.ts';
import { sweep } from './sweep.ts';

/** Stiff, with what rates may answer to: time, a moving input, an infusion, a state held at zero. */
const stiff = () =>
  compiled({
    parameters: { k: 2000 },
    states: {
      fast: [1, '-k*(fast - slow - u)'],
      slow: [2, '-0.3*slow*fast + 0.1*sin(time)'],
      gone: [0.1, '-1'],
      constant: [5, '0'],
    },
    positive: ['gone'],
    inputs: { u: { fallback: 0, interpolation: 'linear' } },
  });
const request: SimulationRequest = {
  times: times(0, 10, 40),
  inputs: { u: { times: Float64Array.of(1, 4, 7), values: Float64Array.of(0, 3, 1) } },
  doses: [
    { time: 2, state: 'slow', amount: 3, duration: 2 },
    { time: 6, state: 'gone', amount: 2, duration: 0.5 },
  ],
};

/** The model, and how often its code was asked for. */
function watched(model: CompiledModel): { readonly model: CompiledModel; readonly asked: () => number } {
  let count = 0;
  const { rosenbrock } = model;
  const counted = () => {
    count++;
    return rosenbrock!();
  };
  return { model: { ...model, rosenbrock: counted }, asked: () => count };
}

test.each(['rodas5p', 'auto'])('%s by a model’s own code takes the steps of the general one', (method) => {
  const { model, asked } = watched(stiff());
  // Where a state slides along zero, steps hang on rounding: high above it here.
  const smooth = { ...request, method, initial: { gone: 20 } };
  const general = simulate(model, smooth);
  expect(asked()).toBe(0);
  const own = simulate(model, { ...smooth, repeated: true });
  expect(asked()).toBe(1);
  expect(own.status).toBe('complete');
  expect(own.counts).toEqual(general.counts);
  own.values.forEach((value, i) => {
    expect(Math.abs(value - general.values[i])).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
  });
});

test('fixed steps of a model’s own code are those of the general one', () => {
  const model = stiff();
  const fixed = { ...request, method: 'rodas5p', step: 0.05 };
  const general = simulate(model, fixed).values;
  const own = simulate(model, { ...fixed, repeated: true }).values;
  own.forEach((value, i) => {
    expect(Math.abs(value - general[i])).toBeLessThan(1e-10 * Math.max(1, Math.abs(value)));
  });
});

test('a state set aside for being no number is left to the general code', () => {
  const { model, asked } = watched(compiled({ states: { x: [1, '-x'], none: ['0/0', '0'] } }));
  const held = simulate(model, { times: times(0, 1, 2), method: 'rodas5p', repeated: true });
  expect(held.status).toBe('complete');
  expect(held.values[2]).toBeCloseTo(Math.exp(-1), 5);
  expect(asked()).toBe(0);
});

test('a model that reads no time spares one evaluation a step, also while an input rests', () => {
  const spent = (rate: string, values: readonly number[]) => {
    const inputs = { u: { fallback: 0, interpolation: 'linear' } } as const;
    const u = { times: Float64Array.of(0, 1), values: Float64Array.from(values) };
    const model = compiled({ states: { x: [1, rate] }, inputs });
    const { counts } = simulate(model, { times: times(0, 1, 1), method: 'rodas5p', step: 0.1, inputs: { u } });
    return counts.evaluations / counts.steps;
  };
  expect(spent('-x + u', [2, 2])).toBe(8);
  expect(spent('-x + u', [2, 3])).toBe(9);
  expect(spent('-x + u + 0*time', [2, 2])).toBe(9);
});

test('models with unknowns or delays have no code of their own', () => {
  const states = { x: [1, '-w'] as const };
  expect(compiled({ states, unknowns: { w: 1 }, constraints: ['w - x'] }).rosenbrock).toBeNull();
  expect(compiled({ states: { x: [1, '-delay(x, 1)'] } }).rosenbrock).toBeNull();
});

test('a sweep of many runs makes the code, a short one does not, whatever part of it is run', () => {
  const runs = (count: number) => Array.from({ length: count }, (_, i) => ({ parameters: { k: 1000 + i } }));
  const first = (count: number) => {
    const { model, asked } = watched(stiff());
    const work = sweep(model, { base: { ...request, method: 'rodas5p' }, axes: [runs(count)] }, { from: 0, to: 1 });
    for (let next = work.next(); !next.done; next = work.next());
    return asked();
  };
  expect(first(49)).toBe(0);
  expect(first(50)).toBe(1);
});
