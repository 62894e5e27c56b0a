import type { Expression } from '../expression/expression.ts';
import type { Model } from '../model/model.ts';

/** How many delay terms stand within a delay term, at most: 0 for delay(x, τ) of a state, or of what has no delay itself. */
export function delayDepth(model: Model): number {
  const named = new Map<string, number>();
  let deepest = 0;
  const met = new Map<Expression, number>();
  // Delay terms on the way down from an expression, at most.
  const depth = (expression: Expression): number => {
    if (expression.kind === 'number') return 0;
    if (expression.kind === 'symbol') return named.get(expression.name) ?? 0;
    const known = met.get(expression);
    if (known !== undefined) return known;
    const inside = Math.max(0, ...expression.operands.map(depth));
    if (expression.operator === 'delay') deepest = Math.max(deepest, inside);
    const found = expression.operator === 'delay' ? inside + 1 : inside;
    met.set(expression, found);
    return found;
  };
  for (const definition of model.definitions) named.set(definition.name, depth(definition.value));
  for (const state of model.states) depth(state.rate);
  for (const constraint of model.constraints) depth(constraint);
  for (const event of model.events) {
    depth(event.trigger);
    for (const { value } of event.assignments) depth(value);
    if (event.delay !== null) depth(event.delay);
    if (event.priority !== null) depth(event.priority);
  }
  return deepest;
}
