import { modelErrors } from '../errors.data.ts';
import { call, type Expression, number } from '../expression/expression.ts';
import { contentsOf, fold, nodesOf } from '../expression/fold.ts';
import { equationsOf } from './equations.ts';
import type { Model } from './model.ts';
import { orderByNeed } from './order.ts';

/**
 * The model with rateOf(x) replaced by x's rate: of a state its own, of a parameter 0.
 * @throws model-unknown-name for the rate of anything else, model-cycle where rates need each other's
 */
export function withoutRateOf(model: Model): Model {
  if (!equationsOf(model).some(({ expression }) => contentsOf(expression).operators.has('rateOf'))) return model;
  const rates = new Map<string, Expression>(model.parameters.map(({ name }) => [name, number(0)]));
  const written = new Map(model.states.map(({ name, rate }) => [name, rate]));
  const replaced = new Map<Expression, Expression>();
  const replace = (expression: Expression): Expression =>
    fold<Expression>(
      [expression],
      (node) => node,
      (node, operands) => {
        if (node.operator !== 'rateOf') {
          return operands.every((operand, i) => operand === node.operands[i]) ? node : call(node.operator, ...operands);
        }
        const rate = node.operands[0].kind === 'symbol' ? rates.get(node.operands[0].name) : undefined;
        if (rate === undefined) throw noRate(model, node.operands[0]);
        return rate;
      },
      replaced,
    )[0];
  const found = orderByNeed([...written.keys()], (name) => ratesNeeded(written.get(name)!));
  if ('cycle' in found) {
    const circle = [...found.cycle, found.cycle[0]].map((name) => `rate of ${name}`).join(' → ');
    throw modelErrors.error('model-cycle', `${model.id}: rates need each other in a circle: ${circle}.`, {
      file: model.id,
      element: `rate of ${found.cycle[0]}`,
    });
  }
  for (const name of found.order) rates.set(name, replace(written.get(name)!));
  return {
    ...model,
    states: model.states.map((state) => ({ ...state, initial: replace(state.initial), rate: rates.get(state.name)! })),
    definitions: model.definitions.map((definition) => ({ ...definition, value: replace(definition.value) })),
    unknowns: model.unknowns.map((unknown) => ({ ...unknown, guess: replace(unknown.guess) })),
    constraints: model.constraints.map(replace),
    events: model.events.map((event) => ({
      ...event,
      trigger: replace(event.trigger),
      delay: event.delay && replace(event.delay),
      priority: event.priority && replace(event.priority),
      assignments: event.assignments.map(({ state, value }) => ({ state, value: replace(value) })),
    })),
    reactions: model.reactions.map((reaction) => ({ ...reaction, rate: replace(reaction.rate) })),
    ...(model.draws && {
      draws: model.draws.map((draw) => ({ ...draw, arguments: draw.arguments.map(replace) })),
    }),
  };
}

function ratesNeeded(expression: Expression): readonly string[] {
  return nodesOf([expression]).flatMap((node) =>
    node.kind === 'call' && node.operator === 'rateOf' && node.operands[0].kind === 'symbol'
      ? [node.operands[0].name]
      : [],
  );
}

function noRate(model: Model, operand: Expression) {
  const what = operand.kind === 'symbol' ? `${operand.name} is neither state nor parameter` : 'a term has no rate';
  return modelErrors.error('model-unknown-name', `${model.id}: rateOf is of a state or parameter; ${what}.`, {
    file: model.id,
    element: 'rateOf',
  });
}
