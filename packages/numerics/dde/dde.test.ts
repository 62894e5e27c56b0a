import { describe, expect, test } from 'vitest';
import { auto } from '../ode/auto.ts';
import { bdf } from '../ode/bdf.ts';
import { rodas5p } from '../ode/rodas5p.ts';
import type { Solver } from '../ode/solver.ts';
import type { AdaptiveSteps } from '../ode/step-control.ts';
import { tsit5 } from '../ode/tsit5.ts';
import { vern7 } from '../ode/vern7.ts';
import { type DelayStepper, type DelaySystem, startDelayed } from './delay-solver.ts';

const fine: AdaptiveSteps = { kind: 'adaptive', relative: 1e-9, absolute: 1e-11 };

function run(stepper: DelayStepper, end: number): DelayStepper {
  while (stepper.t < end) expect(stepper.step(end)).toBe('stepped');
  return stepper;
}

/** y′ = −y(t − 1), y = 1 up to 0. */
const unit: DelaySystem = {
  dimension: 1,
  delays: 1,
  lags: Float64Array.of(1),
  rhs(_t, _y, delayed, dy) {
    dy[0] = -delayed[0];
  },
  history(_t, out) {
    out[0] = 1;
  },
};

/** Its solution: Σ_{k=0}^{⌊t⌋+1} (−1)^k (t − k + 1)^k / k!. */
function unitExact(t: number): number {
  let sum = 0;
  let factorial = 1;
  for (let k = 0; k <= Math.floor(t) + 1; k++) {
    if (k > 0) factorial *= k;
    sum += ((-1) ** k * (t - k + 1) ** k) / factorial;
  }
  return sum;
}

describe.each<Solver>([tsit5, vern7, rodas5p, bdf, auto])('$name by the method of steps', (solver) => {
  test('meets the polynomial pieces of y′ = −y(t − 1), ending steps where they join', () => {
    const stepper = startDelayed(solver, unit, 0, Float64Array.of(1), fine);
    const ends: number[] = [];
    const out = new Float64Array(1);
    while (stepper.t < 6) {
      expect(stepper.step(6)).toBe('stepped');
      ends.push(stepper.t);
      const middle = (stepper.previous + stepper.t) / 2;
      stepper.interpolate(middle, out);
      expect(Math.abs(out[0] - unitExact(middle))).toBeLessThan(2e-7);
      expect(Math.abs(stepper.y[0] - unitExact(stepper.t))).toBeLessThan(2e-7);
    }
    for (const join of [1, 2, 3, 4, 5]) expect(ends).toContain(join);
  });

  test('carries on a jump of the state from the start', () => {
    // The state starts at 2 where its history ends at 0: y = 2 on [0, 1], and y′ jumps at 1.
    const system: DelaySystem = { ...unit, history: (_t, out) => void out.fill(0) };
    const stepper = run(startDelayed(solver, system, 0, Float64Array.of(2), fine), 1);
    expect(stepper.y[0]).toBeCloseTo(2, 9);
    run(stepper, 2);
    expect(stepper.y[0]).toBeCloseTo(0, 7);
    // On [1, 2] y = 2 − 2(t − 1), so that on [2, 3] y = −2(t − 2) + (t − 2)².
    run(stepper, 3);
    expect(stepper.y[0]).toBeCloseTo(-1, 6);
  });
});

test('two lags agree with the pieces they make', () => {
  // y′ = −y(t − ½) + y(t − 1), y = t up to 0.
  const stepper = startDelayed(
    tsit5,
    {
      dimension: 1,
      delays: 2,
      lags: Float64Array.of(0.5, 1),
      rhs(_t, _y, delayed, dy) {
        dy[0] = delayed[1] - delayed[0];
      },
      history(t, out) {
        out[0] = t;
      },
    },
    0,
    Float64Array.of(0),
    fine,
  );
  // y′ = (t − 1) − (t − ½) = −½ on [0, ½]; there y = −t/2; on [½, 1] y′ = (t − 1) + (t − ½)/2.
  run(stepper, 0.5);
  expect(stepper.y[0]).toBeCloseTo(-0.25, 10);
  run(stepper, 1);
  const piece = (t: number) => -0.25 + (t ** 2 / 2 - t) - (0.125 - 0.5) + (t ** 2 / 4 - t / 4) - (0.0625 - 0.125);
  expect(stepper.y[0]).toBeCloseTo(piece(1), 10);
});

test('a lag that depends on the state meets its closed form, ending steps where it crosses a break', () => {
  // Paul, A test set of functional differential equations, Manchester 1994: y′(t) = y(t)·y(ln y(t))/t, y = 1 up to 1; y = t on [1, e].
  const stepper = startDelayed(
    tsit5,
    {
      dimension: 1,
      delays: 1,
      lags(t, y, out) {
        out[0] = Math.max(0, t - Math.log(y[0]));
      },
      rhs(t, y, delayed, dy) {
        dy[0] = (y[0] * delayed[0]) / t;
      },
      history(_t, out) {
        out[0] = 1;
      },
    },
    1,
    Float64Array.of(1),
    fine,
  );
  const ends: number[] = [];
  while (stepper.t < 10) {
    expect(stepper.step(10)).toBe('stepped');
    ends.push(stepper.t);
    // y = t up to e, exp(t/e) up to e², then (e/(3 − ln t))^e up to e³.
    const exact =
      stepper.t <= Math.E
        ? stepper.t
        : stepper.t <= Math.E ** 2
          ? Math.exp(stepper.t / Math.E)
          : (Math.E / (3 - Math.log(stepper.t))) ** Math.E;
    expect(Math.abs(stepper.y[0] / exact - 1)).toBeLessThan(1e-6);
  }
  expect(Math.min(...ends.map((t) => Math.abs(t - Math.E)))).toBeLessThan(1e-7);
  expect(Math.min(...ends.map((t) => Math.abs(t - Math.E ** 2)))).toBeLessThan(1e-6);
});

test('Mackey–Glass: explicit and stiff methods agree, and the past is dropped', () => {
  const system: DelaySystem = {
    dimension: 1,
    delays: 1,
    lags: Float64Array.of(17),
    rhs(_t, y, delayed, dy) {
      dy[0] = (0.2 * delayed[0]) / (1 + delayed[0] ** 10) - 0.1 * y[0];
    },
    history(_t, out) {
      out[0] = 1.2;
    },
  };
  const [a, b] = [vern7, rodas5p].map((solver) =>
    run(startDelayed(solver, system, 0, Float64Array.of(1.2), fine), 200),
  );
  expect(Math.abs(a.y[0] - b.y[0])).toBeLessThan(1e-5);
  const out = new Float64Array(1);
  a.history.at(190, out);
  expect(out[0]).toBeGreaterThan(0.2);
  a.history.at(100, out);
  expect(out[0]).toBeNaN();
});

test('a restart inside the last step, as after an event, is carried on too', () => {
  // A dose of 1 at ½: y′ = −y(t − 1) + 0, y = 0 before; y = 1 on [½, 1½], then 1 − (t − 1½).
  const system: DelaySystem = { ...unit, history: (_t, out) => void out.fill(0) };
  const stepper = startDelayed(tsit5, system, 0, Float64Array.of(0), fine);
  expect(stepper.step(3)).toBe('stepped');
  while (stepper.t < 0.5) stepper.step(3);
  stepper.restart(0.5, Float64Array.of(1));
  const ends: number[] = [];
  const out = new Float64Array(1);
  while (stepper.t < 3) {
    expect(stepper.step(3)).toBe('stepped');
    ends.push(stepper.t);
    stepper.interpolate((stepper.previous + stepper.t) / 2, out);
  }
  expect(ends).toContain(1);
  expect(ends).toContain(1.5);
  expect(ends).toContain(2.5);
  // On [2½, 3½] y′ = −(1 − (t − 2½)).
  expect(stepper.y[0]).toBeCloseTo(0 - 0.5 + 0.125, 9);
});

test('lags of nothing and lags that are no numbers: the first is the state itself, the second a status', () => {
  const decay = startDelayed(tsit5, { ...unit, lags: Float64Array.of(0) }, 0, Float64Array.of(1), fine);
  run(decay, 1);
  expect(decay.y[0]).toBeCloseTo(Math.exp(-1), 8);
  const wrong = startDelayed(
    tsit5,
    { ...unit, lags: (_t, _y, out) => void out.fill(Number.NaN) },
    0,
    Float64Array.of(1),
    fine,
  );
  expect(wrong.step(1)).toBe('not-finite');
});
