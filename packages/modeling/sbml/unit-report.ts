import type { Problem } from '@gemel/core/error';
import { call, type Expression, symbol } from '../expression/expression.ts';
import { fold } from '../expression/fold.ts';
import type { Model } from '../model/model.ts';
import { unitProblems } from '../model/unit-check.ts';

/** Stands for a number of which the document does not say the unit. */
const UNSAID = symbol('number without a unit');

/**
 * Where the units of a model read from SBML do not fit together: one problem per formula, of the codes `model-unit-…`.
 * Numbers written without a unit fit everything, as SBML Level 3 has it (Version 2 Core, section 3.4.2); exponents are pure.
 * Warnings: SBML takes the numbers as they stand, and so does the run.
 */
export function unitReport(model: Model): readonly Problem[] {
  const replaced = new Map<Expression, Expression>();
  const unsaid = (expression: Expression): Expression =>
    fold<Expression>(
      [expression],
      (node) => (node.kind === 'number' && node.unit === undefined && node.value !== 0 ? UNSAID : node),
      (node, operands) => {
        const kept =
          node.operator === 'pow' && node.operands[1]!.kind === 'number' ? [operands[0]!, node.operands[1]!] : operands;
        return kept.every((operand, i) => operand === node.operands[i]) ? node : call(node.operator, ...kept);
      },
      replaced,
    )[0]!;
  return unitProblems({
    ...model,
    parameters: model.parameters.map((parameter) => ({ ...parameter, value: unsaid(parameter.value) })),
    states: model.states.map((state) => ({ ...state, initial: unsaid(state.initial), rate: unsaid(state.rate) })),
    definitions: model.definitions.map((definition) => ({ ...definition, value: unsaid(definition.value) })),
    unknowns: model.unknowns.map((unknown) => ({ ...unknown, guess: unsaid(unknown.guess) })),
    constraints: model.constraints.map(unsaid),
    events: model.events.map((event) => ({
      ...event,
      trigger: unsaid(event.trigger),
      delay: event.delay && unsaid(event.delay),
      priority: event.priority && unsaid(event.priority),
      assignments: event.assignments.map(({ state, value }) => ({ state, value: unsaid(value) })),
    })),
    reactions: [],
  });
}
