import { type Columns, columns, type JumpSystem } from '@gemel/numerics/ssa/jump-system';
import { javascriptFunction } from '../codegen/javascript.ts';
import { call, type Expression, number, TIME } from '../expression/expression.ts';
import type { Dependence } from '../model/dependence.ts';
import type { Model, Reaction } from '../model/model.ts';
import type { Values } from '../program/compiled-model.ts';
import { Lowering } from '../program/lower.ts';
import { ARGUMENTS } from '../program/model-programs.ts';
import type { Program } from '../program/program.ts';
import { ValueGraph } from '../program/value-graph.ts';
import { type MassAction, MassActionTable, massActionOf } from './mass-action.ts';

/** Up to so many jumps all propensities are worked out together after each. */
const FEW = 8;

/** One jump: a reaction, or one direction of a reversible one. */
export interface Jump {
  readonly id: string;
  readonly rate: Expression;
  /** 1 forwards, −1 backwards. */
  readonly direction: 1 | -1;
  readonly reaction: Reaction;
}

/** Expressions of a model made into functions of a run's values. */
export class LoweredModel {
  readonly graph = new ValueGraph();
  readonly #lowering: Lowering;
  readonly #arguments: Program['arguments'];

  constructor(model: Model) {
    const { states, parameters, inputs } = model;
    const ids = new Map<string, number>([[TIME, this.graph.read(ARGUMENTS.indexOf('t'), 0)]]);
    const lists = [
      ['y', states],
      ['p', parameters],
      ['u', inputs],
    ] as const;
    for (const [argument, list] of lists) {
      list.forEach(({ name }, i) => void ids.set(name, this.graph.read(ARGUMENTS.indexOf(argument), i)));
    }
    const lengths = { t: 1, y: states.length, p: parameters.length, u: inputs.length, w: 0, delayed: 0 };
    this.#arguments = ARGUMENTS.map((name) => ({ name, length: lengths[name] }));
    this.#lowering = new Lowering(this.graph, (name) => ids.get(name));
    for (const { name, value } of model.definitions) ids.set(name, this.#lowering.one(value));
  }

  program(values: readonly Expression[]): Program {
    return this.graph.program(this.#arguments, [{ name: 'values', values: this.#lowering.all(values) }]);
  }

  /** The values' numbers, in an array that the next call writes again. */
  function(values: readonly Expression[]): (v: Values) => Float64Array {
    const compute = javascriptFunction(this.program(values));
    const time = new Float64Array(1);
    const out = new Float64Array(values.length);
    return (v) => {
      time[0] = v.t;
      compute(time, v.y, v.p, v.u, v.w, v.delayed, out);
      return out;
    };
  }
}

/** Jumps as a system under the values given; their rates by table where they are of mass action, else by functions of their own. */
export function jumpSystem(
  model: Model,
  jumps: readonly Jump[],
  dependence: Dependence,
  lowered: LoweredModel,
): (v: Values) => JumpSystem {
  const place = new Map(model.states.map(({ name }, i) => [name, i]));
  const entries = (map: ReadonlyMap<string, number>, sign: number) =>
    [...map].flatMap(([name, value]) => (value === 0 ? [] : [[place.get(name)!, sign * value] as const]));
  const change = columns(jumps.map(({ reaction, direction }) => entries(reaction.change, direction)));
  const reactants = columns(
    jumps.map(({ reaction, direction }) =>
      direction === 1 ? entries(reaction.reactants, 1) : entries(products(reaction), 1),
    ),
  );
  if (jumps.length <= FEW) {
    const all = javascriptFunction(lowered.program(jumps.map(({ rate }) => rate)));
    return ({ t, p, u, w, delayed }) => {
      const time = Float64Array.of(t);
      return {
        dimension: model.states.length,
        jumps: jumps.length,
        change,
        reactants,
        propensities: (y, out) => all(time, y, p, u, w, delayed, out),
      };
    };
  }
  const definitions = new Map(model.definitions.map(({ name, value }) => [name, value]));
  const actions = jumps.map(({ rate }) => massActionOf(rate, place, definitions, dependence));
  const table = new MassActionTable(actions);
  const constants = lowered.function(actions.map(constantOf));
  const others = new Map<number, (v: Values) => Float64Array>();
  const touched = dependents(model, jumps, dependence, change);
  return (v) => {
    // Of this run: inputs in rates may take other values in another.
    const own = Float64Array.from(constants(v));
    const at = { ...v };
    const { starts, jumps: affected } = touched;
    const one = (k: number, y: Float64Array): number => {
      if (table.is[k] === 1) return table.rate(k, own, y);
      let part = others.get(k);
      if (part === undefined) {
        part = lowered.function([jumps[k].rate]);
        others.set(k, part);
      }
      at.y = y;
      return part(at)[0];
    };
    return {
      dimension: model.states.length,
      jumps: jumps.length,
      change,
      reactants,
      dependents: touched,
      propensities(y, out) {
        own.set(constants(v));
        for (let k = 0; k < out.length; k++) out[k] = one(k, y);
      },
      fire(j, y, propensities) {
        for (let k = change.starts[j]; k < change.starts[j + 1]; k++) y[change.rows[k]] += change.values[k];
        for (let k = starts[j]; k < starts[j + 1]; k++) propensities[affected[k]] = one(affected[k], y);
      },
    };
  };
}

/** The constant of mass action; 0 stands where there is none. */
function constantOf(action: MassAction | null): Expression {
  if (action === null) return number(0);
  const product = (factors: readonly Expression[]) =>
    factors.reduce((a, b) => call('mul', a, b), number(1) as Expression);
  return call('div', product(action.over), product(action.under));
}

/** What one backward happening takes: forward change plus what forward takes. */
function products({ change, reactants }: Reaction): Map<string, number> {
  const made = new Map(reactants);
  for (const [name, value] of change) made.set(name, (made.get(name) ?? 0) + value);
  for (const [name, value] of made) if (!(value > 0)) made.delete(name);
  return made;
}

/** Per jump, the jumps whose rate names a state that it changes. */
function dependents(model: Model, jumps: readonly Jump[], dependence: Dependence, change: Columns) {
  const readers = new Map<string, number[]>();
  for (const [j, { rate }] of jumps.entries()) {
    for (const name of dependence.of(rate)) {
      const list = readers.get(name);
      if (list === undefined) readers.set(name, [j]);
      else list.push(j);
    }
  }
  const starts = new Int32Array(jumps.length + 1);
  const affected: number[] = [];
  for (let j = 0; j < jumps.length; j++) {
    const found = new Set<number>();
    for (let k = change.starts[j]; k < change.starts[j + 1]; k++) {
      for (const reader of readers.get(model.states[change.rows[k]].name) ?? []) found.add(reader);
    }
    affected.push(...[...found].sort((a, b) => a - b));
    starts[j + 1] = affected.length;
  }
  return { starts, jumps: Int32Array.from(affected) };
}
