import type { CodedError } from '@gemel/core/error';
import { describe, expect, test } from 'vitest';
import { print } from '../expression/print.ts';
import { interpret } from '../program/interpret.ts';
import { modelPrograms } from '../program/model-programs.ts';
import { defineModel } from './define-model.ts';

const oral = {
  id: 'oral',
  title: 'One compartment, saturable elimination',
  time: 'h',
  parameters: {
    ka: '1 : /h : absorption rate constant : Table 2',
    CL: '5 : L/h : clearance : Smith 2000 : Table 2',
    V: '40 : L : volume of distribution : Table 2',
    Vmax: '3 : mg/h : largest rate of elimination : Table 2',
    Km: '2 : mg/L : concentration at half of it : Table 2',
    W: '70 : kg : body weight : assumed',
    h: '1.5 : 1 : exponent : assumed',
    kp: 'ln(2)/8 : /h : from a half-life of 8 h : assumed',
  },
  states: {
    gut: '100 positive : mg : amount in the gut : dose',
    central: '0 : mg : amount in the blood : none before the dose',
  },
  inputs: { drip: '0 step : mg/h : infusion : pump' },
  definitions: { C: 'central/V : mg/L : concentration : definition' },
  equations: { gut: '-ka*gut', central: 'ka*gut - CL*C - Vmax*C/(Km + C) + drip' },
  outputs: ['C'],
} as const;

/** The error of the model with `central` changing as written. */
const errorOf = (rate: string, more: object = {}) =>
  thrown(() => defineModel({ ...oral, ...more, equations: { ...oral.equations, central: rate } }));

function thrown(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    const { code, message, remedy } = error as CodedError;
    return `${code}\n${message}\n→ ${remedy}`;
  }
  throw new Error('Nothing was thrown.');
}

test('a model is read as written', () => {
  const model = defineModel(oral);
  expect(model.parameters[1]).toMatchObject({ unit: 'L/h', meaning: 'clearance', source: 'Smith 2000 : Table 2' });
  expect(model.states.map(({ name, positive }) => [name, positive])).toEqual([
    ['gut', true],
    ['central', false],
  ]);
  expect(print(model.states[1].rate)).toBe('ka*gut - CL*C - Vmax*C/(Km + C) + drip');
  expect(model.inputs[0]).toMatchObject({ fallback: 0, interpolation: 'step' });
});

test('its programs give rates, start and Jacobian', () => {
  const { rates, initial, jacobian, pattern, parameters } = modelPrograms(defineModel(oral));
  const p = [1, 5, 40, 3, 2, 70, 1.5, Math.LN2 / 8];
  expect([...parameters]).toEqual(p);
  expect(interpret(initial, [[0], [], p, [0], [], []])).toEqual([Float64Array.of(100, 0), Float64Array.of()]);
  const y = [50, 80];
  expect(interpret(rates, [[0], y, p, [7], [], []])[0]).toEqual(Float64Array.of(-50, 50 - 10 - 1.5 + 7));
  expect([[...pattern.starts], [...pattern.rowIndices]]).toEqual([
    [0, 2, 3],
    [0, 1, 1],
  ]);
  const [values] = interpret(jacobian, [[0], y, p, [7], [], []]);
  expect([...values]).toEqual([-1, 1, expect.closeTo(-5 / 40 - (3 * 2) / 16 / 40, 15)]);
});

describe('units: the message points at the term', () => {
  test('terms of a sum measure the same', () => {
    expect(errorOf('ka*gut - CL*C - Vmax*C/(Km + central)')).toMatchInlineSnapshot(`
      "model-unit-dimension
      oral: rate of central: central is in mg, but is added to a term in mg/L: not the same kind of quantity.
        ka*gut - CL*C - Vmax*C/(Km + central)
                                     ^^^^^^^
      → Correct the term the message points at, or the unit of a quantity in it."
    `);
  });
  test('a rate is in the state’s unit per time', () => {
    expect(errorOf('gut - central')).toMatchInlineSnapshot(`
      "model-unit-dimension
      oral: rate of central: gut - central is in mg, but the equation needs mg/h: not the same kind of quantity.
        gut - central
        ^^^^^^^^^^^^^
      → Correct the term the message points at, or the unit of a quantity in it."
    `);
  });
  test('scales are converted by hand or not at all', () => {
    expect(
      errorOf('ka*gut - CL*C', { definitions: { C: 'central/V : g/L : concentration : x' } }),
    ).toMatchInlineSnapshot(`
      "model-unit-scale
      oral: definition of C: central/V is in mg/L, but the equation needs g/L (1 mg/L = 0.001 g/L).
        central/V
        ^^^^^^^^^
      → Write convert(central/V, 'g/L')."
    `);
    expect(errorOf("ka*gut - CL*C + convert(drip, 'g/min')")).toMatchInlineSnapshot(`
      "model-unit-scale
      oral: rate of central: convert(drip, 'g/min') is in g/min, but is added to a term in mg/h (1 g/min = 60000 mg/h).
        ka*gut - CL*C + convert(drip, 'g/min')
                        ^^^^^^^^^^^^^^^^^^^^^^
      → Write convert(convert(drip, 'g/min'), 'mg/h')."
    `);
    expect(errorOf("ka*gut - convert(CL*C, 'g')")).toMatchInlineSnapshot(`
      "model-unit-dimension
      oral: rate of central: a term in mg/h cannot be converted to g by a factor.
        ka*gut - convert(CL*C, 'g')
                         ^^^^
      → Correct the term the message points at, or the unit of a quantity in it."
    `);
    expect(errorOf("ka*gut - convert(CL*C, 'mgg')")).toMatchInlineSnapshot(`
      "model-unit-unknown
      oral: rate of central: “mgg” is not a UCUM unit.
        ka*gut - convert(CL*C, 'mgg')
                         ^^^^
      → Give the case-sensitive UCUM code (https://ucum.org), for example mg/dL, mmol/L, [iU], /min."
    `);
  });
  test('functions take pure numbers', () => {
    expect(errorOf('-CL*C*exp(-W)')).toMatchInlineSnapshot(`
      "model-unit-dimension
      oral: rate of central: -W is in kg, but exp takes a pure number.
        -CL*C*exp(-W)
                  ^^
      → Divide -W by a quantity of its own unit."
    `);
    expect(errorOf('-CL*C*exp(W/60000 [g])')).toMatchInlineSnapshot(`
      "model-unit-scale
      oral: rate of central: W/60000 [g] is in kg/g, but exp takes a pure number (1 kg/g = 1000).
        -CL*C*exp(W/60000 [g])
                  ^^^^^^^^^^^
      → Write convert(W/60000 [g], '1')."
    `);
  });
  test('a power of a quantity has a plain number', () => {
    expect(errorOf('-Vmax*C^h/(Km^h + C^h)')).toMatchInlineSnapshot(`
      "model-unit-exponent
      oral: rate of central: C is in mg/L, and its exponent h is not a plain number.
        -Vmax*C^h/(Km^h + C^h)
                ^
      → Divide the base by a quantity of its own unit first, as in (C/C50)^h, or write the exponent as a number."
    `);
    expect(errorOf('-CL*C*W^0.75')).toMatchInlineSnapshot(`
      "model-unit-dimension
      oral: rate of central: -CL*C*W^0.75 is in mg.kg^0.75/h, but the equation needs mg/h: not the same kind of quantity.
        -CL*C*W^0.75
        ^^^^^^^^^^^^
      → Correct the term the message points at, or the unit of a quantity in it."
    `);
    expect(() =>
      defineModel({ ...oral, equations: { gut: '0', central: '-Vmax*(C/Km)^h*(W/70 [kg])^0.75' } }),
    ).not.toThrow();
  });
  test('comparisons, choices and delays compare like with like', () => {
    expect(errorOf('C > 5 ? -CL*C : 0')).toMatchInlineSnapshot(`
      "model-unit-dimension
      oral: rate of central: 5 is in 1, but is compared with a term in mg/L: not the same kind of quantity.
        C > 5 ? -CL*C : 0
            ^
      → Correct the term the message points at, or the unit of a quantity in it."
    `);
    expect(errorOf('C > 5 [mg/L] ? -CL*C : -C')).toMatchInlineSnapshot(`
      "model-unit-dimension
      oral: rate of central: -C is in mg/L, but the other side of the choice is in mg/h: not the same kind of quantity.
        C > 5 [mg/L] ? -CL*C : -C
                               ^^
      → Correct the term the message points at, or the unit of a quantity in it."
    `);
    expect(errorOf('-CL*delay(C, 10 [min])')).toMatchInlineSnapshot(`
      "model-unit-scale
      oral: rate of central: 10 [min] is in min, but a delay is in h (1 min = 0.016666666666666666 h).
        -CL*delay(C, 10 [min])
                     ^^^^^^^^
      → Write convert(10 [min], 'h')."
    `);
  });
  test('a scale without a zero is not multiplied', () => {
    expect(
      errorOf('-CL*C*(T/37)', { inputs: { ...oral.inputs, T: '37 linear : Cel : temperature : probe' } }),
    ).toMatchInlineSnapshot(`
      "model-unit-offset
      oral: rate of central: T is in Cel, which has no zero of its own.
        -CL*C*(T/37)
               ^
      → Declare it in a linear unit, for example K."
    `);
  });
  test('numbers have units that exist', () => {
    expect(errorOf('-5 [mgs/h]')).toMatchInlineSnapshot(`
      "model-unit-unknown
      oral: rate of central: “mgs/h” is not a UCUM unit.
        -5 [mgs/h]
        ^^^^^^^^^^
      → Give the case-sensitive UCUM code (https://ucum.org), for example mg/dL, mmol/L, [iU], /min."
    `);
    expect(errorOf('-CL*C', { definitions: { C: 'central/V : mg/Lit : concentration : x' } })).toMatchInlineSnapshot(`
      "model-unit-unknown
      oral: C: “mg/Lit” is not a UCUM unit.
      → Give the case-sensitive UCUM code (https://ucum.org), for example mg/dL, mmol/L, [iU], /min."
    `);
  });
  test('time is a time', () => {
    expect(thrown(() => defineModel({ ...oral, time: 'mg' }))).toContain('time is in mg, which is no unit of time');
  });
  test('0 fits every unit; converting back gives the same rate', () => {
    const text = "if(gut > 0, -convert(convert(CL*C, 'g/min'), 'mg/h'), 0)";
    const model = defineModel({ ...oral, equations: { gut: '0', central: text } });
    const [dy] = interpret(modelPrograms(model).rates, [[0], [1, 80], [1, 5, 40], [0], [], []]);
    expect(dy[1]).toBeCloseTo(-10, 12);
  });
});

describe('bad input is refused by name', () => {
  test.each([
    ['cyclic definitions', { definitions: { C: 'D/V : mg/L : c : s', D: 'C*V : mg : c : s' } }],
    ['cyclic initial values', { states: { gut: 'central : mg : a : b', central: '2*gut : mg : a : b' } }],
    ['cyclic parameters', { parameters: { ...oral.parameters, ka: 'kp : /h : a : b', kp: 'ka : /h : a : b' } }],
    ['a name that is not declared', { equations: { ...oral.equations, central: '-CL*c' } }],
    ['a state in a parameter', { parameters: { ...oral.parameters, ka: 'gut/central/5 [h] : /h : a : b' } }],
    ['one name twice', { definitions: { C: 'central/V : mg/L : c : s', gut: 'V : L : c : s' } }],
    ['a word of the notation', { definitions: { C: 'central/V : mg/L : c : s', time: '5 : h : c : s' } }],
    ['no identifier', { definitions: { C: 'central/V : mg/L : c : s', 'a-b': '5 : h : c : s' } }],
    ['a missing unit', { definitions: { C: 'central/V :  : c : s' } }],
    ['missing parts', { definitions: { C: 'central/V : mg/L' } }],
    ['a choice in an entry', { definitions: { C: 'V > 0 ? 1 : 2 : mg/L' } }],
    ['a state without equation', { equations: { gut: '-ka*gut' } }],
    ['a value that is not finite', { parameters: { ...oral.parameters, ka: '1/0 : /h : a : b' } }],
    ['a start that is not finite', { states: { ...oral.states, gut: 'V/0 : mg : a : b' } }],
    ['an infinite number in a rate', { equations: { gut: '-ka*gut', central: 'ka*gut*inf' } }],
    ['an input without interpolation', { inputs: { drip: '0 : mg/h : a : b' } }],
    ['an unknown without constraint', { unknowns: { x: '0 : mg : a : b' } }],
    [
      'an unknown at the start',
      {
        unknowns: { x: '0 : mg : a : b' },
        constraints: ['x = gut'],
        states: { ...oral.states, gut: 'x : mg : a : b' },
      },
    ],
    ['an event that sets a definition', { events: { e: { when: 'gut < 1 [mg]', set: { C: '0' } } } }],
    ['rates that need each other', { equations: { gut: 'rateOf(central)', central: 'rateOf(gut)' } }],
    ['the rate of a definition', { equations: { gut: '0', central: 'V*rateOf(C)' } }],
    ['an equation for no state', { equations: { ...oral.equations, blood: '0' } }],
    ['bad notation', { equations: { ...oral.equations, central: 'ka*gut -' } }],
  ])('%s', (_, change) => {
    expect(thrown(() => defineModel({ ...oral, ...change } as never))).toMatchSnapshot();
  });

  test('an equation for an unknown state does not compile', () => {
    // @ts-expect-error blood is no state
    expect(() => defineModel({ ...oral, equations: { ...oral.equations, blood: '0' } })).toThrow('no state');
    // @ts-expect-error D is no quantity
    expect(() => defineModel({ ...oral, outputs: ['D'] })).toThrow('no quantity');
  });
});

test('reactions, unknowns, events, delays and rateOf come together', () => {
  const model = defineModel({
    id: 'mixed',
    title: 'Everything at once',
    time: 's',
    parameters: { k: '2 : /s : rate constant : x', K: '0.5 : 1 : equilibrium : x' },
    states: {
      A: '10 : mmol : substrate : x',
      B: '0 : mmol : product : x',
      n: '0 : 1 : events so far : x',
    },
    definitions: { half: 'whole/2 : mmol : half : x', whole: 'A + B : mmol : all : x' },
    unknowns: { free: 'A : mmol : unbound : x' },
    constraints: ['free*(1 + K) = A'],
    equations: { n: '0', B: '-0.1 [/s]*delay(B, 2 [s])' },
    reactions: { turn: { from: { A: 2 }, to: { B: 1 }, rate: 'k*free' } },
    events: { full: { when: 'B >= half and rateOf(B) > 0', set: { n: 'n + 1' }, delay: '0.5 [s]', priority: 'n' } },
    outputs: ['free', 'whole'],
  } as const);
  expect(model.definitions.map(({ name }) => name)).toEqual(['whole', 'half']);
  const programs = modelPrograms(model);
  const at = [[0], [9, 6, 0], [2, 0.5], [], [4], [3]];
  expect([...interpret(programs.rates, at)[0]]).toEqual([-16, 8 - 0.1 * 3, 0]);
  expect([...interpret(programs.initial, at)[1]]).toEqual([10]);
  expect([...interpret(programs.constraints, at)[0]]).toEqual([4 * 1.5 - 9]);
  expect([...interpret(programs.constraintJacobian, at)[0]]).toEqual([1.5]);
  expect([...interpret(programs.triggers, at)[0]]).toEqual([0]);
  expect([...interpret(programs.events[0], at)[0]]).toEqual([0.5, 0, 1]);
  expect([...interpret(programs.history, at)[0]]).toEqual([6]);
  expect([...interpret(programs.lags, at)[0]]).toEqual([2]);
  expect([...interpret(programs.propensities, at)[0]]).toEqual([8]);
  expect([programs.delays, programs.switches]).toEqual([1, 2]);
});
