import type { Problem } from '@gemel/core/error';
import { call, type Expression, number, symbol } from '../expression/expression.ts';
import { checkModel } from '../model/check-model.ts';
import type { Definition, Model, ModelEvent, Parameter, State, Unknown } from '../model/model.ts';
import { orderByNeed } from '../model/order.ts';
import { type AlgebraicSolution, matchAlgebraic } from './algebraic.ts';
import { minus, NOT_A_NUMBER, ONE, over, plus, times, ZERO } from './arithmetic.ts';
import { sbmlErrors } from './errors.data.ts';
import type { FlatEvent, FlatModel, Placed } from './flat-model.ts';
import { needs, ordered } from './order.ts';
import { Quantities, type Quantity, type Species } from './quantities.ts';
import { stochasticReactions } from './reactions.ts';
import { RunningForms, usesTime } from './running-forms.ts';
import { ratio } from './unit-definitions.ts';

/** The names under which a species' amount and concentration are reported. */
export interface SpeciesNames {
  readonly title: string;
  readonly compartment: string;
  /** What its identifier stands for in formulas. */
  readonly symbol: 'amount' | 'concentration';
  readonly amount: string;
  /** null in a compartment that has no size. */
  readonly concentration: string | null;
}

export interface Mapped {
  readonly model: Model;
  readonly species: ReadonlyMap<string, SpeciesNames>;
}

/**
 * The flat model as equations. Species that reactions change are states in amounts; a species named in formulas by its
 * concentration is then defined as amount over size, so that a change of size keeps amounts. Fast reactions' extents are
 * unknowns that hold their rates at zero.
 * @throws errors of `sbmlErrors`, and those of checkModel
 */
export function toModel(flat: FlatModel, warn: (problem: Problem) => void): Mapped {
  return new Mapper(flat, warn).model();
}

class Mapper {
  private readonly flat: FlatModel;
  private readonly warn: (problem: Problem) => void;
  private readonly quantities: Quantities;
  private readonly algebraic: AlgebraicSolution;
  readonly parameters = new Map<string, Parameter>();
  readonly states = new Map<string, State>();
  readonly definitions = new Map<string, Definition>();
  private readonly unknowns = new Map<string, Unknown>();
  private readonly species = new Map<string, SpeciesNames>();
  private settled: ReadonlySet<string> | null = null;
  private readonly forms: RunningForms;
  /** States that hold an amount but for what fast reactions have moved. */
  private readonly slow = new Map<string, string>();

  constructor(flat: FlatModel, warn: (problem: Problem) => void) {
    this.flat = flat;
    this.warn = warn;
    this.quantities = new Quantities(flat);
    this.algebraic = matchAlgebraic(this.quantities);
    this.forms = new RunningForms(this, flat.file, (names) => this.circle(names));
  }

  model(): Mapped {
    const { flat, quantities } = this;
    for (const quantity of quantities.all.values()) {
      if (quantity.kind === 'species') this.addSpecies(quantity);
      else if (quantity.kind !== 'reference' || this.isNamed(quantity)) this.addPlain(quantity);
    }
    for (const reaction of flat.reactions) {
      if (reaction.rate === null) {
        this.warn(
          sbmlErrors.problem('sbml-math-missing', `${reaction.element} has no rate.`, quantities.where(reaction)),
        );
      }
      this.define(reaction.name, reaction.rate ?? ZERO, reaction.unit, reaction);
      const extent = quantities.extents.get(reaction.name);
      if (extent !== undefined) this.unknowns.set(extent, { ...this.describe(reaction, null, extent), guess: ZERO });
    }
    const definitions = [...this.definitions].map(
      ([name, definition]) => [name, { ...definition, value: this.forms.running(definition.value) }] as const,
    );
    const model: Model = {
      id: flat.id,
      title: flat.title,
      timeUnit: flat.timeUnit,
      parameters: this.inOrder(this.parameters),
      states: [...this.states.values()].map((state) => ({
        ...state,
        initial: this.forms.atStart(state.initial),
        rate: this.forms.running(state.rate),
      })),
      inputs: flat.draws.map((draw) => ({
        ...this.describe(draw, null),
        interpolation: 'step',
        fallback: Number.NaN,
      })),
      definitions: this.inOrder(new Map(definitions)),
      unknowns: [...this.unknowns.values()].map((unknown) => ({
        ...unknown,
        guess: this.forms.atStart(unknown.guess),
      })),
      constraints: [
        ...this.algebraic.searched.values(),
        ...[...quantities.extents.keys()].map((reaction) => symbol(reaction)),
      ].map((residual) => this.forms.running(residual)),
      events: flat.events.map((event) => this.event(event)),
      reactions: stochasticReactions(flat, quantities, this.states, this.warn),
      ...(flat.draws.length > 0 && {
        draws: flat.draws.map((draw) => ({
          input: draw.name,
          family: draw.family,
          arguments: draw.arguments.map((argument) => this.forms.running(argument)),
        })),
      }),
      outputs: this.outputs(),
    };
    this.requireStart(model);
    return { model: checkModel(model), species: this.species };
  }

  private isNamed(quantity: Quantity): boolean {
    if (quantity.kind !== 'reference') return true;
    const { name } = quantity;
    const { initials, assignments, rates } = this.quantities;
    return quantity.named || initials.has(name) || assignments.has(name) || rates.has(name);
  }

  private describe(item: Placed, unit: string | null, name = item.name, meaning = item.title) {
    return { name, unit, meaning, source: `${item.element}, line ${item.line}` };
  }

  private define(name: string, value: Expression, unit: string | null, item: Placed, meaning = item.title): void {
    this.definitions.set(name, { ...this.describe(item, unit, name, meaning), value });
  }

  private hold(name: string, initial: Expression, rate: Expression, unit: string | null, item: Placed): void {
    this.states.set(name, { ...this.describe(item, unit, name), initial, rate, positive: false });
  }

  /** Compartments, parameters and stoichiometries. */
  private addPlain(quantity: Exclude<Quantity, Species>): void {
    const { name } = quantity;
    const unit = quantity.kind === 'reference' ? '1' : quantity.unit;
    switch (this.quantities.determination(name)) {
      case 'assignment':
        this.define(name, this.assignmentOf(quantity), unit, quantity);
        return;
      case 'algebraic':
        this.addAlgebraic(quantity, unit, this.startOf(quantity));
        return;
      case 'rate':
        this.hold(name, this.given(quantity), this.quantities.rates.get(name)!, unit, quantity);
        return;
      case 'fixed':
        if (this.isSettled(name)) {
          this.parameters.set(name, { ...this.describe(quantity, unit), value: this.given(quantity) });
          return;
        }
    }
    this.hold(name, this.given(quantity), ZERO, unit, quantity);
  }

  private assignmentOf(quantity: Quantity): Expression {
    const rule = this.quantities.assignments.get(quantity.name);
    return rule ?? (quantity.kind === 'reference' ? quantity.formula! : NOT_A_NUMBER);
  }

  private addAlgebraic(quantity: Quantity, unit: string | null, start: Expression | null): void {
    const formula = this.algebraic.formulas.get(quantity.name);
    if (formula !== undefined) this.define(quantity.name, formula, unit, quantity);
    else this.unknowns.set(quantity.name, { ...this.describe(quantity, unit), guess: start ?? ONE });
  }

  private addSpecies(species: Species): void {
    const { name, asAmount, other } = species;
    const compartment = this.quantities.get(species.compartment) as Extract<Quantity, { kind: 'compartment' }>;
    const size = symbol(compartment.name);
    const pointlike = compartment.dimensions === 0 && compartment.size === null;
    const amountUnit = species.unit;
    const concentrationUnit = ratio(amountUnit, compartment.unit);
    const unit = asAmount ? amountUnit : concentrationUnit;
    const otherUnit = asAmount ? concentrationUnit : amountUnit;
    const derived = asAmount ? over(symbol(name), size) : times(symbol(name), size);
    const start = this.startOf(species);
    const given = start ?? this.missing(species);
    const determination = this.quantities.determination(name);
    const change = this.quantities.changes.get(name) ?? ZERO;
    const rule = this.quantities.rates.get(name);
    const rigid = this.quantities.determination(compartment.name) === 'fixed';
    let whole = true;
    if (determination === 'assignment') this.define(name, this.assignmentOf(species), unit, species);
    else if (determination === 'algebraic') this.addAlgebraic(species, unit, start);
    else if (asAmount) {
      if (determination === 'fixed' && this.isSettled(name)) {
        this.parameters.set(name, { ...this.describe(species, unit), value: given });
      } else this.holdAmount(name, given, rule ?? change, species);
    } else if (rule !== undefined && !this.quantities.jumping.has(compartment.name)) {
      this.hold(name, given, rule, unit, species);
    } else if (determination === 'fixed' && rigid && this.isSettled(name)) {
      this.parameters.set(name, { ...this.describe(species, unit), value: given });
    } else {
      whole = false;
      const amount = this.amountAtStart(species, given, size);
      const rate = rule === undefined ? change : plus(times(rule, size), times(symbol(name), call('rateOf', size)));
      this.holdAmount(other, amount, rate, species);
      this.define(name, over(symbol(other), size), unit, species);
    }
    if (whole && !(pointlike && asAmount)) this.define(other, derived, otherUnit, species);
    this.species.set(name, {
      title: species.title,
      compartment: species.compartment,
      symbol: asAmount ? 'amount' : 'concentration',
      amount: asAmount ? name : other,
      concentration: asAmount ? (pointlike ? null : other) : name,
    });
  }

  /** An amount as a state; where fast reactions move it, as a state that slow ones change and their extents. */
  private holdAmount(name: string, initial: Expression, rate: Expression, species: Species): void {
    const shift = this.quantities.shifts.get(species.name);
    const held = shift === undefined ? name : this.flat.fresh(`${name}_slow`);
    this.hold(held, initial, rate, species.unit, species);
    if (shift === undefined) return;
    this.define(name, plus(symbol(held), shift), species.unit, species);
    this.slow.set(name, held);
  }

  private amountAtStart(species: Species, given: Expression, size: Expression): Expression {
    if (!this.quantities.initials.has(species.name) && species.initialAmount !== null)
      return number(species.initialAmount);
    return times(given, size);
  }

  /** The value at the start, in the terms of the quantity's own name. */
  private startOf(quantity: Quantity): Expression | null {
    const assigned = this.quantities.initials.get(quantity.name);
    if (assigned !== undefined) return assigned;
    switch (quantity.kind) {
      case 'compartment':
        return quantity.size === null ? null : number(quantity.size);
      case 'parameter':
        return quantity.value === null ? null : number(quantity.value);
      case 'reference':
        return quantity.stoichiometry === null ? null : number(quantity.stoichiometry);
      case 'species': {
        const { initialAmount, initialConcentration, asAmount } = quantity;
        const size = symbol(quantity.compartment);
        if (initialAmount !== null) return asAmount ? number(initialAmount) : over(number(initialAmount), size);
        if (initialConcentration === null) return null;
        return asAmount ? times(number(initialConcentration), size) : number(initialConcentration);
      }
    }
  }

  private given(quantity: Quantity): Expression {
    return this.startOf(quantity) ?? this.missing(quantity);
  }

  private missing(quantity: Quantity): Expression {
    const determination = this.quantities.determination(quantity.name);
    if (determination !== 'assignment' && determination !== 'algebraic') {
      this.warn(
        sbmlErrors.problem(
          'sbml-value-missing',
          `${quantity.element} at line ${quantity.line} has no value.`,
          this.quantities.where(quantity),
        ),
      );
    }
    return NOT_A_NUMBER;
  }

  /** Whether a quantity that nothing changes follows from numbers and other such quantities. */
  private isSettled(name: string): boolean {
    this.settled ??= this.findSettled();
    return this.settled.has(name);
  }

  private findSettled(): ReadonlySet<string> {
    const { quantities } = this;
    const fixed = [...quantities.all.values()].filter(({ name }) => quantities.determination(name) === 'fixed');
    const starts = new Map(fixed.map((quantity) => [quantity.name, this.startOf(quantity)]));
    const needed = (name: string) => {
      const start = starts.get(name);
      const names = start ? [...needs(start)] : [];
      const quantity = quantities.get(name);
      return quantity.kind === 'species' ? [...names, quantity.compartment] : names;
    };
    const found = orderByNeed([...starts.keys()], needed);
    if ('cycle' in found) throw this.circle(found.cycle);
    const settled = new Set<string>();
    for (const name of found.order) {
      const start = starts.get(name);
      const still = start === null || start === undefined || !usesTime(start);
      if (still && needed(name).every((other) => settled.has(other))) settled.add(name);
    }
    return settled;
  }

  private event(event: FlatEvent): ModelEvent {
    const assignments = event.assignments.flatMap(({ target, formula, element, line }) => {
      const quantity = this.quantities.get(target);
      if (this.states.has(target)) return [{ state: target, value: formula }];
      const names = quantity.kind === 'species' ? this.species.get(target) : undefined;
      const held = names === undefined ? undefined : (this.slow.get(names.amount) ?? names.amount);
      if (names === undefined || held === undefined || !this.states.has(held)) {
        this.warn(
          sbmlErrors.problem(
            'sbml-ignored',
            `${event.element}: ${element} at line ${line} has no effect, since an algebraic rule determines “${target}”.`,
            this.quantities.where({ element, line }),
          ),
        );
        return [];
      }
      const shift = this.quantities.shifts.get(target) ?? ZERO;
      if (names.symbol === 'amount') return [{ state: held, value: minus(formula, shift) }];
      // A concentration is put into the size before the event, even where the same event changes the size.
      const size = symbol(names.compartment);
      const varies = this.quantities.determination(names.compartment) !== 'fixed';
      if (varies && event.delay !== null && event.valuesFromTrigger) {
        throw sbmlErrors.error(
          'sbml-unsupported',
          `${event.element} at line ${event.line} assigns the concentration “${target}” after a delay, in a compartment whose size varies.`,
          this.quantities.where(event),
        );
      }
      return [{ state: held, value: minus(times(formula, size), shift) }];
    });
    return {
      id: event.name,
      trigger: this.forms.running(event.trigger),
      initially: event.initially,
      persistent: event.persistent,
      delay: event.delay === null ? null : this.forms.running(event.delay),
      priority: event.priority === null ? null : this.forms.running(event.priority),
      valuesFromTrigger: event.valuesFromTrigger,
      assignments: assignments.map(({ state, value }) => ({ state, value: this.forms.running(value) })),
      source: `${event.element}, line ${event.line}`,
    };
  }

  private inOrder<T extends { readonly value: Expression }>(items: ReadonlyMap<string, T>): T[] {
    const result = ordered(new Map([...items].map(([name, { value }]) => [name, value])));
    if ('cycle' in result) throw this.circle(result.cycle);
    return result.order.map((name) => items.get(name)!);
  }

  /** Initial values must not wait for one another in a circle. */
  private requireStart(model: Model): void {
    const result = ordered(
      new Map([
        ...model.states.map(({ name, initial }) => [name, initial] as const),
        ...model.definitions.map(({ name, value }) => [name, value] as const),
      ]),
    );
    if ('cycle' in result) throw this.circle(result.cycle);
  }

  private circle(names: readonly string[]) {
    const shown = names.slice(0, 12).map((name) => `“${name}”`);
    const first = this.quantities.all.get(names[0]!);
    return sbmlErrors.error(
      'sbml-cycle',
      `${shown.join(' needs ')} needs “${names[0]}”.`,
      first === undefined ? {} : this.quantities.where(first),
    );
  }

  /** Species, then sizes, parameters and stoichiometries that may vary. */
  private outputs(): string[] {
    const varies = (name: string) => !this.parameters.has(name);
    const plain = [...this.quantities.all.values()].filter(
      (quantity) =>
        quantity.kind !== 'species' && !quantity.constant && varies(quantity.name) && this.isNamed(quantity),
    );
    return [...[...this.species.keys()].filter(varies), ...plain.map(({ name }) => name)];
  }
}
