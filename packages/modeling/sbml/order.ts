import type { Expression } from '../expression/expression.ts';
import { TIME } from '../expression/expression.ts';
import { fold } from '../expression/fold.ts';
import { type Order, orderByNeed } from '../model/order.ts';

const NONE: ReadonlySet<string> = new Set();

/** Names whose present value the expression needs: what only a delay looks back at is not among them. */
export function needs(expression: Expression): ReadonlySet<string> {
  if (expression.kind === 'number') return NONE;
  return fold<ReadonlySet<string>>(
    [expression],
    (node) => (node.kind === 'symbol' && node.name !== TIME ? new Set([node.name]) : NONE),
    (node, operands) => {
      const counted = node.operator === 'delay' ? operands.slice(1) : operands;
      const full = counted.filter((set) => set.size > 0);
      if (full.length <= 1) return full[0] ?? NONE;
      const all = new Set<string>();
      for (const set of full) for (const name of set) all.add(name);
      return all;
    },
  )[0]!;
}

/** Names in an order in which each comes after what it needs; or one circle of them. */
export function ordered(expressions: ReadonlyMap<string, Expression>): Order {
  return orderByNeed([...expressions.keys()], (name) => needs(expressions.get(name)!));
}
