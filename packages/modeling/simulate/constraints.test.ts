import { expect, test } from 'vitest';
import { compiled, times } from './models.fixture.ts';
import { simulate } from './simulate.ts';

const tight = { relative: 1e-10, absolute: 1e-12 };

test('an unknown given by a nonlinear constraint: x′ = −x z, z² = x, from 1 with z > 0', () => {
  const model = compiled({
    states: { x: [1, '-x*z'] },
    unknowns: { z: 0.5 },
    constraints: ['z*z - x'],
  });
  const at = times(0, 4, 8);
  const { status, values } = simulate(model, { times: at, ...tight });
  expect(status).toBe('complete');
  for (const [i, t] of at.entries()) {
    expect(values[i]).toBeCloseTo((1 + t / 2) ** -2, 9);
    expect(values[9 + i]).toBeCloseTo(1 / (1 + t / 2), 9);
  }
});

test('two unknowns hold together after an event too', () => {
  const model = compiled({
    states: { total: [10, '-0.1*total'] },
    unknowns: { a: 1, b: 1 },
    constraints: ['a + b - total', 'a - 3*b'],
    events: { add: { when: 'a < 6', set: { total: 'total + 4*b' } } },
  });
  const { values, events } = simulate(model, { times: times(0, 4, 4), ...tight });
  const fired = 10 * Math.log(10 / 8);
  expect(events[0].time).toBeCloseTo(fired, 9);
  const exact = (t: number) => (t < fired ? 10 * Math.exp(-0.1 * t) : 16 * Math.exp(-0.1 * (t - fired)));
  for (let i = 0; i <= 4; i++) {
    expect(values[i]).toBeCloseTo(exact(i), 8);
    expect(values[5 + i]).toBeCloseTo(0.75 * exact(i), 8);
    expect(values[10 + i]).toBeCloseTo(0.25 * exact(i), 8);
  }
});

test('constraints without a solution end the run, naming the unknown', () => {
  const model = compiled({ states: { x: [1, '-1'] }, unknowns: { z: 1 }, constraints: ['z*z - x'] });
  const { status, problem, reached, values, times: told } = simulate(model, { times: times(0, 2, 8), ...tight });
  expect([status, problem?.code, problem?.where.element]).toEqual(['singular', 'simulation-singular', 'z']);
  expect(reached).toBeGreaterThan(0.99);
  expect(reached).toBeLessThanOrEqual(1 + 1e-12);
  expect(values.length).toBe(2 * told.length);
});

test('constraints that do not determine the unknowns are singular from the start', () => {
  const model = compiled({
    states: { x: [1, '0'] },
    unknowns: { a: 0, b: 0 },
    constraints: ['a + b - x', '2*a + 2*b - 2*x - 1'],
  });
  const { status, values } = simulate(model, { times: times(0, 1, 1) });
  expect([status, values.length]).toEqual(['singular', 0]);
});

test('an unknown that a constraint no longer determines stays where it last was, by each method', () => {
  const model = compiled({
    states: { total: [0, '1'], on: [1, '0'] },
    unknowns: { w: 0 },
    constraints: ['on*(total - w)'],
    events: { off: { when: 'time >= 2', set: { on: '0' } } },
  });
  for (const method of ['tsit5', 'rodas5p', 'bdf']) {
    const { status, values } = simulate(model, { times: times(0, 4, 4), outputs: ['w'], method, ...tight });
    expect(status).toBe('complete');
    for (const [i, value] of [0, 1, 2, 2, 2].entries()) expect(values[i], method).toBeCloseTo(value, 8);
  }
});
