import { describe, expect, test } from 'vitest';
import { compiled, times } from './models.fixture.ts';
import { simulate } from './simulate.ts';
import type { Dose, SimulationRequest } from './simulation.ts';

const tight = { relative: 1e-10, absolute: 1e-12 };
const k = 0.3;
const one = compiled({ parameters: { k, F: 1, lag: 0, D: 2, R: 5 }, states: { A: [0, '-k*A'] } });

/** Amount in one compartment at each time, by a formula of the time. */
function amounts(doses: readonly Dose[], at: Float64Array, more: Partial<SimulationRequest> = {}): Float64Array {
  const { status, problem, values } = simulate(one, { times: at, doses, ...tight, ...more });
  expect(status, problem?.message).toBe('complete');
  return values;
}

function close(values: ArrayLike<number>, expected: ArrayLike<number>, relative = 1e-8): void {
  expect(values.length).toBe(expected.length);
  for (let i = 0; i < values.length; i++) {
    expect(Math.abs(values[i] - expected[i]), `${i}: ${values[i]} beside ${expected[i]}`).toBeLessThanOrEqual(
      relative * Math.max(1, Math.abs(expected[i])),
    );
  }
}

const bolus = (t: number, dose = 100) => (t < 0 ? 0 : dose * Math.exp(-k * t));
const infusion = (t: number, duration: number, dose = 100) =>
  t < 0
    ? 0
    : ((dose / duration) * (1 - Math.exp(-k * Math.min(t, duration))) * Math.exp(-k * Math.max(0, t - duration))) / k;

describe('doses into one compartment', () => {
  const at = times(0, 24, 48);

  test('a bolus counts from its own time on', () => {
    close(
      amounts([{ time: 3, state: 'A', amount: 100 }], at),
      at.map((t) => bolus(t - 3)),
    );
  });

  test('repeats superpose', () => {
    const doses = [{ time: 1, state: 'A', amount: 100, additional: 3, interval: 5 }];
    close(
      amounts(doses, at),
      at.map((t) => [1, 6, 11, 16].reduce((sum, d) => sum + bolus(t - d), 0)),
    );
  });

  test('infusions overlap and end', () => {
    const doses = [{ time: 0, state: 'A', amount: 100, duration: 7, additional: 2, interval: 4 }];
    close(
      amounts(doses, at),
      at.map((t) => [0, 4, 8].reduce((sum, d) => sum + infusion(t - d, 7), 0)),
    );
  });

  test('lag and bioavailability by parameter; the infusion keeps its duration', () => {
    const doses = [{ time: 2, state: 'A', amount: 100, duration: 4, lag: 'lag', bioavailability: 'F' }];
    const values = amounts(doses, at, { parameters: { lag: 1.5, F: 0.4 } });
    close(
      values,
      at.map((t) => infusion(t - 3.5, 4, 40)),
    );
  });

  test('a modelled duration, and a modelled rate whose duration follows the bioavailability', () => {
    const parameters = { F: 0.5 };
    const modelled = { time: 1, state: 'A', amount: 100, bioavailability: 'F' };
    close(
      amounts([{ ...modelled, duration: { duration: 'D' } }], at, { parameters }),
      at.map((t) => infusion(t - 1, 2, 50)),
    );
    close(
      amounts([{ ...modelled, duration: { rate: 'R' } }], at, { parameters }),
      at.map((t) => infusion(t - 1, 10, 50)),
    );
  });

  test('fixed steps end on doses', () => {
    const doses = [{ time: 0.77, state: 'A', amount: 100, duration: 3.13 }];
    close(
      amounts(doses, at, { step: 0.05 }),
      at.map((t) => infusion(t - 0.77, 3.13)),
      1e-6,
    );
  });
});

describe('steady state', () => {
  const interval = 6;
  const at = times(0, 18, 36);
  /** Sum over doses at every interval since ever. */
  const ever = (t: number, effect: (since: number) => number, last: number) => {
    let sum = 0;
    for (let n = -400; n <= last; n++) sum += effect(t - n * interval);
    return sum;
  };

  test('boluses: what was there before is forgotten', () => {
    const doses = [{ time: 0, state: 'A', amount: 100, steadyState: true, interval, additional: 1 }];
    const values = amounts(doses, at, { initial: { A: 7 } });
    close(
      values,
      at.map((t) => ever(t, bolus, 1)),
    );
    expect(values[0]).toBeCloseTo(100 / (1 - Math.exp(-k * interval)), 6);
  });

  test('infusions shorter and longer than the interval', () => {
    for (const duration of [2, 6, 8.5, 15]) {
      const doses = [{ time: 0, state: 'A', amount: 100, steadyState: true, interval, duration }];
      close(
        amounts(doses, at),
        at.map((t) => ever(t, (since) => infusion(since, duration), 0)),
      );
    }
  });

  test('with lag, also beyond the interval: earlier doses still arrive', () => {
    for (const lag of [2, 6, 8]) {
      const parameters = { lag };
      const doses = [{ time: 0, state: 'A', amount: 100, steadyState: true, interval, lag: 'lag', duration: 1 }];
      const values = amounts(doses, at, { parameters });
      close(
        values,
        at.map((t) => ever(t, (since) => infusion(since - lag, 1), 0)),
      );
    }
  });

  test('several compartments at once; an area under the curve is left alone', () => {
    const model = compiled({
      parameters: { ka: 1.2, k, k12: 0.4, k21: 0.2 },
      states: { G: [0, '-ka*G'], C: [0, 'ka*G - (k + k12)*C + k21*P'], P: [0, 'k12*C - k21*P'], area: [5, 'C'] },
    });
    const steady: Dose[] = [
      { time: 0, state: 'G', amount: 100, steadyState: true, interval: 12 },
      { time: 0, state: 'C', amount: 20, steadyState: true, interval: 12, duration: 3 },
    ];
    const found = simulate(model, { times: times(0, 12, 12), doses: steady, ...tight });
    expect(found.problem).toBe(null);
    const before = 12 * 60;
    const all = steady.map((dose) => ({ ...dose, steadyState: false, additional: 60 }));
    const run = simulate(model, { times: Float64Array.of(0, ...times(before, before + 12, 12)), doses: all, ...tight });
    for (let s = 0; s < 3; s++) {
      close(found.values.subarray(s * 13, s * 13 + 13), run.values.subarray(s * 14 + 1, s * 14 + 14));
    }
    expect(found.values[3 * 13]).toBe(5);
  });

  test('saturable elimination comes to the state that many doses come to', () => {
    const model = compiled({ parameters: { V: 12, K: 8 }, states: { A: [0, '-V*A/(K + A)'] } });
    const dose = { time: 0, state: 'A', amount: 100, interval: 10 };
    const found = simulate(model, { times: times(0, 10, 5), doses: [{ ...dose, steadyState: true }], ...tight });
    const many = simulate(model, { times: Float64Array.of(0, 4000), doses: [{ ...dose, additional: 400 }], ...tight });
    expect(found.problem).toBe(null);
    expect(found.values[0]).toBeCloseTo(many.values[1], 6);
  });

  test('where nothing is eliminated there is none', () => {
    const doses = [{ time: 1, state: 'A', amount: 100, interval: 10, steadyState: true }];
    const { status, problem, times: reached } = simulate(one, { times: times(0, 2, 2), parameters: { k: 0 }, doses });
    expect(status).toBe('no-steady-state');
    expect(problem?.where.element).toBe('A');
    expect([...reached]).toEqual([0]);
  });
});

test('absorption by first order with lag and bioavailability (Bateman)', () => {
  const model = compiled({
    parameters: { ka: 1.1, k: 0.2, F: 0.7, lag: 0.5 },
    states: { G: [0, '-ka*G'], C: [0, 'ka*G - k*C'] },
  });
  const at = times(0, 12, 24);
  const doses = [{ time: 0, state: 'G', amount: 50, lag: 'lag', bioavailability: 'F' }];
  const { values } = simulate(model, { times: at, doses, outputs: ['C'], ...tight });
  const bateman = (t: number) => (t < 0 ? 0 : ((0.7 * 50 * 1.1) / 0.9) * (Math.exp(-0.2 * t) - Math.exp(-1.1 * t)));
  close(
    values,
    at.map((t) => bateman(t - 0.5)),
  );
});

test('two compartments: the sum of two exponentials', () => {
  const [k10, k12, k21] = [0.35, 0.5, 0.15];
  const model = compiled({
    parameters: { k10, k12, k21 },
    states: { C: [0, '-(k10 + k12)*C + k21*P'], P: [0, 'k12*C - k21*P'] },
  });
  const at = times(0, 30, 30);
  const sum = k10 + k12 + k21;
  const root = Math.sqrt(sum * sum - 4 * k10 * k21);
  const [alpha, beta] = [(sum + root) / 2, (sum - root) / 2];
  const part = (rate: number, other: number, t: number) =>
    (((k21 - rate) / (other - rate)) * Math.exp(-rate * t)) as number;
  const exact = (t: number) => 80 * (part(alpha, beta, t) + part(beta, alpha, t));
  const { values } = simulate(model, {
    times: at,
    doses: [{ time: 0, state: 'C', amount: 80 }],
    outputs: ['C'],
    ...tight,
  });
  close(values, at.map(exact));
});

test('a dose that cannot be given is refused, naming its state', () => {
  const refused = (dose: Partial<Dose>) =>
    expect(() => simulate(one, { times: times(0, 1, 1), doses: [{ time: 0, state: 'A', amount: 1, ...dose }] }));
  const code = (name: string) => expect.objectContaining({ code: name });
  refused({ time: -1 }).toThrow(code('simulation-dose'));
  refused({ amount: Number.NaN }).toThrow(code('simulation-dose'));
  refused({ additional: 3 }).toThrow(code('simulation-dose'));
  refused({ steadyState: true }).toThrow(code('simulation-dose'));
  refused({ state: 'B' }).toThrow(code('simulation-unknown-name'));
  refused({ lag: 'B' }).toThrow(code('simulation-unknown-name'));
});

test('a lag that turns out negative ends the run there', () => {
  const doses = [{ time: 1, state: 'A', amount: 1, lag: 'lag' }];
  const { status, problem, reached } = simulate(one, { times: times(0, 2, 2), doses, parameters: { lag: -1 } });
  expect([status, problem?.code, problem?.where.element, reached]).toEqual([
    'out-of-range',
    'simulation-out-of-range',
    'A',
    1,
  ]);
});
