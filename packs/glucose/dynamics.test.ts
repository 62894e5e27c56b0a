import { type ControlInput, type Instant, instant, MINUTE } from '@gemel/core';
import { randomStream } from '@gemel/numerics';
import { describe, expect, test } from 'vitest';
import { dynamics } from './dynamics.ts';
import { basalRate, deriveConstants } from './model.ts';
import { DISTURBANCE, TWIN_PARAMETER_COUNT, TWIN_PARAMETERS } from './parameters.ts';
import { AGE_GROUPS, drawPatient } from './population.ts';
import { REFERENCE_PATIENTS } from './reference-patients.data.ts';

const START = 29_000_000;
const at = (minute: number): Instant => instant((START + minute) * MINUTE);

function control(name: string, value: number, unit: string, from: number, to?: number): ControlInput {
  return {
    kind: 'control',
    id: `${name} ${from}`,
    subject: 's',
    control: name,
    code: { codings: [] },
    value: { value, unit },
    from: at(from),
    ...(to === undefined ? {} : { to: at(to) }),
    status: 'given',
    knownAt: at(from),
    offset: null,
    grade: 'good',
    marks: [],
    provenance: { source: 'test', element: '' },
  };
}

/** Twin parameters of a patient, quiet or with all disturbances at work. */
function twin(model: Float64Array, disturbed = false): Float64Array {
  const p = new Float64Array(TWIN_PARAMETER_COUNT);
  p.set(model);
  p[DISTURBANCE.sensitivitySd] = disturbed ? 0.2 : 0;
  p[DISTURBANCE.sensitivityTime] = 180;
  p[DISTURBANCE.driveSd] = disturbed ? 0.3 : 0;
  p[DISTURBANCE.driveTime] = 60;
  p[DISTURBANCE.mealSd] = disturbed ? 0.2 : 0;
  return p;
}

const adult = twin(REFERENCE_PATIENTS['adult#001'].parameters);
const basal = basalRate(deriveConstants(adult)) * 60;
const day = [
  control('insulin.basal', basal, 'U/h', -10, 700),
  control('meal.carbohydrate', 60, 'g', 60),
  control('insulin.bolus', 6, 'U', 60),
];
const glucose = (state: ReturnType<typeof dynamics.init>, p = adult) =>
  dynamics.observe(state, p, 'glucose.interstitial') as number;

test('a quiet twin gives the published meal to 1e-3 mg/dL', () => {
  const random = randomStream(1);
  let state = dynamics.init(adult, at(0));
  const path = [glucose(state)];
  for (let m = 1; m <= 600; m++) {
    state = dynamics.advance(state, adult, day, at(m), random);
    path.push(glucose(state));
  }
  const peak = Math.max(...path);
  expect(Math.abs(path[0] - 138.56)).toBeLessThan(1e-3);
  expect(Math.abs(peak - 191.641)).toBeLessThan(1e-3);
  expect(path.indexOf(peak)).toBe(143);
  expect(Math.abs(path[600] - 113.1508)).toBeLessThan(1e-3);
});

test('advance is pure: same input, same output, input untouched', () => {
  const p = twin(adult.slice(0, 30), true);
  const state = dynamics.init(p, at(0));
  const before = state.values.slice();
  const once = dynamics.advance(state, p, day, at(200), randomStream(2));
  const again = dynamics.advance(state, p, day, at(200), randomStream(2));
  expect([...again.values]).toEqual([...once.values]);
  expect([...state.values]).toEqual([...before]);
  expect(once.at).toBe(at(200));
});

test('a way divided into stretches of whole disturbance steps is the same way, bit for bit', () => {
  const p = twin(adult.slice(0, 30), true);
  const divided = randomStream(3);
  let state = dynamics.init(p, at(0.3));
  for (const m of [5.3, 20.3, 65.3, 300.3, 302.8]) state = dynamics.advance(state, p, day, at(m), divided);
  const whole = dynamics.advance(dynamics.init(p, at(0.3)), p, day, at(302.8), randomStream(3));
  expect([...state.values]).toEqual([...whole.values]);
  expect(dynamics.observe(whole, p, 'insulin.sensitivity')).not.toBe(1);
});

test('a quiet way divided anywhere is the same way to 0.2 mg/dL, and no insulin or food is lost on it', () => {
  let state = dynamics.init(adult, at(0));
  for (const m of [0.2, 3.7, 59.9, 60.1, 60.6, 61.5, 63.33, 90, 180.5, 300]) {
    state = dynamics.advance(state, adult, day, at(m), randomStream(1));
  }
  const whole = dynamics.advance(dynamics.init(adult, at(0)), adult, day, at(300), randomStream(1));
  expect(Math.abs(glucose(state) - glucose(whole))).toBeLessThan(0.2);
  for (const signal of ['insulin.on-board', 'carbohydrate.on-board', 'insulin.plasma']) {
    const [a, b] = [state, whole].map((s) => dynamics.observe(s, adult, signal) as number);
    expect(Math.abs(a / b - 1), signal).toBeLessThan(2e-3);
  }
});

test('trajectories equal the loop bit for bit, for members that stand at different times', () => {
  const members = AGE_GROUPS.map((group, i) => {
    const parameters = twin(drawPatient(group, randomStream(7, i)).parameters, true);
    return {
      parameters,
      state: dynamics.advance(dynamics.init(parameters, at(0)), parameters, [], at(i * 1.7), randomStream(8, i)),
    };
  });
  const times = [5, 5.5, 60, 61, 130.25, 240].map(at);
  const signals = Object.keys(dynamics.signals);
  const controls = [...day, control('insulin.bolus', 2, 'U', 100.4), control('meal.carbohydrate', 20, 'g', -3, 9)];
  const random = randomStream(9);
  const batch = dynamics.trajectories({ members, controls, times, signals, random });
  for (const [i, member] of members.entries()) {
    const stream = random.fork(i);
    let state = member.state;
    for (const [k, time] of times.entries()) {
      state = dynamics.advance(state, member.parameters, controls, time, stream);
      for (const signal of signals) {
        const value = batch.values[signal][i * times.length + k];
        expect(value, `${signal} of member ${i} at ${k}`).toBe(dynamics.observe(state, member.parameters, signal));
      }
    }
    expect([...batch.ends[i].values]).toEqual([...state.values]);
    expect(batch.ends[i].at).toBe(state.at);
  }
});

describe('signals', () => {
  const later = (m: number) => dynamics.advance(dynamics.init(adult, at(0)), adult, day, at(m), randomStream(1));
  const see = (m: number, signal: string) => dynamics.observe(later(m), adult, signal) as number;

  test('at rest nothing is on board and plasma, interstitium and meter agree', () => {
    for (const signal of ['insulin.on-board', 'carbohydrate.on-board', 'meal.ra'])
      expect(see(0, signal)).toBeCloseTo(0, 9);
    for (const signal of ['glucose.plasma', 'glucose.capillary']) expect(see(0, signal)).toBeCloseTo(138.56, 9);
    expect(see(0, 'insulin.plasma')).toBeCloseTo(100.25, 9);
  });

  test('a bolus and a meal are on board in full at first, and leave', () => {
    expect(see(61, 'insulin.on-board')).toBeGreaterThan(5.8);
    expect(see(61, 'insulin.on-board')).toBeLessThan(6.01);
    expect(see(72, 'carbohydrate.on-board')).toBeGreaterThan(55);
    expect(see(72, 'carbohydrate.on-board')).toBeLessThan(60);
    expect(see(600, 'insulin.on-board')).toBeLessThan(0.6);
    expect(see(600, 'carbohydrate.on-board')).toBeLessThan(6);
  });

  test('plasma leads the interstitium; the sensor errs around it', () => {
    expect(see(100, 'glucose.plasma')).toBeGreaterThan(see(100, 'glucose.interstitial'));
    const errors = Array.from({ length: 200 }, (_, i) => {
      const state = dynamics.advance(dynamics.init(adult, at(0)), adult, day, at(100), randomStream(i));
      return (dynamics.observe(state, adult, 'glucose.sensor') as number) - glucose(state);
    });
    const mean = errors.reduce((s, e) => s + e, 0) / 200;
    expect(Math.sqrt(errors.reduce((s, e) => s + (e - mean) ** 2, 0) / 200)).toBeGreaterThan(5);
  });

  test('an unknown signal is refused by its code', () => {
    expect(() => see(0, 'glucose')).toThrow(expect.objectContaining({ code: 'glucose-signal-unknown' }));
  });
});

describe('states', () => {
  const state = dynamics.advance(dynamics.init(adult, at(0)), adult, day, at(99.5), randomStream(5));

  test('a snapshot restores the very state', () => {
    const restored = dynamics.restore(dynamics.snapshot(state));
    expect(restored.at).toBe(state.at);
    expect([...restored.values]).toEqual([...state.values]);
  });

  test('bytes that are no snapshot are refused by their code', () => {
    const code = 'glucose-snapshot-unreadable';
    expect(() => dynamics.restore(new Uint8Array(7))).toThrow(expect.objectContaining({ code }));
    const other = dynamics.snapshot(state);
    other.fill(0, 0, 8);
    expect(() => dynamics.restore(other)).toThrow(expect.objectContaining({ code }));
  });

  test('coordinates read back what they write, but for masses below zero', () => {
    const { names, read, write } = dynamics.coordinates;
    const values = read(state);
    expect(values.length).toBe(names.length);
    expect([...write(state, values).values]).toEqual([...state.values]);
    const pushed = write(
      state,
      values.map((v) => v - 1e6),
    );
    const after = read(pushed);
    for (const [i, name] of names.entries()) {
      const signed = ['insulin.action', 'sensitivity', 'drive', 'meal.error', 'sensor.latent'].includes(name);
      expect(after[i], name).toBe(signed ? values[i] - 1e6 : 0);
    }
  });

  test('time does not run backwards', () => {
    expect(() => dynamics.advance(state, adult, [], at(99), randomStream(1))).toThrow(
      expect.objectContaining({ code: 'glucose-time-backwards' }),
    );
  });

  test('an impossible patient has no state', () => {
    const bad = adult.slice();
    bad[0] = -1;
    expect(() => dynamics.init(bad, at(0))).toThrow(expect.objectContaining({ code: 'glucose-parameters-impossible' }));
  });
});

test('the disturbances are stationary with the deviation their parameters state', () => {
  const p = twin(adult.slice(0, 30), true);
  const values: number[] = [];
  let state = dynamics.init(p, at(0));
  const random = randomStream(13);
  for (let m = 30; m < 30 * 4000; m += 30) {
    state = dynamics.advance(state, p, [control('insulin.basal', basal, 'U/h', m - 40, m + 40)], at(m), random);
    if (m > 900) values.push(Math.log(dynamics.observe(state, p, 'insulin.sensitivity') as number));
  }
  const sd = Math.sqrt(values.reduce((s, v) => s + v * v, 0) / values.length);
  expect(Math.abs(sd / 0.2 - 1)).toBeLessThan(0.08);
});

test('a meal keeps its error from the first bite to the last, and the error scales what reaches the stomach', () => {
  const p = adult.slice();
  p[DISTURBANCE.mealSd] = 0.3;
  const meal = [control('meal.carbohydrate', 60, 'g', 7, 19)];
  const logs = Array.from({ length: 300 }, (_, i) => {
    let state = dynamics.advance(dynamics.init(p, at(0)), p, meal, at(12), randomStream(17, i));
    const half = dynamics.observe(state, p, 'carbohydrate.on-board') as number;
    state = dynamics.advance(state, p, meal, at(19), randomStream(18, i));
    const whole = dynamics.observe(state, p, 'carbohydrate.on-board') as number;
    expect(Math.abs(whole / half / (12 / 5) - 1)).toBeLessThan(0.03);
    return Math.log(whole / 60);
  });
  const mean = logs.reduce((s, v) => s + v, 0) / 300;
  const sd = Math.sqrt(logs.reduce((s, v) => s + (v - mean) ** 2, 0) / 299);
  // The SD of 300 draws has a relative standard error of 4 %.
  expect(Math.abs(sd / 0.3 - 1)).toBeLessThan(0.16);
});

test('names of twin parameters are unique and all have a source', () => {
  expect(new Set(TWIN_PARAMETERS.map((p) => p.name)).size).toBe(TWIN_PARAMETER_COUNT);
  for (const p of TWIN_PARAMETERS) expect(p.source.length).toBeGreaterThan(10);
});
