import type { Kernel } from '@gemel/numerics/elementary/arithmetic';
import { kernels } from '@gemel/numerics/elementary/kernels';
import type { Program } from '../program/program.ts';
import type { Graph, GraphOperator } from './graph.ts';

/** Elementary functions short enough to be written in place; the others are called. */
const IN_PLACE: ReadonlySet<string> = new Set(['exp']);
/** Beyond this many in one program they are called too. */
const MOST_IN_PLACE = 24;
const TRUTHS: ReadonlySet<string> = new Set(['lt', 'le', 'gt', 'ge', 'eq', 'ne', 'and', 'or', 'not']);

/**
 * A program's values as nodes of a graph, made when asked for: the number that value `id` is. `read` gives the node of an
 * argument's entry, `given` those of values already worked out. Without `inPlace` every elementary function is called.
 */
export function programValues(
  graph: Graph,
  program: Program,
  read: (argument: number, index: number) => number,
  given: ReadonlyMap<number, number> = new Map(),
  inPlace = true,
): (id: number) => number {
  const { instructions } = program;
  const elementary = instructions.filter((i) => i.kind === 'operation' && i.operator in kernels).length;
  const numbers = new Map(given);
  const conditions = new Map<number, number>();

  const isTruth = (id: number) => {
    const instruction = instructions[id];
    return instruction.kind === 'operation' && TRUTHS.has(instruction.operator);
  };
  const condition = (id: number): number =>
    conditions.get(id) ?? graph.not(graph.eq(numbers.get(id)!, graph.constant(0)));
  const number = (id: number): number => numbers.get(id) ?? graph.truth(conditions.get(id)!);

  const make = (id: number): void => {
    const instruction = instructions[id];
    if (instruction.kind === 'constant') numbers.set(id, graph.constant(instruction.value));
    else if (instruction.kind === 'read') numbers.set(id, read(instruction.argument, instruction.index));
    else {
      const { operator, operands } = instruction;
      if (operator === 'and' || operator === 'or')
        conditions.set(id, graph.operation(operator, ...operands.map(condition)));
      else if (operator === 'not') conditions.set(id, graph.not(condition(operands[0])));
      else if (operator === 'select') {
        numbers.set(id, graph.choice(condition(operands[0]), number(operands[1]), number(operands[2])));
      } else if (isTruth(id)) conditions.set(id, comparison(graph, operator, number(operands[0]), number(operands[1])));
      else if (operator in kernels) numbers.set(id, elementaryValue(operator, operands.map(number)));
      else if (operator === 'min' || operator === 'max') {
        numbers.set(id, bound(graph, operator, number(operands[0]), number(operands[1])));
      } else numbers.set(id, graph.operation(operator as GraphOperator, ...operands.map(number)));
    }
  };
  const elementaryValue = (name: string, operands: readonly number[]): number =>
    inPlace && IN_PLACE.has(name) && elementary <= MOST_IN_PLACE
      ? (kernels[name as keyof typeof kernels] as Kernel)(graph, ...operands)
      : graph.call(name, ...operands);

  return (id) => {
    const stack = [id];
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const instruction = instructions[top];
      const made = numbers.has(top) || conditions.has(top);
      const waiting =
        made || instruction.kind !== 'operation'
          ? []
          : instruction.operands.filter((operand) => !numbers.has(operand) && !conditions.has(operand));
      if (waiting.length > 0) {
        stack.push(...waiting.toReversed());
        continue;
      }
      if (!made) make(top);
      stack.pop();
    }
    return number(id);
  };
}

/** The lesser or greater of two; by a comparison, which is cheaper and the same, where one is a constant not 0 and not NaN. */
function bound(graph: Graph, operator: 'min' | 'max', a: number, b: number): number {
  const plain = (node: number) => {
    const made = graph.nodes[node];
    return made.kind === 'constant' && made.value !== 0 && !Number.isNaN(made.value);
  };
  if (!plain(a) && !plain(b)) return graph.operation(operator, a, b);
  const [limit, x] = plain(a) ? [a, b] : [b, a];
  return graph.select(operator === 'min' ? graph.lt(limit, x) : graph.lt(x, limit), limit, x);
}

function comparison(graph: Graph, operator: string, a: number, b: number): number {
  switch (operator) {
    case 'lt':
      return graph.lt(a, b);
    case 'gt':
      return graph.lt(b, a);
    case 'le':
      return graph.le(a, b);
    case 'ge':
      return graph.le(b, a);
    case 'eq':
      return graph.eq(a, b);
    default:
      return graph.not(graph.eq(a, b));
  }
}
