import { call, type Expression, number } from '../expression/expression.ts';
import type { ValueGraph } from './value-graph.ts';

/**
 * Values of a graph as expressions, in which what is shared is one object. `read` names the entries of arguments; `made`
 * gives the values that have an expression already (a definition's name) and is filled with the others.
 */
export function expressionsOf(
  graph: ValueGraph,
  ids: readonly number[],
  read: (argument: number, index: number) => Expression,
  made: Map<number, Expression> = new Map(),
): readonly Expression[] {
  const needed = new Set<number>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (needed.has(id) || made.has(id)) continue;
    needed.add(id);
    const instruction = graph.instructions[id];
    if (instruction.kind === 'operation') open.push(...instruction.operands);
  }
  for (const id of [...needed].sort((a, b) => a - b)) {
    const instruction = graph.instructions[id];
    if (instruction.kind === 'constant') made.set(id, number(instruction.value));
    else if (instruction.kind === 'read') made.set(id, read(instruction.argument, instruction.index));
    else made.set(id, call(instruction.operator, ...instruction.operands.map((operand) => made.get(operand)!)));
  }
  return ids.map((id) => made.get(id)!);
}
