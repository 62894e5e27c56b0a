import type { Expression } from '../expression/expression.ts';
import type { Parsed } from '../expression/parse.ts';
import { print } from '../expression/print.ts';
import { pointAt } from '../expression/source-text.ts';
import type { Model } from './model.ts';

/** One expression of a model, with what it says: `rate of A`. */
export interface Equation {
  readonly element: string;
  /** What kind of value it gives, which rules what it may name and what unit it must have. */
  readonly role:
    | 'parameter'
    | 'initial'
    | 'guess'
    | 'rate'
    | 'definition'
    | 'constraint'
    | 'trigger'
    | 'event-delay'
    | 'event-priority'
    | 'assignment'
    | 'propensity'
    | 'draw';
  /** The quantity whose value it is; '' where there is none. */
  readonly of: string;
  readonly expression: Expression;
}

/** Every expression of a model, in the order of its lists. */
export function equationsOf(model: Model): readonly Equation[] {
  return [
    ...model.parameters.map(({ name, value }) => equation('parameter', `value of ${name}`, name, value)),
    ...model.states.map(({ name, initial }) => equation('initial', `initial value of ${name}`, name, initial)),
    ...model.unknowns.map(({ name, guess }) => equation('guess', `guess of ${name}`, name, guess)),
    ...model.definitions.map(({ name, value }) => equation('definition', `definition of ${name}`, name, value)),
    ...model.states.map(({ name, rate }) => equation('rate', `rate of ${name}`, name, rate)),
    ...model.constraints.map((residual, i) => equation('constraint', `constraint ${i + 1}`, '', residual)),
    ...model.events.flatMap(({ id, trigger, delay, priority, assignments }) => [
      equation('trigger', `trigger of event ${id}`, '', trigger),
      ...(delay ? [equation('event-delay', `delay of event ${id}`, '', delay)] : []),
      ...(priority ? [equation('event-priority', `priority of event ${id}`, '', priority)] : []),
      ...assignments.map(({ state, value }) => equation('assignment', `${state} at event ${id}`, state, value)),
    ]),
    ...model.reactions.map(({ id, rate }) => equation('propensity', `rate of reaction ${id}`, '', rate)),
    ...(model.draws ?? []).flatMap(({ input, arguments: args }) =>
      args.map((argument, i) => equation('draw', `argument ${i + 1} of draw ${input}`, '', argument)),
    ),
  ];
}

function equation(role: Equation['role'], element: string, of: string, expression: Expression): Equation {
  return { role, element, of, expression };
}

/** What was written for an expression, by the expression; absent: it is shown as it prints. */
export type Texts = ReadonlyMap<Expression, Parsed>;

/** The equation's text with carets below one of its terms. */
export function pointAtTerm(expression: Expression, term: Expression, texts: Texts): string {
  const parsed = texts.get(expression);
  const place = parsed?.places.get(term);
  if (parsed && place) return pointAt(parsed.text, place);
  const text = print(expression);
  const part = print(term);
  const start = Math.max(0, text.indexOf(part));
  return pointAt(text, { start, end: start + part.length });
}
