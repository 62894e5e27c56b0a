import { rodas5p } from '@gemel/numerics/ode/rodas5p';
import type { OdeSystem } from '@gemel/numerics/ode/solver';
import { stiffProblems } from '@gemel/numerics/ode/stiff-problems.data';
import { describe, expect, test } from 'vitest';
import type { Model } from '../model/model.ts';
import { modelPrograms } from '../program/model-programs.ts';
import { simulate } from '../simulate/simulate.ts';
import { compilePrograms } from './compile.ts';
import { hires, plain, pulsed, robertson } from './rosenbrock.fixture.ts';
import { rosenbrock } from './rosenbrock.ts';
import { rosenbrockFunctions } from './rosenbrock-functions.ts';

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

/** A ring of states, each moved by neighbours near and far. */
function ring(n: number): Model {
  const at = (i: number) => `y${(i + n) % n}`;
  const each = <T>(of: (i: number) => T) => Object.fromEntries(Array.from({ length: n }, (_, i) => [at(i), of(i)]));
  return plain({
    id: 'ring',
    title: 'Ring',
    states: each((i) => 1 + Math.sin(i)),
    equations: each((i) => `${at(i - 1)}*${at(i + 1)} - 1000*(${at(i)} - 0.1*${at(i + 7)}^2) + 1`),
  });
}

test('a step too large for one function takes the steps of the general one', () => {
  const n = 40;
  const programs = modelPrograms(ring(n));
  expect(rosenbrockFunctions(programs)!.blocks.length).toBeGreaterThan(1);
  const compiled = compilePrograms(programs);
  const { parameters: p } = programs;
  const values = (y: Float64Array) => ({ t: 0, y, p, u: none, w: none, delayed: none });
  const system: OdeSystem = { dimension: n, autonomous: true, rhs: (_t, y, dy) => compiled.rates(values(y), dy) };
  const initial = Float64Array.from({ length: n }, (_, i) => 1 + Math.sin(i));
  const control = { kind: 'fixed', step: 0.002 } as const;
  const jacobian = {
    ...programs.pattern,
    values: (_t: number, y: Float64Array, out: Float64Array) => compiled.jacobian.values(values(y), out),
  };
  const one = rosenbrock(programs, { p, u: none }).start(system, 0, initial, control);
  const other = rodas5p.start({ ...system, jacobian }, 0, initial, control);
  for (let step = 0; step < 20; step++) {
    expect(one.step(10)).toBe('stepped');
    expect(other.step(10)).toBe('stepped');
    one.y.forEach((value, i) => {
      expect(value).toBeCloseTo(other.y[i], 11);
    });
  }
});

test('a step too large to be written out is left to the general code', () => {
  const programs = modelPrograms(ring(60));
  expect(rosenbrockFunctions(programs)).toBeNull();
  expect(() => rosenbrock(programs, { p: programs.parameters, u: none })).toThrow(RangeError);
  const request = { times: Float64Array.of(0, 0.001), method: 'rodas5p' };
  const model = compilePrograms(programs);
  expect(simulate(model, { ...request, repeated: true })).toEqual(simulate(model, request));
});

test('rates that are no number end the run at once', () => {
  const broken = plain({ id: 'b', title: 'b', states: { x: 1, y: -1 }, equations: { x: '-x', y: 'ln(y)' } });
  const programs = modelPrograms(broken);
  const solver = rosenbrock(programs, { p: programs.parameters, u: none });
  const control = { kind: 'adaptive', relative: 1e-6, absolute: 1e-9, first: 0.1 } as const;
  const stepper = solver.start({ dimension: 2 } as OdeSystem, 0, Float64Array.of(1, -1), control);
  expect(stepper.step(1)).toBe('not-finite');
});

test('a model with too many states is refused', () => {
  const programs = modelPrograms(robertson);
  const many = { ...programs.model, states: Array.from({ length: 61 }, () => programs.model.states[0]) };
  expect(() => rosenbrock({ ...programs, model: many }, { p: programs.parameters, u: none })).toThrow(RangeError);
});
