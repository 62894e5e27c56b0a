import { describe, expect, test } from 'vitest';
import { compiled, times } from './models.fixture.ts';
import { simulate } from './simulate.ts';
import type { SimulationRequest } from './simulation.ts';

const tight = { relative: 1e-10, absolute: 1e-12 };
const code = (name: string) => expect.objectContaining({ code: name });

describe('inputs', () => {
  const model = (interpolation: 'step' | 'linear') =>
    compiled({ states: { x: [0, 'u'] }, inputs: { u: { fallback: 2, interpolation } } });
  const inputs = { u: { times: Float64Array.of(1, 3, 4), values: Float64Array.of(10, -2, 1) } };

  test('by steps: before the first value the fallback, after the last that', () => {
    for (const request of [tight, { step: 0.37 }]) {
      const { values } = simulate(model('step'), { times: times(0, 6, 6), inputs, outputs: ['x', 'u'], ...request });
      const x = [0, 2, 12, 22, 20, 21, 22];
      const u = [2, 10, 10, -2, 1, 1, 1];
      for (const [i, value] of [...x, ...u].entries()) expect(values[i]).toBeCloseTo(value, 10);
    }
  });

  test('by straight lines', () => {
    const { values } = simulate(model('linear'), { times: times(0, 6, 6), inputs, outputs: ['x', 'u'], ...tight });
    const x = [0, 2, 9, 10, 9.5, 10.5, 11.5];
    const u = [2, 10, 4, -2, 1, 1, 1];
    for (const [i, value] of [...x, ...u].entries()) expect(values[i]).toBeCloseTo(value, 9);
  });

  test('nothing given: the fallback', () => {
    const { values } = simulate(model('step'), { times: Float64Array.of(0, 3), ...tight });
    expect(values[1]).toBeCloseTo(6, 10);
  });
});

describe('the request', () => {
  const model = compiled({
    parameters: { k: 2, twice: '2*k', other: 5 },
    states: { x: ['k', '-k*x'], y: [1, 'twice'] },
    definitions: { sum: 'x + y' },
  });
  const run = (request: Partial<SimulationRequest>) => simulate(model, { times: Float64Array.of(0, 1), ...request });

  test('a parameter given by another follows it; a given one does not', () => {
    const outputs = ['k', 'twice', 'x', 'y', 'sum', 'time', 'other'];
    const followed = run({ parameters: { k: 3 }, outputs, ...tight });
    const at = (name: string) => followed.values[2 * outputs.indexOf(name) + 1];
    expect(outputs.map(at)).toEqual([3, 6, at('x'), at('y'), at('sum'), 1, 5]);
    expect(at('x')).toBeCloseTo(3 * Math.exp(-3), 9);
    expect(at('y')).toBeCloseTo(7, 9);
    expect(at('sum')).toBeCloseTo(at('x') + at('y'), 12);
    expect(run({ parameters: { k: 3, twice: 1 }, outputs: ['twice'] }).values[0]).toBe(1);
  });

  test('initial values are set by name', () => {
    expect(run({ initial: { x: 7 }, outputs: ['x'] }).values[0]).toBe(7);
  });

  test('what cannot be understood is refused with a code', () => {
    expect(() => run({ times: Float64Array.of() })).toThrow(code('simulation-times'));
    expect(() => run({ times: Float64Array.of(0, 0) })).toThrow(code('simulation-times'));
    expect(() => run({ times: Float64Array.of(0, Number.NaN) })).toThrow(code('simulation-times'));
    expect(() => run({ parameters: { q: 1 } })).toThrow(code('simulation-unknown-name'));
    expect(() => run({ initial: { k: 1 } })).toThrow(code('simulation-unknown-name'));
    expect(() => run({ outputs: ['q'] })).toThrow(code('simulation-unknown-name'));
    expect(() => run({ parameters: { k: Number.POSITIVE_INFINITY } })).toThrow(code('simulation-value-not-finite'));
    expect(() => run({ method: 'euler' })).toThrow(code('simulation-method-unknown'));
    expect(() => run({ method: 'rk4' })).toThrow(code('simulation-control'));
    expect(() => run({ relative: 0 })).toThrow(code('simulation-control'));
    const series = { times: Float64Array.of(1, 0), values: Float64Array.of(1, 1) };
    const fed = compiled({ states: { x: [0, 'u'] }, inputs: { u: { fallback: 0, interpolation: 'step' } } });
    expect(() => simulate(fed, { times: Float64Array.of(0, 1), inputs: { u: series } })).toThrow(
      code('simulation-input-series'),
    );
  });
});

test('a model that draws random numbers is refused, not run on none', () => {
  const fed = compiled({ states: { x: [0, '0'] }, inputs: { d: { fallback: Number.NaN, interpolation: 'step' } } });
  const draws = [{ input: 'd', family: 'poisson' as const, arguments: [] }];
  const model = { ...fed, model: { ...fed.model, draws } };
  expect(() => simulate(model, { times: Float64Array.of(0, 1) })).toThrow(code('simulation-random-numbers'));
});

describe('partial results', () => {
  test('growth to infinity in finite time: values to there, the state named', () => {
    const model = compiled({ states: { calm: [1, '0'], x: [1, 'x*x'] } });
    const { status, problem, reached, times: told, values } = simulate(model, { times: times(0, 2, 5), ...tight });
    expect(['not-finite', 'step-too-small']).toContain(status);
    expect(problem?.where.element).toBe('x');
    expect(problem?.message).toContain(String(reached));
    expect(reached).toBeCloseTo(1, 6);
    expect([...told]).toEqual([0, 0.4, 0.8]);
    expect(values.length).toBe(6);
    expect(values[5]).toBeCloseTo(5, 6);
  });

  test('a parameter without a value is named beside the state whose rate asks for it', () => {
    const model = compiled({
      parameters: { other: '0/0', k: '0/0' },
      definitions: { r: 'k*x' },
      states: { calm: [1, '0'], x: [1, '-r'] },
    });
    const { status, problem } = simulate(model, { times: times(0, 2, 4) });
    expect([status, problem?.where.element]).toEqual(['not-finite', 'x']);
    expect(problem?.message).toMatch(/: k is NaN$/);
  });

  test('a rate that is no number', () => {
    const model = compiled({ states: { x: [1, '-1'], y: [0, 'ln(x)'] } });
    const { status, problem, reached } = simulate(model, { times: times(0, 2, 4) });
    expect(['not-finite', 'step-too-small']).toContain(status);
    expect(problem?.where.element).toBe('y');
    expect(reached).toBeCloseTo(1, 3);
  });

  test('steps that run out', () => {
    const model = compiled({ states: { x: [1, '-x'] } });
    const { status, problem } = simulate(model, { times: times(0, 1e3, 4), mostSteps: 10, ...tight });
    expect([status, problem?.code]).toEqual(['too-many-steps', 'simulation-too-many-steps']);
  });
});

test('a state that does not move may be no number', () => {
  const model = compiled({ states: { x: [1, '-x'], odd: ['nan', '0'], vast: ['inf', '0'] } });
  const { status, values } = simulate(model, { times: Float64Array.of(0, 1), ...tight });
  expect(status).toBe('complete');
  expect(values[1]).toBeCloseTo(Math.exp(-1), 9);
  expect([values[3], values[5]]).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
});

test('a state declared positive is held there, by whichever method', () => {
  const model = compiled({ states: { x: [0.05, '-1 - 0*x'] }, positive: ['x'] });
  for (const request of [{ method: 'tsit5' }, { method: 'rodas5p' }, { method: 'bdf' }, { step: 0.01 }]) {
    const { status, values } = simulate(model, { times: times(0, 0.1, 20), ...request });
    expect(status, request.method).toBe('complete');
    expect(Math.min(...values)).toBe(0);
    for (const [i, value] of values.entries()) {
      expect(Math.abs(value - Math.max(0, 0.05 - i * 0.005)), request.method).toBeLessThan(1e-5);
    }
  }
});

test('what is asked for changes no number: the same values to the bit whichever times are told', () => {
  const model = compiled({
    parameters: { k: 0.7 },
    states: { x: [1, '-k*x + ((x < 0.5) ? 0.2 : 0)'], v: [0, 'delay(x, 0.3)'] },
    events: { push: { when: 'v > 1', set: { v: '0' } } },
  });
  const doses = [{ time: 0.31, state: 'x', amount: 1, duration: 0.4, additional: 5, interval: 0.9 }];
  for (const request of [{}, { method: 'rodas5p' }, { step: 0.07 }]) {
    const whole = simulate(model, { times: times(0, 6, 60), doses, ...request });
    const some = simulate(model, { times: times(0, 6, 4), doses, ...request });
    for (let s = 0; s < 2; s++) {
      for (let i = 0; i <= 4; i++) expect(some.values[s * 5 + i]).toBe(whole.values[s * 61 + 15 * i]);
    }
    expect(some.events).toEqual(whole.events);
    expect(whole.events.length).toBeGreaterThan(2);
  }
});

test('one time alone: the start, made consistent', () => {
  const model = compiled({ states: { x: [2, '1'] }, unknowns: { z: 1 }, constraints: ['z - 3*x'] });
  expect([...simulate(model, { times: Float64Array.of(4) }).values]).toEqual([2, 6]);
});
