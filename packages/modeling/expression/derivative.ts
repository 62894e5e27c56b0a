import { expressionsOf } from '../program/expressions-of.ts';
import { gradients } from '../program/gradient.ts';
import { Lowering } from '../program/lower.ts';
import { ValueGraph } from '../program/value-graph.ts';
import { type Expression, number, symbol } from './expression.ts';
import { symbolsOf } from './fold.ts';

/**
 * ∂expression/∂name, simplified and with what is shared as one object; names stand for themselves. See gradients for kinks
 * and steps.
 * @throws RangeError for delay and for rateOf
 */
export function derivative(expression: Expression, name: string): Expression {
  const names = [...new Set([...symbolsOf(expression), name])];
  const graph = new ValueGraph();
  const value = new Lowering(graph, (symbolName) => graph.read(0, names.indexOf(symbolName))).one(expression);
  const [gradient] = gradients(graph, [value], [graph.read(0, names.indexOf(name))]);
  const id = gradient.get(0);
  return id === undefined ? number(0) : expressionsOf(graph, [id], (_, index) => symbol(names[index]))[0];
}
