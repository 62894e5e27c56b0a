import { expect, test } from 'vitest';
import { compiled, times } from './models.fixture.ts';
import { simulate } from './simulate.ts';

const tight = { relative: 1e-9, absolute: 1e-11 };

test('x′ = −x(t − 1) from 1: polynomials piece by piece', () => {
  const model = compiled({ states: { x: [1, '-delay(x, 1)'] } });
  const { values } = simulate(model, { times: times(0, 3, 6), ...tight });
  const exact = (t: number) => {
    let sum = 1;
    for (let n = 1; n <= Math.floor(t) + 1; n++) {
      sum += ((-1) ** n * (t - (n - 1)) ** n) / Array.from({ length: n }, (_, i) => i + 1).reduce((a, b) => a * b);
    }
    return sum;
  };
  for (let i = 0; i <= 6; i++) expect(values[i]).toBeCloseTo(exact(i / 2), 10);
});

test('before the start states stand still and time runs', () => {
  const model = compiled({
    states: { x: [2, '1'] },
    definitions: { past: 'delay(x, 1)', ago: 'delay(time, 1)', twice: 'delay(past + time, 1)' },
  });
  const { values } = simulate(model, {
    times: Float64Array.of(0, 0.5, 3),
    outputs: ['past', 'ago', 'twice'],
    ...tight,
  });
  const expected = [2, 2, 4, -1, -0.5, 2, 1, 1.5, 5];
  for (const [i, value] of expected.entries()) expect(values[i]).toBeCloseTo(value, 9);
});

test('a lag that depends on the state', () => {
  const model = compiled({ states: { x: [0, '1'], z: [0, 'delay(x, 0.5*x)'] } });
  const { values } = simulate(model, { times: Float64Array.of(0, 1, 4), outputs: ['z'], ...tight });
  expect(values[1]).toBeCloseTo(0.25, 7);
  expect(values[2]).toBeCloseTo(4, 6);
});

test('a jump comes back a lag later, and an event sees what is delayed', () => {
  const model = compiled({
    states: { s: [0, '0'], x: [0, 'delay(s, 2)'], seen: [0, '0'] },
    events: {
      jump: { when: 'time >= 1', set: { s: '3' } },
      echo: { when: 'delay(s, 2) > 1', set: { seen: 'delay(x, 1) + 10' } },
      later: { when: 'delay(x, 1) > 1.5', set: { seen: 'x' } },
    },
  });
  const { values, events } = simulate(model, { times: times(0, 6, 6), outputs: ['x'], ...tight });
  for (const [i, value] of [0, 0, 0, 0, 3, 6, 9].entries()) expect(values[i]).toBeCloseTo(value, 8);
  expect(events.map(({ id }) => id)).toEqual(['jump', 'echo', 'later']);
  expect(events[1].time).toBeCloseTo(3, 12);
  expect(events[2].time).toBeCloseTo(4.5, 8);
});

test('no lag is no delay', () => {
  const model = compiled({ states: { x: [1, '-0.3*delay(x, 0)'] } });
  const { values } = simulate(model, { times: Float64Array.of(0, 5), ...tight });
  expect(values[1]).toBeCloseTo(Math.exp(-1.5), 8);
});

test('a negative lag ends the run, with what came before', () => {
  const model = compiled({ states: { x: [1, '-delay(x, 1 - time)'] } });
  const { status, problem, reached, times: told } = simulate(model, { times: times(0, 2, 8), ...tight });
  expect([status, problem?.code]).toEqual(['out-of-range', 'simulation-out-of-range']);
  expect(reached).toBeGreaterThan(0.9);
  expect(told.length).toBe(Math.floor(reached * 4) + 1);
});

test('a lag that vanishes at the start: the pantograph equation x′ = x/2 + e^(t/2) x(t/2)/2, whose solution is e^t', () => {
  const model = compiled({ states: { x: [1, '0.5*x + 0.5*exp(time/2)*delay(x, time/2)'] } });
  for (const method of ['tsit5', 'rodas5p', 'bdf']) {
    const { status, values } = simulate(model, { times: Float64Array.of(0, 0.1, 1, 3), method, relative: 1e-7 });
    expect(status).toBe('complete');
    for (const [i, t] of [0, 0.1, 1, 3].entries()) {
      expect(Math.abs(values[i] / Math.exp(t) - 1), `${method} at ${t}`).toBeLessThan(2e-5);
    }
  }
});

test.each(['tsit5', 'vern7', 'rodas5p', 'bdf', 'auto'])(
  '%s meets the closed form of a lag that depends on the state and crosses breaks',
  (method) => {
    // Paul, A test set of functional differential equations, Manchester 1994: y′(t) = y(t)·y(ln y(t))/t, y = 1 up to 1.
    const model = compiled({ states: { y: [1, 'y*delay(y, max(0, time - ln(y)))/time'] } });
    const { status, values } = simulate(model, { times: Float64Array.of(1, Math.E, 5, 10), method, ...tight });
    expect(status).toBe('complete');
    const exact = [1, Math.E, Math.exp(5 / Math.E), (Math.E / (3 - Math.log(10))) ** Math.E];
    for (const [i, value] of exact.entries()) expect(Math.abs(values[i] / value - 1), `${i}`).toBeLessThan(1e-6);
  },
);

test('Mackey–Glass: explicit and stiff methods agree', () => {
  const model = compiled({ states: { y: [1.2, '0.2*delay(y, 17)/(1 + delay(y, 17)^10) - 0.1*y'] } });
  const [a, b] = ['vern7', 'rodas5p'].map(
    (method) => simulate(model, { times: Float64Array.of(0, 200), method, ...tight }).values[1],
  );
  expect(Math.abs(a - b)).toBeLessThan(1e-5);
});
