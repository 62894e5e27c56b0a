import { describe, expect, test } from 'vitest';
import { compiled, type EventSketch, times } from './models.fixture.ts';
import { simulate } from './simulate.ts';

const tight = { relative: 1e-10, absolute: 1e-12 };
const clock = (events: Readonly<Record<string, EventSketch>>, more: Readonly<Record<string, number>> = {}) =>
  compiled({
    states: {
      n: [0, '0'],
      m: [0, '0'],
      ...Object.fromEntries(Object.entries(more).map(([name, v]) => [name, [v, '0']])),
    },
    events,
  });
const ids = (model: ReturnType<typeof clock>, until = 10, seed = 1) =>
  simulate(model, { times: Float64Array.of(0, until), seed }).events.map(({ id }) => id);

describe('times of events', () => {
  test('a bouncing ball, by each method and with fixed steps', () => {
    const ball = compiled({
      states: { h: [10, 'v'], v: [0, '-9.81'] },
      events: { bounce: { when: 'h < 0', set: { h: '0', v: '-0.8*v' } } },
    });
    const fall = Math.sqrt(20 / 9.81);
    const expected = [1, 2.6, 3.88, 4.904].map((share) => share * fall);
    for (const request of [tight, { step: 0.05 }]) {
      const { status, events, values } = simulate(ball, { times: times(0, 8, 8), ...request });
      expect(status).toBe('complete');
      for (const [i, t] of expected.entries()) expect(Math.abs(events[i].time - t), `bounce ${i}`).toBeLessThan(1e-9);
      const since = 5 - expected[1];
      expect(values[5]).toBeCloseTo(0.64 * 9.81 * fall * since - 4.905 * since * since, 7);
    }
  });

  test('a time is met exactly, and an output there has the values after the event', () => {
    const model = clock({ at: { when: 'time >= 5', set: { n: 'n + 1' } } });
    const { values, events } = simulate(model, { times: times(0, 10, 10), outputs: ['n'] });
    expect([...values]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    expect(events).toEqual([{ time: 5, id: 'at' }]);
  });

  test('what falls on the last time but for rounding still happens', () => {
    const model = clock({ at: { when: 'time >= 0.1', delay: '0.2', set: { n: '1' } } });
    const { values, reached, times: told } = simulate(model, { times: Float64Array.of(0, 0.3), outputs: ['n'] });
    expect([values[1], told[1]]).toEqual([1, 0.3]);
    expect(reached).toBe(0.1 + 0.2);
  });

  test('a moment that a step would leap over is met', () => {
    const model = clock({ at: { when: 'time >= 3 and time < 3.0001', set: { n: 'n + 1' } } });
    expect(ids(model, 1000)).toEqual(['at']);
  });

  test('a trigger that is true at the start counts only if it was false before', () => {
    expect(ids(clock({ a: { when: 'time >= 0', set: { n: '1' } } }))).toEqual([]);
    expect(ids(clock({ a: { when: 'time >= 0', initially: false, set: { n: '1' } } }))).toEqual(['a']);
  });

  test('periodic by remainder', () => {
    const model = clock({ each: { when: 'rem(time, 2) >= 1', set: { n: 'n + 1' } } });
    const { events } = simulate(model, { times: Float64Array.of(0, 9.5) });
    expect(events.map(({ time }) => Math.round(time * 1e9) / 1e9)).toEqual([1, 3, 5, 7, 9]);
  });
});

describe('order and delay', () => {
  test('the highest priority goes first, asked anew after each', () => {
    const when = 'time >= 1';
    const model = clock(
      {
        low: { when, priority: '1', set: { n: '1' } },
        high: { when, priority: '10', set: { p: '0' } },
        turned: { when, priority: 'p', set: { m: '1' } },
        none: { when, set: {} },
      },
      { p: 5 },
    );
    expect(ids(model)).toEqual(['high', 'low', 'turned', 'none']);
  });

  test('among equals chance decides, and the same seed decides alike', () => {
    const when = 'time >= 1';
    const model = clock({ a: { when, set: {} }, b: { when, set: {} }, c: { when, set: {} } });
    const orders = Array.from({ length: 60 }, (_, seed) => ids(model, 2, seed).join(''));
    expect(new Set(orders).size).toBe(6);
    expect(ids(model, 2, 7)).toEqual(ids(model, 2, 7));
  });

  test('values from the trigger, or from when it is carried out', () => {
    const delayed = { when: 'time >= 1', delay: '2', set: { n: 'x' } };
    const model = (valuesFromTrigger: boolean) =>
      compiled({ states: { x: [0, '1'], n: [0, '0'] }, events: { a: { ...delayed, valuesFromTrigger } } });
    const at = times(0, 4, 4);
    const early = simulate(model(true), { times: at, outputs: ['n'], ...tight }).values;
    expect(early[2]).toBe(0);
    expect(early[3]).toBeCloseTo(1, 9);
    const late = simulate(model(false), { times: at, outputs: ['n'], ...tight }).values;
    expect(late[3]).toBeCloseTo(3, 9);
  });

  test('what is not persistent is dropped when its trigger turns false again', () => {
    const pulse = { when: 'time >= 1 and time < 2', delay: '3', set: { n: '1' } };
    expect(ids(clock({ a: { ...pulse, persistent: true } }))).toEqual(['a']);
    expect(ids(clock({ a: { ...pulse, persistent: false } }))).toEqual([]);
    const when = 'n < 1 and time >= 1';
    const rivals = clock({
      first: { when, priority: '2', persistent: false, set: { n: '1' } },
      second: { when, priority: '1', persistent: false, set: { m: '1' } },
    });
    expect(ids(rivals)).toEqual(['first']);
  });

  test('one event sets off the next at the same time', () => {
    const model = clock({
      a: { when: 'time >= 2', set: { n: '1' } },
      b: { when: 'n > 0', set: { m: '5' } },
      c: { when: 'm > 4', delay: '0.5', set: { n: '0' } },
    });
    const { events } = simulate(model, { times: times(0, 4, 1) });
    expect(events.map(({ id, time }) => [id, time])).toEqual([
      ['a', 2],
      ['b', 2],
      ['c', 2.5],
    ]);
  });

  test('assignments of one event are worked out together', () => {
    const model = clock({ swap: { when: 'time >= 1', set: { a: 'b', b: 'a' } } }, { a: 3, b: 4 });
    expect([...simulate(model, { times: Float64Array.of(0, 2), outputs: ['a', 'b'] }).values]).toEqual([3, 4, 4, 3]);
  });
});

describe('no end', () => {
  test('events that set one another off without end are chatter', () => {
    const model = clock({
      on: { when: 'time >= 1 and n < 1', set: { n: '1' } },
      off: { when: 'n > 0', set: { n: '0' } },
    });
    const { status, problem, reached, times: told } = simulate(model, { times: times(0, 4, 8) });
    expect([status, problem?.code, reached, told.length]).toEqual(['chatter', 'simulation-chatter', 1, 2]);
  });

  test('a condition that switches back at once is chatter', () => {
    const model = compiled({ states: { x: [1, '(x > 0) ? -1 : 1'] } });
    const { status, reached, problem } = simulate(model, { times: times(0, 4, 8) });
    expect(status).toBe('chatter');
    expect(reached).toBeCloseTo(1, 6);
    expect(problem?.where.element).toBe('x > 0');
  });

  test('a condition is named as what switches, not an event that came long before', () => {
    const model = compiled({
      states: { x: [1, '(x > 0) ? -1 : 1'], y: [0, '(time > 3) ? 1 : 0'], n: [0, '0'] },
      events: { early: { when: 'time >= 0.25', set: { n: '1' } } },
    });
    const { status, problem, events } = simulate(model, { times: times(0, 4, 8) });
    expect([status, problem?.where.element, events.length]).toEqual(['chatter', 'x > 0', 1]);
  });

  test('a ball whose bounces pile up ends as chatter at the limit, known by geometry', () => {
    const ball = compiled({
      states: { h: [1, 'v'], v: [0, '-2'] },
      events: { bounce: { when: 'h < 0', set: { h: '0', v: '-0.5*v' } } },
    });
    const { status, reached } = simulate(ball, { times: times(0, 10, 10), ...tight });
    expect(status).toBe('chatter');
    expect(reached).toBeCloseTo(3, 4);
  });

  test.each(
    [0.02, 0.3, 0.45, 0.8].flatMap((restitution) =>
      ['tsit5', 'rodas5p', 'bdf'].map((method) => [restitution, method] as const),
    ),
  )('a ball that keeps %d of its speed and is not put back does not fall through the floor (%s)', (e, method) => {
    const ball = compiled({
      states: { h: [1, 'v'], v: [0, '-2'] },
      events: { bounce: { when: 'h < 0', set: { v: `-${e}*v` } } },
    });
    const result = simulate(ball, { times: times(0, 10, 100), method });
    expect([result.status, result.problem?.where.element]).toEqual(['chatter', 'bounce']);
    // First met at time 1, then at intervals that fall by the restitution.
    const limit = (1 + e) / (1 - e);
    expect(Math.abs(result.reached / limit - 1)).toBeLessThan(1e-2);
    expect(Math.min(...result.values.subarray(0, result.times.length))).toBeGreaterThan(-1e-3);
  });

  test('a condition met faster and faster, and then for good, is no chatter', () => {
    // Turns at the roots of 1, 3, 5 …, until time holds it.
    const model = compiled({
      states: { n: [0, '0'], s: [0, '1'] },
      events: { turn: { when: 'sin(3.14159265358979*time*time) < 0 or time > 4', set: { n: 'n + 1' } } },
    });
    const { status, events } = simulate(model, { times: times(0, 16, 16), step: 0.01 });
    expect(status).toBe('complete');
    expect(events.length).toBe(8);
  });

  test('a negative delay ends the run', () => {
    const model = clock({ a: { when: 'time >= 1', delay: '-1', set: { n: '1' } } });
    const { status, problem } = simulate(model, { times: times(0, 4, 4) });
    expect([status, problem?.where.element]).toEqual(['out-of-range', 'a']);
  });
});

test('a condition in a rate is met exactly: no step goes over the kink', () => {
  const model = compiled({ states: { x: [0, '1'], y: [0, '(x < 0.37) ? 2 : -30'] } });
  for (const request of [{ step: 0.1 }, tight]) {
    const { values } = simulate(model, { times: Float64Array.of(0, 1), outputs: ['y'], ...request });
    expect(values[1]).toBeCloseTo(2 * 0.37 - 30 * 0.63, 8);
  }
});
