import { describe, expect, test } from 'vitest';
import { compile } from '../codegen/compile.ts';
import { simulate } from '../simulate/simulate.ts';
import { defineModel } from './define-model.ts';
import type { Model } from './model.ts';
import type { ModelText } from './model-text.ts';
import { sensitivityModel, sensitivityName } from './sensitivity-model.ts';

const TIGHT = { relative: 1e-11, absolute: 1e-12 };
const TIMES = Float64Array.of(0, 0.7, 2, 3.3, 5);

/** Values of outputs at TIMES, by name. */
function run(model: Model, parameters = {}, initial = {}): Record<string, readonly number[]> {
  const { names, values, status } = simulate(compile(model), { times: TIMES, parameters, initial, ...TIGHT });
  expect(status).toBe('complete');
  return Object.fromEntries(names.map((name, i) => [name, [...values.slice(i * 5, i * 5 + 5)]]));
}

/** Largest difference between sensitivities and central differences, extrapolated once, relative to their size. */
function difference(model: Model, names: readonly string[]): number {
  const sensitivities = run(sensitivityModel(model, names));
  let worst = 0;
  for (const name of names) {
    const index = model.parameters.findIndex((parameter) => parameter.name === name);
    const at = (h: number) => {
      if (index >= 0) return run(model, { [name]: compile(model).parameters()[index] + h });
      const state = model.states.findIndex((each) => each.name === name);
      const moved = model.states.map((each, i) =>
        i === state
          ? {
              ...each,
              initial: {
                kind: 'call' as const,
                operator: 'add' as const,
                operands: [each.initial, { kind: 'number' as const, value: h }],
              },
            }
          : each,
      );
      return run({ ...model, states: moved });
    };
    const [plus, minus, far, near] = [at(1e-3), at(-1e-3), at(2e-3), at(-2e-3)];
    for (const output of model.outputs) {
      TIMES.forEach((_, i) => {
        const narrow = (plus[output][i] - minus[output][i]) / 2e-3;
        const wide = (far[output][i] - near[output][i]) / 4e-3;
        const expected = (4 * narrow - wide) / 3;
        const found = sensitivities[sensitivityName(output, name)][i];
        worst = Math.max(worst, Math.abs(found - expected) / Math.max(1, Math.abs(expected)));
      });
    }
  }
  return worst;
}

const one = (text: Partial<ModelText>) =>
  defineModel({ id: 'm', title: 'm', time: 'h', states: {}, ...text } as ModelText);

describe('sensitivities agree with finite differences to 1e-6', () => {
  test('of states and definitions by rate constants, exponents, and what initial values are made of', () => {
    const model = one({
      parameters: {
        k: '0.7 : /h : rate : x',
        Vmax: '1.3 : mg/h : largest : x',
        Km: '0.8 : mg : half : x',
        n: '1.7 : 1 : exponent : x',
        dose: '3 : mg : dose : x',
        F: '0.8 : 1 : share : x',
      },
      states: { A: 'F*dose : mg : a : x', B: '0.1*A + k*0.2 [h.mg] : mg : b : x', fixed: '1 : mg : c : x' },
      definitions: {
        v: 'Vmax*(B/Km)^n/(1 + (B/Km)^n) : mg/h : v : x',
        total: 'A + max(B, 0.5 [mg])*exp(-k*time) : mg : t : x',
      },
      equations: { A: '-k*A', B: 'k*A - v', fixed: '0' },
      outputs: ['A', 'B', 'v', 'total', 'fixed'],
    });
    expect(difference(model, ['k', 'Vmax', 'Km', 'n', 'dose', 'F'])).toBeLessThan(1e-6);
    expect(difference(model, ['A', 'B'])).toBeLessThan(1e-6);
  });

  test('of unknowns held by constraints', () => {
    const model = one({
      parameters: { K: '2 : mg : dissociation : x', k: '0.5 : /h : rate : x' },
      states: { total: '5 : mg : all : x' },
      unknowns: { free: 'total : mg : unbound : x' },
      constraints: ['free + free*free/K = total'],
      equations: { total: '-k*free' },
      outputs: ['total', 'free'],
    });
    expect(difference(model, ['K', 'k', 'total'])).toBeLessThan(1e-6);
  });

  test('through delays', () => {
    const model = one({
      parameters: { k: '0.5 : /h : rate : x', y0: '2 : mg : start : x' },
      states: { y: 'y0 : mg : y : x', z: '0 : mg : z : x' },
      equations: { y: '-k*delay(y, 1 [h])', z: 'k*delay(y*k*1 [h] + delay(y, 0.5 [h]), 1 [h])' },
    });
    expect(difference(model, ['k', 'y0'])).toBeLessThan(1e-6);
  });

  test('across events at fixed times', () => {
    const model = one({
      parameters: { k: '0.5 : /h : rate : x', dose: '2 : mg : dose : x' },
      states: { y: '1 : mg : y : x' },
      equations: { y: '-k*y' },
      events: {
        again: { when: 'time >= 1 [h]', set: { y: 'y + dose + k*y*y/1 [mg/h]' } },
        later: { when: 'time >= 2.5 [h]', delay: '0.3 [h]', set: { y: 'y*k*1 [h]' }, valuesFromTrigger: false },
      },
    });
    expect(difference(model, ['k', 'dose', 'y'])).toBeLessThan(1e-6);
  });

  test('across events whose time depends on the parameters', () => {
    const lag = one({
      parameters: { k: '0.5 : /h : rate : x', T: '1.3 : h : time of the dose : x', dose: '2 : mg : dose : x' },
      states: { y: '1 : mg : y : x', z: '0 : mg : z : x' },
      equations: { y: '-k*y', z: 'y/1 [h]' },
      events: { dose: { when: 'time >= T', set: { y: 'y + dose*exp(-time/5 [h])' } } },
    });
    expect(difference(lag, ['k', 'T', 'dose'])).toBeLessThan(1e-6);
    const ball = one({
      parameters: { g: '9.81 : m/h2 : gravity : x', e: '0.8 : 1 : restitution : x' },
      states: { h: '10 : m : height : x', v: '0.3 : m/h : speed : x' },
      equations: { h: 'v', v: '-g' },
      events: { bounce: { when: 'h < 0 [m]', set: { v: '-e*v' } } },
    });
    expect(difference(ball, ['g', 'e', 'h', 'v'])).toBeLessThan(1e-6);
  });

  test('across switches of rates: continuous ones, and abrupt ones in time', () => {
    const renal = one({
      parameters: { k: '0.5 : /h : rate : x', threshold: '1.1 : mg : threshold : x' },
      states: { y: '3 : mg : y : x' },
      equations: { y: 'y > threshold ? -k*y - 2 [/h]*(y - threshold) : -k*y' },
    });
    expect(difference(renal, ['k', 'threshold', 'y'])).toBeLessThan(1e-6);
    const infusion = one({
      parameters: { k: '0.5 : /h : rate : x', T: '1.3 : h : end : x', R: '3 : mg/h : rate of infusion : x' },
      states: { y: '0 : mg : y : x' },
      equations: { y: 'time < T ? R*exp(-time/T) - k*y : -k*y' },
    });
    expect(difference(infusion, ['k', 'T', 'R'])).toBeLessThan(1e-6);
  });
});

describe('what cannot be carried is refused', () => {
  const base: Partial<ModelText> = {
    parameters: { k: '0.5 : /h : rate : x', T: '1 : h : time : x', K: '1 : mg : level : x' },
    states: { y: '3 : mg : y : x' },
    equations: { y: '-k*y' },
  };
  test.each<[string, Partial<ModelText>, string]>([
    ['the length of a delay', { equations: { y: '-k*delay(y, T)' } }, 'T'],
    ['a step', { equations: { y: '-k*y*floor(y/K)' } }, 'K'],
    ['an abrupt switch by a state', { equations: { y: 'y > K ? -k*y : 0' } }, 'K'],
    ['a delayed event', { events: { e: { when: 'y < K', set: { y: '3 [mg]' }, delay: '1 [h]' } } }, 'K'],
    ['the delay of an event', { events: { e: { when: 'time > 1 [h]', set: { y: '3 [mg]' }, delay: 'T' } } }, 'T'],
    ['a trigger of several comparisons', { events: { e: { when: 'y < K and time > T', set: { y: '3 [mg]' } } } }, 'K'],
    [
      'a trigger that another event can set off',
      { events: { e: { when: 'y < K', set: { y: '3 [mg]' } }, f: { when: 'time > 1 [h]', set: { y: '0' } } } },
      'K',
    ],
    ['no such parameter', {}, 'Q'],
  ])('%s', (_, change, name) => {
    expect(() => sensitivityModel(one({ ...base, ...change }), [name])).toThrowErrorMatchingSnapshot();
  });
});
