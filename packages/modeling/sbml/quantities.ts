import type { Where } from '@gemel/core/error';
import { type Expression, number, symbol } from '../expression/expression.ts';
import { minus, ONE, plus, times, ZERO } from './arithmetic.ts';
import { sbmlErrors } from './errors.data.ts';
import type {
  FlatCompartment,
  FlatModel,
  FlatParameter,
  FlatReaction,
  FlatReference,
  FlatSpecies,
  Placed,
} from './flat-model.ts';

/** Something with a value that formulas may name. */
export type Quantity =
  | (FlatCompartment & { readonly kind: 'compartment' })
  | (FlatSpecies & { readonly kind: 'species' })
  | (FlatParameter & { readonly kind: 'parameter' })
  | (FlatReference & { readonly kind: 'reference' });

/** What settles a quantity's value as time goes on; `fixed`: nothing does. */
export type Determination = 'assignment' | 'rate' | 'algebraic' | 'reactions' | 'jumps' | 'fixed';

export type Species = Extract<Quantity, { kind: 'species' }>;

/** The quantities of a flat model and what is said of each. */
export class Quantities {
  readonly flat: FlatModel;
  readonly all = new Map<string, Quantity>();
  readonly reactions = new Map<string, FlatReaction>();
  readonly initials = new Map<string, Expression>();
  readonly assignments = new Map<string, Expression>();
  readonly rates = new Map<string, Expression>();
  /** Rate of change of a species' amount by reactions. */
  readonly changes = new Map<string, Expression>();
  /** What fast reactions have added to a species' amount, in their extents. */
  readonly shifts = new Map<string, Expression>();
  /** The extent of each fast reaction, by its name. */
  readonly extents = new Map<string, string>();
  readonly jumping = new Set<string>();
  /** Settled by algebraic rules; filled by `matchAlgebraic`. */
  readonly algebraic = new Set<string>();

  /** @throws sbml-overdetermined, sbml-reference, sbml-unsupported, sbml-attribute, sbml-value-missing */
  constructor(flat: FlatModel) {
    this.flat = flat;
    for (const item of flat.compartments) this.all.set(item.name, { ...item, kind: 'compartment' });
    for (const item of flat.species) this.all.set(item.name, { ...item, kind: 'species' });
    for (const item of flat.parameters) this.all.set(item.name, { ...item, kind: 'parameter' });
    for (const reaction of flat.reactions) {
      this.reactions.set(reaction.name, reaction);
      for (const item of [...reaction.reactants, ...reaction.products]) {
        this.all.set(item.name, { ...item, kind: 'reference' });
      }
    }
    for (const { target, formula, element, line } of flat.initials) {
      const quantity = this.variable(target, element, line);
      if (this.initials.has(target)) throw this.twice(quantity, 'two initial assignments');
      this.initials.set(target, formula);
    }
    for (const { kind, target, formula, element, line } of flat.rules) {
      if (target === null) continue;
      const quantity = this.variable(target, element, line);
      if (quantity.constant) throw this.twice(quantity, 'is declared constant and has a rule');
      if (this.assignments.has(target) || this.rates.has(target)) throw this.twice(quantity, 'has two rules');
      (kind === 'assignment' ? this.assignments : this.rates).set(target, formula);
    }
    for (const name of this.assignments.keys()) {
      if (this.initials.has(name)) throw this.twice(this.get(name), 'has an assignment rule and an initial assignment');
    }
    for (const event of flat.events) {
      const targets = new Set<string>();
      for (const { target, element, line } of event.assignments) {
        const quantity = this.variable(target, element, line);
        if (quantity.constant) throw this.twice(quantity, `is declared constant and assigned by ${event.element}`);
        if (this.assignments.has(target))
          throw this.twice(quantity, `has an assignment rule and is assigned by ${event.element}`);
        if (targets.has(target)) throw this.twice(quantity, `is assigned twice by ${event.element}`);
        targets.add(target);
        this.jumping.add(target);
      }
    }
    for (const reaction of flat.reactions) this.addChanges(reaction);
  }

  get(name: string): Quantity {
    return this.all.get(name)!;
  }

  determination(name: string): Determination {
    if (this.assignments.has(name)) return 'assignment';
    if (this.rates.has(name)) return 'rate';
    if (this.algebraic.has(name)) return 'algebraic';
    if (this.changes.has(name)) return 'reactions';
    const quantity = this.get(name);
    if (quantity.kind === 'reference' && quantity.formula !== null) return 'assignment';
    return this.jumping.has(name) ? 'jumps' : 'fixed';
  }

  /** Stoichiometry of a reference as formulas see it. */
  stoichiometry(reference: FlatReference): Expression {
    const settled =
      this.assignments.has(reference.name) ||
      this.rates.has(reference.name) ||
      this.initials.has(reference.name) ||
      this.jumping.has(reference.name) ||
      this.algebraic.has(reference.name);
    if (settled || reference.named) return symbol(reference.name);
    if (reference.formula !== null) return reference.formula;
    if (reference.stoichiometry !== null) return reference.stoichiometry === 1 ? ONE : number(reference.stoichiometry);
    throw sbmlErrors.error(
      'sbml-value-missing',
      `${reference.element} at line ${reference.line} has no stoichiometry.`,
      this.where(reference),
    );
  }

  where(item: { readonly element: string; readonly line: number }): Where {
    return {
      ...(this.flat.file === undefined ? {} : { file: this.flat.file }),
      element: item.element,
      line: item.line,
    };
  }

  private variable(name: string, element: string, line: number): Quantity {
    const found = this.all.get(name);
    if (found !== undefined) return found;
    throw sbmlErrors.error(
      'sbml-reference',
      `${element} at line ${line}: “${name}” is no compartment, species, parameter or stoichiometry.`,
      this.where({ element, line }),
    );
  }

  twice(quantity: Placed, what: string) {
    return sbmlErrors.error(
      'sbml-overdetermined',
      `${quantity.element} at line ${quantity.line} ${what}.`,
      this.where(quantity),
    );
  }

  private addChanges(reaction: FlatReaction): void {
    const { fast, name } = reaction;
    if (reaction.rate !== null && fast) this.extents.set(name, this.flat.fresh(`${name}_extent`));
    const happening = symbol(this.extents.get(name) ?? name);
    const changed = fast ? this.shifts : this.changes;
    const sides = [
      [reaction.reactants, minus],
      [reaction.products, plus],
    ] as const;
    for (const [references, joined] of sides) {
      for (const reference of references) {
        const species = this.get(reference.species) as Species;
        if (species.boundary) continue;
        const settled = this.assignments.has(species.name) || this.rates.has(species.name);
        if (species.constant || settled) {
          const reason = species.constant ? 'is constant' : 'has a rule';
          throw this.twice(species, `${reason} but is changed by ${reaction.element}`);
        }
        if (reaction.rate === null) continue;
        if (fast) this.requireSteady(reference, reaction);
        const term = times(times(this.stoichiometry(reference), happening), species.conversion ?? ONE);
        changed.set(species.name, joined(changed.get(species.name) ?? ZERO, term));
        if (fast && !this.changes.has(species.name)) this.changes.set(species.name, ZERO);
      }
    }
  }
  /** A fast reaction's extent stands for its whole past, so what it moves per happening must never have changed. */
  private requireSteady(reference: FlatReference, reaction: FlatReaction): void {
    const stoichiometry = this.stoichiometry(reference);
    if (stoichiometry.kind === 'number') return;
    if (stoichiometry.kind === 'symbol' && this.determination(stoichiometry.name) === 'fixed') return;
    throw sbmlErrors.error(
      'sbml-unsupported',
      `${reaction.element} at line ${reaction.line} is fast and has a stoichiometry that varies.`,
      this.where(reaction),
    );
  }
}
