import { describe, expect, test } from 'vitest';
import { AutoStepper, auto } from './auto.ts';
import { bdf } from './bdf.ts';
import { Jacobian } from './jacobian.ts';
import { rk4 } from './rk4.ts';
import { rodas5p } from './rodas5p.ts';
import type { OdeSystem, Solver, Stepper, StepStatus } from './solver.ts';
import type { AdaptiveSteps } from './step-control.ts';
import { stiffProblems } from './stiff-problems.data.ts';
import { tsit5 } from './tsit5.ts';
import { vern7 } from './vern7.ts';

function run(solver: Solver, system: OdeSystem, y: Float64Array, end: number, control: AdaptiveSteps) {
  const stepper = solver.start(system, 0, y, control);
  let status: StepStatus = 'stepped';
  while (stepper.t < end && status === 'stepped') status = stepper.step(end);
  return { stepper, status };
}

const relativeError = (y: Float64Array, reference: Float64Array) =>
  reference.reduce((most, value, i) => Math.max(most, Math.abs(y[i] - value) / Math.abs(value)), 0);

/** Tolerances in proportion to the solution's size at the end. */
const byReference = (reference: Float64Array, relative: number): AdaptiveSteps => ({
  kind: 'adaptive',
  relative,
  absolute: reference.map((value) => relative * 1e-2 * Math.abs(value)),
});

describe.each(stiffProblems)('$name', ({ system, initial, end, reference }) => {
  test.each([rodas5p, bdf, auto])(
    '$name meets the published solution, the closer the finer the tolerance',
    (solver) => {
      const errors = [1e-5, 1e-7].map((relative) => {
        const { stepper, status } = run(solver, system, initial, end, byReference(reference, relative));
        expect(status).toBe('stepped');
        return relativeError(stepper.y, reference);
      });
      expect(errors[0]).toBeLessThan(2e-3);
      expect(errors[1]).toBeLessThan(2e-5);
      expect(errors[1]).toBeLessThan(errors[0] / 4);
    },
  );

  test('differences, coloured by the pattern, come close to the analytic Jacobian', () => {
    const [exact, differences] = [new Jacobian(system), new Jacobian({ ...system, jacobian: pattern(system) })];
    const slope = new Float64Array(system.dimension);
    system.rhs(0, reference, slope);
    const tolerances = reference.map((value) => 1e-8 * Math.abs(value));
    exact.evaluate(0, reference, slope, tolerances, 1e-6);
    differences.evaluate(0, reference, slope, tolerances, 1e-6);
    expect(differences.cost).toBeLessThanOrEqual(system.dimension);
    // Rounding of f, over the difference taken.
    const size = exact.norm;
    for (const [p, value] of exact.values.entries()) {
      expect(Math.abs(differences.values[p] - value)).toBeLessThan(1e-5 * Math.abs(value) + 1e-4 * size);
    }
  });
});

const pattern = ({ jacobian }: OdeSystem) => ({ starts: jacobian!.starts, rowIndices: jacobian!.rowIndices });

test.each([rodas5p, bdf])('$name does without a Jacobian, dense or by a pattern', (solver) => {
  const { system, initial, end, reference } = stiffProblems[1];
  const control = byReference(reference, 1e-6);
  for (const jacobian of [undefined, pattern(system)]) {
    const { stepper } = run(solver, { ...system, jacobian }, initial, end, control);
    expect(relativeError(stepper.y, reference)).toBeLessThan(1e-4);
  }
});

test.each([rodas5p, bdf])(
  '$name keeps the accuracy of its dense output, of its records and across restarts',
  (solver) => {
    const system: OdeSystem = {
      dimension: 2,
      rhs(t, y, dy) {
        dy[0] = -1000 * (y[0] - Math.cos(t)) - Math.sin(t);
        dy[1] = y[0] - y[1];
      },
    };
    // y₀ = cos t; y₁ = (cos t + sin t − e^{−t})/2 from zero.
    const exact = (t: number) => [Math.cos(t), (Math.cos(t) + Math.sin(t) - Math.exp(-t)) / 2];
    const stepper = solver.start(system, 0, Float64Array.of(1, 0), {
      kind: 'adaptive',
      relative: 1e-8,
      absolute: 1e-10,
    });
    const out = new Float64Array(2);
    let worst = 0;
    while (stepper.t < 6) {
      expect(stepper.step(6)).toBe('stepped');
      const record = stepper.record();
      for (const theta of [0, 0.3, 0.6, 1]) {
        const t = stepper.previous + theta * (stepper.t - stepper.previous);
        for (const inside of [stepper, record]) {
          inside.interpolate(t, out);
          for (const [i, value] of exact(t).entries()) worst = Math.max(worst, Math.abs(out[i] - value));
        }
      }
      if (stepper.t > 2 && stepper.previous < 2) stepper.restart(stepper.t, stepper.y, stepper.next);
    }
    expect(worst).toBeLessThan(1e-6);
  },
);

describe('auto', () => {
  test('stays with the explicit method where nothing is stiff', () => {
    const stepper = new AutoStepper(
      {
        dimension: 2,
        rhs(_t, y, dy) {
          dy[0] = y[1];
          dy[1] = -y[0];
        },
      },
      0,
      Float64Array.of(0, 1),
      { kind: 'adaptive', relative: 1e-6, absolute: 1e-8 },
    );
    while (stepper.t < 50) {
      stepper.step(50);
      expect(stepper.stiff).toBe(false);
    }
    expect(stepper.y[0]).toBeCloseTo(Math.sin(50), 3);
  });

  test('goes to the stiff method and back as the problem does', () => {
    // Relaxation of rate 1e6 between 1 and 2, and slow beside.
    const stepper = new AutoStepper(
      {
        dimension: 1,
        rhs(t, y, dy) {
          dy[0] = (t > 1 && t < 2 ? -1e6 : -1) * (y[0] - Math.sin(5 * t));
        },
      },
      0,
      Float64Array.of(0),
      { kind: 'adaptive', relative: 1e-6, absolute: 1e-8 },
    );
    const stiff: number[] = [];
    while (stepper.t < 4) {
      expect(stepper.step(4)).toBe('stepped');
      if (stepper.stiff) stiff.push(stepper.t);
    }
    expect(Math.min(...stiff)).toBeGreaterThan(1);
    expect(Math.max(...stiff)).toBeGreaterThan(1.9);
    expect(stepper.stiff).toBe(false);
    expect(stepper.counts.evaluations).toBeLessThan(3000);
  });

  test('refuses fixed steps', () => {
    expect(() => auto.start(stiffProblems[0].system, 0, stiffProblems[0].initial, { kind: 'fixed', step: 1 })).toThrow(
      RangeError,
    );
  });
});

describe('a chain of 200 states, sparse', () => {
  // Diffusion between ends held at zero: the slowest mode falls as e^{−λt}, exactly, in the discrete chain too.
  const n = 200;
  const spread = 0.1 * (n + 1) ** 2;
  const lambda = 4 * spread * Math.sin(Math.PI / (2 * (n + 1))) ** 2;
  const initial = Float64Array.from({ length: n }, (_, i) => Math.sin((Math.PI * (i + 1)) / (n + 1)));
  const columns = Array.from({ length: n }, (_, j) => [j - 1, j, j + 1].filter((i) => i >= 0 && i < n));
  const places = {
    starts: Int32Array.from({ length: n + 1 }, (_, j) => columns.slice(0, j).flat().length),
    rowIndices: Int32Array.from(columns.flat()),
  };
  const system: OdeSystem = {
    dimension: n,
    autonomous: true,
    rhs(_t, y, dy) {
      for (let i = 0; i < n; i++) dy[i] = spread * ((y[i - 1] ?? 0) - 2 * y[i] + (y[i + 1] ?? 0));
    },
    jacobian: places,
  };

  test('takes three evaluations for its Jacobian by differences', () => {
    expect(new Jacobian(system).cost).toBe(3);
  });

  test.each([rodas5p, bdf, auto])('$name follows the slowest mode', (solver) => {
    const control: AdaptiveSteps = { kind: 'adaptive', relative: 1e-6, absolute: 1e-8 };
    const { stepper, status } = run(solver, system, initial, 2, control);
    expect(status).toBe('stepped');
    const exact = initial.map((value) => value * Math.exp(-lambda * 2));
    expect(relativeError(stepper.y, exact)).toBeLessThan(1e-4);
    expect(stepper.counts.accepted).toBeLessThan(200);
  });
});

const SOLVERS: readonly Solver[] = [tsit5, vern7, rodas5p, bdf, auto];
const usual: AdaptiveSteps = { kind: 'adaptive', relative: 1e-6, absolute: 1e-9 };

describe.each(SOLVERS)('$name, when it cannot go on', (solver) => {
  const scalar = (f: (t: number, y: number) => number): OdeSystem => ({
    dimension: 1,
    rhs(t, y, dy) {
      dy[0] = f(t, y[0]);
    },
  });
  const ends = (system: OdeSystem, y: number, end: number, control = usual): { stepper: Stepper; status: StepStatus } =>
    run(solver, system, Float64Array.of(y), end, control);

  test('stops at a blow-up, finite, and says so', () => {
    const { stepper, status } = ends(
      scalar((_t, y) => y * y),
      1,
      2,
    );
    expect(['step-too-small', 'not-finite', 'singular']).toContain(status);
    expect(stepper.t).toBeCloseTo(1, 2);
    expect(Number.isFinite(stepper.y[0])).toBe(true);
  });

  test('stops where f is not a number: at once, or where its domain ends', () => {
    expect(
      ends(
        scalar(() => Number.NaN),
        1,
        1,
      ).status,
    ).toBe('not-finite');
    const { stepper, status } = ends(
      scalar((t) => Math.sqrt(1 - t)),
      0,
      2,
    );
    expect(status).not.toBe('stepped');
    expect(stepper.t).toBeLessThanOrEqual(1);
    expect(stepper.t).toBeGreaterThan(0.99);
  });

  test('stops after the steps it was allowed', () => {
    const { stepper, status } = ends(
      scalar((t) => Math.cos(1000 * t)),
      0,
      100,
      { ...usual, mostSteps: 100 },
    );
    expect(status).toBe('too-many-steps');
    expect(stepper.counts.accepted + stepper.counts.rejected).toBeLessThanOrEqual(101);
  });

  test('takes no step backwards or of no length', () => {
    const stepper = solver.start(
      scalar(() => 1),
      5,
      Float64Array.of(0),
      usual,
    );
    expect(stepper.step(5)).toBe('step-too-small');
    expect(stepper.step(4)).toBe('step-too-small');
    expect(stepper.t).toBe(5);
    expect(stepper.step(6)).toBe('stepped');
  });

  test('holds positive components at or above zero, at the ends of steps and inside', () => {
    const system: OdeSystem = {
      dimension: 2,
      positive: [0],
      rhs(t, y, dy) {
        // Falls fast to zero and stays there; without care it would pass below.
        dy[0] = -50 * Math.sign(y[0]) * Math.sqrt(Math.abs(y[0])) + (t > 2 ? 1e-3 : 0);
        dy[1] = y[0];
      },
    };
    const stepper = solver.start(system, 0, Float64Array.of(1, 0), { ...usual, mostSteps: 20_000 });
    const out = new Float64Array(2);
    let status: StepStatus = 'stepped';
    while (stepper.t < 1 && status === 'stepped') {
      status = stepper.step(1);
      expect(stepper.y[0]).toBeGreaterThanOrEqual(0);
      stepper.interpolate((stepper.previous + stepper.t) / 2, out);
      expect(out[0]).toBeGreaterThanOrEqual(0);
    }
    // √y has no slope at zero, so that a solver may give up there; it may not go below.
    expect(stepper.t).toBeGreaterThan(0.03);
  });

  test('lands on every limit exactly', () => {
    const stepper = solver.start(
      scalar((_t, y) => -y),
      0,
      Float64Array.of(1),
      usual,
    );
    for (let n = 1; n <= 30; n++) {
      const limit = n * 0.1;
      while (stepper.t < limit) expect(stepper.step(limit)).toBe('stepped');
      expect(stepper.t).toBe(limit);
    }
    expect(stepper.y[0]).toBeCloseTo(Math.exp(-3), 4);
    expect(stepper.counts.accepted).toBeLessThan(140);
  });
});

test('a step of given length that leaves the finite is told apart', () => {
  const cubic: OdeSystem = {
    dimension: 1,
    rhs(_t, y, dy) {
      dy[0] = y[0] ** 3;
    },
  };
  const stepper = rk4.start(cubic, 0, Float64Array.of(2), { kind: 'fixed', step: 1 });
  expect(stepper.step(100)).toBe('stepped');
  expect(stepper.step(100)).toBe('not-finite');
});
