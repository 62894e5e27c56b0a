import type { Where } from '@gemel/core/error';
import { modelErrors } from '../errors.data.ts';
import { type Expression, TIME } from '../expression/expression.ts';
import { nodesOf, symbolsOf } from '../expression/fold.ts';
import { RESERVED } from '../expression/notation.data.ts';
import { IDENTIFIER } from '../expression/tokens.ts';
import { type Equation, equationsOf, pointAtTerm, type Texts } from './equations.ts';
import type { Model } from './model.ts';
import { orderByNeed } from './order.ts';
import { withoutRateOf } from './rate-of.ts';

/**
 * A checked model from its parts, whose definitions may stand in any order and whose expressions may hold rateOf(state):
 * names are unique, known and allowed where they stand, nothing is defined in a circle, constraints match unknowns. Units
 * are not looked at: see unitReport. `texts` are what was written, for messages.
 * @throws model-name, model-duplicate-name, model-unknown-name, model-cycle, model-incomplete
 */
export function checkModel(parts: Model, texts: Texts = new Map()): Model {
  checkNames(parts);
  checkReferences(parts);
  const equations = equationsOf(parts);
  const parameterNames = new Set(parts.parameters.map(({ name }) => name));
  const names = new Set([TIME, ...quantities(parts).map(({ name }) => name)]);
  for (const equation of equations) {
    checkSymbols(parts, equation, equation.role === 'parameter' ? parameterNames : names, texts);
  }
  if (parts.constraints.length !== parts.unknowns.length) {
    const names = parts.unknowns.map(({ name }) => name).join(', ') || 'none';
    const message = `${parts.id}: ${counted(parts.constraints.length, 'constraint')} for ${counted(parts.unknowns.length, 'unknown')} (${names}).`;
    throw modelErrors.error('model-incomplete', message, { file: parts.id });
  }
  const model = withoutRateOf(parts);
  const parameters = new Map(model.parameters.map(({ name, value }) => [name, value]));
  ordered(model, parameters, [...parameters.keys()], 'Parameters');
  const values = new Map(model.definitions.map(({ name, value }) => [name, value]));
  const order = ordered(model, values, [...values.keys()], 'Definitions');
  const byName = new Map(model.definitions.map((definition) => [definition.name, definition]));
  for (const { name, initial } of model.states) values.set(name, initial);
  const guessless = new Map(values);
  for (const { name, guess } of model.unknowns) values.set(name, guess);
  const start = [...model.states.map(({ name }) => name), ...model.unknowns.map(({ name }) => name)];
  ordered(model, values, start, 'Values at the start');
  refuseUnknowns(model, guessless);
  return { ...model, definitions: order.filter((name) => byName.has(name)).map((name) => byName.get(name)!) };
}

const quantities = (model: Model) => [
  ...model.parameters,
  ...model.states,
  ...model.inputs,
  ...model.definitions,
  ...model.unknowns,
];

function checkNames(model: Model): void {
  const seen = new Set<string>();
  for (const { name } of quantities(model)) {
    if (!IDENTIFIER.test(name) || RESERVED.has(name)) {
      const why = RESERVED.has(name) ? 'has a meaning of its own in expressions' : 'is not an identifier';
      throw modelErrors.error('model-name', `${model.id}: the name “${name}” ${why}.`, at(model, name));
    }
    if (seen.has(name)) throw twice(model, name);
    seen.add(name);
  }
  for (const named of [model.events, model.reactions]) {
    const ids = new Set<string>();
    for (const { id } of named) {
      if (ids.has(id)) throw twice(model, id);
      ids.add(id);
    }
  }
}

/** Names outside expressions: states that events and reactions change, inputs of draws, outputs. */
function checkReferences(model: Model): void {
  const states = new Set(model.states.map(({ name }) => name));
  const inputs = new Set(model.inputs.map(({ name }) => name));
  const reported = new Set(quantities(model).map(({ name }) => name));
  const require = (known: ReadonlySet<string>, name: string, element: string, what: string) => {
    if (!known.has(name)) throw unknown(model, name, element, `${element} names “${name}”, which is no ${what}.`);
  };
  for (const { id, assignments } of model.events) {
    const changed = new Set<string>();
    for (const { state } of assignments) {
      require(states, state, `event ${id}`, 'state');
      if (changed.has(state)) throw twice(model, `${state} at event ${id}`);
      changed.add(state);
    }
  }
  for (const { id, change, reactants } of model.reactions) {
    for (const state of [...change.keys(), ...reactants.keys()]) require(states, state, `reaction ${id}`, 'state');
  }
  for (const { input } of model.draws ?? []) require(inputs, input, 'a draw', 'input');
  for (const name of model.outputs) require(reported, name, 'outputs', 'quantity of the model');
}

function checkSymbols(model: Model, equation: Equation, allowed: ReadonlySet<string>, texts: Texts): void {
  const { element, expression } = equation;
  for (const name of symbolsOf(expression)) {
    if (allowed.has(name)) continue;
    const isDeclared = name === TIME || quantities(model).some((quantity) => quantity.name === name);
    const what = isDeclared
      ? `${element} names ${name}, but a parameter's value is made of numbers and other parameters`
      : `${element} names ${name}, which is not declared${likeness(model, name)}`;
    const term = nodesOf([expression]).find((node) => node.kind === 'symbol' && node.name === name)!;
    throw unknown(model, name, element, `${what}.\n${pointAtTerm(expression, term, texts)}`);
  }
}

function likeness(model: Model, name: string): string {
  const like = quantities(model).find((quantity) => quantity.name.toLowerCase() === name.toLowerCase());
  return like ? `; ${like.name} is` : '';
}

/** All that `names` need, in order. @throws model-cycle naming the circle */
function ordered(
  model: Model,
  values: ReadonlyMap<string, Expression>,
  names: readonly string[],
  what: string,
): readonly string[] {
  const all = new Set(names);
  const needs = (name: string) => [...symbolsOf(values.get(name)!)].filter((need) => values.has(need));
  for (const name of all) for (const need of needs(name)) all.add(need);
  const found = orderByNeed([...all], needs);
  if ('order' in found) return found.order;
  const { cycle } = found;
  throw modelErrors.error(
    'model-cycle',
    `${model.id}: ${what} need each other in a circle: ${[...cycle, cycle[0]].join(' → ')}.`,
    at(model, cycle[0]),
  );
}

/** An unknown is found only after the initial values are. */
function refuseUnknowns(model: Model, values: ReadonlyMap<string, Expression>): void {
  const unknowns = new Set(model.unknowns.map(({ name }) => name));
  if (unknowns.size === 0) return;
  const reached = new Set(model.states.map(({ name }) => name));
  for (const name of reached) {
    for (const need of symbolsOf(values.get(name)!)) {
      if (unknowns.has(need)) {
        const element = `initial value of ${name}`;
        throw unknown(model, need, element, `${element} needs ${need}, which is known only once the states are.`);
      }
      if (values.has(need)) reached.add(need);
    }
  }
}

function at(model: Model, element: string): Where {
  return { file: model.id, element };
}

function unknown(model: Model, name: string, element: string, what: string) {
  return modelErrors.error('model-unknown-name', `${model.id}: ${what}`, { ...at(model, element), field: name });
}

function twice(model: Model, name: string) {
  return modelErrors.error('model-duplicate-name', `${model.id}: ${name} is declared twice.`, at(model, name));
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
