import { activeValues, CHOICES, chosenFirst, partials } from './gradient.ts';
import type { ValueGraph } from './value-graph.ts';

/** Operators whose weights cannot turn 0 into NaN. */
const PLAIN: ReadonlySet<string> = new Set(['add', 'sub', 'neg']);

/**
 * Analytic derivatives of one value by variables (all numbers of values in the graph), as further values of the same graph;
 * undefined: zero everywhere. Walked back once from the value (reverse mode; Linnainmaa, BIT 16 (1976) 146), so that the
 * derivatives by all variables cost a small multiple of the value itself; `gradients` is for many values of few variables.
 * Rules at kinks, steps and choices are those of `gradients`; a side not taken has weight 0 and adds nothing, nor does
 * what has weight 0 among the values `optional`.
 */
export function adjoints(
  graph: ValueGraph,
  output: number,
  variables: readonly number[],
  optional: readonly number[] = [],
): readonly (number | undefined)[] {
  const instructions = graph.instructions.slice(0, output + 1);
  const active = activeValues(instructions, variables);
  const isActive = (id: number) => active[id] === 1;
  const weights = new Map<number, number>([[output, graph.constant(1)]]);
  /** Values that count on one side of a choice: their weight may be 0 where a partial derivative is infinite. */
  const sided = new Set<number>(optional);
  const zero = graph.constant(0);
  const add = (id: number, weight: number) => {
    if (!isActive(id)) return;
    const sum = weights.get(id);
    weights.set(id, sum === undefined ? weight : graph.operation('add', sum, weight));
  };
  const ends = new Set(variables);
  for (let id = output; id >= 0; id--) {
    const weight = weights.get(id);
    const instruction = instructions[id];
    if (weight === undefined || !isActive(id) || ends.has(id) || instruction.kind !== 'operation') continue;
    if (CHOICES.has(instruction.operator)) {
      const [a, b] = instruction.operands.slice(-2);
      const first = chosenFirst(graph, instruction);
      sided.add(a).add(b);
      add(a, graph.operation('select', first, weight, zero));
      add(b, graph.operation('select', first, zero, weight));
      continue;
    }
    const guarded = sided.has(id);
    for (const part of partials(graph, instruction, id, weight, isActive)) {
      if (guarded) sided.add(part.id);
      const counts = guarded && !PLAIN.has(instruction.operator);
      add(
        part.id,
        counts ? graph.operation('select', graph.operation('eq', weight, zero), zero, part.weight) : part.weight,
      );
    }
  }
  return variables.map((id) => (id <= output && isActive(id) ? weights.get(id) : undefined));
}
