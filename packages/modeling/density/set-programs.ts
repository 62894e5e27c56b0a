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
  /** size × varying inputs: their places. */
  readonly #varying: Int32Array;
  /** Places of the definitions, and of those that other sets use. */
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
    statements: readonly (Statement & { readonly quantity: Quantity | null })[],
  ) {
    const mine = statements.filter(({ set }) => set === name);
    const own = mine.flatMap(({ expression, quantity }) => (quantity === null ? [] : [{ expression, quantity }]));
    const ownTerms = mine.filter(({ quantity }) => quantity === null);
    const ownNames = new Set(own.map(({ quantity }) => quantity));
    const inputs = [...new Set(mine.flatMap(({ used }) => used))].filter((quantity) => !ownNames.has(quantity));
    const outside = statements.filter(({ set }) => set !== name).flatMap(({ used }) => used);
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
      // Another set's choice may leave one out.
      passed.map(({ quantity }) => ids.get(quantity.name)!),
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
    this.#varying = Int32Array.from({ length: this.#size * varying.length }, (_, place) => {
      const member = Math.floor(place / varying.length);
      return this.#places[member * inputs.length + varying[place % varying.length]];
    });
  }

  /** Writes the definitions of all members into the memory. */
  define(values: Float64Array): void {
    const [inputs, places, made, defined, program] = [
      this.#inputs,
      this.#places,
      this.#made,
      this.#defined,
      this.#define,
    ];
    if (program === null) return;
    for (let i = 0, at = 0; i < this.#size; i++) {
      for (let k = 0; k < inputs.length; k++) inputs[k] = values[places[at++]];
      program(inputs, made);
      for (let d = 0; d < made.length; d++) values[defined[d] + i] = made[d];
    }
  }

  /** Sum of the terms of all members; adds to `weights` the derivatives of the density by what they read. */
  walkBack(values: Float64Array, weights: Float64Array): number {
    const [inputs, places, value, gradient] = [this.#inputs, this.#places, this.#value, this.#gradient];
    const [passed, byPassed, varying, program] = [this.#passed, this.#byPassed, this.#varying, this.#walkBack];
    if (program === null) return 0;
    let sum = 0;
    for (let i = 0, at = 0, to = 0; i < this.#size; i++) {
      for (let k = 0; k < inputs.length; k++) inputs[k] = values[places[at++]];
      for (let d = 0; d < passed.length; d++) byPassed[d] = weights[passed[d] + i];
      program(inputs, byPassed, value, gradient);
      sum += value[0];
      for (let k = 0; k < gradient.length; k++) weights[varying[to++]] += gradient[k];
    }
    return sum;
  }
}
