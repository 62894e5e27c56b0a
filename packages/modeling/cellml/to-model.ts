import type { Problem } from '@gemel/core/error';
import { call, type Expression, number, symbol, TIME } from '../expression/expression.ts';
import { symbolsOf } from '../expression/fold.ts';
import { RESERVED } from '../expression/notation.data.ts';
import type { Definition, Described, Model, Parameter, State, Unknown } from '../model/model.ts';
import { orderByNeed } from '../model/order.ts';
import { withoutRateOf } from '../model/rate-of.ts';
import { ratio } from '../sbml/unit-definitions.ts';
import { decimal } from '../sbml/xml.ts';
import type { CellmlDocument, CellmlVariable } from './document.ts';
import { type CellmlEquation, type CellmlScope, equationsOf, readSide, type Side } from './equations.ts';
import { cellmlErrors } from './errors.data.ts';
import { UnitTable } from './unit-table.ts';
import { nameOf, type VariableClass, VariableClasses } from './variable-classes.ts';

/** What determines a class of variables. */
type Determination =
  | { readonly kind: 'time' }
  | { readonly kind: 'rate' | 'value'; readonly equation: CellmlEquation; readonly side: 0 | 1 };

/** Puts the equations of a CellML document into the form of a model. */
export class CellmlMapper {
  readonly problems: Problem[] = [];
  readonly names = new Map<string, string>();
  readonly #document: CellmlDocument;
  readonly #units: UnitTable;
  readonly #classes: VariableClasses;
  readonly #determined = new Map<VariableClass, Determination>();
  readonly #implicit: CellmlEquation[] = [];
  readonly #initial = new Map<VariableClass, CellmlVariable>();
  readonly #called = new Map<VariableClass, string>();
  readonly #scope: CellmlScope;

  constructor(document: CellmlDocument) {
    this.#document = document;
    this.#units = new UnitTable(document, (problem) => void this.problems.push(problem));
    this.#classes = new VariableClasses(document, this.#units);
    this.#scope = {
      file: document.file,
      variable: (variable) => this.#use(variable),
      rate: (of, by) => this.#rate(of, by),
      unit: (name, component, line) => this.#units.of(name, component, line).code,
    };
  }

  model(): Model {
    const equations = [...this.#document.components.values()].flatMap((component) =>
      equationsOf(component, this.#document.file),
    );
    this.#determine(equations);
    this.#initials();
    this.#nameAll();
    const parameters: Parameter[] = [];
    const states: State[] = [];
    const definitions: Definition[] = [];
    const open: VariableClass[] = [];
    for (const one of this.#classes.all) {
      const found = this.#determined.get(one);
      if (found?.kind === 'time') continue;
      if (found?.kind === 'rate') states.push(this.#state(one, found.equation, found.side));
      else if (found?.kind === 'value')
        definitions.push({ ...this.#describe(one), value: this.#otherSide(found.equation, found.side) });
      else if (this.#initial.has(one)) parameters.push({ ...this.#describe(one), value: this.#initialOf(one) });
      else open.push(one);
    }
    const constraints = this.#implicit.map((equation) => this.#residual(equation));
    const unknowns = this.#unknowns(open, parameters, constraints);
    const model = withoutRateOf({
      id: this.#document.name,
      title: this.#document.name,
      timeUnit: this.#timeUnit(),
      parameters: this.#inOrder(parameters),
      states,
      inputs: [],
      definitions,
      unknowns,
      constraints,
      events: [],
      reactions: [],
      outputs: states.length > 0 ? states.map(({ name }) => name) : definitions.map(({ name }) => name),
    });
    this.#refuseOpen(model, open, unknowns);
    return { ...model, definitions: this.#inOrder(model.definitions) };
  }

  /** What each equation determines: rates, then variables alone on a side; the rest holds implicitly. */
  #determine(equations: readonly CellmlEquation[]): void {
    const isRate = ({ sides }: CellmlEquation, side: 0 | 1) => sides[side].kind === 'derivative';
    const rest: CellmlEquation[] = [];
    for (const equation of equations) {
      if (isRate(equation, 0)) this.#assignRate(equation, 0);
      else rest.push(equation);
    }
    // A rate on the right defines a variable on the left, unless nothing else gives the rate.
    const others = rest.filter((equation) => {
      const [, right] = equation.sides;
      if (right.kind !== 'derivative' || this.#isDetermined(right.of)) return true;
      this.#assignRate(equation, 1);
      return false;
    });
    const late: CellmlEquation[] = [];
    for (const equation of others) {
      const [left] = equation.sides;
      if (left.kind !== 'variable' || this.#isDetermined(left.of)) late.push(equation);
      else this.#assign(left.of, { kind: 'value', equation, side: 0 });
    }
    for (const equation of late) {
      const [left, right] = equation.sides;
      if (right.kind === 'variable' && !this.#isDetermined(right.of)) {
        this.#assign(right.of, { kind: 'value', equation, side: 1 });
      } else if (left.kind === 'variable' && right.kind !== 'variable') {
        this.#assign(left.of, { kind: 'value', equation, side: 0 });
      } else this.#implicit.push(equation);
    }
  }

  #assignRate(equation: CellmlEquation, side: 0 | 1): void {
    const { of, by } = equation.sides[side] as Extract<Side, { kind: 'derivative' }>;
    const time = this.#classes.of(by);
    const known = [...this.#determined].find(([, { kind }]) => kind === 'time')?.[0];
    if (known === undefined) {
      time.chief = by;
      this.#determined.set(time, { kind: 'time' });
    } else if (known !== time) {
      throw cellmlErrors.error(
        'cellml-unsupported',
        `The derivative at line ${equation.line} is by ${nameOf(by)}, others by ${nameOf(known.chief)}.`,
        this.#where(by),
      );
    }
    this.#assign(of, { kind: 'rate', equation, side });
  }

  #isDetermined(variable: CellmlVariable): boolean {
    return this.#determined.has(this.#classes.of(variable));
  }

  #assign(variable: CellmlVariable, determination: Determination): void {
    const one = this.#classes.of(variable);
    if (this.#determined.has(one)) {
      throw cellmlErrors.error(
        'cellml-overdetermined',
        `${nameOf(variable)} is determined twice.`,
        this.#where(variable),
      );
    }
    one.chief = variable;
    this.#determined.set(one, determination);
  }

  #initials(): void {
    for (const one of this.#classes.all) {
      const given = one.members.filter(({ initial }) => initial !== null);
      if (given.length === 0) continue;
      if (given.length > 1) {
        throw cellmlErrors.error(
          'cellml-overdetermined',
          `${given.map(nameOf).join(' and ')} are one variable with two initial values.`,
          this.#where(given[1]),
        );
      }
      this.#initial.set(one, given[0]);
      const kind = this.#determined.get(one)?.kind;
      if (kind === undefined) one.chief = given[0];
      if (kind === 'time' || kind === 'value') {
        this.problems.push(
          cellmlErrors.problem(
            'cellml-ignored',
            `The initial value of ${nameOf(given[0])} has no effect: an equation gives its value.`,
            this.#where(given[0]),
          ),
        );
      }
    }
  }

  /** A class is called by its variable's name where no other is, else by component and variable. */
  #nameAll(): void {
    const counts = new Map<string, number>();
    for (const { chief } of this.#classes.all) counts.set(chief.name, (counts.get(chief.name) ?? 0) + 1);
    const taken = new Set<string>(RESERVED);
    for (const one of this.#classes.all) {
      const { component, name } = one.chief;
      let called: string = TIME;
      if (this.#determined.get(one)?.kind !== 'time') {
        const plain = counts.get(name) === 1 && !taken.has(name) ? name : `${component}_${name}`;
        called = plain;
        for (let i = 2; taken.has(called); i++) called = `${plain}_${i}`;
        taken.add(called);
      }
      this.#called.set(one, called);
      for (const member of one.members) this.names.set(nameOf(member), called);
    }
  }

  #describe(one: VariableClass): Described {
    const { chief } = one;
    return {
      name: this.#called.get(one)!,
      unit: this.#classes.unitOf(chief).code,
      meaning: `${chief.name} of ${chief.component}`,
      source: `component “${chief.component}”, line ${chief.line}`,
    };
  }

  /** A variable in its own component's units. */
  #use(variable: CellmlVariable): Expression {
    const one = this.#classes.of(variable);
    return this.#times(symbol(this.#called.get(one)!), this.#classes.fromChief(variable), one.chief, variable);
  }

  #rate(of: CellmlVariable, by: CellmlVariable): Expression {
    const one = this.#classes.of(of);
    const time = this.#classes.of(by);
    const rate = call('rateOf', symbol(this.#called.get(one)!));
    const value = this.#times(rate, this.#classes.fromChief(of), one.chief, of);
    return this.#times(value, this.#classes.toChief(by), by, time.chief);
  }

  /** An expression in the units of one variable, in those of another. */
  #times(value: Expression, by: number, from: CellmlVariable, to: CellmlVariable): Expression {
    if (by === 1) return value;
    const unit = ratio(this.#classes.unitOf(to).code, this.#classes.unitOf(from).code);
    return call('mul', value, unit === null ? number(by) : number(by, unit));
  }

  #read(equation: CellmlEquation, side: 0 | 1): Expression {
    return readSide(equation.elements[side], equation.component, this.#scope);
  }

  /** What an equation gives a variable on one of its sides, in that variable's units: those of its class. */
  #otherSide(equation: CellmlEquation, side: 0 | 1): Expression {
    return this.#read(equation, side === 0 ? 1 : 0);
  }

  #state(one: VariableClass, equation: CellmlEquation, side: 0 | 1): State {
    const { by } = equation.sides[side] as Extract<Side, { kind: 'derivative' }>;
    const { chief } = this.#classes.of(by);
    // Per time of its component; the model's time may run in other units.
    const rate = this.#times(this.#otherSide(equation, side), this.#classes.fromChief(by), chief, by);
    if (!this.#initial.has(one)) {
      throw cellmlErrors.error(
        'cellml-underdetermined',
        `${nameOf(one.chief)} has a rate and no initial value.`,
        this.#where(one.chief),
      );
    }
    return { ...this.#describe(one), initial: this.#initialOf(one), rate, positive: false };
  }

  /** In the chief's units. */
  #initialOf(one: VariableClass): Expression {
    const variable = this.#initial.get(one)!;
    const text = variable.initial!;
    const by = this.#classes.toChief(variable);
    const value = decimal(text);
    if (Number.isFinite(value)) return number(value * by);
    const named = this.#document.components.get(variable.component)!.variables.get(text);
    if (named === undefined) {
      throw cellmlErrors.error(
        'cellml-element',
        `The initial value “${text}” of ${nameOf(variable)} is neither a number nor a variable of its component.`,
        this.#where(variable),
      );
    }
    return this.#times(this.#use(named), by, variable, one.chief);
  }

  #residual(equation: CellmlEquation): Expression {
    return call('sub', this.#read(equation, 0), this.#read(equation, 1));
  }

  /**
   * What the equations with no variable alone determine: variables without a value, and, where those are too few and the numbers
   * then agree, those whose initial value can only be where the search for them begins.
   */
  #unknowns(
    open: readonly VariableClass[],
    given: Parameter[],
    constraints: readonly Expression[],
  ): readonly Unknown[] {
    const used = new Set(constraints.flatMap((residual) => [...symbolsOf(residual)]));
    const isUsed = (one: VariableClass) => used.has(this.#called.get(one)!);
    const found = open.filter(isUsed).map((one) => ({ ...this.#describe(one), guess: number(1) as Expression }));
    const guessed = given.filter(({ name }) => used.has(name));
    if (found.length < constraints.length && found.length + guessed.length === constraints.length) {
      for (const { value, ...described } of guessed) found.push({ ...described, guess: value });
      const names = new Set(guessed.map(({ name }) => name));
      given.splice(0, given.length, ...given.filter(({ name }) => !names.has(name)));
    }
    if (found.length === constraints.length) return found;
    const [equation] = this.#implicit;
    const { file } = this.#document;
    throw cellmlErrors.error(
      'cellml-underdetermined',
      `${constraints.length} equations have no variable alone on a side, and hold for ${found.length} unknowns without a value.`,
      { ...(file === undefined ? {} : { file }), element: equation.component.name, line: equation.line },
    );
  }

  /** What nothing determines must not be used. */
  #refuseOpen(model: Model, open: readonly VariableClass[], unknowns: readonly Unknown[]): void {
    const { parameters, states, definitions, constraints } = model;
    const used = symbolsOf(
      ...parameters.map(({ value }) => value),
      ...states.flatMap(({ initial, rate }) => [initial, rate]),
      ...definitions.map(({ value }) => value),
      ...constraints,
    );
    const known = new Set(unknowns.map(({ name }) => name));
    for (const one of open) {
      const name = this.#called.get(one)!;
      if (known.has(name)) continue;
      if (used.has(name)) {
        throw cellmlErrors.error(
          'cellml-underdetermined',
          `${nameOf(one.chief)} is used, and has neither equation nor initial value.`,
          this.#where(one.chief),
        );
      }
      for (const member of one.members) this.names.delete(nameOf(member));
    }
  }

  #timeUnit(): string | null {
    const time = [...this.#determined].find(([, { kind }]) => kind === 'time')?.[0];
    return time === undefined ? null : this.#classes.unitOf(time.chief).code;
  }

  #inOrder<T extends { readonly name: string; readonly value: Expression }>(items: readonly T[]): readonly T[] {
    const byName = new Map(items.map((item) => [item.name, item]));
    const result = orderByNeed([...byName.keys()], (name) => symbolsOf(byName.get(name)!.value));
    if ('order' in result) return result.order.map((name) => byName.get(name)!);
    const [first] = result.cycle;
    throw cellmlErrors.error('cellml-cycle', `${[...result.cycle, first].join(' needs ')}.`, {
      ...(this.#document.file === undefined ? {} : { file: this.#document.file }),
      element: first,
    });
  }

  #where(variable: CellmlVariable) {
    const { file } = this.#document;
    return { ...(file === undefined ? {} : { file }), element: nameOf(variable), line: variable.line };
  }
}
