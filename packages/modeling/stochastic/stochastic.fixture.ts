import { compile } from '../codegen/compile.ts';
import { parse } from '../expression/parse.ts';
import type { Draw, Model, ModelEvent } from '../model/model.ts';
import type { CompiledModel } from '../program/compiled-model.ts';

/** A model of reactions in a few words: expressions in infix notation, without units. */
export interface ReactionSketch {
  readonly parameters?: Readonly<Record<string, number>>;
  readonly inputs?: Readonly<Record<string, number>>;
  /** Initial counts. */
  readonly counts?: Readonly<Record<string, number>>;
  /** What is taken, what is made, the rate. */
  readonly reactions?: Readonly<
    Record<string, readonly [taken: Record<string, number>, made: Record<string, number>, rate: string]>
  >;
  readonly reversible?: readonly string[];
  /** Other states: initial value and rate. */
  readonly states?: Readonly<Record<string, readonly [initial: number, rate: string]>>;
  readonly definitions?: Readonly<Record<string, string>>;
  readonly events?: Readonly<Record<string, Partial<Omit<ModelEvent, 'trigger' | 'delay'>> & EventWords>>;
  readonly draws?: readonly Draw[];
}

interface EventWords {
  readonly when: string;
  readonly set: Readonly<Record<string, string>>;
  readonly after?: string;
}

export function reactionModel(sketch: ReactionSketch): CompiledModel {
  const named = (name: string) => ({ name, unit: null, meaning: name, source: 'test' });
  const { counts = {}, reactions = {}, states = {}, events = {}, draws = [] } = sketch;
  const listed = Object.entries(reactions).map(([id, [taken, made, rate]]) => {
    const names = new Set([...Object.keys(taken), ...Object.keys(made)]);
    return {
      id,
      change: new Map([...names].map((name) => [name, (made[name] ?? 0) - (taken[name] ?? 0)])),
      reactants: new Map(Object.entries(taken)),
      rate: parse(rate),
      reversible: sketch.reversible?.includes(id) ?? false,
    };
  });
  const rateOf = (name: string) =>
    listed.map(({ id, change }) => `${change.get(name) ?? 0} * (${reactions[id][2]})`).join(' + ') || '0';
  const stateList = [
    ...Object.entries(counts).map(([name, value]) => [name, value, rateOf(name)] as const),
    ...Object.entries(states).map(([name, [value, rate]]) => [name, value, rate] as const),
  ];
  const model: Model = {
    id: 'sketch',
    title: 'Sketch',
    timeUnit: null,
    parameters: Object.entries(sketch.parameters ?? {}).map(([name, value]) => ({
      ...named(name),
      value: parse(String(value)),
    })),
    states: stateList.map(([name, initial, rate]) => ({
      ...named(name),
      initial: parse(String(initial)),
      rate: parse(rate),
      positive: false,
    })),
    inputs: [
      ...Object.entries(sketch.inputs ?? {}).map(([name, fallback]) => ({
        ...named(name),
        interpolation: 'step' as const,
        fallback,
      })),
      ...draws.map(({ input }) => ({ ...named(input), interpolation: 'step' as const, fallback: Number.NaN })),
    ],
    definitions: Object.entries(sketch.definitions ?? {}).map(([name, value]) => ({
      ...named(name),
      value: parse(value),
    })),
    unknowns: [],
    constraints: [],
    events: Object.entries(events).map(([id, { when, set, after, ...rest }]) => ({
      id,
      trigger: parse(when),
      initially: true,
      persistent: true,
      delay: after === undefined ? null : parse(after),
      priority: null,
      valuesFromTrigger: true,
      assignments: Object.entries(set).map(([state, value]) => ({ state, value: parse(value) })),
      source: 'test',
      ...rest,
    })),
    reactions: listed,
    ...(draws.length > 0 && { draws }),
    outputs: stateList.map(([name]) => name),
  };
  return compile(model);
}
