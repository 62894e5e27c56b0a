import type { CodedError } from '@gemel/core/error';
import { call, type Expression, symbol, TIME } from '../expression/expression.ts';
import { fold, substitute, symbolsOf } from '../expression/fold.ts';
import { print } from '../expression/print.ts';
import { minus, ZERO } from './arithmetic.ts';
import { sbmlErrors } from './errors.data.ts';
import { timeDerivative } from './time-derivative.ts';

/** Quantities of a model in the making, by name. */
export interface Making {
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly states: ReadonlyMap<string, { readonly initial: Expression; readonly rate: Expression }>;
  readonly definitions: ReadonlyMap<string, { readonly value: Expression }>;
}

/** Rates of change that may be written in terms of one another in a row. */
const DEEPEST_RATE = 200;

/** Formulas of a document as a model holds them: without `rateOf`, and with what was before time 0. */
export class RunningForms {
  private readonly making: Making;
  private readonly file: string | undefined;
  private readonly circle: (names: readonly string[]) => CodedError;
  private readonly pasts = new Map<string, Expression | null>();

  constructor(making: Making, file: string | undefined, circle: (names: readonly string[]) => CodedError) {
    this.making = making;
    this.file = file;
    this.circle = circle;
  }

  /** With rates of change written out. @throws sbml-cycle, sbml-unsupported */
  running(expression: Expression): Expression {
    return this.withRates(expression, []);
  }

  /** As it stands before anything has happened: what is delayed is as it was then. @throws sbml-cycle, sbml-unsupported */
  atStart(expression: Expression): Expression {
    return this.mapped(expression, (operator, [operand], [read, lag]) => {
      if (operator === 'rateOf') return this.rateOf(read!, []);
      if (operator !== 'delay') return null;
      if (this.movesBeforeStart(operand!)) {
        throw this.unsupported(`an initial value looks back at ${print(operand!)}, which is written in terms of time`);
      }
      return substitute(this.past(operand!), new Map([[TIME, minus(symbol(TIME), lag!)]]));
    });
  }

  private withRates(expression: Expression, above: readonly string[]): Expression {
    return this.mapped(expression, (operator, [operand], [read, lag]) => {
      if (operator === 'rateOf') return this.rateOf(read!, above);
      if (operator !== 'delay') return null;
      const past = this.past(operand!);
      if (past === operand) return null;
      return call('delay', call('select', call('lt', symbol(TIME), ZERO), past, read!), lag!);
    });
  }

  private rateOf(expression: Expression, above: readonly string[]): Expression {
    const { states, parameters, definitions } = this.making;
    const rate = timeDerivative(expression, ({ name }) => {
      if (above.includes(name)) throw this.circle(above.slice(above.indexOf(name)));
      if (above.length > DEEPEST_RATE) return null;
      const state = states.get(name);
      if (state !== undefined) return this.withRates(state.rate, [...above, name]);
      if (parameters.has(name)) return ZERO;
      const definition = definitions.get(name);
      return definition === undefined ? null : this.rateOf(definition.value, [...above, name]);
    });
    if (rate !== null) return rate;
    throw this.unsupported(`rateOf is taken of ${print(expression)}, whose rate of change has no formula here`);
  }

  /** As it was before time 0, when nothing changed at a rate. The same object where that makes no difference. */
  private past(expression: Expression): Expression {
    return fold<Expression>(
      [expression],
      (node) => (node.kind === 'symbol' ? (this.pastOf(node.name) ?? node) : node),
      (node, operands) => {
        if (node.operator === 'rateOf') return ZERO;
        return operands.every((operand, i) => operand === node.operands[i]) ? node : call(node.operator, ...operands);
      },
    )[0]!;
  }

  private pastOf(name: string): Expression | null {
    const known = this.pasts.get(name);
    if (known !== undefined) return known;
    this.pasts.set(name, null);
    const value = this.making.definitions.get(name)?.value;
    const past = value === undefined ? undefined : this.past(value);
    const found = past === undefined || past === value ? null : past;
    this.pasts.set(name, found);
    return found;
  }

  /** Whether a name in the expression stands for something that is a formula in time before the start. */
  private movesBeforeStart(expression: Expression): boolean {
    const names = new Set(symbolsOf(expression));
    for (const name of names) {
      const value = this.making.definitions.get(name)?.value ?? this.making.states.get(name)?.initial;
      if (value === undefined) continue;
      if (usesTime(value)) return true;
      for (const inner of symbolsOf(value)) names.add(inner);
    }
    return false;
  }

  private mapped(
    expression: Expression,
    replace: (operator: string, written: readonly Expression[], read: readonly Expression[]) => Expression | null,
  ): Expression {
    return fold<Expression>(
      [expression],
      (node) => node,
      (node, operands) => {
        const replaced = replace(node.operator, node.operands, operands);
        if (replaced !== null) return replaced;
        return operands.every((operand, i) => operand === node.operands[i]) ? node : call(node.operator, ...operands);
      },
    )[0]!;
  }

  private unsupported(what: string): CodedError {
    return sbmlErrors.error('sbml-unsupported', `${what}.`, this.file === undefined ? {} : { file: this.file });
  }
}

/** Whether the value changes with time by what the expression itself says. */
export function usesTime(expression: Expression): boolean {
  return fold<boolean>(
    [expression],
    (node) => node.kind === 'symbol' && node.name === TIME,
    (node, operands) => node.operator === 'delay' || node.operator === 'rateOf' || operands.some((uses) => uses),
  )[0]!;
}
