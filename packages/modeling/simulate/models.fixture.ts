import { compile } from '../codegen/compile.ts';
import { parse } from '../expression/parse.ts';
import type { Model, ModelEvent } from '../model/model.ts';
import type { CompiledModel } from '../program/compiled-model.ts';

/** A model in a few words: expressions in infix notation, without units. */
export interface Sketch {
  readonly parameters?: Readonly<Record<string, number | string>>;
  /** Initial value and rate. */
  readonly states: Readonly<Record<string, readonly [initial: number | string, rate: string]>>;
  readonly positive?: readonly string[];
  readonly inputs?: Readonly<Record<string, { readonly fallback: number; readonly interpolation: 'step' | 'linear' }>>;
  readonly definitions?: Readonly<Record<string, string>>;
  /** Guesses. */
  readonly unknowns?: Readonly<Record<string, number | string>>;
  readonly constraints?: readonly string[];
  readonly events?: Readonly<Record<string, EventSketch>>;
}

export interface EventSketch {
  readonly when: string;
  readonly set: Readonly<Record<string, string>>;
  readonly initially?: boolean;
  readonly persistent?: boolean;
  readonly delay?: string;
  readonly priority?: string;
  readonly valuesFromTrigger?: boolean;
}

export function compiled(sketch: Sketch): CompiledModel {
  const named = (name: string) => ({ name, unit: null, meaning: name, source: 'test' });
  const { parameters = {}, states, inputs = {}, definitions = {}, unknowns = {}, events = {} } = sketch;
  const model: Model = {
    id: 'sketch',
    title: 'Sketch',
    timeUnit: null,
    parameters: Object.entries(parameters).map(([name, value]) => ({ ...named(name), value: parse(String(value)) })),
    states: Object.entries(states).map(([name, [initial, rate]]) => ({
      ...named(name),
      initial: parse(String(initial)),
      rate: parse(rate),
      positive: sketch.positive?.includes(name) ?? false,
    })),
    inputs: Object.entries(inputs).map(([name, input]) => ({ ...named(name), ...input })),
    definitions: Object.entries(definitions).map(([name, value]) => ({ ...named(name), value: parse(value) })),
    unknowns: Object.entries(unknowns).map(([name, guess]) => ({ ...named(name), guess: parse(String(guess)) })),
    constraints: (sketch.constraints ?? []).map((constraint) => parse(constraint)),
    events: Object.entries(events).map(([id, event]) => eventOf(id, event)),
    reactions: [],
    outputs: [...Object.keys(states), ...Object.keys(unknowns), ...Object.keys(definitions)],
  };
  return compile(model);
}

function eventOf(id: string, event: EventSketch): ModelEvent {
  return {
    id,
    trigger: parse(event.when),
    initially: event.initially ?? true,
    persistent: event.persistent ?? true,
    delay: event.delay === undefined ? null : parse(event.delay),
    priority: event.priority === undefined ? null : parse(event.priority),
    valuesFromTrigger: event.valuesFromTrigger ?? true,
    assignments: Object.entries(event.set).map(([state, value]) => ({ state, value: parse(value) })),
    source: 'test',
  };
}

/** `count` + 1 times from `from` to `to`, evenly. */
export function times(from: number, to: number, count: number): Float64Array {
  return Float64Array.from({ length: count + 1 }, (_, i) => from + ((to - from) * i) / count);
}
