import { expect, test } from 'vitest';
import { number } from '../expression/expression.ts';
import { parse } from '../expression/parse.ts';
import { print } from '../expression/print.ts';
import { interpret } from '../program/interpret.ts';
import { modelPrograms } from '../program/model-programs.ts';
import { checkModel } from './check-model.ts';
import { defineModel } from './define-model.ts';
import { modelLatex, modelMarkdown } from './document.ts';
import type { Model } from './model.ts';
import { unitReport } from './unit-report.ts';

const said = (name: string, unit: string | null = null) => ({ name, unit, meaning: name, source: 'file' });

/** As a reader of files makes it: definitions in any order, no units, rateOf as it stands. */
const parts: Model = {
  id: 'file',
  title: 'From a file',
  timeUnit: null,
  parameters: [
    { ...said('k2'), value: parse('2*k1') },
    { ...said('k1'), value: number(3) },
  ],
  states: [
    { ...said('A'), initial: parse('total - B'), rate: parse('-k2*A'), positive: false },
    { ...said('B'), initial: number(1), rate: parse('-rateOf(A) + rateOf(k1)'), positive: false },
  ],
  inputs: [],
  definitions: [
    { ...said('speed'), value: parse('rateOf(B)/total') },
    { ...said('total'), value: parse('k1*2') },
  ],
  unknowns: [],
  constraints: [],
  events: [],
  reactions: [],
  outputs: ['A', 'speed'],
};

test('definitions are put in order and rateOf becomes the rate', () => {
  const model = checkModel(parts);
  expect(model.definitions.map(({ name, value }) => `${name} = ${print(value)}`)).toEqual([
    'total = k1*2',
    'speed = (-(-k2*A) + 0)/total',
  ]);
  const { parameters, initial, rates, definitions } = modelPrograms(model);
  expect([...parameters]).toEqual([6, 3]);
  const p = [6, 3];
  expect([...interpret(initial, [[0], [], p, [], [], []])[0]]).toEqual([5, 1]);
  expect([...interpret(rates, [[0], [5, 1], p, [], [], []])[0]]).toEqual([-30, 30]);
  expect([...interpret(definitions, [[0], [5, 1], p, [], [], []])[0]]).toEqual([6, 5]);
});

test('a circle through rateOf is found', () => {
  const circle = parts.definitions.map((each) =>
    each.name === 'total' ? { ...each, value: parse('rateOf(A)') } : each,
  );
  const states = parts.states.map((each) => (each.name === 'A' ? { ...each, rate: parse('-total') } : each));
  expect(() => checkModel({ ...parts, states, definitions: circle })).toThrow('total → total');
});

test('units: what is not given is not checked, what is wrong is reported and not thrown', () => {
  expect(unitReport(checkModel(parts))).toMatchObject({
    withoutUnit: ['k2', 'k1', 'A', 'B', 'total', 'speed'],
    problems: [],
  });
  const model: Model = {
    ...parts,
    timeUnit: 's',
    parameters: [{ ...said('k', '/s'), value: number(3) }],
    states: [
      { ...said('A', 'mg'), initial: number(1), rate: parse('-k*A + 1'), positive: false },
      { ...said('B', 'mgs'), initial: number(1), rate: parse('k*A'), positive: false },
    ],
    definitions: [{ ...said('half', 'mg'), value: parse('A/2') }],
    outputs: [],
  };
  const strict = unitReport(model);
  expect(strict.problems.map(({ code, where }) => [code, where.element])).toEqual([
    ['model-unit-unknown', 'B'],
    ['model-unit-dimension', 'rate of A'],
  ]);
  expect(strict.equations).toContainEqual({ element: 'definition of half', unit: 'mg' });
  expect(unitReport(model, 'any').problems.map(({ code }) => code)).toEqual(['model-unit-unknown']);
});

test('switches are what time can bring about; floors switch at whole numbers', () => {
  const model = defineModel({
    id: 'switches',
    title: 'Switches',
    time: 'h',
    parameters: { k: '1 : /h : rate : x', on: '1 : 1 : option : x' },
    states: { A: '1 : 1 : a : x', n: '0 : 1 : counter : x' },
    equations: {
      A: 'if(A > 2, k, 0) + if(2 < A, k, 0) + if(on > 0, k, 0) + if(n >= 3, k, 0) + k*floor(A/3) + k*max(A, 1)',
      n: '0',
    },
    events: { count: { when: 'time >= 5 [h] and n == 0', set: { n: 'n + 1' } } },
  });
  const { switches, switchValues } = modelPrograms(model);
  const at = (t: number, A: number) => [...interpret(switchValues, [[t], [A, 0], [1, 1], [], [], []])[0]];
  expect(switches).toBe(3);
  const signs = (values: readonly number[]) => values.map(Math.sign);
  const [early, late] = [signs(at(4.9, 1.9)), signs(at(5.1, 3.1))];
  expect(early.every((sign, i) => sign === -late[i])).toBe(true);
});

test('a model prints as Markdown and LaTeX', () => {
  const model = defineModel({
    id: 'oral',
    title: 'Oral & saturable',
    time: 'h',
    parameters: { k_a: '1 : /h : absorption : Smith | Jones', Vmax: '3 : mg/h : largest rate : x' },
    states: { gut: '100 : mg : gut : x', A1: '0 : mg : blood : x' },
    unknowns: { free: 'A1 : mg : unbound : x' },
    constraints: ['2*free = A1'],
    definitions: { r: 'Vmax*free/(free + 1 [mg]) : mg/h : elimination : x' },
    equations: { gut: '-k_a*gut', A1: 'k_a*gut - r' },
    events: { again: { when: 'time >= 12 [h]', set: { gut: 'gut + 100 [mg]' }, delay: '1 [h]' } },
  });
  expect(modelMarkdown(model)).toMatchSnapshot();
  expect(modelLatex(model)).toMatchSnapshot();
});
