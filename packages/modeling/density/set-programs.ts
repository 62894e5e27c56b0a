import { type CompiledProgram, javascriptFunction } from '../codegen/javascript.ts';
import type { Expression } from '../expression/expression.ts';
import { adjoints } from '../program/adjoints.ts';
import { Lowering } from '../program/lower.ts';
import { ValueGraph } from '../program/value-graph.ts';
import type { IndexSets } from './sets.ts';

/** A named list of numbers, one for each member of a set, at `at` in the density's memory. */
export interface Quantity {
  readonly name: string;
  readonly set: string;
  readonly kind: 'parameter' | 'data' | 'definition';
  /** Depends on parameters. */
  readonly varies: boolean;
  readonly at: number;
}

export interface Statement {
  readonly expression: Expression;
  readonly used: readonly Quantity[];
  readonly set: string;
}

/** What a density works out for every member of one set: its definitions, and its terms with their gradient. */
export class SetPrograms {
  readonly empty: boolean;
  /** Statements of other sets use the definitions. */
  readonly needed: boolean;
  readonly #size: number;
  /** size × inputs: places of what a member reads. */
  readonly #places: Int32Array;
  readonly #inputs: Float64Array;
  /** Inputs that vary, and where definitions are written; those of them that other sets use. */
  readonly #varying: Int32Array;
  readonly #defined: Int32Array;
  readonly #passed: Int32Array;
  readonly #define: CompiledProgram | null;
  readonly #walkBack: CompiledProgram | null;
  readonly #made: Float64Array;
  readonly #byPassed: Float64Array;
  readonly #value = new Float64Array(1);
  readonly #gradient: Float64Array;

  constructor(
    sets: IndexSets,
    name: string,
    definitions: readonly (Statement & { readonly quantity: Quantity })[],
    terms: readonly Statement[],
  ) {
    const own = definitions.filter(({ set }) => set === name);
    const ownTerms = terms.filter(({ set }) => set === name);
    const ownNames = new Set(own.map(({ quantity }) => quantity));
    const inputs = [...new Set([...own, ...ownTerms].flatMap(({ used }) => used))].filter((q) => !ownNames.has(q));
    const outside = [...definitions, ...terms].filter(({ set }) => set !== name).flatMap(({ used }) => used);
    const passed = own.filter(({ quantity }) => quantity.varies && outside.includes(quantity));

    const graph = new ValueGraph();
    const ids = new Map(inputs.map((quantity, k) => [quantity.name, graph.read(0, k)]));
    const lowering = new Lowering(graph, (symbol) => ids.get(symbol));
    const made = own.map(({ expression, quantity }) => {
      const id = lowering.one(expression);
      ids.set(quantity.name, id);
      return id;
    });
    const sum = (values: readonly number[]) =>
      values.length === 0 ? graph.constant(0) : values.reduce((a, b) => graph.operation('add', a, b));
    const value = sum(lowering.all(ownTerms.map(({ expression }) => expression)));
    const back = passed.map(({ quantity }, j) => graph.operation('mul', graph.read(1, j), ids.get(quantity.name)!));
    const varying = inputs.flatMap(({ varies }, k) => (varies ? [k] : []));
    const zero = graph.constant(0);
    const gradient = adjoints(
      graph,
      sum([value, ...back]),
      varying.map((k) => graph.read(0, k)),
    ).map((id) => id ?? zero);
    const args = [
      { name: 'inputs', length: inputs.length },
      { name: 'weights', length: passed.length },
    ];
    this.#size = sets.size(name);
    this.empty = own.length + ownTerms.length === 0;
    this.needed = own.some(({ quantity }) => outside.includes(quantity));
    this.#define =
      own.length > 0 ? javascriptFunction(graph.program(args.slice(0, 1), [{ name: 'values', values: made }])) : null;
    this.#walkBack =
      ownTerms.length + passed.length > 0
        ? javascriptFunction(
            graph.program(args, [
              { name: 'value', values: [value] },
              { name: 'gradient', values: gradient },
            ]),
          )
        : null;
    this.#inputs = new Float64Array(inputs.length);
    this.#varying = Int32Array.from(varying);
    this.#defined = Int32Array.from(own, ({ quantity }) => quantity.at);
    this.#passed = Int32Array.from(passed, ({ quantity }) => quantity.at);
    this.#made = new Float64Array(own.length);
    this.#byPassed = new Float64Array(passed.length);
    this.#gradient = new Float64Array(varying.length);
    this.#places = new Int32Array(this.#size * inputs.length);
    inputs.forEach(({ set, at }, k) => {
      const index = sets.index(name, set)!;
      for (let i = 0; i < this.#size; i++) this.#places[i * inputs.length + k] = at + index[i];
    });
  }

  /** Writes the definitions of all members into the memory. */
  define(values: Float64Array): void {
    if (this.#define === null) return;
    for (let i = 0; i < this.#size; i++) {
      this.#read(values, i);
      this.#define(this.#inputs, this.#made);
      for (let d = 0; d < this.#made.length; d++) values[this.#defined[d] + i] = this.#made[d];
    }
  }

  /** Sum of the terms of all members; adds to `weights` the derivatives of the density by what they read. */
  walkBack(values: Float64Array, weights: Float64Array): number {
    if (this.#walkBack === null) return 0;
    const inputs = this.#inputs.length;
    const varying = this.#varying;
    let sum = 0;
    for (let i = 0; i < this.#size; i++) {
      this.#read(values, i);
      for (let d = 0; d < this.#passed.length; d++) this.#byPassed[d] = weights[this.#passed[d] + i];
      this.#walkBack(this.#inputs, this.#byPassed, this.#value, this.#gradient);
      sum += this.#value[0];
      for (let k = 0; k < varying.length; k++) {
        weights[this.#places[i * inputs + varying[k]]] += this.#gradient[k];
      }
    }
    return sum;
  }

  #read(values: Float64Array, member: number): void {
    const inputs = this.#inputs;
    const at = member * inputs.length;
    for (let k = 0; k < inputs.length; k++) inputs[k] = values[this.#places[at + k]];
  }
}
