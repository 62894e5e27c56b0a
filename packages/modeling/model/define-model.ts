import { CodedError, type Problem } from '@gemel/core/error';
import { modelErrors } from '../errors.data.ts';
import { call, type Expression, number } from '../expression/expression.ts';
import { contentsOf } from '../expression/fold.ts';
import { type Parsed, parsePlaced } from '../expression/parse.ts';
import { interpret } from '../program/interpret.ts';
import { lowerStart, parameterDefaults, T } from '../program/lower-model.ts';
import { checkModel } from './check-model.ts';
import { equationsOf } from './equations.ts';
import type { Input, Model, ModelEvent, Reaction, State } from './model.ts';
import type { Entry, EventText, ModelText, ReactionText } from './model-text.ts';
import { codeOf, factor, isWritable, ONE, product, sameDimension, unitOf } from './unit.ts';
import { toProblem, UnitCheck, unitProblems } from './unit-check.ts';

/**
 * A checked model from its text. Everything is checked here: notation, names, circles, units of every term, finite values;
 * the message names model, equation and term, and says what to write.
 * @throws model-syntax, model-entry, model-name, model-duplicate-name, model-unknown-name, model-cycle, model-incomplete,
 * model-not-finite, model-unit-missing, model-unit-unknown, model-unit-dimension, model-unit-scale, model-unit-exponent,
 * model-unit-offset
 */
export function defineModel<
  const S extends string,
  const D extends string = never,
  const U extends string = never,
  const I extends string = never,
>(text: ModelText<S, D, U, I>): Model {
  return new Definition(text as ModelText).model();
}

interface Line {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly meaning: string;
  readonly source: string;
}

class Definition {
  readonly #text: ModelText;
  readonly #texts = new Map<Expression, Parsed>();
  readonly #units = new Map<string, string>();
  #check: UnitCheck | undefined;

  constructor(text: ModelText) {
    this.#text = text;
  }

  model(): Model {
    const { id, title, time, parameters, inputs, definitions, unknowns, states, outputs } = this.#text;
    const lines = [parameters, states, inputs, definitions, unknowns].map((entries) => this.#lines(entries ?? {}));
    const [ofParameters, ofStates, ofInputs, ofDefinitions, ofUnknowns] = lines;
    const described = ({ name, unit, meaning, source }: Line) => ({ name, unit, meaning, source });
    const reactions = Object.entries(this.#text.reactions ?? {}).map(([name, reaction]) =>
      this.#reaction(name, reaction),
    );
    const parts: Model = {
      id,
      title,
      timeUnit: time,
      parameters: ofParameters.map((line) => ({
        ...described(line),
        value: this.#parse(`value of ${line.name}`, line.value),
      })),
      states: ofStates.map((line) => ({ ...described(line), ...this.#state(line, reactions) })),
      inputs: ofInputs.map((line) => ({ ...described(line), ...this.#input(line) })),
      definitions: ofDefinitions.map((line) => ({
        ...described(line),
        value: this.#parse(`definition of ${line.name}`, line.value),
      })),
      unknowns: ofUnknowns.map((line) => ({
        ...described(line),
        guess: this.#parse(`guess of ${line.name}`, line.value),
      })),
      constraints: (this.#text.constraints ?? []).map((constraint, i) => this.#constraint(constraint, i)),
      events: Object.entries(this.#text.events ?? {}).map(([name, event]) => this.#event(name, event)),
      reactions,
      outputs: outputs ?? ofStates.map(({ name }) => name),
    };
    for (const state of Object.keys(this.#text.equations ?? {})) {
      if (!ofStates.some(({ name }) => name === state)) {
        const message = `${id}: an equation is given for ${state}, which is no state.`;
        throw modelErrors.error('model-unknown-name', message, { file: id, element: `rate of ${state}` });
      }
    }
    const model = checkModel(parts, this.#texts);
    const [problem] = unitProblems(parts, this.#texts);
    if (problem) throw new CodedError(problem);
    this.#checkFinite(model);
    return model;
  }

  #lines(entries: Readonly<Record<string, Entry>>): readonly Line[] {
    return Object.entries(entries).map(([name, entry]) => {
      const parts = entry.split(/\s:(?=\s|$)/).map((part) => part.trim());
      const [value, unit, meaning] = parts;
      const where = { file: this.#text.id, element: name };
      if (unit === '') {
        throw modelErrors.error('model-unit-missing', `${this.#text.id}: ${name} has no unit: “${entry}”.`, where);
      }
      if (parts.length < 4 || value === '' || meaning === '') {
        const choice = value.includes('?') ? ' Write a choice inside an entry as if(condition, a, b).' : '';
        const message = `${this.#text.id}: ${name} is not of the form value : unit : meaning : source: “${entry}”.${choice}`;
        throw modelErrors.error('model-entry', message, where);
      }
      this.#units.set(name, unit);
      return { name, value, unit, meaning, source: parts.slice(3).join(' : ') };
    });
  }

  #state(line: Line, reactions: readonly Reaction[]): Pick<State, 'initial' | 'rate' | 'positive'> {
    const { name } = line;
    const [, value, positive] = /^(.*?)(\s+positive)?$/s.exec(line.value)!;
    const text = this.#text.equations?.[name];
    const own = text === undefined ? undefined : this.#parse(`rate of ${name}`, text);
    const changes = reactions.flatMap(({ change, rate }) => {
      const count = change.get(name);
      if (count === undefined) return [];
      return [count === 1 ? rate : call('mul', number(count), rate)];
    });
    const terms = [...(own ? [own] : []), ...changes];
    if (terms.length === 0) {
      const message = `${this.#text.id}: the state ${name} has no equation.`;
      throw modelErrors.error('model-incomplete', message, { file: this.#text.id, element: `rate of ${name}` });
    }
    return {
      initial: this.#parse(`initial value of ${name}`, value),
      rate: terms.reduce((sum, term) => call('add', sum, term)),
      positive: positive !== undefined,
    };
  }

  #input({ name, value }: Line): Pick<Input, 'fallback' | 'interpolation'> {
    const found = /^(\S+)\s+(step|linear)$/.exec(value);
    const fallback = Number(found?.[1]);
    if (!found || !Number.isFinite(fallback)) {
      const message = `${this.#text.id}: the input ${name} begins “${value}”, not with a finite number and then step or linear.`;
      throw modelErrors.error('model-entry', message, { file: this.#text.id, element: name });
    }
    return { fallback, interpolation: found[2] as Input['interpolation'] };
  }

  #reaction(id: string, { from = {}, to = {}, rate, reversible = false }: ReactionText): Reaction {
    const change = new Map<string, number>();
    for (const [counts, sign] of [
      [from, -1],
      [to, 1],
    ] as const) {
      for (const [name, count = 0] of Object.entries(counts)) {
        if (!(count > 0 && Number.isFinite(count))) {
          const message = `${this.#text.id}: reaction ${id} takes or gives ${count} of ${name}; a positive number is needed.`;
          throw modelErrors.error('model-not-finite', message, { file: this.#text.id, element: `reaction ${id}` });
        }
        change.set(name, (change.get(name) ?? 0) + sign * count);
      }
    }
    return {
      id,
      change: new Map([...change].filter(([, count]) => count !== 0)),
      reactants: new Map(Object.entries(from) as [string, number][]),
      rate: this.#parse(`rate of reaction ${id}`, rate),
      reversible,
    };
  }

  #constraint(text: string, i: number): Expression {
    const element = `constraint ${i + 1}`;
    const sides = text.split(/(?<![<>!=])=(?!=)/);
    if (sides.length !== 2) return this.#parse(element, text);
    return call('sub', this.#parse(element, sides[0]), this.#parse(element, sides[1]));
  }

  #event(id: string, event: EventText): ModelEvent {
    const optional = (what: string, text: string | undefined) =>
      text === undefined ? null : this.#parse(`${what} of event ${id}`, text);
    return {
      id,
      trigger: this.#parse(`trigger of event ${id}`, event.when),
      initially: event.initially ?? true,
      persistent: event.persistent ?? true,
      delay: optional('delay', event.delay),
      priority: optional('priority', event.priority),
      valuesFromTrigger: event.valuesFromTrigger ?? true,
      assignments: Object.entries(event.set).map(([state, value]) => ({
        state,
        value: this.#parse(`${state} at event ${id}`, value as string),
      })),
      source: event.source ?? '',
    };
  }

  #parse(element: string, text: string): Expression {
    const where = { file: this.#text.id, element };
    const convert = (parsed: Parsed, unit: string) => this.#converted(element, parsed, unit);
    const parsed = parsePlaced(text, { where, convert });
    this.#texts.set(parsed.expression, parsed);
    return parsed.expression;
  }

  /** convert(term, 'unit') as a product with the factor, once the term's unit is known. */
  #converted(element: string, parsed: Parsed, target: string): Expression {
    const { expression } = parsed;
    this.#check ??= new UnitCheck({ units: this.#units, time: this.#text.time }, this.#texts);
    this.#texts.set(expression, parsed);
    const unit = this.#check.unit(expression);
    const problem = (found: Parameters<typeof toProblem>[3]): Problem =>
      toProblem(this.#text.id, element, expression, found, this.#texts);
    const [found] = this.#check.take();
    if (found) throw new CodedError(problem(found));
    const wanted = this.#check.unit(number(1, target));
    if (this.#check.take().length > 0 || wanted === 'any' || wanted === 'unknown') {
      throw new CodedError(
        problem({ code: 'model-unit-unknown', term: expression, message: `“${target}” is not a UCUM unit` }),
      );
    }
    // An unknown unit is that of an unknown name, which checkModel refuses.
    if (unit === 'any' || unit === 'unknown') return expression;
    if (!sameDimension(unit, wanted) || !unit.linear || !wanted.linear || !isWritable(unit)) {
      const message = `a term in ${codeOf(unit)} cannot be converted to ${target} by a factor`;
      throw new CodedError(problem({ code: 'model-unit-dimension', term: expression, message }));
    }
    const ratio = codeOf(product(product(ONE, unitOf(target)), unit, -1));
    return call('mul', expression, number(factor(unit, wanted), ratio));
  }

  #checkFinite(model: Model): void {
    const parameters = parameterDefaults(model);
    const wrong = (element: string, value?: number) =>
      modelErrors.error('model-not-finite', `${model.id}: ${element} is ${value ?? 'not finite'}.`, {
        file: model.id,
        element,
      });
    parameters.forEach((value, i) => {
      if (!Number.isFinite(value)) throw wrong(`value of ${model.parameters[i].name}`, value);
    });
    for (const { element, expression } of equationsOf(model)) {
      if (!contentsOf(expression).finite) throw wrong(`a number in the ${element}`);
    }
    const { graph, values } = lowerStart(model);
    const start = graph.program([], [{ name: 'start', values }]);
    // Where initial values depend on time, they are known only of a run.
    if (start.instructions.some((each) => each.kind === 'read' && each.argument === T)) return;
    const inputs = model.inputs.map(({ fallback }) => fallback);
    interpret(start, [[], [], parameters, inputs])[0].forEach((value, i) => {
      const { name } = [...model.states, ...model.unknowns][i];
      if (!Number.isFinite(value)) throw wrong(`initial value of ${name}`, value);
    });
  }
}
