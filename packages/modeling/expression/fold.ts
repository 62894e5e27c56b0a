import { type CallNode, call, type Expression, type NumberNode, type Operator, type SymbolNode } from './expression.ts';

/**
 * Works out a value for every distinct call below `roots`, operands first, each once however often it is shared, and for
 * the leaves it takes; not recursive, so depth is bounded by memory alone. `memo` may hold values from before and is filled.
 */
export function fold<R>(
  roots: readonly Expression[],
  leaf: (node: NumberNode | SymbolNode) => R,
  combine: (node: CallNode, operands: readonly R[]) => R,
  memo: Map<Expression, R> = new Map(),
): readonly R[] {
  const resultOf = (node: Expression): R => (node.kind === 'call' ? (memo.get(node) as R) : leaf(node));
  const stack: CallNode[] = [];
  for (const root of roots) {
    if (root.kind === 'call' && !memo.has(root)) stack.push(root);
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      const waiting = stack.length;
      for (let i = node.operands.length - 1; i >= 0; i--) {
        const operand = node.operands[i];
        if (operand.kind === 'call' && !memo.has(operand)) stack.push(operand);
      }
      if (stack.length > waiting) continue;
      stack.pop();
      if (!memo.has(node)) memo.set(node, combine(node, node.operands.map(resultOf)));
    }
  }
  return roots.map(resultOf);
}

/** Every distinct node below `roots` (themselves included), operands before what takes them. */
export function nodesOf(roots: readonly Expression[]): readonly Expression[] {
  const nodes = new Set<Expression>();
  const keep = (node: Expression) => {
    nodes.add(node);
  };
  fold<void>(roots, keep, keep);
  return [...nodes];
}

/** What an expression is made of. */
export interface Contents {
  /** Names, in the order of their first place; `time` is one. */
  readonly symbols: ReadonlySet<string>;
  readonly operators: ReadonlySet<Operator>;
  /** Whether every number in it is finite. */
  readonly finite: boolean;
}

const known = new WeakMap<Expression, Contents>();

/** Kept once looked at, since expressions never change. */
export function contentsOf(expression: Expression): Contents {
  const before = known.get(expression);
  if (before) return before;
  const symbols = new Set<string>();
  const operators = new Set<Operator>();
  let finite = true;
  fold<void>(
    [expression],
    (node) => {
      if (node.kind === 'symbol') symbols.add(node.name);
      else if (!Number.isFinite(node.value)) finite = false;
    },
    (node) => {
      operators.add(node.operator);
    },
  );
  const contents = { symbols, operators, finite };
  known.set(expression, contents);
  return contents;
}

/** Names met in the expressions, in the order of their first place; `time` is one. */
export function symbolsOf(...expressions: readonly Expression[]): ReadonlySet<string> {
  if (expressions.length === 1) return contentsOf(expressions[0]).symbols;
  return new Set(expressions.flatMap((expression) => [...contentsOf(expression).symbols]));
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
