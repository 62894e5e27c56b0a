import { type CallNode, call, type Expression, type NumberNode, type SymbolNode } from './expression.ts';

/**
 * Works out a value for every distinct node below `roots`, operands first, each node once however often it is shared; not
 * recursive, so depth is bounded by memory alone. `memo` may hold values from before and is filled.
 */
export function fold<R>(
  roots: readonly Expression[],
  leaf: (node: NumberNode | SymbolNode) => R,
  combine: (node: CallNode, operands: readonly R[]) => R,
  memo: Map<Expression, R> = new Map(),
): readonly R[] {
  const stack: Expression[] = [];
  for (const root of roots) {
    stack.push(root);
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      if (memo.has(node)) {
        stack.pop();
      } else if (node.kind !== 'call') {
        memo.set(node, leaf(node));
        stack.pop();
      } else {
        const waiting = stack.length;
        for (let i = node.operands.length - 1; i >= 0; i--) {
          if (!memo.has(node.operands[i])) stack.push(node.operands[i]);
        }
        if (stack.length > waiting) continue;
        memo.set(
          node,
          combine(
            node,
            node.operands.map((operand) => memo.get(operand) as R),
          ),
        );
        stack.pop();
      }
    }
  }
  return roots.map((root) => memo.get(root) as R);
}

/** Every distinct node below `roots` (themselves included), operands before what takes them. */
export function nodesOf(roots: readonly Expression[]): readonly Expression[] {
  const nodes: Expression[] = [];
  const keep = (node: Expression) => {
    nodes.push(node);
  };
  fold<void>(roots, keep, keep);
  return nodes;
}

/** Names met in the expressions, in the order of their first place; `time` is one. */
export function symbolsOf(...roots: readonly Expression[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of nodesOf(roots)) if (node.kind === 'symbol') names.add(node.name);
  return names;
}

/** The expression with symbols replaced; a name absent from `values` stays. What is not changed is the same object. */
export function substitute(expression: Expression, values: ReadonlyMap<string, Expression>): Expression {
  return substituteAll([expression], values)[0];
}

/** As substitute, for several: what they share stays shared. */
export function substituteAll(
  expressions: readonly Expression[],
  values: ReadonlyMap<string, Expression>,
): readonly Expression[] {
  return fold<Expression>(
    expressions,
    (node) => (node.kind === 'symbol' ? (values.get(node.name) ?? node) : node),
    (node, operands) =>
      operands.every((operand, i) => operand === node.operands[i]) ? node : call(node.operator, ...operands),
  );
}
