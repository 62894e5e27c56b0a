import { rodas5p } from '@gemel/numerics/ode/rodas5p';
import type { OdeSystem } from '@gemel/numerics/ode/solver';
import { stiffProblems } from '@gemel/numerics/ode/stiff-problems.data';
import { describe, expect, test } from 'vitest';
import { modelPrograms } from '../program/model-programs.ts';
import { hires, pulsed, robertson } from './rosenbrock.fixture.ts';
import { rosenbrock } from './rosenbrock.ts';

const none = new Float64Array(0);

describe.each([
  ['ROBER', robertson],
  ['HIRES', hires],
])('%s', (name, model) => {
  const problem = stiffProblems.find((one) => one.name === name)!;
  const programs = modelPrograms(model);
  const solver = rosenbrock(programs, { p: programs.parameters, u: none });
  const control = (relative: number) => ({
    kind: 'adaptive' as const,
    relative,
    absolute: problem.reference.map((value) => 1e-2 * relative * Math.abs(value)),
  });

  test('reaches the reference solution', () => {
    const stepper = solver.start(problem.system, 0, problem.initial, control(1e-8));
    while (stepper.t < problem.end) expect(stepper.step(problem.end)).toBe('stepped');
    stepper.y.forEach((value, i) => {
      expect(Math.abs(value / problem.reference[i] - 1)).toBeLessThan(1e-6);
    });
  });

  test('takes the steps of the general Rodas5P', () => {
    const one = solver.start(problem.system, 0, problem.initial, control(1e-6));
    const other = rodas5p.start(problem.system, 0, problem.initial, control(1e-6));
    const inside = new Float64Array(problem.initial.length);
    const expected = inside.slice();
    for (let n = 0; n < 15; n++) {
      one.step(problem.end);
      other.step(problem.end);
      expect(one.t / other.t).toBeCloseTo(1, 6);
      one.interpolate((one.previous + one.t) / 2, inside);
      other.interpolate((other.previous + other.t) / 2, expected);
      inside.forEach((value, i) => {
        expect(Math.abs(value - expected[i])).toBeLessThan(1e-6 * Math.abs(expected[i]) + 1e-12);
      });
    }
  });
});

test('order 5 on a problem that depends on time', () => {
  const programs = modelPrograms(pulsed);
  const solver = rosenbrock(programs, { p: programs.parameters, u: none });
  const error = (steps: number) => {
    const stepper = solver.start({ dimension: 1 } as OdeSystem, 0, Float64Array.of(1), {
      kind: 'fixed',
      step: 1 / steps,
    });
    while (stepper.t < 1) expect(stepper.step(1)).toBe('stepped');
    return Math.abs(stepper.y[0] - Math.cos(1));
  };
  expect(Math.log2(error(20) / error(40))).toBeGreaterThan(4.5);
});

test('a model with too many states is refused', () => {
  const programs = modelPrograms(robertson);
  const many = { ...programs.model, states: Array.from({ length: 61 }, () => programs.model.states[0]) };
  expect(() => rosenbrock({ ...programs, model: many }, { p: programs.parameters, u: none })).toThrow(RangeError);
});
