import { type Expression, TIME } from '../expression/expression.ts';
import { symbolsOf } from '../expression/fold.ts';
import type { Model } from '../model/model.ts';
import { orderByNeed } from '../model/order.ts';
import { Lowering } from './lower.ts';
import { ValueGraph } from './value-graph.ts';

/** Every value a model speaks of, numbered in one graph; arguments as in ARGUMENTS of model-programs.ts. */
export interface ModelValues {
  readonly graph: ValueGraph;
  readonly definitions: readonly number[];
  readonly rates: readonly number[];
  readonly constraints: readonly number[];
  readonly triggers: readonly number[];
  /** Per event: delay, priority, assigned values. */
  readonly events: readonly (readonly number[])[];
  readonly propensities: readonly number[];
  /** What is delayed, and by how long: in the running model. */
  readonly history: readonly number[];
  readonly lags: readonly number[];
  /** At the start. */
  readonly initial: readonly number[];
  readonly guesses: readonly number[];
  /** Numbers the value of a further expression in the names of the running model. */
  number(expression: Expression): number;
}

/** Places of the arguments. */
export const [T, Y, P, U, W, DELAYED] = [0, 1, 2, 3, 4, 5];

/** @throws RangeError where the model is not a checked one (checkModel) */
export function lowerModel(model: Model): ModelValues {
  const graph = new ValueGraph();
  const history: number[] = [];
  const lags: number[] = [];
  const delayed = (of: number, lag: number): number => {
    const known = history.findIndex((value, i) => value === of && lags[i] === lag);
    if (known >= 0) return graph.read(DELAYED, known);
    history.push(of);
    return graph.read(DELAYED, lags.push(lag) - 1);
  };
  const outside = outsideNames(model, graph);
  const names = new Map([...outside, ...reads(graph, Y, model.states), ...reads(graph, W, model.unknowns)]);
  const lowering = new Lowering(graph, (name) => names.get(name), delayed);
  const definitions = model.definitions.map(({ name, value }) => {
    const id = lowering.one(value);
    names.set(name, id);
    return id;
  });
  const none = { delay: graph.constant(0), priority: graph.constant(Number.NaN) };
  return {
    graph,
    definitions,
    rates: lowering.all(model.states.map(({ rate }) => rate)),
    constraints: lowering.all(model.constraints),
    triggers: lowering.all(model.events.map(({ trigger }) => trigger)),
    events: model.events.map(({ delay, priority, assignments }) => [
      delay ? lowering.one(delay) : none.delay,
      priority ? lowering.one(priority) : none.priority,
      ...lowering.all(assignments.map(({ value }) => value)),
    ]),
    propensities: lowering.all(model.reactions.map(({ rate }) => rate)),
    history,
    lags,
    ...start(model, graph, outside),
    number: (expression) => lowering.one(expression),
  };
}

/** Initial values of the states, then guesses of the unknowns, in a graph of their own. */
export function lowerStart(model: Model): { readonly graph: ValueGraph; readonly values: readonly number[] } {
  const graph = new ValueGraph();
  const { initial, guesses } = start(model, graph, outsideNames(model, graph));
  return { graph, values: [...initial, ...guesses] };
}

/** Values of time, parameters and inputs, by name. */
export function outsideNames(model: Model, graph: ValueGraph): ReadonlyMap<string, number> {
  return new Map([[TIME, graph.read(T, 0)], ...reads(graph, P, model.parameters), ...reads(graph, U, model.inputs)]);
}

function reads(graph: ValueGraph, argument: number, quantities: readonly { readonly name: string }[]) {
  return quantities.map(({ name }, i) => [name, graph.read(argument, i)] as const);
}

/**
 * Values at the start: a state's name stands for its initial value, an unknown's for its guess, delay(x, τ) for x. The name of
 * the state `held` stands for itself, entry of argument y, so that others' dependence on it can be seen.
 */
export function start(model: Model, graph: ValueGraph, outside: ReadonlyMap<string, number>, held?: string) {
  const values = new Map<string, Expression>([
    ...model.states.map(({ name, initial }) => [name, initial] as const),
    ...model.unknowns.map(({ name, guess }) => [name, guess] as const),
    ...model.definitions.map(({ name, value }) => [name, value] as const),
  ]);
  const asked = [...model.states, ...model.unknowns].map(({ name }) => name);
  const found = orderByNeed(reachable(asked, values), (name) => symbolsOf(values.get(name)!));
  if ('cycle' in found) throw new RangeError(`Initial values need each other: ${found.cycle.join(', ')}.`);
  const names = new Map(outside);
  const made = new Map<string, number>();
  const lowering = new Lowering(
    graph,
    (name) => names.get(name),
    (of) => of,
  );
  for (const name of found.order) {
    const id = lowering.one(values.get(name)!);
    made.set(name, id);
    names.set(name, name === held ? graph.read(Y, asked.indexOf(name)) : id);
  }
  return {
    initial: model.states.map(({ name }) => made.get(name)!),
    guesses: model.unknowns.map(({ name }) => made.get(name)!),
  };
}

/** `names` and all that their values need, of those that have a value. */
function reachable(names: readonly string[], values: ReadonlyMap<string, Expression>): readonly string[] {
  const all = new Set(names);
  for (const name of all) for (const need of symbolsOf(values.get(name)!)) if (values.has(need)) all.add(need);
  return [...all];
}

/** Default values of the parameters, in order. @throws RangeError where they need each other or another name */
export function parameterDefaults(model: Model): Float64Array {
  const values = new Map(model.parameters.map(({ name, value }) => [name, value]));
  const found = orderByNeed([...values.keys()], (name) => symbolsOf(values.get(name)!));
  if ('cycle' in found) throw new RangeError(`Parameters need each other: ${found.cycle.join(', ')}.`);
  const graph = new ValueGraph();
  const names = new Map<string, number>();
  const lowering = new Lowering(graph, (name) => names.get(name));
  for (const name of found.order) names.set(name, lowering.one(values.get(name)!));
  return Float64Array.from(model.parameters, ({ name }) => graph.constantOf(names.get(name)!)!);
}
