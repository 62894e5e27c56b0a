import type { Problem } from '@gemel/core/error';
import { validUnit } from '@gemel/core/units';
import { modelErrors } from '../errors.data.ts';
import { evaluate } from '../expression/evaluate.ts';
import { type CallNode, type Expression, TIME } from '../expression/expression.ts';
import { fold, nodesOf, symbolsOf } from '../expression/fold.ts';
import { print } from '../expression/print.ts';
import { type Equation, equationsOf, pointAtTerm, type Texts } from './equations.ts';
import type { Model } from './model.ts';
import { codeOf, factor, isPure, ONE, product, sameDimension, sameSize, toPower, type Unit, unitOf } from './unit.ts';

/** A term's unit; `any` of 0, infinity and NaN, which fit every unit; `unknown` where a name in it has none. */
export type TermUnit = Unit | 'any' | 'unknown';

type Code =
  | 'model-unit-unknown'
  | 'model-unit-dimension'
  | 'model-unit-scale'
  | 'model-unit-exponent'
  | 'model-unit-offset';

interface Finding {
  readonly code: Code;
  readonly term: Expression;
  readonly message: string;
  readonly remedy?: string;
}

/** Units of names and of time, null where there is none. */
export interface UnitNames {
  readonly units: ReadonlyMap<string, string | null>;
  readonly time: string | null;
}

export function unitNames(
  model: Pick<Model, 'parameters' | 'states' | 'inputs' | 'definitions' | 'unknowns' | 'timeUnit'>,
): UnitNames {
  const { parameters, states, inputs, definitions, unknowns, timeUnit } = model;
  const all = [...parameters, ...states, ...inputs, ...definitions, ...unknowns];
  return { units: new Map(all.map(({ name, unit }) => [name, unit])), time: timeUnit };
}

/**
 * Infers the unit of every term of every equation and compares like with like: terms of a sum, sides of a comparison, what
 * an equation gives and what it must give (a rate: the state's unit per unit of time). Powers multiply units; functions take
 * pure numbers. 0 fits every unit; a value of bare numbers alone is in its quantity's own unit.
 * Nothing is converted. @returns one problem per term at fault
 */
export function unitProblems(
  model: Model,
  texts: Texts = new Map(),
  bareNumbers: BareNumbers = 'pure',
): readonly Problem[] {
  const findings = unitFindings(model, texts, bareNumbers);
  return [...declarationProblems(model), ...findings.flatMap(({ problem }) => problem ?? [])];
}

/** What a number without a unit is: a pure number, or one that fits everything, as in files that say no units of numbers. */
export type BareNumbers = 'pure' | 'any';

/** Units declared that equations cannot be checked with. */
function declarationProblems(model: Model): readonly Problem[] {
  const { units, time } = unitNames(model);
  const unknown = [...units, [TIME, time] as const].flatMap(([name, unit]) =>
    unit === null || validUnit(unit)
      ? []
      : modelErrors.problem('model-unit-unknown', `${model.id}: ${name}: “${unit}” is not a UCUM unit.`, {
          file: model.id,
          element: name,
          field: unit,
        }),
  );
  if (time === null || !validUnit(time) || sameDimension(unitOf(time), unitOf('s'))) return unknown;
  const message = `${model.id}: time is in ${time}, which is no unit of time.`;
  return [...unknown, modelErrors.problem('model-unit-dimension', message, { file: model.id, element: TIME })];
}

/** What each equation gives, with its first problem. */
export function unitFindings(
  model: Model,
  texts: Texts = new Map(),
  bareNumbers: BareNumbers = 'pure',
): readonly { readonly equation: Equation; readonly unit: TermUnit; readonly problem: Problem | null }[] {
  const check = new UnitCheck(unitNames(model), texts, bareNumbers);
  return equationsOf(model).map((equation) => {
    const unit = check.unit(equation.expression);
    const found = check.take()[0] ?? check.misfit(equation, unit);
    const problem = found ? toProblem(model.id, equation.element, equation.expression, found, texts) : null;
    return { equation, unit, problem };
  });
}

/** One problem of a term of a larger expression. */
export function toProblem(
  model: string,
  element: string,
  whole: Expression,
  { code, term, message, remedy }: Finding,
  texts: Texts,
): Problem {
  const text = `${model}: ${element}: ${message}.\n${pointAtTerm(whole, term, texts)}`;
  return modelErrors.problem(code, text, { file: model, element, field: print(term) }, remedy);
}

/** Infers units of terms; each node once, what is wrong is kept until taken. */
export class UnitCheck {
  readonly #texts: Texts;
  readonly #bare: Unit | 'unknown';
  readonly #names: ReadonlyMap<string, TermUnit>;
  readonly #time: TermUnit;
  readonly #units = new Map<Expression, TermUnit>();
  readonly #codes = new Map<string, Unit | undefined>();
  readonly #products: readonly Map<Unit, Map<Unit, Unit>>[] = [new Map(), new Map()];
  #findings: Finding[] = [];

  /** `texts` are what was written, for messages. */
  constructor({ units, time }: UnitNames, texts: Texts = new Map(), bareNumbers: BareNumbers = 'pure') {
    this.#bare = bareNumbers === 'pure' ? ONE : 'unknown';
    this.#texts = texts;
    const unit = (code: string | null) => (code === null ? 'unknown' : (this.#unitOf(code) ?? 'unknown'));
    this.#names = new Map([...units].map(([name, code]) => [name, unit(code)]));
    this.#time = unit(time);
  }

  unit(expression: Expression): TermUnit {
    return fold<TermUnit>(
      [expression],
      (node) => {
        if (node.kind === 'symbol') return node.name === TIME ? this.#time : (this.#names.get(node.name) ?? 'unknown');
        if (node.unit !== undefined) {
          const unit = this.#unitOf(node.unit);
          return unit ?? this.#wrong('model-unit-unknown', node, `“${node.unit}” is not a UCUM unit`);
        }
        return node.value === 0 || !Number.isFinite(node.value) ? 'any' : this.#bare;
      },
      (node, operands) => this.#call(node, operands),
      this.#units,
    )[0];
  }

  /** What was found since the last time. */
  take(): readonly Finding[] {
    const findings = this.#findings;
    this.#findings = [];
    return findings;
  }

  /** Whether an equation gives what it must. */
  misfit({ role, of, expression }: Equation, unit: TermUnit): Finding | undefined {
    const isValue = role === 'parameter' || role === 'initial' || role === 'guess' || role === 'definition';
    if (isValue && isBare(expression)) return undefined;
    const wanted = this.#wanted(role, of);
    if (wanted !== undefined) this.#alike(expression, unit, wanted, 'but the equation needs');
    return this.take()[0];
  }

  #wanted(role: Equation['role'], of: string): TermUnit | undefined {
    const own = this.#names.get(of) ?? 'unknown';
    if (role === 'rate') return quotient(own, this.#time);
    if (role === 'trigger') return ONE;
    if (role === 'event-delay') return this.#time;
    return ['parameter', 'initial', 'guess', 'definition', 'assignment'].includes(role) ? own : undefined;
  }

  #call(node: CallNode, units: readonly TermUnit[]): TermUnit {
    const [a, b, c] = units;
    const [left, right, third] = node.operands;
    switch (node.operator) {
      case 'add':
      case 'sub':
        return this.#isLinear(left, a) && this.#isLinear(right, b)
          ? this.#alike(right, b, a, 'but is added to a term in')
          : 'unknown';
      case 'min':
      case 'max':
        return this.#alike(right, b, a, 'but stands beside a term in');
      case 'rem':
        return this.#isLinear(left, a) ? this.#alike(right, b, a, 'but divides a term in') : 'unknown';
      case 'lt':
      case 'le':
      case 'gt':
      case 'ge':
      case 'eq':
      case 'ne':
        this.#alike(right, b, a, 'but is compared with a term in');
        return ONE;
      case 'mul':
      case 'div': {
        if (!this.#isLinear(left, a) || !this.#isLinear(right, b)) return 'unknown';
        if (a === 'any' || b === 'any') return 'any';
        if (a === 'unknown' || b === 'unknown') return 'unknown';
        return this.#product(a, b, node.operator === 'mul' ? 1 : -1);
      }
      case 'neg':
      case 'abs':
        return this.#isLinear(left, a) ? a : 'unknown';
      case 'sqrt':
        if (!this.#isLinear(left, a)) return 'unknown';
        return a === 'any' || a === 'unknown' ? a : toPower(a, 0.5);
      case 'pow':
        return this.#power(node, a, b);
      case 'select':
        this.#pure(left, a, 'a condition');
        return this.#alike(third, c, b, 'but the other side of the choice is in');
      case 'delay':
        this.#alike(right, b, this.#time, 'but a delay is in');
        return a;
      case 'rateOf':
        return quotient(a, this.#time);
      case 'sin':
      case 'cos':
      case 'tan':
        if (a !== 'any' && a !== 'unknown' && a.powers.size === 1 && a.powers.get('A') === 1 && a.size === 1)
          return ONE;
        this.#pure(left, a, node.operator);
        return ONE;
      default:
        node.operands.forEach((operand, i) => {
          this.#pure(operand, units[i], node.operator);
        });
        return ONE;
    }
  }

  /** Kept, since few units make up most terms. */
  #product(a: Unit, b: Unit, power: 1 | -1): Unit {
    const products = this.#products[power === 1 ? 0 : 1];
    const ofA = products.get(a) ?? new Map<Unit, Unit>();
    products.set(a, ofA);
    const unit = ofA.get(b) ?? product(a, b, power);
    ofA.set(b, unit);
    return unit;
  }

  #power(node: CallNode, base: TermUnit, exponent: TermUnit): TermUnit {
    const [left, right] = node.operands;
    this.#pure(right, exponent, 'an exponent');
    if (base === 'any' || base === 'unknown' || !this.#isLinear(left, base)) return base === 'any' ? 'any' : 'unknown';
    if (symbolsOf(right).size === 0) return toPower(base, evaluate(right, {}));
    if (isPure(base) && base.size === 1) return ONE;
    const message = `${this.#written(left)} is in ${codeOf(base)}, and its exponent ${this.#written(right)} is not a plain number`;
    return this.#wrong('model-unit-exponent', right, message);
  }

  /** The common unit of two terms that must be alike; `term` is the one pointed at. */
  #alike(term: Expression, unit: TermUnit, other: TermUnit, why: string): TermUnit {
    if (unit === other) return unit;
    if (unit === 'unknown' || other === 'unknown') return 'unknown';
    if (unit === 'any') return other;
    if (other === 'any') return unit;
    if (!sameDimension(unit, other) || unit.linear !== other.linear) {
      const message = `${this.#shown(term)} is in ${codeOf(unit)}, ${why} ${codeOf(other)}: not the same kind of quantity`;
      return this.#wrong('model-unit-dimension', term, message);
    }
    if (!sameSize(unit, other) || (!unit.linear && codeOf(unit) !== codeOf(other))) {
      const times = unit.linear ? ` (1 ${codeOf(unit)} = ${factor(unit, other)} ${codeOf(other)})` : '';
      const message = `${this.#shown(term)} is in ${codeOf(unit)}, ${why} ${codeOf(other)}${times}`;
      return this.#wrong(
        'model-unit-scale',
        term,
        message,
        `Write convert(${this.#written(term)}, '${codeOf(other)}').`,
      );
    }
    return other;
  }

  #pure(term: Expression, unit: TermUnit, what: string): void {
    if (unit === 'any' || unit === 'unknown') return;
    if (!isPure(unit) || !unit.linear) {
      const message = `${this.#shown(term)} is in ${codeOf(unit)}, but ${what} takes a pure number`;
      this.#wrong(
        'model-unit-dimension',
        term,
        message,
        `Divide ${this.#written(term)} by a quantity of its own unit.`,
      );
    } else if (!sameSize(unit, ONE)) {
      const message = `${this.#shown(term)} is in ${codeOf(unit)}, but ${what} takes a pure number (1 ${codeOf(unit)} = ${factor(unit, ONE)})`;
      this.#wrong('model-unit-scale', term, message, `Write convert(${this.#written(term)}, '1').`);
    }
  }

  #isLinear(term: Expression, unit: TermUnit): boolean {
    if (unit === 'any' || unit === 'unknown' || unit.linear) return true;
    this.#wrong('model-unit-offset', term, `${this.#shown(term)} is in ${codeOf(unit)}, which has no zero of its own`);
    return false;
  }

  #wrong(code: Code, term: Expression, message: string, remedy?: string): 'unknown' {
    this.#findings.push({ code, term, message, ...(remedy !== undefined && { remedy }) });
    return 'unknown';
  }

  /** A term in a message; a long one is cut, since carets point at it whole. */
  #shown(term: Expression): string {
    const text = this.#written(term);
    return text.length <= 40 ? text : `${text.slice(0, 37)}…`;
  }

  #written(term: Expression): string {
    for (const { text, places } of this.#texts.values()) {
      const place = places.get(term);
      if (place) return text.slice(place.start, place.end);
    }
    return print(term);
  }

  #unitOf(code: string): Unit | undefined {
    if (!this.#codes.has(code)) this.#codes.set(code, validUnit(code) ? unitOf(code) : undefined);
    return this.#codes.get(code);
  }
}

/** Whether it is made of numbers without a unit alone: such a value is in the unit of its quantity. */
function isBare(expression: Expression): boolean {
  return nodesOf([expression]).every((node) => node.kind === 'call' || (node.kind === 'number' && !node.unit));
}

function quotient(a: TermUnit, b: TermUnit): TermUnit {
  if (a === 'unknown' || b === 'unknown' || b === 'any') return 'unknown';
  return a === 'any' ? 'any' : product(a, b, -1);
}
