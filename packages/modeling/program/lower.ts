import type { Expression } from '../expression/expression.ts';
import { fold } from '../expression/fold.ts';
import type { ProgramOperator } from '../expression/operations.ts';
import type { Program } from './program.ts';
import { ValueGraph } from './value-graph.ts';

/** Where a name's value is read. */
export interface SymbolSlot {
  readonly argument: number;
  readonly index: number;
}

/**
 * The program that works out some expressions from arrays, by value numbering: what they share, within and between them,
 * is worked out once; constants are folded; nothing is left unused; the same expressions give the same program. Takes time in
 * proportion to the number of distinct nodes, at any depth. Both sides of a `select` are worked out, since a program has
 * no branches; a backend may sink what only one side needs.
 * @throws RangeError for a name without a slot, for delay and for rateOf
 */
export function lower(
  outputs: readonly { readonly name: string; readonly values: readonly Expression[] }[],
  args: Program['arguments'],
  slots: ReadonlyMap<string, SymbolSlot>,
): Program {
  const graph = new ValueGraph();
  const lowering = new Lowering(graph, (name) => {
    const slot = slots.get(name);
    return slot && graph.read(slot.argument, slot.index);
  });
  return graph.program(
    args,
    outputs.map(({ name, values }) => ({ name, values: lowering.all(values) })),
  );
}

/** Numbers expressions' values in a graph; a node met before, by identity, is not walked again. */
export class Lowering {
  readonly #graph: ValueGraph;
  readonly #numberOf: (name: string) => number | undefined;
  readonly #delayed: ((of: number, lag: number) => number) | undefined;
  readonly #memo = new Map<Expression, number>();

  /** `numberOf` numbers a name's value (undefined: unknown name), `delayed` that of delay(of, lag). */
  constructor(
    graph: ValueGraph,
    numberOf: (name: string) => number | undefined,
    delayed?: (of: number, lag: number) => number,
  ) {
    this.#graph = graph;
    this.#numberOf = numberOf;
    this.#delayed = delayed;
  }

  one(expression: Expression): number {
    return this.all([expression])[0];
  }

  all(expressions: readonly Expression[]): readonly number[] {
    return fold<number>(
      expressions,
      (node) => {
        if (node.kind === 'number') return this.#graph.constant(node.value);
        const id = this.#numberOf(node.name);
        if (id === undefined) throw new RangeError(`${node.name} has no value here.`);
        return id;
      },
      ({ operator }, operands) => {
        if (operator === 'delay' && this.#delayed) return this.#delayed(operands[0], operands[1]);
        if (operator === 'delay' || operator === 'rateOf') throw new RangeError(`No program can hold ${operator}.`);
        return this.#graph.operation(operator satisfies ProgramOperator, ...operands);
      },
      this.#memo,
    );
  }
}
